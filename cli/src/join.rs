//! What a body hands to the office that registers it: public keys, each proving with its own signature that its holder has it.
//!
//! A *join request* is for a division's machine:
//!
//! ```text
//! luodi/join/v1
//! origin luodi.example/demo/log/990101001001/1
//! log <vkey>                      ← two during a rotation: the present key, then the new one
//! node <vkey>
//! witness <vkey>
//! peer <vkey>
//! address /ip4/192.0.2.7/udp/8700/quic-v1
//! time 2026-11-22T07:58:11Z
//!
//! — one line by each of these keys
//! ```
//!
//! An *office request* is for the key of an office: `luodi/office-request/v1`, `key <vkey>`, `time …`, one line by that key.
//!
//! Out of scope: whether to believe that the sender is who they say. The officer who registers them knows them and compares in person.

use anyhow::{Context as _, bail, ensure};
use luodi_ledger::key::{KeyKind, VerifierKey};
use luodi_ledger::names::{OfficeName, Origin};
use luodi_ledger::note::Note;
use luodi_ledger::time::Time;
use luodi_node::keys::{MachineKeys, peer_name};

/// First line of a join request.
const JOIN: &str = "luodi/join/v1";
/// Most keys of a log in one request: as many as a charter names.
const MOST_LOG_KEYS: usize = 3;
/// First line of an office request.
const OFFICE: &str = "luodi/office-request/v1";

/// The machine keys of a division that asks to be chartered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct JoinRequest {
    /// The log it will write.
    pub(crate) origin: Origin,
    /// Sign the log's heads: one, or the present and the new during a rotation.
    pub(crate) logs: Vec<VerifierKey>,
    /// Signs for the node.
    pub(crate) node: VerifierKey,
    /// Cosigns others' heads.
    pub(crate) witness: VerifierKey,
    /// The libp2p identity.
    pub(crate) peer: VerifierKey,
    /// Where peers reach it, as multiaddresses.
    pub(crate) addresses: Vec<String>,
    /// When it was made.
    pub(crate) time: Time,
}

impl JoinRequest {
    /// The request of the holder of `keys`, signed by each of them.
    pub(crate) fn sign(origin: &Origin, keys: &MachineKeys, addresses: &[String], time: Time) -> anyhow::Result<Note> {
        let request = Self {
            origin: origin.clone(),
            logs: keys.log_keys().iter().map(|key| key.public().clone()).collect(),
            node: keys.node.public().clone(),
            witness: keys.witness.public().clone(),
            peer: keys.peer.public().clone(),
            addresses: addresses.to_vec(),
            time,
        };
        let mut note = Note::new(request.text())?;
        for key in keys.log_keys().iter().chain([&keys.node, &keys.witness, &keys.peer]) {
            note.sign(key, u64::try_from(time.unix())?);
        }
        Ok(note)
    }

    /// Reads a request and checks that every key it names signed it, under the name its role bears.
    pub(crate) fn parse(bytes: &[u8]) -> anyhow::Result<Self> {
        let note = Note::parse(bytes)?;
        let mut lines = Lines::of(note.text(), JOIN)?;
        let origin: Origin = lines.take("origin")?.parse()?;
        let request = Self {
            logs: std::iter::from_fn(|| lines.take_if("log")).map(|key| Ok(key.parse()?)).collect::<anyhow::Result<_>>()?,
            node: lines.take("node")?.parse()?,
            witness: lines.take("witness")?.parse()?,
            peer: lines.take("peer")?.parse()?,
            addresses: std::iter::from_fn(|| lines.take_if("address")).collect(),
            time: lines.take("time")?.parse()?,
            origin,
        };
        ensure!(request.text() == note.text(), "join request: a line too many, or in another order");
        let Origin { federation, division, .. } = &request.origin;
        ensure!((1..=MOST_LOG_KEYS).contains(&request.logs.len()), "join request: 1 to {MOST_LOG_KEYS} lines \"log …\" wanted");
        let others = [
            (&request.node, format!("{federation}/{division}/node"), KeyKind::Ed25519),
            (&request.witness, federation.witness_name(*division), KeyKind::Cosigner),
            (&request.peer, peer_name(federation, *division), KeyKind::Ed25519),
        ];
        let logs = request.logs.iter().map(|key| (key, request.origin.to_string(), KeyKind::Ed25519));
        let roles: Vec<(&VerifierKey, String, KeyKind)> = logs.chain(others).collect();
        for (key, name, kind) in &roles {
            ensure!(key.name() == name && key.kind() == *kind, "join request: {} is not the key of {name}", key.name());
        }
        proven(&note, &roles.iter().map(|(key, ..)| *key).collect::<Vec<_>>())?;
        Ok(request)
    }

    fn text(&self) -> String {
        let Self { origin, logs, node, witness, peer, addresses, time } = self;
        let logs: String = logs.iter().map(|key| format!("log {key}\n")).collect();
        let addresses: String = addresses.iter().map(|address| format!("address {address}\n")).collect();
        format!("{JOIN}\norigin {origin}\n{logs}node {node}\nwitness {witness}\npeer {peer}\n{addresses}time {time}\n")
    }
}

/// The key of an office that asks to be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OfficeRequest {
    /// The office.
    pub(crate) office: OfficeName,
    /// Its key.
    pub(crate) key: VerifierKey,
    /// When it was made.
    pub(crate) time: Time,
}

