//! What verification costs, natively and inside the wasm engine of a node, beside OpenSSL on the same machine.
//!
//! Prints tables in Markdown. `benchmarks/tpm` runs this and keeps the result with the facts of the machine.

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/battery/cert.rs"]
mod cert;
#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/battery/lab.rs"]
mod lab;
#[path = "../../tests/wycheproof/wasm.rs"]
mod wasm;
mod work;

use std::{fs, process::Command, time::Duration};

use cert::{Issuer, Leaf, extension, integer};
use codec::Encode;
use lab::SoftKey;
use tea_tpm::{
	AkPublic, EkPublic, SignatureAlgorithm, UnverifiedLeaf,
	leaf::MAX_LEAF_LEN,
	pot::{batch_path, batch_root},
};
use wasm::Guest;

/// A batch of repetitions takes about this long; the median over [`BATCHES`] of them counts.
const BATCH: Duration = Duration::from_millis(40);
const BATCHES: usize = 15;

/// Ref time that normal calls may use in a block: 75 % of the runtime's `MAX_BLOCK_WEIGHT`.
const NORMAL_BLOCK: Duration = Duration::from_millis(750);

/// A piece of work, its ceiling if it has one, and what OpenSSL calls the signature in it.
struct Row {
	name: String,
	job: Vec<u8>,
	openssl: Option<&'static str>,
	ceiling: Option<Duration>,
}

/// Time that this thread was computing, so that other work on the machine counts as little as it can. OpenSSL's own
/// measurement does the same.
fn now() -> Duration {
	// The kernel brings its account of a thread up to date when the thread gives way.
	std::thread::yield_now();
	let account =
		fs::read_to_string("/proc/thread-self/schedstat").expect("the scheduler's account");
	let nanoseconds = account
		.split(' ')
		.next()
		.and_then(|number| number.parse().ok());
	Duration::from_nanos(nanoseconds.expect("a number of nanoseconds"))
}

/// Median time of one repetition.
fn median(mut repeat: impl FnMut(u32)) -> Duration {
	let (mut times, mut took) = (1u32, Duration::ZERO);
	while took < BATCH / 4 {
		times = if took.is_zero() { 1 } else { times * 4 };
		let start = now();
		repeat(times);
		took = now() - start;
	}
	let fitting = f64::from(times) * BATCH.as_secs_f64() / took.as_secs_f64();
	let times = (fitting as u32).max(1);
	let mut batches: Vec<Duration> = (0..BATCHES)
		.map(|_| {
			let start = now();
			repeat(times);
			(now() - start) / times
		})
		.collect();
	batches.sort();
	batches[BATCHES / 2]
}

fn encode(kind: u8, fields: &[&[u8]]) -> Vec<u8> {
	let mut bytes = vec![kind];
	for field in fields {
		let len = u16::try_from(field.len()).expect("a short field");
		bytes.extend_from_slice(&len.to_be_bytes());
		bytes.extend_from_slice(field);
	}
	bytes
}

macro_rules! data {
	($name:literal) => {
		include_bytes!(concat!("../../tests/data/", $name))
	};
}

/// A certificate of `len` bytes, or as long as it comes.
fn leaf(issuer: &Issuer, len: Option<usize>) -> Vec<u8> {
	let numbered = |number: u8, filler: usize| {
		let mut leaf = Leaf::rsa(issuer.identifier());
		leaf.serial = integer(&[1, number]);
		if filler > 0 {
			leaf.extensions
				.push(extension("2a0304", None, &vec![0; filler]));
		}
		leaf.sign(issuer)
	};
	let Some(len) = len else {
		return numbered(0, 0);
	};
	// Signatures of elliptic curves differ in length by a few bytes: another number gives another signature.
	let filler = len + 2000 - numbered(0, 2000).len();
	(0..=u8::MAX)
		.map(|number| numbered(number, filler))
		.find(|leaf| leaf.len() == len)
		.expect("a signature of the usual length")
}

