//! A county of real nodes for whole-system tests: each a process with its own store, keys and addresses on loopback.
//!
//! The harness speaks to nodes as strangers do, over HTTP, and judges what they serve with `ledger` alone.

mod forging;
mod founding;
mod ports;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use luodi_ledger::audit::{Audit, Source};
use luodi_ledger::facts::Facts;
use luodi_ledger::federation::FederationFile;
use luodi_ledger::key::SignerKey;
use luodi_ledger::matter::codes::Method;
use luodi_ledger::matter::pack::Packs;
use luodi_ledger::names::{Division, Origin};
use luodi_ledger::policy::Witness;
use luodi_ledger::registry::Registry;
use luodi_ledger::statement::{BodyRef, Statement};
use luodi_ledger::time::Time;
use luodi_node::keys::MachineKeys;
use serde_json::Value;

use crate::founding::{appoint, charter};

/// The county of the tests.
pub const COUNTY: &str = "990101000000";
/// Its townships.
pub const TOWNSHIPS: [&str; 2] = ["990101001000", "990101002000"];
/// Their communities.
pub const COMMUNITIES: [&str; 2] = ["990101001001", "990101002201"];
/// Longest that anything is waited for.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A federation of five nodes.
pub struct County {
    folder: tempfile::TempDir,
    /// The federation file.
    pub federation: FederationFile,
    /// The county, its townships, their communities.
    pub nodes: Vec<Node>,
    offices: Vec<SignerKey>,
    /// A witness that is no node of this county, and the node whose log it witnesses.
    outside: Option<(usize, Witness)>,
    program: PathBuf,
    http: reqwest::blocking::Client,
}

/// One node.
pub struct Node {
    /// Its division.
    pub division: Division,
    /// Its log.
    pub origin: Origin,
    /// Its folder: `node.toml`, `data`, `keys`.
    pub folder: PathBuf,
    /// Where it serves HTTP.
    pub base: String,
    keys: MachineKeys,
    port: u16,
    process: Option<Child>,
    /// The words before the program that start it elsewhere, such as in another mount namespace.
    under: Vec<String>,
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Node {
    /// Ends the process at once, as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("a child can be killed");
            process.wait().expect("a child can be waited for");
        }
    }

    /// The process id, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Child::id)
    }
}

impl County {
    /// Starts node `at`; its log lines go to a file in its folder.
    pub fn start(&mut self, at: usize) {
        self.start_with(at, &[]);
    }

    /// Starts node `at` with the operator's word that nobody else holds its log.
    pub fn start_alone(&mut self, at: usize) {
        self.start_with(at, &["--alone"]);
    }

    fn start_with(&mut self, at: usize, arguments: &[&str]) {
        let node = &mut self.nodes[at];
        let lines = std::fs::OpenOptions::new().create(true).append(true).open(node.folder.join("node.log")).expect("a file for the lines");
        let words: Vec<&std::ffi::OsStr> = node.under.iter().map(AsRef::as_ref).chain([self.program.as_os_str()]).collect();
        let process = Command::new(words[0])
            .args(&words[1..])
            .args(["run", "--config"])
            .arg(node.folder.join("node.toml"))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(lines)
            .spawn();
        node.process = Some(process.expect("the program starts"));
    }

    /// Starts node `at` behind these words from now on.
    pub fn run_node_under(&mut self, at: usize, words: Vec<String>) {
        self.nodes[at].under = words;
    }

    /// Starts all nodes, registers everybody, and waits until every log is open.
    pub fn open(&mut self) {
        (0..self.nodes.len()).for_each(|at| self.start(at));
        self.wait_ready(0);
        for at in 1..self.nodes.len() {
            let above = self.nodes.iter().position(|other| self.nodes[at].division.parent() == Some(other.division)).expect("a parent");
            self.wait_ready(above);
            let outside = self.outside.as_ref().filter(|(of, _)| *of == at).map(|(_, witness)| witness);
            let charter = Facts::of(&charter(&self.nodes, at, outside)).expect("facts");
            let mut said = self.must_say(above, "government", "charter", None, charter, None);
            let division = self.nodes[at].division.to_string();
            for key in self.offices.iter().filter(|key| key.public().name().contains(&format!("/{division}/"))).cloned().collect::<Vec<_>>()
            {
                said = self.must_say(above, "government", "appoint", None, appoint(&key), None);
            }
            // Its offices may register others only once their own appointments have arrived.
            let size = said["size"].as_u64().expect("a size");
            self.wait(&format!("{division} knows its offices"), || self.holds(at, above).0 >= size);
        }
        (0..self.nodes.len()).for_each(|at| self.wait_ready(at));
    }

