//! 各处保存的是否一致: each log, who cosigned it, which copies are the same; contradictions first and loud.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use luodi_ledger::hash::Blake3;
use luodi_ledger::names::Origin;
use maud::{Markup, html};

use super::layout;
use super::machines;
use super::missing::absent;
use super::phrase::Scene;
use super::trust::{self, witness_division};
use crate::look::Look;
use crate::site::Site;
use crate::source::{CopyState, HeldEvidence, HeldLog, SourceId};

/// Most logs on one page, about 40 KB; a place narrows them.
const MOST_LOGS: usize = 60;

pub(crate) async fn nodes(State(site): State<Arc<Site>>, look: Look) -> Markup {
    let snapshot = site.snapshot();
    let scene = Scene { site: &site, snapshot: &snapshot, look: &look };
    let title = look.say("各处保存的是否一致", "Do the copies agree?");
    let place = look.field("place").and_then(|code| code.parse().ok());
    let logs: Vec<(&Origin, &HeldLog)> = snapshot
        .holdings
        .logs()
        .iter()
        .filter(|(origin, _)| place.is_none_or(|place| snapshot.lies_within(origin.division, place)))
        .map(|(origin, log)| (origin, log.as_ref()))
        .collect();
    let main = html! {
        h1 { (title) }
        @for (id, held) in trust::loudest(scene).into_values() { (contradiction(scene, id, held)) }
        section.card {
            p { (look.say(
                "每个地方的记录都有几份，由不同单位各自保存。本站从下面几处分别读取，逐条核对签名，再比较是不是一样。",
                "The records of each place are kept by several offices. This site reads them at each place below, checks every signature and compares the copies.",
            )) }
            ul.rows { @for (source, state) in snapshot.sources.iter().enumerate() { li {
                b { (source_name(scene, source)) } " "
                @match (&state.failing, state.answered) {
                    (Some(why), _) => { span.fail { (look.say("读不到", "cannot be read")) } br; span.quiet.small { (why) } },
                    (None, Some(at)) => { span.pass { (look.say("正常", "answers")) } " " span.quiet.small { (look.say("最近一次 ", "last at ")) (scene.moment(at)) } },
                    (None, None) => span.quiet { (look.say("正在连接", "connecting")) },
                }
            } } }
        }
        section.card {
            h2 { (look.say("各地的记录", "The records of each place")) " " span.quiet { (logs.len()) } }
            ul.rows { @for (origin, log) in logs.iter().take(MOST_LOGS) { li { (log_line(scene, origin, log)) } } }
            @if logs.len() > MOST_LOGS { p.quiet { (look.say("只列出前 60 个；从地方页可以看到各自的记录。", "Only the first 60 are listed.")) } }
        }
        (machines::recorded(scene, place))
    };
    layout::page(&site, &look, title, None, &main)
}

/// One log: whose, how many records, who cosigned them, which copies are the same.
fn log_line(scene: Scene<'_>, origin: &Origin, log: &HeldLog) -> Markup {
    let look = scene.look;
    let size = log.entries().len() as u64;
    html! {
        b { a href=(look.to(&format!("/place/{}", origin.division))) { (scene.place(origin.division)) } } " " span.code { (origin.division) }
        @if origin.generation > 1 { " " span.tag { @if look.is_english() { "log no. " (origin.generation) } @else { "第 " (origin.generation) " 本" } } }
        " · "
        @match size.checked_sub(1) {
            Some(newest) => a href=(look.to(&format!("/log/{}/{newest}", origin.division))) { @if look.is_english() { (size) " records" } @else { (size) " 条记录" } },
            None => (look.say("没有记录", "no record")),
        }
        br;
        span.small { (look.say("见证：", "Witnessed: ")) (witnessing(scene, log, size)) }
        br;
        span.small { (look.say("各处的一份：", "The copies: ")) @for (source, copy) in log.copies() { (copy_line(scene, *source, copy, size)) " " } }
    }
}

fn witnessing(scene: Scene<'_>, log: &HeldLog, size: u64) -> Markup {
    let look = scene.look;
    let Some((head, by)) = log.witnessed() else {
        return html! { span.quiet {
            @if log.nobody_asked() { (look.say("没有请别家见证，没有别人核对过", "nobody else is asked, nobody else has checked")) } @else { (look.say("还没有", "not yet")) }
        } };
    };
    let names: Vec<String> =
        by.iter().map(|key| witness_division(key.name()).map_or_else(|| key.name().to_owned(), |code| scene.place(code))).collect();
    html! {
        @if head.size() >= size { span.pass { (look.say("全部", "all")) } }
        @else if look.is_english() { "the first " (head.size()) }
        @else { "前 " (head.size()) " 条" }
        " (" (names.join(look.say("、", ", "))) ")"
    }
}

