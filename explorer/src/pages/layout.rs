//! The frame around every page: head, sample mark, switches, foot.

use luodi_ledger::names::Division;
use maud::{DOCTYPE, Markup, html};

use super::icons;
use super::phrase::Scene;
use crate::look::Look;
use crate::site::Site;

/// A page about nothing in particular, or about `place`.
pub(crate) fn page(site: &Site, look: &Look, title: &str, place: Option<Division>, main: &Markup) -> Markup {
    let name = look.say("落地 · 协商成果公开", "Luodi · community decisions");
    html! {
        (DOCTYPE)
        html lang=(look.say("zh-CN", "en")) class=[look.is_elder().then_some("elder")] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="format-detection" content="telephone=no";
                title { (title) " · " (name) }
                link rel="stylesheet" href=(look.asset("/style.css"));
                link rel="icon" type="image/svg+xml" href=(look.asset("/icon.svg"));
            }
            body {
                a.skip href="#main" { (look.say("跳到正文", "Skip to the content")) }
                header.top {
                    div.wide {
                        a.brand href=(look.to("/")) {
                            (icons::seedling())
                            (look.say("落地", "Luodi"))
                            small { (look.say("协商成果公开", "community decisions")) }
                        }
                        nav.switch aria-label=(look.say("显示", "Display")) {
                            a href=(look.in_other_language()) lang=(look.say("en", "zh-CN")) { (look.say("English", "中文")) }
                            a href=(look.in_other_mode()) {
                                @if look.is_elder() { (look.say("标准版", "Standard")) } @else { (look.say("长者版", "Large")) }
                            }
                        }
                    }
                }
                @if site.is_sample(place) {
                    aside.sample aria-label=(look.say("示例", "Sample")) { div.wide {
                        b { (look.say("示例", "SAMPLE")) }
                        @if site.settings().staged {
                            (look.say("·时间为演示编排：虚构的地方、虚构的事项", " · fictional places, staged dates"))
                        } @else {
                            (look.say("：虚构的地方、虚构的事项", ": fictional places and matters"))
                        }
                    } }
                }
                main id="main" { div.wide { (main) } }
                footer.foot { div.wide {
                    nav aria-label=(look.say("全站", "Site")) {
                        a href=(look.to("/")) { (look.say("首页", "Home")) }
                        a href=(look.to("/search")) { (look.say("查询", "Search")) }
                        a href=(look.to("/notices")) { (look.say("公示", "Notices")) }
                        a href=(look.to("/results")) { (look.say("结果", "Results")) }
                        a href=(look.to("/overdue")) { (look.say("逾期与久无消息", "Overdue")) }
                        a href=(look.to("/nodes")) { (look.say("各处保存的是否一致", "Do the copies agree?")) }
                        a href=(look.to("/help")) { (look.say("说明与怎样核对", "Help and how to check")) }
                    }
                    p { (look.say(
                        "本站只读取各地公开的记录，自己逐条核对签名，不改动任何内容；谁的话就写明是谁说的。",
                        "This site only reads public records, checks every signature itself and changes nothing; whoever said a thing is named beside it.",
                    )) }
                } }
            }
        }
    }
}

/// The way from the province down to a place, each level a link, the place's code last.
pub(crate) fn crumbs(scene: Scene<'_>, code: Division) -> Markup {
    html! {
        p.crumbs {
            @for place in scene.above(code).into_iter().chain(scene.named(code)) {
                a href=(scene.look.to(&format!("/place/{}", place.code()))) { (scene.name(&place)) }
                " "
            }
            span.code { (code) }
        }
    }
}

/// A place in one line: its name, the township and county above it, its code.
pub(crate) fn place_line(scene: Scene<'_>, code: Division) -> Markup {
    let look = scene.look;
    let Some(place) = scene.named(code) else {
        return html! { span.code { (code) } };
    };
    let above = scene.above(code).into_iter().rev().take(2);
    html! {
        @if look.is_english() {
            (place.english()) " " span.quiet { "(" (place.short()) ")" }
            @for upper in above { ", " (upper.english()) }
        } @else {
            (place.short())
            @for upper in above { " · " (upper.short()) }
        }
        " " span.code { (code) }
    }
}
