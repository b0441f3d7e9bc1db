//! 办结与结果: planned against actual, in days and in money, of what is reported finished; who verified it.

use std::cmp::Reverse;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use luodi_ledger::matter::codes::Status;
use luodi_ledger::matter::facts::Fen;
use luodi_ledger::matter::view::View;
use maud::{Markup, html};
use serde::Serialize;

use super::{Frame, Listed, aside, place_asked};
use crate::board::Brief;
use crate::index::Case;
use crate::look::Look;
use crate::pages::phrase::{Scene, status_chip};
use crate::pages::rows::About;
use crate::site::Site;

/// One matter whose every promise is reported finished.
#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    about: About,
    /// The last day first promised, and the day the last was reported finished.
    planned: Option<String>,
    actual: Option<String>,
    /// The second minus the first.
    days_late: Option<i64>,
    /// All budgets as first given, and all costs as reported.
    planned_yuan: Option<String>,
    actual_yuan: Option<String>,
    verified: Option<String>,
    result_published: Option<String>,
}

impl Listed for Row {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "title",
        "place",
        "place_name",
        "status",
        "status_word",
        "planned",
        "actual",
        "days_late",
        "planned_yuan",
        "actual_yuan",
        "verified",
        "result_published",
    ];
}

pub(crate) async fn results(State(site): State<Arc<Site>>, look: Look) -> Response {
    aside(site, look, answer).await
}

/// What was verified as done, the newest first; with `show=claimed` what waits for it.
fn answer(scene: Scene<'_>) -> Response {
    let look = scene.look;
    let place = place_asked(look);
    let of = |status: Status| scene.snapshot.briefs(place).filter(move |brief| brief.status == status);
    let choices = [(Status::Done, ""), (Status::Claimed, "claimed")]
        .map(|(status, value)| (value, scene.label(&status), of(status).count()))
        .to_vec();
    let wanted = if look.field("show") == Some("claimed") { Status::Claimed } else { Status::Done };
    let frame = Frame {
        path: "/results",
        title: ("结果：说的与做的", "Results: promised and done"),
        about: (
            "说好哪天办完、花多少钱，实际哪天办完、花了多少。天数从第一次说的日子算。",
            "The day and the money first promised beside the day and the money it took. Days count from the first day promised.",
        ),
        empty: ("还没有。", "None yet."),
        choices,
    };
    let key = |brief: &Brief| (Reverse(brief.finished), brief.id);
    frame.of_matters(scene, of(wanted).collect(), key, |case| row(scene, case), |row, case| item(scene, row, case))
}

/// All amounts together; none where one is missing, for a part would pass for the whole.
fn sum(amounts: impl Iterator<Item = Option<Fen>>) -> Option<Fen> {
    let all: Option<Vec<u64>> = amounts.map(|amount| amount.map(|amount| amount.0)).collect();
    all.filter(|all| !all.is_empty()).map(|all| Fen(all.into_iter().fold(0, u64::saturating_add)))
}

fn costs(view: &View) -> (Option<Fen>, Option<Fen>) {
    let cost = view.live().map(|commitment| commitment.completion.as_ref().and_then(|completion| completion.cost));
    (sum(view.live().map(|commitment| commitment.first_budget)), sum(cost))
}

fn row(scene: Scene<'_>, case: &Case) -> Row {
    let view = &case.view;
    let planned = view.live().map(|commitment| commitment.first_due).max();
    let actual = Brief::of(view).finished;
    let late = planned.zip(actual).map(|(planned, actual)| i64::from((actual - planned).get_days()));
    let (budget, cost) = costs(view);
    let verdicts = view.live().filter_map(|commitment| commitment.completion.as_ref()?.verdict.as_ref());
    let verified = verdicts.max_by_key(|verdict| verdict.date).filter(|_| view.status == Status::Done);
    let published = view.result.as_ref().and_then(|result| view.event(result)).map(|event| event.date.to_string());
    Row {
        about: About::of(scene, case),
        planned: planned.map(|date| date.to_string()),
        actual: actual.map(|date| date.to_string()),
        days_late: late,
        planned_yuan: budget.map(|fen| fen.to_string()),
        actual_yuan: cost.map(|fen| fen.to_string()),
        verified: verified.map(|verdict| verdict.date.to_string()),
        result_published: published,
    }
}

fn item(scene: Scene<'_>, row: &Row, case: &Case) -> Markup {
    let look = scene.look;
    let english = look.is_english();
    let date =
        |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok()).map_or_else(|| "—".to_owned(), |date| scene.date(date));
    let money = |amount: Option<Fen>| amount.map_or_else(|| "—".to_owned(), |amount| scene.money(amount));
    let (budget, cost) = costs(&case.view);
    let dates = html! {
        span.small {
            (look.say("说的 ", "promised ")) (date(&row.planned)) (look.say("，实际 ", ", actual ")) strong { (date(&row.actual)) }
            @match row.days_late {
                Some(days @ 1..) => { " · " span.fail { @if english { (days) " days later" } @else { "晚 " (days) " 天" } } },
                Some(0) => { " · " span.pass { (look.say("当天", "on the day")) } },
                Some(days) => { " · " span.pass { @if english { (-days) " days early" } @else { "早 " (-days) " 天" } } },
                None => {},
            }
        }
    };
    let sums =
        html! { span.small { (look.say("预算 ", "budget ")) (money(budget)) (look.say("，实际 ", ", spent ")) strong { (money(cost)) } } };
    let beside = html! { @if row.verified.is_some() { (look.say(" · 核实 ", " · verified ")) (date(&row.verified)) } };
    row.about.row(scene, &status_chip(look, &case.view), &[dates, sums], &beside)
}