impl OfficeRequest {
    /// The request of the holder of `key`, signed by it.
    pub(crate) fn sign(key: &luodi_ledger::key::SignerKey, time: Time) -> anyhow::Result<Note> {
        let mut note = Note::new(Self::text(key.public(), time))?;
        note.sign(key, 0);
        Ok(note)
    }

    /// Reads a request and checks that its key signed it.
    pub(crate) fn parse(bytes: &[u8]) -> anyhow::Result<Self> {
        let note = Note::parse(bytes)?;
        let mut lines = Lines::of(note.text(), OFFICE)?;
        let key: VerifierKey = lines.take("key")?.parse()?;
        let time = lines.take("time")?.parse()?;
        ensure!(Self::text(&key, time) == note.text(), "office request: a line too many");
        ensure!(key.kind() == KeyKind::Ed25519, "office request: a key of type 0x01 wanted");
        proven(&note, &[&key])?;
        Ok(Self { office: key.name().parse()?, key, time })
    }

    fn text(key: &VerifierKey, time: Time) -> String {
        format!("{OFFICE}\nkey {key}\ntime {time}\n")
    }
}

/// Every key has its own valid line, and there is no other line.
fn proven(note: &Note, keys: &[&VerifierKey]) -> anyhow::Result<()> {
    let verified = note.verify(keys.iter().copied())?;
    if let Some(key) = keys.iter().find(|key| !verified.iter().any(|line| line.key == **key)) {
        bail!("request: {} has not signed it, so nobody has shown to hold this key", key.name());
    }
    ensure!(note.signatures().len() == keys.len(), "request: a signature line too many");
    Ok(())
}

struct Lines<'t>(std::iter::Peekable<std::str::Lines<'t>>);

impl<'t> Lines<'t> {
    fn of(text: &'t str, header: &str) -> anyhow::Result<Self> {
        let mut lines = text.lines().peekable();
        ensure!(lines.next() == Some(header), "request: the first line must be {header}");
        Ok(Self(lines))
    }

    fn take(&mut self, key: &str) -> anyhow::Result<String> {
        self.take_if(key).with_context(|| format!("request: a line \"{key} …\" wanted"))
    }

    fn take_if(&mut self, key: &str) -> Option<String> {
        let value = self.0.peek()?.strip_prefix(key)?.strip_prefix(' ')?.to_owned();
        self.0.next();
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use luodi_node::keys::generate_office;

    fn origin() -> Origin {
        "luodi.example/demo/log/990101001001/1".parse().unwrap()
    }

    fn request() -> Note {
        let keys = MachineKeys::generate(&origin()).unwrap();
        let addresses = ["/ip4/127.0.0.1/tcp/8701".to_owned(), "/ip4/127.0.0.1/udp/8701/quic-v1".to_owned()];
        JoinRequest::sign(&origin(), &keys, &addresses, "2026-11-22T07:58:11Z".parse().unwrap()).unwrap()
    }

    #[test]
    fn a_join_request_is_read_back() {
        let read = JoinRequest::parse(&request().to_bytes()).unwrap();
        assert_eq!(read.origin, origin());
        assert_eq!(read.addresses.len(), 2);
    }

    #[test]
    fn a_key_that_did_not_sign_is_refused() {
        for position in 0..4 {
            let mut note = request();
            let line = note.signatures()[position].clone();
            note.retain(|each| each != &line);
            let error = JoinRequest::parse(&note.to_bytes()).unwrap_err().to_string();
            assert!(error.contains("has not signed it"), "{error}");
        }
    }

    #[test]
    fn a_rotation_is_asked_for_by_both_keys() {
        let folder = tempfile::tempdir().unwrap();
        let passphrase = luodi_node::keys::Passphrase::new("x".to_owned()).unwrap();
        let mut keys = MachineKeys::generate(&origin()).unwrap();
        keys.rotate(folder.path(), &origin(), &passphrase, luodi_node::keys::WorkFactor::SAMPLE).unwrap();
        let note = JoinRequest::sign(&origin(), &keys, &[], "2026-11-22T07:58:11Z".parse().unwrap()).unwrap();
        assert_eq!(JoinRequest::parse(&note.to_bytes()).unwrap().logs.len(), 2);
        for position in 0..5 {
            let mut short = note.clone();
            let line = note.signatures()[position].clone();
            short.retain(|each| each != &line);
            assert!(JoinRequest::parse(&short.to_bytes()).unwrap_err().to_string().contains("has not signed it"), "{position}");
        }
    }

    #[test]
    fn a_changed_address_is_refused() {
        let text = request().to_string().replace("tcp/8701", "tcp/8702");
        assert!(JoinRequest::parse(text.as_bytes()).is_err());
    }

    #[test]
    fn an_office_request_is_read_back_and_proves_its_key() {
        let office: OfficeName = "luodi.example/demo/990101001001/committee".parse().unwrap();
        let (key, other) = (generate_office(&office).unwrap(), generate_office(&office).unwrap());
        let note = OfficeRequest::sign(&key, "2026-11-22T07:58:11Z".parse().unwrap()).unwrap();
        assert_eq!(OfficeRequest::parse(&note.to_bytes()).unwrap().office, office);
        let forged = note.to_string().replace(&key.public().to_string(), &other.public().to_string());
        assert!(OfficeRequest::parse(forged.as_bytes()).is_err());
    }
}
