//! How far the store stays from the limit of the disk: a plain file, appended to and synced.
//!
//! `cargo bench -p luodi-node --bench store`, with `-- <entries>` for a larger log. The two take turns batch by batch, for disks are noisy.

use std::fs::File;
use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use luodi_ledger::checkpoint::Checkpoint;
use luodi_ledger::entry::{Entry, Link};
use luodi_ledger::hash::Blake3;
use luodi_ledger::key::{KeyKind, SignerKey};
use luodi_ledger::merkle::{CompactRange, Hash, inclusion_proof};
use luodi_ledger::names::Origin;
use luodi_ledger::statement::{SignedStatement, Statement};
use luodi_node::store::{Change, Grow, Options, Read, Store};

/// Writes a log of well-formed entries of about 1 KiB each.
struct Author {
    origin: Origin,
    key: SignerKey,
    statement: SignedStatement,
    tree: CompactRange,
    link: Link,
}

impl Author {
    fn new() -> Self {
        let origin: Origin = "luodi.example/henan/log/410721101201/1".parse().expect("an origin");
        let key = SignerKey::from_seed(&origin.to_string(), KeyKind::Ed25519, &[1; 32]).expect("a key");
        let office = "luodi.example/henan/410721101201/committee";
        let signer = SignerKey::from_seed(office, KeyKind::Ed25519, &[2; 32]).expect("a key");
        let words: Vec<String> = (0..38).map(|number| format!("\"k{number:02}\":1{number:02}1234")).collect();
        let statement = Statement {
            log: origin.clone(),
            by: [office.parse().expect("an office")].into(),
            kind: "outcome".parse().expect("a kind"),
            matter: None,
            time: "2026-11-22T07:58:11Z".parse().expect("a time"),
            facts: luodi_ledger::facts::Facts::parse(&format!("{{{}}}", words.join(","))).expect("facts"),
            body: None,
        };
        let statement = statement.sign(std::slice::from_ref(&signer)).expect("signed");
        Self { origin, key, statement, tree: CompactRange::new(), link: Link::start() }
    }

    fn entries(&mut self, count: usize) -> Vec<Vec<u8>> {
        (0..count)
            .map(|_| {
                let logged = self.statement.statement().time;
                let entry = Entry { index: self.link.index, previous: self.link.previous, logged, statement: self.statement.clone() };
                let leaf = entry.to_bytes();
                self.link = Link { index: self.link.index + 1, previous: Blake3::of(&leaf), not_before: logged };
                leaf
            })
            .collect()
    }

    fn grow(&mut self, count: usize, own: bool) -> Change {
        let expected = (self.tree.size(), self.tree.root());
        let entries = self.entries(count);
        let leaves: Vec<Hash> = entries.iter().map(|entry| Hash::leaf(entry)).collect();
        for leaf in &leaves {
            self.tree.append(*leaf);
        }
        let head = Checkpoint { origin: self.origin.to_string(), size: self.tree.size(), root: self.tree.root() };
        let head = head.sign(std::slice::from_ref(&self.key));
        // Ids that are nowhere yet, as those of real statements.
        let read = (expected.0..expected.0 + count as u64).map(|number| {
            let id = Blake3::of(&number.to_le_bytes());
            Some(Read { id, logged: self.statement.statement().time, is_lasting: false })
        });
        let read = read.collect();
        Change::Grow(Grow { origin: self.origin.clone(), expected, from: expected.0, entries, leaves, read, head, own })
    }
}

fn disk_bytes(dir: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    let files = std::fs::read_dir(dir).expect("a directory").map(|file| file.expect("a file"));
    files.map(|file| if file.path().is_dir() { disk_bytes(&file.path()) } else { file.metadata().expect("metadata").blocks() * 512 }).sum()
}

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) / 1024
}

#[expect(clippy::cast_precision_loss, reason = "figures to look at")]
fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "figures to look at")]
fn main() {
    let total: usize = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(100_000);
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let sample = Author::new().entries(1).remove(0);
    println!("entry of {} bytes", sample.len());
    for (batch, rounds) in [(1, 1000), (16, 500), (256, 100)] {
        for own in [true, false] {
            let mut ratios = Vec::new();
            let mut best = (0.0_f64, 0.0_f64);
            for round in 0..5 {
                let path = dir.path().join(format!("{batch}-{own}-{round}"));
                let mut store = Store::create(&path, Options::default()).expect("a store");
                let mut author = Author::new();
                let mut file = File::create(dir.path().join("plain")).expect("a file");
                let bytes = sample.repeat(batch);
                let (mut plain, mut ours) = (Duration::ZERO, Duration::ZERO);
                for _ in 0..rounds {
                    let change = author.grow(batch, own);
                    let start = Instant::now();
                    file.write_all(&bytes).expect("written");
                    file.sync_data().expect("synced");
                    plain += start.elapsed();
                    let start = Instant::now();
                    store.commit(vec![change]).expect("committed");
                    ours += start.elapsed();
                }
                let (limit, reached) = (rate(batch * rounds, plain), rate(batch * rounds, ours));
                drop(store);
                std::fs::remove_dir_all(&path).expect("removed");
                ratios.push(reached / limit);
                best = (best.0.max(limit), best.1.max(reached));
            }
            ratios.sort_by(f64::total_cmp);
            println!("batch {batch:>3}, own {own:>5}: plain {:>8.0}/s, store {:>8.0}/s, median ratio {:.2}", best.0, best.1, ratios[2]);
        }
    }
    let path = dir.path().join("large");
    let mut store = Store::create(&path, Options::default()).expect("a store");
    let mut author = Author::new();
    let mut took = Duration::ZERO;
    let mut done = 0;
    while done < total {
        let change = author.grow(1024.min(total - done), true);
        done += 1024.min(total - done);
        let start = Instant::now();
        store.commit(vec![change]).expect("committed");
        took += start.elapsed();
    }
    println!("{total} entries: {:.0}/s at batch 1024, {} MiB resident", rate(total, took), resident());
    drop(store);
    println!("{:.4} bytes on disk a byte of entry", disk_bytes(&path) as f64 / (total * sample.len()) as f64);
    let start = Instant::now();
    let store = Store::open(&path, Options::default()).expect("opened");
    println!("open: {:?}", start.elapsed());
    let reader = store.reader();
    let start = Instant::now();
    for number in 0..1000_u64 {
        let index = number * 7919 % total as u64;
        black_box(reader.entries(&author.origin, index..index + 1).expect("read"));
    }
    println!("one entry at random: {:?}", start.elapsed() / 1000);
    let start = Instant::now();
    for number in 0..1000_u64 {
        let index = number * 7919 % total as u64;
        black_box(inclusion_proof(&reader.nodes(&author.origin), index, total as u64).expect("proven"));
    }
    println!("one inclusion proof: {:?}", start.elapsed() / 1000);
    let start = Instant::now();
    let mut next = 0;
    while next < total as u64 {
        next += reader.entries(&author.origin, next..total as u64).expect("read").len() as u64;
    }
    println!("all entries in order: {:.0}/s", rate(total, start.elapsed()));
    drop(store);
    std::fs::remove_dir_all(path.join("index")).expect("removed");
    let start = Instant::now();
    let store = Store::open(&path, Options::default()).expect("opened");
    println!("open without index: {:?}", start.elapsed());
    let start = Instant::now();
    store.verify().expect("sound");
    println!("verify: {:?}", start.elapsed());
}
