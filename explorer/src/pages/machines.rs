//! What the machines of each place recorded by themselves: contradictions they saw, heads of others that they wrote down, heads they could
//! not follow up. None of it moves a matter.

use luodi_ledger::matter::facts::Said;
use luodi_ledger::names::{Division, Origin};
use maud::{Markup, html};

use super::phrase::Scene;
use super::uncounted;
use crate::spoken::Stands;

/// Most records of a kind on the page; each log's page has all.
const MOST: usize = 20;

/// The newest of each kind; nothing where there is none.
pub(super) fn recorded(scene: Scene<'_>, place: Option<Division>) -> Markup {
    let look = scene.look;
    let within = |division: Division| place.is_none_or(|place| scene.snapshot.lies_within(division, place));
    let newest = |kind: &'static str| {
        let mut all: Vec<Stands<'_>> = scene.snapshot.spoken.beside(&scene.snapshot.holdings, kind, within).collect();
        all.sort_by_key(|stands| std::cmp::Reverse((stands.logged(), stands.index)));
        all
    };
    let kinds = [
        ("evidence", look.say("登记的不一致", "Contradictions they recorded")),
        ("anchor", look.say("互相记下的进度", "How far others were, as they wrote down")),
        ("observation", look.say("看到而没能核对的", "Seen and not followed up")),
    ];
    html! {
        @for (kind, heading) in kinds {
            @let all = newest(kind);
            @if !all.is_empty() {
                section.card id=(kind) {
                    h2 { (heading) " " span.quiet { (all.len()) } }
                    ul.rows { @for stands in all.iter().take(MOST) { li { (line(scene, *stands)) } } }
                }
            }
        }
    }
}

fn line(scene: Scene<'_>, stands: Stands<'_>) -> Markup {
    let look = scene.look;
    let place = |origin: &Origin| html! { a href=(look.to(&format!("/place/{}", origin.division))) { (scene.place(origin.division)) } };
    html! {
        @match stands.said() {
            Some(Said::Evidence(found)) => {
                span.fail { (scene.label(&found.contradicts)) } (look.say("：", ": ")) (place(&found.origin)) " "
                @if scene.snapshot.holdings.evidence().contains_key(&found.evidence) {
                    a href=(look.to(&format!("/evidence/{}", found.evidence))) { (look.say("两个版本并排查看", "See both side by side")) }
                }
            },
            Some(Said::Anchor(anchor)) => @for (position, head) in anchor.heads.iter().enumerate() {
                @if position > 0 { (look.say("、", ", ")) }
                (place(&head.log)) " " @if look.is_english() { (head.size) " records" } @else { (head.size) " 条" }
            },
            Some(Said::Observation(seen)) => {
                (scene.label(&seen.ground)) (look.say("：", ": ")) (place(&seen.head.log)) " "
                @if look.is_english() { (seen.head.size) " records seen, " (seen.held) " held" } @else { "看到 " (seen.head.size) " 条，手里有 " (seen.held) " 条" }
            },
            _ => span.quiet { (scene.label(&stands.statement.kind)) },
        }
        br;
        span.quiet.small {
            (scene.place(stands.origin.division))
            @if let Some(logged) = stands.logged() { " " (scene.moment(logged)) }
            " · " a href=(look.to(&format!("/log/{}/{}", stands.origin.division, stands.index))) { (look.say("看签名原文", "the signed original")) }
        }
        (uncounted::mark(scene, &stands))
    }
}
