//! The files of public attachments, kept beside the store, each under the BLAKE3 of its stored bytes: 32 random bytes and the file.
//!
//! ```text
//! <data>/attachments/ab/ab12…   one attachment, whole; never changed, removed only by a redaction
//! <data>/attachments/incoming/  what is arriving; emptied at every start
//! <data>/attachments/tally      what arrived today, by office: lines `<date> <office> <bytes>`
//! ```
//!
//! A file arrives in pieces, is hashed on its way, synced, and only then takes its name, so a file that has a name is whole whatever
//! happened: kill, power cut, full disk. Nothing is held in memory.
//!
//! Out of scope: which statement may bring which file, which `api` asks of the log; files of other nodes, which peers do not hand over yet.
//! Their place is here too: a peer's pieces would arrive by [`Attachments::take`] as a publisher's do.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use futures::{Stream, StreamExt as _};
use luodi_ledger::attachment::{Attachment, Media, NONCE, TELLING};
use luodi_ledger::hash::Blake3;
use luodi_ledger::names::OfficeName;
use luodi_ledger::time::Date;
use tokio::fs;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Semaphore;

/// Most bytes of attachments that one office may bring in a day: 1 GiB, a whole office's scanning.
pub const MOST_A_DAY: u64 = 1 << 30;
/// Most files that arrive at once: each holds a connection and a disk's attention.
const MOST_ARRIVING: usize = 4;
/// Length of the random names under `incoming`.
const TEMPORARY: usize = 16;

/// The room; clones share it.
#[derive(Clone, Debug)]
pub struct Attachments {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    dir: PathBuf,
    /// Free bytes that are left alone, as in the store.
    floor: u64,
    arriving: Semaphore,
    tally: Mutex<Tally>,
}

/// Bytes by office, of one day.
#[derive(Debug, Default)]
struct Tally {
    day: Option<Date>,
    bytes: BTreeMap<OfficeName, u64>,
    /// Whether the file has lines of this day.
    is_noted: bool,
}

/// What an office is charged for bytes on their way.
struct Charged<'r> {
    room: &'r Attachments,
    office: &'r OfficeName,
    day: Date,
    bytes: u64,
}

impl Drop for Charged<'_> {
    fn drop(&mut self) {
        self.room.tally().give_back(self.office, self.day, self.bytes);
    }
}

/// An attachment that is kept here.
#[derive(Debug)]
pub struct Kept {
    /// Its stored bytes, read up to the file.
    pub file: fs::File,
    /// The random bytes in front.
    pub nonce: [u8; NONCE],
    /// What it is by its first bytes.
    pub media: Media,
    /// Length of the file without the nonce.
    pub size: u64,
}

/// Why a file was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// It is not what the statement names.
    #[error("{0}")]
    Other(&'static str),
    /// The office has brought enough today.
    #[error("{office} has brought {used} bytes of attachments today; at most {MOST_A_DAY} are taken in a day")]
    Enough {
        /// The office.
        office: OfficeName,
        /// Its bytes of today.
        used: u64,
    },
    /// Too many at once.
    #[error("several attachments are arriving already")]
    Busy,
    /// No room.
    #[error("the disk is full")]
    Full,
    /// The sender broke off.
    #[error("the bytes broke off: {0}")]
    Broken(String),
    /// The disk.
    #[error("attachments: {0}")]
    Io(io::Error),
}

impl From<io::Error> for TakeError {
    fn from(error: io::Error) -> Self {
        if error.kind() == ErrorKind::StorageFull { Self::Full } else { Self::Io(error) }
    }
}

impl Attachments {
    /// Opens the room under the node's data folder, and clears what a crash left half arrived.
    pub fn open(data: &Path, floor: u64) -> io::Result<Self> {
        let dir = data.join("attachments");
        let incoming = dir.join("incoming");
        std::fs::create_dir_all(&incoming)?;
        for leftover in std::fs::read_dir(&incoming)? {
            std::fs::remove_file(leftover?.path())?;
        }
        let tally = match std::fs::read_to_string(dir.join("tally")) {
            Ok(text) => Tally::read(&text),
            Err(absent) if absent.kind() == ErrorKind::NotFound => Tally::default(),
            Err(error) => return Err(error),
        };
        Ok(Self { shared: Arc::new(Shared { dir, floor, arriving: Semaphore::new(MOST_ARRIVING), tally: Mutex::new(tally) }) })
    }

