//! Who waits for what: sessions say what they want, and what arrives goes to them and to nobody else.

use std::{
	collections::{HashMap, HashSet},
	sync::{Mutex, MutexGuard, PoisonError},
	time::{Duration, Instant},
};

use bytes::Bytes;
use litep2p::PeerId;
use tea_ipfs::cid::Cid;
use tokio::sync::mpsc;

/// Events that a session may leave lying; wants are repeated, so a lost one costs time and no more.
const BACKLOG: usize = 256;
/// How long after a want a late answer is still expected.
const LATE: Duration = Duration::from_secs(60);

/// What happens to a session.
#[derive(Clone, Debug)]
pub enum Event {
	/// A block came; its bytes have that name.
	Block {
		/// From whom.
		peer: PeerId,
		/// Its name.
		cid: Cid,
		/// Its bytes.
		block: Bytes,
	},
	/// Somebody says that he has a block, or that he has not.
	Presence {
		/// Who.
		peer: PeerId,
		/// Of which block.
		cid: Cid,
		/// Whether he has it.
		present: bool,
	},
	/// Somebody sent a block that nobody asked for.
	Junk {
		/// Who.
		peer: PeerId,
	},
	/// Somebody cannot be reached, or is gone.
	Gone {
		/// Who.
		peer: PeerId,
	},
}

#[derive(Default)]
struct State {
	next: u64,
	sessions: HashMap<u64, mpsc::Sender<Event>>,
	wanted: HashMap<Cid, HashSet<u64>>,
	/// Until when blocks of a peer are expected.
	asked: HashMap<PeerId, Instant>,
	/// Blocks that came or were given up lately: a second copy is no offence.
	settled: HashMap<Cid, Instant>,
	connected: HashSet<PeerId>,
}

#[derive(Default)]
pub(super) struct Hub(Mutex<State>);

impl Hub {
	fn state(&self) -> MutexGuard<'_, State> {
		self.0.lock().unwrap_or_else(PoisonError::into_inner)
	}

	pub(super) fn register(&self) -> (u64, mpsc::Receiver<Event>) {
		let (events, inbox) = mpsc::channel(BACKLOG);
		let mut state = self.state();
		let id = state.next;
		state.next += 1;
		state.sessions.insert(id, events);
		(id, inbox)
	}

	pub(super) fn unregister(&self, id: u64) {
		let mut state = self.state();
		state.sessions.remove(&id);
		let now = Instant::now();
		let State {
			wanted, settled, ..
		} = &mut *state;
		wanted.retain(|cid, sessions| {
			if sessions.remove(&id) && sessions.is_empty() {
				settled.insert(*cid, now);
			}
			!sessions.is_empty()
		});
	}

	/// A session wants this block, from whomever it comes.
	pub(super) fn want(&self, id: u64, cid: &Cid) {
		self.state().wanted.entry(*cid).or_default().insert(id);
	}

	/// A peer was asked for blocks, so large messages of his are read.
	pub(super) fn ask(&self, peer: PeerId) {
		self.state().asked.insert(peer, Instant::now() + LATE);
	}

	/// Whether blocks of this peer are expected.
	pub(super) fn expects(&self, peer: &PeerId) -> bool {
		let now = Instant::now();
		self.state()
			.asked
			.get(peer)
			.is_some_and(|until| *until > now)
	}

	/// Hands a block to those who want it, once. Whether anybody does or did.
	pub(super) fn block(&self, peer: PeerId, cid: Cid, block: &Bytes) -> bool {
		let mut state = self.state();
		let Some(waiting) = state.wanted.remove(&cid) else {
			if state.settled.contains_key(&cid) {
				return true;
			}
			for session in state.sessions.values() {
				let _ = session.try_send(Event::Junk { peer });
			}
			return false;
		};
		state.settled.insert(cid, Instant::now());
		for session in waiting.iter().filter_map(|id| state.sessions.get(id)) {
			let event = Event::Block {
				peer,
				cid,
				block: block.clone(),
			};
			// A full inbox loses it, and the session asks again.
			let _ = session.try_send(event);
		}
		true
	}

	pub(super) fn presence(&self, peer: PeerId, cid: Cid, present: bool) {
		let state = self.state();
		let waiting = state.wanted.get(&cid).into_iter().flatten();
		for session in waiting.filter_map(|id| state.sessions.get(id)) {
			let _ = session.try_send(Event::Presence { peer, cid, present });
		}
	}

	pub(super) fn connected(&self, peer: PeerId) {
		self.state().connected.insert(peer);
	}

	/// Somebody cannot be reached.
	pub(super) fn gone(&self, peer: PeerId) {
		let mut state = self.state();
		state.connected.remove(&peer);
		for session in state.sessions.values() {
			let _ = session.try_send(Event::Gone { peer });
		}
	}

	pub(super) fn peers(&self) -> Vec<PeerId> {
		self.state().connected.iter().copied().collect()
	}

	/// Forgets what is long ago.
	pub(super) fn sweep(&self) {
		let now = Instant::now();
		let mut state = self.state();
		state.asked.retain(|_, until| *until > now);
		state.settled.retain(|_, at| *at + LATE > now);
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use tea_ipfs::cid::{self, RAW};

	#[test]
	fn block_goes_once_to_those_who_want_it() {
		let hub = Hub::default();
		let (one, mut first) = hub.register();
		let (_, mut second) = hub.register();
		let cid = cid::of(RAW, b"tea");
		let peer = PeerId::random();
		hub.want(one, &cid);
		assert!(hub.block(peer, cid, &Bytes::from_static(b"tea")));
		assert!(matches!(first.try_recv(), Ok(Event::Block { cid: got, .. }) if got == cid));
		// A second copy is no offence, and costs nothing.
		assert!(hub.block(peer, cid, &Bytes::from_static(b"tea")));
		assert!(first.try_recv().is_err());
		assert!(second.try_recv().is_err());
		// What nobody asked for is one.
		let junk = cid::of(RAW, b"junk");
		assert!(!hub.block(peer, junk, &Bytes::from_static(b"junk")));
		assert!(matches!(second.try_recv(), Ok(Event::Junk { peer: who }) if who == peer));
	}

	#[test]
	fn session_that_ended_wants_nothing() {
		let hub = Hub::default();
		let (one, first) = hub.register();
		let cid = cid::of(RAW, b"tea");
		hub.want(one, &cid);
		drop(first);
		hub.unregister(one);
		assert!(hub.block(PeerId::random(), cid, &Bytes::from_static(b"tea")));
		assert!(hub.state().wanted.is_empty());
	}

	#[test]
	fn large_messages_are_read_of_those_who_were_asked() {
		let hub = Hub::default();
		let (asked, other) = (PeerId::random(), PeerId::random());
		hub.ask(asked);
		assert!(hub.expects(&asked) && !hub.expects(&other));
	}
}
