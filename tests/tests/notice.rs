//! `docs/notice.md` maps the notice to the project; this test says that no sentence is missing and that all it names is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::Command;

use luodi_ledger::matter::codes::{CodeList as _, KindCode};
use luodi_ledger::schema;
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_luodi-under-test");

/// The sentences of 豫民文〔2017〕91号, sections 1 to 3: how its paragraphs are called, and from which to which each counts its
/// sentences, a heading being 0. A sentence ends at 。
const SENTENCES: [(&str, RangeInclusive<u32>); 18] = [
    ("一-", 0..=0),
    ("一-1.", 1..=3),
    ("一-2.", 1..=3),
    ("一-3.", 1..=1),
    ("二-", 0..=0),
    ("二-1.", 1..=1),
    ("二(一)-", 0..=5),
    ("二(二)-", 0..=0),
    ("二(二)1-", 1..=2),
    ("二(二)2-", 1..=4),
    ("二(二)3-", 1..=4),
    ("二(三)-", 0..=1),
    ("二(三)1-", 1..=4),
    ("二(三)2-", 1..=4),
    ("二(三)3-", 1..=5),
    ("三-", 0..=0),
    ("三-1.", 1..=3),
    ("三-2.", 1..=6),
];

/// What a row says in place of a name where a concept is not in the ledger.
const OUTSIDE: &str = "外";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

struct Row {
    sentence: String,
    concept: String,
    here: String,
    note: String,
}

fn page() -> String {
    fs::read_to_string(root().join("docs/notice.md")).expect("the page")
}

/// The rows of its tables, in order.
fn rows(page: &str) -> Vec<Row> {
    let cells = |line: &str| {
        let cells: Vec<String> = line.strip_prefix('|')?.strip_suffix('|')?.split('|').map(|cell| cell.trim().to_owned()).collect();
        let [sentence, concept, here, note] = cells.try_into().unwrap_or_else(|cells| panic!("four cells wanted: {cells:?}"));
        Some(Row { sentence, concept, here, note })
    };
    page.lines().filter_map(cells).filter(|row| !["句", "---"].contains(&row.sentence.as_str())).collect()
}

/// What stands in backticks.
fn names(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_sentence_has_a_row_and_every_row_a_sentence_in_order() {
    let wanted: Vec<String> =
        SENTENCES.into_iter().flat_map(|(prefix, range)| range.map(move |sentence| format!("{prefix}{sentence}"))).collect();
    let page = page();
    let mut told: Vec<String> = rows(&page).into_iter().map(|row| row.sentence).collect();
    told.dedup();
    assert_eq!(told, wanted);
}

#[test]
fn every_concept_has_its_place_or_the_reason_why_not() {
    let page = page();
    let mut concepts = BTreeSet::new();
    for row in rows(&page) {
        let at = format!("{} {}", row.sentence, row.concept);
        assert!(concepts.insert(at.clone()), "{at}: twice");
        assert!(row.here == OUTSIDE || !names(&row.here).is_empty(), "{at}: neither a name nor {OUTSIDE}");
        assert!(row.here != OUTSIDE || !row.note.is_empty(), "{at}: no reason");
        let only_names: String = row.here.split('`').step_by(2).collect();
        assert!(row.here == OUTSIDE || only_names.chars().all(|each| ", ".contains(each)), "{at}: words belong in the note");
    }
    assert!(concepts.len() > 120, "{}", concepts.len());
}

#[test]
fn every_name_on_the_page_is_one_of_the_project() {
    let known = Known::read();
    let page = page();
    for name in names(&page) {
        assert!(known.knows(name), "{name} is nothing here");
    }
    for wrong in
        ["weather", "topic.colour", "outcome.commitments.colour", "categories/roads", "/weather", "luodi weather", "docs/weather.md"]
    {
        assert!(!known.knows(wrong), "{wrong}");
    }
}

/// All that the project has names for.
struct Known {
    codes: BTreeMap<&'static str, BTreeSet<&'static str>>,
    fields: BTreeSet<String>,
    routes: BTreeSet<String>,
}

impl Known {
    fn read() -> Self {
        let codes = schema::codes().into_iter().map(|list| (list.name, list.codes.iter().map(|code| code.code).collect())).collect();
        let mut fields = BTreeSet::new();
        for kind in KindCode::ALL {
            let whole = schema::of_kind(*kind);
            collect(&whole, &whole, kind.as_str(), &mut fields);
        }
        let server = fs::read_to_string(root().join("explorer/src/server.rs")).expect("the routes");
        let calls = server.lines().filter(|line| line.contains(".route(\"") || line.contains("listed(pages, \""));
        let routes = calls.filter_map(|line| line.split('"').nth(1).map(ToOwned::to_owned)).collect();
        Self { codes, fields, routes }
    }

    fn knows(&self, name: &str) -> bool {
        if let Some(command) = name.strip_prefix("luodi ") {
            return Command::new(PROGRAM).args([command, "--help"]).output().expect("it runs").status.success();
        }
        if name.starts_with('/') {
            return self.routes.contains(name);
        }
        if ["config/", "docs/"].iter().any(|folder| name.starts_with(folder)) {
            return root().join(name).is_file();
        }
        match name.split_once('/') {
            Some((list, code)) => self.codes.get(list).is_some_and(|codes| codes.contains(code)),
            None => self.fields.contains(name) || self.codes["kinds"].contains(name),
        }
    }
}

/// Every field below `schema`, written `path.field`; a list's fields are those of its items.
fn collect(whole: &Value, schema: &Value, path: &str, fields: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|at| at.strip_prefix("#/$defs/")) {
        return collect(whole, &whole["$defs"][name], path, fields);
    }
    for branch in ["anyOf", "oneOf", "allOf"] {
        schema[branch].as_array().into_iter().flatten().for_each(|branch| collect(whole, branch, path, fields));
    }
    if schema["items"].is_object() {
        collect(whole, &schema["items"], path, fields);
    }
    for (field, below) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}.{field}");
        if fields.insert(path.clone()) {
            collect(whole, below, &path, fields);
        }
    }
}
