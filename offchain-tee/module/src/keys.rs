//! The keys of one boot: session, VRF and transport key. Made in locked memory, wiped at the end, never on disk.

use std::sync::Arc;

use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey};
use sha2::{Digest, Sha256};
use tea_envelope::TransportSecret;
use tea_primitives::{
	errand::TicketProof,
	ids::{ModuleId, Round},
	module::BootKeys,
	ticket,
};
use zeroize::Zeroizing;

use crate::harden::{HardenError, Locked, lock_bytes};

/// Context of signatures that the chain verifies.
const CONTEXT: &[u8] = b"substrate";
/// What the root value of a challenge is derived under.
const CHALLENGE_DOMAIN: &[u8] = b"tea/ac/root/v1";

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
	/// The operating system gives no random numbers.
	#[error("the operating system gives no random numbers")]
	Random,
	/// The memory cannot be locked.
	#[error(transparent)]
	Lock(#[from] HardenError),
	/// The text is no key.
	#[error("not a key: 64 hexadecimal digits are expected")]
	Format,
}

/// An sr25519 key in locked memory.
pub struct SigningKey {
	pair: Locked<Keypair>,
}

impl SigningKey {
	/// A fresh one.
	pub fn generate() -> Result<Self, KeyError> {
		Self::from_seed(&random()?)
	}

	/// The key of a seed.
	pub fn from_seed(seed: &Zeroizing<[u8; 32]>) -> Result<Self, KeyError> {
		let mini = MiniSecretKey::from_bytes(&**seed).map_err(|_| KeyError::Format)?;
		let pair = Locked::new(mini.expand_to_keypair(ExpansionMode::Ed25519))?;
		Ok(Self { pair })
	}

	/// The public half: the account.
	pub fn public(&self) -> [u8; 32] {
		self.pair.public.to_bytes()
	}

	/// Output and proof of the VRF on the input of a ticket.
	pub fn prove_ticket(&self, input: &[u8; 32]) -> TicketProof {
		let transcript = ticket::sign_data(input).as_ref().0.clone();
		let (output, proof, _) = self.pair.vrf_sign(transcript);
		TicketProof {
			pre_output: output.to_preout().to_bytes(),
			proof: proof.to_bytes(),
		}
	}
}

/// The root value of the challenge for a place. It follows from the challenger's transport key, so a restarted registrar
/// does not lose it, nothing has to be kept, and one that was revealed tells nothing about another.
pub fn challenge_root(
	secret: &TransportSecret,
	genesis: &[u8; 32],
	module: ModuleId,
	round: Round,
	slot: u8,
) -> Zeroizing<[u8; 32]> {
	let mut root = Zeroizing::new([0; 32]);
	let digest = Sha256::new_with_prefix(CHALLENGE_DOMAIN)
		.chain_update(secret.expose())
		.chain_update(genesis)
		.chain_update(module.0.to_le_bytes())
		.chain_update(round.to_le_bytes())
		.chain_update([slot])
		.finalize();
	root.copy_from_slice(&digest);
	root
}

/// Signs extrinsics, letters and verdicts with one key.
pub trait Signer: tea_chain::Sign + tea_link::Sign {}

impl<T: tea_chain::Sign + tea_link::Sign> Signer for T {}

impl tea_link::Sign for SigningKey {
	fn sign(&self, payload: &[u8]) -> [u8; 64] {
		self.pair.sign_simple(CONTEXT, payload).to_bytes()
	}
}

impl tea_chain::Sign for SigningKey {
	fn public(&self) -> [u8; 32] {
		self.pair.public.to_bytes()
	}

	fn sign(&self, message: &[u8]) -> [u8; 64] {
		tea_link::Sign::sign(self, message)
	}
}

/// The key of an account in ordinary memory: a registrar's.
pub struct AccountKey(pub tea_chain::Key);

impl tea_link::Sign for AccountKey {
	fn sign(&self, payload: &[u8]) -> [u8; 64] {
		tea_chain::Sign::sign(&self.0, payload)
	}
}

impl tea_chain::Sign for AccountKey {
	fn public(&self) -> [u8; 32] {
		self.0.public()
	}

	fn sign(&self, message: &[u8]) -> [u8; 64] {
		tea_chain::Sign::sign(&self.0, message)
	}
}

/// Reads 32 secret bytes in hexadecimal.
pub fn parse_secret(text: &str) -> Result<Zeroizing<[u8; 32]>, KeyError> {
	let mut secret = Zeroizing::new([0; 32]);
	let text = text.trim();
	let text = text.strip_prefix("0x").unwrap_or(text);
	hex::decode_to_slice(text, &mut *secret).map_err(|_| KeyError::Format)?;
	Ok(secret)
}

