//! Whole tables: the examples as they stand, every fault of a bad one, and a thousand rows of which no cell is lost.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use luodi_ledger::matter::codes::OutcomeResult;
use luodi_ledger::matter::facts::Said;
use luodi_ledger::matter::pack::Packs;

use super::item::{Facts, Item};
use super::mapping::{Draft, Mapping};
use super::rows::{self, Rows};
use super::table::Table;
use crate::language::Language;

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../config").join(name)
}

fn read(mapping: &Path, table: &Path) -> (Table, Mapping, Rows) {
    let draft = Draft::read(mapping, Language::English).unwrap();
    let table = Table::read(table, draft.sheet(), draft.heading_row(), Language::English).unwrap();
    let mapping = draft.fit(&table, Language::English).unwrap();
    let rows = rows::read(&table, &mapping, "990101002201".parse().unwrap(), &Packs::built_in(), Language::English);
    (table, mapping, rows)
}

fn parts(item: &Item) -> Vec<&str> {
    item.pieces.iter().map(|piece| piece.part).collect()
}

#[test]
fn the_example_of_matters_is_read() {
    let (table, mapping, rows) = read(&example("import-matters.toml"), &example("import-matters.csv"));
    assert!(rows.faults.is_empty(), "{:?}", rows.faults);
    assert_eq!(rows.items.len(), 6);
    assert_eq!(parts(&rows.items[0]), ["topic", "step", "outcome", "start", "completion"]);
    assert_eq!(parts(&rows.items[1]), ["topic", "step", "outcome", "plan", "start", "completion"]);
    assert_eq!(parts(&rows.items[4]), ["topic", "step", "outcome", "termination"]);
    let Facts::Said(Said::Outcome(outcome)) = &rows.items[3].pieces[2].facts else { panic!("{:?}", rows.items[3]) };
    assert_eq!((outcome.result, outcome.commitments.len()), (OutcomeResult::None, 0));
    // What stands for no date is signed as it stands, and what is not mapped is told.
    assert!(rows.items[2].pieces[0].words.more["cells"].to_string().contains("待定"));
    let unmapped: Vec<&str> = rows::unmapped(&table, &mapping).iter().map(|(column, _)| table.heading[*column].as_str()).collect();
    assert_eq!(unmapped, ["联系人"]);
}

#[test]
fn the_example_of_progress_is_read() {
    let (_, _, rows) = read(&example("import-progress.toml"), &example("import-progress.csv"));
    assert!(rows.faults.is_empty(), "{:?}", rows.faults);
    assert_eq!(rows.skipped, [3]);
    assert_eq!(rows.items.iter().map(parts).collect::<Vec<_>>(), [["progress"], ["plan"], ["completion"]]);
}

#[test]
fn nothing_that_a_table_says_is_ever_verified() {
    for (mapping, table) in [("import-matters.toml", "import-matters.csv"), ("import-progress.toml", "import-progress.csv")] {
        let (_, _, rows) = read(&example(mapping), &example(table));
        let kinds: BTreeSet<&str> = rows.items.iter().flat_map(|item| item.pieces.iter().map(|piece| piece.facts.kind())).collect();
        assert!(kinds.is_subset(&["topic", "step", "outcome", "plan", "progress", "completion", "termination"].into()), "{kinds:?}");
    }
}

#[test]
fn every_fault_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.csv");
    let text = std::fs::read_to_string(example("import-matters.csv")).unwrap();
    let text = text
        .replace("2024年3月1日", "三月一日")
        .replace("12.35,集体", "约12万,集体")
        .replace("2024-03,安装路灯,路灯", "2024-02,安装路灯,太阳能")
        .replace("33,29,通过", ",29,通过");
    std::fs::write(&path, text).unwrap();
    let (_, _, rows) = read(&example("import-matters.toml"), &path);
    let told: Vec<String> = rows.faults.iter().map(ToString::to_string).collect();
    for (row, column, part) in
        [(2, "提出日期", "三月一日"), (2, "预算", "约12万"), (4, "编号", "row 3"), (4, "类别", "太阳能"), (6, "实到", "only one")]
    {
        let found =
            told.iter().any(|fault| fault.starts_with(&format!("row {row}, column")) && fault.contains(column) && fault.contains(part));
        assert!(found, "{row} {column} {part}: {told:#?}");
    }
    assert_eq!(told.len(), 5, "{told:#?}");
    assert_eq!(rows.items.iter().map(|item| item.row).collect::<Vec<_>>(), [3, 5, 7]);
}

