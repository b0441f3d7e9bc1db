//! The one place where outcomes become HTTP codes.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use luodi_ledger::Malformed;
use luodi_ledger::matter::labels::Label as _;
use luodi_ledger::privacy::Finding;
use luodi_ledger::registry::Ground;
use luodi_ledger::standing::Void;
use serde_json::json;

use crate::attachments::TakeError;
use crate::matters::NumberError;
use crate::protocol::sequencer::Refusal;
use crate::sequencing::SubmitError;
use crate::store::{CommitError, ReadError};

/// An answer that is no success: `{"error": {"field", "why", "remedy"}}`; `"why_zh"` where the reason is at hand in Chinese, and `"found"`
/// where personal data was.
#[derive(Clone, Debug)]
pub struct ApiError {
    status: StatusCode,
    field: String,
    why: String,
    why_zh: Option<Box<str>>,
    remedy: &'static str,
    retry_after: Option<u64>,
    found: Box<[Finding]>,
}

impl ApiError {
    fn new(status: StatusCode, field: &str, why: impl Into<String>, remedy: &'static str) -> Self {
        Self { status, field: field.to_owned(), why: why.into(), why_zh: None, remedy, retry_after: None, found: Box::default() }
    }

    /// 400: the request does not follow its format.
    pub fn malformed(fault: &Malformed) -> Self {
        Self::new(StatusCode::BAD_REQUEST, &fault.field, fault.why.clone(), "mend the field and send it again")
    }

    /// 404: there is no such thing here.
    pub fn absent(field: &str, why: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, field, why, "check the address")
    }

    /// 429: this address asks too much too fast.
    pub fn too_fast(seconds: u64) -> Self {
        let why = "too many requests from this address";
        Self { retry_after: Some(seconds), ..Self::new(StatusCode::TOO_MANY_REQUESTS, "node", why, "ask more slowly; see Retry-After") }
    }

    /// 410: what has this name was erased; the answer is its tombstone.
    pub fn gone(tombstone: Vec<u8>) -> Response {
        let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")];
        (StatusCode::GONE, headers, tombstone).into_response()
    }

    /// 503: come back later.
    pub fn unavailable(why: &str) -> Self {
        Self { retry_after: Some(5), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "node", why, "try again later") }
    }
}

impl From<&ReadError> for ApiError {
    fn from(error: &ReadError) -> Self {
        if matches!(error, ReadError::Withheld) {
            return Self { retry_after: Some(60), ..Self::unavailable(&error.to_string()) };
        }
        tracing::error!(%error, "a read failed");
        Self::unavailable("the store cannot be read now")
    }
}

