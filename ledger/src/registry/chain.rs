//! The registry entries that a receipt has to carry: those which give its entry authority, and those which bound it.

use std::collections::{BTreeMap, BTreeSet};

use super::force::Place;
use super::{Appointment, Registry};
use crate::entry::Entry;
use crate::key::VerifierKey;
use crate::names::{Division, Level, Office, OfficeName, Origin};
use crate::note::Signature;

impl Registry {
    /// The registry entries of ancestors' logs on which the standing of `entry` rests, highest log first: the charters that judge each
    /// log's head, the appointments of the signers, what moved their divisions, and, so that no reader takes for valid what is not, the
    /// endings of their keys and of the log. `size` tells the size of the head that the receipt will show of each log.
    pub fn chain(&self, origin: &Origin, entry: &Entry, size: impl Fn(&Origin) -> u64) -> Vec<(Origin, BTreeSet<u64>)> {
        let mut needed: BTreeMap<(Level, Origin), BTreeSet<u64>> = BTreeMap::new();
        let mut open = vec![(origin.clone(), entry.clone())];
        while let Some((log, entry)) = open.pop() {
            let rests_on = self.rests_on(&log, &entry, size(&log));
            for at in rests_on {
                let Some(seen) = self.seen.get(&at) else { continue };
                if needed.entry((at.0.division.level(), at.0.clone())).or_default().insert(at.1) {
                    open.push((at.0, seen.entry.clone()));
                }
            }
        }
        needed.into_iter().map(|((_, log), indexes)| (log, indexes)).collect()
    }

    /// The entries that one entry rests on, one step up.
    fn rests_on(&self, log: &Origin, entry: &Entry, size: u64) -> BTreeSet<Place> {
        let statement = entry.statement.statement();
        let mut places = BTreeSet::new();
        places.extend(self.charter_at(log, size).and_then(|charter| charter.stated.clone()));
        places.extend(self.in_force.end(log).and_then(|(charter, _)| charter.stated.clone()));
        for (by, line) in statement.by.iter().zip(entry.statement.note().signatures()) {
            if by.is(Office::NODE) {
                let charter = self.home_log(by.division).and_then(|home| self.charter(home));
                places.extend(charter.and_then(|charter| charter.stated.clone()));
            } else if let Some((key, appointment)) = self.appointment_of(entry, by, line) {
                places.insert(appointment.stated.clone());
                places.extend(self.in_force.endings(key).iter().map(|ending| ending.stated.clone()));
            }
        }
        let act = self.seen.get(&(log.clone(), entry.index)).filter(|seen| seen.entry == *entry).map(|seen| &seen.act);
        let targets = act.into_iter().flat_map(|act| [Some(act.target()), act.parent()]).flatten();
        let matter = statement.matter.map(|matter| matter.division);
        for division in statement.by.iter().map(|by| by.division).chain(targets).chain(matter).chain([log.division]) {
            places.extend(self.moves(division, log, entry));
        }
        places
    }

    /// The appointment that covers a line: one whose term had not ended, if there is one.
    fn appointment_of(&self, entry: &Entry, by: &OfficeName, line: &Signature) -> Option<(&VerifierKey, &Appointment)> {
        let day = self.law().day(entry);
        let covering = || {
            let begun = self.appointments(by).iter().filter(|each| each.facts.term.from <= day);
            begun.filter_map(|each| Some((each.facts.keys.iter().find(|key| line.claims(key))?, each)))
        };
        covering().find(|(_, each)| each.facts.term.includes(day)).or_else(|| covering().next())
    }

    /// The statements that gave `division`, or one above it, another parent than its code tells, as `log` is judged by on that day.
    fn moves(&self, division: Division, log: &Origin, entry: &Entry) -> Vec<Place> {
        let (day, heard) = (Some(self.law().day(entry)), Some(log.division.level()));
        let tree = &self.in_force.tree;
        let line = tree.line(division, day, heard);
        line.filter_map(|each| tree.manual(each, day, heard)).map(|change| change.stated.clone()).collect()
    }
}
