//! Errands: how this module runs code on data for clients, proves it, and checks what others ran (SPEC 5.K – 5.N,
//! F-07 – F-10).
//!
//! | room | what |
//! | --- | --- |
//! | [`protocol`], [`sealing`] | what is said, and what is sealed for whom |
//! | [`policy`], [`eligible`], [`ticket`] | what is taken: by whoever runs this module, by the chain's rules, by lot |
//! | `finality`, [`pace`] | when an order may be believed, and when the last word about a deadline is said |
//! | [`store`], [`source`], [`run`] | contents, keys, the guest |
//! | [`proof`], [`batch`] | from a run to a proof on chain, and proofs that share a quote |
//! | [`check`] | what a verifier makes of it |
//! | [`results`] | what the host keeps for clients |
//! | [`executing`], [`verifying`] | the two services |
//!
//! Who runs what follows the best block, because a client waits. A result leaves the module when its order is final: a
//! block that loses cannot have named the key that it is sealed to.

pub mod batch;
pub mod check;
pub mod eligible;
mod execute;
pub mod executing;
mod finality;
pub mod pace;
pub mod policy;
pub mod proof;
pub mod protocol;
mod results;
pub mod run;
pub mod sealing;
pub mod source;
pub mod store;
pub mod ticket;
pub mod verifying;
pub mod world;

pub use executing::Executing;
pub use pace::Pace;
pub use policy::Policy;
pub use verifying::Verifying;
pub use world::World;

#[cfg(test)]
pub(crate) mod tests {
	use async_trait::async_trait;
	use tea_chain::{
		AccountId,
		types::{
			Assignment, ChainMember, DrawPlan, ErrandRecord, ErrandStage, KeyPath, Shares, Used,
			UsedSource,
		},
	};
	use tea_primitives::{
		deployment::{Charge, Cid, Content, DeploymentId, Visibility},
		errand::{AdHoc, ErrandId, Limits, Needs},
		ids::ModuleId,
	};

	use super::store::{Closure, Store};
	use crate::pins::content::{ContentError, Contents, Take, tests};

	/// Pinned code on open data.
	pub(crate) fn record() -> ErrandRecord {
		ErrandRecord {
			client: AccountId([20; 32]),
			client_key: [21; 32],
			code: UsedSource::Deployed(Used {
				id: DeploymentId([22; 32]),
				owner: AccountId([23; 32]),
				visibility: Visibility::Hosted,
				ciphertext_hash: [24; 32],
				charge: Charge::Free,
				terms: [25; 32],
				delegator: ModuleId(4),
			}),
			data: vec![UsedSource::AdHoc(AdHoc {
				content: Content {
					cid: Cid::new(Cid::RAW, [26; 32]),
					ciphertext_hash: [26; 32],
					commitment: [26; 32],
					size: 100,
				},
				sealed: false,
			})],
			input: [27; 32],
			terms: [28; 32],
			limits: Limits {
				fuel: 100_000,
				pages: 10,
				output: 1000,
				wall_ms: 1000,
			},
			needs: Needs::default(),
			gas_price: 2,
			shares: Shares {
				executor: 70,
				delegator: 15,
				verifiers: 10,
				parents: 5,
				parents_degraded: 10,
			},
			payee: None,
			held: 1_000_000,
			key_wait: 100,
			allow_own: false,
			posted: 98,
			deadline: 300,
			attempt: 0,
			former: None,
			draw: DrawPlan {
				fixed_in: 98,
				total_weight: 4_000_000,
			},
			stage: ErrandStage::Open,
		}
	}

	/// Module 1 in boot 2 runs it.
	pub(crate) fn assignment() -> Assignment {
		Assignment {
			executor: ModuleId(1),
			boot_seq: 2,
			beneficiary: AccountId([30; 32]),
			ticket: 1,
			assigned: 100,
			deadline: 200,
			verifiers: (10..14).map(|n| ChainMember::Module(ModuleId(n))).collect(),
			redraw: None,
			former: Vec::new(),
			failed: 0,
			keys: vec![
				KeyPath::Pin {
					link: [31; 32],
					parent: None,
					while_degraded: false,
				},
				KeyPath::None,
			],
		}
	}

	/// Files in memory.
	#[derive(Default)]
	pub(crate) struct Shelf(tests::Shelf);

	impl Shelf {
		pub(crate) fn put(&mut self, file: Vec<u8>) -> Cid {
			self.0.put(file)
		}

		pub(crate) fn contents(&mut self) -> &mut tests::Shelf {
			&mut self.0
		}

		pub(crate) fn file(&self, cid: &Cid) -> Vec<u8> {
			self.0.file(cid)
		}
	}

	#[async_trait]
	impl Contents for Shelf {
		async fn read(
			&self,
			cid: &Cid,
			most: u64,
			take: &mut Take<'_>,
		) -> Result<(), ContentError> {
			self.0.read(cid, most, take).await
		}

		async fn keep(&self, cid: &Cid) -> Result<(), ContentError> {
			self.0.keep(cid).await
		}

		async fn release(&self, cid: &Cid) {
			self.0.release(cid).await;
		}

		async fn provide(&self, cid: &Cid) {
			self.0.provide(cid).await;
		}
	}

	#[async_trait]
	impl Store for Shelf {
		async fn add(&self, _: Vec<u8>) -> Result<Cid, ContentError> {
			Err(ContentError::Unavailable("the shelf is full".into()))
		}

		async fn keep_for(&self, _: &Cid, _: ErrandId, _: u64) -> Result<(), ContentError> {
			Ok(())
		}

		async fn release_for(&self, _: &Cid, _: ErrandId) {}

		async fn closure(&self, cid: &Cid, _: u64) -> Result<Closure, ContentError> {
			Ok(vec![(
				cid.0.to_vec(),
				tea_executor::Secret::new(self.file(cid)),
			)])
		}
	}
}
