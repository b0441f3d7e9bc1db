//! How long a receipt of three levels takes to verify, off line.

use std::time::Instant;

use anyhow::ensure;
use luodi_ledger::facts::Facts;
use luodi_ledger::merkle::{Hash, Leaves, inclusion_proof};
use luodi_ledger::receipt::{ChainLog, Link, Receipt, verify};
use luodi_node::keys::{MachineKeys, peer_id};

use super::sample::{COUNTY, Growing, TOWNSHIP, VILLAGE, appoint, charter, federation_file, office, origin};
use super::{Figures, median};

/// Verifications timed.
const TIMES: usize = 501;

pub(super) fn measure(figures: &mut Figures) -> anyhow::Result<()> {
    let mut logs = Vec::new();
    let mut charters = Vec::new();
    for division in [COUNTY, TOWNSHIP, VILLAGE] {
        let origin = origin(division)?;
        let keys = MachineKeys::generate(&origin)?;
        charters.push(charter(&keys, &origin, &peer_id(keys.peer.public().public_bytes()), vec![])?);
        logs.push((Growing::new(origin, keys.log)?, Vec::<Vec<u8>>::new()));
    }
    let (county, township, committee) = (office(COUNTY, "government")?, office(TOWNSHIP, "government")?, office(VILLAGE, "committee")?);
    let said = [
        (0, &county, "charter", Facts::of(&charters[1])?),
        (0, &county, "appoint", appoint(&township)?),
        (1, &township, "charter", Facts::of(&charters[2])?),
        (1, &township, "appoint", appoint(&committee)?),
        (2, &committee, "topic", Facts::empty()),
    ];
    for (at, by, kind, facts) in said {
        let (log, leaves) = &mut logs[at];
        let statement = log.sign(by, kind, facts)?;
        leaves.push(log.append(statement).0);
    }
    let link = |at: usize, index: usize| -> anyhow::Result<Link> {
        let leaves: Vec<Hash> = logs[at].1.iter().map(|leaf| Hash::leaf(leaf)).collect();
        let hashes = inclusion_proof(&Leaves(&leaves), index as u64, leaves.len() as u64)?;
        Ok(Link { index: index as u64, hashes, entry: logs[at].1[index].clone() })
    };
    let federation = federation_file(charters[0].clone())?;
    let entry = link(2, 0)?;
    let chain =
        [0, 1].map(|at| -> anyhow::Result<ChainLog> { Ok(ChainLog { head: logs[at].0.head(), links: vec![link(at, 0)?, link(at, 1)?] }) });
    let receipt = Receipt {
        federation: federation.hash(),
        entry: entry.entry,
        body: None,
        chain: chain.into_iter().collect::<Result<_, _>>()?,
        index: 0,
        hashes: entry.hashes,
        head: logs[2].0.head(),
    };
    let bytes = receipt.to_bytes()?;
    let mut times = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let start = Instant::now();
        let report = verify(&bytes, &federation);
        times.push(start.elapsed().as_secs_f64() * 1000.0);
        ensure!(report.is_verified(), "the sample receipt does not verify: {:?}", report.checks);
    }
    figures.below("receipt_verify", median(times), "ms", 1.0, "< 1 ms");
    Ok(())
}
