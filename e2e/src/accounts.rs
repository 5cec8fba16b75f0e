//! The development accounts, known to everybody.

/// A development account whose secret is `//Name` of the public development phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Dev {
	Alice,
	Bob,
	Charlie,
	Dave,
	Eve,
	Ferdie,
}

impl Dev {
	/// All of them.
	pub const ALL: [Dev; 6] = [
		Dev::Alice,
		Dev::Bob,
		Dev::Charlie,
		Dev::Dave,
		Dev::Eve,
		Dev::Ferdie,
	];

	/// The sr25519 public key, which is the account id.
	pub fn account(self) -> [u8; 32] {
		let hex = match self {
			Dev::Alice => "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
			Dev::Bob => "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48",
			Dev::Charlie => "90b5ab205c6974c9ea841be688864633dc9ca8a357843eeacf2314649965fe22",
			Dev::Dave => "306721211d5404bd9da88e0204360a1a9ab8b87c66c1bc2fcdd37f3c2222cc20",
			Dev::Eve => "e659a7a1628cdd93febc04a4e0646ea20e9f5f0ce097d9a05290d4a9e054df4e",
			Dev::Ferdie => "1cbd2d43530a44705ad088af313e18f80b53ef16b36177cd4b77b846f2a5f07c",
		};
		let mut account = [0; 32];
		hex::decode_to_slice(hex, &mut account).expect("64 hex digits above; qed");
		account
	}

	/// The account with this id, if it is a development account.
	pub fn of(account: &[u8; 32]) -> Option<Self> {
		Self::ALL.into_iter().find(|dev| dev.account() == *account)
	}

	/// Lower-case name.
	pub fn name(self) -> &'static str {
		match self {
			Dev::Alice => "alice",
			Dev::Bob => "bob",
			Dev::Charlie => "charlie",
			Dev::Dave => "dave",
			Dev::Eve => "eve",
			Dev::Ferdie => "ferdie",
		}
	}

	/// The flag of `tea-node` that runs a validator with this account's session keys.
	pub fn flag(self) -> String {
		format!("--{}", self.name())
	}
}
