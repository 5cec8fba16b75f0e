//! Sees the chain: best and finalised blocks with their events, in one stream for everybody.

use std::{sync::Arc, time::Duration};

use futures::StreamExt;
use tea_chain::{
	At, Chain, Event, Followed,
	types::{AttestationEvent, DeploymentEvent, ErrandEvent},
};
use tokio::sync::broadcast;

use crate::metrics::Metrics;

/// Sights that a slow listener may be behind; after that it looks at the state instead.
const BACKLOG: usize = 64;
/// How long the events of one block are waited for.
const EVENTS: Duration = Duration::from_secs(30);

/// What happened in a block, by concern.
#[derive(Debug, Default)]
pub struct Seen {
	/// With modules.
	pub modules: Vec<AttestationEvent>,
	/// With deployments.
	pub deployments: Vec<DeploymentEvent>,
	/// With errands.
	pub errands: Vec<ErrandEvent>,
}

/// Something that was seen.
#[derive(Clone, Debug)]
pub enum Sight {
	/// A best block. It may yet be replaced, and some are left out.
	Best(At, Arc<Seen>),
	/// A finalised block. None is left out without a [`Sight::Gap`].
	Final(At, Arc<Seen>),
	/// Events were missed: look at the state.
	Gap,
}

/// The listener of a process.
pub struct Listener {
	sights: broadcast::Sender<Sight>,
}

impl Default for Listener {
	fn default() -> Self {
		Self {
			sights: broadcast::channel(BACKLOG).0,
		}
	}
}

impl Listener {
	/// Everything that is seen from now on.
	pub fn subscribe(&self) -> broadcast::Receiver<Sight> {
		self.sights.subscribe()
	}

	/// Follows the chain for ever.
	pub async fn run(&self, chain: Chain, metrics: Arc<Metrics>) {
		let mut best = chain.follow_best();
		let mut finalized = chain.follow_finalized();
		loop {
			tokio::select! {
				Some(at) = best.next() => {
					metrics.best.set(at.number().into());
					let events = self.events(&at).await;
					self.tell(Sight::Best(at, events));
				}
				Some(followed) = finalized.next() => match followed {
					Followed::Block(at) => {
						metrics.finalized.set(at.number().into());
						let events = self.events(&at).await;
						self.tell(Sight::Final(at, events));
					}
					Followed::Gap { from, to } => {
						tracing::warn!(from, to, "blocks were missed; the state is read anew");
						self.tell(Sight::Gap);
					}
				},
				else => return,
			}
		}
	}

	async fn events(&self, at: &At) -> Arc<Seen> {
		let read = tokio::time::timeout(EVENTS, at.events()).await;
		match read {
			Ok(Ok(records)) => {
				let mut seen = Seen::default();
				for record in records {
					match record.event {
						Event::Attestation(event) => seen.modules.push(event),
						Event::Deployment(event) => seen.deployments.push(event),
						Event::Errand(event) => seen.errands.push(event),
						_ => (),
					}
				}
				Arc::new(seen)
			}
			Ok(Err(error)) => {
				tracing::debug!(block = at.number(), %error, "events cannot be read");
				self.tell(Sight::Gap);
				Arc::default()
			}
			Err(_) => {
				tracing::debug!(block = at.number(), "events are not answered");
				self.tell(Sight::Gap);
				Arc::default()
			}
		}
	}

	fn tell(&self, sight: Sight) {
		// Nobody listens while the process starts or stops.
		let _ = self.sights.send(sight);
	}
}
