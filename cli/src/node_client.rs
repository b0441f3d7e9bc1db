//! A node over HTTP: the few requests the command makes, bounded and with errors a person can act on.
//!
//! Nothing that a node answers is believed here; callers judge it with `ledger`.

mod sending;

use std::time::Duration;

use anyhow::{Context as _, bail};
use luodi_ledger::entry::Entry;
use luodi_ledger::federation::FederationFile;
use luodi_ledger::names::{MatterId, Origin};
use luodi_ledger::receipt::Receipt;
use reqwest::{Client, Response, StatusCode};
use serde::Deserialize;

pub(crate) use self::sending::{Answer, MOST_AT_ONCE, MOST_BYTES_AT_ONCE, Published};
use crate::language::{Language, say};
use crate::refusals;

/// Longest wait for an answer: a node answers at once, or after its quorum's two seconds.
const PATIENCE: Duration = Duration::from_secs(20);
/// Largest answer read: a full entry bundle is at most 256 leaves of 64 KiB.
const LONGEST_ANSWER: usize = 17 * 1024 * 1024;

/// How often a request is made again that a node asked to make more slowly.
const MOST_WAITS: usize = 30;
/// A node's HTTP address.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    base: String,
    client: Client,
    language: Language,
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
        let field = if why.starts_with(&format!("{field}:")) { "" } else { field };
        let parts: Vec<&str> = [field, why].into_iter().filter(|part| !part.is_empty()).collect();
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
        let field = field.strip_prefix("by ").map_or_else(|| field.clone(), |office| format!("签署方 {office}"));
        let told = why.starts_with(&format!("{field}:")) || why.starts_with(&format!("{field}："));
        let field = if told { "" } else { field.as_str() };
        let what: Vec<&str> = [field, &why].into_iter().filter(|part| !part.is_empty()).collect();
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
        let bytes = self.get(path).await?.with_context(|| {
            say!(
                language,
                "{base}{path}：那里没有；--node 要给节点的网址，浏览网页的地址不行",
                "{base}{path}: there is none; --node wants the address of a node, not that of the pages"
            )
        })?;
        String::from_utf8(bytes).with_context(|| format!("{base}{path}"))
    }

    /// The log that the node writes; nothing if it does not say so.
    pub(crate) async fn home(&self) -> anyhow::Result<Option<Origin>> {
        #[derive(Deserialize)]
        struct Home {
            origin: Origin,
        }
        let status = self.get("/status").await?;
        Ok(status.and_then(|status| serde_json::from_slice::<Home>(&status).ok()).map(|home| home.origin))
    }

    /// The federation file the node serves; trust it only as far as the node.
    pub(crate) async fn federation(&self) -> anyhow::Result<FederationFile> {
        Ok(self.text("/federation").await?.parse()?)
    }

    /// The log that the node writes.
    pub(crate) async fn origin(&self) -> anyhow::Result<Origin> {
        #[derive(Deserialize)]
        struct Own {
            origin: Origin,
        }
        let own: Own = serde_json::from_str(&self.text("/status").await?).with_context(|| format!("{}/status", self.base))?;
        Ok(own.origin)
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
