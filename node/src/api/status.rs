//! How the node is: for peers' explorers, for operators, for monitoring.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use luodi_ledger::Malformed;
use luodi_ledger::hash::Blake3;
use luodi_ledger::names::{Division, Origin};
use luodi_ledger::registry::Rotation;
use luodi_ledger::time::{Date, Time};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use serde::{Deserialize, Serialize};

use super::{Api, ApiError, reading};
use crate::sequencing::Gate;
use crate::store::LogRow;

/// Longest that a poll waits for news, in seconds: under the idle limits of common proxies.
const LONGEST_WAIT: u64 = 25;
/// Most logs in one answer.
const MOST_LOGS: usize = 1_000;

/// A peer that is connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PeerStatus {
    /// Its libp2p id.
    pub peer: String,
    /// The division it speaks for, once chartered.
    pub division: Option<Division>,
    /// Its clock less ours, in seconds, when it said so.
    pub clock_offset: i64,
}

/// The node in short, for `luodi status`.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// The log this node writes.
    pub origin: Origin,
    /// `open`, `confirming`, `clock-off` or `stopped`.
    pub state: &'static str,
    /// Why it is stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The federation file's fingerprint.
    pub fingerprint: String,
    /// The node's clock.
    pub time: String,
    /// Seconds by which its peers' clocks differ from it, when so many that nothing is sealed or cosigned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_off: Option<i64>,
    /// Whether it was restored from a backup and has not caught up yet: it serves no bodies.
    pub restored: bool,
    /// Whether its times are invented for a demonstration.
    pub story: bool,
    /// The logs whose key is being rotated, own first.
    pub rotations: Vec<RotationStatus>,
    /// The logs held.
    pub logs: Vec<LogStatus>,
    /// Who is connected.
    pub peers: Vec<PeerStatus>,
    /// Pieces of evidence kept.
    pub evidence: usize,
    /// Free bytes on the disk.
    pub free: u64,
    /// Free bytes below which nothing is written.
    pub floor: u64,
}

/// A log in short.
#[derive(Clone, Debug, Serialize)]
pub struct LogStatus {
    /// Its name.
    pub origin: Origin,
    /// Entries held.
    pub size: u64,
    /// The size of the largest head known to have met its quorum.
    pub witnessed: Option<u64>,
}

/// A log that two keys sign.
#[derive(Clone, Debug, Serialize)]
pub struct RotationStatus {
    /// Its name.
    pub origin: Origin,
    /// When the charter with both keys was logged; not known of one in the federation file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// The last day for both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Days by which it has outlasted its time.
    pub days_over: i64,
}

impl RotationStatus {
    /// Those under way, that of `own` first.
    fn all(registry: &luodi_ledger::registry::Registry, own: &Origin, now: Time) -> Vec<Self> {
        let today = now.civil_date(registry.federation().offset);
        let told = |rotation: Rotation| {
            let days_over = rotation.days_over(today);
            Self { origin: rotation.origin, since: rotation.since, until: rotation.until, days_over }
        };
        let mut all: Vec<Self> = registry.rotations().map(told).collect();
        all.sort_by_key(|rotation| &rotation.origin != own);
        all
    }
}

impl From<LogRow> for LogStatus {
    fn from(row: LogRow) -> Self {
        Self { origin: row.origin, size: row.size, witnessed: row.witnessed }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Since {
    #[serde(default)]
    since: u64,
    #[serde(default)]
    wait: u64,
}

#[derive(Debug, Serialize)]
pub(super) struct Logs {
    epoch: String,
    next: u64,
    logs: Vec<LogStatus>,
}

/// What changed after a cursor; waits for news when asked to.
pub(super) async fn logs(State(api): State<Arc<Api>>, Query(since): Query<Since>) -> Json<Logs> {
    let mut news = api.reader.watch();
    let wait = Duration::from_secs(since.wait.min(LONGEST_WAIT));
    // A cursor beyond the end is of another epoch: answered at once.
    let _ = tokio::time::timeout(wait, news.wait_for(|cursor| *cursor != since.since)).await;
    let changes = api.reader.changes_since(since.since, MOST_LOGS);
    Json(Logs { epoch: changes.epoch.to_string(), next: changes.next, logs: changes.logs.into_iter().map(LogStatus::from).collect() })
}

/// The federation file.
pub(super) async fn federation(State(api): State<Arc<Api>>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], api.registrar.snapshot().federation().to_string()).into_response()
}

#[derive(Debug, Serialize)]
pub(super) struct EvidenceLine {
    id: String,
    origin: String,
}

pub(super) async fn evidence(State(api): State<Arc<Api>>) -> Json<Vec<EvidenceLine>> {
    Json(api.reader.evidence().into_iter().map(|row| EvidenceLine { id: row.id.to_string(), origin: row.origin }).collect())
}

