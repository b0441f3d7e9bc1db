//! 事项: the page that matters. What was decided, who promised what by when, and is it done; in the order people ask.
//!
//! The first screen of a small phone holds the decision, who is responsible, the due date, the money, the status word and who says so.

pub(crate) mod beside;
mod decision;
mod execution;
mod notice;
mod state;
mod steps;
mod timeline;
mod versions;
mod voices;

pub(crate) use versions::versions;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use luodi_ledger::matter::Reference;
use luodi_ledger::matter::view::View;
use luodi_ledger::matter::words::Words;
use luodi_ledger::names::{MatterId, Origin};
use maud::html;
use serde::Serialize;

use super::layout;
use super::missing::absent;
use super::phrase::Scene;
use super::{source, trust};
use crate::index::Case;
use crate::look::Look;
use crate::site::Site;

pub(crate) async fn matter(State(site): State<Arc<Site>>, Path(name): Path<String>, look: Look) -> Response {
    let snapshot = site.snapshot();
    let (id, as_json) = match name.strip_suffix(".json") {
        Some(id) => (id, true),
        None => (name.as_str(), false),
    };
    let found = id.parse().ok().and_then(|id: MatterId| snapshot.case(&id));
    let Some(case) = found else {
        return absent(&site, &look, ("没有这个编号的事项", "There is no matter of this number"));
    };
    if as_json {
        return axum::Json(told(case)).into_response();
    }
    let scene = Scene { site: &site, snapshot: &snapshot, look: &look };
    page(scene, case).into_response()
}

/// A matter for programs: what was judged, and what its statements say.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    view: &'a View,
    /// The words that are here, in the order of the timeline.
    words: Vec<Spoken<'a>>,
}

/// The words of one statement.
#[derive(Serialize)]
struct Spoken<'a> {
    of: &'a Reference,
    #[serde(flatten)]
    words: &'a Words,
}

fn told(case: &Case) -> Told<'_> {
    let words = case.view.timeline.iter().filter_map(|event| Some(Spoken { of: &event.reference, words: case.words(&event.reference)? }));
    Told { view: &case.view, words: words.collect() }
}

fn page(scene: Scene<'_>, case: &Case) -> maud::Markup {
    let (look, view) = (scene.look, &case.view);
    let title = title(scene, case);
    let words = view.topic.as_ref().and_then(|topic| case.words(&topic.on));
    let main = html! {
        (trust::fork_warning(scene, view.place))
        (layout::crumbs(scene, view.place))
        h1 { (title) }
        (state::state_band(scene, case))
        div.two {
            div.main {
                (decision::decided(scene, case))
                (source::pointer(scene, words))
                (steps::strip(scene, case))
                (notice::notice(scene, case))
                (timeline::timeline(scene, case))
                (execution::carried_out(scene, case))
                (voices::three(scene, case))
                (source::card(scene, words))
            }
            div.side {
                (voices::whom_to_ask(scene, view))
                section.card {
                    h2 { (look.say("可信吗", "Can this be trusted?")) }
                    p { (trust::sentence(scene, view)) }
                    p { a href=(look.to(&format!("/matter/{}/check", view.id))) { (look.say("逐条核对", "Check each signature")) } }
                }
                section.card.noprint {
                    h2 { (look.say("转发与下载", "Share and download")) }
                    p.small { (look.say("编号", "Number")) " " span.code { (view.id) } }
                    p.small { (look.say("复制本页地址即可转发；", "Copy this page's address to share it; ")) a href=(look.to(&format!("/matter/{}.json", view.id))) { (look.say("下载数据", "download the data")) } " (JSON)" }
                }
            }
        }
    };
    layout::page(scene.site, look, &title, Some(view.place), &main)
}

/// The title as the topic's words give it; the number where they are missing.
pub(crate) fn title(scene: Scene<'_>, case: &Case) -> String {
    let topic = case.view.topic.as_ref().map(|topic| &topic.on);
    said(scene, case, topic, |words| words.title.clone())
        .unwrap_or_else(|| format!("{} {}", scene.look.say("事项", "Matter"), case.view.id))
}

/// A field of the words of a statement, in the reader's language.
pub(crate) fn said(scene: Scene<'_>, case: &Case, on: Option<&Reference>, field: impl Fn(&Words) -> Option<String>) -> Option<String> {
    case.words(on?).and_then(|words| scene.in_language(words, field)).filter(|text| !text.trim().is_empty())
}

/// Where the entry of a statement is shown.
pub(crate) fn entry_path(on: &Reference) -> String {
    entry_at(&on.log, on.index)
}

/// Where an entry is shown.
pub(crate) fn entry_at(log: &Origin, index: u64) -> String {
    match log.generation {
        1 => format!("/log/{}/{index}", log.division),
        generation => format!("/log/{}/{index}?generation={generation}", log.division),
    }
}

/// The anchor of a statement in the timeline.
pub(super) fn anchor(on: &Reference) -> String {
    format!("e-{}-{}-{}", on.log.division, on.log.generation, on.index)
}
