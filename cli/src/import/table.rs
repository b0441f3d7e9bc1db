//! A table as an office keeps it: CSV in the encodings that are met, or a sheet of Excel.
//!
//! What comes out are cells with the row numbers that a person sees. Out of scope: what a column means, which the mapping says.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use calamine::{DataRef, Reader as _, Xlsx};
use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};
use luodi_ledger::time::Date;

use crate::language::{Language, say};

/// Largest file read: 200,000 rows of ordinary length are a tenth of it.
const LARGEST_FILE: u64 = 256 * 1024 * 1024;
/// Most rows: more is a database, to be cut into years first.
const MOST_ROWS: usize = 200_000;
/// Most columns: beyond it a sheet is a form, not a table.
const MOST_COLUMNS: usize = 256;
/// Longest text of a cell, in bytes: what Excel lets anybody type.
const LONGEST_CELL: usize = 128 * 1024;

/// One cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Cell {
    /// Nothing, or white space.
    #[default]
    Empty,
    /// As typed.
    Text(String),
    /// A number as people see it: at most 15 digits, as Excel shows it. Text, so that nothing is ever rounded here.
    Number(String),
    /// A day that Excel holds as one.
    Day(Date),
    /// `#REF!` and its like.
    Broken(String),
}

impl Cell {
    fn typed(text: &str) -> Self {
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        // An apostrophe guards a cell that would read as a formula; it is no part of the text.
        let text = text.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@'])).unwrap_or(text);
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }

    /// What a person sees in it.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::Text(text) | Self::Number(text) | Self::Broken(text) => Cow::Borrowed(text),
            Self::Day(day) => Cow::Owned(day.to_string()),
        }
    }
}

/// A row below the heading.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// As Excel counts them, the first row of the sheet being 1.
    pub(super) number: u32,
    /// As many as the heading has.
    pub(super) cells: Vec<Cell>,
}

/// A table.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// The sheet it was found on, for Excel.
    pub(super) sheet: Option<String>,
    /// The names of the columns; blank ones too.
    pub(super) heading: Vec<String>,
    /// The rows that hold anything.
    pub(super) rows: Vec<Row>,
}

impl Table {
    /// Reads the table in `path`; the names of its columns stand in row `heading`.
    pub(super) fn read(path: &Path, sheet: Option<&str>, heading: u32, language: Language) -> anyhow::Result<Self> {
        let file = path.display();
        let size = std::fs::metadata(path).with_context(|| say!(language, "{file}：读不到", "{file}: cannot be read"))?.len();
        ensure!(
            size <= LARGEST_FILE,
            say!(language, "{file}：大于 256 MiB；请按年份拆开", "{file}: larger than 256 MiB; cut it into years")
        );
        let mut head = Vec::new();
        File::open(path).and_then(|file| file.take(8).read_to_end(&mut head)).with_context(|| file.to_string())?;
        let (sheet, rows) = match head.as_slice() {
            [b'P', b'K', ..] => {
                let (sheet, rows) = sheet_rows(path, sheet, language)?;
                (Some(sheet), rows)
            }
            // The container of Excel before 2007.
            [0xd0, 0xcf, 0x11, 0xe0, ..] => bail!(say!(
                language,
                "{file}：是旧的 .xls；在 Excel 或 WPS 里另存为 .xlsx",
                "{file}: an old .xls; save it as .xlsx in Excel or WPS"
            )),
            _ => (None, text_rows(&std::fs::read(path).with_context(|| file.to_string())?, path, language)?),
        };
        Self::of(sheet, rows, heading).with_context(|| {
            say!(
                language,
                "{file}：第 {heading} 行没有列名；列名在别的行就在对照表里写 heading-row",
                "{file}: no names of columns in row {heading}; if they stand elsewhere, say heading-row in the mapping"
            )
        })
    }

