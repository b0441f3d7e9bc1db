//! 对照表: which column of a table is which field, and what its words mean.
//!
//! Read twice: the file as written, then the mapping as meant, with every check in one place. Unknown keys are refused.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use luodi_ledger::hash::Blake3;
use luodi_ledger::matter::codes::{CodeList as _, OfficeCode};
use luodi_ledger::matter::labels::Label as _;
use luodi_ledger::names::{Division, Office};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::cell::{Dates, MoneyUnit, MonthMeans, Order, Wrong};
use super::field::{Field, TableKind};
use super::table::Table;
use crate::language::{Language, say};
use crate::refusals;

/// Longest name of a table, in bytes: it stands in every body that comes from it.
const LONGEST_NAME: usize = 120;

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
#[derive(Debug)]
enum Source {
    Column(String),
    More(More),
}

/// By hand, so that a slip inside is told as what it is.
impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Source;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a column, or { column, default, unit, values, skip }")
            }
            fn visit_str<E: serde::de::Error>(self, column: &str) -> Result<Source, E> {
                Ok(Source::Column(column.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Source, A::Error> {
                More::deserialize(MapAccessDeserializer::new(map)).map(Source::More)
            }
        }
        deserializer.deserialize_any(Either)
    }
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
    /// The columns of fields as people find them.
    pub(super) called: BTreeMap<Field, String>,
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
        let draft = Self::parse(&text, language).with_context(|| file.to_string())?;
        draft.check(language).with_context(|| file.to_string())?;
        Ok(draft)
    }

    fn parse(text: &str, language: Language) -> anyhow::Result<Self> {
        toml::from_str(text).map(Self).map_err(|error| anyhow::anyhow!(refusals::of_toml(text, &error, language)))
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
            let (field, kind) = (field.name(), file.table.name());
            bail!(say!(language, "fields：{field} 不属于 {kind} 表", "fields: {field} is not a field of a table of {kind}"));
        }
        let wanted: &[&[Field]] = match file.table {
            TableKind::Matters => {
                &[&[Field::Title], &[Field::Category], &[Field::Basis], &[Field::TopicDate, Field::MeetingDate, Field::OutcomeDate]]
            }
            TableKind::Progress => &[&[Field::Matter, Field::MatterRow], &[Field::Date]],
        };
        if let Some(any) = wanted.iter().find(|any| !any.iter().any(|field| file.fields.contains_key(field))) {
            let any = any.iter().map(|field| field.name()).collect::<Vec<_>>().join(language.pick(" 或 ", " or "));
            bail!(say!(
                language,
                "fields：缺 {any}（写列名，或写 default）",
                "fields: {any} is missing (name a column, or give a default)"
            ));
        }
        if let Some(by) = &file.by {
            let known = OfficeCode::ALL.iter().filter(|office| **office != OfficeCode::Node);
            let list: Vec<String> = known.map(|office| format!("{office} {}", language.pick(office.zh(), office.en()))).collect();
            let list = list.join(language.pick("、", ", "));
            ensure!(
                by.as_str().parse::<OfficeCode>().is_ok_and(|office| office != OfficeCode::Node),
                say!(language, "by：没有“{by}”这种组织；只能是：{list}", "by: there is no office \"{by}\"; use one of {list}")
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
            let field = field.name();
            ensure!(
                source.column().is_some() || source.default().is_some(),
                say!(language, "fields.{field}：写 column 或 default", "fields.{field}: give column or default")
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
        let dates = Dates { order: file.dates, month: file.month };
        let (mut fields, mut called) = (BTreeMap::new(), BTreeMap::new());
        for (field, source) in file.fields {
            let more = match source {
                Source::Column(column) => More { column: Some(column), ..More::default() },
                Source::More(more) => more,
            };
            let column = more.column.as_ref().map(place).transpose()?;
            // Said once, and not of every row.
            for text in more.default.iter().chain(more.values.values()) {
                if let Some(Wrong { problem, remedy }) = field.refuses(text, more.unit, dates, language) {
                    let name = field.name();
                    bail!(say!(language, "fields.{name}：{problem}；{remedy}", "fields.{name}: {problem}; {remedy}"));
                }
            }
            called.extend(column.map(|column| (field, table.column_name(column, language))));
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
            dates,
            keep,
            markers: file.markers,
            fields,
            called,
            unmapped,
        })
    }
}

impl Mapping {
    /// A field as people find it: its column, or where the mapping speaks of it.
    pub(super) fn place(&self, field: Field) -> String {
        self.called.get(&field).cloned().unwrap_or_else(|| format!("[fields] {}", field.name()))
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
        let check = |text: &str| Draft::parse(text, Language::English).and_then(|draft| draft.check(Language::English).map(|()| draft));
        check(SMALL).unwrap();
        for (from, to, told) in [
            ("title = \"what\"", "titel = \"what\"", "titel"),
            ("title = \"what\"", "", "fields: title is missing"),
            ("topic-date = \"when\"", "", "fields: topic-date or meeting-date or outcome-date is missing"),
            ("title = \"what\"", "title = \"what\"\nmilestone = \"x\"", "milestone is not a field of a table of matters"),
            ("name = \"t\"", "name = \"t\"\nby = \"nobody\"", "by: there is no office \"nobody\""),
            ("topic-date = \"when\"", "topic-date = \"when\"\ncost = { column = \"x\", unit = \"usd\" }", "unknown variant `usd`"),
            ("key = [\"no\"]", "key = []", "key"),
            ("name = \"t\"", "name = \" \"", "name"),
            ("table = \"matters\"", "table = \"matters\"\ncolour = 1", "colour"),
            ("category = { default = \"sanitation\" }", "category = { unit = \"wan\" }", "fields.category: give"),
        ] {
            let fault = format!("{:#}", check(&SMALL.replace(from, to)).unwrap_err());
            assert!(fault.contains(told), "{to}: {fault}");
        }
    }

    #[test]
    fn a_slip_is_told_in_chinese_with_its_line() {
        let told = |text: &str| format!("{:#}", Draft::parse(text, Language::Chinese).unwrap_err());
        let usd = told(&SMALL.replace("topic-date = \"when\"", "cost = { column = \"x\", unit = \"usd\" }"));
        assert!(usd.contains("第 9 行：不能写“usd”，只能写下面之一：yuan, wan, fen"), "{usd}");
        let list = told(&SMALL.replace("title = \"what\"", "title = 3"));
        assert!(list.contains("第 6 行：这里写成了数 3，应写列名，或 { column, default, unit, values, skip }"), "{list}");
    }

    #[test]
    fn words_that_mean_nothing_are_refused_before_a_row_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        std::fs::write(&path, "no,what,when\n1,a,2024-01-01\n2,b,2024-01-01\n").unwrap();
        let table = Table::read(&path, None, 1, Language::English).unwrap();
        let fit = |text: &str| Draft::parse(text, Language::English).unwrap().fit(&table, Language::English);
        assert_eq!(fit(SMALL).unwrap().place(Field::TopicDate), "column C \"when\"");
        for (from, to, wanted) in [
            ("\"sanitation\"", "\"notacode\"", "fields.category: \"notacode\" is not known"),
            ("\"when\"", "{ column = \"when\", default = \"soon\" }", "fields.topic-date: \"soon\" is no date"),
            (
                "category = { default = \"sanitation\" }",
                "category = { column = \"what\", values = { a = \"notacode\" } }",
                "fields.category: \"notacode\" is not known",
            ),
        ] {
            let fault = fit(&SMALL.replace(from, to)).unwrap_err().to_string();
            assert!(fault.starts_with(wanted), "{fault}");
        }
    }
}
