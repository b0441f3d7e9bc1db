//! 账本条目: one entry, its facts in words, then as it was signed for those who want to see the bytes.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use luodi_ledger::hash::Blake3;
use luodi_ledger::matter::codes::KindCode;
use luodi_ledger::matter::words::Words;
use luodi_ledger::merkle::{Hash, inclusion_proof};
use luodi_ledger::names::{Division, Origin};
use luodi_ledger::statement::Statement;
use maud::{Markup, html};

use super::attachments::erased;
use super::facts::told;
use super::missing::absent;
use super::phrase::Scene;
use super::{layout, uncounted};
use crate::look::Look;
use crate::site::Site;
use crate::source::{HeldEntry, HeldLog};

pub(crate) async fn entry(State(site): State<Arc<Site>>, Path((code, index)): Path<(String, String)>, look: Look) -> Response {
    let snapshot = site.snapshot();
    let scene = Scene { site: &site, snapshot: &snapshot, look: &look };
    let Some((origin, log, index, held)) = find(scene, &code, &index) else {
        return absent(&site, &look, ("没有这一条记录", "There is no such record"));
    };
    page(scene, origin, log, index, held).into_response()
}

/// The entry at an address: `generation` in the query chooses among a division's logs, the first being the rule.
pub(crate) fn find<'a>(scene: Scene<'a>, code: &str, index: &str) -> Option<(&'a Origin, &'a HeldLog, u64, &'a HeldEntry)> {
    let division: Division = code.parse().ok()?;
    let generation = scene.look.field("generation").map_or(Some(1), |number| number.parse().ok())?;
    let index: u64 = index.parse().ok()?;
    let origin = Origin { federation: scene.site.settings().federation.name.clone(), division, generation };
    let (origin, log) = scene.snapshot.holdings.logs().get_key_value(&origin)?;
    Some((origin, log, index, log.entry(index)?))
}

fn page(scene: Scene<'_>, origin: &Origin, log: &HeldLog, index: u64, held: &HeldEntry) -> Markup {
    let look = scene.look;
    let place = scene.place(origin.division);
    let title = if look.is_english() { format!("Record {index} of {place}") } else { format!("{place} 第 {index} 条记录") };
    let size = log.entries().len() as u64;
    let statement = held.entry.as_ref().ok().map(|entry| entry.statement.statement());
    // What its signatures come to is told above it.
    let why = scene.snapshot.spoken.at(&scene.snapshot.holdings, origin, index).filter(|_| held.judged.is_ok());
    let why = why.and_then(|stands| uncounted::why(scene, &stands));
    let at = |index: u64| look.to(&format!("/log/{}/{index}", origin.division));
    let main = html! {
        (layout::crumbs(scene, origin.division))
        h1 { (title) }
        section.card {
            p { @match &held.judged {
                Ok(false) => span.pass { (look.say("签名核对无误，签名的单位有权这样说", "The signatures verify, by offices that may say this")) },
                Ok(true) => span.pass { (look.say("签名核对无误；登记时任期已过", "The signatures verify; a term had ended when it was recorded")) },
                Err(denied) => { span.fail { (look.say("不算数：", "Does not count: ")) (scene.label(&denied.why())) } " " span.quiet.small { (scene.label(&*denied.ground)) } },
            } }
            @if let Some(why) = why { p { (why.mark(scene)) } }
            @if let Some(statement) = statement {
                p { (look.say("种类：", "Kind: ")) (scene.label(&statement.kind))
                    @if statement.kind.as_str().parse::<KindCode>().is_err() { " " span.tag { (look.say("本站不认识这一类记录，原样显示", "this site does not know this kind and shows it as it stands")) } } }
            }
            @if let Some(matter) = statement.and_then(|statement| statement.matter) {
                p { (look.say("事项：", "Matter: ")) a href=(look.to(&format!("/matter/{matter}"))) { (matter) } }
            }
            p.noprint {
                @if index > 0 { a.button href=(at(index - 1)) { (look.say("上一条", "Previous")) } }
                @if index + 1 < size { a.button href=(at(index + 1)) { (look.say("下一条", "Next")) } }
                a.button href=(look.to(&format!("/receipt/{}/{index}", origin.division))) { (look.say("下载回执", "Download the receipt")) }
            }
        }
        @if let Some(statement) = statement { (in_words(scene, log, statement)) }
        section.card { h2 { (look.say("签名原文", "As it was signed")) } pre { (String::from_utf8_lossy(&held.bytes)) } }
        @if let Some(body) = statement.and_then(|statement| statement.body) {
            section.card {
                h2 { (look.say("正文", "The words")) }
                @if let Some(tombstone) = scene.snapshot.holdings.tombstone(&body.hash) {
                    (erased(scene, "", tombstone))
                } @else { @match log.body(&body.hash) {
                    Some(bytes) => pre { (readable(bytes)) },
                    None => p.quiet { (look.say("正文还没有传到，请过后再看。", "The words have not arrived yet; look again later.")) },
                } }
            }
        }
        (numbers(scene, origin, log, index, held))
    };
    layout::page(scene.site, look, &title, Some(origin.division), &main)
}

