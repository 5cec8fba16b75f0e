//! Evidence of a TPM whose keys are constants.

use super::*;
use sp_io::hashing::sha2_256;

/// A TPM whose attestation key is a constant.
pub(super) struct SoftTpm;

impl SoftTpm {
	fn key(seed: u8) -> SigningKey {
		SigningKey::from_slice(&[seed; 32]).expect("a scalar of equal small bytes; qed")
	}

	fn coordinates(key: &SigningKey) -> (Vec<u8>, Vec<u8>) {
		let point = key.verifying_key().to_encoded_point(false);
		let coordinate = |bytes: Option<&p256::FieldBytes>| bytes.map(|bytes| bytes.to_vec());
		(
			coordinate(point.x()).unwrap_or_default(),
			coordinate(point.y()).unwrap_or_default(),
		)
	}

	/// `TPMT_PUBLIC` of the attestation key.
	pub(super) fn ak_area() -> Vec<u8> {
		let (x, y) = Self::coordinates(&Self::key(0x42));
		[
			&hex_literal::hex!("0023000b00050472000000100018000b000300100020")[..],
			&x,
			&[0, 32],
			&y,
		]
		.concat()
	}

	/// `TPMT_PUBLIC` of an RSA-2048 attestation key, the longest one.
	pub(super) fn rsa_ak_area() -> Vec<u8> {
		[
			&hex_literal::hex!("0001000b00050472000000100014000b0800000000000100")[..],
			include_bytes!("data/ak_modulus.bin"),
		]
		.concat()
	}

	fn rk_area(policy: &Hash) -> Vec<u8> {
		let (x, y) = Self::coordinates(&Self::key(0x55));
		[
			&hex_literal::hex!("0023000b000504b20020")[..],
			policy,
			&hex_literal::hex!("00100018000b000300100020"),
			&x,
			&[0, 32],
			&y,
		]
		.concat()
	}

	/// The PCR values of class C, ascending.
	pub(super) fn pcrs() -> Vec<Hash> {
		(1u8..=8).map(|byte| [byte; 32]).collect()
	}

	pub(super) fn pcr_digest(pcrs: &[Hash]) -> Hash {
		sha2_256(pcrs.as_flattened())
	}

	/// The values of these PCRs, ascending.
	pub(super) fn strict_values(strict: PcrSelection) -> Vec<Hash> {
		PcrSelection::UEFI
			.iter()
			.zip(Self::pcrs())
			.filter(|(index, _)| strict.contains(*index))
			.map(|(_, value)| value)
			.collect()
	}

	fn sign(message: &[u8]) -> Result<Vec<u8>, BenchmarkError> {
		let signature: Signature = Self::key(0x42)
			.sign_prehash(&sha2_256(message))
			.map_err(|_| stop("a signature"))?;
		let (r, s) = signature.split_bytes();
		Ok([&hex_literal::hex!("0018000b0020")[..], &r, &[0, 32], &s].concat())
	}
}

/// The longest profile.
pub(super) fn profile() -> Profile {
	let bytes = |count: usize| vec![b'x'; count];
	Profile {
		peer_id: BoundedVec::truncate_from(bytes(64)),
		addresses: BoundedVec::truncate_from(vec![
			BoundedVec::truncate_from(bytes(128));
			MAX_ADDRESSES as usize
		]),
		capabilities: u64::MAX,
		versions: BoundedVec::truncate_from(bytes(64)),
		log: BoundedVec::truncate_from(bytes(64)),
	}
}

/// Evidence of the next boot of a module.
pub(super) fn evidence<T: Config>(module: ModuleId) -> Result<Tpm2Evidence, BenchmarkError> {
	let keys = BootKeys {
		session: [0x77; 32],
		vrf: [2; 32],
		transport: [3; 32],
	};
	evidence_of::<T>(module, keys, 2, 2)
}

/// Evidence of the present boot of a module.
pub(super) fn renewal<T: Config>(
	module: ModuleId,
	keys: BootKeys,
) -> Result<Tpm2Evidence, BenchmarkError> {
	evidence_of::<T>(module, keys, 1, 1)
}

fn evidence_of<T: Config>(
	module: ModuleId,
	keys: BootKeys,
	boot_seq: u32,
	reset_count: u32,
) -> Result<Tpm2Evidence, BenchmarkError> {
	let pcrs = SoftTpm::pcrs();
	let digest = SoftTpm::pcr_digest(&pcrs);
	let policy = rk_policy(PcrSelection::UEFI, &digest);
	let rk_public = SoftTpm::rk_area(&policy);
	let rk = RkPublic::parse(&rk_public, &policy).map_err(|_| stop("a receive key"))?;
	let block = Pallet::<T>::now().saturating_sub(1u32.into());
	let hash = sha2_256(&block.encode());
	let stored = <T as frame_system::Config>::Hash::decode(&mut &hash[..])
		.map_err(|_| stop("hashes have 32 bytes"))?;
	frame_system::BlockHash::<T>::insert(block, stored);
	let binding = QuoteBinding {
		domain: QUOTE_DOMAIN,
		genesis: Pallet::<T>::genesis(),
		module: module.0,
		round: Sequences::<T>::get(module).round.saturating_add(1),
		nonce_block: block.saturated_into(),
		nonce_block_hash: hash,
		committee_nonce: [0; 32],
		session_key: keys.session,
		vrf_key: keys.vrf,
		transport_key: keys.transport,
		rk_name: rk.name(),
		boot_seq,
		manifest_root: [6; 32],
		log_root: [7; 32],
	};
	let signer = Chips::<T>::get(module).ok_or(stop("a chip"))?.signer;
	let quote = [
		&hex_literal::hex!("ff54434780180022")[..],
		&signer.0,
		&[0, 32],
		&binding.hash(),
		&50_000u64.to_be_bytes(),
		&reset_count.to_be_bytes(),
		&0u32.to_be_bytes(),
		&[1],
		&5u64.to_be_bytes(),
		&hex_literal::hex!("00000001000b03"),
		&PcrSelection::UEFI.to_bytes(),
		&[0, 32],
		&digest,
	]
	.concat();
	Ok(Tpm2Evidence {
		signature: BoundedVec::truncate_from(SoftTpm::sign(&quote)?),
		quote: BoundedVec::truncate_from(quote),
		binding,
		rk_public: BoundedVec::truncate_from(rk_public),
		pcr_values: BoundedVec::truncate_from(pcrs),
		profile: profile(),
	})
}
