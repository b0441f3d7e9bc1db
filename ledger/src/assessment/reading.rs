//! From the entries of logs to the ground of an assessment: who has a log, which packs and catalogues stand, what was said of which matter.
//!
//! Out of scope: whether the entries are the log (the caller holds them to signed roots), and reading bodies: the one kind of word that
//! judges, the text of a rule pack, is asked for by its hash and must bear it.

use std::collections::BTreeMap;

use super::{Assessment, Ground, Member};
use crate::entry::Entry;
use crate::matter::calendar::{Filled, Place, Span};
use crate::matter::codes::{Duty, KindCode, Word};
use crate::matter::facts::{Catalogue, Said};
use crate::matter::pack::{Adoptions, Packs};
use crate::matter::view::View;
use crate::matter::{Record, Reference, fold};
use crate::names::{Division, MatterId, Origin};
use crate::registry::Registry;
use crate::standing::Standing;
use crate::statement::{BodyRef, Signers};
use crate::time::{Date, Time};

/// What the logs of a county, and those above it, hold.
#[derive(Clone, Debug)]
pub struct Reading {
    county: Division,
    offset: i8,
    packs: Packs,
    members: Vec<Member>,
    records: BTreeMap<MatterId, Vec<Record>>,
    /// `rules` that stand and whose pack could not be read: matters that name it are not judged.
    pub unread: Vec<Reference>,
}

impl Reading {
    /// Reads entries, in any order of logs. `registry` has observed them all; `body` gives the bytes a statement names, if they are at hand.
    pub fn of<'e>(
        registry: &Registry,
        county: Division,
        entries: impl IntoIterator<Item = (&'e Origin, &'e Entry)>,
        body: impl Fn(&Reference, &BodyRef) -> Option<Vec<u8>>,
    ) -> Self {
        let judged = entries.into_iter().map(|(origin, entry)| (origin, entry, registry.standing(origin, entry)));
        Self::of_judged(registry, county, judged, body)
    }

    /// The same of entries that were judged by this very registry before: no signature is verified again.
    pub fn of_judged<'e>(
        registry: &Registry,
        county: Division,
        judged: impl IntoIterator<Item = (&'e Origin, &'e Entry, Standing)>,
        body: impl Fn(&Reference, &BodyRef) -> Option<Vec<u8>>,
    ) -> Self {
        let offset = registry.federation().offset;
        let mut shelf = Shelf::default();
        for (origin, entry, standing) in judged {
            shelf.put(registry, county, (origin, entry, standing), offset);
        }
        let (packs, unread) = shelf.adoptions.packs(registry, body);
        let members = shelf.members(registry);
        Self { county, offset, packs, members, records: shelf.records, unread }
    }

    /// The county's figures for a period, as of an instant.
    pub fn assess(&self, period: Span, as_of: Time) -> Assessment {
        let views: Vec<View> = self.records.iter().map(|(id, records)| fold(*id, records, &self.packs, as_of, self.offset)).collect();
        Assessment::of(&Ground {
            county: self.county,
            period,
            as_of,
            offset: self.offset,
            places: &self.members,
            views: &views,
            packs: &self.packs,
        })
    }

    /// The rule packs known from these logs, and those that ship.
    pub fn packs(&self) -> &Packs {
        &self.packs
    }

    /// The county and every division below it that has a log.
    pub fn members(&self) -> &[Member] {
        &self.members
    }
}

/// What stands where, before anything is withdrawn.
#[derive(Default)]
struct Shelf {
    began: BTreeMap<Division, Date>,
    adoptions: Adoptions,
    catalogues: BTreeMap<Division, Vec<(Filled, Signers, Catalogue)>>,
    records: BTreeMap<MatterId, Vec<Record>>,
}