fn rows() -> Vec<Row> {
	use SignatureAlgorithm::{RsaSha256, RsaSha384};
	let mut rows = Vec::new();
	let mut row = |name: &str, job: Vec<u8>, openssl, ceiling_us: Option<u64>| {
		rows.push(Row {
			name: name.into(),
			job,
			openssl,
			ceiling: ceiling_us.map(Duration::from_micros),
		});
	};

	struct Boot {
		name: &'static str,
		openssl: &'static str,
		ak: &'static [u8],
		quote: &'static [u8],
		signature: &'static [u8],
		pot: &'static [u8],
		pot_signature: &'static [u8],
	}
	let boots = [
		Boot {
			name: "P-256",
			openssl: "ecdsap256",
			ak: data!("ak_p256.tpmt"),
			quote: data!("ak_p256.attest"),
			signature: data!("ak_p256.sig"),
			pot: data!("ak_p256_pot.attest"),
			pot_signature: data!("ak_p256_pot.sig"),
		},
		Boot {
			name: "RSA-2048",
			openssl: "rsa2048",
			ak: data!("ak_rsa2048.tpmt"),
			quote: data!("ak_rsa2048.attest"),
			signature: data!("ak_rsa2048.sig"),
			pot: data!("ak_rsa2048_pot.attest"),
			pot_signature: data!("ak_rsa2048_pot.sig"),
		},
	];
	let ek = {
		let issuer =
			tea_tpm::IssuerKey::from_spki(data!("issuer_rsa3072.spki")).expect("an issuer");
		let rules = tea_tpm::LeafRules {
			now: 4_000_000_000,
			class: tea_tpm::HardwareClass::Dev,
			vendor: 0x1014,
			requires_purpose: true,
			is_denied: |_: &[u8]| false,
		};
		let leaf = UnverifiedLeaf::parse(data!("ek_rsa2048.der")).expect("a certificate");
		let leaf = leaf
			.verify::<tea_tpm::RustCrypto>(&issuer, RsaSha256)
			.expect("a signature of the issuer");
		leaf.certify(rules)
			.expect("an endorsement key")
			.key()
			.clone()
	};
	for boot in &boots {
		let ak = AkPublic::parse(boot.ak).expect("an attestation key");
		row(
			&format!("signature of a quote, {}", boot.name),
			encode(work::QUOTE, &[&ak.encode(), boot.quote, boot.signature]),
			Some(boot.openssl),
			None,
		);
	}
	for boot in &boots {
		let ak = AkPublic::parse(boot.ak).expect("an attestation key");
		let signer = ak.qualified_name(&ek).expect("two different keys");
		let ak = ak.encode();
		let mut fields: Vec<&[u8]> = vec![
			&ak,
			&signer.0,
			boot.quote,
			boot.signature,
			data!("binding.scale"),
			data!("rk.tpmt"),
		];
		fields.extend(data!("pcrs").chunks(32));
		row(
			&format!("`attest`: inspect, verify, judge, {}", boot.name),
			encode(work::ATTEST, &fields),
			Some(boot.openssl),
			Some(4000),
		);
		fields.extend([boot.pot, boot.pot_signature]);
		row(
			&format!("`complete`: quote of an errand, {}", boot.name),
			encode(work::POT, &fields),
			Some(boot.openssl),
			Some(5000),
		);
	}
	let pots: Vec<[u8; 32]> = (0..32).map(|index| [index; 32]).collect();
	let (path, depth) = batch_path(&pots, 0).expect("a member");
	let root = batch_root(&pots).expect("a batch");
	let mut fields: Vec<&[u8]> = vec![&root, &pots[0]];
	fields.extend(path[..depth].iter().map(|sibling| &sibling[..]));
	row(
		"further errand of a batch of 32: membership",
		encode(work::BATCH, &fields),
		None,
		Some(1500),
	);

	let issuers = [
		("RSA-2048, SHA-256", "rsa2048", Issuer::rsa(2048, RsaSha256)),
		("RSA-2048, SHA-384", "rsa2048", Issuer::rsa(2048, RsaSha384)),
		("RSA-3072, SHA-256", "rsa3072", Issuer::rsa(3072, RsaSha256)),
		("RSA-3072, SHA-384", "rsa3072", Issuer::rsa(3072, RsaSha384)),
		("RSA-4096, SHA-256", "rsa4096", Issuer::rsa(4096, RsaSha256)),
		("RSA-4096, SHA-384", "rsa4096", Issuer::rsa(4096, RsaSha384)),
		("P-256, SHA-256", "ecdsap256", Issuer::p256()),
		("P-384, SHA-384", "ecdsap384", Issuer::p384()),
	];
	for (name, openssl, issuer) in &issuers {
		let leaf = leaf(issuer, None);
		row(
			&format!("certificate of {} bytes, issuer {name}", leaf.len()),
			encode(
				work::LEAF,
				&[&issuer.key().encode(), &issuer.algorithm().encode(), &leaf],
			),
			Some(openssl),
			None,
		);
	}
	for (name, openssl, issuer) in &issuers {
		let leaf = leaf(issuer, Some(MAX_LEAF_LEN));
		// The modulus of both keys goes through the fingerprint test.
		let ak = SoftKey::rsa(2048).public();
		let other = rsa_modulus_with(&ak);
		row(
			&format!("`register`, {} bytes, issuer {name}", leaf.len()),
			encode(
				work::REGISTER,
				&[
					&issuer.key().encode(),
					&issuer.algorithm().encode(),
					&leaf,
					&other,
				],
			),
			Some(openssl),
			Some(8000),
		);
	}

	let challenges: [(&str, &[u8], &[u8]); 3] = [
		(
			"RSA-2048",
			data!("challenge_rsa2048.ek"),
			data!("challenge_rsa2048.name"),
		),
		(
			"P-256",
			data!("challenge_p256.ek"),
			data!("challenge_p256.name"),
		),
		(
			"P-384",
			data!("challenge_p384.ek"),
			data!("challenge_p384.name"),
		),
	];
	for (name, ek, ak_name) in challenges {
		let ek = EkPublic::parse(ek).expect("an endorsement key");
		row(
			&format!("`reveal`: challenge made again, {name}"),
			encode(work::CHALLENGE, &[&[0; 32], &ek.encode(), ak_name]),
			None,
			None,
		);
	}
	row(
		"`respond`: commitment of one secret",
		encode(work::COMMITMENT, &[&[5; 32]]),
		None,
		Some(1500),
	);
	rows
}

