//! Durable appends, against a plain file on the same disk with one `fdatasync` a batch.

use std::fs::File;
use std::io::Write as _;
use std::time::{Duration, Instant};

use luodi_node::store::{Options, Store};

use super::sample::{COUNTY, ENTRY, Growing, office, origin};
use super::{Figures, median};

/// Measurements, of which the middle one is told.
const ROUNDS: usize = 5;

pub(super) fn measure(figures: &mut Figures) -> anyhow::Result<()> {
    for (batch, batches, ours, limit, ratio) in [
        (1, 1_000, "appends_batch_1", "appends_batch_1_plain_file", "appends_batch_1_ratio"),
        (256, 200, "appends_batch_256", "appends_batch_256_plain_file", "appends_batch_256_ratio"),
    ] {
        let (mut store_rates, mut file_rates, mut ratios) = (vec![], vec![], vec![]);
        for _ in 0..ROUNDS {
            let (store, file) = round(batch, batches)?;
            store_rates.push(store);
            file_rates.push(file);
            ratios.push(store / file);
        }
        figures.tell(ours, median(store_rates), "entries/s");
        figures.tell(limit, median(file_rates), "entries/s");
        figures.at_least(ratio, median(ratios), "×", 0.6, "≥ 0.6");
    }
    Ok(())
}

/// Entries a second through the store and into a plain file, one batch of each in turn: a disk that is slow for a second, or lends a
/// burst and asks for it back, is so to both.
#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn round(batch: usize, batches: usize) -> anyhow::Result<(f64, f64)> {
    let folder = tempfile::tempdir_in(".")?;
    let mut file = File::create(folder.path().join("plain"))?;
    let bytes = vec![0x5a; ENTRY * batch];
    let (origin, by) = (origin(COUNTY)?, office(COUNTY, "government")?);
    let key = luodi_node::keys::generate(&origin.to_string(), luodi_ledger::key::KeyKind::Ed25519)?;
    let mut log = Growing::new(origin, key)?;
    let mut store = Store::create(&folder.path().join("data"), Options::default())?;
    store.commit(vec![log.grow([])])?;
    let (mut in_store, mut in_file) = (Duration::ZERO, Duration::ZERO);
    for first in (0..(batch * batches) as u64).step_by(batch) {
        // Signing and hashing are the sequencer's work; here only the store is timed.
        let statements = (first..first + batch as u64).map(|number| log.sign_padded(&by, number)).collect::<Result<Vec<_>, _>>()?;
        let change = log.grow(statements);
        let start = Instant::now();
        file.write_all(&bytes)?;
        file.sync_data()?;
        in_file += start.elapsed();
        let start = Instant::now();
        store.commit(vec![change])?;
        in_store += start.elapsed();
    }
    let rate = |time: Duration| (batch * batches) as f64 / time.as_secs_f64();
    Ok((rate(in_store), rate(in_file)))
}
