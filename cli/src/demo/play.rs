//! Playing the story through the real path: every statement is signed by its office and sent to its node, at its time.
//!
//! What has been published is written down as it is, so a start that was cut off goes on where it stopped.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use indicatif::ProgressBar;
use luodi_ledger::facts::Facts;
use luodi_ledger::hash::Blake3;
use luodi_ledger::key::SignerKey;
use luodi_ledger::matter::Reference;
use luodi_ledger::matter::words::Words;
use luodi_ledger::names::{MatterId, Office, OfficeName};
use luodi_ledger::registry::{AppointFacts, DivisionFacts, Term};
use luodi_ledger::statement::{BodyRef, Statement};
use luodi_ledger::time::Time;
use tokio::time::{Instant, sleep};

use super::cases;
use super::cast::{COUNTY, PLACES, Place, SHIQIAO, parsed};
use super::clock::StoryClock;
use super::setup::Folder;
use super::story::{self, Calendar, Event, said_kind};
use crate::language::Language;
use crate::node_client::Node;
use crate::publish::deliver;

/// The registrations are made this many days before the demonstration starts.
const REGISTERED: i64 = 252;
/// Appointments count from this many days before.
const TERM: i64 = 320;
/// How long a node may take to follow those above it, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is asked meanwhile.
const ASK: Duration = Duration::from_millis(20);

/// The moment the story begins, when it leads up to `start`.
pub(super) fn first_moment(start: Time) -> Time {
    start.plus(-(REGISTERED + 1) * 86_400)
}

/// A statement of the story, ready to be signed.
struct Act {
    label: String,
    at: Time,
    place: Place,
    by: Vec<OfficeName>,
    kind: &'static str,
    matter: Option<MatterId>,
    facts: Facts,
    words: Option<Words>,
}

/// Plays the registrations and then the story; what was played before is passed over.
pub(super) async fn play(folder: &Folder, clock: &StoryClock, progress: &ProgressBar, language: Language) -> anyhow::Result<()> {
    let calendar = Calendar::of(folder.state.start);
    let events = story::tell(calendar);
    let registrations = registrations(folder, calendar)?;
    progress.set_length((registrations.len() + events.len()) as u64);
    let mut player = Player::new(folder, clock, progress, language)?;
    // From the top down: nobody is registered by an office that is not registered itself.
    for level in registrations.chunk_by(|a, b| a.place.division().level() == b.place.division().level()) {
        for act in level {
            player.node_is_ready(act.place).await?;
            player.publish(act).await?;
        }
        player.all_follow().await?;
    }
    for place in PLACES {
        player.node_is_ready(place).await?;
    }
    for event in &events {
        let act = player.act(event)?;
        player.publish(&act).await?;
    }
    player.all_follow().await?;
    player.all_witnessed().await
}

/// Charters and appointments, the county's first. The county states every charter, so that all who witness a log learn of it: a node
/// reads the logs above its own, and those that already name it.
fn registrations(folder: &Folder, calendar: Calendar) -> anyhow::Result<Vec<Act>> {
    let mut acts = Vec::new();
    let mut register = |registrar: Place, label: String, kind, facts, words| {
        let by = vec![registrar.office(Office::GOVERNMENT)];
        acts.push(Act { label, at: calendar.at((REGISTERED, 9, 0)), place: registrar, by, kind, matter: None, facts, words });
    };
    for (place, charter) in folder.charters()? {
        let Some(parent) = place.parent() else { continue };
        register(COUNTY, format!("charter/{}", place.code), "charter", Facts::of(&charter)?, None);
        for office in place.offices() {
            let facts = AppointFacts {
                basis: if place.offices().len() > 1 { "election" } else { "assignment" }.to_owned(),
                keys: vec![folder.office_key(&place.office(office))?.public().clone()],
                office: place.office(office),
                succeeds: None,
                term: Term { from: calendar.ago(TERM), until: None },
            };
            let words = Some(place.office_words(office));
            register(parent, format!("appoint/{}/{office}", place.code), "appoint", Facts::of(&facts)?, words);
        }
    }
    let mut merged = Words { en: Some(Box::default()), ..Words::default() };
    cases::named("xinxiang-zhangqing").beside(&mut merged);
    register(COUNTY, "division".to_owned(), "division", Facts::of(&merger(calendar))?, Some(merged));
    acts.sort_by_key(|act| act.place.division().level());
    for (minute, act) in acts.iter_mut().enumerate() {
        act.at = calendar.at((REGISTERED, 9, i64::try_from(minute).unwrap_or_default()));
    }
    Ok(acts)
}

/// 石桥村 was merged from three villages.
fn merger(calendar: Calendar) -> DivisionFacts {
    let former = ["990101002203", "990101002204", "990101002205"];
    DivisionFacts {
        division: SHIQIAO.division(),
        name: SHIQIAO.chinese.to_owned(),
        parent: None,
        successor_of: former.into_iter().map(parsed).collect(),
        vintage: calendar.ago(TERM),
    }
}

struct Player<'f> {
    folder: &'f Folder,
    clock: &'f StoryClock,
    progress: &'f ProgressBar,
    language: Language,
    nodes: HashMap<&'static str, Node>,
    keys: HashMap<String, SignerKey>,
    placed: BTreeMap<String, Reference>,
    record: PathBuf,
}

impl<'f> Player<'f> {
    fn new(folder: &'f Folder, clock: &'f StoryClock, progress: &'f ProgressBar, language: Language) -> anyhow::Result<Self> {
        let node = |place: Place| Ok((place.code, Node::new(&folder.node_url(place), language)?));
        let record = folder.path.join("published.tsv");
        let placed = read_record(&record)?;
        let nodes = PLACES.into_iter().map(node).collect::<anyhow::Result<_>>()?;
        Ok(Self { folder, clock, progress, language, nodes, keys: HashMap::new(), placed, record })
    }

