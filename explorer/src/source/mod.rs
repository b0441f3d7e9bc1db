//! Where what is shown comes from: nodes read over HTTP, none believed.
//!
//! [`Holdings`] judges, from bytes alone; [`client`] fetches; [`reader`] follows every node and keeps the snapshot that pages show.

mod client;
mod holdings;
mod keeper;
mod reader;
mod tree;

pub use holdings::{CopyState, Difference, HeldEntry, HeldEvidence, HeldLog, Holdings, SourceId, Want};
pub use keeper::{Keeper, keep};
pub use reader::follow;
