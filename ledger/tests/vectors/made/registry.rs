//! Policies, the federation file, registry statements, receipts.

use luodi_ledger::checkpoint::{Checkpoint, SignedCheckpoint};
use luodi_ledger::cosignature::cosign;
use luodi_ledger::entry::{Entry, Link};
use luodi_ledger::facts::Facts;
use luodi_ledger::federation::FederationFile;
use luodi_ledger::key::SignerKey;
use luodi_ledger::merkle::{Hash, Leaves, inclusion_proof, root_of};
use luodi_ledger::names::Origin;
use luodi_ledger::policy::{Policy, Witness};
use luodi_ledger::receipt::{ChainLog, Link as ChainLink, Receipt};
use luodi_ledger::registry::{
    AppointFacts, CharterFacts, DivisionFacts, FormerEnd, Operator, Registry, RevokeFacts, Succession, Term, ValidUpTo,
};
use luodi_ledger::statement::Statement;
use serde_json::{Value, json};

use super::{COMMITTEE, ORIGIN, WITNESS, at, key};
use crate::refused::Spoil;

const COUNTY: &str = "luodi.example/demo/log/990101000000/1";
const GOVERNMENT: &str = "luodi.example/demo/990101000000/government";

fn witness() -> Witness {
    Witness { name: "w990101000000".to_owned(), key: key(WITNESS, 2).public().clone(), url: None }
}

pub(super) fn policy() -> Value {
    let (log, new) = (key(ORIGIN, 1), key(ORIGIN, 9));
    let text = Policy::of_two_thirds(log.public(), &[witness()]).unwrap().to_string();
    let both = Policy::of_two_thirds_of(&[log.public().clone(), new.public().clone()], &[witness()]).unwrap().to_string();
    Spoil::of("one witness", &text)
        .also("nobody is asked", &Policy::of_two_thirds(log.public(), &[]).unwrap().to_string())
        .also("both keys of a log during a rotation", &both)
        .also(
            "a comment, an address, any and all",
            &format!(
                "# of the county\nlog {}\nwitness a {} https://witness.example/\ngroup one any a\ngroup every all one\nquorum every\n",
                log.public(),
                witness().key
            ),
        )
        .replace("no quorum", "quorum outside\n", "")
        .replace("a quorum twice", "quorum outside\n", "quorum outside\nquorum none\n")
        .replace("a quorum nobody defines", "quorum outside", "quorum inside")
        .replace("a member nobody defines", "group outside 1 w990101000000", "group outside 1 w990101000001")
        .replace("more than there are", "group outside 1", "group outside 2")
        .replace("none of a group", "group outside 1", "group outside 0")
        .replace("a log's key as a witness", witness().key.to_string().as_str(), log.public().to_string().as_str())
        .replace("a witness twice", "group", &format!("witness again {}\ngroup", witness().key))
        .replace("a line of another kind", "quorum", "quota 1\nquorum")
        .file()
}

fn charter(origin: &str, seed: u8, witnesses: &[Witness]) -> CharterFacts {
    let origin: Origin = origin.parse().unwrap();
    let log = key(&origin.to_string(), seed);
    let operators = witnesses.iter().map(|each| Operator { name: each.name.clone(), operator: "990101000000".to_owned() });
    CharterFacts {
        addresses: vec!["/ip4/127.0.0.1/tcp/9601".to_owned()],
        former: None,
        from: 0,
        keys: vec![log.public().clone()],
        node: key(&format!("luodi.example/demo/{}/node", origin.division), seed + 40).public().clone(),
        number: 1,
        origin,
        peer: "12D3KooWExample".to_owned(),
        policy: Policy::of_two_thirds(log.public(), witnesses).unwrap().to_string(),
        witness: None,
        witnesses: operators.collect(),
    }
}

fn file() -> FederationFile {
    FederationFile {
        name: "luodi.example/demo".parse().unwrap(),
        offset: 8,
        root: "990101000000".parse().unwrap(),
        keys: vec![key(GOVERNMENT, 4).public().clone()],
        earlier: vec![],
        charter: charter(COUNTY, 3, &[]),
    }
}

