//! What executing needs from outside: chain, chip, host, keys, engine.

use std::sync::Arc;

use tea_chain::{Chain, Submit};
use tea_executor::Executor;
use tea_primitives::ids::{BootSeq, ModuleId};
use tokio::sync::Semaphore;

use super::{pace::Pace, policy::Policy, store::Store};
use crate::{
	attest::BootState,
	keys::SigningKey,
	lifecycle::Lifecycle,
	metrics::Metrics,
	pins::{Vault, seal::Opener},
	service::courier::Courier,
	state::StateDir,
};

/// Unit in which memory of runs is given out, in bytes.
pub const MEMORY_UNIT: u64 = 1 << 20;

/// Everything that the service works with.
pub struct World {
	/// The chain.
	pub chain: Chain,
	/// How fast it goes.
	pub pace: Pace,
	/// Opens envelopes and quotes: the chip in the state that the chain accepted.
	pub opener: Opener,
	/// Sends letters.
	pub courier: Courier,
	/// Where duty calls are signed with the session key and handed in.
	pub session: Arc<dyn Submit>,
	/// Makes tickets.
	pub vrf: Arc<SigningKey>,
	/// The boot, as evidence is made of it.
	pub boot: BootState,
	/// Its number.
	pub boot_seq: BootSeq,
	/// Metrics.
	pub metrics: Arc<Metrics>,
	/// Whether the module serves.
	pub lifecycle: Arc<Lifecycle>,
	/// Contents and results.
	pub store: Arc<dyn Store>,
	/// Runs guests.
	pub executor: Arc<Executor>,
	/// What is taken.
	pub policy: Policy,
	/// The keys of pins.
	pub vault: Vault,
	/// Where the list of kept results is.
	pub state: Arc<StateDir>,
	/// Memory of runs, in units of [`MEMORY_UNIT`].
	pub memory: Arc<Semaphore>,
	/// Guests that may run.
	pub guests: Arc<Semaphore>,
}

impl World {
	/// This module.
	pub const fn module(&self) -> ModuleId {
		self.boot.module
	}

	/// Whether the module takes work.
	pub fn is_serving(&self) -> bool {
		self.lifecycle.state().is_serving()
	}
}
