//! What an office says and signs: a note of the form
//!
//! ```text
//! luodi/statement/v1
//! log luodi.example/henan/log/410721101201/1
//! by luodi.example/henan/410721101201/committee
//! kind outcome
//! matter 410721101201-2026-0007
//! time 2026-11-22T07:58:11Z
//! facts {"result":"consensus","round":1}
//! body <64 hex of BLAKE3> <bytes>
//! ```
//!
//! 1 to 8 `by` lines, sorted by their bytes and distinct; `matter` and `body` may be absent. An office signs on its own machine, off line, without knowing
//! the log's head: the log links it (see [`crate::entry`]).

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

use crate::facts::Facts;
use crate::hash::Blake3;
use crate::key::{KeyKind, SignerKey, VerifierKey};
use crate::names::{MatterId, OfficeName, Origin, word};
use crate::note::Note;
use crate::time::Time;
use crate::{Malformed, Rejected, decimal};

/// First line of every statement, so that no signature can serve for another kind of note.
pub const HEADER: &str = "luodi/statement/v1";
/// Most signing offices.
pub const MOST_SIGNERS: usize = 8;
/// Longest facts of a registry kind: receipts carry chains of them in 48,000 bytes.
pub const LONGEST_REGISTRY_FACTS: usize = 3 * 1024;
/// Largest body in bytes.
pub const LONGEST_BODY: u64 = 64 * 1024;

/// The kind of a statement, a lowercase word such as `outcome` (DOMAIN §2); open, so an unknown one can be replicated and shown raw.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(SmolStr);

impl Kind {
    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the registry reads it: `charter`, `appoint`, `revoke`, `division`.
    pub fn is_registry(&self) -> bool {
        matches!(self.as_str(), "charter" | "appoint" | "revoke" | "division")
    }
}

impl FromStr for Kind {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        word(text, 32).map(Self).ok_or_else(|| Malformed::new("kind", "a lowercase word of at most 32 letters, digits and hyphens wanted"))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::from_text(deserializer)
    }
}

/// Names a body: the JSON with the words people read, kept beside the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyRef {
    /// BLAKE3 of the bytes.
    pub hash: Blake3,
    /// Length in bytes, 1 to [`LONGEST_BODY`].
    pub length: u64,
}

impl BodyRef {
    /// The reference to `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self { hash: Blake3::of(bytes), length: bytes.len() as u64 }
    }

    /// Whether `bytes` are the body that is named.
    pub fn names(&self, bytes: &[u8]) -> bool {
        *self == Self::of(bytes)
    }
}

/// Who signs, in the order of the lines. Shared: most statements of a matter are signed by the same one or two offices.
pub type Signers = Arc<[OfficeName]>;

/// What is said, without signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The log it is meant for.
    pub log: Origin,
    /// Who signs: sorted, distinct, 1 to [`MOST_SIGNERS`].
    pub by: Signers,
    /// What kind of statement it is.
    pub kind: Kind,
    /// The matter it belongs to, if any.
    pub matter: Option<MatterId>,
    /// When the signers say they signed.
    pub time: Time,
    /// What registry and folds read.
    pub facts: Facts,
    /// The words, if any.
    pub body: Option<BodyRef>,
}

