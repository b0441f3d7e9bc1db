//! Signs and publishes what a table comes to, one matter after the other within itself and several beside each other.
//!
//! Statements of different matters travel together; [`super::post`] carries them.
//!
//! Invariant: a statement is written to the journal before it is sent, and what the node has not answered for counts as unsent.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures::{StreamExt as _, stream};
use indicatif::{ProgressBar, ProgressStyle};
use luodi_ledger::key::SignerKey;
use luodi_ledger::matter::Reference;
use luodi_ledger::names::MatterId;

use super::item::Facts;
use super::journal::{Journal, Signed};
use super::plan::{Desk, Job, Todo};
use super::post::Post;
use crate::clock;
use crate::language::say;
use crate::node_client::{Answer, MOST_AT_ONCE, Node};
use crate::publish::{Spent, TRIES, busy};

/// Matters published beside each other: enough that a request is full while another is on its way.
const AT_ONCE: usize = 3 * MOST_AT_ONCE;

/// How a run ended.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// Statements that the node took in now.
    pub(super) published: u64,
    /// The rows that it refused, with its words.
    pub(super) refused: Vec<(u32, String)>,
    /// The day's share of this office is used up.
    pub(super) spent: Option<Spent>,
    /// What went wrong on the way.
    pub(super) error: Option<anyhow::Error>,
}

enum End {
    Done,
    Refused(u32, String),
    Spent(Spent),
    Broken(anyhow::Error),
}

/// What the jobs share.
struct Run<'a> {
    desk: &'a Desk<'a>,
    key: &'a SignerKey,
    node: &'a Node,
    post: Post,
    journal: &'a Journal,
    /// Waits for the next day instead of stopping.
    wait: bool,
    bar: ProgressBar,
    stop: AtomicBool,
    published: AtomicU64,
}

/// Publishes everything that is not in the log.
pub(super) async fn send(
    desk: &Desk<'_>,
    key: &SignerKey,
    node: &Node,
    journal: &Journal,
    jobs: &[Job],
    wait: bool,
) -> anyhow::Result<Sent> {
    let open: usize = jobs.iter().map(Job::open).sum();
    let style = ProgressStyle::with_template("{msg} {bar:32} {pos}/{len} {eta}")?;
    let bar = ProgressBar::new(u64::try_from(open)?).with_style(style).with_message(desk.language.pick("公布", "publishing"));
    let run = Run {
        desk,
        key,
        node,
        post: Post::to(node, &desk.log),
        journal,
        wait,
        bar,
        stop: AtomicBool::new(false),
        published: AtomicU64::new(0),
    };
    // What is told of one matter keeps its order.
    let mut matters: BTreeMap<MatterId, Vec<&Job>> = BTreeMap::new();
    for job in jobs.iter().filter(|job| job.open() > 0) {
        matters.entry(job.matter).or_default().push(job);
    }
    let mut first: Vec<Vec<&Job>> = matters.into_values().collect();
    first.sort_by_key(|jobs| jobs.first().map(|job| job.row));
    let ends: Vec<End> = stream::iter(first).map(|jobs| run.matter(jobs)).buffer_unordered(AT_ONCE).collect().await;
    run.bar.finish_and_clear();
    let mut sent = Sent { published: run.published.load(Ordering::Relaxed), ..Sent::default() };
    for end in ends {
        match end {
            End::Done => {}
            End::Refused(row, why) => sent.refused.push((row, why)),
            End::Spent(spent) => sent.spent = Some(spent),
            End::Broken(error) => sent.error = sent.error.or(Some(error)),
        }
    }
    sent.refused.sort();
    Ok(sent)
}

impl Run<'_> {
    async fn matter(&self, jobs: Vec<&Job>) -> End {
        for job in jobs {
            // The outcome, or else the meeting: what a termination rests on.
            let mut resolution = None;
            for todo in &job.todos {
                if self.stop.load(Ordering::Relaxed) {
                    return End::Done;
                }
                let end = match &todo.published {
                    Some(reference) => Ok(Ok(reference.clone())),
                    None => self.publish(job, todo, resolution.as_ref()).await,
                };
                match end {
                    Ok(Ok(reference)) if matches!(todo.source.part.as_str(), "outcome" | "step") => resolution = Some(reference),
                    Ok(Ok(_)) => {}
                    // What follows rests on it, so this matter waits; the others go on.
                    Ok(Err(why)) => return End::Refused(job.row, why),
                    Err(error) => {
                        self.stop.store(true, Ordering::Relaxed);
                        return match error.downcast() {
                            Ok(spent) => End::Spent(spent),
                            Err(error) => End::Broken(error),
                        };
                    }
                }
            }
        }
        End::Done
    }

    async fn publish(&self, job: &Job, todo: &Todo, resolution: Option<&Reference>) -> anyhow::Result<Result<Reference, String>> {
        let before = todo.signed.as_ref();
        let before = before.filter(|signed| !matches!(todo.facts, Facts::Termination { .. }) || rests_on(signed, resolution));
        if let Some(signed) = before
            && let Ok(reference) = self.deliver(signed).await?
        {
            return Ok(Ok(reference));
        }
        // Never signed; or refused, as what others said of the matter since then makes it too old: it was not logged and cannot be now.
        let (statement, body) = self.desk.statement(job, todo, clock::now(), resolution)?;
        let signed = Signed { statement: statement.sign(std::slice::from_ref(self.key))?, body: Some(body) };
        self.journal.write(&todo.source, &signed)?;
        self.deliver(&signed).await
    }

    /// Sends a statement; waits for the next day where that is asked for. The inner error is the node's refusal.
    async fn deliver(&self, signed: &Signed) -> anyhow::Result<Result<Reference, String>> {
        let language = self.desk.language;
        let mut tries = 0;
        while tries < TRIES {
            match self.post.send(signed).await? {
                Answer::Taken(index) => {
                    self.published.fetch_add(1, Ordering::Relaxed);
                    self.bar.inc(1);
                    let statement = signed.statement.statement();
                    return Ok(Ok(Reference { log: statement.log.clone(), index, id: statement.id() }));
                }
                Answer::Refused(fault) => return Ok(Err(fault.told(language))),
                Answer::Busy(wait, _) => {
                    tries += 1;
                    tokio::time::sleep(wait.clamp(Duration::from_millis(200), Duration::from_secs(5))).await;
                }
                Answer::Spent(wait, _) if self.wait => {
                    let hours = wait.as_secs().div_ceil(3600);
                    self.bar.set_message(say!(language, "今日已满，约 {hours} 小时后继续", "full for today; on in about {hours} h"));
                    tokio::time::sleep(wait.max(Duration::from_secs(1))).await;
                    self.bar.set_message(language.pick("公布", "publishing"));
                }
                Answer::Spent(wait, fault) => return Err(Spent::new(wait, &fault, language).into()),
            }
        }
        Err(busy(self.node, language))
    }
}

/// Whether a termination that was signed before rests on what stands in the log now.
fn rests_on(signed: &Signed, resolution: Option<&Reference>) -> bool {
    let facts = signed.statement.statement().facts.read::<luodi_ledger::matter::facts::Termination>();
    facts.is_ok_and(|facts| Some(&facts.resolution) == resolution)
}
