//! Entries on their way in, from the first part of a fetch to the disk.

use super::*;

impl World {
    pub(super) fn part(&mut self, node: usize, fetch: FetchId, part: Part) {
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
    pub(super) fn end(&mut self, node: usize, fetch: FetchId) {
        let Some(taking) = self.nodes[node].takings.get_mut(&fetch) else { return };
        taking.over = true;
        if taking.pending == 0 {
            let ends = self.nodes[node].takings.remove(&fetch).map(|taking| taking.ends).unwrap_or_default();
            self.event(node, Event::Fetched { fetch, ends });
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one happening")]
    pub(super) fn commit(
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
}
