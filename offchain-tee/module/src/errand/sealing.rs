//! What key holders seal for an executor, and what an executor seals for its client. Both ends build the contexts from what
//! the chain says, with the functions here.

use tea_chain::{AccountId, types::Link};
use tea_envelope::{
	Commitment, Committer, Context, EnvelopeError, EnvelopeHash, K1, Party, Purpose, Subject,
	TransportPublic, TransportSecret, content, result,
};
use tea_link::os_rng::OsRng;
use tea_primitives::{
	deployment::{DeploymentId, Giver, LINK_DOMAIN, LinkReason, NO_PARENT},
	errand::{ErrandId, SealedResult},
	ids::{BootSeq, ModuleId},
};
use tea_tpm::Hash;
use zeroize::Zeroizing;

use crate::pins::content::sha256;

/// The executor of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
	/// The errand.
	pub errand: ErrandId,
	/// Who runs it.
	pub executor: ModuleId,
	/// In which boot.
	pub boot_seq: BootSeq,
	/// Block at whose end it was assigned.
	pub assigned: u32,
}

impl Seat {
	/// What the envelope of a key for this executor is bound to. The call that brings it names errand and source; its
	/// block is not known before, so the block of the assignment stands for it.
	pub const fn key_context(&self, holder: AccountId) -> Context {
		Context {
			purpose: Purpose::Execute,
			subject: Subject::Errand(self.errand.0),
			sender: Party::Account(holder.0),
			receiver: Party::Module(self.executor.0),
			boot_seq: self.boot_seq,
			block: self.assigned,
		}
	}

	/// The link that the chain makes of a `supply_key` in this block; a content that is no deployment has the id of zeros.
	pub fn link(
		&self,
		genesis: Hash,
		holder: AccountId,
		deployment: Option<DeploymentId>,
		block: u32,
		sealed_key: EnvelopeHash,
	) -> Link {
		Link {
			domain: LINK_DOMAIN,
			genesis,
			deployment: deployment.unwrap_or_default(),
			parent: NO_PARENT,
			from: Giver::Account(holder),
			to: self.executor,
			boot_seq: self.boot_seq,
			reason: LinkReason::Execute(self.errand.0),
			block,
			sealed_key: sealed_key.0,
		}
	}
}

/// What a result is bound to: errand, executor and client, and the block that the PoT names.
pub const fn result_context(
	errand: ErrandId,
	executor: ModuleId,
	client: AccountId,
	block: u32,
) -> Context {
	Context {
		purpose: Purpose::Result,
		subject: Subject::Errand(errand.0),
		sender: Party::Module(executor.0),
		receiver: Party::Account(client.0),
		boot_seq: 0,
		block,
	}
}

/// A sealed result, and how it is told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
	/// What is stored.
	pub file: Vec<u8>,
	/// SHA-256 of it.
	pub ciphertext: Hash,
	/// Keyed commitment of the plaintext.
	pub commitment: Hash,
	/// Public half of the key from which the client makes the key of the result.
	pub enc: [u8; 32],
}

/// Seals a result to a client key. It is content under a key that both ends export from one HPKE context, named by its
/// commitment.
pub fn seal_result(
	plaintext: &[u8],
	client_key: [u8; 32],
	genesis: &Hash,
	context: &Context,
) -> Result<Sealed, EnvelopeError> {
	let mut rng = OsRng;
	let (enc, key) = result::encapsulate(TransportPublic(client_key), genesis, context, &mut rng)?;
	let mut committer = Committer::new(&key);
	committer.update(plaintext);
	let commitment = committer.finish();
	let file = content::seal(&key, &commitment.into(), plaintext, &mut rng)?;
	Ok(Sealed {
		ciphertext: sha256(&file),
		commitment: commitment.0,
		enc,
		file,
	})
}

/// Opens a result with the private half of the client key. The caller has compared the file with the hash in the PoT.
pub fn open_result(
	file: &[u8],
	result: &SealedResult,
	client_key: &TransportSecret,
	genesis: &Hash,
	context: &Context,
) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
	let key: K1 = result::decapsulate(client_key, &result.enc, genesis, context)?;
	let commitment = Commitment(result.commitment);
	let plaintext = content::open(&key, &commitment.into(), file)?;
	let mut committer = Committer::new(&key);
	committer.update(&plaintext);
	committer.verify(&commitment)?;
	Ok(plaintext)
}

#[cfg(test)]
mod tests {
	use super::*;
	use tea_primitives::deployment::Cid;

	const GENESIS: Hash = [1; 32];

	fn context(errand: u64, executor: u32, client: u8, block: u32) -> Context {
		result_context(
			ErrandId(errand),
			ModuleId(executor),
			AccountId([client; 32]),
			block,
		)
	}

	fn named(sealed: &Sealed) -> SealedResult {
		SealedResult {
			cid: Cid::new(Cid::RAW, sealed.ciphertext),
			ciphertext: sealed.ciphertext,
			commitment: sealed.commitment,
			enc: sealed.enc,
		}
	}

	#[test]
	fn client_opens_what_was_sealed_to_it_and_nobody_else() {
		let secret = TransportSecret::generate(&mut OsRng);
		for len in [0, 1, 100_000, (1 << 20) + 7] {
			let plaintext = vec![7; len];
			let bound = context(1, 2, 3, 4);
			let sealed = seal_result(&plaintext, secret.public().0, &GENESIS, &bound).unwrap();
			let open = |secret: &TransportSecret, genesis: &Hash, context: &Context| {
				open_result(&sealed.file, &named(&sealed), secret, genesis, context)
			};
			assert_eq!(*open(&secret, &GENESIS, &bound).unwrap(), plaintext);
			let stranger = TransportSecret::generate(&mut OsRng);
			assert!(open(&stranger, &GENESIS, &bound).is_err());
			assert!(open(&secret, &[2; 32], &bound).is_err());
			for other in [
				context(9, 2, 3, 4),
				context(1, 9, 3, 4),
				context(1, 2, 9, 4),
				context(1, 2, 3, 9),
			] {
				assert!(open(&secret, &GENESIS, &other).is_err());
			}
		}
	}

	#[test]
	fn altered_result_or_commitment_is_refused() {
		let secret = TransportSecret::generate(&mut OsRng);
		let bound = context(1, 2, 3, 4);
		let sealed = seal_result(b"seven", secret.public().0, &GENESIS, &bound).unwrap();
		let mut file = sealed.file.clone();
		let last = file.len() - 1;
		file[last] ^= 1;
		let open = |file: &[u8], result: &SealedResult| {
			open_result(file, result, &secret, &GENESIS, &bound)
		};
		assert!(open(&file, &named(&sealed)).is_err());
		let mut result = named(&sealed);
		result.commitment[0] ^= 1;
		assert!(open(&sealed.file, &result).is_err());
		let mut result = named(&sealed);
		result.enc[0] ^= 1;
		assert!(open(&sealed.file, &result).is_err());
	}

	#[test]
	fn equal_results_show_nothing_of_it() {
		let secret = TransportSecret::generate(&mut OsRng);
		let seal = || seal_result(b"7", secret.public().0, &GENESIS, &context(1, 2, 3, 4)).unwrap();
		let (one, two) = (seal(), seal());
		assert_ne!(one.ciphertext, two.ciphertext);
		assert_ne!(one.commitment, two.commitment);
		assert_ne!(one.enc, two.enc);
	}
}
