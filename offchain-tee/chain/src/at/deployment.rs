//! Deployments, their pins and the proofs behind them.

use crate::{
	Result,
	at::At,
	key::{entry, identity, twox},
	runtime::Item,
	types::{
		DeploymentInfo, DeploymentRecord, Holding, LinkRecord, PinTable, PinView, SignedLink, Terms,
	},
};
use codec::{Decode, Encode};
use tea_primitives::{
	deployment::{DeploymentId, Refusal},
	ids::ModuleId,
};
use tea_tpm::Hash;

const PALLET: &str = "Deployment";

impl At {
	async fn of_deployment<T: Decode>(
		&self,
		name: &'static str,
		key: &impl Encode,
	) -> Result<Option<T>> {
		let key = identity(entry(PALLET, name), key);
		self.read(Item::Storage(PALLET, name), key).await
	}

	/// A deployment that is in state.
	pub async fn deployment(&self, id: DeploymentId) -> Result<Option<DeploymentRecord>> {
		self.of_deployment("Deployments", &id).await
	}

	/// All deployments that are in state.
	pub async fn deployments(&self) -> Result<Vec<(DeploymentId, DeploymentRecord)>> {
		let all = self
			.map::<32, DeploymentRecord>(PALLET, "Deployments")
			.await?;
		Ok(all
			.into_iter()
			.map(|(id, record)| (DeploymentId(id), record))
			.collect())
	}

	/// The block in which a deployment left state.
	pub async fn deployment_ended(&self, id: DeploymentId) -> Result<Option<u32>> {
		self.of_deployment("Ended", &id).await
	}

	/// Terms of a deployment by their hash: the present ones, or those that running errands keep.
	pub async fn terms(&self, id: DeploymentId, hash: Hash) -> Result<Option<Terms>> {
		let key = identity(identity(entry(PALLET, "TermsByHash"), &id), &hash);
		self.read(Item::Storage(PALLET, "TermsByHash"), key).await
	}

	/// The pins of a deployment, live or not.
	pub async fn pin_table(&self, id: DeploymentId) -> Result<PinTable> {
		Ok(self.of_deployment("Pins", &id).await?.unwrap_or_default())
	}

	/// A proof of delegation.
	pub async fn link(&self, hash: Hash) -> Result<Option<LinkRecord>> {
		self.of_deployment("Links", &hash).await
	}

	/// What a module answers for by its pins.
	pub async fn holding(&self, module: ModuleId) -> Result<Holding> {
		let key = twox(entry(PALLET, "Holdings"), &module);
		let holding = self.read(Item::Storage(PALLET, "Holdings"), key).await?;
		Ok(holding.unwrap_or_default())
	}

	/// Everything about a deployment, its terms and where it stands.
	pub async fn deployment_info(&self, id: DeploymentId) -> Result<Option<DeploymentInfo>> {
		self.view(PALLET, "deployment", &id).await
	}

	/// Who holds the key of a deployment, and where each pin stands.
	pub async fn pins(&self, id: DeploymentId) -> Result<Vec<PinView>> {
		self.view(PALLET, "pins", &id).await
	}

	/// The proofs from a module's pin back to the owner, that of the pin first. Without a module: link 0 alone.
	pub async fn delegation_chain(
		&self,
		id: DeploymentId,
		module: Option<ModuleId>,
	) -> Result<Vec<SignedLink>> {
		self.view(PALLET, "delegation_chain", &(id, module)).await
	}

	/// Whether the chain would let a module pin a deployment now: its terms, its certificate, the cap of its class.
	pub async fn usable_by(
		&self,
		id: DeploymentId,
		module: ModuleId,
	) -> Result<core::result::Result<(), Refusal>> {
		self.view(PALLET, "usable_by", &(id, module)).await
	}
}
