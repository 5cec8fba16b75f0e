//! Hands calls to the chain and tells how they ended. Whoever posts goes on with other things meanwhile.

use std::sync::Arc;

use tea_chain::{Call, Outcome, Submit, SubmitError, Withdrawal};
use tokio::task::JoinSet;

use crate::metrics::Metrics;

/// How a call ended.
pub type Ended<T> = (T, Result<Outcome, SubmitError>);

/// The outbox of one account. `T` says what a call was for.
pub struct Outbox<T> {
	submitter: Arc<dyn Submit>,
	metrics: Arc<Metrics>,
	calls: JoinSet<Ended<T>>,
}

impl<T: Send + 'static> Outbox<T> {
	/// An outbox whose calls are handed in there.
	pub fn new(submitter: Arc<dyn Submit>, metrics: Arc<Metrics>) -> Self {
		Self {
			submitter,
			metrics,
			calls: JoinSet::new(),
		}
	}

	/// Hands in a call. What comes back takes it back.
	pub fn post(&mut self, tag: T, call: Call) -> Withdrawal {
		self.post_and(tag, call, || ())
	}

	/// The same, and says when it stands in a block, or is at its end without.
	pub fn post_and(
		&mut self,
		tag: T,
		call: Call,
		stands: impl FnOnce() + Send + 'static,
	) -> Withdrawal {
		let label = call.label();
		let mut submission = self.submitter.submit(call);
		let withdrawal = submission.withdrawal();
		let metrics = self.metrics.clone();
		self.calls.spawn(async move {
			// How it ended is said below.
			let _ = submission.in_block().await;
			stands();
			let ended = submission.finalized().await;
			match &ended {
				Ok(outcome) => {
					tracing::info!(call = %label, block = outcome.number, "finalised");
					metrics.extrinsics.with_label_values(&[&label]).inc();
				}
				Err(SubmitError::Withdrawn { .. }) => {
					tracing::debug!(call = %label, "taken back");
				}
				Err(error) => {
					tracing::warn!(call = %label, %error, "refused");
					metrics.refuse(error);
				}
			}
			(tag, ended)
		});
		withdrawal
	}

	/// Calls that are under way.
	pub fn waiting(&self) -> usize {
		self.calls.len()
	}

	/// The next call that ended. Waits for ever while there is none; cancel safe.
	pub async fn next(&mut self) -> Ended<T> {
		loop {
			match self.calls.join_next().await {
				Some(Ok(ended)) => return ended,
				// A call that was torn off is the same as one that never got in: its owner looks at the chain.
				Some(Err(error)) => tracing::error!(%error, "a call was torn off"),
				None => std::future::pending().await,
			}
		}
	}

	/// Waits for what is under way, no longer than this.
	pub async fn drain(&mut self, limit: std::time::Duration) {
		let all = async { while self.calls.join_next().await.is_some() {} };
		if tokio::time::timeout(limit, all).await.is_err() {
			tracing::warn!(calls = self.calls.len(), "calls are left to themselves");
		}
	}
}
