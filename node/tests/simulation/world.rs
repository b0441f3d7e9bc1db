//! The simulated world: a queue of things that will happen, and the nodes they happen to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::entry::Entry;
use luodi_ledger::facts::Facts;
use luodi_ledger::hash::Blake3;
use luodi_ledger::merkle::{CompactRange, Hash, Leaves, consistency_path, consistency_proof};
use luodi_ledger::names::{Division, Origin};
use luodi_ledger::registry::Registry;
use luodi_node::protocol::follower::{
    Action, BodiesFound, Changes, Event, Failure, FetchId, Follower, Held, Membership, Progress, RangeEnd, Stored,
};
use luodi_node::protocol::intake::Intake;
use luodi_node::protocol::interest::Interest;
use luodi_node::protocol::message::{Epoch, Heads, Range, Refusal, Request, decode, encode};
use luodi_node::protocol::{Moment, Peer};
use serde_bytes::ByteBuf;

use crate::county::{self, Author, COUNTY, Node, TOWNSHIPS, VILLAGES, origin};

/// What goes wrong besides the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Honest,
    /// The first township serves changed pages and paths.
    LyingRelay,
    /// The first village signs two histories and shows each peer one of them.
    ForkingAuthor,
}

/// How long the network is bad, in milliseconds.
const TROUBLE: u64 = 120_000;
/// How long it then has to bring everything everywhere: the longest wait is ten minutes.
const HEALED: u64 = TROUBLE + 1_500_000;
/// How often a node's follower is woken.
const TICK: u64 = 1_000;
/// The longest time in which a cut or new connection is noticed.
const NOTICED: u64 = 5_000;
/// How long an answer is waited for.
const DEADLINE: u64 = 10_000;
/// Entries of a page here: small, so that a short log has many.
const PAGE: u64 = 3;
/// Index of the relay and of the author that misbehave.
const RELAY: usize = 1;
const FORKER: usize = 3;

/// Splitmix64: enough to choose with, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.roll() % most
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// What a node has on its disk of one log.
#[derive(Clone, Debug, Default)]
struct Kept {
    entries: Vec<Vec<u8>>,
    leaves: Vec<Hash>,
    head: Option<SignedCheckpoint>,
    witnessed: Option<SignedCheckpoint>,
    proven: Option<SignedCheckpoint>,
    changed: u64,
}

impl Kept {
    fn stored(&self) -> u64 {
        self.head.as_ref().map_or(0, SignedCheckpoint::size)
    }

    fn heads(&self, origin: &Origin) -> Option<Heads> {
        let head = self.head.as_ref()?;
        let witnessed = self.witnessed.as_ref().filter(|witnessed| *witnessed != head);
        Some(Heads {
            origin: origin.clone(),
            head: ByteBuf::from(head.to_bytes()),
            witnessed: witnessed.map(|head| ByteBuf::from(head.to_bytes())),
        })
    }
}

#[derive(Clone, Debug, Default)]
struct Disk {
    logs: BTreeMap<Origin, Kept>,
    bodies: BTreeMap<Blake3, Vec<u8>>,
    evidence: BTreeMap<Blake3, Vec<u8>>,
    seq: u64,
}

/// A fetch being taken in.
struct Taking {
    from: usize,
    ranges: Vec<Range>,
    at: usize,
    intake: Option<(Intake, SignedCheckpoint)>,
    ends: Vec<(Origin, RangeEnd)>,
    /// Commits on their way to the disk.
    pending: usize,
    over: bool,
}

struct Simulated {
    division: Division,
    peer: Peer,
    follower: Follower,
    disk: Disk,
    /// Counts restarts: what was under way before one is gone.
    life: u64,
    takings: BTreeMap<FetchId, Taking>,
    progress: BTreeMap<Origin, Progress>,
}

/// Parts of a fetch as they travel.
#[derive(Clone, Debug)]
enum Part {
    Begin { head: Vec<u8>, path: Vec<Hash> },
    Page { entries: Vec<Vec<u8>>, proof: Vec<Hash> },
    End,
    Refuse(Refusal),
}

/// What will happen to a node.
#[derive(Clone, Debug)]
enum Happening {
    Event(Event),
    /// A peer asks; the answer goes back as the event that `Question` makes of it.
    Asked {
        from: usize,
        life: u64,
        question: Question,
    },
    Fetch {
        from: usize,
        life: u64,
        fetch: FetchId,
        ranges: Vec<Range>,
    },
    Part {
        fetch: FetchId,
        part: Part,
    },
    Cut {
        fetch: FetchId,
    },
    Commit {
        fetch: FetchId,
        origin: Origin,
        at: u64,
        entries: Vec<Vec<u8>>,
        leaves: Vec<Hash>,
        head: SignedCheckpoint,
    },
    KeepWitnessed {
        origin: Origin,
        head: SignedCheckpoint,
    },
    KeepBodies {
        event: Event,
        bodies: Vec<Vec<u8>>,
    },
    Write,
    Witness,
    Link {
        with: usize,
        up: bool,
    },
    Tick,
}

