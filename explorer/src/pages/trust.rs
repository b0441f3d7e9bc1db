//! 可信: what was checked, in one sentence of plain words; and the warning where two versions of a record exist.
//!
//! Wording: 核对 is for signatures and copies, 核实 for work, 见证 for heads that others cosigned.

use std::collections::{BTreeMap, BTreeSet};

use luodi_ledger::hash::Blake3;
use luodi_ledger::matter::view::View;
use luodi_ledger::names::{Division, Origin};
use maud::{Markup, html};

use super::phrase::Scene;
use crate::source::HeldEvidence;

/// What is known of the logs a matter stands in.
struct Footing {
    /// Statements whose signatures are good and by offices that may say this.
    good: usize,
    /// Statements that count nowhere.
    void: usize,
    /// Statements under a head that met its quorum.
    witnessed: usize,
    /// Divisions whose witnesses cosigned every one of those heads.
    witnesses: BTreeSet<Division>,
    /// How many witnesses cosigned any of those heads.
    any_witness: usize,
    /// Whether some log asks for no witness.
    nobody_asked: bool,
    /// Sources whose copies of all these logs were read and are the same.
    agreeing: usize,
    /// Whether some source shows something else.
    contradicted: bool,
}

fn footing(scene: Scene<'_>, view: &View) -> Footing {
    let holdings = &scene.snapshot.holdings;
    let origins: BTreeSet<&Origin> = view.timeline.iter().map(|event| &event.reference.log).collect();
    let logs = || origins.iter().filter_map(|origin| holdings.logs().get(*origin));
    let last =
        |origin: &Origin| view.timeline.iter().filter(|event| event.reference.log == *origin).map(|event| event.reference.index).max();
    let covered = |origin: &Origin, index: u64| {
        holdings.logs().get(origin).and_then(|log| log.witnessed()).is_some_and(|(head, _)| index < head.size())
    };
    let by_log: Vec<BTreeSet<Division>> = logs()
        .filter_map(|log| log.witnessed())
        .map(|(_, by)| by.iter().filter_map(|key| witness_division(key.name())).collect())
        .collect();
    let agrees = |source: &usize| {
        origins.iter().all(|origin| {
            let copy = holdings.logs().get(*origin).and_then(|log| log.copies().get(source));
            copy.is_some_and(|copy| !copy.contradicts && last(origin).is_none_or(|last| copy.agrees_to > last))
        })
    };
    Footing {
        good: view.timeline.iter().filter(|event| event.standing.is_valid()).count(),
        void: view.timeline.iter().filter(|event| !event.standing.is_valid()).count(),
        witnessed: view.timeline.iter().filter(|event| covered(&event.reference.log, event.reference.index)).count(),
        any_witness: by_log.iter().flatten().collect::<BTreeSet<_>>().len(),
        witnesses: by_log.into_iter().reduce(|one, other| &one & &other).unwrap_or_default(),
        nobody_asked: logs().any(|log| log.nobody_asked()),
        agreeing: (0..scene.snapshot.sources.len()).filter(agrees).count(),
        contradicted: origins.iter().any(|origin| holdings.is_contradicted(origin)),
    }
}

/// The division in `<federation>/<division>/witness`.
pub(crate) fn witness_division(name: &str) -> Option<Division> {
    name.rsplit('/').nth(1)?.parse().ok()
}

/// One sentence.
pub(crate) fn sentence(scene: Scene<'_>, view: &View) -> String {
    let look = scene.look;
    let footing = footing(scene, view);
    if footing.contradicted {
        return look
            .say(
                "注意：这里的记录出现了两个不一致的版本，请看页首的警告。",
                "Caution: two versions of these records exist; see the warning at the top.",
            )
            .to_owned();
    }
    let names: Vec<String> = footing.witnesses.iter().take(2).map(|code| scene.place(*code)).collect();
    let more = footing.witnesses.len().saturating_sub(names.len());
    let waiting = view.timeline.len() - footing.witnessed;
    if look.is_english() {
        let mut text = format!("All {} signatures check out", footing.good);
        if footing.void > 0 {
            text = format!("{} statements are properly signed, {} do not count", footing.good, footing.void);
        }
        text += &match (names.is_empty(), more) {
            (true, _) if footing.nobody_asked => "; nobody else has checked them".to_owned(),
            // They stand in several record books, each with witnesses of its own.
            (true, _) if footing.any_witness > 0 => format!("; each record book is witnessed, by {} others in all", footing.any_witness),
            (true, _) => "; not yet witnessed by others".to_owned(),
            (false, 0) => format!("; witnessed by {}", names.join(" and ")),
            (false, more) => format!("; witnessed by {} and {more} more", names.join(", ")),
        };
        if waiting > 0 && footing.any_witness > 0 {
            text += &format!(" (the newest {waiting} not yet)");
        }
        return text
            + &format!("; the copies at {} of the {} places read here are the same.", footing.agreeing, scene.snapshot.sources.len());
    }
    let mut text = match footing.void {
        0 => format!("{} 份记录的签名都核对无误", footing.good),
        void => format!("{} 份记录签名无误，{void} 份不算数", footing.good),
    };
    text += &match (names.is_empty(), more) {
        (true, _) if footing.nobody_asked => "；没有别的单位核对过".to_owned(),
        (true, _) if footing.any_witness > 0 => format!("；各本记录分别由别处见证，共 {} 家", footing.any_witness),
        (true, _) => "；还没有别的单位见证".to_owned(),
        (false, 0) => format!("；{}已见证", names.join("、")),
        (false, more) => format!("；{}和另外 {more} 家已见证", names.join("、")),
    };
    if waiting > 0 && footing.any_witness > 0 {
        text += &format!("（最新 {waiting} 份正在等待）");
    }
    text + &format!("；本站读到的 {} 处中 {} 处保存的内容一致。", scene.snapshot.sources.len(), footing.agreeing)
}

/// The evidence to show first for each log: against the log itself rather than a witness of it, the least by id.
pub(crate) fn loudest(scene: Scene<'_>) -> BTreeMap<&Origin, (&Blake3, &HeldEvidence)> {
    let mut loudest: BTreeMap<&Origin, (&Blake3, &HeldEvidence)> = BTreeMap::new();
    for (id, held) in scene.snapshot.holdings.evidence() {
        let found = (id, held.as_ref());
        let first = loudest.entry(&held.origin).or_insert(found);
        if first.1.evidence.is_against_witness() && !held.evidence.is_against_witness() {
            *first = found;
        }
    }
    loudest
}

/// A loud band where the records of a place, or of one above that speaks of it, contradict each other.
pub(crate) fn fork_warning(scene: Scene<'_>, place: Division) -> Markup {
    let look = scene.look;
    let found = loudest(scene).into_values().find(|(_, held)| scene.snapshot.has_lain_within(place, held.origin.division));
    html! {
        @if let Some((id, held)) = found {
            div.loud role="alert" {
                b { (look.say("记录出现了两个不一致的版本：", "Two versions of the records exist: ")) (scene.place(held.origin.division)) }
                p { a href=(look.to(&format!("/evidence/{id}"))) { (look.say("两个版本并排查看", "See both side by side")) } }
            }
        }
    }
}
