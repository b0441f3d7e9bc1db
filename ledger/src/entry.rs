//! The leaf of a log: it links a statement to all that came before.
//!
//! ```text
//! luodi/entry/v1
//! index 17
//! previous <64 hex of BLAKE3 of the previous entry's bytes; 64 zeros at index 0>
//! logged 2026-11-22T07:58:12Z
//!
//! <the signed statement, whole>
//! ```
//!
//! A leaf is any bytes up to the bundle's limit; one that does not read as an entry, or whose index, link or time is wrong, is replicated
//! all the same and counts nowhere (see [`Link::step`]).

use crate::hash::Blake3;
use crate::statement::SignedStatement;
use crate::time::Time;
use crate::{Malformed, decimal};

/// First line of every entry.
pub const HEADER: &str = "luodi/entry/v1";
/// Largest entry in bytes that counts.
pub const LONGEST: usize = 16 * 1024;

/// One entry of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Position in the log, from 0.
    pub index: u64,
    /// BLAKE3 of the previous entry's bytes.
    pub previous: Blake3,
    /// When the log took it in; never decreases along a log.
    pub logged: Time,
    /// What was said.
    pub statement: SignedStatement,
}

/// What the next entry of a log must link to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The index the next entry bears.
    pub index: u64,
    /// The link it carries.
    pub previous: Blake3,
    /// The time it may not precede: the newest `logged` of the well-formed entries before it.
    pub not_before: Time,
}

impl Link {
    /// The link of the first entry.
    pub fn start() -> Self {
        Self { index: 0, previous: Blake3::ZERO, not_before: Time::from_unix(0).unwrap_or_else(|_| unreachable!()) }
    }

    /// Reads the leaf that stands here and moves on to the next, whether or not it counts.
    pub fn step(&mut self, leaf: &[u8]) -> Result<Entry, Malformed> {
        let read = Entry::parse(leaf).and_then(|entry| self.accept(entry));
        self.index += 1;
        self.previous = Blake3::of(leaf);
        if let Ok(entry) = &read {
            self.not_before = entry.logged;
        }
        read
    }

    fn accept(&self, entry: Entry) -> Result<Entry, Malformed> {
        if entry.index != self.index {
            return Err(Malformed::new("index", format!("is {}, {} wanted", entry.index, self.index)));
        }
        if entry.previous != self.previous {
            return Err(Malformed::new("previous", "does not link to the entry before"));
        }
        if entry.logged < self.not_before {
            return Err(Malformed::new("logged", format!("{} is before the entry before it", entry.logged)));
        }
        Ok(entry)
    }
}

