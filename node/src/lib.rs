//! One member of the federation.

pub mod clock;
pub mod keys;
pub mod protocol;
pub mod registrar;
pub mod store;
