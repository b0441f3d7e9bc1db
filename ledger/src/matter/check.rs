//! Validation at publishing: what a home node refuses before it logs a statement. Each fault names the field and the remedy.
//!
//! Out of scope: authority (`signing`), personal data ([`crate::privacy`]), and what is merely out of procedure, which is logged and
//! flagged. Reading never asks this: what a foreign log holds is shown as it stands.

mod governing;

use std::collections::BTreeSet;

use super::codes::{About, BodyCode, CodeList, Coded, Decision, KindCode, OfficeCode, OutcomeResult};
use super::facts::{self, Bearer, Feedback, Fen, Outcome, Plan, Problem, Promise, Said, Step, Tally, Topic};
use super::pack::Packs;
use super::words::Words;
use crate::Malformed;
use crate::attachment;
use crate::privacy::DISCLOSED;
use crate::registry;
use crate::statement::Statement;
use crate::time::Date;

/// Most commitments in one outcome: more are more than one matter.
pub const MOST_COMMITMENTS: usize = 32;
/// Most participants, tallies, options, milestones, checks or channels in one statement: facts are one line of 8 KiB.
pub const MOST_ITEMS: usize = 64;
/// Longest notice in days.
pub const LONGEST_NOTICE: u16 = 366;
/// Least hexadecimal digits of a nonce: 128 bits, so that no short body can be guessed from its hash.
pub const SHORTEST_NONCE: usize = 32;
/// Longest title in characters: two lines on a phone.
pub const LONGEST_TITLE: usize = 80;
/// Classes of the statistical code list: urban, urban–rural, town, town–rural, special, township centre, village.
const AREA_CLASSES: [u16; 7] = [111, 112, 121, 122, 123, 210, 220];

/// Checks a statement and its body before publishing. Registry kinds are checked by the registry's own rules of form.
pub fn check(statement: &Statement, body: Option<&[u8]>) -> Result<(), Malformed> {
    check_facts(statement)?;
    let words = check_body(statement, body)?;
    let said = Said::read(&statement.kind, &statement.facts)?;
    governing::check_words(&said, words.as_ref())?;
    if let Said::Outcome(outcome) = said {
        let told = |promise: &Promise| words.as_ref().and_then(|words| words.commitments.get(&promise.id)?.what.as_deref());
        if let Some(promise) = outcome.commitments.iter().find(|promise| told(promise).is_none_or(|what| what.trim().is_empty())) {
            return Err(wrong(&format!("body.commitments.{}.what", promise.id), "say in the body what is promised"));
        }
    }
    let is_topic = statement.kind.as_str() == KindCode::Topic.as_str();
    if is_topic && words.as_ref().and_then(|words| words.title.as_deref()).is_none_or(|title| title.trim().is_empty()) {
        return Err(wrong("body.title", "give the topic a title in plain words"));
    }
    Ok(())
}

/// Checks the facts alone, for a form that has no body yet.
pub fn check_facts(statement: &Statement) -> Result<(), Malformed> {
    if statement.kind.is_registry() {
        return registry::check(statement);
    }
    let kind: KindCode = statement.kind.as_str().parse().map_err(|fault: Malformed| wrong("kind", &fault.why))?;
    match (kind.about(), statement.matter) {
        (About::Matter, None) => return Err(wrong("matter", "name the matter, such as 410721101201-2026-0007")),
        (About::Division | About::Logs, Some(_)) => {
            return Err(wrong("matter", "a statement of this kind belongs to no matter; leave it out"));
        }
        _ => {}
    }
    let said = Said::read(&statement.kind, &statement.facts)?;
    if let (Said::Answer(answer), None) = (&said, statement.matter)
        && answer.target.log.division == statement.log.division
    {
        return Err(wrong("matter", "name the matter, such as 410721101201-2026-0007"));
    }
    if let Some(path) = facts::unknown(statement).keys().find(|path| *path != DISCLOSED) {
        let why = format!("not a field of {}, or written in another way than its one spelling; correct it or leave it out", statement.kind);
        return Err(wrong(path, &why));
    }
    if let Some(date) = said.date().filter(|date| *date > latest_day(statement)) {
        return Err(wrong("date", &format!("{date} lies after the day of signing; give the day it happened")));
    }
    if let Some(date) = said.date().filter(|date| *date < FIRST_DAY) {
        return Err(wrong("date", &format!("{date} lies before {FIRST_DAY}; correct the year")));
    }
    if let (Said::Topic(topic), Some(matter)) = (&said, statement.matter) {
        let years = topic.date.map_or([earliest_day(statement).year(), latest_day(statement).year()], |date| [date.year(); 2]);
        if !years.contains(&i16::try_from(matter.year).unwrap_or(0)) {
            return Err(wrong("matter", &format!("the year in the id is that of the topic's date, {}", years[1])));
        }
    }
    check_said(&said, statement)
}