    /// Waits until node `at` takes statements in.
    pub fn wait_ready(&self, at: usize) {
        self.wait(&format!("{} is ready", self.nodes[at].division), || self.get(at, "readyz").is_some());
    }

    /// Waits until `holds`; fails loudly, with the nodes' last lines, when it never does.
    pub fn wait(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let start = Instant::now();
        while !holds() {
            if start.elapsed() > PATIENCE {
                for node in &self.nodes {
                    let lines = std::fs::read_to_string(node.folder.join("node.log")).unwrap_or_default();
                    let tail: Vec<&str> = lines.lines().rev().take(12).collect();
                    eprintln!("--- {}\n{}", node.division, tail.into_iter().rev().collect::<Vec<_>>().join("\n"));
                }
                panic!("never: {what}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The bytes at `path` of node `at`; none unless it answers 200.
    pub fn get(&self, at: usize, path: &str) -> Option<Vec<u8>> {
        let answer = self.http.get(format!("{}/{path}", self.nodes[at].base)).send().ok()?;
        answer.status().is_success().then(|| answer.bytes().ok().map(|bytes| bytes.to_vec())).flatten()
    }

    /// Posts nothing to `path` of node `at`: its JSON; none unless it answers 200.
    pub fn post(&self, at: usize, path: &str) -> Option<Value> {
        let answer = self.http.post(format!("{}/{path}", self.nodes[at].base)).send().ok()?;
        answer.status().is_success().then(|| answer.json().ok()).flatten()
    }

    /// The key of an office of node `at`.
    pub fn office(&self, at: usize, office: &str) -> &SignerKey {
        let name = format!("{}/{}/{office}", self.federation.name, self.nodes[at].division);
        self.offices.iter().find(|key| key.public().name() == name).expect("an office of the county")
    }

    /// A statement for the log of node `at`, signed by `key` now.
    pub fn sign(
        &self,
        at: usize,
        key: &SignerKey,
        kind: &str,
        matter: Option<&str>,
        facts: Facts,
        body: Option<&str>,
    ) -> (String, Option<String>) {
        let statement = Statement {
            log: self.nodes[at].origin.clone(),
            by: [key.public().name().parse().expect("an office")].into(),
            kind: kind.parse().expect("a kind"),
            matter: matter.map(|id| id.parse().expect("a matter")),
            time: now(),
            facts,
            body: body.map(|body| BodyRef::of(body.as_bytes())),
        };
        let signed = statement.sign(std::slice::from_ref(key)).expect("it signs");
        (signed.note().to_string(), body.map(str::to_owned))
    }

    /// Submits a signed statement to node `at`: the status and the answer; none when the node cannot be reached.
    pub fn submit(&self, at: usize, (statement, body): &(String, Option<String>)) -> Option<(u16, Value)> {
        let node = &self.nodes[at];
        let url = format!("{}/log/{}/{}/statements", node.base, node.origin.division, node.origin.generation);
        let mut sent = serde_json::json!({ "statement": statement });
        if let Some(body) = body {
            sent["body"] = body.as_str().into();
        }
        let answer = self.http.post(url).json(&sent).send().ok()?;
        Some((answer.status().as_u16(), answer.json().unwrap_or(Value::Null)))
    }

    /// Sends bytes to `path` of node `at`, or asks for it where there are none: the status and the answer's text.
    pub fn send(&self, at: usize, path: &str, sent: Option<Vec<u8>>) -> (u16, String) {
        let url = format!("{}/{path}", self.nodes[at].base);
        let request = match sent {
            Some(bytes) => self.http.post(url).header("content-type", "application/json").body(bytes),
            None => self.http.get(url),
        };
        let answer = request.send().expect("the node answers");
        (answer.status().as_u16(), answer.text().expect("text"))
    }

    /// Puts bytes at `path` of node `at`: the status and the answer's text.
    pub fn put(&self, at: usize, path: &str, bytes: &[u8]) -> (u16, String) {
        let answer = self.http.put(format!("{}/{path}", self.nodes[at].base)).body(bytes.to_vec()).send().expect("the node answers");
        (answer.status().as_u16(), answer.text().expect("text"))
    }

    /// Asks for `path` of node `at` with a header: the status, the header fields named, and the bytes.
    pub fn fetch(&self, at: usize, path: &str, with: (&str, &str), fields: &[&str]) -> (u16, Vec<String>, Vec<u8>) {
        let request = self.http.get(format!("{}/{path}", self.nodes[at].base)).header(with.0, with.1);
        let answer = request.send().expect("the node answers");
        let field = |name: &&str| answer.headers().get(*name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let (status, fields) = (answer.status().as_u16(), fields.iter().map(field).collect());
        (status, fields, answer.bytes().expect("bytes").to_vec())
    }

    /// What node `at` has logged so far.
    pub fn log_lines(&self, at: usize) -> String {
        std::fs::read_to_string(self.nodes[at].folder.join("node.log")).expect("its log lines")
    }

    /// Says something that must be taken in.
    pub fn must_say(&self, at: usize, office: &str, kind: &str, matter: Option<&str>, facts: Facts, body: Option<&str>) -> Value {
        let sent = self.sign(at, self.office(at, office), kind, matter, facts, body);
        let (status, answer) = self.submit(at, &sent).expect("the node answers");
        assert_eq!(status, 200, "{kind} at {}: {answer}", self.nodes[at].division);
        answer
    }

    /// How many entries of the log of node `of` the node `at` holds, and how many of them witnessed.
    pub fn holds(&self, at: usize, of: usize) -> (u64, u64) {
        let Some(bytes) = self.get(at, "logs") else { return (0, 0) };
        let logs: Value = serde_json::from_slice(&bytes).expect("JSON");
        let origin = self.nodes[of].origin.to_string();
        let log = logs["logs"].as_array().and_then(|logs| logs.iter().find(|log| log["origin"] == origin.as_str()));
        log.map_or((0, 0), |log| (log["size"].as_u64().unwrap_or(0), log["witnessed"].as_u64().unwrap_or(0)))
    }

    /// Audits, from the bytes that node `at` serves, the logs of the nodes `of` and those above, highest first.
    pub fn audit(&self, at: usize, of: &[usize]) -> Vec<Audit> {
        let mut registry = Registry::new(self.federation.clone());
        let mut audits = Vec::new();
        for log in of {
            let origin = &self.nodes[*log].origin;
            let audit = Audit::run(&mut Served { county: self, at, origin }, &registry, origin, |_, _| {}).expect("the node answers");
            registry.observe_all(audit.registry_entries.iter().map(|entry| (origin, entry)));
            audits.push(audit);
        }
        audits
    }

    /// The folder of the whole county.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// The time now.
pub fn now() -> Time {
    luodi_node::clock::Clock::system().now()
}

/// A log as a node serves it.
struct Served<'c> {
    county: &'c County,
    at: usize,
    origin: &'c Origin,
}

impl Source for Served<'_> {
    type Unavailable = String;

    fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, String> {
        let Origin { division, generation, .. } = self.origin;
        let url = format!("{}/log/{division}/{generation}/{path}", self.county.nodes[self.at].base);
        let answer = self.county.http.get(url).send().map_err(|error| error.to_string())?;
        match answer.status().as_u16() {
            200 => answer.bytes().map(|bytes| Some(bytes.to_vec())).map_err(|error| error.to_string()),
            // Absent, or redacted.
            404 | 410 => Ok(None),
            status => Err(format!("{path}: {status}")),
        }
    }
}

/// The facts of a topic that any committee may raise.
pub fn topic() -> Facts {
    let packs = Packs::built_in();
    let (rules, _) = packs.with(Method::General).next().expect("a built-in pack");
    let text =
        format!(r#"{{"basis":"vital-interest","category":"sanitation","decision":"confirmed","method":"general","rules":"{rules}"}}"#);
    Facts::parse(&text).expect("facts")
}

/// The words of topic `number`, with a nonce of its own.
pub fn topic_words(number: u32) -> String {
    format!("{{\"nonce\":\"{number:032x}\",\"title\":\"清理第 {number} 条排水沟\"}}")
}
