//! 对照表: which column of a table is which field, and what its words mean.
//!
//! Read twice: the file as written, then the mapping as meant, with every check in one place. Unknown keys are refused.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use luodi_ledger::hash::Blake3;
use luodi_ledger::names::{Division, Office};
use serde::Deserialize;

use super::cell::{Dates, MoneyUnit, MonthMeans, Order};
use super::table::Table;
use crate::language::{Language, say};

/// Longest name of a table, in bytes: it stands in every body that comes from it.
const LONGEST_NAME: usize = 120;

/// What the rows of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum TableKind {
    /// A matter each, with what became of it.
    Matters,
    /// A piece of news each, of a matter that is in the log.
    Progress,
}

/// A field that a column can fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Field {
    Division,
    Number,
    Title,
    Text,
    Category,
    Basis,
    Method,
    RaisedBy,
    RaisedCount,
    TopicDate,
    Decision,
    Elsewhere,
    MeetingDate,
    MeetingUnit,
    MeetingDue,
    MeetingPresent,
    VotesFor,
    VotesAgainst,
    VotesAbstain,
    OutcomeDate,
    Result,
    OutcomeText,
    Promise,
    Due,
    Budget,
    FundSource,
    Funds,
    Responsible,
    Who,
    NewDue,
    PlanDate,
    PlanReason,
    PlanText,
    Started,
    ProgressDate,
    ProgressText,
    Spent,
    Completed,
    Cost,
    CompletionText,
    Stage,
    Ended,
    EndReason,
    EndText,
    Matter,
    MatterRow,
    Event,
    Commitment,
    Date,
    Milestone,
}

impl Field {
    /// Whether rows of `kind` have it.
    fn is_of(self, kind: TableKind) -> bool {
        use Field as F;
        let shared = matches!(self, F::Division | F::Text | F::Spent | F::Cost | F::NewDue | F::Budget | F::PlanReason);
        let news = matches!(self, F::Matter | F::MatterRow | F::Event | F::Commitment | F::Date | F::Milestone);
        match kind {
            TableKind::Matters => !news,
            TableKind::Progress => news || shared,
        }
    }

    /// Whether it is words that people read, in which no marker is looked for.
    pub(super) fn is_words(self) -> bool {
        use Field as F;
        matches!(
            self,
            F::Title
                | F::Text
                | F::OutcomeText
                | F::Promise
                | F::Funds
                | F::Who
                | F::PlanText
                | F::ProgressText
                | F::CompletionText
                | F::EndText
        )
    }
}

/// The file as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    table: TableKind,
    name: String,
    sheet: Option<String>,
    #[serde(default = "first")]
    heading_row: u32,
    key: Vec<String>,
    division: Option<Division>,
    by: Option<Office>,
    matters: Option<String>,
    rules: Option<Blake3>,
    #[serde(default)]
    dates: Order,
    month: Option<MonthMeans>,
    #[serde(default)]
    keep: Vec<String>,
    #[serde(default)]
    ignore: Vec<String>,
    #[serde(default)]
    markers: Markers,
    fields: BTreeMap<Field, Source>,
}

fn first() -> u32 {
    1
}

/// Words that stand in a column of dates, amounts or codes and are none.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Markers {
    /// As if the cell were empty.
    #[serde(default)]
    pub(super) absent: BTreeSet<String>,
    /// The matter was given up.
    #[serde(default)]
    pub(super) abandoned: BTreeSet<String>,
}

/// Where a field comes from: the name of a column, or more about it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Source {
    Column(String),
    More(More),
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct More {
    column: Option<String>,
    default: Option<String>,
    #[serde(default)]
    unit: MoneyUnit,
    #[serde(default)]
    values: BTreeMap<String, String>,
    #[serde(default)]
    skip: BTreeSet<String>,
}

/// Where a field comes from, in a certain table.
#[derive(Clone, Debug, Default)]
pub(super) struct From {
    /// The column.
    pub(super) column: Option<usize>,
    /// What stands for an empty cell, or for the column where there is none.
    pub(super) default: Option<String>,
    /// The unit of amounts.
    pub(super) unit: MoneyUnit,
    /// What the words of the column mean, where they are not ours.
    pub(super) values: BTreeMap<String, String>,
    /// Rows with one of these words are passed over.
    pub(super) skip: BTreeSet<String>,
}

/// The mapping as meant, for one table.
#[derive(Clone, Debug)]
pub(super) struct Mapping {
    pub(super) kind: TableKind,
    /// What the table is called in what is signed.
    pub(super) name: String,
    /// The columns that tell a row from every other.
    pub(super) key: Vec<usize>,
    pub(super) division: Option<Division>,
    pub(super) by: Option<Office>,
    /// What the table of the matters is called, for a table of progress.
    pub(super) matters: Option<String>,
    pub(super) rules: Option<Blake3>,
    pub(super) dates: Dates,
    /// Columns whose cells are signed as they stand.
    pub(super) keep: Vec<usize>,
    pub(super) markers: Markers,
    pub(super) fields: BTreeMap<Field, From>,
    /// Columns that nothing is taken from.
    pub(super) unmapped: Vec<usize>,
}

/// A mapping that was read, before its table is.
#[derive(Debug)]
pub(super) struct Draft(File);

impl Draft {
    /// Reads a mapping file.
    pub(super) fn read(path: &Path, language: Language) -> anyhow::Result<Self> {
        let file = path.display();
        let text = std::fs::read_to_string(path).with_context(|| say!(language, "{file}：读不到", "{file}: cannot be read"))?;
        let draft = Self::parse(&text).with_context(|| file.to_string())?;
        draft.check(language).with_context(|| file.to_string())?;
        Ok(draft)
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        Ok(Self(toml::from_str(text)?))
    }

