//! One row read by its mapping: fields out of cells, every fault noted with its place.

use std::collections::BTreeMap;
use std::fmt;

use luodi_ledger::Malformed;
use luodi_ledger::matter::codes::{CodeList, Coded};
use luodi_ledger::matter::facts::Fen;
use luodi_ledger::matter::labels::Label;
use luodi_ledger::privacy;
use luodi_ledger::time::Date;

use super::cell::{self, Wrong};
use super::field::{self, Field};
use super::mapping::Mapping;
use super::table::{Cell, Row, Table};
use crate::language::{Language, say};

/// What is wrong with a table, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) row: u32,
    /// The column as people find it, where one is at fault.
    pub(super) column: Option<String>,
    pub(super) wrong: Wrong,
    pub(super) language: Language,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { row, column, wrong: Wrong { problem, remedy }, language } = self;
        let column = column.as_deref().unwrap_or_default();
        f.write_str(&match (language, column.is_empty()) {
            (Language::Chinese, true) => format!("第 {row} 行：{problem}；{remedy}"),
            (Language::Chinese, false) => format!("第 {row} 行 {column}：{problem}；{remedy}"),
            (Language::English, true) => format!("row {row}: {problem}; {remedy}"),
            (Language::English, false) => format!("row {row}, {column}: {problem}; {remedy}"),
        })
    }
}

/// A row being read.
pub(super) struct Reading<'a> {
    pub(super) table: &'a Table,
    pub(super) mapping: &'a Mapping,
    pub(super) row: &'a Row,
    pub(super) language: Language,
    pub(super) faults: Vec<Fault>,
    /// Cells signed as they stand: those of the columns to keep, and words that stood for no value.
    pub(super) kept: BTreeMap<String, String>,
    /// A word said that the matter was given up.
    pub(super) abandoned: bool,
}

impl<'a> Reading<'a> {
    pub(super) fn new(table: &'a Table, mapping: &'a Mapping, row: &'a Row, language: Language) -> Self {
        let mut reading = Self { table, mapping, row, language, faults: Vec::new(), kept: BTreeMap::new(), abandoned: false };
        for column in &mapping.keep {
            reading.keep(*column);
        }
        reading
    }

    /// What tells the row from every other.
    pub(super) fn key(&mut self) -> Option<String> {
        let parts: Vec<String> = self.mapping.key.iter().map(|column| self.row.cells[*column].text().into_owned()).collect();
        let key = parts.join(" · ");
        if parts.iter().all(|part| part.trim().is_empty()) {
            let column = self.mapping.key.first().map(|column| self.table.column_name(*column, self.language));
            self.note(
                column,
                Wrong {
                    problem: say!(self.language, "没有编号，认不出这一行", "empty, so the row cannot be told from others"),
                    remedy: say!(self.language, "填上；合计、说明等不是事项的行请删去", "fill it in; delete rows that are totals or notes"),
                },
            );
            return None;
        }
        Some(key)
    }

    pub(super) fn note(&mut self, column: Option<String>, wrong: Wrong) {
        self.faults.push(Fault { row: self.row.number, column, wrong, language: self.language });
    }

    /// Notes a fault of a field, at its column.
    pub(super) fn blame(&mut self, field: Field, wrong: Wrong) {
        self.note(Some(self.mapping.place(field)), wrong);
    }

    /// Keeps a cell as it stands.
    fn keep(&mut self, column: usize) {
        let text = self.row.cells[column].text().into_owned();
        if !text.is_empty() {
            self.kept.insert(self.table.heading[column].clone(), text);
        }
    }

    /// Keeps the cell of a field as it stands, for what it says goes nowhere else.
    pub(super) fn keep_field(&mut self, field: Field) {
        if let Some(column) = self.mapping.fields.get(&field).and_then(|source| source.column) {
            self.keep(column);
        }
    }

    /// The cell of a field; its default where it is empty or a word stands in it that means so.
    fn cell(&mut self, field: Field) -> Option<Cell> {
        let source = self.mapping.fields.get(&field)?;
        let default = || source.default.clone().map(Cell::Text);
        let Some(column) = source.column else { return default() };
        let cell = &self.row.cells[column];
        match cell {
            Cell::Empty => default(),
            Cell::Broken(shown) => {
                let problem = say!(self.language, "Excel 显示 {shown}", "Excel shows {shown}");
                let remedy = say!(self.language, "改正公式，或填上数值", "mend the formula, or type the value");
                self.blame(field, Wrong { problem, remedy });
                None
            }
            Cell::Text(text) if !field.is_words() => {
                let abandoned = self.mapping.markers.abandoned.contains(text);
                if abandoned || self.mapping.markers.absent.contains(text) {
                    self.abandoned |= abandoned;
                    self.keep(column);
                    return default();
                }
                Some(cell.clone())
            }
            _ => Some(cell.clone()),
        }
    }

