//! What is to be sent to one peer: wants of our own first, then answers to his. Blocks are read when their turn comes, so a
//! queue is names and no more.

use std::{
	collections::VecDeque,
	sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use tea_ipfs::MAX_BLOCK_LEN;
use tokio::sync::Notify;

use super::wire::{Kind, MAX_BATCH_LEN, MAX_ENTRIES, Message, Want};
use crate::ipfs::store::{Store, StoreError};

/// Wants of one peer that are kept.
const MAX_SERVED: usize = 4096;
/// Wants of our own that are kept.
const MAX_WANTS: usize = 4096;
/// Presences in one message.
const MAX_PRESENCES: usize = 512;

#[derive(Default)]
struct Lists {
	wants: VecDeque<Want>,
	serve: VecDeque<Want>,
}

#[derive(Default)]
pub(super) struct Queue {
	lists: Mutex<Lists>,
	more: Notify,
}

/// What was put into a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
	/// Blocks.
	pub blocks: u64,
	/// Their bytes.
	pub bytes: u64,
	/// Blocks that are not here.
	pub absent: u64,
}

impl Queue {
	fn lists(&self) -> MutexGuard<'_, Lists> {
		self.lists.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// Wants of our own.
	pub(super) fn want(&self, wants: impl IntoIterator<Item = Want>) {
		let mut lists = self.lists();
		for want in wants {
			if lists.wants.len() < MAX_WANTS {
				lists.wants.push_back(want);
			}
		}
		drop(lists);
		self.more.notify_one();
	}

	/// Wants of the peer; a cancel takes back what was not answered yet. How many were left out.
	pub(super) fn serve(&self, full: bool, wants: &[Want]) -> usize {
		let mut lists = self.lists();
		if full {
			lists.serve.clear();
		}
		let mut left_out = 0;
		for want in wants {
			if want.cancel {
				lists.serve.retain(|queued| queued.cid != want.cid);
			} else if lists.serve.len() >= MAX_SERVED {
				left_out += 1;
			} else {
				lists.serve.push_back(*want);
			}
		}
		drop(lists);
		self.more.notify_one();
		left_out
	}

	pub(super) fn is_empty(&self) -> bool {
		let lists = self.lists();
		lists.wants.is_empty() && lists.serve.is_empty()
	}

	pub(super) fn clear(&self) {
		*self.lists() = Lists::default();
	}

	/// Waits until there may be more.
	pub(super) async fn more(&self) {
		self.more.notified().await;
	}

	/// The next wants of our own, if there are any.
	fn next_wants(&self) -> Option<Message> {
		let mut lists = self.lists();
		let count = lists.wants.len().min(MAX_ENTRIES);
		let wants: Vec<_> = lists.wants.drain(..count).collect();
		(!wants.is_empty()).then(|| Message {
			wants,
			..Message::default()
		})
	}

	/// The next wants of the peer that fit into one message, with the lengths of their blocks.
	fn next_served(&self, store: &Store) -> Vec<(Want, Option<u64>)> {
		let mut lists = self.lists();
		let (mut bytes, mut presences) = (0, 0);
		let mut batch = Vec::new();
		while let Some(want) = lists.serve.front() {
			let len = store.len_of(&want.cid).ok().flatten();
			match (want.kind, len) {
				(Kind::Block, Some(len)) => {
					if bytes > 0 && bytes + len > MAX_BATCH_LEN as u64 {
						break;
					}
					bytes += len.max(1);
				}
				_ => {
					if presences == MAX_PRESENCES {
						break;
					}
					presences += 1;
				}
			}
			batch.extend(lists.serve.pop_front().map(|want| (want, len)));
		}
		batch
	}

	/// The next message, or nothing. Reads blocks, so it blocks the thread.
	pub(super) fn next(&self, store: &Store) -> Result<Option<(Message, Counts)>, StoreError> {
		if let Some(message) = self.next_wants() {
			return Ok(Some((message, Counts::default())));
		}
		loop {
			let batch = self.next_served(store);
			if batch.is_empty() {
				return Ok(None);
			}
			let mut message = Message::default();
			let mut counts = Counts::default();
			for (want, len) in batch {
				let block = match (want.kind, len) {
					// What rots on disk is absent.
					(Kind::Block, Some(_)) => store.get(&want.cid)?,
					_ => None,
				};
				match block {
					Some(block) => {
						counts.blocks += 1;
						counts.bytes += block.len() as u64;
						message.blocks.push((want.cid, Bytes::from(block)));
					}
					None if want.kind == Kind::Have && len.is_some() => {
						message.presences.push((want.cid, true));
					}
					None => {
						counts.absent += 1;
						if want.say_absent {
							message.presences.push((want.cid, false));
						}
					}
				}
			}
			// Silence is an answer too.
			if !message.blocks.is_empty() || !message.presences.is_empty() {
				return Ok(Some((message, counts)));
			}
		}
	}
}

const _: () = assert!(MAX_BATCH_LEN < MAX_BLOCK_LEN);

#[cfg(test)]
mod tests {
	use std::time::Duration;