    fn of(sheet: Option<String>, rows: Vec<Row>, heading: u32) -> Option<Self> {
        let names = rows.iter().find(|row| row.number == heading)?;
        let mut names: Vec<String> = names.cells.iter().map(|cell| cell.text().split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        while names.last().is_some_and(String::is_empty) {
            names.pop();
        }
        let widest = rows.iter().filter(|row| row.number > heading).map(|row| row.cells.len()).max().unwrap_or_default();
        names.resize(names.len().max(widest), String::new());
        let mut below: Vec<Row> =
            rows.into_iter().filter(|row| row.number > heading && row.cells.iter().any(|cell| *cell != Cell::Empty)).collect();
        for row in &mut below {
            row.cells.resize(names.len(), Cell::Empty);
        }
        names.iter().any(|name| !name.is_empty()).then_some(Self { sheet, heading: names, rows: below })
    }

    /// The name of a column as people find it: its letter, and its heading.
    pub(super) fn column_name(&self, column: usize, language: Language) -> String {
        let letter = letter(column);
        match self.heading.get(column).filter(|name| !name.is_empty()) {
            Some(name) => say!(language, "{letter} 列“{name}”", "column {letter} \"{name}\""),
            None => say!(language, "{letter} 列", "column {letter}"),
        }
    }
}

/// `A`, `B`, … `Z`, `AA`, …
fn letter(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(b'A' + u8::try_from((rest - 1) % 26).unwrap_or_default());
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().map(|letter| char::from(*letter)).collect()
}

fn too_many(language: Language) -> anyhow::Error {
    anyhow::anyhow!(say!(
        language,
        "多于 {MOST_ROWS} 行或 {MOST_COLUMNS} 列；请按年份拆开",
        "more than {MOST_ROWS} rows or {MOST_COLUMNS} columns; cut it into years"
    ))
}

/// The text of a file, in whichever of the encodings it is in.
fn decode<'b>(bytes: &'b [u8], path: &Path, language: Language) -> anyhow::Result<Cow<'b, str>> {
    let marked = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => return Ok(Cow::Borrowed(std::str::from_utf8(rest)?)),
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        _ => None,
    };
    if marked.is_none()
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return Ok(Cow::Borrowed(text));
    }
    // What is no UTF-8 comes from Chinese Windows; a byte that GB18030 does not know means it comes from elsewhere.
    let (text, _, damaged) = marked.unwrap_or(GB18030).decode(bytes);
    let file = path.display();
    ensure!(
        !damaged,
        say!(
            language,
            "{file}：既不是 UTF-8 也不是 GB18030；在 Excel 里另存为“CSV UTF-8”",
            "{file}: neither UTF-8 nor GB18030; save it as \"CSV UTF-8\" in Excel"
        )
    );
    Ok(text)
}

fn text_rows(bytes: &[u8], path: &Path, language: Language) -> anyhow::Result<Vec<Row>> {
    let mut text = decode(bytes, path, language)?;
    if !text.ends_with('\n') {
        text.to_mut().push('\n');
    }
    let first = text.lines().next().unwrap_or_default();
    let separator = [b'\t', b';', b','].into_iter().max_by_key(|separator| first.bytes().filter(|byte| byte == separator).count());
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator.unwrap_or(b',')).from_reader(text.as_bytes());
    let (mut rows, mut record, mut number, mut line) = (Vec::new(), csv::StringRecord::new(), 0, 1);
    while reader.read_record(&mut record).with_context(|| path.display().to_string())? {
        let inside: u64 = record.iter().map(|field| field.bytes().filter(|byte| *byte == b'\n').count() as u64).sum();
        // The reader passes over blank lines; people count them.
        let end = reader.position().line();
        let blank = (end - line).saturating_sub(1 + inside);
        line = end;
        number += 1 + u32::try_from(blank)?;
        if rows.len() >= MOST_ROWS || record.len() > MOST_COLUMNS {
            return Err(too_many(language));
        }
        rows.push(Row { number, cells: record.iter().map(|field| short(field, number, language)).collect::<anyhow::Result<_>>()? });
    }
    Ok(rows)
}

fn short(text: &str, row: u32, language: Language) -> anyhow::Result<Cell> {
    ensure!(
        text.len() <= LONGEST_CELL,
        say!(
            language,
            "第 {row} 行：有一格长于 128 KiB；引号可能没有成对",
            "row {row}: a cell longer than 128 KiB; a quote may be missing"
        )
    );
    Ok(Cell::typed(text))
}

fn sheet_rows(path: &Path, sheet: Option<&str>, language: Language) -> anyhow::Result<(String, Vec<Row>)> {
    let file = path.display();
    let damaged = || say!(language, "{file}：不是完好的 .xlsx", "{file}: not a sound .xlsx");
    let mut book: Xlsx<BufReader<File>> = calamine::open_workbook(path).with_context(damaged)?;
    let names = book.sheet_names();
    let all = names.join(language.pick("、", ", "));
    let name = match sheet {
        Some(sheet) if names.iter().any(|name| name == sheet) => sheet.to_owned(),
        Some(sheet) => bail!(say!(language, "{file}：没有工作表“{sheet}”；有：{all}", "{file}: no sheet \"{sheet}\"; there are: {all}")),
        None => names.first().cloned().with_context(damaged)?,
    };
    let mut cells = book.worksheet_cells_reader(&name).with_context(damaged)?;
    let mut rows: std::collections::BTreeMap<u32, Vec<Cell>> = std::collections::BTreeMap::new();
    while let Some(found) = cells.next_cell().with_context(damaged)? {
        let (row, column) = found.get_position();
        let cell = cell(found.get_value(), row + 1, language)?;
        if cell == Cell::Empty {
            continue;
        }
        let column = usize::try_from(column)?;
        if column >= MOST_COLUMNS || (rows.len() >= MOST_ROWS && !rows.contains_key(&row)) {
            return Err(too_many(language));
        }
        let row = rows.entry(row).or_default();
        if row.len() <= column {
            row.resize(column + 1, Cell::Empty);
        }
        row[column] = cell;
    }
    Ok((name, rows.into_iter().map(|(row, cells)| Row { number: row + 1, cells }).collect()))
}