#[derive(Clone, Debug)]
enum Question {
    Heads { ask: luodi_node::protocol::follower::AskId, epoch: Epoch, cursor: u64 },
    Tell { ask: luodi_node::protocol::follower::AskId, request: Vec<u8> },
    Bodies { ask: luodi_node::protocol::follower::AskId, hashes: Vec<Blake3> },
    Evidence { evidence: Vec<u8> },
}

pub(crate) struct World {
    kind: Kind,
    seed: u64,
    dice: Dice,
    now: u64,
    steps: u64,
    queue: BTreeMap<(u64, u64), (usize, u64, Happening)>,
    order: u64,
    nodes: Vec<Simulated>,
    authors: Vec<Author>,
    /// The second history of the forking author.
    other: Option<Author>,
    /// The body that each leaf names, if any: read once, when it is written.
    named: BTreeMap<Hash, Blake3>,
    /// The registry after so many entries of the root's log.
    registries: &'static [Arc<Registry>],
    /// Which side of a partition each node is on.
    side: Vec<u64>,
    linked: BTreeSet<(usize, usize)>,
    troubled: bool,
}

impl World {
    pub(crate) fn new(kind: Kind, seed: u64) -> Self {
        let (root, registries) = charters();
        let divisions = [COUNTY].into_iter().chain(TOWNSHIPS).chain(VILLAGES);
        let mut authors: Vec<Author> = divisions.map(|of| Author::new(county::division(of))).collect();
        authors[0].clone_from(root);
        let nodes = authors.iter().map(|author| Simulated {
            division: author.division,
            peer: Peer::new(&format!("peer-{}", author.division)),
            follower: Follower::new(Some(author.division), [], []),
            disk: Disk::default(),
            life: 0,
            takings: BTreeMap::new(),
            progress: BTreeMap::new(),
        });
        let nodes: Vec<Simulated> = nodes.collect();
        let count = nodes.len();
        let mut world = Self {
            kind,
            seed,
            dice: Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ kind as u64),
            now: 0,
            steps: 0,
            queue: BTreeMap::new(),
            order: 0,
            nodes,
            authors,
            other: None,
            named: BTreeMap::new(),
            registries,
            side: vec![0; count],
            linked: BTreeSet::new(),
            troubled: true,
        };
        world.begin();
        world
    }

    fn begin(&mut self) {
        for node in 0..self.nodes.len() {
            self.soon(node, Happening::Tick);
            for n in 0..12 {
                let at = self.dice.below(TROUBLE);
                self.at(at, node, if n < 9 { Happening::Write } else { Happening::Witness });
            }
        }
        for (a, b) in Self::edges() {
            self.link(a, b, true, 100);
        }
    }

    /// Up the hierarchy, and one link sideways in each township.
    fn edges() -> [(usize, usize); 13] {
        [(0, 1), (0, 2), (1, 3), (1, 4), (1, 5), (2, 6), (2, 7), (0, 3), (0, 6), (3, 4), (6, 7), (2, 4), (0, 7)]
    }

    fn at(&mut self, at: u64, node: usize, happening: Happening) {
        self.order += 1;
        let life = self.nodes[node].life;
        self.queue.insert((at, self.order), (node, life, happening));
    }

    fn soon(&mut self, node: usize, happening: Happening) {
        let wait = 1 + self.dice.below(20);
        self.at(self.now + wait, node, happening);
    }

    fn link(&mut self, a: usize, b: usize, up: bool, within: u64) {
        for (node, with) in [(a, b), (b, a)] {
            let at = self.now + 1 + self.dice.below(within);
            self.at(at, node, Happening::Link { with, up });
        }
    }

    /// Sends to a node over the network: late, twice, or never.
    fn send(&mut self, from: usize, to: usize, life: Option<u64>, happening: &Happening) {
        if self.side[from] != self.side[to] || (self.troubled && self.dice.chance(10)) {
            return;
        }
        // A stream comes once or not at all.
        let copies = if self.troubled && !matches!(happening, Happening::Fetch { .. }) && self.dice.chance(5) { 2 } else { 1 };
        for _ in 0..copies {
            let at = self.now + 1 + self.dice.below(if self.troubled { 400 } else { 40 });
            self.at(at, to, happening.clone());
            if let Some(life) = life
                && let Some(sent) = self.queue.get_mut(&(at, self.order))
            {
                sent.1 = life;
            }
        }
    }

    /// Runs to the end; a panic tells the seed.
    pub(crate) fn run(mut self) {
        let (kind, seed) = (self.kind, self.seed);
        let told = scopeguard(move || eprintln!("simulation {kind:?} failed: LUODI_SEED={seed}"));
        while let Some(((at, _), (node, life, happening))) = self.queue.pop_first() {
            if at > HEALED {
                break;
            }
            self.now = at;
            self.steps += 1;
            self.weather();
            let outlives = matches!(happening, Happening::Write | Happening::Witness | Happening::Link { .. });
            if outlives || life == self.nodes[node].life {
                self.happen(node, happening);
                self.check(node);
            }
            if !self.troubled && self.steps.is_multiple_of(256) && self.is_settled() {
                break;
            }
        }
        self.finish();
        told.defuse();
    }

    /// Partitions, crashes and the end of trouble.
    fn weather(&mut self) {
        if !self.troubled {
            return;
        }
        if self.now >= TROUBLE {
            self.troubled = false;
            self.side.fill(0);
            // After every cut that is still to be noticed.
            for (a, b) in Self::edges() {
                for (node, with) in [(a, b), (b, a)] {
                    let at = self.now + NOTICED + self.dice.below(2_000);
                    self.at(at, node, Happening::Link { with, up: true });
                }
            }
            return;
        }
        if self.dice.below(1_000) < 2 {
            let sides = if self.dice.chance(50) { 1 } else { 2 };
            for node in 0..self.side.len() {
                self.side[node] = self.dice.below(sides);
            }
            for (a, b) in Self::edges() {
                let up = self.side[a] == self.side[b];
                self.link(a, b, up, NOTICED);
            }
        }
        if self.dice.below(1_000) < 2 {
            let node = usize::try_from(self.dice.below(self.nodes.len() as u64)).unwrap();
            self.crash(node);
        }
    }

    /// What is on the disk stays; all else, and every commit under way, is lost.
    fn crash(&mut self, node: usize) {
        let registry = self.registry(node);
        let own = self.nodes[node].division;
        let crashed = &mut self.nodes[node];
        crashed.life += 1;
        crashed.takings.clear();
        crashed.progress.clear();
        let held: Vec<(Origin, Held)> = crashed
            .disk
            .logs
            .iter()
            .map(|(origin, kept)| {
                let convicts = |evidence: &Vec<u8>| {
                    let evidence = luodi_ledger::fork::Evidence::parse(evidence).unwrap();
                    evidence.origin() == origin.to_string() && luodi_node::protocol::follower::freezes(&registry, origin, &evidence)
                };
                let forked = crashed.disk.evidence.values().any(convicts);
                let held = Held {
                    entries: kept.entries.len() as u64,
                    head: kept.head.clone(),
                    witnessed: kept.witnessed.clone(),
                    proven: kept.proven.clone(),
                    forked,
                };
                (origin.clone(), held)
            })
            .collect();
        crashed.follower = Follower::new(Some(own), held, crashed.disk.evidence.keys().copied());
        let missing = named_and_missing(&self.named, &crashed.disk);
        for (origin, hashes) in missing {
            self.soon(node, Happening::Event(Event::BodiesNamed { origin, hashes }));
        }
        self.soon(node, Happening::Tick);
        for with in 0..self.nodes.len() {
            self.linked.remove(&(node, with));
        }
        for (a, b) in Self::edges() {
            if a == node || b == node {
                let other = if a == node { b } else { a };
                let (down, up) = (self.now + 1 + self.dice.below(50), self.now + 100 + self.dice.below(2_000));
                self.at(down, other, Happening::Link { with: node, up: false });
                for (one, with) in [(a, b), (b, a)] {
                    let up = up + self.dice.below(50);
                    self.at(up, one, Happening::Link { with, up: true });
                }
            }
        }
    }

    fn registry(&self, node: usize) -> Arc<Registry> {
        let root = origin(self.authors[0].division);
        let known = self.nodes[node].disk.logs.get(&root).map_or(0, |kept| kept.entries.len());
        // All that registers stands at the beginning of the root's log.
        self.registries[known.min(self.registries.len() - 1)].clone()
    }

    fn epoch(node: usize) -> Epoch {
        [u8::try_from(node).unwrap(); 16]
    }

    fn event(&mut self, node: usize, event: Event) {
        let registry = self.registry(node);
        let actions = self.nodes[node].follower.on_event(Moment(self.now), &registry, event);
        for action in actions {
            self.act(node, action);
        }
    }

    fn index(&self, peer: &Peer) -> usize {
        self.nodes.iter().position(|node| &node.peer == peer).unwrap()
    }

    fn happen(&mut self, node: usize, happening: Happening) {
        match happening {
            Happening::Event(event) => self.event(node, event),
            Happening::Tick => {
                self.event(node, Event::Tick);
                let at = self.now + TICK;
                self.at(at, node, Happening::Tick);
            }
            Happening::Link { with, up } => self.linked_or_not(node, with, up),
            Happening::Write => self.write(node),
            Happening::Witness => self.witness(node),
            Happening::Asked { from, life, question } => self.answer(node, from, life, question),
            Happening::Fetch { from, life, fetch, ranges } => self.serve(node, from, life, fetch, &ranges),
            Happening::Part { fetch, part } => self.part(node, fetch, part),
            Happening::Cut { fetch } => self.end(node, fetch),
            Happening::Commit { fetch, origin, at, entries, leaves, head } => self.commit(node, fetch, &origin, at, entries, leaves, head),
            Happening::KeepWitnessed { origin, head } => {
                let disk = &mut self.nodes[node].disk;
                let kept = disk.logs.get_mut(&origin).unwrap();
                assert!(Leaves(&kept.leaves).root(head.size()) == head.root(), "a witnessed head is of the stored log");
                disk.seq += 1;
                kept.changed = disk.seq;
                if kept.witnessed.as_ref().is_none_or(|known| known.size() < head.size()) {
                    kept.witnessed = Some(head.clone());
                }
                self.event(node, Event::Stored(Stored { origin, entries: 0, head: None, witnessed: Some(head) }));
            }
            Happening::KeepBodies { event, bodies } => {
                self.nodes[node].disk.bodies.extend(bodies.into_iter().map(|body| (Blake3::of(&body), body)));
                self.event(node, event);
            }
        }
    }

    fn linked_or_not(&mut self, node: usize, with: usize, up: bool) {
        let peer = self.nodes[with].peer.clone();
        if !up {
            if self.linked.remove(&(node, with)) {
                self.event(node, Event::Disconnected(peer));
            }
            return;
        }
        if self.side[node] == self.side[with] && self.linked.insert((node, with)) {
            let membership = Membership { interest: Interest::Member(self.nodes[with].division), trusted: true };
            self.event(node, Event::Connected { peer, membership, epoch: Self::epoch(with) });
            for evidence in self.nodes[with].disk.evidence.clone().into_values() {
                self.send(with, node, None, &Happening::Asked { from: with, life: 0, question: Question::Evidence { evidence } });
            }
        }
    }

    /// The author appends to its own log, durably, and tells.
    fn write(&mut self, node: usize) {
        let author = &mut self.authors[node];
        let log = origin(author.division);
        if node != 0 {
            for n in 0..=self.dice.below(5) {
                let committee = county::office(author.division, "committee");
                let body = format!("{} {} {n}", author.division, author.size()).into_bytes();
                if self.dice.chance(30) {
                    author.say(&committee, "greeting", Facts::empty(), Some(&body));
                    self.named.insert(*author.leaves.last().unwrap(), Blake3::of(&body));
                    self.nodes[node].disk.bodies.insert(Blake3::of(&body), body);
                } else {
                    author.push(body);
                }
            }
            if self.kind == Kind::ForkingAuthor && node == FORKER && self.now > TROUBLE / 3 {
                let other = self.other.get_or_insert_with(|| author.clone());
                let last = other.size();
                other.push(format!("another history {last}").into_bytes());
            }
        }
        let author = &self.authors[node];
        let disk = &mut self.nodes[node].disk;
        disk.seq += 1;
        let kept = disk.logs.entry(log.clone()).or_default();
        kept.entries.clone_from(&author.entries);
        kept.leaves.clone_from(&author.leaves);
        kept.head = Some(author.head());
        kept.changed = disk.seq;
        let stored = Stored { origin: log, entries: author.size(), head: kept.head.clone(), witnessed: None };
        if node == 0 {
            self.event(node, Event::RegistryChanged);
        }
        self.event(node, Event::Stored(stored));
    }

    /// Cosignatures have come in for the newest head.
    fn witness(&mut self, node: usize) {
        let author = &self.authors[node];
        let by: Vec<Division> = match node {
            0..=2 => return,
            4 => vec![county::division(TOWNSHIPS[1])],
            _ => vec![county::division(COUNTY)],
        };
        if author.size() == 0 {
            return;
        }
        let (log, head) = (origin(author.division), author.witnessed(&by));
        let disk = &mut self.nodes[node].disk;
        disk.seq += 1;
        let kept = disk.logs.get_mut(&log).unwrap();
        kept.witnessed = Some(head.clone());
        kept.changed = disk.seq;
        self.event(node, Event::Stored(Stored { origin: log, entries: 0, head: None, witnessed: Some(head) }));
    }

    /// What a node shows to a peer; the forking author shows half of them another history.
    fn shown(&self, node: usize, to: usize, log: &Origin) -> Option<Kept> {
        if let (Some(other), FORKER, 1) = (&self.other, node, to % 2)
            && *log == origin(other.division)
        {
            let head = Some(other.head());
            return Some(Kept { entries: other.entries.clone(), leaves: other.leaves.clone(), head, ..Kept::default() });
        }
        self.nodes[node].disk.logs.get(log).cloned()
    }

    fn ask(&mut self, node: usize, peer: &Peer, question: Question, lost: Event) {
        let (to, life) = (self.index(peer), self.nodes[node].life);
        self.at(self.now + DEADLINE, node, Happening::Event(lost));
        self.send(node, to, None, &Happening::Asked { from: node, life, question });
    }

    fn answer(&mut self, node: usize, from: usize, life: u64, question: Question) {
        let asker = self.nodes[from].peer.clone();
        let event = match question {
            Question::Heads { ask, epoch, cursor } => {
                assert_eq!(epoch, Self::epoch(node));
                let mut logs: Vec<(u64, Origin)> = self.nodes[node]
                    .disk
                    .logs
                    .iter()
                    .map(|(log, kept)| (kept.changed, log.clone()))
                    .filter(|(at, _)| *at > cursor)
                    .collect();
                logs.sort();
                let more = logs.len() > 3;
                logs.truncate(3);
                let next = logs.last().map_or(cursor, |(at, _)| *at);
                let heads = logs.iter().filter_map(|(_, log)| self.shown(node, from, log)?.heads(log)).collect();
                Event::Changes { ask, answer: Ok(Changes::Heads { epoch, next, more, heads }) }
            }
            Question::Tell { ask, request } => {
                let Request::NewHeads(heads) = decode(&request).unwrap() else { panic!("a push wanted") };
                self.event(node, Event::Told { peer: asker, heads });
                Event::Heard { ask, answer: Ok(()) }
            }
            Question::Bodies { ask, hashes } => {
                let found: Vec<Vec<u8>> = hashes.iter().filter_map(|hash| self.nodes[node].disk.bodies.get(hash).cloned()).collect();
                let stored = found.iter().map(|body| Blake3::of(body)).collect();
                let event = Event::Bodies { ask, answer: Ok(BodiesFound { stored, again: vec![] }) };
                self.send(node, from, Some(life), &Happening::KeepBodies { event, bodies: found });
                return;
            }
            Question::Evidence { evidence } => {
                self.event(node, Event::Evidence { peer: asker, evidence });
                return;
            }
        };
        self.send(node, from, Some(life), &Happening::Event(event));
    }

    /// Streams the parts of a fetch, in order, until one is lost.
    fn serve(&mut self, node: usize, to: usize, life: u64, fetch: FetchId, ranges: &[Range]) {
        let mut parts = Vec::new();
        for range in ranges {
            let kept = self.shown(node, to, &range.origin);
            let Some((kept, head)) = kept.and_then(|kept| kept.head.clone().map(|head| (kept, head))) else {
                parts.push(Part::Refuse(Refusal::Absent));
                continue;
            };
            let size = head.size();
            if size <= range.from || size < range.held {
                parts.push(Part::Refuse(Refusal::Absent));
                continue;
            }
            let nodes = Leaves(&kept.leaves[..usize::try_from(size).unwrap()]);
            let mut path = if range.held == 0 || range.held == size { vec![] } else { consistency_path(&nodes, range.held, size).unwrap() };
            let lies = self.kind == Kind::LyingRelay && node == RELAY && self.troubled;
            if lies && self.dice.chance(20) {
                path.push(Hash::EMPTY);
            }
            parts.push(Part::Begin { head: head.to_bytes(), path });
            let mut from = range.from;
            while from < size {
                let end = ((from / PAGE + 1) * PAGE).min(size);
                let mut entries = kept.entries[usize::try_from(from).unwrap()..usize::try_from(end).unwrap()].to_vec();
                if lies && self.dice.chance(30) {
                    entries[0].push(b'!');
                }
                let proof = if end == size { vec![] } else { consistency_proof(&nodes, end, size).unwrap() };
                parts.push(Part::Page { entries, proof });
                from = end;
            }
            parts.push(Part::End);
        }
        let mut at = self.now;
        for part in parts {
            at += 1 + self.dice.below(40);
            if self.troubled && self.dice.chance(3) {
                self.at(at, to, Happening::Cut { fetch });
                if let Some(sent) = self.queue.get_mut(&(at, self.order)) {
                    sent.1 = life;
                }
                return;
            }
            self.at(at, to, Happening::Part { fetch, part });
            if let Some(sent) = self.queue.get_mut(&(at, self.order)) {
                sent.1 = life;
            }
        }
    }

    fn part(&mut self, node: usize, fetch: FetchId, part: Part) {
        let Some(taking) = self.nodes[node].takings.get_mut(&fetch).filter(|taking| !taking.over) else { return };
        if self.side[node] != self.side[taking.from] {
            self.end(node, fetch);
            return;
        }
        let Some(range) = taking.ranges.get(taking.at).cloned() else { return };
        match part {
            Part::Refuse(refusal) => {
                taking.ends.push((range.origin, RangeEnd::Refused(refusal)));
                taking.at += 1;
            }
            Part::Begin { head, path } => self.event(node, Event::Begun { fetch, origin: range.origin, head, path }),
            Part::Page { entries, proof } => {
                // Given up: what still comes is not read.
                let Some((intake, head)) = taking.intake.as_mut() else { return };
                let at = intake.taken();
                match intake.page(&entries, &proof) {
                    Ok(leaves) => {
                        taking.pending += 1;
                        let head = head.clone();
                        let wait = self.now + 1 + self.dice.below(30);
                        self.at(wait, node, Happening::Commit { fetch, origin: range.origin, at, entries, leaves, head });
                    }
                    Err(rejected) => {
                        assert_eq!((self.kind, taking.from), (Kind::LyingRelay, RELAY), "only the liar is blamed");
                        taking.ends.push((range.origin, RangeEnd::Bad(rejected)));
                        self.end(node, fetch);
                        return;
                    }
                }
            }
            Part::End => {
                taking.ends.push((range.origin, RangeEnd::Served));
                taking.intake = None;
                taking.at += 1;
            }
        }
        if self.nodes[node].takings.get(&fetch).is_some_and(|taking| taking.at == taking.ranges.len()) {
            self.end(node, fetch);
        }
    }

    /// A fetch ends when all it took in is durable.
    fn end(&mut self, node: usize, fetch: FetchId) {
        let Some(taking) = self.nodes[node].takings.get_mut(&fetch) else { return };
        taking.over = true;
        if taking.pending == 0 {
            let ends = self.nodes[node].takings.remove(&fetch).map(|taking| taking.ends).unwrap_or_default();
            self.event(node, Event::Fetched { fetch, ends });
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one happening")]
    fn commit(
        &mut self,
        node: usize,
        fetch: FetchId,
        log: &Origin,
        at: u64,
        entries: Vec<Vec<u8>>,
        leaves: Vec<Hash>,
        head: SignedCheckpoint,
    ) {
        let disk = &mut self.nodes[node].disk;
        let kept = disk.logs.entry(log.clone()).or_default();
        if kept.entries.len() as u64 != at {
            // An earlier page is still on its way: disks do not reorder, so this one waits.
            self.at(self.now + 5, node, Happening::Commit { fetch, origin: log.clone(), at, entries, leaves, head });
            return;
        }
        let hashes: Vec<Blake3> = bodies_named(&self.named, &leaves).filter(|hash| !disk.bodies.contains_key(hash)).collect();
        kept.entries.extend(entries);
        kept.leaves.extend(leaves);
        let complete = kept.entries.len() as u64 == head.size();
        if complete {
            disk.seq += 1;
            kept.changed = disk.seq;
            kept.head = Some(head.clone());
            kept.proven = None;
        } else {
            kept.proven = Some(head.clone());
        }
        let entries = kept.entries.len() as u64;
        let stored = Stored { origin: log.clone(), entries, head: complete.then_some(head), witnessed: None };
        self.event(node, Event::Stored(stored));
        if *log == origin(self.authors[0].division) {
            self.event(node, Event::RegistryChanged);
        }
        if !hashes.is_empty() {
            self.event(node, Event::BodiesNamed { origin: log.clone(), hashes });
        }
        if let Some(taking) = self.nodes[node].takings.get_mut(&fetch) {
            taking.pending -= 1;
            if taking.over {
                self.end(node, fetch);
            }
        }
    }

    fn act(&mut self, node: usize, action: Action) {
        match action {
            Action::AskHeads { ask, peer, epoch, cursor } => {
                self.ask(node, &peer, Question::Heads { ask, epoch, cursor }, Event::Changes { ask, answer: Err(Failure::Lost) });
            }
            Action::Tell { ask, peer, heads } => {
                let to = self.index(&peer);
                let mut shown = Vec::new();
                for told in heads {
                    let kept = &self.nodes[node].disk.logs[&told.origin];
                    assert!(kept.heads(&told.origin).as_ref() == Some(&told), "told before it was stored");
                    shown.extend(self.shown(node, to, &told.origin).and_then(|kept| kept.heads(&told.origin)));
                }
                let request = encode(&Request::NewHeads(shown)).unwrap();
                self.ask(node, &peer, Question::Tell { ask, request }, Event::Heard { ask, answer: Err(Failure::Lost) });
            }
            Action::Fetch { fetch, peer, ranges } => {
                let (to, life) = (self.index(&peer), self.nodes[node].life);
                let taking = Taking { from: to, ranges: ranges.clone(), at: 0, intake: None, ends: vec![], pending: 0, over: false };
                self.nodes[node].takings.insert(fetch, taking);
                // A fetch that is lost on the way, or stands still, is cut off.
                self.at(self.now + 3 * DEADLINE, node, Happening::Cut { fetch });
                self.send(node, to, None, &Happening::Fetch { from: node, life, fetch, ranges });
            }
            Action::Proceed { fetch, origin, head } => {
                let node = &mut self.nodes[node];
                let leaves = node.disk.logs.get(&origin).map(|kept| kept.leaves.clone()).unwrap_or_default();
                let tree = CompactRange::read(&Leaves(&leaves), leaves.len() as u64).unwrap();
                if let Some(taking) = node.takings.get_mut(&fetch) {
                    taking.intake = Some((Intake::new(tree, head.size(), head.root()), head));
                }
            }
            Action::Abandon { fetch } => self.soon(node, Happening::Cut { fetch }),
            Action::Compare { origin, head } => {
                let kept = &self.nodes[node].disk.logs[&origin];
                let (held, size) = (kept.head.clone().unwrap(), kept.stored());
                let leaves = &kept.leaves[..usize::try_from(size).unwrap()];
                let path = if head.size() == size { vec![] } else { consistency_path(&Leaves(leaves), head.size(), size).unwrap() };
                self.soon(node, Happening::Event(Event::Compared { origin, head, path, held }));
            }
            Action::KeepWitnessed { origin, head } => self.soon(node, Happening::KeepWitnessed { origin, head }),
            Action::KeepEvidence { evidence, .. } => {
                assert_eq!(self.kind, Kind::ForkingAuthor, "evidence against the honest");
                self.nodes[node].disk.evidence.insert(Blake3::of(&evidence), evidence);
            }
            Action::TellEvidence { peer, evidence } => {
                let to = self.index(&peer);
                self.send(node, to, None, &Happening::Asked { from: node, life: 0, question: Question::Evidence { evidence } });
            }
            Action::AskBodies { ask, peer, hashes } => {
                self.ask(node, &peer, Question::Bodies { ask, hashes }, Event::Bodies { ask, answer: Err(Failure::Lost) });
            }
            Action::Notice(_) => {}
        }
    }

    /// What must hold after every step.
    fn check(&mut self, node: usize) {
        let simulated = &mut self.nodes[node];
        for (log, kept) in &simulated.disk.logs {
            let now = simulated.follower.progress(log);
            let ordered = now.heard >= now.proven && now.proven >= now.stored && now.stored >= now.told;
            assert!(ordered, "{log}: {now:?}");
            assert_eq!(now.stored, kept.stored(), "{log}: stored is what is durable");
            let before = simulated.progress.insert(log.clone(), now).unwrap_or_default();
            let grew = now.heard >= before.heard && now.stored >= before.stored && now.told >= before.told;
            assert!(grew, "{log}: {before:?} became {now:?}");
        }
    }

    fn follows(&self, node: usize, author: usize) -> bool {
        let registry = self.registries.last().unwrap();
        Interest::Member(self.nodes[node].division).covers(registry, &origin(self.authors[author].division))
    }

    fn is_forked_log(&self, author: usize) -> bool {
        self.other.is_some() && author == FORKER
    }

    /// Whether a node has all of a log that it follows.
    fn has(&self, node: usize, author: usize) -> bool {
        let log = origin(self.authors[author].division);
        let own = &self.nodes[author].disk.logs.get(&log);
        let (Some(own), Some(kept)) = (own, self.nodes[node].disk.logs.get(&log)) else { return self.authors[author].size() == 0 };
        kept.stored() == own.stored()
            && kept.witnessed.as_ref().map(SignedCheckpoint::size) == own.witnessed.as_ref().map(SignedCheckpoint::size)
            && bodies_named(&self.named, &kept.leaves).all(|hash| self.nodes[node].disk.bodies.contains_key(&hash))
    }

    fn is_settled(&self) -> bool {
        (0..self.nodes.len()).all(|node| {
            (0..self.nodes.len()).all(|author| {
                !self.follows(node, author)
                    || if self.is_forked_log(author) {
                        node == FORKER || self.nodes[node].follower.is_forked(&origin(self.authors[author].division))
                    } else {
                        self.has(node, author)
                    }
            })
        })
    }

    /// Audits every log of every node from bytes.
    fn finish(&self) {
        for node in 0..self.nodes.len() {
            for author in 0..self.nodes.len() {
                let log = origin(self.authors[author].division);
                let what = format!("seed {}: node {node}, log of {author}, after {} steps at {} ms", self.seed, self.steps, self.now);
                if let Some(kept) = self.nodes[node].disk.logs.get(&log) {
                    let is_of = |author: &Author| author.entries.starts_with(&kept.entries);
                    assert!(
                        is_of(&self.authors[author]) || self.is_forked_log(author) && self.other.as_ref().is_some_and(is_of),
                        "{what}: not a prefix"
                    );
                    assert!(
                        kept.head.as_ref().is_none_or(|head| Leaves(&kept.leaves).root(head.size()) == head.root()),
                        "{what}: another root"
                    );
                }
                if !self.follows(node, author) {
                    continue;
                }
                if self.is_forked_log(author) {
                    assert!(node == FORKER || self.nodes[node].follower.is_forked(&log), "{what}: the fork was not seen");
                } else {
                    assert!(self.has(node, author), "{what}: not all arrived, {:?}", self.nodes[node].follower.progress(&log));
                }
            }
        }
    }
}

/// The root's log and the registry after each of its entries: the same in every world.
fn charters() -> &'static (Author, Vec<Arc<Registry>>) {
    static CHARTERS: OnceLock<(Author, Vec<Arc<Registry>>)> = OnceLock::new();
    CHARTERS.get_or_init(|| {
        let divisions: Vec<&str> = [COUNTY].into_iter().chain(TOWNSHIPS).chain(VILLAGES).collect();
        let mut charters: Vec<Node> = divisions.iter().map(|of| Node::new(of, format!("peer-{of}"))).collect();
        for village in &mut charters[3..] {
            village.witnesses = vec![county::division(COUNTY)];
        }
        // A cross link: the second township witnesses a village of the first.
        charters[4].witnesses = vec![county::division(TOWNSHIPS[1])];
        let root = county::root_log(&charters);
        let mut registry = Registry::new(county::federation(&charters));
        let mut registries = vec![Arc::new(registry.clone())];
        for leaf in &root.entries {
            registry.observe(&origin(root.division), &Entry::parse(leaf).unwrap());
            registries.push(Arc::new(registry.clone()));
        }
        (root, registries)
    })
}

