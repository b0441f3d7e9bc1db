//! 不算数: why a statement counts nowhere, in the same words on every page. It stays visible: void, taken back by its own office, or without
//! effect on its matter.
//!
//! Out of scope: deciding it; the registry, the withdrawals and the fold of its matter do.

use luodi_ledger::matter::Reference;
use luodi_ledger::matter::codes::Irregular;
use luodi_ledger::matter::view::{Effect, Event};
use maud::{Markup, html};

use super::matter::entry_path;
use super::phrase::Scene;
use crate::spoken::Stands;

/// Why it counts nowhere.
pub(super) struct Why<'a> {
    /// In a few words.
    pub(super) word: String,
    /// The statement that took it back.
    by: Option<&'a Reference>,
}

/// Why a statement counts nowhere; none where it counts.
pub(super) fn why<'a>(scene: Scene<'a>, stands: &Stands<'a>) -> Option<Why<'a>> {
    if let Err(denied) = &stands.held.judged {
        return Some(Why { word: scene.label(&denied.why()), by: None });
    }
    let taken_back = stands.withdrawn.map(|by| Why { word: scene.label(&Irregular::Withdrawn), by: Some(by) });
    taken_back.or_else(|| {
        let case = scene.snapshot.case(&stands.statement.matter?)?;
        of_event(scene, case.view.event(&stands.reference()?)?)
    })
}

/// The same of a statement of a matter.
pub(super) fn of_event<'a>(scene: Scene<'_>, event: &'a Event) -> Option<Why<'a>> {
    let word = match event.effect {
        Effect::Counted => return None,
        Effect::Void(why) => scene.label(&why),
        Effect::Irregular(why) => scene.label(&why),
    };
    Some(Why { word, by: event.withdrawn_by() })
}

/// The words beside a statement that counts nowhere; nothing beside one that counts.
pub(super) fn mark<'a>(scene: Scene<'a>, stands: &Stands<'a>) -> Markup {
    html! { @if let Some(why) = why(scene, stands) { (why.mark(scene)) } }
}

impl Why<'_> {
    /// Of a statement that refers to what it has no say in, or to nothing.
    pub(super) fn irregular(scene: Scene<'_>, why: Irregular) -> Self {
        Self { word: scene.label(&why), by: None }
    }

    /// The words beside the statement.
    pub(super) fn mark(&self, scene: Scene<'_>) -> Markup {
        let look = scene.look;
        html! {
            " " span.fail.small { (look.say("不算数：", "Does not count: ")) (self.word) }
            @if let Some(by) = self.by { " " a.quiet.small href=(look.to(&entry_path(by))) { (look.say("撤回的那一条", "the statement that took it back")) } }
        }
    }
}
