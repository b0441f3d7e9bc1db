//! What is believed of what nodes serve: judged from bytes, and once over real sockets.

#![allow(missing_docs, reason = "the county is scaffolding")]

pub mod county;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use county::story::{self, CLAIMED, REJECTED, words};
use county::{COUNTY, County, OTHER, TOWNSHIP, VILLAGE, federation, head_over, now, office, origin};
use luodi_explorer::Config;
use luodi_explorer::config::NodeConfig;
use luodi_explorer::index::Snapshot;
use luodi_explorer::source::{Holdings, Want};
use luodi_ledger::hash::Blake3;
use luodi_ledger::matter::codes::{CheckMade, Status, Verdict};
use luodi_ledger::matter::facts::{Said, Verification};
use luodi_ledger::names::MatterId;
use luodi_ledger::tile::{BundleId, TilePath, encode_entries};
use tokio::sync::watch;

fn status(holdings: &mut Holdings, id: &str) -> Option<Status> {
    let snapshot = Snapshot::rebuild(holdings, &county::sources(), now());
    snapshot.case(&id.parse().unwrap()).map(|case| case.view.status)
}

/// Has a source show a head and serve leaves that may not be its own.
fn show(holdings: &mut Holdings, source: usize, code: &str, signed: &[Vec<u8>], served: &[Vec<u8>]) {
    let head = head_over(code, signed).to_bytes();
    if let Want::Entries { from, .. } = holdings.offer_head(source, &origin(code), &head) {
        holdings.offer_entries(source, &origin(code), from, &served[usize::try_from(from).unwrap()..]);
    }
}

#[test]
fn logs_may_arrive_in_any_order() {
    let county = story::county();
    let mut down = county.holdings();
    let mut up = Holdings::new(federation());
    // A log without a charter waits; what came before its ancestors is offered again, as the reader does.
    for _ in 0..3 {
        for code in [OTHER, VILLAGE, TOWNSHIP, COUNTY] {
            county.offer(&mut up, 0, code);
        }
    }
    for id in [REJECTED, CLAIMED] {
        let told = status(&mut up, id);
        assert!(told.is_some());
        assert_eq!(told, status(&mut down, id));
    }
}

#[test]
fn a_log_without_a_charter_is_not_read() {
    let county = story::county();
    let mut holdings = Holdings::new(federation());
    assert_eq!(holdings.offer_head(0, &origin(VILLAGE), &county.head(VILLAGE).to_bytes()), Want::Charter);
    assert!(holdings.logs().is_empty());
}

#[test]
fn a_changed_byte_blames_the_source_and_enters_nothing() {
    let county = story::county();
    let mut holdings = Holdings::new(federation());
    for code in [COUNTY, TOWNSHIP] {
        county.offer(&mut holdings, 0, code);
    }
    let signed = &county.logs[VILLAGE].leaves;
    for index in [0, signed.len() / 2, signed.len() - 1] {
        let mut served = signed.clone();
        let middle = served[index].len() / 2;
        served[index][middle] ^= 1;
        show(&mut holdings, 0, VILLAGE, signed, &served);
        let log = &holdings.logs()[&origin(VILLAGE)];
        assert!(log.entries().is_empty());
        assert!(log.copies()[&0].trouble.as_ref().unwrap().contains("do not make up the head"));
    }
    // The other source is honest, and the first is still blamed once ours is here.
    county.offer(&mut holdings, 1, VILLAGE);
    let mut served = signed.clone();
    served[3].push(b' ');
    show(&mut holdings, 0, VILLAGE, signed, &served);
    let log = &holdings.logs()[&origin(VILLAGE)];
    assert_eq!(log.entries().len(), signed.len());
    assert_eq!((log.copies()[&0].agrees_to, log.copies()[&0].trouble.is_some()), (0, true));
    assert!(holdings.evidence().is_empty());
}

#[test]
fn two_heads_of_one_size_become_evidence_for_all_to_see() {
    let county = story::county();
    let mut holdings = county.holdings();
    let before = status(&mut holdings, REJECTED);
    let honest = &county.logs[VILLAGE].leaves;
    let mut forked = honest.clone();
    let last = forked.last_mut().unwrap();
    *last = String::from_utf8(last.clone()).unwrap().replace("rejected", "accepted").into_bytes();
    forked.last_mut().unwrap().push(b'\n');
    show(&mut holdings, 1, VILLAGE, &forked, &forked);
    let (id, held) = holdings.evidence().iter().next().map(|(id, held)| (*id, held.clone())).unwrap();
    assert_eq!(held.origin, origin(VILLAGE));
    assert_eq!(held.shown_by, 1);
    assert!(holdings.logs()[&origin(VILLAGE)].copies()[&1].contradicts);
    // Our branch stays, and the page says so loudly.
    assert_eq!(holdings.logs()[&origin(VILLAGE)].entries().len(), honest.len());
    assert_eq!(status(&mut holdings, REJECTED), before);
    // Anyone who holds the charters accepts the evidence from its bytes alone.
    let mut stranger = county.holdings();
    assert!(stranger.offer_evidence(0, &held.evidence.to_bytes()));
    assert!(stranger.evidence().contains_key(&id));
    assert!(!Holdings::new(federation()).offer_evidence(0, &held.evidence.to_bytes()));
}

