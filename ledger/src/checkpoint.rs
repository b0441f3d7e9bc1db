//! A log's head as text: C2SP tlog-checkpoint, always without extension lines.
//!
//! ```text
//! luodi.example/henan/log/410721101201/1
//! 18
//! CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
//! ```

use std::fmt;

use crate::key::{KeyKind, LONGEST_NAME, SignerKey, VerifierKey};
use crate::merkle::Hash;
use crate::note::{Note, Verified};
use crate::{Malformed, Refused, Rejected, decimal};

/// What a head says: this log has this size and this root. The origin is text, for a witness cosigns foreign logs too.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    /// How many entries it holds.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
}

impl Checkpoint {
    /// Reads the text of a checkpoint note. Extension lines are refused: newer cosignatures do not sign them.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let wrong = |why: &str| Malformed::new("checkpoint", why.to_owned());
        let body = text.strip_suffix('\n').ok_or_else(|| wrong("must end in a line feed"))?;
        let lines: Vec<&str> = body.split('\n').collect();
        let &[origin, size, root] = lines.as_slice() else {
            return Err(wrong("three lines wanted: origin, size, root"));
        };
        if !(1..=LONGEST_NAME).contains(&origin.len()) || origin.contains(char::is_control) {
            return Err(wrong("origin of 1 to 255 bytes without control characters wanted"));
        }
        let size = decimal(size).ok_or_else(|| wrong("size must be a plain decimal below 2^63"))?;
        let root: Hash = root.parse().map_err(|_| wrong("root must be 32 bytes in base64"))?;
        if size == 0 && root != Hash::EMPTY {
            return Err(wrong("a log of size 0 has the root of the empty tree"));
        }
        Ok(Self { origin: origin.to_owned(), size, root })
    }

    /// The note of this head, signed by `keys` (the log's own, several during a rotation). The origin must be one that [`Self::parse`]
    /// would read.
    pub fn sign(&self, keys: &[SignerKey]) -> SignedCheckpoint {
        // Such a text ends in LF and holds no other control character, so it always is a note.
        let mut note = Note::new(self.to_string()).unwrap_or_else(|_| unreachable!());
        for key in keys {
            note.sign(key, 0);
        }
        SignedCheckpoint { checkpoint: self.clone(), note }
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, self.root)
    }
}

/// A checkpoint with its signature lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

impl SignedCheckpoint {
    /// Reads a checkpoint note; form only.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let note = Note::parse(bytes)?;
        Ok(Self { checkpoint: Checkpoint::parse(note.text())?, note })
    }

    /// Reads a checkpoint of `origin` and checks that at least one of `log_keys` signed it. Unknown lines are passed over.
    pub fn open(bytes: &[u8], origin: &str, log_keys: &[VerifierKey]) -> Result<Self, Refused> {
        let signed = Self::parse(bytes)?;
        signed.check(origin, log_keys)?;
        Ok(signed)
    }

    /// Checks origin and log signature. The origin is compared as well: a key name alone does not bind it.
    pub fn check(&self, origin: &str, log_keys: &[VerifierKey]) -> Result<(), Rejected> {
        if self.checkpoint.origin != origin {
            return Err(Rejected::new("checkpoint origin", format!("is {}, not {origin}", self.checkpoint.origin)));
        }
        if self.note.verify(log_keys.iter().filter(|key| key.kind() == KeyKind::Ed25519))?.is_empty() {
            return Err(Rejected::new("checkpoint signature", "no line by a key of this log".to_owned()));
        }
        Ok(())
    }

    /// What the head says.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The number of entries.
    pub fn size(&self) -> u64 {
        self.checkpoint.size
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        self.checkpoint.root
    }

    /// The note.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// The note, to add or drop signature lines; the text cannot change.
    pub fn note_mut(&mut self) -> &mut Note {
        &mut self.note
    }

    /// The witnesses among `witnesses` that cosigned, with their times.
    pub fn cosigners<'k>(&self, witnesses: &'k [VerifierKey]) -> Result<Vec<Verified<'k>>, Rejected> {
        self.note.verify(witnesses.iter().filter(|key| key.kind() == KeyKind::Cosigner))
    }

    /// The bytes of the note.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.note.to_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling() {
        let good = "a.example/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
        assert_eq!(Checkpoint::parse(good).unwrap().to_string(), good);
        for bad in [
            good.trim_end().to_owned(),
            good.replace("\n0\n", "\n00\n"),
            good.replace("\n0\n", "\n+1\n"),
            good.replace("\n0\n", "\n9223372036854775808\n"),
            good.replace("47DE", "57DE"),
            good.replace("FU=", "FV="),
            format!("{good}extension\n"),
            good.replace("a.example/log", ""),
        ] {
            assert!(Checkpoint::parse(&bad).is_err(), "{bad:?}");
        }
    }
}
