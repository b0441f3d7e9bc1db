//! A node over HTTP: the few requests the command makes, bounded and with errors a person can act on.
//!
//! Nothing that a node answers is believed here; callers judge it with `ledger`.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use luodi_ledger::entry::Entry;
use luodi_ledger::federation::FederationFile;
use luodi_ledger::hash::Blake3;
use luodi_ledger::names::{MatterId, Origin};
use luodi_ledger::receipt::Receipt;
use luodi_ledger::statement::SignedStatement;
use reqwest::{Client, Response, StatusCode};
use serde::{Deserialize, Serialize};

use crate::language::{Language, say};
use crate::refusals;

/// Longest wait for an answer: a node answers at once, or after its quorum's two seconds.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longest time for an attachment to be sent: as long as a node waits for one.
const PATIENCE_TO_SEND: Duration = Duration::from_secs(900);
/// Largest answer read: a full entry bundle is at most 256 leaves of 64 KiB.
const LONGEST_ANSWER: usize = 17 * 1024 * 1024;

/// Most statements that a node takes in with one request: as many as it seals under one head.
pub(crate) const MOST_AT_ONCE: usize = 256;
/// Most bytes of statements and bodies in one request: JSON may double them, and a node takes 1 MiB.
pub(crate) const MOST_BYTES_AT_ONCE: usize = 500 * 1024;
/// How often a request is made again that a node asked to make more slowly.
const MOST_WAITS: usize = 30;
/// A longer wait than this is for the next day, not for a queue.
const SHORT_WAIT: Duration = Duration::from_secs(120);

/// A node's HTTP address.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    base: String,
    client: Client,
    language: Language,
}

/// What a node says of a statement it took in.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub(crate) struct Published {
    /// BLAKE3 of the statement's text.
    pub(crate) id: String,
    /// Its place in the log.
    pub(crate) index: u64,
    /// The size of the log under the receipt's head.
    pub(crate) size: u64,
    /// A receipt file under the log's own signature; absent where chain and entry are too long for one.
    pub(crate) receipt: Option<String>,
}

/// What a node says of each of many statements.
#[derive(Deserialize)]
struct AnswerToOne {
    status: u16,
    index: Option<u64>,
    #[serde(default)]
    error: Fault,
    retry_after: Option<u64>,
}

/// How a publication ended.
#[derive(Clone, Debug)]
pub(crate) enum Answer<T> {
    /// Taken in, now or before.
    Taken(T),
    /// Refused for good, with the node's words.
    Refused(Fault),
    /// Not now: the queue is full, or the node is confirming.
    Busy(Duration, Fault),
    /// Not today: this office has published its share of the day.
    Spent(Duration, Fault),
}

impl Answer<Vec<u8>> {
    /// Without the bytes of a success.
    fn without(self) -> Answer<()> {
        match self {
            Self::Taken(_) => Answer::Taken(()),
            Self::Refused(fault) => Answer::Refused(fault),
            Self::Busy(wait, fault) => Answer::Busy(wait, fault),
            Self::Spent(wait, fault) => Answer::Spent(wait, fault),
        }
    }
}

/// The error object of the API.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Fault {
    /// The field at fault.
    #[serde(default)]
    pub(crate) field: String,
    /// What is wrong.
    #[serde(default)]
    pub(crate) why: String,
    /// The same in Chinese, where the node has it.
    #[serde(default)]
    pub(crate) why_zh: Option<String>,
    /// What to do.
    #[serde(default)]
    pub(crate) remedy: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { field, why, remedy, .. } = self;
        let parts: Vec<&str> = [field, why].into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        f.write_str(&parts.join(": "))?;
        if remedy.is_empty() { Ok(()) } else { write!(f, "; {remedy}") }
    }
}