/// Nothing that is told here is older than the state whose villages tell it; what is has a year mistyped.
const FIRST_DAY: Date = Date::constant(1949, 10, 1);

/// The civil date of signing where the day begins last, and where it begins first: no place on earth is outside.
fn earliest_day(statement: &Statement) -> Date {
    statement.time.civil_date(-12)
}

fn latest_day(statement: &Statement) -> Date {
    statement.time.civil_date(14)
}

fn check_said(said: &Said, statement: &Statement) -> Result<(), Malformed> {
    match said {
        Said::Topic(topic) => check_topic(topic),
        Said::Step(step) => check_step(step),
        Said::Outcome(outcome) => check_outcome(outcome),
        Said::Objection(objection) => at_least_one("count", objection.count),
        Said::Plan(plan) => check_plan(plan),
        Said::Progress(progress) => check_money("spent", progress.spent),
        Said::Problem(problem) => check_problem(problem),
        Said::Reopen(reopen) => {
            reopen.reason.check("reason")?;
            if reopen.round < 2 { Err(wrong("round", "a further round is the second or later")) } else { Ok(()) }
        }
        Said::Completion(completion) => check_money("cost", completion.cost),
        Said::Verification(verification) => check_codes("checks", &verification.checks),
        Said::Result(result) => {
            check_codes("posted", &result.posted)?;
            distinct("commitments", result.commitments.iter().map(|delivered| delivered.id))?;
            result.commitments.iter().try_for_each(|delivered| check_money("commitments.cost", delivered.cost))
        }
        Said::Feedback(feedback) => check_feedback(feedback),
        Said::Termination(termination) => termination.reason.check("reason"),
        Said::Rules(rules) => governing::check_rules(rules),
        Said::Catalogue(catalogue) => governing::check_catalogue(catalogue),
        Said::Evaluation(evaluation) => governing::check_evaluation(evaluation),
        Said::Rectification(order) => {
            governing::check_rectification(order, statement.matter.map(|matter| matter.division), earliest_day(statement))
        }
        Said::Circular(circular) => governing::check_circular(circular),
        Said::Assessment(assessment) => governing::check_assessment(assessment),
        Said::Correction(correction) => governing::check_correction(correction, statement),
        Said::Void(withdrawal) => withdrawal.reason.check("reason"),
        Said::Redaction(redaction) => governing::check_redaction(redaction),
        Said::Evidence(evidence) => evidence.contradicts.check("contradicts"),
        Said::Anchor(anchor) => governing::check_anchor(anchor),
        Said::Observation(observation) => observation.ground.check("ground"),
        Said::Answer(_) | Said::Countersign(_) | Said::Raw(_) => Ok(()),
    }
}

fn check_topic(topic: &Topic) -> Result<(), Malformed> {
    topic.basis.check("basis")?;
    topic.category.check("category")?;
    topic.method.check("method")?;
    if topic.area.is_some_and(|area| !AREA_CLASSES.contains(&area)) {
        return Err(wrong("area", "one of the classes 111, 112, 121, 122, 123, 210, 220 wanted"));
    }
    if let Some(raised) = topic.raised {
        raised.by.check("raised.by")?;
        raised.count.map_or(Ok(()), |count| at_least_one("raised.count", count))?;
    }
    at_most("links", topic.links.len(), MOST_ITEMS)?;
    topic.links.iter().try_for_each(|link| link.kind.check("links.kind"))?;
    match (topic.decision, topic.elsewhere) {
        (Decision::Declined, None) => Err(wrong("elsewhere", "say where a declined topic goes instead")),
        (Decision::Declined, Some(elsewhere)) => elsewhere.check("elsewhere"),
        (Decision::Confirmed, Some(_)) => Err(wrong("elsewhere", "only a declined topic goes elsewhere; leave it out")),
        (Decision::Confirmed, None) if topic.rules.is_none() => {
            Err(wrong("rules", "name the rule pack by its BLAKE3, so that everybody judges by the same rules"))
        }
        (Decision::Confirmed, None) => Ok(()),
    }
}

