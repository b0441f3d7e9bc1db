//! Folding: from the entries of a store to what they count for and where each matter stands; then one statement more.
//!
//! A county's store is made with a log for each of its villages, every entry signed. A process of its own then reads it with one thread, so
//! that its memory is that of reading and folding and of nothing else. Signatures are verified in the same run and timed apart: who keeps a
//! log has verified them when it came in, and remembers it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use luodi_ledger::assessment::Reading;
use luodi_ledger::entry::{Entry, Link};
use luodi_ledger::federation::FederationFile;
use luodi_ledger::matter::codes::Status;
use luodi_ledger::matter::pack::Packs;
use luodi_ledger::matter::{Chronicle, Record};
use luodi_ledger::names::{MatterId, Origin};
use luodi_ledger::registry::{Lines, Registry};
use luodi_ledger::standing::Standing;
use luodi_node::keys::MachineKeys;
use luodi_node::store::{Options, Store};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Figures;
use super::matters::{OF_A_VILLAGE, STATEMENTS, Village};
use super::nodes::peak_memory;
use super::sample::{Batch, COUNTY, Growing, appoint, charter, federation_file, office, origin};

/// Statements more that are timed one by one, spread over the villages.
const MORE: u64 = 10_000;
/// Statements of one long matter.
const LONG: u64 = 5_000;
/// Of so many matters, the county evaluates one.
const EVALUATED: u64 = 100;

/// What the reading process found.
#[derive(Debug, Serialize, Deserialize)]
struct Measured {
    statements: u64,
    matters: u64,
    /// Seconds by what they went into.
    reading: f64,
    judging: f64,
    taking: f64,
    telling: f64,
    /// Seconds to verify the signatures, not among the above.
    signatures: f64,
    /// MB.
    memory: f64,
    /// Microseconds from an entry's bytes to its place in the matter: the mean, and below which 99 of 100 stay.
    more: (f64, f64),
    /// Microseconds to tell one matter anew.
    tell_one: f64,
    /// Microseconds for one more of a long matter.
    more_of_long: f64,
    /// Seconds to compute the county's figures from entries that were judged.
    figures: f64,
}

/// Folds `count` statements.
pub(super) fn measure(count: u64, figures: &mut Figures) -> anyhow::Result<()> {
    let folder = tempfile::tempdir_in(".")?;
    make(folder.path(), count)?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("bench").arg("--fold-stored").arg(folder.path()).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output()?;
    ensure!(output.status.success(), "the process that folds gave up");
    let found: Measured = serde_json::from_slice(&output.stdout).context("what the process that folds found")?;
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let (statements, matters) = (found.statements as f64, found.matters as f64);
    let whole = found.reading + found.judging + found.taking + found.telling;
    // Aims are for a million; fewer take their part of the time.
    let part = statements / 1e6;
    figures.tell("fold_statements", statements, "");
    figures.tell("fold_matters", matters, "");
    figures.below("fold", whole, "s", 10.0 * part.max(0.01), "< 10 s");
    figures.tell("fold_reading_and_parsing", found.reading, "s");
    figures.tell("fold_standings", found.judging, "s");
    figures.tell("fold_taking_in", found.taking, "s");
    figures.tell("fold_telling_all_views", found.telling, "s");
    figures.tell("fold_verify_strict_apart", found.signatures, "s");
    figures.below("fold_peak_memory", found.memory, "MB", 1000.0, "< 1 GB");
    figures.below("fold_one_more", found.more.0, "µs", 50.0, "< 50 µs");
    figures.below("fold_one_more_99_of_100", found.more.1, "µs", 50.0, "< 50 µs");
    figures.tell("fold_one_more_view", found.tell_one, "µs");
    figures.below("fold_one_more_after_5000", found.more_of_long, "µs", 50.0, "< 50 µs");
    figures.tell("county_figures", found.figures, "s");
    Ok(())
}

