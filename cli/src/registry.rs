//! `luodi registry`: who may speak, in words. Reads the logs in which registrations stand from one or more places, judges them from their
//! bytes with nothing but the federation file, and tells what is in force, by whom it was registered, and what counts nowhere.
//!
//! Out of scope: deciding anything (`ledger::registry` does), and bodies but for the names of offices. Invariant: no server is believed;
//! where two places tell different things, both are named.

mod comparing;
mod sheet;
mod words;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{bail, ensure};
use luodi_ledger::audit::{Audit, Source as _};
use luodi_ledger::federation::FederationFile;
use luodi_ledger::names::{Division, Level, Origin};
use luodi_ledger::registry::Registry;
use serde_json::json;

use self::sheet::Sheet;
use crate::arguments::Trusting;
use crate::audit::{At, Kept, Reading, Way};
use crate::language::{Language, say, tell};
use crate::{Outcome, clock};

/// Arguments of `luodi registry`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this division and those below it.
    #[arg(value_name = "CODE", help = "只看这个区划及其以下（12位代码） ¦ Only this division and those below it (12 digits)")]
    division: Option<Division>,
    /// Nodes to read.
    #[arg(
        long = "node",
        value_name = "URL",
        help = "节点网址；给两个以上就互相比对 ¦ Address of a node; give two or more to compare them"
    )]
    nodes: Vec<String>,
    /// Folders to read.
    #[arg(long = "dir", value_name = "FOLDER", help = "luodi audit --keep 存下的文件夹 ¦ A folder that luodi audit --keep wrote")]
    folders: Vec<PathBuf>,
    #[command(flatten)]
    trusting: Trusting,
    /// Machine-readable output.
    #[arg(long, help = "以 JSON 输出 ¦ Print JSON")]
    json: bool,
}

pub(crate) async fn run(args: Args, language: Language) -> anyhow::Result<Outcome> {
    let federation = args.trusting.read(language)?;
    if let Some(division) = args.division {
        let root = federation.root;
        ensure!(
            Registry::new(federation.clone()).is_within(division, root),
            say!(language, "{division} 不在这个联邦里（根是 {root}）", "{division} is not in this federation, whose root is {root}")
        );
    }
    let places: Vec<String> =
        args.nodes.iter().cloned().chain(args.folders.iter().map(|folder| folder.to_string_lossy().into_owned())).collect();
    if places.is_empty() {
        bail!(say!(language, "请用 --node 给出节点网址，或用 --dir 给出文件夹", "give a node with --node, or a folder with --dir"));
    }
    let mut told = Vec::new();
    for place in &places {
        told.push(Told::read(place, &federation, args.division, language).await?);
    }
    let differences = comparing::differences(&told);
    let sound = told.iter().all(|told| told.reading.audits.iter().all(Audit::is_sound)) && differences.is_empty();
    // What is shown is the fullest of what was read; where they differ, that is said beside it.
    let fullest = told.iter().max_by_key(|told| told.reading.registry.entries().count());
    let Some(fullest) = fullest else { return Ok(Outcome::Unknown) };
    let today = clock::now().civil_date(federation.offset);
    let sheet = Sheet::of(&fullest.reading, &fullest.names, args.division, today);
    if let (Some(division), true, true) = (args.division, sheet.divisions.is_empty(), sheet.void.is_empty()) {
        let place = &fullest.place;
        bail!(say!(
            language,
            "{place}：{division} 没有任何登记，以下也没有；核对代码，或换一个存有其上级账本的节点",
            "{place}: nothing is registered of {division} or below it; check the code, or ask a node that holds the logs above it"
        ));
    }
    if args.json {
        tell!("{:#}", json!({"sound": sound, "read": places, "registry": sheet, "differences": differences}));
    } else {
        tell!("{}", words::of(&sheet, &fullest.place, language));
        for told in &told {
            tell!("{}", words::of_audits(&told.place, &told.reading.audits, language));
        }
        for difference in &differences {
            tell!("{}", words::of_difference(difference, language));
        }
        if told.len() > 1 && differences.is_empty() {
            tell!("{}", say!(language, "各处所存的登记一致。", "The registrations agree in all places."));
        }
    }
    Ok(if sound { Outcome::Done } else { Outcome::Refused })
}

/// What one place tells.
pub(crate) struct Told {
    pub(crate) place: String,
    pub(crate) reading: Reading,
    /// Names of offices, from the words of their appointments.
    pub(crate) names: BTreeMap<(Origin, u64), String>,
}

impl Told {
    /// Reads and judges the logs in which registrations of `division`, and of those below it, may stand.
    pub(crate) async fn read(
        place: &str,
        federation: &FederationFile,
        division: Option<Division>,
        language: Language,
    ) -> anyhow::Result<Self> {
        let at = At::of(place, language)?;
        let logs = at.logs(federation).await?;
        let (federation, shown) = (federation.clone(), place.to_owned());
        let blocking = move || {
            // Nothing lies below a community, so its log registers nothing.
            let wanted = |registry: &Registry, log: &Origin| {
                let near = |code| registry.is_within(code, log.division) || registry.is_within(log.division, code);
                log.division.level() < Level::Community && division.is_none_or(near)
            };
            let reading = crate::audit::read(&at, &Way { keep: None, bodies: false }, federation, &logs, wanted, language)?;
            let names = names(&at, &reading.registry);
            anyhow::Ok((reading, names))
        };
        let (reading, names) = tokio::task::spawn_blocking(blocking).await??;
        if reading.audits.is_empty() {
            bail!(say!(language, "{shown}：那里没有记着登记的账", "{shown}: no log with registrations is there"));
        }
        Ok(Self { place: shown, reading, names })
    }
}

/// The names in the words of the appointments; what cannot be had or is not what the entry names is passed over.
fn names(at: &At, registry: &Registry) -> BTreeMap<(Origin, u64), String> {
    let mut names = BTreeMap::new();
    for (origin, entry) in registry.entries() {
        let statement = entry.statement.statement();
        let (Some(named), "appoint") = (statement.body, statement.kind.as_str()) else { continue };
        let source = Kept::new(at, &Way { keep: None, bodies: true }, origin);
        let Ok(Some(body)) = source.map_err(Into::into).and_then(|mut source| source.read(&format!("body/{}", named.hash))) else {
            continue;
        };
        let words: Option<serde_json::Value> =
            Some(body).filter(|body| named.names(body)).and_then(|body| serde_json::from_slice(&body).ok());
        if let Some(name) = words.as_ref().and_then(|words| words.get("name")).and_then(|name| name.as_str()) {
            names.insert((origin.clone(), entry.index), name.to_owned());
        }
    }
    names
}
