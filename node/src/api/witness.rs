//! C2SP tlog-witness over HTTP.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::{Api, ApiError};

const TEXT: &str = "text/plain; charset=utf-8";
/// The content type that tlog-witness gives to the size in a 409.
const SIZE: &str = "text/x.tlog.size";

pub(super) async fn add_checkpoint(State(api): State<Arc<Api>>, body: Bytes) -> Response {
    let answer = api.witness.add_checkpoint(&body).await;
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = if status == StatusCode::CONFLICT { SIZE } else { TEXT };
    (status, [(header::CONTENT_TYPE, kind)], answer.body).into_response()
}

/// The monitoring path: the newest head cosigned for the origin whose SHA-256 is named, with log and witness signatures.
pub(super) async fn checkpoint(State(api): State<Arc<Api>>, Path(hash): Path<String>) -> Result<Response, ApiError> {
    let head = api.witness.monitored(&hash).await.map_err(|error| ApiError::from(&error))?;
    let head = head.ok_or_else(|| ApiError::absent("origin", "this witness has never cosigned such a log"))?;
    Ok(([(header::CONTENT_TYPE, TEXT)], head.to_bytes()).into_response())
}
