//! How well the privacy gate finds what it is for, on a list of true numbers and of what only looks like them. The figures stand in
//! `docs/privacy.md`; this test keeps them true.

use std::collections::BTreeMap;
use std::ops::Range;

use luodi_ledger::privacy::{Number, numbers};

const LIST: &str = include_str!("list.tsv");
const DOCS: &str = include_str!("../../../docs/privacy.md");

struct Line {
    kind: &'static str,
    text: String,
    marked: Vec<Range<usize>>,
}

fn lines() -> Vec<Line> {
    let read = |line: &'static str| {
        let (kind, text) = line.split_once('\t').expect("two columns");
        let text = text.replace("\\n", "\n").replace("\\u{200b}", "\u{200b}").replace("\\u{200d}", "\u{200d}");
        let (mut plain, mut marked, mut start) = (String::new(), Vec::new(), 0);
        for character in text.chars() {
            match character {
                '⟦' => start = plain.chars().count(),
                '⟧' => marked.push(start..plain.chars().count()),
                other => plain.push(other),
            }
        }
        Line { kind, text: plain, marked }
    };
    LIST.lines().filter(|line| !line.starts_with('#')).map(read).collect()
}

#[derive(Default)]
struct Score {
    lines: usize,
    marked: usize,
    found: usize,
    wrong: usize,
}

#[test]
fn the_figures_in_the_docs_are_those_of_the_list() {
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    for Line { kind, text, marked } in lines() {
        let score = scores.entry(kind).or_default();
        let found = numbers(&text);
        let right = |(number, range): &&(Number, Range<usize>)| kind.parse() == Ok(*number) && marked.contains(range);
        let hits = found.iter().filter(right).count();
        score.lines += 1;
        score.marked += marked.len();
        score.found += hits;
        score.wrong += found.len() - hits;
        if hits != marked.len() || hits != found.len() {
            println!("{kind}: {text:?} marked {marked:?} found {found:?}");
        }
    }
    let total = |part: fn(&Score) -> usize| scores.values().map(part).sum::<usize>();
    let (marked, found, wrong) = (total(|score| score.marked), total(|score| score.found), total(|score| score.wrong));
    #[expect(clippy::cast_precision_loss, reason = "hundreds")]
    let share = |part: usize, whole: usize| format!("{part} of {whole} ({:.1} %)", 100.0 * part as f64 / whole as f64);
    let mut table = String::from("| what | lines | found | wrongly found |\n|---|---|---|---|\n");
    for (kind, score) in &scores {
        let right = if score.marked == 0 { "–".to_owned() } else { share(score.found, score.marked) };
        table += &format!("| {} | {} | {right} | {} |\n", kind.replace("none:", "no number: "), score.lines, score.wrong);
    }
    table += &format!("\nRecall: {}. Precision: {}.\n", share(found, marked), share(found, found + wrong));
    assert!(DOCS.contains(&table), "docs/privacy.md must hold:\n{table}");
}
