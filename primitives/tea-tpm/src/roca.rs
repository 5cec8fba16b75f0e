//! Fingerprint of RSA keys from a generator whose primes are guessable (CVE-2017-15361).
//!
//! Such a prime is `k * M + (65537^a mod M)` with a product `M` of small primes, so the modulus is a power of
//! 65537 modulo every one of them. An honest modulus passes for all 38 of them once in about 2^27 cases.

/// The odd primes up to 167.
const PRIMES: [u32; 38] = [
	3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
	101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// Whether the big-endian `modulus` carries the fingerprint.
pub(crate) fn has_fingerprint(modulus: &[u8]) -> bool {
	PRIMES
		.iter()
		.all(|&prime| is_power(remainder(modulus, prime), prime))
}

/// The remainder of a big-endian number by a small prime.
fn remainder(number: &[u8], prime: u32) -> u32 {
	number
		.iter()
		.fold(0, |rest, &byte| (rest * 256 + u32::from(byte)) % prime)
}

/// Whether `value` is a power of 65537 modulo `prime`.
fn is_power(value: u32, prime: u32) -> bool {
	let generator = 65537 % prime;
	let mut power = 1;
	for _ in 0..prime {
		if power == value {
			return true;
		}
		power = power * generator % prime;
	}
	false
}
