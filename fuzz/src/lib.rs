//! One function a decoder: no bytes make it panic, and what it reads it writes back unchanged, so that nothing has two spellings.
//!
//! The fuzz targets run them over libFuzzer's inputs; `ledger/tests/mutation.rs` runs the same ones over changed golden vectors in every test
//! run.

use std::str::FromStr;

use luodi_ledger::attachment;
use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::entry::{Entry, Link};
use luodi_ledger::facts::Facts;
use luodi_ledger::federation::FederationFile;
use luodi_ledger::fork::Evidence;
use luodi_ledger::key::VerifierKey;
use luodi_ledger::matter::pack::{LONGEST_PACK, Pack};
use luodi_ledger::note::Note;
use luodi_ledger::policy::Policy;
use luodi_ledger::privacy;
use luodi_ledger::receipt::Receipt;
use luodi_ledger::statement::SignedStatement;
use luodi_ledger::tile::{TilePath, decode_entries, decode_hashes, encode_entries, encode_hashes};

/// A name, also that of the fuzz target, and what to run.
pub type Decoder = (&'static str, fn(&[u8]));

/// All decoders.
pub const DECODERS: &[Decoder] = &[
    ("note", note),
    ("vkey", vkey),
    ("checkpoint", checkpoint),
    ("statement", statement),
    ("entry", entry),
    ("facts", facts),
    ("tile_path", tile_path),
    ("bundle", bundle),
    ("tile", tile),
    ("evidence", evidence),
    ("policy", policy),
    ("federation", federation),
    ("pack", pack),
    ("receipt", receipt),
    ("privacy", privacy),
    ("attachment", attachment),
];

/// A type with a text form.
fn text<T: FromStr + ToString>(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(read) = text.parse::<T>()
    {
        assert_eq!(read.to_string(), text);
    }
}

/// A signed note.
pub fn note(bytes: &[u8]) {
    if let Ok(read) = Note::parse(bytes) {
        assert_eq!(read.to_bytes(), bytes);
    }
}

/// A verifier key; what it would verify must not make it panic either.
pub fn vkey(bytes: &[u8]) {
    text::<VerifierKey>(bytes);
    if let Ok(key) = String::from_utf8_lossy(bytes).parse::<VerifierKey>() {
        assert!(key.verify("text\n", bytes).is_err());
    }
}

/// A checkpoint.
pub fn checkpoint(bytes: &[u8]) {
    if let Ok(read) = SignedCheckpoint::parse(bytes) {
        assert_eq!(read.to_bytes(), bytes);
        assert_eq!(read.checkpoint().to_string(), read.note().text());
    }
}

/// A signed statement.
pub fn statement(bytes: &[u8]) {
    if let Ok(read) = SignedStatement::parse(bytes) {
        assert_eq!(read.to_bytes(), bytes);
        assert_eq!(read.statement().to_string(), read.note().text());
        assert_eq!(read.statement().id(), read.id());
    }
}

/// An entry, by itself and as the first leaf of a log.
pub fn entry(bytes: &[u8]) {
    if let Ok(read) = Entry::parse(bytes) {
        assert_eq!(read.to_bytes(), bytes);
    }
    if let Ok(read) = Link::start().step(bytes) {
        assert_eq!(read.index, 0);
    }
}

/// A line of facts.
pub fn facts(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(read) = Facts::parse(text)
    {
        assert_eq!(read.as_str(), text);
        assert_eq!(Facts::of(&read.fields()).as_ref(), Ok(&read));
    }
}

/// The path of a tile or bundle.
pub fn tile_path(bytes: &[u8]) {
    text::<TilePath>(bytes);
}

/// A bundle of entries.
pub fn bundle(bytes: &[u8]) {
    if let Ok(read) = decode_entries(bytes) {
        assert_eq!(encode_entries(&read).as_deref(), Ok(bytes));
    }
}

/// A tile of hashes.
pub fn tile(bytes: &[u8]) {
    if let Ok(read) = decode_hashes(bytes) {
        assert_eq!(encode_hashes(&read), bytes);
    }
}

/// Evidence of a fork.
pub fn evidence(bytes: &[u8]) {
    if let Ok(read) = Evidence::parse(bytes) {
        assert_eq!(read.to_bytes(), bytes);
    }
}

/// A policy.
pub fn policy(bytes: &[u8]) {
    text::<Policy>(bytes);
}

/// A federation file.
pub fn federation(bytes: &[u8]) {
    text::<FederationFile>(bytes);
}

/// A rule pack.
pub fn pack(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(read) = Pack::parse(text)
    {
        // White space and the order of fields are the writer's; what it means is not.
        let written = serde_json::to_string(&read).unwrap_or_default();
        if written.len() <= LONGEST_PACK {
            assert_eq!(Pack::parse(&written).as_ref(), Ok(&read));
        }
    }
}

/// A receipt.
pub fn receipt(bytes: &[u8]) {
    if let Ok(read) = Receipt::parse(bytes) {
        assert_eq!(read.to_bytes().as_deref(), Ok(bytes));
    }
}

/// The privacy gate reads any bytes as a body; it says where, inside the text, and never what.
pub fn privacy(bytes: &[u8]) {
    for finding in privacy::in_body(bytes) {
        assert!(finding.range.start < finding.range.end && finding.range.end <= bytes.len());
        let longest = finding.field.split(|letter: char| !letter.is_ascii_digit()).map(str::len).max();
        assert!(longest.is_none_or(|digits| digits < 11), "a path with a number in it");
    }
    let text = String::from_utf8_lossy(bytes);
    let found = privacy::numbers(&text);
    assert!(found.windows(2).all(|pair| pair[0].1.end <= pair[1].1.start));
}

/// A picture to clean; cleaning what is clean changes nothing.
pub fn attachment(bytes: &[u8]) {
    if let Ok(cleaned) = attachment::clean(bytes) {
        assert!(cleaned.len() <= bytes.len() + 64, "nothing but the orientation is added");
        assert_eq!(attachment::clean(&cleaned).as_ref(), Ok(&cleaned));
    }
}
