//! The truth: segment files, appended to by one writer with one `fdatasync` a commit.
//!
//! A commit is written behind the last one, synced, and only then marked durable; the mark itself needs no sync, for it only tells rot from
//! a torn write. Bodies share the segments with entries: in files of their own they would cost a second sync a commit.
//!
//! Invariant: after a failed write or sync the position stands where it was, and nothing more is written until the disk has been read back
//! and what lies behind the position is cut off.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Options;
use super::disk::{Disk, sync_dir};
use super::error::{Damage, OpenError};
use super::record::{HEADER, Header, Kind, Place, Secret, span};
use super::segment::{End, PREAMBLE, Position, Preamble, Scanner, Stored, chain_from, commit_payload, number_of, path_of};

/// Room is reserved in steps of this many bytes: large enough that most commits change no metadata, small for a community's node.
const STEP: u64 = 4 << 20;
/// Changes whose bytes are more than this are refused: a commit is held in memory, and fits in a segment.
pub(super) const LARGEST_COMMIT: u64 = 32 << 20;

/// Largest buffer kept from one commit to the next: what is stored at once of a log that arrives.
const KEPT_BUFFER: usize = 2 << 20;

/// A change to be written.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) kind: Kind,
    pub(super) payload: Vec<u8>,
    /// What follows in the payload, piece by piece: the entries of a run, which are not copied together before they are laid out.
    pub(super) entries: Vec<Vec<u8>>,
}

impl Record {
    /// A record of one piece.
    pub(super) fn of(kind: Kind, payload: Vec<u8>) -> Self {
        Self { kind, payload, entries: Vec::new() }
    }

    /// The length of the whole payload.
    fn length(&self) -> usize {
        self.payload.len() + self.entries.iter().map(Vec::len).sum::<usize>()
    }
}

/// What went wrong while writing.
#[derive(Debug)]
pub(super) enum Fault {
    /// The system refused; nothing was stored.
    Io(io::Error),
    /// What had been stored does not read back.
    Damage(Damage),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Damage> for Fault {
    fn from(damage: Damage) -> Self {
        Self::Damage(damage)
    }
}

/// The journal, open for appending.
#[derive(Debug)]
pub(super) struct Journal {
    dir: PathBuf,
    disk: Arc<dyn Disk>,
    segment_bytes: u64,
    preamble: Preamble,
    file: File,
    position: Position,
    reserved: u64,
    /// The active segment ends in its seal, and the next could not be made yet.
    sealed: bool,
    /// A commit's bytes as they are laid out; kept, for fresh pages of memory cost as much as filling them.
    buffer: Vec<u8>,
    /// Why the disk must be read back before anything is written.
    suspect: Option<String>,
}

/// The journal as it was found, before its last segment was read.
pub(super) struct Found {
    pub(super) preamble: Preamble,
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Makes the first segment of a new journal.
    pub(super) fn create(dir: &Path, secret: Secret, disk: &dyn Disk) -> io::Result<()> {
        fs::create_dir_all(dir)?;
        make_segment(dir, &Preamble { number: 1, secret, commit: 1, chain: [0; 32] }, disk).map(drop)
    }

    /// Looks for the segments in `dir`: none if there is no journal.
    pub(super) fn find(dir: &Path) -> Result<Option<Found>, OpenError> {
        let io = |what| move |source| OpenError::Io { path: dir.to_owned(), what, source };
        let mut numbers = Vec::new();
        let names = match fs::read_dir(dir) {
            Err(absent) if absent.kind() == io::ErrorKind::NotFound => return Ok(None),
            names => names.map_err(io("list the journal"))?,
        };
        for name in names {
            numbers.extend(name.map_err(io("list the journal"))?.file_name().to_str().and_then(number_of));
        }
        numbers.sort_unstable();
        let Some(last) = numbers.last().copied() else { return Ok(None) };
        if let Some((missing, _)) = (1..=last).zip(&numbers).find(|(wanted, number)| wanted != *number) {
            return Err(missing_segment(dir, missing).into());
        }
        let path = path_of(dir, last);
        let file = OpenOptions::new().read(true).write(true).open(&path).map_err(io("open the last segment"))?;
        let preamble = Preamble::read(&file, last, &path).map_err(io("read the last segment"))??;
        Ok(Some(Found { preamble, path, file }))
    }