impl Entry {
    /// Reads an entry; `parse(bytes).to_bytes() == bytes`.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let wrong = |field: &str, why: &str| Malformed::new(field, why.to_owned());
        if bytes.len() > LONGEST {
            return Err(wrong("entry", "longer than 16 KiB"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| wrong("entry", "not UTF-8"))?;
        let (head, statement) = text.split_once("\n\n").ok_or_else(|| wrong("entry", "no empty line before the statement"))?;
        let lines: Vec<&str> = head.split('\n').collect();
        let &[HEADER, index, previous, logged] = lines.as_slice() else {
            return Err(wrong("entry", "luodi/entry/v1, index, previous and logged wanted"));
        };
        let index = index.strip_prefix("index ").and_then(decimal).ok_or_else(|| wrong("index", "a plain decimal wanted"))?;
        let previous = previous.strip_prefix("previous ").ok_or_else(|| wrong("previous", "64 hex wanted"))?.parse()?;
        let logged = logged.strip_prefix("logged ").ok_or_else(|| wrong("logged", "a time wanted"))?.parse()?;
        Ok(Self { index, previous, logged, statement: SignedStatement::parse(statement.as_bytes())? })
    }

    /// The leaf.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { index, previous, logged, statement } = self;
        format!("{HEADER}\nindex {index}\nprevious {previous}\nlogged {logged}\n\n{}", statement.note()).into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{KeyKind, SignerKey};
    use crate::statement::Statement;

    fn statement(number: u64) -> SignedStatement {
        let name = "luodi.example/henan/410721101201/committee";
        let text = format!(
            "luodi/statement/v1\nlog luodi.example/henan/log/410721101201/1\nby {name}\nkind progress\n\
             time 2026-11-22T07:58:11Z\nfacts {{\"n\":{number}}}\n"
        );
        Statement::parse(&text).unwrap().sign(&[SignerKey::from_seed(name, KeyKind::Ed25519, &[5; 32]).unwrap()]).unwrap()
    }

    fn at(second: u32) -> Time {
        format!("2026-11-22T08:00:{second:02}Z").parse().unwrap()
    }

    /// The entry that links to `link`, logged at `second`.
    fn next(link: &Link, second: u32) -> Vec<u8> {
        Entry { index: link.index, previous: link.previous, logged: at(second), statement: statement(link.index) }.to_bytes()
    }

    #[test]
    fn what_is_read_is_written_back() {
        let bytes = next(&Link::start(), 0);
        let entry = Entry::parse(&bytes).unwrap();
        assert_eq!(entry.to_bytes(), bytes);
        assert_eq!((entry.index, entry.previous, entry.logged), (0, Blake3::ZERO, at(0)));
    }

    #[test]
    fn other_spellings_are_refused() {
        let good = String::from_utf8(next(&Link::start(), 0)).unwrap();
        for bad in [
            good.replacen("entry/v1", "entry/v2", 1),
            good.replacen("index 0", "index 00", 1),
            good.replacen("index 0", "index +0", 1),
            good.replacen("index 0", "index 9223372036854775808", 1),
            good.replacen("previous 0", "previous ", 1),
            good.replacen("logged ", "logged  ", 1),
            good.replacen("\n\n", "\n\n\n", 1),
            good.replacen("\n\n", "\nmore\n\n", 1),
            good.replacen("index 0\n", "", 1),
            format!("{good}\n"),
            good.trim_end().to_owned(),
            good.replacen("kind", "kinds", 1),
        ] {
            assert!(Entry::parse(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(Entry::parse(&[good.as_bytes(), &[b'x'; LONGEST]].concat()).is_err());
        assert!(Entry::parse(b"\xff").is_err());
    }

    #[test]
    fn each_entry_links_to_the_bytes_before_it() {
        let mut link = Link::start();
        for second in [0, 3, 3, 9] {
            let bytes = next(&link, second);
            let before = link;
            assert_eq!(link.step(&bytes).unwrap().to_bytes(), bytes);
            assert_eq!(link, Link { index: before.index + 1, previous: Blake3::of(&bytes), not_before: at(second) });
        }
    }

    #[test]
    fn a_wrong_index_link_or_time_counts_nowhere_and_the_log_goes_on() {
        let mut link = Link::start();
        link.step(&next(&link.clone(), 5)).unwrap();
        let field = |link: &mut Link, leaf: &[u8]| link.step(leaf).unwrap_err().field;
        let elsewhere = next(&Link { index: 7, ..link }, 6);
        assert_eq!(field(&mut link, &elsewhere), "index");
        let unlinked = next(&Link { previous: Blake3::ZERO, ..link }, 6);
        assert_eq!(field(&mut link, &unlinked), "previous");
        let early = next(&link, 4);
        assert_eq!(field(&mut link, &early), "logged");
        assert_eq!(field(&mut link, b"anything at all"), "entry");
        // Four leaves that do not count were passed; the fifth links to the bytes of the last and need only follow the first in time.
        let good = next(&link, 5);
        assert!(good.starts_with(format!("luodi/entry/v1\nindex 5\nprevious {}\n", Blake3::of(b"anything at all")).as_bytes()));
        link.step(&good).unwrap();
    }
}
