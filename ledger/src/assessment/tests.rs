//! A fictional county of two townships and six communities, each figure counted by hand.

use serde_json::{Value, json};

use super::*;
use crate::facts::Facts;
use crate::hash::Blake3;
use crate::matter::calendar::Filled;
use crate::matter::pack::InForce;
use crate::matter::{Marks, Record, fold};
use crate::standing::Standing;
use crate::statement::Statement;

const COUNTY: &str = "990101000000";
const A: [&str; 3] = ["990101001201", "990101001202", "990101001203"];
const B: [&str; 3] = ["990101002201", "990101002202", "990101002203"];
/// The example of a local pack: ten days of notice, two steps, a calendar.
const LOCAL: &str = include_str!("../../../config/local-rules.json");

fn at(day: &str) -> Time {
    format!("{day}T02:00:00Z").parse().unwrap()
}

fn division(code: &str) -> Division {
    code.parse().unwrap()
}

fn on(log: &str, index: u64) -> Reference {
    Reference { log: format!("a.example/log/{log}/1").parse().unwrap(), index, id: Blake3::of(log.as_bytes()) }
}

struct County {
    packs: Packs,
    records: Vec<Record>,
    members: Vec<Member>,
}

impl County {
    fn named(&self, pack: &str) -> Blake3 {
        *self.packs.at(division(COUNTY)).find(|(_, known)| known.name == pack).unwrap().0
    }

    fn say(&mut self, matter: (&str, u32), office: &str, kind: &str, facts: &Value, day: &str) -> Reference {
        let (home, number) = matter;
        let statement = Statement {
            log: format!("a.example/log/{home}/1").parse().unwrap(),
            by: [format!("a.example/{home}/{office}").parse().unwrap()].into(),
            kind: kind.parse().unwrap(),
            matter: Some(format!("{home}-2026-{number:04}").parse().unwrap()),
            time: at(day),
            facts: Facts::of(facts).unwrap(),
            body: None,
        };
        let index = self.records.iter().filter(|record| record.reference.log == statement.log).count() as u64;
        let reference = Reference { log: statement.log.clone(), index, id: statement.id() };
        let standing = Standing::Valid { term_expired: false };
        self.records.push(Record { reference: reference.clone(), statement, logged: at(day), standing, marks: Marks::default() });
        reference
    }

    fn topic(&mut self, matter: (&str, u32), rules: Blake3, more: &Value, day: &str) {
        let mut facts =
            json!({"basis": "vital-interest", "category": "sanitation", "decision": "confirmed", "method": "general", "rules": rules});
        facts.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.say(matter, "committee", "topic", &facts, day);
    }

    fn outcome(&mut self, matter: (&str, u32), due: &str, more: &Value, day: &str) -> Reference {
        let mut facts = json!({"commitments": [{"due": due, "id": "c1"}], "result": "consensus", "round": 1});
        facts.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.say(matter, "committee", "outcome", &facts, day)
    }

    fn complete(&mut self, matter: (&str, u32), day: &str) -> Reference {
        self.say(matter, "committee", "completion", &json!({"commitment": "c1", "date": day}), day)
    }

    fn verify(&mut self, matter: (&str, u32), target: &Reference, verdict: &str, day: &str) {
        self.say(matter, "supervisors", "verification", &json!({"target": target, "verdict": verdict}), day);
    }

    fn object(&mut self, matter: (&str, u32), target: &Reference, day: &str) -> Reference {
        self.say(matter, "supervisors", "objection", &json!({"count": 1, "target": target}), day)
    }

    fn answer(&mut self, matter: (&str, u32), target: &Reference, day: &str) {
        self.say(matter, "committee", "answer", &json!({"finding": "not", "target": target}), day);
    }

    fn views(&self, as_of: &str) -> Vec<View> {
        let ids: BTreeSet<MatterId> = self.records.iter().filter_map(|record| record.statement.matter).collect();
        ids.into_iter().map(|id| fold(id, &self.records, &self.packs, at(as_of), 8)).collect()
    }

    fn assess(&self, period: &str, as_of: &str) -> Assessment {
        self.assess_views(period, as_of, &self.views(as_of), &self.members)
    }

