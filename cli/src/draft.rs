//! A statement as people fill it in: a TOML file with the facts and the words, before anything is signed.
//!
//! Filling in is forgiving (dates may stand bare, `by` in any order); what comes out is strict. Out of scope: what each kind must say,
//! which `ledger::matter` judges.

use std::path::Path;

use anyhow::{Context as _, bail};
use luodi_ledger::facts::Facts;
use luodi_ledger::names::{MatterId, OfficeName, Origin};
use luodi_ledger::statement::{BodyRef, Kind, LONGEST_BODY, Statement};
use luodi_ledger::time::Time;
use serde::Deserialize;

use crate::attachments::{self, Filled, Read};
use crate::language::{Language, say};
use crate::refusals;

/// A filled template.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Draft {
    /// The log it is meant for.
    pub(crate) log: Origin,
    /// Who signs, in any order.
    pub(crate) by: Vec<OfficeName>,
    /// What kind of statement it is.
    pub(crate) kind: Kind,
    /// The matter it belongs to, if any.
    pub(crate) matter: Option<MatterId>,
    /// When it is signed; absent means the moment of signing.
    pub(crate) time: Option<Time>,
    /// What registry and folds read.
    #[serde(default)]
    pub(crate) facts: toml::Table,
    /// The words people read; absent means none.
    pub(crate) body: Option<toml::Table>,
    /// Photos and scans.
    #[serde(default)]
    pub(crate) attachments: Vec<Filled>,
}

/// A statement ready to sign, with the bytes of its body.
#[derive(Clone, Debug)]
pub(crate) struct Ready {
    /// What will be signed.
    pub(crate) statement: Statement,
    /// The body it names.
    pub(crate) body: Option<Vec<u8>>,
    /// What it lists, with the bytes.
    pub(crate) attachments: Vec<Read>,
}

impl Draft {
    /// Reads a filled template; errors name the file, the line and the field.
    pub(crate) fn read(path: &Path, language: Language) -> anyhow::Result<Self> {
        let file = path.display();
        let text = std::fs::read_to_string(path).with_context(|| {
            say!(language, "{file}：读不到；先用 luodi new 写出一份", "{file}: cannot be read; write one with luodi new")
        })?;
        toml::from_str(&text).map_err(|error| match (language, error.span()) {
            (Language::Chinese, Some(span)) => {
                let before = text.get(..span.start).unwrap_or(&text);
                let (number, line) = (before.matches('\n').count() + 1, text[before.rfind('\n').map_or(0, |at| at + 1)..].lines().next());
                let (line, why) = (line.unwrap_or_default(), refusals::in_chinese(error.message()));
                anyhow::anyhow!("{file} 第 {number} 行：{why}\n  {line}")
            }
            _ => anyhow::anyhow!("{file}: {error}"),
        })
    }

    /// The statement it makes at `now`; `nonce` keeps a body from being guessed from its hash.
    /// Attachments are looked for from the folder `beside`.
    pub(crate) fn ready(self, now: Time, nonce: [u8; 16], beside: &Path, language: Language) -> anyhow::Result<Ready> {
        let mut by = self.by;
        by.sort();
        by.dedup();
        let facts = json("facts", toml::Value::Table(self.facts), Blank::Refuse, language)?;
        let facts = Facts::of(&facts.unwrap_or_else(|| serde_json::Value::Object(serde_json::Map::new())))?;
        let attachments = attachments::read(&self.attachments, beside, language)?;
        let words = self.body.map(|words| json("body", toml::Value::Table(words), Blank::Drop, language)).transpose()?.flatten();
        let words = words.or_else(|| (!attachments.is_empty()).then(|| serde_json::json!({})));
        let body = words.map(|words| body_bytes(words, nonce, &attachments)).transpose()?;
        if body.as_ref().is_some_and(|bytes| bytes.len() as u64 > LONGEST_BODY) {
            bail!(say!(language, "[body]：太长，最多 64 KiB；长文请作附件", "[body]: too long, 64 KiB at most; attach long texts instead"));
        }
        let statement = Statement {
            log: self.log,
            by: by.into(),
            kind: self.kind,
            matter: self.matter,
            time: self.time.unwrap_or(now),
            facts,
            body: body.as_deref().map(BodyRef::of),
        };
        // What will be signed is what a strict reader reads; a fault shows now, not at the node.
        let read = Statement::parse(&statement.to_string())?;
        Ok(Ready { statement: read, body, attachments })
    }
}

/// What an empty text means: facts must be filled in, words may be left out.
#[derive(Clone, Copy)]
enum Blank {
    Refuse,
    Drop,
}

