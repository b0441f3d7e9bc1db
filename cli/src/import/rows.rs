//! From the rows of a table to what will be said of them.

use std::collections::{BTreeMap, BTreeSet};

use luodi_ledger::matter::codes::Word;
use luodi_ledger::matter::pack::Packs;
use luodi_ledger::matter::words::Words;
use luodi_ledger::names::Division;

use super::cell::Wrong;
use super::field::{Field, TableKind};
use super::item::{Item, Piece};
use super::mapping::Mapping;
use super::matters::matter;
use super::progress::progress;
use super::reading::{Fault, Reading};
use super::table::{Row, Table};
use crate::language::{Language, say};

/// What the rows of a table come to.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) items: Vec<Item>,
    pub(super) faults: Vec<Fault>,
    /// Rows of other divisions, and rows that the mapping passes over.
    pub(super) elsewhere: Vec<u32>,
    pub(super) skipped: Vec<u32>,
}

/// Reads every row, for the office of `division`.
pub(super) fn read(table: &Table, mapping: &Mapping, division: Division, packs: &Packs, language: Language) -> Rows {
    let mut rows = Rows::default();
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for row in &table.rows {
        let mut reading = Reading::new(table, mapping, row, language);
        if reading.is_skipped() {
            rows.skipped.push(row.number);
            continue;
        }
        let place: Option<Division> = reading.parsed(Field::Division);
        if place.is_some_and(|place| place != division) {
            rows.elsewhere.push(row.number);
            continue;
        }
        let key = reading.key();
        if let Some(first) = key.as_ref().and_then(|key| seen.insert(key.clone(), row.number)) {
            let (column, key) =
                (mapping.key.first().map(|column| table.column_name(*column, language)), key.as_deref().unwrap_or_default());
            reading.note(
                column,
                Wrong {
                    problem: say!(language, "编号“{key}”在第 {first} 行已有", "the key \"{key}\" stands in row {first} already"),
                    remedy: say!(
                        language,
                        "每行一个编号；改正，或让 key 多含一列",
                        "one key a row; correct it, or add a column to key in the mapping"
                    ),
                },
            );
        }
        let item = match mapping.kind {
            TableKind::Matters => matter(&mut reading, packs, key.unwrap_or_default()),
            TableKind::Progress => progress(&mut reading, key.unwrap_or_default()),
        };
        reading.look_for_persons();
        if reading.faults.is_empty() {
            rows.items.extend(item);
        }
        rows.faults.append(&mut reading.faults);
    }
    if mapping.kind == TableKind::Progress {
        // What is told of one matter is logged in the order it happened.
        rows.items.sort_by_key(|item| (item.day, item.row));
    }
    rows
}

/// The cells of unmapped columns that hold something: the column, and the rows.
pub(super) fn unmapped(table: &Table, mapping: &Mapping) -> Vec<(usize, BTreeSet<u32>)> {
    let filled = |column: usize, row: &Row| row.cells.get(column).is_some_and(|cell| !cell.text().is_empty());
    let rows = |column: usize| table.rows.iter().filter(|row| filled(column, row)).map(|row| row.number).collect::<BTreeSet<u32>>();
    mapping.unmapped.iter().map(|column| (*column, rows(*column))).filter(|(_, rows)| !rows.is_empty()).collect()
}

pub(super) fn words(text: Option<String>) -> Words {
    Words { text, ..Words::default() }
}

/// The one commitment that a row of matters makes.
pub(super) fn only() -> Word {
    // Two letters and digits are a word.
    "c1".parse().unwrap_or_else(|_| unreachable!())
}

/// Puts what was kept of the row into the first body.
pub(super) fn keep(reading: &Reading<'_>, first: Option<&mut Piece>) {
    if let (Some(first), false) = (first, reading.kept.is_empty()) {
        first.words.more.insert("cells".to_owned(), serde_json::json!(reading.kept));
    }
}