impl Fault {
    /// In the reader's language, as far as this program knows the words.
    pub(crate) fn told(&self, language: Language) -> String {
        let Self { field, why, why_zh, remedy } = self;
        if language == Language::English {
            return self.to_string();
        }
        let why = why_zh.clone().unwrap_or_else(|| refusals::in_chinese(why));
        let remedy = refusals::in_chinese(remedy);
        let what: Vec<&str> = [field.as_str(), &why].into_iter().filter(|part| !part.is_empty()).collect();
        if remedy.is_empty() { what.join("：") } else { format!("{}；{remedy}", what.join("：")) }
    }
}

/// One log in the answer of `/logs`.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct LogState {
    /// The log.
    pub(crate) origin: Origin,
    /// Entries under its newest head.
    pub(crate) size: u64,
    /// Entries under its largest witnessed head.
    pub(crate) witnessed: Option<u64>,
}

#[derive(Deserialize)]
struct Logs {
    logs: Vec<LogState>,
}

#[derive(Serialize)]
struct Submission<'a> {
    statement: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
}

impl<'a> Submission<'a> {
    fn of(statement: &SignedStatement, body: Option<&'a str>) -> Self {
        Self { statement: statement.note().to_string(), body }
    }
}

#[derive(Serialize)]
struct Submissions<'a> {
    statements: Vec<Submission<'a>>,
}

#[derive(Deserialize)]
struct AnswerToMany {
    answers: Vec<AnswerToOne>,
}

#[derive(Deserialize)]
struct Wrapped {
    #[serde(default)]
    error: Fault,
}

impl Node {
    /// The node at `base`, such as `http://127.0.0.1:8601`.
    pub(crate) fn new(base: &str, language: Language) -> anyhow::Result<Self> {
        let url = reqwest::Url::parse(base).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let url = url.with_context(|| {
            say!(
                language,
                "--node：“{base}”不是网址，应如 http://127.0.0.1:8601",
                "--node: \"{base}\" is no address; one such as http://127.0.0.1:8601 wanted"
            )
        })?;
        // A proxy of the machine must not stand between a person and the node they named on their own network.
        let client = Client::builder().timeout(PATIENCE).no_proxy().build()?;
        Ok(Self { base: url.as_str().trim_end_matches('/').to_owned(), client, language })
    }

    /// The address.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Where the files of a log are served.
    pub(crate) fn log_path(origin: &Origin) -> String {
        format!("/log/{}/{}", origin.division, origin.generation)
    }

