//! Over a thousand past projects, as offices keep them, go through a real node and come out again: in text of three encodings and in a sheet
//! of Excel; dates in every spelling, words where dates should be, stages out of order, delays, projects given up, amounts with separators.
//!
//! Every cell stands in what was exported or is told as not mapped, with its rows; a run that was cut off is gone on with, and one more
//! changes nothing.

mod command;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use command::{COUNTY, PATIENCE, comes_up, edit, luodi, must, run_node};
use luodi_node::keys::Passphrase;

/// The tables: a letter, a file, how many projects.
const TABLES: [(char, &str, u32); 4] = [('A', "a.csv", 420), ('B', "b.csv", 300), ('C', "c.csv", 300), ('D', "d.xlsx", 40)];
/// Statements of the first table in its journal when its import is cut off.
const CUT_OFF: usize = 60;
const HEADING: [&str; 14] = [
    "编号",
    "项目名称",
    "类别",
    "提出日期",
    "决议日期",
    "计划完成",
    "预算",
    "调整后期限",
    "开工日期",
    "完成日期",
    "结算",
    "状态",
    "备注",
    "经办",
];
const MAPPING: &str = include_str!("../../tests/projects.toml");

/// A project: its cells as they are typed, and what they mean, as exported tables say it.
struct Project {
    cells: [String; 14],
    category: &'static str,
    topic: String,
    budget: String,
    cost: String,
    /// Cells whose words are kept as they stand.
    kept: Vec<usize>,
}

impl Project {
    fn of(table: char, n: u32) -> Self {
        let (month, day) = (n % 12 + 1, n % 28 + 1);
        let spelt = [
            format!("2023年{month}月{day}日"),
            format!("2023/{month}/{day}"),
            format!("2023.{month:02}.{day:02}"),
            format!("2023{month:02}{day:02}"),
        ];
        // Of some the decision is dated before the topic.
        let decided = if n.is_multiple_of(5) { format!("2023-{month:02}-01") } else { format!("2023-12-{day:02}") };
        let yuan = 1_000 * (n % 999 + 1) + n;
        let (budget, typed) = match n % 3 {
            0 => (format!("{yuan}.50"), format!("{},{:03}.50", yuan / 1000, yuan % 1000)),
            1 => (format!("{}.00", n * 10_000 + 2_500), format!("{n}.25万")),
            _ => (format!("{n}00.00"), format!("¥{n}00")),
        };
        let new_due = if n.is_multiple_of(7) && n % 6 != 2 { "2025-03-31" } else { "" };
        let finished = format!("2024-{:02}-28", (n + 3) % 12 + 1);
        let cost = if n % 6 >= 3 { format!("{n}.07") } else { String::new() };
        let (started, completed, stage, kept) = match n % 6 {
            0 => ("待定", "", "未开工", vec![8, 11, 12]),
            1 => ("2024-01-05", "进行中", "在建", vec![9, 11, 12]),
            2 => ("", "已取消", "终止", vec![9, 11, 12]),
            _ => ("2023-12-31", finished.as_str(), "已完成", vec![11, 12]),
        };
        let (kind, category) = if n.is_multiple_of(2) { ("道路", "Public welfare") } else { ("河道", "Sanitation") };
        let (key, title) = (format!("{table}{n:04}"), format!("{table}第{n}号工程"));
        let (due, note, clerk) = (format!("2024-{month:02}-{day:02}"), format!("说明{table}{n}"), format!("内部{n}"));
        let spelt = &spelt[n as usize % 4];
        let cells = [&key, &title, kind, spelt, &decided, &due, &typed, new_due, started, completed, &cost, stage, &note, &clerk];
        Self { cells: cells.map(str::to_owned), category, topic: format!("2023-{month:02}-{day:02}"), budget, cost, kept }
    }

    fn cell(&self, column: &str) -> &str {
        &self.cells[HEADING.iter().position(|name| *name == column).unwrap()]
    }

    /// A day that stands in a column, if it is one.
    fn day(&self, column: &str) -> Option<&str> {
        Some(self.cell(column)).filter(|cell| cell.starts_with("20"))
    }

    fn given_up(&self) -> bool {
        self.cell("状态") == "终止"
    }

    /// Its statements: what kind, of which day (none where it is that of signing).
    fn said(&self) -> BTreeSet<(&str, Option<&str>)> {
        let mut said = BTreeSet::from([("Topic", Some(self.topic.as_str())), ("Outcome published", self.day("决议日期"))]);
        said.extend(self.day("调整后期限").map(|_| ("Plan", None)));
        said.extend(self.day("开工日期").map(|day| ("Progress", Some(day))));
        said.extend(self.day("完成日期").map(|day| ("Reported finished", Some(day))));
        said.extend(self.given_up().then_some(("Termination", None)));
        said
    }
}

