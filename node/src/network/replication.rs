//! The task that owns the follower and does what it says.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use libp2p::{Multiaddr, PeerId};
use luodi_ledger::names::Origin;
use luodi_ledger::registry::Registry;
use tokio::sync::{broadcast, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::book::Book;
use super::entries_in::{Taker, Verdict};
use super::handle::{Call, NetworkEvent, PeerStatus, Status};
use super::peers::{Peers, is_of_ours};
use super::swarm::{Asker, News};
use super::{Settings, StartError, WitnessCall};
use crate::clock::Clock;
use crate::convictions::convicted;
use crate::protocol::clocks::Clocks;
use crate::protocol::follower::{Event, FetchId, Follower, Held, Membership, Stored};
use crate::protocol::message::{Answer, Hello, Request, VERSION};
use crate::protocol::{Moment, Peer};
use crate::registrar::Registrar;
use crate::store::{ReadError, Reader, Writer};

/// How often the follower is woken when nothing happens; the shortest wait it has is a second.
const TICK: Duration = Duration::from_millis(250);
/// How long a refused peer has to read why, before it is disconnected.
const FAREWELL: Duration = Duration::from_millis(500);

/// What tasks that this one has started report.
#[derive(Debug)]
pub(super) enum Happened {
    /// Something for the follower.
    Event(Event),
    /// A dialled peer has answered to hello, or not.
    Greeted {
        /// The peer.
        peer: PeerId,
        /// Who it says it is.
        hello: Option<Hello>,
    },
    /// A peer has answered what time it is.
    Clock {
        /// The peer.
        peer: PeerId,
        /// Its clock.
        theirs: i64,
        /// Our steady one, halfway between question and answer.
        steady: i64,
    },
}

/// What the task works with.
pub(super) struct Parts {
    pub(super) registrar: Registrar,
    pub(super) store: Writer,
    pub(super) clock: Clock,
    pub(super) witness: mpsc::Sender<WitnessCall>,
    pub(super) asker: Asker,
    pub(super) taker: Taker,
    pub(super) book: watch::Sender<Arc<Book>>,
    pub(super) notices: broadcast::Sender<NetworkEvent>,
}

/// The task.
pub(super) struct Replication {
    me: PeerId,
    settings: Settings,
    pub(super) parts: Parts,
    follower: Follower,
    pub(super) peers: Peers,
    clocks: Clocks,
    /// Whether the operator was last told that our clock is off.
    clock_is_off: bool,
    pub(super) fetches: HashMap<FetchId, mpsc::Sender<Verdict>>,
    listening: Vec<Multiaddr>,
    started: Instant,
}

impl Replication {
    pub(super) fn new(me: PeerId, settings: Settings, parts: Parts) -> Result<Self, StartError> {
        let follower = restore(&settings, parts.store.reader(), &parts.registrar.snapshot())?;
        Ok(Self {
            me,
            settings,
            parts,
            follower,
            peers: Peers::default(),
            clocks: Clocks::default(),
            clock_is_off: false,
            fetches: HashMap::new(),
            listening: Vec::new(),
            started: Instant::now(),
        })
    }

    pub(super) async fn run(
        mut self,
        mut news: mpsc::UnboundedReceiver<News>,
        mut from_tasks: mpsc::Receiver<Happened>,
        mut calls: mpsc::Receiver<Call>,
        shutdown: CancellationToken,
    ) {
        let mut registry = self.parts.registrar.watch();
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                Some(news) = news.recv() => self.on_news(news).await,
                Some(happened) = from_tasks.recv() => self.on_happened(happened),
                Some(call) = calls.recv() => self.on_call(call).await,
                Ok(()) = registry.changed() => self.on_registry(),
                _ = tick.tick() => self.on_tick().await,
            }
        }
    }

    fn now(&self) -> Moment {
        Moment(u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn notice(&self, event: NetworkEvent) {
        // Nobody need listen.
        let _ = self.parts.notices.send(event);
    }

    pub(super) fn hello(&self) -> Hello {
        let registry = self.parts.registrar.snapshot();
        let reader = self.parts.store.reader();
        Hello {
            federation: registry.federation().name.clone(),
            fingerprint: registry.federation().hash(),
            version: VERSION,
            division: registry.home_log(self.settings.division).map(|origin| origin.division),
            epoch: *reader.epoch().as_bytes(),
            seq: *reader.watch().borrow(),
            time: self.parts.clock.now().unix(),
        }
    }

    async fn on_tick(&mut self) {
        let now = self.now();
        let book = self.parts.book.borrow().clone();
        for (peer, addresses) in self.peers.dial_due(now, &book) {
            self.parts.asker.dial(peer, addresses).await;
        }
        // An invented time moves as its story does.
        if !self.parts.clock.is_story()
            && let Some(seconds) = self.peers.clock_moved(now, self.parts.clock.now().unix())
        {
            tracing::info!(seconds, "this machine's clock was moved");
        }
        self.tell_of_clock();
        for peer in self.peers.questions_due(now) {
            self.ask_clock(peer);
            if book.is_trusted(&peer) {
                self.ask_evidence(peer);
            }
        }
        for peer in self.peers.nameless(now) {
            self.parts.asker.disconnect(peer).await;
        }
        self.on_event(Event::Tick);
    }

    fn on_registry(&mut self) {
        let registry = self.parts.registrar.snapshot();
        let book = Arc::new(Book::new(self.settings.division, self.me, &self.settings.peers, &registry));
        self.parts.book.send_replace(book.clone());
        self.peers.sweep(&book);
        for (peer, hello, membership) in self.peers.reconsider(&book) {
            if book.division(&peer).is_some() {
                self.ask_clock(peer);
            } else {
                self.clock_gone(&peer);
            }
            let peer = Peer::new(&peer.to_string());
            self.on_event(Event::Connected { peer, membership, epoch: hello.epoch });
        }
        self.on_event(Event::RegistryChanged);
    }

    async fn on_call(&mut self, call: Call) {
        match call {
            Call::Announce(origin) => {
                let state = on_disk(self.parts.store.reader(), move |reader| reader.log(&origin)).await;
                match state {
                    Ok(Some(state)) => {
                        let stored =
                            Stored { origin: state.origin, entries: state.size, head: Some(state.head), witnessed: state.witnessed };
                        self.on_event(Event::Stored(stored));
                    }
                    Ok(None) => {}
                    Err(error) => tracing::error!(%error, "a log could not be read to be announced"),
                }
            }
            Call::FollowOwn(follow) => self.on_event(Event::FollowOwn(follow)),
            Call::Holders(origin, reply) => {
                let (registry, book) = (self.parts.registrar.snapshot(), self.parts.book.borrow().clone());
                let follows = |(peer, _, membership, _): (&PeerId, _, &Membership, _)| {
                    let division = book.division(peer)?;
                    membership.interest.covers(&registry, &origin).then_some((division, *peer))
                };
                let _ = reply.send(self.peers.greeted_all().filter_map(follows).collect());
            }
            Call::Status(reply) => {
                let _ = reply.send(self.status());
            }
        }
    }

    fn status(&self) -> Status {
        let book = self.parts.book.borrow();
        let peer = |(peer, _, _, clock_offset): (&PeerId, _, _, i64)| PeerStatus {
            peer: peer.to_string(),
            division: book.division(peer),
            clock_offset,
        };
        Status {
            listening: self.listening.clone(),
            peers: self.peers.greeted_all().map(peer).collect(),
            logs: self.follower.logs().map(|origin| (origin.clone(), self.follower.progress(origin))).collect(),
            bodies_missing: self.follower.bodies_missing(),
        }
    }

    async fn on_news(&mut self, news: News) {
        match news {
            News::Listening(address) => {
                tracing::info!(%address, "listening");
                self.listening.push(address);
            }
            News::Connected { peer, dialled } => {
                self.peers.connected(self.now(), peer);
                // Who dials speaks first.
                if dialled {
                    self.greet(peer);
                }
            }
            News::Disconnected(peer) => {
                self.clock_gone(&peer);
                if self.peers.disconnected(self.now(), &peer) {
                    self.notice(NetworkEvent::PeerDown { peer: peer.to_string() });
                }
                self.on_event(Event::Disconnected(Peer::new(&peer.to_string())));
            }
            News::DialFailed(peer) => self.peers.dial_failed(self.now(), peer),
            News::Violated { peer, why } => self.notice(NetworkEvent::PeerBlamed { peer: peer.to_string(), why }),
            News::Asked { peer, request, channel, room } => self.on_asked(peer, request, channel, room).await,
        }
    }

    /// Says who this node is to a peer it has dialled.
    fn greet(&self, peer: PeerId) {
        let (asker, hello, happened) = (self.parts.asker.clone(), self.hello(), self.parts.taker.happened.clone());
        tokio::spawn(async move {
            let hello = match asker.ask(peer, Request::Hello(hello)).await {
                Ok(Answer::Hello(hello)) => Some(hello),
                _ => None,
            };
            let _ = happened.send(Happened::Greeted { peer, hello }).await;
        });
    }

    fn on_happened(&mut self, happened: Happened) {
        match happened {
            Happened::Event(event) => self.on_event(event),
            Happened::Greeted { peer, hello: Some(hello) } if is_of_ours(&self.hello(), &hello) => self.welcome(peer, hello),
            Happened::Greeted { peer, .. } => self.turn_away(peer),
            Happened::Clock { peer, theirs, steady } => self.clock_heard(peer, theirs, steady),
        }
    }

    /// A peer of this federation.
    pub(super) fn welcome(&mut self, peer: PeerId, hello: Hello) {
        let membership = self.parts.book.borrow().membership(&peer);
        let (epoch, division) = (hello.epoch, self.parts.book.borrow().division(&peer));
        let (again, time) = (self.peers.is_greeted(&peer), hello.time);
        self.peers.greeted(peer, hello, membership.clone());
        if !self.peers.is_greeted(&peer) {
            return;
        }
        self.clock_heard(peer, time, self.parts.clock.steady());
        if !again {
            self.notice(NetworkEvent::PeerUp { peer: peer.to_string(), division });
            if membership.trusted {
                self.ask_evidence(peer);
            }
        }
        self.on_event(Event::Connected { peer: Peer::new(&peer.to_string()), membership, epoch });
    }

    fn ask_clock(&self, peer: PeerId) {
        let (asker, clock, happened) = (self.parts.asker.clone(), self.parts.clock.clone(), self.parts.taker.happened.clone());
        tokio::spawn(async move {
            let asked = clock.steady();
            if let Ok(Answer::Clock(theirs)) = asker.ask(peer, Request::Clock).await {
                let steady = asked.midpoint(clock.steady());
                let _ = happened.send(Happened::Clock { peer, theirs, steady }).await;
            }
        });
    }

    fn clock_heard(&mut self, peer: PeerId, theirs: i64, steady: i64) {
        let clock = &self.parts.clock;
        self.peers.clock_heard(&peer, theirs.saturating_sub(steady).saturating_sub(clock.lead(clock.now())));
        // Strangers may say what they like.
        if self.parts.book.borrow().division(&peer).is_some() && self.peers.is_greeted(&peer) {
            self.clocks.heard(&Peer::new(&peer.to_string()), theirs, steady);
            self.judge_clock();
        }
        self.notice(NetworkEvent::ClockHeard);
    }

    fn clock_gone(&mut self, peer: &PeerId) {
        self.clocks.gone(&Peer::new(&peer.to_string()));
        self.judge_clock();
    }

    fn judge_clock(&mut self) {
        self.parts.clock.judged(self.clocks.word());
        self.tell_of_clock();
    }

    /// Tells the operator when the clock has come to be off or right, by the peers' word or because it was moved.
    fn tell_of_clock(&mut self) {
        let off = self.parts.clock.off();
        if std::mem::replace(&mut self.clock_is_off, off.is_some()) != off.is_some() {
            if let Some(seconds) = off {
                tracing::error!(seconds, "this node's clock is off its peers': nothing is sealed or cosigned; set it right");
            } else {
                tracing::info!("this node's clock agrees with its peers'");
            }
        }
    }

    /// A peer of another federation, or one that does not say who it is: it has a moment to read the refusal.
    pub(super) fn turn_away(&self, peer: PeerId) {
        self.notice(NetworkEvent::PeerRefused { peer: peer.to_string() });
        let asker = self.parts.asker.clone();
        tokio::spawn(async move {
            tokio::time::sleep(FAREWELL).await;
            asker.disconnect(peer).await;
        });
    }

    /// Has the follower decide, and does what it says.
    pub(super) fn on_event(&mut self, event: Event) {
        let registry = self.parts.registrar.snapshot();
        if let Event::Fetched { fetch, .. } = &event {
            self.fetches.remove(fetch);
        }
        if let Event::Stored(Stored { origin, head: Some(head), .. }) = &event {
            self.notice(NetworkEvent::LogAdvanced { origin: origin.clone(), size: head.size() });
        }
        if !matches!(event, Event::Tick) {
            tracing::trace!(?event);
        }
        let actions = self.follower.on_event(self.now(), &registry, event);
        for action in actions {
            tracing::trace!(?action);
            self.act(action);
        }
    }
}

/// What is durable, as the follower needs it to begin.
fn restore(settings: &Settings, reader: &Reader, registry: &Registry) -> Result<Follower, ReadError> {
    let convicted = convicted(reader, registry)?;
    let mut held = Vec::new();
    let origins: BTreeSet<Origin> = reader.logs().into_iter().map(|row| row.origin).chain(reader.arriving()).collect();
    for origin in origins {
        let (state, ahead) = (reader.log(&origin)?, reader.ahead(&origin)?);
        let entries = ahead.as_ref().map(|ahead| ahead.tree.size()).or_else(|| state.as_ref().map(|state| state.size)).unwrap_or(0);
        let (head, witnessed) = state.map_or((None, None), |state| (Some(state.head), state.witnessed));
        let forked = convicted.contains(&origin);
        held.push((origin, Held { entries, head, witnessed, proven: ahead.map(|ahead| ahead.head), forked }));
    }
    Ok(Follower::new(Some(settings.division), held, reader.evidence().into_iter().map(|row| row.id)).writing(settings.generation))
}

/// Reads the store on a thread for blocking work.
pub(super) async fn on_disk<T: Send + 'static>(
    reader: &Reader,
    read: impl FnOnce(&Reader) -> Result<T, ReadError> + Send + 'static,
) -> Result<T, ReadError> {
    let reader = reader.clone();
    let read = tokio::task::spawn_blocking(move || read(&reader)).await;
    read.map_err(|error| ReadError::Unavailable(error.to_string()))?
}
