//! Taking signed statements in, one or many in a request.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use luodi_ledger::Malformed;
use luodi_ledger::matter::Foretold;
use luodi_ledger::names::{MatterId, Origin};
use serde::{Deserialize, Serialize};

use super::{Api, ApiError, reading};
use crate::protocol::sequencer::{MOST_SEALED, Submission};
use crate::receipts;
use crate::sequencing::{Gate, SubmitError};

/// What an office sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sent {
    /// The signed note.
    statement: String,
    /// The body that it names, byte for byte.
    #[serde(default)]
    body: Option<String>,
}

/// What an office sends that has much to say, such as the past of ten years.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SentMany {
    /// As many as are sealed under one head, at most.
    statements: Vec<Sent>,
}

/// What became of each, in their order.
#[derive(Debug, Serialize)]
pub(super) struct ToldMany {
    answers: Vec<ToldOfOne>,
}

/// What became of one of many.
#[derive(Debug, Serialize)]
struct ToldOfOne {
    /// The code that it would have been answered with alone.
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<serde_json::Value>,
    /// Seconds to wait before it is sent again.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
}

/// What it is told, once the statement is durable.
#[derive(Debug, Serialize)]
pub(super) struct Told {
    id: String,
    index: u64,
    /// Entries in the log under the head of the receipt.
    size: u64,
    /// The receipt under the log's own signature; fetch it again later for the witnesses'.
    receipt: Option<String>,
}

/// A number handed out.
#[derive(Debug, Serialize)]
pub(super) struct Reserved {
    matter: MatterId,
}

/// The next free number of a matter, handed out once.
pub(super) async fn reserve(
    State(api): State<Arc<Api>>,
    Path((division, generation)): Path<(String, String)>,
) -> Result<Json<Reserved>, ApiError> {
    if api.log(&division, &generation)? != api.origin {
        return Err(ApiError::absent("log", "this node does not write that log; ask the node of that division"));
    }
    // Whoever is behind its own log does not know yet which numbers are used.
    match api.sequencer.gate() {
        Gate::Open => {}
        Gate::Confirming => return Err(SubmitError::Confirming.into()),
        Gate::Stopped(why) => return Err(SubmitError::Stopped(why).into()),
    }
    Ok(Json(Reserved { matter: api.matters.reserve(api.clock.now()).await? }))
}

pub(super) async fn submit(
    State(api): State<Arc<Api>>,
    Path((division, generation)): Path<(String, String)>,
    sent: Result<Json<Sent>, JsonRejection>,
) -> Result<Json<Told>, ApiError> {
    let origin = written_here(&api, &division, &generation)?;
    let accepted = api.sequencer.submit(one(sent)?).await?;
    let (reader, registry) = (api.reader.clone(), api.registrar.snapshot());
    let receipt = reading(move || receipts::make(&reader, &registry, &origin, accepted.index)).await?;
    let size = receipt.as_ref().map_or(accepted.index + 1, |receipt| receipt.head.size());
    let receipt = receipt.and_then(|receipt| receipt.to_bytes().ok()).and_then(|bytes| String::from_utf8(bytes).ok());
    Ok(Json(Told { id: accepted.id.to_string(), index: accepted.index, size, receipt }))
}

/// Refuses what [`submit`] would refuse, but for the limits of the day and the order of dates, and tells how the rest would be shown; nothing
/// is stored.
pub(super) async fn foretell(
    State(api): State<Arc<Api>>,
    Path((division, generation)): Path<(String, String)>,
    sent: Result<Json<Sent>, JsonRejection>,
) -> Result<Json<Option<Foretold>>, ApiError> {
    written_here(&api, &division, &generation)?;
    Ok(Json(api.sequencer.foretell(&one(sent)?).await?))
}

/// Takes many in. One that is refused stops none of the others, so what rests on another is sent after that one was answered.
pub(super) async fn submit_many(
    State(api): State<Arc<Api>>,
    Path((division, generation)): Path<(String, String)>,
    sent: Result<Json<SentMany>, JsonRejection>,
) -> Result<Json<ToldMany>, ApiError> {
    written_here(&api, &division, &generation)?;
    let malformed = |why: String| ApiError::malformed(&Malformed::new("statements", why));
    let Json(SentMany { statements }) = sent
        .map_err(|rejection| malformed(format!("{}; {{\"statements\": [{{\"statement\", \"body\"}}]}} wanted", rejection.body_text())))?;
    if statements.is_empty() || statements.len() > MOST_SEALED {
        return Err(malformed(format!("{} in one request, 1 to {MOST_SEALED} wanted", statements.len())));
    }
    let (mut read, mut good) = (Vec::with_capacity(statements.len()), Vec::with_capacity(statements.len()));
    for sent in statements {
        read.push(sent.read().map(|submission| good.push(submission)).map_err(|fault| ApiError::malformed(&fault)));
        // Hundreds are read in a row, and others are waiting.
        tokio::task::yield_now().await;
    }
    let mut accepted = api.sequencer.submit_many(good).await.into_iter();
    let of_one = |read: Result<(), ApiError>| match read
        .and_then(|()| accepted.next().unwrap_or(Err(SubmitError::Closed)).map_err(ApiError::from))
    {
        Ok(accepted) => {
            let (id, index) = (Some(accepted.id.to_string()), Some(accepted.index));
            ToldOfOne { status: 200, id, index, error: None, retry_after: None }
        }
        Err(error) => {
            let (status, error, retry_after) = error.told();
            ToldOfOne { status: status.as_u16(), id: None, index: None, error: Some(error), retry_after }
        }
    };
    Ok(Json(ToldMany { answers: read.into_iter().map(of_one).collect() }))
}

fn one(sent: Result<Json<Sent>, JsonRejection>) -> Result<Submission, ApiError> {
    let Json(sent) = sent.map_err(|rejection| {
        ApiError::malformed(&Malformed::new("request", format!("{}; {{\"statement\", \"body\"}} wanted", rejection.body_text())))
    })?;
    sent.read().map_err(|fault| ApiError::malformed(&fault))
}

impl Sent {
    fn read(self) -> Result<Submission, Malformed> {
        Submission::read(self.statement.as_bytes(), self.body.map(String::into_bytes))
    }
}

/// The log that a path names, if it is the one this node writes.
fn written_here(api: &Api, division: &str, generation: &str) -> Result<Origin, ApiError> {
    let origin = api.log(division, generation)?;
    if origin != api.origin {
        return Err(ApiError::absent("log", "this node does not write that log; send it to the node of that division"));
    }
    Ok(origin)
}
