//! Who is who on the network: the peer ids and addresses that charters and the configuration name, and what each may read.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};
use luodi_ledger::names::{Division, Origin};
use luodi_ledger::registry::{Charter, Registry};

use crate::protocol::follower::Membership;
use crate::protocol::interest::Interest;

/// A peer that the configuration names, such as the parent of an invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfiguredPeer {
    /// Its peer id.
    pub peer: PeerId,
    /// Where it is reached; may be empty if its charter says.
    pub addresses: Vec<Multiaddr>,
}

impl ConfiguredPeer {
    /// The peer of an address that ends in `/p2p/<peer id>`; none for any other.
    pub fn at(address: Multiaddr) -> Option<Self> {
        let Some(Protocol::P2p(peer)) = address.iter().last() else { return None };
        Some(Self { peer, addresses: vec![address] })
    }
}

/// Who is who, as the registry and the configuration say now.
#[derive(Clone, Debug)]
pub(super) struct Book {
    own: Division,
    members: HashMap<PeerId, Division>,
    of_division: BTreeMap<Division, PeerId>,
    addresses: HashMap<PeerId, Vec<Multiaddr>>,
    configured: BTreeSet<PeerId>,
    /// Whom this node connects to.
    dialled: BTreeSet<PeerId>,
}

impl Book {
    pub(super) fn new(own: Division, me: PeerId, configured: &[ConfiguredPeer], registry: &Registry) -> Self {
        let mut book = Self {
            own,
            members: HashMap::new(),
            of_division: BTreeMap::new(),
            addresses: HashMap::new(),
            configured: configured.iter().map(|configured| configured.peer).collect(),
            dialled: BTreeSet::new(),
        };
        // The newest charter of the newest generation speaks for a division.
        let newest: BTreeMap<Division, &Charter> = registry.charters().map(|charter| (charter.facts.origin.division, charter)).collect();
        for (division, charter) in newest {
            let Ok(peer) = charter.facts.peer.parse::<PeerId>() else { continue };
            let addresses = charter.facts.addresses.iter().filter_map(|address| address.parse().ok());
            book.addresses.entry(peer).or_default().extend(addresses);
            book.members.insert(peer, division);
            book.of_division.insert(division, peer);
        }
        for configured in configured {
            book.addresses.entry(configured.peer).or_default().extend(configured.addresses.iter().cloned());
        }
        book.dialled = book.wanted(registry);
        book.dialled.remove(&me);
        book
    }

    /// Its ancestors, the witnesses of its log, and whom the configuration names. Those below dial up.
    fn wanted(&self, registry: &Registry) -> BTreeSet<PeerId> {
        let above = std::iter::successors(registry.parent(self.own), |division| registry.parent(*division));
        let own = registry.home_log(self.own).and_then(|origin| registry.charter(origin));
        let witnesses = own.into_iter().flat_map(|charter| charter.policy.witnesses());
        let witnesses = witnesses.filter_map(|witness| self.witness_division(registry, witness.key.name()));
        let members = above.chain(witnesses).filter_map(|division| self.of_division.get(&division)).copied();
        members.chain(self.configured.iter().copied()).collect()
    }

    fn witness_division(&self, registry: &Registry, name: &str) -> Option<Division> {
        self.of_division.keys().copied().find(|division| registry.federation().name.witness_name(*division) == name)
    }

    /// What a peer may be. A stranger needs the logs above this node, to find its own charter in them.
    pub(super) fn membership(&self, peer: &PeerId) -> Membership {
        match self.members.get(peer) {
            Some(division) => Membership { interest: Interest::Member(*division), trusted: true },
            None => Membership { interest: Interest::Newcomer { below: self.own }, trusted: self.configured.contains(peer) },
        }
    }

    /// Whether a peer may read a log.
    pub(super) fn may_read(&self, registry: &Registry, peer: &PeerId, origin: &Origin) -> bool {
        let membership = self.membership(peer);
        membership.trusted || membership.interest.covers(registry, origin)
    }

    pub(super) fn is_trusted(&self, peer: &PeerId) -> bool {
        self.membership(peer).trusted
    }

    pub(super) fn division(&self, peer: &PeerId) -> Option<Division> {
        self.members.get(peer).copied()
    }

    pub(super) fn peer(&self, division: Division) -> Option<PeerId> {
        self.of_division.get(&division).copied()
    }

    /// Whom to connect to, and where. A peer without an address must dial us.
    pub(super) fn targets(&self) -> impl Iterator<Item = (PeerId, Vec<Multiaddr>)> {
        self.dialled.iter().filter_map(|peer| {
            let addresses = self.addresses.get(peer).filter(|addresses| !addresses.is_empty())?;
            Some((*peer, addresses.clone()))
        })
    }
}
