//! Which office may say what, and in which log (DOMAIN §1, §2).
//!
//! Out of scope: which key speaks for an office, and that every signer lies within the log's division (the registry decides both); whether
//! an office is *this* matter's convener or *this* commitment's reporter, which only the fold can know.
//!
//! Invariant: what supervisors find counts alike from the home log and from any log above it, so a home node that refuses them silences
//! nobody.

use super::barred::Barred;
use super::codes::{About, KindCode};
use super::facts::Said;
use crate::names::{Division, Level, Office, OfficeName};
use crate::statement::{Kind, Statement};

/// Whether the signers of a statement may say it, in the log it is meant for. One signer must be entitled; others countersign, and any
/// office but a node may. `is_within(a, b)` tells whether division `a` is `b` or lies below it.
pub fn may_sign(statement: &Statement, is_within: impl Fn(Division, Division) -> bool) -> Result<(), Barred> {
    let Ok(kind) = statement.kind.as_str().parse::<KindCode>() else { return Ok(()) };
    let log = statement.log.division;
    let home = match (kind.about(), statement.matter) {
        (About::Registry, _) => return Ok(()),
        (About::Matter, None) => return Err(Barred::NoMatter),
        (About::Division | About::Logs, Some(_)) => return Err(Barred::Matter),
        (About::Matter | About::Statement, Some(matter)) => matter.division,
        (About::Division | About::Logs, None) => log,
        (About::Statement, None) => match Said::read(&statement.kind, &statement.facts) {
            Ok(said) => home_of(&said, log),
            Err(_) => return Err(Barred::Facts),
        },
    };
    if kind == KindCode::Answer && statement.matter.is_none() && !is_asked_from_above(statement, &is_within) {
        return Err(Barred::NotAsked);
    }
    let place = Place { log, home };
    if place.log != place.home && !is_within(place.home, place.log) {
        return Err(Barred::BesideTheLine);
    }
    if kind.about() == About::Logs {
        let by_own_node = statement.by.iter().all(|by| by.is(Office::NODE) && by.division == log);
        return if by_own_node { Ok(()) } else { Err(Barred::Kind(kind)) };
    }
    if statement.by.iter().any(|by| by.is(Office::NODE)) {
        return Err(Barred::Node);
    }
    if kind == KindCode::Circular
        && let Ok(Said::Circular(circular)) = Said::read(&statement.kind, &statement.facts)
        && circular.places.iter().any(|named| *named == log || !is_within(*named, log))
    {
        return Err(Barred::Places);
    }
    let together = kind == KindCode::Redaction && place.are_office_and_supervisors(&statement.by);
    if together || statement.by.iter().any(|by| place.entitles(kind, by, &is_within)) { Ok(()) } else { Err(Barred::Kind(kind)) }
}

/// Whom a statement concerns that names no matter: the office it addresses, the first place it names, who answers in their own log, or whose
/// log its target stands in.
fn home_of(said: &Said, log: Division) -> Division {
    match said {
        Said::Rectification(order) => order.office.and_then(|office| office.division).unwrap_or(log),
        Said::Circular(circular) => circular.places.first().copied().unwrap_or(log),
        Said::Answer(_) => log,
        _ => said.target().map_or(log, |target| target.log.division),
    }
}

/// Whether what an answer without a matter answers stands in a log above the one it is for: only those above speak to a place of no matter.
/// Whether they asked *this* office only their reader knows.
fn is_asked_from_above(answer: &Statement, is_within: &impl Fn(Division, Division) -> bool) -> bool {
    let log = answer.log.division;
    let asked = Said::read(&answer.kind, &answer.facts).ok().and_then(|said| Some(said.target()?.log.division));
    asked.is_some_and(|asked| asked != log && is_within(log, asked))
}

/// Whether one office, signing alone, may say `kind` of a matter of division `home` in the log of division `log`.
pub fn may_say(kind: &Kind, by: &OfficeName, log: Division, home: Division, is_within: impl Fn(Division, Division) -> bool) -> bool {
    let place = Place { log, home };
    let on_the_line = log == home || is_within(home, log);
    kind.as_str().parse().is_ok_and(|kind| on_the_line && !by.is(Office::NODE) && place.entitles(kind, by, &is_within))
}

/// Whether an office may convene (召集) matters of its division.
pub(super) fn may_convene(by: &OfficeName) -> bool {
    match by.division.level() {
        Level::Community => ["committee", "owners", "collective"].iter().any(|office| by.is(office)),
        _ => by.is(Office::GOVERNMENT),
    }
}

