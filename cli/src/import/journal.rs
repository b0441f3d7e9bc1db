//! The journal beside a table: every statement as it was signed, before it is sent.
//!
//! A run that breaks off between sending and hearing the answer leaves a statement of which nobody here knows whether it was logged. The
//! next run sends the very same bytes, which the node takes once. Losing the journal costs no more than that certainty: what stands in the
//! log is recognised there. It holds nothing that is not meant to be public.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::Context as _;
use luodi_ledger::statement::SignedStatement;
use serde::{Deserialize, Serialize};

use super::item::Source;

/// A statement that was signed, and its body.
#[derive(Clone, Debug)]
pub(super) struct Signed {
    pub(super) statement: SignedStatement,
    pub(super) body: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    source: Source,
    statement: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
}

/// The journal of one table.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    signed: HashMap<Source, Signed>,
    file: Mutex<Option<File>>,
}

impl Journal {
    /// Reads the journal of `table`, if there is one; a last line that was cut off counts for nothing.
    pub(super) fn beside(table: &Path) -> anyhow::Result<Self> {
        let mut name = table.file_name().unwrap_or_default().to_owned();
        name.push(".signed.jsonl");
        let path = table.with_file_name(name);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        };
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let mut signed = HashMap::new();
        for (number, line) in whole.lines().enumerate() {
            let at = || format!("{}:{}", path.display(), number + 1);
            let Line { source, statement, body } = serde_json::from_str(line).with_context(at)?;
            let statement = SignedStatement::parse(statement.as_bytes()).map_err(anyhow::Error::from).with_context(at)?;
            signed.insert(source, Signed { statement, body });
        }
        if whole.len() + 1 < text.len() {
            let file = OpenOptions::new().write(true).open(&path).with_context(|| path.display().to_string())?;
            file.set_len(u64::try_from(if whole.is_empty() { 0 } else { whole.len() + 1 })?)?;
        }
        Ok(Self { path, signed, file: Mutex::new(None) })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What was signed for a row.
    pub(super) fn of(&self, source: &Source) -> Option<&Signed> {
        self.signed.get(source)
    }

    /// Everything in it.
    pub(super) fn all(&self) -> impl Iterator<Item = (&Source, &Signed)> {
        self.signed.iter()
    }

    /// Writes down a statement before it is sent. The system holds it even if this process ends; should the machine itself lose power, the
    /// node will have answered for it in its log long before anybody runs this again.
    pub(super) fn write(&self, source: &Source, signed: &Signed) -> anyhow::Result<()> {
        let line = Line { source: source.clone(), statement: signed.statement.note().to_string(), body: signed.body.clone() };
        let mut bytes = serde_json::to_vec(&line)?;
        bytes.push(b'\n');
        let mut file = self.file.lock().map_err(|_| anyhow::anyhow!("{}", self.path.display()))?;
        let file = match &mut *file {
            Some(file) => file,
            none => {
                none.insert(OpenOptions::new().create(true).append(true).open(&self.path).with_context(|| self.path.display().to_string())?)
            }
        };
        file.write_all(&bytes).with_context(|| self.path.display().to_string())
    }
}
