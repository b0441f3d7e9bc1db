//! A registry statement, read once when it is first seen.

use std::sync::OnceLock;

use super::facts::{AppointFacts, CharterFacts, DivisionFacts, RevokeFacts};
use crate::Malformed;
use crate::entry::Entry;
use crate::key::VerifierKey;
use crate::names::{Division, OfficeName};
use crate::policy::Policy;
use crate::statement::Statement;

/// What a registry statement does.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Charter(Box<(CharterFacts, Policy)>),
    Appoint(Box<AppointFacts>),
    Revoke(Box<RevokeFacts>, OfficeName),
    Division(Box<DivisionFacts>),
}

impl Act {
    /// Reads a statement of a registry kind.
    pub(super) fn read(statement: &Statement) -> Result<Self, Malformed> {
        let federation = &statement.log.federation;
        Ok(match statement.kind.as_str() {
            "charter" => {
                let facts: CharterFacts = statement.facts.read()?;
                let policy = facts.check(federation, facts.origin.division)?;
                Self::Charter(Box::new((facts, policy)))
            }
            "appoint" => {
                let facts: AppointFacts = statement.facts.read()?;
                facts.check(federation)?;
                Self::Appoint(Box::new(facts))
            }
            "revoke" => {
                let facts: RevokeFacts = statement.facts.read()?;
                let office = facts.check(federation)?;
                Self::Revoke(Box::new(facts), office)
            }
            "division" => {
                let facts: DivisionFacts = statement.facts.read()?;
                facts.check()?;
                Self::Division(Box::new(facts))
            }
            other => return Err(Malformed::new("kind", format!("{other} is no kind that the registry reads"))),
        })
    }

    /// The division the act is about.
    pub(super) fn target(&self) -> Division {
        match self {
            Self::Charter(charter) => charter.0.origin.division,
            Self::Appoint(facts) => facts.office.division,
            Self::Revoke(_, office) => office.division,
            Self::Division(facts) => facts.division,
        }
    }

    /// The division above that it gives its target, if it does.
    pub(super) fn parent(&self) -> Option<Division> {
        if let Self::Division(facts) = self { facts.parent } else { None }
    }
}

/// A registry entry, with its act, and what has been found of its signatures: they stay what they are, whatever else becomes known.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) entry: Entry,
    pub(super) act: Act,
    /// For each `by` line, the first key it was held against and whether it verified.
    lines: Vec<OnceLock<(VerifierKey, bool)>>,
}

impl Seen {
    pub(super) fn new(entry: Entry, act: Act) -> Self {
        let lines = entry.statement.statement().by.iter().map(|_| OnceLock::new()).collect();
        Self { entry, act, lines }
    }

    /// Whether the line at `position` verifies by `key`.
    pub(super) fn verifies(&self, position: usize, key: &VerifierKey) -> bool {
        let verify = || {
            #[cfg(test)]
            tests::count();
            self.entry.statement.verify(position, key).is_ok()
        };
        match self.lines.get(position).map(|line| line.get_or_init(|| (key.clone(), verify()))) {
            Some((known, good)) if known == key => *good,
            // Two keys with one name and id: rare enough to be held against the line again.
            _ => verify(),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::cell::Cell;

    thread_local! {
        static VERIFIED: Cell<usize> = const { Cell::new(0) };
    }

    pub(super) fn count() {
        VERIFIED.set(VERIFIED.get() + 1);
    }

    /// Signatures of registry entries that this thread has verified so far.
    pub(in crate::registry) fn verified() -> usize {
        VERIFIED.get()
    }
}
