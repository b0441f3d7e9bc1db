//! The facts of a statement, told: each key by its name, each code by its label, amounts, dates and names as what they are.
//!
//! The one reading of facts for people: pages and previews print it, each in its own form. The schemas say which list a code is of, so a
//! kind, a field or a code that is added there is told here at once. Out of scope: sentences of a kind, names of places and offices (who
//! prints knows the registry). Invariant: a key or a word that is not known here is shown as it stands, never left out.

mod keys;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value as Schema;

use crate::facts::{Facts, Value};
use crate::key::VerifierKey;
use crate::matter::Reference;
use crate::matter::codes::{CodeList, Coded, KindCode};
use crate::matter::facts::{Bearer, Change, Correction, Fen};
use crate::matter::labels::Label;
use crate::names::{Division, MatterId, OfficeName, Origin};
use crate::schema::{self, choices};
use crate::statement::Kind;
use crate::time::Date;

/// Longest text that is still a word or a name; a longer one without a space is a hash or a root.
const LONGEST_NAME: usize = 40;

/// A word for people that is made or read, in two languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// In Chinese.
    pub zh: Cow<'static, str>,
    /// In English.
    pub en: Cow<'static, str>,
}

impl Wording {
    /// A word that nothing here knows.
    pub fn raw(word: &str) -> Self {
        Self { zh: Cow::Owned(word.to_owned()), en: Cow::Owned(word.to_owned()) }
    }
}

impl Label for Wording {
    fn zh(&self) -> Cow<'static, str> {
        self.zh.clone()
    }
    fn en(&self) -> Cow<'static, str> {
        self.en.clone()
    }
}

/// The label of a word that is read as text and belongs to a list; as it stands where the list has no such word.
pub fn word<L: CodeList + Label>(word: &str) -> Wording {
    word.parse::<Coded<L>>().map_or_else(|_| Wording::raw(word), |code| Wording { zh: code.zh(), en: code.en() })
}

/// Facts by name, in the order of their keys.
pub type Group = Vec<(Wording, Told)>;

/// One fact as what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Facts that stand together.
    Group(Group),
    /// Several of one kind.
    List(Vec<Told>),
    /// A code by its label.
    Label(Wording),
    /// An amount.
    Money(Fen),
    /// A civil date.
    Date(Date),
    /// A number.
    Number(i64),
    /// Yes or no.
    Yes(bool),
    /// Another statement.
    Reference(Reference),
    /// A place.
    Division(Division),
    /// An office.
    Office(OfficeName),
    /// Who bears a duty.
    Bearer(Bearer),
    /// A matter.
    Matter(MatterId),
    /// A log.
    Log(Origin),
    /// A public key.
    Key(VerifierKey),
    /// A text of several lines.
    Lines(String),
    /// What only a machine compares: a hash, a root.
    Exact(String),
    /// Anything else, as it stands.
    Text(String),
}

/// One change of a correction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Which fact.
    pub name: Wording,
    /// What stood there, if anything did.
    pub old: Option<Told>,
    /// What is right, if anything is.
    pub new: Option<Told>,
}

/// The facts of a statement of `kind`; `target` is the kind of what it corrects, where that is known.
pub fn facts(kind: &Kind, facts: &Facts, target: Option<&Kind>) -> Group {
    let mut fields = facts.fields();
    let code: Option<KindCode> = kind.as_str().parse().ok();
    let corrected = match code {
        Some(KindCode::Correction) => facts.read::<Correction>().ok().filter(|correction| !correction.changes.is_empty()),
        _ => None,
    };
    if corrected.is_some() {
        fields.remove("changes");
    }
    let schema = code.map_or(&Schema::Null, schema_of);
    let mut told = Reader { whole: schema }.group("", &fields, schema);
    if let Some(correction) = corrected {
        let named = |key: &str, told: Option<Told>| told.map(|told| (keys::of("changes", key), told));
        let each = changes(target, &correction.changes).into_iter().map(|changed| {
            let parts = [named("path", Some(Told::Label(changed.name))), named("old", changed.old), named("new", changed.new)];
            Told::Group(parts.into_iter().flatten().collect())
        });
        told.insert(0, (keys::of("", "changes"), Told::List(each.collect())));
    }
    told
}

/// What a correction changes in a statement of `kind`. Where the kind is not known, it is one in which all these facts stand and every
/// code that was or is right belongs to its list.
pub fn changes(kind: Option<&Kind>, changes: &[Change]) -> Vec<Changed> {
    let fits = |kind: &KindCode| changes.iter().all(|change| Reader { whole: schema_of(*kind) }.fits(change));
    let kind = kind.and_then(|kind| kind.as_str().parse().ok()).or_else(|| KindCode::ALL.iter().copied().find(fits));
    let whole = kind.map_or(&Schema::Null, schema_of);
    changes.iter().map(|change| Reader { whole }.changed(change)).collect()
}

