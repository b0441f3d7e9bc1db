//! A disk that is really full: a small file system of its own, mounted where only the node under test sees it.
//!
//! The file system is a tmpfs in a private mount namespace, made with `unshare`; as root, or as anybody where the system lets people make
//! user namespaces. Where neither is allowed this test fails, for it could not tell anything.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use luodi_ledger::audit::Audit;
use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::facts::Facts;
use luodi_ledger::hash::Blake3;
use luodi_tests::{County, topic, topic_words};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_luodi-under-test");
const COUNTY: usize = 0;
const TOWNSHIP: usize = 1;
const VILLAGE: usize = 3;
/// Size of the file system: a few steps of the journal's reservations, and little enough to fill in a moment.
const SIZE: &str = "48m";
/// Statements that are said at once: what a commit holds is sealed together, and a disk of this size is soon full.
const VOICES: u32 = 8;

/// A process that holds a mount namespace with a small file system at `at`.
struct SmallDisk {
    holder: Child,
    at: PathBuf,
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

impl SmallDisk {
    /// Mounts it over `at`, which keeps what it holds outside.
    fn over(at: &Path) -> Self {
        let script = r#"mount -t tmpfs -o size="$2",mode=700 luodi-full-disk "$1" && echo mounted && exec sleep 600"#;
        let mut refusals = String::new();
        for user in [&["--mount", "--propagation", "private"][..], &["--user", "--map-root-user", "--mount", "--propagation", "private"]] {
            let mut command = Command::new("unshare");
            command.args(user).args(["sh", "-c", script, "sh"]).arg(at).arg(SIZE).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut holder = command.spawn().unwrap_or_else(|error| panic!("unshare (util-linux) is needed for this test: {error}"));
            let mut line = String::new();
            let _ = BufReader::new(holder.stdout.take().expect("piped")).read_line(&mut line);
            if line.trim() == "mounted" {
                return Self { holder, at: at.to_owned() };
            }
            let output = holder.wait_with_output().expect("it ends");
            refusals += &format!("\nunshare {}: {}", user.join(" "), String::from_utf8_lossy(&output.stderr).trim());
        }
        panic!(
            "no small file system could be mounted, neither as root nor in a user namespace; this test needs one or the other:{refusals}"
        );
    }

    /// A path inside, as seen from outside.
    fn inside(&self, path: &str) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.holder.id()));
        root.join(self.at.strip_prefix("/").expect("an absolute path")).join(path)
    }

    /// The words before a command that make it run inside.
    fn enter(&self) -> Vec<String> {
        let pid = self.holder.id().to_string();
        let own = |kind: &str, of: &str| fs::read_link(format!("/proc/{of}/ns/{kind}")).ok();
        let user = own("user", &pid) != own("user", "self");
        let flags = if user { &["--user", "--preserve-credentials", "--mount"][..] } else { &["--mount"] };
        ["nsenter", "--target", &pid].iter().chain(flags).map(|word| (*word).to_owned()).collect()
    }

    /// Takes all space but `leave` bytes.
    fn fill(&self, leave: u64) -> PathBuf {
        let path = self.inside("filler");
        let mut file = File::create(&path).expect("a file");
        let block = vec![0x5a; 64 * 1024];
        while file.write_all(&block).is_ok() {}
        let length = file.metadata().expect("metadata").len();
        file.set_len(length.saturating_sub(leave)).expect("shortened");
        path
    }
}

fn say(county: &County, number: u32) -> (u16, Value) {
    let matter = format!("{}-2026-{number:04}", county.nodes[VILLAGE].division);
    let sent = county.sign(VILLAGE, county.office(VILLAGE, "committee"), "topic", Some(&matter), topic(), Some(&topic_words(number)));
    county.submit(VILLAGE, &sent).expect("the node answers, whatever its disk")
}

/// The township has the words of statement `number` erased, which the village `said`; gives where they are served.
fn have_erased(county: &County, number: u32, said: &Value) -> String {
    let hash = Blake3::of(topic_words(number).as_bytes());
    let target = json!({"id": said["id"], "index": said["index"], "log": county.nodes[VILLAGE].origin});
    let facts = Facts::of(&json!({"ground": "personal-data", "hashes": [hash], "target": target})).expect("facts");
    let matter = format!("{}-2026-{number:04}", county.nodes[VILLAGE].division);
    county.must_say(TOWNSHIP, "government", "redaction", Some(&matter), facts, None);
    format!("log/{}/1/body/{hash}", county.nodes[VILLAGE].division)
}

