//! The one order of a matter's statements, whatever order they arrived in.
//!
//! The home log keeps its order, its generations one after the other. A statement in a log above stands right after its target, several on
//! one target by (`time`, id); one without a valid target here stands where its `logged` falls, and in any case before the statement at
//! home that refers to it: clocks of two logs need not agree.
//!
//! [`Tail`] knows where the order ends, so that a statement that belongs there is appended without a look at the rest.

use std::collections::{BTreeMap, BTreeSet};

use super::story::{Events, Story};
use crate::hash::Blake3;
use crate::matter::record::Reference;
use crate::matter::view::Event;
use crate::names::Division;
use crate::time::Time;

/// The statements in order, each once.
pub(super) fn in_order(home: Division, mut all: Events) -> Events {
    all.sort_by(|a, b| a.reference.cmp(&b.reference));
    all.dedup_by(|a, b| a.reference == b.reference);
    let order = places(home, &all);
    let mut all: Vec<Option<Box<Event>>> = all.into_iter().map(Some).collect();
    order.into_iter().filter_map(|place| all[place].take()).collect()
}

/// The places of `all`, which is sorted by reference, in the order that counts.
fn places(division: Division, all: &[Box<Event>]) -> Vec<usize> {
    // What is void moves nothing, not even the place of what refers to it.
    let valid: BTreeMap<&Reference, usize> =
        all.iter().enumerate().filter(|(_, event)| event.standing.is_valid()).map(|(place, event)| (&event.reference, place)).collect();
    let (mut home, mut free) = (Vec::new(), Vec::new());
    let mut following: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, event) in all.iter().enumerate() {
        if event.reference.log.division == division {
            home.push(place);
            continue;
        }
        match event.said.target().and_then(|target| valid.get(target)) {
            Some(target) => following.entry(*target).or_default().push(place),
            None => free.push(place),
        }
    }
    // A reference holds its log's division, generation and index, so home records are in order already: one division, generations, indexes.
    for followers in following.values_mut() {
        followers.sort_by_key(|place| by_time(&all[*place]));
    }
    free.sort_by_key(|place| by_logged(&all[*place]));

    let free_places: BTreeSet<usize> = free.iter().copied().collect();
    let mut ordered = Ordered { following, placed: vec![false; all.len()], order: Vec::with_capacity(all.len()) };
    let mut free = free.into_iter().peekable();
    for place in home {
        if !all[place].standing.is_valid() {
            ordered.push(place);
            continue;
        }
        while let Some(earlier) = free.next_if(|other| all[*other].logged < all[place].logged) {
            ordered.push(earlier);
        }
        if let Some(target) = all[place].said.target().and_then(|target| valid.get(target)).filter(|target| free_places.contains(*target)) {
            ordered.push(*target);
        }
        ordered.push(place);
    }
    free.for_each(|place| ordered.push(place));
    ordered.order
}

struct Ordered {
    following: BTreeMap<usize, Vec<usize>>,
    placed: Vec<bool>,
    order: Vec<usize>,
}

impl Ordered {
    /// Pushes a statement, then those that follow it, then those that follow them. No recursion: a chain may be as long as a log.
    fn push(&mut self, place: usize) {
        let mut open = vec![place];
        while let Some(place) = open.pop() {
            if std::mem::replace(&mut self.placed[place], true) {
                continue;
            }
            self.order.push(place);
            if let Some(followers) = self.following.remove(&place) {
                open.extend(followers.into_iter().rev());
            }
        }
    }
}

fn by_time(event: &Event) -> (Time, Blake3) {
    (event.time, event.reference.id)
}

fn by_logged(event: &Event) -> (Time, &Reference) {
    (event.logged, &event.reference)
}

/// What has to be known of an order to tell whether a statement comes last in it. Statements are named by their places in the story.
#[derive(Clone, Debug, Default)]
pub(super) struct Tail {
    /// The last statement of the home log.
    last_home: Option<usize>,
    /// When the newest of the home log that is valid was logged, by its own word.
    newest_home: Option<Time>,
    /// The last of those without a target that stand after the home log's last.
    last_free: Option<usize>,
    /// The last statement and those it follows, the outermost first.
    chain: Vec<usize>,
    /// What was referred to and is not here, or is void: when it comes, or is void no longer, it may stand before what refers to it.
    awaited: BTreeSet<Reference>,
}

impl Tail {
    /// Whether `event`, which is not here yet, stands after all that is.
    pub(super) fn takes(&self, event: &Event, story: &Story) -> bool {
        let at = |place: usize| story.events[place].as_ref();
        if self.awaited.contains(&event.reference) {
            return false;
        }
        if event.reference.log.division == story.id.division {
            return self.last_home.is_none_or(|last| at(last).reference < event.reference)
                && self.last_free.is_none_or(|last| event.standing.is_valid() && at(last).logged < event.logged);
        }
        match event.said.target().and_then(|target| story.valid_place(target)) {
            Some(target) => {
                let Some(followed) = self.chain.iter().position(|link| *link == target) else { return false };
                self.chain.get(followed + 1).is_none_or(|sibling| by_time(at(*sibling)) < by_time(event))
            }
            None => {
                self.newest_home.is_none_or(|newest| newest <= event.logged)
                    && self.last_free.is_none_or(|last| by_logged(at(last)) < by_logged(event))
            }
        }
    }

    /// Notes that `event` stands last, as the next of the story.
    pub(super) fn append(&mut self, event: &Event, story: &Story) {
        let place = story.events.len();
        let target = event.said.target().and_then(|target| story.valid_place(target));
        if let (Some(awaited), None) = (event.said.target(), target) {
            self.awaited.insert(awaited.clone());
        }
        if event.reference.log.division == story.id.division {
            self.last_home = Some(place);
            if event.standing.is_valid() {
                self.newest_home = self.newest_home.max(Some(event.logged));
            }
            self.last_free = None;
            self.chain.clear();
        } else if let Some(followed) = target.and_then(|target| self.chain.iter().position(|link| *link == target)) {
            self.chain.truncate(followed + 1);
        } else {
            self.last_free = Some(place);
            self.chain.clear();
        }
        self.chain.push(place);
    }
}
