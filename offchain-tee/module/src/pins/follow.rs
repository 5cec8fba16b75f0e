//! What the chain says, at finalised blocks: which deployments want pins, whether the own pins still stand, whether this
//! module may hold keys at all.

use tea_chain::{
	At,
	types::{AttestationEvent, DropReason},
};
use tea_primitives::{deployment::DeploymentId, module::ModuleStatus};

use super::{
	policy::price,
	service::{Asking, Pins},
	vault::Standing,
};
use crate::service::{LOOK, listener::Seen};

/// Blocks between two comparisons of all held keys with the chain.
const COMPARE: u32 = 10;

/// What is to be done with a key, by what the chain says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
	Keep,
	Pinned(tea_tpm::Hash),
	Wipe(&'static str),
}

/// What the chain says about a pin of this boot.
#[derive(Clone, Copy, Debug)]
struct Sighting {
	/// The present seed, whether its pins are void, and its deployment key.
	record: Option<(u32, bool, [u8; 32])>,
	/// Link of the own pin of the held seed, in this boot.
	own: Option<tea_tpm::Hash>,
}

/// Judges the keys of a seed that are held, by their public half.
fn judge(
	standing: Standing,
	seed: u32,
	public: &[u8; 32],
	sighting: &Sighting,
	now: u32,
) -> Verdict {
	let is_offered = match standing {
		Standing::Offered { until } => {
			if now >= until && sighting.own.is_none() {
				return Verdict::Wipe("the owner did not register it in time");
			}
			true
		}
		_ => false,
	};
	let Some((present, is_void, key)) = sighting.record else {
		return match is_offered {
			true => Verdict::Keep,
			false => Verdict::Wipe("the deployment is gone"),
		};
	};
	if is_void {
		return Verdict::Wipe("the deployment is over");
	}
	if seed < present {
		return Verdict::Wipe("it was seeded anew");
	}
	// An owner who was interrupted may have registered an earlier offer than the one that is here.
	if seed == present && *public != key {
		return Verdict::Wipe("the chain names another deployment key");
	}
	match (sighting.own, standing) {
		(Some(link), _) => Verdict::Pinned(link),
		(None, Standing::Pinned { .. }) => Verdict::Wipe("the chain has no such pin any more"),
		(None, _) => Verdict::Keep,
	}
}

impl Pins {
	/// A finalised block.
	pub(super) async fn see(&mut self, at: &At, seen: &Seen) {
		self.now = at.number();
		let now = self.now;
		for event in &seen.deployments {
			self.dirty.insert(event.deployment());
		}
		self.judge_self(&seen.modules);
		let looked = async {
			if self.missed {
				self.look_at_everything(at).await?;
			} else {
				self.follow_modules(at, &seen.modules).await?;
			}
			self.look_at_dirty(at).await
		};
		match tokio::time::timeout(LOOK, looked).await {
			Ok(Ok(())) => (),
			Ok(Err(error)) => tracing::debug!(%error, "deployments cannot be read"),
			Err(_) => {
				tracing::debug!("deployments are not answered");
				self.missed = true;
			}
		}
		self.asks
			.retain(|_, ask| matches!(ask.state, Asking::Working(..)) || now < ask.until);
		self.replays.forget(now);
		let late: Vec<_> = self
			.seats
			.iter()
			.filter(|(_, seat)| seat.is_late(now))
			.map(|(id, _)| *id)
			.collect();
		for deployment in late {
			self.ask_next(deployment).await;
		}
		self.apply();
	}

	/// Under suspicion no key stays here: whether the machine is sound is an open question.
	fn judge_self(&mut self, events: &[AttestationEvent]) {
		let me = self.world.boot.module;
		let is_suspected = events.iter().any(|event| {
			matches!(
				event,
				AttestationEvent::StatusChanged {
					module,
					status: ModuleStatus::Suspicious
						| ModuleStatus::Quarantined
						| ModuleStatus::Retired,
					..
				} if *module == me
			)
		});
		if is_suspected {
			tracing::warn!("this module is under suspicion: all keys are wiped");
			self.wipe_all(DropReason::Policy);
		}
	}

	async fn look_at_everything(&mut self, at: &At) -> Result<(), tea_chain::Error> {
		let (certificates, deployments, info) = futures::try_join!(
			at.certificates(),
			at.deployments(),
			at.module_info(self.world.boot.module)
		)?;
		self.board.clear();
		for certificate in &certificates {
			self.board.certify(certificate);
		}
		self.dirty.extend(deployments.iter().map(|(id, _)| *id));
		let held = self.world.vault.list();
		self.dirty.extend(held.into_iter().map(|(id, _)| id));
		let status = info.map(|info| info.status);
		if matches!(
			status,
			Some(ModuleStatus::Suspicious | ModuleStatus::Quarantined | ModuleStatus::Retired)
		) {
			self.wipe_all(DropReason::Policy);
		}
		self.missed = false;
		Ok(())
	}

	async fn follow_modules(
		&mut self,
		at: &At,
		events: &[AttestationEvent],
	) -> Result<(), tea_chain::Error> {
		for event in events {
			match event {
				AttestationEvent::Certified { module, .. } => {
					if let Some(certificate) = at.certificate_of(*module).await? {
						self.board.certify(&certificate);
					}
				}
				AttestationEvent::StatusChanged { module, status, .. }
					if *status != ModuleStatus::Active =>
				{
					self.board.lapse(*module);
				}
				AttestationEvent::BootEnded { module, .. } => self.board.lapse(*module),
				_ => (),
			}
		}
		Ok(())
	}

