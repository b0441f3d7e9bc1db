//! What one entry counts for, by the federation file and what is in force.

use super::act::{Act, Seen};
use super::facts::Term;
use super::force::InForce;
use super::lines::Lines;
use crate::entry::Entry;
use crate::federation::FederationFile;
use crate::key::VerifierKey;
use crate::matter;
use crate::names::{Division, Office, OfficeName, Origin};
use crate::note::Signature;
use crate::standing::Void;
use crate::statement::Statement;
use crate::time::Date;

/// Why an entry counts nowhere, and whose line is at fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why:?}: {by:?}: {detail}")]
pub struct Denied {
    /// The reason.
    pub why: Void,
    /// The office whose line is at fault, if it is one.
    pub by: Option<OfficeName>,
    /// What was found, in plain words.
    pub detail: String,
}

impl Denied {
    fn new(why: Void, by: Option<&OfficeName>, detail: impl Into<String>) -> Self {
        Self { why, by: by.cloned(), detail: detail.into() }
    }
}

/// The rules, over what is in force.
#[derive(Clone, Copy)]
pub(super) struct Law<'a> {
    pub(super) federation: &'a FederationFile,
    pub(super) force: &'a InForce,
}

/// One entry under judgement.
struct Case<'a> {
    origin: &'a Origin,
    entry: &'a Entry,
    day: Date,
    /// What it does, if it is a registry entry that reads as one.
    act: Option<&'a Act>,
    /// What is remembered of its signatures, if anything is.
    lines: Option<&'a Lines>,
}

impl Case<'_> {
    fn verifies(&self, position: usize, key: &VerifierKey) -> bool {
        match self.lines {
            Some(lines) => lines.verifies(&self.entry.statement, position, key),
            None => self.entry.statement.verify(position, key).is_ok(),
        }
    }

    fn statement(&self) -> &Statement {
        self.entry.statement.statement()
    }
}

impl<'a> Law<'a> {
    /// Judges a registry entry that was seen. `Ok(true)` when a signer's term had ended.
    pub(super) fn judge_seen(&self, origin: &Origin, seen: &Seen) -> Result<bool, Denied> {
        self.judge_case(&Case { origin, entry: &seen.entry, day: self.day(&seen.entry), act: Some(&seen.act), lines: Some(&seen.lines) })
    }

    /// Judges any entry. `Ok(true)` when a signer's term had ended.
    pub(super) fn judge(&self, origin: &Origin, entry: &Entry, lines: Option<&Lines>) -> Result<bool, Denied> {
        let statement = entry.statement.statement();
        let day = self.day(entry);
        if !statement.kind.is_registry() {
            return self.judge_case(&Case { origin, entry, day, act: None, lines });
        }
        let act = Act::read(statement).map_err(|fault| Denied::new(Void::Malformed, None, fault.to_string()))?;
        self.judge_case(&Case { origin, entry, day, act: Some(&act), lines })
    }

    /// The civil date on which an entry was logged: by it terms and parents are judged.
    pub(super) fn day(&self, entry: &Entry) -> Date {
        entry.logged.civil_date(self.federation.offset)
    }

    fn judge_case(&self, case: &Case<'_>) -> Result<bool, Denied> {
        let (origin, statement) = (case.origin, case.statement());
        if &statement.log != origin {
            return Err(Denied::new(Void::Malformed, None, format!("it is meant for {}", statement.log)));
        }
        if self.force.end(origin).is_some_and(|(_, end)| case.entry.index >= end.size) {
            return Err(Denied::new(Void::BeyondEnd, None, "the next generation's charter ends this log before it"));
        }
        for by in &statement.by {
            if by.federation != origin.federation || !self.lies_below(case, by.division) {
                let detail = format!("{} is not within {}", by.division, origin.division);
                return Err(Denied::new(Void::WrongDivision, Some(by), detail));
            }
        }
        self.may_say(case)?;
        let mut expired = false;
        for (position, by) in statement.by.iter().enumerate() {
            expired |= self.check_line(case, position, by)?;
        }
        Ok(expired)
    }

    /// Whether `division` is that of the entry's log or lay below it on its day, as the logs above this one say.
    fn lies_below(&self, case: &Case<'_>, division: Division) -> bool {
        self.is_within(case, division, case.origin.division)
    }

    fn is_within(&self, case: &Case<'_>, division: Division, above: Division) -> bool {
        self.force.tree.is_within_on(division, above, case.day, case.origin.division.level())
    }

