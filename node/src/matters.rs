//! The numbers of matters: `<division>-<year>-<number>`, handed out by the home node, each once.
//!
//! A number that was handed out is durable before anybody hears of it, and is never handed out again, whether or not a topic comes of it.
//! Numbers that people chose themselves are seen in the log and passed over. What is kept is one small setting:
//!
//! ```text
//! <epoch of the store>            another after a restore: numbers handed out since the backup are not known, so some are skipped
//! <year> <newest number>
//! <how much of the log was looked at>
//! <civil day> <how many were handed out on it>
//! ```
//!
//! Out of scope: who raises the topic, which its signatures decide. Numbers are not secret and cost nothing, but one setting each; so what a
//! stranger could waste is bounded by the day.

use std::sync::Arc;

use luodi_ledger::names::{MatterId, Origin};
use luodi_ledger::statement::MOST_SIGNERS;
use luodi_ledger::time::{Date, Time};
use tokio::sync::Mutex;

use crate::marks::RESTORED;
use crate::store::{Change, CommitError, ReadError, Reader, Writer};

/// Numbers handed out in a civil day: as many as one office may say statements.
pub const MOST_A_DAY: u64 = 500;
/// Numbers skipped after a restore: two busy days between a backup and the loss.
const SKIPPED_AFTER_RESTORE: u32 = 1_000;
/// A number this far beyond the newest is a slip of the pen or of malice: it is not followed, else no number would be left.
const TOO_FAR: u32 = 100_000;
/// Lines of a statement up to its matter: header, log, signers, kind, matter.
const LINES: usize = 4 + MOST_SIGNERS;
const SETTING: &str = "matters";

/// Why no number was handed out.
#[derive(Debug, thiserror::Error)]
pub enum NumberError {
    /// Come back tomorrow.
    #[error("{MOST_A_DAY} numbers were handed out today; the next day begins at {again}")]
    TooMany {
        /// When the next day begins.
        again: Time,
        /// Seconds until then.
        wait: u64,
    },
    /// The year has no number left.
    #[error("no number is left in this year")]
    Exhausted,
    /// Come back later.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Come back later.
    #[error(transparent)]
    Store(#[from] CommitError),
}

/// What is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Book {
    epoch: String,
    year: u16,
    newest: u32,
    seen: u64,
    day: Date,
    handed_out: u64,
}

impl Book {
    fn to_text(&self) -> String {
        let Self { epoch, year, newest, seen, day, handed_out } = self;
        format!("{epoch}\n{year} {newest}\n{seen}\n{day} {handed_out}\n")
    }

    fn parse(text: &str) -> Option<Self> {
        let [epoch, numbers, seen, day] = text.lines().collect::<Vec<_>>().try_into().ok()?;
        let ((year, newest), (day, handed_out)) = (numbers.split_once(' ')?, day.split_once(' ')?);
        Some(Self {
            epoch: epoch.to_owned(),
            year: year.parse().ok()?,
            newest: newest.parse().ok()?,
            seen: seen.parse().ok()?,
            day: day.parse().ok()?,
            handed_out: handed_out.parse().ok()?,
        })
    }
}

/// Hands out numbers; clones share one book.
#[derive(Clone, Debug)]
pub struct Matters {
    origin: Origin,
    offset: i8,
    writer: Writer,
    /// One at a time.
    turn: Arc<Mutex<()>>,
}

impl Matters {
    /// For the log `origin` of a federation `offset` hours from UTC.
    pub fn new(origin: Origin, offset: i8, writer: Writer) -> Self {
        Self { origin, offset, writer, turn: Arc::default() }
    }

    /// The next free number of the year of `now`, which is never handed out again.
    pub async fn reserve(&self, now: Time) -> Result<MatterId, NumberError> {
        let _turn = self.turn.lock().await;
        let today = now.civil_date(self.offset);
        let (reader, origin) = (self.writer.reader().clone(), self.origin.clone());
        let read = tokio::task::spawn_blocking(move || read(&reader, &origin, today)).await;
        let mut book = read.map_err(|error| ReadError::Unavailable(error.to_string()))??;
        if book.day != today {
            (book.day, book.handed_out) = (today, 0);
        }
        if book.handed_out >= MOST_A_DAY {
            let again = today.tomorrow().map_or(now, |tomorrow| Time::start_of(tomorrow, self.offset));
            return Err(NumberError::TooMany { again, wait: again.unix().abs_diff(now.unix()).max(1) });
        }
        book.newest = book.newest.checked_add(1).ok_or(NumberError::Exhausted)?;
        book.handed_out += 1;
        self.writer.commit(vec![Change::Setting { name: SETTING.to_owned(), value: book.to_text().into_bytes() }]).await?;
        Ok(MatterId { division: self.origin.division, year: book.year, number: book.newest })
    }
}

/// The book, brought up to what the log holds; read on from where it was looked at last.
fn read(reader: &Reader, origin: &Origin, today: Date) -> Result<Book, ReadError> {
    let year = u16::try_from(today.year()).unwrap_or(u16::MAX);
    let epoch = reader.epoch().to_string();
    let fresh = |epoch| Book { epoch, year, newest: 0, seen: 0, day: today, handed_out: 0 };
    let mut book = match reader.setting(SETTING)? {
        // A store made of a backup that knew of no number either.
        None if reader.setting(RESTORED)?.is_some() => fresh(String::new()),
        None => fresh(epoch.clone()),
        Some(value) => {
            let kept = std::str::from_utf8(&value).ok().and_then(Book::parse);
            kept.ok_or_else(|| ReadError::Unavailable("the book of matter numbers does not read".to_owned()))?
        }
    };
    if book.year != year {
        // Numbers of this year may have been used before its first was handed out.
        book = Book { day: book.day, handed_out: book.handed_out, epoch: book.epoch, year, newest: 0, seen: 0 };
    }
    if book.epoch != epoch {
        book.newest = book.newest.saturating_add(SKIPPED_AFTER_RESTORE);
        book.epoch = epoch;
    }
    let size = reader.log(origin)?.map_or(0, |state| state.size);
    while book.seen < size {
        let leaves = reader.entries(origin, book.seen..size)?;
        let numbers = leaves.iter().filter_map(|leaf| number_in(leaf, origin, year));
        book.newest =
            numbers.fold(book.newest, |newest, used| if used > newest.saturating_add(TOO_FAR) { newest } else { newest.max(used) });
        book.seen += leaves.len() as u64;
    }
    Ok(book)
}

/// The number of the home's matter of this year that an entry is about.
fn number_in(leaf: &[u8], origin: &Origin, year: u16) -> Option<u32> {
    let statement = std::str::from_utf8(leaf).ok()?.split_once("\n\n")?.1;
    let line = statement.lines().take(LINES).find_map(|line| line.strip_prefix("matter "))?;
    let matter: MatterId = line.parse().ok()?;
    (matter.division == origin.division && matter.year == year).then_some(matter.number)
}
