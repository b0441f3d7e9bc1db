//! A statement as people fill it in: a TOML file with the facts and the words, before anything is signed.
//!
//! Filling in is forgiving (dates may stand bare, `by` in any order); what comes out is strict, and all that is missing is told at once.
//! Out of scope: what one field means for another, which `ledger::matter` judges.

mod filling;
pub(crate) mod shape;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use luodi_ledger::facts::Facts;
use luodi_ledger::names::{MatterId, OfficeName, Origin};
use luodi_ledger::statement::{BodyRef, Kind, LONGEST_BODY, Statement};
use luodi_ledger::time::Time;
use serde::Deserialize;

use self::filling::{Filling, Wrong};
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
    /// The file it stands in, for what is said of it.
    #[serde(skip)]
    file: PathBuf,
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
        let draft: Self = toml::from_str(&text).map_err(|error| match (language, error.span()) {
            (Language::Chinese, Some(span)) => {
                let before = text.get(..span.start).unwrap_or(&text);
                let (number, line) = (before.matches('\n').count() + 1, text[before.rfind('\n').map_or(0, |at| at + 1)..].lines().next());
                let (line, why) = (line.unwrap_or_default(), refusals::in_chinese(error.message()));
                anyhow::anyhow!("{file} 第 {number} 行：{why}\n  {line}")
            }
            _ => anyhow::anyhow!("{file}: {error}"),
        })?;
        Ok(Self { file: path.to_owned(), ..draft })
    }

    /// The statement it makes at `now`; `nonce` keeps a body from being guessed from its hash.
    /// Attachments are looked for from the folder `beside`.
    pub(crate) fn ready(self, now: Time, nonce: [u8; 16], beside: &Path, language: Language) -> anyhow::Result<Ready> {
        let mut by = self.by;
        by.sort();
        by.dedup();
        let mut filling = Filling::of(self.kind.as_str(), language);
        let facts = filling.facts(self.facts);
        let words = filling.words(self.body, &facts);
        let wrong = filling.wrong();
        if !wrong.is_empty() {
            bail!(all_of(&wrong, &self.file, language));
        }
        let file = self.file.display();
        let facts = Facts::of(&facts).with_context(|| file.to_string())?;
        let attachments = attachments::read(&self.attachments, beside, language)?;
        let words = words.or_else(|| (!attachments.is_empty()).then(|| serde_json::json!({})));
        let body = words.map(|words| body_bytes(words, nonce, &attachments)).transpose()?;
        if body.as_ref().is_some_and(|bytes| bytes.len() as u64 > LONGEST_BODY) {
            bail!(say!(
                language,
                "{file}：[body]：太长，最多 64 KiB；长文请作附件",
                "{file}: [body]: too long, 64 KiB at most; attach long texts instead"
            ));
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
        let read = Statement::parse(&statement.to_string()).with_context(|| file.to_string())?;
        Ok(Ready { statement: read, body, attachments })
    }
}