#[test]
fn a_number_of_a_person_is_told_once_by_its_column() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("personal.csv");
    let text = std::fs::read_to_string(example("import-matters.csv")).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    let heading: Vec<&str> = lines[0].split(',').collect();
    let note = heading.iter().position(|name| *name == "备注").unwrap();
    // One without a comma in a cell.
    let at = (1..lines.len()).find(|at| lines[*at].split(',').count() == heading.len()).unwrap();
    let mut cells: Vec<&str> = lines[at].split(',').collect();
    cells[note] = "李 13800138000 联系";
    let row = cells.join(",");
    lines[at] = &row;
    std::fs::write(&path, lines.join("\n")).unwrap();
    let (_, _, rows) = read(&example("import-matters.toml"), &path);
    let told: Vec<String> = rows.faults.iter().map(ToString::to_string).collect();
    let [fault] = told.as_slice() else { panic!("{told:#?}") };
    assert!(
        fault.starts_with(&format!("row {}, column", at + 1)) && fault.contains("\"备注\": characters 3–13 look like a mobile number; "),
        "{fault}"
    );
    assert!(!fault.contains(".;") && !fault.contains("13800138000"), "{fault}");
}

/// A table such as offices keep: stages out of order, words in columns of dates, separators in amounts, delays, abandonments.
fn thousand() -> String {
    let mut text = "编号,项目名称,类别,提出日期,决议日期,计划完成,预算,开工日期,完成日期,结算,状态,备注,电话\n".to_owned();
    for n in 1..=1200_u32 {
        let (month, day) = (n % 12 + 1, n % 28 + 1);
        let asked = [
            format!("2023年{month}月{day}日"),
            format!("2023/{month}/{day}"),
            format!("2023.{month:02}.{day:02}"),
            format!("2023{month:02}{day:02}"),
        ];
        let asked = &asked[n as usize % 4];
        let decided = if n % 5 == 0 { format!("2023-{month:02}-01") } else { format!("2023-12-{day:02}") };
        let due = format!("2024-{month:02}-{day:02}");
        let budget = [format!("\"{},{:03}.50\"", n % 999 + 1, n % 1000), format!("{n}.25万"), format!("¥{n}00"), format!("{n}元整")];
        let budget = &budget[n as usize % 4];
        let (started, completed, cost, stage) = match n % 6 {
            0 => ("待定".to_owned(), String::new(), String::new(), "未开工"),
            1 => ("2024-01-05".to_owned(), "进行中".to_owned(), String::new(), "在建"),
            2 => (String::new(), "已取消".to_owned(), String::new(), "终止"),
            _ => ("2023-12-31".to_owned(), format!("2024-{:02}-28", (n + 3) % 12 + 1), format!("{n}.07"), "已完成"),
        };
        text +=
            &format!("X{n:04},第{n}号工程,道路,{asked},{decided},{due},{budget},{started},{completed},{cost},{stage},备注{n},内部{n}\n");
    }
    text
}

const THOUSAND: &str = r#"
table = "matters"
name = "thousand"
key = ["编号"]
keep = ["备注"]
[markers]
absent = ["待定", "进行中"]
abandoned = ["已取消"]
[fields]
title = "项目名称"
category = { column = "类别", values = { "道路" = "public-welfare" } }
basis = { default = "vital-interest" }
topic-date = "提出日期"
outcome-date = "决议日期"
due = "计划完成"
budget = "预算"
started = "开工日期"
completed = "完成日期"
cost = "结算"
stage = { column = "状态", values = { "未开工" = "decided", "在建" = "under-way", "终止" = "abandoned", "已完成" = "completed" } }
"#;

/// All that is signed of an item, as one text.
fn signed(item: &Item) -> String {
    let facts = item.pieces.iter().map(|piece| match &piece.facts {
        Facts::Said(said) => said.to_facts().unwrap().as_str().to_owned(),
        Facts::Termination { .. } => String::new(),
    });
    let words = item.pieces.iter().map(|piece| serde_json::to_string(&piece.words).unwrap());
    facts.chain(words).collect()
}

