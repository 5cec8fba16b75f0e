//! The links of the proof of delegation that a module signs.

use tea_chain::{
	AccountId,
	delegation::is_signed,
	types::{Link, MultiSignature, Seed},
};
use tea_envelope::{Context, EnvelopeHash, Party, Purpose, Subject};
use tea_primitives::{
	deployment::{DeploymentId, Giver, LINK_DOMAIN, LinkReason, NO_PARENT},
	ids::{BootSeq, ModuleId},
};
use tea_tpm::Hash;

use super::protocol::{Contact, Offer};

/// Link 0: what it is about.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
	/// Genesis hash of the chain.
	pub genesis: Hash,
	/// The owner.
	pub owner: AccountId,
	/// Hash of all that is registered.
	pub registration: Hash,
	/// 0 at registration, one more at each re-seeding.
	pub number: u32,
}

impl Origin {
	/// The link that an initial pinner signs.
	pub fn link(&self, deployment: DeploymentId, seed: &Seed) -> Link {
		Link {
			domain: LINK_DOMAIN,
			genesis: self.genesis,
			deployment,
			parent: NO_PARENT,
			from: Giver::Account(self.owner),
			to: seed.pinner,
			boot_seq: seed.boot_seq,
			reason: LinkReason::Origin {
				seed: self.number,
				public_key: seed.public_key,
				registration: self.registration,
			},
			block: seed.block,
			sealed_key: seed.sealed_key,
		}
	}

	/// A seed without signature, and its link.
	pub fn unsigned(
		&self,
		deployment: DeploymentId,
		public_key: [u8; 32],
		(pinner, boot_seq): (ModuleId, BootSeq),
		block: u32,
		sealed_key: Option<EnvelopeHash>,
	) -> (Seed, Link) {
		let seed = Seed {
			public_key,
			pinner,
			boot_seq,
			block,
			sealed_key: sealed_key.map_or([0; 32], |hash| hash.0),
			signature: MultiSignature::Sr25519([0; 64]),
		};
		let link = self.link(deployment, &seed);
		(seed, link)
	}

	/// Whether an offer is what this owner asked this boot for, signed by it.
	pub fn is_offered(
		&self,
		offer: &Offer,
		pinner: (ModuleId, BootSeq),
		session: &[u8; 32],
		block: u32,
		sealed_key: Option<EnvelopeHash>,
	) -> bool {
		let Offer { deployment, seed } = offer;
		let is_named = self.number > 0 || *deployment == DeploymentId::of_key(&seed.public_key);
		is_named
			&& (seed.pinner, seed.boot_seq) == pinner
			&& seed.block == block
			&& seed.sealed_key == sealed_key.map_or([0; 32], |hash| hash.0)
			&& is_signed(
				&seed.signature,
				&self.link(*deployment, seed).payload(),
				session,
			)
	}
}

/// The link by which a pinner hands its keys to a candidate.
pub fn pin_link(contact: &Contact, parent: Hash, block: u32, sealed_key: EnvelopeHash) -> Link {
	Link {
		domain: LINK_DOMAIN,
		genesis: contact.genesis,
		deployment: contact.deployment,
		parent,
		from: Giver::Module(contact.pinner.0, contact.pinner.1),
		to: contact.candidate.0,
		boot_seq: contact.candidate.1,
		reason: LinkReason::Pin,
		block,
		sealed_key: sealed_key.0,
	}
}

/// What the envelope of a hand-over is bound to.
pub const fn pin_context(contact: &Contact, block: u32) -> Context {
	Context {
		purpose: Purpose::Pin,
		subject: Subject::Deployment(contact.deployment.0),
		sender: Party::Module(contact.pinner.0.0),
		receiver: Party::Module(contact.candidate.0.0),
		boot_seq: contact.candidate.1,
		block,
	}
}

/// What the envelope of an owner to an initial pinner is bound to: the content before it is deployed, the deployment after.
pub const fn owner_context(
	owner: AccountId,
	subject: Subject,
	(module, boot_seq): (ModuleId, BootSeq),
	block: u32,
) -> Context {
	Context {
		purpose: match subject {
			Subject::Deployment(_) => Purpose::Reseed,
			_ => Purpose::InitialPin,
		},
		subject,
		sender: Party::Account(owner.0),
		receiver: Party::Module(module.0),
		boot_seq,
		block,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::keys::SigningKey;
	use zeroize::Zeroizing;

	const ORIGIN: Origin = Origin {
		genesis: [1; 32],
		owner: AccountId([2; 32]),
		registration: [3; 32],
		number: 0,
	};
	const PINNER: (ModuleId, BootSeq) = (ModuleId(4), 5);

	fn key(fill: u8) -> SigningKey {
		SigningKey::from_seed(&Zeroizing::new([fill; 32])).unwrap()
	}

	fn offer(origin: &Origin, deployment: DeploymentId) -> Offer {
		let hash = Some(EnvelopeHash([7; 32]));
		let (mut seed, link) = origin.unsigned(deployment, [6; 32], PINNER, 8, hash);
		let signature = tea_link::Sign::sign(&key(9), &link.payload());
		seed.signature = MultiSignature::Sr25519(signature);
		Offer { deployment, seed }
	}

	fn accepts(origin: &Origin, offer: &Offer) -> bool {
		let hash = Some(EnvelopeHash([7; 32]));
		origin.is_offered(offer, PINNER, &key(9).public(), 8, hash)
	}

	#[test]
	fn offer_is_what_was_asked_for() {
		let id = DeploymentId::of_key(&[6; 32]);
		let honest = offer(&ORIGIN, id);
		assert!(accepts(&ORIGIN, &honest));
		type Change = fn(&mut Offer);
		let changes: [Change; 7] = [
			|offer| offer.deployment = DeploymentId([9; 32]),
			|offer| offer.seed.public_key = [9; 32],
			|offer| offer.seed.pinner = ModuleId(9),
			|offer| offer.seed.boot_seq = 9,
			|offer| offer.seed.block = 9,
			|offer| offer.seed.sealed_key = [9; 32],
			|offer| offer.seed.signature = MultiSignature::Sr25519([9; 64]),
		];
		for (index, change) in changes.into_iter().enumerate() {
			let mut altered = honest.clone();
			change(&mut altered);
			assert!(!accepts(&ORIGIN, &altered), "{index}");
		}
		let hash = Some(EnvelopeHash([7; 32]));
		assert!(!ORIGIN.is_offered(&honest, PINNER, &key(8).public(), 8, hash));
		for other in [
			Origin {
				owner: AccountId([9; 32]),
				..ORIGIN
			},
			Origin {
				registration: [9; 32],
				..ORIGIN
			},
			Origin {
				genesis: [9; 32],
				..ORIGIN
			},
		] {
			assert!(!accepts(&other, &honest));
		}
	}

	#[test]
	fn id_is_made_at_registration_and_kept_at_reseeding() {
		let foreign = DeploymentId([9; 32]);
		assert!(!accepts(&ORIGIN, &offer(&ORIGIN, foreign)));
		let again = Origin {
			number: 1,
			..ORIGIN
		};
		assert!(accepts(&again, &offer(&again, foreign)));
	}

	#[test]
	fn owner_seals_content_first_and_deployment_later() {
		let owner = AccountId([2; 32]);
		let first = owner_context(owner, Subject::Content([3; 32]), PINNER, 8);
		let again = owner_context(owner, Subject::Deployment([3; 32]), PINNER, 8);
		assert_eq!(first.purpose, Purpose::InitialPin);
		assert_eq!(again.purpose, Purpose::Reseed);
		assert_eq!(first.receiver, Party::Module(4));
	}
}
