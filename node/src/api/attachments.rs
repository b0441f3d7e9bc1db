//! Attachments over HTTP: the file of a public one by its hash, and taking it in from its publisher.
//!
//! What is served is the file, with its own content type, so that any browser shows it; the 32 random bytes that stand before it under the
//! hash are in the header `luodi-nonce`. A reader checks BLAKE3(nonce ‖ file) against the hash.

use std::io::SeekFrom;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::StreamExt as _;
use luodi_ledger::attachment::{Asked, Attachment, LARGEST, Media, NONCE, Part};
use luodi_ledger::entry::Entry;
use luodi_ledger::hash::Blake3;
use luodi_ledger::matter::words::Words;
use luodi_ledger::names::OfficeName;
use serde::Deserialize;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

use super::{Api, ApiError, reading};
use crate::store::ReadError;

/// Bears the nonce of an attachment, in hex.
const NONCE_HEADER: &str = "luodi-nonce";
/// Nothing in a file that a stranger published runs here.
const INERT: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
/// How much of a file is read at once.
const PIECE: usize = 64 * 1024;

/// How long the rest of a file is awaited that is not taken in: as long as 64 MiB take on a good line, and no longer.
const PATIENCE_FOR_THE_REST: Duration = Duration::from_secs(30);

/// Where an attachment is named.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    /// The entry of this log whose body lists it.
    index: u64,
}

pub(super) async fn take(
    State(api): State<Arc<Api>>,
    Path((division, generation, hash)): Path<(String, String, String)>,
    Query(named): Query<Named>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let mut bytes = body.into_data_stream();
    let answer = take_in(&api, (&division, &generation, &hash), named.index, &mut bytes).await;
    // Who asked first whether to send at all sends nothing after a refusal.
    if !headers.contains_key(header::EXPECT) {
        let _ = tokio::time::timeout(PATIENCE_FOR_THE_REST, drained(bytes)).await;
    }
    answer
}

/// Lets the rest of a file come that is not taken in: who is still sending hears an answer only once all is sent, for a connection that is
/// closed before breaks in their hands. Not more than a file that would be.
async fn drained(mut bytes: BodyDataStream) {
    let mut left = LARGEST + NONCE as u64;
    while let Some(Ok(piece)) = bytes.next().await {
        match left.checked_sub(piece.len() as u64) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

async fn take_in(
    api: &Api,
    (division, generation, hash): (&str, &str, &str),
    index: u64,
    bytes: &mut BodyDataStream,
) -> Result<Response, ApiError> {
    let origin = api.log(division, generation)?;
    if origin != api.origin {
        return Err(ApiError::absent("log", "this node does not write that log; send it to the node of that division"));
    }
    let hash: Blake3 = hash.parse().map_err(|fault| ApiError::malformed(&fault))?;
    if let Some(response) = gone(api, hash).await? {
        return Ok(response);
    }
    let reader = api.reader.clone();
    let listed = reading(move || {
        let entry = reader.entries(&origin, index..index.saturating_add(1))?;
        let Some(entry) = entry.first().and_then(|bytes| Entry::parse(bytes).ok()) else { return Ok(None) };
        let statement = entry.statement.statement();
        let Some(body) = statement.body.map(|body| reader.body(&body.hash)).transpose()?.flatten() else { return Ok(None) };
        Ok(listed(&body, &hash).zip(statement.by.first().cloned()))
    })
    .await?;
    let (named, office): (Attachment, OfficeName) =
        listed.ok_or_else(|| ApiError::absent("attachment", "the body of this entry lists no such public attachment"))?;
    let is_new = api.attachments.take(&named, &office, api.clock.now().civil_date(0), bytes).await?;
    if api.reader.is_redacted(&hash) {
        // The redaction came while the file did.
        let attachments = api.attachments.clone();
        let removed = tokio::task::spawn_blocking(move || attachments.remove(&hash)).await;
        if !matches!(removed, Ok(Ok(()))) {
            tracing::error!(%hash, "a redacted attachment could not be removed; it is not served");
        }
    }
    Ok(if is_new { StatusCode::CREATED } else { StatusCode::OK }.into_response())
}

/// The answer for what is redacted.
async fn gone(api: &Api, hash: Blake3) -> Result<Option<Response>, ApiError> {
    let reader = api.reader.clone();
    Ok(reading(move || reader.tombstone(&hash)).await?.map(ApiError::gone))
}

/// The public attachment `hash` as `body` lists it.
fn listed(body: &[u8], hash: &Blake3) -> Option<Attachment> {
    Words::parse(body).ok()?.attachments.into_iter().find(|listed| listed.hash == *hash && listed.is_public())
}

pub(super) async fn file(
    State(api): State<Arc<Api>>,
    Path((_, _, hash)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let hash: Blake3 = hash.parse().map_err(|fault| ApiError::malformed(&fault))?;
    if let Some(response) = gone(&api, hash).await? {
        return Ok(response);
    }
    if api.reader.withholds_bodies() {
        return Err(ApiError::from(&ReadError::Withheld));
    }
    let kept = api.attachments.find(&hash).await.map_err(|error| {
        tracing::error!(%error, %hash, "an attachment cannot be read");
        ApiError::unavailable("the attachment cannot be read now")
    })?;
    let mut kept = kept.ok_or_else(|| ApiError::absent("attachment", "it is not held here"))?;
    let etag = format!("\"{hash}\"");
    let asked = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let nonce: String = kept.nonce.iter().map(|byte| format!("{byte:02x}")).collect();
    let disposition = if kept.media.is_image() {
        "inline".to_owned()
    } else {
        format!("attachment; filename=\"{:.16}.{}\"", hash.to_string(), ending(&kept.media))
    };
    let common = [
        (header::CONTENT_TYPE.as_str(), kept.media.to_string()),
        (header::ETAG.as_str(), etag.clone()),
        (header::ACCEPT_RANGES.as_str(), "bytes".to_owned()),
        (header::CONTENT_SECURITY_POLICY.as_str(), INERT.to_owned()),
        (header::CONTENT_DISPOSITION.as_str(), disposition),
        (NONCE_HEADER, nonce),
    ];
    let asked = Asked { if_none_match: asked(header::IF_NONE_MATCH), if_range: asked(header::IF_RANGE), range: asked(header::RANGE) };
    let (status, start, end) = match asked.of(&etag, kept.size) {
        None => return Ok((StatusCode::NOT_MODIFIED, common).into_response()),
        Some(Part::Of(start, end)) => (StatusCode::PARTIAL_CONTENT, start, end),
        Some(Part::Beyond) => {
            let size = [(header::CONTENT_RANGE, format!("bytes */{}", kept.size))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, common, size).into_response());
        }
        Some(Part::Whole) => (StatusCode::OK, 0, kept.size),
    };
    kept.file.seek(SeekFrom::Start(NONCE as u64 + start)).await.map_err(|_| ApiError::unavailable("the attachment cannot be read now"))?;
    let stream = ReaderStream::with_capacity(kept.file.take(end - start), PIECE);
    let length = [(header::CONTENT_LENGTH, (end - start).to_string())];
    let mut response = (status, common, length, Body::from_stream(stream)).into_response();
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(value) = format!("bytes {start}-{}/{}", end - 1, kept.size).parse()
    {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    Ok(response)
}

fn ending(media: &Media) -> &'static str {
    match media {
        Media::Jpeg => "jpg",
        Media::Png => "png",
        Media::Webp => "webp",
        Media::Pdf => "pdf",
        Media::Other(_) => "bin",
    }
}