    /// The bytes at `path`; nothing where the node holds nothing.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Option<Vec<u8>>> {
        let (base, language) = (&self.base, self.language);
        let mut tries = 0;
        let response = loop {
            let response = self.client.get(format!("{base}{path}")).send().await.map_err(|error| self.unreachable(&error))?;
            // A node bounds how much one address asks in a second; whoever reads whole logs waits as it says.
            if response.status() != StatusCode::TOO_MANY_REQUESTS || tries == MOST_WAITS {
                break response;
            }
            tries += 1;
            let wait = retry_after(&response).unwrap_or(Duration::from_secs(1));
            tokio::time::sleep(wait.clamp(Duration::from_millis(200), Duration::from_secs(10))).await;
        };
        let status = response.status();
        // What is redacted is held by nobody.
        if status == StatusCode::NOT_FOUND || status == StatusCode::GONE {
            return Ok(None);
        }
        let bytes = bounded(response).await?;
        if !status.is_success() {
            let fault = fault(&bytes);
            bail!(say!(language, "{base}{path}：节点答 {status}：{fault}", "{base}{path}: the node answered {status}: {fault}"));
        }
        Ok(Some(bytes))
    }

    /// As [`Self::get`], as text that must be there.
    pub(crate) async fn text(&self, path: &str) -> anyhow::Result<String> {
        let (base, language) = (&self.base, self.language);
        let bytes = self.get(path).await?.with_context(|| say!(language, "{base}{path}：节点没有", "{base}{path}: the node has none"))?;
        String::from_utf8(bytes).with_context(|| format!("{base}{path}"))
    }

    /// The federation file the node serves; trust it only as far as the node.
    pub(crate) async fn federation(&self) -> anyhow::Result<FederationFile> {
        Ok(self.text("/federation").await?.parse()?)
    }

    /// Every log the node holds.
    pub(crate) async fn logs(&self) -> anyhow::Result<Vec<LogState>> {
        let text = self.text("/logs?since=0").await?;
        let logs: Logs = serde_json::from_str(&text).with_context(|| format!("{}/logs", self.base))?;
        Ok(logs.logs)
    }

    /// The entry at `index` of a log, as the node's receipt tells it; nothing where there is none.
    pub(crate) async fn entry(&self, log: &Origin, index: u64) -> anyhow::Result<Option<Entry>> {
        let path = format!("{}/receipt/{index}", Self::log_path(log));
        let Some(receipt) = self.get(&path).await? else { return Ok(None) };
        Ok(Some(Entry::parse(&Receipt::parse(&receipt)?.entry)?))
    }

    /// The entry at `index` of a log, as the node's receipt tells it; an error where there is none.
    pub(crate) async fn required_entry(&self, log: &Origin, index: u64) -> anyhow::Result<Entry> {
        let (base, language) = (&self.base, self.language);
        let entry = self.entry(log, index).await?;
        entry.with_context(|| say!(language, "{base}：{log} 没有第 {index} 条", "{base}: {log} has no entry {index}"))
    }

    /// Whether the node says it is ready.
    pub(crate) async fn is_ready(&self) -> bool {
        let answer = self.client.get(format!("{}/readyz", self.base)).timeout(Duration::from_secs(2)).send().await;
        answer.is_ok_and(|response| response.status().is_success())
    }

    /// Has the home node of a log hand out the next free matter number, which it never hands out again.
    pub(crate) async fn reserve(&self, log: &Origin) -> anyhow::Result<MatterId> {
        #[derive(Deserialize)]
        struct Reserved {
            matter: MatterId,
        }
        let url = format!("{}{}/matters", self.base, Self::log_path(log));
        let response = self.client.post(&url).send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        let bytes = bounded(response).await?;
        if !status.is_success() {
            let fault = fault(&bytes);
            bail!(say!(
                self.language,
                "{url}：没有得到编号（{status}）：{fault}；也可自己用 --matter 给一个没用过的编号",
                "{url}: no number was handed out ({status}): {fault}; or give an unused one yourself with --matter"
            ));
        }
        let reserved: Reserved = serde_json::from_slice(&bytes).with_context(|| url.clone())?;
        if reserved.matter.division != log.division {
            bail!("{url}: {}", reserved.matter);
        }
        Ok(reserved.matter)
    }

    /// Sends a statement with its body. Sending it again changes nothing.
    pub(crate) async fn publish(&self, statement: &SignedStatement, body: Option<&str>) -> anyhow::Result<Answer<Box<Published>>> {
        let submission = Submission::of(statement, body);
        let url = format!("{}{}/statements", self.base, Self::log_path(&statement.statement().log));
        let response = self.client.post(&url).json(&submission).send().await.map_err(|error| self.unreachable(&error))?;
        match answered(&url, response).await? {
            Answer::Taken(bytes) => {
                let published = serde_json::from_slice(&bytes).with_context(|| url)?;
                Ok(Answer::Taken(Box::new(published)))
            }
            Answer::Refused(fault) => Ok(Answer::Refused(fault)),
            Answer::Busy(wait, fault) => Ok(Answer::Busy(wait, fault)),
            Answer::Spent(wait, fault) => Ok(Answer::Spent(wait, fault)),
        }
    }

    /// Sends statements for one log with their bodies, at most [`MOST_AT_ONCE`] of [`MOST_BYTES_AT_ONCE`]; answers for each, in their order,
    /// with its place in the log. Sending them again changes nothing.
    pub(crate) async fn publish_many(&self, log: &Origin, sent: &[(SignedStatement, Option<String>)]) -> anyhow::Result<Vec<Answer<u64>>> {
        let statements = sent.iter().map(|(statement, body)| Submission::of(statement, body.as_deref())).collect();
        let submissions = Submissions { statements };
        let url = format!("{}{}/batch", self.base, Self::log_path(log));
        let response = self.client.post(&url).json(&submissions).send().await.map_err(|error| self.unreachable(&error))?;
        let answers = match answered(&url, response).await? {
            Answer::Taken(bytes) => serde_json::from_slice::<AnswerToMany>(&bytes).with_context(|| url.clone())?.answers,
            Answer::Refused(fault) => bail!("{url}: {fault}"),
            Answer::Busy(wait, fault) => return Ok(vec![Answer::Busy(wait, fault); sent.len()]),
            Answer::Spent(wait, fault) => return Ok(vec![Answer::Spent(wait, fault); sent.len()]),
        };
        ensure!(answers.len() == sent.len(), "{url}: {} / {}", answers.len(), sent.len());
        let judged = |AnswerToOne { status, index, error, retry_after }| {
            let status = StatusCode::from_u16(status).with_context(|| url.clone())?;
            let taken = || index.with_context(|| format!("{url}: index"));
            judged(&url, status, retry_after.map(Duration::from_secs), error, taken)
        };
        answers.into_iter().map(judged).collect()
    }

    /// Sends the stored bytes of an attachment, in pieces, from `file`; the entry at `index` of `log` lists it. Sending it again changes nothing.
    pub(crate) async fn attach(&self, log: &Origin, index: u64, hash: &Blake3, file: &Path) -> anyhow::Result<Answer<()>> {
        let url = format!("{}{}/attachment/{hash}?index={index}", self.base, Self::log_path(log));
        let bytes = tokio::fs::File::open(file).await.with_context(|| file.display().to_string())?;
        let length = bytes.metadata().await?.len();
        let sent = self.client.put(&url).timeout(PATIENCE_TO_SEND).header("content-length", length).body(bytes).send().await;
        Ok(answered(&url, sent.map_err(|error| self.unreachable(&error))?).await?.without())
    }

    fn unreachable(&self, error: &reqwest::Error) -> anyhow::Error {
        let base = &self.base;
        let why = innermost(error);
        anyhow::anyhow!(say!(
            self.language,
            "{base}：连不上（{why}）；看网址是否写对、节点是否在运行（luodi status --node {base}）",
            "{base}: cannot be reached ({why}); check the address and that the node runs (luodi status --node {base})"
        ))
    }
}

