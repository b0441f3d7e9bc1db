//! Kinds that mend what was said before: correction, void, redaction. Nothing is edited: the first words stay in the log and in view.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Malformed;
use crate::facts::{Facts, Value};
use crate::hash::Blake3;
use crate::matter::Reference;
use crate::matter::codes::{Coded, RedactionGround, VoidReason};
use crate::time::Date;

/// Longest path to a fact in bytes.
const LONGEST_PATH: usize = 128;
/// Furthest item of a list that a path may name: facts are one line of 8 KiB.
const FURTHEST: usize = 9_999;

/// 更正: facts that were told wrongly, each old and new. With a body and no facts, only the words are corrected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Correction {
    /// 更正内容, each path once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// 更正日期, where it is not the day of signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// What is corrected.
    pub target: Reference,
}

/// One fact, old and new.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Change {
    /// 更正后; absent where the fact is taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<Value>,
    /// 更正前, exactly as it stands; absent where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<Value>,
    /// Which fact.
    pub path: FactPath,
}

impl Correction {
    /// The facts of the target with the changes made. Each old value has to be what stands there; the error names the path.
    pub fn apply(&self, facts: &Facts) -> Result<Facts, Malformed> {
        let mut whole = Value::Map(facts.fields());
        for change in &self.changes {
            change.make(&mut whole)?;
        }
        Facts::of(&whole)
    }
}

impl Change {
    fn make(&self, whole: &mut Value) -> Result<(), Malformed> {
        let wrong = |why: &str| Malformed::new(&self.path.0, why);
        let (above, last) = match self.path.0.rsplit_once('.') {
            Some((above, last)) => (above.split('.').collect(), last),
            None => (Vec::new(), self.path.0.as_str()),
        };
        let mut at = whole;
        for step in above {
            at = match at {
                Value::Map(fields) => fields.get_mut(step),
                Value::List(items) => step.parse().ok().and_then(|position: usize| items.get_mut(position)),
                _ => None,
            }
            .ok_or_else(|| wrong("no such fact in the statement that is corrected"))?;
        }
        let stands = match at {
            Value::Map(fields) => fields.get(last),
            Value::List(items) => last.parse().ok().and_then(|position: usize| items.get(position)),
            _ => return Err(wrong("no such fact in the statement that is corrected")),
        };
        if stands != self.old.as_ref() {
            return Err(wrong("the old value is not what the statement says; give it exactly, or leave it out where there was none"));
        }
        match (at, &self.new) {
            (Value::Map(fields), Some(new)) => {
                fields.insert(last.to_owned(), new.clone());
            }
            (Value::Map(fields), None) => {
                fields.remove(last);
            }
            (Value::List(items), new) => {
                // What stands here was found above, or there is room for one more at the end.
                let position: usize = last.parse().map_err(|_| wrong("the number of an item wanted, from 0"))?;
                match (new, position < items.len()) {
                    (Some(new), true) => items[position] = new.clone(),
                    (Some(new), false) if position == items.len() => items.push(new.clone()),
                    (None, true) => {
                        items.remove(position);
                    }
                    _ => return Err(wrong("no such item; a new one comes right after the last")),
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// The path to a fact: keys and positions from 0, joined by dots, such as `commitments.0.due`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactPath(String);

impl FactPath {
    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for FactPath {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let key = |part: &str| crate::names::word(part, crate::matter::codes::LONGEST_WORD).is_some();
        let position = |part: &str| crate::decimal(part).and_then(|number| usize::try_from(number).ok()).is_some_and(|at| at <= FURTHEST);
        let good = text.len() <= LONGEST_PATH
            && text.split('.').next().is_some_and(key)
            && text.split('.').all(|part| key(part) || position(part));
        good.then(|| Self(text.to_owned()))
            .ok_or_else(|| Malformed::new("path", "keys and positions from 0 joined by dots wanted, such as commitments.0.due"))
    }
}

impl fmt::Display for FactPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for FactPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for FactPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FactPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::from_text(deserializer)
    }
}

/// 撤回误录 (kind `void`): a statement that should not stand here. It stays visible, and counts nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Withdrawal {
    /// 日期, where it is not the day of signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// 原因
    pub reason: Coded<VoidReason>,
    /// What is taken back.
    pub target: Reference,
}

/// 隐私删除: words or attachments of a statement are erased on every honest node. Its facts, hashes and proofs stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Redaction {
    /// 日期, where it is not the day of signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// 理由
    pub ground: Coded<RedactionGround>,
    /// What is erased: the BLAKE3 of the target's body, or of attachments that it names; sorted and distinct.
    pub hashes: Vec<Blake3>,
    /// Whose.
    pub target: Reference,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn corrected(changes: &serde_json::Value) -> Result<String, Malformed> {
        let facts = Facts::of(&json!({"commitments": [{"due": "2025-09-30", "id": "c1"}], "result": "consensus", "round": 1}))?;
        let target = json!({"id": Blake3::of(b""), "index": 3, "log": "a.example/log/990101101201/1"});
        let correction: Correction = Facts::of(&json!({"changes": changes, "target": target}))?.read()?;
        Ok(correction.apply(&facts)?.as_str().to_owned())
    }

    #[test]
    fn a_fact_is_replaced_added_and_taken_away() {
        assert_eq!(
            corrected(&json!([
                {"new": "2025-10-31", "old": "2025-09-30", "path": "commitments.0.due"},
                {"new": 100, "path": "commitments.0.budget"},
                {"new": {"due": "2025-12-01", "id": "c2"}, "path": "commitments.1"},
                {"old": 1, "path": "round"},
            ])),
            Ok(concat!(
                r#"{"commitments":[{"budget":100,"due":"2025-10-31","id":"c1"},{"due":"2025-12-01","id":"c2"}],"#,
                r#""result":"consensus"}"#
            )
            .to_owned())
        );
    }

    #[test]
    fn what_did_not_stand_there_is_not_corrected() {
        for change in [
            json!({"new": "2025-10-31", "old": "2025-09-29", "path": "commitments.0.due"}),
            json!({"new": "2025-10-31", "path": "commitments.0.due"}),
            json!({"new": 1, "old": 2, "path": "commitments.3.budget"}),
            json!({"new": 1, "path": "commitments.2"}),
            json!({"new": 1, "path": "commitments.first"}),
            json!({"new": 1, "path": "result.more"}),
            json!({"old": 1, "path": "colour"}),
        ] {
            assert!(corrected(&json!([change])).is_err(), "{change}");
        }
    }

    #[test]
    fn a_path_has_one_spelling() {
        for good in ["due", "commitments.0.due", "median-halves"] {
            assert_eq!(good.parse::<FactPath>().unwrap().as_str(), good);
        }
        for bad in ["", ".", "0", "a.", ".a", "a.01", "a.-1", "a..b", "A", "a.99999", "名"] {
            assert!(bad.parse::<FactPath>().is_err(), "{bad}");
        }
    }
}
