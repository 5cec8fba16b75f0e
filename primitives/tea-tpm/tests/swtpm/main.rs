//! Genuine evidence of a software TPM, made while the test runs.
//!
//! With `TEA_TPM_FIXTURES` naming a directory, the evidence of [`evidence_of_a_whole_boot`] and of the
//! forgeries is written there: that is how `tests/data` was made (`tests/data/make.sh`).

mod tpm;

use std::{fs, path::PathBuf};

use codec::Encode;
use sha2::{Digest, Sha256};
use tea_tpm::{
	AkPublic, AttestContext, AttestEvidence, Challenge, ChallengeContext, EkCertificate, EkKind,
	EkPublic, Ephemeral, EvidenceError, HardwareClass, IssuerKey, LeafRules, ObjectName,
	PcrSelection, PotContext, PotEvidence, PublicError, QualifiedName, Quote, QuoteBinding,
	QuoteError, RkPublic, RustCrypto, SigVerify, SignatureAlgorithm, TpmSignature, UnverifiedLeaf,
	VerifiedAttest,
	binding::{ExpectedBinding, QUOTE_DOMAIN, committee_nonce},
	evidence::{inspect_attest, inspect_pot},
	make_credential, nv,
	pot::PotBinding,
	public::rk_policy,
};
use tpm::{Attestation, Key, Tpm, UEFI_PCRS};

const AK: &str = "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|sign";
const ECC: &str = "ecc256:ecdsa-sha256:null";
const RSA: &str = "rsa2048:rsassa-sha256:null";

/// Keeps a piece of evidence for `tests/data`, when asked to.
fn keep(name: &str, bytes: &[u8]) {
	if let Some(dir) = std::env::var_os("TEA_TPM_FIXTURES") {
		fs::write(PathBuf::from(dir).join(name), bytes).expect(name);
	}
}

fn keep_attestation(name: &str, attestation: &Attestation) {
	keep(&format!("{name}.attest"), &attestation.attest);
	keep(&format!("{name}.sig"), &attestation.signature);
}

/// The issuer's public key, read by an independent parser.
fn issuer_spki(tpm: &Tpm) -> Vec<u8> {
	let issuer = tpm.issuer();
	let (_, certificate) = x509_parser::parse_x509_certificate(&issuer).expect("a certificate");
	certificate.public_key().raw.to_vec()
}

fn certify<'a>(leaf: &'a [u8], issuer: &[u8], class: HardwareClass) -> EkCertificate<'a> {
	let issuer = IssuerKey::from_spki(issuer).expect("an issuer");
	UnverifiedLeaf::parse(leaf)
		.expect("a certificate")
		.verify::<RustCrypto>(&issuer, SignatureAlgorithm::RsaSha256)
		.expect("a signature of the issuer")
		.certify(LeafRules {
			now: 4_000_000_000,
			class,
			vendor: 0x1014,
			requires_purpose: true,
			is_denied: |_: &[u8]| false,
		})
		.expect("an endorsement certificate")
}

