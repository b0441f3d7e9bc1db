//! From what people filled in to facts and words, with everything that is still wrong told at once.
//!
//! A line that stands in a draft is filled in or deleted: an empty one is never guessed. Dates may stand bare and numbers in quotes. Out of
//! scope: what one field means for another, which `ledger::matter::check` judges once every field is there.

use luodi_ledger::hash::Blake3;
use luodi_ledger::matter::codes::{KindCode, Method};
use luodi_ledger::matter::labels::Label as _;
use luodi_ledger::matter::pack::Packs;
use luodi_ledger::privacy::DISCLOSED;
use luodi_ledger::time::Date;
use serde_json::{Map, Value, json};

use super::shape::{Holds, Shape};
use crate::language::{Language, say};

/// Most codes named in one sentence; a longer list stands in the template above its field.
const MOST_NAMED: usize = 12;

/// A field that must be mended before anything is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Its path, such as `facts.commitments[0].due`.
    pub(super) at: String,
    /// What is wrong and what to do, in one sentence.
    pub(super) why: String,
}

/// What happens to a field that is not filled in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Absent {
    /// The statement cannot do without.
    Never,
    /// Its line may be deleted.
    Line,
    /// The section it stands in may be deleted, the field alone may not.
    Section,
}

/// Reads a draft of one kind.
pub(super) struct Filling {
    kind: Option<KindCode>,
    wrong: Vec<Wrong>,
    language: Language,
}

impl Filling {
    pub(super) fn of(kind: &str, language: Language) -> Self {
        Self { kind: kind.parse().ok(), wrong: Vec::new(), language }
    }

    /// What was found wrong, in the order of the draft.
    pub(super) fn wrong(self) -> Vec<Wrong> {
        self.wrong
    }

    /// The facts as they will be signed.
    pub(super) fn facts(&mut self, facts: toml::Table) -> Value {
        let schema = self.kind.map(luodi_ledger::schema::of_kind);
        let shape = schema.as_ref().map(Shape::of);
        let facts = self.section("facts", facts, shape.as_ref(), false);
        self.rules(&facts);
        facts
    }

    /// A topic names rules that hold its procedure: by others it would not be judged at all.
    fn rules(&mut self, facts: &Value) {
        let named = |field: &str| facts.get(field).and_then(Value::as_str);
        let (Some(KindCode::Topic), Some(rules), Some(method)) = (self.kind, named("rules"), named("method")) else { return };
        let (Ok(name), Ok(method)) = (rules.parse::<Blake3>(), method.parse::<Method>()) else { return };
        let packs = Packs::built_in();
        if packs.get(&name).is_none_or(|pack| pack.methods.contains_key(&method)) {
            return;
        }
        let language = self.language;
        let fits = packs.with(method).map(|(name, pack)| format!("{name} {}", language.pick(&pack.title.zh, &pack.title.en)));
        let fits = fits.collect::<Vec<_>>().join(language.pick("；", "; "));
        let why = say!(
            language,
            "这套规则里没有 {method}，会无法判定；对应的是 {fits}",
            "these rules hold no {method}, so nothing could be judged; those that do are {fits}"
        );
        self.fault("facts.rules".to_owned(), why);
    }

    fn section(&mut self, at: &str, fields: toml::Table, shape: Option<&Shape<'_>>, optional: bool) -> Value {
        let mut map = Map::new();
        let absent = |name: &str| match shape {
            Some(shape) if !shape.needs(name) => Absent::Line,
            _ if optional => Absent::Section,
            _ => Absent::Never,
        };
        if let Some(shape) = shape {
            for name in shape.fields().into_iter().filter(|name| shape.needs(name) && !fields.contains_key(*name)) {
                let why = self.missing(shape.field(name).as_ref(), absent(name), false);
                self.fault(format!("{at}.{name}"), why);
            }
        }
        for (name, value) in fields {
            let path = format!("{at}.{name}");
            let field = shape.and_then(|shape| shape.field(&name));
            if shape.is_some() && field.is_none() && !(at == "facts" && name == DISCLOSED) {
                let why = self.unknown(shape.map(Shape::fields).unwrap_or_default().as_slice());
                self.fault(path, why);
                continue;
            }
            let given = self.value(&path, value, field.as_ref(), absent(&name));
            map.insert(name, given);
        }
        map.into()
    }

