//! How long from an office's submission until the county's explorer shows it and the county's node holds it witnessed: 100 publications
//! in a county of five real nodes. Prints the median and the 95th of a hundred.
//!
//! `cargo build -p luodi-tests && cargo run -p luodi-tests --example latency -- target/debug/luodi-under-test`

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use luodi_tests::{County, topic, topic_words};

const VILLAGE: usize = 3;
const TIMES: u32 = 100;

fn main() {
    let program = std::env::args().nth(1).expect("the luodi binary");
    let mut county = County::found(&program);
    county.open();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    drop(listener);
    let nodes: String =
        [0, 1].map(|at| format!("[[node]]\nurl = \"{}\"\ndivision = \"{}\"\n", county.nodes[at].base, county.nodes[at].division)).concat();
    let text = format!("federation = \"federation.txt\"\nlisten = \"{address}\"\n{nodes}");
    let folder = county.nodes[0].folder.clone();
    std::fs::write(folder.join("explorer.toml"), text).expect("written");
    let explorer = Command::new(&program).args(["explorer", "--config"]).arg(folder.join("explorer.toml")).stderr(Stdio::null()).spawn();
    let mut explorer = explorer.expect("the explorer starts");

    let client = reqwest::blocking::Client::new();
    let shows =
        |matter: &str| client.get(format!("http://{address}/matter/{matter}.json")).send().is_ok_and(|answer| answer.status().is_success());
    let mut times = Vec::new();
    for number in 1..=TIMES {
        let matter = format!("{}-2026-{number:04}", county.nodes[VILLAGE].division);
        let said = county.sign(VILLAGE, county.office(VILLAGE, "committee"), "topic", Some(&matter), topic(), Some(&topic_words(number)));
        let start = Instant::now();
        let (status, answer) = county.submit(VILLAGE, &said).expect("the node answers");
        assert_eq!(status, 200, "{answer}");
        let size = answer["size"].as_u64().expect("a size");
        while !(county.holds(0, VILLAGE).1 >= size && shows(&matter)) {
            assert!(start.elapsed() < Duration::from_secs(60), "{matter} never arrives");
            std::thread::sleep(Duration::from_millis(2));
        }
        times.push(start.elapsed());
    }
    explorer.kill().expect("it ends");
    explorer.wait().expect("it ends");
    times.sort();
    println!("median {:?}, 95th of 100 {:?}", times[times.len() / 2], times[times.len() * 95 / 100]);
}
