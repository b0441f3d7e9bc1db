//! Real node processes: how fast one takes in a log from another, in how much memory, and how fast one starts with a long log.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use luodi_ledger::facts::Facts;
use luodi_ledger::federation::FederationFile;
use luodi_node::config::Config;
use luodi_node::keys::{MachineKeys, Passphrase, WorkFactor, peer_id};
use luodi_node::store::{Options, Store};

use super::Figures;
use super::sample::{COUNTY, Growing, TOWNSHIP, charter, federation_file, office, origin};

/// Longest that a measurement may take.
const PATIENCE: Duration = Duration::from_secs(600);
/// How often a node is asked whether it is there yet: a thousandth of what is measured.
const EVERY: Duration = Duration::from_millis(5);

/// Ends the process with the measurement.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    fn start(folder: &Path) -> anyhow::Result<Self> {
        let log = std::fs::File::create(folder.join("node.log"))?;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("run").arg("--config").arg(folder.join("node.toml"));
        Ok(Self(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn()?))
    }
}

/// The most memory a process has held, in MB (Linux: `VmHWM`).
pub(super) fn peak_memory(process: u32) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("VmHWM")?;
    let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes * 1024.0 / 1e6)
}

struct Place {
    folder: std::path::PathBuf,
    http: u16,
    port: u16,
    keys: MachineKeys,
}

fn free_port() -> anyhow::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn place(folder: &Path, division: &str) -> anyhow::Result<Place> {
    let folder = folder.join(division);
    std::fs::create_dir(&folder)?;
    let origin = origin(division)?;
    let keys = MachineKeys::generate(&origin)?;
    let passphrase = Passphrase::random()?;
    keys.save(&folder.join("keys"), &origin, &passphrase, WorkFactor::SAMPLE)?;
    passphrase.save(&folder.join("passphrase"))?;
    Ok(Place { folder, http: free_port()?, port: free_port()?, keys })
}

impl Place {
    fn configure(&self, division: &str, federation: &FederationFile, peers: &str) -> anyhow::Result<Config> {
        std::fs::write(self.folder.join("federation.txt"), federation.to_string())?;
        let text = format!(
            "division = \"{division}\"\nhttp = \"127.0.0.1:{}\"\nlisten = [\"/ip4/127.0.0.1/tcp/{}\"]\npeers = [{peers}]\npassphrase_file = \"passphrase\"\n",
            self.http, self.port
        );
        std::fs::write(self.folder.join("node.toml"), text)?;
        Ok(Config::load(&self.folder.join("node.toml"))?)
    }

    fn peer(&self) -> String {
        peer_id(self.keys.peer.public().public_bytes())
    }

    fn address(&self) -> String {
        format!("/ip4/127.0.0.1/tcp/{}", self.port)
    }

    fn get(&self, client: &reqwest::blocking::Client, path: &str) -> Option<serde_json::Value> {
        let answer = client.get(format!("http://127.0.0.1:{}/{path}", self.http)).send().ok()?;
        answer.status().is_success().then(|| answer.json().unwrap_or(serde_json::Value::Null))
    }
}

fn wait<T>(what: &str, mut there: impl FnMut() -> Option<T>) -> anyhow::Result<T> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if let Some(found) = there() {
            return Ok(found);
        }
        std::thread::sleep(EVERY);
    }
    bail!("never: {what}")
}

