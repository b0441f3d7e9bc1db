//! 县级看板: the indicators of a county with their formulas in words and the counts beside every share; by township; every cell opens to
//! its cases. And what the county signed, computed again.

mod cases;
mod signed;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use luodi_ledger::assessment::{Assessment, Figure, Measure, Row, wording};
use luodi_ledger::matter::calendar::Span;
use luodi_ledger::matter::codes::{CodeList as _, Every, IndicatorCode};
use luodi_ledger::names::{Division, Level};
use maud::{Markup, html};

use super::missing::absent;
use super::phrase::Scene;
use super::{layout, oversight};
use crate::assessed::{Claim, Figures, again, figures};
use crate::index::Snapshot;
use crate::look::Look;
use crate::site::Site;

pub(crate) use cases::cases;

pub(crate) async fn county(State(site): State<Arc<Site>>, Path(code): Path<String>, look: Look) -> Response {
    let snapshot = site.snapshot();
    let Some(code) = joined(&snapshot, &code) else {
        return absent(&site, &look, ("没有这个代码的县，或者它还没有加入", "There is no county of this code, or it has not joined"));
    };
    let period = period(&site, &look);
    let Some(found) = figures(&snapshot, code, period).await else { return being_computed(&site, &look, code) };
    let scene = Scene { site: &site, snapshot: &snapshot, look: &look };
    let signed = signed::newest(scene, code);
    let claims: Vec<Claim> = signed.iter().map(|(stands, facts)| signed::claim(*stands, facts)).collect();
    let again = again(&snapshot, &claims).await;
    let signed = signed::assessments(scene, &signed, &again);
    page(scene, &found, &signed).into_response()
}

/// A county, or a place above one, that keeps a log or stands above one.
fn joined(snapshot: &Snapshot, code: &str) -> Option<Division> {
    code.parse().ok().filter(|code: &Division| code.level() <= Level::County && snapshot.joined_below(*code) > 0)
}

/// The period asked for; this year where none is, or none that reads.
fn period(site: &Site, look: &Look) -> Span {
    look.field("period").and_then(|text| text.parse().ok()).unwrap_or_else(|| Span::around(site.today(), Every::Year))
}

/// Said where the figures of a county take longer than a page waits; the page asks again by itself.
fn being_computed(site: &Site, look: &Look, code: Division) -> Response {
    let title = look.say("正在计算", "Being computed");
    let main = html! {
        section.card {
            h1 { (title) }
            p { (look.say(
                "这个县的记录很多，指标正在从签过名的记录里算出来。几秒钟以后本页会自己再看一次，也可以过一会儿再打开。",
                "This county has many records, and its figures are being computed from what was signed. This page looks again in a few seconds; or come back later.",
            )) }
            p.noprint {
                a.button href=(look.with("", "")) { (look.say("现在再看", "Look again")) }
                a.button href=(look.to(&format!("/place/{code}"))) { (look.say("地方页", "The place")) }
            }
        }
    };
    let headers = [(header::RETRY_AFTER, "5"), (header::HeaderName::from_static("refresh"), "5")];
    (StatusCode::SERVICE_UNAVAILABLE, headers, layout::page(site, look, title, Some(code), &main)).into_response()
}

fn page(scene: Scene<'_>, found: &Figures, signed: &Markup) -> Markup {
    let (look, assessment) = (scene.look, found.assessment.as_ref());
    let code = assessment.county;
    let title = format!("{} {}", scene.place(code), look.say("看板", "figures"));
    let scored = |wanted: bool| assessment.figures.iter().filter(move |figure| figure.indicator.is_scored() == wanted);
    let main = html! {
        (layout::crumbs(scene, code))
        section.card {
            h1 { (title) " " span.quiet { (scene.period(assessment.period)) } }
            p { (look.say(
                "只按签过名的记录计算，谁都可以重算。每个比例旁边写着件数，点开是清单；不到 5 件的不给比例。",
                "Computed from signed records alone, by anyone. Counts stand beside every share and open to their cases; no share is given of fewer than 5.",
            )) }
            @if !found.is_newest {
                p.tag { @if look.is_english() { "As of " (scene.moment(assessment.as_of)) "; newer records are being taken in." }
                    @else { "这里算到 " (scene.moment(assessment.as_of)) "，之后的新记录正在算进来。" } }
            }
            (periods(scene))
            p.noprint {
                a.button href=(look.to(&format!("/place/{code}"))) { (look.say("地方页", "The place")) }
                a.button href=(look.to(&format!("/county/{code}/oversight"))) { (look.say("督查·整改·通报 ", "Orders, evaluations, circulars ")) (oversight::pointer(scene, code).map_or(0, |(count, _)| count)) }
                a.button href=(look.to(&format!("/catalogue/{code}"))) { (look.say("协商事项清单", "What is to be consulted")) }
            }
        }
        section.card {
            h2 { (look.say("考核指标", "Scored")) }
            dl.figures { @for figure in scored(true) { (indicator(scene, assessment, figure)) } }
        }
        section.card {
            h2 { (look.pick(wording::NEVER_SCORED)) }
            p.small.quiet { (look.say("给这些打分，等于罚说实话的人。", "Scoring these would punish honesty.")) }
            dl.figures { @for figure in scored(false) { (indicator(scene, assessment, figure)) } }
        }
        (by_place(scene, assessment, &assessment.townships, look.say("按乡镇(街道)", "By township")))
        (by_place(scene, assessment, &assessment.communities, look.say("按村、社区", "By community")))
        (signed)
    };
    layout::page(scene.site, look, &title, Some(code), &main)
}

