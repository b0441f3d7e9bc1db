//! The pages, one file each. Each is a function from what is known to HTML; none fetches or decides anything.

mod help;
mod home;
mod icons;
mod layout;
mod missing;
mod search;

pub(crate) use help::help;
pub(crate) use home::home;
pub(crate) use missing::{broken, not_found};
pub(crate) use search::search;
