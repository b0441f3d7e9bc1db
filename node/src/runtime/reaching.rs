//! How the witnesses of our charter are reached: the nodes of other divisions as peers, and whoever has a URL in the policy over HTTP, as
//! C2SP tlog-witness has it. So a witness may be any program anywhere that speaks that protocol and knows our log's key.
//!
//! Out of scope: whether to believe an answer; [`super::cosigning`] verifies every line.

use luodi_ledger::names::Division;
use luodi_ledger::policy::Witness;
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;

use super::cosigning::{DEADLINE, Reach};
use crate::network::NetworkHandle;
use crate::protocol::message::LONGEST_WITNESS_TEXT;
use crate::witnessing::Answer;

/// A policy names the witness of a division's node `<federation>/<division>/witness`.
pub(super) fn division_of(witness: &Witness) -> Option<Division> {
    witness.key.name().strip_suffix("/witness")?.rsplit('/').next()?.parse().ok()
}

/// Reaches witnesses; clones share connections.
#[derive(Clone)]
pub(super) struct Reaching {
    network: NetworkHandle,
    http: Client,
}

impl Reaching {
    pub(super) fn new(network: NetworkHandle) -> Result<Self, reqwest::Error> {
        // The charter names the address; wherever that would send us on to, it does not.
        let http = Client::builder().redirect(Policy::none()).timeout(DEADLINE).build()?;
        Ok(Self { network, http })
    }
}

impl Reach for Reaching {
    async fn add_checkpoint(&self, witness: &Witness, body: Vec<u8>) -> Option<Answer> {
        if let Some(url) = &witness.url {
            match over_http(&self.http, url, body.clone()).await {
                Ok(answer) => return Some(answer),
                Err(why) => tracing::warn!(witness = witness.key.name(), url, why, "a witness was not reached over HTTP"),
            }
        }
        let answer = self.network.add_checkpoint(division_of(witness)?, body).await.ok()?;
        Some(Answer { status: answer.status, body: String::from_utf8(answer.body).ok()? })
    }
}

/// Posts to `<url>/add-checkpoint`; reads no more than an answer may be long.
async fn over_http(http: &Client, url: &str, body: Vec<u8>) -> Result<Answer, String> {
    let url = format!("{}/add-checkpoint", url.trim_end_matches('/'));
    let request = http.post(&url).header(CONTENT_TYPE, "text/plain; charset=utf-8").body(body);
    let mut answer = request.send().await.map_err(|error| innermost(&error))?;
    let status = answer.status().as_u16();
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| innermost(&error))? {
        if bytes.len() + chunk.len() > LONGEST_WITNESS_TEXT {
            return Err(format!("its answer is longer than {LONGEST_WITNESS_TEXT} bytes"));
        }
        bytes.extend_from_slice(&chunk);
    }
    let body = String::from_utf8(bytes).map_err(|_| "its answer is not UTF-8".to_owned())?;
    Ok(Answer { status, body })
}

fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
