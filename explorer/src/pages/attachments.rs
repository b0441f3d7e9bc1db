//! 附件与删除: the photos and scans that words list, and what is shown in place of words that were erased.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use luodi_ledger::attachment::{Asked, Attachment, Part};
use luodi_ledger::hash::Blake3;
use luodi_ledger::matter::Reference;
use luodi_ledger::matter::words::Words;
use luodi_ledger::redaction::Tombstone;
use maud::{Markup, html};

use super::entry::find;
use super::missing::absent;
use super::phrase::Scene;
use crate::look::Look;
use crate::site::Site;

/// The file of a public attachment of the record at an address.
pub(crate) async fn attachment(
    State(site): State<Arc<Site>>,
    Path((code, index, hash)): Path<(String, String, String)>,
    look: Look,
    headers: HeaderMap,
) -> Response {
    let nothing = || absent(&site, &look, ("没有这个附件", "There is no such attachment"));
    let Ok(hash) = hash.parse::<Blake3>() else { return nothing() };
    let snapshot = site.snapshot();
    if snapshot.holdings.tombstone(&hash).is_some() {
        site.files().forget(&hash);
        return (StatusCode::GONE, absent(&site, &look, ("附件已依法删除", "This attachment was removed by law"))).into_response();
    }
    let scene = Scene { site: &site, snapshot: &snapshot, look: &look };
    let listed = find(scene, &code, &index).and_then(|(origin, log, _, held)| {
        let body = held.entry.as_ref().ok()?.statement.statement().body?;
        let words = Words::parse(log.body(&body.hash)?).ok()?;
        let listed = words.attachments.into_iter().find(|listed| listed.hash == hash && listed.is_public())?;
        Some((origin.clone(), listed))
    });
    let Some((origin, listed)) = listed else { return nothing() };
    let asked = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let etag = format!("\"{hash}\"");
    let size = listed.size;
    let asked = Asked { if_none_match: asked(header::IF_NONE_MATCH), if_range: asked(header::IF_RANGE), range: asked(header::RANGE) };
    let Some(part) = asked.of(&etag, size) else { return (StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response() };
    let Some(file) = site.files().get(&origin, &listed).await else {
        return absent(&site, &look, ("附件还没有传到，请过后再看", "The attachment has not arrived yet; look again later"));
    };
    let disposition = if listed.media.is_image() { "inline" } else { "attachment; filename=\"luodi.pdf\"" };
    let fields = [
        (header::CONTENT_TYPE, listed.media.to_string()),
        (header::ETAG, etag),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::CONTENT_DISPOSITION, disposition.to_owned()),
    ];
    let whole = Bytes::from_owner(file);
    match part {
        Part::Of(start, end) => {
            let place = [(header::CONTENT_RANGE, format!("bytes {start}-{}/{size}", end - 1))];
            let [start, end] = [start, end].map(|at| usize::try_from(at).unwrap_or(whole.len()).min(whole.len()));
            (StatusCode::PARTIAL_CONTENT, fields, place, whole.slice(start..end)).into_response()
        }
        Part::Beyond => (StatusCode::RANGE_NOT_SATISFIABLE, fields, [(header::CONTENT_RANGE, format!("bytes */{size}"))]).into_response(),
        Part::Whole => (fields, whole).into_response(),
    }
}

/// What the words of a statement list.
pub(crate) fn attachments(scene: Scene<'_>, on: &Reference, listed: &[Attachment]) -> Markup {
    html! { @for each in listed { (one(scene, on, each)) } }
}

fn one(scene: Scene<'_>, on: &Reference, listed: &Attachment) -> Markup {
    let look = scene.look;
    let title = listed.title.as_deref().unwrap_or_else(|| look.say("附件", "attachment"));
    if let Some(tombstone) = scene.snapshot.holdings.tombstone(&listed.hash) {
        return erased(scene, title, tombstone);
    }
    if !listed.is_public() {
        return html! { p.small { "📁 " (title) " " span.quiet { (look.say("（原件存档备查）", "(original kept in the archive)")) } } };
    }
    let generation = if on.log.generation == 1 { String::new() } else { format!("?generation={}", on.log.generation) };
    let at = look.to(&format!("/attachment/{}/{}/{}{generation}", on.log.division, on.index, listed.hash));
    html! {
        @if listed.media.is_image() {
            figure.attached { a href=(at) { img src=(at) alt=(title) loading="lazy"; } figcaption.small { (title) } }
        } @else {
            p.small { "📄 " a href=(at) { (title) } " " span.quiet { "(PDF, " (listed.size.div_ceil(1024)) " KiB)" } }
        }
    }
}

/// The tombstone of the words of a statement, if they were erased.
pub(crate) fn tombstone<'s>(scene: Scene<'s>, on: &Reference) -> Option<&'s Tombstone> {
    let held = scene.snapshot.holdings.logs().get(&on.log)?.entry(on.index)?;
    let body = held.entry.as_ref().ok()?.statement.statement().body?;
    scene.snapshot.holdings.tombstone(&body.hash).map(|tombstone| &**tombstone)
}

/// In place of what was erased: who, when, why.
pub(crate) fn erased(scene: Scene<'_>, what: &str, tombstone: &Tombstone) -> Markup {
    let look = scene.look;
    let home = tombstone.target.log.division;
    let when = scene.date(tombstone.logged.civil_date(scene.site.settings().federation.offset));
    html! {
        p.erased {
            @if !what.is_empty() { (what) " " }
            (look.say("内容已依法删除：", "Removed by law: "))
            (scene.offices_linked(&tombstone.by, home)) (look.say("，", ", ")) (when) (look.say("，理由：", ", because: ")) (scene.label(&tombstone.ground))
            " " a.small.quiet href=(look.to(&super::matter::entry_path(&tombstone.redaction))) { (look.say("看决定", "the decision")) }
        }
    }
}
