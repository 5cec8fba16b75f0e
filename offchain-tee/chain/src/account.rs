//! Accounts, as people write them.

use codec::{Decode, Encode};
use scale_info::TypeInfo;
use std::{fmt, str::FromStr};
use subxt::utils::AccountId32;

/// An account: the public key that signs for it, or what was derived from one.
#[derive(
	Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, TypeInfo, serde::Serialize,
)]
#[serde(into = "String")]
pub struct AccountId(pub [u8; 32]);

/// The text is no account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no account: give its address (5…) or its 32 bytes as 0x… in hexadecimal")]
pub struct NotAnAccount(pub String);

impl From<[u8; 32]> for AccountId {
	fn from(bytes: [u8; 32]) -> Self {
		Self(bytes)
	}
}

impl From<AccountId> for String {
	fn from(account: AccountId) -> Self {
		account.to_string()
	}
}

impl fmt::Display for AccountId {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		AccountId32(self.0).fmt(f)
	}
}

impl fmt::Debug for AccountId {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		fmt::Display::fmt(self, f)
	}
}

impl FromStr for AccountId {
	type Err = NotAnAccount;

	fn from_str(text: &str) -> Result<Self, NotAnAccount> {
		let refused = || NotAnAccount(text.to_owned());
		if let Some(digits) = text.strip_prefix("0x") {
			let bytes = hex::decode(digits).map_err(|_| refused())?;
			return Ok(Self(bytes.try_into().map_err(|_| refused())?));
		}
		let account = AccountId32::from_str(text).map_err(|_| refused())?;
		Ok(Self(account.0))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
	const ALICE_HEX: &str = "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";

	#[test]
	fn address_and_bytes_name_the_same_account() {
		let account: AccountId = ALICE.parse().unwrap();
		assert_eq!(ALICE_HEX.parse(), Ok(account));
		assert_eq!(account.to_string(), ALICE);
		assert_eq!(
			serde_json::to_string(&account).unwrap(),
			format!("\"{ALICE}\"")
		);
	}

	#[test]
	fn what_is_no_account_is_refused_with_the_text() {
		for text in ["", "Alice", "0x", "0x12", &ALICE[1..], "0xzz"] {
			let error = text.parse::<AccountId>().unwrap_err();
			assert_eq!(error, NotAnAccount(text.into()));
		}
	}
}
