//! When an order may be believed: who runs it follows the best block, but what it says may still be another fork's.

use futures::{Stream, StreamExt};
use tea_chain::{At, Chain, Error, Followed, types::ErrandRecord};
use tea_primitives::errand::ErrandId;

use super::eligible::is_same_order;

/// Whether the order stands in a finalised block. Waits until the block of its posting is final.
pub(super) async fn order_stands(
	chain: &Chain,
	errand: ErrandId,
	record: &ErrandRecord,
) -> Result<bool, Error> {
	// The stream first: what becomes final between the two is not missed.
	let later = chain.follow_finalized();
	let now = chain.finalized().await?;
	let Some(at) = first_from(record.posted, now, later).await else {
		return Ok(false);
	};
	at.ensure_fresh().await?;
	let stands = at.errand(errand).await?;
	Ok(stands.is_some_and(|stands| is_same_order(&stands, record)))
}

/// The present head, or the first of those that follow, that is not below this height. It is the one of the stream: the
/// present head that others note may be a moment behind it.
async fn first_from<T: Head>(
	height: u32,
	now: T,
	mut later: impl Stream<Item = T::Step> + Unpin,
) -> Option<T> {
	if now.height() >= height {
		return Some(now);
	}
	while let Some(step) = later.next().await {
		if let Some(at) = T::of(step)
			&& at.height() >= height
		{
			return Some(at);
		}
	}
	None
}

/// A finalised head.
trait Head: Sized {
	/// What follows in a stream of them.
	type Step;

	fn of(step: Self::Step) -> Option<Self>;

	fn height(&self) -> u32;
}

impl Head for At {
	type Step = Followed;

	fn of(step: Followed) -> Option<Self> {
		match step {
			Followed::Block(at) => Some(at),
			// A block follows each gap.
			Followed::Gap { .. } => None,
		}
	}

	fn height(&self) -> u32 {
		self.number()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use futures::stream;

	impl Head for u32 {
		type Step = Option<u32>;

		fn of(step: Self::Step) -> Option<Self> {
			step
		}

		fn height(&self) -> u32 {
			*self
		}
	}

	#[tokio::test]
	async fn present_head_is_enough_when_it_is_high_enough() {
		for now in [7, 8] {
			let later = stream::pending();
			assert_eq!(first_from(7, now, later).await, Some(now));
		}
	}

	#[tokio::test]
	async fn first_head_that_is_high_enough_is_taken_without_another_one() {
		let later = stream::iter([Some(5), None, Some(7)]).chain(stream::pending());
		assert_eq!(first_from(7, 4, later).await, Some(7));
	}

	#[tokio::test]
	async fn end_of_the_chain_is_no_finality() {
		let later = stream::iter([Some(5), Some(6)]);
		assert_eq!(first_from(7, 4, later).await, None);
	}
}
