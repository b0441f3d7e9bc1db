//! One file of the journal, and how it is read from end to end.
//!
//! A segment begins with 128 bytes: magic (16), number u32, zeros (4), number of its first commit u64, secret (32), chain (32), BLAKE3 of
//! all these (32). Records follow. A sealed one ends in a footer and a seal; the last one has room reserved behind its records.
//!
//! Each commit record holds the number of records before it and the *chain*: the BLAKE3 of the previous commit's chain and of the headers
//! of its records. So what an earlier failed write left behind can never count.
//!
//! The bytes of a body that a tombstone erases may be anything: its header still says what was there, and the chain covers headers only.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use luodi_ledger::hash::Blake3;

use super::error::Damage;
use super::fields::{Fields, Put};
use super::payload::decode_tombstone;
use super::record::{HEADER, Header, Kind, Place, Secret, span};
use super::state::{Payload, Told};

/// Bytes before the first record.
pub(super) const PREAMBLE: u64 = PREAMBLE_BYTES as u64;
const PREAMBLE_BYTES: usize = 128;
const MAGIC: &[u8; 16] = b"luodi/journal/v1";
/// How much is read at once when a segment is read from end to end.
const WINDOW: usize = 1 << 20;

/// Where the journal continues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    /// Offset in the last segment.
    pub(super) offset: u64,
    /// The number of the next commit.
    pub(super) commit: u64,
    /// The chain of the last commit.
    pub(super) chain: [u8; 32],
}

/// The first bytes of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Preamble {
    pub(super) number: u32,
    pub(super) secret: Secret,
    /// Commit and chain at the beginning of the segment.
    pub(super) commit: u64,
    pub(super) chain: [u8; 32],
}

impl Preamble {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.put_u32(self.number);
        bytes.put_u32(0);
        bytes.put_u64(self.commit);
        bytes.put(self.secret.as_bytes());
        bytes.put(&self.chain);
        let digest = blake3::hash(&bytes);
        bytes.put(digest.as_bytes());
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        let covered = bytes.len().checked_sub(32)?;
        if fields.bytes(16)? != MAGIC || blake3::hash(&bytes[..covered]).as_bytes() != &bytes[covered..] {
            return None;
        }
        let number = fields.u32()?;
        fields.u32().filter(|zero| *zero == 0)?;
        let commit = fields.u64()?;
        let secret = Secret::from_bytes(fields.bytes(32)?.try_into().ok()?);
        let chain = fields.bytes(32)?.try_into().ok()?;
        Some(Self { number, secret, commit, chain })
    }

    /// Reads the beginning of segment `number`.
    pub(super) fn read(file: &File, number: u32, path: &Path) -> io::Result<Result<Self, Damage>> {
        let mut bytes = [0; PREAMBLE_BYTES];
        let read = match file.read_exact_at(&mut bytes, 0) {
            Err(short) if short.kind() == io::ErrorKind::UnexpectedEof => None,
            done => done.map(|()| Self::decode(&bytes))?,
        };
        let damage = || Damage { file: path.to_owned(), offset: 0, why: "the beginning of the segment is not what was written".to_owned() };
        Ok(read.filter(|preamble| preamble.number == number).ok_or_else(damage))
    }
}

/// The file of segment `number`.
pub(super) fn path_of(journal: &Path, number: u32) -> PathBuf {
    journal.join(format!("{number:010}.seg"))
}

/// The number in the name of a segment file.
pub(super) fn number_of(name: &str) -> Option<u32> {
    let digits = name.strip_suffix(".seg").filter(|digits| digits.len() == 10)?;
    digits.parse().ok().filter(|number| *number > 0)
}

/// A change read back.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) kind: Kind,
    pub(super) place: Place,
    /// Empty where it was erased.
    pub(super) payload: Vec<u8>,
    /// Of a body that is redacted, its name.
    pub(super) erased: Option<Blake3>,
}

impl Stored {
    /// As the state takes it in.
    pub(super) fn told(&self) -> Told<'_> {
        let payload = self.erased.map_or(Payload::Bytes(&self.payload), Payload::Erased);
        Told { kind: self.kind, place: self.place, payload }
    }
}

/// How a segment ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// In room reserved, or at the end of the file.
    Open,
    /// In bytes that no commit covers and that nothing proves to have been durable.
    Torn,
    /// In a footer, which holds these rows.
    Sealed(Vec<u8>),
}

/// What reading a segment found.
#[derive(Debug)]
pub(super) struct Scan {
    /// After the last commit, and its mark of durability if there is one.
    pub(super) position: Position,
    /// Whether that mark is there.
    pub(super) marked: bool,
    pub(super) end: End,
}

/// A segment being read from end to end.
pub(super) struct Scanner<'a> {
    file: &'a File,
    path: &'a Path,
    preamble: Preamble,
    window: Vec<u8>,
    window_at: u64,
    length: u64,
    /// What is known to be redacted: its bytes need not be there any more.
    redacted: HashSet<Blake3>,
    /// Whether the tombstones of this segment are among them.
    has_own: bool,
}

