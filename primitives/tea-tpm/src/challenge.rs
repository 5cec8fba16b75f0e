//! Enrolment challenges: one secret root value decides the secret, the blob and the commitment.
//!
//! A challenger that posts a bad blob is convicted by its root value, and one that posted a good blob is cleared
//! by it: whoever knows the value makes both again bit for bit.

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

use crate::{
	Hash,
	credential::{Credential, Ephemeral, make_credential},
	error::CredentialError,
	name::ObjectName,
	public::{EkKind, EkPublic},
	sha256,
};

const DOMAIN: &[u8] = b"tea/ac/v1/";
const COMMITMENT_DOMAIN: &[u8] = b"tea/ac/commit/v1";

/// Where a challenge belongs. Everything that is derived depends on all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChallengeContext {
	/// Genesis hash of the chain.
	pub genesis: Hash,
	/// The module that enrols.
	pub module: u32,
	/// Its round of enrolment.
	pub round: u32,
	/// The slot of the challenger.
	pub slot: u8,
}

impl ChallengeContext {
	/// The commitment to `secret`. The slot makes a copied one worthless.
	pub fn commitment(&self, secret: &[u8; 32]) -> Hash {
		sha256(&[
			COMMITMENT_DOMAIN,
			&self.genesis,
			&self.module.to_le_bytes(),
			&[self.slot],
			&self.round.to_le_bytes(),
			secret,
		])
	}

	/// Derives the value `label` from the root value. `counter` rises when a scalar has to be drawn again.
	fn derive(&self, root: &[u8; 32], label: &[u8], counter: u8, out: &mut [u8]) {
		let info = [
			DOMAIN,
			label,
			&self.genesis,
			&self.module.to_le_bytes(),
			&self.round.to_le_bytes(),
			&[self.slot],
			&[counter],
		];
		Hkdf::<Sha256>::from_prk(root)
			.expect("the root value is as long as the hash; qed")
			.expand_multi_info(&info, out)
			.expect("at most 48 bytes are derived, HKDF gives up to 8160; qed");
	}
}

/// A challenge: what the challenger posts, and what it keeps.
pub struct Challenge {
	secret: Zeroizing<[u8; 32]>,
	blob: Credential,
	commitment: Hash,
}

impl Challenge {
	/// Makes the challenge that `root` decides, for the key `name` under `ek`, both as they stand on chain.
	pub fn new(
		root: &[u8; 32],
		context: &ChallengeContext,
		ek: &EkPublic,
		name: &ObjectName,
	) -> Result<Self, CredentialError> {
		let mut secret = Zeroizing::new([0; 32]);
		context.derive(root, b"secret", 0, &mut *secret);
		let blob = match ek.kind() {
			EkKind::Rsa2048 => {
				let mut ephemeral = Ephemeral::Rsa2048 {
					seed: [0; 32],
					oaep: [0; 32],
				};
				if let Ephemeral::Rsa2048 { seed, oaep } = &mut ephemeral {
					context.derive(root, b"protect", 0, seed);
					context.derive(root, b"oaep", 0, oaep);
				}
				make_credential(ek, name, &secret, &ephemeral)?
			}
			EkKind::P256 => with_scalar(ek, name, &secret, Ephemeral::P256, |counter, scalar| {
				context.derive(root, b"eph", counter, scalar)
			})?,
			EkKind::P384 => with_scalar(ek, name, &secret, Ephemeral::P384, |counter, scalar| {
				context.derive(root, b"eph", counter, scalar)
			})?,
		};
		let commitment = context.commitment(&secret);
		Ok(Self {
			secret,
			blob,
			commitment,
		})
	}

	/// What the TPM gives back.
	pub fn secret(&self) -> &[u8; 32] {
		&self.secret
	}

	/// The credential to post.
	pub const fn blob(&self) -> &Credential {
		&self.blob
	}

	/// The commitment to post.
	pub const fn commitment(&self) -> &Hash {
		&self.commitment
	}

	/// Whether this is the challenge that was posted, bit for bit.
	pub fn is(&self, blob: &[u8], commitment: &Hash) -> bool {
		self.blob.as_bytes() == blob && self.commitment == *commitment
	}
}

/// Makes a credential with the first derived scalar that is above zero and below the order.
fn with_scalar<const N: usize>(
	ek: &EkPublic,
	name: &ObjectName,
	secret: &[u8; 32],
	ephemeral: fn([u8; N]) -> Ephemeral,
	derive: impl Fn(u8, &mut [u8]),
) -> Result<Credential, CredentialError> {
	let mut scalar = [0; N];
	for counter in 0..=u8::MAX {
		derive(counter, &mut scalar);
		let made = make_credential(ek, name, secret, &ephemeral(scalar));
		scalar.zeroize();
		match made {
			Err(CredentialError::Scalar) => continue,
			made => return made,
		}
	}
	Err(CredentialError::Scalar)
}
