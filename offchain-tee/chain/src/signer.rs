//! Who signs.

use crate::AccountId;
use std::{
	fmt, fs, io,
	path::{Path, PathBuf},
	str::FromStr,
};
use subxt_signer::{SecretUri, sr25519::Keypair};
use zeroize::Zeroizing;

/// A key that signs extrinsics. Modules implement it for the session key in their locked memory.
pub trait Sign: Send + Sync {
	/// The sr25519 public key.
	fn public(&self) -> [u8; 32];

	/// An sr25519 signature in the context `substrate`.
	fn sign(&self, message: &[u8]) -> [u8; 64];

	/// The account of the key.
	fn account(&self) -> AccountId {
		AccountId(self.public())
	}
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
	/// The file cannot be read.
	#[error("the key file {} cannot be read ({source}); check the path and its permissions", .path.display())]
	File {
		/// The file.
		path: PathBuf,
		/// Why.
		source: io::Error,
	},
	/// Others may read the file.
	#[error("the key file {} may be read by others; run `chmod 600` on it", .path.display())]
	Open {
		/// The file.
		path: PathBuf,
	},
	/// The text is no secret. It is not shown.
	#[error(
		"the secret cannot be used: give a phrase, 0x and 64 hexadecimal digits, or a development account like //Alice"
	)]
	Secret,
}

/// An sr25519 key in ordinary memory: of operators, owners, registrars and governance.
#[derive(Clone)]
pub struct Key(Keypair);

impl Key {
	/// From a secret URI: a phrase or `0x` and a seed, and derivations. `//Alice` is the development account.
	pub fn from_uri(uri: &str) -> Result<Self, KeyError> {
		let uri = uri.trim();
		// Nothing at all would be the root of the development accounts.
		if uri.is_empty() {
			return Err(KeyError::Secret);
		}
		// 64 bare digits are a seed, as other tools write it.
		let is_seed = uri.len() == 64 && uri.bytes().all(|byte| byte.is_ascii_hexdigit());
		let uri = Zeroizing::new(if is_seed {
			format!("0x{uri}")
		} else {
			uri.to_owned()
		});
		let uri = SecretUri::from_str(&uri).map_err(|_| KeyError::Secret)?;
		let key = Keypair::from_uri(&uri).map_err(|_| KeyError::Secret)?;
		Ok(Self(key))
	}

	/// From a file that holds a secret URI and that nobody else may read.
	pub fn from_file(path: &Path) -> Result<Self, KeyError> {
		let failed = |source| KeyError::File {
			path: path.to_owned(),
			source,
		};
		#[cfg(unix)]
		{
			use std::os::unix::fs::PermissionsExt as _;
			let mode = fs::metadata(path).map_err(failed)?.permissions().mode();
			if mode & 0o077 != 0 {
				return Err(KeyError::Open {
					path: path.to_owned(),
				});
			}
		}
		let uri = Zeroizing::new(fs::read_to_string(path).map_err(failed)?);
		Self::from_uri(&uri)
	}

	/// From the 32 bytes of a seed.
	pub fn from_seed(seed: &[u8; 32]) -> Result<Self, KeyError> {
		let key = Keypair::from_secret_key(*seed).map_err(|_| KeyError::Secret)?;
		Ok(Self(key))
	}
}

impl Sign for Key {
	fn public(&self) -> [u8; 32] {
		self.0.public_key().0
	}

	fn sign(&self, message: &[u8]) -> [u8; 64] {
		self.0.sign(message).0
	}
}

impl fmt::Debug for Key {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "Key({})", self.account())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

	#[test]
	fn uri_names_the_development_account_and_the_file_the_same_key() {
		let key = Key::from_uri("//Alice").unwrap();
		assert_eq!(key.account().to_string(), ALICE);
		assert!(!format!("{key:?}").contains("//Alice"));

		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("key");
		fs::write(&path, "//Alice\n").unwrap();
		set_mode(&path, 0o644);
		assert!(matches!(Key::from_file(&path), Err(KeyError::Open { .. })));
		set_mode(&path, 0o600);
		assert_eq!(Key::from_file(&path).unwrap().account(), key.account());
	}

	#[test]
	fn a_seed_is_written_with_or_without_its_prefix() {
		let seed = "11".repeat(32);
		let bare = Key::from_uri(&seed).unwrap();
		let prefixed = Key::from_uri(&format!("0x{seed}")).unwrap();
		assert_eq!(bare.account(), prefixed.account());
		let bytes = Key::from_seed(&[0x11; 32]).unwrap();
		assert_eq!(bare.account(), bytes.account());
	}

	#[test]
	fn a_bad_secret_is_refused_and_not_repeated() {
		for secret in ["", "not a phrase", "0x12", "0xzz"] {
			let text = Key::from_uri(secret).unwrap_err().to_string();
			assert!(secret.is_empty() || !text.contains(&format!("`{secret}`")));
		}
		let missing = Key::from_file(Path::new("/nowhere/key")).unwrap_err();
		assert!(missing.to_string().contains("/nowhere/key"));
	}

	#[test]
	fn signatures_verify_in_the_context_of_substrate() {
		let key = Key::from_seed(&[7; 32]).unwrap();
		let signature = subxt_signer::sr25519::Signature(key.sign(b"message"));
		let public = subxt_signer::sr25519::PublicKey(key.public());
		assert!(subxt_signer::sr25519::verify(
			&signature, b"message", &public
		));
	}

	fn set_mode(path: &Path, mode: u32) {
		use std::os::unix::fs::PermissionsExt as _;
		fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
	}
}