fn periods(scene: Scene<'_>) -> Markup {
    let look = scene.look;
    let today = scene.site.today();
    let before = |every: Every| Span::around(Span::around(today, every).from.yesterday().unwrap_or(today), every);
    let choices = [Span::around(today, Every::Year), Span::around(today, Every::Quarter), before(Every::Quarter), before(Every::Year)];
    let chosen = period(scene.site, look);
    html! {
        p.small.noprint { @for span in choices {
            a.tag href=(look.with("period", &span.to_string())) aria-current=[(span == chosen).then_some("true")] { (scene.period(span)) }
        } }
    }
}

fn indicator(scene: Scene<'_>, assessment: &Assessment, figure: &Figure) -> Markup {
    let look = scene.look;
    let link = |states: &str| cases::link(scene, assessment, figure.indicator, None, states);
    html! { div {
        dt { (scene.label(&figure.indicator)) }
        dd {
            (value(scene, figure)) " "
            span.small {
                a href=(link("had")) { (figure.had) }
                @if let Some(of) = figure.of { " / " a href=(link("had,not")) { (of) } }
                @if figure.left_out > 0 { " · " a.quiet href=(link("pending,not-judged,advisory")) { (look.say("不计入 ", "left out ")) (figure.left_out) } }
            }
            details.small.quiet { summary { (look.say("怎么算的", "How it is computed")) } (look.pick(figure.indicator.formula())) }
        }
    } }
}

/// The figure as people read it.
fn value(scene: Scene<'_>, figure: &Figure) -> Markup {
    let look = scene.look;
    let few = || html! { span.quiet.small { (scene.label(&wording::too_few())) } };
    match figure.indicator.measure() {
        Measure::Share => figure.percent().map_or_else(few, |share| html! { b { (share) } }),
        Measure::Median => figure.median().map_or_else(few, |days| html! { b { (days) (look.say(" 天", " days")) } }),
        Measure::Count | Measure::Distinct => html! { b { (figure.had) } },
    }
}

/// The scored figures of each place, each cell a link to its cases.
fn by_place(scene: Scene<'_>, assessment: &Assessment, rows: &[Row], heading: &str) -> Markup {
    let look = scene.look;
    let shown: Vec<IndicatorCode> = IndicatorCode::ALL.iter().copied().filter(|code| code.is_scored()).collect();
    let (first, more) = rows.split_at(rows.len().min(MOST_PLACES));
    html! {
        @if !rows.is_empty() {
            section.card {
                h2 { (heading) " " span.quiet { (rows.len()) } }
                div.scroll tabindex="0" role="region" aria-label=(heading) { table.small {
                    thead { tr { th { (look.say("地方", "Place")) } @for code in &shown { th { (scene.label(code)) } } } }
                    tbody { @for row in first { tr {
                        th { a href=(look.to(&format!("/place/{}", row.place))) { (scene.place(row.place)) } }
                        @for code in &shown { td { @if let Some(figure) = row.figures.iter().find(|figure| figure.indicator == *code) { (cell(scene, assessment, row.place, figure)) } } }
                    } } }
                } }
                @if !more.is_empty() { p.quiet { (look.say("其余的看各自的上级或下载清单。", "The others stand with their townships and in the lists to download.")) } }
            }
        }
    }
}

/// Most places in one table, about 30 KB; a county has some twenty townships.
const MOST_PLACES: usize = 30;

fn cell(scene: Scene<'_>, assessment: &Assessment, place: Division, figure: &Figure) -> Markup {
    let counted = match figure.of {
        Some(of) => format!("{}/{of}", figure.had),
        None => figure.had.to_string(),
    };
    let share = figure.percent().or_else(|| figure.median().map(|days| format!("{days}{}", scene.look.say(" 天", " d"))));
    let any = figure.had > 0 || figure.of.is_some_and(|of| of > 0);
    html! {
        @if let Some(share) = share { b { (share) } br; }
        @if any { a href=(cases::link(scene, assessment, figure.indicator, Some(place), "had,not")) { (counted) } } @else { span.quiet { "—" } }
    }
}
