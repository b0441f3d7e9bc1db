//! 村(社区)、乡镇、县: what is going on there, its offices, the places below.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use luodi_ledger::names::{Division, Level, OfficeName};
use maud::{Markup, html};

use super::lists::{self, Format, Part};
use super::missing::absent;
use super::office;
use super::phrase::Scene;
use super::rows;
use super::search::place_row;
use super::trust;
use super::{calendar, catalogue, layout, oversight, registered};
use crate::board::Brief;
use crate::divisions::level_words;
use crate::look::Look;
use crate::site::Site;

/// Most places below that one page lists: the largest township of Henan has 94 villages.
const MOST_BELOW: usize = 120;

pub(crate) async fn place(State(site): State<Arc<Site>>, Path(name): Path<String>, look: Look) -> Response {
    let snapshot = site.snapshot();
    let scene = Scene { site: &site, snapshot: &snapshot, look: &look };
    let (code, format) = Format::split(&name);
    let known = |code: &Division| scene.named(*code).is_some() || snapshot.joined_below(*code) > 0;
    let Some(code) = code.parse().ok().filter(known) else {
        return absent(&site, &look, ("没有这个代码的地方", "There is no place of this code"));
    };
    lists::aside(site.clone(), look, move |scene| answer(scene, code, format)).await
}

fn answer(scene: Scene<'_>, code: Division, format: Format) -> Response {
    let (snapshot, look) = (scene.snapshot, scene.look);
    let found: Vec<&Brief> = snapshot.briefs(Some(code)).collect();
    let shown = Part::asked(look, format, found.len());
    let cases = rows::most_urgent(scene, &shown, found);
    if format != Format::Page {
        return lists::respond(format, &rows::all(scene, &cases), || html! {});
    }
    let title = scene.place(code);
    let joined = snapshot.joined_below(code);
    let main = html! {
        (trust::fork_warning(scene, code))
        div.upward { (layout::crumbs(scene, code)) }
        h1 { (title) }
        p.quiet.small {
            @if let Some(place) = scene.named(code) { @if look.is_english() || place.official() != place.short() { (place.official()) " · " } }
            (look.pick(level_words(code.level()))) " · " span.code { (code) }
        }
        @if joined == 0 { (not_joined(scene, code)) } @else {
            section.card {
                h2 { (look.say("事项", "Matters")) " " span.quiet { (shown.total) } }
                (lists::shortcuts(scene, Some(code)))
                @if cases.is_empty() { p { (look.say("还没有公开的事项。", "No matter has been published yet.")) } }
                (rows::list(scene, &cases))
                (shown.others(look))
                (lists::formats(scene, &format!("/place/{code}")))
            }
        }
        (looked_into(scene, code))
        (calendar::card(scene, code))
        (offices(scene, code))
        (below(scene, code))
        (registered::changes(scene, code))
    };
    layout::page(scene.site, look, &title, Some(code), &main).into_response()
}

fn not_joined(scene: Scene<'_>, code: Division) -> Markup {
    let look = scene.look;
    let nearest = scene.snapshot.land.up(code).skip(1).find(|upper| scene.snapshot.has_joined(*upper));
    html! {
        section.card {
            h2 { (look.say("尚未加入", "Not joined yet")) }
            p { (look.say(
                "这个地方还没有在这里公开协商成果。没有记录，不等于没有协商过。",
                "This place does not publish its outcomes here yet. No record here does not mean that nothing was consulted.",
            )) }
            @if let Some(upper) = nearest { p { (look.say("已加入的上级：", "Joined above it: ")) a href=(look.to(&format!("/place/{upper}"))) { (scene.place(upper)) } } }
        }
    }
}

/// What is to be consulted here, and what those above found: the pages that say it.
fn looked_into(scene: Scene<'_>, code: Division) -> Markup {
    let look = scene.look;
    let (list, found) = (catalogue::has_one(scene, code), oversight::pointer(scene, code));
    let county = code.level() <= Level::County && scene.snapshot.joined_below(code) > 0;
    html! {
        @if county || list || found.is_some() {
            p.noprint {
                @if county { a.button href=(look.to(&format!("/county/{code}"))) { (look.say("县级看板", "The county's figures")) } }
                @if list { a.button href=(look.to(&format!("/catalogue/{code}"))) { (look.say("协商清单与目录", "What is to be consulted")) } }
                @if let Some((count, page)) = found { a.button href=(page) { (look.say("督查·整改·通报 ", "Orders, evaluations, circulars ")) (count) } }
            }
        }
    }
}

fn offices(scene: Scene<'_>, code: Division) -> Markup {
    let look = scene.look;
    let offices = scene.snapshot.holdings.registry().offices(code);
    html! {
        @if !offices.is_empty() {
            section.card {
                h2 { (look.say("单位", "Offices")) }
                ul.rows { @for office in &offices { li { (office_line(scene, office)) } } }
            }
        }
    }
}

/// That an office has no key left that speaks, and why.
fn silenced(scene: Scene<'_>, office: &OfficeName) -> Markup {
    html! {
        @if let Some(reason) = scene.silenced(office) {
            " " span.tag { (scene.look.say("钥匙已停用：", "keys withdrawn: ")) (reason) }
        }
    }
}

/// An office: its name, since when and until when its registration runs, how to reach it.
fn office_line(scene: Scene<'_>, office: &OfficeName) -> Markup {
    let look = scene.look;
    let newest = scene.snapshot.holdings.registry().appointments(office).last();
    let words = scene.registered(office).unwrap_or_default();
    html! {
        b { (office::link(scene, office)) }
        @if let Some(phone) = &words.phone { " " a href={ "tel:" (phone.replace([' ', '-'], "")) } { (phone) } }
        @if let Some(address) = scene.in_language(&words, |words| words.address.clone()) { " " span.small { (address) } }
        (silenced(scene, office))
        br;
        span.quiet.small {
            @match newest {
                Some(appointment) => {
                    (look.say("登记公布：任期自 ", "Registered; term from ")) (scene.date(appointment.facts.term.from))
                    @if let Some(until) = appointment.facts.term.until { (look.say(" 至 ", " to ")) (scene.date(until)) }
                    @if appointment.facts.term.until.is_some_and(|until| until < scene.site.today()) { " " span.tag { (look.say("任期已过", "term over")) } }
                },
                None => (look.say("由联盟文件直接指定", "named in the federation file itself")),
            }
        }
    }
}

fn below(scene: Scene<'_>, code: Division) -> Markup {
    let look = scene.look;
    let children = scene.children(code);
    let joined = children.iter().filter(|child| scene.snapshot.joined_below(**child) > 0).count();
    let (first, rest): (Vec<Division>, Vec<Division>) = children.iter().partition(|child| scene.snapshot.joined_below(**child) > 0);
    html! {
        @if !children.is_empty() {
            section.card {
                h2 { (look.say("下辖", "Places below")) " " span.quiet.small { @if look.is_english() { (joined) " of " (children.len()) " joined" } @else { (children.len()) " 个，已加入 " (joined) " 个" } } }
                ul.rows { @for child in first.iter().chain(&rest).take(MOST_BELOW) { (place_row(scene, *child)) } }
                p.small { a href=(lists::link(look, "/places", "", Some(code))) { (look.say("列表与下载", "As a list, to download")) } }
            }
        }
    }
}
