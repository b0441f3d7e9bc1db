//! The node's protocol logic: events in, actions out, with time as an argument. Nothing here reads a socket, a disk or a clock.

pub mod message;
