//! 撤回误录: what was taken back of the statements that belong to no matter: catalogues, rules, orders, circulars, assessments, answers.
//!
//! What belongs to a matter is the fold's. Out of scope: whether a statement is valid (the registry says). Invariant: the same statements in
//! any order give the same; only an office that signed a statement takes it back, in a log of the place where it stands, and nothing that
//! mends or registers is taken back.

use std::collections::BTreeMap;

use super::codes::{CodeList as _, KindCode};
use super::facts::Said;
use super::record::Reference;
use crate::names::OfficeName;
use crate::statement::{Signers, Statement};

/// The valid withdrawals of some logs, by what they take back.
#[derive(Clone, Debug, Default)]
pub struct Withdrawals {
    of: BTreeMap<Reference, Vec<(Reference, Signers)>>,
}

impl Withdrawals {
    /// Takes in a statement that is valid; one of another kind is passed over, and so is one of a matter.
    pub fn take(&mut self, on: &Reference, statement: &Statement) {
        if statement.matter.is_some() || statement.kind.as_str() != KindCode::Void.as_str() {
            return;
        }
        if let Ok(Said::Void(void)) = Said::read(&statement.kind, &statement.facts)
            && void.target.log.division == on.log.division
        {
            self.of.entry(void.target.clone()).or_default().push((on.clone(), statement.by.clone()));
        }
    }

    /// Whether nothing was taken back.
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// Which statement took this one back, if one did.
    pub fn of(&self, on: &Reference, statement: &Statement) -> Option<&Reference> {
        let stays = statement.kind.is_registry() || statement.kind.as_str().parse().is_ok_and(KindCode::mends);
        if stays || statement.matter.is_some() { None } else { self.by_signer(on, &statement.by) }
    }

    /// The same, of a statement known to be one that can be taken back; of several the first is named.
    pub(crate) fn by_signer(&self, on: &Reference, by: &[OfficeName]) -> Option<&Reference> {
        let all = self.of.get(on)?.iter().filter(|(_, signers)| signers.iter().any(|signer| by.contains(signer)));
        all.map(|(void, _)| void).min()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::facts::Facts;
    use crate::testing::{COUNTY, FEDERATION, TOWNSHIP, origin};

    fn said(log: &str, office: &str, kind: &str, facts: &serde_json::Value, index: u64) -> (Reference, Statement) {
        let statement = Statement {
            log: origin(log),
            by: [format!("{FEDERATION}/{office}").parse().unwrap()].into(),
            kind: kind.parse().unwrap(),
            matter: None,
            time: "2026-01-01T00:00:00Z".parse().unwrap(),
            facts: Facts::of(facts).unwrap(),
            body: None,
        };
        (Reference { log: origin(log), index, id: statement.id() }, statement)
    }

    #[test]
    fn only_its_own_office_takes_a_statement_back_where_it_stands_and_nothing_that_mends() {
        let (county, township) = (format!("{COUNTY}/civil-affairs"), format!("{TOWNSHIP}/government"));
        let items = json!({"items": [{"category": "sanitation", "code": "a", "duty": "must"}], "version": 1});
        let (on, catalogue) = said(COUNTY, &county, "catalogue", &items, 3);
        let void = |target: &Reference| json!({"reason": "duplicate", "target": target});
        for (log, by, taken) in [(COUNTY, &county, true), (COUNTY, &township, false), (TOWNSHIP, &county, false)] {
            let mut withdrawals = Withdrawals::default();
            let (at, statement) = said(log, by, "void", &void(&on), 9);
            withdrawals.take(&at, &statement);
            assert_eq!(withdrawals.of(&on, &catalogue), taken.then_some(&at), "{by} in {log}");
            let (again, of_void) = said(log, by, "void", &void(&at), 10);
            withdrawals.take(&again, &of_void);
            assert_eq!(withdrawals.of(&at, &statement), None, "a withdrawal stays");
        }
    }
}
