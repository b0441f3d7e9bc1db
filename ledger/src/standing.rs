//! What an entry counts for. The registry decides it from this log and its ancestors' logs; see [`crate::registry`].

use serde::{Deserialize, Serialize};

/// Why an entry counts nowhere. It stays in the log and is shown struck through, with the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Void {
    /// It does not read as an entry, or its index, link, time or log is wrong.
    Malformed,
    /// A signature does not verify.
    BadSignature,
    /// No valid appointment covers a key that signed.
    UnknownKey,
    /// The signer's office may not say this, here or at all.
    WrongOffice,
    /// The signer's division is neither this log's nor below it.
    WrongDivision,
    /// A key that signed was revoked before this entry.
    Revoked,
    /// It stands beyond the end that the next generation's charter names.
    BeyondEnd,
}

/// What an entry counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It counts.
    Valid {
        /// A signer's term had ended when it was logged: it counts, and is flagged.
        term_expired: bool,
    },
    /// It counts nowhere.
    Void(Void),
}

impl Standing {
    /// Whether the entry counts.
    pub const fn is_valid(self) -> bool {
        matches!(self, Self::Valid { .. })
    }
}