/// `words` as the bytes of a body: one line of JSON with sorted keys, a nonce and what is attached.
fn body_bytes(words: serde_json::Value, nonce: [u8; 16], attachments: &[Read]) -> anyhow::Result<Vec<u8>> {
    let serde_json::Value::Object(mut words) = words else { bail!("[body]") };
    words.insert("nonce".to_owned(), hex(&nonce).into());
    if !attachments.is_empty() {
        let listed: Vec<_> = attachments.iter().map(|read| &read.listed).collect();
        words.insert("attachments".to_owned(), serde_json::to_value(listed)?);
    }
    Ok(serde_json::to_vec(&words)?)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A TOML value as JSON; nothing for a blank that may be dropped. `at` is the path of the field, for errors.
fn json(at: &str, value: toml::Value, blank: Blank, language: Language) -> anyhow::Result<Option<serde_json::Value>> {
    Ok(Some(match value {
        toml::Value::String(text) if text.trim().is_empty() => match blank {
            Blank::Drop => return Ok(None),
            Blank::Refuse => bail!(say!(
                language,
                "{at}：还没有填；不需要这一项就删去这一行",
                "{at}: not filled in; delete the line if it does not apply"
            )),
        },
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Boolean(value) => value.into(),
        toml::Value::Float(_) => bail!(say!(
            language,
            "{at}：不能用小数；金额写成“分”，例如 18500.00 元写 1850000",
            "{at}: no decimals; amounts are in fen, such as 1850000 for 18,500.00 yuan"
        )),
        toml::Value::Datetime(date) => date.to_string().into(),
        toml::Value::Array(items) => {
            let mut list = Vec::new();
            for (number, item) in items.into_iter().enumerate() {
                list.extend(json(&format!("{at}[{number}]"), item, blank, language)?);
            }
            list.into()
        }
        toml::Value::Table(fields) => {
            let mut map = serde_json::Map::new();
            for (key, field) in fields {
                if let Some(field) = json(&format!("{at}.{key}"), field, blank, language)? {
                    map.insert(key, field);
                }
            }
            map.into()
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use luodi_ledger::key::{KeyKind, SignerKey};
    use luodi_ledger::statement::SignedStatement;

    const FILLED: &str = r#"
log = "luodi.example/demo/log/990101001001/1"
by = ["luodi.example/demo/990101001001/supervisors", "luodi.example/demo/990101001001/committee"]
kind = "outcome"
matter = "990101001001-2026-0007"

[facts]
result = "consensus"
round = 1
[[facts.commitments]]
id = "c1"
due = 2026-03-31
budget = 1850000

[body]
title = "疏通排水沟"
note = ""
"#;

    fn now() -> Time {
        "2026-11-22T07:58:11Z".parse().unwrap()
    }

    fn ready(text: &str) -> anyhow::Result<Ready> {
        toml::from_str::<Draft>(text).unwrap().ready(now(), [1; 16], Path::new("."), Language::English)
    }

    #[test]
    fn a_filled_template_is_signed_and_read_back() {
        let ready = ready(FILLED).unwrap();
        let keys = ["supervisors", "committee"]
            .map(|office| SignerKey::from_seed(&format!("luodi.example/demo/990101001001/{office}"), KeyKind::Ed25519, &[7; 32]).unwrap());
        let signed = ready.statement.clone().sign(&keys).unwrap();
        let read = SignedStatement::parse(&signed.to_bytes()).unwrap();
        assert_eq!(read.statement(), &ready.statement);
        assert_eq!(
            read.statement().facts.as_str(),
            r#"{"commitments":[{"budget":1850000,"due":"2026-03-31","id":"c1"}],"result":"consensus","round":1}"#
        );
        let body = String::from_utf8(ready.body.unwrap()).unwrap();
        assert!(body.contains("疏通排水沟") && body.contains("nonce") && !body.contains("note"), "{body}");
        assert!(read.statement().body.unwrap().names(body.as_bytes()));
    }

    #[test]
    fn a_fact_left_blank_is_named() {
        let error = ready(&FILLED.replace("\"c1\"", "\"\"")).unwrap_err().to_string();
        assert!(error.starts_with("facts.commitments[0].id:"), "{error}");
    }

    #[test]
    fn a_decimal_amount_is_refused_with_the_remedy() {
        let error = ready(&FILLED.replace("1850000", "18500.00")).unwrap_err().to_string();
        assert!(error.contains("facts.commitments[0].budget") && error.contains("fen"), "{error}");
    }
}
