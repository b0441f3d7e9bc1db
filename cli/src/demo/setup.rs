//! The folder of a demonstration: keys, federation file and a configuration for each node, made once.
//!
//! ```text
//! <dir>/demo.toml            when the story ends, and the ports
//! <dir>/federation.txt  places.csv  clock  passphrase  published.tsv
//! <dir>/nodes/<code>/        node.toml  keys/  data/  log.txt
//! <dir>/offices/<code>/      <office>.age
//! ```
//!
//! Invariant: the folder appears whole or not at all, so a later start finds all its keys.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use luodi_ledger::federation::FederationFile;
use luodi_ledger::key::SignerKey;
use luodi_ledger::names::OfficeName;
use luodi_ledger::policy::{Policy, Witness};
use luodi_ledger::registry::{CharterFacts, Operator};
use luodi_ledger::time::Time;
use luodi_node::config::{Config, LimitsFile, NodeFile};
use luodi_node::keys::{self, MachineKeys, Passphrase, WorkFactor, peer_id};
use luodi_node::runtime;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::cast::{COUNTY, OFFSET, PLACES, Place, federation};
use super::clock::StoryClock;
use crate::language::{Language, say};

/// How many others witness each log: of four, three make the quorum, so one may be stopped.
const WITNESSES: usize = 4;
/// The first libp2p port lies this far above the explorer's.
const PEER_PORTS: u16 = 100;

/// What is remembered from one run to the next.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    /// The moment of the first start, which the story leads up to.
    pub(super) start: Time,
    /// The first node's HTTP port; the others follow.
    pub(super) http: u16,
    /// The first node's libp2p port; the others follow. Charters name it, so it never changes.
    pub(super) peers: u16,
}

/// A demonstration's folder.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    pub(super) state: State,
    pub(super) federation: FederationFile,
}

impl Folder {
    /// Opens the folder at `path`, making it if it is not there.
    pub(super) async fn open(path: &Path, port: u16, now: Time, language: Language) -> anyhow::Result<Self> {
        let shown = path.display();
        if !path.join("demo.toml").exists() {
            if path.exists() {
                bail!(say!(
                    language,
                    "{shown}：已有这个文件夹，但不是演示用的；用 --dir 换一个",
                    "{shown}: a folder that is no demonstration's; choose another with --dir"
                ));
            }
            make(path, port, now, language).await.with_context(|| shown.to_string())?;
        }
        let read = |name: &str| fs::read_to_string(path.join(name)).with_context(|| path.join(name).display().to_string());
        let state = toml::from_str(&read("demo.toml")?).with_context(|| path.join("demo.toml").display().to_string())?;
        let federation = read("federation.txt")?.parse()?;
        Ok(Self { path: path.to_owned(), state, federation })
    }

    pub(super) fn node_file(&self, place: Place) -> PathBuf {
        self.path.join("nodes").join(place.code).join("node.toml")
    }

    pub(super) fn log_file(&self, place: Place) -> PathBuf {
        self.path.join("nodes").join(place.code).join("log.txt")
    }

    pub(super) fn office_file(&self, office: &OfficeName) -> PathBuf {
        self.path.join("offices").join(office.division.to_string()).join(format!("{}.age", office.office))
    }

    pub(super) fn passphrase_file(&self) -> PathBuf {
        self.path.join("passphrase")
    }

    pub(super) fn office_key(&self, office: &OfficeName) -> anyhow::Result<SignerKey> {
        let passphrase = Passphrase::from_file(&self.passphrase_file())?;
        Ok(keys::load_as(&office.to_string(), &self.office_file(office), &passphrase)?)
    }

    /// The charter of a place, from the keys of all.
    pub(super) fn charters(&self) -> anyhow::Result<Vec<(Place, CharterFacts)>> {
        let passphrase = Passphrase::from_file(&self.passphrase_file())?;
        let load = |place: Place| {
            let folder = self.path.join("nodes").join(place.code).join("keys");
            MachineKeys::load(&folder, &place.origin(), &passphrase).map(|keys| (place, keys))
        };
        let all = PLACES.into_iter().map(load).collect::<Result<Vec<_>, _>>()?;
        PLACES.into_iter().map(|place| Ok((place, charter(place, &all, &self.state)?))).collect()
    }

