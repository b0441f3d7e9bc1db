//! What a node serves over HTTP. A function gives the router, so that tests need no socket.
//!
//! Reading follows C2SP tlog-tiles under each log's prefix `/log/<division>/<generation>/`; writing is signed statements, one or many in a
//! request, and the signature of each is the only authority. Nothing served here is to be believed: readers judge it again.

mod attachments;
mod error;
mod schemas;
mod serve;
mod status;
mod submit;
mod tiles;
mod visitors;
mod witness;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, StatusCode, header};
use axum::routing::{get, post};
use luodi_ledger::names::{Federation, Origin};
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::CorsLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

pub use error::ApiError;
pub use serve::serve;
pub use status::{PeerStatus, Status};
pub use visitors::Visitors;

use crate::attachments::Attachments;
use crate::clock::Clock;
use crate::matters::Matters;
use crate::registrar::Registrar;
use crate::sequencing::Sequencer;
use crate::store::{ReadError, Reader};
use crate::witnessing::Witness;

/// Largest request body: a statement of an entry's size and a body of 64 KiB, both inside JSON, which may double them.
const LONGEST_REQUEST: usize = 192 * 1024;
/// Largest request with many statements: those of one head, of a few KiB each, as rows of a table make them.
const LONGEST_BATCH: usize = 1 << 20;
/// Longest time for one answer: a long poll of 25 seconds and room to write it.
const DEADLINE: Duration = Duration::from_secs(40);

/// Longest time for an attachment to arrive: 64 MiB from a village behind a line of 1 Mbit/s.
const DEADLINE_TO_ARRIVE: Duration = Duration::from_secs(900);

/// All that the pages need.
#[derive(Clone, Debug)]
pub struct Api {
    /// The federation's name.
    pub federation: Federation,
    /// The log this node writes.
    pub origin: Origin,
    /// What is durable.
    pub reader: Reader,
    /// Who may say what.
    pub registrar: Registrar,
    /// Hands out numbers of matters.
    pub matters: Matters,
    /// Takes statements in.
    pub sequencer: Sequencer,
    /// Cosigns heads.
    pub witness: Witness,
    /// The time.
    pub clock: Clock,
    /// The files of public attachments.
    pub attachments: Attachments,
    /// How much each address may ask.
    pub visitors: Visitors,
    /// Who is connected.
    pub peers: watch::Receiver<Vec<PeerStatus>>,
}

/// The router over `api`.
pub fn router(api: Api) -> Router {
    let visitors = api.visitors.clone();
    let pages = Router::new()
        .route("/log/{division}/{generation}/checkpoint", get(tiles::checkpoint))
        .route("/log/{division}/{generation}/head", get(tiles::head))
        .route("/log/{division}/{generation}/policy", get(tiles::policy))
        .route("/log/{division}/{generation}/tile/{*path}", get(tiles::tile))
        .route("/log/{division}/{generation}/body/{hash}", get(tiles::body))
        .route("/log/{division}/{generation}/receipt/{index}", get(tiles::receipt))
        .route("/log/{division}/{generation}/statements", post(submit::submit))
        .route("/log/{division}/{generation}/foretold", post(submit::foretell))
        .route("/log/{division}/{generation}/batch", post(submit::submit_many).layer(DefaultBodyLimit::max(LONGEST_BATCH)))
        .route("/log/{division}/{generation}/matters", post(submit::reserve))
        .route("/witness/add-checkpoint", post(witness::add_checkpoint))
        .route("/witness/{hash}/checkpoint", get(witness::checkpoint))
        .route("/logs", get(status::logs))
        .route("/federation", get(status::federation))
        .route("/evidence", get(status::evidence))
        .route("/evidence/{id}", get(status::evidence_file))
        .route("/status", get(status::status))
        .route("/schemas", get(schemas::index))
        .route("/schemas/{name}", get(schemas::named))
        .route("/codes", get(schemas::codes))
        .route("/healthz", get(status::healthz))
        .route("/readyz", get(status::readyz))
        .route("/metrics", get(status::metrics))
        .fallback(|| async { ApiError::absent("path", "there is nothing here; docs/http.md tells what a node serves") })
        .layer(DefaultBodyLimit::max(LONGEST_REQUEST))
        .layer(CompressionLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, DEADLINE));
    // Files are compressed already and may be long; the length of one that arrives is bounded by what its statement says.
    let files = Router::new()
        .route("/log/{division}/{generation}/attachment/{hash}", get(attachments::file).put(attachments::take))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, DEADLINE_TO_ARRIVE));
    pages
        .merge(files)
        .layer(axum::middleware::from_fn_with_state(visitors, visitors::count))
        // Readers in browsers verify for themselves, from any site.
        .layer(CorsLayer::permissive())
        .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-cache")))
        .layer(SetResponseHeaderLayer::overriding(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
        .layer(CatchPanicLayer::new())
        .with_state(Arc::new(api))
}

impl Api {
    /// The log that a path names.
    fn log(&self, division: &str, generation: &str) -> Result<Origin, ApiError> {
        let text = format!("{}/log/{division}/{generation}", self.federation);
        text.parse().map_err(|fault| ApiError::malformed(&fault))
    }
}

/// Runs reads of the store off the event loop.
async fn reading<T: Send + 'static>(read: impl FnOnce() -> Result<T, ReadError> + Send + 'static) -> Result<T, ApiError> {
    match tokio::task::spawn_blocking(read).await {
        Ok(read) => read.map_err(|error| ApiError::from(&error)),
        Err(_) => Err(ApiError::unavailable("the read was cut off")),
    }
}
