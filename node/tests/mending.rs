//! Corrections and withdrawals are held against what the log says by now, not only when it was first read.

mod county;

use county::{Author, COUNTY, Node, VILLAGES, division, office, origin};
use luodi_ledger::entry::Entry;
use luodi_ledger::facts::Facts;
use luodi_ledger::matter::codes::Method;
use luodi_ledger::matter::pack::Packs;
use luodi_ledger::matter::{Marks, Record, Reference};
use luodi_ledger::merkle::Hash;
use luodi_ledger::names::MatterId;
use luodi_ledger::standing::Standing;
use luodi_ledger::statement::{SignedStatement, Statement};
use luodi_node::mending::Mends;
use luodi_node::store::{Change, Grow, Options, Store};

/// Signs what the village's committee says of a matter, to be logged next.
fn sign(log: &Author, kind: &str, matter: MatterId, facts: Facts) -> SignedStatement {
    let committee = office(log.division, "committee");
    let statement = Statement {
        log: origin(log.division),
        by: [committee.public().name().parse().unwrap()].into_iter().collect(),
        kind: kind.parse().unwrap(),
        matter: Some(matter),
        time: log.link.not_before.max("2026-06-01T00:00:00Z".parse().unwrap()),
        facts,
        body: None,
    };
    statement.sign(std::slice::from_ref(&committee)).unwrap()
}

/// Logs it: where it stands.
fn say(log: &mut Author, statement: SignedStatement) -> Reference {
    let (id, logged) = (statement.id(), statement.statement().time);
    let entry = Entry { index: log.link.index, previous: log.link.previous, logged, statement };
    log.push(entry.to_bytes());
    Reference { log: origin(log.division), index: entry.index, id }
}

fn store_from(store: &mut Store, log: &Author, from: (u64, Hash)) {
    let start = usize::try_from(from.0).unwrap();
    let grow = Grow {
        origin: origin(log.division),
        expected: from,
        from: from.0,
        entries: log.entries[start..].to_vec(),
        leaves: log.leaves[start..].to_vec(),
        read: log.read[start..].to_vec(),
        head: log.head(),
        own: true,
    };
    store.commit(vec![Change::Grow(grow)]).unwrap();
}

fn topic() -> Facts {
    let packs = Packs::built_in();
    let (rules, _) = packs.with(Method::General).next().unwrap();
    let text =
        format!(r#"{{"basis":"vital-interest","category":"sanitation","decision":"confirmed","method":"general","rules":"{rules}"}}"#);
    Facts::parse(&text).unwrap()
}

fn withdrawal(of: &Reference) -> Facts {
    let text = format!(r#"{{"reason":"error","target":{{"id":"{}","index":{},"log":"{}"}}}}"#, of.id, of.index, of.log);
    Facts::parse(&text).unwrap()
}

#[test]
fn what_was_taken_back_since_the_log_was_first_read_is_not_taken_back_again() {
    let nodes = [Node::new(COUNTY, "12D3KooWPjceQrSwdWXPyLLeABRXmuqt69Rg3sBYbU1Nft9HyQ6X"), Node::new(VILLAGES[0], "12D3KooWExample")];
    let registered = county::root_log(&nodes);
    let registry = county::registry(&nodes, [&registered]);
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(folder.path(), Options { free_floor: 0, ..Options::default() }).unwrap();
    let mut log = Author::new(division(VILLAGES[0]));
    let matters: Vec<MatterId> = (1..=3).map(|number| MatterId { division: log.division, year: 2026, number }).collect();
    let mut targets = Vec::new();
    for matter in &matters {
        let raised = sign(&log, "topic", *matter, topic());
        targets.push(say(&mut log, raised));
    }
    store_from(&mut store, &log, (0, Hash::EMPTY));
    let reader = store.reader();
    let mends = Mends::default();
    // Of each matter a withdrawal is taken, and then none of the same statement, by who has read the log before as by who reads it anew.
    for (matter, target) in matters.iter().zip(&targets) {
        for is_taken in [true, false] {
            let statement = sign(&log, "void", *matter, withdrawal(target));
            let mend = Record {
                reference: Reference { log: origin(log.division), index: log.size(), id: statement.id() },
                statement: statement.statement().clone(),
                logged: statement.statement().time,
                standing: Standing::Valid { term_expired: false },
                marks: Marks::default(),
            };
            for mends in [&mends, &Mends::default()] {
                let checked = mends.check(&reader, &registry, &mend, target).unwrap();
                assert_eq!(checked.is_ok(), is_taken, "{matter}: {checked:?}");
            }
            if is_taken {
                let before = (log.size(), log.tree.root());
                say(&mut log, statement);
                store_from(&mut store, &log, before);
            }
        }
    }
}
