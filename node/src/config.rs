//! A node's settings: the file as written, and the settings as meant.
//!
//! [`Config::load`] is the one place where the file is checked. Unknown keys are refused; paths are relative to the file's own folder.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use libp2p::Multiaddr;
use luodi_ledger::Malformed;
use luodi_ledger::federation::FederationFile;
use luodi_ledger::key::VerifierKey;
use luodi_ledger::names::{Division, Origin};
use serde::{Deserialize, Serialize};

use crate::protocol::recent::DailyLimits;

/// `node.toml` as written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeFile {
    /// The division this node speaks for, 12 digits.
    pub division: Division,
    /// Which generation of the division's log it writes; 1 unless the parent chartered a next one after a fork or a lost key.
    #[serde(default = "first_generation")]
    pub generation: u32,
    /// The federation file, as the county hands it out.
    #[serde(default = "federation_file")]
    pub federation: PathBuf,
    /// Where the log and everything replicated are kept. One process at a time.
    #[serde(default = "data_folder")]
    pub data: PathBuf,
    /// Where the encrypted machine keys are kept. Whoever has these files and the passphrase can fork the log.
    #[serde(default = "keys_folder")]
    pub keys: PathBuf,
    /// A file with the passphrase, mode 0600, for unattended starts. Without it: the environment, a systemd credential, or the terminal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passphrase_file: Option<PathBuf>,
    /// Where HTTP is served, for residents' explorers, auditors and offices. No login guards it: signatures do.
    #[serde(default = "http_address")]
    pub http: SocketAddr,
    /// Where peers are listened to.
    #[serde(default = "listen_addresses")]
    pub listen: Vec<Multiaddr>,
    /// Peers to dial before any charter names them, each ending in `/p2p/<peer id>`: the parent's, from the invitation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub peers: Vec<Multiaddr>,
    /// Foreign logs that this node's witness cosigns besides those whose charters name it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub witness: Vec<ForeignLog>,
    /// Free bytes below which the node is read-only. 256 MiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_floor: Option<u64>,
    /// A file that tells the time of a story; for fictional divisions only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub story_clock: Option<PathBuf>,
    /// How much may be asked of this node and said in its log.
    #[serde(default, skip_serializing_if = "LimitsFile::is_default")]
    pub limits: LimitsFile,
}

/// `[limits]` of `node.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsFile {
    /// HTTP requests a second from one address, after a burst of ten times as many; 100. Programs on this machine are not counted. Too low,
    /// and explorers fall behind; 0 counts nobody.
    pub requests_a_second: u32,
    /// Proxies whose `X-Forwarded-For` is believed, so that the addresses behind them are counted; none. Anybody named here can pass for
    /// anybody else: name only proxies of your own, which set that header themselves.
    pub trusted_proxies: Vec<IpAddr>,
    /// Statements that one office may say in a civil day; 500.
    pub statements_a_day: u64,
    /// Bytes of bodies that one office may say in a civil day; 32 MiB.
    pub body_bytes_a_day: u64,
}

impl Default for LimitsFile {
    fn default() -> Self {
        let DailyLimits { statements, body_bytes } = DailyLimits::default();
        Self { requests_a_second: 100, trusted_proxies: Vec::new(), statements_a_day: statements, body_bytes_a_day: body_bytes }
    }
}

impl LimitsFile {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The limits of one office and day.
    pub fn daily(&self) -> DailyLimits {
        DailyLimits { statements: self.statements_a_day, body_bytes: self.body_bytes_a_day }
    }
}

/// A log of strangers that the witness cosigns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForeignLog {
    /// Its origin line; the key's name unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Its key, as a vkey.
    pub key: VerifierKey,
}

impl ForeignLog {
    /// The origin line of its checkpoints.
    pub fn origin(&self) -> &str {
        self.origin.as_deref().unwrap_or_else(|| self.key.name())
    }
}

fn first_generation() -> u32 {
    1
}
fn federation_file() -> PathBuf {
    "federation.txt".into()
}
fn data_folder() -> PathBuf {
    "data".into()
}
fn keys_folder() -> PathBuf {
    "keys".into()
}
fn http_address() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8601))
}
fn listen_addresses() -> Vec<Multiaddr> {
    ["/ip4/0.0.0.0/udp/9601/quic-v1", "/ip4/0.0.0.0/tcp/9601"].iter().filter_map(|text| text.parse().ok()).collect()
}

/// The settings as meant.
#[derive(Clone, Debug)]
pub struct Config {
    /// The log this node writes.
    pub origin: Origin,
    /// The federation.
    pub federation: FederationFile,
    /// The rest of the file, its paths absolute or relative to the working directory.
    pub file: NodeFile,
}

/// A configuration that cannot be used: names the file, the field and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("{}: {source}; `luodi init` makes a node's folder", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is not the TOML that is wanted.
    #[error("{}: {source}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// Line, key and reason.
        source: Box<toml::de::Error>,
    },
    /// A field does not fit.
    #[error("{}: {fault}", path.display())]
    Field {
        /// The file.
        path: PathBuf,
        /// Field and reason.
        fault: Malformed,
    },
}

impl Config {
    /// Reads and checks `node.toml` and the federation file it names.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let read = |path: &Path| std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source });
        let field = |path: &Path, fault: Malformed| ConfigError::Field { path: path.to_owned(), fault };
        let file: NodeFile =
            toml::from_str(&read(path)?).map_err(|source| ConfigError::Form { path: path.to_owned(), source: Box::new(source) })?;
        let mut file = file;
        let folder = path.parent().unwrap_or(Path::new(""));
        let paths = [&mut file.federation, &mut file.data, &mut file.keys].into_iter();
        for relative in paths.chain(&mut file.passphrase_file).chain(&mut file.story_clock) {
            *relative = folder.join(&*relative);
        }
        let federation: FederationFile = read(&file.federation)?.parse().map_err(|fault| field(&file.federation, fault))?;
        Self::new(file, federation).map_err(|fault| field(path, fault))
    }

    /// Checks the fields against each other and the federation.
    pub fn new(file: NodeFile, federation: FederationFile) -> Result<Self, Malformed> {
        // By the codes alone: no log has been read yet, and none could tell otherwise, for a division is moved by an ancestor of both places
        // only, so nothing enters the federation.
        if !file.division.is_within(federation.root) {
            return Err(Malformed::new(
                "division",
                format!("{} does not lie within {}, the root of {}", file.division, federation.root, federation.name),
            ));
        }
        if file.generation == 0 {
            return Err(Malformed::new("generation", "generations are counted from 1"));
        }
        if file.story_clock.is_some() && !(file.division.is_fictional() && federation.root.is_fictional()) {
            return Err(Malformed::new("story_clock", "invented times are for fictional divisions (prefix 99) only; remove the line"));
        }
        if file.listen.is_empty() {
            return Err(Malformed::new("listen", "at least one address wanted, such as /ip4/0.0.0.0/tcp/9601"));
        }
        if let Some(peer) = file.peers.iter().find(|address| !matches!(address.iter().last(), Some(libp2p::multiaddr::Protocol::P2p(_)))) {
            return Err(Malformed::new("peers", format!("{peer} must end in /p2p/<peer id>")));
        }
        let origin = Origin { federation: federation.name.clone(), division: file.division, generation: file.generation };
        Ok(Self { origin, federation, file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_are_refused_and_defaults_filled() {
        let file: NodeFile = toml::from_str("division = \"990101001201\"").unwrap();
        assert_eq!((file.generation, file.listen.len()), (1, 2));
        assert!(toml::from_str::<NodeFile>("division = \"990101001201\"\nquorum = 3").is_err());
    }
}
