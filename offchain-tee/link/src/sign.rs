//! Signatures as the chain makes them: sr25519 in the context `substrate`.

use schnorrkel::{Keypair, PublicKey, Signature};

/// The context that every account of the chain signs in. What is signed begins with a domain of its own.
const CONTEXT: &[u8] = b"substrate";

/// Somebody who signs: a module with its session key, a registrar or a client with the key of the account.
pub trait Sign: Send + Sync {
	/// Signs bytes with sr25519, context `substrate`.
	fn sign(&self, payload: &[u8]) -> [u8; 64];
}

impl Sign for Keypair {
	fn sign(&self, payload: &[u8]) -> [u8; 64] {
		self.sign_simple(CONTEXT, payload).to_bytes()
	}
}

/// Whether `signature` over `payload` is of the key `public`.
pub fn verify(signature: &[u8; 64], payload: &[u8], public: &[u8; 32]) -> bool {
	let (Ok(public), Ok(signature)) = (
		PublicKey::from_bytes(public),
		Signature::from_bytes(signature),
	) else {
		return false;
	};
	public.verify_simple(CONTEXT, payload, &signature).is_ok()
}
