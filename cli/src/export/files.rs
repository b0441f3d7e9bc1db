//! The files of an export: sheets, JSON Lines, what every field means, and their checksums.

use anyhow::Context as _;
use luodi_ledger::matter::codes::{CodeList as _, IndicatorCode};
use luodi_ledger::matter::labels::Label as _;
use luodi_ledger::names::Division;
use luodi_ledger::time::{Date, Time};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook};
use sha2::{Digest as _, Sha256};

use super::corpus::Corpus;
use super::fields::{self, CommitmentRow, EventRow, Field, FigureRow, MatterRow, SlotRow, reference};
use super::value::Value;
use crate::language::{Language, say};

/// What a table is called as a file, on a sheet, and what it holds.
#[derive(Clone, Copy, Debug)]
struct Title {
    file: &'static str,
    zh: &'static str,
    en: &'static str,
    means: (&'static str, &'static str),
}

const TITLES: [Title; 6] = [
    Title { file: "matters", zh: "事项", en: "Matters", means: ("每行一件协商事项", "one matter a row") },
    Title {
        file: "commitments",
        zh: "承诺",
        en: "Commitments",
        means: ("每行一项承诺，取消的也在内", "one commitment a row, dropped ones too"),
    },
    Title {
        file: "timeline",
        zh: "经过",
        en: "Timeline",
        means: ("每行一份陈述，按入账先后", "one statement a row, by when it was logged"),
    },
    Title {
        file: "calendar",
        zh: "公开日历",
        en: "Calendar",
        means: ("每行一个应公开的日子，缺的也在内", "one thing to disclose a row, missing ones too"),
    },
    Title {
        file: "assessment",
        zh: "考核",
        en: "Assessment",
        means: ("每行一个地方的一项指标；按签署的事实算出", "one indicator of one place a row, computed from signed facts"),
    },
    Title { file: "logs", zh: "账本", en: "Logs", means: ("算到了每本账的第几条", "up to which size each log was read") },
];

/// Name, headings and meanings of a field.
type About = (&'static str, (&'static str, &'static str), (&'static str, &'static str));

/// A table, ready to be written in any format.
struct Sheet {
    title: Title,
    fields: Vec<About>,
    rows: Vec<Vec<Value>>,
}

fn sheet<R>(title: Title, fields: &[Field<R>], rows: &[R]) -> Sheet {
    Sheet {
        title,
        fields: fields.iter().map(|field| (field.name, field.heading, field.meaning)).collect(),
        rows: rows.iter().map(|row| fields.iter().map(|field| (field.value)(row)).collect()).collect(),
    }
}

/// A format to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Output {
    /// Comma-separated, UTF-8 with a mark that Excel reads.
    Csv,
    /// One workbook with typed dates and money.
    Xlsx,
    /// One JSON object a line, with facts and words as signed.
    Jsonl,
}

/// A file to write.
pub(super) type Named = (String, Vec<u8>);

