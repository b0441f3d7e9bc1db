//! One member of the federation.

pub mod api;
pub mod attachments;
pub mod backup;
pub mod clock;
pub mod config;
pub mod convictions;
pub mod keys;
pub mod marks;
pub mod matters;
pub mod mending;
pub mod network;
pub mod protocol;
pub mod receipts;
pub mod redacting;
pub mod registrar;
pub mod runtime;
pub mod sequencing;
pub mod store;
pub mod witnessing;
