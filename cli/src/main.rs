//! The `luodi` command.
fn main() {}
