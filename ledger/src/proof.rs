//! A C2SP tlog-proof file: one entry's inclusion under a checkpoint, with whatever extra the maker adds.
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! extra <base64, optional, never authenticated by this format>
//! index 17
//! <base64 hashes from the leaf's sibling upward>
//!
//! <the checkpoint with all its signatures>
//! ```

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::SignedCheckpoint;
use crate::merkle::Hash;
use crate::{Malformed, decimal};

/// First line.
pub const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// Most extra bytes: Go's reader scans lines of at most 64 KiB, and base64 grows by a third.
pub const LONGEST_EXTRA: usize = 48_000;
/// Most hashes: a tree holds fewer than 2^63 leaves.
const MOST_HASHES: usize = 63;
/// Largest file: extra in base64, hashes, and a checkpoint with its cosignatures.
const LONGEST: usize = 128 * 1024;

/// A proof file that was read; nothing is verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The extra data, if any.
    pub extra: Option<Vec<u8>>,
    /// Position of the entry.
    pub index: u64,
    /// The inclusion proof.
    pub hashes: Vec<Hash>,
    /// The head it leads to.
    pub checkpoint: SignedCheckpoint,
}

impl Proof {
    /// Reads a proof file; `parse(bytes).to_string() == bytes`.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let wrong = |field: &str, why: &str| Malformed::new(field, why.to_owned());
        if bytes.len() > LONGEST {
            return Err(wrong("proof", "longer than 128 KiB"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| wrong("proof", "not UTF-8"))?;
        let (head, checkpoint) = text.split_once("\n\n").ok_or_else(|| wrong("proof", "no empty line before the checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(wrong("proof", "must begin with c2sp.org/tlog-proof@v1"));
        }
        let extra = lines.next_if(|line| line.starts_with("extra ")).map(|line| STANDARD.decode(&line["extra ".len()..]));
        let extra = extra.transpose().map_err(|_| wrong("extra", "base64 not canonical"))?;
        if extra.as_ref().is_some_and(|extra| extra.len() > LONGEST_EXTRA) {
            return Err(wrong("extra", "longer than 48,000 bytes"));
        }
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(decimal);
        let index = index.ok_or_else(|| wrong("index", "a line \"index <decimal>\" wanted"))?;
        let hashes: Vec<Hash> = lines.map(str::parse).collect::<Result<_, _>>()?;
        if hashes.len() > MOST_HASHES {
            return Err(wrong("proof", "more than 63 hashes"));
        }
        Ok(Self { extra, index, hashes, checkpoint: SignedCheckpoint::parse(checkpoint.as_bytes())? })
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint.note())
    }
}
