//! What the rest of the node asks of its peers, in terms of the network's handle.

use luodi_ledger::names::{Division, Origin};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc, watch};

use super::confirming;
use crate::api::PeerStatus;
use crate::network::{NetworkEvent, NetworkHandle, WitnessAnswer, WitnessCall};
use crate::registrar::Registrar;
use crate::sequencing::Gate;
use crate::store::Reader;
use crate::witnessing;

impl confirming::Holders for NetworkHandle {
    async fn newest_heads(&self, origin: &Origin) -> Vec<(Division, confirming::Held)> {
        let answers = self.ask_own_head(origin).await.unwrap_or_default();
        answers.into_iter().filter_map(|answer| Some((answer.division, answer.head.ok()?))).collect()
    }

    async fn follow_own(&self, follow: bool) {
        NetworkHandle::follow_own(self, follow).await;
    }
}

/// Lets the witness answer what peers ask of it.
pub(super) async fn answer_peers(witness: witnessing::Witness, mut calls: mpsc::Receiver<WitnessCall>) {
    while let Some(WitnessCall { body, answer }) = calls.recv().await {
        let said = witness.add_checkpoint(&body).await;
        // Whoever asked may be gone; the head is kept, and asking again is answered again.
        let _ = answer.send(WitnessAnswer { status: said.status, body: said.body.into_bytes() });
    }
}

/// Tells peers of each commit to our own log, a new head or a witnessed one.
pub(super) async fn announce(origin: Origin, reader: Reader, network: NetworkHandle) {
    let mut news = reader.watch();
    let mut told = 0;
    while news.changed().await.is_ok() {
        if let Ok(Some(state)) = reader.log(&origin)
            && state.cursor > told
        {
            told = state.cursor;
            network.announce(origin.clone()).await;
        }
    }
}

/// Why a log whose keys signed what cannot both be honest is not written.
pub(super) const CONVICTED: &str = "two heads under our key contradict each other; the county must charter the next generation";

/// Keeps the list of peers for the status pages, and stops sealing when a head under our key turns up that we do not hold.
pub(super) async fn watch_peers(
    network: NetworkHandle,
    mut events: broadcast::Receiver<NetworkEvent>,
    own: Origin,
    registrar: Registrar,
    peers: watch::Sender<Vec<PeerStatus>>,
    gate: watch::Sender<Gate>,
) {
    loop {
        match events.recv().await {
            Ok(NetworkEvent::PeerUp { peer, division }) => {
                tracing::info!(%peer, division = division.map(tracing::field::display), "peer up");
                refresh(&network, &peers).await;
            }
            Ok(NetworkEvent::PeerDown { peer }) => {
                tracing::info!(%peer, "peer down");
                refresh(&network, &peers).await;
            }
            Ok(NetworkEvent::PeerRefused { peer }) => tracing::warn!(%peer, "a peer of another federation or version was refused"),
            Ok(NetworkEvent::PeerBlamed { peer, why }) => tracing::warn!(%peer, %why, "a peer sent what it should not have"),
            Ok(NetworkEvent::LogAdvanced { origin, size }) => {
                tracing::debug!(%origin, size, "advanced");
                // The charter of a peer may just have arrived.
                if registrar.snapshot().charter(&origin).is_some() {
                    refresh(&network, &peers).await;
                }
            }
            Ok(NetworkEvent::Forked(origin)) => {
                tracing::error!(%origin, "two heads of this log contradict each other; evidence kept");
                if origin == own {
                    stop(&gate, CONVICTED.to_owned());
                }
            }
            // While confirming this is not yet a contradiction: it is being fetched.
            Ok(NetworkEvent::OwnHeadUnknown { origin, .. }) if origin == own && *gate.borrow() == Gate::Confirming => {}
            Ok(NetworkEvent::OwnHeadUnknown { origin, size }) if origin == own => stop(
                &gate,
                format!(
                    "a peer holds a head of size {size} under our key that we do not hold: another machine signs with it, or this one lost data"
                ),
            ),
            Ok(NetworkEvent::OwnHeadUnknown { origin, size }) => {
                tracing::warn!(%origin, size, "a head of a log this node no longer writes");
            }
            Ok(NetworkEvent::ClockHeard) | Err(RecvError::Lagged(_)) => refresh(&network, &peers).await,
            Err(RecvError::Closed) => return,
        }
    }
}

/// Seals no more, or not at all, until a restart.
fn stop(gate: &watch::Sender<Gate>, why: String) {
    gate.send_if_modified(|gate| {
        let stops = !matches!(gate, Gate::Stopped(_));
        if stops {
            tracing::error!(%why, "sealing stopped");
            *gate = Gate::Stopped(why);
        }
        stops
    });
}

async fn refresh(network: &NetworkHandle, peers: &watch::Sender<Vec<PeerStatus>>) {
    if let Ok(status) = network.status().await {
        let up =
            status.peers.into_iter().map(|peer| PeerStatus { peer: peer.peer, division: peer.division, clock_offset: peer.clock_offset });
        peers.send_replace(up.collect());
    }
}
