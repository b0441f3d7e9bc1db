//! `docs/indicators.md` says what each figure of an assessment is; this test says that it still does.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use luodi_ledger::assessment::{Better, FEWEST, FORMULAS, Measure};
use luodi_ledger::matter::codes::{CodeList as _, IndicatorCode};
use luodi_ledger::matter::labels::Label as _;

fn table() -> String {
    let mut out = String::from("| 代码 code | 指标 figure | 公式 formula |\n|---|---|---|\n");
    for indicator in IndicatorCode::ALL {
        let measure = match indicator.measure() {
            Measure::Share => "份额 share",
            Measure::Median => "中位数 median",
            Measure::Count => "个数 count",
            Measure::Distinct => "种数 kinds",
        };
        let better = match indicator.better() {
            Better::More => "↑",
            Better::Less => "↓",
            Better::Neither => "仅供了解 context",
        };
        let ((zh, en), (label_zh, label_en)) = (indicator.formula(), (indicator.zh(), indicator.en()));
        let _ = writeln!(out, "| `{indicator}` | {label_zh}<br>{label_en}<br>{measure} {better} | {zh}。<br>{en}. |");
    }
    out
}

#[test]
fn the_page_of_formulas_is_that_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/indicators.md");
    let page = fs::read_to_string(&path).unwrap();
    let table = table();
    assert!(page.contains(&table), "{}: put this table in:\n\n{table}", path.display());
    assert!(page.contains(&format!("公式第 {FORMULAS} 版")) && page.contains(&format!("少于 {FEWEST} 件")));
}
