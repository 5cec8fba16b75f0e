//! The rows of the profile table, one forgery per rule, every one with a good signature.

use tea_tpm::{EvidenceError, Quote, QuoteError};

use crate::lab::{Lab, QuoteParts, hex_bytes, pot_binding};

/// One test per row: spoil the quote, sign it again, expect the refusal of that row and no other.
macro_rules! refused {
	($($name:ident: $spoil:expr => $error:ident;)+) => {
		$(
			#[test]
			fn $name() {
				let mut lab = Lab::new();
				let spoil: fn(&mut Lab) = $spoil;
				spoil(&mut lab);
				lab.sign();
				assert_eq!(lab.attest(), Err(EvidenceError::Quote(QuoteError::$error)));
			}
		)+
	};
}

refused! {
	quote_bad_magic_refused: |lab| lab.quote[0] = 0xfe => Magic;
	quote_other_magic_byte_refused: |lab| lab.quote[3] = 0x48 => Magic;
	attest_type_not_quote_refused: |lab| lab.quote[5] = 0x17 => Type;
	attest_type_time_refused: |lab| lab.quote[5] = 0x19 => Type;
	attest_type_creation_refused: |lab| lab.quote[5] = 0x1a => Type;
	attest_type_nv_refused: |lab| lab.quote[5] = 0x14 => Type;
	quote_one_byte_short_refused: |lab| { lab.quote.pop(); } => Length;
	quote_one_byte_long_refused: |lab| lab.quote.push(0) => Length;
	quote_empty_refused: |lab| lab.quote.clear() => Magic;
	quote_signer_length_refused: |lab| lab.quote[7] = 0x21 => SignerLength;
	quote_of_other_key_refused: |lab| lab.quote[8 + 33] ^= 1 => Signer;
	quote_signer_of_other_hash_refused: |lab| lab.quote[9] = 0x0c => Signer;
	quote_extra_data_length_refused: |lab| lab.quote[43] = 0x1f => ExtraDataLength;
	quote_of_other_statement_refused: |lab| lab.quote[44] ^= 1 => ExtraData;
	quote_safe_two_refused: |lab| lab.quote[92] = 2 => Safe;
	quote_no_bank_refused: |lab| lab.quote[104] = 0 => PcrCount;
	quote_two_banks_refused: |lab| lab.quote[104] = 2 => PcrCount;
	quote_sha1_bank_refused: |lab| lab.quote[106] = 0x04 => PcrBank;
	quote_sha384_bank_refused: |lab| lab.quote[106] = 0x0c => PcrBank;
	quote_select_size_zero_refused: |lab| lab.quote[107] = 0 => PcrSelectSize;
	quote_select_size_two_refused: |lab| lab.quote[107] = 2 => PcrSelectSize;
	quote_select_size_four_refused: |lab| lab.quote[107] = 4 => PcrSelectSize;
	quote_select_size_max_refused: |lab| lab.quote[107] = 255 => PcrSelectSize;
	quote_superset_refused: |lab| lab.quote[108] |= 0x02 => PcrBitmap;
	quote_subset_refused: |lab| lab.quote[108] &= !0x01 => PcrBitmap;
	quote_empty_selection_refused: |lab| lab.quote[108..111].fill(0) => PcrBitmap;
	quote_relabelled_pcr_refused: |lab| lab.quote[108..111].copy_from_slice(&[0, 0, 1]) => PcrBitmap;
	quote_digest_length_refused: |lab| lab.quote[112] = 0x30 => PcrDigestLength;
	quote_pcrs_swapped_refused: |lab| lab.pcrs.swap(0, 1) => PcrDigest;
	quote_pcr_changed_refused: |lab| lab.pcrs[7][31] ^= 1 => PcrDigest;
	firmware_in_denied_range_refused: |lab| {
		let version = 0x2019_1023_0016_3636;
		lab.denied_firmware.push(tea_tpm::evidence::FirmwareRange { first: version, last: version })
	} => FirmwareDenied;
}

/// The digest in the quote is another one, and everything else follows it: the values must give it.
#[test]
fn quote_with_digest_of_other_values_refused() {
	let mut lab = Lab::new();
	let values = lab.pcrs.clone();
	lab.pcrs[0] = [0xee; 32];
	lab.measure();
	assert!(lab.attest().is_ok());
	lab.pcrs = values;
	assert_eq!(
		lab.attest(),
		Err(EvidenceError::Quote(QuoteError::PcrDigest))
	);
}

