//! What an import would sign, in words: each row, its statements, and what pages will say.

use std::collections::{BTreeSet, HashMap};

use console::style;
use luodi_ledger::matter::codes::{FlagCode, Status};
use luodi_ledger::matter::facts::{Fen, Said};
use luodi_ledger::matter::labels::Label;
use luodi_ledger::matter::pack::Packs;
use luodi_ledger::matter::{Marks, Record, Reference, fold};
use luodi_ledger::names::MatterId;
use luodi_ledger::standing::Standing;
use luodi_ledger::time::Time;

use super::item::Facts;
use super::plan::{Desk, Job, Todo};
use crate::language::{Language, say};
use crate::preview::yuan;

/// What the log holds, by matter: a table is as long as a log.
pub(super) type Before<'a> = HashMap<MatterId, Vec<&'a Record>>;

pub(super) fn by_matter(records: &[Record]) -> Before<'_> {
    let mut before = Before::new();
    for record in records {
        if let Some(matter) = record.statement.matter {
            before.entry(matter).or_default().push(record);
        }
    }
    before
}

/// A row and all that is said of it.
pub(super) fn job(desk: &Desk<'_>, job: &Job, before: &Before<'_>, packs: &Packs, (now, offset): (Time, i8)) -> anyhow::Result<String> {
    let language = desk.language;
    let (row, key, matter) = (job.row, &job.key, job.matter);
    // News bears no title.
    let title = job.todos.iter().find_map(|todo| todo.words.title.as_deref()).map(|title| style(title).bold().to_string());
    let row = say!(language, "第 {row} 行", "row {row}");
    let heading = [Some(row), Some(key.clone()), title].into_iter().flatten().collect::<Vec<_>>().join(language.pick("　", " · "));
    let mut text = say!(language, "{heading}\n  事项　{matter}\n", "{heading}\n  matter     {matter}\n");
    for todo in &job.todos {
        let mark = if todo.published.is_some() {
            style(language.pick("（已公布）", " (published)")).dim().to_string()
        } else {
            String::new()
        };
        text += &format!("  {}{mark}\n", one(todo, language));
    }
    if job.open() > 0 {
        let status = after(desk, job, before, packs, (now, offset))?;
        text += &say!(language, "  网页将写：{status}\n", "  pages will say: {status}\n");
    }
    Ok(text)
}

fn label(what: &impl Label, language: Language) -> String {
    language.pick(what.zh(), what.en()).into_owned()
}

/// One statement in a line.
fn one(todo: &Todo, language: Language) -> String {
    let kind = todo.facts.to_kind().map(|kind| label(&kind, language)).unwrap_or_default();
    let mut parts = Vec::new();
    let mut add = |chinese: &str, english: &str, value: Option<String>| {
        parts.extend(value.map(|value| match language {
            Language::Chinese => format!("{chinese}{value}"),
            Language::English => format!("{english} {value}"),
        }));
    };
    let yuan = |fen: Option<Fen>| fen.map(|fen| yuan(fen, language));
    match &todo.facts {
        Facts::Termination { date, reason } => {
            add("", "on", date.map(|date| date.to_string()));
            add("原因：", "because:", Some(label(reason, language)));
        }
        Facts::Said(said) => {
            add("", "on", said.date().map(|date| date.to_string()));
            match said {
                Said::Topic(topic) => {
                    add("", "about", Some(label(&topic.category, language)));
                    add("", "by", Some(label(&topic.method, language)));
                }
                Said::Step(step) => add("", "of", Some(label(&step.step, language))),
                Said::Outcome(outcome) => {
                    add("", "of", Some(label(&outcome.result, language)));
                    for promise in &outcome.commitments {
                        add("期限 ", "due", Some(promise.due.to_string()));
                        add("预算 ", "budget", yuan(promise.budget));
                    }
                }
                Said::Plan(plan) => {
                    add("改期到 ", "now due", plan.due.map(|due| due.to_string()));
                    add("预算 ", "budget", yuan(plan.budget));
                }
                Said::Progress(progress) => add("累计支出 ", "spent", yuan(progress.spent)),
                Said::Completion(completion) => add("支出 ", "cost", yuan(completion.cost)),
                _ => {}
            }
        }
    }
    let parts = parts.join(language.pick("，", ", "));
    match language {
        Language::Chinese => format!("{kind}　{parts}"),
        Language::English => format!("{kind:<10} {parts}"),
    }
}

/// What pages will say of a matter once everything of a row is logged.
fn after(desk: &Desk<'_>, job: &Job, before: &Before<'_>, packs: &Packs, (now, offset): (Time, i8)) -> anyhow::Result<String> {
    let mut records: Vec<Record> = before.get(&job.matter).into_iter().flatten().map(|record| (*record).clone()).collect();
    let mut next =
        records.iter().filter(|record| record.reference.log == desk.log).map(|record| record.reference.index + 1).max().unwrap_or_default();
    let mut resolution: Option<Reference> = None;
    for todo in &job.todos {
        let reference = if let Some(reference) = &todo.published {
            reference.clone()
        } else {
            let (statement, _) = desk.statement(job, todo, now, resolution.as_ref())?;
            let reference = Reference { log: desk.log.clone(), index: next, id: statement.id() };
            next += 1;
            let standing = Standing::Valid { term_expired: false };
            records.push(Record { reference: reference.clone(), statement, logged: now, standing, marks: Marks::default() });
            reference
        };
        if matches!(todo.source.part.as_str(), "outcome" | "step") {
            resolution = Some(reference);
        }
    }
    let view = fold(job.matter, &records, packs, now, offset);
    let mut status = label(&view.status, desk.language);
    if let Some(notice) = view.notice.as_ref().filter(|notice| notice.left.is_some() && view.status == Status::OnNotice) {
        // A notice runs from the day the ledger has the decision, whatever hung on a wall before.
        let to = notice.to;
        let then = fold(job.matter, &records, packs, Time::start_of(to, offset).plus(86_400), offset);
        let then = label(&then.status, desk.language);
        status += &say!(desk.language, "到 {to}，期满：{then}", " until {to}, then: {then}");
    }
    if view.has(FlagCode::BackFilled) {
        let flag = label(&FlagCode::BackFilled, desk.language);
        status += &say!(desk.language, "（{flag}）", " ({flag})");
    }
    Ok(status)
}

/// Row numbers as people write them: `2–17, 19`.
pub(super) fn ranges(rows: &BTreeSet<u32>, language: Language) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for row in rows {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *row => *last = *row,
            _ => runs.push((*row, *row)),
        }
    }
    let runs: Vec<String> =
        runs.iter().map(|(first, last)| if first == last { first.to_string() } else { format!("{first}–{last}") }).collect();
    runs.join(language.pick("、", ", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_in_a_row_are_told_as_one() {
        assert_eq!(ranges(&[2, 3, 4, 7, 9, 10].into(), Language::English), "2–4, 7, 9–10");
        assert_eq!(ranges(&BTreeSet::new(), Language::English), "");
    }
}
