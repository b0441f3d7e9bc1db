//! The receipt of one record, to take away: it proves off line, with nothing but the federation file, what was said and by whom.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::merkle::inclusion_proof;
use luodi_ledger::names::Origin;
use luodi_ledger::receipt::{ChainLog, Link, Receipt, verify};

use super::entry::find;
use super::missing::absent;
use super::phrase::Scene;
use crate::look::Look;
use crate::site::Site;
use crate::source::{HeldLog, Holdings};

pub(crate) async fn receipt(State(site): State<Arc<Site>>, Path((code, index)): Path<(String, String)>, look: Look) -> Response {
    let snapshot = site.snapshot();
    let scene = Scene { site: &site, snapshot: &snapshot, look: &look };
    let made = find(scene, &code, &index).and_then(|(origin, log, index, _)| {
        let bytes = make(&snapshot.holdings, origin, log, index)?;
        // What this site cannot verify itself it does not hand out.
        verify(&bytes, &site.settings().federation).is_verified().then_some((origin.division, index, bytes))
    });
    let Some((division, index, bytes)) = made else {
        return absent(&site, &look, ("这一条没有可以证明的回执", "There is no receipt that proves this record"));
    };
    let name = format!("attachment; filename=\"luodi-{division}-{index}.receipt.txt\"");
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)], bytes).into_response()
}

/// The federation file this site judges by.
pub(crate) async fn federation(State(site): State<Arc<Site>>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], site.settings().federation.to_string()).into_response()
}

fn make(holdings: &Holdings, origin: &Origin, log: &HeldLog, index: u64) -> Option<Vec<u8>> {
    let registry = holdings.registry();
    let held = log.entry(index)?;
    let entry = held.entry.as_ref().ok()?;
    let head = shown(holdings, origin, log, index)?;
    let body = entry.statement.statement().body.and_then(|named| log.body(&named.hash)).map(|bytes| bytes.to_vec());
    let size_shown = |of: &Origin| {
        if of == origin { head.size() } else { holdings.logs().get(of).and_then(|log| log.head()).map_or(0, SignedCheckpoint::size) }
    };
    let mut chain = Vec::new();
    for (of, indexes) in registry.chain(origin, entry, size_shown) {
        let log = holdings.logs().get(&of)?;
        let head = shown(holdings, &of, log, indexes.last().copied().unwrap_or(0))?;
        let link = |index: u64| {
            let entry = log.entry(index)?.bytes.to_vec();
            Some(Link { index, hashes: inclusion_proof(log.tree(), index, head.size()).ok()?, entry })
        };
        let links = indexes.into_iter().map(link).collect::<Option<Vec<Link>>>()?;
        chain.push(ChainLog { head, links });
    }
    let receipt = Receipt {
        federation: registry.federation().hash(),
        entry: held.bytes.to_vec(),
        body,
        chain,
        index,
        hashes: inclusion_proof(log.tree(), index, head.size()).ok()?,
        head,
    };
    receipt.to_bytes().ok()
}

/// The largest witnessed head that covers `index`, else the newest; with the signature lines of charter keys only.
fn shown(holdings: &Holdings, origin: &Origin, log: &HeldLog, index: u64) -> Option<SignedCheckpoint> {
    let witnessed = log.witnessed().map(|(head, _)| head).filter(|head| head.size() > index);
    let mut head = witnessed.or(log.head()).filter(|head| head.size() > index)?.clone();
    let charter = holdings.registry().charter_at(origin, head.size())?;
    let known: Vec<_> = charter.facts.keys.iter().chain(charter.policy.witnesses().iter().map(|witness| &witness.key)).collect();
    head.note_mut().retain(|line| known.iter().any(|key| line.claims(key)));
    Some(head)
}
