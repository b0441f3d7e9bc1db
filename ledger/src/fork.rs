//! Evidence that a log, or a witness, said two things that cannot both be honest: one portable file that anyone can check.
//!
//! ```text
//! luodi/fork/v1
//! kind same-size | other-prefix | going-back
//! log <vkey> | witness <vkey>         whose words these are; for a log two lines when it changed its key in between
//! <base64 hash>                       other-prefix only: the consistency path in the larger tree, seed first
//!
//! <smaller checkpoint, with one signature line by that key>
//!
//! <larger checkpoint, likewise>
//! ```
//!
//! - `same-size`: two roots for one size.
//! - `other-prefix`: the path joins to the larger root; its left part joins to another root than the one signed for the smaller size. So who
//!   signed the larger head committed to a prefix other than the one it had signed. The seed is always there, else a path from a power of two
//!   would take the smaller root for granted.
//! - `going-back` (witness): it cosigned the smaller head later than the larger one, though a cosignature says "the largest I have seen".
//!
//! Out of scope: whether a key is that log's or witness's. [`Evidence::accuses`] asks the reader for the keys it trusts; anybody can sign two
//! heads of any origin with a key of their own. A proof that merely cannot be had is never evidence.
//!
//! Invariant: every [`Evidence`] in memory is well formed, its signatures verify and it contradicts itself; it has one spelling, and so one id.

use std::fmt;

use crate::checkpoint::SignedCheckpoint;
use crate::hash::Blake3;
use crate::key::{KeyKind, VerifierKey};
use crate::merkle::{Hash, replay_path};
use crate::note::Verified;
use crate::{Malformed, Refused, Rejected};

/// First line of every evidence file.
pub const HEADER: &str = "luodi/fork/v1";
/// Longest evidence in bytes: two checkpoints with one line each, two keys and 64 hashes take under 6 KiB.
pub const LONGEST: usize = 8 * 1024;

/// Two heads of one origin that contradict each other; who signed them is not said yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    smaller: SignedCheckpoint,
    larger: SignedCheckpoint,
    path: Vec<Hash>,
}

impl Contradiction {
    /// Checks that two heads of one origin contradict each other. `path` is the [`crate::merkle::consistency_path`] between their sizes within
    /// the larger tree; empty when the sizes are equal. [`crate::follow`] is where this is found.
    pub fn between(one: &SignedCheckpoint, other: &SignedCheckpoint, path: &[Hash]) -> Result<Self, Rejected> {
        let (smaller, larger) = in_order(one, other);
        if smaller.checkpoint().origin != larger.checkpoint().origin {
            return Err(Rejected::new("fork", "the heads are of two logs"));
        }
        let found = Self { smaller: smaller.clone(), larger: larger.clone(), path: path.to_vec() };
        if smaller.size() == larger.size() {
            return match path {
                [_, ..] => Err(Rejected::new("fork", "heads of one size need no path")),
                [] if smaller.root() == larger.root() => Err(Rejected::new("fork", "the heads are the same")),
                [] => Ok(found),
            };
        }
        match replay_path(smaller.size(), larger.size(), path)? {
            (_, root) if root != larger.root() => Err(Rejected::new("fork", "the path does not lead to the larger root")),
            (root, _) if root == smaller.root() => Err(Rejected::new("fork", "the larger tree begins with the smaller one")),
            _ => Ok(found),
        }
    }

    /// The smaller head; of two of one size, the one with the lesser root.
    pub fn smaller(&self) -> &SignedCheckpoint {
        &self.smaller
    }

    /// The larger head; of two of one size, the one with the greater root.
    pub fn larger(&self) -> &SignedCheckpoint {
        &self.larger
    }

    /// The evidence against the log, where keys among `keys` signed both heads; one key for both where there is one.
    pub fn against_log(&self, keys: &[VerifierKey]) -> Result<Evidence, Rejected> {
        let (first, second) = self.signers(keys, KeyKind::Ed25519)?;
        let both = first.iter().find(|key| second.contains(key));
        let (Some(first), Some(second)) = (both.or(first.first()), both.or(second.first())) else {
            return Err(unsigned());
        };
        Evidence::new(self.kind(), [first.key, second.key], &self.smaller, &self.larger, &self.path)
    }

    /// The evidence against each witness among `keys` that cosigned both heads.
    pub fn against_witnesses(&self, keys: &[VerifierKey]) -> Result<Vec<Evidence>, Rejected> {
        let (first, second) = self.signers(keys, KeyKind::Cosigner)?;
        let both = first.iter().filter(|one| second.iter().any(|other| other.key == one.key));
        both.map(|cosigner| Evidence::new(self.kind(), [cosigner.key; 2], &self.smaller, &self.larger, &self.path)).collect()
    }