/// Every file of an export, checksums last.
pub(super) fn files(corpus: &Corpus, place: Division, formats: &[Output], language: Language) -> anyhow::Result<Vec<Named>> {
    let matters: Vec<MatterRow<'_>> = corpus.views.iter().map(|view| MatterRow { corpus, view }).collect();
    let of = |view| move |commitment| CommitmentRow { corpus, view, commitment };
    let commitments: Vec<CommitmentRow<'_>> = corpus.views.iter().flat_map(|view| view.commitments.iter().map(of(view))).collect();
    let of = |view| move |event| EventRow { corpus, view, event };
    let events: Vec<EventRow<'_>> = corpus.views.iter().flat_map(|view| view.timeline.iter().map(of(view))).collect();
    let slots = corpus.calendars.iter().flat_map(|calendar| calendar.slots.iter().map(|slot| SlotRow { place: calendar.place, slot }));
    let slots: Vec<SlotRow<'_>> = slots.collect();
    let figures: Vec<FigureRow<'_>> = corpus
        .assessments
        .iter()
        .flat_map(|assessment| {
            let county = assessment.figures.iter().map(|figure| (assessment.county, figure));
            let below = assessment.townships.iter().chain(&assessment.communities);
            let below = below.flat_map(|row| row.figures.iter().map(|figure| (row.place, figure)));
            county.chain(below).map(|(place, figure)| FigureRow { assessment, place, figure })
        })
        .collect();
    let [about_matters, about_commitments, about_timeline, about_calendar, about_assessment, about_logs] = TITLES;
    let sheets = [
        sheet(about_matters, &fields::matters(), &matters),
        sheet(about_commitments, &fields::commitments(), &commitments),
        sheet(about_timeline, &fields::timeline(), &events),
        sheet(about_calendar, &fields::calendar(), &slots),
        sheet(about_assessment, &fields::assessment(), &figures),
        sheet(about_logs, &fields::logs(), &corpus.logs),
    ];
    let mut files = Vec::new();
    for format in formats {
        match format {
            Output::Csv => {
                for sheet in &sheets {
                    files.push((format!("{}.csv", sheet.title.file), csv_bytes(sheet, language)?));
                }
            }
            Output::Xlsx => files.push(("luodi.xlsx".to_owned(), workbook(&sheets, corpus.as_of, language)?)),
            Output::Jsonl => {
                for sheet in &sheets {
                    // A statement goes out whole, so that whoever has the line can check its signature.
                    let signed = |row: usize| events.get(row).filter(|_| sheet.title.file == about_timeline.file);
                    let lines = sheet.rows.iter().enumerate().map(|(row, values)| line(sheet, values, signed(row)));
                    files.push((
                        format!("{}.jsonl", sheet.title.file),
                        lines.collect::<anyhow::Result<Vec<String>>>()?.concat().into_bytes(),
                    ));
                }
            }
        }
    }
    files.push(("README.md".to_owned(), readme(&sheets, corpus, place, formats).into_bytes()));
    let sums: String = files.iter().map(|(name, bytes)| format!("{}  {name}\n", hex(&Sha256::digest(bytes)))).collect();
    files.push(("SHA256SUMS".to_owned(), sums.into_bytes()));
    Ok(files)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn csv_bytes(sheet: &Sheet, language: Language) -> anyhow::Result<Vec<u8>> {
    // Without the mark Excel in China reads UTF-8 as GBK.
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(sheet.fields.iter().map(|(_, heading, _)| language.pick(heading.0, heading.1)))?;
    for row in &sheet.rows {
        writer.write_record(row.iter().map(|value| value.guarded(language)))?;
    }
    writer.into_inner().context("csv")
}

fn workbook(sheets: &[Sheet], as_of: Time, language: Language) -> anyhow::Result<Vec<u8>> {
    let mut book = Workbook::new();
    // The machine's clock has no say in what is written.
    book.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_timestamp(as_of.unix())?));
    let heading = Format::new().set_bold();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let money = Format::new().set_num_format("#,##0.00");
    for sheet in sheets {
        let page = book.add_worksheet().set_name(language.pick(sheet.title.zh, sheet.title.en))?;
        for (column, (_, name, _)) in sheet.fields.iter().enumerate() {
            let column = u16::try_from(column)?;
            page.write_string_with_format(0, column, language.pick(name.0, name.1), &heading)?;
            page.set_column_width(column, 14)?;
        }
        page.set_freeze_panes(1, 1)?;
        for (row, values) in sheet.rows.iter().enumerate() {
            let row = u32::try_from(row + 1)?;
            for (column, value) in values.iter().enumerate() {
                let column = u16::try_from(column)?;
                match value {
                    Value::Empty => {}
                    Value::Day(date) => match excel_day(*date) {
                        Some(date) => page.write_datetime_with_format(row, column, &date, &day).map(drop)?,
                        None => page.write_string(row, column, date.to_string()).map(drop)?,
                    },
                    // Excel holds every number so; to the fen it is exact up to 10 trillion yuan.
                    #[expect(clippy::cast_precision_loss, reason = "amounts end at 10^13 fen, far below 2^53")]
                    Value::Money(fen) => {
                        page.write_number_with_format(row, column, fen.0 as f64 / 100.0, &money)?;
                    }
                    #[expect(clippy::cast_precision_loss, reason = "counts, days and indexes lie far below 2^53")]
                    Value::Number(number) => {
                        page.write_number(row, column, *number as f64)?;
                    }
                    value => {
                        page.write_string(row, column, shortened(value.text(language)))?;
                    }
                }
            }
        }
    }
    Ok(book.save_to_buffer()?)
}

/// Excel holds 32,767 characters in a cell, counted in UTF-16.
fn shortened(text: String) -> String {
    const MOST: usize = 32_767;
    if text.encode_utf16().count() <= MOST {
        return text;
    }
    let mut units = 0;
    let kept = text.chars().take_while(|c| {
        units += c.len_utf16();
        units < MOST
    });
    kept.chain(['…']).collect()
}

/// Excel knows the days from 1900 on; none for others.
fn excel_day(date: Date) -> Option<ExcelDateTime> {
    let (month, day) = (u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?);
    let year = u16::try_from(date.year()).ok().filter(|year| *year >= 1900)?;
    ExcelDateTime::from_ymd(year, month, day).ok()
}