/// All that is wrong with a draft: on one line if it is one thing, else a line each.
fn all_of(wrong: &[Wrong], file: &Path, language: Language) -> String {
    let file = file.display();
    let line = |Wrong { at, why }: &Wrong| say!(language, "{at}：{why}", "{at}: {why}");
    match wrong {
        [one] => say!(language, "{file}：{}", "{file}: {}", line(one)),
        many => {
            let (count, lines) = (many.len(), many.iter().map(|each| format!("\n  {}", line(each))).collect::<String>());
            say!(
                language,
                "{file}：有 {count} 处要填或要改，才能签署：{lines}",
                "{file}: {count} things to fill in or mend before it can be signed:{lines}"
            )
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use luodi_ledger::key::{KeyKind, SignerKey};
    use luodi_ledger::matter::codes::Method;
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
text = "疏通村北排水沟"
note = ""
[body.commitments.c1]
what = "疏通 320 米"
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

    fn refused(text: &str) -> String {
        ready(text).unwrap_err().to_string()
    }

    #[test]
    fn a_fact_left_blank_is_named_with_what_to_write() {
        let error = refused(&FILLED.replace("\"c1\"", "\"\""));
        assert!(error.contains("facts.commitments[0].id: not filled in"), "{error}");
        assert!(!error.contains("delete the line"), "{error}");
        let error = refused(&FILLED.replace("2026-03-31", "\"\""));
        assert!(error.contains("facts.commitments[0].due: not filled in; write a day, such as 2027-01-31"), "{error}");
        // What may be left out is said to be so.
        let error = refused(&FILLED.replace("budget = 1850000", "budget = \"\"\nsource = \"\""));
        assert!(error.contains("budget: not filled in") && error.matches("or delete the line if there is none").count() == 2, "{error}");
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once_with_file_and_path() {
        let text = FILLED
            .replace("result = \"consensus\"", "result = \"agreed\"\nmood = \"good\"")
            .replace("round = 1\n", "")
            .replace("1850000", "18500.00")
            .replace("疏通村北排水沟", " ");
        let draft = Draft { file: "o.toml".into(), ..toml::from_str(&text).unwrap() };
        let error = draft.ready(now(), [1; 16], Path::new("."), Language::English).unwrap_err().to_string();
        let lines: Vec<&str> = error.lines().map(str::trim).collect();
        assert!(lines[0].starts_with("o.toml: 5 things"), "{error}");
        for (at, why) in [
            ("facts.round", "missing; write a whole number"),
            ("facts.result", "\"agreed\" is no code of its list; write one of consensus, partial, none, no-action"),
            ("facts.mood", "not a field of"),
            ("facts.commitments[0].budget", "no decimals"),
            ("body.text", "not filled in; say it in a sentence or two"),
        ] {
            assert!(lines.iter().any(|line| line.starts_with(&format!("{at}: {why}"))), "{at}: {error}");
        }
    }

    #[test]
    fn a_section_that_does_not_apply_may_go() {
        let tally = "[[facts.tallies]]\nunit = \"\"\ndue = 3\npresent = 2";
        let step =
            format!("[facts]\ndate = 2026-03-01\nmethod = \"four-two\"\nround = 1\nstep = \"resolve\"\n{tally}\n[body]\ntext = \"x\"");
        let error = refused(&format!("{}{step}", &FILLED[..FILLED.find("[facts]").unwrap()].replace("outcome", "step")));
        assert!(error.contains("facts.tallies[0].unit: not filled in") && error.contains("or delete the section"), "{error}");
    }

    #[test]
    fn numbers_may_stand_in_the_quotes_that_the_template_has() {
        let ready = ready(&FILLED.replace("1850000", "\"1850000\"").replace("2026-03-31", "\"2026-03-31\"")).unwrap();
        assert!(ready.statement.facts.as_str().contains(r#""budget":1850000,"due":"2026-03-31""#), "{}", ready.statement.facts.as_str());
        let error = refused(&FILLED.replace("1850000", "\"18,500 yuan\""));
        assert!(error.contains("facts.commitments[0].budget: \"18,500 yuan\" is no number; write an amount in fen"), "{error}");
    }

    #[test]
    fn a_promise_without_words_and_a_rejection_without_reason_are_refused() {
        let error = refused(&FILLED.replace("疏通 320 米", ""));
        assert!(error.contains("body.commitments.c1.what: not filled in"), "{error}");
        let target = format!("{{ log = \"luodi.example/demo/log/990101001001/1\", index = 3, id = \"{}\" }}", "0".repeat(64));
        let head = FILLED[..FILLED.find("[facts]").unwrap()].replace("outcome", "verification");
        let verdict =
            |word: &str| format!("{head}[facts]\nverdict = \"{word}\"\nchecks = [\"on-site\"]\ntarget = {target}\n[body]\ntext = \"\"");
        assert!(ready(&verdict("accepted")).is_ok());
        assert!(refused(&verdict("rejected")).contains("body.text: not filled in"));
    }

    #[test]
    fn a_section_of_words_that_nobody_filled_in_is_left_out() {
        let promise = "[[facts.commitments]]\nid = \"c1\"\ndue = 2026-03-31\nbudget = 1850000\n";
        let none = FILLED.replace(promise, "").replace("consensus", "no-action").replace("疏通 320 米", "");
        let body = String::from_utf8(ready(&none).unwrap().body.unwrap()).unwrap();
        assert!(!body.contains("commitments"), "{body}");
    }

    #[test]
    fn rules_that_hold_another_procedure_are_refused_by_name() {
        let packs = luodi_ledger::matter::pack::Packs::built_in();
        let pack = |method| packs.with(method).next().unwrap().0.to_string();
        let (four_two, general) = (pack(Method::FourTwo), pack(Method::General));
        let head = FILLED[..FILLED.find("[facts]").unwrap()].replace("outcome", "topic");
        let topic = |rules: &str| {
            format!(
                "{head}[facts]\nbasis = \"vital-interest\"\ncategory = \"sanitation\"\ndecision = \"confirmed\"\nmethod = \"general\"\nrules = \"{rules}\"\n[body]\ntitle = \"x\"\ntext = \"x\""
            )
        };
        assert!(ready(&topic(&general)).is_ok());
        // Of a pack that only a county knows nothing is said.
        assert!(ready(&topic(&"0".repeat(64))).is_ok());
        let error = refused(&topic(&four_two));
        assert!(error.contains("facts.rules: these rules hold no general") && error.contains(&general), "{error}");
    }

    #[test]
    fn a_decimal_amount_is_refused_with_the_remedy() {
        let error = refused(&FILLED.replace("1850000", "18500.00"));
        assert!(error.contains("facts.commitments[0].budget") && error.contains("fen"), "{error}");
    }
}
