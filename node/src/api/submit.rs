//! Taking a signed statement in.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use luodi_ledger::Malformed;
use luodi_ledger::names::MatterId;
use serde::{Deserialize, Serialize};

use super::{Api, ApiError, reading};
use crate::protocol::sequencer::Submission;
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
    let origin = api.log(&division, &generation)?;
    if origin != api.origin {
        return Err(ApiError::absent("log", "this node does not write that log; send it to the node of that division"));
    }
    let Json(sent) = sent.map_err(|rejection| {
        ApiError::malformed(&Malformed::new("request", format!("{}; {{\"statement\", \"body\"}} wanted", rejection.body_text())))
    })?;
    let submission =
        Submission::read(sent.statement.as_bytes(), sent.body.map(String::into_bytes)).map_err(|fault| ApiError::malformed(&fault))?;
    let accepted = api.sequencer.submit(submission).await?;
    let (reader, registry) = (api.reader.clone(), api.registrar.snapshot());
    let receipt = reading(move || receipts::make(&reader, &registry, &origin, accepted.index)).await?;
    let size = receipt.as_ref().map_or(accepted.index + 1, |receipt| receipt.head.size());
    let receipt = receipt.and_then(|receipt| receipt.to_bytes().ok()).and_then(|bytes| String::from_utf8(bytes).ok());
    Ok(Json(Told { id: accepted.id.to_string(), index: accepted.index, size, receipt }))
}
