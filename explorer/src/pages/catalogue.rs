//! 清单与目录: what must and what may be consulted, in versions; how often each item was; the places without a directory.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use luodi_ledger::matter::codes::{Duty, Word};
use luodi_ledger::matter::facts::{Catalogue, Said};
use luodi_ledger::matter::words::Words;
use luodi_ledger::names::{Division, Level};
use maud::{Markup, html};
use serde::Serialize;

use super::lists::{self, Format, Listed};
use super::missing::absent;
use super::phrase::Scene;
use super::{layout, uncounted};
use crate::look::Look;
use crate::site::Site;
use crate::spoken::Stands;

/// One item of the version in force.
#[derive(Serialize)]
struct Row {
    code: String,
    name: String,
    category: String,
    category_word: String,
    duty: String,
    duty_word: String,
    matters: usize,
    version: u32,
}

impl Listed for Row {
    const COLUMNS: &'static [&'static str] = &["code", "name", "category", "category_word", "duty", "duty_word", "matters", "version"];
}

/// A version of a place's catalogue.
struct Version<'a> {
    stands: Stands<'a>,
    facts: Catalogue,
    words: Words,
}

pub(crate) async fn catalogue(State(site): State<Arc<Site>>, Path(name): Path<String>, look: Look) -> Response {
    let snapshot = site.snapshot();
    let scene = Scene { site: &site, snapshot: &snapshot, look: &look };
    let (code, format) = Format::split(&name);
    let known = |code: &Division| scene.named(*code).is_some() || snapshot.joined_below(*code) > 0;
    let Some(code) = code.parse().ok().filter(known) else {
        return absent(&site, &look, ("没有这个代码的地方", "There is no place of this code"));
    };
    let versions = versions(scene, code);
    let rows = versions.iter().find(|version| version.stands.counts()).map(|version| rows(scene, code, version)).unwrap_or_default();
    lists::respond(format, &rows, || page(scene, code, &versions, &rows))
}

/// The catalogues in the place's own log, the newest version first.
fn versions(scene: Scene<'_>, code: Division) -> Vec<Version<'_>> {
    let all = scene.snapshot.spoken.beside_in(&scene.snapshot.holdings, "catalogue", [code]);
    let read = |stands: Stands<'_>| match stands.said()? {
        Said::Catalogue(facts) => Some(*facts),
        _ => None,
    };
    let mut versions: Vec<Version<'_>> =
        all.filter_map(|stands| Some(Version { facts: read(stands)?, words: stands.words().unwrap_or_default(), stands })).collect();
    versions.sort_by_key(|version| std::cmp::Reverse((version.facts.version, version.stands.logged(), version.stands.index)));
    versions
}

/// Whether a place has published a catalogue that counts.
pub(super) fn has_one(scene: Scene<'_>, code: Division) -> bool {
    versions(scene, code).iter().any(|version| version.stands.counts())
}

/// What the items of the catalogue in force are called.
pub(super) fn item_names(scene: Scene<'_>, code: Division) -> BTreeMap<Word, String> {
    let versions = versions(scene, code);
    let Some(version) = versions.iter().find(|version| version.stands.counts()) else { return BTreeMap::new() };
    let named = |code: Word| Some((code, scene.in_language(&version.words, |words| words.items.get(&code).cloned())?));
    version.facts.items.iter().filter_map(|item| named(item.code)).collect()
}

/// The communities at or below `code` that keep a log and have published no directory.
pub(super) fn without_directory(scene: Scene<'_>, code: Option<Division>) -> Vec<Division> {
    let homes = scene.snapshot.holdings.logs().keys().filter(|origin| origin.generation == 1).map(|origin| origin.division);
    let below = |home: &Division| code.is_none_or(|code| scene.snapshot.lies_within(*home, code));
    homes.filter(|home| home.level() == Level::Community && below(home) && !has_one(scene, *home)).collect()
}

fn rows(scene: Scene<'_>, code: Division, version: &Version<'_>) -> Vec<Row> {
    let mut consulted: BTreeMap<String, usize> = BTreeMap::new();
    for item in scene.snapshot.briefs(Some(code)).filter_map(|brief| brief.item) {
        *consulted.entry(item.to_string()).or_default() += 1;
    }
    let mut items: Vec<_> = version.facts.items.iter().collect();
    items.sort_by_key(|item| (item.duty != Duty::Must, item.code));
    let row = |item: &luodi_ledger::matter::facts::CatalogueItem| Row {
        code: item.code.to_string(),
        name: scene
            .in_language(&version.words, |words| words.items.get(&item.code).cloned())
            .unwrap_or_else(|| scene.label(&item.category)),
        category: item.category.to_string(),
        category_word: scene.label(&item.category),
        duty: item.duty.to_string(),
        duty_word: scene.label(&item.duty),
        matters: consulted.get(item.code.as_str()).copied().unwrap_or_default(),
        version: version.facts.version,
    };
    items.into_iter().map(row).collect()
}