/// A record that is not there, or not whole.
enum Next {
    Record(Header, Vec<u8>),
    /// A body whose bytes were being erased, or are.
    Erased(Header),
    Bad(&'static str),
}

impl<'a> Scanner<'a> {
    pub(super) fn new(file: &'a File, path: &'a Path, preamble: Preamble) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self { file, path, preamble, window: Vec::new(), window_at: 0, length, redacted: HashSet::new(), has_own: false })
    }

    /// With what tombstones in other segments erase in this one.
    pub(super) fn knowing(mut self, redacted: &HashSet<Blake3>) -> Self {
        self.redacted.extend(redacted);
        self
    }

    /// Reads all records, checks every byte, and hands the changes of each commit to `visit`, which may find them senseless.
    ///
    /// A bad record is damage if anything after it proves that it was once durable; else it and all after it are a torn tail.
    pub(super) fn scan(&mut self, mut visit: impl FnMut(Vec<Stored>) -> Result<(), Damage>) -> io::Result<Result<Scan, Damage>> {
        let Preamble { number, commit, chain, .. } = self.preamble;
        let mut scan = Scan { position: Position { offset: PREAMBLE, commit, chain }, marked: true, end: End::Open };
        let mut offset = PREAMBLE;
        let mut changes = Vec::new();
        let mut hasher = chain_from(&chain);
        let why = loop {
            let (header, payload, erased) = match self.record(offset)? {
                Next::Record(header, payload) => (header, payload, None),
                Next::Erased(header) => (header, Vec::new(), Some(Blake3::from_bytes(header.digest))),
                Next::Bad(why) => break why,
            };
            let place = Place { segment: number, offset };
            match header.kind {
                Kind::Durable if changes.is_empty() && header.commit + 1 == scan.position.commit && payload.is_empty() => {
                    scan.marked = true;
                    scan.position.offset = offset + header.span();
                }
                Kind::Durable => break "a mark of durability out of place",
                _ if header.commit != scan.position.commit => break "a record of another commit",
                Kind::Commit => {
                    let chain = *hasher.finalize().as_bytes();
                    if payload != commit_payload(changes.len(), &chain) {
                        break "a commit that does not match its records";
                    }
                    if let Err(damage) = visit(std::mem::take(&mut changes)) {
                        return Ok(Err(damage));
                    }
                    scan.position = Position { offset: offset + header.span(), commit: header.commit + 1, chain };
                    scan.marked = false;
                    hasher = chain_from(&chain);
                }
                Kind::Footer if changes.is_empty() => match self.record(offset + header.span())? {
                    Next::Record(seal, at)
                        if seal.kind == Kind::Seal
                            && seal.commit == header.commit
                            && at == offset.to_le_bytes()
                            && offset + header.span() + seal.span() == self.length =>
                    {
                        scan.end = End::Sealed(payload);
                        return Ok(Ok(scan));
                    }
                    _ => break "a footer without its seal",
                },
                kind if kind.is_change() => {
                    hasher.update(&header.encode(&self.preamble.secret, place));
                    changes.push(Stored { kind, place, payload, erased });
                }
                _ => break "a record out of place",
            }
            offset += header.span();
        };
        if self.durable_beyond(offset.max(scan.position.offset), scan.position.commit)? {
            return Ok(Err(self.damage(offset, why)));
        }
        if self.length > scan.position.offset && !self.is_zero(scan.position.offset..self.length)? {
            scan.end = End::Torn;
        }
        Ok(Ok(scan))
    }

    pub(super) fn damage(&self, offset: u64, why: &str) -> Damage {
        Damage { file: self.path.to_owned(), offset, why: why.to_owned() }
    }

    fn record(&mut self, offset: u64) -> io::Result<Next> {
        let place = Place { segment: self.preamble.number, offset };
        let Some(header) = self.header(place)? else { return Ok(Next::Bad("not a record")) };
        let Some(bytes) = self.at(offset + HEADER as u64, header.span() - HEADER as u64)? else {
            return Ok(Next::Bad("a record that is cut off"));
        };
        let (payload, padding) = bytes.split_at(header.length as usize);
        if header.covers(payload) && padding.iter().all(|byte| *byte == 0) {
            let payload = payload.to_vec();
            return Ok(Next::Record(header, payload));
        }
        if header.kind == Kind::Body && self.is_redacted(&Blake3::from_bytes(header.digest))? {
            return Ok(Next::Erased(header));
        }
        Ok(Next::Bad("a record whose bytes are not those written"))
    }

    /// Whether a tombstone erases the body `name`. One in this segment may stand behind the body, so all of it is looked through, once, and
    /// only where a body is not what was written. A tombstone whose commit is torn does no harm: nothing is erased before its commit is
    /// durable, so such a body is whole.
    fn is_redacted(&mut self, name: &Blake3) -> io::Result<bool> {
        if !self.has_own {
            self.has_own = true;
            let own = self.tombstones()?;
            self.redacted.extend(own);
        }
        Ok(self.redacted.contains(name))
    }

    /// What the tombstones in this segment erase, those of a commit that is not whole among them.
    pub(super) fn tombstones(&mut self) -> io::Result<HashSet<Blake3>> {
        let mut names = HashSet::new();
        let mut place = Place { segment: self.preamble.number, offset: PREAMBLE };
        while let Some(header) = self.header(place)? {
            if header.kind == Kind::Tombstone
                && let Some(payload) = self.at(place.offset + HEADER as u64, header.length.into())?
                && header.covers(payload)
                && let Some((name, _)) = decode_tombstone(payload)
            {
                names.insert(name);
            }
            place.offset += header.span();
        }
        Ok(names)
    }

    fn header(&mut self, place: Place) -> io::Result<Option<Header>> {
        let secret = self.preamble.secret;
        let bytes = self.at(place.offset, HEADER as u64)?;
        Ok(bytes.and_then(|bytes| Header::decode(bytes.try_into().ok()?, &secret, place)))
    }

    /// Whether any record from `from` on proves that all of `commit`, the first one not found whole, had been made durable: a mark that
    /// says so, or any record of a later commit. The records of that commit itself prove nothing: a disk may write the last before
    /// the first.
    fn durable_beyond(&mut self, from: u64, commit: u64) -> io::Result<bool> {
        let mut offset = from.next_multiple_of(8);
        while offset + HEADER as u64 <= self.length {
            let place = Place { segment: self.preamble.number, offset };
            // Most bytes behind a bad record are reserved zeros; only plausible kinds are worth a keyed hash.
            let plausible = self.at(offset, 4)?.is_some_and(|start| start[0] != 0 && start[1..] == [0; 3]);
            if plausible
                && let Some(header) = self.header(place)?
                && (header.commit > commit || (header.kind == Kind::Durable && header.commit == commit))
            {
                return Ok(true);
            }
            offset += 8;
        }
        Ok(false)
    }

    fn is_zero(&mut self, range: std::ops::Range<u64>) -> io::Result<bool> {
        let mut offset = range.start;
        while offset < range.end {
            let length = (range.end - offset).min(WINDOW as u64);
            if self.at(offset, length)?.is_none_or(|bytes| bytes.iter().any(|byte| *byte != 0)) {
                return Ok(false);
            }
            offset += length;
        }
        Ok(true)
    }

    /// The bytes at `offset`; none if the file ends before they do.
    fn at(&mut self, offset: u64, length: u64) -> io::Result<Option<&[u8]>> {
        let Some(end) = offset.checked_add(length).filter(|end| *end <= self.length) else { return Ok(None) };
        let held = self.window_at..self.window_at + self.window.len() as u64;
        if offset < held.start || end > held.end {
            let wanted = length.max(WINDOW as u64).min(self.length - offset);
            self.window.resize(usize::try_from(wanted).map_err(io::Error::other)?, 0);
            self.window_at = offset;
            // A failed read must not leave bytes behind that look like the file's.
            if let Err(error) = self.file.read_exact_at(&mut self.window, offset) {
                self.window.clear();
                return Err(error);
            }
        }
        let start = usize::try_from(offset - self.window_at).map_err(io::Error::other)?;
        let length = usize::try_from(length).map_err(io::Error::other)?;
        Ok(self.window.get(start..start + length))
    }
}

