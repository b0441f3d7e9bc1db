//! The federation file: the one thing a reader must be given. It pins the root's charter and the root's office keys.
//!
//! ```text
//! luodi/federation/v1
//! name luodi.example/demo
//! offset 8
//! root 990101000000
//! key <vkey of a root office>
//! charter <facts of a charter of the root, one line>   ← one or more, oldest first
//! ```
//!
//! It is not signed: it *is* the trust. Its fingerprint of 24 digits is what a county prints on paper. It changes only by a new file.

use std::fmt;
use std::str::FromStr;

use crate::Malformed;
use crate::facts::Facts;
use crate::hash::Blake3;
use crate::key::{KeyKind, VerifierKey};
use crate::names::{Division, Federation, OfficeName};
use crate::registry::CharterFacts;

/// First line of a federation file.
pub const HEADER: &str = "luodi/federation/v1";
/// Most pinned office keys.
const MOST_KEYS: usize = 16;
/// Most charters of the root: a rotation every few years takes two, a lost key one.
const MOST_CHARTERS: usize = 32;

/// A federation file that was read and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FederationFile {
    /// The federation's name.
    pub name: Federation,
    /// Whole hours between UTC and the civil dates of the federation: +8 in China.
    pub offset: i8,
    /// The division at the top.
    pub root: Division,
    /// The pinned keys of the root's offices, sorted; each is named `<federation>/<root>/<office>`.
    pub keys: Vec<VerifierKey>,
    /// The root's earlier charters, oldest first: those of former generations of its log, and those before each rotation of its key.
    pub earlier: Vec<CharterFacts>,
    /// The root's charter.
    pub charter: CharterFacts,
}

impl FederationFile {
    /// The root's charters, oldest first.
    pub fn charters(&self) -> impl Iterator<Item = &CharterFacts> {
        self.earlier.iter().chain([&self.charter])
    }

    fn charter_of(line: &str, name: &Federation, root: Division) -> Result<CharterFacts, Malformed> {
        let charter: CharterFacts = Facts::parse(line)?.read()?;
        charter.check(name, root)?;
        Ok(charter)
    }

    /// BLAKE3 of the file.
    pub fn hash(&self) -> Blake3 {
        Blake3::of(self.to_string().as_bytes())
    }

    /// 24 decimal digits in groups of four, from the first 128 bits of [`Self::hash`] modulo 10^24: what people compare with the paper.
    pub fn fingerprint(&self) -> String {
        let hash = self.hash();
        let (first, _) = hash.as_bytes().split_at(16);
        let number = first.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte)) % 10_u128.pow(24);
        let digits = format!("{number:024}");
        let groups: Vec<&str> = (0..6).map(|group| &digits[group * 4..group * 4 + 4]).collect();
        groups.join(" ")
    }
}

impl fmt::Display for FederationFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}\nname {}\noffset {}\nroot {}", self.name, self.offset, self.root)?;
        self.keys.iter().try_for_each(|key| writeln!(f, "key {key}"))?;
        self.charters().try_for_each(|charter| writeln!(f, "charter {}", Facts::of(charter).map_err(|_| fmt::Error)?.as_str()))
    }
}

impl FromStr for FederationFile {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = |why: &str| Malformed::new("federation file", why.to_owned());
        let body = text.strip_suffix('\n').ok_or_else(|| wrong("must end in a line feed"))?;
        let lines: Vec<&str> = body.split('\n').collect();
        let [HEADER, name, offset, root, rest @ ..] = lines.as_slice() else {
            return Err(wrong("luodi/federation/v1, name, offset, root, key and charter lines wanted"));
        };
        let (keys, charters) = rest.split_at(rest.iter().take_while(|line| line.starts_with("key ")).count());
        let field = |line: &str, key: &str| {
            let value = line.strip_prefix(key).and_then(|rest| rest.strip_prefix(' ')).map(str::to_owned);
            value.ok_or_else(|| Malformed::new(key, format!("a line \"{key} …\" wanted here")))
        };
        let name: Federation = field(name, "name")?.parse()?;
        let hours = field(offset, "offset")?;
        let offset: i8 = hours.parse().map_err(|_| Malformed::new("offset", "whole hours from -12 to 14 wanted"))?;
        if !(-12..=14).contains(&offset) || offset.to_string() != hours {
            return Err(Malformed::new("offset", "whole hours from -12 to 14 wanted"));
        }
        let root: Division = field(root, "root")?.parse()?;
        let keys = keys.iter().map(|line| field(line, "key")?.parse()).collect::<Result<Vec<VerifierKey>, Malformed>>()?;
        if keys.is_empty() || keys.len() > MOST_KEYS || !keys.is_sorted_by(|a, b| a < b) {
            return Err(Malformed::new("key", "1 to 16 lines wanted, sorted and distinct"));
        }
        for key in &keys {
            let office: OfficeName = key.name().parse()?;
            if office.federation != name || office.division != root || key.kind() != KeyKind::Ed25519 {
                return Err(Malformed::new("key", format!("{} is not a key of an office of {root}", key.name())));
            }
        }
        let mut charters =
            charters.iter().map(|line| Self::charter_of(&field(line, "charter")?, &name, root)).collect::<Result<Vec<_>, _>>()?;
        if charters.len() > MOST_CHARTERS || !charters.is_sorted_by(|a, b| rank(a) < rank(b)) {
            return Err(Malformed::new("charter", "at most 32 lines wanted, by generation and number"));
        }
        let charter = charters.pop().ok_or_else(|| Malformed::new("charter", "a line wanted here"))?;
        let file = Self { name, offset, root, keys, earlier: charters, charter };
        // A field that no type here knows would be lost, and with it the one spelling.
        if file.to_string() == text { Ok(file) } else { Err(wrong("unknown fields in the charter")) }
    }
}

/// What orders the charters of the root.
fn rank(charter: &CharterFacts) -> (u32, u32) {
    (charter.origin.generation, charter.number)
}
