//! What one entry counts for, by the federation file and what is in force.

use super::act::{Act, Seen};
use super::facts::Term;
use super::force::InForce;
use super::ground::Ground;
use super::lines::Lines;
use crate::entry::Entry;
use crate::federation::FederationFile;
use crate::key::VerifierKey;
use crate::matter;
use crate::names::{Division, Office, OfficeName, Origin};
use crate::note::Signature;
use crate::standing::{Standing, Void};
use crate::statement::Statement;
use crate::time::Date;

/// Why an entry counts nowhere, and whose line is at fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{by:?}: {ground}")]
pub struct Denied {
    /// The office whose line is at fault, if it is one.
    pub by: Option<OfficeName>,
    /// What was found.
    pub ground: Box<Ground>,
}

impl Denied {
    /// The reason in short.
    pub fn why(&self) -> Void {
        self.ground.why()
    }

    fn new(by: Option<&OfficeName>, ground: Ground) -> Self {
        Self { by: by.cloned(), ground: Box::new(ground) }
    }
}

impl From<Ground> for Denied {
    /// Nobody's line in particular is at fault.
    fn from(ground: Ground) -> Self {
        Self { by: None, ground: Box::new(ground) }
    }
}

impl From<&Result<bool, Denied>> for Standing {
    /// What a judgement comes to; `Ok(true)` says that a signer's term had ended.
    fn from(judged: &Result<bool, Denied>) -> Self {
        match judged {
            Ok(term_expired) => Self::Valid { term_expired: *term_expired },
            Err(denied) => Self::Void(denied.why()),
        }
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
        let act = Act::read(statement).map_err(Ground::Malformed)?;
        self.judge_case(&Case { origin, entry, day, act: Some(&act), lines })
    }

    /// The civil date on which an entry was logged: by it terms and parents are judged.
    pub(super) fn day(&self, entry: &Entry) -> Date {
        entry.logged.civil_date(self.federation.offset)
    }

    fn judge_case(&self, case: &Case<'_>) -> Result<bool, Denied> {
        let (origin, statement) = (case.origin, case.statement());
        if &statement.log != origin {
            return Err(Ground::OtherLog(statement.log.clone()).into());
        }
        if self.force.end(origin).is_some_and(|(_, end)| case.entry.index >= end.size) {
            return Err(Ground::BeyondEnd.into());
        }
        for by in statement.by.iter() {
            if by.federation != origin.federation || !self.lies_below(case, by.division) {
                return Err(Denied::new(Some(by), Ground::Outside { division: by.division, of: origin.division }));
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
        let deny = |by: Option<&OfficeName>, ground: Ground| Err(Denied::new(by, ground));
        let Some(act) = case.act else {
            let of_node = matches!(statement.kind.as_str(), "evidence" | "anchor" | "observation");
            if let Some(by) = statement.by.iter().find(|by| by.is(Office::NODE) != of_node) {
                return deny(Some(by), Ground::NodeKinds);
            }
            return matter::may_sign(statement, |division, of| self.is_within(case, division, of))
                .map_err(|barred| Ground::Barred(barred).into());
        };
        let registrar = |by: &&OfficeName| by.division != home || !(by.is(Office::GOVERNMENT) || by.is(Office::CIVIL_AFFAIRS));
        if let Some(by) = statement.by.iter().find(registrar) {
            return deny(Some(by), Ground::NotRegistrar);
        }
        if act.parent().is_some_and(|parent| !self.lies_below(case, parent)) {
            return deny(None, Ground::ParentOutside);
        }
        if act.target() == home {
            // Nobody registers an office of its own division, but for the pinned keys at the root: `check_line` holds them to that.
            let at_root = home == self.federation.root && !matches!(act, Act::Charter(_)) && act.parent().is_none();
            return if at_root { Ok(()) } else { deny(None, Ground::OwnDivision) };
        }
        if self.lies_below(case, act.target()) { Ok(()) } else { deny(None, Ground::TargetOutside) }
    }

    /// Checks one `by` line: a key in office, its signature, no ending. `Ok(true)` when its term had ended.
    fn check_line(&self, case: &Case<'_>, position: usize, by: &OfficeName) -> Result<bool, Denied> {
        let denied = |ground| Err(Denied::new(Some(by), ground));
        let line = &case.entry.statement.note().signatures()[position];
        let forged = || denied(Ground::Signature);
        let pinned: Vec<&VerifierKey> = self.federation.keys.iter().filter(|key| line.claims(key)).collect();
        if !pinned.is_empty() {
            return if pinned.into_iter().any(|key| case.verifies(position, key)) { Ok(false) } else { forged() };
        }
        let root = self.federation.root;
        if case.origin.division == root && case.act.is_some_and(|act| act.target() == root) {
            return denied(Ground::PinnedOnly);
        }
        if by.is(Office::NODE) {
            let Some(key) = self.node_key(by, line) else {
                return denied(Ground::NodeKey);
            };
            return if case.verifies(position, key) { Ok(false) } else { forged() };
        }
        let covering: Vec<(&VerifierKey, &Term)> = self.covering(by, line, case.day).collect();
        if covering.is_empty() {
            return denied(Ground::Unappointed { office: by.clone(), day: case.day });
        }
        let Some(key) = covering.iter().map(|(key, _)| *key).find(|key| case.verifies(position, key)) else {
            return forged();
        };
        if let Some(ending) = self.force.endings(key).iter().find(|ending| !ending.spares(case.origin, case.entry.index, case.day)) {
            let ((log, index), reason) = (ending.stated.clone(), ending.reason.clone());
            return denied(Ground::Ended { log, index, reason, until: ending.until });
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
