//! Asking one node over HTTP, and taking no more than an answer may hold.

use std::time::Duration;

use luodi_ledger::attachment::Attachment;
use luodi_ledger::hash::Blake3;
use luodi_ledger::names::Origin;
use luodi_ledger::statement::LONGEST_BODY;
use luodi_ledger::tile::{BundleId, LONGEST_BUNDLE};
use reqwest::{Response, StatusCode};
use serde::Deserialize;

/// Largest head, as its reader has it.
const LONGEST_HEAD: usize = luodi_ledger::note::LONGEST;
/// Largest list of logs: 60,000 divisions of a province at 200 bytes each, and room.
const LONGEST_LIST: usize = 32 * 1024 * 1024;
/// How long a node may take to accept a connection.
const PATIENCE_TO_CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take beyond the time a poll is held open.
const PATIENCE: Duration = Duration::from_secs(15);

/// How long the file of an attachment may take: 64 MiB over a line of 2 Mbit/s.
const PATIENCE_FOR_FILES: Duration = Duration::from_secs(300);
/// In which a node tells the random bytes before a file.
const NONCE_HEADER: &str = "luodi-nonce";

/// Why a node gave no usable answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failed {
    /// It cannot be reached, or broke off.
    #[error("cannot be reached: {0}")]
    Unreachable(#[from] reqwest::Error),
    /// It answers, and not with what was asked.
    #[error("answers {0}")]
    Status(StatusCode),
    /// It sends more than the answer can hold.
    #[error("sends more than {0} bytes")]
    TooLong(usize),
    /// The answer does not read.
    #[error("answers what does not read: {0}")]
    Unreadable(String),
}

/// A change of one log.
#[derive(Debug, Deserialize)]
pub(super) struct Told {
    pub(super) origin: Origin,
}

/// The answer to a poll. Sizes in it are passed over: only signed heads count.
#[derive(Debug, Deserialize)]
pub(super) struct Logs {
    pub(super) epoch: String,
    pub(super) next: u64,
    pub(super) logs: Vec<Told>,
}

/// One node.
#[derive(Clone, Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
}

impl Client {
    pub(super) fn new(base: &str) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .connect_timeout(PATIENCE_TO_CONNECT)
            .tcp_nodelay(true)
            // An address of a node is where its bytes are; another is not what the operator wrote down.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("luodi-explorer/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { http, base: base.to_owned() })
    }

    /// The logs that changed since `cursor`; held open for up to `wait` when none did.
    pub(super) async fn logs(&self, cursor: u64, wait: Duration) -> Result<Logs, Failed> {
        let path = format!("/logs?since={cursor}&wait={}", wait.as_secs());
        let bytes = self.get(&path, LONGEST_LIST, wait + PATIENCE).await?.ok_or(Failed::Status(StatusCode::NOT_FOUND))?;
        serde_json::from_slice(&bytes).map_err(|error| Failed::Unreadable(error.to_string()))
    }

    /// The newest signed head of a log.
    pub(super) async fn head(&self, origin: &Origin) -> Result<Option<Vec<u8>>, Failed> {
        self.get(&format!("{}/head", prefix(origin)), LONGEST_HEAD, PATIENCE).await
    }

    /// The largest witnessed head of a log.
    pub(super) async fn checkpoint(&self, origin: &Origin) -> Result<Option<Vec<u8>>, Failed> {
        self.get(&format!("{}/checkpoint", prefix(origin)), LONGEST_HEAD, PATIENCE).await
    }

    /// The leaves of a bundle; the full one where the partial one is gone.
    pub(super) async fn bundle(&self, origin: &Origin, id: BundleId) -> Result<Vec<Vec<u8>>, Failed> {
        let path = |id: BundleId| format!("{}/{id}", prefix(origin));
        let bytes = match self.get(&path(id), LONGEST_BUNDLE, PATIENCE).await? {
            Some(bytes) => bytes,
            None => {
                self.get(&path(id.full()), LONGEST_BUNDLE, PATIENCE).await?.ok_or_else(|| Failed::Unreadable(format!("no bundle {id}")))?
            }
        };
        let leaves = luodi_ledger::tile::decode_entries(&bytes).map_err(|error| Failed::Unreadable(error.to_string()))?;
        if leaves.len() < usize::from(id.width()) {
            return Err(Failed::Unreadable(format!("{} entries in {id}", leaves.len())));
        }
        Ok(leaves.into_iter().take(id.width().into()).map(<[u8]>::to_vec).collect())
    }

    /// A body by its hash; whoever gets it checks it.
    pub(super) async fn body(&self, origin: &Origin, hash: &Blake3) -> Result<Option<Vec<u8>>, Failed> {
        let most = usize::try_from(LONGEST_BODY).unwrap_or(usize::MAX);
        self.get(&format!("{}/body/{hash}", prefix(origin)), most, PATIENCE).await
    }

    /// The file of an attachment, if it is the one listed.
    pub(super) async fn attachment(&self, origin: &Origin, listed: &Attachment) -> Result<Option<Vec<u8>>, Failed> {
        let most = usize::try_from(listed.size).unwrap_or(usize::MAX);
        let url = format!("{}{}/attachment/{}", self.base, prefix(origin), listed.hash);
        let answer = self.http.get(url).timeout(PATIENCE_FOR_FILES).send().await?;
        let nonce = answer.headers().get(NONCE_HEADER).and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<Blake3>().ok());
        let Some(file) = bounded(answer, most).await? else { return Ok(None) };
        // 32 bytes in hex, as a hash is written.
        let nonce = nonce.ok_or_else(|| Failed::Unreadable("no nonce".to_owned()))?;
        if listed.names(nonce.as_bytes(), &file) { Ok(Some(file)) } else { Err(Failed::Unreadable("another file".to_owned())) }
    }

    /// The ids of the evidence it keeps.
    pub(super) async fn evidence_ids(&self) -> Result<Vec<Blake3>, Failed> {
        #[derive(Deserialize)]
        struct Named {
            id: Blake3,
        }
        let Some(bytes) = self.get("/evidence", LONGEST_LIST, PATIENCE).await? else { return Ok(Vec::new()) };
        let named: Vec<Named> = serde_json::from_slice(&bytes).map_err(|error| Failed::Unreadable(error.to_string()))?;
        Ok(named.into_iter().map(|each| each.id).collect())
    }

    /// One evidence file; whoever gets it checks it.
    pub(super) async fn evidence(&self, id: &Blake3) -> Result<Option<Vec<u8>>, Failed> {
        self.get(&format!("/evidence/{id}"), luodi_ledger::fork::LONGEST, PATIENCE).await
    }

    /// The bytes at `path`, at most `most` of them; none where the node says it holds none.
    async fn get(&self, path: &str, most: usize, patience: Duration) -> Result<Option<Vec<u8>>, Failed> {
        bounded(self.http.get(format!("{}{path}", self.base)).timeout(patience).send().await?, most).await
    }
}

/// The bytes of an answer, at most `most` of them; none where there is nothing, or nothing any more.
async fn bounded(mut answer: Response, most: usize) -> Result<Option<Vec<u8>>, Failed> {
    match answer.status() {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND | StatusCode::GONE => return Ok(None),
        other => return Err(Failed::Status(other)),
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if bytes.len() + chunk.len() > most {
            return Err(Failed::TooLong(most));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Some(bytes))
}

fn prefix(origin: &Origin) -> String {
    format!("/log/{}/{}", origin.division, origin.generation)
}
