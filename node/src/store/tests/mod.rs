//! Tests of the store as its users see it. After each step a log is audited whole, from bytes.

mod basic;
mod crash;
mod faults;
mod kill;
mod model;
mod redaction;

use luodi_ledger::checkpoint::{Checkpoint, SignedCheckpoint};
use luodi_ledger::entry::{Entry, Link};
use luodi_ledger::facts::Facts;
use luodi_ledger::hash::Blake3;
use luodi_ledger::key::{KeyKind, SignerKey};
use luodi_ledger::merkle::{CompactRange, Hash, inclusion_proof, root_of, verify_inclusion};
use luodi_ledger::names::Origin;
use luodi_ledger::statement::Statement;
use luodi_ledger::time::Time;

use super::{Change, Grow, Options, Read, Reader, Store};

/// Segments so small that a few commits fill one.
fn tiny() -> Options {
    Options { segment_bytes: 4096, free_floor: 0 }
}

fn roomy() -> Options {
    Options { segment_bytes: 1 << 20, free_floor: 0 }
}

fn origin(number: u32) -> Origin {
    format!("luodi.example/henan/log/41072110120{number}/1").parse().unwrap()
}

/// Writes a log, and remembers all of it.
#[derive(Clone)]
struct Author {
    origin: Origin,
    key: SignerKey,
    office: SignerKey,
    entries: Vec<Vec<u8>>,
    leaves: Vec<Hash>,
    tree: CompactRange,
    link: Link,
    registry: Vec<u64>,
    read: Vec<Option<Read>>,
    own: bool,
}

impl Author {
    fn new(number: u32) -> Self {
        let origin = origin(number);
        let office = "luodi.example/henan/410721000000/civil-affairs";
        Self {
            key: SignerKey::from_seed(&origin.to_string(), KeyKind::Ed25519, &[1; 32]).unwrap(),
            office: SignerKey::from_seed(office, KeyKind::Ed25519, &[2; 32]).unwrap(),
            origin,
            entries: Vec::new(),
            leaves: Vec::new(),
            tree: CompactRange::new(),
            link: Link::start(),
            registry: Vec::new(),
            read: Vec::new(),
            own: true,
        }
    }

    fn size(&self) -> u64 {
        self.tree.size()
    }

    fn stands(&self) -> (u64, Hash) {
        (self.tree.size(), self.tree.root())
    }

    /// The next entry, a well-formed one of `kind`.
    fn entry(&mut self, kind: &str) -> Vec<u8> {
        let time = Time::from_unix(1_700_000_000 + i64::try_from(self.link.index).unwrap()).unwrap();
        let statement = Statement {
            log: self.origin.clone(),
            by: [self.office.public().name().parse().unwrap()].into(),
            kind: kind.parse().unwrap(),
            matter: None,
            time,
            facts: Facts::empty(),
            body: None,
        };
        let statement = statement.sign(std::slice::from_ref(&self.office)).unwrap();
        let entry = Entry { index: self.link.index, previous: self.link.previous, logged: time, statement };
        let leaf = entry.to_bytes();
        if entry.statement.statement().kind.is_registry() {
            self.registry.push(self.link.index);
        }
        self.link.step(&leaf).unwrap();
        self.remember(leaf.clone(), Some(Read::of(&entry)));
        leaf
    }

    /// The next entry, of any bytes.
    fn leaf(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        assert!(self.link.step(&bytes).is_err(), "not an entry");
        self.remember(bytes.clone(), None);
        bytes
    }

    fn remember(&mut self, leaf: Vec<u8>, read: Option<Read>) {
        self.read.push(read);
        self.leaves.push(Hash::leaf(&leaf));
        self.tree.append(Hash::leaf(&leaf));
        self.entries.push(leaf);
    }

    fn head(&self) -> SignedCheckpoint {
        self.head_at(self.size())
    }

    fn head_at(&self, size: u64) -> SignedCheckpoint {
        let mut tree = CompactRange::new();
        self.leaves[..usize::try_from(size).unwrap()].iter().for_each(|leaf| tree.append(*leaf));
        self.sign(size, tree.root())
    }

    fn sign(&self, size: u64, root: Hash) -> SignedCheckpoint {
        Checkpoint { origin: self.origin.to_string(), size, root }.sign(std::slice::from_ref(&self.key))
    }

    /// The change that brings a store from `from` to all there is.
    fn grow_from(&self, from: (u64, Hash)) -> Change {
        let start = usize::try_from(from.0).unwrap();
        Change::Grow(Grow {
            origin: self.origin.clone(),
            expected: from,
            from: from.0,
            entries: self.entries[start..].to_vec(),
            leaves: self.leaves[start..].to_vec(),
            read: self.read[start..].to_vec(),
            head: self.head(),
            own: self.own,
        })
    }

