//! One fetch: hints first, then who is connected, then the DHT. Children are asked from whoever had their parent, because
//! only roots are announced. Every want has its own timer.

use std::{
	collections::{HashMap, HashSet},
	time::Duration,
};

use bytes::Bytes;
use futures::{StreamExt, future::OptionFuture, stream::FuturesUnordered};
use litep2p::{PeerId, types::multiaddr::Multiaddr};
use tea_ipfs::cid::Cid;
use tokio::{
	task::JoinHandle,
	time::{Instant, sleep_until},
};
use tracing::debug;

use super::{
	fetch::{FetchError, Fetcher, Plan},
	store::StoreError,
};
use crate::{
	bitswap::{Event, Kind, Session},
	p2p::Provider,
};

/// Wants under way, and of one host: sixteen blocks of 1 MiB.
const MAX_WANTS: usize = 32;
const MAX_WANTS_OF_PEER: usize = 16;
/// Hosts that are tried for one root.
const MAX_CANDIDATES: usize = 64;
/// Connected hosts that are asked whether they have it.
const MAX_ASKED: usize = 32;
/// How long a block may take at first, and at most.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(16));
/// How soon others are looked for again while nothing comes: twice as late each time, up to a limit.
const LOOK: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(8));
/// How soon a host that was lost may be tried again, when it is named again.
const AGAIN: Duration = Duration::from_secs(5);
/// Blocks in a row that a host may owe, and other blocks that it may send instead.
const MAX_STRIKES: u32 = 3;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
	/// It may have it.
	Fresh,
	/// It says so, or has sent something.
	Has,
	/// It is not asked any more.
	Lost(Instant),
	/// It sent what nobody asked for.
	Bad,
}

struct Candidate {
	peer: PeerId,
	addresses: Vec<Multiaddr>,
	state: State,
	wants: usize,
	strikes: u32,
	junk: u32,
	lacks: HashSet<Cid>,
}

impl Candidate {
	const fn is_alive(&self) -> bool {
		matches!(self.state, State::Fresh | State::Has)
	}
}

/// What is known of a block that did not come at once.
#[derive(Default)]
struct History {
	tries: u32,
	tried: Vec<PeerId>,
}

type Keeping = FuturesUnordered<JoinHandle<(Cid, Result<(), StoreError>)>>;

pub(super) struct Run<'a> {
	fetcher: &'a Fetcher,
	root: Cid,
	deadline: Instant,
	session: Session,
	candidates: Vec<Candidate>,
	/// Wants under way: of whom, and until when.
	asked: HashMap<Cid, (PeerId, Instant)>,
	history: HashMap<Cid, History>,
	/// Blocks that are being written.
	keeping: Keeping,
	writing: HashSet<Cid>,
	look_at: Instant,
	looks: u32,
	looking: Option<JoinHandle<Vec<Provider>>>,
	bad: Option<PeerId>,
}

impl<'a> Run<'a> {
	pub(super) fn new(
		fetcher: &'a Fetcher,
		root: Cid,
		hints: Vec<Provider>,
		deadline: Instant,
	) -> Self {
		let mut run = Self {
			fetcher,
			root,
			deadline,
			session: fetcher.bitswap.session(),
			candidates: Vec::new(),
			asked: HashMap::new(),
			history: HashMap::new(),
			keeping: FuturesUnordered::new(),
			writing: HashSet::new(),
			look_at: Instant::now(),
			looks: 0,
			looking: None,
			bad: None,
		};
		run.found(hints);
		run
	}

	/// Fetches until the plan is done.
	pub(super) async fn go(mut self, mut plan: Plan) -> Result<u64, FetchError> {
		loop {
			let ahead = plan.ahead(4 * MAX_WANTS);
			self.fill(&ahead)?;
			let now = Instant::now();
			if self.starves() && self.look_at <= now {
				self.look(&ahead);
			}
			let mut kept = false;
			let wake = self.wake();
			tokio::select! {
				event = self.session.next() => match event {
					Some(event) => self.event(event),
					None => return Err(FetchError::Ending),
				},
				Some(written) = self.keeping.next() => {
					let (cid, result) = written.map_err(|_| FetchError::Ending)?;
					self.writing.remove(&cid);
					result?;
					kept = true;
				}
				Some(found) = OptionFuture::from(self.looking.as_mut()) => {
					self.looking = None;
					self.found(found.unwrap_or_default());
				}
				() = sleep_until(wake) => (),
			}
			if kept {
				plan = self.fetcher.advance(plan).await?;
				if let Some(len) = plan.done() {
					return Ok(len);
				}
			}
			self.expire();
			if Instant::now() >= self.deadline {
				return Err(self.reason(&plan));
			}
		}
	}

