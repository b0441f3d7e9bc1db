//! The kinds beside the life of a matter: those of a division, of those above, of a node, and those that mend.

use super::{MOST_ITEMS, at_least_one, at_most, check_bearer, check_codes, distinct, wrong};
use crate::Malformed;
use crate::facts::Value;
use crate::matter::codes::{CodeList as _, OfficeCode, RectificationAction};
use crate::matter::facts::{
    Anchor, Assessment, Catalogue, Change, Circular, Correction, Evaluation, Rectification, Redaction, RulesNotice, Said,
};
use crate::matter::pack::Pack;
use crate::matter::words::Words;
use crate::names::Division;
use crate::statement::Statement;

/// Most items of a catalogue: a page of them, within 8 KiB.
const MOST_CATALOGUE_ITEMS: usize = 128;
/// Most heads in one anchor, within 8 KiB.
const MOST_HEADS: usize = 48;
/// Most hashes in one redaction: a body and its 32 attachments.
const MOST_REDACTED: usize = 33;
/// Longest text as a corrected fact: codes, keys, dates and references are shorter.
const LONGEST_FACT: usize = 256;

pub(super) fn check_rules(rules: &RulesNotice) -> Result<(), Malformed> {
    if rules.until.is_some_and(|until| until <= rules.from) {
        return Err(wrong("until", "the first day no longer in force lies after the first day in force"));
    }
    if rules.replaces == Some(rules.pack) {
        return Err(wrong("replaces", "a pack does not replace itself; leave it out"));
    }
    Ok(())
}

pub(super) fn check_catalogue(catalogue: &Catalogue) -> Result<(), Malformed> {
    at_least_one("version", catalogue.version)?;
    if catalogue.items.is_empty() {
        return Err(wrong("items", "at least one item wanted"));
    }
    at_most("items", catalogue.items.len(), MOST_CATALOGUE_ITEMS)?;
    catalogue.items.iter().try_for_each(|item| item.category.check("items.category"))?;
    distinct("items", catalogue.items.iter().map(|item| item.code))
}

pub(super) fn check_evaluation(evaluation: &Evaluation) -> Result<(), Malformed> {
    evaluation.rating.check("rating")?;
    check_codes("how", &evaluation.how)
}

/// `home` is the division of the matter that the order names, if it names one.
pub(super) fn check_rectification(order: &Rectification, home: Option<Division>, signed: crate::time::Date) -> Result<(), Malformed> {
    if let Some(office) = order.office {
        check_bearer("office", Some(office), &[])?;
        let Some(division) = office.division.or(home) else {
            return Err(wrong("office", "without a matter say of which division, such as 410721101201/committee"));
        };
        let code = office.body.as_str().parse::<OfficeCode>();
        if code.is_ok_and(|code| !code.exists_at(division.level())) {
            return Err(wrong("office", &nobody(division)));
        }
    } else if home.is_none() {
        return Err(wrong("office", "without a matter say which office is addressed, such as 410721101201/committee"));
    }
    match (order.action, order.deadline, order.measure) {
        (RectificationAction::Order, None, _) => Err(wrong("deadline", "an order says by which day it is to be answered")),
        (RectificationAction::Order, Some(deadline), _) if deadline < signed => Err(wrong("deadline", "the day lies before the order")),
        (RectificationAction::Order, Some(_), Some(_)) => {
            Err(wrong("measure", "an order takes no measure; leave it out, or say accountability"))
        }
        (RectificationAction::Accountability, _, None) => Err(wrong("measure", "say what was done, such as criticism")),
        (RectificationAction::Accountability, Some(_), Some(_)) => {
            Err(wrong("deadline", "nothing is to be answered; leave it out, or say order"))
        }
        (RectificationAction::Accountability, None, Some(measure)) => measure.check("measure"),
        (RectificationAction::Order, Some(_), None) => Ok(()),
    }
}

/// Why nobody can be addressed in `division` by that word, and which offices there are.
fn nobody(division: Division) -> String {
    let offices = OfficeCode::ALL.iter().filter(|office| **office != OfficeCode::Node && office.exists_at(division.level()));
    let offices: Vec<&str> = offices.map(|office| office.as_str()).collect();
    format!("there is no such office in {division}; use one of {}", offices.join(", "))
}

pub(super) fn check_circular(circular: &Circular) -> Result<(), Malformed> {
    circular.ground.check("ground")?;
    if circular.places.is_empty() {
        return Err(wrong("places", "name at least one place"));
    }
    at_most("places", circular.places.len(), MOST_ITEMS)?;
    sorted("places", &circular.places)
}