fn check_step(step: &Step) -> Result<(), Malformed> {
    step.step.check("step")?;
    step.method.check("method")?;
    step.form.map_or(Ok(()), |form| form.check("form"))?;
    at_least_one("round", step.round)?;
    at_most("participants", step.participants.len(), MOST_ITEMS)?;
    step.participants.iter().try_for_each(|attendance| attendance.kind.check("participants.kind"))?;
    distinct("participants", step.participants.iter().map(|attendance| attendance.kind.as_str().to_owned()))?;
    at_most("tallies", step.tallies.len(), MOST_ITEMS)?;
    distinct("tallies", step.tallies.iter().map(|tally| tally.unit.as_str().to_owned()))?;
    step.tallies.iter().try_for_each(|tally| check_tally(tally, &judged_by(step, tally)))
}

/// The article that counts of this step and unit are judged by, in brackets; nothing where no pack that ships judges them.
fn judged_by(step: &Step, tally: &Tally) -> String {
    let (packs, Some(method)) = (Packs::built_in(), step.method.known()) else { return String::new() };
    let rules = packs.with(method).filter_map(|(_, pack)| pack.methods.get(&method)).flatten();
    let mut counts = rules.filter(|rule| Coded::Known(rule.step) == step.step).flat_map(|rule| &rule.counts);
    let rule = counts.find(|count| Coded::Known(count.unit) == tally.unit);
    rule.map(|rule| format!(" ({})", rule.article)).unwrap_or_default()
}

/// Counts that cannot be true are slips of the pen, not votes out of order. `article` says by which they would be judged.
fn check_tally(tally: &Tally, article: &str) -> Result<(), Malformed> {
    tally.unit.check("tallies.unit")?;
    at_most("tallies.options", tally.options.len(), MOST_ITEMS)?;
    distinct("tallies.options", tally.options.iter().map(|option| option.code))?;
    if tally.present > tally.due {
        let (present, due) = (tally.present, tally.due);
        let why = format!("{present} present of {due} due: not more can be present than were due; check both numbers{article}");
        return Err(wrong("tallies.present", &why));
    }
    if let Some(option) = tally.options.iter().find(|option| option.count > tally.present) {
        let (code, count, present) = (option.code, option.count, tally.present);
        let why = format!("{code}: {count} votes of {present} present: more votes than were present; check both numbers{article}");
        return Err(wrong("tallies.options", &why));
    }
    let cast: u64 = ["for", "against", "abstain"].iter().filter_map(|code| tally.votes(code)).fold(0, u64::saturating_add);
    if cast > tally.present {
        let present = tally.present;
        let why =
            format!("for, against and abstain come to {cast} of {present} present: more than were present; check the numbers{article}");
        return Err(wrong("tallies.options", &why));
    }
    Ok(())
}

fn check_outcome(outcome: &Outcome) -> Result<(), Malformed> {
    at_least_one("round", outcome.round)?;
    check_codes("posted", &outcome.posted)?;
    if outcome.notice_days.is_some_and(|days| days > LONGEST_NOTICE) {
        return Err(wrong("notice-days", &format!("at most {LONGEST_NOTICE} days wanted")));
    }
    at_most("commitments", outcome.commitments.len(), MOST_COMMITMENTS)?;
    distinct("commitments", outcome.commitments.iter().map(|promise| promise.id))?;
    distinct("drops", outcome.drops.iter().copied())?;
    if outcome.commitments.iter().any(|promise| outcome.drops.contains(&promise.id)) {
        return Err(wrong("drops", "a commitment is either promised or dropped, not both"));
    }
    outcome.commitments.iter().try_for_each(check_promise)?;
    match outcome.result {
        OutcomeResult::Consensus | OutcomeResult::Partial if outcome.commitments.is_empty() => {
            Err(wrong("commitments", "say who does what by when; if nothing needs to be done, the result is no-action"))
        }
        OutcomeResult::None | OutcomeResult::NoAction if !outcome.commitments.is_empty() => {
            Err(wrong("commitments", "this result promises nothing; use consensus or partial, or leave them out"))
        }
        OutcomeResult::None if !outcome.drops.is_empty() => Err(wrong("drops", "without consensus nothing is dropped; leave it out")),
        _ => Ok(()),
    }
}

fn check_promise(promise: &Promise) -> Result<(), Malformed> {
    check_money("commitments.budget", promise.budget)?;
    promise.source.map_or(Ok(()), |source| source.check("commitments.source"))?;
    check_bearer("commitments.responsible", promise.responsible, BodyCode::ALL)?;
    check_bearer("commitments.reporter", promise.reporter, &[])
}

/// A bearer is an office, or, where it signs nothing, another kind of body.
fn check_bearer(field: &str, bearer: Option<Bearer>, others: &[BodyCode]) -> Result<(), Malformed> {
    let Some(bearer) = bearer else { return Ok(()) };
    let body = bearer.body.as_str();
    if body.parse::<OfficeCode>().is_ok_and(|office| office != OfficeCode::Node) || others.iter().any(|other| other.as_str() == body) {
        return Ok(());
    }
    let offices = OfficeCode::ALL.iter().filter(|office| **office != OfficeCode::Node).map(|office| office.as_str());
    let known: Vec<&str> = offices.chain(others.iter().map(|other| other.as_str())).collect();
    Err(wrong(field, &format!("\"{bearer}\": use one of {}; names stand in the body", known.join(", "))))
}

