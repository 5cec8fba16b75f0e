//! Types and units of the chain (SPEC 3).

use sp_runtime::{
	MultiAddress, MultiSignature,
	traits::{BlakeTwo256, IdentifyAccount, Verify},
};

/// Signature of an account over an extrinsic: sr25519, ed25519 or ecdsa.
pub type Signature = MultiSignature;

/// Account id, 32 bytes, derived from the public key that signs for it.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;

/// How a call names an account.
pub type Address = MultiAddress<AccountId, ()>;

/// Amount of the token in its smallest denomination, see [`UNIT`].
pub type Balance = u128;

/// Height of a block: the common clock of all deadlines.
pub type BlockNumber = u32;

/// Hash of blocks, headers and storage.
pub type Hash = sp_core::H256;

/// Hashing algorithm of blocks, headers and storage.
pub type Hashing = BlakeTwo256;

/// Milliseconds since the Unix epoch.
pub type Moment = u64;

/// Number of extrinsics that an account has signed.
pub type Nonce = u32;

/// Decimals of the token: 1 TEA = 10¹² of the smallest denomination (SPEC 3).
pub const TOKEN_DECIMALS: u8 = 12;

/// Symbol of the token.
pub const TOKEN_SYMBOL: &str = "TEA";

/// One token.
pub const UNIT: Balance = 1_000_000_000_000;

/// A thousandth of a token.
pub const MILLI: Balance = UNIT / 1_000;

/// A millionth of a token.
pub const MICRO: Balance = UNIT / 1_000_000;

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn one_token_has_the_stated_decimals() {
		assert_eq!(UNIT, 10u128.pow(TOKEN_DECIMALS.into()));
	}
}
