//! Saying in our own log that another contradicts itself: one `evidence` statement for each log, signed by the node's key.
//!
//! The statement is kept before it is submitted and submitted again in the same words until the log holds it; so a crash in between makes
//! no second one. What cannot be said today, because the log is not open, is said when it is.

use std::collections::BTreeSet;
use std::time::Duration;

use luodi_ledger::facts::Facts;
use luodi_ledger::fork::{Evidence, Kind};
use luodi_ledger::hash::Blake3;
use luodi_ledger::key::SignerKey;
use luodi_ledger::matter::codes::Contradicts;
use luodi_ledger::matter::facts::EvidenceNotice;
use luodi_ledger::names::Origin;
use luodi_ledger::statement::{SignedStatement, Statement};

use crate::clock::Clock;
use crate::protocol::sequencer::Submission;
use crate::sequencing::{Gate, Sequencer, SubmitError};
use crate::store::{Change, Reader, Writer};

/// How often the evidence kept is looked at; people read of it, so seconds do.
const EVERY: Duration = Duration::from_secs(2);

/// What it needs to speak for the node.
pub(super) struct Accuser {
    pub(super) origin: Origin,
    pub(super) key: SignerKey,
    pub(super) writer: Writer,
    pub(super) sequencer: Sequencer,
    pub(super) clock: Clock,
}

impl Accuser {
    /// Runs for as long as it is polled.
    pub(super) async fn run(self) {
        let mut said = BTreeSet::new();
        loop {
            if self.sequencer.gate() == Gate::Open && self.clock.off().is_none() {
                for row in self.writer.reader().evidence() {
                    if said.contains(&row.id) {
                        continue;
                    }
                    match self.say(&row.id).await {
                        Ok(()) => {
                            said.insert(row.id);
                        }
                        Err(why) => tracing::warn!(evidence = %row.id, why, "the evidence is not in our log yet"),
                    }
                }
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    async fn say(&self, id: &Blake3) -> Result<(), String> {
        let reader = self.writer.reader();
        let file = reader.evidence_file(id).map_err(|error| error.to_string())?.ok_or("it is gone")?;
        let evidence = Evidence::parse(&file).map_err(|refused| refused.to_string())?;
        let origin: Origin = evidence.origin().parse().map_err(|_| "it is of no log of a federation".to_owned())?;
        if origin == self.origin {
            return Ok(());
        }
        let setting = setting_of(&origin);
        let kept = kept(reader, &setting)?;
        let statement = match kept {
            Some(statement) => statement,
            None => self.sign(&origin, &evidence, &setting).await?,
        };
        match self.sequencer.submit(Submission { statement, body: None }).await {
            Ok(accepted) => {
                tracing::warn!(%origin, index = accepted.index, "our log says that this one contradicts itself");
                Ok(())
            }
            // Kept for so long that it is too old to be taken in: it is signed anew.
            Err(SubmitError::Refused(refusal)) => {
                self.keep(&setting, vec![]).await?;
                Err(refusal.to_string())
            }
            Err(error) => Err(error.to_string()),
        }
    }

    async fn sign(&self, origin: &Origin, evidence: &Evidence, setting: &str) -> Result<SignedStatement, String> {
        let contradicts = match evidence.kind() {
            Kind::SameSize => Contradicts::SameSize,
            Kind::OtherPrefix => Contradicts::OtherPrefix,
            Kind::GoingBack => Contradicts::GoingBack,
        };
        let notice = EvidenceNotice { contradicts: contradicts.into(), evidence: evidence.id(), origin: origin.clone() };
        let statement = Statement {
            log: self.origin.clone(),
            by: [self.key.public().name().parse().map_err(|fault: luodi_ledger::Malformed| fault.to_string())?].into(),
            kind: "evidence".parse().map_err(|fault: luodi_ledger::Malformed| fault.to_string())?,
            matter: None,
            time: self.clock.now(),
            facts: Facts::of(&notice).map_err(|fault| fault.to_string())?,
            body: None,
        };
        let statement = statement.sign(std::slice::from_ref(&self.key)).map_err(|fault| fault.to_string())?;
        self.keep(setting, statement.to_bytes()).await?;
        Ok(statement)
    }

    async fn keep(&self, setting: &str, value: Vec<u8>) -> Result<(), String> {
        let change = Change::Setting { name: setting.to_owned(), value };
        self.writer.commit(vec![change]).await.map(|_| ()).map_err(|error| error.to_string())
    }
}

/// The statement that was signed for a log before, if one was.
fn kept(reader: &Reader, setting: &str) -> Result<Option<SignedStatement>, String> {
    let value = reader.setting(setting).map_err(|error| error.to_string())?;
    Ok(value.and_then(|bytes| SignedStatement::parse(&bytes).ok()))
}

fn setting_of(origin: &Origin) -> String {
    format!("evidence {}", Blake3::of(origin.to_string().as_bytes()))
}
