//! One record of the journal: a header and a payload, at an offset that is a multiple of 8.
//!
//! ```text
//!  0  kind             1 byte, then 3 zeros
//!  4  length           of the payload, u32
//!  8  commit           the number of the commit it belongs to, u64
//! 16  payload BLAKE3   32 bytes
//! 48  check            8 bytes: keyed BLAKE3 of segment number, offset and the 48 bytes above
//! 56  payload          then zeros up to a multiple of 8
//! ```
//!
//! Integers are little-endian. The key of the check is a secret of this store, so no bytes that a stranger has us store can pass for a
//! record; segment and offset are under it, so no record counts anywhere but where it was written.

/// Length of a header.
pub(super) const HEADER: usize = 56;
/// Length of what the check covers.
const CHECKED: usize = 48;

/// What a record holds. The numbers are part of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Up to 256 entries of one log.
    Run = 1,
    /// The newest head of a log, over all its entries.
    Head = 2,
    /// The head beyond the stored entries under which they were proven.
    Target = 3,
    /// The largest head of a log known to have met its quorum.
    Witnessed = 4,
    /// The newest head that this node's witness cosigned for an origin.
    Witness = 5,
    /// A body.
    Body = 6,
    /// An evidence file.
    Evidence = 7,
    /// A small named value.
    Setting = 8,
    /// That a body or attachment is redacted; its bytes are zeroed once this is durable.
    Tombstone = 9,
    /// Ends a commit: what precedes it back to the last commit counts, together.
    Commit = 10,
    /// Written after the sync of the commit it is numbered by: so that commit, whole or not, was once told of.
    Durable = 11,
    /// The index rows of a sealed segment.
    Footer = 12,
    /// Ends a sealed segment; says where its footer begins.
    Seal = 13,
}

impl Kind {
    const ALL: [Self; 13] = [
        Self::Run,
        Self::Head,
        Self::Target,
        Self::Witnessed,
        Self::Witness,
        Self::Body,
        Self::Evidence,
        Self::Setting,
        Self::Tombstone,
        Self::Commit,
        Self::Durable,
        Self::Footer,
        Self::Seal,
    ];

    fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == byte)
    }

    /// Whether records of this kind are changes, which a commit makes count.
    pub(super) fn is_change(self) -> bool {
        self < Self::Commit
    }
}

/// Where a record begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) segment: u32,
    pub(super) offset: u64,
}

/// The secret under which the headers of one store are checked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Secret([u8; 32]);

impl Secret {
    pub(super) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(super) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The public name of the store's life; tells nothing of the secret.
    pub(super) fn epoch(&self) -> [u8; 16] {
        let mut epoch = [0; 16];
        epoch.copy_from_slice(&blake3::derive_key("luodi store epoch v1", &self.0)[..16]);
        epoch
    }

    fn check(&self, header: &[u8], place: Place) -> [u8; 8] {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(&place.segment.to_le_bytes()).update(&place.offset.to_le_bytes()).update(header);
        let mut check = [0; 8];
        check.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        check
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// The header of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) kind: Kind,
    pub(super) length: u32,
    pub(super) commit: u64,
    pub(super) digest: [u8; 32],
}

impl Header {
    /// The header of `payload`; none if that is longer than a record can be.
    pub(super) fn of(kind: Kind, commit: u64, payload: &[u8]) -> Option<Self> {
        let length = u32::try_from(payload.len()).ok()?;
        Some(Self { kind, length, commit, digest: *blake3::hash(payload).as_bytes() })
    }

    pub(super) fn encode(&self, secret: &Secret, place: Place) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[0] = self.kind as u8;
        bytes[4..8].copy_from_slice(&self.length.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.commit.to_le_bytes());
        bytes[16..48].copy_from_slice(&self.digest);
        let check = secret.check(&bytes[..CHECKED], place);
        bytes[48..].copy_from_slice(&check);
        bytes
    }

    /// Reads a header that was written at `place`; none if these bytes are not one.
    pub(super) fn decode(bytes: &[u8; HEADER], secret: &Secret, place: Place) -> Option<Self> {
        let kind = Kind::from_byte(bytes[0])?;
        let (checked, check) = bytes.split_at(CHECKED);
        if checked[1..4] != [0; 3] || secret.check(checked, place) != check {
            return None;
        }
        let (length, rest) = checked[4..].split_first_chunk::<4>()?;
        let (commit, digest) = rest.split_first_chunk::<8>()?;
        Some(Self { kind, length: u32::from_le_bytes(*length), commit: u64::from_le_bytes(*commit), digest: digest.try_into().ok()? })
    }

    /// Whether `payload` is what was written under this header.
    pub(super) fn covers(&self, payload: &[u8]) -> bool {
        payload.len() == self.length as usize && *blake3::hash(payload).as_bytes() == self.digest
    }

    /// The bytes from the beginning of this record to that of the next.
    pub(super) fn span(&self) -> u64 {
        span(self.length as usize)
    }
}

/// The bytes a record with a payload of `length` takes.
pub(super) const fn span(length: usize) -> u64 {
    (HEADER + length.next_multiple_of(8)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_counts_only_whole_and_where_it_was_written() {
        let secret = Secret::from_bytes([7; 32]);
        let place = Place { segment: 3, offset: 128 };
        let header = Header::of(Kind::Body, 9, b"payload").unwrap();
        let bytes = header.encode(&secret, place);
        assert_eq!(Header::decode(&bytes, &secret, place), Some(header));
        assert!(header.covers(b"payload") && !header.covers(b"Payload"));
        assert_eq!(Header::decode(&bytes, &secret, Place { offset: 136, ..place }), None);
        assert_eq!(Header::decode(&bytes, &secret, Place { segment: 4, ..place }), None);
        assert_eq!(Header::decode(&bytes, &Secret::from_bytes([8; 32]), place), None);
        for position in 0..HEADER {
            let mut bad = bytes;
            bad[position] ^= 1;
            assert_eq!(Header::decode(&bad, &secret, place), None, "byte {position}");
        }
    }
}
