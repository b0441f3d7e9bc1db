//! A running node: opens the store, starts the tasks that own things, serves until told to stop, and ends them in order.
//!
//! Who owns what: the store's thread owns the journal; the sequencer's task writes our log; the witness answers one request at a time; the
//! network's task owns the connections. They share only the store's reader, the registry and the clock.

mod accusing;
mod confirming;
mod cosigning;
mod peering;
mod reaching;
mod restored;

use std::future::Future;
use std::io;
use std::time::Duration;

use luodi_ledger::registry::Registry;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::accusing::Accuser;
use self::reaching::Reaching;
use crate::api::{self, Api, Visitors};
use crate::attachments::Attachments;
use crate::clock::Clock;
use crate::config::Config;
use crate::keys::MachineKeys;
use crate::marks::{ALONE, NEWBORN, RESTORED};
use crate::matters::Matters;
use crate::mending::Mends;
use crate::network;
use crate::redacting;
use crate::registrar::Registrar;
use crate::sequencing::{Gate, Log, Sequencer};
use crate::store::{Change, CommitError, OpenError, Options, ReadError, Store, Writer};
use crate::witnessing::Witness;

/// Requests of peers to the witness that may wait: one from each log of a county.
const WITNESS_CALLS: usize = 512;
/// How long open connections, and then the queue, may take to end.
const GRACE: Duration = Duration::from_secs(5);

/// Why a node did not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The store.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// What the store holds.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A change that had to be kept.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// A setting.
    #[error(transparent)]
    Setting(#[from] luodi_ledger::Malformed),
    /// The files of attachments.
    #[error("attachments: {0}; see that the data folder can be read and written")]
    Attachments(io::Error),
    /// HTTP.
    #[error("http {address}: {source}; another program may be using the port: change `http` in node.toml")]
    Http {
        /// The address of the configuration.
        address: std::net::SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The network.
    #[error(transparent)]
    Network(#[from] network::StartError),
    /// The client for witnesses.
    #[error("witnesses cannot be asked over HTTP: {0}")]
    Client(String),
    /// A thread of our own ended early.
    #[error("the store could not be opened: {0}")]
    Interrupted(String),
    /// `--alone` after a restore.
    #[error(
        "--alone: this node was restored from a backup, so others may hold a newer log; start it without, and let its witnesses answer"
    )]
    AloneRestored,
    /// The store holds no log of ours.
    #[error("the store holds no log {0}; `luodi init` makes it")]
    NoLog(luodi_ledger::names::Origin),
}

fn store_options(config: &Config) -> Options {
    let default = Options::default();
    Options { free_floor: config.file.free_floor.unwrap_or(default.free_floor), ..default }
}

fn clock(config: &Config) -> Result<Clock, luodi_ledger::Malformed> {
    config.file.story_clock.clone().map_or_else(|| Ok(Clock::system()), |file| Clock::story(file, config.file.division))
}

/// Makes the store and the log's first head. Only `init` does this: a node that runs never takes a lost store for a new log.
pub async fn create(config: &Config, keys: &MachineKeys) -> Result<(), RunError> {
    let writer = Store::create(&config.file.data, store_options(config))?.into_writer();
    let log = log(config, keys, &writer, Registrar::new(Registry::new(config.federation.clone())))?;
    log.begin(&writer).await?;
    writer.commit(vec![Change::Setting { name: NEWBORN.to_owned(), value: b"1".to_vec() }]).await?;
    writer.close().await;
    Ok(())
}

/// Makes the first head of the next generation's log in the store of a node that is not running.
pub async fn begin_generation(config: &Config, keys: &MachineKeys) -> Result<(), RunError> {
    let writer = Store::open(&config.file.data, store_options(config))?.into_writer();
    let log = log(config, keys, &writer, Registrar::new(Registry::new(config.federation.clone())))?;
    log.begin(&writer).await?;
    writer.commit(vec![Change::Setting { name: NEWBORN.to_owned(), value: b"1".to_vec() }]).await?;
    writer.close().await;
    Ok(())
}

fn log(config: &Config, keys: &MachineKeys, writer: &Writer, registrar: Registrar) -> Result<Log, RunError> {
    let reader = writer.reader().clone();
    Ok(Log {
        origin: config.origin.clone(),
        keys: keys.log_keys(),
        reader,
        registrar,
        clock: clock(config)?,
        limits: config.file.limits.daily(),
        mends: Mends::default(),
    })
}

/// Takes the address of the configuration for HTTP.
pub async fn listen(config: &Config) -> Result<TcpListener, RunError> {
    let address = config.file.http;
    TcpListener::bind(address).await.map_err(|source| RunError::Http { address, source })
}