/// Whether an office verifies what is done in a matter of division `home`: its supervisors; above the community, an office above.
pub(super) fn may_verify(by: &OfficeName, home: Division) -> bool {
    match home.level() {
        Level::Community => is_supervisor(by, home),
        _ => by.division != home && oversees(by),
    }
}

/// Whether it is the supervisory committee of `home`.
pub(super) fn is_supervisor(by: &OfficeName, home: Division) -> bool {
    by.division == home && by.is(Office::SUPERVISORS)
}

/// Whether it is the civil affairs office of a county, or of a city or province.
fn is_county_department(by: &OfficeName) -> bool {
    by.division.level() <= Level::County && by.is(Office::CIVIL_AFFAIRS)
}

pub(super) fn oversees(by: &OfficeName) -> bool {
    by.is(Office::GOVERNMENT) || by.is(Office::CIVIL_AFFAIRS)
}

/// Where a statement stands, and where its matter belongs.
#[derive(Clone, Copy)]
struct Place {
    log: Division,
    home: Division,
}

impl Place {
    fn entitles(self, kind: KindCode, by: &OfficeName, is_within: &impl Fn(Division, Division) -> bool) -> bool {
        let at_home = self.log == self.home && by.division == self.home;
        let convener = at_home && may_convene(by);
        let supervisors = is_supervisor(by, self.home);
        // An office above speaks in its own log.
        let above = by.division != self.home && by.division == self.log && is_within(self.home, by.division);
        match kind {
            KindCode::Topic | KindCode::Outcome | KindCode::Reopen | KindCode::Result | KindCode::Termination => convener,
            KindCode::Step => at_home && !supervisors,
            KindCode::Plan | KindCode::Progress | KindCode::Completion => (at_home && !supervisors) || above,
            KindCode::Answer => at_home || (above && oversees(by)),
            KindCode::Problem => convener || supervisors,
            KindCode::Objection | KindCode::Feedback => convener || supervisors || (above && oversees(by)),
            KindCode::Verification => may_verify(by, self.home) && (supervisors || above),
            KindCode::Evaluation | KindCode::Rectification | KindCode::Circular | KindCode::Redaction => above && oversees(by),
            // The log is the home's or above it, and the registry holds every signer to the log's division.
            KindCode::Countersign => true,
            // Whose the target is only its reader knows.
            KindCode::Correction | KindCode::Void => by.division == self.home || by.division == self.log,
            KindCode::Rules => at_home && by.division.level() < Level::Community && oversees(by),
            KindCode::Catalogue => at_home && (is_county_department(by) || may_convene(by) && by.is(Office::COMMITTEE)),
            KindCode::Assessment => at_home && is_county_department(by),
            // A node's kinds and the registry's are judged elsewhere.
            KindCode::Evidence
            | KindCode::Anchor
            | KindCode::Observation
            | KindCode::Charter
            | KindCode::Appoint
            | KindCode::Revoke
            | KindCode::Division => false,
        }
    }

