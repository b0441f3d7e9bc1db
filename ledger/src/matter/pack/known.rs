//! The packs a reader knows: those that ship with this version, and those that an office above a place has signed as its `rules`.
//!
//! Out of scope: who may sign `rules`, and whether such a statement stands; both are settled before a pack is [adopted](Packs::adopt).
//! Invariant: what a pack is called is the BLAKE3 of the text it was read from, so no two readers judge one name by different rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{InForce, Pack};
use crate::Malformed;
use crate::hash::Blake3;
use crate::matter::codes::Method;
use crate::matter::record::Reference;
use crate::names::Division;
use crate::time::Date;

/// The packs that ship with this version. One that was ever shipped stays: matters of the past name it.
pub(super) const BUILT_IN: [&str; 7] = [
    include_str!("../../../../config/rules/four-two-2018.json"),
    include_str!("../../../../config/rules/one-three-two-2018.json"),
    include_str!("../../../../config/rules/general.json"),
    include_str!("../../../../config/rules/owners-2021.json"),
    include_str!("../../../../config/rules/owners-major-2021.json"),
    include_str!("../../../../config/rules/proposal-2018.json"),
    include_str!("../../../../config/rules/disclosure-2018.json"),
];

/// Most divisions on a line, from a community up to its province.
const LEVELS: usize = 5;

/// The packs a reader knows, by their BLAKE3. A copy is cheap: it shares what it holds until one of the two changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packs {
    known: Arc<BTreeMap<Blake3, Known>>,
    /// Divisions whose parent is not the one that their code tells.
    moved: Arc<BTreeMap<Division, Division>>,
    /// The federation's root, once known: nothing lies above it.
    root: Option<Division>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    pack: Pack,
    /// Ships with this version, so it may judge everywhere.
    built_in: bool,
    /// The statements that put it in force, each for its log's division and all below.
    adopted: BTreeMap<Reference, InForce>,
}

impl Packs {
    /// The packs that ship with this version.
    pub fn built_in() -> Self {
        // Each text is held to its format by a test.
        let known = |text: &&str| {
            let pack = Pack::parse(text).ok()?;
            Some((Blake3::of(text.as_bytes()), Known { pack, built_in: true, adopted: BTreeMap::new() }))
        };
        Self { known: Arc::new(BUILT_IN.iter().filter_map(known).collect()), moved: Arc::default(), root: None }
    }

    /// The pack of that name, if its text is known, wherever it may judge.
    pub fn get(&self, name: &Blake3) -> Option<&Pack> {
        self.known.get(name).map(|known| &known.pack)
    }

    /// The pack of that name, if it may judge the matters of `place`: it ships with this version, or an office of `place` or above adopted
    /// it, whether or not it is in force by now.
    pub fn judging(&self, name: &Blake3, place: Division) -> Option<&Pack> {
        self.known.get(name).filter(|known| known.built_in || self.covers(known, place, None)).map(|known| &known.pack)
    }

    /// Whether that pack was in force at `place` on `day`. What it finds of another day is for reference only, and enters no indicator.
    pub fn in_force(&self, name: &Blake3, place: Division, day: Date) -> bool {
        self.known.get(name).is_some_and(|known| self.covers(known, place, Some(day)))
    }

    /// The packs that hold `method` and ship with this version, to choose from, by name.
    pub fn with(&self, method: Method) -> impl Iterator<Item = (&Blake3, &Pack)> {
        let mut found: Vec<_> = self.known.iter().filter(|(_, known)| known.built_in && known.pack.methods.contains_key(&method)).collect();
        found.sort_by(|(_, a), (_, b)| a.pack.name.cmp(&b.pack.name));
        found.into_iter().map(|(name, known)| (name, &known.pack))
    }

    /// All packs that may judge the matters of `place`, by name.
    pub fn at(&self, place: Division) -> impl Iterator<Item = (&Blake3, &Pack)> {
        self.known
            .iter()
            .filter(move |(_, known)| known.built_in || self.covers(known, place, None))
            .map(|(name, known)| (name, &known.pack))
    }