/// The statement that the quotes of these tests are bound to.
fn binding(rk_name: ObjectName) -> QuoteBinding {
	QuoteBinding {
		domain: QUOTE_DOMAIN,
		genesis: [1; 32],
		module: 7,
		round: 3,
		nonce_block: 990,
		nonce_block_hash: [2; 32],
		committee_nonce: [0; 32],
		session_key: [3; 32],
		vrf_key: [4; 32],
		transport_key: [5; 32],
		rk_name,
		boot_seq: 1,
		manifest_root: [6; 32],
		log_root: [7; 32],
	}
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

fn attest(
	attestation: &Attestation,
	binding: &QuoteBinding,
	rk: &Key,
	pcr_values: &[[u8; 32]],
	context: &AttestContext<'_>,
) -> Result<VerifiedAttest, EvidenceError> {
	let evidence = AttestEvidence {
		quote: &attestation.attest,
		signature: &attestation.signature,
		binding,
		rk_public: &rk.public,
		pcr_values,
	};
	inspect_attest(&evidence, context)?.verify::<RustCrypto>()
}

fn name(bytes: &[u8]) -> ObjectName {
	ObjectName(bytes.try_into().expect("a SHA-256 Name"))
}

#[test]
fn evidence_of_a_whole_boot() {
	let tpm = Tpm::manufacture();
	tpm.boot();
	let spki = issuer_spki(&tpm);
	keep("issuer_rsa3072.spki", &spki);
	let leaf = tpm.ek_leaf(EkKind::Rsa2048);
	keep("ek_rsa2048.der", &leaf);
	let certificate = certify(&leaf, &spki, HardwareClass::Dev);

	let ek = tpm.ek(EkKind::Rsa2048);
	let rk = tpm.rk(UEFI_PCRS);
	keep("rk.tpmt", &rk.public);
	let pcrs = tpm.pcrs(UEFI_PCRS);
	keep("pcrs", pcrs.as_flattened());
	let binding = binding(name(&rk.name));
	keep("binding.scale", &binding.encode());

	for (algorithm, file) in [(ECC, "ak_p256"), (RSA, "ak_rsa2048")] {
		let key = tpm.child(&ek, EkKind::Rsa2048, algorithm, AK);
		keep(&format!("{file}.tpmt"), &key.public);
		let ak = AkPublic::parse(&key.public).expect("an attestation key");
		assert_eq!(ak.name().0[..], key.name);
		let signer = ak
			.qualified_name(certificate.key())
			.expect("two different keys");
		let quote = tpm.quote(&key, UEFI_PCRS, &binding.hash());
		keep_attestation(file, &quote);

		let verified =
			attest(&quote, &binding, &rk, &pcrs, &context(&ak, &signer)).expect("good evidence");
		assert_eq!(verified.rk_name().0[..], rk.name);
		assert_eq!(verified.quote_hash()[..], Sha256::digest(&quote.attest)[..]);

		let pot = PotBinding {
			genesis: [1; 32],
			module: 7,
			boot_seq: 1,
			pot_root: [8; 32],
			nonces: [9; 32],
		};
		let quote = tpm.quote(&key, UEFI_PCRS, &pot.hash());
		keep_attestation(&format!("{file}_pot"), &quote);
		let evidence = PotEvidence {
			quote: &quote.attest,
			signature: &quote.signature,
		};
		let context = PotContext {
			ak: &ak,
			signer: &signer,
			selection: HardwareClass::Dev.selection(),
			pcr_digest: verified.pcr_digest(),
			firmware_version: verified.firmware_version(),
			binding: &pot,
		};
		let pot = inspect_pot(&evidence, &context).expect("good evidence");
		let pot = pot.verify::<RustCrypto>().expect("a good signature");
		assert!(pot.counters().clock > verified.counters().clock);
	}
}

#[test]
fn certified_keys_are_what_the_chip_shows() {
	let tpm = Tpm::manufacture();
	let spki = issuer_spki(&tpm);
	for (kind, file) in [(EkKind::Rsa2048, "ek_rsa2048"), (EkKind::P384, "ek_p384")] {
		let leaf = tpm.ek_leaf(kind);
		if kind == EkKind::P384 {
			keep("ek_p384.der", &leaf);
			keep("ek_p384_issuer.spki", &spki);
		}
		let certificate = certify(&leaf, &spki, HardwareClass::Dev);
		let key = tpm.ek(kind);
		assert_eq!(
			certificate.key().public_area().as_bytes(),
			key.public,
			"{file}"
		);
		assert_eq!(certificate.key().name().as_ref(), key.name, "{file}");
		assert_eq!(
			EkPublic::parse(&key.public).as_ref(),
			Ok(certificate.key()),
			"{file}"
		);
		assert_eq!(nv::certificate(&leaf), Ok(&leaf[..]), "{file}");

		let (_, independent) = x509_parser::parse_x509_certificate(&leaf).expect("a certificate");
		let spki = independent.public_key().raw;
		assert_eq!(
			certificate.key().id()[..],
			Sha256::digest(spki)[..],
			"{file}"
		);
		let validity = independent.validity();
		assert_eq!(
			certificate.not_before() as i64,
			validity.not_before.timestamp(),
			"{file}"
		);
		assert_eq!(
			certificate.not_after() as i64,
			validity.not_after.timestamp(),
			"{file}"
		);
		assert_eq!(certificate.serial(), independent.raw_serial(), "{file}");
		assert_eq!(
			certificate.attributes().model,
			Some(&b"swtpm"[..]),
			"{file}"
		);
	}
	let key = tpm.ek(EkKind::P256);
	let ek = EkPublic::parse(&key.public).expect("a P-256 endorsement key");
	assert_eq!(ek.public_area().as_bytes(), key.public);
	assert_eq!(ek.name().as_ref(), key.name);
}

#[test]
fn software_tpm_is_refused_outside_class_dev() {
	let tpm = Tpm::manufacture();
	let (leaf, spki) = (tpm.ek_leaf(EkKind::Rsa2048), issuer_spki(&tpm));
	let issuer = IssuerKey::from_spki(&spki).expect("an issuer");
	let refused = UnverifiedLeaf::parse(&leaf)
		.expect("a certificate")
		.verify::<RustCrypto>(&issuer, SignatureAlgorithm::RsaSha256)
		.expect("a signature of the issuer")
		.certify(LeafRules {
			now: 4_000_000_000,
			class: HardwareClass::C,
			vendor: 0x1014,
			requires_purpose: true,
			is_denied: |_: &[u8]| false,
		});
	assert_eq!(refused, Err(tea_tpm::CertificateError::SoftwareTpm));
}

#[test]
fn qualified_names_hold_under_every_kind_of_endorsement_key() {
	let tpm = Tpm::manufacture();
	for kind in [EkKind::Rsa2048, EkKind::P256, EkKind::P384] {
		let ek = tpm.ek(kind);
		let key = tpm.child(&ek, kind, ECC, AK);
		let ak = AkPublic::parse(&key.public).expect("an attestation key");
		let ek = EkPublic::parse(&ek.public).expect("an endorsement key");
		let signer = ak.qualified_name(&ek).expect("two different keys");
		let quote = tpm.quote(&key, UEFI_PCRS, &[0; 32]);
		let quote = Quote::parse(&quote.attest).expect("a quote of the profile");
		assert_eq!(quote.check_signer(&signer), Ok(()), "{kind:?}");
	}
}

#[test]
fn chip_opens_challenges_for_every_kind_of_endorsement_key() {
	let tpm = Tpm::manufacture();
	for kind in [EkKind::Rsa2048, EkKind::P256, EkKind::P384] {
		let ek = tpm.ek(kind);
		let key = tpm.child(&ek, kind, ECC, AK);
		let public = EkPublic::parse(&ek.public).expect("an endorsement key");
		for slot in 0..3 {
			let place = ChallengeContext {
				genesis: [1; 32],
				module: 7,
				round: 1,
				slot,
			};
			let challenge = Challenge::new(&[slot; 32], &place, &public, &name(&key.name))
				.expect("a challenge");
			if slot == 0 {
				keep(&format!("challenge_{kind:?}.ek").to_lowercase(), &ek.public);
				keep(
					&format!("challenge_{kind:?}.name").to_lowercase(),
					&key.name,
				);
				keep(
					&format!("challenge_{kind:?}.blob").to_lowercase(),
					challenge.blob().as_bytes(),
				);
			}
			let opened = tpm.activate(&ek, kind, &key, challenge.blob().as_bytes());
			assert_eq!(opened.as_deref(), Ok(&challenge.secret()[..]), "{kind:?}");
			assert_eq!(
				place.commitment(challenge.secret()),
				*challenge.commitment()
			);
		}
	}
}

/// Coordinates keep their leading zeros in every derivation.
#[test]
fn chip_opens_credentials_with_short_coordinates() {
	let tpm = Tpm::manufacture();
	let ek = tpm.ek(EkKind::P256);
	let key = tpm.child(&ek, EkKind::P256, ECC, AK);
	let public = EkPublic::parse(&ek.public).expect("an endorsement key");
	let EkPublic::P256 { x, y } = &public else {
		panic!("a P-256 key")
	};
	let scalar = |number: u16| {
		let mut scalar = [0; 32];
		scalar[30..].copy_from_slice(&number.to_be_bytes());
		scalar
	};
	let short = |wanted: fn(&tea_tpm::curve::Shared<32>) -> u8| {
		(1..)
			.map(scalar)
			.find(|scalar| {
				wanted(&tea_tpm::curve::p256::share(x, y, scalar).expect("a shared point")) == 0
			})
			.expect("one scalar in 256 gives a short coordinate")
	};
	let scalars = [
		short(|shared| shared.ephemeral_x[0]),
		short(|shared| shared.ephemeral_y[0]),
		short(|shared| shared.secret[0]),
	];
	for scalar in scalars {
		let credential = make_credential(
			&public,
			&name(&key.name),
			&[9; 32],
			&Ephemeral::P256(scalar),
		)
		.expect("a credential");
		let opened = tpm.activate(&ek, EkKind::P256, &key, credential.as_bytes());
		assert_eq!(opened.as_deref(), Ok(&[9; 32][..]));
	}
}

#[test]
fn credential_for_another_object_stays_closed() {
	let tpm = Tpm::manufacture();
	let ek = tpm.ek(EkKind::Rsa2048);
	let (mine, other) = (
		tpm.child(&ek, EkKind::Rsa2048, ECC, AK),
		tpm.child(&ek, EkKind::Rsa2048, ECC, AK),
	);
	let public = EkPublic::parse(&ek.public).expect("an endorsement key");
	let ephemeral = Ephemeral::Rsa2048 {
		seed: [1; 32],
		oaep: [2; 32],
	};
	let credential =
		make_credential(&public, &name(&mine.name), &[9; 32], &ephemeral).expect("a credential");
	let open = |key| tpm.activate(&ek, EkKind::Rsa2048, key, credential.as_bytes());
	assert!(open(&mine).is_ok());
	assert!(open(&other).is_err());
}

#[test]
fn receive_key_opens_in_its_state_only() {
	let tpm = Tpm::manufacture();
	tpm.boot();
	let ek = tpm.ek(EkKind::Rsa2048);
	let rk = tpm.rk(UEFI_PCRS);
	let pcrs = tpm.pcrs(UEFI_PCRS);
	let digest = Sha256::digest(pcrs.as_flattened()).into();
	let policy = rk_policy(PcrSelection::UEFI, &digest);
	let public = RkPublic::parse(&rk.public, &policy).expect("a receive key");
	assert_eq!(public.name().0[..], rk.name);
	assert_eq!(
		RkPublic::parse(&rk.public, &rk_policy(PcrSelection::DRTM, &digest)),
		Err(PublicError::Policy)
	);

	let ek_public = EkPublic::parse(&ek.public).expect("an endorsement key");
	let ephemeral = Ephemeral::Rsa2048 {
		seed: [1; 32],
		oaep: [2; 32],
	};
	let credential =
		make_credential(&ek_public, &public.name(), &[9; 32], &ephemeral).expect("a credential");
	let open = || tpm.activate_rk(&ek, EkKind::Rsa2048, &rk, UEFI_PCRS, credential.as_bytes());
	assert_eq!(open().as_deref(), Ok(&[9; 32][..]));
	tpm.extend(11, 1);
	assert!(open().is_err());
}

/// Forgeries that carry a real signature of a real restricted key. Only the profile stops them.
#[test]
fn genuine_signatures_do_not_help_forgeries() {
	let tpm = Tpm::manufacture();
	tpm.boot();
	let ek = tpm.ek(EkKind::Rsa2048);
	let key = tpm.child(&ek, EkKind::Rsa2048, ECC, AK);
	keep("forged_ak.tpmt", &key.public);
	keep("forged_ek.tpmt", &ek.public);
	let ak = AkPublic::parse(&key.public).expect("an attestation key");
	let extra = committee_nonce(&[]);
	let expect = |file: &str, attestation: Attestation, error: QuoteError| {
		keep_attestation(file, &attestation);
		let digest = Sha256::digest(&attestation.attest).into();
		let signature = TpmSignature::parse(&attestation.signature).expect("a signature");
		assert_eq!(
			RustCrypto::attestation(&ak, &digest, &signature),
			Ok(()),
			"{file}"
		);
		let refused = Quote::parse(&attestation.attest)
			.and_then(|quote| quote.check_selection(PcrSelection::UEFI));
		assert_eq!(refused, Err(error), "{file}");
	};

	let genuine = tpm.quote(&key, UEFI_PCRS, &extra);
	let mut renamed = genuine.attest.clone();
	renamed[0] = 0xfe;
	let forged = tpm
		.sign_bytes(&key, &renamed)
		.expect("a signature over foreign bytes");
	expect("forged_magic", forged, QuoteError::Magic);
	assert!(
		tpm.sign_bytes(&key, &genuine.attest).is_err(),
		"signs bytes with the TPM's magic"
	);

	expect("forged_certify", tpm.certify(&key, &key), QuoteError::Type);
	let quote = |pcrs: &str| tpm.quote(&key, pcrs, &extra);
	expect("forged_pcr16", quote("sha256:16"), QuoteError::PcrBitmap);
	expect(
		"forged_superset",
		quote("sha256:0,2,4,7,11,12,13,14,15"),
		QuoteError::PcrBitmap,
	);
	expect(
		"forged_subset",
		quote("sha256:0,2,4,7,11,12,13"),
		QuoteError::PcrBitmap,
	);
	expect(
		"forged_sha1_bank",
		quote("sha1:0,2,4,7,11,12,13,14"),
		QuoteError::PcrBank,
	);
	expect(
		"forged_short_nonce",
		tpm.quote(&key, UEFI_PCRS, &[1; 31]),
		QuoteError::Length,
	);
	expect(
		"forged_long_nonce",
		tpm.quote(&key, UEFI_PCRS, &[1; 33]),
		QuoteError::Length,
	);
	expect(
		"forged_two_selections",
		quote("sha256:16+sha256:0"),
		QuoteError::Length,
	);
}

#[test]
fn attestation_key_of_another_chip_is_refused() {
	let (mine, other) = (Tpm::manufacture(), Tpm::manufacture());
	let my_ek = mine.ek(EkKind::Rsa2048);
	let key = mine.child(&my_ek, EkKind::Rsa2048, ECC, AK);
	let ak = AkPublic::parse(&key.public).expect("an attestation key");
	let other_ek = EkPublic::parse(&other.ek(EkKind::Rsa2048).public).expect("a key");
	let signer = ak.qualified_name(&other_ek).expect("two different keys");
	let quote = mine.quote(&key, UEFI_PCRS, &[0; 32]);
	let quote = Quote::parse(&quote.attest).expect("a quote of the profile");
	assert_eq!(quote.check_signer(&signer), Err(QuoteError::Signer));
}

#[test]
fn unrestricted_and_movable_keys_are_refused_by_their_template() {
	let tpm = Tpm::manufacture();
	let ek = tpm.ek(EkKind::Rsa2048);
	let unrestricted = "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|sign";
	let movable = "sensitivedataorigin|userwithauth|noda|restricted|sign";
	for attributes in [unrestricted, movable] {
		let key = tpm.child(&ek, EkKind::Rsa2048, ECC, attributes);
		assert_eq!(
			AkPublic::parse(&key.public),
			Err(PublicError::Attributes),
			"{attributes}"
		);
	}
}
