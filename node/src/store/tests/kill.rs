//! A process that is killed while it writes.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::*;

const DIR: &str = "LUODI_TEST_STORE_KILLED";

/// Not a test by itself: the process to be killed. Goes on with the log where the store has it, and tells each size once it is durable.
#[test]
fn a_writer_to_be_killed() {
    let Ok(dir) = std::env::var(DIR) else { return };
    let mut store = Store::open(dir.as_ref(), options()).unwrap();
    let stored = store.reader().log(&origin(1)).unwrap().map_or(0, |log| log.size);
    let mut author = Author::new(1);
    author.grow(stored);
    loop {
        let change = author.grow(1 + author.size() % 7);
        store.commit(vec![change, Change::Body(body(author.size()))]).unwrap();
        println!("told {}", author.size());
        std::io::stdout().flush().unwrap();
    }
}

fn options() -> Options {
    Options { segment_bytes: 256 << 10, free_floor: 0 }
}

#[test]
fn a_killed_writer_loses_nothing_that_it_told() {
    let dir = tempfile::tempdir().unwrap();
    drop(Store::create(dir.path(), options()).unwrap());
    let mut told = 0;
    for round in 0..20_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store::tests::kill::a_writer_to_be_killed", "--nocapture", "--test-threads=1"])
            .env(DIR, dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // The first word comes when the store is open; the harness prints on the same line.
        let size = |line: &str| line.rsplit_once("told ").and_then(|(_, size)| size.parse::<u64>().ok());
        let first = lines.by_ref().map_while(Result::ok).find_map(|line| size(&line)).expect("the writer began");
        std::thread::sleep(Duration::from_millis(3 + round * 7 % 40));
        child.kill().unwrap();
        child.wait().unwrap();
        let last = lines.map_while(Result::ok).filter_map(|line| size(&line)).last().unwrap_or(first);
        assert!(last > told, "each round writes something");
        told = last;
        let store = Store::open(dir.path(), options()).unwrap();
        let found = store.reader().log(&origin(1)).unwrap().unwrap().size;
        assert!(found >= told, "round {round}: {found} entries stored, {told} were told of");
        let mut author = Author::new(1);
        author.grow(found);
        author.audit(&store.reader());
        store.verify().unwrap();
    }
}