	/// Why nothing more came.
	fn reason(&self, plan: &Plan) -> FetchError {
		let cid = plan.ahead(1).first().copied().unwrap_or(self.root);
		match self.bad {
			Some(peer) if !self.candidates.iter().any(Candidate::is_alive) => {
				FetchError::BadBlock {
					cid,
					peer: Box::new(peer),
				}
			}
			_ if self.candidates.iter().any(|one| !one.lacks.contains(&cid)) => {
				FetchError::Timeout(cid)
			}
			_ => FetchError::NoProviders(cid),
		}
	}

	fn candidate(&mut self, peer: &PeerId) -> Option<&mut Candidate> {
		self.candidates.iter_mut().find(|one| one.peer == *peer)
	}

	/// Hosts that are said to have it. Nobody has checked that.
	fn found(&mut self, providers: Vec<Provider>) {
		for provider in providers {
			if provider.peer == self.fetcher.network.peer_id() {
				continue;
			}
			if let Some(known) = self.candidate(&provider.peer) {
				known.addresses = provider.addresses;
				if matches!(known.state, State::Lost(since) if since.elapsed() > AGAIN) {
					known.state = State::Fresh;
					known.strikes = 0;
				}
			} else {
				self.add(provider.peer, provider.addresses, State::Fresh);
			}
		}
	}

	fn add(&mut self, peer: PeerId, addresses: Vec<Multiaddr>, state: State) {
		if self.candidates.len() < MAX_CANDIDATES {
			self.candidates.push(Candidate {
				peer,
				addresses,
				state,
				wants: 0,
				strikes: 0,
				junk: 0,
				lacks: HashSet::new(),
			});
		}
	}

	/// Asks for what is needed next and not under way.
	fn fill(&mut self, ahead: &[Cid]) -> Result<(), FetchError> {
		let mut wants: HashMap<PeerId, Vec<Cid>> = HashMap::new();
		let mut seen = HashSet::new();
		for cid in ahead {
			if self.asked.len() + self.writing.len() >= MAX_WANTS {
				break;
			}
			let under_way = self.asked.contains_key(cid) || self.writing.contains(cid);
			if under_way || !seen.insert(*cid) || self.fetcher.store.has(cid)? {
				continue;
			}
			let Some(peer) = self.pick(cid) else {
				continue;
			};
			let tries = self.history.get(cid).map_or(0, |history| history.tries);
			let patience = PATIENCE.0.saturating_mul(1 << tries.min(4)).min(PATIENCE.1);
			self.asked.insert(*cid, (peer, Instant::now() + patience));
			if let Some(known) = self.candidate(&peer) {
				known.wants += 1;
			}
			wants.entry(peer).or_default().push(*cid);
		}
		for (peer, cids) in wants {
			let known = self.candidates.iter().find(|one| one.peer == peer);
			let addresses = known.map_or(&[][..], |known| &known.addresses);
			self.session.want(peer, addresses, Kind::Block, &cids);
		}
		Ok(())
	}

	/// Whom to ask for a block: who has shown that it has it, then who has the least to do, and nobody twice in a row.
	fn pick(&mut self, cid: &Cid) -> Option<PeerId> {
		let usable = |one: &&Candidate| {
			one.is_alive() && one.wants < MAX_WANTS_OF_PEER && !one.lacks.contains(cid)
		};
		let order = |one: &&Candidate| (one.state != State::Has, one.wants);
		let tried = self.history.get(cid).map(|history| &history.tried[..]);
		let tried = tried.unwrap_or_default();
		let new = self
			.candidates
			.iter()
			.filter(usable)
			.filter(|one| !tried.contains(&one.peer))
			.min_by_key(order);
		let picked = new.or_else(|| self.candidates.iter().filter(usable).min_by_key(order));
		picked.map(|one| one.peer)
	}

	/// Whether others are to be looked for.
	fn starves(&self) -> bool {
		let late = |cid| self.history.contains_key(cid);
		self.writing.is_empty() && self.asked.keys().all(late)
	}

	/// Looks for hosts that have what is needed now: among those connected, and in the DHT.
	fn look(&mut self, ahead: &[Cid]) {
		let pause = LOOK.0.saturating_mul(1 << self.looks.min(5)).min(LOOK.1);
		// The DHT takes longer to change than the list of connections.
		let ask_dht = self.looks == 0 || pause == LOOK.1;
		self.look_at = Instant::now() + pause;
		self.looks += 1;
		let Some(cid) = ahead.first().copied() else {
			return;
		};
		// Who had it not may have it now.
		for known in &mut self.candidates {
			known.lacks.clear();
		}
		for peer in self.fetcher.bitswap.peers().into_iter().take(MAX_ASKED) {
			if !self
				.candidates
				.iter()
				.any(|one| one.peer == peer && one.is_alive())
			{
				self.session.want(peer, &[], Kind::Have, &[cid]);
			}
		}
		if ask_dht && self.looking.is_none() {
			let (network, root) = (self.fetcher.network.clone(), self.root);
			let looking = tokio::spawn(async move { network.content_providers(&root).await });
			self.looking = Some(looking);
		}
	}

