//! 考核评价 (DOMAIN §5): how a county turns outcomes into deeds, computed from signed statements and nothing else.
//!
//! An [`Assessment`] is a function of folded [views](crate::matter::view::View), of what each place has published beside its matters, of the
//! rule packs known, and of one instant. Whoever reads the same logs to the same sizes and takes the same instant gets the same figures, so
//! a signed assessment is checked by [`differences`], figure by figure.
//!
//! Every figure is a count of [cases](Case): each names its place and the matter or statement behind it, so every number opens to its list.
//! Shares are exact; none is given of fewer than [`FEWEST`] cases, while the counts always are. What cannot be told yet, what no known pack
//! judges and what a pack judges that was not in force stands in neither part of a share, and is listed as left out. The formula of each
//! figure, in words, is [`IndicatorCode::formula`]; [`FORMULAS`] is the version of the list as a whole.
//!
//! Figures that are [context](IndicatorCode::is_scored) (consensus, further rounds, moved dates) are never scored: scoring them would punish
//! whoever says openly that people did not agree or that work takes longer.
//!
//! Out of scope: reading logs, judging standings, wording of pages, what follows from a figure (a county signs that as a consequence).
//! Invariant: the same set of views in any order gives the same assessment.

mod carrying;
mod compare;
mod deciding;
mod figure;
mod indicator;
mod places;
mod reading;
pub mod wording;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use compare::{Difference, differences};
pub use figure::{FEWEST, Figure};
pub use indicator::{Better, Measure};
pub use reading::Reading;

use self::figure::Sums;
use crate::matter::Reference;
use crate::matter::calendar::{Place, Span};
use crate::matter::codes::{CaseState, CodeList as _, IndicatorCode, Word};
use crate::matter::facts::CommitmentId;
use crate::matter::pack::Packs;
use crate::matter::view::View;
use crate::names::{Division, Level, MatterId};
use crate::time::{Date, Time};

/// The version of the formulas. A change that can change a figure is a new version; an assessment names the one it was computed by.
pub const FORMULAS: u32 = 2;

/// What an assessment is computed from.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// The county.
    pub county: Division,
    /// 考核期
    pub period: Span,
    /// The instant everything is told for.
    pub as_of: Time,
    /// The federation's offset from UTC in hours.
    pub offset: i8,
    /// The county and every division below it that has a log, each once.
    pub places: &'a [Member],
    /// The matters at home there, folded as of `as_of`; others are passed over.
    pub views: &'a [View],
    /// The packs they were folded with.
    pub packs: &'a Packs,
}

/// A division with a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// What is known of it beside its matters.
    pub place: Place,
    /// The division above it, as the registry tells.
    pub parent: Option<Division>,
    /// The must-items of its newest catalogue; none where it has no catalogue.
    pub must: Option<Vec<Word>>,
}

/// A county's figures, with those of every place below, and every case behind them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Assessment {
    /// The county.
    pub county: Division,
    /// 考核期
    pub period: Span,
    /// The instant it is told for.
    pub as_of: Time,
    /// The version of the formulas.
    pub formulas: u32,
    /// The county's figures, in the order of the list.
    pub figures: Vec<Figure>,
    /// Each township with what lies below it, by code.
    pub townships: Vec<Row>,
    /// Each community, by code.
    pub communities: Vec<Row>,
    /// The cases of each figure.
    pub cases: BTreeMap<IndicatorCode, Cases>,
}

/// The figures of one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Row {
    /// Which.
    pub place: Division,
    /// Its figures, in the order of the list.
    pub figures: Vec<Figure>,
}

/// The cases behind a figure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Cases {
    /// Each case, by place, matter, statement and day.
    pub listed: Vec<Case>,
    /// Cases of `not` that are counted by place and not listed: of statements entered in time there are too many to list.
    pub unlisted: BTreeMap<Division, u64>,
}