	use super::*;
	use tea_ipfs::cid::{self, Cid, RAW};

	fn want(cid: Cid, kind: Kind) -> Want {
		Want {
			cid,
			kind,
			cancel: false,
			say_absent: true,
		}
	}

	fn store() -> (tempfile::TempDir, std::sync::Arc<Store>) {
		let dir = tempfile::tempdir().unwrap();
		let store = Store::open(dir.path(), 1 << 30, Duration::ZERO).unwrap();
		(dir, store)
	}

	fn put(store: &Store, block: &[u8]) -> Cid {
		let cid = cid::of(RAW, block);
		store.put(&cid, block).unwrap();
		cid
	}

	/// Hazard 1: kubo and Helia send a cancel after the block came; it must not bring the block once more.
	#[test]
	fn cancel_is_not_answered_and_takes_back() {
		let (_dir, store) = store();
		let queue = Queue::default();
		let (here, other) = (put(&store, b"tea"), put(&store, b"cup"));
		let cancel = Want {
			cancel: true,
			..want(here, Kind::Block)
		};
		queue.serve(false, &[cancel]);
		assert_eq!(queue.next(&store).unwrap(), None);
		queue.serve(
			false,
			&[want(here, Kind::Block), want(other, Kind::Block), cancel],
		);
		let (message, _) = queue.next(&store).unwrap().unwrap();
		assert_eq!(message.blocks.len(), 1);
		assert_eq!(message.blocks[0].0, other);
		// A full list replaces all before it.
		queue.serve(false, &[want(here, Kind::Block)]);
		queue.serve(true, &[want(other, Kind::Have)]);
		let (message, _) = queue.next(&store).unwrap().unwrap();
		assert_eq!(
			(message.blocks.len(), message.presences),
			(0, vec![(other, true)])
		);
	}

	/// Hazard 5: who has it not says so when asked to, and is silent otherwise.
	#[test]
	fn absence_is_said_to_who_asks_for_it() {
		let (_dir, store) = store();
		let queue = Queue::default();
		let gone = cid::of(RAW, b"gone");
		queue.serve(false, &[want(gone, Kind::Block), want(gone, Kind::Have)]);
		let (message, counts) = queue.next(&store).unwrap().unwrap();
		assert_eq!(message.presences, [(gone, false), (gone, false)]);
		assert_eq!(counts.absent, 2);
		let quiet = Want {
			say_absent: false,
			..want(gone, Kind::Block)
		};
		queue.serve(false, &[quiet]);
		assert_eq!(queue.next(&store).unwrap(), None);
		assert!(queue.is_empty());
	}

	/// Hazard 6: one message holds no more than others read, and nothing is left out for it.
	#[test]
	fn messages_are_no_longer_than_others_read() {
		let (_dir, store) = store();
		let queue = Queue::default();
		let blocks: Vec<_> = (0..5u8).map(|seed| vec![seed; 1 << 20]).collect();
		let wants: Vec<_> = blocks
			.iter()
			.map(|block| want(put(&store, block), Kind::Block))
			.collect();
		queue.serve(false, &wants);
		for block in &blocks {
			let (message, counts) = queue.next(&store).unwrap().unwrap();
			assert_eq!(message.blocks[0].1, block);
			assert_eq!((message.blocks.len(), counts.bytes), (1, 1 << 20));
			assert!(message.frame().len() <= MAX_BLOCK_LEN);
		}
		// A block of the greatest length goes alone.
		let long = vec![9; MAX_BLOCK_LEN];
		let long = put(&store, &long);
		let small = put(&store, b"tea");
		queue.serve(false, &[want(long, Kind::Block), want(small, Kind::Block)]);
		assert_eq!(queue.next(&store).unwrap().unwrap().0.blocks.len(), 1);
		assert_eq!(queue.next(&store).unwrap().unwrap().0.blocks[0].0, small);
	}

	#[test]
	fn own_wants_go_first_and_everything_is_bounded() {
		let (_dir, store) = store();
		let queue = Queue::default();
		let here = put(&store, b"tea");
		let many = vec![want(here, Kind::Have); MAX_SERVED + 7];
		assert_eq!(queue.serve(false, &many), 7);
		queue.want([want(here, Kind::Block)]);
		assert_eq!(queue.next(&store).unwrap().unwrap().0.wants.len(), 1);
		let (message, _) = queue.next(&store).unwrap().unwrap();
		assert_eq!(message.presences.len(), MAX_PRESENCES);
		queue.clear();
		assert!(queue.is_empty());
	}

	#[test]
	fn rotten_block_is_absent() {
		let (dir, store) = store();
		let queue = Queue::default();
		let cid = put(&store, b"tea");
		for part in std::fs::read_dir(dir.path().join("blocks")).unwrap() {
			for file in std::fs::read_dir(part.unwrap().path()).unwrap() {
				std::fs::write(file.unwrap().path(), b"rot").unwrap();
			}
		}
		queue.serve(false, &[want(cid, Kind::Block)]);
		let (message, _) = queue.next(&store).unwrap().unwrap();
		assert_eq!(message.presences, [(cid, false)]);
	}
}
