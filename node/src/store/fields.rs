//! Reading and writing the fields of payloads and index rows: integers little-endian, texts behind a u16 length.

use luodi_ledger::entry::Link;
use luodi_ledger::hash::Blake3;
use luodi_ledger::merkle::Hash;
use luodi_ledger::time::Time;

use super::record::Place;

/// What is left to read; every method gives `None` when the bytes do not hold the field.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn hash(&mut self) -> Option<Hash> {
        self.array().map(Hash::from_bytes)
    }

    pub(super) fn blake3(&mut self) -> Option<Blake3> {
        self.array().map(Blake3::from_bytes)
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        let length = self.u16()?;
        std::str::from_utf8(self.bytes(length.into())?).ok()
    }

    pub(super) fn place(&mut self) -> Option<Place> {
        Some(Place { segment: self.u32()?, offset: self.u64()? })
    }

    /// A link, whose index is `index`.
    pub(super) fn link(&mut self, index: u64) -> Option<Link> {
        let previous = self.blake3()?;
        let not_before = Time::from_unix(i64::try_from(self.u64()?).ok()?).ok()?;
        Some(Link { index, previous, not_before })
    }

    /// Nothing may be left over.
    pub(super) fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

/// Writing the same fields.
pub(super) trait Put {
    fn put(&mut self, bytes: &[u8]);

    fn put_u16(&mut self, number: u16) {
        self.put(&number.to_le_bytes());
    }

    fn put_u32(&mut self, number: u32) {
        self.put(&number.to_le_bytes());
    }

    fn put_u64(&mut self, number: u64) {
        self.put(&number.to_le_bytes());
    }

    /// A text; what is stored under one is at most 64 KiB by the checks on changes, longer ones are cut and so do not read back.
    fn put_text(&mut self, text: &str) {
        self.put_u16(u16::try_from(text.len()).unwrap_or(u16::MAX));
        self.put(text.as_bytes());
    }

    fn put_place(&mut self, place: Place) {
        self.put_u32(place.segment);
        self.put_u64(place.offset);
    }

    fn put_link(&mut self, link: &Link) {
        self.put(link.previous.as_bytes());
        self.put_u64(link.not_before.unix().unsigned_abs());
    }
}

impl Put for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}
