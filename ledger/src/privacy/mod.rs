//! The privacy gate: finds in the words of a statement the numbers that single out a person, before anybody signs or logs them.
//!
//! Signed texts and their bodies are copied everywhere, so what should not have been said must not be said once. The gate looks at every
//! text, number and field name of the body, known or not, and at every text of the facts, for resident ids, mobile numbers and bank
//! cards ([`Number`] says exactly which). It tells the field and the characters, never the value, so a refusal can stand in a log.
//!
//! A signer who must publish such a number (the mobile number of a service hotline, say) names the field in the facts:
//! `"disclosed":["body.text"]` ([`Disclosed`]). That is signed, so it is seen for ever that it was meant. Office contacts in the body of an
//! `appoint` need no such word. Facts and names of fields are never excused.
//!
//! Out of scope: names, addresses, plates, the old ids of 15 digits (nothing in them can be checked), numbers spelled in characters, what
//! stands in attachments, and malice: who wants to publish a number finds a way, the gate is for those who did not mean to.
//! How well it finds is measured on `tests/privacy/list.tsv`; `docs/privacy.md` has the figures.

mod numbers;

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

pub use numbers::{Number, numbers};

use crate::Malformed;
use crate::facts::{Facts, Value};
use crate::statement::Statement;

/// The fact, open to every kind, that excuses fields of the body.
pub const DISCLOSED: &str = "disclosed";
/// Most fields that one statement may excuse: more is a text to be rewritten.
pub const MOST_DISCLOSED: usize = 16;
/// Longest path of a field, in bytes.
const LONGEST_PATH: usize = 128;
/// Longest name in a path: those of codes and fields here are shorter.
const LONGEST_NAME: usize = 32;
/// Most digits of a name in a path: too few for any number the gate knows, so that no path can hold one.
const MOST_DIGITS: usize = 8;
/// Stands in a path for a field whose name is no such name.
const UNNAMED: &str = "*";

/// A number in a text, by where it stands. The value is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The field, as a path: `body.commitments.c1.what`; `*` stands for a name that may itself say too much.
    pub field: String,
    /// Whether it is the name of the field that holds the number, and not its value.
    pub in_name: bool,
    /// What it looks like.
    pub number: Number,
    /// Its characters in the field, counted from 0.
    pub range: Range<usize>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.why())
    }
}

impl Finding {
    /// What was found, said beside its field.
    pub fn why(&self) -> String {
        let (place, first, last) = (if self.in_name { "name" } else { "text" }, self.range.start + 1, self.range.end);
        format!("characters {first} to {last} of the {place} look like {}", self.number)
    }
}

/// What was found and not excused; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Personal(Vec<Finding>);

impl Personal {
    /// The findings, in the order of the text.
    pub fn findings(&self) -> &[Finding] {
        &self.0
    }

    /// Whether the signer can say that it is meant: of values in the body, not of facts and not of names of fields.
    pub fn may_be_disclosed(&self) -> bool {
        self.0.iter().all(|finding| !finding.in_name && is_path(&finding.field))
    }

    /// The field of the first.
    pub fn field(&self) -> &str {
        self.0.first().map_or("", |finding| &finding.field)
    }
}

impl Personal {
    /// What was found, said beside the [`Self::field`].
    pub fn why(&self) -> String {
        let said = |(position, finding): (usize, &Finding)| if position == 0 { finding.why() } else { finding.to_string() };
        self.0.iter().enumerate().map(said).collect::<Vec<_>>().join("; ")
    }
}

impl fmt::Display for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field(), self.why())
    }
}

impl std::error::Error for Personal {}

/// Why a statement does not pass.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// It holds what looks like personal data.
    #[error("{0}")]
    Personal(Personal),
    /// Its word on what it discloses is wrong.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

/// Whether a statement with this body may be signed and logged.
pub fn check(statement: &Statement, body: Option<&[u8]>) -> Result<(), Stopped> {
    let disclosed = Disclosed::read(&statement.facts)?;
    let in_body = body.map(in_body).unwrap_or_default();
    if let Some(idle) = disclosed.fields.iter().find(|field| !in_body.iter().any(|finding| finding.excused_by(field))) {
        return Err(Malformed::new(DISCLOSED, format!("nothing was found in {idle} that needs it; leave it out")).into());
    }
    let is_office_contact = |finding: &Finding| {
        let contact = matches!(finding.field.as_str(), "body.phone" | "body.address" | "body.en.phone" | "body.en.address");
        statement.kind.as_str() == "appoint" && contact && finding.number == Number::Mobile && !finding.in_name
    };
    let mut found = in_facts(&statement.facts);
    found.extend(in_body.into_iter().filter(|finding| !is_office_contact(finding)).filter(|finding| !disclosed.excuses(finding)));
    if found.is_empty() { Ok(()) } else { Err(Stopped::Personal(Personal(found))) }
}