pub(super) fn federation() -> Value {
    let text = file().to_string();
    let mut second = file();
    let mut next = charter("luodi.example/demo/log/990101000000/2", 8, &[]);
    next.former = Some(FormerEnd { root: Hash::EMPTY.to_string(), size: 0 });
    second.earlier = vec![std::mem::replace(&mut second.charter, next)];
    let charter_line = text.lines().last().unwrap().to_owned();
    Spoil::of("a county", &text)
        .also("the second generation of the root's log", &second.to_string())
        .replace("another version", "federation/v1", "federation/v2")
        .replace("an offset with a sign", "offset 8", "offset +8")
        .replace("an offset beyond the date line", "offset 8", "offset 15")
        .replace("a key of another division", "demo/990101000000/government", "demo/990101000001/government")
        .replace("no key", &format!("key {}\n", key(GOVERNMENT, 4).public()), "")
        .replace("a key twice", "charter", &format!("key {}\ncharter", key(GOVERNMENT, 4).public()))
        .replace("no charter", &format!("{charter_line}\n"), "")
        .replace("a charter twice", "", &format!("{charter_line}\n"))
        .replace("a field nobody knows in the charter", "\"number\":1", "\"note\":1,\"number\":1")
        .replace("the first generation with a former one", "\"from\":0", "\"former\":{\"root\":\"x\",\"size\":0},\"from\":0")
        .change("no line feed at the end", |text| text.trim_end().to_owned())
        .file()
}

/// A statement of the county that registers `facts`.
fn registers(kind: &str, facts: &Facts) -> String {
    let (time, facts) = (at(0), facts.as_str());
    format!("luodi/statement/v1\nlog {COUNTY}\nby {GOVERNMENT}\nkind {kind}\ntime {time}\nfacts {facts}\n")
}

fn appointment() -> AppointFacts {
    AppointFacts {
        basis: "election".to_owned(),
        keys: vec![key(COMMITTEE, 5).public().clone()],
        office: COMMITTEE.parse().unwrap(),
        succeeds: None,
        term: Term { from: "2026-01-01".parse().unwrap(), until: Some("2030-12-31".parse().unwrap()) },
    }
}