fn cell(value: &DataRef<'_>, row: u32, language: Language) -> anyhow::Result<Cell> {
    Ok(match value {
        DataRef::Empty => Cell::Empty,
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => short(text, row, language)?,
        DataRef::SharedString(text) => short(text, row, language)?,
        DataRef::Int(number) => Cell::Number(number.to_string()),
        DataRef::Float(number) => Cell::Number(as_shown(*number)),
        DataRef::Bool(value) => Cell::Text(value.to_string()),
        DataRef::DateTime(moment) if moment.is_datetime() => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            match (i16::try_from(year), i8::try_from(month), i8::try_from(day)) {
                (Ok(year), Ok(month), Ok(day)) => {
                    Date::new(year, month, day).map_or_else(|_| Cell::Number(as_shown(moment.as_f64())), Cell::Day)
                }
                _ => Cell::Number(as_shown(moment.as_f64())),
            }
        }
        DataRef::DateTime(duration) => Cell::Number(as_shown(duration.as_f64())),
        DataRef::Error(error) => Cell::Broken(error.to_string()),
    })
}

/// A number with the 15 digits that Excel shows of it: `0.1 + 0.2` is 0.3 on the screen of whoever typed it, and so here.
fn as_shown(number: f64) -> String {
    let text = format!("{number:.14e}");
    let Some((mantissa, exponent)) = text.split_once('e') else { return text };
    let Ok(exponent) = exponent.parse::<i32>() else { return text };
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let mut digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    // Where the point stands among the digits.
    let point = exponent + 1;
    if point <= 0 {
        let zeros = usize::try_from(-point).unwrap_or_default();
        digits = format!("0.{}{digits}", "0".repeat(zeros.min(LONGEST_CELL)));
    } else {
        let point = usize::try_from(point).unwrap_or_default();
        if point >= digits.len() {
            digits.push_str(&"0".repeat((point - digits.len()).min(LONGEST_CELL)));
        } else {
            digits.insert(point, '.');
        }
    }
    let digits = if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { &digits };
    format!("{sign}{digits}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<Row> {
        text_rows(bytes, Path::new("t.csv"), Language::English).unwrap()
    }

    #[test]
    fn three_encodings_say_the_same() {
        let text = "编号,名称\r\n1,清理河道\r\n";
        let (gb, _, lossy) = GB18030.encode(text);
        assert!(!lossy);
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let marked = [&[0xef, 0xbb, 0xbf], text.as_bytes()].concat();
        for bytes in [text.as_bytes(), &gb, &utf16, &marked] {
            let table = Table::of(None, read(bytes), 1).unwrap();
            assert_eq!(table.heading, ["编号", "名称"]);
            assert_eq!(table.rows[0].cells[1], Cell::Text("清理河道".to_owned()));
        }
        assert!(decode(&[0x81, 0xff, 0xff], Path::new("t.csv"), Language::English).is_err());
    }

    #[test]
    fn rows_are_counted_as_excel_counts_them() {
        let rows = read("a,b\n1,\"two\nlines\"\n\n3,x\n\n\n6,y".as_bytes());
        assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 2, 4, 7]);
    }

    #[test]
    fn a_guarded_formula_is_the_text_behind_it() {
        assert_eq!(Cell::typed("'=1+1"), Cell::Text("=1+1".to_owned()));
        assert_eq!(Cell::typed("'tis"), Cell::Text("'tis".to_owned()));
        assert_eq!(Cell::typed(" \u{3000}"), Cell::Empty);
    }

    #[test]
    fn a_number_is_what_the_screen_shows() {
        for (number, shown) in
            [(0.1 + 0.2, "0.3"), (12345.6, "12345.6"), (1e12, "1000000000000"), (-0.05, "-0.05"), (1.2, "1.2"), (0.0, "0"), (17.0, "17")]
        {
            assert_eq!(as_shown(number), shown);
        }
    }

    #[test]
    fn columns_have_the_letters_of_excel() {
        assert_eq!([0, 25, 26, 27, 701, 702].map(letter), ["A", "Z", "AA", "AB", "ZZ", "AAA"]);
    }
}
