//! What a node says to others, honest or not.

use super::*;

impl World {
    /// What a node shows to a peer; the forking author shows half of them another history.
    pub(super) fn shown(&self, node: usize, to: usize, log: &Origin) -> Option<Kept> {
        if let (Some(other), FORKER, 1) = (&self.other, node, to % 2)
            && *log == origin(other.division)
        {
            let head = Some(other.head());
            return Some(Kept { entries: other.entries.clone(), leaves: other.leaves.clone(), head, ..Kept::default() });
        }
        self.nodes[node].disk.logs.get(log).cloned()
    }

    pub(super) fn ask(&mut self, node: usize, peer: &Peer, question: Question, lost: Event) {
        let (to, life) = (self.index(peer), self.nodes[node].life);
        self.at(self.now + DEADLINE, node, Happening::Event(lost));
        self.send(node, to, None, &Happening::Asked { from: node, life, question });
    }

    pub(super) fn answer(&mut self, node: usize, from: usize, life: u64, question: Question) {
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
    pub(super) fn serve(&mut self, node: usize, to: usize, life: u64, fetch: FetchId, ranges: &[Range]) {
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
}