    fn check(&self, language: Language) -> anyhow::Result<()> {
        let file = &self.0;
        ensure!(
            !file.name.trim().is_empty() && file.name.len() <= LONGEST_NAME,
            say!(
                language,
                "name：给这张表一个名称（最多 {LONGEST_NAME} 字节）",
                "name: give the table a name of at most {LONGEST_NAME} bytes"
            )
        );
        ensure!(
            !file.key.is_empty(),
            say!(
                language,
                "key：写明哪一列（或哪几列）能认出每一行，如编号",
                "key: name the column or columns that tell the rows apart, such as a number"
            )
        );
        if let Some(field) = file.fields.keys().find(|field| !field.is_of(file.table)) {
            let kind = file.table;
            bail!(say!(language, "fields：{field:?} 不属于 {kind:?} 表", "fields: {field:?} is not a field of a table of {kind:?}"));
        }
        let wanted: &[&[Field]] = match file.table {
            TableKind::Matters => {
                &[&[Field::Title], &[Field::Category], &[Field::Basis], &[Field::TopicDate, Field::MeetingDate, Field::OutcomeDate]]
            }
            TableKind::Progress => &[&[Field::Matter, Field::MatterRow], &[Field::Date]],
        };
        for any in wanted {
            ensure!(
                any.iter().any(|field| file.fields.contains_key(field)),
                say!(
                    language,
                    "fields：缺 {any:?}（写列名，或写 default）",
                    "fields: {any:?} is missing (name a column, or give a default)"
                )
            );
        }
        ensure!(
            !file.fields.contains_key(&Field::MatterRow) || file.matters.is_some(),
            say!(
                language,
                "matters：用 matter-row 时，写明事项表的 name",
                "matters: with matter-row, give the name of the table that the matters came from"
            )
        );
        for (field, source) in &file.fields {
            ensure!(
                source.column().is_some() || source.default().is_some(),
                say!(language, "fields.{field:?}：写 column 或 default", "fields.{field:?}: give column or default")
            );
        }
        Ok(())
    }

    pub(super) fn sheet(&self) -> Option<&str> {
        self.0.sheet.as_deref()
    }

    pub(super) fn heading_row(&self) -> u32 {
        self.0.heading_row
    }

    /// Finds the columns in `table`.
    pub(super) fn fit(self, table: &Table, language: Language) -> anyhow::Result<Mapping> {
        let file = self.0;
        let place = |name: &String| -> anyhow::Result<usize> {
            let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
            let mut found = table.heading.iter().enumerate().filter(|(_, heading)| **heading == name).map(|(at, _)| at);
            let at = found.next().with_context(|| {
                let all: Vec<&str> = table.heading.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
                let all = all.join(language.pick("、", ", "));
                say!(language, "表里没有“{name}”这一列；有：{all}", "the table has no column \"{name}\"; it has: {all}")
            })?;
            ensure!(
                found.next().is_none(),
                say!(language, "表里有两列都叫“{name}”；改掉其中一个", "the table has two columns \"{name}\"; rename one of them")
            );
            Ok(at)
        };
        let places = |names: &[String]| names.iter().map(place).collect::<anyhow::Result<Vec<usize>>>();
        let (key, keep, ignore) = (places(&file.key)?, places(&file.keep)?, places(&file.ignore)?);
        let mut fields = BTreeMap::new();
        for (field, source) in file.fields {
            let more = match source {
                Source::Column(column) => More { column: Some(column), ..More::default() },
                Source::More(more) => more,
            };
            let column = more.column.as_ref().map(place).transpose()?;
            fields.insert(field, From { column, default: more.default, unit: more.unit, values: more.values, skip: more.skip });
        }
        let used: BTreeSet<usize> =
            key.iter().chain(&keep).chain(&ignore).copied().chain(fields.values().filter_map(|source| source.column)).collect();
        let unmapped = (0..table.heading.len()).filter(|column| !used.contains(column)).collect();
        Ok(Mapping {
            kind: file.table,
            name: file.name,
            key,
            division: file.division,
            by: file.by,
            matters: file.matters,
            rules: file.rules,
            dates: Dates { order: file.dates, month: file.month },
            keep,
            markers: file.markers,
            fields,
            unmapped,
        })
    }
}

impl Source {
    fn column(&self) -> Option<&String> {
        match self {
            Self::Column(column) => Some(column),
            Self::More(more) => more.column.as_ref(),
        }
    }

    fn default(&self) -> Option<&String> {
        match self {
            Self::Column(_) => None,
            Self::More(more) => more.default.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"
table = "matters"
name = "t"
key = ["no"]
[fields]
title = "what"
category = { default = "sanitation" }
basis = { default = "vital-interest" }
topic-date = "when"
"#;

    #[test]
    fn a_slip_in_a_mapping_is_told() {
        let check = |text: &str| Draft::parse(text).and_then(|draft| draft.check(Language::English).map(|()| draft));
        check(SMALL).unwrap();
        for (from, to, told) in [
            ("title = \"what\"", "titel = \"what\"", "titel"),
            ("title = \"what\"", "", "Title"),
            ("title = \"what\"", "title = \"what\"\nmilestone = \"x\"", "Milestone"),
            ("key = [\"no\"]", "key = []", "key"),
            ("name = \"t\"", "name = \" \"", "name"),
            ("table = \"matters\"", "table = \"matters\"\ncolour = 1", "colour"),
            ("category = { default = \"sanitation\" }", "category = { unit = \"wan\" }", "Category"),
        ] {
            let fault = format!("{:#}", check(&SMALL.replace(from, to)).unwrap_err());
            assert!(fault.contains(told), "{to}: {fault}");
        }
    }
}
