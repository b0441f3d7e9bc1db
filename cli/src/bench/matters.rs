//! Matters of many villages, told from topic to result as their logs hold them: ten statements each, twenty matters side by side.
//!
//! Of ten matters six go straight, three are objected to and answered, one has a due date corrected. Of a hundred the county evaluates one.

use anyhow::Context as _;
use luodi_ledger::facts::Facts;
use luodi_ledger::key::SignerKey;
use luodi_ledger::matter::Reference;
use luodi_ledger::matter::codes::Method;
use luodi_ledger::matter::pack::Packs;
use luodi_ledger::names::{Division, MatterId};
use luodi_ledger::statement::{SignedStatement, Statement};
use luodi_ledger::time::Date;
use serde_json::{Value, json};

use super::sample::{Growing, office};

/// Statements of a matter.
pub(super) const STATEMENTS: u64 = 10;
/// Matters that a village carries side by side.
const ABREAST: u64 = 20;
/// Matters of a village; the last batch may be short.
pub(super) const OF_A_VILLAGE: u64 = 100;
/// One statement of the village in this many seconds: a thousand in two years.
const PACE: i64 = 60_000;
/// Hours from UTC.
const OFFSET: i8 = 8;

/// The straight way.
const STRAIGHT: [&str; 10] =
    ["topic", "confer", "resolve", "outcome", "plan", "progress", "progress", "completion", "verification", "result"];
/// What the supervisors object to and the committee answers.
const DISPUTED: [&str; 10] =
    ["topic", "resolve", "outcome", "objection", "answer", "plan", "progress", "completion", "verification", "result"];
/// A due date written down wrong.
const CORRECTED: [&str; 10] =
    ["topic", "confer", "resolve", "outcome", "plan", "correction", "progress", "completion", "verification", "result"];

/// One matter as far as it was told.
struct Telling {
    id: MatterId,
    way: [&'static str; 10],
    /// What was said last under each word.
    said: Vec<(&'static str, Reference)>,
    due: Date,
}

/// The offices of a village.
pub(super) struct Village {
    pub(super) division: Division,
    pub(super) committee: SignerKey,
    supervisors: SignerKey,
}

impl Village {
    /// The village number `number` of a fictional county.
    pub(super) fn new(number: u64) -> anyhow::Result<Self> {
        let code = format!("990101{:03}{:03}", 1 + number / 100, 201 + number % 100);
        let office = |word| office(&code, word);
        Ok(Self { division: code.parse()?, committee: office("committee")?, supervisors: office("supervisors")? })
    }

    /// Its offices.
    pub(super) fn offices(&self) -> [&SignerKey; 2] {
        [&self.committee, &self.supervisors]
    }

    /// The id of its matter number `number`.
    pub(super) fn matter(&self, number: u64) -> anyhow::Result<MatterId> {
        Ok(MatterId { division: self.division, year: 2026, number: u32::try_from(number)? })
    }

    /// Signs one more statement for the log as it stands.
    pub(super) fn say(log: &Growing, word: &str, matter: MatterId, facts: &Value, by: &[&SignerKey]) -> anyhow::Result<SignedStatement> {
        let statement = Statement {
            log: log.origin.clone(),
            by: by.iter().map(|key| key.public().name().parse()).collect::<Result<_, _>>()?,
            kind: word.parse()?,
            matter: Some(matter),
            time: log.logged,
            facts: Facts::of(facts)?,
            body: None,
        };
        let keys: Vec<SignerKey> = by.iter().map(|key| (*key).clone()).collect();
        Ok(statement.sign(&keys)?)
    }

    /// Tells `count` matters into its log; `tell` gets each statement as it is to be appended next.
    pub(super) fn tell(&self, log: &mut Growing, count: u64, mut append: impl FnMut(&mut Growing, SignedStatement)) -> anyhow::Result<()> {
        let pack = Packs::built_in().with(Method::FourTwo).next().map(|(pack, _)| pack.to_string()).context("a pack of four-two")?;
        for first in (1..=count).step_by(usize::try_from(ABREAST)?) {
            let mut abreast = Vec::new();
            for number in first..(first + ABREAST).min(count + 1) {
                let way = match number % 10 {
                    0 => CORRECTED,
                    1..4 => DISPUTED,
                    _ => STRAIGHT,
                };
                abreast.push(Telling { id: self.matter(number)?, way, said: Vec::new(), due: log.logged.civil_date(OFFSET) });
            }
            for place in 0..10 {
                for telling in &mut abreast {
                    log.logged = log.logged.plus(PACE);
                    let word = telling.way[place];
                    let statement = self.next(log, telling, word, &pack)?;
                    telling.said.push((word, Reference { log: log.origin.clone(), index: log.link.index, id: statement.id() }));
                    append(log, statement);
                }
            }
        }
        Ok(())
    }

    fn next(&self, log: &Growing, telling: &mut Telling, word: &str, pack: &str) -> anyhow::Result<SignedStatement> {
        let on = |word: &str| telling.said.iter().rev().find(|(said, _)| *said == word).map(|(_, on)| on);
        let today = log.logged.civil_date(OFFSET);
        let later = log.logged.plus(200 * 86_400).civil_date(OFFSET);
        let step = |step: &str| {
            let participants = json!([{"count": 36, "kind": "resident-representative"}]);
            json!({"date": today, "method": "four-two", "participants": participants, "round": 1, "step": step})
        };
        let (kind, facts, by): (&str, Value, &[&SignerKey]) = match word {
            "topic" => {
                let mut facts = json!({"area": 220, "basis": "vital-interest", "category": "sanitation", "decision": "confirmed"});
                facts["method"] = json!("four-two");
                facts["raised"] = json!({"by": "residents", "count": 12});
                facts["rules"] = json!(pack);
                (word, facts, &[&self.committee])
            }
            "confer" => ("step", step(word), &[&self.committee]),
            "resolve" => {
                let options = json!([{"code": "for", "count": 33}, {"code": "against", "count": 3}]);
                let mut facts = step(word);
                facts["tallies"] = json!([{"due": 42, "options": options, "present": 36, "unit": "representatives"}]);
                ("step", facts, &[&self.committee])
            }
            "outcome" => {
                telling.due = later;
                let promise = json!({"budget": 1_850_000, "due": later, "id": "c1", "source": "collective"});
                let facts = json!({"commitments": [promise], "notice-days": 7, "result": "consensus", "round": 1});
                (word, facts, &[&self.committee, &self.supervisors])
            }
            "objection" => (word, json!({"count": 3, "target": on("outcome")}), &[&self.supervisors]),
            "answer" => (word, json!({"finding": "not", "target": on("objection")}), &[&self.committee]),
            "plan" => (word, json!({"budget": 1_850_000, "commitment": "c1", "due": telling.due}), &[&self.committee]),
            "correction" => {
                let change = json!({"new": later, "old": telling.due, "path": "due"});
                (word, json!({"changes": [change], "target": on("plan")}), &[&self.committee])
            }
            "progress" => (word, json!({"commitment": "c1", "spent": 600_000}), &[&self.committee]),
            "completion" => (word, json!({"commitment": "c1", "cost": 1_790_000, "date": today}), &[&self.committee]),
            "verification" => {
                (word, json!({"checks": ["on-site", "vouchers"], "target": on("completion"), "verdict": "accepted"}), &[&self.supervisors])
            }
            _ => {
                let delivered = json!([{"actual": today, "cost": 1_790_000, "id": "c1", "planned": telling.due}]);
                ("result", json!({"commitments": delivered}), &[&self.committee, &self.supervisors])
            }
        };
        Self::say(log, kind, telling.id, &facts, by)
    }
}
