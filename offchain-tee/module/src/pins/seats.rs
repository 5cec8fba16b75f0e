//! Applications of this module: from the first look at a deployment to the confirmation of its pin.

use tea_chain::Call;
use tea_primitives::deployment::DeploymentId;

use super::{
	candidate::{self, Confirmation, Seat, Stage},
	denial::Denial,
	protocol::Body,
	service::{Done, LEAVE, Pins, Tag},
	vault::{Held, Standing},
};
use crate::{keys::random, protocol::RoundEvidence};

/// Applications at a time.
const MOST_SEATS: usize = 4;

impl Pins {
	/// Offers itself where it is wanted.
	pub(super) fn apply(&mut self) {
		if !self.world.is_serving() || !self.world.policy.is_open() {
			return;
		}
		let me = self.world.boot.module;
		for deployment in self.board.due(me, self.now) {
			if self.seats.len() >= MOST_SEATS {
				return;
			}
			let is_known =
				self.seats.contains_key(&deployment) || self.world.vault.get(&deployment).is_some();
			let Some(entry) = self.board.get(&deployment).filter(|_| !is_known) else {
				continue;
			};
			self.seats
				.insert(deployment, Seat::new(entry.record.public_key));
			let world = self.world.clone();
			self.jobs.spawn(async move {
				let prepared = candidate::prepare(&world, deployment).await;
				Done::Prepared(deployment, prepared)
			});
		}
	}

	pub(super) async fn prepared(&mut self, deployment: DeploymentId) {
		let me = self.world.boot.module;
		let pinners = self
			.board
			.live(&deployment, self.now)
			.iter()
			.map(|pin| (pin.module, pin.boot_seq))
			.collect();
		if let Some(seat) = self.seats.get_mut(&deployment) {
			seat.others = candidate::in_order(pinners, me);
			self.ask_next(deployment).await;
		}
	}

	/// Goes to the next pinner, or gives up for some time.
	pub(super) async fn ask_next(&mut self, deployment: DeploymentId) {
		while let Some(seat) = self.seats.get_mut(&deployment) {
			let Ok(nonce) = random() else {
				return;
			};
			let Some(pinner) = seat.next(*nonce, self.now) else {
				self.give_up(deployment, &Denial::NotAPinner);
				return;
			};
			if let Some(to) = self.address_of(pinner).await {
				let body = Body::Apply {
					nonce: *nonce,
					ability: self.world.ability(),
				};
				self.tell(&to, &deployment.0, &body);
				return;
			}
		}
	}

	/// Ends an application; the deployment is left alone for some time.
	pub(super) fn give_up(&mut self, deployment: DeploymentId, denial: &Denial) {
		self.refused(denial);
		if self.seats.remove(&deployment).is_some() {
			tracing::debug!(deployment = %hex::encode(deployment.0), %denial, "not pinned");
			// What the own policy says does not change by waiting.
			let leave = if denial.is_passing() {
				LEAVE
			} else {
				4 * LEAVE
			};
			let until = self.now.saturating_add(leave);
			self.board.put_off(&deployment, until);
			let content = self
				.board
				.get(&deployment)
				.map(|entry| entry.record.content);
			if let Some(content) = content {
				let world = self.world.clone();
				self.jobs.spawn(async move {
					world.release(&content.cid).await;
					Done::Nothing
				});
			}
		}
	}

	/// Counts what kept this module from a key.
	pub(super) fn refused(&self, denial: &Denial) {
		self.world.metrics.refuse_pin("received", denial);
	}

	pub(super) async fn quoted(&mut self, deployment: DeploymentId, evidence: Box<RoundEvidence>) {
		let Some(seat) = self.seats.get_mut(&deployment) else {
			return;
		};
		let Some((pinner, _)) = seat.asked.filter(|_| seat.stage == Stage::Quoting) else {
			return;
		};
		seat.stage = Stage::Showing(self.now);
		match self.address_of(pinner).await {
			Some(to) => self.tell(&to, &deployment.0, &Body::Evidence(evidence)),
			None => self.ask_next(deployment).await,
		}
	}

	pub(super) fn opened(
		&mut self,
		deployment: DeploymentId,
		(held, confirmation): (Held, Confirmation),
	) {
		let Some(seat) = self.seats.get_mut(&deployment) else {
			return;
		};
		if seat.stage != Stage::Opening || !self.world.is_serving() {
			self.give_up(deployment, &Denial::NotServing);
			return;
		}
		seat.stage = Stage::Confirming;
		self.world.vault.put(deployment, held, Standing::Confirming);
		let call = Call::confirm_pin(
			deployment,
			confirmation.parent,
			confirmation.block,
			confirmation.sealed_key,
			confirmation.giver,
			confirmation.receiver,
		);
		self.outbox
			.post(Tag::Confirm(deployment, confirmation.link), call);
	}
}
