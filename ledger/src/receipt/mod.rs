//! A receipt: one file that proves, off line, what was said, by whom, and that the log holds it.
//!
//! It is a [`crate::proof`] file whose `extra` carries the entry, its body if it fits, and the chain of registry entries that gives the
//! signers their authority, up to the federation file, each with its own proof:
//!
//! ```text
//! luodi/receipt/v1
//! federation <64 hex of BLAKE3 of the federation file>
//! entry <bytes>
//! <the entry>
//! body <bytes>                    ← may be absent
//! <the body>
//! log <bytes>                     ← a head of an ancestor's log, highest first
//! <the checkpoint>
//! link <index> <hashes> <bytes>   ← an entry of that log, with its inclusion proof
//! <base64 hash>…
//! <the entry>
//! ```
//!
//! Every signature line in it is by a charter key, so that no byte is without meaning. Authority is proven as of the ancestor heads
//! inside: a later revocation cannot show in it, and no reader may claim that there is none.

mod verify;

use std::fmt::Write as _;

pub use verify::{AsOf, Check, Report, verify};

use crate::checkpoint::SignedCheckpoint;
use crate::hash::Blake3;
use crate::merkle::Hash;
use crate::proof::{LONGEST_EXTRA, Proof};
use crate::{Malformed, decimal};

/// First line of the extra.
pub const HEADER: &str = "luodi/receipt/v1";
/// Most ancestors' logs in a chain: a division has at most four above it.
const MOST_LOGS: usize = 8;
/// Most links in all: a charter and eight appointments for each of a handful of logs.
const MOST_LINKS: usize = 64;

/// An entry of an ancestor's log, with its inclusion proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Position in that log.
    pub index: u64,
    /// The inclusion proof.
    pub hashes: Vec<Hash>,
    /// The entry's bytes.
    pub entry: Vec<u8>,
}

/// One ancestor's log in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainLog {
    /// A head of that log, with signature lines of charter keys only.
    pub head: SignedCheckpoint,
    /// The entries needed from it, by index.
    pub links: Vec<Link>,
}

/// A receipt that was read; nothing is verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// BLAKE3 of the federation file it rests on.
    pub federation: Blake3,
    /// The entry's bytes.
    pub entry: Vec<u8>,
    /// The body's bytes, if they fitted.
    pub body: Option<Vec<u8>>,
    /// The chain, highest log first.
    pub chain: Vec<ChainLog>,
    /// Position of the entry in its log.
    pub index: u64,
    /// The entry's inclusion proof.
    pub hashes: Vec<Hash>,
    /// The head it leads to.
    pub head: SignedCheckpoint,
}

