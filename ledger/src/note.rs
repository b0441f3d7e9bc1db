//! The one envelope: C2SP signed-note. Statements, checkpoints and cosignatures are all notes.
//!
//! ```text
//! text, any number of lines, each ending in LF
//!                                   ← one empty line, the last of the note
//! — key-name base64(key id ‖ signature)
//! ```
//!
//! The whole is UTF-8 without bytes below 0x20 except LF. The text may hold empty lines: the signatures begin after the *last* one.
//! Reading checks form only; [`Note::verify`] checks signatures of keys that the caller trusts.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::key::{SignerKey, VerifierKey, check_name};
use crate::{Malformed, Rejected};

/// Largest note in bytes, as Go's reader has it.
pub const LONGEST: usize = 1_000_000;
/// Most signature lines, as Go's reader has it; the spec asks for at least 16.
pub const MOST_SIGNATURES: usize = 100;

/// One signature line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signature {
    /// The name of the key.
    pub name: String,
    /// The id of the key.
    pub id: u32,
    /// The bytes after the key id.
    pub payload: Vec<u8>,
}

impl Signature {
    /// A line signed by `key` over `text`, dated at `time` (POSIX seconds) if the key is a cosigner's.
    pub fn new(key: &SignerKey, text: &str, time: u64) -> Self {
        Self { name: key.public().name().to_owned(), id: key.public().id(), payload: key.sign(text, time) }
    }

    /// Whether the line claims to be by `key`: both name and id must match.
    pub fn claims(&self, key: &VerifierKey) -> bool {
        self.id == key.id() && self.name == key.name()
    }

    /// Reads one line, without its LF.
    pub fn parse(line: &str) -> Result<Self, Malformed> {
        let wrong = |why: &str| Malformed::new("signature line", why.to_owned());
        let rest = line.strip_prefix("— ").ok_or_else(|| wrong("must begin with an em dash and a space"))?;
        let (name, encoded) = rest.split_once(' ').ok_or_else(|| wrong("<name> <base64> wanted"))?;
        check_name(name)?;
        let mut payload = STANDARD.decode(encoded).map_err(|_| wrong("base64 not canonical"))?;
        let id = *payload.first_chunk::<4>().ok_or_else(|| wrong("shorter than a key id"))?;
        payload.drain(..id.len());
        if payload.is_empty() {
            return Err(wrong("empty signature"));
        }
        Ok(Self { name: name.to_owned(), id: u32::from_be_bytes(id), payload })
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.id.to_be_bytes()[..], &self.payload].concat();
        write!(f, "— {} {}", self.name, STANDARD.encode(bytes))
    }
}

/// A well-formed note; nothing is said of its signatures yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// A trusted key whose line verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified<'k> {
    /// The key.
    pub key: &'k VerifierKey,
    /// POSIX seconds of a cosignature; 0 for a plain signature.
    pub time: u64,
}

