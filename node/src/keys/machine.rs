//! The keys of a division's machine, in one folder: `log-<generation>.age` (and, after a rotation, `log-<generation>-2.age` …), `node.age`,
//! `witness.age` and `peer.age`.

use std::io;
use std::path::{Path, PathBuf};

use luodi_ledger::key::{KeyKind, SignerKey};
use luodi_ledger::names::{Division, Federation, Origin};

use super::{KeyError, KeyFault, Passphrase, WorkFactor, generate, load_as, make_private_folder, save, system};

/// The keys of a division's machine, one a role. `Debug` shows public halves only.
#[derive(Clone, Debug)]
pub struct MachineKeys {
    /// Signs heads of the log; bears the origin's name.
    pub log: SignerKey,
    /// Further keys of the log, oldest first: during a rotation the old and the new sign side by side.
    pub later: Vec<SignerKey>,
    /// Signs what the node says for itself: `<federation>/<division>/node`.
    pub node: SignerKey,
    /// Cosigns heads: `<federation>/<division>/witness`.
    pub witness: SignerKey,
    /// The libp2p identity: `<federation>/<division>/peer`; its seed is that of the libp2p key pair.
    pub peer: SignerKey,
}

impl MachineKeys {
    /// New keys for the division and log of `origin`.
    pub fn generate(origin: &Origin) -> Result<Self, io::Error> {
        let [log, node, witness, peer] = roles(origin);
        Ok(Self {
            log: generate(&log.name, log.kind)?,
            later: vec![],
            node: generate(&node.name, node.kind)?,
            witness: generate(&witness.name, witness.kind)?,
            peer: generate(&peer.name, peer.kind)?,
        })
    }

    /// Writes the files into `folder`, which is made if need be; refuses before writing any if one is there.
    pub fn save(&self, folder: &Path, origin: &Origin, passphrase: &Passphrase, work: WorkFactor) -> Result<(), KeyError> {
        let roles = roles(origin);
        if let Some(path) = roles.iter().map(|role| folder.join(&role.file)).find(|path| path.exists()) {
            return Err(KeyFault::Exists.at(&path));
        }
        make_private_folder(folder)?;
        for (role, key) in roles.iter().zip([&self.log, &self.node, &self.witness, &self.peer]) {
            save(key, &folder.join(&role.file), passphrase, work)?;
        }
        self.later.iter().zip(log_files(folder, origin).skip(1)).try_for_each(|(key, path)| save(key, &path, passphrase, work))
    }