    /// The calendars signed for `place`, each with the place whose office signed it and the days it is in force, nearest place first.
    pub fn calendars(&self, place: Division) -> Vec<(&Blake3, &Pack, Option<Division>)> {
        let of_place = |known: &Known| {
            known.adopted.keys().map(|on| on.log.division).filter(|at| self.lies_within(place, *at)).max_by_key(|at| at.level())
        };
        let mut found: Vec<_> = (self.known.iter())
            .filter(|(_, known)| !known.pack.calendar.is_empty())
            .map(|(name, known)| (name, &known.pack, of_place(known)))
            .filter(|(name, _, at)| at.is_some() || self.known.get(*name).is_some_and(|known| known.built_in))
            .collect();
        // On one line each level has one place, and the level nearest is the greatest.
        found.sort_by_key(|(name, _, at)| (std::cmp::Reverse(at.map(Division::level)), **name));
        found
    }

    /// Takes in a pack by its text, as one that ships: for tests and tools that hold the text in hand. Returns the name it has.
    pub fn add(&mut self, text: &str) -> Result<Blake3, Malformed> {
        let name = Blake3::of(text.as_bytes());
        let pack = Pack::parse(text)?;
        Arc::make_mut(&mut self.known).entry(name).or_insert(Known { pack, built_in: true, adopted: BTreeMap::new() }).built_in = true;
        Ok(name)
    }

    /// Takes in a local pack that the valid `rules` statement `on` puts in force for its log's division and all below.
    ///
    /// `name` is the one in the statement's facts, `text` what its body carries: a text of another name is refused, so that nobody can
    /// swap the rules under a signed name.
    pub fn adopt(&mut self, on: Reference, name: Blake3, effective: InForce, text: &str) -> Result<(), Malformed> {
        if Blake3::of(text.as_bytes()) != name {
            return Err(Malformed::new("body.pack", "not the text that the facts name by its BLAKE3"));
        }
        let pack = Pack::parse(text)?;
        let known = Arc::make_mut(&mut self.known).entry(name).or_insert(Known { pack, built_in: false, adopted: BTreeMap::new() });
        known.adopted.insert(on, effective);
        Ok(())
    }

    /// Takes in that a division lies below another than its code tells, as a `division` statement says.
    pub fn move_division(&mut self, division: Division, parent: Division) {
        Arc::make_mut(&mut self.moved).insert(division, parent);
    }

    /// Takes in which division is the federation's root.
    pub fn root_at(&mut self, root: Division) {
        self.root = Some(root);
    }

    /// The division above, as the registry says as far as it was taken in; none above the root.
    pub fn parent(&self, place: Division) -> Option<Division> {
        if self.root == Some(place) { None } else { self.moved.get(&place).copied().or_else(|| place.parent()) }
    }

    /// Whether `place` is `above` or lies below it, as the registry says at last, as far as it was taken in.
    pub fn lies_within(&self, place: Division, above: Division) -> bool {
        let parent = |place: &Division| self.parent(*place);
        // Five levels; a circle of moves ends there too.
        std::iter::successors(Some(place), parent).take(LEVELS).any(|place| place == above)
    }

    fn covers(&self, known: &Known, place: Division, day: Option<Date>) -> bool {
        let in_force = |span: &InForce| day.is_none_or(|day| span.covers(day));
        let adopted = |(on, span): (&Reference, &InForce)| self.lies_within(place, on.log.division) && in_force(span);
        in_force(&known.pack.in_force) && (known.built_in || known.adopted.iter().any(adopted))
    }