/// What the fact at a path is called: `commitments.0.due` is 第 1 项承诺 · 期限.
pub fn name(path: &str) -> Wording {
    let mut names: Vec<Wording> = Vec::new();
    let mut group = "";
    for part in path.split('.') {
        if let (Ok(position), Some(list)) = (part.parse::<usize>(), names.last_mut()) {
            let number = position.saturating_add(1);
            *list = Wording { zh: format!("第 {number} 项{}", list.zh).into(), en: format!("{} {number}", list.en).into() };
        } else {
            names.push(keys::of(group, part));
            group = part;
        }
    }
    let joined = |in_language: fn(&Wording) -> &str| names.iter().map(in_language).collect::<Vec<_>>().join(" · ").into();
    Wording { zh: joined(|name| &name.zh), en: joined(|name| &name.en) }
}

fn schema_of(kind: KindCode) -> &'static Schema {
    static ALL: LazyLock<BTreeMap<&str, Schema>> =
        LazyLock::new(|| KindCode::ALL.iter().map(|kind| (kind.as_str(), schema::of_kind(*kind))).collect());
    ALL.get(kind.as_str()).unwrap_or(&Schema::Null)
}

/// Reads values beside the schema that names their codes.
#[derive(Clone, Copy)]
struct Reader {
    whole: &'static Schema,
}

impl Reader {
    fn group(self, group: &str, fields: &BTreeMap<String, Value>, schema: &'static Schema) -> Group {
        // Of a log's size, and not of a day.
        let name = |key: &str, value: &Value| match (key, value) {
            ("from", Value::Integer(_)) => Wording { zh: "自第几条起".into(), en: "from how many records on".into() },
            _ => keys::of(group, key),
        };
        fields.iter().map(|(key, value)| (name(key, value), self.value(key, value, self.field(schema, key)))).collect()
    }

    fn value(self, key: &str, value: &Value, schema: &'static Schema) -> Told {
        match value {
            Value::Map(fields) => reference(value).map_or_else(|| Told::Group(self.group(key, fields, schema)), Told::Reference),
            Value::List(items) => {
                let each = self.resolved(schema.get("items").unwrap_or(&Schema::Null));
                Told::List(items.iter().map(|item| self.value(key, item, each)).collect())
            }
            Value::Text(text) => self.text(text, schema),
            Value::Bool(yes) => Told::Yes(*yes),
            Value::Integer(number) => match u64::try_from(*number) {
                Ok(fen) if Fen::stands_at(key) => Told::Money(Fen(fen)),
                _ => Told::Number(*number),
            },
        }
    }

    fn text(self, text: &str, schema: &'static Schema) -> Told {
        if let Some(label) = self.label(schema, text) {
            let (zh, en) = label.split_once(" / ").unwrap_or((label, label));
            return Told::Label(Wording { zh: zh.into(), en: en.into() });
        }
        let bearer = || text.parse().ok().filter(|_| text.contains('/')).map(Told::Bearer);
        text.parse()
            .map(Told::Date)
            .or_else(|_| text.parse().map(Told::Matter))
            .or_else(|_| text.parse().map(Told::Division))
            .or_else(|_| text.parse().map(Told::Office))
            .or_else(|_| text.parse().map(Told::Log))
            .or_else(|_| text.parse().map(Told::Key))
            .ok()
            .or_else(bearer)
            .unwrap_or_else(|| match text {
                text if text.contains('\n') => Told::Lines(text.to_owned()),
                text if text.len() > LONGEST_NAME && !text.contains(' ') => Told::Exact(text.to_owned()),
                text => Told::Text(text.to_owned()),
            })
    }