    /// An event of the story, now that what it speaks of stands in its log.
    fn act(&self, event: &Event) -> anyhow::Result<Act> {
        let said = event.said(&self.placed)?;
        Ok(Act {
            label: event.label.clone(),
            at: event.at,
            place: event.place,
            by: event.by.clone(),
            kind: said_kind(&said),
            matter: event.matter,
            facts: said.to_facts()?,
            words: Some(event.words.clone()),
        })
    }

    /// Signs and sends one statement at its time.
    async fn publish(&mut self, act: &Act) -> anyhow::Result<()> {
        self.progress.inc(1);
        if self.placed.contains_key(&act.label) {
            return Ok(());
        }
        // Not random: the same story gives the same statements, so one that was sent but not written down is not doubled.
        let nonce = Blake3::of(format!("{} {}", act.label, self.folder.federation.hash()).as_bytes()).to_string();
        let words = act.words.clone().map(|words| Words { nonce: nonce.get(..32).map(str::to_owned), ..words });
        let body = words.map(|words| words.to_bytes()).transpose()?.map(String::from_utf8).transpose()?;
        let mut by = act.by.clone();
        by.sort_by_key(ToString::to_string);
        let statement = Statement {
            log: act.place.origin(),
            by: by.into(),
            kind: act.kind.parse()?,
            matter: act.matter,
            time: act.at,
            facts: act.facts.clone(),
            body: body.as_ref().map(|body| BodyRef::of(body.as_bytes())),
        };
        let keys = act.by.iter().map(|office| self.key(office)).collect::<anyhow::Result<Vec<_>>>()?;
        let signed = statement.sign(&keys)?;
        self.clock.tell(act.at)?;
        let node = self.nodes.get(act.place.code).context(act.place.code)?;
        match deliver(node, &signed, body.as_deref(), self.language).await? {
            Ok(published) => {
                ensure!(published.id == signed.id().to_string(), "{}: the node answers for another statement", act.label);
                let reference = Reference { log: act.place.origin(), index: published.index, id: signed.id() };
                let mut record = OpenOptions::new().create(true).append(true).open(&self.record)?;
                writeln!(record, "{}\t{}\t{}\t{}", act.label, reference.log, reference.index, reference.id)?;
                self.placed.insert(act.label.clone(), reference);
                Ok(())
            }
            Err(refusal) => bail!("{}: {refusal}", act.label),
        }
    }

    fn key(&mut self, office: &OfficeName) -> anyhow::Result<SignerKey> {
        let name = office.to_string();
        if let Some(key) = self.keys.get(&name) {
            return Ok(key.clone());
        }
        let key = self.folder.office_key(office)?;
        self.keys.insert(name, key.clone());
        Ok(key)
    }

    async fn node_is_ready(&self, place: Place) -> anyhow::Result<()> {
        let node = self.nodes.get(place.code).context(place.code)?;
        let until = Instant::now() + PATIENCE;
        while !node.is_ready().await {
            if Instant::now() > until {
                let log = self.folder.log_file(place);
                bail!("{}: not ready after {} s; see {}", place.code, PATIENCE.as_secs(), log.display());
            }
            sleep(ASK).await;
        }
        Ok(())
    }

    /// Waits until every node holds all that has been published in the logs above it.
    async fn all_follow(&self) -> anyhow::Result<()> {
        for place in PLACES {
            let node = self.nodes.get(place.code).context(place.code)?;
            for above in std::iter::successors(place.parent(), |each| each.parent()) {
                self.holds(node, above, false).await?;
            }
            self.holds(node, place, false).await?;
        }
        Ok(())
    }

    /// Waits until the county's node holds every log, witnessed to its end.
    async fn all_witnessed(&self) -> anyhow::Result<()> {
        let county = self.nodes.get(COUNTY.code).context(COUNTY.code)?;
        for place in PLACES {
            self.holds(county, place, true).await?;
        }
        Ok(())
    }

    async fn holds(&self, node: &Node, log: Place, witnessed: bool) -> anyhow::Result<()> {
        let origin = log.origin();
        let published = self.placed.values().filter(|reference| reference.log == origin).map(|reference| reference.index + 1).max();
        let Some(size) = published else { return Ok(()) };
        let until = Instant::now() + PATIENCE;
        loop {
            let held = node.logs().await.unwrap_or_default().into_iter().find(|state| state.origin == origin);
            if held.is_some_and(|state| if witnessed { state.witnessed.is_some_and(|to| to >= size) } else { state.size >= size }) {
                return Ok(());
            }
            if Instant::now() > until {
                let what = if witnessed { "not witnessed" } else { "not copied" };
                bail!("{}: {} is {what} to entry {size} after {} s", node.base(), origin, PATIENCE.as_secs());
            }
            sleep(ASK).await;
        }
    }
}

/// What an earlier start published: label, log, index, id a line.
fn read_record(path: &std::path::Path) -> anyhow::Result<BTreeMap<String, Reference>> {
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    let text = fs::read_to_string(path)?;
    // A last line cut off by a crash goes: its statement is sent again, which changes nothing.
    let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
    if whole.len() < text.len() {
        fs::write(path, whole)?;
    }
    let read = |line: &str| {
        let [label, log, index, id] = line.split('\t').collect::<Vec<_>>().try_into().ok()?;
        Some((label.to_owned(), Reference { log: log.parse().ok()?, index: index.parse().ok()?, id: id.parse().ok()? }))
    };
    whole.lines().map(|line| read(line).with_context(|| format!("{}: {line}", path.display()))).collect()
}
