//! Copies of a node for its operator to keep elsewhere, and a node made of one.
//!
//! ```text
//! <copy>/data/          the store, without what the witness cosigned; and the files of attachments
//! <copy>/keys/          log, node and peer key, encrypted as they were; not the witness's
//! <copy>/federation.txt
//! <copy>/node.toml
//! ```
//!
//! A copy is old from the moment it is made. So a node made of one goes on carefully: it seals nothing before enough witnesses have told
//! their newest head of its log, cosigns with a new key only, which the level above must charter first, and hands out no body before it
//! has caught up, lest it serve what has been redacted since ([`RESTORED`] is the mark in its store, which a start reads).
//!
//! Out of scope: the passphrase, which is never in a copy. Invariant: a copy, or a node made of one, appears whole or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::config::{Config, NodeFile};
use crate::keys::{KeyError, MachineKeys, Passphrase, WorkFactor, make_private_folder};
use crate::marks::{ALONE, NEWBORN, RESTORED};
use crate::store::{CopyError, OpenError, Options, ReadError, Settings, Store};

/// The files of attachments within `data`.
const ATTACHMENTS: &str = "attachments";
/// What of these is on its way in only.
const INCOMING: &str = "incoming";

/// Why there is no copy, or no node made of it.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Something is there already.
    #[error("{}: there already; choose a folder that does not exist yet", .0.display())]
    Exists(PathBuf),
    /// Not a copy.
    #[error("{}: not there, so this is no backup of a node; `luodi backup` makes one", .0.display())]
    NoBackup(PathBuf),
    /// The system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The store could not be copied.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// The store in the copy is not sound.
    #[error("the store in the backup does not open: {0}")]
    Open(#[from] OpenError),
    /// The store in the copy is not sound.
    #[error("the store in the backup is not sound: {0}")]
    Unsound(#[from] ReadError),
    /// A key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    /// The configuration could not be written.
    #[error("node.toml: {0}")]
    Toml(#[from] toml::ser::Error),
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_owned();
    move |source| BackupError::Io { path, source }
}

/// Writes a copy of the node of `config`, running or not, to the new folder `to`. Says how many commits its store holds.
pub fn backup(config: &Config, to: &Path, now: &str) -> Result<u64, BackupError> {
    whole(to, |folder| {
        let settings = Settings { without: &[ALONE, NEWBORN], with: (RESTORED, now.as_bytes()) };
        let commits = Store::copy(&config.file.data, &folder.join("data"), Options::default(), settings)?;
        let attachments = config.file.data.join(ATTACHMENTS);
        if attachments.is_dir() {
            copy_folder(&attachments, &folder.join("data").join(ATTACHMENTS), Some(INCOMING))?;
        }
        make_private_folder(&folder.join("keys"))?;
        for file in MachineKeys::kept_in_a_copy(&config.file.keys, &config.origin) {
            copy_file(&config.file.keys.join(&file), &folder.join("keys").join(&file))?;
        }
        write(&folder.join("federation.txt"), &config.federation.to_string())?;
        let story_clock = config.file.story_clock.as_deref().map(|file| std::path::absolute(file).map_err(at(file))).transpose()?;
        let file = NodeFile { passphrase_file: None, story_clock, ..config.file.clone() };
        write(&folder.join("node.toml"), &toml::to_string(&in_place(file))?)?;
        Ok(commits)
    })
}

/// Makes a node in the new folder `to` of the copy in `from`: checks its store from end to end, opens its keys with `passphrase` and makes
/// a new witness key. `passphrase_file` is where its starts will find the passphrase.
pub fn restore(
    from: &Path,
    to: &Path,
    passphrase: &Passphrase,
    work: WorkFactor,
    passphrase_file: Option<PathBuf>,
) -> Result<(Config, MachineKeys), BackupError> {
    for part in ["data/journal", "keys", "federation.txt", "node.toml"] {
        if !from.join(part).exists() {
            return Err(BackupError::NoBackup(from.join(part)));
        }
    }
    let copy = Config::load(&from.join("node.toml"))?;
    let keys = MachineKeys::with_new_witness(&from.join("keys"), &copy.origin, passphrase)?;
    whole(to, |folder| {
        copy_folder(&from.join("data"), &folder.join("data"), None)?;
        Store::open(&folder.join("data"), Options::default())?.verify()?;
        keys.save(&folder.join("keys"), &copy.origin, passphrase, work)?;
        write(&folder.join("federation.txt"), &copy.federation.to_string())?;
        let file = NodeFile { passphrase_file, ..copy.file.clone() };
        write(&folder.join("node.toml"), &toml::to_string(&in_place(file))?)
    })?;
    Ok((Config::load(&to.join("node.toml"))?, keys))
}

/// The configuration with all that lies in the node's own folder.
fn in_place(file: NodeFile) -> NodeFile {
    NodeFile { federation: "federation.txt".into(), data: "data".into(), keys: "keys".into(), ..file }
}

/// Makes the folder `to` under another name, and gives it its own when all is in it.
fn whole<T>(to: &Path, fill: impl FnOnce(&Path) -> Result<T, BackupError>) -> Result<T, BackupError> {
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let mut unfinished = to.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).map_err(at(&unfinished))?;
    }
    make_private_folder(&unfinished)?;
    let done = fill(&unfinished)?;
    fs::rename(&unfinished, to).map_err(at(to))?;
    let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::File::open(parent).and_then(|folder| folder.sync_all()).map_err(at(parent))?;
    Ok(done)
}

fn copy_folder(from: &Path, to: &Path, without: Option<&str>) -> Result<(), BackupError> {
    fs::create_dir_all(to).map_err(at(to))?;
    for entry in fs::read_dir(from).map_err(at(from))? {
        let entry = entry.map_err(at(from))?;
        let (name, path) = (entry.file_name(), entry.path());
        if without.is_some_and(|without| name == without) {
            continue;
        }
        if path.is_dir() {
            copy_folder(&path, &to.join(name), None)?;
        } else {
            copy_file(&path, &to.join(name))?;
        }
    }
    Ok(())
}

/// With its mode, and durable.
fn copy_file(from: &Path, to: &Path) -> Result<(), BackupError> {
    fs::copy(from, to).map_err(at(from))?;
    fs::File::open(to).and_then(|file| file.sync_all()).map_err(at(to))
}

fn write(path: &Path, text: &str) -> Result<(), BackupError> {
    fs::write(path, text).and_then(|()| fs::File::open(path)?.sync_all()).map_err(at(path))
}
