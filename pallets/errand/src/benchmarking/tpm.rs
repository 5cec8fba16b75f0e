//! A TPM whose attestation key is a constant, and quotes as it makes them.

use crate::{Config, Pallet};
use alloc::vec::Vec;
use p256::ecdsa::{Signature, SigningKey, signature::hazmat::PrehashSigner};
use sp_io::hashing::sha2_256;
use tea_primitives::errand::{QuoteKey, QuoteKeys};
use tea_primitives::{deployment::Hash, ids::ModuleId};
use tea_tpm::pot::PotBinding;

/// A TPM whose attestation key is a constant.
pub struct SoftTpm;

impl SoftTpm {
	fn key() -> SigningKey {
		SigningKey::from_slice(&[0x42; 32]).expect("a scalar of equal small bytes; qed")
	}

	/// `TPMT_PUBLIC` of the attestation key.
	pub fn ak_area() -> Vec<u8> {
		let point = Self::key().verifying_key().to_encoded_point(false);
		let coordinate = |bytes: Option<&p256::FieldBytes>| {
			bytes.map(|bytes| bytes.to_vec()).unwrap_or_default()
		};
		[
			&hex_literal::hex!("0023000b00050472000000100018000b000300100020")[..],
			&coordinate(point.x()),
			&[0, 32],
			&coordinate(point.y()),
		]
		.concat()
	}

	/// `TPMT_SIGNATURE` over a quote.
	pub fn sign(quote: &[u8]) -> Option<Vec<u8>> {
		let signature: Signature = Self::key().sign_prehash(&sha2_256(quote)).ok()?;
		let (r, s) = signature.split_bytes();
		Some([&hex_literal::hex!("0018000b0020")[..], &r, &[0, 32], &s].concat())
	}
}

/// A quote of a module's boot over this root, taken a second after its attestation.
pub(super) fn quote<T: Config>(module: ModuleId, pot_root: Hash, nonces: Hash) -> Option<Vec<u8>> {
	let key: QuoteKey = T::QuoteKeys::quote_key(module).ok()?;
	let binding = PotBinding {
		genesis: Pallet::<T>::genesis(),
		module: module.0,
		boot_seq: key.boot.seq,
		pot_root,
		nonces,
	};
	let counters = key.boot.counters;
	Some(
		[
			&hex_literal::hex!("ff54434780180022")[..],
			&key.signer.0,
			&[0, 32],
			&binding.hash(),
			&counters.clock.saturating_add(1_000).to_be_bytes(),
			&counters.reset_count.to_be_bytes(),
			&counters.restart_count.to_be_bytes(),
			&[1],
			&key.firmware_version.to_be_bytes(),
			&hex_literal::hex!("00000001000b03"),
			&key.class.selection().to_bytes(),
			&[0, 32],
			&key.pcr_digest,
		]
		.concat(),
	)
}