fn check_plan(plan: &Plan) -> Result<(), Malformed> {
    check_money("budget", plan.budget)?;
    plan.reason.map_or(Ok(()), |reason| reason.check("reason"))?;
    at_most("milestones", plan.milestones.len(), MOST_ITEMS)?;
    distinct("milestones", plan.milestones.iter().map(|milestone| milestone.id))?;
    if plan.due.is_none() && plan.budget.is_none() && plan.milestones.is_empty() && plan.reason.is_none() {
        return Err(wrong("plan", "nothing is planned: give due, budget, milestones or a reason"));
    }
    Ok(())
}

fn check_problem(problem: &Problem) -> Result<(), Malformed> {
    match (problem.commitment, problem.round) {
        (None, None) => Err(wrong("commitment", "say which commitment or which round has the problem")),
        (Some(_), Some(_)) => Err(wrong("round", "a problem lies with a commitment or with a round; leave one out")),
        (_, Some(round)) => at_least_one("round", round),
        (Some(_), None) => Ok(()),
    }
}

fn check_feedback(feedback: &Feedback) -> Result<(), Malformed> {
    feedback.gathered.check("gathered")?;
    if [feedback.fixed, feedback.partly, feedback.not, feedback.unknown].iter().all(|count| *count == 0) {
        return Err(wrong("fixed", "nobody answered: count at least one answer"));
    }
    Ok(())
}

fn check_body(statement: &Statement, body: Option<&[u8]>) -> Result<Option<Words>, Malformed> {
    let bytes = match (&statement.body, body) {
        (None, None) => return Ok(None),
        (Some(named), Some(bytes)) if named.names(bytes) => bytes,
        (Some(_), Some(_)) => return Err(wrong("body", "not the bytes that the statement names; send the body it was signed with")),
        (Some(_), None) => return Err(wrong("body", "the statement names a body; send it along")),
        (None, Some(_)) => return Err(wrong("body", "the statement names no body; leave it out or sign the statement with it")),
    };
    let words = Words::parse(bytes)?;
    let hex = |nonce: &str| nonce.len() >= SHORTEST_NONCE && nonce.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !words.nonce.as_deref().is_some_and(hex) {
        return Err(wrong("body.nonce", &format!("at least {SHORTEST_NONCE} random hexadecimal digits wanted")));
    }
    if words.title.as_deref().is_some_and(|title| title.chars().count() > LONGEST_TITLE) {
        return Err(wrong("body.title", &format!("at most {LONGEST_TITLE} characters wanted; the rest belongs in the text")));
    }
    if let Some(source) = &words.source {
        at_most("body.source.at", source.at.len(), MOST_ITEMS)?;
        if !source.at.iter().all(|at| at.starts_with("https://") || at.starts_with("http://")) {
            return Err(wrong("body.source.at", "addresses that begin with https:// or http:// wanted"));
        }
    }
    attachment::check(&words.attachments)?;
    Ok(Some(words))
}

fn check_codes<L: CodeList>(field: &str, codes: &[Coded<L>]) -> Result<(), Malformed> {
    at_most(field, codes.len(), MOST_ITEMS)?;
    codes.iter().try_for_each(|code| code.check(field))?;
    distinct(field, codes.iter().map(|code| code.as_str().to_owned()))
}

fn check_money(field: &str, amount: Option<Fen>) -> Result<(), Malformed> {
    match amount {
        Some(amount) if amount > Fen::MOST => Err(wrong(field, "an amount in fen of at most 100 billion yuan wanted")),
        _ => Ok(()),
    }
}

fn at_least_one(field: &str, count: u32) -> Result<(), Malformed> {
    if count == 0 { Err(wrong(field, "at least 1 wanted")) } else { Ok(()) }
}

fn at_most(field: &str, count: usize, most: usize) -> Result<(), Malformed> {
    if count > most { Err(wrong(field, &format!("at most {most} wanted"))) } else { Ok(()) }
}

fn distinct<T: Ord + std::fmt::Display>(field: &str, items: impl Iterator<Item = T>) -> Result<(), Malformed> {
    let mut seen = BTreeSet::new();
    for item in items {
        if let Some(twice) = seen.replace(item) {
            return Err(wrong(field, &format!("{twice} stands twice; leave one out")));
        }
    }
    Ok(())
}

