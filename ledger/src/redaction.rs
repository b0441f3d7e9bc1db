//! What a `redaction` erases, and what readers are told instead.
//!
//! A valid redaction (judge it as any entry) names hashes of its target: the body, or attachments that the body lists. Only these are
//! erased, so nobody can have the words of one statement erased by pointing at another. Statements of the registry keep their words.
//!
//! Out of scope: who may redact ([`crate::matter::may_sign`]), and erasing.

use serde::{Deserialize, Serialize};

use crate::Malformed;
use crate::entry::Entry;
use crate::hash::Blake3;
use crate::matter::Reference;
use crate::matter::codes::{Coded, RedactionGround};
use crate::matter::facts::{Redaction, Said};
use crate::matter::words::Words;
use crate::names::Origin;
use crate::statement::{Signers, Statement};
use crate::time::Time;

/// The kind that erases.
pub const KIND: &str = "redaction";

/// The redaction that a statement is, if it is one.
pub fn read(statement: &Statement) -> Option<Redaction> {
    if statement.kind.as_str() != KIND {
        return None;
    }
    match Said::read(&statement.kind, &statement.facts) {
        Ok(Said::Redaction(redaction)) => Some(*redaction),
        _ => None,
    }
}

/// Public, in place of what was erased: who, when, why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// What was erased.
    pub hash: Blake3,
    /// Who had it erased.
    pub by: Signers,
    /// Why.
    pub ground: Coded<RedactionGround>,
    /// When that was logged.
    pub logged: Time,
    /// The redaction.
    pub redaction: Reference,
    /// The statement that it belonged to.
    pub target: Reference,
    /// Of a body, the attachments that it listed, so that these can still be redacted; none where it was redacted before it was here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Vec<Blake3>>,
}

impl Tombstone {
    /// Reads a tombstone as nodes serve it.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        serde_json::from_slice(bytes).map_err(|error| Malformed::new("tombstone", error.to_string()))
    }

    /// As nodes serve it.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// What is known of the words that a redaction speaks of.