/// A transport key whose page is locked.
pub fn transport_key(mut seed: Zeroizing<[u8; 32]>) -> Result<Arc<TransportSecret>, KeyError> {
	let secret = TransportSecret::take(&mut seed);
	lock_bytes(secret.expose())?;
	Ok(Arc::new(secret))
}

/// 32 random bytes.
pub fn random() -> Result<Zeroizing<[u8; 32]>, KeyError> {
	use rand::{TryRngCore, rngs::OsRng};
	let mut bytes = Zeroizing::new([0; 32]);
	OsRng
		.try_fill_bytes(&mut *bytes)
		.map_err(|_| KeyError::Random)?;
	Ok(bytes)
}

/// The secret keys of one boot.
pub struct BootSecrets {
	/// Signs duty calls, messages and verdicts.
	pub session: Arc<SigningKey>,
	/// Signs executor tickets.
	pub vrf: Arc<SigningKey>,
	/// Opens letters and envelopes.
	pub transport: Arc<TransportSecret>,
}

impl BootSecrets {
	/// Fresh ones.
	pub fn generate() -> Result<Self, KeyError> {
		Ok(Self {
			session: Arc::new(SigningKey::generate()?),
			vrf: Arc::new(SigningKey::generate()?),
			transport: transport_key(random()?)?,
		})
	}

	/// The public halves.
	pub fn public(&self) -> BootKeys {
		BootKeys {
			session: self.session.public(),
			vrf: self.vrf.public(),
			transport: self.transport.public().0,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn keys_of_two_boots_have_nothing_in_common() {
		let (one, two) = (
			BootSecrets::generate().unwrap().public(),
			BootSecrets::generate().unwrap().public(),
		);
		let all = [
			one.session,
			one.vrf,
			one.transport,
			two.session,
			two.vrf,
			two.transport,
		];
		let distinct: std::collections::BTreeSet<_> = all.iter().collect();
		assert_eq!(distinct.len(), all.len());
	}

	#[test]
	fn signature_is_the_one_that_the_chain_verifies() {
		let key = SigningKey::generate().unwrap();
		let signature = tea_chain::Sign::sign(&key, b"payload");
		assert!(tea_link::verify(&signature, b"payload", &key.public()));
		assert!(!tea_link::verify(&signature, b"payloaD", &key.public()));
	}

	#[test]
	fn ticket_is_the_one_that_the_chain_verifies() {
		let (key, other) = (
			SigningKey::generate().unwrap(),
			SigningKey::generate().unwrap(),
		);
		let proof = key.prove_ticket(&[7; 32]);
		assert!(ticket::is_proved(&key.public(), &[7; 32], &proof));
		assert!(!ticket::is_proved(&key.public(), &[8; 32], &proof));
		assert!(!ticket::is_proved(&other.public(), &[7; 32], &proof));
		// One output for each key and input, whatever the proof.
		assert_eq!(key.prove_ticket(&[7; 32]).pre_output, proof.pre_output);
	}

	#[test]
	fn well_known_seed_gives_the_well_known_account() {
		// The mini secret of the development account Alice.
		let seed = parse_secret("e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a");
		let key = SigningKey::from_seed(&seed.unwrap()).unwrap();
		let alice = "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";
		assert_eq!(hex::encode(key.public()), alice);
	}

	#[test]
	fn root_values_differ_by_every_part_of_the_place() {
		let key = transport_key(random().unwrap()).unwrap();
		let root = |genesis: u8, module, round, slot| {
			*challenge_root(&key, &[genesis; 32], ModuleId(module), round, slot)
		};
		let first = root(1, 2, 3, 4);
		assert_eq!(first, root(1, 2, 3, 4));
		for other in [
			root(0, 2, 3, 4),
			root(1, 0, 3, 4),
			root(1, 2, 0, 4),
			root(1, 2, 3, 0),
		] {
			assert_ne!(other, first);
		}
		let other = transport_key(random().unwrap()).unwrap();
		assert_ne!(*challenge_root(&other, &[1; 32], ModuleId(2), 3, 4), first);
	}

	#[test]
	fn secrets_are_read_or_refused() {
		let text = "0x".to_owned() + &"ab".repeat(32) + "\n";
		assert_eq!(*parse_secret(&text).unwrap(), [0xab; 32]);
		for bad in ["", "ab", &"zz".repeat(32), &"ab".repeat(33)] {
			assert!(matches!(parse_secret(bad), Err(KeyError::Format)), "{bad}");
		}
	}
}