    /// Appends `count` entries of all sorts and gives the change that stores them.
    fn grow(&mut self, count: u64) -> Change {
        let from = self.stands();
        for _ in 0..count {
            match self.size() % 5 {
                1 => drop(self.entry("charter")),
                3 => drop(self.leaf(format!("leaf {} that is no entry", self.size()).into_bytes())),
                4 => drop(self.leaf(Vec::new())),
                _ => drop(self.entry("outcome")),
            }
        }
        self.grow_from(from)
    }

    /// Checks all that `reader` says of the log as of its first `size` entries.
    fn audit_at(&self, reader: &Reader, size: u64) {
        let count = usize::try_from(size).unwrap();
        let origin = &self.origin;
        let mut link = Link::start();
        let mut registry = Vec::new();
        let mut tree = CompactRange::new();
        let mut read = Vec::new();
        while (read.len() as u64) < size {
            let page = reader.entries(origin, read.len() as u64..u64::MAX).unwrap();
            assert!(!page.is_empty());
            read.extend(page);
        }
        assert_eq!(read, self.entries[..count]);
        for (index, leaf) in (0..).zip(&read) {
            if let Ok(entry) = link.step(leaf) {
                let statement = entry.statement.statement();
                if statement.kind.is_registry() {
                    registry.push(index);
                }
                if self.own {
                    assert_eq!(reader.find(origin, &entry.statement.id()).unwrap(), Some(index));
                }
            }
            tree.append(Hash::leaf(leaf));
        }
        assert_eq!(reader.registry_entries(origin, 0).unwrap(), registry);
        let Some(state) = reader.log(origin).unwrap() else {
            assert_eq!(size, 0, "a log without a head");
            return;
        };
        assert_eq!((state.size, state.root, state.link), (size, tree.root(), link));
        assert_eq!(state.head, self.head_at(size));
        self.audit_tiles(reader, size);
        let nodes = reader.nodes(origin);
        assert_eq!(root_of(&nodes, size).unwrap(), tree.root());
        for index in [0, size / 2, size.saturating_sub(1)].into_iter().filter(|index| *index < size) {
            let proof = inclusion_proof(&nodes, index, size).unwrap();
            verify_inclusion(self.leaves[usize::try_from(index).unwrap()], index, size, tree.root(), &proof).unwrap();
        }
        assert!(root_of(&nodes, size + 1).is_err());
    }

    fn audit_tiles(&self, reader: &Reader, size: u64) {
        let mut row = self.leaves[..usize::try_from(size).unwrap()].to_vec();
        for level in 0.. {
            for (index, tile) in (0..).zip(row.chunks(256)) {
                let bytes: Vec<u8> = tile.iter().flat_map(Hash::as_bytes).copied().collect();
                let width = u16::try_from(tile.len()).unwrap();
                assert_eq!(reader.tile(&self.origin, level, index, width).unwrap(), Some(bytes.clone()));
                assert_eq!(reader.tile(&self.origin, level, index, 1).unwrap().unwrap(), bytes[..32]);
                if width < 256 {
                    assert_eq!(reader.tile(&self.origin, level, index, width + 1).unwrap(), None);
                }
            }
            assert_eq!(reader.tile(&self.origin, level, row.len().div_ceil(256) as u64, 1).unwrap(), None);
            if row.len() < 256 {
                break;
            }
            row = row
                .chunks_exact(256)
                .map(|tile| {
                    let mut root = CompactRange::new();
                    for hash in tile {
                        root.append(*hash);
                    }
                    root.root()
                })
                .collect();
        }
    }

    fn audit(&self, reader: &Reader) {
        self.audit_at(reader, self.size());
    }
}

fn body(number: u64) -> Vec<u8> {
    format!("{{\"nonce\":\"{number}\",\"words\":\"{}\"}}", "字".repeat(usize::try_from(number % 40).unwrap())).into_bytes()
}

fn witness_key() -> SignerKey {
    SignerKey::from_seed("luodi.example/henan/410721000000/witness", KeyKind::Cosigner, &[3; 32]).unwrap()
}

fn cosigned(mut head: SignedCheckpoint, key: &SignerKey) -> SignedCheckpoint {
    head.note_mut().sign(key, 1_700_000_000);
    head
}

fn named(origin: &Origin) -> String {
    origin.to_string()
}

fn id(bytes: &[u8]) -> Blake3 {
    Blake3::of(bytes)
}

fn reopened(store: Store, dir: &std::path::Path, options: &Options) -> Store {
    drop(store);
    Store::open(dir, *options).unwrap()
}