    /// The names of the files that a copy of the node of `folder` holds: all but the witness's, whose key must not act in two places.
    pub fn kept_in_a_copy(folder: &Path, origin: &Origin) -> Vec<String> {
        let [log, node, _, peer] = roles(origin);
        let logs = log_files(folder, origin).filter(|path| path.exists());
        let mut names: Vec<String> = logs.filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned())).collect();
        if names.is_empty() {
            // The copy is not made for want of it, and says so.
            names.push(log.file);
        }
        names.extend([node.file, peer.file]);
        names
    }

    /// The keys in a copy, with a new one for the witness.
    pub fn with_new_witness(folder: &Path, origin: &Origin, passphrase: &Passphrase) -> Result<Self, KeyError> {
        let read = |role: &Role| load_as(&role.name, &folder.join(&role.file), passphrase);
        let [_, node, witness, peer] = roles(origin);
        let new = generate(&witness.name, witness.kind).map_err(|error| system(&folder.join(&witness.file), error))?;
        let (log, later) = load_logs(folder, origin, passphrase)?;
        Ok(Self { log, later, node: read(&node)?, witness: new, peer: read(&peer)? })
    }

    /// Reads the files of `folder`; each must bear the name its role has under `origin`. Of the log there may be several keys, made by
    /// rotations; the first may be gone once another has taken its place.
    pub fn load(folder: &Path, origin: &Origin, passphrase: &Passphrase) -> Result<Self, KeyError> {
        let (log, later) = load_logs(folder, origin, passphrase)?;
        Self::with_logs(folder, origin, passphrase, log, later)
    }

    fn with_logs(folder: &Path, origin: &Origin, passphrase: &Passphrase, log: SignerKey, later: Vec<SignerKey>) -> Result<Self, KeyError> {
        let read = |role: &Role| load_as(&role.name, &folder.join(&role.file), passphrase);
        let [_, node, witness, peer] = roles(origin);
        Ok(Self { log, later, node: read(&node)?, witness: read(&witness)?, peer: read(&peer)? })
    }

    /// All keys of the log, oldest first.
    pub fn log_keys(&self) -> Vec<SignerKey> {
        std::iter::once(&self.log).chain(&self.later).cloned().collect()
    }

    /// Makes one more key of the log of `origin`, for a rotation, in a file of its own beside the others.
    pub fn rotate(&mut self, folder: &Path, origin: &Origin, passphrase: &Passphrase, work: WorkFactor) -> Result<PathBuf, KeyError> {
        let used = log_files(folder, origin).enumerate().filter(|(_, path)| path.exists()).map(|(at, _)| at + 1).last();
        let path = log_files(folder, origin)
            .nth(used.unwrap_or(0))
            .ok_or_else(|| KeyFault::Exists.at(&folder.join(format!("log-{}-{MOST_LOG_FILES}.age", origin.generation))))?;
        let key = generate(&origin.to_string(), KeyKind::Ed25519).map_err(|error| system(&path, error))?;
        save(&key, &path, passphrase, work)?;
        self.later.push(key);
        Ok(path)
    }

    /// Makes the key of the log of `origin`, a further generation, beside the machine's other keys, which go on; takes the one that is there
    /// already, where this was begun before and not finished.
    pub fn next_generation(folder: &Path, origin: &Origin, passphrase: &Passphrase, work: WorkFactor) -> Result<Self, KeyError> {
        let [log, ..] = roles(origin);
        let path = folder.join(&log.file);
        if path.exists() {
            return Self::load(folder, origin, passphrase);
        }
        let key = generate(&log.name, log.kind).map_err(|error| system(&path, error))?;
        let keys = Self::with_logs(folder, origin, passphrase, key, vec![])?;
        save(&keys.log, &path, passphrase, work)?;
        Ok(keys)
    }
}

/// Most files of one log's keys: a rotation every few years fills them in a lifetime.
const MOST_LOG_FILES: u32 = 99;

/// The keys of a log, oldest first: one at least.
fn load_logs(folder: &Path, origin: &Origin, passphrase: &Passphrase) -> Result<(SignerKey, Vec<SignerKey>), KeyError> {
    let mut logs = Vec::new();
    for path in log_files(folder, origin).filter(|path| path.exists()) {
        logs.push(load_as(&origin.to_string(), &path, passphrase)?);
    }
    let mut logs = logs.into_iter();
    let log = logs.next().ok_or_else(|| KeyFault::Absent.at(&folder.join(format!("log-{}.age", origin.generation))))?;
    Ok((log, logs.collect()))
}

/// Where the keys of a log may be: `log-<generation>.age`, and from the first rotation on `log-<generation>-2.age` …
fn log_files(folder: &Path, origin: &Origin) -> impl Iterator<Item = PathBuf> {
    let (folder, generation) = (folder.to_owned(), origin.generation);
    (1..=MOST_LOG_FILES).map(move |number| match number {
        1 => folder.join(format!("log-{generation}.age")),
        number => folder.join(format!("log-{generation}-{number}.age")),
    })
}

struct Role {
    file: String,
    name: String,
    kind: KeyKind,
}

fn roles(origin: &Origin) -> [Role; 4] {
    let Origin { federation, division, generation } = origin;
    let role = |file: String, name: String, kind| Role { file, name, kind };
    [
        role(format!("log-{generation}.age"), origin.to_string(), KeyKind::Ed25519),
        role("node.age".to_owned(), format!("{federation}/{division}/node"), KeyKind::Ed25519),
        role("witness.age".to_owned(), federation.witness_name(*division), KeyKind::Cosigner),
        role("peer.age".to_owned(), peer_name(federation, *division), KeyKind::Ed25519),
    ]
}

/// The name a division's libp2p identity bears in key files and join requests.
pub fn peer_name(federation: &Federation, division: Division) -> String {
    format!("{federation}/{division}/peer")
}