pub(super) async fn evidence_file(State(api): State<Arc<Api>>, Path(id): Path<String>) -> Result<Response, ApiError> {
    let id: Blake3 = id.parse().map_err(|fault: Malformed| ApiError::malformed(&fault))?;
    let reader = api.reader.clone();
    let file = reading(move || reader.evidence_file(&id)).await?;
    let file = file.ok_or_else(|| ApiError::absent("evidence", "none of this name is kept here"))?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], file).into_response())
}

pub(super) async fn status(State(api): State<Arc<Api>>) -> Result<Json<Status>, ApiError> {
    let reader = api.reader.clone();
    let (free, floor) = reading(move || reader.free_space()).await?;
    let clock_off = api.clock.off();
    let (state, why) = match api.sequencer.gate() {
        Gate::Stopped(why) => ("stopped", Some(why)),
        _ if clock_off.is_some() => ("clock-off", None),
        Gate::Open => ("open", None),
        Gate::Confirming => ("confirming", None),
    };
    let registry = api.registrar.snapshot();
    Ok(Json(Status {
        origin: api.origin.clone(),
        state,
        why,
        fingerprint: registry.federation().fingerprint(),
        time: api.clock.now().to_string(),
        clock_off,
        restored: api.reader.withholds_bodies(),
        story: api.clock.is_story(),
        rotations: RotationStatus::all(&registry, &api.origin, api.clock.now()),
        logs: api.reader.logs().into_iter().map(LogStatus::from).collect(),
        peers: api.peers.borrow().clone(),
        evidence: api.reader.evidence().len(),
        free,
        floor,
    }))
}

/// The process answers.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// The node takes statements in.
pub(super) async fn readyz(State(api): State<Arc<Api>>) -> (StatusCode, String) {
    if let Some(seconds) = api.clock.off() {
        return (StatusCode::SERVICE_UNAVAILABLE, format!("clock: {seconds} seconds off the clocks of the peers\n"));
    }
    match api.sequencer.gate() {
        Gate::Open => (StatusCode::OK, "ready\n".to_owned()),
        Gate::Confirming => (StatusCode::SERVICE_UNAVAILABLE, "confirming\n".to_owned()),
        Gate::Stopped(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("stopped: {why}\n")),
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfLog {
    origin: String,
}

/// Prometheus text.
pub(super) async fn metrics(State(api): State<Arc<Api>>) -> Result<Response, ApiError> {
    let mut registry = prometheus_client::registry::Registry::with_prefix("luodi");
    let (entries, witnessed) = (Family::<OfLog, Gauge>::default(), Family::<OfLog, Gauge>::default());
    for log in api.reader.logs() {
        let label = OfLog { origin: log.origin.to_string() };
        entries.get_or_create(&label).set(i64::try_from(log.size).unwrap_or(i64::MAX));
        witnessed.get_or_create(&label).set(i64::try_from(log.witnessed.unwrap_or(0)).unwrap_or(i64::MAX));
    }
    registry.register("log_entries", "Entries held of each log", entries);
    registry.register("log_witnessed_entries", "Entries under the largest head known to have met its quorum", witnessed);
    let over = Family::<OfLog, Gauge>::default();
    for rotation in RotationStatus::all(&api.registrar.snapshot(), &api.origin, api.clock.now()) {
        over.get_or_create(&OfLog { origin: rotation.origin.to_string() }).set(rotation.days_over);
    }
    registry.register(
        "log_rotation_days_over",
        "Days by which the rotation of a log's key has outlasted its 90; 0 while within them",
        over,
    );
    let reader = api.reader.clone();
    let (free, _) = reading(move || reader.free_space()).await?;
    let connected = api.peers.borrow().len();
    let gauges: BTreeMap<(&str, &str), u64> = BTreeMap::from([
        (("open", "1 while statements are sealed"), u64::from(api.sequencer.gate() == Gate::Open)),
        (
            ("clock_off_seconds", "Seconds by which the clock is off its peers', when so many that nothing is sealed or cosigned"),
            api.clock.off().unwrap_or(0).unsigned_abs(),
        ),
        (("peers_connected", "Peers connected"), connected as u64),
        (("evidence", "Pieces of evidence of forks kept"), api.reader.evidence().len() as u64),
        (("disk_free_bytes", "Free bytes on the disk of the store"), free),
    ]);
    for ((name, help), value) in gauges {
        let gauge = Gauge::<i64>::default();
        gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        registry.register(name, help, gauge);
    }
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry)
        .map_err(|_| ApiError::unavailable("the metrics could not be written"))?;
    Ok(([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response())
}
