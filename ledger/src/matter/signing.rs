//! Which office may say what, and in which log (DOMAIN §1, §2).
//!
//! Out of scope: which key speaks for an office, and that every signer lies within the log's division (the registry decides both); whether
//! an office is *this* matter's convener or *this* commitment's reporter, which only the fold can know.
//!
//! Invariant: what supervisors find counts alike from the home log and from any log above it, so a home node that refuses them silences
//! nobody.

use super::codes::KindCode;
use crate::names::{Division, Level, Office, OfficeName};
use crate::standing::Void;
use crate::statement::{Kind, Statement};

/// Why an office may not say a thing, in plain words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Barred {
    /// What the entry counts for.
    pub why: Void,
    /// The rule it breaks.
    pub detail: &'static str,
}

/// Whether the signers of a statement may say it, in the log it is meant for. One signer must be entitled; others countersign, and any
/// office but a node may. `is_within(a, b)` tells whether division `a` is `b` or lies below it.
pub fn may_sign(statement: &Statement, is_within: impl Fn(Division, Division) -> bool) -> Result<(), Barred> {
    let Ok(kind) = statement.kind.as_str().parse::<KindCode>() else { return Ok(()) };
    if statement.kind.is_registry() {
        return Ok(());
    }
    let Some(matter) = statement.matter else {
        return Err(Barred { why: Void::Malformed, detail: "a statement of this kind names its matter" });
    };
    let place = Place { log: statement.log.division, home: matter.division };
    if place.log != place.home && !is_within(place.home, place.log) {
        return Err(Barred { why: Void::WrongOffice, detail: "this log is neither the matter's own nor one above it" });
    }
    if statement.by.iter().any(|by| by.is(Office::NODE)) {
        return Err(Barred { why: Void::WrongOffice, detail: "a node moves no matter" });
    }
    if statement.by.iter().any(|by| place.entitles(kind, by, &is_within)) { Ok(()) } else { Err(barred(kind)) }
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

fn oversees(by: &OfficeName) -> bool {
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
            KindCode::Charter | KindCode::Appoint | KindCode::Revoke | KindCode::Division => false,
        }
    }
}

fn barred(kind: KindCode) -> Barred {
    let detail = match kind {
        KindCode::Topic | KindCode::Outcome | KindCode::Reopen | KindCode::Result | KindCode::Termination => {
            "only an office that may convene says this, in the matter's own log"
        }
        KindCode::Step => "only an office of the matter's division records a step, in the matter's own log",
        KindCode::Plan | KindCode::Progress | KindCode::Completion => {
            "an office of the matter's division says this in the matter's own log, an office above in its own"
        }
        KindCode::Answer => "an office of the matter's division answers in the matter's own log, an office above in its own",
        KindCode::Problem => "the convener says this in the matter's own log, the supervisors there or in any log above",
        KindCode::Objection | KindCode::Feedback => {
            "the convener says this in the matter's own log, the supervisors there or in any log above, an office above in its own"
        }
        KindCode::Verification => {
            "a community's supervisors verify, in its log or any above; above the community, government or civil affairs of a division above"
        }
        KindCode::Charter | KindCode::Appoint | KindCode::Revoke | KindCode::Division => "the registry judges this kind",
    };
    Barred { why: Void::WrongOffice, detail }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn one_signer_is_entitled_and_others_countersign() {
        let [committee, supervisors, node] = ["committee", "supervisors", "node"].map(|office| format!("{VILLAGE}/{office}"));
        let ask = |kind: &str, by: &[&str], log: &str, matter| {
            may_sign(&statement(kind, by, log, matter), Division::is_within).map_err(|barred| barred.why)
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
