//! The cases behind a figure, of a county or of one place in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use luodi_ledger::assessment::{Assessment, Case, wording};
use luodi_ledger::matter::codes::{CaseState, IndicatorCode, Word};
use luodi_ledger::names::Division;
use maud::{Markup, html};
use serde::Serialize;

use super::{being_computed, joined, period};
use crate::assessed::{Figures, figures};
use crate::look::Look;
use crate::pages::lists::{self, Format, Listed, MOST_ROWS, place_asked};
use crate::pages::matter::{entry_at, title};
use crate::pages::missing::absent;
use crate::pages::phrase::Scene;
use crate::pages::{catalogue, layout};
use crate::site::Site;

/// One case.
#[derive(Serialize)]
struct Row {
    place: String,
    place_name: String,
    matter: Option<String>,
    title: Option<String>,
    commitment: Option<String>,
    day: Option<String>,
    days: Option<i64>,
    names: Option<String>,
    names_word: Option<String>,
    state: String,
    state_word: String,
    log: Option<String>,
    index: Option<u64>,
}

impl Listed for Row {
    const COLUMNS: &'static [&'static str] = &[
        "place",
        "place_name",
        "matter",
        "title",
        "commitment",
        "day",
        "days",
        "names",
        "names_word",
        "state",
        "state_word",
        "log",
        "index",
    ];
}

/// Where the cases of a figure are listed.
pub(super) fn link(scene: Scene<'_>, assessment: &Assessment, indicator: IndicatorCode, place: Option<Division>, states: &str) -> String {
    let place = place.map(|place| place.to_string()).unwrap_or_default();
    let (period, indicator) = (assessment.period.to_string(), indicator.to_string());
    let query = [("figure", indicator.as_str()), ("period", period.as_str()), ("states", states), ("place", place.as_str())];
    let query: Vec<(&str, &str)> = query.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    scene.look.link(&format!("/county/{}/cases", assessment.county), &query)
}

pub(crate) async fn cases(State(site): State<Arc<Site>>, Path(code): Path<String>, look: Look) -> Response {
    let snapshot = site.snapshot();
    let scene = Scene { site: &site, snapshot: &snapshot, look: &look };
    let indicator: Option<IndicatorCode> = look.field("figure").and_then(|code| code.parse().ok());
    let (Some(code), Some(indicator)) = (joined(&snapshot, &code), indicator) else {
        return absent(&site, &look, ("没有这项指标", "There is no such figure"));
    };
    let period = period(&site, &look);
    let Some(Figures { assessment, .. }) = figures(&snapshot, code, period).await else { return being_computed(&site, &look, code) };
    let place = place_asked(&look);
    // As the figures of a place are summed: its own cases and those of the places right below it.
    let above = |division: Division| snapshot.holdings.registry().parent(division);
    let within = |division: Division| place.is_none_or(|place| place == code || division == place || above(division) == Some(place));
    let states: Vec<CaseState> =
        look.field("states").into_iter().flat_map(|states| states.split(',')).filter_map(|state| state.parse().ok()).collect();
    let wanted = |case: &&Case| states.is_empty() || states.contains(&case.state);
    let shown: Vec<&Case> = assessment.cases(indicator, within).filter(wanted).collect();
    let names = item_names(scene, &assessment, indicator, &shown);
    let rows: Vec<Row> = shown.iter().map(|case| row(scene, &names, indicator, case)).collect();
    // Of statements entered in time there are too many to list; their number is told.
    let unlisted = assessment.cases.get(&indicator).filter(|_| states.is_empty() || states.contains(&CaseState::Not));
    let unlisted: u64 =
        unlisted.into_iter().flat_map(|cases| &cases.unlisted).filter(|(place, _)| within(**place)).map(|(_, count)| count).sum();
    lists::respond(Format::split(look.path()).1, &rows, || page(scene, &assessment, indicator, &rows, unlisted))
}

/// What the items that cases may name are called, by place: as the place's own catalogue has it, or the county's. Read once for each place.
type ItemNames = BTreeMap<Division, BTreeMap<Word, String>>;

