//! A witness's dated word on a head: C2SP tlog-cosignature, `cosignature/v1` (type 0x04).
//!
//! It says exactly this: at that time, the head was consistent with every head of its origin that the witness had seen. It says nothing
//! of entries read or valid.

use crate::Malformed;
use crate::checkpoint::SignedCheckpoint;
use crate::key::{KeyKind, SignerKey};
use crate::note::Signature;
use crate::time::Time;

/// Cosigns `head` at `time`. Only a durable state that rules out every contradicting head may call this: persist, then cosign.
pub fn cosign(head: &SignedCheckpoint, key: &SignerKey, time: Time) -> Signature {
    debug_assert_eq!(key.public().kind(), KeyKind::Cosigner);
    Signature::new(key, head.note().text(), time.unix().unsigned_abs())
}

/// Most cosignature lines read from one answer: as many as a note may hold.
const MOST_LINES: usize = crate::note::MOST_SIGNATURES;

/// Reads the answer of a witness: one or more signature lines, each ending in LF.
pub fn parse_lines(text: &str) -> Result<Vec<Signature>, Malformed> {
    let lines = text.strip_suffix('\n').ok_or_else(|| Malformed::new("cosignature", "must end in a line feed"))?;
    if lines.split('\n').count() > MOST_LINES {
        return Err(Malformed::new("cosignature", format!("more than {MOST_LINES} lines")));
    }
    lines.split('\n').map(Signature::parse).collect()
}