    /// Reads the last segment, hands its commits to `visit`, cuts off a torn tail, and makes all that was found durable.
    pub(super) fn open(
        found: Found,
        dir: &Path,
        options: &Options,
        disk: Arc<dyn Disk>,
        visit: impl FnMut(Vec<Stored>) -> Result<(), Damage>,
    ) -> Result<(Self, Option<Vec<u8>>), OpenError> {
        let Found { preamble, path, file, .. } = found;
        let io = |what| {
            let path = path.clone();
            move |source| OpenError::Io { path, what, source }
        };
        let scan =
            Scanner::new(&file, &path, preamble).and_then(|mut scanner| scanner.scan(visit)).map_err(io("read the last segment"))??;
        let mut reserved = file.metadata().map_err(io("read the length"))?.len();
        if scan.end == End::Torn {
            tracing::warn!(file = %path.display(), offset = scan.position.offset, "cutting off what a commit that was never told of left behind");
            file.set_len(scan.position.offset).map_err(io("cut off the torn tail"))?;
            reserved = scan.position.offset;
        }
        // After a kill the last commit may be in the page cache only; it becomes visible now, so it must be durable now.
        disk.sync(&file).map_err(io("sync"))?;
        let footer = if let End::Sealed(rows) = scan.end { Some(rows) } else { None };
        let mut journal = Self {
            dir: dir.to_owned(),
            disk,
            segment_bytes: options.segment_bytes,
            preamble,
            file,
            position: scan.position,
            reserved,
            sealed: footer.is_some(),
            buffer: Vec::new(),
            suspect: None,
        };
        if !scan.marked && !journal.sealed {
            journal.mark();
        }
        Ok((journal, footer))
    }

    /// The number of the active segment.
    pub(super) fn segment(&self) -> u32 {
        self.preamble.number
    }

    /// How the active segment begins.
    pub(super) fn preamble(&self) -> &Preamble {
        &self.preamble
    }

    /// Whether a failed write is still to be mended, so that there may be broken bytes behind the position.
    pub(super) fn is_suspect(&self) -> bool {
        self.suspect.is_some()
    }

    /// Where the next commit goes.
    pub(super) fn position(&self) -> Position {
        self.position
    }

    /// Whether the active segment was sealed, so that [`Self::next_segment`] must come first.
    pub(super) fn is_sealed(&self) -> bool {
        self.sealed
    }

    /// Whether records of `bytes` in all still go into the active segment. An empty one takes any commit.
    pub(super) fn fits(&self, bytes: u64) -> bool {
        !self.sealed && (self.position.offset == PREAMBLE || self.position.offset + bytes <= self.segment_bytes)
    }

    /// The bytes that `records` take, with the commit around them.
    pub(super) fn span(records: &[Record]) -> u64 {
        records.iter().map(|record| span(record.length())).sum::<u64>() + span(40) + span(0)
    }

    /// Writes `records` as one commit and makes it durable; gives the place of each.
    pub(super) fn commit(&mut self, records: &[Record]) -> Result<Vec<Place>, Fault> {
        self.mend()?;
        let mut bytes = std::mem::take(&mut self.buffer);
        bytes.clear();
        let laid_out = self.lay_out(records, &mut bytes);
        let written = laid_out.and_then(|laid_out| self.put(&bytes).map(|()| laid_out));
        if bytes.capacity() <= KEPT_BUFFER {
            self.buffer = bytes;
        }
        let (places, next) = written?;
        self.position = next;
        self.mark();
        Ok(places)
    }

    /// Ends the active segment with `rows` as its footer.
    pub(super) fn seal(&mut self, rows: &[u8]) -> Result<(), Fault> {
        self.mend()?;
        let footer_at = self.position.offset;
        let mut bytes = Vec::with_capacity(rows.len() + 256);
        self.lay_down(&mut bytes, Kind::Footer, rows, &[])?;
        self.lay_down(&mut bytes, Kind::Seal, &footer_at.to_le_bytes(), &[])?;
        // The seal is found at the end of the file.
        self.suspect = Some("sealing a segment was broken off".to_owned());
        let length = footer_at + bytes.len() as u64;
        self.disk.reserve(&self.file, footer_at, length.max(self.reserved))?;
        self.file.set_len(length)?;
        self.disk.write(&self.file, &bytes, footer_at)?;
        self.disk.sync(&self.file)?;
        self.suspect = None;
        self.reserved = length;
        self.sealed = true;
        Ok(())
    }

    /// Begins the segment after a sealed one.
    pub(super) fn next_segment(&mut self) -> Result<(), Fault> {
        let Position { commit, chain, .. } = self.position;
        let number = self.preamble.number.checked_add(1).ok_or_else(|| io::Error::other("no segment number is left"))?;
        let preamble = Preamble { number, secret: self.preamble.secret, commit, chain };
        self.file = make_segment(&self.dir, &preamble, &*self.disk)?;
        self.preamble = preamble;
        self.position.offset = PREAMBLE;
        self.reserved = PREAMBLE;
        self.sealed = false;
        Ok(())
    }