pub(super) fn check_assessment(assessment: &Assessment) -> Result<(), Malformed> {
    at_least_one("formulas", assessment.formulas)?;
    if assessment.period.until < assessment.period.from {
        return Err(wrong("period.until", "the period ends before it begins"));
    }
    if assessment.indicators.is_empty() {
        return Err(wrong("indicators", "at least one figure wanted"));
    }
    at_most("indicators", assessment.indicators.len(), MOST_ITEMS)?;
    distinct("indicators", assessment.indicators.iter().map(|indicator| indicator.code))?;
    for indicator in &assessment.indicators {
        match (indicator.of, indicator.median_halves) {
            (Some(_), Some(_)) => return Err(wrong("indicators.of", &format!("{}: a share or a median, not both", indicator.code))),
            (Some(of), None) if indicator.had > of => {
                return Err(wrong("indicators.had", &format!("{}: more than the whole", indicator.code)));
            }
            _ => {}
        }
    }
    at_most("consequences", assessment.consequences.len(), MOST_ITEMS)?;
    distinct("consequences", assessment.consequences.iter().map(|consequence| consequence.place))?;
    assessment.consequences.iter().try_for_each(|each| each.consequence.check("consequences.consequence"))
}

pub(super) fn check_correction(correction: &Correction, statement: &Statement) -> Result<(), Malformed> {
    if correction.changes.is_empty() && statement.body.is_none() {
        return Err(wrong("changes", "nothing is corrected: give facts old and new, or a body with the right words"));
    }
    at_most("changes", correction.changes.len(), MOST_ITEMS)?;
    distinct("changes", correction.changes.iter().map(|change| &change.path))?;
    correction.changes.iter().try_for_each(check_change)
}

/// Facts hold no free text, so what a correction puts in holds none either. Whether it reads as the target's kind only the target tells.
fn check_change(change: &Change) -> Result<(), Malformed> {
    let path = format!("changes.{}", change.path);
    if change.old == change.new {
        return Err(wrong(&path, "old and new are the same; leave it out"));
    }
    match &change.new {
        Some(new) if !is_plain(new) => Err(wrong(&path, "codes, dates, numbers and references wanted; words belong in the body")),
        _ => Ok(()),
    }
}

fn is_plain(value: &Value) -> bool {
    match value {
        Value::Bool(_) | Value::Integer(_) => true,
        Value::Text(text) => text.len() <= LONGEST_FACT && text.bytes().all(|byte| byte.is_ascii_graphic()),
        Value::List(items) => items.iter().all(is_plain),
        Value::Map(fields) => fields.values().all(is_plain),
    }
}

pub(super) fn check_redaction(redaction: &Redaction) -> Result<(), Malformed> {
    redaction.ground.check("ground")?;
    if redaction.hashes.is_empty() {
        return Err(wrong("hashes", "name the body or the attachments that are to be erased, by their BLAKE3"));
    }
    at_most("hashes", redaction.hashes.len(), MOST_REDACTED)?;
    sorted("hashes", &redaction.hashes)
}

pub(super) fn check_anchor(anchor: &Anchor) -> Result<(), Malformed> {
    if anchor.heads.is_empty() {
        return Err(wrong("heads", "at least one head wanted"));
    }
    at_most("heads", anchor.heads.len(), MOST_HEADS)?;
    sorted("heads", &anchor.heads.iter().map(|head| &head.log).collect::<Vec<_>>())
}

/// What the words of these kinds must hold.
pub(super) fn check_words(said: &Said, words: Option<&Words>) -> Result<(), Malformed> {
    match said {
        Said::Rules(rules) => {
            let text = words
                .and_then(|words| words.pack.as_deref())
                .ok_or_else(|| wrong("body.pack", "put the whole text of the rule pack here"))?;
            if crate::hash::Blake3::of(text.as_bytes()) != rules.pack {
                return Err(wrong("body.pack", "not the text that facts name by BLAKE3"));
            }
            Pack::parse(text).map(|_| ()).map_err(|fault| wrong("body.pack", &fault.why))
        }
        Said::Catalogue(catalogue) => {
            let named = |code| words.and_then(|words| words.items.get(code)).is_some_and(|name| !name.trim().is_empty());
            match catalogue.items.iter().find(|item| !named(&item.code)) {
                Some(item) => Err(wrong(&format!("body.items.{}", item.code), "say in the body what the item is")),
                None => Ok(()),
            }
        }
        Said::Assessment(assessment) => match words.map(|words| words.log_sizes.hash()) {
            Some(hash) if hash == assessment.logs => Ok(()),
            _ => Err(wrong("body.log-sizes", "the sizes of the logs that were read wanted, those that facts name by BLAKE3")),
        },
        _ => Ok(()),
    }
}

fn sorted<T: Ord>(field: &str, items: &[T]) -> Result<(), Malformed> {
    if items.is_sorted_by(|a, b| a < b) { Ok(()) } else { Err(wrong(field, "sorted and distinct ones wanted")) }
}
