//! The registry: one statement more, where a county or a province is registered.
//!
//! As in a running node, somebody holds the registry as it was while the new one is made.

use std::sync::Arc;
use std::time::Instant;

use anyhow::ensure;
use luodi_ledger::entry::Entry;
use luodi_ledger::facts::Facts;
use luodi_ledger::key::SignerKey;
use luodi_ledger::names::Origin;
use luodi_ledger::registry::Registry;
use luodi_node::keys::MachineKeys;

use super::sample::{COUNTY, Growing, appoint, charter, federation_file, office, origin};
use super::{Figures, median};

/// Statements more that are timed one by one.
const MORE: u32 = 51;

/// Appointments: `towns` townships, each of which registers `offices` offices in each of its `villages`.
struct Shape {
    towns: u32,
    villages: u32,
    offices: u32,
}

/// One log with two thousand.
const COUNTY_SHAPE: Shape = Shape { towns: 1, villages: 400, offices: 5 };
/// Fifty thousand, over twenty-five hundred divisions.
const PROVINCE_SHAPE: Shape = Shape { towns: 100, villages: 25, offices: 20 };

pub(super) fn measure(figures: &mut Figures) -> anyhow::Result<()> {
    let (derived, more) = one_more(&COUNTY_SHAPE)?;
    figures.tell("registry_2000_appointments", derived, "ms");
    figures.below("registry_2000_one_more", more, "ms", 50.0, "< 50 ms");
    let (derived, more) = one_more(&PROVINCE_SHAPE)?;
    figures.tell("registry_50000_appointments", derived, "ms");
    figures.below("registry_50000_one_more", more, "ms", 50.0, "< 50 ms");
    Ok(())
}

/// Milliseconds for all at once, and for one more.
fn one_more(shape: &Shape) -> anyhow::Result<(f64, f64)> {
    let root = origin(COUNTY)?;
    let keys = MachineKeys::generate(&root)?;
    let federation = federation_file(charter(&keys, &root, &luodi_node::keys::peer_id(keys.peer.public().public_bytes()), vec![])?)?;
    let government = office(COUNTY, "government")?;
    let mut county = Growing::new(root, keys.log.clone())?;
    let mut entries: Vec<(Origin, Entry)> = Vec::new();
    let mut towns = Vec::new();
    for town in 1..=shape.towns {
        let division = format!("990101{town:03}000");
        let by = office(&division, "government")?;
        let mut log = Growing::new(origin(&division)?, keys.log.clone())?;
        entries.push(say(&mut county, &government, appoint(&by)?)?);
        for village in 1..=shape.villages {
            for number in 0..shape.offices {
                let key = office(&format!("990101{town:03}{village:03}"), &format!("office-{number}"))?;
                entries.push(say(&mut log, &by, appoint(&key)?)?);
            }
        }
        towns.push((log, by));
    }
    let mut registry = Arc::new(Registry::new(federation));
    let start = Instant::now();
    Arc::make_mut(&mut registry).observe_all(entries.iter().map(|(origin, entry)| (origin, entry)));
    let derived = start.elapsed().as_secs_f64() * 1e3;
    let mut times = Vec::new();
    for number in 0..MORE {
        let town = usize::try_from(number % shape.towns)?;
        let (log, by) = &mut towns[town];
        let key = office(&format!("990101{:03}001", town + 1), &format!("more-{number}"))?;
        let (origin, entry) = say(log, by, appoint(&key)?)?;
        let held = registry.clone();
        let start = Instant::now();
        ensure!(Arc::make_mut(&mut registry).observe(&origin, &entry).is_news(), "an appointment more changed nothing");
        times.push(start.elapsed().as_secs_f64() * 1e3);
        let office = key.public().name().parse()?;
        ensure!(held.appointments(&office).is_empty() && registry.appointments(&office).len() == 1, "an appointment more is void");
    }
    Ok((derived, median(times)))
}

fn say(log: &mut Growing, by: &SignerKey, facts: Facts) -> anyhow::Result<(Origin, Entry)> {
    let statement = log.sign(by, "appoint", facts)?;
    let (leaf, _) = log.append(statement);
    Ok((log.origin.clone(), Entry::parse(&leaf)?))
}
