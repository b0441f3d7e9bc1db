//! Reading a pack: strict, bounded, each fault with its field. A rule passed over, or one that cannot hold, would judge wrongly.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{Deserializer, Error as _, MapAccess, Visitor};

use super::{CountRule, Fulfilment, Pack, Required, Rhythm, StepRule};
use crate::Malformed;
use crate::matter::codes::{CodeList as _, Method};

/// Longest text of a pack in bytes: escaped into JSON it still fits the 64 KiB of a body, with words beside it.
pub const LONGEST_PACK: usize = 24 * 1024;
/// Most days that a pack may ask for: a notice or an answer beyond a year is a slip of the pen, and sums of days stay far from overflow.
const MOST_DAYS: u16 = 366;
/// Most steps of a method: the longest in use has seven.
const MOST_STEPS: usize = 32;
/// Most rhythms of a calendar: there are four duties, each perhaps by month and by year.
const MOST_RHYTHMS: usize = 16;
/// Longest name in bytes: people say it.
const LONGEST_NAME: usize = 64;
/// Longest title, basis or article in characters: one is cited beside each judgement.
const LONGEST_CITATION: usize = 200;

impl Pack {
    /// Reads a pack; a field it does not know is refused, for a rule passed over would judge wrongly.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        if text.len() > LONGEST_PACK {
            return Err(Malformed::new("rules", format!("{} bytes, at most {LONGEST_PACK} wanted", text.len())));
        }
        let pack: Self = serde_json::from_str(text).map_err(|error| Malformed::new("rules", error.to_string()))?;
        pack.check()?;
        Ok(pack)
    }

    fn check(&self) -> Result<(), Malformed> {
        crate::names::word(&self.name, LONGEST_NAME)
            .ok_or_else(|| wrong("name", &format!("a lowercase word of at most {LONGEST_NAME} letters, digits and hyphens wanted")))?;
        citation("title.zh", &self.title.zh)?;
        citation("title.en", &self.title.en)?;
        if let (Some(from), Some(until)) = (self.in_force.from, self.in_force.until)
            && until <= from
        {
            return Err(wrong("in-force.until", "the first day no longer in force wanted; it comes after `from`"));
        }
        for (field, days) in [("notice", &self.notice), ("answer", &self.answer)] {
            check_days(&format!("{field}.days"), days.days)?;
            citation(&format!("{field}.basis"), &days.basis)?;
        }
        check_days("disclosure.resolution-days", self.disclosure.resolution_days)?;
        check_days("disclosure.result-days", self.disclosure.result_days)?;
        citation("disclosure.basis", &self.disclosure.basis)?;
        if self.methods.is_empty() && self.calendar.is_empty() {
            return Err(wrong("methods", "a pack holds a method, a calendar, or both"));
        }
        self.methods.iter().try_for_each(|(method, steps)| check_method(*method, steps))?;
        check_calendar(&self.calendar)
    }
}

fn check_method(method: Method, steps: &[StepRule]) -> Result<(), Malformed> {
    let field = |at: usize, name: &str| format!("methods.{method}.{at}.{name}");
    if steps.is_empty() || steps.len() > MOST_STEPS {
        return Err(wrong(&format!("methods.{method}"), &format!("1 to {MOST_STEPS} steps wanted")));
    }
    let mut seen = BTreeSet::new();
    for (at, rule) in steps.iter().enumerate() {
        if !seen.insert(rule.step) {
            return Err(wrong(&field(at, "step"), &format!("step {} stands twice", rule.step)));
        }
        if rule.by.is_empty() {
            return Err(wrong(&field(at, "by"), "name the offices that record this step"));
        }
        let of_step = rule.fulfilled_by == Fulfilment::Step;
        if !of_step && (rule.decides || rule.meeting || !rule.counts.is_empty()) {
            return Err(wrong(&field(at, "fulfilled-by"), "only a `step` statement tells of a meeting, a decision or counts"));
        }
        if rule.every_unit && rule.counts.len() < 2 {
            return Err(wrong(&field(at, "every-unit"), "two units or more have to be counted; leave it out otherwise"));
        }
        for (unit, count) in rule.counts.iter().enumerate() {
            check_count(&field(at, &format!("counts.{unit}")), count, &rule.counts[..unit])?;
        }
    }
    if steps.iter().all(|rule| rule.required == Required::Never) {
        return Err(wrong(&format!("methods.{method}"), "at least one step has to be required"));
    }
    Ok(())
}