/// The table as text.
fn text(projects: &[Project]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADING).unwrap();
    for project in projects {
        writer.write_record(&project.cells).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

fn write_sheet(path: &Path, projects: &[Project]) {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let day = rust_xlsxwriter::Format::new().set_num_format("yyyy/m/d");
    for (column, name) in (0..).zip(HEADING) {
        sheet.write_string(0, column, name).unwrap();
    }
    for (row, project) in (1..).zip(projects) {
        for (column, cell) in (0..).zip(&project.cells) {
            // Typed as Excel would: some days as days, plain numbers as numbers.
            match (HEADING[usize::from(column)], cell.parse::<f64>()) {
                ("计划完成", _) => {
                    let date = rust_xlsxwriter::ExcelDateTime::parse_from_str(cell).unwrap();
                    sheet.write_datetime_with_format(row, column, &date, &day).unwrap();
                }
                ("结算", Ok(number)) => drop(sheet.write_number(row, column, number).unwrap()),
                _ => drop(sheet.write_string(row, column, cell).unwrap()),
            }
        }
    }
    book.save(path).unwrap();
}

/// The rows of an exported table by their headings.
fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(path).unwrap();
    csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes()).deserialize().map(Result::unwrap).collect()
}

/// What a place exports, by matter and row.
struct Exported {
    matters: BTreeMap<String, BTreeMap<String, String>>,
    commitments: BTreeMap<String, BTreeMap<String, String>>,
    /// By table and row.
    events: BTreeMap<(String, String), Vec<BTreeMap<String, String>>>,
    logs: Vec<BTreeMap<String, String>>,
}

impl Exported {
    fn read(folder: &Path) -> Self {
        let by_matter = |name: &str| rows(&folder.join(name)).into_iter().map(|row| (row["Matter"].clone(), row)).collect();
        let mut events: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for row in rows(&folder.join("timeline.csv")) {
            events.entry((row["From table"].clone(), row["From row"].clone())).or_default().push(row);
        }
        let (matters, commitments) = (by_matter("matters.csv"), by_matter("commitments.csv"));
        Self { matters, commitments, events, logs: rows(&folder.join("logs.csv")) }
    }

    /// Holds a project to what came out of it, cell by cell.
    fn holds(&self, table: char, project: &Project) {
        let key = project.cell("编号");
        let events = self.events.get(&(format!("table {table}"), key.to_owned())).unwrap_or_else(|| panic!("{key} is gone"));
        let of = |kind: &str| events.iter().find(|event| event["Kind"] == kind);
        let expected = project.said();
        assert_eq!(events.len(), expected.len(), "{key}: {events:?}");
        for (kind, day) in &expected {
            let event = of(kind).unwrap_or_else(|| panic!("{key}: no {kind}"));
            assert!(day.is_none_or(|day| event["Date"] == day), "{key}: {kind} of {} is of {day:?}", event["Date"]);
            assert_eq!(event["Counts"], "yes", "{key}: {event:?}");
        }
        let topic = of("Topic").unwrap();
        let kept: BTreeMap<String, String> = serde_json::from_str(&topic["Cells"]).unwrap();
        let meant: BTreeMap<String, String> =
            project.kept.iter().map(|column| (HEADING[*column].to_owned(), project.cells[*column].clone())).collect();
        assert_eq!(kept, meant, "{key}");
        let (matter, promise) = (&self.matters[&topic["Matter"]], &self.commitments[&topic["Matter"]]);
        let due = project.cell("计划完成");
        for (row, column, value) in [
            (matter, "Title", project.cell("项目名称")),
            (matter, "Category", project.category),
            (matter, "Topic date", &project.topic),
            (matter, "Outcome date", project.cell("决议日期")),
            (promise, "First due", due),
            (promise, "Due", project.day("调整后期限").unwrap_or(due)),
            (promise, "First budget", &project.budget),
            (promise, "Completed", project.day("完成日期").unwrap_or_default()),
            (promise, "Cost", &project.cost),
        ] {
            assert_eq!(row[column], value, "{key}: {column}");
        }
        assert_eq!(matter["Status"] == "Terminated", project.given_up(), "{key}: {}", matter["Status"]);
        assert!(matter["Flags"].contains("Back-filled") && promise["Verdict"].is_empty(), "{key}: a table verifies nothing");
        let whole: String = events.iter().chain([matter, promise]).flat_map(BTreeMap::values).cloned().collect();
        assert!(!whole.contains(project.cell("经办")), "{key}: what is not mapped went in");
    }
}

