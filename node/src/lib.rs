//! One member of the federation.

pub mod keys;
