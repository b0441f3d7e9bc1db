//! What only the machine can tell: the time, and randomness.

use std::time::{SystemTime, UNIX_EPOCH};

use luodi_ledger::time::Time;

/// The machine's clock, in whole seconds.
pub(crate) fn now() -> Time {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    // A clock beyond the year 9999 reads as 1970, which every node refuses.
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| Time::from_unix(seconds).ok())
        .unwrap_or_else(|| Time::start_of(luodi_ledger::time::Date::ZERO, 0))
}

/// Sixteen random bytes for a body, so that nobody finds short words by guessing at their hash.
pub(crate) fn nonce() -> anyhow::Result<[u8; 16]> {
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce).map_err(|error| anyhow::anyhow!("the system gave no randomness: {error}"))?;
    Ok(nonce)
}