#[test]
fn a_rewritten_prefix_under_a_longer_head_becomes_evidence() {
    let county = story::county();
    let mut holdings = county.holdings();
    let honest = &county.logs[OTHER].leaves;
    let mut rewritten = honest.clone();
    rewritten[5] = b"never happened".to_vec();
    rewritten.push(b"one more".to_vec());
    // A fresh source shows it from the start, and one that was read before shows the head alone.
    show(&mut holdings, 2, OTHER, &rewritten, &rewritten);
    assert!(!holdings.evidence().is_empty());
    let parted = holdings.evidence().values().find_map(|held| held.difference.clone()).unwrap();
    assert_eq!((parted.index, &*parted.theirs), (5, &b"never happened"[..]));
    assert_eq!(holdings.logs()[&origin(OTHER)].entries().len(), honest.len());
}

#[test]
fn a_shorter_head_with_another_root_becomes_evidence() {
    let county = story::county();
    let mut holdings = county.holdings();
    let mut other = county.logs[OTHER].leaves[..4].to_vec();
    other[3] = b"otherwise".to_vec();
    show(&mut holdings, 0, OTHER, &other, &other);
    assert_eq!(holdings.evidence().len(), 4, "the log and each of its three witnesses signed both");
}

#[test]
fn a_head_signed_by_nobody_we_know_is_refused() {
    let county = story::county();
    let mut holdings = county.holdings();
    let mut unsigned = county.head(VILLAGE);
    unsigned.note_mut().retain(|line| line.name.ends_with("/witness"));
    for bytes in [unsigned.to_bytes(), county.head(TOWNSHIP).to_bytes(), b"not a head".to_vec()] {
        assert_eq!(holdings.offer_head(0, &origin(VILLAGE), &bytes), Want::Nothing);
        assert!(holdings.logs()[&origin(VILLAGE)].copies()[&0].trouble.is_some());
        county.offer(&mut holdings, 0, VILLAGE);
        assert!(holdings.logs()[&origin(VILLAGE)].copies()[&0].trouble.is_none());
    }
}

#[test]
fn words_that_are_not_those_that_were_signed_are_refused() {
    let county = story::county();
    let mut holdings = Holdings::new(federation());
    for code in [COUNTY, TOWNSHIP] {
        county.offer(&mut holdings, 0, code);
    }
    show(&mut holdings, 0, VILLAGE, &county.logs[VILLAGE].leaves, &county.logs[VILLAGE].leaves);
    let named = holdings.missing_bodies(&origin(VILLAGE));
    let good = county.bodies[&named[0].hash].clone();
    let mut bad = good.clone();
    bad[4] ^= 1;
    assert!(!holdings.offer_body(&origin(VILLAGE), &named[0], bad));
    assert!(holdings.offer_body(&origin(VILLAGE), &named[0], good));
    assert_eq!(holdings.missing_bodies(&origin(VILLAGE)).len(), named.len() - 1);
    // Without its words a matter stands where its facts put it.
    assert_eq!(status(&mut holdings, REJECTED), Some(Status::VerificationFailed));
}

/// A node as the explorer sees one: the county's logs over HTTP.
#[derive(Clone)]
struct Node {
    county: Arc<Mutex<County>>,
    changes: watch::Sender<u64>,
    /// How often words are still absent when asked for.
    late: Arc<AtomicU64>,
}

impl Node {
    fn new(county: County) -> Self {
        Self { county: Arc::new(Mutex::new(county)), changes: watch::Sender::new(1), late: Arc::default() }
    }

    async fn serve(&self) -> String {
        let router = Router::new()
            .route("/logs", get(logs))
            .route("/evidence", get(|| async { Json(serde_json::json!([])) }))
            .route("/log/{code}/{generation}/head", get(head))
            .route("/log/{code}/{generation}/checkpoint", get(head))
            .route("/log/{code}/{generation}/tile/{*path}", get(tile))
            .route("/log/{code}/{generation}/body/{hash}", get(body))
            .with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        base
    }
}

