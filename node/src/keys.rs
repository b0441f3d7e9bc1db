//! Keys at rest: made from the system's randomness, kept in files that only their owner may read.
//!
//! A key file is an armoured age file under a passphrase (so the stock `age` tool opens it too) holding one line, the private key in the
//! text form of [`SignerKey::to_secret_text`]. A division's machine keys stand in one folder ([`MachineKeys`]); an office's key is a file of
//! its own, which need never touch the node.
//!
//! Out of scope: who may sign what (the registry), and how a person is asked for a passphrase (the command).
//!
//! Invariants: a key file is never overwritten and never left readable by others; no secret enters an error, a `Debug` text or a log
//! line; secrets are wiped from memory when dropped.

mod machine;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::secrecy::{ExposeSecret as _, SecretString};
use luodi_ledger::key::{KeyKind, SignerKey};
use luodi_ledger::names::OfficeName;
use zeroize::Zeroizing;

pub use self::machine::{MachineKeys, peer_id, peer_name};

/// Largest key or passphrase file read: an armoured key is under 1 KiB.
const LONGEST_FILE: u64 = 16 * 1024;
/// The environment variable an unattended start may take the passphrase from.
pub const PASSPHRASE_VARIABLE: &str = "LUODI_PASSPHRASE";
/// The name of the systemd credential (`LoadCredential=`) an unattended start may take the passphrase from.
pub const PASSPHRASE_CREDENTIAL: &str = "luodi-passphrase";

/// A key or passphrase file that could not be used: names the file, the fault and the remedy.
#[derive(Debug, thiserror::Error)]
#[error("{}: {fault}; {}", path.display(), fault.remedy())]
pub struct KeyError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub fault: KeyFault,
}

/// What is wrong with a key or passphrase file.
#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    /// A file stands where a new key was to be written.
    #[error("a file is already there")]
    Exists,
    /// No such file.
    #[error("no such file")]
    Absent,
    /// The system refused to read or write it.
    #[error("{0}")]
    System(io::Error),
    /// Others than its owner may read it.
    #[error("others may read it (mode {0:04o})")]
    Exposed(u32),
    /// The passphrase does not open it.
    #[error("the passphrase does not open it")]
    WrongPassphrase,
    /// It is not a key file, or not whole.
    #[error("not a key file: {0}")]
    Damaged(String),
    /// It holds the key of someone else.
    #[error("holds the key of {found}, that of {wanted} wanted")]
    OtherKey {
        /// The name that was asked for.
        wanted: String,
        /// The name the key bears.
        found: String,
    },
    /// The passphrase is empty.
    #[error("the passphrase is empty")]
    EmptyPassphrase,
}

impl KeyFault {
    /// What the reader can do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Exists => "keys are never overwritten: choose another folder, or move the old key away yourself",
            Self::Absent => "check the path, or make keys with `luodi init`",
            Self::System(_) => "check the folder, its owner and the free space",
            Self::Exposed(_) => "run `chmod 600` on it, and change the passphrase if others could read it",
            Self::WrongPassphrase => "give the passphrase this key was made with; without it the key is lost and must be replaced",
            Self::Damaged(_) => "restore the file from the copy made when the key was made",
            Self::OtherKey { .. } => "give the key of the office or machine that is named",
            Self::EmptyPassphrase => "write the passphrase on the first line",
        }
    }

    fn at(self, path: &Path) -> KeyError {
        KeyError { path: path.to_owned(), fault: self }
    }
}

fn system(path: &Path, error: io::Error) -> KeyError {
    match error.kind() {
        io::ErrorKind::NotFound => KeyFault::Absent.at(path),
        io::ErrorKind::AlreadyExists => KeyFault::Exists.at(path),
        _ => KeyFault::System(error).at(path),
    }
}

/// How costly a guess at the passphrase is: scrypt with N = 2^n.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkFactor(u8);

impl WorkFactor {
    /// For a passphrase a person chose: 256 MiB and most of a second a guess.
    pub const PERSON: Self = Self(18);
    /// For machine keys, whose passphrase is a file's long random line: four of them open in under half a second at every start.
    pub const MACHINE: Self = Self(15);
    /// For samples that protect nothing.
    pub const SAMPLE: Self = Self(2);
    /// 4 GiB a guess: a file that asks more was not made here.
    const MOST: u8 = 22;

    /// 1 to 22.
    pub fn new(n: u8) -> Option<Self> {
        (1..=Self::MOST).contains(&n).then_some(Self(n))
    }
}

/// A passphrase; wiped when dropped, and never shown by `Debug`.
#[derive(Clone, Debug)]
pub struct Passphrase(SecretString);