/// A store with `count` statements of a county's villages.
fn make(folder: &Path, count: u64) -> anyhow::Result<()> {
    let root = origin(COUNTY)?;
    let keys = MachineKeys::generate(&root)?;
    let federation = federation_file(charter(&keys, &root, &luodi_node::keys::peer_id(keys.peer.public().public_bytes()), vec![])?)?;
    std::fs::write(folder.join("federation.txt"), federation.to_string())?;
    let mut store = Store::create(&folder.join("data"), Options::default())?;
    let mut county = Growing::new(root, keys.log.clone())?;
    let government = office(COUNTY, "government")?;
    let (matters, mut registered, mut evaluated) = (count.div_ceil(STATEMENTS), Vec::new(), Vec::new());
    for number in 0..matters.div_ceil(OF_A_VILLAGE) {
        let village = Village::new(number)?;
        for office in village.offices() {
            registered.push(county.sign(&government, "appoint", appoint(office)?)?);
        }
        let matters = OF_A_VILLAGE.min(matters - number * OF_A_VILLAGE);
        let mut log = Growing::new(origin(&village.division.to_string())?, keys.log.clone())?;
        let (expected, mut batch) = ((log.tree.size(), log.tree.root()), Batch::default());
        village.tell(&mut log, matters, |log, statement| log.append_to(&mut batch, statement))?;
        store.commit(vec![log.stored(batch, expected)])?;
        for matter in (1..=matters).step_by(usize::try_from(EVALUATED)?) {
            evaluated.push(village.matter(matter)?);
        }
    }
    store.commit(vec![county.grow(registered)])?;
    // Said in the first days of what was to take two years: each of these matters is told anew when the county's log is read.
    county.logged = county.logged.plus(86_400);
    for some in evaluated.chunks(4096) {
        let mut said = Vec::new();
        for matter in some {
            said.push(Village::say(&county, "evaluation", *matter, &json!({"how": ["visit"], "rating": "good"}), &[&government])?);
        }
        store.commit(vec![county.grow(said)])?;
    }
    Ok(())
}

/// The reading process: prints what it [`Measured`] of the store under `folder`.
pub(super) fn of_stored(folder: &Path) -> anyhow::Result<()> {
    let federation: FederationFile = std::fs::read_to_string(folder.join("federation.txt"))?.parse()?;
    let store = Store::open(&folder.join("data"), Options::default())?;
    let mut folding = Folding::new(federation);
    let reader = store.reader().clone();
    // Appointments stand in the county's log; who folds has the registry at hand.
    let county = origin(COUNTY)?;
    for index in reader.registry_entries(&county, 0)? {
        for leaf in reader.entries(&county, index..index + 1)? {
            let entry = Entry::parse(&leaf)?;
            folding.registered.push(entry);
        }
    }
    let start = Instant::now();
    folding.registry.observe_all(folding.registered.iter().map(|entry| (&county, entry)));
    folding.judging += start.elapsed();
    for log in reader.logs() {
        let mut link = Link::start();
        while link.index < log.size {
            let start = Instant::now();
            let leaves = reader.entries(&log.origin, link.index..log.size)?;
            let entries = leaves.iter().map(|leaf| link.step(leaf)).collect::<Result<Vec<_>, _>>()?;
            folding.reading += start.elapsed();
            folding.take_page(&log.origin, &entries)?;
        }
        folding.links.insert(log.origin, link);
    }
    drop(store);
    let telling = folding.tell_all()?;
    let memory = peak_memory(std::process::id())?;
    let (more, tell_one) = folding.take_more()?;
    let more_of_long = folding.take_long()?;
    let mut found = Measured {
        statements: folding.statements,
        matters: folding.matters.len() as u64,
        reading: folding.reading.as_secs_f64(),
        judging: folding.judging.as_secs_f64(),
        taking: folding.taking.as_secs_f64(),
        telling: telling.as_secs_f64(),
        signatures: folding.signatures.as_secs_f64(),
        memory,
        more,
        tell_one,
        more_of_long,
        figures: 0.0,
    };
    let registry = folding.registry.clone();
    drop(folding);
    found.figures = county_figures(&Store::open(&folder.join("data"), Options::default())?, &registry)?;
    println!("{}", serde_json::to_string(&found)?);
    Ok(())
}

