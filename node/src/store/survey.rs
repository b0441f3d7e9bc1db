//! What a run of leaves does to its log's link, and which of them the registry reads, without parsing each.
//!
//! Parsing costs several times what storing does, and at this place two facts are wanted of hundreds of leaves: so only those leaves are
//! parsed that decide them. The answer is exactly that of [`Link::step`] over all of them; where the short way cannot tell, it is not taken.

use std::ops::ControlFlow;

use luodi_ledger::entry::{HEADER, Link};
use luodi_ledger::hash::Blake3;
use luodi_ledger::statement::Kind;

/// Lines up to the kind of a statement: four of the entry, an empty one, header and log of the statement, its signers, the kind.
const LINES: usize = 8 + luodi_ledger::statement::MOST_SIGNERS;

/// Moves `link` behind `leaves`, at most 256 of them, and gives the positions of the well-formed registry entries among them.
pub(super) fn survey(link: &mut Link, leaves: &[Vec<u8>]) -> Vec<u8> {
    let Some(claims) = claims(link, leaves) else { return step(link, leaves) };
    // Among leaves whose claimed times never fall, a leaf's time is right whichever of those before it are well formed.
    let accepted = |position: usize| {
        let previous = if position == 0 { link.previous } else { Blake3::of(&leaves[position - 1]) };
        let mut here = Link { index: link.index + position as u64, previous, not_before: link.not_before };
        here.step(&leaves[position]).ok()
    };
    let read = |position: usize| claims[position].is_registry && accepted(position).is_some();
    let registry = (0..=u8::MAX).zip(0..leaves.len()).filter(|(_, position)| read(*position)).map(|(byte, _)| byte).collect();
    let newest = (0..leaves.len()).rev().filter(|position| claims[*position].is_entry).find_map(accepted);
    *link = Link {
        index: link.index + leaves.len() as u64,
        previous: leaves.last().map_or(link.previous, |last| Blake3::of(last)),
        not_before: newest.map_or(link.not_before, |entry| entry.logged),
    };
    registry
}

fn step(link: &mut Link, leaves: &[Vec<u8>]) -> Vec<u8> {
    let mut registry = Vec::new();
    for (position, leaf) in (0..=u8::MAX).zip(leaves) {
        if link.step(leaf).is_ok_and(|entry| entry.statement.statement().kind.is_registry()) {
            registry.push(position);
        }
    }
    registry
}

/// What a leaf looks like; more may look so than are.
#[derive(Clone, Copy, Default)]
struct Claim {
    is_entry: bool,
    is_registry: bool,
}

/// What the leaves claim; none if their times fall anywhere. Times in their one spelling sort as bytes do, and what is no time either falls
/// into the order, to no harm, or breaks it.
fn claims(link: &Link, leaves: &[Vec<u8>]) -> Option<Vec<Claim>> {
    let start = link.not_before.to_string();
    let mut newest = start.as_bytes();
    let mut claims = Vec::with_capacity(leaves.len());
    for leaf in leaves {
        let mut claim = Claim::default();
        let mut lines = leaf.split(|byte| *byte == b'\n').take(LINES);
        if lines.next() == Some(HEADER.as_bytes())
            && let Some(logged) = lines.nth(2).and_then(|line| line.strip_prefix(b"logged "))
        {
            if logged < newest {
                return None;
            }
            newest = logged;
            claim.is_entry = true;
            claim.is_registry = lines.try_for_each(kind).break_value().is_some_and(|kind| kind.is_registry());
        }
        claims.push(claim);
    }
    Some(claims)
}

fn kind(line: &[u8]) -> ControlFlow<Kind> {
    let word = line.strip_prefix(b"kind ").and_then(|word| std::str::from_utf8(word).ok()?.parse().ok());
    word.map_or(ControlFlow::Continue(()), ControlFlow::Break)
}

#[cfg(test)]
mod tests {
    use luodi_ledger::entry::Entry;
    use luodi_ledger::facts::Facts;
    use luodi_ledger::key::{KeyKind, SignerKey};
    use luodi_ledger::statement::Statement;
    use luodi_ledger::time::Time;
    use proptest::prelude::*;

    use super::*;

    /// A leaf that is right, or wrong in the way that `flaw` picks.
    fn leaf(link: &Link, kind: u8, seconds: i64, flaw: u8) -> Vec<u8> {
        let office = "luodi.example/henan/410721000000/civil-affairs";
        let key = SignerKey::from_seed(office, KeyKind::Ed25519, &[2; 32]).unwrap();
        let statement = Statement {
            log: "luodi.example/henan/log/410721101201/1".parse().unwrap(),
            by: vec![office.parse().unwrap()],
            kind: ["outcome", "charter", "appoint", "topic"][usize::from(kind % 4)].parse().unwrap(),
            matter: None,
            time: Time::from_unix(0).unwrap(),
            facts: Facts::empty(),
            body: None,
        };
        let logged = Time::from_unix(1_700_000_000 + seconds).unwrap();
        let statement = statement.sign(std::slice::from_ref(&key)).unwrap();
        let mut entry = Entry { index: link.index, previous: link.previous, logged, statement };
        match flaw {
            0 => entry.index += 1,
            1 => entry.previous = Blake3::ZERO,
            _ => {}
        }
        let text = String::from_utf8(entry.to_bytes()).unwrap();
        let spoilt = match flaw {
            2 => text.replace("facts {}", "facts {x}"),
            3 => text.replace(&format!("logged {logged}"), "logged ~"),
            4 => text.replace(&format!("logged {logged}"), "logged "),
            5 => text.replace("kind ", "kind  "),
            6 => text.trim_end().to_owned(),
            7 => "no entry\nat all".to_owned(),
            8 => String::new(),
            _ => text,
        };
        spoilt.into_bytes()
    }

    proptest! {
        #[test]
        fn the_short_way_finds_what_the_long_way_finds(
            leaves in proptest::collection::vec((0..4_u8, 0..40_u8, -1..9_i64), 0..60),
            falls in any::<bool>(),
        ) {
            let start = Link { not_before: Time::from_unix(1_700_000_000).unwrap(), ..Link::start() };
            let mut link = start;
            let mut seconds = 0;
            let leaves: Vec<Vec<u8>> = leaves
                .into_iter()
                .map(|(kind, flaw, step)| {
                    seconds += if falls { step } else { step.max(0) };
                    let bytes = leaf(&link, kind, seconds, flaw);
                    let _ = link.step(&bytes);
                    bytes
                })
                .collect();
            let (mut long, mut short) = (start, start);
            prop_assert_eq!(step(&mut long, &leaves), survey(&mut short, &leaves));
            prop_assert_eq!(long, short);
            prop_assert_eq!(long, link);
        }
    }
}
