//! Tales of a fictional village, told as records and folded.

mod changing;
mod door;
mod flags;
mod foretold;
mod grounds;
mod growing;
mod laws;
mod mending;
mod methods;
mod overseeing;
mod references;
mod statuses;
mod strip;
mod taking_back;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::fold;
use crate::facts::Facts;
use crate::hash::Blake3;
use crate::matter::codes::{CommitmentState, Status};
use crate::matter::facts::Said;
use crate::matter::pack::Packs;
use crate::matter::record::{Marks, Record, Reference};
use crate::matter::view::{Verifier, View};
use crate::names::MatterId;
use crate::standing::{Standing, Void};
use crate::statement::Statement;
use crate::time::Time;

const VILLAGE: &str = "990101101201";
const TOWNSHIP: &str = "990101101000";
const COUNTY: &str = "990101000000";
const VALID: Standing = Standing::Valid { term_expired: false };

fn matter() -> MatterId {
    format!("{VILLAGE}-2025-0001").parse().unwrap()
}

/// The hash of the pack that holds `method`.
fn pack(method: &str) -> String {
    Packs::built_in().with(method.parse().unwrap()).next().unwrap().0.to_string()
}

/// 10:00 in China on a day, or an instant in full.
fn at(day: &str) -> Time {
    day.parse().unwrap_or_else(|_| format!("{day}T02:00:00Z").parse().unwrap())
}

/// A history under construction.
#[derive(Clone, Debug, Default)]
struct Tale {
    records: Vec<Record>,
    next: BTreeMap<String, u64>,
}

impl Tale {
    /// `division/office` says `facts` on a day, in the log of `log`.
    fn say_in(&mut self, log: &str, by: &[&str], kind: &str, facts: &Value, day: &str) -> Reference {
        self.put(log, by, kind, facts, day, VALID)
    }

    fn put(&mut self, log: &str, by: &[&str], kind: &str, facts: &Value, day: &str, standing: Standing) -> Reference {
        let index = self.next.entry(log.to_owned()).or_default();
        let statement = Statement {
            log: format!("a.example/log/{log}/1").parse().unwrap(),
            by: by.iter().map(|by| format!("a.example/{by}").parse().unwrap()).collect(),
            kind: kind.parse().unwrap(),
            matter: Some(matter()),
            time: at(day),
            facts: Facts::of(facts).unwrap(),
            body: None,
        };
        let reference = Reference { log: statement.log.clone(), index: *index, id: statement.id() };
        *index += 1;
        let record = Record { reference: reference.clone(), statement, logged: at(day), standing, marks: Marks::default() };
        self.records.push(record);
        reference
    }

    /// An office of the village says `facts` in the village's log.
    fn say(&mut self, office: &str, kind: &str, facts: &Value, day: &str) -> Reference {
        let by = format!("{VILLAGE}/{office}");
        let reference = self.say_in(VILLAGE, &[&by], kind, facts, day);
        let statement = &self.records.last().unwrap().statement;
        // Every tale is told in facts that publishing would take, but for those that say otherwise.
        assert!(!matches!(Said::read(&statement.kind, &statement.facts), Err(_) | Ok(Said::Raw(_))), "{kind} {facts}");
        reference
    }

    fn view(&self, day: &str) -> View {
        fold(matter(), &self.records, &Packs::built_in(), at(day), 8)
    }

    fn status(&self, day: &str) -> Status {
        self.view(day).status
    }
}

fn topic(method: &str) -> Value {
    json!({"basis": "vital-interest", "category": "sanitation", "decision": "confirmed", "method": method, "rules": pack(method)})
}

fn step(step: &str, round: u32, date: &str) -> Value {
    json!({"date": date, "method": "four-two", "round": round, "step": step})
}

fn resolve(round: u32, date: &str, [due, present, votes]: [u64; 3]) -> Value {
    let options = json!([{"code": "for", "count": votes}, {"code": "against", "count": present.saturating_sub(votes)}]);
    let tally = json!({"due": due, "options": options, "present": present, "unit": "representatives"});
    json!({"date": date, "method": "four-two", "round": round, "step": "resolve", "tallies": [tally]})
}

fn promise(id: &str, due: &str) -> Value {
    json!({"budget": 1_850_000, "due": due, "id": id})
}

fn outcome(round: u32, promises: &[Value]) -> Value {
    json!({"commitments": promises, "result": "consensus", "round": round})
}

fn completion(id: &str, date: &str) -> Value {
    json!({"commitment": id, "date": date})
}

fn verdict(target: &Reference, verdict: &str) -> Value {
    json!({"target": target, "verdict": verdict})
}

/// All four deliberations in June 2025, and an outcome on 2025-06-10 that promises `c1` by 2025-09-30. On notice until 2025-06-17.
fn decided() -> (Tale, Reference) {
    let mut tale = deliberated();
    let by = [format!("{VILLAGE}/committee"), format!("{VILLAGE}/supervisors")];
    let outcome = tale.say_in(VILLAGE, &[&by[0], &by[1]], "outcome", &outcome(1, &[promise("c1", "2025-09-30")]), "2025-06-10");
    (tale, outcome)
}

fn deliberated() -> Tale {
    let mut tale = Tale::default();
    tale.say("committee", "topic", &topic("four-two"), "2025-06-01");
    tale.say("party", "step", &step("propose", 1, "2025-06-02"), "2025-06-02");
    tale.say("committee", "step", &step("confer", 1, "2025-06-03"), "2025-06-03");
    tale.say("party", "step", &step("review", 1, "2025-06-05"), "2025-06-05");
    tale.say("committee", "step", &resolve(1, "2025-06-09", [42, 36, 33]), "2025-06-09");
    tale
}

/// As [`decided`], and reported complete on 2025-09-20.
fn reported() -> (Tale, Reference) {
    let (mut tale, _) = decided();
    let completion = tale.say("committee", "completion", &completion("c1", "2025-09-20"), "2025-09-20");
    (tale, completion)
}

fn state(view: &View, id: &str) -> CommitmentState {
    view.commitments.iter().find(|commitment| commitment.id.as_str() == id).unwrap().state
}