    fn value(&mut self, at: &str, value: toml::Value, shape: Option<&Shape<'_>>, absent: Absent) -> Value {
        let holds = shape.map_or(Holds::Any, Shape::holds);
        let language = self.language;
        match (value, holds) {
            (toml::Value::String(text), _) if text.trim().is_empty() => {
                let why = self.missing(shape, absent, true);
                self.fault(at.to_owned(), why);
                Value::Null
            }
            (toml::Value::Array(items), _) if items.is_empty() => {
                let why = self.missing(shape, absent, true);
                self.fault(at.to_owned(), why);
                json!([])
            }
            (toml::Value::Float(_), _) => {
                let why = say!(
                    language,
                    "不能用小数；金额写成“分”，例如 18500.00 元写 1850000",
                    "no decimals; amounts are in fen, such as 1850000 for 18,500.00 yuan"
                );
                self.fault(at.to_owned(), why);
                Value::Null
            }
            (toml::Value::String(text), holds @ (Holds::Number | Holds::Fen)) => {
                if let Ok(number) = text.trim().parse::<i64>() {
                    return number.into();
                }
                let why = self.wanted(&holds);
                self.fault(at.to_owned(), say!(language, "“{text}”不是数字；{why}", "\"{text}\" is no number; {why}"));
                Value::Null
            }
            (toml::Value::String(text), Holds::Code(codes)) if !codes.contains(&text) => {
                let why = self.wanted(&Holds::Code(codes));
                self.fault(at.to_owned(), say!(language, "没有“{text}”这个代码；{why}", "\"{text}\" is no code of its list; {why}"));
                Value::Null
            }
            (toml::Value::String(text), Holds::Date) if text.parse::<Date>().is_err() => {
                let why = self.wanted(&Holds::Date);
                self.fault(at.to_owned(), say!(language, "“{text}”不是日期；{why}", "\"{text}\" is no day; {why}"));
                Value::Null
            }
            (toml::Value::Array(items), _) => {
                let each = shape.and_then(Shape::items);
                let items = items.into_iter().enumerate();
                items.map(|(number, item)| self.value(&format!("{at}[{number}]"), item, each.as_ref(), absent)).collect()
            }
            (toml::Value::Table(fields), _) => self.section(at, fields, shape, absent != Absent::Never),
            (toml::Value::String(text), _) => text.into(),
            (toml::Value::Integer(number), _) => number.into(),
            (toml::Value::Boolean(value), _) => value.into(),
            (toml::Value::Datetime(date), _) => date.to_string().into(),
        }
    }