/// The rows in the footer of a sealed segment, read from its end.
pub(super) fn read_footer(file: &File, path: &Path, preamble: Preamble) -> io::Result<Result<Vec<u8>, Damage>> {
    let mut scanner = Scanner::new(file, path, preamble)?;
    let seal_at = scanner.length.saturating_sub(span(8));
    let Next::Record(Header { kind: Kind::Seal, .. }, footer_at) = scanner.record(seal_at)? else {
        return Ok(Err(scanner.damage(seal_at, "the segment does not end in its seal")));
    };
    // The seal was written by us, whole, so its payload is an offset.
    let footer_at = footer_at.try_into().map_or(0, u64::from_le_bytes);
    match scanner.record(footer_at)? {
        Next::Record(header, rows) if header.kind == Kind::Footer && footer_at + header.span() == seal_at => Ok(Ok(rows)),
        _ => Ok(Err(scanner.damage(footer_at, "the footer of the segment is not what was written"))),
    }
}

/// The beginning of the chain of the commit after one with `chain`.
pub(super) fn chain_from(chain: &[u8; 32]) -> blake3::Hasher {
    let mut hasher = blake3::Hasher::new();
    hasher.update(chain);
    hasher
}

/// The payload of a commit record.
pub(super) fn commit_payload(records: usize, chain: &[u8; 32]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(40);
    bytes.put_u64(records as u64);
    bytes.put(chain);
    bytes
}
