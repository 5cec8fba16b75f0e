//! The key derivations of TPM 2.0 (Part 1, sections on KDFa, KDFe and OAEP), as MakeCredential uses them.

use hmac::{Mac, SimpleHmac};
use sha2::{
	Digest, Sha256,
	digest::{core_api::BlockSizeUser, generic_array::typenum::Unsigned},
};

/// HMAC of the concatenation of `parts`. Keys of any length are good.
pub(crate) fn hmac<D: Digest + BlockSizeUser>(key: &[u8], parts: &[&[u8]], out: &mut [u8]) {
	let mut mac =
		SimpleHmac::<D>::new_from_slice(key).expect("HMAC takes keys of every length; qed");
	for part in parts {
		mac.update(part);
	}
	copy(out, &mac.finalize().into_bytes());
}

/// Counter-mode derivation from a key: `HMAC(key, counter ‖ label ‖ 00 ‖ u ‖ v ‖ bits)`.
pub fn kdfa<D: Digest + BlockSizeUser>(
	key: &[u8],
	label: &[u8],
	u: &[u8],
	v: &[u8],
	out: &mut [u8],
) {
	let bits = bit_length(out);
	for (counter, block) in counters().zip(out.chunks_mut(D::OutputSize::USIZE)) {
		hmac::<D>(key, &[&counter, label, &[0], u, v, &bits], block);
	}
}

/// Derivation from an ECDH secret: `H(counter ‖ z ‖ label ‖ 00 ‖ u ‖ v)`.
pub fn kdfe<D: Digest>(z: &[u8], label: &[u8], u: &[u8], v: &[u8], out: &mut [u8]) {
	for (counter, block) in counters().zip(out.chunks_mut(D::OutputSize::USIZE)) {
		hash::<D>(&[&counter, z, label, &[0], u, v], block);
	}
}

/// RSAES-OAEP encoding with SHA-256 for a 2048-bit modulus. A message longer than 190 bytes gives nothing.
pub fn oaep_encode(message: &[u8], label: &[u8], seed: &[u8; 32]) -> Option<[u8; 256]> {
	let mut encoded = [0; 256];
	let (masked_seed, block) = encoded[1..].split_at_mut(32);
	let start = block.len().checked_sub(message.len())?;
	// The separator and at least the whole label hash stand in front of the message.
	let separator = start.checked_sub(1).filter(|at| *at >= 32)?;
	hash::<Sha256>(&[label], &mut block[..32]);
	block[separator] = 1;
	block[start..].copy_from_slice(message);
	mgf1_xor(seed, block);
	masked_seed.copy_from_slice(seed);
	mgf1_xor(block, masked_seed);
	Some(encoded)
}

/// Masks `out` with MGF1-SHA-256 of `seed`.
fn mgf1_xor(seed: &[u8], out: &mut [u8]) {
	for (counter, block) in (0u32..).zip(out.chunks_mut(32)) {
		let mask = Sha256::new()
			.chain_update(seed)
			.chain_update(counter.to_be_bytes())
			.finalize();
		for (byte, mask) in block.iter_mut().zip(mask) {
			*byte ^= mask;
		}
	}
}

fn hash<D: Digest>(parts: &[&[u8]], out: &mut [u8]) {
	let mut hasher = D::new();
	for part in parts {
		hasher.update(part);
	}
	copy(out, &hasher.finalize());
}

/// The counters of the derivations: from 1, big-endian.
fn counters() -> impl Iterator<Item = [u8; 4]> {
	(1u32..).map(u32::to_be_bytes)
}

fn bit_length(out: &[u8]) -> [u8; 4] {
	u32::try_from(out.len() * 8)
		.unwrap_or(u32::MAX)
		.to_be_bytes()
}

/// Fills `out` with the front of `bytes`.
fn copy(out: &mut [u8], bytes: &[u8]) {
	for (to, from) in out.iter_mut().zip(bytes) {
		*to = *from;
	}
}