/// Says things, many at once, until the node refuses for want of space; gives the indexes of those that were taken in.
fn say_until_full(county: &County, number: &AtomicU32) -> Vec<u64> {
    let start = Instant::now();
    let one_voice = || {
        let mut taken = Vec::new();
        loop {
            assert!(start.elapsed() < Duration::from_secs(90), "the disk never became full");
            let (status, answer) = say(county, number.fetch_add(1, Ordering::Relaxed));
            if status == 200 {
                taken.push(answer["index"].as_u64().expect("an index"));
                continue;
            }
            let words = answer["error"].to_string();
            assert!(status == 503 && words.contains("must stay so"), "{status}: {answer}");
            return taken;
        }
    };
    std::thread::scope(|scope| {
        let voices: Vec<_> = (0..VOICES).map(|_| scope.spawn(one_voice)).collect();
        voices.into_iter().flat_map(|voice| voice.join().expect("a voice ends")).collect()
    })
}

fn assert_nothing_is_lost(county: &County, acknowledged: &[u64]) {
    let audits = county.audit(VILLAGE, &[COUNTY, TOWNSHIP, VILLAGE]);
    for audit in &audits {
        assert!(audit.is_sound() && audit.void.is_empty(), "{:?} {:?}", audit.findings, audit.void);
    }
    let size = audits[2].head.as_ref().map_or(0, SignedCheckpoint::size);
    assert!(acknowledged.iter().all(|index| *index < size), "an acknowledged statement is lost");
}

#[test]
fn a_full_disk_makes_a_node_read_only_and_harms_nothing() {
    let mut county = County::found(PROGRAM);
    // The first space that is missed is below the floor; then there is no floor, and the writes themselves fail.
    for floor in ["1048576", "0"] {
        let path = county.nodes[VILLAGE].folder.join("node.toml");
        let text = fs::read_to_string(&path).expect("the configuration");
        fs::write(path.with_extension(floor), text.replace("free_floor = 1048576", &format!("free_floor = {floor}"))).expect("written");
    }
    let data = county.nodes[VILLAGE].folder.join("data");
    let disk = SmallDisk::over(&data);
    // What `init` made lies under the mount; a copy of it is put on the small disk.
    for entry in ["journal", "index"] {
        copy(&data.join(entry), &disk.inside(entry));
    }
    county.run_node_under(VILLAGE, disk.enter());
    county.open();
    let number = AtomicU32::new(1);
    let next = || number.fetch_add(1, Ordering::Relaxed);
    let mut acknowledged = Vec::new();
    for floor in ["1048576", "0"] {
        county.nodes[VILLAGE].kill();
        let config = county.nodes[VILLAGE].folder.join("node.toml");
        fs::copy(config.with_extension(floor), config).expect("configured");
        county.start(VILLAGE);
        county.wait_ready(VILLAGE);
        let wordy = next();
        let (status, said) = say(&county, wordy);
        assert_eq!(status, 200, "with room it takes statements in: {said}");
        county.wait("the township holds it", || Some(county.holds(TOWNSHIP, VILLAGE).0) > said["index"].as_u64());

        // Below the floor at once; or room in what the journal has reserved, and then none at all.
        let filler = disk.fill(if floor == "0" { 16 * 1024 } else { 900_000 });
        let taken = say_until_full(&county, &number);
        assert_eq!(taken.is_empty(), floor != "0", "{} were taken in", taken.len());
        acknowledged.extend(taken);
        assert_nothing_is_lost(&county, &acknowledged);
        let status: Value = serde_json::from_slice(&county.get(VILLAGE, "status").expect("it is read as before")).expect("JSON");
        if floor != "0" {
            assert!(status["free"].as_u64() < status["floor"].as_u64(), "{status}");
        }
        // Words are to be erased while no byte can be written.
        let erased = have_erased(&county, wordy, &said);
        county.wait("they are gone where there is room", || county.send(TOWNSHIP, &erased, None).0 == 410);
        // A machine that is started again with a full disk is read as before, too.
        county.nodes[VILLAGE].kill();
        county.start(VILLAGE);
        county.wait("it is up again", || county.get(VILLAGE, "healthz").is_some());
        assert_nothing_is_lost(&county, &acknowledged);

        fs::remove_file(filler).expect("there is room again");
        county.wait_ready(VILLAGE);
        county.wait("it takes statements in again", || say(&county, next()).0 == 200);
        county.wait("what was to be erased is gone", || county.send(VILLAGE, &erased, None).0 == 410);
        assert_nothing_is_lost(&county, &acknowledged);
    }
    let size = county.holds(VILLAGE, VILLAGE).0;
    county.wait("the others hold and witness all of it", || county.holds(COUNTY, VILLAGE) == (size, size));
    assert!(county.audit(COUNTY, &[COUNTY, TOWNSHIP, VILLAGE]).iter().all(Audit::is_sound));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
        }
    }
}
