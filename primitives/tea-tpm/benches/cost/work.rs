//! The pieces of work that a runtime does with this crate, the same code natively and inside wasm.
//!
//! A piece is a number and fields, each behind its length in two bytes. Whatever a runtime has at hand already,
//! decoded from its storage, is prepared before the first repetition.

use core::hint::black_box;

use codec::Decode;
use tea_tpm::{
	AkPublic, AttestContext, AttestEvidence, Boot, Challenge, ChallengeContext, EkPublic,
	HardwareClass, IssuerKey, LeafRules, ObjectName, PcrValues, PotContext, PotEvidence,
	QualifiedName, QuoteBinding, RustCrypto, SigVerify, SignatureAlgorithm, TpmSignature,
	UnverifiedLeaf,
	binding::ExpectedBinding,
	evidence::{inspect_attest, inspect_pot},
	pcr::Reference,
	pot::{PotBinding, is_in_batch},
};

/// The signature of a quote: attestation key, quote, `TPMT_SIGNATURE`.
pub(crate) const QUOTE: u8 = 0;
/// Reading a certificate and verifying its signature: issuer, algorithm, certificate.
pub(crate) const LEAF: u8 = 1;
/// All that `register` does: issuer, algorithm, certificate, `TPMT_PUBLIC` of the attestation key.
pub(crate) const REGISTER: u8 = 2;
/// All that `attest` does: attestation key, qualified name, quote, signature, binding, receive key, PCR values.
pub(crate) const ATTEST: u8 = 3;
/// All that `complete` does with a quote of its own: as [`ATTEST`], and the quote and signature of the errand.
pub(crate) const POT: u8 = 4;
/// Membership in a batch: root, PoT hash, five siblings.
pub(crate) const BATCH: u8 = 5;
/// Making a challenge again and comparing: root value, endorsement key, Name.
pub(crate) const CHALLENGE: u8 = 6;
/// Comparing a revealed secret with its commitment: secret.
pub(crate) const COMMITMENT: u8 = 7;

/// Does a piece of work `times` times; nothing if it was refused even once.
pub(crate) fn repeat(job: &[u8], times: u32) -> Option<()> {
	let (&kind, fields) = job.split_first()?;
	let mut fields = Fields(fields);
	let place = ChallengeContext {
		genesis: [1; 32],
		module: 7,
		round: 1,
		slot: 0,
	};
	match kind {
		QUOTE => {
			let key: AkPublic = fields.decode()?;
			let (quote, signature) = (fields.next()?, fields.next()?);
			each(times, || {
				let signature = TpmSignature::parse(black_box(signature)).ok()?;
				let digest = tea_tpm::Quote::parse(black_box(quote)).ok()?.hash();
				RustCrypto::attestation(&key, &digest, &signature).ok()
			})
		}
		LEAF => {
			let (key, algorithm): (IssuerKey, SignatureAlgorithm) =
				(fields.decode()?, fields.decode()?);
			let leaf = fields.next()?;
			each(times, || {
				let leaf = UnverifiedLeaf::parse(black_box(leaf)).ok()?;
				leaf.verify::<RustCrypto>(&key, algorithm).ok()
			})
		}
		REGISTER => {
			let (key, algorithm): (IssuerKey, SignatureAlgorithm) =
				(fields.decode()?, fields.decode()?);
			let (leaf, ak) = (fields.next()?, fields.next()?);
			each(times, || {
				register(&key, algorithm, black_box(leaf), black_box(ak))
			})
		}
		ATTEST => {
			let boot = BootEvidence::read(&mut fields)?;
			each(times, || boot.attest().filter(|known| *known == boot.known))
		}
		POT => {
			let boot = BootEvidence::read(&mut fields)?;
			let (quote, signature) = (fields.next()?, fields.next()?);
			each(times, || boot.pot(black_box(quote), black_box(signature)))
		}
		BATCH => {
			let (root, pot): ([u8; 32], [u8; 32]) = (fields.array()?, fields.array()?);
			let mut path = [[0; 32]; 5];
			for sibling in &mut path {
				*sibling = fields.array()?;
			}
			each(times, || {
				is_in_batch(black_box(&root), &pot, 0, 32, &path).then_some(())
			})
		}
		CHALLENGE => {
			let root = fields.array()?;
			let ek: EkPublic = fields.decode()?;
			let name = ObjectName(fields.array()?);
			let posted = Challenge::new(&root, &place, &ek, &name).ok()?;
			each(times, || {
				let again = Challenge::new(black_box(&root), &place, &ek, &name).ok()?;
				again
					.is(posted.blob().as_bytes(), posted.commitment())
					.then_some(())
			})
		}
		COMMITMENT => {
			let secret = fields.array()?;
			let commitment = place.commitment(&secret);
			each(times, || {
				(place.commitment(black_box(&secret)) == commitment).then_some(())
			})
		}
		_ => None,
	}
}

fn each<T>(times: u32, work: impl Fn() -> Option<T>) -> Option<()> {
	for _ in 0..times {
		black_box(work()?);
	}
	Some(())
}