    fn assess_views(&self, period: &str, as_of: &str, views: &[View], places: &[Member]) -> Assessment {
        Assessment::of(&Ground {
            county: division(COUNTY),
            period: period.parse().unwrap(),
            as_of: at(as_of),
            offset: 8,
            places,
            views,
            packs: &self.packs,
        })
    }
}

fn member(code: &str, directory: Option<(&str, &[&str])>) -> Member {
    let words = |codes: &[&str]| codes.iter().map(|code| code.parse().unwrap()).collect();
    Member {
        place: Place {
            division: division(code),
            since: Some("2026-01-01".parse().unwrap()),
            catalogues: directory.iter().map(|(day, _)| Filled { logged: day.parse().unwrap(), on: on(code, 900) }).collect(),
        },
        parent: division(code).parent(),
        must: directory.map(|(_, codes)| words(codes)),
    }
}

fn county() -> County {
    let (mut packs, local) = (Packs::built_in(), Blake3::of(LOCAL.as_bytes()));
    packs.adopt(on(COUNTY, 1), local, InForce::default(), LOCAL).unwrap();
    let mut members: Vec<Member> = A.iter().chain(&B).filter(|code| **code != A[2]).map(|code| member(code, None)).collect();
    members.push(member(A[2], Some(("2026-04-20", &["s1", "s2"]))));
    members.push(member(COUNTY, Some(("2026-02-01", &["k1"]))));
    let mut county = County { packs, records: Vec::new(), members };
    let (general, old, unknown) = (county.named("general"), county.named("four-two-2018"), Blake3::of(b"unknown"));
    let none = json!({});

    // Done by the book, and by an item of the county's list.
    let m1 = (A[0], 1);
    county.topic(m1, general, &json!({"item": "k1"}), "2026-04-01");
    let met = json!({"date": "2026-04-02", "form": "council-meeting", "method": "general", "participants": [{"count": 5, "kind": "resident"}], "round": 1, "step": "deliberate"});
    county.say(m1, "committee", "step", &met, "2026-04-02");
    county.outcome(m1, "2026-05-31", &none, "2026-04-03");
    let completed = county.complete(m1, "2026-05-20");
    county.verify(m1, &completed, "accepted", "2026-05-25");
    // Three days of notice, and late.
    let m2 = (A[0], 2);
    county.topic(m2, general, &none, "2026-04-05");
    county.outcome(m2, "2026-05-10", &json!({"notice-days": 3}), "2026-04-06");
    let completed = county.complete(m2, "2026-05-20");
    county.verify(m2, &completed, "accepted", "2026-05-21");
    // Moved once, and overdue.
    let m3 = (A[1], 1);
    county.topic(m3, general, &none, "2026-04-01");
    county.outcome(m3, "2026-06-15", &none, "2026-04-10");
    county.say(m3, "committee", "plan", &json!({"commitment": "c1", "due": "2026-06-30"}), "2026-06-01");
    // No consensus, consulted again.
    let m4 = (A[1], 2);
    county.topic(m4, general, &none, "2026-04-01");
    county.say(m4, "committee", "outcome", &json!({"result": "none", "round": 1}), "2026-04-12");
    county.say(m4, "committee", "reopen", &json!({"reason": "no-consensus", "round": 2}), "2026-04-20");
    // Rejected; an objection answered in time.
    let m5 = (B[0], 1);
    county.topic(m5, general, &none, "2026-04-14");
    let decided = county.outcome(m5, "2026-06-20", &none, "2026-04-15");
    let objected = county.object(m5, &decided, "2026-04-16");
    county.answer(m5, &objected, "2026-04-20");
    let completed = county.complete(m5, "2026-06-18");
    county.verify(m5, &completed, "rejected", "2026-06-25");
    // Waiting for verification; a step entered a month late; an objection answered late.
    let m6 = (B[0], 2);
    county.topic(m6, general, &none, "2026-04-30");
    let met = json!({"date": "2026-04-01", "form": "hearing", "method": "general", "participants": [{"count": 5, "kind": "resident-committee"}], "round": 1, "step": "deliberate"});
    county.say(m6, "committee", "step", &met, "2026-05-01");
    let decided = county.outcome(m6, "2026-06-30", &none, "2026-05-01");
    let objected = county.object(m6, &decided, "2026-05-02");
    county.answer(m6, &objected, "2026-05-20");
    county.complete(m6, "2026-06-29");
    // Judged by no pack that is known.
    let m7 = (B[1], 1);
    county.topic(m7, unknown, &none, "2026-05-01");
    let decided = county.outcome(m7, "2026-08-01", &none, "2026-05-02");
    county.object(m7, &decided, "2026-05-03");
    // By the county's pack, without the steps it asks for.
    let m8 = (B[1], 2);
    county.topic(m8, local, &none, "2026-05-19");
    county.outcome(m8, "2026-09-30", &none, "2026-05-20");
    // By a pack of a law that is no longer in force.
    let m9 = (A[2], 1);
    county.topic(m9, old, &json!({"method": "four-two"}), "2026-06-09");
    county.outcome(m9, "2026-12-31", &none, "2026-06-10");
    county
}