#[test]
fn a_thousand_projects_go_in_and_come_out() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (http, peer) = (free(), free());
    Passphrase::random().unwrap().save(&folder.join("pass")).unwrap();
    must(
        folder,
        &format!(
            "init --root {COUNTY} --name luodi.example/tables --dir county --address /ip4/127.0.0.1/tcp/{peer} --http 127.0.0.1:{http} --passphrase-file pass"
        ),
    );
    // An office that brings its books of ten years asks its node for more than a day's share.
    edit(folder, "county/node.toml", &[("statements_a_day = 500", "statements_a_day = 100000")]);
    let _node = run_node(folder, "county");
    comes_up(folder, http);
    let node = format!("--node http://127.0.0.1:{http}");

    let tables: Vec<Vec<Project>> = TABLES.iter().map(|(table, _, count)| (1..=*count).map(|n| Project::of(*table, n)).collect()).collect();
    fs::write(folder.join("a.csv"), format!("\u{feff}{}", text(&tables[0]))).unwrap();
    fs::write(folder.join("b.csv"), &encoding_rs::GB18030.encode(&text(&tables[1])).0).unwrap();
    let wide = format!("\u{feff}{}", text(&tables[2]));
    fs::write(folder.join("c.csv"), wide.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()).unwrap();
    write_sheet(&folder.join("d.xlsx"), &tables[3]);
    let line = |table: char, file: &str| {
        fs::write(folder.join(format!("{table}.toml")), MAPPING.replace("\"TABLE\"", &format!("\"table {table}\""))).unwrap();
        format!(
            "import {file} --mapping {table}.toml --federation county/federation.txt {node} --key county/government.age --passphrase-file pass --yes"
        )
    };

    // The first is cut off while it goes in, wherever it happens to be.
    let mut first = luodi(folder, &line('A', "a.csv")).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let until = Instant::now() + PATIENCE;
    let signed = || fs::read_to_string(folder.join("a.csv.signed.jsonl")).map_or(0, |text| text.matches('\n').count());
    while signed() < CUT_OFF {
        assert!(Instant::now() < until, "nothing is signed");
        std::thread::sleep(Duration::from_millis(5));
    }
    first.kill().unwrap();
    first.wait().unwrap();

    for ((table, file, count), projects) in TABLES.into_iter().zip(&tables) {
        let told = must(folder, &line(table, file));
        let all: usize = projects.iter().map(|project| project.said().len()).sum();
        let (open, before) = counts(&told);
        assert!(told.contains(&format!("{count} rows can be imported")) && told.contains("; 0 are left"), "{told}");
        assert_eq!(open + before, all, "{told}");
        // What was sent before the cut stands, and what was not is sent now.
        assert!(open > 0 && (before == 0 || table == 'A'), "{told}");
        // What is not mapped is told with its column and all its rows.
        assert!(told.contains("经办") && told.contains(&format!("rows 2–{} hold something", count + 1)), "{told}");
    }
    let export = |output: &str| {
        let line = format!("export {node} --federation county/federation.txt --place {COUNTY} --format csv --output {output}");
        must(folder, &line);
        Exported::read(&folder.join(output))
    };
    let exported = export("out");
    assert_eq!(exported.matters.len(), tables.iter().map(Vec::len).sum::<usize>());
    assert_eq!(exported.events.len(), exported.matters.len());
    for ((table, ..), projects) in TABLES.iter().zip(&tables) {
        for project in projects {
            exported.holds(*table, project);
        }
    }

    // Nothing is said twice, with the journal and without it, and a dry run says the same.
    let nothing = "0 statements to sign";
    assert!(must(folder, &line('A', "a.csv")).contains(nothing));
    fs::remove_file(folder.join("b.csv.signed.jsonl")).unwrap();
    assert!(must(folder, &line('B', "b.csv")).contains(nothing), "without its journal");
    assert!(must(folder, &format!("{} --dry-run", line('D', "d.xlsx"))).contains(nothing));
    assert_eq!(export("again").logs, exported.logs, "the log has grown");
}

/// Statements to sign, and published before, as an import tells them.
fn counts(told: &str) -> (usize, usize) {
    let line = told.lines().find(|line| line.contains("rows can be imported")).unwrap_or_else(|| panic!("{told}"));
    let numbers: Vec<usize> = line.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect();
    (numbers[1], numbers[2])
}
