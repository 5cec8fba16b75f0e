//! Why the pool refuses a transaction: `InvalidTransaction::Custom` is one shared byte, so all of them stand here.

/// Pool refusals of `pallet-attestation`, from 10.
pub mod attestation {
	/// The signer is not the session key of a registered boot.
	pub const NOT_A_SESSION: u8 = 10;
	/// The signer is not the testee or a member of this round.
	pub const NOT_IN_ROUND: u8 = 11;
	/// The round is closed, or its window is over.
	pub const ROUND_CLOSED: u8 = 12;
	/// Too many duty calls of this key failed in this epoch.
	pub const FEELESSNESS_LOST: u8 = 13;
}
