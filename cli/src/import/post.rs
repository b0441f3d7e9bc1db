//! The post between the matters of a table and the node: whatever waits is sent together, and each hears of its own.
//!
//! Load makes the batches by itself, as it does in the node: while one is on its way the next gathers. Out of scope: what to do about an
//! answer, which the matter decides.

use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use luodi_ledger::names::Origin;
use luodi_ledger::statement::SignedStatement;
use tokio::sync::{Mutex, mpsc, oneshot};

use super::journal::Signed;
use crate::node_client::{Answer, MOST_AT_ONCE, MOST_BYTES_AT_ONCE, Node};

/// Bytes of the longest statement with the longest body.
const LONGEST: usize = luodi_ledger::entry::LONGEST + (64 << 10);
/// Requests on their way at once: one is sealed while the next is judged.
const CARRIERS: usize = 2;

/// Takes statements to the node; the carriers end when it is dropped.
#[derive(Debug)]
pub(super) struct Post {
    letters: mpsc::Sender<Letter>,
}

#[derive(Debug)]
struct Letter {
    sent: (SignedStatement, Option<String>),
    answer: oneshot::Sender<anyhow::Result<Answer<u64>>>,
}

impl Letter {
    fn weight(&self) -> usize {
        let (statement, body) = &self.sent;
        statement.note().to_string().len() + body.as_ref().map_or(0, String::len)
    }
}

impl Post {
    /// Post for one log of a node.
    pub(super) fn to(node: &Node, log: &Origin) -> Self {
        let (letters, waiting) = mpsc::channel(MOST_AT_ONCE);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..CARRIERS {
            tokio::spawn(carry(node.clone(), log.clone(), waiting.clone()));
        }
        Self { letters }
    }

    /// Sends a statement, and waits for what the node says of it.
    pub(super) async fn send(&self, signed: &Signed) -> anyhow::Result<Answer<u64>> {
        let (answer, answered) = oneshot::channel();
        let letter = Letter { sent: (signed.statement.clone(), signed.body.clone()), answer };
        self.letters.send(letter).await.map_err(|_| anyhow!("post"))?;
        answered.await.context("post")?
    }
}

async fn carry(node: Node, log: Origin, waiting: Arc<Mutex<mpsc::Receiver<Letter>>>) {
    loop {
        let mut bag = Vec::new();
        {
            let mut waiting = waiting.lock().await;
            let mut next = waiting.recv().await;
            let mut weight = 0;
            while let Some(letter) = next {
                weight += letter.weight();
                bag.push(letter);
                // The longest statement and body fit beside what is in the bag already.
                let full = bag.len() == MOST_AT_ONCE || weight + LONGEST > MOST_BYTES_AT_ONCE;
                next = if full { None } else { waiting.try_recv().ok() };
            }
        }
        if bag.is_empty() {
            return;
        }
        let (sent, askers): (Vec<_>, Vec<_>) = bag.into_iter().map(|letter| (letter.sent, letter.answer)).unzip();
        // Whoever has stopped waiting finds the outcome in the log.
        match node.publish_many(&log, &sent).await {
            Ok(answers) => answers.into_iter().zip(askers).for_each(|(answer, asker)| drop(asker.send(Ok(answer)))),
            Err(error) => {
                let told = format!("{error:#}");
                for asker in askers {
                    drop(asker.send(Err(anyhow!(told.clone()))));
                }
            }
        }
    }
}