/// Texts of registry statements: their facts as a reader must take or refuse them. Who may say them is not judged here.
pub(super) fn kinds() -> Value {
    let valid = vec![ValidUpTo { log: ORIGIN.parse().unwrap(), size: 18 }];
    let mut succeeding = appointment();
    succeeding.succeeds = Some(Succession { keys: vec![key(COMMITTEE, 6).public().clone()], until: None, valid: valid.clone() });
    let mut beside = appointment();
    let until = Some("2026-04-01".parse().unwrap());
    beside.succeeds = Some(Succession { keys: vec![key(COMMITTEE, 6).public().clone()], until, valid: vec![] });
    let revoke = RevokeFacts { key: key(COMMITTEE, 5).public().clone(), reason: "lost".to_owned(), valid };
    let division = DivisionFacts {
        division: "990101001201".parse().unwrap(),
        name: "柳湾村".to_owned(),
        parent: Some("990101002000".parse().unwrap()),
        successor_of: vec!["990101001202".parse().unwrap()],
        vintage: "2026-01-01".parse().unwrap(),
    };
    let mut second = charter("luodi.example/demo/log/990101001201/2", 7, &[witness()]);
    second.former = Some(FormerEnd { root: Hash::EMPTY.to_string(), size: 0 });
    let text = |kind: &str, facts: Result<Facts, luodi_ledger::Malformed>| registers(kind, &facts.unwrap());
    let succeeded = text("appoint", Facts::of(&succeeding));
    let beside = text("appoint", Facts::of(&beside));
    let (revoked, moved) = (text("revoke", Facts::of(&revoke)), text("division", Facts::of(&division)));
    let (chartered, next) = (text("charter", Facts::of(&charter(ORIGIN, 1, &[witness()]))), text("charter", Facts::of(&second)));
    let bad = |text: &str, old: &str, new: &str| {
        let bad = text.replacen(old, new, 1);
        assert_ne!(text, bad, "{old}");
        bad.into_bytes()
    };
    let key_line = key(COMMITTEE, 5).public().to_string();
    Spoil::of("an appointment", &text("appoint", Facts::of(&appointment())))
        .also("an appointment that succeeds another", &succeeded)
        .also("an appointment beside which the former key speaks for 90 days", &beside)
        .also("the ending of a key", &revoked)
        .also("a division that moved", &moved)
        .also("a charter", &chartered)
        .also("a charter of the next generation", &next)
        .replace(
            "a key of another office",
            "\"keys\":[\"luodi.example/demo/990101001201/committee",
            "\"keys\":[\"luodi.example/demo/990101001201/comity",
        )
        .replace("a key twice", &format!("[\"{key_line}\"]"), &format!("[\"{key_line}\",\"{key_line}\"]"))
        .replace("no key", &format!("[\"{key_line}\"]"), "[]")
        .replace("a basis that is no word", "\"election\"", "\"Election\"")
        .replace("a term that ends before it begins", "2030-12-31", "2025-12-31")
        .replace("a field nobody knows", "\"basis\"", "\"a\":1,\"basis\"")
        .replace("a term in another spelling", "\"2026-01-01\"", "\"2026-01-01T00:00:00Z\"")
        .bytes("a former key that speaks for 91 days", &bad(&beside, "\"until\":\"2026-04-01\"", "\"until\":\"2026-04-02\""))
        .bytes("a former key that ends before the term begins", &bad(&beside, "\"until\":\"2026-04-01\"", "\"until\":\"2025-12-31\""))
        .bytes("a key that succeeds itself", &bad(&succeeded, &key(COMMITTEE, 6).public().to_string(), &key_line))
        .bytes("a log of another federation stays valid", &bad(&revoked, "\"log\":\"luodi.example/demo", "\"log\":\"luodi.example/dema"))
        .bytes(
            "the key of a node ends by its charter",
            &bad(&revoked, &key_line, &key("luodi.example/demo/990101001201/node", 5).public().to_string()),
        )
        .bytes("a parent of the same level", &bad(&moved, "990101002000", "990101002201"))
        .bytes("a division that succeeds itself", &bad(&moved, "\"990101001202\"", "\"990101001201\""))
        .bytes("a division without a name", &bad(&moved, "柳湾村", ""))
        .bytes(
            "the next generation without the end of the former",
            &bad(&next, "\"former\":{\"root\":\"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\",\"size\":0},", ""),
        )
        .bytes("a charter without a log key", &bad(&chartered, &format!("\"keys\":[\"{}\"]", key(ORIGIN, 1).public()), "\"keys\":[]"))
        .bytes("a charter numbered 0", &bad(&chartered, "\"number\":1", "\"number\":0"))
        .bytes(
            "a witness that the log's own division runs",
            &bad(&chartered, "\"operator\":\"990101000000\"", "\"operator\":\"990101001201\""),
        )
        .file()
}

/// A log under construction.
#[derive(Default)]
struct Log {
    leaves: Vec<Hash>,
    entries: Vec<Entry>,
}

impl Log {
    fn say(&mut self, origin: &str, by: &SignerKey, kind: &str, facts: Facts) -> Entry {
        let mut link = Link::start();
        for entry in &self.entries {
            link.step(&entry.to_bytes()).unwrap();
        }
        let matter = (kind == "topic").then(|| "990101001201-2026-0007".parse().unwrap());
        let log = origin.parse().unwrap();
        let by_name = by.public().name().parse().unwrap();
        let statement = Statement { log, by: [by_name].into(), kind: kind.parse().unwrap(), matter, time: at(0), facts, body: None };
        let statement = statement.sign(std::slice::from_ref(by)).unwrap();
        let entry = Entry { index: link.index, previous: link.previous, logged: at(1), statement };
        self.leaves.push(Hash::leaf(&entry.to_bytes()));
        self.entries.push(entry.clone());
        entry
    }

