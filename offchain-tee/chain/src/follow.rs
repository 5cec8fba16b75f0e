//! Following the chain: in order, without silent gaps, for ever.

use crate::{
	At, Chain, Error, Followed, Result, at::Block, backoff::Backoff, chain::Link, config::Tea,
};
use futures::{Stream, StreamExt, stream};
use std::{sync::Arc, time::Duration};
use subxt::{
	backend::{Backend, BlockRef, ChainHeadBackend, StreamOfResults},
	config::substrate::{BlakeTwo256, H256, SubstrateHeader},
};
use tokio::time::{sleep, timeout};

type Headers = StreamOfResults<(SubstrateHeader<H256>, BlockRef<H256>)>;

/// A chain that finalises nothing for so long is asked again: a subscription can die without a word.
const SILENCE: Duration = Duration::from_secs(90);

/// What the follower of finalised blocks found.
#[derive(Debug)]
pub(crate) enum Step {
	/// The next block.
	Block(Arc<Block>),
	/// Blocks that cannot be had.
	Gap {
		/// The first one.
		from: u32,
		/// The last one.
		to: u32,
	},
	/// The connection was made anew: whoever answers now may be somebody else.
	Reconnected,
}

/// Follows finalised blocks over all reconnections.
pub(crate) struct Follower {
	link: Arc<Link>,
	headers: Option<Headers>,
	order: Order,
	/// Found with the last header, and not handed out yet.
	pending: Option<Arc<Block>>,
	pauses: Backoff,
	trusted: bool,
}

/// Which block follows which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Order(Option<(u32, H256)>);

/// What the next header means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
	/// It is next.
	Next,
	/// It was seen already.
	Old,
	/// These are missing before it.
	After { from: u32, to: u32 },
}

impl Order {
	/// Where a block stands. After a gap its number counts; directly behind the last one its parent has to fit.
	fn place(&self, number: u32, parent: H256) -> Place {
		let Some((last, hash)) = self.0 else {
			return Place::Next;
		};
		if number <= last {
			return Place::Old;
		}
		let next = last.saturating_add(1);
		if number > next {
			return Place::After {
				from: next,
				to: number - 1,
			};
		}
		if parent == hash {
			Place::Next
		} else {
			// A finalised block was replaced. That is no fork but another chain: everything has to be looked at again.
			Place::After { from: 0, to: last }
		}
	}
}

impl Follower {
	pub(crate) fn new(link: Arc<Link>) -> Self {
		Self {
			link,
			headers: None,
			order: Order::default(),
			pending: None,
			pauses: Backoff::of_connections(),
			trusted: true,
		}
	}

	/// Whoever answers is somebody else: nothing it says is passed on.
	pub(crate) fn distrust(&mut self) {
		self.trusted = false;
	}

	/// Whoever answers is the right chain again.
	pub(crate) fn trust(&mut self) {
		self.trusted = true;
	}

	/// The next step. It is cancel-safe between steps only.
	pub(crate) async fn next(&mut self) -> Step {
		if let Some(block) = self.pending.take() {
			return Step::Block(block);
		}
		loop {
			let Some(headers) = &mut self.headers else {
				let opened = self
					.link
					.backend()
					.stream_finalized_block_headers(BlakeTwo256)
					.await;
				match opened {
					Ok(headers) => {
						self.headers = Some(headers);
						return Step::Reconnected;
					}
					Err(error) => tracing::debug!(%error, "finalised blocks cannot be followed"),
				}
				self.pause().await;
				continue;
			};
			let header = match timeout(SILENCE, headers.next()).await {
				Ok(Some(Ok(header))) => header,
				Ok(Some(Err(error))) => {
					tracing::debug!(%error, "following finalised blocks was interrupted");
					self.reopen().await;
					continue;
				}
				Ok(None) | Err(_) => {
					self.reopen().await;
					continue;
				}
			};
			let block = match Block::new(&header.0, header.1) {
				Ok(block) => Arc::new(block),
				Err(error) => {
					tracing::error!(%error, "a header is left out");
					continue;
				}
			};
			if !self.trusted {
				continue;
			}
			let place = self.order.place(block.number, block.parent);
			if place == Place::Old {
				continue;
			}
			self.order = Order(Some((block.number, block.hash)));
			self.pauses = Backoff::of_connections();
			match place {
				Place::After { from, to } => {
					tracing::warn!(from, to, "finalised blocks were missed");
					self.pending = Some(block);
					return Step::Gap { from, to };
				}
				Place::Next | Place::Old => return Step::Block(block),
			}
		}
	}

