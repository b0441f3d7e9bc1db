//! One order, circular or evaluation with its replies, from the timeline of its matter or from a log that speaks of no matter.

use std::collections::BTreeMap;

use luodi_ledger::matter::Reference;
use luodi_ledger::matter::codes::{Finding as Found, Irregular, RectificationAction};
use luodi_ledger::matter::facts::{Answer, Said};
use luodi_ledger::names::{Division, MatterId, OfficeName};
use luodi_ledger::statement::Signers;
use luodi_ledger::time::Date;
use serde::Serialize;

use crate::index::Case;
use crate::pages::lists::Listed;
use crate::pages::matter::{beside, said, title};
use crate::pages::phrase::Scene;
use crate::pages::uncounted::{self, Why};
use crate::spoken::Stands;

/// What somebody above said.
pub(super) struct Finding<'a> {
    pub(super) on: Reference,
    pub(super) by: Signers,
    pub(super) said: Said,
    /// Whom it concerns: the matter's home, or the place whose log holds it.
    pub(super) place: Division,
    pub(super) matter: Option<MatterId>,
    pub(super) title: Option<String>,
    pub(super) convener: Option<OfficeName>,
    pub(super) date: Date,
    /// Why it counts nowhere, if it does not.
    pub(super) why_not: Option<Why<'a>>,
    pub(super) text: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) replies: Vec<Reply<'a>>,
}

/// An answer to it, which may count for none: only whom it addresses answers it.
pub(super) struct Reply<'a> {
    pub(super) by: Signers,
    pub(super) date: Date,
    pub(super) finding: Found,
    /// Why it counts for no answer, if it does not.
    pub(super) why_not: Option<Why<'a>>,
    pub(super) text: Option<String>,
}

/// It as a row to download.
#[derive(Serialize)]
pub(super) struct Row {
    kind: String,
    kind_word: String,
    matter: Option<String>,
    title: Option<String>,
    place: String,
    by: Vec<String>,
    addressed: String,
    date: String,
    deadline: Option<String>,
    answered: Option<String>,
    days_late: Option<i64>,
    finding: Option<String>,
    counts: bool,
    why_not: Option<String>,
    text: Option<String>,
    log: String,
    index: u64,
}

impl Listed for Row {
    const COLUMNS: &'static [&'static str] = &[
        "kind",
        "kind_word",
        "matter",
        "title",
        "place",
        "by",
        "addressed",
        "date",
        "deadline",
        "answered",
        "days_late",
        "finding",
        "counts",
        "why_not",
        "text",
        "log",
        "index",
    ];
}

/// How many concern `code` or a place below it and speak of no matter.
pub(super) fn beside_matters(scene: Scene<'_>, code: Division) -> usize {
    let within = |division: Division| scene.snapshot.lies_within(division, code);
    let of_kind =
        |kind: &'static str| scene.snapshot.spoken.beside(&scene.snapshot.holdings, kind, within).filter(|stands| stands.said().is_some());
    KINDS.into_iter().map(|kind| of_kind(kind).count()).sum()
}

/// The kinds that are findings.
const KINDS: [&str; 3] = ["rectification", "circular", "evaluation"];

/// All that concerns `code` or a place below it, the newest first.
pub(super) fn gather(scene: Scene<'_>, code: Division) -> Vec<Finding<'_>> {
    let told = scene.snapshot.briefs(Some(code)).filter(|brief| brief.findings > 0).filter_map(|brief| scene.snapshot.case(&brief.id));
    let mut all: Vec<Finding<'_>> = told.flat_map(|case| of_matter(scene, case)).collect();
    let within = move |division: Division| scene.snapshot.lies_within(division, code);
    let beside = |kind: &'static str| scene.snapshot.spoken.beside(&scene.snapshot.holdings, kind, within);
    let mut answers = Answers::new();
    for stands in beside("answer") {
        if let Some(Said::Answer(answer)) = stands.said() {
            answers.entry(answer.target.clone()).or_default().push((stands, *answer));
        }
    }
    for kind in KINDS {
        all.extend(beside(kind).filter_map(|stands| of_log(scene, stands, &answers)));
    }
    all.sort_by(|a, b| (b.date, &b.on).cmp(&(a.date, &a.on)));
    all
}

fn of_matter<'a>(scene: Scene<'a>, case: &'a Case) -> impl Iterator<Item = Finding<'a>> + 'a {
    let view = &case.view;
    let words = move |on: &Reference| said(scene, case, Some(on), |words| words.text.clone());
    let wanted = view.timeline.iter().filter(|event| is_finding(&event.said));
    wanted.map(move |event| {
        let replies = view.timeline.iter().filter_map(|reply| match &reply.said {
            Said::Answer(answer) if answer.target == event.reference => Some(Reply {
                by: reply.by.clone(),
                date: reply.date,
                finding: answer.finding,
                why_not: uncounted::of_event(scene, reply),
                text: words(&reply.reference),
            }),
            _ => None,
        });
        Finding {
            on: event.reference.clone(),
            by: event.by.clone(),
            said: event.said.clone(),
            place: view.place,
            matter: Some(view.id),
            title: Some(title(scene, case)),
            convener: view.convener.clone(),
            date: event.date,
            why_not: uncounted::of_event(scene, event),
            text: words(&event.reference),
            reason: said(scene, case, Some(&event.reference), |words| words.reason.clone()),
            replies: replies.collect(),
        }
    })
}