impl Finding {
    fn excused_by(&self, field: &str) -> bool {
        !self.in_name && self.field == field
    }
}

/// The fields of the body that the signer says hold such a number on purpose: sorted, distinct paths such as `body.commitments.c1.who`,
/// of lowercase words and positions in lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Disclosed {
    fields: Vec<String>,
}

impl Disclosed {
    /// Reads the fact `disclosed`; absent means none.
    pub fn read(facts: &Facts) -> Result<Self, Malformed> {
        let Some(value) = facts.fields().remove(DISCLOSED) else { return Ok(Self::default()) };
        let wrong = |why: String| Malformed::new(DISCLOSED, why);
        let Value::List(items) = value else {
            return Err(wrong("a list of fields wanted, such as [\"body.text\"]".to_owned()));
        };
        if items.is_empty() || items.len() > MOST_DISCLOSED {
            return Err(wrong(format!("1 to {MOST_DISCLOSED} fields wanted; leave it out if there is none")));
        }
        let path = |(position, item): (usize, &Value)| match item {
            Value::Text(text) if is_path(text) => Ok(text.clone()),
            _ => Err(wrong(format!("item {position} is no path of a field of the body, such as body.text or body.commitments.c1.what"))),
        };
        let fields = items.iter().enumerate().map(path).collect::<Result<Vec<_>, _>>()?;
        let sorted: BTreeSet<&String> = fields.iter().collect();
        if !sorted.into_iter().eq(&fields) {
            return Err(wrong("the fields must be sorted, each once".to_owned()));
        }
        Ok(Self { fields })
    }

    /// The paths.
    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    fn excuses(&self, finding: &Finding) -> bool {
        self.fields.iter().any(|field| finding.excused_by(field))
    }
}

fn is_path(text: &str) -> bool {
    let mut names = text.split('.');
    text.len() <= LONGEST_PATH && names.next() == Some("body") && {
        let mut names = names.peekable();
        names.peek().is_some() && names.all(is_name)
    }
}

/// A word or a position in a list, with too few digits to tell anything.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(plain) && digits <= MOST_DIGITS
}

/// All numbers in a body, in the order of its bytes. What is not JSON is looked at as one text.
pub fn in_body(body: &[u8]) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut read = serde_json::Deserializer::from_slice(body);
    let whole = Look { path: "body".to_owned(), found: &mut found }.deserialize(&mut read).is_ok() && read.end().is_ok();
    if !whole {
        found.clear();
        look("body", false, &String::from_utf8_lossy(body), &mut found);
    }
    found
}

fn in_facts(facts: &Facts) -> Vec<Finding> {
    fn walk(path: &str, value: &Value, found: &mut Vec<Finding>) {
        match value {
            Value::Text(text) => look(path, false, text, found),
            Value::List(items) => items.iter().enumerate().for_each(|(position, item)| walk(&format!("{path}.{position}"), item, found)),
            Value::Map(fields) => fields.iter().for_each(|(name, value)| walk(&under(path, name, found), value, found)),
            // Amounts and counts.
            Value::Bool(_) | Value::Integer(_) => {}
        }
    }
    let mut found = Vec::new();
    facts.fields().iter().for_each(|(name, value)| walk(&under("facts", name, &mut found), value, &mut found));
    found
}

/// The path of the field `name`; a number in the name itself is noted.
fn under(path: &str, name: &str, found: &mut Vec<Finding>) -> String {
    let path = format!("{path}.{}", if is_name(name) { name } else { UNNAMED });
    look(&path, true, name, found);
    path
}

fn look(field: &str, in_name: bool, text: &str, found: &mut Vec<Finding>) {
    found.extend(numbers(text).into_iter().map(|(number, range)| Finding { field: field.to_owned(), in_name, number, range }));
}

/// Looks at a JSON value as it is read, so that of two fields of one name both are seen.
struct Look<'f> {
    path: String,
    found: &'f mut Vec<Finding>,
}

impl<'de> DeserializeSeed<'de> for Look<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Look<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        look(&self.path, false, &value.to_string(), self.found);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        look(&self.path, false, &value.to_string(), self.found);
        Ok(())
    }

    /// What is written with a point or an exponent is no such number.
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        look(&self.path, false, text, self.found);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut position = 0_usize;
        while items.next_element_seed(Look { path: format!("{}.{position}", self.path), found: &mut *self.found })?.is_some() {
            position += 1;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        while let Some(name) = fields.next_key::<String>()? {
            let path = under(&self.path, &name, self.found);
            fields.next_value_seed(Look { path, found: &mut *self.found })?;
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::from_text(deserializer)
    }
}

#[cfg(test)]
mod tests;
