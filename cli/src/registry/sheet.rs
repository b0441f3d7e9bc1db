//! What is registered, as a plain structure: shown in words, printed as JSON.

use std::collections::{BTreeMap, BTreeSet};

use luodi_ledger::entry::Entry;
use luodi_ledger::key::VerifierKey;
use luodi_ledger::names::{Division, OfficeName, Origin};
use luodi_ledger::policy::{Policy, Warning};
use luodi_ledger::registry::{Charter, Ending, FormerEnd, Ground, Registry, ValidUpTo, Witnessing};
use luodi_ledger::standing::Void;
use luodi_ledger::statement::Signers;
use luodi_ledger::time::{Date, Time};
use serde::Serialize;

use crate::audit::Reading;

/// All that is registered of a federation, or of one division and those below it.
#[derive(Debug, Serialize)]
pub(crate) struct Sheet {
    pub(crate) federation: String,
    pub(crate) fingerprint: String,
    pub(crate) root: Division,
    pub(crate) as_of: Vec<AsOf>,
    pub(crate) divisions: Vec<Place>,
    pub(crate) void: Vec<VoidAct>,
}

/// How much of a log this rests on.
#[derive(Debug, Serialize)]
pub(crate) struct AsOf {
    pub(crate) log: Origin,
    pub(crate) size: u64,
    pub(crate) witnessed: Option<u64>,
}

/// A division.
#[derive(Debug, Serialize)]
pub(crate) struct Place {
    pub(crate) division: Division,
    pub(crate) name: Option<String>,
    pub(crate) parent: Option<Division>,
    /// What `division` statements say of it, the one that holds last.
    pub(crate) changes: Vec<Change>,
    pub(crate) logs: Vec<Log>,
    pub(crate) offices: Vec<Office>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Change {
    pub(crate) name: String,
    pub(crate) parent: Option<Division>,
    pub(crate) successor_of: Vec<Division>,
    pub(crate) vintage: Date,
    pub(crate) stated: Stated,
}

/// Where a registration stands, who signed it, and when it was logged.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Stated {
    pub(crate) log: Origin,
    pub(crate) index: u64,
    pub(crate) by: Signers,
    pub(crate) logged: Option<Time>,
}

/// One generation of a division's log.
#[derive(Debug, Serialize)]
pub(crate) struct Log {
    pub(crate) origin: Origin,
    /// Where it ends, if a next generation goes on from there.
    pub(crate) end: Option<FormerEnd>,
    pub(crate) charters: Vec<Chartered>,
    /// Since when its key is being rotated, and until when.
    pub(crate) rotation: Option<Rotation>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Rotation {
    /// Neither day is known of a charter that stands in the federation file.
    pub(crate) since: Option<Time>,
    pub(crate) until: Option<Date>,
    /// Days by which it has outlasted its time.
    pub(crate) days_over: i64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Chartered {
    pub(crate) number: u32,
    pub(crate) from: u64,
    /// Short ids of the log's keys.
    pub(crate) keys: Vec<String>,
    pub(crate) node: String,
    pub(crate) peer: String,
    pub(crate) addresses: Vec<String>,
    pub(crate) witnesses: Vec<Watcher>,
    pub(crate) policy: String,
    pub(crate) warnings: Vec<Weakness>,
    /// None for those in the federation file.
    pub(crate) stated: Option<Stated>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Watcher {
    pub(crate) name: String,
    pub(crate) operator: String,
    pub(crate) key: String,
}

/// What the linter says of a quorum.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Weakness {
    NobodyChecks,
    SatisfiesAlone(String),
    BlocksAlone(String),
}

#[derive(Debug, Serialize)]
pub(crate) struct Office {
    pub(crate) office: OfficeName,
    pub(crate) name: Option<String>,
    pub(crate) keys: Vec<Key>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) key: VerifierKey,
    /// Pinned in the federation file.
    pub(crate) pinned: bool,
    pub(crate) appointments: Vec<Appointed>,
    pub(crate) endings: Vec<Ended>,
    pub(crate) state: KeyState,
}

/// Whether a key speaks today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum KeyState {
    InOffice,
    NotYet,
    /// Speaks beside its successor for some days more.
    Leaving,
    /// Speaks, flagged.
    TermExpired,
    Ended,
}

