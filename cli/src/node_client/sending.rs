//! What is sent to a node: statements with their bodies, one or many, and attachments; and what it answers to each.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use luodi_ledger::hash::Blake3;
use luodi_ledger::matter::Foretold;
use luodi_ledger::names::Origin;
use luodi_ledger::statement::SignedStatement;
use reqwest::{Response, StatusCode};
use serde::{Deserialize, Serialize};

use super::{Fault, Node, bounded, fault, retry_after};

/// Longest time for an attachment to be sent: as long as a node waits for one.
const PATIENCE_TO_SEND: Duration = Duration::from_secs(900);
/// Most statements that a node takes in with one request: as many as it seals under one head.
pub(crate) const MOST_AT_ONCE: usize = 256;
/// Most bytes of statements and bodies in one request: JSON may double them, and a node takes 1 MiB.
pub(crate) const MOST_BYTES_AT_ONCE: usize = 500 * 1024;
/// A longer wait than this is for the next day, not for a queue.
const SHORT_WAIT: Duration = Duration::from_secs(120);

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

impl<T> Answer<T> {
    /// The same with what `taken` makes of a success.
    fn map<U>(self, taken: impl FnOnce(T) -> anyhow::Result<U>) -> anyhow::Result<Answer<U>> {
        Ok(match self {
            Self::Taken(said) => Answer::Taken(taken(said)?),
            Self::Refused(fault) => Answer::Refused(fault),
            Self::Busy(wait, fault) => Answer::Busy(wait, fault),
            Self::Spent(wait, fault) => Answer::Spent(wait, fault),
        })
    }
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

impl Node {
    /// Sends a statement with its body. Sending it again changes nothing.
    pub(crate) async fn publish(&self, statement: &SignedStatement, body: Option<&str>) -> anyhow::Result<Answer<Box<Published>>> {
        let submission = Submission::of(statement, body);
        let url = format!("{}{}/statements", self.base, Self::log_path(&statement.statement().log));
        let response = self.client.post(&url).json(&submission).send().await.map_err(|error| self.unreachable(&error))?;
        answered(&url, response).await?.map(|bytes| serde_json::from_slice(&bytes).with_context(|| url))
    }

    /// Asks how a statement would be shown; nothing of what belongs to no matter or was published before.
    pub(crate) async fn foretell(&self, statement: &SignedStatement, body: Option<&str>) -> anyhow::Result<Answer<Option<Box<Foretold>>>> {
        let url = format!("{}{}/foretold", self.base, Self::log_path(&statement.statement().log));
        let asked = self.client.post(&url).json(&Submission::of(statement, body)).send().await;
        let answer = answered(&url, asked.map_err(|error| self.unreachable(&error))?).await?;
        answer.map(|bytes| serde_json::from_slice(&bytes).with_context(|| url))
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
        answered(&url, sent.map_err(|error| self.unreachable(&error))?).await?.map(|_| Ok(()))
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
        if status == StatusCode::NOT_FOUND {
            "check that --node is the address of a node, not that of the pages".clone_into(&mut fault.remedy);
        }
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