/// Who says what, in words: the facts by name, then what was written.
fn in_words(scene: Scene<'_>, log: &HeldLog, statement: &Statement) -> Markup {
    let look = scene.look;
    let words = statement.body.and_then(|body| Words::parse(log.body(&body.hash)?).ok()).unwrap_or_default();
    let written = [
        (look.say("标题", "Title"), scene.in_language(&words, |words| words.title.clone())),
        (look.say("名称", "Name"), scene.in_language(&words, |words| words.name.clone())),
        (look.say("电话", "Phone"), words.phone.clone()),
        (look.say("地址", "Address"), scene.in_language(&words, |words| words.address.clone())),
        (look.say("文字", "Words"), scene.in_language(&words, |words| words.text.clone())),
        (look.say("说明", "Reason given"), scene.in_language(&words, |words| words.reason.clone())),
    ];
    html! {
        section.card id="facts" {
            h2 { (look.say("说了什么", "What it says")) }
            dl.facts {
                div { dt { (look.say("谁说的", "Who says it")) } dd { (scene.offices_linked(&statement.by, statement.log.division)) } }
                div { dt { (look.say("什么时候签的", "When it was signed")) } dd { (scene.moment(statement.time)) } }
            }
            (told(scene, statement))
            @if written.iter().any(|(_, text)| text.is_some()) {
                dl.facts { @for (name, text) in &written { @if let Some(text) = text { div { dt { (name) } dd { (text) } } } } }
            }
        }
    }
}

/// JSON laid out for reading; other bytes as they are.
fn readable(bytes: &[u8]) -> String {
    let value: Option<serde_json::Value> = serde_json::from_slice(bytes).ok();
    value.and_then(|value| serde_json::to_string_pretty(&value).ok()).unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned())
}

/// The hashes and the path to the signed root, for whoever recomputes them.
fn numbers(scene: Scene<'_>, origin: &Origin, log: &HeldLog, index: u64, held: &HeldEntry) -> Markup {
    let look = scene.look;
    let head = log.witnessed().map(|(head, _)| head).filter(|head| head.size() > index).or_else(|| log.head());
    let path = head.and_then(|head| inclusion_proof(log.tree(), index, head.size()).ok());
    html! {
        section.card {
            h2 { (look.say("供复算的数字", "Numbers to recompute")) }
            dl.exact {
                dt { "origin" } dd { pre { (origin) } }
                dt { "BLAKE3" } dd { pre { (Blake3::of(&held.bytes)) } }
                @if let Ok(entry) = &held.entry { dt { "statement id" } dd { pre { (entry.statement.id()) } } }
                dt { "leaf (SHA-256)" } dd { pre { (Hash::leaf(&held.bytes)) } }
                @if let Some(path) = path { dt { "inclusion" } dd { pre { @for hash in &path { (hash) "\n" } } } }
                @if let Some(head) = head { dt { "checkpoint" } dd { pre { (head.note()) } } }
            }
        }
    }
}
