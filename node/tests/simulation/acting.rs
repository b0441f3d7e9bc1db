//! Doing what a follower says.

use super::*;

impl World {
    pub(super) fn act(&mut self, node: usize, action: Action) {
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
}
