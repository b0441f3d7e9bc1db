//! Where a log's objects are read: a node or a folder, and the copy that is kept on the way.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use luodi_ledger::audit::Source;
use luodi_ledger::federation::FederationFile;
use luodi_ledger::names::{Division, Origin};

use super::Way;
use crate::language::{Language, say};
use crate::node_client::Node;

/// A node, or a folder laid out as a node serves.
#[derive(Clone, Debug)]
pub(crate) enum At {
    Node(Node),
    Folder(PathBuf),
}

impl At {
    /// The node at an address, or a folder that `luodi audit --keep` wrote.
    pub(crate) fn of(source: &str, language: Language) -> anyhow::Result<Self> {
        if source.contains("://") {
            return Ok(Self::Node(Node::new(source, language)?));
        }
        let folder = PathBuf::from(source);
        if !folder.is_dir() {
            let shown = folder.display();
            bail!(say!(
                language,
                "{shown}：没有这个文件夹；节点网址应以 http:// 开头",
                "{shown}: no such folder; a node's address begins with http://"
            ));
        }
        Ok(Self::Folder(folder))
    }

    /// The bytes at `path`, such as `/log/<division>/<generation>/head`; nothing where nothing is held.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Option<Vec<u8>>> {
        match self {
            Self::Node(node) => node.get(path).await,
            Self::Folder(folder) => {
                let file = folder.join(path.trim_start_matches('/'));
                match fs::read(&file) {
                    Ok(bytes) => Ok(Some(bytes)),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                    Err(error) => Err(error).with_context(|| file.display().to_string()),
                }
            }
        }
    }

    /// The logs of a federation that are held there, highest first.
    pub(crate) async fn logs(&self, federation: &FederationFile) -> anyhow::Result<Vec<Origin>> {
        let mut logs: Vec<Origin> = match self {
            Self::Node(node) => node.logs().await?.into_iter().map(|log| log.origin).collect(),
            Self::Folder(folder) => logs_in(folder, federation)?,
        };
        logs.retain(|log| log.federation == federation.name);
        logs.sort_by_key(|log| (log.division.level(), log.clone()));
        Ok(logs)
    }
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Node(node) => f.write_str(node.base()),
            Self::Folder(folder) => folder.display().fmt(f),
        }
    }
}

/// One log at a place, and where what is read of it is kept.
pub(crate) struct Kept<'a> {
    at: &'a At,
    prefix: String,
    copy: Option<PathBuf>,
    bodies: bool,
}

impl<'a> Kept<'a> {
    pub(crate) fn new(at: &'a At, way: &Way<'_>, origin: &Origin) -> io::Result<Self> {
        let prefix = Node::log_path(origin);
        let copy = way.keep.map(|folder| folder.join(&prefix[1..]));
        if let Some(folder) = &copy {
            if folder.exists() {
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{}: is there already", folder.display())));
            }
            fs::create_dir_all(folder)?;
        }
        Ok(Self { at, prefix, copy, bodies: way.bodies })
    }
}

impl Source for Kept<'_> {
    type Unavailable = anyhow::Error;

    fn read(&mut self, path: &str) -> anyhow::Result<Option<Vec<u8>>> {
        if !self.bodies && path.starts_with("body/") {
            return Ok(None);
        }
        let bytes = tokio::runtime::Handle::current().block_on(self.at.get(&format!("{}/{path}", self.prefix)))?;
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
fn logs_in(folder: &Path, federation: &FederationFile) -> anyhow::Result<Vec<Origin>> {
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