/// The answers that belong to no matter, by what they answer.
type Answers<'a> = BTreeMap<Reference, Vec<(Stands<'a>, Answer)>>;

fn of_log<'a>(scene: Scene<'a>, stands: Stands<'a>, answers: &Answers<'a>) -> Option<Finding<'a>> {
    let (on, said) = (stands.reference()?, stands.said().filter(is_finding)?);
    let offset = scene.site.settings().federation.offset;
    let day = |stands: &Stands<'_>, date: Option<Date>| date.unwrap_or_else(|| stands.statement.time.civil_date(offset));
    let text = |stands: &Stands<'_>| stands.words().and_then(|words| scene.in_language(&words, |words| words.text.clone()));
    // Only whom an order addresses answers it, as in a matter.
    let asked = |by: &[OfficeName]| matches!(&said, Said::Rectification(order) if order.asks(by, on.log.division));
    let reply = |(answer, replied): &(Stands<'a>, Answer)| Reply {
        by: answer.statement.by.clone(),
        date: day(answer, replied.date),
        finding: replied.finding,
        why_not: uncounted::why(scene, answer)
            .or_else(|| (!asked(&answer.statement.by)).then(|| Why::irregular(scene, Irregular::NotItsOffice))),
        text: text(answer),
    };
    Some(Finding {
        by: stands.statement.by.clone(),
        place: stands.origin.division,
        matter: None,
        title: None,
        convener: None,
        date: day(&stands, said.date()),
        why_not: uncounted::why(scene, &stands),
        text: text(&stands),
        reason: stands.words().and_then(|words| scene.in_language(&words, |words| words.reason.clone())),
        replies: answers.get(&on).into_iter().flatten().map(reply).collect(),
        on,
        said,
    })
}

fn is_finding(said: &Said) -> bool {
    matches!(said, Said::Rectification(_) | Said::Circular(_) | Said::Evaluation(_))
}

impl Finding<'_> {
    /// The value of `show` that lists it.
    pub(super) fn group(&self) -> &'static str {
        match self.said {
            Said::Rectification(_) => "orders",
            Said::Circular(_) => "circulars",
            _ => "evaluations",
        }
    }

    pub(super) fn heading(&self, scene: Scene<'_>) -> String {
        let heading = beside::heading(scene, &self.said).unwrap_or_else(|| scene.look.say("评估", "Evaluation").to_owned());
        let mut letters = heading.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
    }

    /// The last day for an answer, of an order.
    pub(super) fn deadline(&self) -> Option<Date> {
        match &self.said {
            Said::Rectification(order) if order.action == RectificationAction::Order && self.why_not.is_none() => order.deadline,
            _ => None,
        }
    }

    pub(super) fn is_answered(&self) -> bool {
        self.answers().next().is_some()
    }

    /// The replies that count.
    fn answers(&self) -> impl Iterator<Item = &Reply<'_>> {
        self.replies.iter().filter(|reply| reply.why_not.is_none())
    }

    /// The office or the places it speaks of.
    pub(super) fn addressed(&self, scene: Scene<'_>) -> String {
        match &self.said {
            Said::Rectification(order) => {
                let named = order.office.map(|bearer| scene.bearer(&bearer, self.place));
                named.or_else(|| self.convener.as_ref().map(|office| scene.office(office))).unwrap_or_default()
            }
            Said::Circular(told) => {
                told.places.iter().map(|place| scene.place(*place)).collect::<Vec<_>>().join(scene.look.say("、", ", "))
            }
            _ => self.convener.as_ref().map(|office| scene.office(office)).unwrap_or_default(),
        }
    }

    pub(super) fn row(&self, scene: Scene<'_>) -> Row {
        let kind = match self.said {
            Said::Rectification(_) => "rectification",
            Said::Circular(_) => "circular",
            _ => "evaluation",
        };
        let answered = self.answers().map(|reply| reply.date).min();
        let late = |deadline: Date| i64::from((answered.unwrap_or_else(|| scene.site.today()) - deadline).get_days());
        Row {
            kind: kind.to_owned(),
            kind_word: self.heading(scene),
            matter: self.matter.map(|id| id.to_string()),
            title: self.title.clone(),
            place: self.place.to_string(),
            by: self.by.iter().map(|by| scene.office(by)).collect(),
            addressed: self.addressed(scene),
            date: self.date.to_string(),
            deadline: self.deadline().map(|date| date.to_string()),
            answered: answered.map(|date| date.to_string()),
            days_late: self.deadline().map(late).filter(|days| *days > 0),
            finding: match &self.said {
                Said::Evaluation(found) => Some(scene.label(&found.rating)),
                Said::Circular(told) => Some(scene.label(&told.ground)),
                _ => self.answers().last().map(|reply| scene.label(&reply.finding)),
            },
            counts: self.why_not.is_none(),
            why_not: self.why_not.as_ref().map(|why| why.word.clone()),
            text: self.text.clone(),
            log: self.on.log.to_string(),
            index: self.on.index,
        }
    }
}
