//! A witness that is no node: reached over HTTP alone, at the URL that the charter's policy names. It is written here from the C2SP
//! tlog-witness text and shares nothing with the nodes but the format.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::cosignature::cosign;
use luodi_ledger::key::{KeyKind, SignerKey, VerifierKey};
use luodi_ledger::merkle::{Hash, verify_consistency};
use luodi_ledger::policy::Witness;
use luodi_tests::{County, now, topic, topic_words};

const PROGRAM: &str = env!("CARGO_BIN_EXE_luodi-under-test");
const TOWNSHIP: usize = 1;
const VILLAGE: usize = 3;

/// The one log it knows, and what it cosigned last.
struct Known {
    origin: String,
    key: VerifierKey,
    last: (u64, Hash),
    answered: usize,
}

struct Stranger {
    key: SignerKey,
    listener: TcpListener,
    known: Arc<Mutex<Option<Known>>>,
}

impl Stranger {
    fn new() -> Self {
        let key = SignerKey::from_seed("stranger.example/w", KeyKind::Cosigner, &[9; 32]).expect("a key");
        Self { key, listener: TcpListener::bind("127.0.0.1:0").expect("a port"), known: Arc::default() }
    }

    fn as_named(&self) -> Witness {
        let url = format!("http://{}/under/a/path", self.listener.local_addr().expect("bound"));
        Witness { name: "stranger".to_owned(), key: self.key.public().clone(), url: Some(url) }
    }

    /// Answers until the test ends.
    fn serve(&self) {
        let (listener, key, known) = (self.listener.try_clone().expect("a handle"), self.key.clone(), self.known.clone());
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (key, known) = (key.clone(), known.clone());
                std::thread::spawn(move || while answer(&connection, &key, &known).is_some() {});
            }
        });
    }
}

/// Reads one request and answers it; none when the client is gone.
fn answer(mut connection: &TcpStream, key: &SignerKey, known: &Mutex<Option<Known>>) -> Option<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        connection.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?.to_ascii_lowercase();
    let length: usize = head.lines().find_map(|line| line.strip_prefix("content-length: "))?.trim().parse().ok()?;
    let mut body = vec![0; length];
    connection.read_exact(&mut body).ok()?;
    assert!(head.starts_with("post /under/a/path/add-checkpoint http/1.1"), "{head}");
    let (status, text) = judge(&String::from_utf8(body).ok()?, key, &mut known.lock().expect("a lock"));
    let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\n\r\n{text}", text.len());
    connection.write_all(answer.as_bytes()).ok()
}

fn judge(body: &str, key: &SignerKey, known: &mut Option<Known>) -> (u16, String) {
    let (head, note) = body.split_once("\n\n").expect("an empty line");
    let mut lines = head.lines();
    let old: u64 = lines.next().and_then(|line| line.strip_prefix("old ")).expect("old").parse().expect("a size");
    let proof: Vec<Hash> = lines.map(|line| line.parse().expect("a hash")).collect();
    let Some(known) = known else { return (404, "no such log\n".to_owned()) };
    let Ok(offered) = SignedCheckpoint::open(note.as_bytes(), &known.origin, std::slice::from_ref(&known.key)) else {
        return (403, "not signed by the log\n".to_owned());
    };
    let (size, root) = known.last;
    if old != size {
        return (409, format!("{size}\n"));
    }
    if old > 0 && verify_consistency(old, root, offered.size(), offered.root(), &proof).is_err() {
        return (422, "no proof\n".to_owned());
    }
    known.last = (offered.size(), offered.root());
    known.answered += 1;
    (200, format!("{}\n", cosign(&offered, key, now())))
}

#[test]
fn a_witness_that_is_no_node_is_asked_at_the_url_of_the_charter() {
    let stranger = Stranger::new();
    let mut county = County::found_with(PROGRAM, Some((VILLAGE, stranger.as_named())));
    stranger.serve();
    county.open();
    let say = |county: &County, number: u32| {
        let matter = format!("{}-2026-{number:04}", county.nodes[VILLAGE].division);
        let said = county.must_say(VILLAGE, "committee", "topic", Some(&matter), topic(), Some(&topic_words(number)));
        said["size"].as_u64().expect("a size")
    };
    let size = say(&county, 1);
    county.wait("four nodes are a quorum without it", || county.holds(TOWNSHIP, VILLAGE) == (size, size));
    // It learns of the log only now, and has cosigned nothing: it answers 409 with 0 to whoever believes otherwise.
    let policy = String::from_utf8(county.get(VILLAGE, &format!("log/{}/1/policy", county.nodes[VILLAGE].division)).expect("a policy"));
    let log_key = policy.expect("text").lines().find_map(|line| line.strip_prefix("log ").map(str::to_owned)).expect("its key");
    let origin = county.nodes[VILLAGE].origin.to_string();
    *stranger.known.lock().expect("a lock") =
        Some(Known { origin: origin.clone(), key: log_key.parse().expect("a key"), last: (0, Hash::EMPTY), answered: 0 });

    // Four of five are wanted, and one node is down: nothing is witnessed without the stranger.
    county.nodes[0].kill();
    let size = (2..=4).map(|number| say(&county, number)).max().expect("something was said");
    county.wait("the stranger makes the quorum", || county.holds(TOWNSHIP, VILLAGE) == (size, size));
    let note = county.get(TOWNSHIP, &format!("log/{}/1/checkpoint", county.nodes[VILLAGE].division)).expect("a checkpoint");
    let head = SignedCheckpoint::open(&note, &origin, &[log_key.parse().expect("a key")]).expect("a head of the log");
    assert_eq!(head.cosigners(std::slice::from_ref(stranger.key.public())).expect("no bad line").len(), 1, "its line is on the head");
    assert!(stranger.known.lock().expect("a lock").as_ref().is_some_and(|known| known.answered > 0));
}
