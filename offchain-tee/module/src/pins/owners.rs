//! Requests of owners: each is carried out once, and whoever repeats it hears how far it is.

use std::sync::{
	Arc,
	atomic::{AtomicU64, Ordering},
};

use tea_chain::AccountId;
use tea_link::{Mailbox, Party};
use tea_primitives::deployment::DeploymentId;

use super::{
	denial::Denial,
	initial::{self, Asked, Made},
	protocol::Body,
	service::{Ask, Asking, Done, LEAVE, Pins},
	vault::Standing,
};
use crate::service::courier::Address;

/// Requests that are carried out at a time.
const MOST_WORK: usize = 2;
/// Requests whose answers are remembered, in all and of one owner.
const MOST_ASKS: usize = 256;
const MOST_OF_ONE: usize = 4;

impl Pins {
	/// A request that an owner has signed.
	pub(super) fn asked(&mut self, owner: AccountId, subject: Vec<u8>, bytes: &[u8], asked: Asked) {
		let name = initial::name_of(&owner, bytes);
		let (mailbox, size) = match &asked {
			Asked::Propose(proposal) => (proposal.mailbox, proposal.registration.content.size),
			Asked::Reseed(reseeding) => (reseeding.mailbox, 0),
		};
		let to = Address {
			party: Party::Client(owner.0),
			mailbox: Mailbox(mailbox),
			key: owner.0,
		};
		if let Some(ask) = self.asks.get(&name) {
			let body = match &ask.state {
				Asking::Working(read, size) => Body::Working {
					read: read.load(Ordering::Relaxed),
					size: *size,
				},
				Asking::Answered(body) => body.clone(),
			};
			self.tell(&to, &subject, &body);
			return;
		}
		if let Err(denial) = self.has_time_for(&to) {
			self.world.metrics.refuse_pin("initial", &denial);
			self.tell(&to, &subject, &Body::Denied(denial));
			return;
		}
		let read = Arc::new(AtomicU64::new(0));
		let ask = Ask {
			to,
			subject: subject.clone(),
			state: Asking::Working(read.clone(), size),
			until: u32::MAX,
		};
		self.asks.insert(name, ask);
		self.tell(&to, &subject, &Body::Working { read: 0, size });
		let world = self.world.clone();
		self.jobs.spawn(async move {
			let made = initial::make(&world, owner, &asked, &read).await;
			Done::Made(name, made.map(Box::new))
		});
	}

	/// The chain has what was offered: the owner may ask for the next one.
	pub(super) fn registered(&mut self, deployment: DeploymentId) {
		self.asks.retain(|_, ask| match &ask.state {
			Asking::Answered(Body::Offer(offer)) => offer.deployment != deployment,
			_ => true,
		});
	}

	fn has_time_for(&self, to: &Address) -> Result<(), Denial> {
		let working = self
			.asks
			.values()
			.filter(|ask| matches!(ask.state, Asking::Working(..)));
		let is_busy = working.clone().count() >= MOST_WORK
			|| working.clone().any(|ask| ask.to.key == to.key)
			|| self.asks.len() >= MOST_ASKS
			|| self
				.asks
				.values()
				.filter(|ask| ask.to.key == to.key)
				.count() >= MOST_OF_ONE;
		if !self.world.is_serving() || !self.world.policy.is_open() {
			Err(Denial::NotServing)
		} else if is_busy {
			Err(Denial::Busy)
		} else {
			Ok(())
		}
	}

	pub(super) fn made(&mut self, name: [u8; 32], made: Result<Box<Made>, Denial>) {
		let Some(ask) = self.asks.get_mut(&name) else {
			return;
		};
		let (body, until) = match made {
			Ok(made) => {
				let Made { offer, held, until } = *made;
				if let Some(held) = held {
					let standing = Standing::Offered { until };
					self.world.vault.put(offer.deployment, held, standing);
				}
				self.world
					.metrics
					.hand_overs
					.with_label_values(&["initial"])
					.inc();
				tracing::info!(deployment = %hex::encode(offer.deployment.0), "offered");
				(Body::Offer(Box::new(offer)), until)
			}
			Err(denial) => {
				self.world.metrics.refuse_pin("initial", &denial);
				tracing::info!(%denial, "not the initial pinner");
				// What passes may be asked again at once.
				let until = match denial.is_passing() {
					true => 0,
					false => self.now.saturating_add(LEAVE),
				};
				(Body::Denied(denial), until)
			}
		};
		let (to, subject) = (ask.to, ask.subject.clone());
		ask.until = until;
		ask.state = Asking::Answered(body.clone());
		self.tell(&to, &subject, &body);
	}
}
