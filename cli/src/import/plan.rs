//! From rows that read to statements to sign: numbered, checked, and held against what is in the log already.

use std::collections::HashMap;

use luodi_ledger::hash::Blake3;
use luodi_ledger::key::SignerKey;
use luodi_ledger::matter::facts::{Said, Termination};
use luodi_ledger::matter::words::Words;
use luodi_ledger::matter::{Reference, check};
use luodi_ledger::names::{MatterId, OfficeName, Origin};
use luodi_ledger::privacy;
use luodi_ledger::statement::{BodyRef, Kind, Statement};
use luodi_ledger::time::Time;

use super::cell::Wrong;
use super::field::Field;
use super::item::{About, Facts, Item, SOURCE, Source};
use super::journal::{Journal, Signed};
use super::known::{Found, Known};
use super::mapping::Mapping;
use super::reading::Fault;
use crate::language::{Language, say};
use crate::{personal, refusals};

/// Seconds after which a statement that was signed and not logged is signed anew: nodes refuse it from then on, so it can never be logged.
const TOO_OLD: i64 = 30 * 86_400;
/// Under this line the key makes nonces; no statement begins so.
const NONCE: &str = "luodi/import-nonce/v1";

/// Who imports, and where to.
pub(super) struct Desk<'a> {
    pub(super) log: Origin,
    pub(super) office: OfficeName,
    /// None in a dry run, which signs nothing.
    pub(super) key: Option<&'a SignerKey>,
    pub(super) mapping: &'a Mapping,
    pub(super) language: Language,
}

/// A row that will be published.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) row: u32,
    pub(super) key: String,
    pub(super) matter: MatterId,
    pub(super) todos: Vec<Todo>,
}

/// One statement of it.
#[derive(Clone, Debug)]
pub(super) struct Todo {
    pub(super) source: Source,
    pub(super) facts: Facts,
    pub(super) words: Words,
    /// Where it stands in the log, if it does.
    pub(super) published: Option<Reference>,
    /// As an earlier run signed it, if it can still be sent.
    pub(super) signed: Option<Signed>,
}

impl Job {
    /// How many of its statements are not in the log.
    pub(super) fn open(&self) -> usize {
        self.todos.iter().filter(|todo| todo.published.is_none()).count()
    }
}

