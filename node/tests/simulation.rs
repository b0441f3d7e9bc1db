//! The real follower under a seeded simulator: eight nodes, virtual time, latency, loss, duplication, partitions, crashes, a relay that
//! lies, an author that signs two histories and a clock that is an hour ahead. After every step: heard ≥ proven ≥ stored ≥ told, nothing told before it is stored, and
//! every log a prefix of its author's. When the network is whole again: everybody holds everything it follows.
//!
//! A failure prints its seed; `LUODI_SEED=<n> cargo test -p luodi-node --test simulation` runs that one alone, and `LUODI_SEEDS=<times>`
//! multiplies how many are run.

mod county;
#[path = "simulation/world.rs"]
mod world;

use world::{Kind, World};

/// Runs each seed of `kind` on all cores.
fn run(kind: Kind, seeds: u64) {
    if let Some(seed) = std::env::var("LUODI_SEED").ok().and_then(|seed| seed.parse().ok()) {
        World::new(kind, seed).run();
        return;
    }
    let seeds = seeds * std::env::var("LUODI_SEEDS").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    let next = std::sync::atomic::AtomicU64::new(0);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    if seed >= seeds {
                        return;
                    }
                    World::new(kind, seed).run();
                }
            });
        }
    });
}

#[test]
fn everything_arrives_in_spite_of_loss_partitions_and_crashes() {
    run(Kind::Honest, 120);
}

#[test]
fn a_lying_relay_delays_and_changes_nothing() {
    run(Kind::LyingRelay, 60);
}

#[test]
fn a_forking_author_is_caught_and_harms_no_other_log() {
    run(Kind::ForkingAuthor, 60);
}

#[test]
fn a_node_whose_clock_is_wrong_writes_nothing_and_the_others_go_on() {
    run(Kind::WrongClock, 60);
}
