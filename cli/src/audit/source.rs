//! Where a log's objects are read: a node or a folder, and the copy that is kept on the way.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use luodi_ledger::audit::Source;
use luodi_ledger::federation::FederationFile;
use luodi_ledger::names::{Division, Origin};

use crate::node_client::Node;

/// A node, or a folder laid out as a node serves.
pub(super) enum At {
    Node(Node),
    Folder(PathBuf),
}

/// One log at a place, and where what is read of it is kept.
pub(super) struct Kept<'a> {
    at: &'a At,
    prefix: String,
    copy: Option<PathBuf>,
}

impl<'a> Kept<'a> {
    pub(super) fn new(at: &'a At, keep: Option<&Path>, origin: &Origin) -> io::Result<Self> {
        let prefix = Node::log_path(origin);
        let copy = keep.map(|folder| folder.join(&prefix[1..]));
        if let Some(folder) = &copy {
            if folder.exists() {
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{}: is there already", folder.display())));
            }
            fs::create_dir_all(folder)?;
        }
        Ok(Self { at, prefix, copy })
    }
}

impl Source for Kept<'_> {
    type Unavailable = anyhow::Error;

    fn read(&mut self, path: &str) -> anyhow::Result<Option<Vec<u8>>> {
        let bytes = match self.at {
            At::Node(node) => tokio::runtime::Handle::current().block_on(node.get(&format!("{}/{path}", self.prefix)))?,
            At::Folder(folder) => {
                let file = folder.join(&self.prefix[1..]).join(path);
                match fs::read(&file) {
                    Ok(bytes) => Some(bytes),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                    Err(error) => return Err(error).with_context(|| file.display().to_string()),
                }
            }
        };
        if let (Some(folder), Some(bytes)) = (&self.copy, &bytes) {
            let file = folder.join(path);
            let keep = || {
                fs::create_dir_all(file.parent().unwrap_or(folder))?;
                fs::write(&file, bytes)
            };
            keep().with_context(|| file.display().to_string())?;
        }
        Ok(bytes)
    }
}

/// The logs that a folder holds: `log/<division>/<generation>`.
pub(super) fn logs_in(folder: &Path, federation: &FederationFile) -> anyhow::Result<Vec<Origin>> {
    let names = |folder: &Path| -> anyhow::Result<Vec<String>> {
        let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    };
    let mut logs = Vec::new();
    for code in names(&folder.join("log"))? {
        let Ok(division) = code.parse::<Division>() else { continue };
        for generation in names(&folder.join("log").join(&code))? {
            let Ok(generation) = generation.parse() else { continue };
            logs.push(Origin { federation: federation.name.clone(), division, generation });
        }
    }
    Ok(logs)
}
