//! 落实: milestones planned and reached, money planned and paid, problems on the way.

use luodi_ledger::matter::view::Commitment;
use maud::{Markup, html};

use super::said;
use crate::index::Case;
use crate::pages::icons;
use crate::pages::phrase::Scene;

/// Milestones and problems; nothing where there is neither.
pub(super) fn carried_out(scene: Scene<'_>, case: &Case) -> Markup {
    let (look, view) = (scene.look, &case.view);
    let planned: Vec<&Commitment> = view.live().filter(|commitment| !commitment.milestones.is_empty()).collect();
    if planned.is_empty() && view.problems.is_empty() {
        return html! {};
    }
    html! {
        section.card id="work" {
            h2 { (look.say("落实", "Carrying it out")) }
            @for commitment in planned { (milestones(scene, case, commitment)) }
            @for problem in &view.problems {
                p {
                    @if problem.open { span.fail { (look.say("未解决的问题", "Open problem")) } } @else { span.pass { (look.say("已处理的问题", "Settled problem")) } }
                    " " span.quiet.small { (scene.offices(&problem.by, view.place)) }
                    @if let Some(text) = said(scene, case, Some(&problem.on), |words| words.text.clone()) { br; (text) }
                }
            }
        }
    }
}

fn milestones(scene: Scene<'_>, case: &Case, commitment: &Commitment) -> Markup {
    let look = scene.look;
    let plans = [commitment.plan.as_ref(), Some(&commitment.made)];
    html! {
        ul.rows {
            @for each in &commitment.milestones {
                @let name = plans.into_iter().find_map(|plan| said(scene, case, plan, |words| words.milestones.get(&each.milestone.id).cloned()));
                li {
                    @if each.reached.is_some() { span.pass { (icons::done()) } } @else { span.quiet { (icons::stopped()) } }
                    " " (name.unwrap_or_else(|| each.milestone.id.to_string())) " "
                    span.quiet.small {
                        @if let Some(due) = each.milestone.due { (look.say("计划 ", "planned ")) (scene.date(due)) }
                        @if let Some(reached) = each.reached { (look.say(" · 到达 ", " · reached ")) (scene.date(reached)) }
                    }
                }
            }
        }
    }
}
