//! Whether counts pass: recomputed from the counts by the rule pack; the signer's word is not taken.

use crate::matter::codes::Unit;
use crate::matter::facts::Tally;
use crate::matter::pack::{CountRule, StepRule};
use crate::matter::view::{Judged, TallyView, Test};

/// The options that every vote on a yes-or-no question counts.
const YES_OR_NO: [&str; 3] = ["for", "against", "abstain"];

/// Judges each tally of a step; `advisory` where the rules were not in force on its day.
pub(super) fn judge(tallies: &[Tally], rules: &[CountRule], advisory: bool) -> Vec<TallyView> {
    let judged = |tally: &Tally| {
        let unit: Unit = tally.unit.known()?;
        rules.iter().find(|rule| rule.unit == unit).map(|rule| judge_one(tally, rule, advisory))
    };
    tallies.iter().map(|tally| TallyView { judged: judged(tally), tally: tally.clone() }).collect()
}

/// Whether the step passes: every tally that a rule judges has to; where the step asks for every unit, none of them may be missing.
pub(super) fn passed(tallies: &[TallyView], rule: Option<&StepRule>) -> Option<bool> {
    let judged: Vec<Option<bool>> = tallies.iter().filter_map(|tally| tally.judged.as_ref()).map(|judged| judged.passed).collect();
    if judged.contains(&Some(false)) {
        return Some(false);
    }
    let told = |count: &CountRule| tallies.iter().any(|tally| tally.tally.unit.known() == Some(count.unit));
    let complete = rule.is_none_or(|rule| !rule.every_unit || rule.counts.iter().all(told));
    (complete && !judged.is_empty() && judged.iter().all(Option::is_some)).then_some(true)
}

fn judge_one(tally: &Tally, rule: &CountRule, advisory: bool) -> Judged {
    let test = |wanted, had, of| Test { wanted, had, of, met: crate::matter::pack::Share::is_met(wanted, had, of) };
    let quorum = rule.quorum.map(|wanted| test(wanted, tally.present, tally.due));
    // Votes on several options have no "for": no rule here judges them.
    let majority = rule.majority.zip(tally.votes("for")).map(|(wanted, votes)| test(wanted, votes, tally.present));
    let consistent = is_consistent(tally);
    let fails = !consistent || quorum.is_some_and(|test| !test.met) || majority.is_some_and(|test| !test.met);
    let complete = rule.majority.is_none() || majority.is_some();
    let passed = if fails { Some(false) } else { complete.then_some(true) };
    Judged { quorum, majority, consistent, passed, article: rule.article.clone(), advisory }
}

/// Whether the counts can be true: not more present than due, not more yes-or-no votes than present.
fn is_consistent(tally: &Tally) -> bool {
    let votes = tally.options.iter().filter(|option| YES_OR_NO.contains(&option.code.as_str()));
    let cast = votes.map(|option| u128::from(option.count)).sum::<u128>();
    tally.present <= tally.due && cast <= u128::from(tally.present)
}
