//! Calls about deployments.

use crate::{
	call::Call,
	types::{DropReason, MultiSignature, Registration, Seed, Terms},
};
use tea_primitives::deployment::DeploymentId;
use tea_tpm::Hash;

const PALLET: &str = "Deployment";

impl Call {
	/// Registers a deployment that an initial pinner has accepted. The signer owns it.
	pub fn register_deployment(
		deployment: DeploymentId,
		registration: &Registration,
		seed: &Seed,
	) -> Self {
		Self::new(PALLET, "register", &(deployment, registration, seed))
	}

	/// Sets other terms, for errands that are posted and pins that are confirmed from now on.
	pub fn set_terms(deployment: DeploymentId, terms: &Terms) -> Self {
		Self::new(PALLET, "set_terms", &(deployment, terms))
	}

	/// Seeds a lost deployment anew.
	pub fn reseed(deployment: DeploymentId, seed: &Seed) -> Self {
		Self::new(PALLET, "reseed", &(deployment, seed))
	}

	/// Ends a deployment: no further errands and pins.
	pub fn retire_deployment(deployment: DeploymentId) -> Self {
		Self::new(PALLET, "retire", &deployment)
	}

	/// Confirms that the signing module holds the key, with the link by which it came: hash of the giver's own link, block
	/// and envelope that it names, and the sr25519 signatures of giver and receiver.
	pub fn confirm_pin(
		deployment: DeploymentId,
		parent: Hash,
		block: u32,
		sealed_key: Hash,
		giver: [u8; 64],
		receiver: [u8; 64],
	) -> Self {
		let [giver, receiver] = [giver, receiver].map(MultiSignature::Sr25519);
		let arguments = (deployment, parent, block, sealed_key, giver, receiver);
		Self::new(PALLET, "confirm_pin", &arguments)
	}

	/// Gives a pin up: the signing module has wiped the key.
	pub fn drop_pin(deployment: DeploymentId, reason: DropReason) -> Self {
		Self::new(PALLET, "drop_pin", &(deployment, reason))
	}

	/// Does what is due for a deployment.
	pub fn expire_deployment(deployment: DeploymentId) -> Self {
		Self::new(PALLET, "expire", &deployment)
	}
}
