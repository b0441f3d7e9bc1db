//! 主体: an office: its terms and keys, who registered them, how soon it reacts, and all it has signed.

mod reaction;
mod registered;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use luodi_ledger::names::{Division, Office, OfficeName};
use luodi_ledger::statement::Kind;
use maud::{Markup, html};
use serde::Serialize;

use super::lists::{self, Format, Listed, MOST_ROWS};
use super::matter::title;
use super::missing::absent;
use super::phrase::Scene;
use super::{layout, uncounted};
use crate::look::Look;
use crate::site::Site;
use crate::spoken::Stands;

/// One statement of the office.
#[derive(Serialize)]
struct Row {
    log: String,
    index: u64,
    kind: String,
    kind_word: String,
    matter: Option<String>,
    title: Option<String>,
    place: String,
    signed: String,
    logged: String,
    counts: bool,
    why_not: Option<String>,
    /// Days from what it reacts to (a report to verify, an objection to answer) until it was recorded.
    reacted_days: Option<i64>,
}

impl Listed for Row {
    const COLUMNS: &'static [&'static str] =
        &["log", "index", "kind", "kind_word", "matter", "title", "place", "signed", "logged", "counts", "why_not", "reacted_days"];
}

/// Where the page of an office stands.
pub(crate) fn path(office: &OfficeName) -> String {
    format!("/office/{}/{}", office.division, office.office)
}

/// An office's name, a link to its page.
pub(crate) fn link(scene: Scene<'_>, office: &OfficeName) -> Markup {
    html! { a href=(scene.look.to(&path(office))) { (scene.office(office)) } }
}

pub(crate) async fn office(State(site): State<Arc<Site>>, Path((code, word)): Path<(String, String)>, look: Look) -> Response {
    let snapshot = site.snapshot();
    let scene = Scene { site: &site, snapshot: &snapshot, look: &look };
    let (word, format) = Format::split(&word);
    let Some(office) = find(scene, &code, word) else {
        return absent(&site, &look, ("没有这个单位", "There is no such office"));
    };
    let of_kind = look.field("show");
    let mut said: Vec<Stands<'_>> = snapshot.spoken.by(&snapshot.holdings, &office).collect();
    said.sort_by_key(|stands| std::cmp::Reverse((stands.logged(), stands.index)));
    let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
    for stands in &said {
        *kinds.entry(stands.statement.kind.clone()).or_default() += 1;
    }
    let wanted = |stands: &Stands<'_>| of_kind.is_none_or(|kind| stands.statement.kind.as_str() == kind);
    let rows: Vec<Row> = said.into_iter().filter(wanted).map(|stands| row(scene, stands)).collect();
    lists::respond(format, &rows, || page(scene, &office, &rows, &kinds))
}

/// An office that is registered, or that at least signed something; machines are no offices.
fn find(scene: Scene<'_>, code: &str, word: &str) -> Option<OfficeName> {
    let division: Division = code.parse().ok()?;
    let office: Office = word.parse().ok()?;
    let name = OfficeName { federation: scene.site.settings().federation.name.clone(), division, office };
    let holdings = &scene.snapshot.holdings;
    let known = holdings.registry().offices(division).contains(&name) || scene.snapshot.spoken.by(holdings, &name).next().is_some();
    (known && !name.is(Office::NODE)).then_some(name)
}

fn row<'a>(scene: Scene<'a>, stands: Stands<'a>) -> Row {
    let matter = stands.statement.matter;
    let case = matter.and_then(|id| scene.snapshot.case(&id));
    let why_not = uncounted::why(scene, &stands).map(|why| why.word);
    Row {
        log: stands.origin.to_string(),
        index: stands.index,
        kind: stands.statement.kind.to_string(),
        kind_word: scene.label(&stands.statement.kind),
        matter: matter.map(|id| id.to_string()),
        title: case.map(|case| title(scene, case)),
        place: matter.map_or(stands.origin.division, |id| id.division).to_string(),
        signed: stands.statement.time.to_string(),
        logged: stands.logged().map(|time| time.to_string()).unwrap_or_default(),
        counts: why_not.is_none(),
        why_not,
        reacted_days: case.and_then(|case| reaction::days_to_react(scene, case, stands.origin, stands.index)),
    }
}

fn page(scene: Scene<'_>, office: &OfficeName, rows: &[Row], kinds: &BTreeMap<Kind, usize>) -> Markup {
    let look = scene.look;
    let name = scene.office(office);
    let words = scene.registered(office).unwrap_or_default();
    let chosen = look.field("show");
    let total: usize = kinds.values().sum();
    let main = html! {
        (layout::crumbs(scene, office.division))
        h1 { (name) }
        p.quiet.small {
            (scene.label(&office.office))
            @if let Some(phone) = &words.phone { " · " a href={ "tel:" (phone.replace([' ', '-'], "")) } { (phone) } }
            @if let Some(address) = scene.in_language(&words, |words| words.address.clone()) { " · " (address) }
        }
        (registered::terms(scene, office))
        (reaction::times(scene, office))
        section.card id="said" {
            h2 { (look.say("签过的记录", "What it has signed")) " " span.quiet { (rows.len()) } }
            @if kinds.len() > 1 {
                p.small.noprint {
                    a.tag href=(look.with("show", "")) aria-current=[chosen.is_none().then_some("true")] { (look.say("全部", "All")) " " (total) }
                    @for (kind, count) in kinds {
                        a.tag href=(look.with("show", kind.as_str())) aria-current=[(chosen == Some(kind.as_str())).then_some("true")] { (scene.label(kind)) " " (count) }
                    }
                }
            }
            @if rows.is_empty() { p.quiet { (look.say("还没有。", "Nothing yet.")) } }
            ul.rows { @for row in rows.iter().take(MOST_ROWS) { li { (item(scene, row)) } } }
            @if rows.len() > MOST_ROWS { (lists::more(look)) }
            (lists::formats(scene, &path(office)))
        }
    };
    layout::page(scene.site, look, &name, Some(office.division), &main)
}

fn item(scene: Scene<'_>, row: &Row) -> Markup {
    let look = scene.look;
    let generation = row.log.rsplit('/').next().filter(|number| *number != "1");
    let division = row.log.rsplit('/').nth(1).unwrap_or_default();
    let entry = look
        .link(&format!("/log/{division}/{}", row.index), &generation.map(|number| ("generation", number)).into_iter().collect::<Vec<_>>());
    html! {
        @let heading = html! { b { (row.kind_word) } " " (row.title.as_deref().unwrap_or_default()) };
        @match &row.matter {
            Some(matter) => a href=(look.to(&format!("/matter/{matter}"))) { (heading) },
            None => a href=(entry) { (heading) },
        }
        br;
        span.quiet.small {
            @if let Ok(logged) = row.logged.parse() { (scene.moment(logged)) " " (look.say("登记", "recorded")) }
            @if let Some(days) = row.reacted_days { @if look.is_english() { " · after " (days) " days" } @else { " · 用了 " (days) " 天" } }
            @if row.matter.is_some() { " · " a href=(entry) { (look.say("看签名原文", "the signed original")) } }
        }
        @if let Some(why) = &row.why_not { " " span.fail.small { (look.say("不算数：", "Does not count: ")) (why) } }
    }
}
