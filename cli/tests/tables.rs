//! A table of past matters goes in, against the nodes of a demonstration, as an office would do it.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

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
        let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        // Ports in a row are needed: another program may hold one of them.
        let started = (0..5).map(|_| free().min(60_000)).find_map(Self::start_on);
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
        let node = self.node();
        let mut arguments = vec!["import", table, "--mapping", mapping, "--federation", "demo/federation.txt", "--node", &node];
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
    for part in ["村西道路硬化", "预算 123500 元", "报告完成·待核实", "补录", "联系人", "22 条待签署"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!demo.path().join("import-matters.csv.signed.jsonl").exists());

    // A row at fault is told with its place, and nothing is signed.
    let text = std::fs::read_to_string(demo.path().join(matters.0)).unwrap();
    std::fs::write(demo.path().join("bad.csv"), text.replace("2024-07-12,2024-12-31", "2024-07-12,年底前")).unwrap();
    let (code, told) = demo.import("bad.csv", matters.1, &["--yes"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("bad.csv, row 6, column L") && told.contains("Nothing was signed"), "{told}");

    // The others can go first; then the whole table goes on, and again, and without its journal.
    let (code, told) = demo.import("bad.csv", matters.1, &["--yes", "--skip-faulty"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("Published 18 statements; 0 are left"), "{told}");
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
}
