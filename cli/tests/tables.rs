//! A table of past matters goes in and comes out, against the nodes of a demonstration, as an office would do it.

#[path = "../../tests/src/ports.rs"]
mod ports;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use crate::ports::free_port;

/// Longest wait for anything that happens in seconds where nothing else runs.
const PATIENCE: Duration = Duration::from_secs(90);
/// Xinghua Village's node is the sixth.
const VILLAGE: u16 = 6;

/// A demonstration that is running; killed when the test ends in whatever way.
struct Demo {
    process: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Its nodes end when it does.
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}

impl Demo {
    fn start() -> Self {
        // Ports in a row are needed: another program may hold one of them.
        let started = (0..5).map(|_| free_port()).find_map(Self::start_on);
        started.expect("the demonstration starts on one of five choices of ports")
    }

    fn start_on(port: u16) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut process = luodi(folder.path(), &["--lang", "en", "demo", "--dir", "demo", "--port", &port.to_string()])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| drop(tell.send(line))));
        let demo = Self { process, port, folder };
        let until = Instant::now() + PATIENCE;
        while let Ok(line) = told.recv_timeout(until.saturating_duration_since(Instant::now())) {
            if line.contains("Ctrl-C ends it") {
                return Some(demo);
            }
        }
        None
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn node(&self) -> String {
        format!("http://127.0.0.1:{}", self.port + VILLAGE)
    }

    /// Copies an example beside the demonstration.
    fn example(&self, name: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("../config").join(name), &path).unwrap();
        path
    }

    fn run(&self, language: &str, arguments: &[&str]) -> (Option<i32>, String) {
        let Output { status, stdout, stderr } = luodi(self.path(), &["--lang", language]).args(arguments).output().unwrap();
        (status.code(), format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)))
    }

    /// Imports as the village committee.
    fn import(&self, table: &str, mapping: &str, more: &[&str]) -> (Option<i32>, String) {
        self.import_through(&self.node(), table, mapping, more)
    }

    fn import_through(&self, node: &str, table: &str, mapping: &str, more: &[&str]) -> (Option<i32>, String) {
        let mut arguments = vec!["import", table, "--mapping", mapping, "--federation", "demo/federation.txt", "--node", node];
        arguments.extend(["--key", "demo/offices/990101002201/committee.age", "--passphrase-file", "demo/passphrase"]);
        arguments.extend(more);
        self.run("en", &arguments)
    }

    /// Asks the pages until one holds `words`.
    fn page_comes_to_say(&self, path: &str, words: &str) {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        let client = reqwest::blocking::Client::builder().no_proxy().build().unwrap();
        let until = Instant::now() + PATIENCE;
        while !client.get(&url).send().unwrap().text().unwrap().contains(words) {
            assert!(Instant::now() < until, "{path} never says {words}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// Stands before the node on `port` and passes everything on, but lets no answer to a statement through: as when a line breaks at the
/// worst moment.
fn deaf_proxy(port: u16) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let node = TcpStream::connect(("127.0.0.1", port)).unwrap();
            let (mut from_client, mut to_node) = (client.try_clone().unwrap(), node.try_clone().unwrap());
            let (mut from_node, mut to_client) = (node, client);
            let deaf = Arc::new(AtomicBool::new(false));
            let heard = deaf.clone();
            std::thread::spawn(move || {
                let mut bytes = [0; 16 * 1024];
                while let Ok(length @ 1..) = from_client.read(&mut bytes) {
                    if bytes[..length].starts_with(b"POST ") {
                        heard.store(true, Ordering::SeqCst);
                    }
                    if to_node.write_all(&bytes[..length]).is_err() {
                        break;
                    }
                }
            });
            std::thread::spawn(move || {
                let mut bytes = [0; 16 * 1024];
                while let Ok(length @ 1..) = from_node.read(&mut bytes) {
                    if deaf.load(Ordering::SeqCst) || to_client.write_all(&bytes[..length]).is_err() {
                        break;
                    }
                }
                let _ = to_client.shutdown(Shutdown::Both);
            });
        }
    });
    format!("http://{address}")
}

fn luodi(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_luodi"));
    command.args(arguments).current_dir(folder).env_remove("RUST_LOG");
    command
}

