//! Secrets of 32 bytes: wiped when dropped, never copied, never shown.
//!
//! ```compile_fail,E0277
//! fn show<T: core::fmt::Debug>() {}
//! show::<tea_envelope::K1>();
//! ```
//! ```compile_fail,E0277
//! fn copy<T: Clone>() {}
//! copy::<tea_envelope::K1>();
//! ```
//! ```compile_fail,E0277
//! fn copy<T: Clone>() {}
//! copy::<tea_envelope::DeploymentKey>();
//! ```
//! ```compile_fail,E0277
//! fn send<T: codec::Encode>() {}
//! send::<tea_envelope::K1>();
//! ```

use alloc::boxed::Box;

use hpke::{Deserializable, Kem, Serializable};
use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{error::EnvelopeError, suite};

/// Length of every secret here.
pub const SECRET_LEN: usize = 32;

/// Declares a secret.
macro_rules! secret {
	($(#[$meta:meta])* $name:ident) => {
		$(#[$meta])*
		///
		/// It lies behind a pointer, so that moving it leaves no copy and its owner may lock the page.
		pub struct $name(Box<[u8; SECRET_LEN]>);

		impl $name {
			/// Draws a fresh one.
			pub fn generate(rng: &mut impl CryptoRng) -> Self {
				let mut secret = Self::empty();
				rng.fill_bytes(&mut secret.0[..]);
				secret
			}

			/// Takes over bytes and wipes the place where they lay.
			pub fn take(bytes: &mut [u8; SECRET_LEN]) -> Self {
				let mut secret = Self::empty();
				secret.0.copy_from_slice(bytes);
				bytes.zeroize();
				secret
			}

			/// The bytes. Whoever copies them wipes the copy.
			pub fn expose(&self) -> &[u8; SECRET_LEN] {
				&self.0
			}

			pub(crate) fn empty() -> Self {
				Self(Box::new([0; SECRET_LEN]))
			}
		}

		impl Drop for $name {
			fn drop(&mut self) {
				self.0.zeroize();
			}
		}

		impl ZeroizeOnDrop for $name {}
	};
}

secret! {
	/// The key of one content: of a deployment, of ad-hoc code or data, of a result.
	K1
}
secret! {
	/// The private half of a deployment key: the seed of its sr25519 pair. It travels with [`K1`].
	DeploymentKey
}
secret! {
	/// The pre-shared key of one envelope, which `TPM2_MakeCredential` carries to the receiver's chip.
	Psk
}
secret! {
	/// The private half of a transport key or of a client key: X25519.
	TransportSecret
}

impl K1 {
	/// Lets a key derivation write the key where it stays.
	pub(crate) fn derive(
		write: impl FnOnce(&mut [u8; SECRET_LEN]) -> Result<(), EnvelopeError>,
	) -> Result<Self, EnvelopeError> {
		let mut key = Self::empty();
		write(&mut key.0)?;
		Ok(key)
	}
}

impl TransportSecret {
	/// The key that envelopes to this one are sealed with.
	pub fn public(&self) -> TransportPublic {
		let mut bytes = [0; SECRET_LEN];
		suite::Kem::sk_to_pk(&self.as_hpke()).write_exact(&mut bytes);
		TransportPublic(bytes)
	}

	pub(crate) fn as_hpke(&self) -> <suite::Kem as Kem>::PrivateKey {
		<suite::Kem as Kem>::PrivateKey::from_bytes(self.expose())
			.expect("every 32 bytes are an X25519 scalar after clamping; qed")
	}
}

/// The public half of a transport key or of a client key: X25519, as it stands on chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TransportPublic(pub [u8; SECRET_LEN]);

impl TransportPublic {
	pub(crate) fn as_hpke(self) -> <suite::Kem as Kem>::PublicKey {
		<suite::Kem as Kem>::PublicKey::from_bytes(&self.0)
			.expect("every 32 bytes are an X25519 coordinate; qed")
	}
}
