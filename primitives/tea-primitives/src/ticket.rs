//! Executor tickets: what a module proves, what the ticket is worth, and how many are let in. Chain and modules
//! reckon with the same numbers.
//!
//! A ticket is a race: with u drawn evenly from (0, 1], the value −ln(u) / w is exponentially distributed with rate w, and
//! the least of many such values belongs to each runner with a chance proportional to its w. All in integers: values
//! are counted in 2⁻⁶⁴.

use crate::{
	camellia::DrawWeight,
	draw::BeaconValue,
	errand::{ErrandId, TicketProof},
	ids::ModuleId,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{
	crypto::VrfPublic,
	sr25519::{
		Public,
		vrf::{VrfSignData, VrfSignature, VrfTranscript},
	},
};
use sp_runtime::traits::{BlakeTwo256, Hash as _};

/// Tag of everything that is hashed for tickets, and label of the VRF transcript.
pub const TICKET_DOMAIN: [u8; 13] = *b"tea/ticket/v1";

/// ln 2 in 2⁻⁶⁴, to the nearest.
const LN_2: u128 = 12_786_308_645_202_655_660;

/// Expected winners when claims open, in tenths (SPEC 3.2).
const WINNERS_AT_FIRST_TENTHS: u128 = 15;

/// More than any ticket of the least weight can be worth: 64 ln 2 / ¼ is below 178.
const ABOVE_ALL: u128 = 178 << 64;

fn blake2_256(bytes: &[u8]) -> [u8; 32] {
	BlakeTwo256::hash(bytes).0
}

/// Worth of a ticket, −ln(u) / w in 2⁻⁶⁴. The least wins.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct TicketValue(pub u128);

/// A ticket and whose it is. Tickets are ordered by value; of equal ones the lower module wins.
//
// The order of the fields is that order.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Ticket {
	/// What it is worth.
	pub value: TicketValue,
	/// Whose it is.
	pub module: ModuleId,
}

/// What tickets of an attempt are about.
pub fn subject(errand: ErrandId, attempt: u8) -> Vec<u8> {
	(errand, attempt).encode()
}

/// What the VRF is evaluated on: H(domain ‖ genesis ‖ subject ‖ beacon). The subject carries its length.
pub fn input(genesis: &[u8; 32], subject: &[u8], beacon: &BeaconValue) -> [u8; 32] {
	(TICKET_DOMAIN, genesis, subject, beacon).using_encoded(blake2_256)
}

/// What the module's VRF key signs.
pub fn sign_data(input: &[u8; 32]) -> VrfSignData {
	VrfTranscript::new(&TICKET_DOMAIN, &[(b"input", input)]).into_sign_data()
}

/// The random number of a ticket. One for each key and input, because there is one pre-output for them; so it can be
/// looked at before the proof, which costs curve operations.
pub fn random_of(key: &[u8; 32], input: &[u8; 32], pre_output: &[u8; 32]) -> u64 {
	let [a, b, c, d, e, f, g, h, ..] =
		(TICKET_DOMAIN, key, input, pre_output).using_encoded(blake2_256);
	u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

/// Whether the holder of the key made the pre-output from the input.
pub fn is_proved(key: &[u8; 32], input: &[u8; 32], ticket: &TicketProof) -> bool {
	ticket
		.using_encoded(|mut bytes| VrfSignature::decode(&mut bytes))
		.is_ok_and(|signature| Public::from_raw(*key).vrf_verify(&sign_data(input), &signature))
}

/// −ln((random + 1) / 2⁶⁴) in 2⁻⁶⁴: between 0 and 64 ln 2.
///
/// The error is below 2⁻⁵⁸. It comes from: 64 squarings of a number in [1, 2) whose truncations, at most 2⁻⁶² of it
/// each, reach bit i of the logarithm divided by 2ⁱ (2⁻⁶¹ together); 64 bits of fraction (2⁻⁶⁴); and half a unit of
/// `LN_2` times 64 (2⁻⁵⁹).
pub fn negative_ln(random: u64) -> u128 {
	let Some(number) = random.checked_add(1) else {
		return 0;
	};
	let zeros = number.leading_zeros();
	// The number over the power of two below it, in 2⁻⁶³: from [1, 2).
	let mut mantissa = u128::from(number.wrapping_shl(zeros));
	let mut fraction = 0u64;
	for _ in 0..64 {
		// Less than 2⁶⁴, so that the square is less than 2¹²⁸.
		mantissa = mantissa.saturating_mul(mantissa) >> 63;
		let bit = mantissa >> 64;
		mantissa >>= bit;
		fraction = (fraction << 1) | u64::from(bit == 1);
	}
	// log₂ is 63 − zeros + fraction, so what is missing to 64 is 1 + zeros − fraction.
	let missing = (u128::from(zeros.saturating_add(1)) << 64).saturating_sub(fraction.into());
	let whole = missing >> 64;
	let rest = missing & u128::from(u64::MAX);
	whole
		.saturating_mul(LN_2)
		.saturating_add(rest.saturating_mul(LN_2) >> 64)
}

/// What a ticket of this weight is worth.
pub fn value(random: u64, weight: DrawWeight) -> TicketValue {
	let scaled = negative_ln(random).saturating_mul(DrawWeight::ONE.0.into());
	TicketValue(scaled.checked_div(weight.0.into()).unwrap_or(u128::MAX))
}

/// The value up to which tickets are let in, when those who may claim weigh `total` millionths together and claims opened
/// that many blocks ago. About 1.5 winners are expected in the first block; each further block doubles it, until
/// everybody may claim. Nobody waits for ever, whatever the total is said to be.
pub fn threshold(total: u64, blocks_open: u32) -> TicketValue {
	let first = (WINNERS_AT_FIRST_TENTHS << 64)
		.saturating_mul(DrawWeight::ONE.0.into())
		.checked_div(u128::from(total).saturating_mul(10))
		.unwrap_or(ABOVE_ALL)
		.max(1);
	let room = ABOVE_ALL.checked_shr(blocks_open).unwrap_or_default();
	if first >= room {
		return TicketValue(u128::MAX);
	}
	TicketValue(first.checked_shl(blocks_open).unwrap_or(u128::MAX))
}

#[cfg(test)]
mod tests;