fn item_names(scene: Scene<'_>, assessment: &Assessment, indicator: IndicatorCode, cases: &[&Case]) -> ItemNames {
    if indicator != IndicatorCode::NeverConsulted {
        return ItemNames::new();
    }
    let of_county = catalogue::item_names(scene, assessment.county);
    let places: BTreeSet<Division> = cases.iter().map(|case| case.place).collect();
    let of_place = |place: &Division| of_county.clone().into_iter().chain(catalogue::item_names(scene, *place)).collect();
    places.iter().map(|place| (*place, of_place(place))).collect()
}

fn row(scene: Scene<'_>, names: &ItemNames, indicator: IndicatorCode, case: &Case) -> Row {
    let known = case.matter.and_then(|id| scene.snapshot.case(&id));
    Row {
        place: case.place.to_string(),
        place_name: scene.place(case.place),
        matter: case.matter.map(|id| id.to_string()),
        title: known.map(|known| title(scene, known)),
        commitment: case.commitment.map(|id| id.to_string()),
        day: case.day.map(|day| day.to_string()),
        days: case.days,
        names: case.word.map(|word| word.to_string()),
        names_word: named(scene, names, indicator, case),
        state: case.state.to_string(),
        state_word: scene.label(&wording::of_state(indicator, case.state)),
        log: case.on.as_ref().map(|on| on.log.to_string()),
        index: case.on.as_ref().map(|on| on.index),
    }
}

/// What a case names, in words.
fn named(scene: Scene<'_>, names: &ItemNames, indicator: IndicatorCode, case: &Case) -> Option<String> {
    let name = names.get(&case.place).and_then(|names| names.get(&case.word?)).cloned();
    name.or_else(|| wording::of_word(indicator, case).map(|word| scene.label(&word)))
}

fn page(scene: Scene<'_>, assessment: &Assessment, indicator: IndicatorCode, rows: &[Row], unlisted: u64) -> Markup {
    let look = scene.look;
    let title = scene.label(&indicator);
    let code = assessment.county;
    let main = html! {
        (layout::crumbs(scene, code))
        section.card {
            h1 { (title) " " span.quiet { (rows.len()) } }
            p { a href=(look.link(&format!("/county/{code}"), &[("period", assessment.period.to_string().as_str())])) { (scene.place(code)) " · " (scene.period(assessment.period)) } }
            p.small { (look.pick(indicator.formula())) }
            (lists::only_in(scene))
        }
        section.card {
            @if rows.is_empty() && unlisted == 0 { p { (look.say("没有这样的个案。", "There is no such case.")) } }
            @if unlisted > 0 { p.quiet { @if look.is_english() { (unlisted) " more statements were entered in time and are not listed one by one." } @else { "另有 " (unlisted) " 条按时登记，不逐条列出。" } } }
            ul.rows { @for row in rows.iter().take(MOST_ROWS) { li { (item(scene, indicator, row)) } } }
            @if rows.len() > MOST_ROWS { (lists::more(look)) }
            (lists::formats(scene, &format!("/county/{code}/cases")))
        }
    };
    layout::page(scene.site, look, &title, Some(code), &main)
}

fn item(scene: Scene<'_>, indicator: IndicatorCode, row: &Row) -> Markup {
    let look = scene.look;
    let class = match row.state.parse().ok().and_then(|state| wording::speaks_well(indicator, state)) {
        Some(true) => "tag s-good",
        Some(false) => "tag fail",
        None => "tag s-still",
    };
    let date = |text: &str| text.parse().map_or_else(|_| text.to_owned(), |date| scene.date(date));
    html! {
        span class=(class) { (row.state_word) }
        @match &row.matter {
            Some(id) => a href=(look.to(&format!("/matter/{id}"))) { (row.title.as_deref().unwrap_or(id)) },
            None => a href=(look.to(&format!("/place/{}", row.place))) { (row.place_name) },
        }
        br;
        span.quiet.small {
            (row.place_name) " " span.code { (row.place) }
            @if let Some(day) = &row.day { " · " (date(day)) }
            @if let Some(days) = row.days { " · " (days) (look.say(" 天", " days")) }
            @if let Some(commitment) = &row.commitment { (look.say(" · 承诺 ", " · promise ")) (commitment) }
            @if let Some(name) = &row.names_word { " · " (name) }
            @if let (Some(log), Some(index)) = (&row.log, row.index) && let Ok(log) = log.parse() {
                " · " a href=(look.to(&entry_at(&log, index))) { (look.say("看签名原文", "the signed original")) }
            }
        }
    }
}
