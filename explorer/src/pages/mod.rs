//! The pages, one file each. Each is a function from what is known to HTML; none fetches or decides anything.

mod check;
mod entry;
mod help;
mod home;
mod icons;
mod layout;
mod lists;
mod matter;
mod missing;
mod nodes;
mod office;
mod phrase;
mod place;
mod receipt;
mod rows;
mod search;
mod trust;

pub(crate) use check::check;
pub(crate) use entry::entry;
pub(crate) use help::help;
pub(crate) use home::home;
pub(crate) use lists::{notices, overdue, places, results};
pub(crate) use matter::matter;
pub(crate) use missing::{broken, not_found};
pub(crate) use nodes::{evidence, nodes};
pub(crate) use office::office;
pub(crate) use place::place;
pub(crate) use receipt::{federation, receipt};
pub(crate) use search::search;
