//! 来源: the public reports that words were written from, and what in them stands in no report.
//!
//! Addresses are shown and are no links: a page of a closed network sends nobody out, and a report may move or be copied.

use luodi_ledger::matter::words::{Source, Words};
use maud::{Markup, html};

use super::phrase::Scene;

/// A card of its own; nothing where the words tell no source.
pub(super) fn card(scene: Scene<'_>, words: Option<&Words>) -> Markup {
    html! {
        @if let Some(source) = told(scene, words) {
            section.card id="source" {
                h2 { (title(scene)) }
                (lines(scene, &source))
            }
        }
    }
}

/// The way to the card, for where it stands far below.
pub(super) fn pointer(scene: Scene<'_>, words: Option<&Words>) -> Markup {
    html! {
        @if told(scene, words).is_some() {
            p.small { a href="#source" { (title(scene)) (scene.look.say("：哪些是公开的事实，哪些是编排的", ": what is public, what is arranged")) } }
        }
    }
}

/// Folded away beside a line that has its own heading.
pub(super) fn folded(scene: Scene<'_>, words: Option<&Words>) -> Markup {
    html! {
        @if let Some(source) = told(scene, words) {
            details.source { summary { (title(scene)) } (lines(scene, &source)) }
        }
    }
}

fn told(scene: Scene<'_>, words: Option<&Words>) -> Option<Source> {
    scene.in_language(words?, |words| words.source.clone())
}

fn title(scene: Scene<'_>) -> &'static str {
    if scene.site.settings().staged {
        scene.look.say("按公开报道编写的示例", "A sample written from public reports")
    } else {
        scene.look.say("按公开报道编写", "Written from public reports")
    }
}

fn lines(scene: Scene<'_>, source: &Source) -> Markup {
    let look = scene.look;
    html! {
        p { b { (look.say("公开的事实：", "Public facts: ")) } (source.facts) }
        @if let Some(arranged) = &source.arranged { p { b { (look.say("编排的：", "Arranged: ")) } (arranged) } }
        @if !source.at.is_empty() {
            p.small.quiet { (look.say("出处：", "From: ")) @for at in &source.at { br; span.address { (at) } } }
        }
    }
}