/// Seconds for the figures of the county's year, as an explorer computes them from what it holds. All entries were found to count before.
fn county_figures(store: &Store, registry: &Registry) -> anyhow::Result<f64> {
    let reader = store.reader().clone();
    let mut held = Vec::new();
    for log in reader.logs() {
        let mut link = Link::start();
        while link.index < log.size {
            for leaf in reader.entries(&log.origin, link.index..log.size)? {
                held.push((log.origin.clone(), link.step(&leaf)?));
            }
        }
    }
    let start = Instant::now();
    let judged = held.iter().map(|(origin, entry)| (origin, entry, Standing::Valid { term_expired: false }));
    let reading = Reading::of_judged(registry, COUNTY.parse()?, judged, |_, _| None);
    let assessment = reading.assess("2026".parse()?, "2029-01-01T00:00:00Z".parse()?);
    let took = start.elapsed().as_secs_f64();
    ensure!(!assessment.communities.is_empty(), "nothing was assessed");
    Ok(took)
}

/// What has been folded so far, and the time it took.
struct Folding {
    registry: Registry,
    registered: Vec<Entry>,
    packs: Packs,
    matters: BTreeMap<MatterId, Chronicle>,
    links: BTreeMap<Origin, Link>,
    statements: u64,
    reading: Duration,
    judging: Duration,
    taking: Duration,
    signatures: Duration,
}

impl Folding {
    fn new(federation: FederationFile) -> Self {
        Self {
            registry: Registry::new(federation),
            registered: Vec::new(),
            packs: Packs::built_in(),
            matters: BTreeMap::new(),
            links: BTreeMap::new(),
            statements: 0,
            reading: Duration::ZERO,
            judging: Duration::ZERO,
            taking: Duration::ZERO,
            signatures: Duration::ZERO,
        }
    }

    fn take_page(&mut self, origin: &Origin, entries: &[Entry]) -> anyhow::Result<()> {
        let start = Instant::now();
        let lines: Vec<Lines> = entries.iter().map(Lines::of).collect();
        for (entry, lines) in entries.iter().zip(&lines) {
            ensure!(self.registry.judge_remembering(origin, entry, lines).is_ok(), "a sample entry is void");
        }
        let first = start.elapsed();
        let start = Instant::now();
        let records: Vec<Record> = entries.iter().zip(&lines).map(|(entry, lines)| self.record(origin, entry, lines)).collect();
        let judging = start.elapsed();
        self.judging += judging;
        self.signatures += first.saturating_sub(judging);
        let start = Instant::now();
        for record in &records {
            self.take(record);
        }
        self.taking += start.elapsed();
        Ok(())
    }

    fn record(&self, origin: &Origin, entry: &Entry, lines: &Lines) -> Record {
        Record::of(origin, entry, Standing::from(&self.registry.judge_remembering(origin, entry, lines)))
    }

    fn take(&mut self, record: &Record) {
        let Some(id) = record.statement.matter else { return };
        self.statements += 1;
        let offset = self.registry.federation().offset;
        self.matters.entry(id).or_insert_with(|| Chronicle::new(id, &self.packs, offset)).take(record);
    }

    /// Tells every matter once.
    fn tell_all(&self) -> anyhow::Result<Duration> {
        let as_of = "2029-01-01T00:00:00Z".parse()?;
        let start = Instant::now();
        let done = self.matters.values().filter(|chronicle| chronicle.tell(as_of).status == Status::Done).count();
        let telling = start.elapsed();
        ensure!(done == self.matters.len(), "of {} sample matters only {done} were told to their end", self.matters.len());
        Ok(telling)
    }