    fn lay_out(&self, records: &[Record], bytes: &mut Vec<u8>) -> io::Result<(Vec<Place>, Position)> {
        bytes.reserve(usize::try_from(Self::span(records)).map_err(io::Error::other)?);
        let mut hasher = chain_from(&self.position.chain);
        let mut places = Vec::with_capacity(records.len());
        for record in records {
            let start = bytes.len();
            places.push(Place { segment: self.preamble.number, offset: self.position.offset + start as u64 });
            self.lay_down(bytes, record.kind, &record.payload, &record.entries)?;
            hasher.update(&bytes[start..start + HEADER]);
        }
        let chain = *hasher.finalize().as_bytes();
        self.lay_down(bytes, Kind::Commit, &commit_payload(records.len(), &chain), &[])?;
        let next = Position { offset: self.position.offset + bytes.len() as u64, commit: self.position.commit + 1, chain };
        Ok((places, next))
    }

    fn lay_down(&self, bytes: &mut Vec<u8>, kind: Kind, payload: &[u8], entries: &[Vec<u8>]) -> io::Result<()> {
        let start = bytes.len();
        let place = Place { segment: self.preamble.number, offset: self.position.offset + start as u64 };
        // The header needs the digest of the payload, which is fastest where it lies in one piece.
        bytes.extend_from_slice(&[0; HEADER]);
        bytes.extend_from_slice(payload);
        for entry in entries {
            bytes.extend_from_slice(entry);
        }
        let header = Header::of(kind, self.position.commit, &bytes[start + HEADER..]);
        let header = header.ok_or_else(|| io::Error::other("a record beyond 4 GiB"))?;
        bytes[start..start + HEADER].copy_from_slice(&header.encode(&self.preamble.secret, place));
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        Ok(())
    }

    /// Writes at the position and syncs. The position itself moves only when this has succeeded.
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        // The mark behind the commit has its room too.
        let end = self.position.offset + bytes.len() as u64 + span(0);
        if end > self.reserved {
            let reserved = end.next_multiple_of(STEP).min(self.segment_bytes).max(end);
            self.disk.reserve(&self.file, self.reserved, reserved)?;
            self.reserved = reserved;
        }
        let done = self.disk.write(&self.file, bytes, self.position.offset).and_then(|()| self.disk.sync(&self.file));
        if let Err(error) = &done {
            self.suspect = Some(error.to_string());
        }
        done
    }

    /// Marks the last commit as durable. A mark that cannot be written costs nothing but the proof, and the next write will tell.
    fn mark(&mut self) {
        let place = Place { segment: self.preamble.number, offset: self.position.offset };
        let Some(header) = Header::of(Kind::Durable, self.position.commit - 1, &[]) else { return };
        match self.disk.write(&self.file, &header.encode(&self.preamble.secret, place), place.offset) {
            Ok(()) => {
                self.position.offset += header.span();
                self.reserved = self.reserved.max(self.position.offset);
            }
            Err(error) => self.suspect = Some(error.to_string()),
        }
    }

    /// After a failed write or sync: reads the segment back from the disk, not from the page cache, and cuts off what lies behind the last
    /// commit. Linux drops the dirty state of pages whose write-back failed, so a second sync that succeeds proves nothing.
    fn mend(&mut self) -> Result<(), Fault> {
        let Some(why) = &self.suspect else { return Ok(()) };
        let path = path_of(&self.dir, self.preamble.number);
        tracing::warn!(file = %path.display(), why, "reading the segment back after a failed write");
        let file = OpenOptions::new().read(true).write(true).open(&path)?;
        file.set_len(self.position.offset)?;
        self.disk.sync(&file)?;
        rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed).map_err(io::Error::from)?;
        let mut scanner = Scanner::new(&file, &path, self.preamble)?;
        let scan = scanner.scan(|_| Ok(()))??;
        if (scan.position.commit, scan.position.chain) != (self.position.commit, self.position.chain) {
            return Err(scanner.damage(scan.position.offset, "a commit that was told of is not on the disk").into());
        }
        self.position = scan.position;
        self.reserved = self.position.offset;
        self.file = file;
        self.suspect = None;
        Ok(())
    }
}

/// The damage of a segment that is not there.
pub(super) fn missing_segment(dir: &Path, number: u32) -> Damage {
    Damage { file: path_of(dir, number), offset: 0, why: "the segment is missing".to_owned() }
}

/// Makes a segment so that it is either whole or absent under its name.
fn make_segment(dir: &Path, preamble: &Preamble, disk: &dyn Disk) -> io::Result<File> {
    let path = path_of(dir, preamble.number);
    let unfinished = path.with_extension("new");
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(&unfinished)?;
    disk.write(&file, &preamble.encode(), 0)?;
    disk.sync(&file)?;
    fs::rename(&unfinished, &path)?;
    sync_dir(dir)?;
    Ok(file)
}