#[test]
fn of_a_thousand_rows_in_three_encodings_no_cell_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let (map, csv) = (folder.path().join("map.toml"), folder.path().join("table.csv"));
    std::fs::write(&map, THOUSAND).unwrap();
    let text = thousand();
    let (gb, _, _) = encoding_rs::GB18030.encode(&text);
    let marked = [&[0xef, 0xbb, 0xbf], text.as_bytes()].concat();
    let mut all = Vec::new();
    for bytes in [text.as_bytes(), &gb, &marked] {
        std::fs::write(&csv, bytes).unwrap();
        let (table, mapping, rows) = read(&map, &csv);
        assert!(rows.faults.is_empty(), "{:?}", rows.faults.first().map(ToString::to_string));
        assert_eq!(rows.items.len(), 1200);
        let unmapped = rows::unmapped(&table, &mapping);
        assert_eq!(unmapped.iter().map(|(_, rows)| rows.len()).collect::<Vec<_>>(), [1200]);
        for (item, row) in rows.items.iter().zip(&table.rows) {
            let signed = signed(item);
            for (column, cell) in row.cells.iter().enumerate().filter(|(column, _)| !mapping.unmapped.contains(column)) {
                let text = cell.text();
                let stands = match table.heading[column].as_str() {
                    "编号" => item.key == text,
                    "类别" => signed.contains("public-welfare"),
                    name @ ("提出日期" | "决议日期" | "计划完成" | "开工日期" | "完成日期") => {
                        let day = super::cell::day(cell, super::cell::Dates::default(), Language::English);
                        day.map_or_else(|_| signed.contains(&format!("\"{name}\":\"{text}\"")), |day| signed.contains(&day.to_string()))
                    }
                    "预算" | "结算" => {
                        let fen = super::cell::money(cell, super::cell::MoneyUnit::Yuan, Language::English);
                        text.is_empty() || signed.contains(&format!(":{}", fen.unwrap().0))
                    }
                    _ => signed.contains(text.as_ref()),
                };
                assert!(stands || text.is_empty(), "row {} {}: {text} is nowhere in {signed}", row.number, table.heading[column]);
            }
        }
        all.push(rows.items.iter().map(signed).collect::<String>());
    }
    assert!(all.iter().all(|one| *one == all[0]));
}

#[test]
fn a_sheet_of_excel_says_the_same_as_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.xlsx");
    let text = std::fs::read_to_string(example("import-matters.csv")).unwrap();
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().set_name("说明").unwrap().write_string(0, 0, "见第二张").unwrap();
    let sheet = book.add_worksheet().set_name("台账").unwrap();
    let day = rust_xlsxwriter::Format::new().set_num_format("yyyy/m/d");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    for (row, record) in reader.records().enumerate() {
        for (column, field) in record.unwrap().iter().enumerate() {
            let (row, column) = (u32::try_from(row).unwrap(), u16::try_from(column).unwrap());
            // Typed as Excel would: days as days, numbers as numbers.
            if field == "2024-04-10" {
                let date = rust_xlsxwriter::ExcelDateTime::from_ymd(2024, 4, 10).unwrap();
                sheet.write_datetime_with_format(row, column, &date, &day).unwrap();
            } else if let Ok(number) = field.parse::<f64>() {
                sheet.write_number(row, column, number).unwrap();
            } else {
                sheet.write_string(row, column, field).unwrap();
            }
        }
    }
    book.save(&path).unwrap();
    let mapping = std::fs::read_to_string(example("import-matters.toml")).unwrap();
    let map = folder.path().join("map.toml");
    std::fs::write(&map, mapping.replace("# sheet = \"台账\"", "sheet = \"台账\"")).unwrap();
    let (table, _, sheet) = read(&map, &path);
    assert_eq!(table.sheet.as_deref(), Some("台账"));
    let (_, _, plain) = read(&example("import-matters.toml"), &example("import-matters.csv"));
    assert!(sheet.faults.is_empty(), "{:?}", sheet.faults);
    assert_eq!(sheet.items.iter().map(signed).collect::<Vec<_>>(), plain.items.iter().map(signed).collect::<Vec<_>>());
}