fn copy_line(scene: Scene<'_>, source: SourceId, copy: &CopyState, size: u64) -> Markup {
    let look = scene.look;
    html! {
        (source_name(scene, source)) ": "
        @if copy.contradicts { span.fail { (look.say("不一致！", "differs!")) } }
        @else if let Some(trouble) = &copy.trouble { span.fail title=(trouble) { (look.say("读到的不对", "unreadable or wrong")) } }
        @else if copy.agrees_to >= size { span.pass { (look.say("一致", "same")) } }
        @else { span.quiet { (look.say("一致到第 ", "same up to ")) (copy.agrees_to) (look.say(" 条", "")) } }
    }
}

/// What the page calls a source: the place whose copy it is, or its address.
pub(crate) fn source_name(scene: Scene<'_>, source: SourceId) -> String {
    let Some(state) = scene.snapshot.sources.get(source) else { return source.to_string() };
    state.division.map_or_else(|| state.url.clone(), |code| scene.place(code))
}

fn contradiction(scene: Scene<'_>, id: &Blake3, held: &HeldEvidence) -> Markup {
    let look = scene.look;
    html! {
        div.loud role="alert" {
            h2 { (look.say("同一份记录有两个互相矛盾的版本", "Two contradicting versions of one record")) }
            p { (layout::place_line(scene, held.origin.division)) }
            p { a href=(look.to(&format!("/evidence/{id}"))) { (look.say("两个版本并排查看", "See both side by side")) } }
        }
    }
}

/// 不一致: both versions side by side, and the evidence to take away.
pub(crate) async fn evidence(State(site): State<Arc<Site>>, Path(name): Path<String>, look: Look) -> Response {
    let snapshot = site.snapshot();
    let scene = Scene { site: &site, snapshot: &snapshot, look: &look };
    let (id, raw) = name.strip_suffix(".txt").map_or((name.as_str(), false), |id| (id, true));
    let found = id.parse().ok().and_then(|id: Blake3| snapshot.holdings.evidence().get(&id));
    let Some(held) = found else {
        return absent(&site, &look, ("没有这条不一致的记录", "There is no such evidence"));
    };
    if raw {
        return ([(axum::http::header::CONTENT_TYPE, "text/plain; charset=utf-8")], held.evidence.to_string()).into_response();
    }
    evidence_page(scene, held).into_response()
}

/// Witnesses that signed both versions as well.
fn also(scene: Scene<'_>, held: &HeldEvidence) -> Markup {
    let look = scene.look;
    let same = scene.snapshot.holdings.evidence().iter().filter(|(id, other)| other.origin == held.origin && **id != held.evidence.id());
    html! {
        @for (id, other) in same {
            p { a href=(look.to(&format!("/evidence/{id}"))) {
                @if other.evidence.is_against_witness() {
                    (look.say("两个版本都签了名的见证单位：", "A witness that signed both: "))
                    (witness_division(other.evidence.keys()[0].name()).map_or_else(|| other.evidence.keys()[0].name().to_owned(), |code| scene.place(code)))
                } @else { (look.say("另一份证据", "More evidence")) }
            } }
        }
    }
}

fn evidence_page(scene: Scene<'_>, held: &HeldEvidence) -> Markup {
    let look = scene.look;
    let title = look.say("同一份记录有两个互相矛盾的版本", "Two contradicting versions of one record");
    let [first, second] = held.evidence.heads();
    let witness = held.evidence.is_against_witness();
    let main = html! {
        (layout::crumbs(scene, held.origin.division))
        div.loud role="alert" {
            h1 { (title) }
            p { @if witness {
                (look.say("同一个见证单位为下面两个互相矛盾的版本都签了名。", "One witness signed both of the two contradicting versions below."))
            } @else {
                (look.say(
                    "下面两个版本都由同一本账的钥匙签名，不可能都是真的。有人改过或者另写了一份。两份签名都在，谁也抵赖不掉。",
                    "Both versions below are signed by the key of the same log; they cannot both be honest. Someone rewrote it or kept a second one. Both signatures stand, and neither can be denied.",
                ))
            } }
            p { (look.say("第二个版本是在这里读到的：", "The other version was read at: ")) b { (source_name(scene, held.shown_by)) } }
        }
        @if let Some(parted) = &held.difference {
            section.card {
                h2 { (look.say("从第 ", "They part at record ")) (parted.index) (look.say(" 条起不同", "")) }
                div.voices {
                    div.v1 { h3 { (look.say("本站先读到的", "Read first")) } pre { (String::from_utf8_lossy(&parted.ours)) } }
                    div.v3 { h3 { (look.say("另一个版本", "The other")) } pre { (String::from_utf8_lossy(&parted.theirs)) } }
                }
            }
        }
        section.card {
            h2 { (look.say("两个签了名的总账头", "The two signed heads")) }
            div.voices { div.v1 { pre { (first.note()) } } div.v3 { pre { (second.note()) } } }
            (also(scene, held))
            p { a href=(look.to(&format!("/evidence/{}.txt", held.evidence.id()))) { (look.say("下载证据文件", "Download the evidence")) } }
        }
    };
    layout::page(scene.site, look, title, Some(held.origin.division), &main)
}