    /// Whether an office of the home division signs together with its supervisors.
    fn are_office_and_supervisors(self, by: &[OfficeName]) -> bool {
        let of_home = |by: &&OfficeName| by.division == self.home;
        by.iter().any(|by| is_supervisor(by, self.home)) && by.iter().filter(of_home).any(|by| !is_supervisor(by, self.home))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standing::Void;

    const VILLAGE: &str = "990101101201";
    const TOWNSHIP: &str = "990101101000";
    const COUNTY: &str = "990101000000";

    fn says(kind: &str, division: &str, office: &str, log: &str, home: &str) -> bool {
        let by = format!("a.example/{division}/{office}").parse().unwrap();
        may_say(&kind.parse().unwrap(), &by, log.parse().unwrap(), home.parse().unwrap(), Division::is_within)
    }

    #[test]
    fn a_committee_convenes_at_home_and_nowhere_else() {
        for kind in ["topic", "outcome", "reopen", "result", "termination"] {
            assert!(says(kind, VILLAGE, "committee", VILLAGE, VILLAGE), "{kind}");
            assert!(!says(kind, VILLAGE, "committee", TOWNSHIP, VILLAGE), "{kind}");
            assert!(!says(kind, VILLAGE, "supervisors", VILLAGE, VILLAGE), "{kind}");
            assert!(!says(kind, TOWNSHIP, "government", TOWNSHIP, VILLAGE), "{kind}");
            assert!(says(kind, TOWNSHIP, "government", TOWNSHIP, TOWNSHIP), "{kind}");
        }
    }

    #[test]
    fn supervisors_are_heard_in_every_log_above() {
        for kind in ["verification", "objection", "problem", "feedback"] {
            for log in [VILLAGE, TOWNSHIP, COUNTY] {
                assert!(says(kind, VILLAGE, "supervisors", log, VILLAGE), "{kind} in {log}");
            }
            assert!(!says(kind, "990101101202", "supervisors", TOWNSHIP, VILLAGE), "{kind} by the next village");
        }
    }

    #[test]
    fn above_the_community_an_office_above_verifies() {
        assert!(says("verification", COUNTY, "civil-affairs", COUNTY, TOWNSHIP));
        assert!(!says("verification", TOWNSHIP, "government", TOWNSHIP, TOWNSHIP));
        assert!(!says("verification", TOWNSHIP, "government", TOWNSHIP, VILLAGE));
        assert!(!says("verification", VILLAGE, "committee", VILLAGE, VILLAGE));
    }

    #[test]
    fn a_log_beside_the_line_is_refused() {
        assert!(!says("verification", VILLAGE, "supervisors", "990101102000", VILLAGE));
        assert!(!says("progress", TOWNSHIP, "government", COUNTY, VILLAGE));
        assert!(says("progress", TOWNSHIP, "government", TOWNSHIP, VILLAGE));
    }

    fn statement(kind: &str, by: &[&str], log: &str, matter: Option<&str>) -> Statement {
        Statement {
            log: format!("a.example/log/{log}/1").parse().unwrap(),
            by: by.iter().map(|by| format!("a.example/{by}").parse().unwrap()).collect(),
            kind: kind.parse().unwrap(),
            matter: matter.map(|home| format!("{home}-2026-0001").parse().unwrap()),
            time: "2026-06-01T00:00:00Z".parse().unwrap(),
            facts: crate::facts::Facts::empty(),
            body: None,
        }
    }

    #[test]
    fn those_above_look_into_a_matter_from_their_own_log() {
        for kind in ["evaluation", "rectification", "circular", "redaction"] {
            for (division, office) in [(TOWNSHIP, "government"), (COUNTY, "civil-affairs")] {
                assert!(says(kind, division, office, division, VILLAGE), "{kind} by {office}");
                assert!(!says(kind, division, office, division, division), "{kind} of its own");
            }
            assert!(!says(kind, VILLAGE, "committee", VILLAGE, VILLAGE), "{kind}");
            assert!(!says(kind, TOWNSHIP, "party", TOWNSHIP, VILLAGE), "{kind}");
        }
    }

    #[test]
    fn a_division_speaks_for_itself() {
        for (kind, division, office, may) in [
            ("rules", COUNTY, "civil-affairs", true),
            ("rules", TOWNSHIP, "government", true),
            ("rules", VILLAGE, "committee", false),
            ("catalogue", COUNTY, "civil-affairs", true),
            ("catalogue", VILLAGE, "committee", true),
            ("catalogue", VILLAGE, "supervisors", false),
            ("catalogue", TOWNSHIP, "government", false),
            ("assessment", COUNTY, "civil-affairs", true),
            ("assessment", COUNTY, "government", false),
            ("assessment", TOWNSHIP, "civil-affairs", false),
            ("evidence", COUNTY, "government", false),
        ] {
            assert_eq!(says(kind, division, office, division, division), may, "{kind} by {office} of {division}");
        }
        assert!(!says("rules", COUNTY, "civil-affairs", COUNTY, VILLAGE));
    }

    #[test]
    fn who_is_concerned_is_told_by_the_facts_where_no_matter_is_named() {
        let ask = |kind: &str, by: &[&str], log: &str, facts: serde_json::Value| {
            let facts = crate::facts::Facts::of(&facts).unwrap();
            may_sign(&Statement { facts, ..statement(kind, by, log, None) }, Division::is_within).map_err(Barred::why)
        };
        let (county, township) = (format!("{COUNTY}/civil-affairs"), format!("{TOWNSHIP}/government"));
        let circular = |place: &str| serde_json::json!({"ground": "slow-progress", "places": [place], "to": "public"});
        assert_eq!(ask("circular", &[&county], COUNTY, circular(VILLAGE)), Ok(()));
        assert_eq!(ask("circular", &[&county], COUNTY, circular(COUNTY)), Err(Void::WrongOffice));
        assert_eq!(ask("circular", &[&county], COUNTY, circular("990102101201")), Err(Void::WrongOffice));
        let order = |office: &str| serde_json::json!({"action": "order", "deadline": "2026-07-01", "office": office});
        assert_eq!(ask("rectification", &[&township], TOWNSHIP, order("990101101201/committee")), Ok(()));
        assert_eq!(ask("rectification", &[&township], TOWNSHIP, order("990101000000/government")), Err(Void::WrongOffice));
        assert_eq!(ask("rectification", &[&township], TOWNSHIP, serde_json::json!({})), Err(Void::Malformed));

        let answer = |log: &str| {
            let target =
                serde_json::json!({"id": crate::hash::Blake3::of(b"").to_string(), "index": 1, "log": format!("a.example/log/{log}/1")});
            serde_json::json!({"finding": "upheld", "target": target})
        };
        for office in ["committee", "party", "supervisors"].map(|office| format!("{VILLAGE}/{office}")) {
            assert_eq!(ask("answer", &[&office], VILLAGE, answer(COUNTY)), Ok(()), "{office} may be whom the county asked");
        }
        let committee = format!("{VILLAGE}/committee");
        assert_eq!(ask("answer", &[&committee], VILLAGE, answer(VILLAGE)), Err(Void::WrongOffice), "nobody above asked");
        assert_eq!(ask("answer", &[&committee], VILLAGE, answer("990102000000")), Err(Void::WrongOffice), "not of this line");
        assert_eq!(ask("answer", &[&committee], TOWNSHIP, answer(COUNTY)), Err(Void::WrongOffice), "not in its own log");
        assert_eq!(ask("answer", &[&committee], VILLAGE, serde_json::json!({})), Err(Void::Malformed));

        let redaction = serde_json::json!({
            "ground": "personal-data", "hashes": [crate::hash::Blake3::of(b"").to_string()],
            "target": {"id": crate::hash::Blake3::of(b"").to_string(), "index": 1, "log": format!("a.example/log/{VILLAGE}/1")}
        });
        let [committee, supervisors] = ["committee", "supervisors"].map(|office| format!("{VILLAGE}/{office}"));
        assert_eq!(ask("redaction", &[&committee, &supervisors], VILLAGE, redaction.clone()), Ok(()));
        assert_eq!(ask("redaction", &[&committee, &supervisors], TOWNSHIP, redaction.clone()), Ok(()));
        assert_eq!(ask("redaction", &[&committee], VILLAGE, redaction.clone()), Err(Void::WrongOffice));
        assert_eq!(ask("redaction", &[&supervisors], VILLAGE, redaction.clone()), Err(Void::WrongOffice));
        assert_eq!(ask("redaction", &[&township], TOWNSHIP, redaction), Ok(()));

        let node = format!("{VILLAGE}/node");
        let empty = serde_json::json!({});
        assert_eq!(ask("evidence", &[&node], VILLAGE, empty.clone()), Ok(()));
        assert_eq!(ask("evidence", &[&node], TOWNSHIP, empty.clone()), Err(Void::WrongOffice));
        assert_eq!(ask("evidence", &[&committee], VILLAGE, empty), Err(Void::WrongOffice));
    }

    #[test]
    fn one_signer_is_entitled_and_others_countersign() {
        let [committee, supervisors, node] = ["committee", "supervisors", "node"].map(|office| format!("{VILLAGE}/{office}"));
        let ask = |kind: &str, by: &[&str], log: &str, matter| {
            may_sign(&statement(kind, by, log, matter), Division::is_within).map_err(Barred::why)
        };
        assert_eq!(ask("outcome", &[&committee, &supervisors], VILLAGE, Some(VILLAGE)), Ok(()));
        assert_eq!(ask("outcome", &[&supervisors], VILLAGE, Some(VILLAGE)), Err(Void::WrongOffice));
        assert_eq!(ask("outcome", &[&committee, &node], VILLAGE, Some(VILLAGE)), Err(Void::WrongOffice));
        assert_eq!(ask("outcome", &[&committee], VILLAGE, None), Err(Void::Malformed));
        assert_eq!(ask("outcome", &[&committee], "990101101202", Some(VILLAGE)), Err(Void::WrongOffice));
        // A kind unknown here is not ours to bar: it is shown raw and counts nowhere.
        assert_eq!(ask("horoscope", &[&committee], VILLAGE, None), Ok(()));
    }
}