    /// Who among `keys` signed each head, least key first, so that everybody makes the same evidence.
    fn signers<'k>(&self, keys: &'k [VerifierKey], kind: KeyKind) -> Result<(Vec<Verified<'k>>, Vec<Verified<'k>>), Rejected> {
        let signers = |head: &SignedCheckpoint| {
            let mut found = head.note().verify(keys.iter().filter(|key| key.kind() == kind))?;
            found.sort_by_key(|verified| verified.key);
            Ok::<_, Rejected>(found)
        };
        Ok((signers(&self.smaller)?, signers(&self.larger)?))
    }

    fn kind(&self) -> Kind {
        if self.path.is_empty() { Kind::SameSize } else { Kind::OtherPrefix }
    }
}

/// What the two heads show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Two roots for one size.
    SameSize,
    /// The larger tree begins otherwise than the smaller one was signed.
    OtherPrefix,
    /// A witness cosigned the smaller head after the larger one.
    GoingBack,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::SameSize => "same-size",
            Self::OtherPrefix => "other-prefix",
            Self::GoingBack => "going-back",
        }
    }
}

/// Checked evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    kind: Kind,
    /// Who signed the first and the second head; often one key.
    keys: [VerifierKey; 2],
    first: SignedCheckpoint,
    second: SignedCheckpoint,
    path: Vec<Hash>,
}

impl Evidence {
    /// Evidence that the witness `key` cosigned the smaller of two heads of one origin later than the larger one.
    pub fn going_back(one: &SignedCheckpoint, other: &SignedCheckpoint, key: &VerifierKey) -> Result<Self, Rejected> {
        let (first, second) = in_order(one, other);
        Self::new(Kind::GoingBack, [key; 2], first, second, &[])
    }

    /// Takes from each head the line of its key alone, so that lines nobody needs cannot give one fork many ids.
    fn new(
        kind: Kind,
        keys: [&VerifierKey; 2],
        first: &SignedCheckpoint,
        second: &SignedCheckpoint,
        path: &[Hash],
    ) -> Result<Self, Rejected> {
        let only = |head: &SignedCheckpoint, key: &VerifierKey| {
            let mut head = head.clone();
            head.note_mut().retain(|line| line.claims(key));
            head
        };
        let (first, second) = (only(first, keys[0]), only(second, keys[1]));
        let evidence = Self { kind, keys: keys.map(Clone::clone), first, second, path: path.to_vec() };
        evidence.check()?;
        Ok(evidence)
    }

    /// That signatures verify and the heads contradict each other in the way that is claimed.
    fn check(&self) -> Result<(), Rejected> {
        let (first, second) = (signed_at(&self.first, &self.keys[0])?, signed_at(&self.second, &self.keys[1])?);
        let fails = |why: &str| Err(Rejected::new("fork", why));
        match self.kind {
            Kind::SameSize | Kind::OtherPrefix if Contradiction::between(&self.first, &self.second, &self.path)?.kind() == self.kind => {
                Ok(())
            }
            Kind::SameSize | Kind::OtherPrefix => fails("of another kind than it says"),
            Kind::GoingBack if self.first.checkpoint().origin != self.second.checkpoint().origin => fails("the heads are of two logs"),
            Kind::GoingBack if !self.path.is_empty() => fails("going back needs no path"),
            Kind::GoingBack if self.first.size() < self.second.size() && first > second => Ok(()),
            Kind::GoingBack => fails("the smaller head was not cosigned later"),
        }
    }

