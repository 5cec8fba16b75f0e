//! RSA public keys with exponent 65537. Only public operations: nothing here ever sees a private key.

use rsa::{BigUint, RsaPublicKey, hazmat::rsa_encrypt};
use zeroize::Zeroizing;

/// The only exponent that is accepted anywhere.
const EXPONENT: u32 = 65537;

/// Whether a big-endian modulus is odd, as every product of two large primes is.
pub(crate) fn is_odd(modulus: &[u8]) -> bool {
	modulus.last().is_some_and(|byte| byte & 1 == 1)
}

/// Whether a big-endian modulus uses all of its bits.
pub(crate) fn is_full(modulus: &[u8]) -> bool {
	modulus.first().is_some_and(|byte| byte & 0x80 != 0)
}

/// The key with this modulus.
pub(crate) fn public_key(modulus: &[u8]) -> Option<RsaPublicKey> {
	RsaPublicKey::new(BigUint::from_bytes_be(modulus), BigUint::from(EXPONENT)).ok()
}

/// `message ^ 65537 mod modulus`, left-padded to the length of the modulus.
pub(crate) fn raw_encrypt<const N: usize>(modulus: &[u8; N], message: &[u8; N]) -> Option<[u8; N]> {
	let message = Zeroizing::new(BigUint::from_bytes_be(message));
	let result = rsa_encrypt(&public_key(modulus)?, &message).ok()?;
	let bytes = result.to_bytes_be();
	let mut out = [0; N];
	out.get_mut(N.checked_sub(bytes.len())?..)?
		.copy_from_slice(&bytes);
	Some(out)
}