/// `had/of`, how many were left out, and the share or median where it is given.
fn told(figure: &Figure) -> (String, u64, Option<String>) {
    let counts = figure.of.map_or_else(|| figure.had.to_string(), |of| format!("{}/{of}", figure.had));
    (counts, figure.left_out, figure.percent().or_else(|| figure.median()))
}

#[test]
fn a_notice_that_was_too_short_stays_so_in_the_figures() {
    let mut county = county();
    let kept = |county: &County| told(county.assess("2026-Q2", "2026-07-10").figure(IndicatorCode::NoticeKept).unwrap());
    let before = kept(&county);
    let is_short = |record: &&Record| record.statement.facts.as_str().contains(r#""notice-days":3"#);
    let short = county.records.iter().find(is_short).unwrap().reference.clone();
    let longer = json!({"changes": [{"new": 7, "old": 3, "path": "notice-days"}], "target": short});
    let mend = county.say((A[0], 2), "committee", "correction", &longer, "2026-07-05");
    assert!(county.views("2026-07-10").iter().filter_map(|view| view.event(&mend)).all(|event| event.effect.counts()));
    assert_eq!(kept(&county), before);
}

#[test]
fn each_figure_is_what_a_hand_counts() {
    let assessment = county().assess("2026-Q2", "2026-07-10");
    for (indicator, counts, left_out, given) in [
        (IndicatorCode::EveryStep, "3/4", 4, None),
        (IndicatorCode::NoticeKept, "5/6", 2, Some("83.3%")),
        (IndicatorCode::OnTime, "1/4", 1, None),
        (IndicatorCode::Verified, "2/4", 0, None),
        (IndicatorCode::DaysToDone, "2", 0, None),
        (IndicatorCode::OverdueNow, "2/6", 0, Some("33.3%")),
        (IndicatorCode::MissingDisclosures, "3/8", 0, Some("37.5%")),
        (IndicatorCode::AnsweredInTime, "1/2", 0, None),
        (IndicatorCode::BackFilled, "1/34", 0, Some("2.9%")),
        (IndicatorCode::Silent, "1/6", 0, Some("16.7%")),
        (IndicatorCode::NoDirectory, "5/6", 0, Some("83.3%")),
        (IndicatorCode::NeverConsulted, "6/7", 0, Some("85.7%")),
        (IndicatorCode::Matters, "9", 0, None),
        (IndicatorCode::Communities, "6", 0, None),
        (IndicatorCode::FormsUsed, "2", 0, None),
        (IndicatorCode::WiderParticipants, "1/2", 0, None),
        (IndicatorCode::Consensus, "8/9", 0, Some("88.9%")),
        (IndicatorCode::Reopened, "1/9", 0, Some("11.1%")),
        (IndicatorCode::Rescheduled, "1/8", 0, Some("12.5%")),
    ] {
        let figure = assessment.figure(indicator).unwrap();
        assert_eq!(told(figure), (counts.to_owned(), left_out, given.map(str::to_owned)), "{indicator}");
    }
    assert_eq!(assessment.figures.len(), IndicatorCode::ALL.len());
}

#[test]
fn a_matter_that_was_terminated_is_neither_late_nor_waited_for() {
    let mut county = county();
    let on =
        county.records.iter().find(|record| record.statement.kind.as_str() == "outcome" && record.reference.log.division == division(A[1]));
    let on = on.unwrap().reference.clone();
    county.say((A[1], 1), "committee", "termination", &json!({"reason": "impossible", "resolution": on}), "2026-07-05");
    let assessment = county.assess("2026-Q2", "2026-07-10");
    assert_eq!(told(assessment.figure(IndicatorCode::OverdueNow).unwrap()).0, "1/5");
    assert_eq!(told(assessment.figure(IndicatorCode::EveryStep).unwrap()), ("4/5".to_owned(), 3, Some("80.0%".to_owned())));
}

#[test]
fn every_number_opens_to_its_list() {
    let assessment = county().assess("2026-Q2", "2026-07-10");
    let matters = |indicator, state| -> Vec<String> {
        let cases = assessment.cases(indicator, |_| true).filter(|case| case.state == state);
        cases.map(|case| case.matter.map_or_else(|| case.place.to_string(), |id| id.to_string())).collect()
    };
    let id = |home: &str, number: u32| format!("{home}-2026-{number:04}");
    assert_eq!(matters(IndicatorCode::OverdueNow, CaseState::Had), [id(A[1], 1), id(B[0], 1)]);
    assert_eq!(matters(IndicatorCode::EveryStep, CaseState::Not), [id(B[1], 2)]);
    let not_yet_supervised = [id(A[1], 1), id(B[0], 2)];
    assert_eq!(matters(IndicatorCode::EveryStep, CaseState::Pending), not_yet_supervised);
    assert_eq!(matters(IndicatorCode::EveryStep, CaseState::NotJudged), [id(B[1], 1)]);
    assert_eq!(matters(IndicatorCode::EveryStep, CaseState::Advisory), [id(A[2], 1)]);
    assert_eq!(matters(IndicatorCode::OnTime, CaseState::Pending), [id(B[0], 2)]);
    assert_eq!(matters(IndicatorCode::MissingDisclosures, CaseState::Had), [A[2], B[1], B[2]]);
    assert_eq!(matters(IndicatorCode::Silent, CaseState::Had), [B[2]]);
    let days: Vec<_> = assessment.cases(IndicatorCode::DaysToDone, |_| true).map(|case| case.days).collect();
    assert_eq!(days, [Some(52), Some(45)]);
    for (indicator, cases) in &assessment.cases {
        let counted = cases.listed.iter().filter(|case| case.state.counts()).count() as u64 + cases.unlisted.values().sum::<u64>();
        let figure = assessment.figure(*indicator).unwrap();
        let shown = figure.of.unwrap_or(figure.had);
        assert!(counted == shown || *indicator == IndicatorCode::FormsUsed, "{indicator}: {counted} cases, {shown} shown");
    }
}

#[test]
fn townships_and_communities_have_rows_of_their_own() {
    let assessment = county().assess("2026-Q2", "2026-07-10");
    let row = |rows: &[Row], place: &str, indicator| {
        let row = rows.iter().find(|row| row.place == division(place)).unwrap();
        told(row.figures.iter().find(|figure| figure.indicator == indicator).unwrap())
    };
    let (townships, communities) = (&assessment.townships, &assessment.communities);
    assert_eq!((townships.len(), communities.len()), (2, 6));
    assert_eq!(row(townships, "990101001000", IndicatorCode::Consensus), ("4/5".into(), 0, Some("80.0%".into())));
    assert_eq!(row(townships, "990101002000", IndicatorCode::Consensus), ("4/4".into(), 0, None));
    assert_eq!(row(communities, B[2], IndicatorCode::Silent), ("1/1".into(), 0, None));
    assert_eq!(row(communities, A[0], IndicatorCode::BackFilled), ("0/9".into(), 0, Some("0.0%".into())));
    // What stands in the rows adds up to what stands above them.
    for figure in assessment.figures.iter().filter(|figure| figure.of.is_some()) {
        for rows in [townships, communities] {
            let sum = rows
                .iter()
                .flat_map(|row| &row.figures)
                .filter(|row| row.indicator == figure.indicator)
                .filter_map(|row| row.of)
                .sum::<u64>();
            assert_eq!(Some(sum), figure.of, "{}", figure.indicator);
        }
    }
}

#[test]
fn a_matter_of_the_township_itself_counts_in_its_row() {
    let mut county = county();
    let township = "990101001000";
    county.members.push(member(township, None));
    let facts = json!({"basis": "vital-interest", "category": "sanitation", "decision": "confirmed", "method": "general", "rules": county.named("general")});
    county.say((township, 1), "government", "topic", &facts, "2026-05-05");
    let assessment = county.assess("2026-Q2", "2026-07-10");
    assert_eq!(assessment.figure(IndicatorCode::Matters).unwrap().had, 10);
    let row = assessment.townships.iter().find(|row| row.place == division(township)).unwrap();
    assert_eq!(row.figures.iter().find(|figure| figure.indicator == IndicatorCode::Matters).unwrap().had, 6);
    assert_eq!(assessment.figure(IndicatorCode::Communities).unwrap().had, 6, "a township is no community");
}

#[test]
fn the_order_of_arrival_changes_nothing() {
    let mut county = county();
    let assessment = county.assess("2026-Q2", "2026-07-10");
    county.records.reverse();
    county.members.reverse();
    let mut views = county.views("2026-07-10");
    views.reverse();
    let again = county.assess_views("2026-Q2", "2026-07-10", &views, &county.members);
    assert_eq!(serde_json::to_string(&again).unwrap(), serde_json::to_string(&assessment).unwrap());
    assert_eq!(serde_json::from_str::<Assessment>(&serde_json::to_string(&assessment).unwrap()).unwrap(), assessment);
}

#[test]
fn what_lies_elsewhere_counts_nowhere() {
    let mut county = county();
    let figures = county.assess("2026-Q2", "2026-07-10").figures;
    county.topic(("990102001201", 1), county.named("general"), &json!({}), "2026-05-01");
    assert_eq!(county.assess("2026-Q2", "2026-07-10").figures, figures);
}

#[test]
fn a_quarter_that_is_not_over_is_not_silent_yet() {
    let county = county();
    let silent = |period: &str, as_of: &str| told(county.assess(period, as_of).figure(IndicatorCode::Silent).unwrap()).0;
    assert_eq!(silent("2026-Q3", "2026-09-30"), "0/0");
    assert_eq!(silent("2026-Q3", "2026-10-01"), "6/6");
    // In the first quarter nobody spoke; the second is as above.
    assert_eq!(silent("2026", "2026-07-10"), "7/12");
    assert_eq!(silent("2026-04", "2026-07-10"), "0/0", "a month holds no whole quarter");
}

#[test]
fn a_changed_figure_is_named() {
    let computed = county().assess("2026-Q2", "2026-07-10");
    let signed = computed.to_facts(&crate::matter::facts::LogSizes::default());
    assert!(differences(&signed.indicators, &computed).is_empty());
    Facts::of(&signed).unwrap();

    let mut forged = signed.indicators.clone();
    let at = forged.iter().position(|figure| figure.code.as_str() == "on-time").unwrap();
    forged[at].had = 4;
    let left_out = forged.iter().position(|figure| figure.code.as_str() == "overdue-now").unwrap();
    forged.remove(left_out);
    forged.push(crate::matter::facts::Indicator { code: "happiness".parse().unwrap(), had: 99, median_halves: None, of: None });
    let found = differences(&forged, &computed);
    let named: Vec<_> = found
        .iter()
        .map(|found| (found.code.as_str(), found.signed.map(|signed| signed.had), found.computed.map(|computed| computed.had)))
        .collect();
    assert_eq!(named, [("happiness", Some(99), None), ("on-time", Some(4), Some(1)), ("overdue-now", None, Some(2))]);
}

#[test]
fn every_figure_has_a_formula_and_context_is_never_scored() {
    for indicator in IndicatorCode::ALL {
        let (zh, en) = indicator.formula();
        assert!(zh.chars().count() > 8 && en.len() > 20, "{indicator}");
    }
    let context: Vec<_> = IndicatorCode::ALL.iter().filter(|indicator| !indicator.is_scored()).map(ToString::to_string).collect();
    assert_eq!(context, ["communities", "consensus", "reopened", "rescheduled"]);
}