    /// Reads and checks an evidence file; `parse(bytes).to_bytes() == bytes`.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refused> {
        let evidence = Self::read(bytes)?;
        if evidence.to_bytes() != bytes {
            return Err(wrong("not in its one spelling").into());
        }
        evidence.check()?;
        Ok(evidence)
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.len() > LONGEST {
            return Err(wrong("longer than 8 KiB"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| wrong("not UTF-8"))?;
        // A checkpoint's text has no empty line, so head, text, lines, text, lines are the only blocks.
        let blocks: Vec<&str> = text.split("\n\n").collect();
        let &[head, first, first_lines, second, second_lines] = blocks.as_slice() else {
            return Err(wrong("a head and two checkpoints wanted, an empty line between them"));
        };
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(wrong("must begin with luodi/fork/v1"));
        }
        let kind = lines.next().and_then(|line| line.strip_prefix("kind ")).ok_or_else(|| wrong("a line \"kind …\" wanted"))?;
        let kind = [Kind::SameSize, Kind::OtherPrefix, Kind::GoingBack].into_iter().find(|known| known.as_str() == kind);
        let kind = kind.ok_or_else(|| wrong("kind same-size, other-prefix or going-back wanted"))?;
        let mut keys = Vec::new();
        while let Some((word, key)) = lines.peek().and_then(|line| line.split_once(' ')) {
            let key: VerifierKey = key.parse()?;
            if word != accused(key.kind()) {
                return Err(wrong("log <vkey> of type 0x01 or witness <vkey> of type 0x04 wanted"));
            }
            keys.push(key);
            lines.next();
        }
        let keys = match (keys.as_slice(), kind) {
            ([key], Kind::SameSize | Kind::OtherPrefix) => [key.clone(), key.clone()],
            ([key], Kind::GoingBack) if key.kind() == KeyKind::Cosigner => [key.clone(), key.clone()],
            ([first, second], Kind::SameSize | Kind::OtherPrefix)
                if first != second && first.kind() == KeyKind::Ed25519 && second.kind() == KeyKind::Ed25519 =>
            {
                [first.clone(), second.clone()]
            }
            _ => return Err(wrong("one log or witness wanted, or two keys of a log; only a witness goes back")),
        };
        let path = lines.map(str::parse).collect::<Result<_, _>>()?;
        let first = SignedCheckpoint::parse(format!("{first}\n\n{first_lines}\n").as_bytes())?;
        let second = SignedCheckpoint::parse(format!("{second}\n\n{second_lines}").as_bytes())?;
        if in_order(&first, &second) != (&first, &second) {
            return Err(wrong("the smaller head first; of one size, the one with the lesser root"));
        }
        Ok(Self { kind, keys, first, second, path })
    }

    /// What the two heads show.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The log both heads are of.
    pub fn origin(&self) -> &str {
        &self.first.checkpoint().origin
    }

    /// Whether it speaks of a witness; of the log otherwise.
    pub fn is_against_witness(&self) -> bool {
        self.keys[0].kind() == KeyKind::Cosigner
    }

    /// Who signed the first and the second head; often one key.
    pub fn keys(&self) -> &[VerifierKey; 2] {
        &self.keys
    }

    /// The two heads: the smaller first; of one size, that with the lesser root.
    pub fn heads(&self) -> [&SignedCheckpoint; 2] {
        [&self.first, &self.second]
    }

    /// Whether both keys are among `keys`, those that the reader holds to be the log's (of this [`Self::origin`]) or the witness's. Leave out
    /// retired log keys to ask whether a log must be frozen: a stolen old key may sign anything.
    pub fn accuses(&self, keys: &[VerifierKey]) -> bool {
        self.keys.iter().all(|key| keys.contains(key))
    }

    /// The name of this evidence: BLAKE3 of its bytes. Of several about one log, the one with the least id is kept.
    pub fn id(&self) -> Blake3 {
        Blake3::of(&self.to_bytes())
    }

    /// The bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_string().into_bytes()
    }
}

impl PartialOrd for Evidence {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// By id, so that everybody keeps the same one of several: the least.
impl Ord for Evidence {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.id().cmp(&other.id())
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, keys: [first, second], .. } = self;
        writeln!(f, "{HEADER}\nkind {}", kind.as_str())?;
        writeln!(f, "{} {first}", accused(first.kind()))?;
        if first != second {
            writeln!(f, "{} {second}", accused(second.kind()))?;
        }
        self.path.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}\n{}", self.first.note(), self.second.note())
    }
}

const fn accused(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Ed25519 => "log",
        KeyKind::Cosigner => "witness",
    }
}

/// The smaller head first; of one size, the one with the lesser root.
fn in_order<'h>(one: &'h SignedCheckpoint, other: &'h SignedCheckpoint) -> (&'h SignedCheckpoint, &'h SignedCheckpoint) {
    let place = |head: &SignedCheckpoint| (head.size(), head.root());
    if place(one) <= place(other) { (one, other) } else { (other, one) }
}

/// When `key`, and nobody else, signed `head` (0 for a log key).
fn signed_at(head: &SignedCheckpoint, key: &VerifierKey) -> Result<u64, Rejected> {
    match (head.note().signatures(), head.note().verify([key])?.as_slice()) {
        ([_], [verified]) => Ok(verified.time),
        ([_], _) => Err(unsigned()),
        _ => Err(Rejected::new("fork", "a head has more lines than that of its key")),
    }
}

fn unsigned() -> Rejected {
    Rejected::new("fork", "a head is not signed by the key")
}

fn wrong(why: &str) -> Malformed {
    Malformed::new("evidence", why)
}

#[cfg(test)]
mod tests;
