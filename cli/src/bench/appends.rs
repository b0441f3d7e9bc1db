//! Durable appends, against a plain file on the same disk with one `fdatasync` a batch.

use std::fs::File;
use std::io::Write as _;
use std::time::Instant;

use luodi_node::store::{Options, Store};

use super::sample::{COUNTY, ENTRY, Growing, office, origin};
use super::{Figures, median};

/// Measurements of each, taken in turn, so that a slow minute of the disk hits both.
const ROUNDS: usize = 5;

pub(super) fn measure(figures: &mut Figures) -> anyhow::Result<()> {
    for (batch, batches, ours, limit, ratio) in [
        (1, 1_000, "appends_batch_1", "appends_batch_1_plain_file", "appends_batch_1_ratio"),
        (256, 200, "appends_batch_256", "appends_batch_256_plain_file", "appends_batch_256_ratio"),
    ] {
        let (mut store_rates, mut file_rates, mut ratios) = (vec![], vec![], vec![]);
        for _ in 0..ROUNDS {
            let file = plain_file(batch, batches)?;
            let store = through_the_store(batch, batches)?;
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

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn rate(entries: usize, since: Instant) -> f64 {
    entries as f64 / since.elapsed().as_secs_f64()
}

fn plain_file(batch: usize, batches: usize) -> anyhow::Result<f64> {
    let folder = tempfile::tempdir_in(".")?;
    let mut file = File::create(folder.path().join("plain"))?;
    let bytes = vec![0x5a; ENTRY * batch];
    let start = Instant::now();
    for _ in 0..batches {
        file.write_all(&bytes)?;
        file.sync_data()?;
    }
    Ok(rate(batch * batches, start))
}

fn through_the_store(batch: usize, batches: usize) -> anyhow::Result<f64> {
    let folder = tempfile::tempdir_in(".")?;
    let (origin, by) = (origin(COUNTY)?, office(COUNTY, "government")?);
    let key = luodi_node::keys::generate(&origin.to_string(), luodi_ledger::key::KeyKind::Ed25519)?;
    let mut log = Growing::new(origin, key)?;
    let mut store = Store::create(&folder.path().join("data"), Options::default())?;
    store.commit(vec![log.grow([])])?;
    // Signing and hashing are the sequencer's work; here only the store is timed.
    let statement = log.sign_padded(&by, 0)?;
    let changes: Vec<_> = (0..batches).map(|_| log.grow(std::iter::repeat_n(statement.clone(), batch))).collect();
    let start = Instant::now();
    for change in changes {
        store.commit(vec![change])?;
    }
    Ok(rate(batch * batches, start))
}