#[derive(Debug, Serialize)]
pub(crate) struct Appointed {
    pub(crate) basis: String,
    pub(crate) from: Date,
    pub(crate) until: Option<Date>,
    pub(crate) stated: Stated,
}

#[derive(Debug, Serialize)]
pub(crate) struct Ended {
    pub(crate) reason: String,
    /// The last day on which it speaks beside its successor.
    pub(crate) until: Option<Date>,
    pub(crate) valid: Vec<ValidUpTo>,
    pub(crate) stated: Stated,
}

/// A registration that counts nowhere.
#[derive(Debug, Serialize)]
pub(crate) struct VoidAct {
    pub(crate) log: Origin,
    pub(crate) index: u64,
    pub(crate) kind: String,
    pub(crate) why: Void,
    pub(crate) detail: String,
    #[serde(skip)]
    pub(crate) ground: Box<Ground>,
}

/// The short id of a key: the eight digits that stand in its vkey.
pub(crate) fn short(key: &VerifierKey) -> String {
    format!("{:08x}", key.id())
}

impl Sheet {
    /// What `reading` holds of `only` and those below it, as it is `today`.
    pub(crate) fn of(reading: &Reading, names: &BTreeMap<(Origin, u64), String>, only: Option<Division>, today: Date) -> Self {
        let registry = &reading.registry;
        let view = View { registry, names, today, entries: registry.entries().map(|(log, entry)| ((log, entry.index), entry)).collect() };
        let wanted = |division: Division| only.is_none_or(|only| registry.is_within(division, only));
        let federation = registry.federation();
        let as_of = reading.audits.iter().filter_map(|audit| {
            // A quorum of none is met by every head, and nobody has checked it.
            let witnessed = audit.witnessed.as_ref().filter(|(_, by)| matches!(by, Witnessing::Met(_))).map(|(head, _)| head.size());
            Some(AsOf { log: audit.origin.clone(), size: audit.head.as_ref()?.size(), witnessed })
        });
        Self {
            federation: federation.name.to_string(),
            fingerprint: federation.fingerprint(),
            root: federation.root,
            as_of: as_of.collect(),
            divisions: view.divisions().into_iter().filter(|each| wanted(*each)).map(|each| view.place(each)).collect(),
            void: view.void(),
        }
    }
}

struct View<'a> {
    registry: &'a Registry,
    names: &'a BTreeMap<(Origin, u64), String>,
    today: Date,
    entries: BTreeMap<(&'a Origin, u64), &'a Entry>,
}

