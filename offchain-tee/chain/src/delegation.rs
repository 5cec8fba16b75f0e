//! Proofs of delegation, verified without the chain: from a pin back to the owner, hash by hash and signature by signature.
//!
//! What the chain alone knows is compared by whoever has it: that the owner signed the registration (link 0 has no
//! signature of a giver), and that the keys of the receivers were those of their boots.

use crate::{
	AccountId,
	types::{MultiSignature, SignedLink},
};
use subxt_signer::sr25519::{PublicKey, Signature, verify};
use tea_primitives::{
	deployment::{DeploymentId, Giver, LINK_DOMAIN, LinkReason, MAX_DEPTH, NO_PARENT},
	ids::{BootSeq, ModuleId},
};
use tea_tpm::Hash;

/// Why a chain of links proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DelegationError {
	/// There is no link.
	#[error("there is no link")]
	Empty,
	/// More generations than there may be.
	#[error("the chain has more than {MAX_DEPTH} links")]
	TooLong,
	/// A link belongs to another chain or deployment, or is none.
	#[error("link {0} belongs to another chain or another deployment")]
	Foreign(usize),
	/// A link does not name the one before it.
	#[error("link {0} does not name its parent")]
	Broken(usize),
	/// A giver is not the receiver of the link before it.
	#[error("the giver of link {0} is not who received by its parent")]
	Giver(usize),
	/// A signature does not verify.
	#[error("a signature of link {0} does not verify")]
	Signature(usize),
	/// The first link does not come from the owner.
	#[error("the first link does not come from the owner of this registration")]
	Origin,
}

/// What link 0 has to say.
#[derive(Clone, Copy, Debug)]
pub struct Expected {
	/// Genesis hash of the chain.
	pub genesis: [u8; 32],
	/// The deployment.
	pub deployment: DeploymentId,
	/// Its owner.
	pub owner: AccountId,
	/// Hash of all that was registered.
	pub registration: Hash,
}

/// A holder of the key, as a verified link names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
	/// The module.
	pub module: ModuleId,
	/// Its boot.
	pub boot_seq: BootSeq,
	/// The session key by which it signed: the chain says whether it was that of the boot.
	pub session: [u8; 32],
}

/// Whether an sr25519 signature over the payload is of this key.
pub fn is_signed(signature: &MultiSignature, payload: &[u8], key: &[u8; 32]) -> bool {
	match signature {
		MultiSignature::Sr25519(signature) => {
			verify(&Signature(*signature), payload, &PublicKey(*key))
		}
		// Modules sign with nothing else.
		_ => false,
	}
}

