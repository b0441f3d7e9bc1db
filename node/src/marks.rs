//! Settings in the store that say what a node is in the middle of: they outlive a start.

/// When the operator took it on themselves that nobody else holds the log (`--alone`).
pub const ALONE: &str = "alone";
/// Left by `init`, until the first sealed entry makes it moot: nobody can hold more of a log that was never sealed.
pub const NEWBORN: &str = "newborn";
/// In every backup, the time it was made; empty once a node made of it has caught up.
pub const RESTORED: &str = "restored";
