//! Secrets that came out of the TPM.

use zeroize::Zeroize;

/// 32 secret bytes. They stay where they are while the value moves, are wiped when it is dropped, and no
/// formatting shows them.
pub struct Secret(Box<[u8; 32]>);

impl Secret {
	/// Takes the bytes out of a buffer that wipes itself.
	pub(crate) fn copy(bytes: &[u8]) -> Option<Self> {
		let mut secret = Self(Box::new([0; 32]));
		if bytes.len() != secret.0.len() {
			return None;
		}
		secret.0.copy_from_slice(bytes);
		Some(secret)
	}

	/// The bytes. Do not copy them.
	pub fn expose(&self) -> &[u8; 32] {
		&self.0
	}
}

impl Drop for Secret {
	fn drop(&mut self) {
		self.0.zeroize();
	}
}

impl std::fmt::Debug for Secret {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.write_str("Secret")
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn secret_is_never_shown() {
		let secret = Secret::copy(&[0xab; 32]).unwrap();
		assert_eq!(secret.expose(), &[0xab; 32]);
		assert_eq!(format!("{secret:?}"), "Secret");
	}

	#[test]
	fn other_lengths_are_refused() {
		assert!(Secret::copy(&[1; 31]).is_none());
		assert!(Secret::copy(&[1; 33]).is_none());
	}
}