    /// The attachment of this name, if it is kept here.
    pub async fn find(&self, hash: &Blake3) -> io::Result<Option<Kept>> {
        let mut file = match fs::File::open(self.path(hash)).await {
            Ok(file) => file,
            Err(absent) if absent.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let size = file.metadata().await?.len().saturating_sub(NONCE as u64);
        let mut nonce = [0; NONCE];
        file.read_exact(&mut nonce).await?;
        let mut first = Vec::with_capacity(TELLING);
        (&mut file).take(TELLING as u64).read_to_end(&mut first).await?;
        let media = Media::of(&first).ok_or_else(|| io::Error::new(ErrorKind::InvalidData, "an attachment of no known kind"))?;
        Ok(Some(Kept { file, nonce, media, size }))
    }

    /// Takes in the stored bytes of `named`, which `office` brings on `day`; whether they are new here.
    pub async fn take<B: AsRef<[u8]>, E: std::fmt::Display>(
        &self,
        named: &Attachment,
        office: &OfficeName,
        day: Date,
        bytes: impl Stream<Item = Result<B, E>>,
    ) -> Result<bool, TakeError> {
        if fs::try_exists(self.path(&named.hash)).await? {
            return Ok(false);
        }
        let _place = self.shared.arriving.try_acquire().map_err(|_| TakeError::Busy)?;
        let length = named.size + NONCE as u64;
        let free = rustix::fs::statvfs(&self.shared.dir).map_err(io::Error::from)?;
        if free.f_bavail.saturating_mul(free.f_frsize) < self.shared.floor.saturating_add(length) {
            return Err(TakeError::Full);
        }
        self.tally().charge(office, day, length)?;
        // Given back if the bytes do not come to stay, also when nobody waits for them any more.
        let mut charged = Charged { room: self, office, day, bytes: length };
        self.receive(named, length, bytes).await?;
        charged.bytes = 0;
        self.note(office, day, length).await?;
        Ok(true)
    }

    /// Removes the file of an attachment, durably; that there is none is no error.
    pub fn remove(&self, hash: &Blake3) -> io::Result<()> {
        let path = self.path(hash);
        match std::fs::remove_file(&path) {
            Ok(()) => path.parent().map_or(Ok(()), |folder| std::fs::File::open(folder)?.sync_all()),
            Err(absent) if absent.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn receive<B: AsRef<[u8]>, E: std::fmt::Display>(
        &self,
        named: &Attachment,
        length: u64,
        bytes: impl Stream<Item = Result<B, E>>,
    ) -> Result<(), TakeError> {
        let mut random = [0; TEMPORARY];
        getrandom::fill(&mut random).map_err(|error| TakeError::Io(io::Error::other(error.to_string())))?;
        let name: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let arriving = Arriving(self.shared.dir.join("incoming").join(name));
        let mut file = fs::File::create_new(&arriving.0).await?;
        let mut hasher = blake3::Hasher::new();
        let mut first = Vec::with_capacity(NONCE + TELLING);
        let mut received = 0;
        let mut bytes = std::pin::pin!(bytes);
        while let Some(piece) = bytes.next().await {
            let piece = piece.map_err(|error| TakeError::Broken(error.to_string()))?;
            let piece = piece.as_ref();
            received += piece.len() as u64;
            if received > length {
                return Err(TakeError::Other("longer than the statement says"));
            }
            let wanted = (NONCE + TELLING - first.len()).min(piece.len());
            first.extend_from_slice(&piece[..wanted]);
            hasher.update(piece);
            file.write_all(piece).await?;
        }
        if received < length {
            return Err(TakeError::Broken(format!("{received} of {length} bytes came")));
        }
        if Blake3::from_bytes(*hasher.finalize().as_bytes()) != named.hash {
            return Err(TakeError::Other("not the bytes that the statement names"));
        }
        if first.get(NONCE..).and_then(Media::of).as_ref() != Some(&named.media) {
            return Err(TakeError::Other("not of the kind that the statement says, by its first bytes"));
        }
        file.flush().await?;
        file.sync_all().await?;
        drop(file);
        let path = self.path(&named.hash);
        let folder = path.parent().unwrap_or(&self.shared.dir).to_owned();
        fs::create_dir_all(&folder).await?;
        fs::rename(&arriving.0, &path).await?;
        // The folder's own name too: it may be new.
        for made in [&folder, &self.shared.dir] {
            fs::File::open(made).await?.sync_all().await?;
        }
        Ok(())
    }

    /// Writes down what arrived, so that a restart does not open the day anew. The first line of a day clears those of the day before.
    async fn note(&self, office: &OfficeName, day: Date, bytes: u64) -> io::Result<()> {
        let is_first = !std::mem::replace(&mut self.tally().is_noted, true);
        let mut options = fs::OpenOptions::new();
        options.create(true).write(true).append(!is_first).truncate(is_first);
        let mut file = options.open(self.shared.dir.join("tally")).await?;
        file.write_all(format!("{day} {office} {bytes}\n").as_bytes()).await?;
        file.flush().await
    }

    fn tally(&self) -> std::sync::MutexGuard<'_, Tally> {
        self.shared.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, hash: &Blake3) -> PathBuf {
        let name = hash.to_string();
        self.shared.dir.join(&name[..2]).join(name)
    }
}

/// A file on its way in: gone if it does not get its name.
struct Arriving(PathBuf);

impl Drop for Arriving {
    fn drop(&mut self) {
        // After the rename there is none. One that cannot be removed is cleared at the next start.
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Tally {
    fn read(text: &str) -> Self {
        let mut tally = Self::default();
        for line in text.lines() {
            let fields: Vec<&str> = line.split(' ').collect();
            if let [day, office, bytes] = fields.as_slice()
                && let (Ok(day), Ok(office), Ok(bytes)) = (day.parse(), office.parse(), bytes.parse::<u64>())
            {
                tally.turn(day);
                *tally.bytes.entry(office).or_default() += bytes;
                tally.is_noted = true;
            }
        }
        tally
    }

    fn turn(&mut self, day: Date) {
        if self.day != Some(day) {
            *self = Self { day: Some(day), ..Self::default() };
        }
    }

    fn charge(&mut self, office: &OfficeName, day: Date, bytes: u64) -> Result<(), TakeError> {
        self.turn(day);
        let used = self.bytes.entry(office.clone()).or_default();
        if *used + bytes > MOST_A_DAY {
            return Err(TakeError::Enough { office: office.clone(), used: *used });
        }
        *used += bytes;
        Ok(())
    }

    fn give_back(&mut self, office: &OfficeName, day: Date, bytes: u64) {
        if self.day == Some(day)
            && let Some(used) = self.bytes.get_mut(office)
        {
            *used = used.saturating_sub(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;
    use luodi_ledger::attachment::Access;

    use super::*;

    const DAY: Date = jiff::civil::date(2026, 11, 22);

    fn office(name: &str) -> OfficeName {
        format!("luodi.example/demo/990101001001/{name}").parse().unwrap()
    }

    fn photo(fill: u8, length: usize) -> (Attachment, Vec<u8>) {
        let mut file = vec![0xff, 0xd8, 0xff, 0xe0];
        file.resize(length.max(4), fill);
        let nonce = [fill; NONCE];
        let named = Attachment::of(&nonce, &file, Access::Public, None).unwrap();
        (named, [nonce.as_slice(), &file].concat())
    }

    fn pieces(bytes: &[u8], size: usize) -> impl Stream<Item = Result<Vec<u8>, String>> + use<> {
        stream::iter(bytes.chunks(size).map(|piece| Ok(piece.to_vec())).collect::<Vec<_>>())
    }

    fn incoming(data: &Path) -> usize {
        std::fs::read_dir(data.join("attachments/incoming")).unwrap().count()
    }

    #[tokio::test]
    async fn what_was_taken_in_is_found_whole_and_once() {
        let data = tempfile::tempdir().unwrap();
        let room = Attachments::open(data.path(), 0).unwrap();
        let (named, bytes) = photo(7, 5000);
        assert!(room.find(&named.hash).await.unwrap().is_none());
        assert!(room.take(&named, &office("committee"), DAY, pieces(&bytes, 999)).await.unwrap());
        assert!(!room.take(&named, &office("committee"), DAY, pieces(&bytes, 999)).await.unwrap());
        let room = Attachments::open(data.path(), 0).unwrap();
        let kept = room.find(&named.hash).await.unwrap().unwrap();
        assert_eq!((kept.nonce, kept.media, kept.size), ([7; NONCE], Media::Jpeg, 5000));
        assert_eq!(std::fs::read(room.path(&named.hash)).unwrap(), bytes);
        room.remove(&named.hash).unwrap();
        room.remove(&named.hash).unwrap();
        assert!(room.find(&named.hash).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn what_is_not_what_was_named_leaves_nothing() {
        let data = tempfile::tempdir().unwrap();
        let room = Attachments::open(data.path(), 0).unwrap();
        let (named, bytes) = photo(7, 5000);
        let mut other = bytes.clone();
        other[4000] ^= 1;
        let longer = [bytes.as_slice(), b"more"].concat();
        for bad in [&other[..], &longer, &bytes[..4999]] {
            assert!(room.take(&named, &office("committee"), DAY, pieces(bad, 100)).await.is_err());
        }
        let as_pdf = Attachment { media: Media::Pdf, ..named.clone() };
        assert!(room.take(&as_pdf, &office("committee"), DAY, pieces(&bytes, 100)).await.is_err());
        let broken = pieces(&bytes[..500], 100).chain(stream::iter([Err("gone".to_owned())]));
        assert!(matches!(room.take(&named, &office("committee"), DAY, broken).await, Err(TakeError::Broken(_))));
        assert_eq!(incoming(data.path()), 0);
        assert!(room.find(&named.hash).await.unwrap().is_none());
        assert!(room.take(&named, &office("committee"), DAY, pieces(&bytes, 100)).await.unwrap());
    }

    #[tokio::test]
    async fn an_upload_cut_off_leaves_nothing_once_it_is_dropped_or_the_node_starts_again() {
        let data = tempfile::tempdir().unwrap();
        let room = Attachments::open(data.path(), 0).unwrap();
        let (named, bytes) = photo(7, 5000);
        let office = office("committee");
        let stalled = pieces(&bytes[..500], 100).chain(stream::pending());
        let cut = tokio::time::timeout(std::time::Duration::from_millis(50), room.take(&named, &office, DAY, stalled)).await;
        assert!(cut.is_err());
        assert_eq!(incoming(data.path()), 0);
        // As after a kill: the bytes are there and no name.
        std::fs::write(data.path().join("attachments/incoming/left"), &bytes).unwrap();
        let room = Attachments::open(data.path(), 0).unwrap();
        assert_eq!(incoming(data.path()), 0);
        assert!(room.find(&named.hash).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_day_has_its_bound_by_office_and_outlives_a_restart() {
        let data = tempfile::tempdir().unwrap();
        let room = Attachments::open(data.path(), 0).unwrap();
        let (named, bytes) = photo(7, 500);
        room.tally().charge(&office("committee"), DAY, MOST_A_DAY - 1000).unwrap();
        room.note(&office("committee"), DAY, MOST_A_DAY - 1000).await.unwrap();
        assert!(room.take(&named, &office("committee"), DAY, pieces(&bytes, 100)).await.unwrap());
        let (second, bytes) = photo(8, 500);
        let enough = |taken| matches!(taken, Err(TakeError::Enough { .. }));
        assert!(enough(room.take(&second, &office("committee"), DAY, pieces(&bytes, 100)).await));
        let room = Attachments::open(data.path(), 0).unwrap();
        assert!(enough(room.take(&second, &office("committee"), DAY, pieces(&bytes, 100)).await));
        assert!(room.take(&second, &office("supervisors"), DAY, pieces(&bytes, 100)).await.unwrap());
        let (third, bytes) = photo(9, 500);
        let tomorrow = DAY.tomorrow().unwrap();
        assert!(room.take(&third, &office("committee"), tomorrow, pieces(&bytes, 100)).await.unwrap());
        assert_eq!(std::fs::read_to_string(data.path().join("attachments/tally")).unwrap().lines().count(), 1);
    }

    #[tokio::test]
    async fn a_full_disk_takes_nothing() {
        let data = tempfile::tempdir().unwrap();
        let room = Attachments::open(data.path(), u64::MAX).unwrap();
        let (named, bytes) = photo(7, 500);
        assert!(matches!(room.take(&named, &office("committee"), DAY, pieces(&bytes, 100)).await, Err(TakeError::Full)));
    }
}