impl PartialEq for Passphrase {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl Passphrase {
    /// A passphrase someone gave; the empty one protects nothing and is refused.
    pub fn new(text: String) -> Option<Self> {
        (!text.is_empty()).then(|| Self(SecretString::from(text)))
    }

    /// A passphrase of 160 random bits, in letters and digits that are not mistaken for one another.
    pub fn random() -> Result<Self, io::Error> {
        const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
        let mut bytes = Zeroizing::new([0; 32]);
        fill(&mut *bytes)?;
        let mut text = String::with_capacity(bytes.len());
        text.extend(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])));
        Ok(Self(SecretString::from(text)))
    }

    /// The first line of a file that only its owner may read.
    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        let file = File::open(path).map_err(|error| system(path, error))?;
        let mode = file.metadata().map_err(|error| system(path, error))?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyFault::Exposed(mode).at(path));
        }
        Self::first_line(file, path)
    }

    /// The passphrase of an unattended start: `file` if configured, else the systemd credential, else the environment variable.
    pub fn unattended(file: Option<&Path>) -> Result<Option<Self>, KeyError> {
        if let Some(path) = file {
            return Self::from_file(path).map(Some);
        }
        if let Some(folder) = std::env::var_os("CREDENTIALS_DIRECTORY") {
            let path = Path::new(&folder).join(PASSPHRASE_CREDENTIAL);
            // systemd guards the folder itself; the mode of the file shows an access list, not who may read.
            match File::open(&path) {
                Ok(file) => return Self::first_line(file, &path).map(Some),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(system(&path, error)),
            }
        }
        Ok(std::env::var(PASSPHRASE_VARIABLE).ok().and_then(Self::new))
    }

    /// Writes the passphrase to a new file for unattended starts.
    pub fn save(&self, path: &Path) -> Result<(), KeyError> {
        write_new(path, format!("{}\n", self.0.expose_secret()).as_bytes())
    }

    fn first_line(file: File, path: &Path) -> Result<Self, KeyError> {
        let mut text = Zeroizing::new(String::new());
        file.take(LONGEST_FILE).read_to_string(&mut text).map_err(|error| system(path, error))?;
        let line = text.lines().next().unwrap_or_default().trim_end();
        Self::new(line.to_owned()).ok_or_else(|| KeyFault::EmptyPassphrase.at(path))
    }
}

/// A new key from the system's randomness.
pub fn generate(name: &str, kind: KeyKind) -> Result<SignerKey, io::Error> {
    let mut seed = Zeroizing::new([0; 32]);
    fill(&mut *seed)?;
    SignerKey::from_seed(name, kind, &seed).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
}

/// Writes `key` to a new file under `passphrase`.
pub fn save(key: &SignerKey, path: &Path, passphrase: &Passphrase, work: WorkFactor) -> Result<(), KeyError> {
    let sealed = seal(key, passphrase, work).map_err(|error| system(path, error))?;
    write_new(path, &sealed)
}

/// Reads a key file.
pub fn load(path: &Path, passphrase: &Passphrase) -> Result<SignerKey, KeyError> {
    let file = File::open(path).map_err(|error| system(path, error))?;
    let mode = file.metadata().map_err(|error| system(path, error))?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyFault::Exposed(mode).at(path));
    }
    let damaged = |why: String| KeyFault::Damaged(why).at(path);
    let mut sealed = Vec::new();
    file.take(LONGEST_FILE).read_to_end(&mut sealed).map_err(|error| system(path, error))?;
    let decryptor = age::Decryptor::new_buffered(ArmoredReader::new(sealed.as_slice())).map_err(|error| damaged(error.to_string()))?;
    let mut identity = age::scrypt::Identity::new(passphrase.0.clone());
    identity.set_max_work_factor(WorkFactor::MOST);
    let mut opened = match decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)) {
        Ok(opened) => opened,
        Err(age::DecryptError::DecryptionFailed | age::DecryptError::KeyDecryptionFailed) => {
            return Err(KeyFault::WrongPassphrase.at(path));
        }
        Err(error) => return Err(damaged(error.to_string())),
    };
    let mut text = Zeroizing::new(String::new());
    opened.read_to_string(&mut text).map_err(|error| damaged(error.to_string()))?;
    SignerKey::from_secret_text(text.trim_end()).map_err(|error| damaged(error.to_string()))
}

/// Reads a key file that must hold the key of `name`.
pub fn load_as(name: &str, path: &Path, passphrase: &Passphrase) -> Result<SignerKey, KeyError> {
    let key = load(path, passphrase)?;
    if key.public().name() == name {
        return Ok(key);
    }
    Err(KeyFault::OtherKey { wanted: name.to_owned(), found: key.public().name().to_owned() }.at(path))
}