impl Statement {
    /// Reads the text of a statement; `parse(text).to_string() == text`.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        Self::parse_with_signers(text).map(|(statement, _)| statement)
    }

    /// Reads it, and gives its `by` lines as they are written.
    fn parse_with_signers(text: &str) -> Result<(Self, Vec<&str>), Malformed> {
        let wrong = |field: &str, why: &str| Malformed::new(field, why.to_owned());
        let body = text.strip_suffix('\n').ok_or_else(|| wrong("statement", "must end in a line feed"))?;
        let rest = body.strip_prefix(HEADER).and_then(|rest| rest.strip_prefix('\n'));
        let rest = rest.ok_or_else(|| wrong("statement", "must begin with luodi/statement/v1"))?;
        let mut lines = rest.split('\n').peekable();
        let mut field = |key: &'static str, optional: bool| match lines
            .peek()
            .and_then(|line| line.strip_prefix(key))
            .and_then(|rest| rest.strip_prefix(' '))
        {
            Some(value) => {
                lines.next();
                Ok(Some(value))
            }
            None if optional => Ok(None),
            None => Err(Malformed::new(key, format!("a line \"{key} …\" wanted here"))),
        };
        let log = field("log", false)?.unwrap_or_default().parse()?;
        let mut signers = Vec::with_capacity(1);
        while let Some(name) = field("by", !signers.is_empty())? {
            signers.push(name);
        }
        let by = signers.iter().map(|name| name.parse()).collect::<Result<Signers, _>>()?;
        // Compared as they are written, so that every language sorts them alike.
        if by.len() > MOST_SIGNERS || !signers.is_sorted_by(|a, b| a < b) {
            return Err(wrong("by", "1 to 8 lines wanted, sorted by their bytes and distinct"));
        }
        let kind: Kind = field("kind", false)?.unwrap_or_default().parse()?;
        let matter = field("matter", true)?.map(str::parse).transpose()?;
        let time = field("time", false)?.unwrap_or_default().parse()?;
        let facts = Facts::parse(field("facts", false)?.unwrap_or_default())?;
        if kind.is_registry() && facts.as_str().len() > LONGEST_REGISTRY_FACTS {
            return Err(wrong("facts", "at most 3 KiB allowed in a registry kind"));
        }
        let body = field("body", true)?.map(parse_body_ref).transpose()?;
        if lines.next().is_some() {
            return Err(wrong("statement", "a line too many; the order is log, by, kind, matter, time, facts, body"));
        }
        Ok((Self { log, by, kind, matter, time, facts, body }, signers))
    }

    /// The statement's id: BLAKE3 of its text, signatures aside.
    pub fn id(&self) -> Blake3 {
        Blake3::of(self.to_string().as_bytes())
    }

    /// Signs with one key for each `by` line, whatever their order.
    pub fn sign(self, keys: &[SignerKey]) -> Result<SignedStatement, Malformed> {
        let mut note = Note::new(self.to_string())?;
        for name in self.by.iter() {
            let name = name.to_string();
            let key = keys.iter().find(|key| key.public().name() == name);
            note.sign(key.ok_or_else(|| Malformed::new("by", format!("no key given for {name}")))?, 0);
        }
        SignedStatement::from_note(note)
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}\nlog {}", self.log)?;
        self.by.iter().try_for_each(|name| writeln!(f, "by {name}"))?;
        writeln!(f, "kind {}", self.kind)?;
        if let Some(matter) = self.matter {
            writeln!(f, "matter {matter}")?;
        }
        writeln!(f, "time {}\nfacts {}", self.time, self.facts.as_str())?;
        if let Some(body) = self.body {
            writeln!(f, "body {} {}", body.hash, body.length)?;
        }
        Ok(())
    }
}

fn parse_body_ref(line: &str) -> Result<BodyRef, Malformed> {
    let wrong = || Malformed::new("body", "<64 hex> <bytes> wanted, at most 65536 bytes");
    let (hash, length) = line.split_once(' ').ok_or_else(wrong)?;
    let length = decimal(length).filter(|length| (1..=LONGEST_BODY).contains(length)).ok_or_else(wrong)?;
    Ok(BodyRef { hash: hash.parse()?, length })
}

/// A statement with its signature lines: exactly one a `by` line, in the same order, and no other, so none can be stripped or added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedStatement {
    statement: Statement,
    note: Note,
}

impl SignedStatement {
    /// Reads a signed statement; form only.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        Self::from_note(Note::parse(bytes)?)
    }

    fn from_note(note: Note) -> Result<Self, Malformed> {
        let (statement, signers) = Statement::parse_with_signers(note.text())?;
        if !note.signatures().iter().map(|line| &line.name).eq(&signers) {
            return Err(Malformed::new("signature line", "exactly one line for each `by` line wanted, in the same order"));
        }
        Ok(Self { statement, note })
    }

    /// What is said.
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// The note.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// BLAKE3 of the text.
    pub fn id(&self) -> Blake3 {
        Blake3::of(self.note.text().as_bytes())
    }

    /// Checks the line of one `by` office against `key`.
    pub fn verify(&self, position: usize, key: &VerifierKey) -> Result<(), Rejected> {
        let line = self.note.signatures().get(position).ok_or_else(|| Rejected::new("signature", "no such line".to_owned()))?;
        if key.kind() != KeyKind::Ed25519 || !line.claims(key) {
            return Err(Rejected::new("signature", format!("the line is not by {}", key.name())));
        }
        key.verify(self.note.text(), &line.payload).map(|_| ())
    }

    /// The bytes of the note.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.note.to_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "luodi/statement/v1
