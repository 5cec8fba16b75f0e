//! Genuine evidence of a software TPM, kept in `tests/data`.

use codec::Decode;
use tea_tpm::{
	AkPublic, AttestContext, AttestEvidence, Challenge, ChallengeContext, EkPublic, EvidenceError,
	HardwareClass, IssuerKey, LeafRules, ObjectName, PcrSelection, PotContext, PotEvidence,
	QualifiedName, Quote, QuoteBinding, QuoteError, RustCrypto, SigVerify, SignatureAlgorithm,
	TpmSignature, UnverifiedLeaf, VerifiedAttest,
	binding::ExpectedBinding,
	evidence::{inspect_attest, inspect_pot},
};

use crate::lab::pot_binding;

macro_rules! data {
	($name:literal) => {
		include_bytes!(concat!("../data/", $name))
	};
}

/// What stands behind one attestation key of the fixtures.
struct Genuine {
	ak: &'static [u8],
	attest: [u8; 145],
	signature: &'static [u8],
	pot: &'static [u8],
	pot_signature: &'static [u8],
}

fn genuine() -> [Genuine; 2] {
	[
		Genuine {
			ak: data!("ak_p256.tpmt"),
			attest: *data!("ak_p256.attest"),
			signature: data!("ak_p256.sig"),
			pot: data!("ak_p256_pot.attest"),
			pot_signature: data!("ak_p256_pot.sig"),
		},
		Genuine {
			ak: data!("ak_rsa2048.tpmt"),
			attest: *data!("ak_rsa2048.attest"),
			signature: data!("ak_rsa2048.sig"),
			pot: data!("ak_rsa2048_pot.attest"),
			pot_signature: data!("ak_rsa2048_pot.sig"),
		},
	]
}

/// The certified endorsement key, through the whole chain of checks.
fn ek(leaf: &[u8], issuer: &[u8]) -> EkPublic {
	UnverifiedLeaf::parse(leaf)
		.and_then(|leaf| {
			leaf.verify::<RustCrypto>(
				&IssuerKey::from_spki(issuer)?,
				SignatureAlgorithm::RsaSha256,
			)
		})
		.and_then(|leaf| {
			leaf.certify(LeafRules {
				now: 4_000_000_000,
				class: HardwareClass::Dev,
				vendor: 0x1014,
				requires_purpose: true,
				is_denied: |_: &[u8]| false,
			})
		})
		.expect("a genuine certificate")
		.key()
		.clone()
}

fn rsa_ek() -> EkPublic {
	ek(data!("ek_rsa2048.der"), data!("issuer_rsa3072.spki"))
}

fn binding() -> QuoteBinding {
	QuoteBinding::decode(&mut &data!("binding.scale")[..]).expect("a binding")
}

fn pcrs() -> Vec<[u8; 32]> {
	data!("pcrs")
		.chunks(32)
		.map(|value| value.try_into().expect("32 bytes"))
		.collect()
}

fn attest(genuine: &Genuine, attest: &[u8]) -> Result<VerifiedAttest, EvidenceError> {
	let ak = AkPublic::parse(genuine.ak).expect("an attestation key");
	let signer = ak.qualified_name(&rsa_ek()).expect("two different keys");
	let (binding, pcrs) = (binding(), pcrs());
	let evidence = AttestEvidence {
		quote: attest,
		signature: genuine.signature,
		binding: &binding,
		rk_public: data!("rk.tpmt"),
		pcr_values: &pcrs,
	};
	inspect_attest(&evidence, &context(&ak, &signer))?.verify::<RustCrypto>()
}

fn context<'a>(ak: &'a AkPublic, signer: &'a QualifiedName) -> AttestContext<'a> {
	AttestContext {
		ak,
		signer,
		selection: HardwareClass::Dev.selection(),
		denied_firmware: &[],
		binding: ExpectedBinding {
			genesis: [1; 32],
			module: 7,
			round: 3,
			head: 1000,
			window: 20,
			nonce_block_hash: Some([2; 32]),
			committee_nonce: [0; 32],
		},
		boot: None,
		first_boot_seq: 1,
	}
}

#[test]
fn genuine_boot_evidence_accepted() {
	for genuine in genuine() {
		assert!(attest(&genuine, &genuine.attest).is_ok());
	}
}

#[test]
fn genuine_boot_evidence_with_any_flipped_byte_refused() {
	for genuine in genuine() {
		for at in 0..145 {
			for bit in [0x01, 0x10, 0x80] {
				let mut forged = genuine.attest;
				forged[at] ^= bit;
				assert!(attest(&genuine, &forged).is_err(), "byte {at}");
			}
		}
	}
}

