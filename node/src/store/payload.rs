//! The payloads of the small changes: a name, then what is kept under it.

use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::hash::Blake3;
use luodi_ledger::merkle::Hash;

use super::fields::{Fields, Put};

/// A head under the name of its log. Size and root stand before the note so that a start need not parse notes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head<'a> {
    pub(super) origin: &'a str,
    pub(super) size: u64,
    pub(super) root: Hash,
    pub(super) note: &'a [u8],
}

impl<'a> Head<'a> {
    pub(super) fn encode(head: &SignedCheckpoint) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.put_text(&head.checkpoint().origin);
        bytes.put_u64(head.size());
        bytes.put(head.root().as_bytes());
        bytes.put(&head.to_bytes());
        bytes
    }

    pub(super) fn decode(payload: &'a [u8]) -> Option<Self> {
        let mut fields = Fields(payload);
        Some(Self { origin: fields.text()?, size: fields.u64()?, root: fields.hash()?, note: fields.0 })
    }
}

/// A value under a name: settings, and evidence under its origin.
pub(super) fn encode_named(name: &str, value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(2 + name.len() + value.len());
    bytes.put_text(name);
    bytes.put(value);
    bytes
}

/// What was erased, and what readers are told instead.
pub(super) fn decode_tombstone(payload: &[u8]) -> Option<(Blake3, &[u8])> {
    let mut fields = Fields(payload);
    Some((fields.blake3()?, fields.0))
}

pub(super) fn decode_named(payload: &[u8]) -> Option<(&str, &[u8])> {
    let mut fields = Fields(payload);
    Some((fields.text()?, fields.0))
}
