//! Whether a correction, a withdrawal or a redaction would have the effect it asks for: told before it is logged, so that nobody takes one
//! that mends nothing for one that does.
//!
//! An answer that names no matter is judged beside them, for no fold reads it either: what it answers is an order of no matter, to its
//! signer.
//!
//! The fold is asked itself: what it would pass over is refused here, in its own words ([`Irregular`]) and with the remedy. Beside that only
//! what no fold reads is judged here: statements that belong to no matter, and whose words a redaction names.
//!
//! Out of scope: finding statements and words, and who may sign such a kind at all ([`super::may_sign`]). Invariant: nothing is refused for
//! want of a log that is not here; that it cannot be told is no fault of the statement.

use super::codes::Irregular;
use super::facts::{Correction, Said};
use super::fold::fold;
use super::labels::Label as _;
use super::pack::Packs;
use super::record::{Record, Reference};
use super::view::{Effect, Event};
use super::{check, signing};
use crate::Malformed;
use crate::redaction::{self, Held};
use crate::statement::Statement;

/// What is at the place that a statement refers to.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// Its log is not here, so nothing can be told.
    NotHeld,
    /// Its log is here up to this many entries, and that one is not among them.
    Beyond(u64),
    /// Something stands there that does not read as an entry.
    Unreadable,
    /// The statement there, which may be another, and what is known of its words.
    Here(&'a Record, Held<'a>),
}

/// The statement that a correction, a withdrawal, a redaction, or an answer without a matter speaks of; none for any other statement.
pub fn target(statement: &Statement) -> Option<Reference> {
    match Said::read(&statement.kind, &statement.facts) {
        Ok(said) if is_judged(&said, statement) => said.target().cloned(),
        _ => None,
    }
}

fn is_judged(said: &Said, statement: &Statement) -> bool {
    let mends = matches!(said, Said::Correction(_) | Said::Void(_) | Said::Redaction(_));
    mends || matches!(said, Said::Answer(_)) && statement.matter.is_none()
}

/// Judges `mend`, as it would be logged, by its target and by what is known `of_matter`, its matter. A statement of another kind passes.
pub fn check_mend(mend: &Record, target: Target<'_>, of_matter: &[Record], packs: &Packs, offset: i8) -> Result<(), Malformed> {
    let Ok(said) = Said::read(&mend.statement.kind, &mend.statement.facts) else { return Ok(()) };
    let Some(on) = said.target().filter(|_| is_judged(&said, &mend.statement)) else { return Ok(()) };
    let (of, held) = match target {
        Target::NotHeld => return Ok(()),
        Target::Beyond(size) => {
            let why = format!("this node holds {size} entries of that log, so none of this index; check log and index");
            return Err(wrong("target.index", why));
        }
        Target::Unreadable => return Err(wrong("target.index", "what stands there is no statement; check log and index")),
        Target::Here(of, _) if of.reference != *on => {
            let why = "the entry at that index is another statement; check the index, then let luodi new fill in the target";
            return Err(wrong("target.id", why));
        }
        Target::Here(of, held) => (of, held),
    };
    if of.statement.kind.is_registry() && !matches!(said, Said::Answer(_)) {
        let why = format!("a {} is changed by the next one or by a revoke, and keeps its words", of.statement.kind);
        return Err(wrong("target", why));
    }
    match (of.statement.matter, mend.statement.matter) {
        (Some(matter), named) if named != Some(matter) => {
            return Err(wrong("matter", format!("what it refers to belongs to {matter}; name that matter")));
        }
        (None, Some(_)) => return Err(wrong("matter", "what it refers to belongs to no matter; leave it out")),
        _ => {}
    }
    if let Said::Redaction(redaction) = &said {
        redaction::check_named(&of.statement, redaction, held)?;
    }
    match mend.statement.matter {
        Some(_) => check_in_matter(mend, &said, of, of_matter, packs, offset),
        None => check_beside(mend, &said, of),
    }
}

fn wrong(field: &str, why: impl Into<String>) -> Malformed {
    Malformed::new(field, why)
}

/// Folds the matter with the mend in it, and asks what effect it has.
fn check_in_matter(mend: &Record, said: &Said, of: &Record, of_matter: &[Record], packs: &Packs, offset: i8) -> Result<(), Malformed> {
    let Some(matter) = mend.statement.matter else { return Ok(()) };
    // Whatever else is here under its name: the same statement is not judged against itself.
    let mut records: Vec<Record> = of_matter.iter().filter(|record| record.reference != mend.reference).cloned().collect();
    if !records.iter().any(|record| record.reference == of.reference) {
        records.push(of.clone());
    }
    let before = fold(matter, &records, packs, mend.logged, offset);
    records.push(mend.clone());
    let after = fold(matter, &records, packs, mend.logged, offset);
    let stands = before.event(&of.reference);
    match (after.event(&mend.reference).map(|event| event.effect), said) {
        (Some(Effect::Irregular(why)), _) => Err(refused(why, said, stands)),
        (_, Said::Correction(correction)) => check_corrected(correction, of, stands),
        _ => Ok(()),
    }
}