    fn field(self, schema: &'static Schema, key: &str) -> &'static Schema {
        self.resolved(schema.get("properties").and_then(|properties| properties.get(key)).unwrap_or(&Schema::Null))
    }

    fn resolved(self, schema: &'static Schema) -> &'static Schema {
        schema::resolved(self.whole, schema)
    }

    /// The label of a code in the lists that a schema spells out.
    fn label(self, schema: &'static Schema, code: &str) -> Option<&'static str> {
        let schema = self.resolved(schema);
        if schema.get("const").and_then(Schema::as_str) == Some(code) {
            return schema.get("title").and_then(Schema::as_str);
        }
        choices(schema).find_map(|choice| self.label(choice, code))
    }

    fn at(self, path: &str) -> &'static Schema {
        path.split('.').fold(self.whole, |schema, part| match part.parse::<usize>() {
            Ok(_) => self.resolved(schema.get("items").unwrap_or(&Schema::Null)),
            Err(_) => self.field(schema, part),
        })
    }

    fn fits(self, change: &Change) -> bool {
        let schema = self.at(change.path.as_str());
        let known = |value: &Option<Value>| match value {
            Some(Value::Text(word)) if choices(schema).next().is_some() => self.label(schema, word).is_some(),
            _ => true,
        };
        !schema.is_null() && known(&change.old) && known(&change.new)
    }

    fn changed(self, change: &Change) -> Changed {
        let path = change.path.as_str();
        let key = path.rsplit('.').find(|part| part.parse::<usize>().is_err()).unwrap_or(path);
        let told = |value: &Option<Value>| value.as_ref().map(|value| self.value(key, value, self.at(path)));
        Changed { name: name(path), old: told(&change.old), new: told(&change.new) }
    }
}

/// The statement that a fact refers to, if that is what it holds.
pub fn reference(fact: &Value) -> Option<Reference> {
    let Value::Map(fields) = fact else { return None };
    match (fields.len(), fields.get("log"), fields.get("index"), fields.get("id")) {
        (3, Some(Value::Text(log)), Some(Value::Integer(index)), Some(Value::Text(id))) => {
            Some(Reference { log: log.parse().ok()?, index: u64::try_from(*index).ok()?, id: id.parse().ok()? })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::matter::codes::{List, lists};

    fn kind(code: KindCode) -> Kind {
        code.as_str().parse().unwrap()
    }

    /// Every word of what is told, in Chinese, names of keys first.
    fn words(told: &Told, names: &mut Vec<Wording>, texts: &mut Vec<String>, labels: &mut usize) {
        match told {
            Told::Group(group) => group.iter().for_each(|(name, told)| {
                names.push(name.clone());
                words(told, names, texts, labels);
            }),
            Told::List(items) => items.iter().for_each(|item| words(item, names, texts, labels)),
            Told::Text(text) => texts.push(text.clone()),
            Told::Label(_) => *labels += 1,
            _ => {}
        }
    }

    #[test]
    fn every_code_and_every_key_of_every_kind_is_told_in_words() {
        let codes: BTreeSet<&str> = lists().iter().flat_map(|list: &List| list.codes.iter().map(|code| code.code)).collect();
        let (mut told_labels, mut told_names) = (0, 0);
        for code in KindCode::ALL {
            for sample in schema::samples(*code) {
                let sample = Facts::of(&sample).unwrap();
                let told = Told::Group(facts(&kind(*code), &sample, None));
                let (mut names, mut texts) = (Vec::new(), Vec::new());
                words(&told, &mut names, &mut texts, &mut told_labels);
                told_names += names.len();
                for name in names {
                    assert!(name.zh.chars().any(|each| each > '\u{2e7f}'), "{code}: {name:?} in {}", sample.as_str());
                }
                assert!(texts.iter().all(|text| !codes.contains(text.as_str())), "{code}: {texts:?} in {}", sample.as_str());
            }
        }
        assert!(told_labels > 400 && told_names > 1000, "{told_labels} {told_names}");
    }

    #[test]
    fn corrected_codes_are_told_by_the_kind_they_fit() {
        let changed = |what: serde_json::Value| changes(None, &serde_json::from_value::<Vec<Change>>(what).unwrap());
        let category = changed(json!([{"path": "category", "old": "public-affairs", "new": "irrigation"}]));
        let [Changed { name: fact, old: Some(Told::Label(old)), new: Some(Told::Label(new)) }] = category.as_slice() else {
            panic!("{category:?}")
        };
        assert_eq!((&*fact.zh, &*old.zh, &*new.en), ("类别", "公共事务", "Farmland irrigation"));
        let plan = changed(json!([{"path": "reason", "old": "other"}]));
        assert_eq!(plan[0].old, Some(Told::Label(Wording { zh: "其他".into(), en: "other".into() })));
        let raised = changed(json!([{"path": "raised.by", "old": "representatives-jointly", "new": "residents"}]));
        assert_eq!(raised[0].new, Some(Told::Label(Wording { zh: "居民群众".into(), en: "residents".into() })));
        assert_eq!(changed(json!([{"path": "cost", "old": 100, "new": 200}]))[0].new, Some(Told::Money(Fen(200))));
        assert_eq!(changed(json!([{"path": "colour", "new": "red"}]))[0].name, Wording::raw("colour"));
        assert_eq!(name("commitments.0.due"), Wording { zh: "第 1 项承诺 · 期限".into(), en: "promises 1 · due date".into() });
    }
}