#[test]
fn a_table_goes_in_once_however_often_it_is_imported() {
    let demo = Demo::start();
    for name in ["import-matters.toml", "import-matters.csv", "import-progress.toml", "import-progress.csv"] {
        demo.example(name);
    }
    let (matters, progress) = (("import-matters.csv", "import-matters.toml"), ("import-progress.csv", "import-progress.toml"));

    // A dry run signs nothing, says what it would, and needs neither node nor key.
    let (code, told) = demo.run("zh", &["import", matters.0, "--mapping", matters.1, "--federation", "demo/federation.txt", "--dry-run"]);
    assert_eq!(code, Some(0), "{told}");
    for part in ["村西道路硬化", "预算 123,500 元", "报告完成·待核实", "补录", "联系人", "22 条待签署"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!demo.path().join("import-matters.csv.signed.jsonl").exists());

    // A row at fault is told with its place, and nothing is signed.
    let text = std::fs::read_to_string(demo.path().join(matters.0)).unwrap();
    std::fs::write(demo.path().join("bad.csv"), text.replace("2024-07-12,2024-12-31", "2024-07-12,年底前")).unwrap();
    let (code, told) = demo.import("bad.csv", matters.1, &["--yes"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("bad.csv, row 6, column L") && told.contains("Nothing was signed"), "{told}");

    // So is what would single out a person, without saying it again.
    let secret = "13812345678";
    std::fs::write(demo.path().join("personal.csv"), text.replace("戏台漏雨", &format!("找老王 {secret}"))).unwrap();
    let (code, told) = demo.import("personal.csv", matters.1, &["--dry-run"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("personal.csv, row 6, column D \"基本情况\": characters 5–15 look like") && !told.contains(secret), "{told}");

    // The network fails after the first statements were sent, and no answer comes back; the next run goes on where the log stands.
    let deaf = deaf_proxy(demo.port + VILLAGE);
    let (code, told) = demo.import_through(&deaf, "bad.csv", matters.1, &["--yes", "--skip-faulty"]);
    assert_eq!(code, Some(2), "{told}");
    assert!(read(&demo.path().join("bad.csv.signed.jsonl")).lines().count() >= 5, "{told}");

    // The others can go first; then the whole table goes on, and again, and without its journal.
    let (code, told) = demo.import("bad.csv", matters.1, &["--yes", "--skip-faulty"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("; 0 are left"), "{told}");
    std::fs::rename(demo.path().join("bad.csv.signed.jsonl"), demo.path().join("import-matters.csv.signed.jsonl")).unwrap();
    let (code, told) = demo.import(matters.0, matters.1, &["--yes"]);
    assert!(code == Some(0) && told.contains("Published 4 statements"), "{told}");
    for _ in 0..2 {
        let (code, told) = demo.import(matters.0, matters.1, &["--yes"]);
        assert!(code == Some(0) && told.contains("0 statements to sign, 22 published before"), "{told}");
        let _ = std::fs::remove_file(demo.path().join("import-matters.csv.signed.jsonl"));
    }

    // News of these matters finds them by their row.
    let (code, told) = demo.import(progress.0, progress.1, &["--yes"]);
    assert!(code == Some(0) && told.contains("Published 3 statements"), "{told}");
    let (code, told) = demo.import(progress.0, progress.1, &["--yes"]);
    assert!(code == Some(0) && told.contains("0 statements to sign, 3 published before"), "{told}");

    // A row that was changed afterwards is told, not published twice.
    std::fs::write(demo.path().join(matters.0), text.replace("123,456.78", "99,999.00")).unwrap();
    let (code, told) = demo.import(matters.0, matters.1, &["--yes"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("row 2: changed since it was imported"), "{told}");

    // Residents see it, marked as entered late, and nobody has verified it.
    demo.page_comes_to_say("/matter/990101002201-2024-0003", "二十盏全部亮灯");
    demo.page_comes_to_say("/matter/990101002201-2024-0003", "补录");

    what_went_in_comes_out(&demo);
    a_matter_says_what_is_next(&demo);
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows of a CSV by their headings.
fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = read(path);
    let text = text.strip_prefix('\u{feff}').expect("the mark that Excel reads");
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
}

fn what_went_in_comes_out(demo: &Demo) {
    let node = demo.node();
    let export = |language: &str, folder: &str| {
        let place = ["--place", "990101002201", "--format", "csv,xlsx,jsonl", "--output", folder];
        let (code, told) = demo.run(language, &[&["export", "--node", &node, "--federation", "demo/federation.txt"][..], &place].concat());
        assert_eq!(code, Some(0), "{told}");
    };
    export("zh", "out");
    let out = demo.path().join("out");
    let matters = rows(&out.join("matters.csv"));
    let road = matters.iter().find(|row| row["标题"] == "村西道路硬化").unwrap();
    assert_eq!(
        (road["事项编号"].as_str(), road["预算合计"].as_str(), road["结算合计"].as_str()),
        ("990101002201-2024-0001", "123500.00", "123456.78")
    );
    assert!(road["提示"].contains("补录") && road["议题日期"] == "2024-03-01", "{road:?}");
    let commitments = rows(&out.join("commitments.csv"));
    let river = commitments.iter().find(|row| row["标题"] == "清理村前河道").unwrap();
    assert_eq!((river["原定期限"].as_str(), river["现定期限"].as_str(), river["改期天数"].as_str()), ("2024-05-31", "2024-06-30", "30"));
    assert_eq!((river["承诺状态"].as_str(), river["核实"].as_str()), ("报告完成·待核实", ""));

    // Nothing was said twice, in spite of everything that went wrong on the way.
    let timeline = rows(&out.join("timeline.csv"));
    assert_eq!(timeline.iter().filter(|event| event["来源表"].contains("样表")).count(), 25);
    assert!(timeline.iter().filter(|event| event["来源表"].contains("样表")).all(|event| event["有效"] == "是"));

    // Every cell of the table that went in is in what came out, but for the column that was not mapped.
    for row in csv::Reader::from_path(demo.example("import-matters.csv")).unwrap().deserialize::<BTreeMap<String, String>>() {
        let row = row.unwrap();
        let of: Vec<_> = timeline.iter().filter(|event| event["来源表"].contains("样表") && event["来源行"] == row["编号"]).collect();
        assert!(!of.is_empty(), "{row:?}");
        let all: String = of.iter().flat_map(|event| event.values().cloned()).collect();
        for column in ["项目名称", "基本情况", "备注", "承办单位", "状态"] {
            let told = all.contains(&row[column]) || commitments.iter().any(|commitment| commitment["责任方名称"] == row[column]);
            assert!(row[column].is_empty() || told, "{column} {}", row[column]);
        }
    }

    // Facts in JSON Lines are as signed, byte for byte, and the note beside them holds them.
    let lines: Vec<serde_json::Value> = read(&out.join("timeline.jsonl")).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), timeline.len());
    for (line, row) in lines.iter().zip(&timeline) {
        let note = luodi_ledger::statement::SignedStatement::parse(line["statement"].as_str().unwrap().as_bytes()).unwrap();
        assert_eq!(note.id().to_string(), line["id"].as_str().unwrap());
        assert_eq!(note.statement().facts.as_str(), row["事实"]);
        let body = line["body"].as_str().unwrap();
        assert!(note.statement().body.unwrap().names(body.as_bytes()));
    }

    // The workbook has days and money as such.
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(out.join("luodi.xlsx")).unwrap();
    let sheet = calamine::Reader::worksheet_range(&mut book, "承诺").unwrap();
    let cells: Vec<_> = sheet.rows().find(|row| row.contains(&calamine::Data::String("村西道路硬化".to_owned()))).unwrap().to_vec();
    assert!(cells.iter().any(|cell| matches!(cell, calamine::Data::DateTime(_))), "{cells:?}");
    assert!(cells.contains(&calamine::Data::Float(123_456.78)), "{cells:?}");

    // The description names every column of every table, in both languages, and the sums are those of the files.
    let readme = read(&out.join("README.md"));
    for table in ["matters", "commitments", "timeline", "calendar", "assessment", "logs"] {
        let text = read(&out.join(table).with_extension("csv"));
        let heading = text.trim_start_matches('\u{feff}').lines().next().unwrap().to_owned();
        for column in heading.split(',') {
            assert!(readme.contains(&format!("| {column} |")), "{table}: {column}");
        }
    }
    assert!(readme.contains("990101002201/1`：") && readme.contains("| Days moved |"), "{readme}");
    for line in read(&out.join("SHA256SUMS")).lines() {
        let (sum, name) = line.split_once("  ").unwrap();
        assert_eq!(sum, hex(&std::fs::read(out.join(name)).unwrap()), "{name}");
    }

    // The same sizes give the same bytes.
    export("zh", "again");
    assert_eq!(read(&out.join("SHA256SUMS")), read(&demo.path().join("again/SHA256SUMS")));

    // What came out reads as a table of progress, but for one plan of the demonstration that sets nothing but milestones.
    demo.example("import-exported-progress.toml");
    let dry =
        ["import", "out/timeline.csv", "--mapping", "import-exported-progress.toml", "--federation", "demo/federation.txt", "--dry-run"];
    let (code, told) = demo.run("en", &[&dry[..], &["--skip-faulty"]].concat());
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("cost 31,999 yuan") && told.contains("now due 2024-11-15") && told.contains("1 rows are at fault"), "{told}");
    assert!(!told.contains("not mapped"), "{told}");
}

fn hex(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn a_matter_says_what_is_next(demo: &Demo) {
    let node = demo.node();
    let matter = |language: &str, id: &str, more: &[&str]| {
        let base = ["matter", id, "--node", &node, "--federation", "demo/federation.txt"];
        let (code, told) = demo.run(language, &[&base[..], more].concat());
        assert_eq!(code, Some(0), "{told}");
        told
    };
    let told = matter("zh", "990101002201-2024-0003", &[]);
    for part in [
        "安装路灯",
        "补录",
        "c1",
        "期限：2024-11-15（原定 2024-09-30）",
        "二十盏全部亮灯",
        "还没有核实",
        "监督核实 c1　由 村(居)务监督委员会",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    // The line it gives is one that runs.
    let told = matter("en", "990101002201-2024-0004", &["--as", "committee"]);
    let line = told.lines().find(|line| line.contains("luodi new reopen")).unwrap_or_else(|| panic!("{told}"));
    let words: Vec<&str> = line.split_whitespace().skip(1).collect();
    let (code, told) = demo.run("en", &words);
    assert_eq!(code, Some(0), "{told}");
    assert!(read(&demo.path().join("reopen.toml")).contains("990101002201-2024-0004"));
    let said: serde_json::Value =
        serde_json::from_str(&matter("en", "990101002201-2024-0003", &["--as", "supervisors", "--json"])).unwrap();
    assert!(said["next"][0]["commands"][0].as_str().unwrap().starts_with("luodi review"), "{said}");
}