/// The public area of an RSA attestation key that is not the endorsement key of the certificates.
fn rsa_modulus_with(ak: &[u8]) -> Vec<u8> {
	let mut other = ak.to_vec();
	other[100] ^= 1;
	AkPublic::parse(&other).expect("an odd number of 2048 bits");
	other
}

/// Verifications per second by OpenSSL, as `openssl speed` names and measures them.
fn openssl() -> Vec<(String, Duration)> {
	let names = ["rsa2048", "rsa3072", "rsa4096", "ecdsap256", "ecdsap384"];
	let Ok(output) = Command::new("openssl")
		.args(["speed", "-seconds", "2", "-mr"])
		.args(names)
		.output()
	else {
		return Vec::new();
	};
	// +F2 for RSA, +F4 for ECDSA: number, bits, signatures per second, verifications per second.
	let text = String::from_utf8_lossy(&output.stdout).into_owned();
	text.lines()
		.filter_map(|line| {
			let mut parts = line.split(':');
			let family = match parts.next()? {
				"+F2" => "rsa",
				"+F4" => "ecdsap",
				_ => return None,
			};
			let bits = parts.nth(1)?;
			let per_second: f64 = parts.nth(1)?.trim().parse().ok()?;
			Some((
				format!("{family}{bits}"),
				Duration::from_secs_f64(1.0 / per_second),
			))
		})
		.collect()
}

fn micros(time: Duration) -> f64 {
	time.as_secs_f64() * 1e6
}

fn main() {
	// `cargo test --benches` only wants to know that it runs.
	let is_dry = !std::env::args().any(|arg| arg == "--bench");
	// Any other word chooses the rows that contain it.
	let wanted: Vec<String> = std::env::args()
		.skip(1)
		.filter(|arg| !arg.starts_with('-'))
		.collect();
	let mut guest = Guest::new();
	let openssl = if is_dry { Vec::new() } else { openssl() };
	println!(
		"| what | wasm, µs | native, µs | wasm ÷ native | OpenSSL, µs | wasm ÷ OpenSSL | ceiling, µs | used |"
	);
	println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
	let mut attest = Duration::ZERO;
	let mut quotes = Vec::new();
	let is_wanted = |row: &Row| wanted.iter().all(|word| row.name.contains(word));
	for row in rows().into_iter().filter(is_wanted) {
		if is_dry {
			work::repeat(&row.job, 1).expect(&row.name);
			guest.measure(&row.job, 1);
			continue;
		}
		let native = median(|times| work::repeat(&row.job, times).expect(&row.name));
		let wasm = median(|times| guest.measure(&row.job, times));
		let reference = row.openssl.and_then(|name| {
			openssl
				.iter()
				.find(|(known, _)| known == name)
				.map(|(_, time)| *time)
		});
		let dash = || String::from("–");
		println!(
			"| {} | {:.1} | {:.1} | {:.2} | {} | {} | {} | {} |",
			row.name,
			micros(wasm),
			micros(native),
			micros(wasm) / micros(native),
			reference.map_or_else(dash, |time| format!("{:.1}", micros(time))),
			reference.map_or_else(dash, |time| format!("{:.1}", micros(wasm) / micros(time))),
			row.ceiling
				.map_or_else(dash, |time| format!("{:.0}", micros(time))),
			row.ceiling.map_or_else(dash, |time| format!(
				"{:.1} %",
				100.0 * micros(wasm) / micros(time)
			)),
		);
		if row.name.starts_with("`attest`") {
			attest = attest.max(wasm);
			quotes.push((row.name, wasm));
		}
	}
	println!();
	for (name, wasm) in quotes {
		println!(
			"* {name}: {:.0} in the {} ms that normal calls may use in a block.",
			NORMAL_BLOCK.as_secs_f64() / wasm.as_secs_f64(),
			NORMAL_BLOCK.as_millis(),
		);
	}
	println!(
		"* 24 of the slower kind, the renewals of 10 000 modules in one block: {:.0} ms.",
		24.0 * attest.as_secs_f64() * 1e3
	);
}