/// A new office key.
pub fn generate_office(office: &OfficeName) -> Result<SignerKey, io::Error> {
    generate(&office.to_string(), KeyKind::Ed25519)
}

/// Makes a folder that only its owner may enter, with those above it; one that is there is left as it is.
pub fn make_private_folder(folder: &Path) -> Result<(), KeyError> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder).map_err(|error| system(folder, error))?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(|error| system(folder, error))
}

fn seal(key: &SignerKey, passphrase: &Passphrase, work: WorkFactor) -> io::Result<Vec<u8>> {
    let mut recipient = age::scrypt::Recipient::new(passphrase.0.clone());
    recipient.set_work_factor(work.0);
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
        .map_err(|error| io::Error::other(error.to_string()))?;
    let mut writer = encryptor.wrap_output(ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?)?;
    writer.write_all(key.to_secret_text().as_bytes())?;
    writer.write_all(b"\n")?;
    writer.finish()?.finish()
}

/// Writes a file that was not there, for its owner alone, and makes it durable: a key that signed must not vanish.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    };
    write().map_err(|error| system(path, error))
}

fn fill(bytes: &mut [u8]) -> io::Result<()> {
    getrandom::fill(bytes).map_err(|error| io::Error::other(format!("the system gave no randomness: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin() -> luodi_ledger::names::Origin {
        "luodi.example/demo/log/990101001001/1".parse().unwrap()
    }

    fn passphrase() -> Passphrase {
        Passphrase::new("correct horse".to_owned()).unwrap()
    }

    #[test]
    fn a_key_file_is_for_its_owner_alone_and_holds_no_plain_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("committee.age");
        let key = generate("luodi.example/demo/990101001001/committee", KeyKind::Ed25519).unwrap();
        save(&key, &path, &passphrase(), WorkFactor::SAMPLE).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("-----BEGIN AGE ENCRYPTED FILE-----"));
        assert!(!text.contains("PRIVATE+KEY"));
    }

    #[test]
    fn a_key_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let keys = MachineKeys::generate(&origin()).unwrap();
        keys.save(folder.path(), &origin(), &passphrase(), WorkFactor::SAMPLE).unwrap();
        let before = fs::read(folder.path().join("log-1.age")).unwrap();
        let error = MachineKeys::generate(&"luodi.example/demo/log/990101001001/1".parse().unwrap())
            .unwrap()
            .save(folder.path(), &origin(), &passphrase(), WorkFactor::SAMPLE)
            .unwrap_err();
        assert!(matches!(error.fault, KeyFault::Exists), "{error}");
        assert_eq!(fs::read(folder.path().join("log-1.age")).unwrap(), before);
    }

    #[test]
    fn a_wrong_passphrase_and_a_damaged_file_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("k.age");
        save(&generate("k", KeyKind::Ed25519).unwrap(), &path, &passphrase(), WorkFactor::SAMPLE).unwrap();
        let other = Passphrase::new("other".to_owned()).unwrap();
        assert!(matches!(load(&path, &other).unwrap_err().fault, KeyFault::WrongPassphrase));
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, &text[..text.len() / 2]).unwrap();
        assert!(matches!(load(&path, &passphrase()).unwrap_err().fault, KeyFault::Damaged(_)));
        assert!(matches!(load(&folder.path().join("absent"), &passphrase()).unwrap_err().fault, KeyFault::Absent));
    }

    #[test]
    fn a_file_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passphrase");
        passphrase().save(&path).unwrap();
        assert_eq!(Passphrase::from_file(&path).unwrap().0.expose_secret(), "correct horse");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = Passphrase::from_file(&path).unwrap_err();
        assert!(matches!(error.fault, KeyFault::Exposed(0o644)), "{error}");
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }

    #[test]
    fn a_key_of_another_name_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("k.age");
        save(&generate("a/990101001001/committee", KeyKind::Ed25519).unwrap(), &path, &passphrase(), WorkFactor::SAMPLE).unwrap();
        let error = load_as("a/990101001001/supervisors", &path, &passphrase()).unwrap_err();
        assert!(matches!(error.fault, KeyFault::OtherKey { .. }), "{error}");
    }

    #[test]
    fn secrets_are_not_shown_by_debug() {
        let shown = format!("{:?} {:?}", passphrase(), MachineKeys::generate(&origin()).unwrap());
        assert!(!shown.contains("correct horse") && !shown.contains("PRIVATE"), "{shown}");
    }
}
