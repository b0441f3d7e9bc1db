//! The read path of a log: C2SP tlog-tiles, and beside it head, policy, bodies and receipts.
//!
//! Only tiles and bundles never change, so only they are cached for ever.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use luodi_ledger::hash::Blake3;
use luodi_ledger::names::Origin;
use luodi_ledger::tile::TilePath;

use super::{Api, ApiError, reading};
use crate::receipts;
use crate::store::LogState;

const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";
/// tlog-tiles: tiles may be cached long, for they are immutable.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const FRESH: &str = "no-cache";

type Log = Path<(String, String)>;

fn text(body: impl IntoResponse) -> Response {
    ([(header::CONTENT_TYPE, TEXT), (header::CACHE_CONTROL, FRESH)], body).into_response()
}

/// The log that a path names, and what is stored of it.
async fn stored(api: &Api, division: &str, generation: &str) -> Result<(Origin, LogState), ApiError> {
    let origin = api.log(division, generation)?;
    let (reader, name) = (api.reader.clone(), origin.clone());
    let state = reading(move || reader.log(&name)).await?;
    state.map(|state| (origin, state)).ok_or_else(|| ApiError::absent("log", "this node holds no such log"))
}

/// The largest head known to have met its quorum; where nobody is asked, the newest.
pub(super) async fn checkpoint(State(api): State<Arc<Api>>, Path((division, generation)): Log) -> Result<Response, ApiError> {
    let (origin, state) = stored(&api, &division, &generation).await?;
    let asks_nobody = api.registrar.snapshot().charter_at(&origin, state.size).is_some_and(|charter| charter.policy.asks_nobody());
    let head = if asks_nobody { Some(state.head) } else { state.witnessed };
    head.map(|head| text(head.to_bytes()))
        .ok_or_else(|| ApiError::absent("checkpoint", "no head of this log has been witnessed yet; see head"))
}

/// The newest signed head, witnessed or not.
pub(super) async fn head(State(api): State<Arc<Api>>, Path((division, generation)): Log) -> Result<Response, ApiError> {
    let (_, state) = stored(&api, &division, &generation).await?;
    Ok(text(state.head.to_bytes()))
}

/// The charter's tlog-policy, so that strangers' tools can use it as it is.
pub(super) async fn policy(State(api): State<Arc<Api>>, Path((division, generation)): Log) -> Result<Response, ApiError> {
    let origin = api.log(&division, &generation)?;
    let registry = api.registrar.snapshot();
    registry
        .charter(&origin)
        .map(|charter| text(charter.policy.to_string()))
        .ok_or_else(|| ApiError::absent("policy", "no charter of this log is known here"))
}

/// A hash tile or an entry bundle.
pub(super) async fn tile(
    State(api): State<Arc<Api>>,
    Path((division, generation, path)): Path<(String, String, String)>,
) -> Result<Response, ApiError> {
    let origin = api.log(&division, &generation)?;
    let wanted: TilePath = format!("tile/{path}").parse().map_err(|fault| ApiError::malformed(&fault))?;
    let reader = api.reader.clone();
    let bytes = reading(move || match wanted {
        TilePath::Hashes(tile) => reader.tile(&origin, tile.level(), tile.index(), tile.width()),
        TilePath::Entries(bundle) => reader.bundle(&origin, bundle.index(), bundle.width()),
    })
    .await?;
    // 404 and no other code means "absent" to other clients, which then ask for the full tile.
    let bytes = bytes.ok_or_else(|| ApiError::absent("tile", "the log does not reach that far"))?;
    Ok(([(header::CONTENT_TYPE, BYTES), (header::CACHE_CONTROL, FOR_EVER)], bytes).into_response())
}

/// A body, by its BLAKE3; of a redacted one the tombstone.
pub(super) async fn body(State(api): State<Arc<Api>>, Path((_, _, hash)): Path<(String, String, String)>) -> Result<Response, ApiError> {
    let hash: Blake3 = hash.parse().map_err(|fault| ApiError::malformed(&fault))?;
    let reader = api.reader.clone();
    let (bytes, tombstone) = reading(move || Ok((reader.body(&hash)?, reader.tombstone(&hash)?))).await?;
    if let Some(tombstone) = tombstone {
        return Ok(ApiError::gone(tombstone));
    }
    let bytes = bytes.ok_or_else(|| ApiError::absent("body", "it is not held here"))?;
    let etag = format!("\"{hash}\"");
    Ok(([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, FRESH), (header::ETAG, &etag)], bytes).into_response())
}

/// The receipt of an entry.
pub(super) async fn receipt(
    State(api): State<Arc<Api>>,
    Path((division, generation, index)): Path<(String, String, String)>,
) -> Result<Response, ApiError> {
    let origin = api.log(&division, &generation)?;
    let index: u64 = index.parse().map_err(|_| ApiError::absent("index", "a decimal index wanted"))?;
    let (reader, registry) = (api.reader.clone(), api.registrar.snapshot());
    let name = format!("attachment; filename=\"{division}-{generation}-{index}.tlog-proof\"");
    let receipt = reading(move || receipts::make(&reader, &registry, &origin, index)).await?;
    let receipt = receipt.ok_or_else(|| ApiError::absent("index", "the log holds no such entry"))?;
    let bytes = receipt.to_bytes().map_err(|fault| ApiError::malformed(&fault))?;
    Ok(([(header::CONTENT_TYPE, TEXT), (header::CACHE_CONTROL, FRESH), (header::CONTENT_DISPOSITION, name.as_str())], bytes)
        .into_response())
}
