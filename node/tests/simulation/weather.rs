//! What befalls the world: partitions, crashes, and clocks that are wrong.

use super::*;

impl World {
    /// Partitions, crashes and the end of trouble.
    pub(super) fn weather(&mut self) {
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
    pub(super) fn crash(&mut self, node: usize) {
        let registry = self.registry(node);
        let own = self.nodes[node].division;
        let crashed = &mut self.nodes[node];
        crashed.life += 1;
        crashed.takings.clear();
        crashed.progress.clear();
        crashed.clocks = Clocks::default();
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

    /// Whether a node may write nothing now because its peers say that its clock is off; they say so exactly when most of them are.
    pub(super) fn clock_forbids(&self, node: usize) -> bool {
        let forbids = self.nodes[node].clocks.word().and_then(|word| word.too_far_off(0)).is_some();
        let own = self.nodes[node].skew;
        let peers: Vec<usize> = self.linked.iter().filter(|(one, _)| *one == node).map(|(_, with)| *with).collect();
        let differ = peers.iter().filter(|with| (self.nodes[**with].skew - own).abs() > MOST_OFF).count();
        assert!(!forbids || 2 * differ >= peers.len(), "node {node} is stopped though most clocks agree with its own");
        assert!(forbids || 2 * differ <= peers.len(), "node {node} goes on though most clocks say that its own is off");
        assert!(self.kind == Kind::WrongClock || !forbids, "nobody's clock is wrong");
        forbids
    }
}