impl From<SubmitError> for ApiError {
    fn from(error: SubmitError) -> Self {
        let why = error.to_string();
        let soon = |seconds, remedy| Self {
            retry_after: Some(seconds),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "node", why.clone(), remedy)
        };
        match error {
            SubmitError::Refused(Refusal::Malformed(fault)) => Self::malformed(&fault),
            SubmitError::Refused(Refusal::Personal(personal)) => {
                let remedy = if personal.may_be_disclosed() {
                    "take the number out, or name the field in the facts as disclosed; then sign it anew"
                } else {
                    "take the number out: facts hold no such number; then sign it anew"
                };
                let found = personal.findings().into();
                Self { found, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, personal.field(), personal.why(), remedy) }
            }
            SubmitError::Refused(Refusal::Denied(denied)) => {
                let (status, remedy) = match denied.why() {
                    Void::Malformed => (StatusCode::BAD_REQUEST, "mend the statement, sign it anew and send it again"),
                    Void::BadSignature => (StatusCode::FORBIDDEN, "sign it anew with the office's key"),
                    Void::UnknownKey => (StatusCode::FORBIDDEN, "ask the division above to register the key with an appoint statement"),
                    Void::WrongOffice => (StatusCode::FORBIDDEN, "have the office sign that may say this"),
                    Void::WrongDivision => (StatusCode::FORBIDDEN, "send it to the log of its own division or one above"),
                    Void::Revoked => (StatusCode::FORBIDDEN, "sign it with the office's present key"),
                    Void::BeyondEnd => (StatusCode::GONE, "send it to the division's present log"),
                };
                if let Ground::Malformed(fault) = &*denied.ground {
                    return Self::new(status, &fault.field, fault.why.clone(), remedy);
                }
                let field = denied.by.map_or_else(|| "statement".to_owned(), |by| format!("by {by}"));
                let why_zh = Some(denied.ground.zh().into());
                Self { field, why_zh, ..Self::new(status, "", denied.ground.to_string(), remedy) }
            }
            SubmitError::Refused(Refusal::Precedes { .. }) => Self::new(
                StatusCode::CONFLICT,
                "time",
                why,
                "sign it anew with the present time, and write the date of the fact in its facts",
            ),
            SubmitError::Refused(Refusal::TooMuch { office, wait, .. }) => Self {
                retry_after: Some(wait),
                ..Self::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    &format!("by {office}"),
                    why,
                    "send it again then, or ask the node's operator to raise [limits] in node.toml for a day",
                )
            },
            SubmitError::Redacted => Self::new(StatusCode::GONE, "body", why, "say it in other words, without what was redacted"),
            SubmitError::Full => soon(1, "send it again in a moment"),
            SubmitError::Confirming => soon(5, "send it again in a moment; the node's operator sees why in `luodi status`"),
            SubmitError::ClockOff(_) => soon(60, "ask the node's operator to set its clock; nothing was lost"),
            SubmitError::Stopped(_) => soon(600, "ask the node's operator; nothing was lost"),
            SubmitError::Store(CommitError::Full { .. }) => soon(600, "ask the node's operator to make room on the disk; nothing was lost"),
            SubmitError::Store(_) | SubmitError::Read(_) | SubmitError::Closed => {
                tracing::error!(%why, "a submission failed");
                soon(5, "send it again later: the same statement is never logged twice")
            }
        }
    }
}

impl From<TakeError> for ApiError {
    fn from(error: TakeError) -> Self {
        let why = error.to_string();
        let answer = |status, remedy| Self::new(status, "attachment", why.clone(), remedy);
        match error {
            TakeError::Other(_) => answer(StatusCode::UNPROCESSABLE_ENTITY, "send the very bytes that were signed"),
            TakeError::Broken(_) => answer(StatusCode::BAD_REQUEST, "send it again, whole"),
            TakeError::Enough { .. } => Self {
                retry_after: Some(3600),
                ..answer(StatusCode::TOO_MANY_REQUESTS, "send it tomorrow; what is published stays published")
            },
            TakeError::Busy => Self { retry_after: Some(2), ..answer(StatusCode::SERVICE_UNAVAILABLE, "send it again in a moment") },
            TakeError::Full => Self {
                retry_after: Some(600),
                ..answer(StatusCode::SERVICE_UNAVAILABLE, "ask the node's operator to make room on the disk")
            },
            TakeError::Io(error) => {
                tracing::error!(%error, "an attachment was not taken in");
                Self::unavailable("the attachment cannot be stored now")
            }
        }
    }
}

impl From<NumberError> for ApiError {
    fn from(error: NumberError) -> Self {
        let why = error.to_string();
        match error {
            NumberError::TooMany { wait, .. } => Self {
                retry_after: Some(wait),
                ..Self::new(StatusCode::TOO_MANY_REQUESTS, "matter", why, "ask again then, or choose an unused number yourself")
            },
            NumberError::Exhausted => Self::new(StatusCode::CONFLICT, "matter", why, "choose an unused number yourself"),
            NumberError::Read(error) => Self::from(&error),
            NumberError::Store(error) => SubmitError::Store(error).into(),
        }
    }
}

impl ApiError {
    /// The code, the error object, and after how many seconds to come again: what an answer to one of many says.
    pub(super) fn told(self) -> (StatusCode, serde_json::Value, Option<u64>) {
        let Self { status, field, why, why_zh, remedy, retry_after, found } = self;
        let mut error = json!({ "field": field, "why": why, "remedy": remedy });
        if let Some(why) = why_zh {
            error["why_zh"] = json!(why);
        }
        if !found.is_empty() {
            error["found"] = json!(found);
        }
        (status, error, retry_after)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, error, retry_after) = self.told();
        let mut response = (status, Json(json!({ "error": error }))).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
