//! The explorer: shows residents, in plain words, what was decided and whether it was done.
//!
//! It reads two or more nodes over HTTP and believes none: every byte is judged again with [`luodi_ledger`]. In reading order: [`config`]
//! and [`site`]; [`divisions`], the places people look for and [`land`], who lies below whom; [`index`] and [`spoken`], what is
//! known; [`look`] and the pages; [`server`].
//!
//! Out of scope: signing, publishing, keeping what it read: its memory is rebuilt from the nodes at every start.

mod serve;

pub mod assessed;
pub mod board;
pub mod config;
pub mod divisions;
pub mod index;
pub mod land;
pub mod look;
mod pages;
pub mod server;
pub mod site;
pub mod source;
pub mod spoken;

pub use config::Config;
pub use serve::{Problem, run};
pub use server::router;
