//! A registry statement, read once when it is first seen.

use std::sync::Arc;

use super::facts::{AppointFacts, CharterFacts, DivisionFacts, RevokeFacts};
use super::lines::Lines;
use crate::Malformed;
use crate::entry::Entry;
use crate::names::{Division, OfficeName};
use crate::policy::Policy;
use crate::statement::Statement;

/// What a registry statement does.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Charter(Box<(CharterFacts, Policy)>),
    Appoint(Arc<AppointFacts>),
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
                Self::Appoint(Arc::new(facts))
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

/// A registry entry, with its act, and what has been found of its signatures.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) entry: Entry,
    pub(super) act: Act,
    pub(super) lines: Lines,
}

impl Seen {
    pub(super) fn new(entry: Entry, act: Act) -> Self {
        let lines = Lines::of(&entry);
        Self { entry, act, lines }
    }
}
