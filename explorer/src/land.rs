//! Who lies below whom today: as the registry says where it says anything, by the code elsewhere, above the federation's root too.
//!
//! Out of scope: what lay below what at any time, which decides whose logs bear on a place ([`Registry::is_within`]). Invariant: every
//! parent is of a higher level than its child, so the way up ends.

use std::collections::BTreeMap;

use luodi_ledger::names::Division;
use luodi_ledger::registry::Registry;
use luodi_ledger::time::Date;

use crate::divisions::{Divisions, Place};

/// The divisions as they stand on one day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Land {
    /// The divisions that stand elsewhere than their code says, by the one they stand below.
    moved: BTreeMap<Division, Division>,
}

impl Land {
    /// As the registry tells of `day`.
    pub fn of(registry: &Registry, day: Date) -> Self {
        let said = registry.divisions().map(|change| change.facts.division);
        let moved =
            said.filter_map(|code| Some((code, registry.parent_on(code, day)?))).filter(|(code, parent)| code.parent() != Some(*parent));
        Self { moved: moved.collect() }
    }

    /// The division above.
    pub fn parent(&self, code: Division) -> Option<Division> {
        self.moved.get(&code).copied().or_else(|| code.parent())
    }

    /// The division and those above it, up to the province.
    pub fn up(&self, code: Division) -> impl Iterator<Item = Division> {
        std::iter::successors(Some(code), |code| self.parent(*code))
    }

    /// Whether `code` is `place` or lies below it.
    pub fn lies_within(&self, code: Division, place: Division) -> bool {
        if self.moved.is_empty() { code.is_within(place) } else { self.up(code).any(|each| each == place) }
    }

    /// The known places one level down, by code, and those of `others` that stand there.
    pub fn children(&self, divisions: &Divisions, others: impl Iterator<Item = Division>, code: Division) -> Vec<Division> {
        let by_code = divisions.children(code).map(Place::code);
        let mut children: Vec<Division> =
            by_code.chain(self.moved.keys().copied()).chain(others).filter(|each| self.parent(*each) == Some(code)).collect();
        children.sort_unstable();
        children.dedup();
        children
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Division {
        text.parse().unwrap()
    }

    #[test]
    fn what_was_moved_lies_below_its_new_place_alone() {
        let divisions = Divisions::of(
            ["410721101000", "410721102000", "410721101201", "410721101202"].map(|each| Place::new(code(each), "地方", None)).to_vec(),
        );
        let (here, there, moved, kept) = (code("410721101000"), code("410721102000"), code("410721101201"), code("410721101202"));
        let land = Land { moved: BTreeMap::from([(moved, there)]) };
        assert_eq!(land.children(&divisions, std::iter::empty(), here), [kept]);
        assert_eq!(land.children(&divisions, [moved, kept].into_iter(), there), [moved]);
        assert!(land.lies_within(moved, there) && !land.lies_within(moved, here));
        assert!(land.lies_within(moved, code("410700000000")) && land.lies_within(kept, here));
        assert_eq!(
            land.up(moved).collect::<Vec<_>>(),
            ["410721101201", "410721102000", "410721000000", "410700000000", "410000000000"].map(code)
        );
    }
}