fn register(
	issuer: &IssuerKey,
	algorithm: SignatureAlgorithm,
	leaf: &[u8],
	ak: &[u8],
) -> Option<([u8; 32], [u8; 32], QualifiedName)> {
	let leaf = UnverifiedLeaf::parse(leaf).ok()?;
	let issuer_hash = leaf.issuer_hash();
	let rules = LeafRules {
		now: 4_000_000_000,
		class: HardwareClass::C,
		vendor: 0x4946_5800,
		requires_purpose: true,
		is_denied: |_: &[u8]| false,
	};
	let certificate = leaf
		.verify::<RustCrypto>(issuer, algorithm)
		.ok()?
		.certify(rules)
		.ok()?;
	let ek = certificate.key();
	let ak = AkPublic::parse(ak).ok()?;
	Some((issuer_hash, ek.id(), ak.qualified_name(ek).ok()?))
}

/// The evidence of a boot beside what the chain knows about the module.
struct BootEvidence<'a> {
	ak: AkPublic,
	signer: QualifiedName,
	quote: &'a [u8],
	signature: &'a [u8],
	binding: &'a [u8],
	rk_public: &'a [u8],
	pcr_values: [[u8; 32]; 8],
	last: Option<Boot>,
	known: Known,
}

/// What an accepted `attest` leaves behind.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Known {
	pcr_digest: [u8; 32],
	firmware_version: u64,
}

impl<'a> BootEvidence<'a> {
	fn read(fields: &mut Fields<'a>) -> Option<Self> {
		let mut evidence = Self {
			ak: fields.decode()?,
			signer: QualifiedName(fields.array()?),
			quote: fields.next()?,
			signature: fields.next()?,
			binding: fields.next()?,
			rk_public: fields.next()?,
			pcr_values: [[0; 32]; 8],
			last: None,
			known: Known::default(),
		};
		for value in &mut evidence.pcr_values {
			*value = fields.array()?;
		}
		// The module has attested this boot before, one millisecond of the chip's clock ago.
		let mut counters = tea_tpm::Quote::parse(evidence.quote).ok()?.counters();
		counters.clock -= 1;
		evidence.last = Some(Boot {
			seq: 1,
			counters,
			accepted_at: 0,
		});
		evidence.known = evidence.attest()?;
		Some(evidence)
	}

	fn attest(&self) -> Option<Known> {
		let class = HardwareClass::Dev;
		let binding = QuoteBinding::decode(&mut black_box(self.binding)).ok()?;
		let evidence = AttestEvidence {
			quote: black_box(self.quote),
			signature: black_box(self.signature),
			binding: &binding,
			rk_public: black_box(self.rk_public),
			pcr_values: &self.pcr_values,
		};
		let context = AttestContext {
			ak: &self.ak,
			signer: &self.signer,
			selection: class.selection(),
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
			boot: self.last.as_ref(),
			first_boot_seq: 1,
		};
		let verified = inspect_attest(&evidence, &context)
			.ok()?
			.verify::<RustCrypto>()
			.ok()?;
		self.last.as_ref()?.judge(verified.counters(), 0).ok()?;
		// Eight releases are in their window, the last one is this machine's; the rest is pinned.
		let strict = class.always_strict();
		let values = PcrValues::new(class.selection(), &self.pcr_values).ok()?;
		let (mut own, mut pins) = ([[0; 32]; 3], [[0; 32]; 5]);
		let mut slots = (own.iter_mut(), pins.iter_mut());
		for (index, value) in values.iter() {
			let slot = if strict.contains(index) {
				slots.0.next()
			} else {
				slots.1.next()
			};
			*slot? = *value;
		}
		let others = core::iter::repeat_n(&[[0xee; 32]; 3][..], 7);
		let reference = Reference {
			class,
			strict,
			releases: others.chain([&own[..]]),
			pins: Some(&pins),
		};
		reference.judge(&values).ok()?;
		Some(Known {
			pcr_digest: *verified.pcr_digest(),
			firmware_version: verified.firmware_version(),
		})
	}

	fn pot(&self, quote: &[u8], signature: &[u8]) -> Option<()> {
		let binding = PotBinding {
			genesis: [1; 32],
			module: 7,
			boot_seq: 1,
			pot_root: [8; 32],
			nonces: [9; 32],
		};
		let context = PotContext {
			ak: &self.ak,
			signer: &self.signer,
			selection: HardwareClass::Dev.selection(),
			pcr_digest: &self.known.pcr_digest,
			firmware_version: self.known.firmware_version,
			binding: &binding,
		};
		let verified = inspect_pot(&PotEvidence { quote, signature }, &context)
			.ok()?
			.verify::<RustCrypto>()
			.ok()?;
		self.last.as_ref()?.judge_pot(verified.counters(), 0).ok()
	}
}

/// Takes fields off the front.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
	fn next(&mut self) -> Option<&'a [u8]> {
		let (len, rest) = self.0.split_first_chunk::<2>()?;
		let (field, rest) = rest.split_at_checked(u16::from_be_bytes(*len).into())?;
		self.0 = rest;
		Some(field)
	}

	fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
		self.next()?.try_into().ok()
	}

	fn decode<T: Decode>(&mut self) -> Option<T> {
		T::decode(&mut self.next()?).ok()
	}
}