impl Receipt {
    /// The bytes of the file. The body is left out when it does not fit; without it the rest must.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Malformed> {
        let mut extra = self.extra(true);
        if extra.len() > LONGEST_EXTRA {
            extra = self.extra(false);
        }
        if extra.len() > LONGEST_EXTRA {
            return Err(Malformed::new("receipt", "entry and chain are longer than 48,000 bytes"));
        }
        let proof = Proof { extra: Some(extra), index: self.index, hashes: self.hashes.clone(), checkpoint: self.head.clone() };
        Ok(proof.to_string().into_bytes())
    }

    fn extra(&self, with_body: bool) -> Vec<u8> {
        let mut extra = format!("{HEADER}\nfederation {}\n", self.federation).into_bytes();
        let mut section = |title: String, content: &[u8]| {
            extra.extend_from_slice(title.as_bytes());
            extra.extend_from_slice(content);
            extra.push(b'\n');
        };
        section(format!("entry {}\n", self.entry.len()), &self.entry);
        if let Some(body) = self.body.as_ref().filter(|_| with_body) {
            section(format!("body {}\n", body.len()), body);
        }
        for log in &self.chain {
            let head = log.head.to_bytes();
            section(format!("log {}\n", head.len()), &head);
            for link in &log.links {
                let mut title = format!("link {} {} {}\n", link.index, link.hashes.len(), link.entry.len());
                for hash in &link.hashes {
                    let _ = writeln!(title, "{hash}");
                }
                section(title, &link.entry);
            }
        }
        extra
    }

    /// Reads a receipt; form only.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let proof = Proof::parse(bytes)?;
        let extra = proof.extra.ok_or_else(|| Malformed::new("extra", "a proof without the entry is no receipt"))?;
        let mut rest = Cursor(&extra);
        if rest.line()? != HEADER {
            return Err(Malformed::new("extra", "must begin with luodi/receipt/v1"));
        }
        let federation =
            rest.line()?.strip_prefix("federation ").ok_or_else(|| Malformed::new("federation", "a line wanted here"))?.parse()?;
        let entry = rest.section("entry")?.ok_or_else(|| Malformed::new("entry", "a section wanted here"))?;
        let body = rest.section("body")?;
        let mut chain: Vec<ChainLog> = Vec::new();
        while let Some(head) = rest.section("log")? {
            let mut links = Vec::new();
            while let Some(link) = rest.link()? {
                links.push(link);
            }
            chain.push(ChainLog { head: SignedCheckpoint::parse(&head)?, links });
            if chain.len() > MOST_LOGS || chain.iter().map(|log| log.links.len()).sum::<usize>() > MOST_LINKS {
                return Err(Malformed::new("link", "more than a chain can need"));
            }
        }
        if !rest.0.is_empty() {
            return Err(Malformed::new("extra", "bytes after the last section"));
        }
        Ok(Self { federation, entry, body, chain, index: proof.index, hashes: proof.hashes, head: proof.checkpoint })
    }
}

/// What is left of the extra.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn line(&mut self) -> Result<&'a str, Malformed> {
        let end = self.0.iter().position(|byte| *byte == b'\n').ok_or_else(|| Malformed::new("extra", "ends inside a line"))?;
        let line = std::str::from_utf8(&self.0[..end]).map_err(|_| Malformed::new("extra", "not UTF-8"))?;
        self.0 = &self.0[end + 1..];
        Ok(line)
    }

    fn content(&mut self, length: u64) -> Result<Vec<u8>, Malformed> {
        let short = || Malformed::new("extra", "ends inside a section");
        let length = usize::try_from(length).map_err(|_| short())?;
        let content = self.0.get(..length).ok_or_else(short)?;
        if self.0.get(length) != Some(&b'\n') {
            return Err(Malformed::new("extra", "a section must end in a line feed"));
        }
        self.0 = &self.0[length + 1..];
        Ok(content.to_vec())
    }

    /// The section `name <bytes>`, if it stands here.
    fn section(&mut self, name: &str) -> Result<Option<Vec<u8>>, Malformed> {
        if !self.0.starts_with(format!("{name} ").as_bytes()) {
            return Ok(None);
        }
        let length = self.line()?.strip_prefix(name).and_then(|rest| rest.strip_prefix(' ')).and_then(decimal);
        let length = length.ok_or_else(|| Malformed::new(name, "a length wanted"))?;
        self.content(length).map(Some)
    }

    fn link(&mut self) -> Result<Option<Link>, Malformed> {
        if !self.0.starts_with(b"link ") {
            return Ok(None);
        }
        let numbers: Option<Vec<u64>> = self.line()?["link ".len()..].split(' ').map(decimal).collect();
        let Some([index, hashes, length]) = numbers.as_deref() else {
            return Err(Malformed::new("link", "<index> <hashes> <bytes> wanted"));
        };
        if *hashes > 63 {
            return Err(Malformed::new("link", "more than 63 hashes"));
        }
        let hashes = (0..*hashes).map(|_| self.line()?.parse()).collect::<Result<_, _>>()?;
        Ok(Some(Link { index: *index, hashes, entry: self.content(*length)? }))
    }
}

#[cfg(test)]
mod tests;