impl Desk<'_> {
    fn source(&self, row: &str, part: &str) -> Source {
        Source { table: self.mapping.name.clone(), row: row.to_owned(), part: part.to_owned() }
    }

    /// The words of a statement, with where they come from and a nonce that only the key's holder can know beforehand. The same row gives
    /// the same bytes at every run.
    fn words(&self, source: &Source, words: Words) -> Words {
        let text = format!("{NONCE}\n{}\n{}\n{}\n", source.table, source.row, source.part);
        let nonce = self.key.map_or([0; 16], |key| {
            let mut nonce = [0; 16];
            nonce.copy_from_slice(&Blake3::of(&key.sign(&text, 0)).as_bytes()[..16]);
            nonce
        });
        let nonce = nonce.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut words = Words { nonce: Some(nonce), ..words };
        words.more.insert(SOURCE.to_owned(), serde_json::json!(source));
        words
    }

    /// Gives the words of every statement their source and nonce; done once, for each nonce is a signature.
    pub(super) fn mark(&self, items: &mut [Item]) {
        for Item { key, pieces, .. } in items {
            for piece in pieces {
                let source = self.source(key, piece.part);
                piece.words = self.words(&source, std::mem::take(&mut piece.words));
            }
        }
    }

    /// The bodies that rows make, once marked, by their hash.
    pub(super) fn expected(&self, items: &[Item]) -> anyhow::Result<HashMap<Blake3, Source>> {
        let mut expected = HashMap::new();
        if self.key.is_some() {
            for (item, piece) in items.iter().flat_map(|item| item.pieces.iter().map(move |piece| (item, piece))) {
                let source = self.source(&item.key, piece.part);
                expected.insert(Blake3::of(&piece.words.to_bytes()?), source);
            }
        }
        Ok(expected)
    }

    /// The statement of a todo, signed at `time`. `resolution` is what a termination rests on.
    pub(super) fn statement(
        &self,
        job: &Job,
        todo: &Todo,
        time: Time,
        resolution: Option<&Reference>,
    ) -> anyhow::Result<(Statement, String)> {
        let facts = match &todo.facts {
            Facts::Said(said) => said.to_facts()?,
            Facts::Termination { date, reason } => {
                let resolution = resolution.cloned().ok_or_else(|| anyhow::anyhow!("no resolution"))?;
                Said::from(Termination { date: *date, reason: *reason, resolution }).to_facts()?
            }
        };
        let kind: Kind = todo.facts.to_kind()?;
        let body = String::from_utf8(todo.words.to_bytes()?)?;
        let statement = Statement {
            log: self.log.clone(),
            by: [self.office.clone()].into(),
            kind,
            matter: Some(job.matter),
            time,
            facts,
            body: Some(BodyRef::of(body.as_bytes())),
        };
        Ok((statement, body))
    }

    /// Numbers the rows, which are marked, finds what is published, and checks the rest as the node will.
    pub(super) fn jobs(
        &self,
        items: Vec<Item>,
        known: Option<&mut Known>,
        journal: &Journal,
        now: Time,
    ) -> anyhow::Result<(Vec<Job>, Vec<Fault>)> {
        let (mut jobs, mut faults) = (Vec::new(), Vec::new());
        let offline = known.is_none();
        let mut nothing = Known::default();
        let known = known.unwrap_or(&mut nothing);
        // What was signed and may yet be logged keeps its number.
        for (_, signed) in journal.all().filter(|(_, signed)| is_fresh(signed, now)) {
            signed.statement.statement().matter.into_iter().for_each(|matter| known.take(matter));
        }
        for item in items {
            let (row, language) = (item.row, self.language);
            let mut fault = |field: Option<Field>, problem: String, remedy: String| {
                let column = field.map(|field| self.mapping.place(field));
                faults.push(Fault { row, column, wrong: Wrong { problem, remedy }, language });
            };
            let matter = match self.matter(&item, known, journal, (offline, now)) {
                Ok(matter) => matter,
                Err(Wrong { problem, remedy }) => {
                    fault(None, problem, remedy);
                    continue;
                }
            };
            let mut job = Job { row, key: item.key.clone(), matter, todos: Vec::new() };
            for piece in item.pieces {
                let source = self.source(&item.key, piece.part);
                let mut todo = Todo { source, facts: piece.facts, words: piece.words, published: None, signed: None };
                match known.of(&todo.source) {
                    Some(found) if is_the_same(&todo, found)? => todo.published = Some(found.reference.clone()),
                    Some(found) => {
                        let index = found.reference.index;
                        fault(
                            None,
                            say!(
                                language,
                                "导入之后改过：账本第 {index} 条写的不一样",
                                "changed since it was imported: entry {index} of the log says otherwise"
                            ),
                            say!(
                                language,
                                "已公布的不能改：恢复这一行；有变化就另写一条进展、调整或更正",
                                "what is published stays: restore the row, and tell a change as progress, plan or correction"
                            ),
                        );
                    }
                    None => {
                        let rests = placeholder(&self.log);
                        let (statement, body) = self.statement(&job, &todo, now, Some(&rests))?;
                        if let Err(malformed) = check::check(&statement, Some(body.as_bytes())) {
                            let field = Field::of_fact(self.mapping.kind, &todo.source.part, &malformed.field);
                            let field = field.filter(|field| self.mapping.fields.contains_key(field));
                            // A column says what a path does not.
                            let told = match (field, language) {
                                (None, _) => refusals::told(&malformed, language),
                                (Some(_), Language::Chinese) => refusals::in_chinese(&malformed.why),
                                (Some(_), Language::English) => malformed.why.clone(),
                            };
                            fault(field, told, say!(language, "改正这一行", "correct the row"));
                        } else if let Err(stopped) = privacy::check(&statement, Some(body.as_bytes())) {
                            let told = personal::briefly(&stopped, language);
                            fault(
                                None,
                                told,
                                say!(
                                    language,
                                    "从表里删去，或不导入那一列",
                                    "take it out of the table, or leave the column out of the mapping"
                                ),
                            );
                        }
                        let reusable = |signed: &&Signed| {
                            let before = signed.statement.statement();
                            let same = Statement { time: before.time, facts: before.facts.clone(), ..statement.clone() } == *before;
                            let same_facts = matches!(todo.facts, Facts::Termination { .. }) || before.facts == statement.facts;
                            same && same_facts && is_fresh(signed, now)
                        };
                        todo.signed = journal.of(&todo.source).filter(reusable).cloned();
                    }
                }
                job.todos.push(todo);
            }
            jobs.push(job);
        }
        Ok((jobs, faults))
    }

    /// The matter a row is about.
    fn matter(&self, item: &Item, known: &mut Known, journal: &Journal, (offline, now): (bool, Time)) -> Result<MatterId, Wrong> {
        let (division, language) = (self.log.division, self.language);
        let wrong = |problem: String, remedy: String| Err(Wrong { problem, remedy });
        match &item.about {
            About::New { year, number } => {
                let topic = self.source(&item.key, "topic");
                let before = known.of(&topic).map(|found| found.matter);
                let signed = || {
                    let matter =
                        journal.of(&topic).filter(|signed| is_fresh(signed, now)).and_then(|signed| signed.statement.statement().matter);
                    matter.filter(|matter| matter.year == *year && !known.holds(*matter))
                };
                match (before.or_else(signed), number) {
                    (Some(matter), _) => Ok(matter),
                    (None, None) => Ok(known.next(division, *year)),
                    (None, Some(number)) => {
                        let matter = MatterId { division, year: *year, number: *number };
                        if *number == 0 || known.holds(matter) {
                            return wrong(
                                say!(language, "编号 {matter} 已是别的事项", "{matter} is another matter already"),
                                say!(
                                    language,
                                    "换一个编号，或在对照表里不写 number",
                                    "take another number, or leave number out of the mapping"
                                ),
                            );
                        }
                        known.take(matter);
                        Ok(matter)
                    }
                }
            }
            About::Known(matter) if matter.division != division => wrong(
                say!(language, "{matter} 不是本地的事项", "{matter} is no matter of this division"),
                say!(language, "由那里的组织导入", "let the office there import it"),
            ),
            About::Known(matter) if !offline && !known.holds(*matter) => wrong(
                say!(language, "账本里没有 {matter}", "the log has no {matter}"),
                say!(language, "改正编号，或先导入事项表", "correct the id, or import the table of matters first"),
            ),
            About::Known(matter) => Ok(*matter),
            About::Row(row) => {
                let source = Source { table: self.mapping.matters.clone().unwrap_or_default(), row: row.clone(), part: "topic".to_owned() };
                let (table, found) = (&source.table, known.of(&source).map(|found| found.matter));
                match found {
                    Some(matter) => Ok(matter),
                    None if offline => wrong(
                        say!(language, "不联网，不知道“{row}”是哪一件事项", "off line it cannot be told which matter \"{row}\" is"),
                        say!(language, "加 --node", "add --node"),
                    ),
                    None => wrong(
                        say!(language, "“{table}”里的“{row}”还没有导入", "\"{row}\" of \"{table}\" is not imported"),
                        say!(
                            language,
                            "先导入事项表；或改正 matters 和编号",
                            "import the table of matters first; or correct matters and the key"
                        ),
                    ),
                }
            }
        }
    }
}

fn is_fresh(signed: &Signed, now: Time) -> bool {
    signed.statement.statement().time > now.plus(-TOO_OLD)
}

/// Stands for the place of an outcome that is not logged yet, where only the form is checked.
pub(super) fn placeholder(log: &Origin) -> Reference {
    Reference { log: log.clone(), index: 0, id: Blake3::of(&[]) }
}

/// Whether what is published says what the row says.
fn is_the_same(todo: &Todo, found: &Found) -> anyhow::Result<bool> {
    let facts = match &todo.facts {
        Facts::Said(said) => said.to_facts()? == found.facts,
        Facts::Termination { date, reason } => {
            found.facts.read::<Termination>().is_ok_and(|said| said.date == *date && said.reason == *reason)
        }
    };
    let plain = |words: &Words| Words { nonce: None, ..words.clone() };
    Ok(facts && found.words.as_ref().is_none_or(|words| plain(words) == plain(&todo.words)))
}