    /// Where the node of a place serves HTTP.
    pub(super) fn node_url(&self, place: Place) -> String {
        format!("http://{}", http_address(&self.state, place))
    }
}

fn position(place: Place) -> u16 {
    PLACES.iter().position(|each| each.code == place.code).and_then(|at| u16::try_from(at).ok()).unwrap_or_default()
}

fn http_address(state: &State, place: Place) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, state.http + position(place)).into()
}

fn peer_addresses(state: &State, place: Place) -> [String; 2] {
    let port = state.peers + position(place);
    [format!("/ip4/127.0.0.1/udp/{port}/quic-v1"), format!("/ip4/127.0.0.1/tcp/{port}")]
}

async fn make(path: &Path, port: u16, now: Time, language: Language) -> anyhow::Result<()> {
    let state =
        State { start: now, http: port.checked_add(1).context("--port")?, peers: port.checked_add(PEER_PORTS + 1).context("--port")? };
    ports_are_free(&state, language)?;
    let building = path.with_extension("unfinished");
    if building.exists() {
        // Left by a start that was cut off before the folder was whole; nothing in it was ever used.
        fs::remove_dir_all(&building)?;
    }
    keys::make_private_folder(&building)?;
    let passphrase = Passphrase::random()?;
    passphrase.save(&building.join("passphrase"))?;

    let mut all = Vec::new();
    for place in PLACES {
        let machine = MachineKeys::generate(&place.origin())?;
        machine.save(&building.join("nodes").join(place.code).join("keys"), &place.origin(), &passphrase, WorkFactor::SAMPLE)?;
        all.push((place, machine));
    }
    let mut pinned = Vec::new();
    for place in PLACES {
        let folder = building.join("offices").join(place.code);
        keys::make_private_folder(&folder)?;
        for office in place.offices() {
            let key = keys::generate_office(&place.office(office))?;
            keys::save(&key, &folder.join(format!("{office}.age")), &passphrase, WorkFactor::SAMPLE)?;
            if place.code == COUNTY.code {
                pinned.push(key.public().clone());
            }
        }
    }
    pinned.sort();
    let charter = charter(COUNTY, &all, &state)?;
    let federation = FederationFile { name: federation(), offset: OFFSET, root: COUNTY.division(), keys: pinned, earlier: vec![], charter };
    fs::write(building.join("federation.txt"), federation.to_string())?;
    fs::write(building.join("places.csv"), places())?;
    StoryClock::new(&building).tell(super::play::first_moment(now))?;
    let mut creating = JoinSet::new();
    for (place, machine) in all {
        let file = building.join("nodes").join(place.code).join("node.toml");
        fs::write(&file, toml::to_string(&node_file(&state, place, &federation)?)?)?;
        creating.spawn(async move { runtime::create(&Config::load(&file)?, &machine).await.map_err(anyhow::Error::from) });
    }
    while let Some(created) = creating.join_next().await {
        created??;
    }
    fs::write(building.join("demo.toml"), toml::to_string(&state)?)?;
    fs::rename(&building, path)?;
    Ok(())
}

fn node_file(state: &State, place: Place, federation: &FederationFile) -> anyhow::Result<NodeFile> {
    let listen = peer_addresses(state, place).iter().map(|address| address.parse()).collect::<Result<_, _>>()?;
    let root = &federation.charter;
    let dial = |address: &String| format!("{address}/p2p/{}", root.peer).parse();
    let peers = if place.code == COUNTY.code { vec![] } else { root.addresses.iter().map(dial).collect::<Result<_, _>>()? };
    Ok(NodeFile {
        division: place.division(),
        generation: 1,
        federation: "../../federation.txt".into(),
        data: "data".into(),
        keys: "keys".into(),
        passphrase_file: Some("../../passphrase".into()),
        http: http_address(state, place),
        listen,
        peers,
        witness: vec![],
        free_floor: None,
        story_clock: Some("../../clock".into()),
        limits: LimitsFile::default(),
    })
}

