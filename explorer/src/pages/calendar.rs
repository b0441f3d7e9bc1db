//! 公开日历: what a place was expected to disclose by which day; what is missing stands as an empty slot with the day it was due.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use luodi_ledger::matter::Reference;
use luodi_ledger::matter::calendar::{Calendar, Filled, Place, Slot};
use luodi_ledger::matter::codes::SlotState;
use luodi_ledger::matter::labels::ADVISORY;
use luodi_ledger::names::{Division, MatterId};
use maud::{Markup, html};
use serde::Serialize;

use super::lists::{self, Format, Listed, MOST_ROWS};
use super::matter::{entry_path, title};
use super::missing::absent;
use super::phrase::{Scene, chip};
use super::{icons, layout};
use crate::look::Look;
use crate::site::Site;
use crate::spoken::Stands;

/// Slots shown on the page of a place: what is missing, and the last few.
const FEW: usize = 6;

/// One slot.
#[derive(Serialize)]
struct Row {
    duty: String,
    duty_word: String,
    period: Option<String>,
    matter: Option<String>,
    title: Option<String>,
    due: String,
    state: String,
    state_word: String,
    filled: Option<String>,
    log: Option<String>,
    index: Option<u64>,
    advisory: bool,
    basis: String,
}

impl Listed for Row {
    const COLUMNS: &'static [&'static str] =
        &["duty", "duty_word", "period", "matter", "title", "due", "state", "state_word", "filled", "log", "index", "advisory", "basis"];
}

/// The calendar of a place, from its own log and the matters at home there.
fn of(scene: Scene<'_>, division: Division) -> Calendar {
    let snapshot = scene.snapshot;
    let registry = snapshot.holdings.registry();
    let offset = registry.federation().offset;
    let logs = registry.generations(division).filter_map(|origin| snapshot.holdings.logs().get(origin));
    let begun = logs.filter_map(|log| log.entries().first()?.entry.as_ref().ok()).map(|entry| entry.logged.civil_date(offset)).min();
    let filled = |stands: Stands<'_>| Some(Filled { logged: stands.logged()?.civil_date(offset), on: stands.reference()? });
    let published = snapshot.spoken.beside_in(&snapshot.holdings, "catalogue", [division]).filter(Stands::counts);
    let place = Place { division, since: begun, catalogues: published.filter_map(filled).collect() };
    let views = snapshot.boards.get(&division).into_iter().flat_map(|board| board.cases()).map(|case| &case.view);
    Calendar::of(&place, views, &snapshot.packs, snapshot.as_of, offset)
}

pub(crate) async fn calendar(State(site): State<Arc<Site>>, Path(name): Path<String>, look: Look) -> Response {
    let snapshot = site.snapshot();
    let scene = Scene { site: &site, snapshot: &snapshot, look: &look };
    let (code, format) = Format::split(&name);
    let Some(code) = code.parse().ok().filter(|code| snapshot.has_joined(*code)) else {
        return absent(&site, &look, ("没有这个代码的地方，或者它还没有加入", "There is no place of this code, or it has not joined"));
    };
    let calendar = of(scene, code);
    let wanted = |slot: &&Slot| look.field("show").is_none_or(|show| slot.state.to_string() == show);
    // The newest due first; what is still to come stands on top.
    let shown: Vec<&Slot> = calendar.slots.iter().rev().filter(wanted).collect();
    let rows: Vec<Row> = shown.iter().map(|slot| row(scene, slot)).collect();
    lists::respond(format, &rows, || page(scene, &calendar, &shown))
}

fn row(scene: Scene<'_>, slot: &Slot) -> Row {
    let on = slot.filled.as_ref().map(|filled| &filled.on);
    Row {
        duty: slot.duty.to_string(),
        duty_word: scene.label(&slot.duty),
        period: slot.period.map(|period| period.to_string()),
        matter: slot.matter.map(|id| id.to_string()),
        title: slot.matter.and_then(|id| matter_title(scene, id)),
        due: slot.due.to_string(),
        state: slot.state.to_string(),
        state_word: scene.label(&slot.state),
        filled: slot.filled.as_ref().map(|filled| filled.logged.to_string()),
        log: on.map(|on| on.log.to_string()),
        index: on.map(|on| on.index),
        advisory: slot.advisory,
        basis: slot.basis.clone(),
    }
}

fn matter_title(scene: Scene<'_>, id: MatterId) -> Option<String> {
    scene.snapshot.case(&id).map(|case| title(scene, case))
}

