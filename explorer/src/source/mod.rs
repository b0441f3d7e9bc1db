//! Where what is shown comes from: nodes read over HTTP, none believed.
//!
//! [`Holdings`] judges, from bytes alone; [`follow`] fetches from one node; [`Keeper`] owns what is held and publishes what pages show.

mod again;
mod client;
mod erased;
mod files;
mod held;
mod holdings;
mod keeper;
mod reader;
mod tree;

pub use files::Files;
pub use held::{CopyState, Difference, HeldEntry, HeldEvidence, HeldLog, SourceId};
pub use holdings::{Holdings, Want};
pub use keeper::{Keeper, keep};
pub use reader::follow;