	async fn look_at_dirty(&mut self, at: &At) -> Result<(), tea_chain::Error> {
		if at.number() >= self.compared.saturating_add(COMPARE) {
			self.compared = at.number();
			let held = self.world.vault.list();
			self.dirty.extend(held.into_iter().map(|(id, _)| id));
		}
		while let Some(deployment) = self.dirty.first().copied() {
			self.look_at(at, deployment).await?;
			self.dirty.remove(&deployment);
		}
		Ok(())
	}

	async fn look_at(&mut self, at: &At, deployment: DeploymentId) -> Result<(), tea_chain::Error> {
		let now = at.number();
		let (record, table) =
			futures::try_join!(at.deployment(deployment), at.pin_table(deployment))?;
		let (module, boot_seq) = self.world.me();
		let own = |seed| {
			table
				.pins
				.iter()
				.find(|pin| (pin.module, pin.boot_seq, pin.seed) == (module, boot_seq, seed))
		};
		if let Some((held, standing)) = self.world.vault.get(&deployment) {
			let sighting = Sighting {
				record: record
					.as_ref()
					.map(|record| (record.seed, record.pins_are_void(now), record.public_key)),
				own: own(held.seed).map(|pin| pin.link),
			};
			match judge(standing, held.seed, &held.public, &sighting, now) {
				Verdict::Keep => (),
				Verdict::Pinned(link) => self.pinned(deployment, link),
				Verdict::Wipe(why) => self.wipe(deployment, why),
			}
		}
		let is_held = self.world.vault.get(&deployment).is_some();
		if let Some(record) = &record
			&& !is_held
			&& !record.pins_are_void(now)
			&& own(record.seed).is_some()
		{
			// A pin that counts without its key here would be a lie.
			self.drop_pin(deployment, DropReason::Policy);
		}
		match record {
			Some(record) => {
				let standing = self.world.vault.get(&deployment);
				let is_awaited = matches!(standing, Some((_, Standing::Offered { .. })));
				if !is_awaited {
					self.registered(deployment);
				}
				let terms = at.terms(deployment, record.terms).await?;
				let price = terms.as_ref().map(price).unwrap_or_default();
				self.board.set(deployment, record, table.pins, price, now);
			}
			None => self.board.remove(&deployment),
		}
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const OFFERED: Standing = Standing::Offered { until: 50 };
	const PINNED: Standing = Standing::Pinned { link: [1; 32] };
	const KEY: [u8; 32] = [3; 32];

	fn sighting(record: Option<(u32, bool)>, own: Option<u8>) -> Sighting {
		Sighting {
			record: record.map(|(seed, is_void)| (seed, is_void, KEY)),
			own: own.map(|fill| [fill; 32]),
		}
	}

	fn judge(standing: Standing, seed: u32, sighting: &Sighting, now: u32) -> Verdict {
		super::judge(standing, seed, &KEY, sighting, now)
	}

	fn wiped(verdict: Verdict) -> bool {
		matches!(verdict, Verdict::Wipe(_))
	}

	#[test]
	fn offered_key_waits_for_its_registration_and_no_longer() {
		let nothing = sighting(None, None);
		assert_eq!(judge(OFFERED, 0, &nothing, 49), Verdict::Keep);
		assert!(wiped(judge(OFFERED, 0, &nothing, 50)));
		let registered = sighting(Some((0, false)), Some(2));
		for now in [49, 50] {
			let verdict = judge(OFFERED, 0, &registered, now);
			assert_eq!(verdict, Verdict::Pinned([2; 32]));
		}
	}

	#[test]
	fn key_of_the_next_seed_waits_beside_the_present_one() {
		let lost = sighting(Some((0, false)), None);
		assert_eq!(judge(OFFERED, 1, &lost, 49), Verdict::Keep);
		assert!(wiped(judge(OFFERED, 1, &lost, 50)));
	}

	#[test]
	fn key_is_wiped_when_its_pin_is_over() {
		let present = sighting(Some((0, false)), Some(1));
		assert_eq!(judge(PINNED, 0, &present, 10), Verdict::Pinned([1; 32]));
		for over in [
			sighting(None, None),
			sighting(Some((0, true)), Some(1)),
			sighting(Some((1, false)), None),
			sighting(Some((0, false)), None),
		] {
			assert!(wiped(judge(PINNED, 0, &over, 10)), "{over:?}");
		}
	}

	#[test]
	fn key_that_the_chain_does_not_name_is_wiped() {
		// Two offers for one seed: the owner registered the other one.
		let other = [4; 32];
		let seeded = sighting(Some((1, false)), Some(2));
		assert!(wiped(super::judge(OFFERED, 1, &other, &seeded, 10)));
		assert_eq!(judge(OFFERED, 1, &seeded, 10), Verdict::Pinned([2; 32]));
		// Before that seed is on chain, nothing can be compared.
		let lost = sighting(Some((0, false)), None);
		assert_eq!(super::judge(OFFERED, 1, &other, &lost, 10), Verdict::Keep);
	}

	#[test]
	fn key_on_its_way_to_the_chain_waits_while_the_deployment_goes_on() {
		let open = sighting(Some((0, false)), None);
		assert_eq!(judge(Standing::Confirming, 0, &open, 10), Verdict::Keep);
		for over in [
			sighting(None, None),
			sighting(Some((0, true)), None),
			sighting(Some((1, false)), None),
		] {
			assert!(wiped(judge(Standing::Confirming, 0, &over, 10)));
		}
	}
}
