//! Which division lies below which: by the prefix of its code, unless a `division` statement of an ancestor of both says otherwise.
//!
//! What a statement says holds from its `vintage` on, so that what was registered before a village moved stays registered. Of several, the
//! one in the highest log holds, then the one of the latest vintage, then the later one in the log. A parent is always of a higher level
//! than its child: so no chain of parents closes, and what logs of higher levels say is settled before any log of a lower one is judged.
//!
//! Invariant: an entry is judged by what logs *above* its own say of divisions. A division can be moved about within the one whose log says
//! so, and not out of it.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::DivisionFacts;
use crate::names::{Division, Level, Origin};
use crate::time::Date;

/// A `division` statement in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DivisionChange {
    /// What it says.
    pub facts: DivisionFacts,
    /// The log and index it stands at.
    pub stated: (Origin, u64),
}

impl DivisionChange {
    fn level(&self) -> Level {
        self.stated.0.division.level()
    }

    fn rank(&self) -> (std::cmp::Reverse<Level>, Date, &(Origin, u64)) {
        (std::cmp::Reverse(self.level()), self.facts.vintage, &self.stated)
    }
}

/// All that is said of divisions.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub(super) struct Tree {
    root: Division,
    /// By division; the one that holds is the last that applies.
    stated: BTreeMap<Division, Vec<DivisionChange>>,
}

impl Tree {
    pub(super) fn new(root: Division) -> Self {
        Self { root, stated: BTreeMap::new() }
    }

    pub(super) fn take(&mut self, change: DivisionChange) {
        let known = self.stated.entry(change.facts.division).or_default();
        let at = known.partition_point(|each| each.rank() < change.rank());
        known.insert(at, change);
    }

    /// All that is said, by division; the last that applies holds.
    pub(super) fn changes(&self) -> impl Iterator<Item = &DivisionChange> {
        self.stated.values().flatten()
    }

    /// What holds of a division's parent: on `day`, or at last; as the logs above `heard` say, or all.
    pub(super) fn manual(&self, division: Division, day: Option<Date>, heard: Option<Level>) -> Option<&DivisionChange> {
        let applies = |change: &&DivisionChange| {
            change.facts.parent.is_some()
                && day.is_none_or(|day| change.facts.vintage <= day)
                && heard.is_none_or(|level| change.level() < level)
        };
        self.stated.get(&division)?.iter().rfind(applies)
    }

    /// What holds of a division's name.
    pub(super) fn named(&self, division: Division, day: Option<Date>) -> Option<&DivisionChange> {
        self.stated.get(&division)?.iter().rfind(|change| day.is_none_or(|day| change.facts.vintage <= day))
    }

    pub(super) fn parent(&self, division: Division, day: Option<Date>, heard: Option<Level>) -> Option<Division> {
        if division == self.root {
            return None;
        }
        self.manual(division, day, heard).and_then(|change| change.facts.parent).or_else(|| division.parent())
    }

    /// The division and those above it, up to the root.
    pub(super) fn line(&self, division: Division, day: Option<Date>, heard: Option<Level>) -> impl Iterator<Item = Division> {
        std::iter::successors(Some(division), move |division| self.parent(*division, day, heard))
    }

    /// Whether `division` is `above` or lies below it on `day`, as the logs above `heard` say.
    pub(super) fn is_within_on(&self, division: Division, above: Division, day: Date, heard: Level) -> bool {
        self.line(division, Some(day), Some(heard)).any(|each| each == above)
    }

    /// Whether `division` is `above` or has at any time lain below it.
    pub(super) fn is_within(&self, division: Division, above: Division) -> bool {
        division == above || self.above(division).contains(&above)
    }

    /// The division and every one it has at any time lain below, up to the root.
    pub(super) fn above(&self, division: Division) -> BTreeSet<Division> {
        let mut met = BTreeSet::from([division]);
        let mut open = vec![division];
        while let Some(each) = open.pop() {
            if each != self.root {
                let stated = self.stated.get(&each).into_iter().flatten().filter_map(|change| change.facts.parent);
                open.extend(each.parent().into_iter().chain(stated).filter(|parent| met.insert(*parent)));
            }
        }
        met
    }
}
