//! Facts: the one line of strict JSON that the registry and the folds read.
//!
//! Canonical means: object keys unique and sorted by their UTF-8 bytes, no white space, integers within ±(2^53−1) without exponent,
//! no floats, no `null`, the shortest escapes, depth at most [`DEPTH`]. A text is accepted only when it equals its own canonical form:
//! refuse, never repair.

mod canonical;

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeOwned, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

use crate::Malformed;

/// Deepest nesting of objects and lists; the facts object itself is depth 1.
pub const DEPTH: usize = 8;
/// Longest facts line, in bytes.
pub const LONGEST: usize = 8 * 1024;
/// Integers a reader in any language holds exactly.
const INTEGER: u64 = (1 << 53) - 1;

/// A value inside facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `true` or `false`.
    Bool(bool),
    /// An integer within ±(2^53−1).
    Integer(i64),
    /// A code, key, date or reference; free text belongs in the body.
    Text(String),
    /// An ordered list.
    List(Vec<Value>),
    /// An object.
    Map(BTreeMap<String, Value>),
}

impl Value {
    fn depth(&self) -> usize {
        match self {
            Self::Bool(_) | Self::Integer(_) | Self::Text(_) => 0,
            Self::List(items) => 1 + items.iter().map(Self::depth).max().unwrap_or(0),
            Self::Map(fields) => 1 + fields.values().map(Self::depth).max().unwrap_or(0),
        }
    }
}

impl Value {
    /// Whether this is `other`, but for further fields of objects.
    fn holds(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Map(held), Self::Map(other)) => other.iter().all(|(key, value)| held.get(key).is_some_and(|held| held.holds(value))),
            (Self::List(held), Self::List(other)) => {
                held.len() == other.len() && held.iter().zip(other).all(|(held, other)| held.holds(other))
            }
            (held, other) => held == other,
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| list.serialize_element(item))?;
                list.end()
            }
            Self::Map(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                fields.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Strict;
        impl<'de> Visitor<'de> for Strict {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false, an integer, a text, a list or an object")
            }
            fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
                Ok(Value::Bool(value))
            }
            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Value, E> {
                if value.unsigned_abs() <= INTEGER { Ok(Value::Integer(value)) } else { Err(E::custom("integer beyond ±(2^53−1)")) }
            }
            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
                i64::try_from(value).map_err(|_| E::custom("integer beyond ±(2^53−1)")).and_then(|value| self.visit_i64(value))
            }
            fn visit_str<E>(self, value: &str) -> Result<Value, E> {
                Ok(Value::Text(value.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element()? {
                    items.push(item);
                }
                Ok(Value::List(items))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
                let mut fields = BTreeMap::new();
                while let Some((key, value)) = map.next_entry::<String, Value>()? {
                    if fields.contains_key(&key) {
                        return Err(A::Error::custom(format_args!("key \"{key}\" twice")));
                    }
                    fields.insert(key, value);
                }
                Ok(Value::Map(fields))
            }
        }
        deserializer.deserialize_any(Strict)
    }
}

/// A statement's facts, canonical by construction. Held as their text alone: logs are read by the million entries, and few readers ask for
/// the fields.
#[derive(Clone, PartialEq, Eq)]
pub struct Facts(SmolStr);

impl Facts {
    /// Reads a facts line; only the canonical form is accepted.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let wrong = |why: String| Malformed::new("facts", why);
        if text.len() > LONGEST {
            return Err(wrong(format!("{} bytes, at most {LONGEST} allowed", text.len())));
        }
        if canonical::is_surely(text) {
            return Ok(Self(text.into()));
        }
        let value: Value = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        let facts = Self::from_value(&value, text.len())?;
        if facts.0 == text {
            Ok(facts)
        } else {
            Err(wrong("not in canonical form: keys sorted, no white space, plain integers, shortest escapes".to_owned()))
        }
    }

    /// The facts a typed value stands for: absent options are left out, `null` is refused.
    pub fn of<T: Serialize>(typed: &T) -> Result<Self, Malformed> {
        let text = serde_json::to_string(typed).map_err(|error| Malformed::new("facts", error.to_string()))?;
        if text.len() <= LONGEST && canonical::is_surely(&text) {
            return Ok(Self(text.into()));
        }
        let value = serde_json::from_str(&text).map_err(|error| Malformed::new("facts", error.to_string()))?;
        Self::from_value(&value, text.len())
    }

    /// No facts: `{}`.
    pub fn empty() -> Self {
        Self(SmolStr::new_static("{}"))
    }

    /// Reads the facts as a type; fields it does not know are passed over. What it knows it must write back as it stands, so that a date
    /// or key that some reader takes in a second spelling is refused by all.
    pub fn read<T: DeserializeOwned + Serialize>(&self) -> Result<T, Malformed> {
        let typed: T = serde_json::from_str(&self.0).map_err(|_| fault_in::<T>(&self.0, "facts", ""))?;
        let written = serde_json::to_string(&typed).map_err(|error| Malformed::new("facts", error.to_string()))?;
        // Nearly always: nothing unknown, and the fields of every type stand in the order of their names.
        if self.0 == written {
            return Ok(typed);
        }
        let written: Value = serde_json::from_str(&written).map_err(|error| Malformed::new("facts", error.to_string()))?;
        let held = self.fields();
        for (key, value) in Self::from_value(&written, self.0.len())?.fields() {
            if !held.get(&key).is_some_and(|held| held.holds(&value)) {
                return Err(Malformed::new(key, format!("{} wanted", serde_json::to_string(&value).unwrap_or_default())));
            }
        }
        Ok(typed)
    }

    /// The canonical line.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The fields, for showing what no type here knows. Read anew at each call.
    pub fn fields(&self) -> BTreeMap<String, Value> {
        // What was read as an object once is read as one again.
        serde_json::from_str(&self.0).unwrap_or_default()
    }

    /// `length` is about how long its text will be.
    fn from_value(value: &Value, length: usize) -> Result<Self, Malformed> {
        if value.depth() > DEPTH {
            return Err(Malformed::new("facts", format!("nested deeper than {DEPTH}")));
        }
        let mut text = Vec::with_capacity(length);
        serde_json::to_writer(&mut text, value).map_err(|error| Malformed::new("facts", error.to_string()))?;
        let text = String::from_utf8(text).map_err(|_| Malformed::new("facts", "not UTF-8"))?;
        if text.len() > LONGEST {
            return Err(Malformed::new("facts", format!("{} bytes, at most {LONGEST} allowed", text.len())));
        }
        match value {
            Value::Map(_) => Ok(Self(text.into())),
            _ => Err(Malformed::new("facts", "an object wanted")),
        }
    }
}