    /// Whether the offices that sign may say this, here.
    fn may_say(&self, case: &Case<'_>) -> Result<(), Denied> {
        let statement = case.statement();
        let home = statement.log.division;
        let deny = |by: Option<&OfficeName>, detail: &str| Err(Denied::new(Void::WrongOffice, by, detail));
        let Some(act) = case.act else {
            let of_node = matches!(statement.kind.as_str(), "evidence" | "anchor" | "observation");
            if let Some(by) = statement.by.iter().find(|by| by.is(Office::NODE) != of_node) {
                return deny(Some(by), "a node says evidence, anchor and observation, and nobody else says those");
            }
            return matter::may_sign(statement, |division, of| self.is_within(case, division, of))
                .map_err(|barred| Denied::new(barred.why, None, barred.detail));
        };
        let registrar = |by: &&OfficeName| by.division != home || !(by.is(Office::GOVERNMENT) || by.is(Office::CIVIL_AFFAIRS));
        if let Some(by) = statement.by.iter().find(registrar) {
            return deny(Some(by), "only the government or civil affairs office of this log's division registers");
        }
        if act.parent().is_some_and(|parent| !self.lies_below(case, parent)) {
            return deny(None, "the parent it names does not lie below this log's division");
        }
        if act.target() == home {
            // Nobody registers an office of its own division, but for the pinned keys at the root: `check_line` holds them to that.
            let at_root = home == self.federation.root && !matches!(act, Act::Charter(_)) && act.parent().is_none();
            return if at_root { Ok(()) } else { deny(None, "an office or node is registered by a division above its own") };
        }
        if self.lies_below(case, act.target()) { Ok(()) } else { deny(None, "what it registers does not lie below this log's division") }
    }

    /// Checks one `by` line: a key in office, its signature, no ending. `Ok(true)` when its term had ended.
    fn check_line(&self, case: &Case<'_>, position: usize, by: &OfficeName) -> Result<bool, Denied> {
        let denied = |why, detail: String| Err(Denied::new(why, Some(by), detail));
        let line = &case.entry.statement.note().signatures()[position];
        let forged = || denied(Void::BadSignature, "the signature does not verify".to_owned());
        let pinned: Vec<&VerifierKey> = self.federation.keys.iter().filter(|key| line.claims(key)).collect();
        if !pinned.is_empty() {
            return if pinned.into_iter().any(|key| case.verifies(position, key)) { Ok(false) } else { forged() };
        }
        let root = self.federation.root;
        if case.origin.division == root && case.act.is_some_and(|act| act.target() == root) {
            return denied(Void::WrongOffice, "at the root only the pinned keys register the root's other offices".to_owned());
        }
        if by.is(Office::NODE) {
            let Some(key) = self.node_key(by, line) else {
                return denied(Void::UnknownKey, "no charter names this node key".to_owned());
            };
            return if case.verifies(position, key) { Ok(false) } else { forged() };
        }
        let covering: Vec<(&VerifierKey, &Term)> = self.covering(by, line, case.day).collect();
        if covering.is_empty() {
            return denied(Void::UnknownKey, format!("no appointment of {by} covers this key on {}", case.day));
        }
        let Some(key) = covering.iter().map(|(key, _)| *key).find(|key| case.verifies(position, key)) else {
            return forged();
        };
        if let Some(ending) = self.force.endings(key).iter().find(|ending| !ending.spares(case.origin, case.entry.index)) {
            let (log, index) = &ending.stated;
            return denied(Void::Revoked, format!("entry {index} of {log} ended the key before this ({})", ending.reason));
        }
        Ok(!covering.iter().any(|(_, term)| term.includes(case.day)))
    }

    /// The appointed keys that a line of `by` claims and whose terms had begun on `day`.
    fn covering(&self, by: &OfficeName, line: &'a Signature, day: Date) -> impl Iterator<Item = (&'a VerifierKey, &'a Term)> {
        let appointments = self.force.appointments.get(by).map_or(&[][..], Vec::as_slice);
        let keys = appointments.iter().flat_map(|each| each.facts.keys.iter().map(move |key| (key, &each.facts.term)));
        keys.filter(move |(key, term)| line.claims(key) && term.from <= day)
    }

    /// The node key that a line of `by` claims, of any charter of its division.
    fn node_key(&self, by: &OfficeName, line: &Signature) -> Option<&'a VerifierKey> {
        let from = Origin { federation: by.federation.clone(), division: by.division, generation: 0 };
        let logs = self.force.charters.range(from..).take_while(|(origin, _)| origin.division == by.division);
        logs.flat_map(|(_, charters)| charters.values()).map(|charter| &charter.facts.node).find(|key| line.claims(key))
    }
}
