//! One member of the federation.

pub mod keys;
pub mod protocol;
pub mod store;
