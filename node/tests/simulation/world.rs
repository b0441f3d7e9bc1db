//! The simulated world: a queue of things that will happen, and the nodes they happen to.

mod acting;
mod audit;
mod dice;
mod serving;
mod taking;
mod told;
mod weather;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::entry::Entry;
use luodi_ledger::facts::Facts;
use luodi_ledger::hash::Blake3;
use luodi_ledger::merkle::{CompactRange, Hash, Leaves, consistency_path, consistency_proof};
use luodi_ledger::names::{Division, Origin};
use luodi_ledger::registry::Registry;
use luodi_node::protocol::clocks::{Clocks, MOST_OFF};
use luodi_node::protocol::follower::{
    Action, BodiesFound, Changes, Event, Failure, FetchId, Follower, Held, Membership, Progress, RangeEnd, Stored,
};
use luodi_node::protocol::intake::Intake;
use luodi_node::protocol::interest::Interest;
use luodi_node::protocol::message::{Epoch, Heads, Range, Refusal, Request, decode, encode};
use luodi_node::protocol::{Moment, Peer};
use serde_bytes::ByteBuf;

use self::dice::Dice;
use self::told::scopeguard;
use crate::county::{self, Author, COUNTY, Node, TOWNSHIPS, VILLAGES, origin};

/// What goes wrong besides the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Honest,
    /// The first township serves changed pages and paths.
    LyingRelay,
    /// The first village signs two histories and shows each peer one of them.
    ForkingAuthor,
    /// The clock of the third village is an hour ahead.
    WrongClock,
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
/// Index of the node whose clock is wrong, and by how many seconds.
const AHEAD: usize = 5;
const BY: i64 = 3_600;

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
    /// Its clock, less the true time.
    skew: i64,
    clocks: Clocks,
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
            skew: if kind == Kind::WrongClock && author.division == county::division(VILLAGES[AHEAD - 3]) { BY } else { 0 },
            clocks: Clocks::default(),
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
                self.nodes[node].clocks.gone(&peer);
                self.event(node, Event::Disconnected(peer));
            }
            return;
        }
        if self.side[node] == self.side[with] && self.linked.insert((node, with)) {
            let (theirs, ours) = (self.nodes[with].skew, self.nodes[node].skew);
            self.nodes[node].clocks.heard(&peer, theirs, ours);
            let membership = Membership { interest: Interest::Member(self.nodes[with].division), trusted: true };
            self.event(node, Event::Connected { peer, membership, epoch: Self::epoch(with) });
            for evidence in self.nodes[with].disk.evidence.clone().into_values() {
                self.send(with, node, None, &Happening::Asked { from: with, life: 0, question: Question::Evidence { evidence } });
            }
        }
    }

    /// The author appends to its own log, durably, and tells.
    fn write(&mut self, node: usize) {
        if self.clock_forbids(node) {
            return;
        }
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
        if self.clock_forbids(node) {
            return;
        }
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
