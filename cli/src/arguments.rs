//! Arguments that several verbs share: what is believed, where logs are read, and which passphrase opens a key.
//!
//! Out of scope: what a verb does with them. A verb that treats one of them in its own way, such as one that may do without, has its own.

use std::path::{Path, PathBuf};

use luodi_ledger::federation::FederationFile;
use luodi_ledger::key::SignerKey;

use crate::audit::source::At;
use crate::language::Language;
use crate::sign::open_key;

/// `--federation`: the one file that all judging rests on.
#[derive(Debug, clap::Args)]
pub(crate) struct Trusting {
    /// The federation file.
    #[arg(
        long,
        value_name = "FILE",
        help = "联邦文件；其24位指纹应与县里公布的一致 ¦ The federation file; compare its 24-digit fingerprint with the one the county published"
    )]
    pub(crate) federation: PathBuf,
}

impl Trusting {
    /// Reads it.
    pub(crate) fn read(&self, language: Language) -> anyhow::Result<FederationFile> {
        crate::new::read_federation(&self.federation, language)
    }
}

/// `--node`: where whole logs are read.
#[derive(Debug, clap::Args)]
pub(crate) struct ReadingFrom {
    /// A node's address, or a folder.
    #[arg(
        long,
        value_name = "SOURCE",
        help = "从哪里读账本：节点网址，或 luodi audit --keep 存下的文件夹 ¦ Where the logs are read: a node's address, or a folder that luodi audit --keep wrote"
    )]
    node: String,
}

impl ReadingFrom {
    /// Finds it.
    pub(crate) fn at(&self, language: Language) -> anyhow::Result<At> {
        At::of(&self.node, language)
    }
}

/// `--passphrase-file`: what opens an office's key.
#[derive(Debug, clap::Args)]
pub(crate) struct Opening {
    /// A file with the passphrase.
    #[arg(
        long,
        value_name = "FILE",
        help = "存有口令、只有本人可读的文件；不给则询问 ¦ File with the passphrase, readable by you alone; asked for if absent"
    )]
    passphrase_file: Option<PathBuf>,
}

impl Opening {
    /// Opens the key in a file.
    pub(crate) fn open(&self, key: &Path, language: Language) -> anyhow::Result<SignerKey> {
        open_key(key, self.passphrase_file.as_deref(), language)
    }
}