/// Every log is witnessed by those above it and by others, none of them its own operator.
fn charter(place: Place, all: &[(Place, MachineKeys)], state: &State) -> anyhow::Result<CharterFacts> {
    let own = &all.iter().find(|(each, _)| each.code == place.code).context(place.code)?.1;
    let above: Vec<&str> = std::iter::successors(place.parent(), |each| each.parent()).map(|each| each.code).collect();
    // Beginning behind the place itself, so that the others share the work.
    let turn = all.iter().cycle().skip(usize::from(position(place)) + 1).take(all.len() - 1);
    let (first, rest): (Vec<_>, Vec<_>) = turn.partition(|(each, _)| above.contains(&each.code));
    let chosen: Vec<&(Place, MachineKeys)> = first.into_iter().chain(rest).take(WITNESSES).collect();
    let witness = |(each, keys): &&(Place, MachineKeys)| Witness {
        name: format!("w{}", each.code),
        key: keys.witness.public().clone(),
        url: Some(format!("http://{}/witness", http_address(state, *each))),
    };
    let witnesses: Vec<Witness> = chosen.iter().map(witness).collect();
    Ok(CharterFacts {
        addresses: peer_addresses(state, place).to_vec(),
        former: None,
        from: 0,
        keys: vec![own.log.public().clone()],
        node: own.node.public().clone(),
        number: 1,
        origin: place.origin(),
        peer: peer_id(own.peer.public().public_bytes()),
        policy: Policy::of_two_thirds(own.log.public(), &witnesses)?.to_string(),
        witness: Some(own.witness.public().clone()),
        witnesses: chosen.iter().map(|(each, _)| Operator { name: format!("w{}", each.code), operator: each.code.to_owned() }).collect(),
    })
}

/// The places for the explorer: code, name, English.
fn places() -> String {
    PLACES.iter().map(|place| format!("{},{},{}\n", place.code, place.chinese, place.english)).collect()
}

/// All ports must be free before keys and charters name them.
fn ports_are_free(state: &State, language: Language) -> anyhow::Result<()> {
    for place in PLACES {
        let (http, peer) = (state.http + position(place), state.peers + position(place));
        let free = |port: u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
        let busy = if !free(http) {
            Some(http)
        } else if !free(peer) || UdpSocket::bind((Ipv4Addr::LOCALHOST, peer)).is_err() {
            Some(peer)
        } else {
            None
        };
        if let Some(port) = busy {
            bail!(say!(
                language,
                "端口 {port} 已被占用；演示从 --port 起用 8 个端口、再从 --port 加 {PEER_PORTS} 起用 7 个，换一个 --port 试试",
                "port {port} is in use; the demonstration takes 8 ports from --port and 7 from --port plus {PEER_PORTS}: try another --port"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_charter_is_sound_and_one_witness_may_fail() {
        let keys = |place: Place| (place, MachineKeys::generate(&place.origin()).unwrap());
        let all: Vec<_> = PLACES.into_iter().map(keys).collect();
        let state = State { start: "2026-11-22T07:58:11Z".parse().unwrap(), http: 8601, peers: 8701 };
        for place in PLACES {
            let facts = charter(place, &all, &state).unwrap();
            let policy = facts.check(&federation(), place.division()).unwrap();
            assert_eq!(policy.witnesses().len(), WITNESSES);
            let operator = |witness: &Witness| facts.witnesses.iter().find(|each| each.name == witness.name).unwrap().operator.clone();
            let operators: Vec<String> = policy.witnesses().iter().map(operator).collect();
            assert!(
                policy.warnings(|witness| operators[policy.witnesses().iter().position(|w| w == witness).unwrap()].as_str()).is_empty()
            );
            if let Some(parent) = place.parent() {
                assert!(operators.contains(&parent.code.to_owned()), "{}", place.code);
            }
            let length = luodi_ledger::facts::Facts::of(&facts).unwrap().as_str().len();
            assert!(length <= luodi_ledger::statement::LONGEST_REGISTRY_FACTS, "{length}");
        }
    }
}