	fn event(&mut self, event: Event) {
		match event {
			Event::Block { peer, cid, block } => self.keep(peer, cid, block),
			Event::Presence { peer, cid, present } => {
				match self.candidate(&peer) {
					Some(known) if present => {
						known.lacks.remove(&cid);
						if !matches!(known.state, State::Bad) {
							known.state = State::Has;
						}
					}
					Some(known) => {
						known.lacks.insert(cid);
					}
					None if present => self.add(peer, Vec::new(), State::Has),
					None => (),
				}
				if !present && self.asked.get(&cid).is_some_and(|(of, _)| *of == peer) {
					self.take_back(&cid);
				}
			}
			Event::Junk { peer } => {
				if let Some(known) = self.candidate(&peer) {
					known.junk += 1;
					if known.junk >= MAX_STRIKES {
						known.state = State::Bad;
						self.bad = Some(peer);
						debug!(%peer, "a host sends blocks that nobody asked for");
						self.take_back_all(peer);
					}
				}
			}
			Event::Gone { peer } => self.lose(peer),
		}
	}

	fn lose(&mut self, peer: PeerId) {
		if let Some(known) = self.candidate(&peer)
			&& known.is_alive()
		{
			known.state = State::Lost(Instant::now());
			self.take_back_all(peer);
		}
	}

	fn take_back_all(&mut self, peer: PeerId) {
		let of: Vec<_> = self
			.asked
			.iter()
			.filter(|(_, (of, _))| *of == peer)
			.map(|(cid, _)| *cid)
			.collect();
		for cid in of {
			self.take_back(&cid);
		}
	}

	/// A want is not under way any more.
	fn take_back(&mut self, cid: &Cid) -> Option<PeerId> {
		let (peer, _) = self.asked.remove(cid)?;
		if let Some(known) = self.candidate(&peer) {
			known.wants = known.wants.saturating_sub(1);
		}
		Some(peer)
	}

	/// Writes a block that came, on a thread that may wait for the disk.
	fn keep(&mut self, peer: PeerId, cid: Cid, block: Bytes) {
		self.history.remove(&cid);
		self.take_back(&cid);
		match self.candidate(&peer) {
			Some(known) => {
				known.strikes = 0;
				if known.is_alive() {
					known.state = State::Has;
				}
			}
			// Who was only asked whether he has it may send it at once where it is small.
			None => self.add(peer, Vec::new(), State::Has),
		}
		// Whoever sends is only slow: what he was asked for besides gets time anew.
		let until = Instant::now() + PATIENCE.0;
		for (of, late) in self.asked.values_mut() {
			if *of == peer {
				*late = (*late).max(until);
			}
		}
		if self.writing.insert(cid) {
			let store = self.fetcher.store.clone();
			self.keeping.push(tokio::task::spawn_blocking(move || {
				let kept = store.put(&cid, &block);
				(cid, kept)
			}));
		}
	}

	/// Wants that took too long go to the next host.
	fn expire(&mut self) {
		let now = Instant::now();
		let late: Vec<_> = self
			.asked
			.iter()
			.filter(|(_, (_, until))| *until <= now)
			.map(|(cid, _)| *cid)
			.collect();
		for cid in late {
			let Some(peer) = self.take_back(&cid) else {
				continue;
			};
			self.session.cancel(peer, &[cid]);
			let history = self.history.entry(cid).or_default();
			history.tries += 1;
			history.tried.push(peer);
			if history.tried.len() >= self.candidates.len() {
				history.tried.clear();
			}
			if let Some(known) = self.candidate(&peer) {
				known.strikes += 1;
				if known.strikes >= MAX_STRIKES * MAX_WANTS_OF_PEER as u32 {
					self.lose(peer);
				}
			}
		}
	}

	/// When there is something to do, if nothing happens.
	fn wake(&self) -> Instant {
		let timers = self.asked.values().map(|(_, until)| *until);
		let look = if self.starves() {
			// Looking begins at once where it is due.
			self.look_at
		} else {
			self.deadline
		};
		timers
			.chain([look, self.deadline])
			.min()
			.unwrap_or(self.deadline)
	}
}
