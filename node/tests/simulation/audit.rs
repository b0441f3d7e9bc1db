//! What must hold: after every step, and from bytes at the end.

use super::*;

impl World {
    /// What must hold after every step.
    pub(super) fn check(&mut self, node: usize) {
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

    pub(super) fn follows(&self, node: usize, author: usize) -> bool {
        let registry = self.registries.last().unwrap();
        Interest::Member(self.nodes[node].division).covers(registry, &origin(self.authors[author].division))
    }

    pub(super) fn is_forked_log(&self, author: usize) -> bool {
        self.other.is_some() && author == FORKER
    }

    /// Whether a node has all of a log that it follows.
    pub(super) fn has(&self, node: usize, author: usize) -> bool {
        let log = origin(self.authors[author].division);
        let own = &self.nodes[author].disk.logs.get(&log);
        let (Some(own), Some(kept)) = (own, self.nodes[node].disk.logs.get(&log)) else { return self.authors[author].size() == 0 };
        kept.stored() == own.stored()
            && kept.witnessed.as_ref().map(SignedCheckpoint::size) == own.witnessed.as_ref().map(SignedCheckpoint::size)
            && bodies_named(&self.named, &kept.leaves).all(|hash| self.nodes[node].disk.bodies.contains_key(&hash))
    }

    pub(super) fn is_settled(&self) -> bool {
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
    pub(super) fn finish(&self) {
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