fn page(scene: Scene<'_>, calendar: &Calendar, shown: &[&Slot]) -> Markup {
    let look = scene.look;
    let code = calendar.place;
    let title = look.say("公开日历", "Disclosure calendar");
    let count = |state: SlotState| calendar.slots.iter().filter(|slot| slot.state == state).count();
    let main = html! {
        (layout::crumbs(scene, code))
        section.card {
            h1 { (scene.place(code)) " " (title) " " span.quiet { (shown.len()) } }
            p { (look.say(
                "按规程应当在哪天以前公开什么。没有公开的留着空格。空格只说明这里没有登记，公开栏上也许贴过。",
                "What the rules ask to be disclosed by which day. What is missing stays as an empty slot: it says that nothing is recorded here; it may hang on the board.",
            )) }
            p.small.noprint {
                a.tag href=(look.with("show", "")) aria-current=[look.field("show").is_none().then_some("true")] { (look.say("全部", "All")) " " (calendar.slots.len()) }
                @for state in [SlotState::Missing, SlotState::Late, SlotState::Open, SlotState::Filled] {
                    @let value = state.to_string();
                    a.tag href=(look.with("show", &value)) aria-current=[(look.field("show") == Some(value.as_str())).then_some("true")] { (scene.label(&state)) " " (count(state)) }
                }
            }
        }
        section.card {
            @if shown.is_empty() { p { (look.say("没有。", "None.")) } }
            ul.rows { @for slot in shown.iter().take(MOST_ROWS) { li { (item(scene, slot)) } } }
            @if shown.len() > MOST_ROWS { (lists::more(look)) }
            (lists::formats(scene, &format!("/calendar/{code}")))
        }
    };
    layout::page(scene.site, look, title, Some(code), &main)
}

/// The calendar as a card on the page of a place; nothing where nothing is expected.
pub(super) fn card(scene: Scene<'_>, code: Division) -> Markup {
    let look = scene.look;
    let calendar = of(scene, code);
    let missing: Vec<&Slot> = calendar.missing().collect();
    let open = calendar.slots.iter().filter(|slot| slot.state == SlotState::Open).take(FEW / 2);
    let kept = calendar.slots.iter().rev().filter(|slot| matches!(slot.state, SlotState::Filled | SlotState::Late)).take(FEW / 2);
    let page = format!("/calendar/{code}");
    html! {
        @if !calendar.slots.is_empty() {
            section.card id="calendar" {
                h2 { (look.say("公开日历", "Disclosure calendar"))
                    @if !missing.is_empty() { " " a.small href=(look.link(&page, &[("show", "missing")])) { (look.say("缺 ", "missing ")) (missing.len()) } }
                }
                ul.rows { @for slot in missing.iter().rev().copied().take(FEW).chain(open).chain(kept) { li { (item(scene, slot)) } } }
                p.small { a href=(look.to(&page)) { (look.say("全部 ", "All ")) (calendar.slots.len()) } }
            }
        }
    }
}

fn item(scene: Scene<'_>, slot: &Slot) -> Markup {
    let look = scene.look;
    let (drawing, class) = match slot.state {
        SlotState::Filled => (icons::done(), "s-good"),
        SlotState::Late => (icons::waiting(), "s-wait"),
        SlotState::Open => (icons::waiting(), "s-still"),
        SlotState::Missing => (icons::late(), "s-bad"),
    };
    html! {
        (chip(&drawing, class, &scene.label(&slot.state))) " " b { (scene.label(&slot.duty)) }
        @if let Some(period) = slot.period { " " (scene.period(period)) }
        @if let Some(id) = slot.matter { " " a href=(look.to(&format!("/matter/{id}"))) { (matter_title(scene, id).unwrap_or_else(|| id.to_string())) } }
        br;
        span.small {
            (look.say("应在 ", "due ")) (scene.date(slot.due)) (look.say(" 前", ""))
            @if let Some(filled) = &slot.filled { (filled_line(scene, filled.logged, &filled.on)) }
            " " span.quiet { "(" (scene.cited(&slot.basis)) ")" }
            @if slot.advisory { " " span.tag { (look.pick(ADVISORY)) } }
        }
    }
}

fn filled_line(scene: Scene<'_>, logged: luodi_ledger::time::Date, on: &Reference) -> Markup {
    let look = scene.look;
    html! { (look.say("，登记于 ", ", recorded ")) a href=(look.to(&entry_path(on))) { (scene.date(logged)) } }
}