#[derive(Clone, Copy, Debug)]
pub enum Held<'a> {
    /// The body.
    Body(&'a [u8]),
    /// It is redacted.
    Redacted(&'a Tombstone),
    /// Not here.
    Absent,
}

impl<'a> Held<'a> {
    /// What is known where the body is here, or what stands in its place.
    pub fn of(body: Option<&'a [u8]>, told: Option<&'a Tombstone>) -> Self {
        match (body, told) {
            (Some(body), _) => Self::Body(body),
            (None, Some(told)) => Self::Redacted(told),
            (None, None) => Self::Absent,
        }
    }

    /// The attachments that the words list, where that is known.
    fn listed(self) -> Option<Vec<Blake3>> {
        match self {
            Self::Body(bytes) => {
                Some(Words::parse(bytes).map(|words| words.attachments.iter().map(|each| each.hash).collect()).unwrap_or_default())
            }
            Self::Redacted(told) => told.attachments.clone(),
            Self::Absent => None,
        }
    }
}

/// Checks before publishing that a redaction names words of its target, so that one that erases nothing is not taken for one that does.
/// Where it is not known what the words list, what is not the body may be one of their attachments.
pub fn check_named(target: &Statement, redaction: &Redaction, held: Held<'_>) -> Result<(), Malformed> {
    let Some(body) = target.body.map(|body| body.hash) else {
        return Err(Malformed::new("hashes", "what it refers to has no words and no attachments, so there is nothing to erase"));
    };
    let Some(listed) = held.listed() else { return Ok(()) };
    match redaction.hashes.iter().find(|hash| body != **hash && !listed.contains(hash)) {
        Some(hash) => Err(Malformed::new("hashes", format!("{hash} is neither the body of the target nor an attachment that it lists"))),
        None => Ok(()),
    }
}

/// The tombstones that `entry`, a redaction in `log` that counts, puts up over the words of `target`. What it names beyond these is not its
/// target's, or cannot be told without the body.
pub fn tombstones(log: &Origin, entry: &Entry, redaction: &Redaction, target: &Entry, held: Held<'_>) -> Vec<Tombstone> {
    let (said, of) = (entry.statement.statement(), target.statement.statement());
    let is_target =
        of.log == redaction.target.log && target.index == redaction.target.index && target.statement.id() == redaction.target.id;
    if !is_target || of.kind.is_registry() {
        return Vec::new();
    }
    let listed = held.listed();
    let body = of.body.map(|body| body.hash);
    let named = redaction.hashes.iter().filter(|hash| body == Some(**hash) || listed.iter().flatten().any(|listed| listed == *hash));
    let tombstone = |hash: &Blake3| Tombstone {
        hash: *hash,
        by: said.by.clone(),
        ground: redaction.ground,
        logged: entry.logged,
        redaction: Reference { log: log.clone(), index: entry.index, id: entry.statement.id() },
        target: redaction.target.clone(),
        attachments: if body == Some(*hash) { listed.clone() } else { None },
    };
    named.map(tombstone).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::facts::Facts;
    use crate::statement::BodyRef;
    use crate::testing::{TOWNSHIP, VILLAGE, World, office, origin};

    fn facts(value: &serde_json::Value) -> Facts {
        Facts::of(value).unwrap()
    }

    /// Words with one attachment, which a first redaction takes the words from, and a second the attachment: what each puts up, where the
    /// first came before the words did, or after.
    #[test]
    fn what_erased_words_listed_may_be_redacted_whether_they_were_ever_here_or_not() {
        let (photo, strange) = (Blake3::of(b"a photo"), Blake3::of(b"of another matter"));
        let listed = json!({"access": "public", "hash": photo, "media": "image/jpeg", "size": 7});
        let words = json!({"attachments": [listed], "nonce": "a".repeat(32), "title": "修路"}).to_string();
        let body = BodyRef::of(words.as_bytes());
        let mut world = World::default();
        let at = world.say_with(VILLAGE, &office(VILLAGE, "committee"), ("topic", facts(&json!({}))), Some(body));
        let of = world.entries[at].1.clone();
        let target = Reference { log: origin(VILLAGE), index: of.index, id: of.statement.id() };
        let mut redact = |hash: &Blake3| {
            let said = ("redaction", facts(&json!({"ground": "personal-data", "hashes": [hash], "target": target})));
            let at = world.say(TOWNSHIP, &office(TOWNSHIP, "government"), said);
            let entry = world.entries[at].1.clone();
            let redaction = read(entry.statement.statement()).unwrap();
            (entry, redaction)
        };
        let (of_words, of_photo, of_strange) = (redact(&body.hash), redact(&photo), redact(&strange));
        let check =
            |redaction: &Redaction, held: Held<'_>| check_named(of.statement.statement(), redaction, held).map_err(|fault| fault.field);
        let put_up = |(entry, redaction): &(Entry, Redaction), held: Held<'_>| tombstones(&origin(TOWNSHIP), entry, redaction, &of, held);

        for (held, knows) in [(Held::Body(words.as_bytes()), true), (Held::Absent, false)] {
            let erased = put_up(&of_words, held);
            let [tombstone] = erased.as_slice() else { panic!("{erased:?}") };
            let told = Tombstone::parse(&tombstone.to_bytes()).unwrap();
            assert_eq!((&told, told.hash, &told.attachments), (tombstone, body.hash, &knows.then(|| vec![photo])));

            let held = Held::of(None, Some(&told));
            assert_eq!(check(&of_photo.1, held), Ok(()));
            assert_eq!(check(&of_strange.1, held).is_ok(), !knows);
            assert_eq!(put_up(&of_photo, held).iter().map(|each| each.hash).collect::<Vec<_>>(), if knows { vec![photo] } else { vec![] });
            assert_eq!(put_up(&of_strange, held), []);
        }
    }
}