/// Why the fold would pass it over, in the words it is shown with, and what to do.
fn refused(why: Irregular, said: &Said, of: Option<&Event>) -> Malformed {
    if let (Irregular::OldDiffers | Irregular::Unreadable, Said::Correction(correction), Some(of)) = (why, said, of) {
        let applied = of.said.to_facts().and_then(|facts| correction.apply(&facts));
        let fault = applied.and_then(|facts| Said::read(&of.kind, &facts));
        if let Err(fault) = fault {
            return wrong(&format!("changes.{}", fault.field), fault.why);
        }
    }
    let (field, remedy) = match (why, said) {
        (Irregular::NotItsOffice, Said::Redaction(_)) => (
            "by",
            "government or civil affairs of a division above signs it, or the office whose words they are together with its supervisors",
        ),
        (Irregular::NotItsOffice, _) => ("by", "have the office sign whose statement it is, for the log it stands in"),
        (Irregular::TooLate, _) => ("target", "say what is right in a correction instead"),
        (Irregular::OldDiffers, _) => ("changes", "give each old value exactly as it stands now"),
        (Irregular::AddsCommitment, _) => {
            ("changes", "publish a new outcome: take this one back with void while it is on notice and nobody has spoken to it, or reopen")
        }
        (Irregular::Unreadable, _) => ("changes", "give values that a statement of the target's kind may hold"),
        (Irregular::Unresolved, _) if of.is_some_and(|of| of.withdrawn_by().is_some()) => {
            ("target", "it was taken back already; nothing is left to do")
        }
        (Irregular::Unresolved, _) => ("target", "refer to a statement that counts, and not to one that mends another"),
        _ => ("target", "correct what it refers to"),
    };
    wrong(field, format!("{}; {remedy}", why.en()))
}

/// A statement that publishing would take stays one.
fn check_corrected(correction: &Correction, of: &Record, stands: Option<&Event>) -> Result<(), Malformed> {
    let Some(facts) = stands.and_then(|event| event.said.to_facts().ok()) else { return Ok(()) };
    let as_it_stands = Statement { facts, ..of.statement.clone() };
    if check::check_facts(&as_it_stands).is_err() {
        return Ok(());
    }
    let fault = |fault: Malformed| wrong(&format!("changes.{}", fault.field), fault.why);
    let facts = correction.apply(&as_it_stands.facts).map_err(fault)?;
    check::check_facts(&Statement { facts, ..as_it_stands }).map_err(fault)
}

/// What belongs to no matter is read by no fold: the next one of its kind, or its withdrawal, takes its place.
fn check_beside(mend: &Record, said: &Said, of: &Record) -> Result<(), Malformed> {
    let kind = of.statement.kind.as_str();
    match said {
        Said::Correction(_) => {
            let instead = match kind {
                "catalogue" => "publish the next version of the catalogue",
                "rules" => "take it back with void and sign it anew, or sign rules that replace it",
                _ => "take it back with void and sign it anew",
            };
            Err(wrong("target", format!("a {kind} of no matter is not corrected; {instead}")))
        }
        Said::Answer(_) => match Said::read(&of.statement.kind, &of.statement.facts) {
            Ok(Said::Rectification(order)) if order.asks(&mend.statement.by, of.reference.log.division) => Ok(()),
            Ok(Said::Rectification(order)) => {
                let asked = order.office.map(|office| office.to_string()).unwrap_or_default();
                Err(wrong("by", format!("the order addresses {asked}; have that office answer")))
            }
            _ => Err(wrong("target", format!("an answer of no matter answers an order, and this is a {kind}; check log and index"))),
        },
        Said::Void(_) => {
            if matches!(kind, "correction" | "void" | "redaction") {
                return Err(refused(Irregular::Unresolved, said, None));
            }
            let same_place = of.reference.log.division == mend.reference.log.division;
            let same_office = mend.statement.by.iter().any(|by| of.statement.by.contains(by));
            if same_place && same_office { Ok(()) } else { Err(refused(Irregular::NotItsOffice, said, None)) }
        }
        _ => {
            let home = of.reference.log.division;
            let from_above = mend.statement.by.iter().any(|by| by.division != home && signing::oversees(by));
            let together = mend.statement.by.iter().any(|by| signing::is_supervisor(by, home))
                && mend.statement.by.iter().any(|by| of.statement.by.contains(by) && !signing::is_supervisor(by, home));
            if from_above || together { Ok(()) } else { Err(refused(Irregular::NotItsOffice, said, None)) }
        }
    }
}
