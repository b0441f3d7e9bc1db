//! What the registry's statements say: `charter`, `appoint`, `revoke`, `division`.

mod charter;
mod division;
mod office;

pub use charter::{CharterFacts, FormerEnd, Operator};
pub use division::DivisionFacts;
pub use office::{AppointFacts, MOST_OFFICE_KEYS, RevokeFacts, Succession, Term, ValidUpTo};