    /// The words: what is left empty is left out, but for what people must be told.
    pub(super) fn words(&mut self, words: Option<toml::Table>, facts: &Value) -> Option<Value> {
        let words = match words.and_then(|words| self.word("body", toml::Value::Table(words))) {
            Some(Value::Object(words)) => words,
            _ => Map::new(),
        };
        let language = self.language;
        let said = |words: &Map<String, Value>, path: &[&str]| {
            let mut at = words.get(path[0]);
            for step in &path[1..] {
                at = at.and_then(|at| at.get(step));
            }
            at.and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty())
        };
        let mut needed: Vec<(Vec<String>, String)> = Vec::new();
        let mut need = |path: &[&str], why: String| needed.push((path.iter().map(|step| (*step).to_owned()).collect(), why));
        if self.kind == Some(KindCode::Topic) {
            need(&["title"], say!(language, "还没有填；写一个居民看得懂的标题", "not filled in; give it a title in plain words"));
        }
        if self.kind == Some(KindCode::Appoint) {
            need(
                &["name"],
                say!(language, "还没有填；写组织的全称，网页上显示它", "not filled in; give the full name of the body, which pages show"),
            );
        }
        if self.must_be_said(facts) {
            need(
                &["text"],
                say!(
                    language,
                    "还没有填；用一两句话说清楚，公布后人们看到的就是它",
                    "not filled in; say it in a sentence or two, for that is what people read"
                ),
            );
        }
        for (list, code, part) in [("commitments", "id", Some("what")), ("milestones", "id", None), ("items", "code", None)] {
            let ids = facts.get(list).and_then(Value::as_array).into_iter().flatten().filter_map(|item| item.get(code)?.as_str());
            if list == "commitments" && self.kind != Some(KindCode::Outcome) {
                continue;
            }
            for id in ids {
                let path: Vec<&str> = [list, id].into_iter().chain(part).collect();
                need(&path, say!(language, "还没有填；写明 {id} 是什么", "not filled in; say what {id} is"));
            }
        }
        for (path, why) in needed {
            let steps: Vec<&str> = path.iter().map(String::as_str).collect();
            if !said(&words, &steps) {
                self.fault(format!("body.{}", steps.join(".")), why);
            }
        }
        (!words.is_empty()).then(|| words.into())
    }

    /// Whether a statement says nothing to people without its text.
    fn must_be_said(&self, facts: &Value) -> bool {
        match self.kind {
            Some(
                KindCode::Topic
                | KindCode::Step
                | KindCode::Outcome
                | KindCode::Objection
                | KindCode::Answer
                | KindCode::Plan
                | KindCode::Progress
                | KindCode::Problem
                | KindCode::Reopen
                | KindCode::Completion
                | KindCode::Result
                | KindCode::Evaluation
                | KindCode::Termination
                | KindCode::Rectification
                | KindCode::Circular
                | KindCode::Correction,
            ) => true,
            // Whoever does not accept says why.
            Some(KindCode::Verification) => facts.get("verdict").is_some_and(|verdict| verdict != "accepted"),
            _ => false,
        }
    }

    /// A word or words as JSON; nothing for what is left empty.
    fn word(&mut self, at: &str, value: toml::Value) -> Option<Value> {
        Some(match value {
            toml::Value::String(text) if text.trim().is_empty() => return None,
            toml::Value::String(text) => text.into(),
            toml::Value::Integer(number) => number.into(),
            toml::Value::Boolean(value) => value.into(),
            toml::Value::Datetime(date) => date.to_string().into(),
            toml::Value::Float(_) => {
                let why = say!(self.language, "要写文字，加上引号", "words wanted, in quotes");
                self.fault(at.to_owned(), why);
                return None;
            }
            toml::Value::Array(items) => {
                let items = items.into_iter().enumerate();
                let items: Vec<Value> = items.filter_map(|(number, item)| self.word(&format!("{at}[{number}]"), item)).collect();
                if items.is_empty() {
                    return None;
                }
                items.into()
            }
            toml::Value::Table(fields) => {
                let mut map = Map::new();
                for (name, field) in fields {
                    if let Some(field) = self.word(&format!("{at}.{name}"), field) {
                        map.insert(name, field);
                    }
                }
                if map.is_empty() {
                    return None;
                }
                map.into()
            }
        })
    }

    fn fault(&mut self, at: String, why: String) {
        self.wrong.push(Wrong { at, why });
    }

    /// What to do about a field that is empty (`stands`) or not there.
    fn missing(&self, shape: Option<&Shape<'_>>, absent: Absent, stands: bool) -> String {
        let language = self.language;
        let example = shape.and_then(Shape::example).filter(|_| shape.is_some_and(|shape| shape.holds() == Holds::Text));
        let what = example.map(|example| say!(language, "照说明填写，如 {example}", "fill it in, such as {example}"));
        let what = what.unwrap_or_else(|| {
            self.wanted(&shape.map_or(Holds::Any, |shape| match shape.holds() {
                Holds::List => shape.items().map_or(Holds::List, |items| match items.holds() {
                    codes @ Holds::Code(_) => codes,
                    _ => Holds::List,
                }),
                holds => holds,
            }))
        });
        let empty = if stands { say!(language, "还没有填", "not filled in") } else { say!(language, "缺这一项", "missing") };
        match absent {
            Absent::Never => say!(language, "{empty}；{what}", "{empty}; {what}"),
            Absent::Line => say!(language, "{empty}；{what}，没有就删去这一行", "{empty}; {what}, or delete the line if there is none"),
            Absent::Section => {
                say!(language, "{empty}；{what}，没有就删去这一节", "{empty}; {what}, or delete the section if there is none")
            }
        }
    }

    fn wanted(&self, holds: &Holds) -> String {
        let language = self.language;
        match holds {
            Holds::Code(codes) if codes.len() <= MOST_NAMED => {
                let codes = codes.join(language.pick("、", ", "));
                say!(language, "写下面之一：{codes}", "write one of {codes}")
            }
            Holds::Code(_) => say!(language, "写模板里列出的代码之一", "write one of the codes that the template lists"),
            Holds::Date => say!(language, "写日期，如 2027-01-31", "write a day, such as 2027-01-31"),
            Holds::Fen => say!(
                language,
                "写金额，以“分”为单位，如 18500.00 元写 1850000",
                "write an amount in fen, such as 1850000 for 18,500.00 yuan"
            ),
            Holds::Number => say!(language, "写整数", "write a whole number"),
            Holds::Reference => say!(
                language,
                "指明所指的条目：luodi new … --node 网址 --target 序号 会填好",
                "name the entry it refers to: luodi new … --node URL --target INDEX fills it in"
            ),
            Holds::List => say!(language, "至少写一个", "write at least one"),
            Holds::Section => say!(language, "写出它的各项", "write its fields"),
            Holds::Text | Holds::Any => say!(language, "照说明填写", "fill it in as its comment says"),
        }
    }

    fn unknown(&self, fields: &[&str]) -> String {
        let language = self.language;
        let kind = self.kind.map(|kind| language.pick(kind.zh(), kind.en()).into_owned()).unwrap_or_default();
        let fields = fields.join(language.pick("、", ", "));
        say!(language, "{kind}没有这一项；这里可写：{fields}", "not a field of {kind}; these are: {fields}")
    }
}
