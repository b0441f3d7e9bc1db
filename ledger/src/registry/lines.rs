//! What has been found of an entry's signature lines: they stay what they are, whatever else becomes known.
//!
//! Who judges an entry again and again (as appointments come and end) keeps its [`Lines`] beside it, and each signature is verified once.
//!
//! Invariant: what is remembered of a line was found by holding this entry's line against that very key.

use std::sync::OnceLock;

use crate::entry::Entry;
use crate::key::VerifierKey;
use crate::statement::SignedStatement;

/// The memory; begin with [`Self::of`] and keep it for one entry only.
#[derive(Debug, Default)]
pub struct Lines {
    /// For each `by` line, in order.
    found: Box<[OnceLock<Found>]>,
}

/// Of one line.
#[derive(Debug)]
struct Found {
    /// The public bytes of the first key it was held against. A line claims a key by name and id: two keys of one line differ in these bytes
    /// or not at all.
    key: [u8; 32],
    /// Whether it verified.
    good: bool,
}

impl Lines {
    /// Nothing has been found yet of the lines of `entry`.
    pub fn of(entry: &Entry) -> Self {
        Self { found: entry.statement.note().signatures().iter().map(|_| OnceLock::new()).collect() }
    }

    /// Whether the line at `position` of `statement` verifies by `key`.
    pub(super) fn verifies(&self, statement: &SignedStatement, position: usize, key: &VerifierKey) -> bool {
        let verify = || {
            #[cfg(test)]
            tests::count();
            statement.verify(position, key).is_ok()
        };
        match self.found.get(position).map(|line| line.get_or_init(|| Found { key: *key.public_bytes(), good: verify() })) {
            Some(found) if found.key == *key.public_bytes() => found.good,
            // Two keys with one name and id: rare enough to be held against the line again.
            _ => verify(),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::cell::Cell;

    thread_local! {
        static VERIFIED: Cell<usize> = const { Cell::new(0) };
    }

    pub(super) fn count() {
        VERIFIED.set(VERIFIED.get() + 1);
    }

    /// Signatures that this thread has verified so far where they are remembered.
    pub(in crate::registry) fn verified() -> usize {
        VERIFIED.get()
    }
}