fn bodies_named<'l>(named: &'l BTreeMap<Hash, Blake3>, leaves: &'l [Hash]) -> impl Iterator<Item = Blake3> + 'l {
    leaves.iter().filter_map(|leaf| named.get(leaf)).copied()
}

fn named_and_missing(named: &BTreeMap<Hash, Blake3>, disk: &Disk) -> Vec<(Origin, Vec<Blake3>)> {
    let missing = |kept: &Kept| bodies_named(named, &kept.leaves).filter(|hash| !disk.bodies.contains_key(hash)).collect::<Vec<_>>();
    disk.logs.iter().map(|(log, kept)| (log.clone(), missing(kept))).filter(|(_, hashes)| !hashes.is_empty()).collect()
}

/// Root of the first `size` leaves.
trait RootAt {
    fn root(&self, size: u64) -> Hash;
}

impl RootAt for Leaves<'_> {
    fn root(&self, size: u64) -> Hash {
        luodi_ledger::merkle::root_of(self, size).unwrap()
    }
}

/// Runs `told` unless defused: tells the seed when a check panics.
struct Told<F: FnMut()>(Option<F>);

fn scopeguard<F: FnMut()>(told: F) -> Told<F> {
    Told(Some(told))
}

impl<F: FnMut()> Told<F> {
    fn defuse(mut self) {
        self.0 = None;
    }
}

impl<F: FnMut()> Drop for Told<F> {
    fn drop(&mut self) {
        if let Some(told) = &mut self.0 {
            told();
        }
    }
}