/// What keeps `text` from being read as `T`: the path of the field after `prefix`, or `whole`. It reads a second time, since keeping the
/// path costs those that read well.
pub(crate) fn fault_in<T: DeserializeOwned>(text: &str, whole: &str, prefix: &str) -> Malformed {
    let read = serde_path_to_error::deserialize::<_, T>(&mut serde_json::Deserializer::from_str(text));
    let Err(fault) = read else { return Malformed::new(whole, "not one JSON object and nothing else") };
    let why = fault.inner().to_string();
    // Lines and columns of a text that nobody sees.
    let why = why.rsplit_once(" at line ").map_or(why.as_str(), |(why, _)| why);
    let missing = why.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
    let path = fault.path().to_string();
    let within = Some(path.as_str()).filter(|path| *path != ".");
    let field = [within, missing].into_iter().flatten().collect::<Vec<_>>().join(".");
    let field = if field.is_empty() { whole.to_owned() } else { format!("{prefix}{field}") };
    Malformed::new(field, if missing.is_some() { "wanted, and not there" } else { why })
}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_canonical_form_is_read() {
        for good in ["{}", r#"{"a":1,"b":[true,"x",{"c":-9007199254740991}]}"#, r#"{"\n":"\u0001é"}"#] {
            assert_eq!(Facts::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "[]",
            "1",
            "null",
            r#"{"a":null}"#,
            r#"{"a":1.0}"#,
            r#"{"a":1e3}"#,
            r#"{"a":-0}"#,
            r#"{"b":1,"a":1}"#,
            r#"{"a":1,"a":1}"#,
            r#"{"a": 1}"#,
            r#"{"a":1} "#,
            r#"{"a":9007199254740992}"#,
            r#"{"a":-9007199254740992}"#,
            r#"{"a":-9223372036854775808}"#,
            r#"{"a":18446744073709551615}"#,
            r#"{"a":-9223372036854775809}"#,
            r#"{"a":"\u0041"}"#,
            r#"{"a":"\/"}"#,
            r#"{"a":[[[[[[[[1]]]]]]]]}"#,
        ] {
            assert!(Facts::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_fault_names_the_field_by_its_path() {
        #[derive(Debug, Serialize, Deserialize)]
        struct Tally {
            due: u32,
        }
        #[derive(Debug, Serialize, Deserialize)]
        struct Typed {
            tallies: Vec<Tally>,
        }
        for (text, field, why) in [
            ("{}", "tallies", "wanted, and not there"),
            (r#"{"tallies":[{"due":1},{}]}"#, "tallies[1].due", "wanted, and not there"),
            (r#"{"tallies":[{"due":-3}]}"#, "tallies[0].due", "invalid value: integer `-3`, expected u32"),
            (r#"{"tallies":"x"}"#, "tallies", "invalid type: string \"x\", expected a sequence"),
        ] {
            let fault = Facts::parse(text).unwrap().read::<Typed>().unwrap_err();
            assert_eq!((fault.field.as_str(), fault.why.as_str()), (field, why), "{text}");
        }
        let fault = fault_in::<Typed>("[]", "body", "body.");
        assert_eq!(fault.field, "body");
        assert_eq!(fault_in::<Typed>("{}", "body", "body.").field, "body.tallies");
    }

    #[test]
    fn a_type_reads_only_what_it_would_write() {
        #[derive(Debug, Serialize, Deserialize)]
        struct Typed {
            due: Vec<crate::time::Date>,
        }
        let read = |text: &str| Facts::parse(text).unwrap().read::<Typed>();
        assert!(read(r#"{"due":["2026-03-31"],"unknown":{"a":1}}"#).is_ok());
        for bad in ["20260331", "2026-03-31T05:00", "+002026-03-31", "2026-03-31T00:00:00+08:00"] {
            assert!(read(&format!(r#"{{"due":["2026-01-01","{bad}"]}}"#)).is_err(), "{bad}");
        }
    }
}
