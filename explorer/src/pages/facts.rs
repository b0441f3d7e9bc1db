//! Facts told by themselves, outside the sentence of their kind: as `ledger::told` reads them, places, offices and matters by their names
//! and with their pages one link away.
//!
//! Out of scope: what a key or a code is called. Invariant: a key or a value that is not known is shown as it stands, never left out.

use luodi_ledger::matter::Reference;
use luodi_ledger::matter::facts::{Bearer, Change};
use luodi_ledger::names::Origin;
use luodi_ledger::statement::{Kind, Statement};
use luodi_ledger::told::{self, Told};
use maud::{Markup, html};

use super::matter::entry_path;
use super::phrase::Scene;

/// The facts of a statement as a list of names and values; of a kind that is not known, keys and codes stand as they are.
pub(super) fn told(scene: Scene<'_>, statement: &Statement) -> Markup {
    let corrected = statement.facts.fields().get("target").and_then(told::reference).and_then(|on| kind_of(scene, &on));
    let group = told::facts(&statement.kind, &statement.facts, corrected);
    html! {
        @if group.is_empty() { p.quiet { (scene.look.say("没有别的事实。", "No further facts.")) } }
        @else { (all(scene, &group)) }
    }
}

/// Each change of a correction: the name of the fact, what stood there, what is right.
pub(super) fn changed(scene: Scene<'_>, target: Option<&Kind>, changes: &[Change]) -> Vec<(String, String, String)> {
    let side =
        |told: &Option<Told>| told.as_ref().map_or_else(|| scene.look.say("（没有）", "(none)").to_owned(), |told| plain(scene, told));
    told::changes(target, changes).iter().map(|each| (scene.label(&each.name), side(&each.old), side(&each.new))).collect()
}

/// The kind of the statement that is referred to, where it is held here.
fn kind_of<'a>(scene: Scene<'a>, on: &Reference) -> Option<&'a Kind> {
    let entry = scene.snapshot.holdings.logs().get(&on.log)?.entry(on.index)?.entry.as_ref().ok()?;
    Some(&entry.statement.statement().kind)
}

fn all(scene: Scene<'_>, group: &told::Group) -> Markup {
    html! { dl.facts { @for (name, told) in group { div { dt { (scene.label(name)) } dd { (value(scene, told)) } } } } }
}

fn value(scene: Scene<'_>, told: &Told) -> Markup {
    let look = scene.look;
    match told {
        Told::Group(group) => all(scene, group),
        Told::List(items) => html! {
            @if items.iter().any(|item| matches!(item, Told::Group(_) | Told::List(_))) {
                ol { @for item in items { li { (value(scene, item)) } } }
            } @else {
                @for (position, item) in items.iter().enumerate() {
                    @if position > 0 { (look.say("、", ", ")) }
                    (value(scene, item))
                }
            }
        },
        Told::Reference(on) => reference(scene, on),
        Told::Matter(id) => html! { a href=(look.to(&format!("/matter/{id}"))) { (id) } },
        Told::Division(code) => {
            // A code of before has no page.
            let known = scene.site.place(*code).is_some() || scene.snapshot.joined_below(*code) > 0;
            html! { @if known { a href=(look.to(&format!("/place/{code}"))) { (scene.place(*code)) } " " } span.code { (code) } }
        }
        Told::Lines(text) => html! { pre { (text) } },
        // What only a machine compares is told apart from words.
        Told::Exact(text) => html! { span.exactly { (text) } },
        Told::Key(key) => html! { span.exactly { (key) } },
        other => html! { (plain(scene, other)) },
    }
}

/// A value on one line, without links.
fn plain(scene: Scene<'_>, told: &Told) -> String {
    let look = scene.look;
    let listed = |parts: Vec<String>| parts.join(look.say("、", ", "));
    match told {
        Told::Group(group) => listed(group.iter().map(|(name, told)| format!("{} {}", scene.label(name), plain(scene, told))).collect()),
        Told::List(items) => listed(items.iter().map(|item| plain(scene, item)).collect()),
        Told::Label(label) => scene.label(label),
        Told::Money(amount) => scene.money(*amount),
        Told::Date(date) => scene.whole_date(*date),
        Told::Number(number) => number.to_string(),
        Told::Yes(yes) => if *yes { look.say("是", "yes") } else { look.say("否", "no") }.to_owned(),
        Told::Reference(on) => record(scene, on),
        Told::Division(code) => scene.place(*code),
        Told::Office(office) => scene.office(office),
        Told::Bearer(bearer) => by_name(scene, bearer),
        Told::Matter(id) => id.to_string(),
        Told::Log(origin) => book(scene, origin),
        Told::Key(key) => key.to_string(),
        Told::Lines(text) | Told::Exact(text) | Told::Text(text) => text.clone(),
    }
}

fn reference(scene: Scene<'_>, on: &Reference) -> Markup {
    html! {
        a href=(scene.look.to(&entry_path(on))) { (record(scene, on)) }
        @if let Some(kind) = kind_of(scene, on) { " (" (scene.label(kind)) ")" }
    }
}

fn record(scene: Scene<'_>, on: &Reference) -> String {
    let (place, index) = (scene.place(on.log.division), on.index);
    if scene.look.is_english() { format!("record {index} of {place}") } else { format!("{place} 第 {index} 条记录") }
}

fn book(scene: Scene<'_>, origin: &Origin) -> String {
    let (place, book) = (scene.place(origin.division), origin.generation);
    if scene.look.is_english() { format!("record book {book} of {place}") } else { format!("{place}第 {book} 本记录") }
}

/// Who bears a duty: the place by its name where it is another one's office.
fn by_name(scene: Scene<'_>, bearer: &Bearer) -> String {
    match bearer.division {
        Some(division) => scene.bearer(bearer, division),
        None => scene.label(bearer),
    }
}