impl Note {
    /// A note of `text`, which must end in LF and hold no other control character, signed by nobody yet.
    pub fn new(text: String) -> Result<Self, Malformed> {
        if !text.ends_with('\n') {
            return Err(Malformed::new("note", "the text must end in a line feed"));
        }
        if text.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
            return Err(Malformed::new("note", "control characters are not allowed"));
        }
        Ok(Self { text, signatures: Vec::new() })
    }

    /// Reads a note with at least one signature line.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let wrong = |why: &str| Malformed::new("note", why.to_owned());
        if bytes.len() > LONGEST {
            return Err(wrong("longer than 1,000,000 bytes"));
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| wrong("not UTF-8"))?;
        let split = whole.rfind("\n\n").ok_or_else(|| wrong("no empty line before the signatures"))?;
        let (text, lines) = (&whole[..=split], &whole[split + 2..]);
        let lines = lines.strip_suffix('\n').ok_or_else(|| wrong("the last line must end in a line feed"))?;
        if lines.split('\n').count() > MOST_SIGNATURES {
            return Err(wrong("more than 100 signatures"));
        }
        let mut note = Self::new(text.to_owned())?;
        note.signatures = lines.split('\n').map(Signature::parse).collect::<Result<_, _>>()?;
        Ok(note)
    }

    /// The signed text, ending in LF.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines, in order.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Adds a line by `key`, dated at `time` (POSIX seconds) if the key is a cosigner's.
    pub fn sign(&mut self, key: &SignerKey, time: u64) {
        self.signatures.push(Signature::new(key, &self.text, time));
    }

    /// Adds a line made elsewhere; a line already there is not added twice.
    pub fn add(&mut self, signature: Signature) {
        if !self.signatures.contains(&signature) {
            self.signatures.push(signature);
        }
    }

    /// Keeps only the lines that `keep` wants.
    pub fn retain(&mut self, keep: impl FnMut(&Signature) -> bool) {
        self.signatures.retain(keep);
    }

    /// The keys among `keys` whose lines verify. Lines of unknown keys are passed over; a line of a known key that fails, or that
    /// stands twice, rejects the whole note.
    pub fn verify<'k>(&self, keys: impl IntoIterator<Item = &'k VerifierKey>) -> Result<Vec<Verified<'k>>, Rejected> {
        let mut verified = Vec::new();
        for key in keys {
            // A key listed twice is still one signer: a quorum counts what this returns.
            if verified.iter().any(|known: &Verified| known.key == key) {
                continue;
            }
            let mut lines = self.signatures.iter().filter(|line| line.claims(key));
            let Some(line) = lines.next() else { continue };
            if lines.next().is_some() {
                return Err(Rejected::new("signature", format!("two lines by {}", key.name())));
            }
            verified.push(Verified { key, time: key.verify(&self.text, &line.payload)? });
        }
        Ok(verified)
    }

    /// The bytes of the note.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_string().into_bytes()
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::KeyKind;

    fn signer(name: &str) -> SignerKey {
        SignerKey::from_seed(name, KeyKind::Ed25519, &[9; 32]).unwrap()
    }

    #[test]
    fn what_is_signed_is_read_back_and_verified() {
        let mut note = Note::new("one\n\ntwo\n".to_owned()).unwrap();
        let (ada, wren) = (signer("ada"), SignerKey::from_seed("wren", KeyKind::Cosigner, &[3; 32]).unwrap());
        note.sign(&ada, 0);
        note.sign(&wren, 1_700_000_000);
        let read = Note::parse(&note.to_bytes()).unwrap();
        assert_eq!(read, note);
        let times: Vec<u64> = read.verify([ada.public(), wren.public()]).unwrap().iter().map(|v| v.time).collect();
        assert_eq!(times, [0, 1_700_000_000]);
    }

    #[test]
    fn an_unknown_line_is_passed_over_and_a_bad_known_one_rejects() {
        let mut note = Note::new("text\n".to_owned()).unwrap();
        let (ada, eve) = (signer("ada"), signer("eve"));
        note.sign(&ada, 0);
        note.sign(&eve, 0);
        assert_eq!(note.verify([ada.public()]).unwrap().len(), 1);
        assert_eq!(note.verify([ada.public(), ada.public()]).unwrap().len(), 1);
        let mut bad = note.clone();
        bad.signatures[1].payload[3] ^= 1;
        assert_eq!(bad.verify([ada.public()]).unwrap().len(), 1);
        assert!(bad.verify([ada.public(), eve.public()]).is_err());
        note.signatures.push(note.signatures[0].clone());
        assert!(note.verify([ada.public()]).is_err());
    }

    #[test]
    fn malformed_notes_are_refused() {
        let mut note = Note::new("text\n".to_owned()).unwrap();
        note.sign(&signer("ada"), 0);
        let good = note.to_string();
        for bad in [
            good.trim_end().to_owned(),
            good.replace("\n\n", "\n"),
            good.replace('—', "-"),
            good.replace("text", "te\txt"),
            good.replace("ada", "a+a"),
            good.replace("— ada ", "— ada  "),
            format!("{good}trailing\n"),
            format!("{good}\n"),
            "text\n\n".to_owned(),
        ] {
            assert!(Note::parse(bad.as_bytes()).is_err(), "{bad:?}");
        }
    }
}