fn wrong(field: &str, why: &str) -> Malformed {
    Malformed::new(field, why)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::facts::Facts;
    use crate::hash::Blake3;
    use crate::matter::facts::LogSizes;
    use crate::statement::BodyRef;

    const NONCE: &str = "00112233445566778899aabbccddeeff";

    fn statement(kind: &str, facts: &Value, body: Option<&[u8]>) -> Statement {
        Statement {
            log: "a.example/log/990101101201/1".parse().unwrap(),
            by: ["a.example/990101101201/committee".parse().unwrap()].into(),
            kind: kind.parse().unwrap(),
            matter: Some("990101101201-2025-0001".parse().unwrap()),
            time: "2025-06-10T02:00:00Z".parse().unwrap(),
            facts: Facts::of(facts).unwrap(),
            body: body.map(BodyRef::of),
        }
    }

    fn facts_of(kind: &str, facts: &Value) -> Result<(), Malformed> {
        check_facts(&statement(kind, facts, None))
    }

    /// `good` with `field` set to `value`, or taken away where it is null.
    fn with(good: &Value, field: &str, value: Value) -> Value {
        let mut facts = good.clone();
        if value.is_null() {
            facts.as_object_mut().unwrap().remove(field);
        } else {
            facts[field] = value;
        }
        facts
    }

    fn topic() -> Value {
        let rules = Blake3::of(b"pack").to_string();
        json!({"basis": "vital-interest", "category": "sanitation", "decision": "confirmed", "method": "four-two", "rules": rules})
    }

    #[test]
    fn a_date_is_of_the_time_before_signing_and_not_of_a_mistyped_year() {
        for (date, field) in [("2025-06-10", None), ("1949-10-01", None), ("1026-12-24", Some("date")), ("2025-06-12", Some("date"))] {
            let step = json!({"date": date, "method": "four-two", "round": 1, "step": "propose"});
            assert_eq!(facts_of("step", &step).err().map(|fault| fault.field).as_deref(), field, "{date}");
        }
    }

    fn outcome() -> Value {
        json!({"commitments": [{"budget": 1_850_000, "due": "2025-09-30", "id": "c1", "reporter": "committee"}], "result": "consensus", "round": 1})
    }

    fn step() -> Value {
        let tally = json!({"due": 42, "options": [{"code": "for", "count": 33}], "present": 36, "unit": "representatives"});
        json!({"date": "2025-06-09", "method": "four-two", "round": 1, "step": "resolve", "tallies": [tally]})
    }

    fn target() -> Value {
        json!({"id": Blake3::of(b"").to_string(), "index": 3, "log": "a.example/log/990101101201/1"})
    }

    #[test]
    fn each_kind_is_taken_in_its_plain_form() {
        for (kind, facts) in [
            ("topic", topic()),
            ("step", step()),
            ("outcome", outcome()),
            ("objection", json!({"count": 2, "target": target()})),
            ("answer", json!({"finding": "partly", "target": target()})),
            ("plan", json!({"commitment": "c1", "due": "2025-10-31", "milestones": [{"id": "paving"}], "reason": "weather"})),
            ("progress", json!({"commitment": "c1", "milestone": "paving", "spent": 900_000})),
            ("problem", json!({"commitment": "c1"})),
            ("reopen", json!({"reason": "no-consensus", "round": 2})),
            ("completion", json!({"commitment": "c1", "cost": 1_790_000, "date": "2025-06-10"})),
            ("verification", json!({"checks": ["on-site", "vouchers"], "target": target(), "verdict": "rejected"})),
            ("result", json!({"commitments": [{"actual": "2025-06-01", "cost": 1, "id": "c1"}], "posted": ["notice-board"]})),
            ("feedback", json!({"fixed": 3, "gathered": "paper", "not": 1, "partly": 0, "unknown": 2})),
            ("termination", json!({"reason": "impossible", "resolution": target()})),
        ] {
            facts_of(kind, &facts).unwrap_or_else(|fault| panic!("{kind}: {fault}"));
        }
    }

    fn of_no_matter(kind: &str, facts: &Value) -> Statement {
        Statement { matter: None, ..statement(kind, facts, None) }
    }

    fn assessment() -> Value {
        json!({
            "consequences": [{"consequence": "rectify", "place": "990101101000"}], "formulas": 1, "logs": LogSizes::default().hash().to_string(),
            "indicators": [{"code": "verified", "had": 3, "of": 9}, {"code": "days-to-done", "had": 8, "median-halves": 91}],
            "period": {"from": "2025-01-01", "until": "2025-06-30"}
        })
    }

    fn item() -> Value {
        json!({"category": "sanitation", "code": "s1", "duty": "must"})
    }

    fn head(log: &str) -> Value {
        json!({"log": log, "root": crate::merkle::Hash::EMPTY.to_string(), "size": 0})
    }

    #[test]
    fn each_kind_beside_a_matter_is_taken_in_its_plain_form_and_each_fault_names_its_field() {
        let order = json!({"action": "order", "deadline": "2025-07-01", "office": "990101101201/committee"});
        let blame = json!({"action": "accountability", "measure": "criticism", "office": "990101101201/committee"});
        let circular = json!({"ground": "slow-progress", "places": ["990101101201", "990101101202"], "to": "public"});
        let change = json!({"new": "2025-10-31", "old": "2025-09-30", "path": "commitments.0.due"});
        let redaction = json!({"ground": "personal-data", "hashes": [Blake3::of(b"x").to_string()], "target": target()});
        let observation = json!({"ground": "no-proof", "head": head("a.example/log/990101101201/1"), "held": 3});
        let evidence =
            json!({"contradicts": "same-size", "evidence": Blake3::of(b"").to_string(), "origin": "a.example/log/990101101201/1"});
        let rules = json!({"from": "2025-07-01", "pack": Blake3::of(b"pack").to_string()});
        let anchor = json!({"heads": [head("a.example/log/990101101201/1"), head("a.example/log/990101101201/2")]});
        let catalogue = json!({"items": [item()], "version": 1});
        let correction = json!({"changes": [change], "target": target()});
        let void = json!({"reason": "duplicate", "target": target()});
        for (kind, facts) in [
            ("rules", &rules),
            ("catalogue", &catalogue),
            ("countersign", &json!({"target": target()})),
            ("rectification", &order),
            ("rectification", &blame),
            ("circular", &circular),
            ("assessment", &assessment()),
            ("correction", &correction),
            ("void", &void),
            ("redaction", &redaction),
            ("evidence", &evidence),
            ("anchor", &anchor),
            ("observation", &observation),
        ] {
            check_facts(&of_no_matter(kind, facts)).unwrap_or_else(|fault| panic!("{kind}: {fault}"));
        }
        facts_of("evaluation", &json!({"how": ["files", "spot-check"], "rating": "good"})).unwrap();
        facts_of("rectification", &with(&order, "office", Value::Null)).unwrap();

        let indicator = |value: Value| with(&assessment(), "indicators", json!([value]));
        let changes = |value: Value| with(&correction, "changes", json!([value]));
        for (kind, facts, field) in [
            ("rules", with(&rules, "until", json!("2025-07-01")), "until"),
            ("rules", with(&rules, "replaces", rules["pack"].clone()), "replaces"),
            ("catalogue", with(&catalogue, "version", json!(0)), "version"),
            ("catalogue", with(&catalogue, "items", json!([item(), item()])), "items"),
            ("catalogue", with(&catalogue, "items", json!([with(&item(), "category", json!("drones"))])), "items.category"),
            ("rectification", with(&order, "deadline", Value::Null), "deadline"),
            ("rectification", with(&order, "deadline", json!("2025-06-01")), "deadline"),
            ("rectification", with(&order, "measure", json!("talk")), "measure"),
            ("rectification", with(&order, "office", Value::Null), "office"),
            ("rectification", with(&order, "office", json!("committee")), "office"),
            ("rectification", with(&order, "office", json!("990101101201/zhang-san")), "office"),
            // Of no division is there a body that its level does not have.
            ("rectification", with(&order, "office", json!("990101000000/committee")), "office"),
            ("rectification", with(&order, "office", json!("990101101000/supervisors")), "office"),
            ("rectification", with(&order, "office", json!("990101101201/government")), "office"),
            ("rectification", with(&blame, "measure", Value::Null), "measure"),
            ("rectification", with(&blame, "deadline", json!("2025-07-01")), "deadline"),
            ("circular", with(&circular, "places", json!(["990101101202", "990101101201"])), "places"),
            ("circular", with(&circular, "ground", json!("rumour")), "ground"),
            ("assessment", indicator(json!({"code": "verified", "had": 3, "of": 2})), "indicators.had"),
            ("assessment", indicator(json!({"code": "verified", "had": 3, "median-halves": 1, "of": 4})), "indicators.of"),
            ("assessment", with(&assessment(), "period", json!({"from": "2025-02-01", "until": "2025-01-01"})), "period.until"),
            ("assessment", with(&assessment(), "formulas", json!(0)), "formulas"),
            ("correction", with(&correction, "changes", Value::Null), "changes"),
            ("correction", changes(json!({"new": 1, "old": 1, "path": "round"})), "changes.round"),
            ("correction", changes(json!({"new": "张三", "path": "reporter"})), "changes.reporter"),
            ("void", with(&void, "reason", json!("regret")), "reason"),
            ("redaction", with(&redaction, "hashes", json!([])), "hashes"),
            ("redaction", with(&redaction, "ground", json!("shame")), "ground"),
            (
                "anchor",
                with(&anchor, "heads", json!([head("a.example/log/990101101201/2"), head("a.example/log/990101101201/1")])),
                "heads",
            ),
            ("observation", with(&observation, "ground", json!("hunch")), "ground"),
            ("evidence", with(&evidence, "contradicts", json!("taste")), "contradicts"),
        ] {
            let fault = check_facts(&of_no_matter(kind, &facts)).expect_err(&format!("{kind} {facts}"));
            assert_eq!(fault.field, field, "{kind} {facts}: {fault}");
        }
        for (kind, facts) in [("rules", &rules), ("catalogue", &catalogue), ("assessment", &assessment()), ("anchor", &anchor)] {
            assert_eq!(facts_of(kind, facts).unwrap_err().field, "matter", "{kind}");
        }
        assert_eq!(check_facts(&of_no_matter("evaluation", &json!({"rating": "good"}))).unwrap_err().field, "matter");
    }

    #[test]
    fn a_body_holds_what_the_facts_name() {
        let checked = |kind: &str, facts: &Value, body: &Value| {
            let bytes = body.to_string().into_bytes();
            let signed = Statement { matter: None, ..statement(kind, facts, Some(&bytes)) };
            check(&signed, Some(&bytes)).map_err(|fault| fault.field)
        };
        let text = include_str!("../../../config/rules/general.json");
        let rules = |text: &str| json!({"from": "2025-07-01", "pack": Blake3::of(text.as_bytes()).to_string()});
        assert_eq!(checked("rules", &rules(text), &json!({"nonce": NONCE, "pack": text})), Ok(()));
        assert_eq!(checked("rules", &rules(text), &json!({"nonce": NONCE, "pack": text.trim_end()})), Err("body.pack".into()));
        assert_eq!(checked("rules", &rules("{}"), &json!({"nonce": NONCE, "pack": "{}"})), Err("body.pack".into()));
        assert_eq!(checked("rules", &rules(text), &json!({"nonce": NONCE})), Err("body.pack".into()));
        let catalogue = json!({"items": [item()], "version": 1});
        assert_eq!(checked("catalogue", &catalogue, &json!({"items": {"s1": "垃圾清运"}, "nonce": NONCE})), Ok(()));
        assert_eq!(checked("catalogue", &catalogue, &json!({"nonce": NONCE})), Err("body.items.s1".into()));
        let sizes = LogSizes([("990101101201/1".parse().unwrap(), 35)].into());
        let figures = with(&assessment(), "logs", json!(sizes.hash().to_string()));
        assert_eq!(checked("assessment", &figures, &json!({"log-sizes": {"990101101201/1": 35}, "nonce": NONCE})), Ok(()));
        assert_eq!(
            checked("assessment", &figures, &json!({"log-sizes": {"990101101201/1": 36}, "nonce": NONCE})),
            Err("body.log-sizes".into())
        );
    }

    #[test]
    fn each_fault_names_its_field() {
        let promise = |field: &str, value: Value| json!({"commitments": [with(&outcome()["commitments"][0], field, value)], "result": "consensus", "round": 1});
        let tally = |field: &str, value: Value| with(&step(), "tallies", json!([with(&step()["tallies"][0], field, value)]));
        for (kind, facts, field) in [
            ("horoscope", json!({}), "kind"),
            ("topic", with(&topic(), "category", json!("drones")), "category"),
            ("topic", with(&topic(), "rules", Value::Null), "rules"),
            ("topic", with(&topic(), "decision", json!("declined")), "elsewhere"),
            ("topic", with(&topic(), "elsewhere", json!("township")), "elsewhere"),
            ("topic", with(&topic(), "area", json!(7)), "area"),
            ("topic", with(&topic(), "colour", json!("red")), "colour"),
            ("topic", with(&topic(), "date", json!("2024-12-31")), "matter"),
            ("topic", with(&topic(), "date", json!("20250601")), "date"),
            ("topic", with(&topic(), "links", json!([])), "links"),
            ("step", with(&step(), "round", json!(0)), "round"),
            ("step", with(&step(), "date", json!("2025-06-12")), "date"),
            ("step", with(&step(), "step", json!("dance")), "step"),
            ("step", tally("present", json!(43)), "tallies.present"),
            ("step", tally("options", json!([{"code": "for", "count": 37}])), "tallies.options"),
            ("step", tally("options", json!([{"code": "for", "count": 30}, {"code": "against", "count": 7}])), "tallies.options"),
            (
                "step",
                with(&step(), "participants", json!([{"count": 1, "kind": "resident"}, {"count": 2, "kind": "resident"}])),
                "participants",
            ),
            ("outcome", with(&outcome(), "commitments", Value::Null), "commitments"),
            ("outcome", with(&outcome(), "result", json!("no-action")), "commitments"),
            ("outcome", with(&outcome(), "drops", json!(["c1"])), "drops"),
            ("outcome", with(&outcome(), "notice-days", json!(400)), "notice-days"),
            ("outcome", promise("budget", json!(20_000_000_000_000_u64)), "commitments.budget"),
            ("outcome", promise("reporter", json!("contractor")), "commitments.reporter"),
            ("outcome", promise("responsible", json!("zhang-san")), "commitments.responsible"),
            ("outcome", promise("colour", json!("red")), "commitments.0.colour"),
            ("objection", json!({"count": 0, "target": target()}), "count"),
            ("plan", json!({"commitment": "c1"}), "plan"),
            ("problem", json!({}), "commitment"),
            ("problem", json!({"commitment": "c1", "round": 1}), "round"),
            ("reopen", json!({"reason": "no-consensus", "round": 1}), "round"),
            ("completion", json!({"commitment": "c1", "date": "2025-06-12"}), "date"),
            ("verification", json!({"checks": ["on-site", "on-site"], "target": target(), "verdict": "accepted"}), "checks"),
            ("feedback", json!({"fixed": 0, "gathered": "paper", "not": 0, "partly": 0, "unknown": 0}), "fixed"),
        ] {
            let fault = facts_of(kind, &facts).expect_err(&format!("{kind} {facts}"));
            assert_eq!(fault.field, field, "{kind} {facts}: {fault}");
        }
        for (kind, facts) in [
            ("verification", json!({"target": target(), "verdict": "mostly"})),
            ("completion", json!({"commitment": "张三", "date": "2025-06-10"})),
            ("progress", json!({"commitment": "c1", "spent": -5})),
        ] {
            assert!(facts_of(kind, &facts).is_err(), "{kind} {facts}");
        }
    }

    #[test]
    fn a_matter_is_named_and_bears_the_year_of_its_topic() {
        let mut unnamed = statement("topic", &topic(), None);
        unnamed.matter = None;
        assert_eq!(check_facts(&unnamed).unwrap_err().field, "matter");
        let mut next_year = statement("topic", &topic(), None);
        // New Year has come in China, and not yet in Greenwich.
        next_year.time = "2025-12-31T20:00:00Z".parse().unwrap();
        next_year.matter = Some("990101101201-2026-0001".parse().unwrap());
        assert_eq!(check_facts(&next_year), Ok(()));
        next_year.matter = Some("990101101201-2027-0001".parse().unwrap());
        assert_eq!(check_facts(&next_year).unwrap_err().field, "matter");
    }

    #[test]
    fn a_body_is_the_one_signed_and_says_what_people_need() {
        let checked = |kind: &str, facts: &Value, body: &Value| {
            let bytes = body.to_string().into_bytes();
            check(&statement(kind, facts, Some(&bytes)), Some(&bytes)).map_err(|fault| fault.field)
        };
        let titled = json!({"nonce": NONCE, "title": "修村西排水沟"});
        assert_eq!(checked("topic", &topic(), &titled), Ok(()));
        assert_eq!(checked("topic", &topic(), &json!({"nonce": NONCE})), Err("body.title".into()));
        assert_eq!(checked("topic", &topic(), &json!({"nonce": NONCE, "title": "长".repeat(81)})), Err("body.title".into()));
        assert_eq!(checked("topic", &topic(), &json!({"nonce": "short", "title": "x"})), Err("body.nonce".into()));
        assert_eq!(checked("outcome", &outcome(), &json!({"nonce": NONCE})), Err("body.commitments.c1.what".into()));
        let what = json!({"commitments": {"c1": {"later": 1, "what": "铺设排水管 420 米"}}, "nonce": NONCE, "later": {}});
        assert_eq!(checked("outcome", &outcome(), &what), Ok(()));

        let bytes = titled.to_string().into_bytes();
        let signed = statement("topic", &topic(), Some(&bytes));
        for other in [None, Some(&b"{}"[..])] {
            assert_eq!(check(&signed, other).unwrap_err().field, "body");
        }
        assert_eq!(check(&statement("topic", &topic(), None), Some(&bytes)).unwrap_err().field, "body");
    }
}