    /// Forgets what `on` adopted, once that statement no longer counts; returns whether anything changed.
    pub fn withdraw(&mut self, on: &Reference) -> bool {
        let mut changed = false;
        Arc::make_mut(&mut self.known).retain(|_, known| {
            changed |= known.adopted.remove(on).is_some();
            known.built_in || !known.adopted.is_empty()
        });
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNTY: &str = "990101000000";

    fn on(log: &str, index: u64) -> Reference {
        Reference { log: format!("a.example/log/{log}/1").parse().unwrap(), index, id: Blake3::of(&index.to_be_bytes()) }
    }

    fn span(from: &str, until: &str) -> InForce {
        InForce { from: Some(from.parse().unwrap()), until: Some(until.parse().unwrap()) }
    }

    fn place(code: &str) -> Division {
        code.parse().unwrap()
    }

    fn local() -> String {
        BUILT_IN[2].replacen("\"general\"", "\"our-county\"", 1)
    }

    #[test]
    fn every_built_in_pack_reads_and_keeps_its_name() {
        let named: Vec<_> =
            BUILT_IN.iter().map(|text| (Pack::parse(text).unwrap().name, Blake3::of(text.as_bytes()).to_string())).collect();
        let named: Vec<_> = named.iter().map(|(pack, hash)| (pack.as_str(), &hash[..16])).collect();
        // A pack in use never changes: matters name it by this hash.
        assert_eq!(
            named,
            [
                ("four-two-2018", "a9732ff02f7da9c8"),
                ("one-three-two-2018", "570130214342175c"),
                ("general", "d30568116196b860"),
                ("owners-2021", "b450d83f1e3f2ee4"),
                ("owners-major-2021", "903c551ae411e836"),
                ("proposal-2018", "a624743896fc14aa"),
                ("disclosure-2018", "a8f6712707bc8604"),
            ]
        );
        assert_eq!(Packs::built_in().known.len(), BUILT_IN.len());
    }

    #[test]
    fn the_example_of_a_local_pack_reads() {
        let text = include_str!("../../../../config/local-rules.json");
        let pack = Pack::parse(text).unwrap();
        assert!(!pack.methods.is_empty() && pack.calendar.len() == 4);
    }

    #[test]
    fn a_local_pack_judges_where_and_when_it_was_adopted() {
        let (mut packs, text) = (Packs::built_in(), local());
        let name = Blake3::of(text.as_bytes());
        let (village, elsewhere) = (place("990101101201"), place("990102101201"));
        assert!(packs.judging(&name, village).is_none(), "not known yet");
        packs.adopt(on(COUNTY, 3), name, span("2026-01-01", "2027-01-01"), &text).unwrap();
        assert!(packs.judging(&name, village).is_some() && packs.judging(&name, elsewhere).is_none());
        let day = |day: &str| packs.in_force(&name, village, day.parse().unwrap());
        assert_eq!([day("2025-12-31"), day("2026-01-01"), day("2026-12-31"), day("2027-01-01")], [false, true, true, false]);
        assert!(!packs.in_force(&name, elsewhere, "2026-06-01".parse().unwrap()));
    }

    #[test]
    fn a_division_that_was_moved_is_under_its_new_parent_and_a_circle_ends() {
        let (mut packs, text) = (Packs::built_in(), local());
        let name = Blake3::of(text.as_bytes());
        let village = place("990102101201");
        packs.adopt(on(COUNTY, 3), name, InForce::default(), &text).unwrap();
        assert!(packs.judging(&name, village).is_none());
        packs.move_division(place("990102101000"), place(COUNTY));
        assert!(packs.judging(&name, village).is_some());
        packs.move_division(place("990102101000"), village);
        assert!(packs.judging(&name, village).is_none());
    }

    #[test]
    fn a_pack_is_forgotten_with_its_last_statement_and_a_built_in_one_never() {
        let (mut packs, text) = (Packs::built_in(), local());
        let name = Blake3::of(text.as_bytes());
        packs.adopt(on(COUNTY, 3), name, InForce::default(), &text).unwrap();
        packs.adopt(on(COUNTY, 4), name, InForce::default(), &text).unwrap();
        assert!(packs.withdraw(&on(COUNTY, 3)) && !packs.withdraw(&on(COUNTY, 3)));
        assert!(packs.get(&name).is_some());
        assert!(packs.withdraw(&on(COUNTY, 4)));
        assert!(packs.get(&name).is_none());

        let general = Blake3::of(BUILT_IN[2].as_bytes());
        packs.adopt(on(COUNTY, 5), general, span("2030-01-01", "2031-01-01"), BUILT_IN[2]).unwrap();
        packs.withdraw(&on(COUNTY, 5));
        assert!(packs.in_force(&general, place("990102101201"), "2026-06-01".parse().unwrap()));
    }

    #[test]
    fn a_text_under_another_name_is_refused() {
        let mut packs = Packs::default();
        let error = packs.adopt(on(COUNTY, 3), Blake3::of(b"other"), InForce::default(), &local()).unwrap_err();
        assert_eq!(error.field, "body.pack");
        assert!(packs.known.is_empty());
    }

    #[test]
    fn the_calendar_of_the_nearest_place_comes_first_and_the_built_in_one_last() {
        let mut packs = Packs::built_in();
        let calendar = |name: &str| BUILT_IN[6].replacen("disclosure-2018", name, 1);
        for (log, name) in [(COUNTY, "of-county"), ("990101101000", "of-township"), ("990102000000", "of-others")] {
            let text = calendar(name);
            packs.adopt(on(log, 1), Blake3::of(text.as_bytes()), InForce::default(), &text).unwrap();
        }
        let named: Vec<_> = packs.calendars(place("990101101201")).iter().map(|(_, pack, _)| pack.name.as_str()).collect();
        assert_eq!(named, ["of-township", "of-county", "disclosure-2018"]);
    }
}