#[test]
fn firmware_outside_denied_ranges_accepted() {
	let mut lab = Lab::new();
	let version = 0x2019_1023_0016_3636;
	lab.denied_firmware = vec![
		tea_tpm::evidence::FirmwareRange {
			first: 0,
			last: version - 1,
		},
		tea_tpm::evidence::FirmwareRange {
			first: version + 1,
			last: u64::MAX,
		},
	];
	assert!(lab.attest().is_ok());
}

/// Chips that are known to leak their keys are refused by firmware range, both ends included, for every key.
#[test]
fn denied_chip_refused() {
	const RANGE: tea_tpm::evidence::FirmwareRange = tea_tpm::evidence::FirmwareRange {
		first: 0x0007_003d_0000_0000,
		last: 0x0007_003d_0000_ffff,
	};
	for mut lab in [Lab::new(), Lab::rsa()] {
		// The second range is the one that counts.
		let before = tea_tpm::evidence::FirmwareRange { first: 0, last: 5 };
		lab.denied_firmware = vec![before, RANGE];
		for (version, is_denied) in [
			(RANGE.first - 1, false),
			(RANGE.first, true),
			(RANGE.first + 1, true),
			(RANGE.last, true),
			(RANGE.last + 1, false),
		] {
			lab.quote[93..101].copy_from_slice(&version.to_be_bytes());
			lab.sign();
			match lab.attest() {
				Ok(_) => assert!(!is_denied, "{version:x}"),
				Err(error) => {
					assert!(is_denied, "{version:x}");
					assert_eq!(error, EvidenceError::Quote(QuoteError::FirmwareDenied));
				}
			}
		}
	}
}

/// Nonces of other lengths, in quotes that a TPM would make: everything behind them moves.
#[test]
fn quote_extra_data_of_other_lengths_refused() {
	for len in [0, 4, 31, 33, 64] {
		let mut lab = Lab::new();
		lab.quote = QuoteParts {
			signer: lab.signer.0,
			extra_data: vec![0; len],
			selection: [0x95, 0x78, 0],
			pcr_digest: [0; 32],
		}
		.to_bytes();
		lab.sign();
		assert_eq!(
			lab.attest(),
			Err(EvidenceError::Quote(QuoteError::Length)),
			"{len}"
		);
	}
}

#[test]
fn quote_two_selections_refused() {
	let mut lab = Lab::new();
	lab.quote[104] = 2;
	lab.quote.splice(111..111, hex_bytes("000b03010000"));
	lab.sign();
	assert_eq!(lab.attest(), Err(EvidenceError::Quote(QuoteError::Length)));
}

#[test]
fn quote_accepted_with_either_safe_flag() {
	for safe in [0, 1] {
		let mut lab = Lab::new();
		lab.quote[92] = safe;
		lab.sign();
		assert_eq!(
			lab.attest().expect("good evidence").counters().safe,
			safe == 1
		);
	}
}

/// Without a new signature every single bit counts, also where the profile has no rule.
#[test]
fn each_flipped_byte_refused() {
	for lab in [Lab::new(), Lab::rsa()] {
		let mut lab = lab;
		assert!(lab.attest().is_ok());
		for at in 0..lab.quote.len() {
			for bit in [0x01, 0x80] {
				lab.quote[at] ^= bit;
				assert!(lab.attest().is_err(), "byte {at}");
				lab.quote[at] ^= bit;
			}
		}
	}
}

#[test]
fn each_truncation_refused() {
	let lab = Lab::new();
	for len in 0..lab.quote.len() {
		assert!(Quote::parse(&lab.quote[..len]).is_err(), "{len} bytes");
	}
	assert!(Quote::parse(&lab.quote).is_ok());
}

#[test]
fn quote_fields_are_read_where_they_stand() {
	let lab = Lab::new();
	let quote = Quote::parse(&lab.quote).expect("a quote");
	let counters = quote.counters();
	assert_eq!(counters.clock, 47_474);
	assert_eq!((counters.reset_count, counters.restart_count), (2, 0));
	assert_eq!(quote.firmware_version(), 0x2019_1023_0016_3636);
	assert_eq!(quote.pcr_digest()[..], lab.quote[113..]);
}

#[test]
fn pot_quote_of_changed_firmware_refused() {
	let mut lab = Lab::new();
	let binding = pot_binding();
	lab.quote[44..76].copy_from_slice(&binding.hash());
	lab.sign();
	assert!(lab.pot(&binding).is_ok());
	lab.quote[100] ^= 1;
	lab.sign();
	assert_eq!(
		lab.pot(&binding),
		Err(EvidenceError::Quote(QuoteError::FirmwareChanged))
	);
}