	async fn reopen(&mut self) {
		self.headers = None;
		self.pause().await;
	}

	async fn pause(&mut self) {
		sleep(self.pauses.next().unwrap_or_default()).await;
	}
}

/// The newest finalised block that a backend knows when it begins.
pub(crate) async fn first(backend: &ChainHeadBackend<Tea>) -> Result<Block> {
	let unavailable = |reason: String| Error::ChainUnavailable {
		what: "the newest finalised block".into(),
		reason,
	};
	let pin = backend
		.latest_finalized_block_ref()
		.await
		.map_err(|e| unavailable(e.to_string()))?;
	let header = backend
		.block_header(pin.hash())
		.await
		.map_err(|e| unavailable(e.to_string()))?
		.ok_or_else(|| unavailable("its header is not kept".into()))?;
	Block::new(&header, pin)
}

/// Finalised blocks for users of the chain.
pub(crate) fn finalized(chain: Chain) -> impl Stream<Item = Followed> + Send + Unpin + 'static {
	let follower = Follower::new(Arc::clone(chain.link()));
	Box::pin(stream::unfold(
		(chain, follower),
		|(chain, mut follower)| async move {
			loop {
				let followed = match follower.next().await {
					Step::Block(block) => Followed::Block(At::new(chain.clone(), block)),
					Step::Gap { from, to } => Followed::Gap { from, to },
					Step::Reconnected => continue,
				};
				return Some((followed, (chain, follower)));
			}
		},
	))
}

/// Best blocks for users of the chain.
pub(crate) fn best(chain: Chain) -> impl Stream<Item = At> + Send + Unpin + 'static {
	let blocks = Box::pin(best_blocks(Arc::clone(chain.link())));
	Box::pin(blocks.map(move |block| At::new(chain.clone(), block)))
}

/// Every block that becomes the best one, as far as it is seen.
pub(crate) fn best_blocks(link: Arc<Link>) -> impl Stream<Item = Arc<Block>> + Send + 'static {
	let state: (Arc<Link>, Option<Headers>, Backoff) = (link, None, Backoff::of_connections());
	stream::unfold(state, |(link, mut headers, mut pauses)| async move {
		loop {
			let Some(open) = &mut headers else {
				match link.backend().stream_best_block_headers(BlakeTwo256).await {
					Ok(opened) => headers = Some(opened),
					Err(error) => {
						tracing::debug!(%error, "best blocks cannot be followed");
						sleep(pauses.next().unwrap_or_default()).await;
					}
				}
				continue;
			};
			match timeout(SILENCE, open.next()).await {
				Ok(Some(Ok((header, pin)))) => {
					if let Ok(block) = Block::new(&header, pin) {
						return Some((Arc::new(block), (link, headers, Backoff::of_connections())));
					}
				}
				_ => {
					headers = None;
					sleep(pauses.next().unwrap_or_default()).await;
				}
			}
		}
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	fn hash(number: u32) -> H256 {
		H256([u8::try_from(number).unwrap(); 32])
	}

	#[test]
	fn the_first_block_is_taken_as_it_is() {
		assert_eq!(Order::default().place(77, hash(1)), Place::Next);
	}

	#[test]
	fn what_was_seen_is_not_shown_twice() {
		let order = Order(Some((7, hash(7))));
		for number in 0..=7 {
			assert_eq!(order.place(number, hash(0)), Place::Old);
		}
	}

	#[test]
	fn a_gap_is_named_exactly() {
		let order = Order(Some((7, hash(7))));
		assert_eq!(order.place(8, hash(7)), Place::Next);
		assert_eq!(order.place(9, hash(8)), Place::After { from: 8, to: 8 });
		assert_eq!(order.place(20, hash(0)), Place::After { from: 8, to: 19 });
		assert_eq!(
			Order(Some((u32::MAX, hash(1)))).place(u32::MAX, hash(0)),
			Place::Old
		);
	}

	#[test]
	fn a_replaced_finalised_block_makes_everything_unknown() {
		let order = Order(Some((7, hash(7))));
		assert_eq!(order.place(8, hash(9)), Place::After { from: 0, to: 7 });
	}
}