fn check_count(field: &str, count: &CountRule, before: &[CountRule]) -> Result<(), Malformed> {
    if before.iter().any(|other| other.unit == count.unit) {
        return Err(wrong(&format!("{field}.unit"), &format!("{} stands twice", count.unit)));
    }
    if count.quorum.is_none() && count.majority.is_none() {
        return Err(wrong(&format!("{field}.majority"), "a quorum, a majority or both wanted"));
    }
    for (name, share) in [("quorum", count.quorum), ("majority", count.majority)] {
        if share.is_some_and(|share| !share.divides()) {
            return Err(wrong(&format!("{field}.{name}"), "this share is always reached, or never; it would judge nothing"));
        }
    }
    citation(&format!("{field}.article"), &count.article)
}

fn check_calendar(calendar: &[Rhythm]) -> Result<(), Malformed> {
    if calendar.len() > MOST_RHYTHMS {
        return Err(wrong("calendar", &format!("at most {MOST_RHYTHMS} wanted")));
    }
    for (at, rhythm) in calendar.iter().enumerate() {
        let field = |name: &str| format!("calendar.{at}.{name}");
        if !rhythm.duty.recurs() {
            return Err(wrong(&field("duty"), &format!("{} follows from a matter and has no rhythm of its own", rhythm.duty)));
        }
        if calendar[..at].iter().any(|other| (other.duty, other.every) == (rhythm.duty, rhythm.every)) {
            return Err(wrong(&field("duty"), &format!("{} stands twice for every {}", rhythm.duty, rhythm.every)));
        }
        check_days(&field("days"), rhythm.days)?;
        citation(&field("basis"), &rhythm.basis)?;
    }
    Ok(())
}

fn check_days(field: &str, days: u16) -> Result<(), Malformed> {
    if days > MOST_DAYS { Err(wrong(field, &format!("at most {MOST_DAYS} days wanted"))) } else { Ok(()) }
}

fn citation(field: &str, text: &str) -> Result<(), Malformed> {
    let good = !text.trim().is_empty() && text.chars().count() <= LONGEST_CITATION && !text.chars().any(char::is_control);
    if good { Ok(()) } else { Err(wrong(field, &format!("1 to {LONGEST_CITATION} characters on one line wanted"))) }
}

/// The field is one inside the pack: `rules.` stands before it.
fn wrong(field: &str, why: &str) -> Malformed {
    Malformed::new(format!("rules.{field}"), why)
}