impl Shelf {
    fn put(&mut self, registry: &Registry, county: Division, (origin, entry, standing): (&Origin, &Entry, Standing), offset: i8) {
        let statement = entry.statement.statement();
        let (home, logged) = (origin.division, entry.logged.civil_date(offset));
        let below = registry.is_within(home, county);
        if below {
            self.began.entry(home).and_modify(|first| *first = logged.min(*first)).or_insert(logged);
        }
        if let Some(id) = statement.matter.filter(|id| registry.is_within(id.division, county) && registry.is_within(id.division, home)) {
            self.records.entry(id).or_default().push(Record::of(origin, entry, standing));
            return;
        }
        if !standing.is_valid() {
            return;
        }
        let on = Reference { log: origin.clone(), index: entry.index, id: entry.statement.id() };
        self.adoptions.take(&on, statement);
        if below
            && statement.kind.as_str().parse() == Ok(KindCode::Catalogue)
            && let Ok(Said::Catalogue(catalogue)) = Said::read(&statement.kind, &statement.facts)
        {
            self.catalogues.entry(home).or_default().push((Filled { logged, on }, statement.by.clone(), *catalogue));
        }
    }

    fn members(&self, registry: &Registry) -> Vec<Member> {
        let member = |(division, began): (&Division, &Date)| {
            let catalogues = self.catalogues.get(division).map_or(&[][..], Vec::as_slice);
            let standing = || catalogues.iter().filter(|(filled, by, _)| !self.adoptions.is_withdrawn(&filled.on, by));
            // The newest version is in force; of one version, the later entry.
            let newest = standing().max_by_key(|(filled, _, catalogue)| (catalogue.version, &filled.on));
            let must = newest.map(|(_, _, catalogue)| {
                let must = catalogue.items.iter().filter(|item| item.duty == Duty::Must).map(|item| item.code);
                must.collect::<Vec<Word>>()
            });
            let mut filed: Vec<Filled> = standing().map(|(filled, ..)| filled.clone()).collect();
            filed.sort();
            Member {
                place: Place { division: *division, since: Some(*began), catalogues: filed },
                parent: registry.parent(*division),
                must,
            }
        };
        self.began.iter().map(member).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::facts::Facts;
    use crate::hash::Blake3;
    use crate::key::SignerKey;
    use crate::matter::codes::{CaseState, IndicatorCode};
    use crate::matter::words::Words;
    use crate::statement::{SignedStatement, Statement};
    use crate::testing::{COUNTY, OTHER, VILLAGE, World, appoint, charter_facts, office, origin};

    const LOCAL: &str = include_str!("../../../config/local-rules.json");

    fn body() -> Vec<u8> {
        let words = Words { nonce: Some("0".repeat(32)), pack: Some(LOCAL.to_owned()), ..Words::default() };
        words.to_bytes().unwrap()
    }

    /// `by` says `facts` in the log of `division` on a day, of the village's first matter or of none.
    fn say(world: &mut World, division: &str, by: &SignerKey, kind: &str, facts: &Value, of_matter: bool, day: &str) -> Reference {
        let link = world.links.entry(division.to_owned()).or_insert_with(crate::entry::Link::start);
        let statement = Statement {
            log: origin(division),
            by: [by.public().name().parse().unwrap()].into(),
            kind: kind.parse().unwrap(),
            matter: of_matter.then(|| format!("{VILLAGE}-2026-0001").parse().unwrap()),
            time: format!("{day}T02:00:00Z").parse().unwrap(),
            facts: Facts::of(facts).unwrap(),
            body: (kind == "rules").then(|| BodyRef::of(&body())),
        };
        let logged = statement.time;
        let statement: SignedStatement = statement.sign(std::slice::from_ref(by)).unwrap();
        let entry = Entry { index: link.index, previous: link.previous, logged, statement };
        link.step(&entry.to_bytes()).unwrap();
        let on = Reference { log: origin(division), index: entry.index, id: entry.statement.id() };
        world.entries.push((origin(division), entry));
        on
    }

    /// A village decides a matter by the county's own pack, `rules` being signed by `signer`.
    fn world(signer: &str) -> (World, Reference) {
        let mut world = World::default();
        let (government, committee) = (office(COUNTY, "government"), office(VILLAGE, "committee"));
        for village in [VILLAGE, OTHER] {
            world.say(COUNTY, &government, ("charter", Facts::of(&charter_facts(village)).unwrap()));
        }
        world.say(COUNTY, &government, appoint(&office(COUNTY, "civil-affairs"), None));
        world.say(COUNTY, &government, appoint(&committee, None));
        let name = Blake3::of(LOCAL.as_bytes());
        let rules = json!({"from": "2026-01-01", "pack": name});
        let on = say(&mut world, COUNTY, &office(COUNTY, signer), "rules", &rules, false, "2026-12-01");
        let topic = json!({"basis": "vital-interest", "category": "sanitation", "decision": "confirmed", "item": "s1", "method": "general", "rules": name});
        say(&mut world, VILLAGE, &committee, "topic", &topic, true, "2027-01-05");
        let outcome = json!({"commitments": [{"due": "2027-03-01", "id": "c1"}], "result": "consensus", "round": 1});
        say(&mut world, VILLAGE, &committee, "outcome", &outcome, true, "2027-01-06");
        let items =
            json!([{"category": "sanitation", "code": "s1", "duty": "must"}, {"category": "sanitation", "code": "s2", "duty": "may"}]);
        say(&mut world, VILLAGE, &committee, "catalogue", &json!({"items": items, "version": 1}), false, "2027-01-07");
        (world, on)
    }

    fn read(world: &World, held: bool) -> Reading {
        let entries = world.entries.iter().map(|(origin, entry)| (origin, entry));
        Reading::of(&world.registry(), COUNTY.parse().unwrap(), entries, |_, _| held.then(body))
    }

    fn told(reading: &Reading, indicator: IndicatorCode) -> Vec<CaseState> {
        let assessment = reading.assess("2027-Q1".parse().unwrap(), "2027-04-20T02:00:00Z".parse().unwrap());
        assessment.cases(indicator, |_| true).map(|case| case.state).collect()
    }

    #[test]
    fn a_local_pack_judges_where_its_text_is_at_hand() {
        let (world, on) = world("civil-affairs");
        let reading = read(&world, true);
        assert!(reading.unread.is_empty());
        assert_eq!(told(&reading, IndicatorCode::EveryStep), [CaseState::Not], "it asks for two steps that were not taken");
        assert_eq!(told(&reading, IndicatorCode::NoDirectory), [CaseState::Not]);
        assert_eq!(told(&reading, IndicatorCode::NeverConsulted), [CaseState::Not], "s2 may be consulted, and need not");
        assert_eq!(told(&reading, IndicatorCode::Communities), [CaseState::Had], "a charter without an entry is no log yet");

        let blind = read(&world, false);
        assert_eq!(blind.unread, [on]);
        assert_eq!(told(&blind, IndicatorCode::EveryStep), [CaseState::NotJudged]);
    }

    #[test]
    fn rules_that_do_not_stand_judge_nothing() {
        let (unregistered, _) = world("owners");
        assert_eq!(told(&read(&unregistered, true), IndicatorCode::EveryStep), [CaseState::NotJudged]);

        let (mut withdrawn, on) = world("civil-affairs");
        let void = json!({"reason": "wrong-matter", "target": on});
        say(&mut withdrawn, COUNTY, &office(COUNTY, "government"), "void", &void, false, "2027-01-01");
        assert_eq!(told(&read(&withdrawn, true), IndicatorCode::EveryStep), [CaseState::Not], "another office's to take back");
        say(&mut withdrawn, COUNTY, &office(COUNTY, "civil-affairs"), "void", &void, false, "2027-01-02");
        let reading = read(&withdrawn, true);
        assert_eq!((told(&reading, IndicatorCode::EveryStep), reading.unread.len()), (vec![CaseState::NotJudged], 0));
    }

    #[test]
    fn the_order_of_logs_changes_nothing() {
        let (world, _) = world("civil-affairs");
        let period = "2027-Q1".parse().unwrap();
        let at = "2027-04-20T02:00:00Z".parse().unwrap();
        let assessment = read(&world, true).assess(period, at);
        let entries = world.entries.iter().rev().map(|(origin, entry)| (origin, entry));
        let again = Reading::of(&world.registry(), COUNTY.parse().unwrap(), entries, |_, _| Some(body()));
        assert_eq!(again.assess(period, at), assessment);
    }
}
