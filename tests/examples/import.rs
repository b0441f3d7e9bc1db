//! How long a table of past projects takes through a node: imported, and run once more when nothing is new. Prints both, and the statements.
//!
//! `cargo build --release && cargo run --release -p luodi-tests --example import -- target/release/luodi 100000`

use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use luodi_node::keys::Passphrase;

const MAPPING: &str = include_str!("../projects.toml");

/// A node that ends with this.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn main() {
    let program = fs::canonicalize(env::args().nth(1).expect("the luodi binary")).expect("the luodi binary");
    let count: u32 = env::args().nth(2).map_or(10_000, |count| count.parse().expect("how many projects"));
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let run = |line: &str| {
        let mut command = Command::new(&program);
        command.args(["--lang", "en"]).args(line.split_whitespace()).current_dir(folder).env_remove("RUST_LOG");
        command
    };
    let must = |line: &str| {
        let output = run(line).output().expect("it runs");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{line}\n{told}\n{}", String::from_utf8_lossy(&output.stderr));
        told
    };
    let free = || TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("it is bound").port();
    let (http, peer) = (free(), free());
    Passphrase::random().expect("a passphrase").save(&folder.join("pass")).expect("written");
    must(&format!(
        "init --root 990101000000 --name luodi.example/tables --dir county --address /ip4/127.0.0.1/tcp/{peer} --http 127.0.0.1:{http} --passphrase-file pass"
    ));
    raise_limits(&folder.join("county/node.toml"));
    let log = fs::File::create(folder.join("log")).expect("a file");
    let _node = Running(run("run --config county/node.toml").stdout(Stdio::null()).stderr(log).spawn().expect("it starts"));
    let until = Instant::now() + Duration::from_secs(60);
    while !run(&format!("status --node http://127.0.0.1:{http}")).output().expect("it runs").status.success() {
        assert!(Instant::now() < until, "the node never takes statements in");
        thread::sleep(Duration::from_millis(100));
    }
    fs::write(folder.join("table.csv"), table(count)).expect("written");
    fs::write(folder.join("mapping.toml"), MAPPING.replace("TABLE", "past projects")).expect("written");
    let line = format!(
        "import table.csv --mapping mapping.toml --federation county/federation.txt --node http://127.0.0.1:{http} --key county/government.age --passphrase-file pass --yes"
    );
    for what in ["imported", "run once more"] {
        let start = Instant::now();
        let told = must(&line);
        println!(
            "{what} in {:.1} s: {}",
            start.elapsed().as_secs_f64(),
            told.lines().find(|line| line.contains("can be imported")).unwrap_or_default()
        );
    }
}

/// What an office does that brings its books of ten years.
fn raise_limits(config: &Path) {
    let mut text = fs::read_to_string(config).expect("the node's configuration");
    for (from, to) in
        [("statements_a_day = 500", "statements_a_day = 10000000"), ("body_bytes_a_day = 33_554_432", "body_bytes_a_day = 10000000000")]
    {
        assert!(text.contains(from), "no {from} in\n{text}");
        text = text.replace(from, to);
    }
    fs::write(config, text).expect("written");
}

/// Projects as offices keep them: dates in three spellings, words where dates should be, delays, projects given up, amounts with separators.
fn table(count: u32) -> String {
    let mut text = "编号,项目名称,类别,提出日期,决议日期,计划完成,预算,调整后期限,开工日期,完成日期,结算,状态,备注,经办\n".to_owned();
    for n in 1..=count {
        let (month, day) = (n % 12 + 1, n % 28 + 1);
        let spelt = [format!("2023年{month}月{day}日"), format!("2023/{month}/{day}"), format!("2023.{month:02}.{day:02}")];
        let (started, completed, stage) = match n % 6 {
            0 => ("待定", String::new(), "未开工"),
            1 => ("2024-01-05", "进行中".to_owned(), "在建"),
            2 => ("", "已取消".to_owned(), "终止"),
            _ => ("2023-12-31", format!("2024-{month:02}-28"), "已完成"),
        };
        let cost = if n % 6 >= 3 { format!("{}.07", n % 90_000) } else { String::new() };
        let new_due = if n.is_multiple_of(7) && n % 6 != 2 { "2025-03-31" } else { "" };
        let kind = if n.is_multiple_of(2) { "道路" } else { "河道" };
        let spelt = &spelt[n as usize % 3];
        let (thousands, rest) = (n % 900 + 1, n % 1000);
        writeln!(
            text,
            "P{n:06},第{n}号工程,{kind},{spelt},2023-12-{day:02},2024-{month:02}-{day:02},\"{thousands},{rest:03}.50\",{new_due},{started},{completed},{cost},{stage},说明{n},内部{n}"
        )
        .expect("a text takes it");
    }
    text
}