/// The methods of a pack, none of them twice: of two, one would be passed over in silence.
pub(super) fn each_once<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<Method, Vec<StepRule>>, D::Error> {
    struct Methods;
    impl<'de> Visitor<'de> for Methods {
        type Value = BTreeMap<Method, Vec<StepRule>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("methods by name, each with its steps")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut methods = BTreeMap::new();
            while let Some((method, steps)) = map.next_entry::<Method, _>()? {
                if methods.insert(method, steps).is_some() {
                    return Err(A::Error::custom(format_args!("method `{}` stands twice", method.as_str())));
                }
            }
            Ok(methods)
        }
    }
    deserializer.deserialize_map(Methods)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn pack() -> Value {
        json!({
            "name": "ours", "title": {"zh": "本县规程", "en": "Ours"},
            "in-force": {"from": "2026-01-01", "until": "2031-01-01"},
            "notice": {"days": 7, "basis": "县规程"}, "answer": {"days": 10, "basis": "县规程"},
            "disclosure": {"resolution-days": 7, "result-days": 92, "basis": "县规程"},
            "methods": {"owners": [
                {"step": "collect", "required": "first-round", "by": ["owners"], "fulfilled-by": "topic"},
                {"step": "resolve", "required": "every-round", "by": ["owners"], "fulfilled-by": "step", "every-unit": true, "counts": [
                    {"unit": "owners", "quorum": ">= 2/3", "majority": "> 1/2", "article": "第278条"},
                    {"unit": "area", "quorum": ">= 2/3", "majority": "> 1/2", "article": "第278条"},
                ]},
            ]},
            "calendar": [{"days": 0, "duty": "disclosure", "every": "quarter", "basis": "第30条"}],
        })
    }

    #[test]
    fn a_full_pack_reads_and_writes_back() {
        let read = Pack::parse(&pack().to_string()).unwrap();
        assert_eq!(Pack::parse(&serde_json::to_string(&read).unwrap()), Ok(read));
    }

    #[test]
    fn each_fault_names_its_field() {
        let step = |name: &str| format!("/methods/owners/1{name}");
        for (pointer, value, field) in [
            ("/name".to_owned(), json!("Our Pack"), "rules.name"),
            ("/title/en".to_owned(), json!(" "), "rules.title.en"),
            ("/in-force/until".to_owned(), json!("2026-01-01"), "rules.in-force.until"),
            ("/notice/days".to_owned(), json!(400), "rules.notice.days"),
            ("/answer/basis".to_owned(), json!(""), "rules.answer.basis"),
            ("/disclosure/result-days".to_owned(), json!(367), "rules.disclosure.result-days"),
            ("/methods/owners".to_owned(), json!([]), "rules.methods.owners"),
            (step("/step"), json!("collect"), "rules.methods.owners.1.step"),
            (step("/by"), json!([]), "rules.methods.owners.1.by"),
            (step("/fulfilled-by"), json!("outcome"), "rules.methods.owners.1.fulfilled-by"),
            (step("/counts/1/unit"), json!("owners"), "rules.methods.owners.1.counts.1.unit"),
            (step("/counts/0/quorum"), json!("> 1/1"), "rules.methods.owners.1.counts.0.quorum"),
            (step("/counts/1/majority"), json!(">= 0/2"), "rules.methods.owners.1.counts.1.majority"),
            (step("/counts/0/article"), json!("a\nb"), "rules.methods.owners.1.counts.0.article"),
            (step("/counts"), json!([{"unit": "owners", "quorum": ">= 2/3", "article": "第278条"}]), "rules.methods.owners.1.every-unit"),
            ("/calendar/0/duty".to_owned(), json!("result"), "rules.calendar.0.duty"),
            ("/calendar/0/days".to_owned(), json!(400), "rules.calendar.0.days"),
            ("/calendar/0/basis".to_owned(), json!(""), "rules.calendar.0.basis"),
        ] {
            let mut faulty = pack();
            *faulty.pointer_mut(&pointer).unwrap() = value;
            assert_eq!(Pack::parse(&faulty.to_string()).unwrap_err().field, field, "{pointer}");
        }
    }

    #[test]
    fn what_would_be_passed_over_is_refused() {
        let text = pack().to_string();
        let unknown = text.replacen("\"name\"", "\"veto\": \"township\", \"name\"", 1);
        assert!(Pack::parse(&unknown).unwrap_err().why.contains("veto"));
        let twice = text.replacen("\"methods\":{", "\"methods\":{\"owners\":[],", 1);
        assert!(Pack::parse(&twice).unwrap_err().why.contains("twice"));
        let empty = json!({"methods": {}, "calendar": []});
        let mut nothing = pack();
        nothing.as_object_mut().unwrap().extend(empty.as_object().unwrap().clone());
        assert_eq!(Pack::parse(&nothing.to_string()).unwrap_err().field, "rules.methods");
        assert!(Pack::parse(&format!("{text}{}", " ".repeat(LONGEST_PACK))).is_err());
        assert!(Pack::parse(&format!("{text} {{}}")).is_err());
    }
}