/// What a node says of what it was sent: the bytes of a success, or its refusal.
async fn answered(url: &str, response: Response) -> anyhow::Result<Answer<Vec<u8>>> {
    let (status, wait) = (response.status(), retry_after(&response));
    let bytes = bounded(response).await?;
    let fault = if status.is_success() { Fault::default() } else { fault(&bytes) };
    judged(url, status, wait, fault, || Ok(bytes))
}

/// What a status means for what was sent; `taken` is what a success says.
fn judged<T>(
    url: &str,
    status: StatusCode,
    wait: Option<Duration>,
    mut fault: Fault,
    taken: impl FnOnce() -> anyhow::Result<T>,
) -> anyhow::Result<Answer<T>> {
    if status.is_success() {
        return Ok(Answer::Taken(taken()?));
    }
    let wait = wait.unwrap_or(Duration::from_secs(1));
    if fault.why.is_empty() {
        fault.why = status.to_string();
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        return Ok(Answer::Busy(wait, fault));
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Ok(if wait > SHORT_WAIT { Answer::Spent(wait, fault) } else { Answer::Busy(wait, fault) });
    }
    if status.is_client_error() {
        return Ok(Answer::Refused(fault));
    }
    bail!("{url}: {status}: {fault}")
}

fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers().get("retry-after")?.to_str().ok()?;
    value.parse().ok().map(Duration::from_secs)
}

fn fault(bytes: &[u8]) -> Fault {
    serde_json::from_slice::<Wrapped>(bytes).map(|wrapped| wrapped.error).unwrap_or_default()
}

fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

async fn bounded(mut response: Response) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if bytes.len() + chunk.len() > LONGEST_ANSWER {
            bail!("{}: longer than {LONGEST_ANSWER} bytes", response.url());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
