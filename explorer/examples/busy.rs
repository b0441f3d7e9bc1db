//! How long each page takes with many matters in the index, the tests' county being put up again and again under other numbers:
//! `cargo run --release -p luodi-explorer --example busy -- 100000`.

#![allow(dead_code, missing_docs, unreachable_pub, reason = "the tests' county has more than is measured here")]

#[path = "../tests/county/mod.rs"]
mod county;

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use luodi_explorer::board::Board;
use luodi_explorer::index::{Case, Snapshot};
use luodi_ledger::names::{Division, MatterId};
use tower::ServiceExt as _;

/// A county with as many communities as the largest of a province has, near enough.
const TOWNSHIPS: u32 = 20;
const COMMUNITIES: u32 = 15;
/// Times each page is asked for; the median is told.
const TIMES: usize = 5;
/// Statements kept of each matter, so that all of them fit into the memory of a small machine.
const STATEMENTS: usize = 4;

fn busy(most: usize) -> Result<Snapshot, Box<dyn Error>> {
    let mut snapshot = Snapshot::rebuild(&mut county::story::county().holdings(), &county::sources(), county::now());
    let patterns: Vec<Arc<Case>> = snapshot.cases(None).cloned().collect();
    let places = (1..=TOWNSHIPS).flat_map(|township| (1..=COMMUNITIES).map(move |community| (township, 200 + community)));
    let places: Vec<Division> =
        places.map(|(township, community)| format!("990101{township:03}{community}").parse()).collect::<Result<_, _>>()?;
    let mut boards: BTreeMap<Division, Board> = BTreeMap::new();
    for (number, pattern) in patterns.iter().cycle().take(most).enumerate() {
        let place = places[number % places.len()];
        let id: MatterId = format!("{place}-{}-{:04}", 2017 + number / places.len() / 9000, number / places.len() % 9000 + 1).parse()?;
        let mut case = pattern.as_ref().clone();
        case.view.timeline.truncate(STATEMENTS);
        (case.view.id, case.view.place) = (id, place);
        boards.entry(place).or_default().put(Arc::new(case));
    }
    let mut joined: BTreeMap<Division, usize> = BTreeMap::new();
    for above in boards.keys().flat_map(|home| snapshot.land.up(*home)) {
        *joined.entry(above).or_default() += 1;
    }
    snapshot.joined = Arc::new(joined);
    snapshot.boards = boards.into_iter().map(|(home, board)| (home, Arc::new(board))).collect();
    Ok(snapshot)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let most = std::env::args().nth(1).map_or(Ok(100_000), |number| number.parse())?;
    let site = county::site_of(busy(most)?);
    let router = luodi_explorer::router(&site);
    let (county, township) = (county::COUNTY, county::TOWNSHIP);
    println!("{most} matters; median of {TIMES}");
    for path in [
        "/".to_owned(),
        "/search".to_owned(),
        "/search?q=%E6%96%87%E5%8C%96".to_owned(),
        "/search?state=overdue&page=100".to_owned(),
        "/notices".to_owned(),
        "/overdue".to_owned(),
        "/results".to_owned(),
        "/places".to_owned(),
        format!("/place/{county}"),
        format!("/place/{township}"),
        format!("/county/{county}"),
        format!("/county/{county}/oversight"),
        format!("/catalogue/{county}"),
        format!("/office/{county}/government"),
        format!("/office/{township}/government"),
        "/nodes".to_owned(),
        "/overdue.csv".to_owned(),
        "/search.csv".to_owned(),
    ] {
        let mut took = Vec::new();
        let mut size = 0;
        for _ in 0..TIMES {
            let begun = Instant::now();
            let response = router.clone().oneshot(Request::get(&path).body(Body::empty())?).await?;
            size = to_bytes(response.into_body(), usize::MAX).await?.len();
            took.push(begun.elapsed());
        }
        took.sort();
        println!("{:>9.1} ms {:>10} bytes  {path}", took[TIMES / 2].as_secs_f64() * 1000.0, size);
    }
    Ok(())
}
