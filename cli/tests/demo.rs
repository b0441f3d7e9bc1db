//! The demonstration as a person meets it: started, looked at, decided in, checked, tampered with, stopped and started again.

#[path = "../../tests/src/ports.rs"]
mod ports;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use luodi_ledger::matter::facts::LogSizes;

use crate::ports::free_port;

/// A machine that builds and tests at once is slow; the ten seconds promised are for one that does not.
const PATIENCE: Duration = Duration::from_secs(120);

struct Demo {
    process: Child,
    said: Vec<String>,
    port: u16,
}

impl Demo {
    /// Starts it and waits until it has said what to do.
    fn start(dir: &Path, port: u16) -> Option<Self> {
        let mut process =
            luodi(dir.parent().unwrap(), &["--lang", "en", "demo", "--dir", dir.to_str().unwrap(), "--port", &port.to_string()])
                .stdout(Stdio::piped())
                .stderr(Stdio::inherit())
                .spawn()
                .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| drop(tell.send(line))));
        let (until, mut said) = (Instant::now() + PATIENCE, Vec::new());
        while let Ok(line) = told.recv_timeout(until.saturating_duration_since(Instant::now())) {
            let ready = line.contains("Ctrl-C ends it");
            said.push(line);
            if ready {
                return Some(Self { process, said, port });
            }
        }
        let _ = process.kill();
        let _ = process.wait();
        None
    }

    /// A demonstration in `dir`, on ports that are free.
    fn fresh(dir: &Path) -> Self {
        // Ports in a row are needed: another program may hold one of them.
        let started = (0..5).map(|_| free_port()).find_map(|port| Self::start(dir, port));
        started.expect("the demonstration starts on one of five choices of ports")
    }

    fn line(&self, part: &str) -> &str {
        self.said.iter().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{part} is not said: {:?}", self.said)).trim()
    }

    fn page(&self, path: &str) -> String {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        reqwest::blocking::Client::builder().no_proxy().build().unwrap().get(url).send().unwrap().text().unwrap()
    }

    /// Asks the pages until one holds `words`.
    fn page_comes_to_say(&self, path: &str, words: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.page(path).contains(words) {
            assert!(Instant::now() < until, "{path} never says {words}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Tells it to end, as `kill` does, and waits for it.
    fn stop(mut self) {
        assert!(Command::new("kill").arg(self.process.id().to_string()).status().unwrap().success());
        assert!(self.process.wait().unwrap().success());
    }
}

fn luodi(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_luodi"));
    command.args(arguments).current_dir(dir).env_remove("RUST_LOG");
    command
}

/// Runs a line that the demonstration has printed, word by word.
fn run(dir: &Path, line: &str) -> Output {
    let words: Vec<&str> = line.split_whitespace().skip_while(|word| !word.ends_with("luodi")).skip(1).collect();
    luodi(dir, &words).output().unwrap()
}

/// The cases of `config/cases/cases.toml`.
const CASES: [&str; 11] = [
    "dengzhou-origin",
    "dengzhou-chentang-canteen",
    "dengzhou-yuhuangge-road",
    "dengzhou-shaoying-yard",
    "xinxiang-zhangqing",
    "zhengzhou-longhai-drain",
    "zhengzhou-huzhu-renovation",
    "zhengzhou-yongan-gate",
    "zhengzhou-fangji-flowers",
    "jiaozuo-jiaonan",
    "jiaozuo-jinxiang",
];

/// The pages of every entry of every log.
fn published(demo: &Demo) -> String {
    let logs = ["990101000000", "990101001000", "990101002000", "990101001001", "990101001002", "990101002201", "990101002202"];
    let mut all = String::new();
    for log in logs {
        let pages = (0..).map(|index| demo.page(&format!("/log/{log}/{index}"))).take_while(|page| page.contains("<pre>"));
        let before = all.len();
        pages.for_each(|page| all += &page);
        assert!(all.len() > before, "{log} is empty");
    }
    all
}

fn matter(demo: &Demo, label: &str) -> String {
    let line = demo.line(label);
    line[line.rfind("/matter/").unwrap()..].to_owned()
}

fn bundle(copy: &Path) -> PathBuf {
    let folder = copy.join("log/990101002201/1/tile/entries");
    let mut found = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    while found[0].is_dir() {
        found = std::fs::read_dir(&found[0]).unwrap().map(|entry| entry.unwrap().path()).collect();
    }
    found.remove(0)
}

/// Whether a command was done, and all that it said.
fn said(folder: &Path, arguments: &str) -> (bool, String) {
    let words: Vec<&str> = ["--lang", "en"].into_iter().chain(arguments.split_whitespace()).collect();
    let output = luodi(folder, &words).output().unwrap();
    (output.status.success(), [&output.stdout, &output.stderr].map(|told| String::from_utf8_lossy(told)).concat())
}

fn must(folder: &Path, arguments: &str) -> String {
    let (done, told) = said(folder, arguments);
    assert!(done, "{arguments}: {told}");
    told
}

fn refused(folder: &Path, arguments: &str, why: &str) {
    let (done, told) = said(folder, arguments);
    assert!(!done && told.contains(why), "{arguments}: {told}");
}

/// What `luodi matter` tells a clerk to run leads to a statement of the right round and promise, and a slip is told with its remedy.
fn a_clerk_is_led(demo: &Demo, folder: &Path, dir: &Path) {
    let node = |place: u16| format!("http://127.0.0.1:{}", demo.port + 1 + place);
    let (county, gate, courtyard) = (node(0), node(3), node(4));
    let federation = dir.join("federation.txt").display().to_string();
    let trusting = format!("--federation {federation}");

    // The second round of a matter, asked of another node: the step, its round and its procedure are filled in.
    let told = must(folder, &format!("matter 990101001002-2026-0002 --node {county} {trusting} --as committee"));
    assert!(told.contains("(round 2)") && told.contains("Step: "), "{told}");
    assert!(told.contains("publish step.statement --node <address of the node of 990101001002>"), "{told}");
    let new = told.lines().find_map(|line| line.trim().strip_prefix("luodi new ")).expect("a command");
    must(folder, &format!("new {new}"));
    let step: toml::Table = std::fs::read_to_string(folder.join("step.toml")).unwrap().parse().unwrap();
    assert_eq!(step["facts"]["step"], toml::Value::from("resolve"), "{step}");
    assert_eq!(step["facts"]["round"], toml::Value::from(2), "{step}");
    assert_eq!(step["facts"]["method"], toml::Value::from("one-three-two"), "{step}");
    assert_eq!(step["facts"]["date"], toml::Value::from(""), "{step}");
    let own = must(folder, &format!("matter 990101001002-2026-0002 --node {courtyard} {trusting} --as committee"));
    assert!(own.contains(&format!("publish step.statement --node {courtyard}")), "{own}");
    refused(folder, &format!("matter 990101001002-2026-0002 --node {county} {trusting} --as bogus"), "these are: party, committee");
    refused(folder, &format!("matter 990101001002-2026-0002 --node {county} {trusting} --as-of 2020-01-01T00:00:00Z"), "no matter");

    // What mends a statement finds log, matter and signers by itself.
    must(folder, &format!("new correction --node {gate} --target 0"));
    let correction = std::fs::read_to_string(folder.join("correction.toml")).unwrap();
    assert!(correction.contains("matter = \"990101001001-") && correction.contains("/990101001001/1\", index = 0"), "{correction}");
    assert!(correction.contains("path = \""), "{correction}");

    // A number that is taken by mistake would be gone: whatever can be told before is.
    let key = dir.join("offices/990101001001/supervisors.age").display().to_string();
    let passphrase = format!("--passphrase-file {}", dir.join("passphrase").display());
    refused(folder, &format!("new topic --node {gate} --division 990101001001 --by bogus --output t.toml"), "there is no office bogus");
    let first = must(folder, &format!("new topic --node {gate} --division 990101001001 --output t.toml"));
    refused(folder, &format!("new topic --node {gate} --division 990101001001 --output t.toml"), "it is there already");
    let second = must(folder, &format!("new topic --node {gate} --division 990101001001 --output u.toml"));
    let number = |told: &str| told.split_whitespace().find_map(|word| word.rsplit_once('-')?.1.parse::<u32>().ok()).expect("a number");
    assert_eq!(number(&second), number(&first) + 1);

    // A key that was stolen ends by its short name, asked of a node alone.
    let registry = must(folder, &format!("registry 990101001001 --node {county} {trusting} --json"));
    let registry: serde_json::Value = serde_json::from_str(&registry).unwrap();
    let offices = registry["registry"]["divisions"][0]["offices"].as_array().unwrap();
    let id = offices.iter().find_map(|office| office["keys"][0]["id"].as_str()).expect("a key");
    must(folder, &format!("new revoke --key {id} --reason stolen --node {county}"));
    let revoke = std::fs::read_to_string(folder.join("revoke.toml")).unwrap();
    assert!(revoke.contains(&format!("+{id}+")) && revoke.contains("reason = \"stolen\"") && revoke.contains("size = "), "{revoke}");
    refused(folder, &format!("registry 990101009999 --node {county} {trusting}"), "nothing is registered of 990101009999");
    refused(folder, &format!("assess --recompute 990101000000/1/1 --node {county} {trusting}"), "not an assessment");
    refused(
        folder,
        &format!("new topic --node http://127.0.0.1:{} --division 990101001001 --output v.toml", demo.port),
        "not that of the pages",
    );
    refused(folder, &format!("matter 990101001002-2026-0002 --node {} {trusting}", node(5)), "ask the node of");

    // What may not be said is stopped before it is signed.
    refused(folder, &format!("review --node {gate} --key {key} {passphrase} --reject --reason 电话13812345678"), "nothing was signed");
}

#[test]
fn a_county_runs_decides_proves_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("demo");
    let demo = Demo::fresh(&dir);

    // What it says to look at first is what it promises.
    let done = demo.page(&matter(&demo, "done and verified"));
    assert!(done.contains("已核实办结") && done.contains("示例"), "{done}");
    let rejected = demo.page(&matter(&demo, "claimed, and rejected"));
    assert!(rejected.contains("核实未通过") && !rejected.contains("办结"), "{rejected}");

    // Every case of public reports stands in a log, with what is arranged said beside it.
    let told = published(&demo);
    for case in CASES {
        assert!(told.contains(&format!("&quot;case&quot;: &quot;{case}&quot;")), "{case} is not told");
    }
    assert!(done.contains("按公开报道编写的示例") && done.contains("邵营村") && done.contains("演示编排"), "{done}");
    for page in ["/rules", "/place/990101002202", "/office/990101001000/government"] {
        assert!(demo.page(page).contains("按公开报道编写的示例"), "{page}");
    }

    a_clerk_is_led(&demo, folder.path(), &dir);

    // The line it prints lets a supervisor decide, and the page changes.
    let gate = matter(&demo, "awaits verification");
    assert!(demo.page(&gate).contains("待核实"));
    let review = demo.line(" review --node ").to_owned();
    let listed = run(folder.path(), &format!("{review} --list --lang zh"));
    assert!(String::from_utf8_lossy(&listed.stdout).contains("修好 24 号院大门"), "{listed:?}");
    let decided = run(folder.path(), &format!("{review} --reject --reason 侧门锁不上"));
    assert!(decided.status.success(), "{decided:?}");
    demo.page_comes_to_say(&gate, "侧门锁不上");
    assert!(demo.page(&gate).contains("核实未通过"));

    // A receipt verifies off line, and no changed byte passes.
    let federation = dir.join("federation.txt");
    let verify = |receipt: &Path| luodi(folder.path(), &["verify"]).arg(receipt).arg("--federation").arg(&federation).output().unwrap();
    let curl = demo.line("curl -so");
    let url = curl.split_whitespace().find(|word| word.starts_with("http")).unwrap();
    let receipt = reqwest::blocking::Client::builder().no_proxy().build().unwrap().get(url).send().unwrap().bytes().unwrap();
    let path = folder.path().join("receipt");
    std::fs::write(&path, &receipt).unwrap();
    let verified = verify(&path);
    assert!(verified.status.success(), "{verified:?}");
    let mut bad = receipt.to_vec();
    let middle = bad.len() / 2;
    bad[middle] ^= 1;
    std::fs::write(&path, &bad).unwrap();
    assert_eq!(verify(&path).status.code(), Some(1));
    assert_eq!(verify(&folder.path().join("absent")).status.code(), Some(2));

    // A copy audits clean; one byte changed is named.
    let (county, copy) = (url.split("/log/").next().unwrap(), folder.path().join("copy"));
    let audit = |source: &str, more: &[&str]| {
        luodi(folder.path(), &["audit", source]).arg("--federation").arg(&federation).args(more).output().unwrap()
    };
    let clean = audit(county, &["--keep", copy.to_str().unwrap()]);
    assert!(clean.status.success(), "{clean:?}");
    let bundle = bundle(&copy);
    let mut bytes = std::fs::read(&bundle).unwrap();
    bytes[300] ^= 1;
    std::fs::write(&bundle, bytes).unwrap();
    let tampered = audit(copy.to_str().unwrap(), &[]);
    assert_eq!(tampered.status.code(), Some(1), "{tampered:?}");
    assert!(String::from_utf8_lossy(&tampered.stdout).contains("tile/entries/"), "{tampered:?}");

    // The county's figures are written down, signed, and the same when computed again; a changed one is named.
    let assess = |more: &[&str]| {
        luodi(folder.path(), &["--lang", "en", "assess", "--node", county])
            .arg("--federation")
            .arg(&federation)
            .args(more)
            .output()
            .unwrap()
    };
    let assessed = assess(&["--county", "990101000000", "--period", "2026", "--output", "assessment.toml"]);
    assert!(assessed.status.success(), "{assessed:?}");
    let draft = std::fs::read_to_string(folder.path().join("assessment.toml")).unwrap();
    let at = draft.find("code = \"matters\"\nhad = ").unwrap() + "code = \"matters\"\nhad = ".len();
    std::fs::write(folder.path().join("forged.toml"), format!("{}9{}", &draft[..at], &draft[at..])).unwrap();
    // One that claims to have read the county's log further than anybody has it.
    let mut ahead: toml::Table = draft.parse().unwrap();
    let mut sizes: LogSizes = ahead["body"]["log-sizes"].clone().try_into().unwrap();
    *sizes.0.values_mut().next().unwrap() += 1_000;
    ahead["facts"]["logs"] = sizes.hash().to_string().into();
    ahead["body"]["log-sizes"] = toml::Value::try_from(&sizes).unwrap();
    std::fs::write(folder.path().join("ahead.toml"), ahead.to_string()).unwrap();
    let key = dir.join("offices/990101000000/civil-affairs.age");
    for (name, code, words) in [
        ("assessment", 0, "19 figures are the same"),
        ("forged", 1, "Matters raised (matters): signed 9"),
        ("ahead", 2, "entries wanted, the node has"),
    ] {
        let sign = luodi(folder.path(), &["sign", &format!("{name}.toml"), "--key", key.to_str().unwrap(), "--passphrase-file"])
            .arg(dir.join("passphrase"))
            .output()
            .unwrap();
        assert!(sign.status.success(), "{sign:?}");
        let again = assess(&["--recompute", &format!("{name}.statement")]);
        assert_eq!(again.status.code(), Some(code), "{again:?}");
        let told = [&again.stdout, &again.stderr].map(|told| String::from_utf8_lossy(told)).concat();
        assert!(told.contains(words), "{again:?}");
    }

    // A file is held to the registry first: with a signature that does not verify, no figure is anybody's.
    let signed = std::fs::read_to_string(folder.path().join("assessment.statement")).unwrap();
    let flip = signed.len() - 12;
    let other = if signed.as_bytes()[flip] == b'A' { "B" } else { "A" };
    std::fs::write(folder.path().join("stranger.statement"), format!("{}{other}{}", &signed[..flip], &signed[flip + 1..])).unwrap();
    std::fs::copy(folder.path().join("assessment.body.json"), folder.path().join("stranger.body.json")).unwrap();
    let again = assess(&["--recompute", "stranger.statement"]);
    let told = String::from_utf8_lossy(&again.stdout).into_owned();
    assert_eq!(again.status.code(), Some(1), "{again:?}");
    assert!(told.contains("stranger.statement: the signature does not count: the signature does not verify"), "{told}");
    assert_eq!(assess(&["--recompute", "nowhere.statement"]).status.code(), Some(2));

    // A node that is stopped is missed by name, and the pages go on.
    let pid = demo.line("kill ").split(' ').nth(1).unwrap().to_owned();
    assert!(Command::new("kill").arg(pid).status().unwrap().success());
    assert!(demo.page(&gate).contains("核实未通过"));

    // It comes back with all that was decided.
    let port = demo.port;
    demo.stop();
    let again = Demo::start(&dir, port).expect("it starts again in its folder");
    again.page_comes_to_say(&gate, "侧门锁不上");
    again.stop();
}
