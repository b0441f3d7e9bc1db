//! An export of a place holds what lies there, wherever its code says that it lies.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use luodi_ledger::checkpoint::Checkpoint;
use luodi_ledger::entry::{Entry, Link};
use luodi_ledger::facts::Facts;
use luodi_ledger::federation::FederationFile;
use luodi_ledger::hash::Blake3;
use luodi_ledger::key::{KeyKind, SignerKey};
use luodi_ledger::matter::pack::Packs;
use luodi_ledger::merkle::{CompactRange, Hash};
use luodi_ledger::names::Origin;
use luodi_ledger::policy::Policy;
use luodi_ledger::registry::{AppointFacts, CharterFacts, DivisionFacts, Term};
use luodi_ledger::statement::Statement;
use luodi_ledger::tile::{BundleId, encode_entries};
use luodi_ledger::time::Time;
use serde_json::json;

use super::corpus::Corpus;
use crate::audit::source::At;
use crate::language::Language;
use crate::node_client::Node;

const CITY: &str = "990100000000";
const FORMER: &str = "990101000000";
const PRESENT: &str = "990102000000";
/// Its code is of the former county's; the city has given it to the present one.
const MOVED: &str = "990101001000";
/// It stays in the former county.
const KEPT: &str = "990101002000";

fn origin(code: &str) -> Origin {
    format!("luodi.example/moved/log/{code}/1").parse().unwrap()
}

fn key(name: &str) -> SignerKey {
    SignerKey::from_seed(name, KeyKind::Ed25519, Blake3::of(name.as_bytes()).as_bytes()).unwrap()
}

fn office(code: &str, office: &str) -> SignerKey {
    key(&format!("luodi.example/moved/{code}/{office}"))
}

fn charter(code: &str) -> CharterFacts {
    let log = key(&origin(code).to_string());
    CharterFacts {
        addresses: vec!["/ip4/127.0.0.1/tcp/9000".into()],
        former: None,
        from: 0,
        keys: vec![log.public().clone()],
        node: office(code, "node").public().clone(),
        number: 1,
        origin: origin(code),
        peer: "12D3KooWExample".into(),
        policy: Policy::of_two_thirds(log.public(), &[]).unwrap().to_string(),
        witness: None,
        witnesses: vec![],
    }
}

fn federation() -> FederationFile {
    FederationFile {
        name: "luodi.example/moved".parse().unwrap(),
        offset: 8,
        root: CITY.parse().unwrap(),
        keys: vec![office(CITY, "government").public().clone()],
        earlier: vec![],
        charter: charter(CITY),
    }
}

/// Logs under construction: leaves, and where the next one links.
#[derive(Default)]
struct Logs(BTreeMap<&'static str, (Vec<Vec<u8>>, Option<Link>)>);

impl Logs {
    /// The government of a place says something in its own log.
    fn say(&mut self, code: &'static str, kind: &str, matter: Option<&str>, facts: Facts) {
        let signer = office(code, "government");
        let (leaves, link) = self.0.entry(code).or_default();
        let link = link.get_or_insert_with(Link::start);
        let at: Time = "2026-03-01T02:00:00Z".parse().unwrap();
        let statement = Statement {
            log: origin(code),
            by: [signer.public().name().parse().unwrap()].into(),
            kind: kind.parse().unwrap(),
            matter: matter.map(|id| id.parse().unwrap()),
            time: at,
            facts,
            body: None,
        };
        let entry = Entry { index: link.index, previous: link.previous, logged: at, statement: statement.sign(&[signer]).unwrap() };
        let leaf = entry.to_bytes();
        link.step(&leaf).unwrap();
        leaves.push(leaf);
    }

    fn register(&mut self, by: &'static str, below: &str) {
        self.say(by, "charter", None, Facts::of(&charter(below)).unwrap());
        let government = office(below, "government");
        let facts = AppointFacts {
            basis: "assignment".into(),
            keys: vec![government.public().clone()],
            office: government.public().name().parse().unwrap(),
            succeeds: None,
            term: Term { from: "2024-01-01".parse().unwrap(), until: None },
        };
        self.say(by, "appoint", None, Facts::of(&facts).unwrap());
    }

    /// Lays everything out as a node serves it.
    fn write(&self, folder: &Path) {
        for (code, (leaves, _)) in &self.0 {
            let folder = folder.join(&Node::log_path(&origin(code))[1..]);
            let mut tree = CompactRange::new();
            for leaf in leaves {
                tree.append(Hash::leaf(leaf));
            }
            let checkpoint = Checkpoint { origin: origin(code).to_string(), size: tree.size(), root: tree.root() };
            for bundle in BundleId::between(0, tree.size()) {
                let path = folder.join(bundle.to_string());
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, encode_entries(leaves).unwrap()).unwrap();
            }
            fs::write(folder.join("head"), checkpoint.sign(&[key(&origin(code).to_string())]).to_bytes()).unwrap();
        }
    }
}

#[tokio::test]
async fn a_place_that_moved_is_told_with_those_it_lies_with_now() {
    let mut logs = Logs::default();
    for county in [FORMER, PRESENT] {
        logs.register(CITY, county);
    }
    for township in [MOVED, KEPT] {
        logs.register(FORMER, township);
        let pack = *Packs::built_in().with("general".parse().unwrap()).next().unwrap().0;
        let topic =
            json!({"basis": "vital-interest", "category": "sanitation", "decision": "confirmed", "method": "general", "rules": pack});
        logs.say(township, "topic", Some(&format!("{township}-2026-0001")), Facts::of(&topic).unwrap());
    }
    // The county it lies in now has registered nothing of its own yet, and its log is there all the same.
    let name = DivisionFacts {
        division: "990102009000".parse().unwrap(),
        name: "新镇".into(),
        parent: None,
        successor_of: vec![],
        vintage: "2026-02-01".parse().unwrap(),
    };
    logs.say(PRESENT, "division", None, Facts::of(&name).unwrap());
    let moved = DivisionFacts { division: MOVED.parse().unwrap(), parent: Some(PRESENT.parse().unwrap()), ..name };
    // In force after what the former county registered of it.
    let moved = DivisionFacts { vintage: "2026-03-15".parse().unwrap(), ..moved };
    logs.say(CITY, "division", None, Facts::of(&moved).unwrap());
    let folder = tempfile::tempdir().unwrap();
    logs.write(folder.path());

    for (place, township) in [(FORMER, KEPT), (PRESENT, MOVED)] {
        let at = At::of(&folder.path().to_string_lossy(), Language::English).unwrap();
        let corpus = Corpus::read(&at, federation(), place.parse().unwrap(), None, Language::English).await.unwrap();
        let told: Vec<String> = corpus.views.iter().map(|view| view.place.to_string()).collect();
        assert_eq!(told, [township], "{place}");
        assert!(corpus.views[0].topic.is_some(), "{place}: what the former county registered stays registered");
        let calendars: BTreeSet<String> = corpus.calendars.iter().map(|calendar| calendar.place.to_string()).collect();
        assert_eq!(calendars, [place, township].map(str::to_owned).into(), "{place}");
        let counties: Vec<String> = corpus.assessments.iter().map(|assessment| assessment.county.to_string()).collect();
        assert_eq!(counties, [place]);
    }
}