impl View<'_> {
    /// Every division of which anything is registered.
    fn divisions(&self) -> BTreeSet<Division> {
        let charters = self.registry.charters().map(|charter| charter.facts.origin.division);
        let named = self.registry.divisions().map(|change| change.facts.division);
        let offices = self.registry.registered_offices().map(|office| office.division);
        charters.chain(named).chain(offices).chain([self.registry.federation().root]).collect()
    }

    fn stated(&self, (log, index): &(Origin, u64)) -> Stated {
        let entry = self.entries.get(&(log, *index));
        let by = entry.map(|entry| entry.statement.statement().by.clone()).unwrap_or_default();
        Stated { log: log.clone(), index: *index, by, logged: entry.map(|entry| entry.logged) }
    }

    fn place(&self, division: Division) -> Place {
        let changes = self.registry.divisions().filter(|change| change.facts.division == division);
        let changes = changes.map(|change| Change {
            name: change.facts.name.clone(),
            parent: change.facts.parent,
            successor_of: change.facts.successor_of.clone(),
            vintage: change.facts.vintage,
            stated: self.stated(&change.stated),
        });
        Place {
            division,
            name: self.registry.division(division, Some(self.today)).map(|change| change.facts.name.clone()),
            parent: self.registry.parent_on(division, self.today),
            changes: changes.collect(),
            logs: self.registry.generations(division).map(|origin| self.log(origin)).collect(),
            offices: self.registry.offices(division).into_iter().map(|office| self.office(office)).collect(),
        }
    }

    fn log(&self, origin: &Origin) -> Log {
        let charters: Vec<Chartered> =
            self.registry.charters().filter(|charter| &charter.facts.origin == origin).map(|charter| self.chartered(charter)).collect();
        let rotation = self.registry.rotation(origin).map(|rotation| Rotation {
            since: rotation.since,
            until: rotation.until,
            days_over: rotation.days_over(self.today),
        });
        Log { origin: origin.clone(), end: self.registry.end(origin).cloned(), charters, rotation }
    }

    fn chartered(&self, Charter { facts, policy, stated }: &Charter) -> Chartered {
        let operator = |name: &str| facts.witnesses.iter().find(|each| each.name == name).map_or("", |each| each.operator.as_str());
        let witnesses = policy.witnesses().iter().map(|witness| Watcher {
            name: witness.name.clone(),
            operator: operator(&witness.name).to_owned(),
            key: short(&witness.key),
        });
        Chartered {
            number: facts.number,
            from: facts.from,
            keys: facts.keys.iter().map(short).collect(),
            node: short(&facts.node),
            peer: facts.peer.clone(),
            addresses: facts.addresses.clone(),
            witnesses: witnesses.collect(),
            policy: facts.policy.clone(),
            warnings: weaknesses(policy, operator),
            stated: stated.as_ref().map(|stated| self.stated(stated)),
        }
    }

    fn office(&self, office: OfficeName) -> Office {
        let appointments = self.registry.appointments(&office);
        let name = appointments.iter().rev().find_map(|appointment| self.names.get(&appointment.stated)).cloned();
        let pinned = self.registry.federation().keys.iter().filter(|key| key.name() == office.to_string());
        let keys: BTreeSet<&VerifierKey> = appointments.iter().flat_map(|each| &each.facts.keys).chain(pinned).collect();
        Office { keys: keys.into_iter().map(|key| self.key(&office, key)).collect(), office, name }
    }

    fn key(&self, office: &OfficeName, key: &VerifierKey) -> Key {
        let appointments = self.registry.appointments(office).iter().filter(|each| each.facts.keys.contains(key));
        let pinned = self.registry.federation().keys.contains(key);
        let (terms, appointments): (Vec<_>, Vec<_>) = appointments
            .map(|each| {
                let term = &each.facts.term;
                let stated = self.stated(&each.stated);
                (term.clone(), Appointed { basis: each.facts.basis.clone(), from: term.from, until: term.until, stated })
            })
            .unzip();
        let endings = self.registry.endings(key);
        let is_past = endings.iter().any(|ending| ending.is_past(self.today));
        let endings: Vec<Ended> = endings.iter().map(|ending| self.ended(ending)).collect();
        let state = if pinned {
            KeyState::InOffice
        } else if is_past {
            KeyState::Ended
        } else if !endings.is_empty() {
            KeyState::Leaving
        } else if terms.iter().any(|term| term.includes(self.today)) {
            KeyState::InOffice
        } else if terms.iter().all(|term| self.today < term.from) {
            KeyState::NotYet
        } else {
            KeyState::TermExpired
        };
        Key { id: short(key), key: key.clone(), pinned, appointments, endings, state }
    }

    fn ended(&self, Ending { reason, valid, until, stated }: &Ending) -> Ended {
        Ended { reason: reason.clone(), until: *until, valid: valid.clone(), stated: self.stated(stated) }
    }

    fn void(&self) -> Vec<VoidAct> {
        let judged = self.registry.entries().filter_map(|(log, entry)| {
            let denied = self.registry.judge(log, entry).err()?;
            let kind = entry.statement.statement().kind.to_string();
            Some(VoidAct {
                log: log.clone(),
                index: entry.index,
                kind,
                why: denied.why(),
                detail: denied.ground.to_string(),
                ground: denied.ground,
            })
        });
        judged.collect()
    }
}

/// What an officer should know of a policy.
fn weaknesses<'a>(policy: &'a Policy, operator: impl Fn(&'a str) -> &'a str) -> Vec<Weakness> {
    let warnings = policy.warnings(|witness| operator(&witness.name));
    let weakness = |warning| match warning {
        Warning::NobodyChecks => Weakness::NobodyChecks,
        Warning::SatisfiesAlone(who) => Weakness::SatisfiesAlone(who),
        Warning::BlocksAlone(who) => Weakness::BlocksAlone(who),
    };
    warnings.into_iter().map(weakness).collect()
}