/// One case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Case {
    /// Where.
    pub place: Division,
    /// Which matter, where it is one.
    pub matter: Option<MatterId>,
    /// Which commitment of it.
    pub commitment: Option<CommitmentId>,
    /// Which statement.
    pub on: Option<Reference>,
    /// The day it turns on: when it was due, first due, or began.
    pub day: Option<Date>,
    /// What it names: an item of a catalogue, a form, a disclosure duty.
    pub word: Option<Word>,
    /// Of a median, its days.
    pub days: Option<i64>,
    /// How it enters the figure.
    pub state: CaseState,
}

impl Case {
    fn new(place: Division, state: CaseState) -> Self {
        Self { place, matter: None, commitment: None, on: None, day: None, word: None, days: None, state }
    }

    fn of(view: &View, state: CaseState) -> Self {
        Self { matter: Some(view.id), ..Self::new(view.place, state) }
    }
}

impl Assessment {
    /// Computes it.
    pub fn of(ground: &Ground<'_>) -> Self {
        let members: BTreeMap<Division, &Member> = ground.places.iter().map(|member| (member.place.division, member)).collect();
        let views: Vec<&View> = ground.views.iter().filter(|view| members.contains_key(&view.place)).collect();
        let mut gathered = Gathered::new(ground);
        for view in &views {
            deciding::gather(&mut gathered, view);
            carrying::gather(&mut gathered, view);
        }
        places::gather(&mut gathered, &members, &views);
        let cases = gathered.sorted();

        let sums = Sums::of(&cases);
        let above: BTreeMap<Division, Option<Division>> = members.iter().map(|(place, member)| (*place, member.parent)).collect();
        let row = |place: Division| {
            let within = |other: Division| other == place || above.get(&other) == Some(&Some(place));
            Row { place, figures: sums.figures(within) }
        };
        // A township whose own log is not here still stands above its communities.
        let parents = members.values().filter_map(|member| member.parent);
        let at = |level: Level| {
            let places: BTreeSet<Division> =
                members.keys().copied().chain(parents.clone()).filter(|place| place.level() == level && *place != ground.county).collect();
            places.into_iter().map(row).collect()
        };
        Self {
            county: ground.county,
            period: ground.period,
            as_of: ground.as_of,
            formulas: FORMULAS,
            figures: sums.figures(|_| true),
            townships: at(Level::Township),
            communities: at(Level::Community),
            cases,
        }
    }

    /// The county's figure of that name.
    pub fn figure(&self, indicator: IndicatorCode) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.indicator == indicator)
    }

    /// The cases of a figure in the places that `within` takes in.
    pub fn cases(&self, indicator: IndicatorCode, within: impl Fn(Division) -> bool) -> impl Iterator<Item = &Case> {
        self.cases.get(&indicator).into_iter().flat_map(|cases| &cases.listed).filter(move |case| within(case.place))
    }
}

/// Cases as they are found.
struct Gathered<'a> {
    ground: &'a Ground<'a>,
    today: Date,
    cases: BTreeMap<IndicatorCode, Cases>,
}

impl<'a> Gathered<'a> {
    fn new(ground: &'a Ground<'a>) -> Self {
        // A figure without a case is a figure of nothing, not a missing one.
        let cases = IndicatorCode::ALL.iter().map(|indicator| (*indicator, Cases::default())).collect();
        Self { ground, today: ground.as_of.civil_date(ground.offset), cases }
    }

    fn push(&mut self, indicator: IndicatorCode, case: Case) {
        self.cases.entry(indicator).or_default().listed.push(case);
    }

    fn date(&self, time: Time) -> Date {
        time.civil_date(self.ground.offset)
    }

    /// Whether an instant falls in the period.
    fn in_period(&self, time: Time) -> bool {
        self.ground.period.holds(self.date(time))
    }

    fn sorted(mut self) -> BTreeMap<IndicatorCode, Cases> {
        self.cases.values_mut().for_each(|cases| cases.listed.sort());
        self.cases
    }
}