fn line(sheet: &Sheet, values: &[Value], event: Option<&EventRow<'_>>) -> anyhow::Result<String> {
    let mut object = serde_json::Map::new();
    for ((name, ..), value) in sheet.fields.iter().zip(values) {
        object.extend(value.json().map(|value| ((*name).to_owned(), value)));
    }
    if let Some(event) = event {
        let on = reference(event);
        if let Some(note) = event.corpus.notes.get(on) {
            object.insert("statement".to_owned(), note.note().to_string().into());
        }
        if let Some(body) = event.corpus.bodies.get(on) {
            object.insert("body".to_owned(), body.text.clone().into());
        }
    }
    Ok(serde_json::to_string(&object)? + "\n")
}

/// The description: made from the same fields as the tables, in both languages, so that it cannot drift from them.
fn readme(sheets: &[Sheet], corpus: &Corpus, place: Division, formats: &[Output]) -> String {
    let as_of = corpus.as_of;
    let mut text = String::new();
    for language in [Language::Chinese, Language::English] {
        text += &say!(
            language,
            "# 落地账本导出：{place}\n\n算到 {as_of}。每一项都由这台机器从签署的原文重新算出，没有采信任何服务器的说法；读到同样条数的人会得到同样的文件。\n\n",
            "# Export of {place} from the Luodi ledgers\n\nAs of {as_of}. Every figure was computed on this machine from what was signed, believing no server; whoever reads the same sizes gets the same files.\n\n"
        );
        for log in &corpus.logs {
            let (origin, size, root, missing) = (&log.origin, log.size, log.root, log.missing);
            text += &say!(
                language,
                "- `{origin}`：{size} 条，根 `{root}`，缺 {missing} 份文字\n",
                "- `{origin}`: {size} entries, root `{root}`, {missing} bodies not held\n"
            );
        }
        text.push('\n');
        if formats.contains(&Output::Csv) {
            text += language.pick(
                "CSV 是带标记的 UTF-8，Excel 直接打开；以 = + - @ 开头的文字前加了 `'`，免得被当成公式。\n",
                "CSV is UTF-8 with a mark, for Excel; a text that begins with = + - @ has a `'` in front, so that it is no formula.\n",
            );
        }
        if formats.contains(&Output::Jsonl) {
            text += language.pick(
                "JSON Lines 每行一个对象：用英文字段名和代码，金额以分为单位；timeline.jsonl 另有 `statement`（签署的原文）和 `body`（文字，一字不差）。\n",
                "JSON Lines holds an object a line, with the names and codes below and amounts in fen; timeline.jsonl adds `statement` (the signed note) and `body` (its words, byte for byte).\n",
            );
        }
        text += language.pick("核对：`sha256sum -c SHA256SUMS`。\n", "Check with `sha256sum -c SHA256SUMS`.\n");
        for sheet in sheets {
            let Title { file, zh, en, means } = sheet.title;
            let (name, means, n) = (language.pick(zh, en), language.pick(means.0, means.1), sheet.rows.len());
            text += &say!(language, "\n## {name}（{file}）\n\n{means}；{n} 行。\n\n", "\n## {name} ({file})\n\n{means}; {n} rows.\n\n");
            text += language.pick("| 列名 | 字段 | 说明 |\n|---|---|---|\n", "| heading | field | meaning |\n|---|---|---|\n");
            for (field, heading, meaning) in &sheet.fields {
                let (heading, meaning) = (language.pick(heading.0, heading.1), language.pick(meaning.0, meaning.1));
                text += &format!("| {heading} | `{field}` | {meaning} |\n");
            }
        }
        text += language.pick(
            "\n### 指标的公式\n\n| 指标 | 代码 | 公式 |\n|---|---|---|\n",
            "\n### Formulas of the indicators\n\n| indicator | code | formula |\n|---|---|---|\n",
        );
        for indicator in IndicatorCode::ALL {
            let (label, formula) = (language.pick(indicator.zh(), indicator.en()), indicator.formula());
            let formula = language.pick(formula.0, formula.1);
            text += &format!("| {label} | `{}` | {formula} |\n", indicator.as_str());
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_excel_does_not_know_is_no_obstacle() {
        let day = |text: &str| excel_day(text.parse().unwrap()).is_some();
        assert!(day("1900-01-01") && day("2026-11-25"));
        assert!(!day("1026-12-24") && !day("1899-12-31"));
    }
}