log luodi.example/henan/log/410721101201/1
by luodi.example/henan/410721101201/committee
by luodi.example/henan/410721101201/supervisors
kind outcome
matter 410721101201-2026-0007
time 2026-11-22T07:58:11Z
facts {\"result\":\"consensus\",\"round\":1}
body af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262 1
";

    fn key(office: &str) -> SignerKey {
        SignerKey::from_seed(
            &format!("luodi.example/henan/410721101201/{office}"),
            KeyKind::Ed25519,
            Blake3::of(office.as_bytes()).as_bytes(),
        )
        .unwrap()
    }

    fn keys() -> [SignerKey; 2] {
        [key("supervisors"), key("committee")]
    }

    #[test]
    fn what_is_read_is_written_back() {
        assert_eq!(Statement::parse(TEXT).unwrap().to_string(), TEXT);
        for optional in ["matter 410721101201-2026-0007\n", "by luodi.example/henan/410721101201/committee\n"] {
            let less = TEXT.replace(optional, "");
            assert_eq!(Statement::parse(&less).unwrap().to_string(), less);
        }
    }

    #[test]
    fn every_line_has_its_place() {
        let lines: Vec<&str> = TEXT.split_inclusive('\n').collect();
        for place in 0..lines.len() - 1 {
            let mut swapped = lines.clone();
            swapped.swap(place, place + 1);
            assert!(Statement::parse(&swapped.concat()).is_err(), "{}", swapped.concat());
            let mut doubled = lines.clone();
            doubled.insert(place, lines[place]);
            assert!(Statement::parse(&doubled.concat()).is_err(), "{}", doubled.concat());
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for bad in [
            TEXT.trim_end().to_owned(),
            format!("{TEXT}\n"),
            format!("{TEXT}more x\n"),
            TEXT.replace("v1", "v2"),
            TEXT.replace("kind outcome", "kind Outcome"),
            TEXT.replace("kind outcome", "kind  outcome"),
            TEXT.replace("kind outcome", "kind outcome "),
            TEXT.replace('\n', "\r\n"),
            TEXT.replace(" 1\n", " 0\n"),
            TEXT.replace(" 1\n", " 01\n"),
            TEXT.replace(" 1\n", " 65537\n"),
            TEXT.replace("af13", "AF13"),
            TEXT.replace("07:58:11Z", "07:58:11.5Z"),
            TEXT.replace("{\"result", "{ \"result"),
            TEXT.replace("log luodi", "log  luodi"),
            String::new(),
        ] {
            assert!(Statement::parse(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn there_is_a_bound_on_signers_and_on_facts_of_the_registry() {
        let by = |count: usize| -> String {
            (0..count).fold(String::new(), |lines, n| lines + &format!("by luodi.example/henan/410721101201/office-{n}\n"))
        };
        let one = TEXT.replace("by luodi.example/henan/410721101201/supervisors\n", "");
        let signed_by = |count| one.replace("by luodi.example/henan/410721101201/committee\n", &by(count));
        assert!(Statement::parse(&signed_by(MOST_SIGNERS)).is_ok());
        assert!(Statement::parse(&signed_by(MOST_SIGNERS + 1)).is_err());
        assert!(Statement::parse(&signed_by(0)).is_err());
        let long = one.replace("\"round\":1", &format!("\"words\":\"{}\"", "x".repeat(LONGEST_REGISTRY_FACTS)));
        assert!(Statement::parse(&long).is_ok());
        assert!(Statement::parse(&long.replace("kind outcome", "kind appoint")).is_err());
    }

    #[test]
    fn exactly_one_line_for_each_signer_in_their_order() {
        let signed = Statement::parse(TEXT).unwrap().sign(&keys()).unwrap();
        assert_eq!(SignedStatement::parse(&signed.to_bytes()).unwrap(), signed);
        assert_eq!(signed.id(), Blake3::of(TEXT.as_bytes()));
        signed.verify(0, key("committee").public()).unwrap();
        signed.verify(1, key("supervisors").public()).unwrap();
        assert!(signed.verify(0, key("supervisors").public()).is_err());
        assert!(signed.verify(2, key("committee").public()).is_err());
        assert!(Statement::parse(TEXT).unwrap().sign(&[key("committee")]).is_err());

        let lines: Vec<String> = signed.note().signatures().iter().map(ToString::to_string).collect();
        let with = |lines: &[&String]| {
            let lines = lines.iter().fold(String::new(), |all, line| all + line + "\n");
            SignedStatement::parse(format!("{TEXT}\n{lines}").as_bytes())
        };
        assert!(with(&[&lines[0], &lines[1]]).is_ok());
        for bad in [&[&lines[1], &lines[0]][..], &[&lines[0]], &[&lines[0], &lines[1], &lines[1]], &[&lines[0], &lines[0]]] {
            assert!(with(bad).is_err());
        }
    }

    #[test]
    fn a_changed_word_is_not_what_was_signed() {
        let signed = Statement::parse(TEXT).unwrap().sign(&keys()).unwrap();
        let changed = String::from_utf8(signed.to_bytes()).unwrap().replace("\"round\":1", "\"round\":2");
        let changed = SignedStatement::parse(changed.as_bytes()).unwrap();
        assert_ne!(changed.id(), signed.id());
        assert!(changed.verify(0, key("committee").public()).is_err());
    }

    #[test]
    fn a_witness_key_does_not_sign_statements() {
        let name = "luodi.example/henan/410721101201/committee";
        let cosigner = SignerKey::from_seed(name, KeyKind::Cosigner, &[1; 32]).unwrap();
        let text = TEXT.replace("by luodi.example/henan/410721101201/supervisors\n", "");
        let signed = Statement::parse(&text).unwrap().sign(std::slice::from_ref(&cosigner)).unwrap();
        assert!(signed.verify(0, cosigner.public()).is_err());
    }

    #[test]
    fn a_body_is_named_by_content_and_length() {
        let body = BodyRef::of(b"words");
        assert!(body.names(b"words") && !body.names(b"worts") && !BodyRef { length: 4, ..body }.names(b"words"));
    }
}