/// The libp2p peer id of an Ed25519 public key: base58 of the identity multihash of its protobuf form (libp2p specs, "Peer IDs").
pub fn peer_id(public: &[u8; 32]) -> String {
    const LETTERS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    /// Multihash "identity, 36 bytes", then protobuf "type Ed25519, 32 bytes of data".
    const PREFIX: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];
    let mut digits: Vec<u8> = Vec::new();
    for byte in PREFIX.iter().chain(public) {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += u32::from(*digit) << 8;
            *digit = (carry % 58) as u8;
            carry /= 58;
        }
        while carry > 0 {
            digits.push((carry % 58) as u8);
            carry /= 58;
        }
    }
    // The one leading zero byte is one leading `1`.
    std::iter::once('1').chain(digits.iter().rev().map(|digit| char::from(LETTERS[usize::from(*digit)]))).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn origin() -> Origin {
        "luodi.example/demo/log/990101001001/1".parse().unwrap()
    }

    fn passphrase() -> Passphrase {
        Passphrase::new("correct horse".to_owned()).unwrap()
    }

    #[test]
    fn a_rotation_adds_a_key_and_the_old_one_may_go() {
        let folder = tempfile::tempdir().unwrap();
        let mut keys = MachineKeys::generate(&origin()).unwrap();
        keys.save(folder.path(), &origin(), &passphrase(), WorkFactor::SAMPLE).unwrap();
        let path = keys.rotate(folder.path(), &origin(), &passphrase(), WorkFactor::SAMPLE).unwrap();
        assert!(path.ends_with("log-1-2.age"));
        let publics = |keys: &MachineKeys| keys.log_keys().iter().map(|key| key.public().clone()).collect::<Vec<_>>();
        let both = MachineKeys::load(folder.path(), &origin(), &passphrase()).unwrap();
        assert_eq!((publics(&both).len(), publics(&both)), (2, publics(&keys)));
        fs::remove_file(folder.path().join("log-1.age")).unwrap();
        let after = MachineKeys::load(folder.path(), &origin(), &passphrase()).unwrap();
        assert_eq!(publics(&after), publics(&keys)[1..]);
        // The next one never takes the name of one that was.
        assert!(keys.rotate(folder.path(), &origin(), &passphrase(), WorkFactor::SAMPLE).unwrap().ends_with("log-1-3.age"));
    }

    #[test]
    fn the_next_generation_keeps_the_other_keys() {
        let folder = tempfile::tempdir().unwrap();
        let first = MachineKeys::generate(&origin()).unwrap();
        first.save(folder.path(), &origin(), &passphrase(), WorkFactor::SAMPLE).unwrap();
        let next = Origin { generation: 2, ..origin() };
        // Even if the former key is lost.
        fs::remove_file(folder.path().join("log-1.age")).unwrap();
        MachineKeys::next_generation(folder.path(), &next, &passphrase(), WorkFactor::SAMPLE).unwrap();
        let read = MachineKeys::load(folder.path(), &next, &passphrase()).unwrap();
        assert_eq!(read.log.public().name(), next.to_string());
        assert_eq!(read.peer.public(), first.peer.public());
        // Begun again after it was cut off, it goes on with the same key.
        let again = MachineKeys::next_generation(folder.path(), &next, &passphrase(), WorkFactor::SAMPLE).unwrap();
        assert_eq!(again.log.public(), read.log.public());
    }

    #[test]
    fn machine_keys_are_read_back_and_bear_the_names_of_their_roles() {
        let folder = tempfile::tempdir().unwrap();
        let keys = MachineKeys::generate(&origin()).unwrap();
        keys.save(folder.path(), &origin(), &passphrase(), WorkFactor::SAMPLE).unwrap();
        let read = MachineKeys::load(folder.path(), &origin(), &passphrase()).unwrap();
        assert_eq!(read.log.public(), keys.log.public());
        assert_eq!(read.peer.public(), keys.peer.public());
        assert_eq!(read.log.public().name(), "luodi.example/demo/log/990101001001/1");
        assert_eq!(read.witness.public().kind(), KeyKind::Cosigner);
        assert_eq!(read.witness.public().name(), "luodi.example/demo/990101001001/witness");
    }

    #[test]
    fn the_peer_id_is_the_one_libp2p_gives() {
        for seed in [[0; 32], [7; 32], [255; 32]] {
            let key = SignerKey::from_seed("peer", KeyKind::Ed25519, &seed).unwrap();
            let pair = libp2p::identity::Keypair::ed25519_from_bytes(key.to_seed()).unwrap();
            assert_eq!(peer_id(key.public().public_bytes()), pair.public().to_peer_id().to_string());
        }
    }
}