/// Verifies a chain of links, that of the pin first, and gives the holders in the same order.
pub fn verify_chain(
	expected: &Expected,
	chain: &[SignedLink],
) -> Result<Vec<Holder>, DelegationError> {
	if chain.len() > usize::from(MAX_DEPTH) {
		return Err(DelegationError::TooLong);
	}
	let mut holders = Vec::with_capacity(chain.len());
	for (at, signed) in chain.iter().enumerate() {
		let link = &signed.link;
		if link.domain != LINK_DOMAIN
			|| link.genesis != expected.genesis
			|| link.deployment != expected.deployment
		{
			return Err(DelegationError::Foreign(at));
		}
		let payload = link.payload();
		if !is_signed(&signed.receiver, &payload, &signed.receiver_key) {
			return Err(DelegationError::Signature(at));
		}
		holders.push(Holder {
			module: link.to,
			boot_seq: link.boot_seq,
			session: signed.receiver_key,
		});
		let parent = at.checked_add(1).and_then(|next| chain.get(next));
		match (parent, &link.from, &link.reason) {
			(None, Giver::Account(owner), LinkReason::Origin { registration, .. }) => {
				let is_origin = link.parent == NO_PARENT
					&& *owner == expected.owner
					&& *registration == expected.registration;
				if !is_origin || signed.giver.is_some() {
					return Err(DelegationError::Origin);
				}
			}
			(None, ..) => return Err(DelegationError::Origin),
			(Some(parent), Giver::Module(module, boot_seq), LinkReason::Pin) => {
				if link.parent != parent.link.hash() {
					return Err(DelegationError::Broken(at));
				}
				if (*module, *boot_seq) != (parent.link.to, parent.link.boot_seq) {
					return Err(DelegationError::Giver(at));
				}
				let is_given = signed
					.giver
					.as_ref()
					.is_some_and(|giver| is_signed(giver, &payload, &parent.receiver_key));
				if !is_given {
					return Err(DelegationError::Signature(at));
				}
			}
			(Some(_), ..) => return Err(DelegationError::Giver(at)),
		}
	}
	if holders.is_empty() {
		return Err(DelegationError::Empty);
	}
	Ok(holders)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{Key, Sign, types::Link};

	const EXPECTED: Expected = Expected {
		genesis: [1; 32],
		deployment: DeploymentId([2; 32]),
		owner: AccountId([3; 32]),
		registration: [4; 32],
	};

	fn key(seed: u8) -> Key {
		Key::from_seed(&[seed; 32]).unwrap()
	}

	fn sign(key: &Key, link: &Link) -> MultiSignature {
		MultiSignature::Sr25519(key.sign(&link.payload()))
	}

	/// Owner → 1 → 2 → 3, the pin of 3 first.
	fn chain() -> Vec<SignedLink> {
		let origin = Link {
			domain: LINK_DOMAIN,
			genesis: EXPECTED.genesis,
			deployment: EXPECTED.deployment,
			parent: NO_PARENT,
			from: Giver::Account(EXPECTED.owner),
			to: ModuleId(1),
			boot_seq: 10,
			reason: LinkReason::Origin {
				seed: 0,
				public_key: [5; 32],
				registration: EXPECTED.registration,
			},
			block: 7,
			sealed_key: [6; 32],
		};
		let mut chain = vec![SignedLink {
			giver: None,
			receiver: sign(&key(1), &origin),
			receiver_key: key(1).public(),
			link: origin,
		}];
		for module in 2..=3u8 {
			let parent = chain.first().unwrap();
			let link = Link {
				parent: parent.link.hash(),
				from: Giver::Module(parent.link.to, parent.link.boot_seq),
				to: ModuleId(module.into()),
				boot_seq: 10 * u32::from(module),
				reason: LinkReason::Pin,
				..parent.link.clone()
			};
			let signed = SignedLink {
				giver: Some(sign(&key(module - 1), &link)),
				receiver: sign(&key(module), &link),
				receiver_key: key(module).public(),
				link,
			};
			chain.insert(0, signed);
		}
		chain
	}

	#[test]
	fn honest_chain_names_its_holders() {
		let holders = verify_chain(&EXPECTED, &chain()).unwrap();
		let named: Vec<_> = holders.iter().map(|h| (h.module.0, h.boot_seq)).collect();
		assert_eq!(named, [(3, 30), (2, 20), (1, 10)]);
		assert_eq!(verify_chain(&EXPECTED, &chain()[2..]).unwrap().len(), 1);
	}

	#[test]
	fn every_altered_part_is_found() {
		type Change = fn(&mut Vec<SignedLink>);
		let changes: [(Change, DelegationError); 14] = [
			(|chain| chain.clear(), DelegationError::Empty),
			(
				|chain| chain[0].link.genesis = [9; 32],
				DelegationError::Foreign(0),
			),
			(
				|chain| chain[0].link.deployment.0 = [9; 32],
				DelegationError::Foreign(0),
			),
			(|chain| chain[1].link.block = 8, DelegationError::Broken(0)),
			(
				|chain| chain[0].link.block = 8,
				DelegationError::Signature(0),
			),
			(
				|chain| chain[0].receiver_key = key(9).public(),
				DelegationError::Signature(0),
			),
			(|chain| chain[0].giver = None, DelegationError::Signature(0)),
			(
				|chain| {
					let link = chain[0].link.clone();
					chain[0].giver = Some(sign(&key(9), &link));
				},
				DelegationError::Signature(0),
			),
			(
				|chain| {
					chain.remove(1);
				},
				DelegationError::Broken(0),
			),
			(|chain| chain.truncate(2), DelegationError::Origin),
			(
				|chain| {
					let mut link = chain[0].link.clone();
					link.from = Giver::Module(ModuleId(9), 20);
					chain[0].receiver = sign(&key(3), &link);
					chain[0].link = link;
				},
				DelegationError::Giver(0),
			),
			(
				|chain| {
					let mut link = chain[0].link.clone();
					link.from = Giver::Account(EXPECTED.owner);
					chain[0].receiver = sign(&key(3), &link);
					chain[0].link = link;
				},
				DelegationError::Giver(0),
			),
			(
				|chain| {
					chain[2].giver = Some(chain[2].receiver.clone());
				},
				DelegationError::Origin,
			),
			(
				|chain| *chain = chain.iter().cycle().take(65).cloned().collect(),
				DelegationError::TooLong,
			),
		];
		for (index, (change, error)) in changes.into_iter().enumerate() {
			let mut altered = chain();
			change(&mut altered);
			assert_eq!(
				verify_chain(&EXPECTED, &altered),
				Err(error),
				"change {index}"
			);
		}
	}

	#[test]
	fn other_owner_or_registration_is_refused() {
		for expected in [
			Expected {
				owner: AccountId([9; 32]),
				..EXPECTED
			},
			Expected {
				registration: [9; 32],
				..EXPECTED
			},
		] {
			assert_eq!(
				verify_chain(&expected, &chain()),
				Err(DelegationError::Origin)
			);
		}
	}

	#[test]
	fn signatures_of_other_kinds_are_none() {
		let payload = [1; 8];
		let MultiSignature::Sr25519(signature) = MultiSignature::Sr25519(key(1).sign(&payload))
		else {
			unreachable!()
		};
		let public = key(1).public();
		assert!(is_signed(
			&MultiSignature::Sr25519(signature),
			&payload,
			&public
		));
		assert!(!is_signed(
			&MultiSignature::Ed25519(signature),
			&payload,
			&public
		));
	}
}
