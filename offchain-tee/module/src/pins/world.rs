//! What the parts that a module plays have in common: chain, chip, host, its own boot, its keys.

use std::{sync::Arc, time::Duration};

use tea_chain::{At, Chain, Submitter, types::ChainCertificate};
use tea_executor::Executor;
use tea_primitives::ids::{BootSeq, ModuleId};
use tea_tpm::{PcrValues, binding::QuoteBinding};
use tea_tpm_device::{BootEvidence, PcrState, Tpm};

use super::{
	admission::{self, Holder},
	checker::{Ability, all_capabilities},
	content::Contents,
	denial::Denial,
	policy::Policy,
	protocol::{Contact, challenge_nonce},
	seal::Opener,
	vault::Vault,
};
use crate::{
	attest::BootState, keys::Signer, lifecycle::Lifecycle, metrics::Metrics,
	protocol::RoundEvidence, service::courier::Courier,
};
use tea_chain::types::{DeploymentRecord, Terms};
use tea_primitives::deployment::{Cid, DeploymentId};

/// How long a young finalised head is waited for.
const HEAD: Duration = Duration::from_secs(20);

/// Everything that the service works with.
pub struct World {
	/// The chain.
	pub chain: Chain,
	/// The chip.
	pub tpm: Tpm,
	/// Sends letters.
	pub courier: Courier,
	/// Signs duty calls with the session key.
	pub session: Submitter,
	/// Signs links with it.
	pub signer: Arc<dyn Signer>,
	/// Opens envelopes.
	pub opener: Opener,
	/// The boot, as evidence is made of it.
	pub boot: BootState,
	/// Its number.
	pub boot_seq: BootSeq,
	/// Metrics.
	pub metrics: Arc<Metrics>,
	/// Whether the module serves.
	pub lifecycle: Arc<Lifecycle>,
	/// Contents.
	pub contents: Arc<dyn Contents>,
	/// Runs checks.
	pub executor: Arc<Executor>,
	/// What is taken.
	pub policy: Policy,
	/// The keys.
	pub vault: Vault,
}

/// The state that envelopes to this boot open in: the PCR values that its log leads to.
pub fn accepted_state(boot: &BootState) -> Option<PcrState> {
	let selection = boot.class.selection();
	let values = boot.log.replay(selection);
	let digest = PcrValues::new(selection, &values).ok()?.digest();
	Some(PcrState { selection, digest })
}

/// A deployment as it stands in one block.
pub(super) struct Standing {
	/// Its record.
	pub record: DeploymentRecord,
	/// Its present terms.
	pub terms: Terms,
}

impl World {
	/// This module in this boot.
	pub const fn me(&self) -> (ModuleId, BootSeq) {
		(self.boot.module, self.boot_seq)
	}

	/// What this module is able to run.
	pub fn ability(&self) -> Ability {
		Ability {
			class: self.boot.class,
			memory_pages: self.policy.memory_pages,
			fuel: self.policy.fuel,
			capabilities: all_capabilities(),
		}
	}

	/// Whether the module takes work.
	pub fn is_serving(&self) -> bool {
		self.lifecycle.state().is_serving()
	}

	/// A finalised head that is young enough for decisions.
	pub async fn head(&self) -> Result<At, Denial> {
		match tokio::time::timeout(HEAD, self.chain.fresh()).await {
			Ok(Ok(at)) => Ok(at),
			Ok(Err(error)) => Err(error.into()),
			Err(_) => Err(Denial::ChainUnavailable),
		}
	}

	/// Lets the host forget a content that no key here opens.
	pub(super) async fn release(&self, cid: &Cid) {
		if !self.vault.needs(cid) {
			self.contents.release(cid).await;
		}
	}

	/// A deployment and its terms.
	pub(super) async fn deployment(&self, at: &At, id: DeploymentId) -> Result<Standing, Denial> {
		let record = at.deployment(id).await?.ok_or(Denial::UnknownDeployment)?;
		let terms = at
			.terms(id, record.terms)
			.await?
			.ok_or(Denial::UnknownDeployment)?;
		Ok(Standing { record, terms })
	}

	/// Whether terms admit a module that is Active in this boot. Gives its certificate.
	pub(super) async fn admit(
		&self,
		at: &At,
		terms: &Terms,
		(module, boot_seq): (ModuleId, BootSeq),
	) -> Result<ChainCertificate, Denial> {
		let (certificate, camellia) =
			futures::try_join!(at.certificate_of(module), at.camellia(module))?;
		let certificate = certificate
			.filter(|certificate| certificate.boot_seq == boot_seq)
			.ok_or(Denial::PeerNotActive)?;
		let owner = camellia
			.and_then(|camellia| camellia.owner)
			.ok_or(Denial::PeerNotActive)?;
		let life = at.constants().await?.certificate_life;
		let holder = Holder { certificate, owner };
		admission::admits(terms, &holder, at.number(), life)?;
		Ok(holder.certificate)
	}

	/// Live evidence, bound to what a pinner drew.
	pub async fn evidence(
		&self,
		contact: &Contact,
		challenge: &[u8; 32],
	) -> Result<RoundEvidence, Denial> {
		let at = self.head().await?;
		let certificate = at
			.certificate_of(self.boot.module)
			.await?
			.filter(|certificate| certificate.boot_seq == self.boot_seq)
			.ok_or(Denial::PeerNotActive)?;
		let binding: QuoteBinding = self.boot.binding(
			(at.number(), at.hash()),
			certificate.round,
			self.boot_seq,
			challenge_nonce(contact, challenge),
		);
		let quoted = self
			.tpm
			.attest_live(binding, self.boot.class.selection())
			.await
			.map_err(|error| {
				tracing::warn!(%error, "no live quote for a pinner");
				Denial::TpmUnavailable
			})?;
		Ok(self.show(certificate.round, quoted))
	}

	fn show(&self, round: u32, quoted: BootEvidence) -> RoundEvidence {
		RoundEvidence {
			round,
			binding: quoted.binding,
			quote: quoted.quote,
			signature: quoted.signature,
			rk_public: quoted.rk_public,
			pcr_values: quoted.pcr_values,
			nonces: Vec::new(),
			log: self.boot.log.to_bytes(),
			manifest: self.boot.manifest.to_bytes(),
		}
	}
}