/// Runs the node until `shutdown` is ready. `alone` records the operator's word that nobody else holds this log.
pub async fn run(
    config: Config,
    keys: MachineKeys,
    alone: bool,
    http: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), RunError> {
    let opening = (config.file.data.clone(), store_options(&config));
    let store = tokio::task::spawn_blocking(move || Store::open(&opening.0, opening.1)).await;
    let writer = store.map_err(|error| RunError::Interrupted(error.to_string()))??.into_writer();
    let reader = writer.reader().clone();
    let registrar = Registrar::load(Registry::new(config.federation.clone()), &reader)?;
    let log = log(&config, &keys, &writer, registrar.clone())?;
    if reader.log(&config.origin)?.is_none() {
        return Err(RunError::NoLog(config.origin));
    }
    let restored = reader.setting(RESTORED)?.is_some_and(|value| !value.is_empty());
    if restored && alone {
        return Err(RunError::AloneRestored);
    }
    reader.withhold_bodies(restored);
    if alone {
        let value = log.clock.now().to_string().into_bytes();
        writer.commit(vec![Change::Setting { name: ALONE.to_owned(), value }]).await?;
        tracing::warn!("--alone: recorded that no other node holds this log");
    }

    let (gate, gated) = watch::channel(Gate::Confirming);
    let (sequencer, sequencing) = Sequencer::start(log.clone(), writer.clone(), gated);
    let stores = (reader.clone(), writer.clone());
    let witness =
        Witness::new(keys.witness.clone(), config.file.division, config.file.witness.clone(), stores, registrar.clone(), log.clock.clone());
    let (stop, stopped) = watch::channel(false);
    let (calls, asked) = mpsc::channel(WITNESS_CALLS);
    let settings = network::Settings {
        division: config.file.division,
        generation: config.origin.generation,
        listen: config.file.listen.clone(),
        peers: config.file.peers.iter().cloned().filter_map(network::ConfiguredPeer::at).collect(),
    };
    let parts = network::Parts {
        identity: keys.peer.clone(),
        registrar: registrar.clone(),
        store: writer.clone(),
        clock: log.clock.clone(),
        witness: calls,
    };
    let leaving = CancellationToken::new();
    let network = network::start(settings, parts, leaving.clone())?;
    let (seen, peers) = watch::channel(Vec::new());

    let attachments = Attachments::open(&config.file.data, store_options(&config).free_floor).map_err(RunError::Attachments)?;
    let limits = &config.file.limits;
    let visitors = Visitors::new(limits.requests_a_second, limits.trusted_proxies.clone());
    let redacting = redacting::run(writer.clone(), registrar.clone(), attachments.clone());
    let api = Api {
        federation: config.federation.name.clone(),
        origin: config.origin.clone(),
        reader: reader.clone(),
        registrar: registrar.clone(),
        matters: Matters::new(config.origin.clone(), config.federation.offset, writer.clone()),
        sequencer: sequencer.clone(),
        witness: witness.clone(),
        clock: log.clock.clone(),
        attachments,
        visitors: visitors.clone(),
        peers,
    };
    let reaching = Reaching::new(network.clone()).map_err(|error| RunError::Client(error.to_string()))?;
    let router = api::router(api);
    tracing::info!(origin = %config.origin, http = %config.file.http, "running");
    let mut ending = stopped.clone();
    let serving = tokio::spawn(api::serve(http, router, visitors, async move {
        let _ = ending.wait_for(|stop| *stop).await;
    }));
    let mut tasks = JoinSet::new();
    tasks.spawn(redacting);
    tasks.spawn(peering::answer_peers(witness, asked));
    tasks.spawn(peering::announce(config.origin.clone(), reader.clone(), network.clone()));
    tasks.spawn(peering::watch_peers(network.clone(), network.events(), config.origin.clone(), registrar.clone(), seen, gate.clone()));
    if restored {
        let opened = gate.subscribe();
        tasks.spawn(restored::run(config.file.division, writer.clone(), registrar.clone(), network.clone(), opened));
    }
    let accuser = Accuser {
        origin: config.origin.clone(),
        key: keys.node.clone(),
        writer: writer.clone(),
        sequencer: sequencer.clone(),
        clock: log.clock.clone(),
    };
    tasks.spawn(accuser.run());
    tasks.spawn(confirming::run(config.origin.clone(), reader.clone(), registrar.clone(), network.clone(), gate, restored));
    tasks.spawn(cosigning::run(config.origin.clone(), reader, writer.clone(), registrar, reaching));
    shutdown.await;

    // In the order of who needs whom: no new requests, what is queued is sealed, then the store is closed.
    tracing::info!("stopping");
    stop.send_replace(true);
    if tokio::time::timeout(GRACE, serving).await.is_err() {
        tracing::warn!("connections were still open and are cut off");
    }
    tasks.shutdown().await;
    leaving.cancel();
    if tokio::time::timeout(GRACE, network.closed()).await.is_err() {
        tracing::warn!("peers were still being answered and are cut off");
    }
    drop(sequencer);
    let _ = tokio::time::timeout(GRACE, sequencing).await;
    writer.close().await;
    Ok(())
}
