//! How a statement would be shown, were it logged now: told to its signers before they publish it.
//!
//! What is merely out of procedure is not refused, for a ledger that forces the right form invites invented steps; but who publishes it shall
//! know. The fold is asked twice, without it and with it, and what differs is told. Out of scope: who asks, and the words.

use serde::{Deserialize, Serialize};

use super::codes::Status;
use super::fold::fold;
use super::ground::{Ground, grounds};
use super::pack::Packs;
use super::record::Record;
use super::view::{Effect, Flag, View};

/// What a matter would be by one statement more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Foretold {
    /// Whether the statement would count.
    pub effect: Effect,
    /// Where the matter stands.
    pub before: Stands,
    /// Where it would stand.
    pub after: Stands,
    /// The flags that it would raise, in the order of the list.
    pub raised: Vec<Flag>,
    /// The flags that it would lift.
    pub lifted: Vec<Flag>,
    /// Why the rules would raise them.
    pub grounds: Vec<Ground>,
}

/// The word that a matter stands at, with its days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Stands {
    /// 状态
    pub status: Status,
    /// On notice: days left. Overdue: days late. Otherwise none.
    pub days: Option<i64>,
}

impl Stands {
    const fn of(view: &View) -> Self {
        Self { status: view.status, days: view.days }
    }
}

/// Tells how `said`, as it would be logged, would be shown beside what is known `of_matter`; nothing where it belongs to no matter.
pub fn foretell(said: &Record, of_matter: &[Record], packs: &Packs, offset: i8) -> Option<Foretold> {
    let matter = said.statement.matter?;
    let mut records: Vec<Record> = of_matter.iter().filter(|record| record.reference != said.reference).cloned().collect();
    let before = fold(matter, &records, packs, said.logged, offset);
    records.push(said.clone());
    let after = fold(matter, &records, packs, said.logged, offset);
    let (effect, stands) = (after.event(&said.reference)?.effect, Stands::of(&after));
    let among = |flags: &[Flag], others: &[Flag]| flags.iter().filter(|flag| !others.contains(flag)).cloned().collect::<Vec<_>>();
    let (raised, lifted) = (among(&after.flags, &before.flags), among(&before.flags, &after.flags));
    let grounds = grounds(&View { flags: raised.clone(), ..after }, packs);
    Some(Foretold { effect, before: Stands::of(&before), after: stands, raised, lifted, grounds })
}
