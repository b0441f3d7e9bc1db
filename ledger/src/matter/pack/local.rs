//! Local packs as logs hold them: which `rules` stand, whose bodies are wanted, and the packs that follow.
//!
//! Out of scope: whether a statement is valid (the registry says), fetching bodies. Invariant: the same statements in any order give the same
//! packs; one that its own office took back as misfiled adopts nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::{InForce, Packs};
use crate::matter::codes::KindCode;
use crate::matter::facts::{RulesNotice, Said};
use crate::matter::record::Reference;
use crate::matter::words::Words;
use crate::names::OfficeName;
use crate::registry::Registry;
use crate::statement::{BodyRef, Statement};

/// The `rules` of some logs, and what was taken back.
#[derive(Clone, Debug, Default)]
pub struct Adoptions {
    rules: BTreeMap<Reference, (Vec<OfficeName>, RulesNotice, Option<BodyRef>)>,
    withdrawn: BTreeSet<(Reference, OfficeName)>,
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
                self.rules.insert(on.clone(), (statement.by.clone(), rules, statement.body));
            }
            Ok(Said::Void(void)) => self.withdrawn.extend(statement.by.iter().map(|by| (void.target.clone(), by.clone()))),
            _ => {}
        }
    }

    /// Whether an office that signed a statement has taken it back as misfiled.
    pub fn is_withdrawn(&self, on: &Reference, by: &[OfficeName]) -> bool {
        by.iter().any(|by| self.withdrawn.contains(&(on.clone(), by.clone())))
    }

    /// The bodies that carry the packs of the rules that stand.
    pub fn bodies(&self) -> impl Iterator<Item = (&Reference, &BodyRef)> {
        self.standing().filter_map(|(on, _, named)| Some((on, named?)))
    }

    /// The packs that ship and those adopted, and the rules whose pack cannot be read: matters that name it are not judged. `body` gives the
    /// bytes that a statement names, if they are at hand.
    pub fn packs(&self, registry: &Registry, body: impl Fn(&Reference, &BodyRef) -> Option<Vec<u8>>) -> (Packs, Vec<Reference>) {
        let (mut packs, mut unread) = (Packs::built_in(), Vec::new());
        for change in registry.divisions() {
            let division = change.facts.division;
            if let Some(parent) = registry.parent(division).filter(|parent| Some(*parent) != division.parent()) {
                packs.move_division(division, parent);
            }
        }
        for (on, rules, named) in self.standing() {
            let effective = InForce { from: Some(rules.from), until: rules.until };
            let bytes = named.and_then(|named| body(on, named).filter(|bytes| named.names(bytes)));
            let text = bytes.and_then(|bytes| Words::parse(&bytes).ok()?.pack);
            if text.and_then(|text| packs.adopt(on.clone(), rules.pack, effective, &text).ok()).is_none() {
                unread.push(on.clone());
            }
        }
        (packs, unread)
    }

    fn standing(&self) -> impl Iterator<Item = (&Reference, &RulesNotice, Option<&BodyRef>)> {
        let stands = |(on, (by, ..)): &(&Reference, &(Vec<OfficeName>, RulesNotice, Option<BodyRef>))| !self.is_withdrawn(on, by);
        self.rules.iter().filter(stands).map(|(on, (_, rules, named))| (on, rules, named.as_ref()))
    }
}