async fn logs(State(node): State<Node>, Query(query): Query<std::collections::HashMap<String, u64>>) -> Json<serde_json::Value> {
    let mut changes = node.changes.subscribe();
    let wait = Duration::from_secs(query["wait"]);
    let newer = changes.wait_for(|now| *now > query["since"]);
    let next = tokio::time::timeout(wait, newer).await.map_or(query["since"], |now| *now.unwrap());
    let origins: Vec<_> = if next > query["since"] { node.county.lock().unwrap().logs.keys().cloned().collect() } else { vec![] };
    let logs: Vec<_> = origins.iter().map(|code| serde_json::json!({"origin": origin(code), "size": 1, "witnessed": null})).collect();
    Json(serde_json::json!({"epoch": "e", "next": next, "logs": logs}))
}

async fn head(State(node): State<Node>, Path((code, _)): Path<(String, String)>) -> Response {
    node.county.lock().unwrap().head(&code).to_bytes().into_response()
}

async fn tile(State(node): State<Node>, Path((code, _, path)): Path<(String, String, String)>) -> Response {
    let Ok(TilePath::Entries(id)) = format!("tile/{path}").parse() else { return StatusCode::NOT_FOUND.into_response() };
    let county = node.county.lock().unwrap();
    let leaves = &county.logs[&code].leaves;
    if BundleId::at(id.index(), leaves.len() as u64).is_none_or(|here| here.width() < id.width()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let range = id.entries().unwrap();
    encode_entries(&leaves[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()]).unwrap().into_response()
}

async fn body(State(node): State<Node>, Path((_, _, hash)): Path<(String, String, Blake3)>) -> Response {
    // Words may arrive at a node after the entry that names them.
    let late = node.late.load(Ordering::Relaxed) > 0 && node.late.fetch_sub(1, Ordering::Relaxed) > 0;
    if late {
        return StatusCode::NOT_FOUND.into_response();
    }
    let found = node.county.lock().unwrap().bodies.get(&hash).cloned();
    found.map_or_else(|| StatusCode::NOT_FOUND.into_response(), IntoResponse::into_response)
}

async fn until(base: &str, path: &str, wanted: &str) -> Duration {
    let begun = Instant::now();
    loop {
        let page = reqwest::get(format!("{base}{path}")).await.unwrap().text().await.unwrap();
        if page.contains(wanted) {
            return begun.elapsed();
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{path} never said {wanted}: {page}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_signed_at_a_node_is_on_the_page_at_once() {
    let (first, second) = (Node::new(story::county()), Node::new(story::county()));
    let folder = tempfile::tempdir().unwrap();
    let (file, places) = (folder.path().join("federation.txt"), folder.path().join("places.csv"));
    std::fs::write(&file, federation().to_string()).unwrap();
    std::fs::write(&places, county::PLACES).unwrap();
    let node = |url: String, code: &str| NodeConfig { url, division: Some(code.parse().unwrap()) };
    let config = Config {
        federation: file,
        node: vec![node(first.serve().await, COUNTY), node(second.serve().await, TOWNSHIP)],
        listen: "127.0.0.1:0".parse().unwrap(),
        prefix: "/luodi".into(),
        frames: vec![],
        divisions: Some(places),
        staged: true,
    };
    let listener = tokio::net::TcpListener::bind(config.listen).await.unwrap();
    let base = format!("http://{}/luodi", listener.local_addr().unwrap());
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(luodi_explorer::run(config, listener, async { drop(ended.await) }));

    let path = format!("/matter/{CLAIMED}");
    until(&base, &path, "本站读到的 2 处中 2 处保存的内容一致").await;
    until(&base, &path, "报告完成·待核实").await;
    let page = reqwest::get(format!("{base}{path}")).await.unwrap().text().await.unwrap();
    assert!(page.contains("href=\"/luodi/style.css\"") && page.contains("href=\"/luodi/place/"));

    let id: MatterId = CLAIMED.parse().unwrap();
    let completion = {
        let mut holdings = story::county().holdings();
        let snapshot = Snapshot::rebuild(&mut holdings, &[], now());
        let view = &snapshot.case(&id).unwrap().view;
        view.live().next().unwrap().completion.as_ref().unwrap().on.clone()
    };
    let said =
        Said::from(Verification { checks: vec![CheckMade::OnSite.into()], date: None, target: completion, verdict: Verdict::Accepted });
    for node in [&first, &second] {
        let text = words("通水了，票据相符。", "Water runs; vouchers agree.");
        let by = [office(OTHER, "supervisors")];
        node.late.store(2, Ordering::Relaxed);
        node.county.lock().unwrap().add(OTHER, &by, "verification", Some(id), said.to_facts().unwrap(), &text, now());
        node.changes.send_modify(|change| *change += 1);
    }
    let took = until(&base, &path, "已核实办结").await;
    until(&base, &path, "通水了，票据相符。").await;
    println!("on the page after {took:?}");
    // Half a second is the promise; a crowded test machine gets some more.
    assert!(took < Duration::from_secs(2), "{took:?}");

    end.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(5), running).await.unwrap().unwrap().unwrap();
}