    fn head(&self, origin: &str, seed: u8) -> SignedCheckpoint {
        let size = self.leaves.len() as u64;
        let root = root_of(&Leaves(&self.leaves), size).unwrap();
        Checkpoint { origin: origin.to_owned(), size, root }.sign(&[key(origin, seed)])
    }

    fn proof(&self, index: u64) -> Vec<Hash> {
        inclusion_proof(&Leaves(&self.leaves), index, self.leaves.len() as u64).unwrap()
    }
}

pub(super) fn receipt() -> Value {
    let (mut county, mut village) = (Log::default(), Log::default());
    let (government, committee) = (key(GOVERNMENT, 4), key(COMMITTEE, 5));
    county.say(COUNTY, &government, "charter", Facts::of(&charter(ORIGIN, 1, &[witness()])).unwrap());
    county.say(COUNTY, &government, "appoint", Facts::of(&appointment()).unwrap());
    village.say(ORIGIN, &committee, "topic", Facts::empty());
    let entry = village.say(ORIGIN, &committee, "topic", Facts::empty());

    let mut registry = Registry::new(file());
    let (county_log, village_log): (Origin, Origin) = (COUNTY.parse().unwrap(), ORIGIN.parse().unwrap());
    registry.observe_all(county.entries.iter().map(|entry| (&county_log, entry)));
    let chain = registry.chain(&village_log, &entry, |_| 2).into_iter().map(|(log, indexes)| {
        assert_eq!(log, county_log);
        let link = |index: u64| {
            let at = usize::try_from(index).unwrap();
            ChainLink { index, hashes: county.proof(index), entry: county.entries[at].to_bytes() }
        };
        ChainLog { head: county.head(COUNTY, 3), links: indexes.into_iter().map(link).collect() }
    });
    let mut head = village.head(ORIGIN, 1);
    let line = cosign(&head, &key(WITNESS, 2), at(2));
    head.note_mut().add(line);
    let good = Receipt {
        federation: file().hash(),
        entry: entry.to_bytes(),
        body: None,
        chain: chain.collect(),
        index: entry.index,
        hashes: village.proof(entry.index),
        head,
    };
    let made = |change: &dyn Fn(&mut Receipt)| {
        let mut bad = good.clone();
        change(&mut bad);
        bad.to_bytes().unwrap()
    };
    let later = county.entries[1].to_bytes();
    let spoil = Spoil::of("a topic of a committee, witnessed", std::str::from_utf8(&good.to_bytes().unwrap()).unwrap())
        .bytes_also("under the log's own signature alone", &made(&|bad| bad.head = village.head(ORIGIN, 1)))
        .bytes("another federation", &made(&|bad| bad.federation = luodi_ledger::hash::Blake3::of(b"x")))
        .bytes("without the appointment", &made(&|bad| drop(bad.chain[0].links.pop())))
        .bytes("without the charter", &made(&|bad| drop(bad.chain[0].links.remove(0))))
        .bytes("without the county", &made(&|bad| bad.chain.clear()))
        .bytes("another index", &made(&|bad| bad.index = 0))
        .bytes("a hash of the proof is another", &made(&|bad| bad.hashes[0] = Hash::EMPTY))
        .bytes("a head by another key", &made(&|bad| bad.head = village.head(ORIGIN, 9)))
        .bytes("a head of the county by another key", &made(&|bad| bad.chain[0].head = county.head(COUNTY, 9)))
        .bytes("a link that is not in the county's log", &made(&|bad| bad.chain[0].links[0].entry.clone_from(&later)))
        .bytes("a body that the statement does not name", &made(&|bad| bad.body = Some(b"{}".to_vec())))
        .change("a line by nobody it names", |text| format!("{text}— eve.example {}\n", "AAAA".repeat(23)))
        .replace("another version", "tlog-proof@v1", "tlog-proof@v2");
    let mut vectors = spoil.file();
    for list in ["accepted", "refused"] {
        for case in vectors[list].as_array_mut().into_iter().flatten() {
            case["federation"] = json!(file().to_string());
        }
    }
    vectors
}
