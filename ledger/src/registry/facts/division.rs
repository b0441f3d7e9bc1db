//! `division`: the name of a division, and which division it belongs to where its code does not tell.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Malformed;
use crate::names::Division;
use crate::time::Date;

/// Longest name in characters: the longest of the 680,000 in the national list has 38.
const LONGEST_NAME: usize = 64;
/// Most divisions that one came from: a merger of a township's villages.
const MOST_PREDECESSORS: usize = 16;

/// `division`: what a division is called from a day on, and where it belongs (区划登记).
///
/// A development zone with a code of its own kind, a county under the province's direct rule, a village that moved to another township:
/// there the prefix of the code does not tell the division above, and an ancestor of both says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DivisionFacts {
    /// The division.
    pub division: Division,
    /// Its name, 1 to 64 characters.
    pub name: String,
    /// The division above it, if not the one its code tells; of a higher level, so that no chain of parents can close.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Division>,
    /// The codes whose place it took: codes are reissued, merged and withdrawn. Sorted and distinct.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub successor_of: Vec<Division>,
    /// The first day on which this holds; of the code list, or of the change.
    pub vintage: Date,
}

impl DivisionFacts {
    /// Checks all that does not depend on other statements. Errors name the field.
    pub fn check(&self) -> Result<(), Malformed> {
        let wrong = |field: &str, why: String| Err(Malformed::new(field, why));
        let characters = self.name.chars().count();
        if !(1..=LONGEST_NAME).contains(&characters) || self.name.contains(char::is_control) || self.name.trim() != self.name {
            return wrong("name", format!("1 to {LONGEST_NAME} characters wanted, without space around them"));
        }
        if let Some(parent) = self.parent.filter(|parent| parent.level() >= self.division.level()) {
            return wrong("parent", format!("{parent} is not of a higher level than {}", self.division));
        }
        let from = &self.successor_of;
        if from.len() > MOST_PREDECESSORS || !from.is_sorted_by(|a, b| a < b) || from.contains(&self.division) {
            return wrong("successor_of", format!("at most {MOST_PREDECESSORS} other divisions wanted, sorted and distinct"));
        }
        Ok(())
    }
}
