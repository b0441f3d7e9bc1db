//! What was decided, who promised what by when, and is it done: the statements of a matter (协商事项) and the fold that reads them.
//!
//! [`facts`] says what each kind of statement holds, in the closed vocabularies of [`codes`]; [`words`] is what people read beside it.
//! [`view`] is what a reader gets. Every word shown for a code stands in [`labels`] and nowhere else.
//!
//! Out of scope: who holds which key ([`crate::standing`] arrives with each [`Record`]), fetching, what time it is (`as_of` is given),
//! and the words of a body, which never change a state.
//!
//! Invariant: the same set of records, in whatever order they arrived, gives the same view; and nothing is "done" that its verifiers have
//! not accepted.

mod barred;
pub mod calendar;
pub mod check;
pub mod codes;
pub mod facts;
mod fold;
mod foretold;
pub mod ground;
pub mod labels;
mod mends;
pub mod pack;
mod record;
mod signing;
pub mod view;
mod withdrawals;
pub mod words;

pub use barred::Barred;
pub use fold::{Chronicle, Work, fold};
pub use foretold::{Foretold, Stands, foretell};
pub use mends::{Target, check_mend, target as mended};
pub use record::{Marks, Record, Reference};
pub use signing::{may_say, may_sign};
pub use withdrawals::Withdrawals;