/// A county with `count` verified entries, and a township that takes them in.
#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
pub(super) fn replicate(count: u64, figures: &mut Figures) -> anyhow::Result<()> {
    let folder = tempfile::tempdir_in(".")?;
    let (county, township) = (place(folder.path(), COUNTY)?, place(folder.path(), TOWNSHIP)?);
    let by = office(COUNTY, "government")?;
    let federation = federation_file(charter(&county.keys, &origin(COUNTY)?, &county.peer(), vec![county.address()])?)?;

    let config = county.configure(COUNTY, &federation, "")?;
    let mut log = Growing::new(origin(COUNTY)?, county.keys.log.clone())?;
    let mut store = Store::create(&config.file.data, Options::default())?;
    let admitted = charter(&township.keys, &origin(TOWNSHIP)?, &township.peer(), vec![])?;
    let first = log.sign(&by, "charter", Facts::of(&admitted)?)?;
    store.commit(vec![log.grow([first])])?;
    let mut statements = Vec::new();
    for number in 1..count {
        statements.push(log.sign_padded(&by, number)?);
    }
    for batch in statements.chunks(4096) {
        store.commit(vec![log.grow(batch.iter().cloned())])?;
    }
    drop(store);

    // The limit: the same signatures, verified one by one, on all cores, and nothing else.
    let key = by.public().clone();
    let threads = std::thread::available_parallelism()?.get();
    let start = Instant::now();
    std::thread::scope(|scope| {
        for part in statements.chunks(statements.len().div_ceil(threads)) {
            let key = &key;
            scope.spawn(move || assert!(part.iter().all(|statement| statement.verify(0, key).is_ok())));
        }
    });
    let limit = statements.len() as f64 / start.elapsed().as_secs_f64();
    drop(statements);

    let parent = format!("\"{}/p2p/{}\"", county.address(), county.peer());
    let config = township.configure(TOWNSHIP, &federation, &parent)?;
    tokio::runtime::Handle::current().block_on(luodi_node::runtime::create(&config, &township.keys))?;
    let client = reqwest::blocking::Client::builder().timeout(Duration::from_secs(30)).build()?;
    let _serving = Running::start(&county.folder)?;
    wait("the county is ready", || county.get(&client, "readyz"))?;
    // Start, dialling and greeting are counted: a tenth of a second.
    let start = Instant::now();
    let taking = Running::start(&township.folder)?;
    let name = origin(COUNTY)?.to_string();
    wait("the township holds the log", || {
        let logs = township.get(&client, "logs")?;
        logs["logs"].as_array()?.iter().find(|log| log["origin"] == name.as_str() && log["size"] == count).map(|_| ())
    })?;
    let rate = count as f64 / start.elapsed().as_secs_f64();
    figures.tell("replication", rate, "entries/s");
    figures.tell("replication_verify_strict_alone", limit, "entries/s");
    figures.at_least("replication_ratio", rate / limit, "×", 0.75, "≥ 0.75");
    figures.below("replication_peak_memory", peak_memory(taking.0.id())?, "MB", 150.0, "< 150 MB");
    Ok(())
}

/// A node with a log of `count` entries: bytes on disk, and the time from start to ready, beside that of a short log.
#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
pub(super) fn start(count: u64, figures: &mut Figures) -> anyhow::Result<()> {
    for (count, time) in [(count / 100, "start_with_a_hundredth"), (count, "start")] {
        let folder = tempfile::tempdir_in(".")?;
        let county = place(folder.path(), COUNTY)?;
        let by = office(COUNTY, "government")?;
        let federation = federation_file(charter(&county.keys, &origin(COUNTY)?, &county.peer(), vec![county.address()])?)?;
        let config = county.configure(COUNTY, &federation, "")?;
        let mut log = Growing::new(origin(COUNTY)?, county.keys.log.clone())?;
        let mut store = Store::create(&config.file.data, Options::default())?;
        log.fill(&mut store, &by, count)?;
        drop(store);
        let client = reqwest::blocking::Client::builder().timeout(Duration::from_secs(30)).build()?;
        let begun = Instant::now();
        let running = Running::start(&county.folder)?;
        wait("the node is ready", || county.get(&client, "readyz"))?;
        let seconds = begun.elapsed().as_secs_f64();
        drop(running);
        if time == "start" {
            figures.below(time, seconds, "s", 1.0, "< 1 s");
            figures.below("disk_per_1_KB_entry", disk(&config.file.data)? as f64 / count as f64 / 1024.0, "KB", 1.2, "≤ 1.2 KB");
        } else {
            figures.tell(time, seconds, "s");
        }
    }
    Ok(())
}

/// Bytes that the files under `folder` take on the disk.
fn disk(folder: &Path) -> anyhow::Result<u64> {
    use std::os::unix::fs::MetadataExt as _;
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let data = entry.metadata()?;
        bytes += if data.is_dir() { disk(&entry.path())? } else { data.blocks() * 512 };
    }
    Ok(bytes)
}
