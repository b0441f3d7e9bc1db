//! Reading the whole journal again, for an operator who wants to know.

use std::collections::HashSet;
use std::fs::File;
use std::io;

use luodi_ledger::hash::Blake3;

use super::error::{Damage, ReadError};
use super::rows;
use super::segment::{End, Preamble, Scanner, path_of};
use super::state::State;
use super::{Journal, Store};

impl Store {
    /// Reads every byte of the journal and checks it, the footers against the records, and all of it against what readers are shown. The
    /// first damage found is the error.
    pub fn verify(&self) -> Result<(), ReadError> {
        let mut state = State::default();
        let active = Journal::segment(&self.journal);
        let mut before: Option<(u64, [u8; 32])> = None;
        let redacted: HashSet<Blake3> = self.view.state().tombstones.keys().copied().collect();
        for number in 1..=active {
            let path = path_of(&self.view.journal, number);
            let unavailable = |error: io::Error| ReadError::Unavailable(format!("{}: {error}", path.display()));
            let damage = |offset: u64, why: &str| Damage { file: path.clone(), offset, why: why.to_owned() };
            let file = File::open(&path).map_err(unavailable)?;
            let preamble = Preamble::read(&file, number, &path).map_err(unavailable)??;
            if preamble.secret != self.view.secret || before.is_some_and(|before| before != (preamble.commit, preamble.chain)) {
                return Err(damage(0, "the segment does not continue the one before").into());
            }
            let apply = |changes: Vec<super::segment::Stored>| {
                let applied = state.apply(changes.iter().map(super::segment::Stored::told));
                applied.map_err(|senseless| damage(senseless.place.offset, senseless.why))
            };
            let scan =
                Scanner::new(&file, &path, preamble).and_then(|scanner| scanner.knowing(&redacted).scan(apply)).map_err(unavailable)??;
            match scan.end {
                End::Sealed(footer) if number < active && footer == rows::encode(&state.rows) => state.rows.clear(),
                End::Open if number == active && scan.position == self.journal.position() => {}
                // A failed write left something behind the last commit, to be cut off before the next.
                End::Open | End::Torn
                    if number == active && self.journal.is_suspect() && scan.position.chain == self.journal.position().chain => {}
                _ => return Err(damage(scan.position.offset, "the segment does not end as it was written").into()),
            }
            before = Some((scan.position.commit, scan.position.chain));
        }
        let shown = self.view.state();
        if shown.sealing.is_empty() && *shown != state {
            let why = "what readers are shown is not what the journal says".to_owned();
            return Err(Damage { file: self.view.journal.clone(), offset: 0, why }.into());
        }
        Ok(())
    }
}
