//! The timeline.

use serde::{Deserialize, Serialize};

use crate::matter::codes::Irregular;
use crate::matter::facts::{CommitmentId, Said};
use crate::matter::record::{Marks, Reference};
use crate::standing::{Standing, Void};
use crate::statement::{Kind, Signers};
use crate::time::{Date, Time};

/// One statement in the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Event {
    /// Where it stands.
    pub reference: Reference,
    /// Its kind.
    pub kind: Kind,
    /// Who signed.
    pub by: Signers,
    /// When the signers say they signed.
    pub time: Time,
    /// When its log took it in.
    pub logged: Time,
    /// The day of the fact: as the facts tell it, or the civil date of `time`.
    pub date: Date,
    /// What it counts for.
    pub standing: Standing,
    /// What else is known of it.
    pub marks: Marks,
    /// Whether it had an effect.
    pub effect: Effect,
    /// The round it belongs to.
    pub round: Option<u32>,
    /// Due dates that it moved.
    pub moved: Vec<Moved>,
    /// What it says, corrections included.
    pub said: Said,
    /// What mended it, if anything did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mended: Option<Box<Mended>>,
}

/// What mended a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Mended {
    /// What it said when it was signed, where it was corrected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<Said>,
    /// The corrections of it, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrected_by: Vec<Reference>,
    /// The withdrawal that took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_by: Option<Reference>,
    /// The redactions that erased words or attachments of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redacted_by: Vec<Reference>,
}

impl Event {
    /// What it said when it was signed, where it was corrected.
    pub fn signed(&self) -> Option<&Said> {
        self.mended.as_ref()?.signed.as_ref()
    }

    /// The corrections of it, oldest first.
    pub fn corrected_by(&self) -> &[Reference] {
        self.mended.as_ref().map_or(&[], |mended| &mended.corrected_by)
    }

    /// The withdrawal that took it back.
    pub fn withdrawn_by(&self) -> Option<&Reference> {
        self.mended.as_ref()?.withdrawn_by.as_ref()
    }

    /// The redactions that erased words or attachments of it.
    pub fn redacted_by(&self) -> &[Reference] {
        self.mended.as_ref().map_or(&[], |mended| &mended.redacted_by)
    }
}

/// Whether a statement had an effect on the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// It counts.
    Counted,
    /// It counts nowhere: shown struck through, with the reason.
    Void(Void),
    /// It is shown and has no effect.
    Irregular(Irregular),
}

impl Effect {
    /// Whether the statement counts.
    pub const fn counts(self) -> bool {
        matches!(self, Self::Counted)
    }
}

/// A due date moved: the old one is shown struck through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Moved {
    /// Of which commitment.
    pub commitment: CommitmentId,
    /// The date until then.
    pub from: Date,
    /// The date from then on.
    pub to: Date,
}