#[test]
fn genuine_errand_evidence_accepted() {
	for genuine in genuine() {
		let ak = AkPublic::parse(genuine.ak).expect("an attestation key");
		let signer = ak.qualified_name(&rsa_ek()).expect("two different keys");
		let boot = attest(&genuine, &genuine.attest).expect("good evidence");
		let context = PotContext {
			ak: &ak,
			signer: &signer,
			selection: HardwareClass::Dev.selection(),
			pcr_digest: boot.pcr_digest(),
			firmware_version: boot.firmware_version(),
			binding: &pot_binding(),
		};
		let evidence = PotEvidence {
			quote: genuine.pot,
			signature: genuine.pot_signature,
		};
		let pot = inspect_pot(&evidence, &context).expect("good evidence");
		let pot = pot.verify::<RustCrypto>().expect("a good signature");
		assert_ne!(pot.quote_hash(), boot.quote_hash());
	}
}

#[test]
fn genuine_p384_leaf_accepted() {
	let ek = ek(data!("ek_p384.der"), data!("ek_p384_issuer.spki"));
	assert!(matches!(ek, EkPublic::P384 { .. }));
}

#[test]
fn genuine_leaf_of_other_issuer_refused() {
	let leaf = UnverifiedLeaf::parse(data!("ek_rsa2048.der")).expect("a certificate");
	let issuer = IssuerKey::from_spki(data!("ek_p384_issuer.spki")).expect("an issuer");
	let refused = leaf.verify::<RustCrypto>(&issuer, SignatureAlgorithm::RsaSha256);
	assert_eq!(refused.err(), Some(tea_tpm::CertificateError::Signature));
}

/// Forgeries with a genuine signature of a genuine restricted key.
#[test]
fn genuine_signatures_on_forgeries_do_not_help() {
	let ak = AkPublic::parse(data!("forged_ak.tpmt")).expect("an attestation key");
	let ek = EkPublic::parse(data!("forged_ek.tpmt")).expect("an endorsement key");
	let signer = ak.qualified_name(&ek).expect("two different keys");
	let forgeries: [(&str, &[u8], &[u8], QuoteError); 9] = [
		(
			"magic",
			data!("forged_magic.attest"),
			data!("forged_magic.sig"),
			QuoteError::Magic,
		),
		(
			"certify",
			data!("forged_certify.attest"),
			data!("forged_certify.sig"),
			QuoteError::Type,
		),
		(
			"pcr16",
			data!("forged_pcr16.attest"),
			data!("forged_pcr16.sig"),
			QuoteError::PcrBitmap,
		),
		(
			"superset",
			data!("forged_superset.attest"),
			data!("forged_superset.sig"),
			QuoteError::PcrBitmap,
		),
		(
			"subset",
			data!("forged_subset.attest"),
			data!("forged_subset.sig"),
			QuoteError::PcrBitmap,
		),
		(
			"SHA-1 bank",
			data!("forged_sha1_bank.attest"),
			data!("forged_sha1_bank.sig"),
			QuoteError::PcrBank,
		),
		(
			"short nonce",
			data!("forged_short_nonce.attest"),
			data!("forged_short_nonce.sig"),
			QuoteError::Length,
		),
		(
			"long nonce",
			data!("forged_long_nonce.attest"),
			data!("forged_long_nonce.sig"),
			QuoteError::Length,
		),
		(
			"two selections",
			data!("forged_two_selections.attest"),
			data!("forged_two_selections.sig"),
			QuoteError::Length,
		),
	];
	for (name, attest, signature, error) in forgeries {
		use sha2::{Digest, Sha256};
		let signature = TpmSignature::parse(signature).expect("a signature");
		let digest = Sha256::digest(attest).into();
		assert_eq!(
			RustCrypto::attestation(&ak, &digest, &signature),
			Ok(()),
			"{name}"
		);
		let refused = Quote::parse(attest).and_then(|quote| {
			quote.check_signer(&signer)?;
			quote.check_selection(PcrSelection::UEFI)
		});
		assert_eq!(refused, Err(error), "{name}");
	}
}

/// The chip opened exactly these blobs; the same root value makes them again bit for bit.
#[test]
fn challenges_that_a_chip_opened_are_made_again() {
	let opened: [(&[u8], &[u8], &[u8]); 3] = [
		(
			data!("challenge_rsa2048.ek"),
			data!("challenge_rsa2048.name"),
			data!("challenge_rsa2048.blob"),
		),
		(
			data!("challenge_p256.ek"),
			data!("challenge_p256.name"),
			data!("challenge_p256.blob"),
		),
		(
			data!("challenge_p384.ek"),
			data!("challenge_p384.name"),
			data!("challenge_p384.blob"),
		),
	];
	for (ek, name, blob) in opened {
		let ek = EkPublic::parse(ek).expect("an endorsement key");
		let name = ObjectName(name.try_into().expect("a Name"));
		let place = ChallengeContext {
			genesis: [1; 32],
			module: 7,
			round: 1,
			slot: 0,
		};
		let challenge = Challenge::new(&[0; 32], &place, &ek, &name).expect("a challenge");
		assert_eq!(challenge.blob().as_bytes(), blob);
		assert!(challenge.is(blob, challenge.commitment()));
	}
}