fn page(scene: Scene<'_>, code: Division, versions: &[Version<'_>], rows: &[Row]) -> Markup {
    let look = scene.look;
    let community = code.level() == Level::Community;
    let title = if community {
        look.say("协商目录", "Directory of matters")
    } else {
        look.say("协商事项清单", "List of matters to consult")
    };
    let main = html! {
        (layout::crumbs(scene, code))
        section.card {
            h1 { (scene.place(code)) " " (title) }
            p { (look.say(
                "县里定清单，村、社区定目录：哪些事必须协商，哪些可以协商。“协商过”按议题写明的条目数。",
                "The county draws up the list, each village and community its directory: what must be consulted, and what may be. Matters are counted by the item their topic names.",
            )) }
            @if rows.is_empty() { p { (look.say("还没有公布。", "None has been published.")) } @if community { (upper(scene, code)) } }
            @else { (table(scene, code, rows)) }
            @if !rows.is_empty() { (lists::formats(scene, &format!("/catalogue/{code}"))) }
        }
        @if versions.len() > 1 || versions.iter().any(|version| !version.stands.counts()) { (older(scene, versions)) } @else if let Some(version) = versions.first() { p.small.quiet { (published(scene, version)) } }
        @if !community { (missing(scene, code)) }
    };
    layout::page(scene.site, look, title, Some(code), &main)
}

fn table(scene: Scene<'_>, code: Division, rows: &[Row]) -> Markup {
    let look = scene.look;
    let place = code.to_string();
    html! {
        table.stack {
            thead { tr { th { (look.say("事项", "Item")) } th { (look.say("类别", "Category")) } th { (look.say("要求", "Duty")) } th.whole { (look.say("协商过", "Consulted")) } } }
            tbody { @for row in rows { tr {
                td { (row.name) " " span.code { (row.code) } }
                td.whole data-label=(look.say("类别", "Category")) { (row.category_word) }
                td.whole data-label=(look.say("要求", "Duty")) { @if row.duty == "must" { b { (row.duty_word) } } @else { (row.duty_word) } }
                td data-label=(look.say("协商过", "Consulted")) { @if row.matters > 0 { a href=(look.link("/search", &[("place", place.as_str()), ("item", row.code.as_str())])) { (row.matters) } }
                     @else if row.duty == "must" { span.fail { "0" } } @else { "0" } }
            } } }
        }
    }
}

fn published(scene: Scene<'_>, version: &Version<'_>) -> Markup {
    let look = scene.look;
    let offset = scene.site.settings().federation.offset;
    let from = version.facts.from.unwrap_or_else(|| version.stands.statement.time.civil_date(offset));
    html! {
        @if look.is_english() { "Version " (version.facts.version) } @else { "第 " (version.facts.version) " 版" }
        " · " (version.facts.items.len()) (look.say(" 条", " items"))
        (look.say(" · 自 ", " · from ")) (scene.date(from)) " · " (scene.offices_linked(&version.stands.statement.by, version.stands.origin.division))
        " · " a href=(look.to(&format!("/log/{}/{}", version.stands.origin.division, version.stands.index))) { (look.say("看签名原文", "the signed original")) }
    }
}

fn older(scene: Scene<'_>, versions: &[Version<'_>]) -> Markup {
    let look = scene.look;
    html! {
        section.card {
            h2 { (look.say("各版", "Versions")) " " span.quiet { (versions.len()) } }
            ul.rows { @for version in versions { li {
                span.small { (published(scene, version)) }
                (uncounted::mark(scene, &version.stands))
            } } }
        }
    }
}

/// The nearest list above, where a community has no directory of its own.
fn upper(scene: Scene<'_>, code: Division) -> Markup {
    let look = scene.look;
    let above =
        std::iter::successors(scene.snapshot.holdings.registry().parent(code), |code| scene.snapshot.holdings.registry().parent(*code));
    let nearest = above.into_iter().find(|upper| has_one(scene, *upper));
    html! { @if let Some(upper) = nearest { p { (look.say("以上级的清单为准：", "The list above applies: ")) a href=(look.to(&format!("/catalogue/{upper}"))) { (scene.place(upper)) } } } }
}

fn missing(scene: Scene<'_>, code: Division) -> Markup {
    let look = scene.look;
    let without = without_directory(scene, Some(code));
    html! {
        section.card {
            h2 { (look.say("还没有目录的村、社区", "Villages and communities without a directory")) " "
                a.quiet href=(lists::link(look, "/places", "no-directory", Some(code))) { (without.len()) } }
            @if without.is_empty() { p.quiet { (look.say("都公布了。", "All have published one.")) } }
            p { @for (position, place) in without.iter().take(lists::MOST_ROWS).enumerate() {
                @if position > 0 { (look.say("、", ", ")) }
                a href=(look.to(&format!("/place/{place}"))) { (scene.place(*place)) }
            } }
        }
    }
}
