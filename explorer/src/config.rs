//! The explorer's configuration: the file as written ([`Config`]) and the settings as meant ([`Settings`]), with every check between them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use axum::http::HeaderValue;
use luodi_ledger::federation::FederationFile;
use luodi_ledger::names::Division;
use serde::Deserialize;

use crate::divisions::{self, Divisions};

/// The file as written. Unknown keys are refused, so that a misspelt one cannot be without effect unseen.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The federation file: the one thing the explorer trusts. Without the right one every log is judged by the wrong keys.
    pub federation: PathBuf,
    /// The nodes to read, best two or more: with one there is no copy to compare.
    pub node: Vec<NodeConfig>,
    /// Where to listen; `127.0.0.1:8600` if absent. Beyond loopback, put it behind a proxy that speaks TLS.
    #[serde(default = "default_listen")]
    pub listen: SocketAddr,
    /// A path prefix such as `/luodi`, when it stands inside another site; none if absent.
    #[serde(default)]
    pub prefix: String,
    /// Sites whose pages may show ours in a frame, such as `https://www.example.gov.cn`; none if absent. A site named here can lay its own
    /// pages over ours.
    #[serde(default)]
    pub frames: Vec<String>,
    /// More places beside Henan's: a CSV of `code,name[,english]`.
    pub divisions: Option<PathBuf>,
    /// The dates shown were played by a story clock: every page says so. Only for federations under prefix 99.
    #[serde(default)]
    pub staged: bool,
}

/// One node to read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeConfig {
    /// Its base address, such as `http://127.0.0.1:8601`.
    pub url: String,
    /// Whose node it is, for the page that compares the copies; its address is shown if absent.
    pub division: Option<Division>,
}

/// The settings as meant.
#[derive(Debug)]
pub struct Settings {
    /// What everything is judged by.
    pub federation: FederationFile,
    /// The nodes to read, addresses without a trailing slash.
    pub nodes: Vec<NodeConfig>,
    /// Empty, or begins with a slash and does not end in one.
    pub prefix: String,
    /// The value of the header that says who may frame us and what a page may load.
    pub policy: HeaderValue,
    /// All places.
    pub divisions: Divisions,
    /// Whether every page says that the dates were staged.
    pub staged: bool,
}

/// A configuration that cannot be used: which field, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{field}: {why}; {remedy}")]
pub struct BadConfig {
    /// The field.
    pub field: &'static str,
    /// What is wrong.
    pub why: String,
    /// What to do about it.
    pub remedy: &'static str,
}

impl Config {
    /// Reads a configuration file; relative paths in it are taken from its own directory.
    pub fn read(path: &Path) -> Result<Self, BadConfig> {
        let bad = |why: String| BadConfig { field: "configuration file", why, remedy: "see config/explorer.toml for a commented example" };
        let text = std::fs::read_to_string(path).map_err(|error| bad(format!("{}: {error}", path.display())))?;
        let mut config: Self = toml::from_str(&text).map_err(|error| bad(error.to_string()))?;
        let directory = path.parent().unwrap_or(Path::new("."));
        config.federation = directory.join(&config.federation);
        config.divisions = config.divisions.map(|file| directory.join(file));
        Ok(config)
    }

    /// Checks everything and reads the files it names.
    pub fn settings(self) -> Result<Settings, BadConfig> {
        let read = |field: &'static str, path: &Path| {
            let bad =
                |error: std::io::Error| BadConfig { field, why: format!("{}: {error}", path.display()), remedy: "give a readable file" };
            std::fs::read_to_string(path).map_err(bad)
        };
        let federation: FederationFile = read("federation", &self.federation)?.parse().map_err(|error: luodi_ledger::Malformed| {
            BadConfig { field: "federation", why: error.to_string(), remedy: "use the federation file as it was handed over" }
        })?;
        let more = match &self.divisions {
            Some(path) => divisions::parse(&read("divisions", path)?).map_err(|error| bad_list(&error))?,
            None => Vec::new(),
        };
        if self.node.is_empty() {
            return Err(BadConfig { field: "node", why: "none given".to_owned(), remedy: "add a [[node]] with its url" });
        }
        if self.staged && !federation.root.is_fictional() {
            let why = format!("{} is a real place", federation.root);
            return Err(BadConfig { field: "staged", why, remedy: "leave it out: only federations under prefix 99 may play their dates" });
        }
        let nodes = self.node.iter().map(checked_node).collect::<Result<_, _>>()?;
        let prefix = self.prefix.trim_end_matches('/').to_owned();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte);
        let rooted = prefix.starts_with('/') && prefix.bytes().all(plain);
        if !(prefix.is_empty() || rooted) {
            return Err(BadConfig { field: "prefix", why: format!("{prefix:?}"), remedy: "give a path such as /luodi" });
        }
        Ok(Settings {
            federation,
            nodes,
            prefix,
            policy: content_policy(&self.frames)?,
            divisions: Divisions::henan_and(more).map_err(|error| bad_list(&error))?,
            staged: self.staged,
        })
    }
}

fn default_listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8600))
}

fn bad_list(error: &divisions::BadList) -> BadConfig {
    BadConfig { field: "divisions", why: error.to_string(), remedy: "one line a place: code,name or code,name,english" }
}

fn checked_node(node: &NodeConfig) -> Result<NodeConfig, BadConfig> {
    let url = node.url.trim_end_matches('/').to_owned();
    if (url.starts_with("http://") || url.starts_with("https://")) && reqwest::Url::parse(&url).is_ok() {
        Ok(NodeConfig { url, division: node.division })
    } else {
        Err(BadConfig { field: "node.url", why: format!("{url:?}"), remedy: "give an address such as http://127.0.0.1:8601" })
    }
}

/// What a page may load (nothing from elsewhere, no script) and who may frame it.
fn content_policy(frames: &[String]) -> Result<HeaderValue, BadConfig> {
    let allowed = if frames.is_empty() { "'none'".to_owned() } else { frames.join(" ") };
    let bad = || BadConfig { field: "frames", why: format!("{frames:?}"), remedy: "give origins such as https://www.example.gov.cn" };
    if allowed.contains([';', ',']) {
        return Err(bad());
    }
    let policy =
        format!("default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors {allowed}");
    HeaderValue::from_str(&policy).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_refused() {
        assert!(toml::from_str::<Config>("federation = \"f\"\nnode = []\nstagedd = true").is_err());
        let config: Config = toml::from_str("federation = \"f\"\nnode = [{ url = \"http://127.0.0.1:1/\" }]").unwrap();
        assert_eq!(config.listen.port(), 8600);
        assert_eq!(config.settings().unwrap_err().field, "federation");
    }

    #[test]
    fn the_example_is_a_configuration() {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/explorer.toml");
        let config = Config::read(&example).unwrap();
        assert_eq!(config.node.len(), 2);
        assert!(config.federation.ends_with("config/federation.txt"));
    }

    #[test]
    fn frames_cannot_smuggle_a_directive() {
        assert!(content_policy(&["https://a.example; script-src *".to_owned()]).is_err());
        let policy = content_policy(&["https://www.example.gov.cn".to_owned()]).unwrap();
        assert!(policy.to_str().unwrap().ends_with("frame-ancestors https://www.example.gov.cn"));
    }
}