    fn read<T>(&mut self, field: Field, of: impl Fn(&Cell) -> Result<T, Wrong>) -> Option<T> {
        match of(&self.cell(field)?) {
            Ok(value) => Some(value),
            Err(wrong) => {
                self.blame(field, wrong);
                None
            }
        }
    }

    /// Words, as they stand.
    pub(super) fn words(&mut self, field: Field) -> Option<String> {
        self.cell(field).map(|cell| cell.text().into_owned())
    }

    pub(super) fn day(&mut self, field: Field) -> Option<Date> {
        let (dates, language) = (self.mapping.dates, self.language);
        self.read(field, |cell| cell::day(cell, dates, language))
    }

    pub(super) fn money(&mut self, field: Field) -> Option<Fen> {
        let unit = self.mapping.fields.get(&field)?.unit;
        let language = self.language;
        self.read(field, |cell| cell::money(cell, unit, language))
    }

    pub(super) fn count(&mut self, field: Field) -> Option<u32> {
        let language = self.language;
        self.read(field, |cell| cell::count(cell, language))
    }

    /// A word of a list: as the mapping translates it, our own word, or what pages show for it.
    pub(super) fn code<L: CodeList + Label>(&mut self, field: Field) -> Option<L> {
        let text = self.translated(field)?;
        let shown = |code: &L| code.zh() == text || code.en().eq_ignore_ascii_case(&text);
        let found = text.parse().ok().or_else(|| L::ALL.iter().copied().find(shown));
        if found.is_none() {
            self.unknown_word(field, &text);
        }
        found
    }

    /// As [`Self::code`], for facts that keep words of later versions.
    pub(super) fn coded<L: CodeList + Label>(&mut self, field: Field) -> Option<Coded<L>> {
        self.code(field).map(Coded::Known)
    }

    /// A word that reads as a `T`, once it is translated.
    pub(super) fn parsed<T: std::str::FromStr<Err = Malformed>>(&mut self, field: Field) -> Option<T> {
        let text = self.translated(field)?;
        let read = text.parse().ok();
        if read.is_none()
            && let Some(wrong) = field::unread::<T>(&text, self.language)
        {
            self.blame(field, wrong);
        }
        read
    }

    /// The word of a field, as the mapping translates it.
    pub(super) fn translated(&mut self, field: Field) -> Option<String> {
        let cell = self.cell(field)?;
        let text = cell.text();
        let values = &self.mapping.fields.get(&field)?.values;
        Some(values.get(text.as_ref()).cloned().unwrap_or_else(|| text.into_owned()))
    }

    /// Whether the mapping passes rows with this word over.
    pub(super) fn is_skipped(&self) -> bool {
        self.mapping.fields.values().any(|source| {
            let column = source.column.filter(|_| !source.skip.is_empty());
            column.is_some_and(|column| source.skip.contains(self.row.cells[column].text().as_ref()))
        })
    }

    /// That a word is none of a field's list.
    pub(super) fn unknown_word(&mut self, field: Field, text: &str) {
        let known = field.choices().unwrap_or_default();
        self.blame(field, field::unknown(text, &known, self.language));
    }

    /// Notes each column whose words are signed and hold a number of a person: once a column, with its characters.
    pub(super) fn look_for_persons(&mut self) {
        let words = self.mapping.fields.iter().filter(|(field, _)| field.is_words()).filter_map(|(_, source)| source.column);
        let kept = (0..self.table.heading.len()).filter(|column| self.kept.contains_key(&self.table.heading[*column]));
        let columns: std::collections::BTreeSet<usize> = self.mapping.key.iter().copied().chain(words).chain(kept).collect();
        for column in columns {
            let found = privacy::numbers(&self.row.cells[column].text());
            if found.is_empty() {
                continue;
            }
            let language = self.language;
            let places = found.iter().map(|(number, at)| {
                let (number, first, last) = (language.pick(number.zh(), number.en()), at.start + 1, at.end);
                say!(language, "第 {first}–{last} 个字符像{number}", "characters {first}–{last} look like {number}")
            });
            let problem = places.collect::<Vec<_>>().join(language.pick("，", ", "));
            let remedy = say!(language, "从表里删去，或不导入那一列", "take it out of the table, or leave the column out of the mapping");
            self.note(Some(self.table.column_name(column, language)), Wrong { problem, remedy });
        }
    }
}
