//! Local packs as logs hold them: which `rules` stand, whose bodies are wanted, and the packs that follow.
//!
//! Out of scope: whether a statement is valid (the registry says), fetching bodies. Invariant: the same statements in any order give the same
//! packs; one that its own office took back as misfiled adopts nothing; one that later rules of the same place replace ends when these begin.

use std::collections::BTreeMap;

use super::{InForce, Packs};
use crate::matter::codes::KindCode;
use crate::matter::facts::{RulesNotice, Said};
use crate::matter::record::Reference;
use crate::matter::withdrawals::Withdrawals;
use crate::matter::words::Words;
use crate::names::OfficeName;
use crate::registry::Registry;
use crate::statement::{BodyRef, Signers, Statement};
use crate::time::Date;

/// The `rules` of some logs, and what was taken back.
#[derive(Clone, Debug, Default)]
pub struct Adoptions {
    rules: BTreeMap<Reference, (Signers, RulesNotice, Option<BodyRef>)>,
    withdrawals: Withdrawals,
}

impl Adoptions {
    /// Whether statements of a kind may matter here, so that nobody judges the others in vain.
    pub const fn concerns(kind: KindCode) -> bool {
        matches!(kind, KindCode::Rules | KindCode::Void)
    }

    /// Takes in a statement that is valid; one of another kind is passed over.
    pub fn take(&mut self, on: &Reference, statement: &Statement) {
        if !statement.kind.as_str().parse().is_ok_and(Self::concerns) {
            return;
        }
        match Said::read(&statement.kind, &statement.facts) {
            Ok(Said::Rules(rules)) => {
                self.rules.insert(on.clone(), (statement.by.clone(), *rules, statement.body));
            }
            _ => self.withdrawals.take(on, statement),
        }
    }

    /// Whether an office that signed a statement has taken it back as misfiled.
    pub fn is_withdrawn(&self, on: &Reference, by: &[OfficeName]) -> bool {
        self.withdrawals.by_signer(on, by).is_some()
    }

    /// What was taken back, of any kind.
    pub fn withdrawals(&self) -> &Withdrawals {
        &self.withdrawals
    }

    /// The bodies that carry the packs of the rules that stand.
    pub fn bodies(&self) -> impl Iterator<Item = (&Reference, &BodyRef)> {
        self.standing().filter_map(|(on, _, named)| Some((on, named?)))
    }

    /// The packs that ship and those adopted, and the rules whose pack cannot be read: matters that name it are not judged. `body` gives the
    /// bytes that a statement names, if they are at hand.
    pub fn packs(&self, registry: &Registry, body: impl Fn(&Reference, &BodyRef) -> Option<Vec<u8>>) -> (Packs, Vec<Reference>) {
        let (mut packs, mut unread) = (Packs::built_in(), Vec::new());
        packs.root_at(registry.federation().root);
        for change in registry.divisions() {
            let division = change.facts.division;
            if let Some(parent) = registry.parent(division).filter(|parent| Some(*parent) != division.parent()) {
                packs.move_division(division, parent);
            }
        }
        for (on, rules, named) in self.standing() {
            let effective = InForce { from: Some(rules.from), until: self.until(on, rules) };
            let bytes = named.and_then(|named| body(on, named).filter(|bytes| named.names(bytes)));
            let text = bytes.and_then(|bytes| Words::parse(&bytes).ok()?.pack);
            if text.and_then(|text| packs.adopt(on.clone(), rules.pack, effective, &text).ok()).is_none() {
                unread.push(on.clone());
            }
        }
        (packs, unread)
    }

    /// The first day no longer: the one that was signed, or the one from which later rules of the same place take the place of its pack.
    fn until(&self, on: &Reference, rules: &RulesNotice) -> Option<Date> {
        let takes_its_place = |(later, other, _): &(&Reference, &RulesNotice, _)| {
            later.log.division == on.log.division && *later > on && other.replaces == Some(rules.pack)
        };
        self.standing().filter(takes_its_place).map(|(_, other, _)| other.from).chain(rules.until).min()
    }

    fn standing(&self) -> impl Iterator<Item = (&Reference, &RulesNotice, Option<&BodyRef>)> {
        let stands = |(on, (by, ..)): &(&Reference, &(Signers, RulesNotice, Option<BodyRef>))| !self.is_withdrawn(on, by);
        self.rules.iter().filter(stands).map(|(on, (_, rules, named))| (on, rules, named.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::facts::Facts;
    use crate::hash::Blake3;
    use crate::testing::{COUNTY, FEDERATION, TOWNSHIP, VILLAGE, World, origin};

    /// Takes in that a division's civil affairs put `pack` in force from a day on.
    fn say(adoptions: &mut Adoptions, at: (&str, u64), pack: &str, from: &str, replaces: Option<&str>) {
        let named = |text: &str| Blake3::of(text.as_bytes());
        let body = json!({ "pack": pack }).to_string();
        let facts = match replaces {
            Some(replaces) => json!({"from": from, "pack": named(pack), "replaces": named(replaces)}),
            None => json!({"from": from, "pack": named(pack)}),
        };
        let statement = Statement {
            log: origin(at.0),
            by: [format!("{FEDERATION}/{}/civil-affairs", at.0).parse().unwrap()].into(),
            kind: "rules".parse().unwrap(),
            matter: None,
            time: "2026-01-01T00:00:00Z".parse().unwrap(),
            facts: Facts::of(&facts).unwrap(),
            body: Some(BodyRef::of(body.as_bytes())),
        };
        adoptions.take(&Reference { log: origin(at.0), index: at.1, id: statement.id() }, &statement);
    }

    #[test]
    fn rules_that_replace_a_pack_end_it_where_they_stand_and_only_what_came_before() {
        let shipped = super::super::known::BUILT_IN[2];
        let (old, new) = (shipped.replacen("\"general\"", "\"our-old\"", 1), shipped.replacen("\"general\"", "\"our-new\"", 1));
        let mut adoptions = Adoptions::default();
        let registry = World::default().registry();
        let in_force = |adoptions: &Adoptions, pack: &str, day: &str| {
            let bodies = [&old, &new].map(|pack| json!({ "pack": pack }).to_string().into_bytes());
            let body = |_: &Reference, named: &BodyRef| bodies.iter().find(|body| named.names(body)).cloned();
            let (packs, unread) = adoptions.packs(&registry, body);
            assert_eq!(unread, []);
            packs.in_force(&Blake3::of(pack.as_bytes()), VILLAGE.parse().unwrap(), day.parse().unwrap())
        };
        say(&mut adoptions, (COUNTY, 3), &old, "2026-01-01", None);
        say(&mut adoptions, (TOWNSHIP, 9), &new, "2026-03-01", Some(&old));
        assert!(in_force(&adoptions, &old, "2026-07-01"), "rules below replace nothing of those above");
        say(&mut adoptions, (COUNTY, 4), &new, "2026-06-01", Some(&old));
        assert!(in_force(&adoptions, &old, "2026-05-31") && !in_force(&adoptions, &old, "2026-06-01"));
        assert!(in_force(&adoptions, &new, "2026-06-01"));
        say(&mut adoptions, (COUNTY, 5), &old, "2027-01-01", Some(&new));
        assert!(in_force(&adoptions, &old, "2027-01-01") && !in_force(&adoptions, &old, "2026-12-31"));
    }
}
