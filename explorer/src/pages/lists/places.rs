//! Places as a list: those that answer a query, those below one, those that have joined.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use luodi_ledger::names::Division;
use maud::html;
use serde::Serialize;

use super::{Format, Frame, Listed, Part, aside, place_asked, respond};
use crate::divisions::Place;
use crate::look::Look;
use crate::pages::catalogue;
use crate::pages::phrase::Scene;
use crate::pages::search::place_link;
use crate::site::Site;

/// One place.
#[derive(Serialize)]
struct Row {
    code: String,
    name: String,
    official_name: String,
    english_name: String,
    above: String,
    joined: bool,
    matters: usize,
}

impl Listed for Row {
    const COLUMNS: &'static [&'static str] = &["code", "name", "official_name", "english_name", "above", "joined", "matters"];
}

pub(crate) async fn places(State(site): State<Arc<Site>>, look: Look) -> Response {
    aside(site, look, answer).await
}

/// With `q` the places that answer it, else those right below `place`; with `show=joined` only those that have a record here.
fn answer(scene: Scene<'_>) -> Response {
    let (site, snapshot, look) = (scene.site, scene.snapshot, scene.look);
    let query = look.field("q").unwrap_or_default();
    let without = |place: Option<Division>| catalogue::without_directory(scene, place);
    let show = look.field("show").unwrap_or_default();
    let asked: Vec<Division> = match place_asked(look) {
        place if show == "no-directory" => without(place),
        _ if !query.is_empty() => {
            site.divisions().search(query, |code| snapshot.has_joined(code)).places.into_iter().map(Place::code).collect()
        }
        Some(place) => scene.children(place),
        None => snapshot.homes().collect(),
    };
    let known = Known::of(scene);
    let joined = |code: &Division| snapshot.joined_below(*code) > 0;
    let mut choices = vec![
        ("", look.say("全部", "All").to_owned(), asked.len()),
        ("joined", look.say("已加入", "Joined").to_owned(), asked.iter().filter(|code| joined(code)).count()),
    ];
    if show == "no-directory" {
        choices = vec![
            ("", look.say("全部", "All").to_owned(), snapshot.joined.len()),
            ("no-directory", look.say("没有目录的", "No directory").to_owned(), asked.len()),
        ];
    }
    let only_joined = show == "joined";
    let listed: Vec<Division> = asked.into_iter().filter(|code| !only_joined || joined(code)).collect();
    let format = Format::split(look.path()).1;
    let shown = Part::asked(look, format, listed.len());
    let listed = shown.slice(&listed);
    let frame = Frame {
        path: "/places",
        title: ("地方", "Places"),
        about: (
            "同名的地方很多，看代码和上级。没有加入的地方，不等于没有协商过。",
            "Many places share a name: the code and the place above tell them apart. Not joined does not mean that nothing was consulted.",
        ),
        empty: ("没有找到这样的地方。", "No such place found."),
        choices,
    };
    match format {
        Format::Page => frame.page(scene, &shown, &html! { @for code in listed { li { (place_link(scene, *code)) } } }).into_response(),
        _ => respond(format, &listed.iter().map(|code| row(scene, &known, *code)).collect::<Vec<Row>>(), || html! {}),
    }
}

/// What is known of all places at once, so that a list of 50,000 costs no more for each than a look-up.
struct Known {
    matters: BTreeMap<Division, usize>,
}

impl Known {
    fn of(scene: Scene<'_>) -> Self {
        let mut matters = BTreeMap::new();
        for (home, board) in &scene.snapshot.boards {
            for code in scene.snapshot.land.up(*home) {
                *matters.entry(code).or_default() += board.briefs().len();
            }
        }
        Self { matters }
    }
}

fn row(scene: Scene<'_>, known: &Known, code: Division) -> Row {
    let place = scene.named(code);
    let above = scene.above(code).into_iter().map(|upper| upper.short().to_owned());
    Row {
        code: code.to_string(),
        name: place.as_ref().map_or_else(|| code.to_string(), |place| place.short().to_owned()),
        official_name: place.as_ref().map(|place| place.official().to_owned()).unwrap_or_default(),
        english_name: place.as_deref().map(Place::english).unwrap_or_default(),
        above: above.collect::<Vec<_>>().join(" "),
        joined: scene.snapshot.joined_below(code) > 0,
        matters: known.matters.get(&code).copied().unwrap_or_default(),
    }
}
