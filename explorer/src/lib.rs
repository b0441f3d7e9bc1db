//! placeholder
pub mod divisions;
