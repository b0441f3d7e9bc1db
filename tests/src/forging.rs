//! What an evil operator could do.

use luodi_ledger::checkpoint::Checkpoint;
use luodi_ledger::entry::Entry;
use luodi_ledger::merkle::{CompactRange, Hash};
use luodi_ledger::statement::SignedStatement;
use luodi_node::config::Config;
use luodi_node::store::{Change, Grow, Options, Read, Store};

use crate::{County, now};

impl County {
    /// Appends a statement to the log of node `at`, which is not running, with the log's own key and no judgement.
    pub fn forge(&self, at: usize, (statement, body): &(String, Option<String>)) {
        let node = &self.nodes[at];
        let config = Config::load(&node.folder.join("node.toml")).expect("the configuration reads");
        let options = Options { free_floor: 1 << 20, ..Options::default() };
        let mut store = Store::open(&config.file.data, options).expect("the store opens");
        let reader = store.reader();
        let state = reader.log(&node.origin).expect("it reads").expect("the log is there");
        let statement = SignedStatement::parse(statement.as_bytes()).expect("a statement");
        let entry = Entry { index: state.size, previous: state.link.previous, logged: now(), statement };
        let (read, entry) = (Read::of(&entry), entry.to_bytes());
        let mut tree = CompactRange::read(&reader.nodes(&node.origin), state.size).expect("it reads");
        tree.append(Hash::leaf(&entry));
        let head = Checkpoint { origin: node.origin.to_string(), size: tree.size(), root: tree.root() };
        let grow = Grow {
            origin: node.origin.clone(),
            expected: (state.size, state.root),
            from: state.size,
            leaves: vec![Hash::leaf(&entry)],
            entries: vec![entry],
            read: vec![Some(read)],
            head: head.sign(std::slice::from_ref(&node.keys.log)),
            own: true,
        };
        let bodies = body.iter().map(|body| Change::Body(body.clone().into_bytes()));
        store.commit(bodies.chain([Change::Grow(grow)]).collect()).expect("it commits");
    }
}