    /// One statement more, many times, each in the log of another village than the last: from its bytes to its place in the matter. Gives the
    /// mean and the 99th of a hundred in microseconds, and what telling the matter takes.
    fn take_more(&mut self) -> anyhow::Result<((f64, f64), f64)> {
        let villages = u64::try_from(self.matters.len())?.div_ceil(OF_A_VILLAGE);
        let mut times = Vec::new();
        let mut telling = Duration::ZERO;
        for number in 0..MORE {
            let village = Village::new(number % villages)?;
            let origin = origin(&village.division.to_string())?;
            let mut log = Growing::new(origin.clone(), village.committee.clone())?;
            log.link = *self.links.get(&origin).context("a village's log")?;
            log.logged = log.link.not_before.plus(60);
            let of_village = u64::try_from(self.matters.len())?.saturating_sub(number % villages * OF_A_VILLAGE).min(OF_A_VILLAGE);
            let id = village.matter(1 + number / villages % of_village)?;
            let facts = json!({"commitment": "c1", "spent": number});
            let statement = Village::say(&log, "progress", id, &facts, &[&village.committee])?;
            let (leaf, _) = log.append(statement);
            let link = self.links.get_mut(&origin).context("a village's log")?;
            // Verified when it came in.
            let lines = Lines::of(&Entry::parse(&leaf)?);
            self.registry.judge_remembering(&origin, &Entry::parse(&leaf)?, &lines)?;
            let start = Instant::now();
            let entry = link.step(&leaf)?;
            let record = self.record(&origin, &entry, &lines);
            self.take(&record);
            times.push(start.elapsed().as_secs_f64() * 1e6);
            let as_of = record.logged;
            let start = Instant::now();
            std::hint::black_box(self.matters.get(&id).map(|chronicle| chronicle.tell(as_of)));
            telling += start.elapsed();
        }
        self.statements -= MORE;
        times.sort_by(f64::total_cmp);
        #[expect(clippy::cast_precision_loss, reason = "ten thousand")]
        let many = MORE as f64;
        let at = times.len() * 99 / 100;
        Ok(((times.iter().sum::<f64>() / many, times[at]), telling.as_secs_f64() * 1e6 / many))
    }

    /// What one statement more costs a matter that has thousands, in microseconds.
    fn take_long(&self) -> anyhow::Result<f64> {
        let village = Village::new(0)?;
        let mut log = Growing::new(origin(&village.division.to_string())?, village.committee.clone())?;
        let mut leaves = Vec::new();
        village.tell(&mut log, 1, |log, statement| leaves.push(log.append(statement).0))?;
        let id = village.matter(1)?;
        for number in 0..LONG {
            log.logged = log.logged.plus(60);
            let facts = json!({"commitment": "c1", "spent": number});
            let statement = Village::say(&log, "progress", id, &facts, &[&village.committee])?;
            leaves.push(log.append(statement).0);
        }
        let (mut link, mut chronicle) = (Link::start(), Chronicle::new(id, &self.packs, self.registry.federation().offset));
        let mut last = Duration::ZERO;
        let timed = 500;
        let first_timed = leaves.len() - timed;
        for (place, leaf) in leaves.iter().enumerate() {
            let lines = Lines::of(&Entry::parse(leaf)?);
            self.registry.judge_remembering(&log.origin, &Entry::parse(leaf)?, &lines)?;
            let start = Instant::now();
            let entry = link.step(leaf)?;
            chronicle.take(&self.record(&log.origin, &entry, &lines));
            if place >= first_timed {
                last += start.elapsed();
            }
        }
        ensure!(chronicle.work().retold < 100, "a long matter was told anew {} times", chronicle.work().retold);
        #[expect(clippy::cast_precision_loss, reason = "five hundred")]
        Ok(last.as_secs_f64() * 1e6 / timed as f64)
    }
}
