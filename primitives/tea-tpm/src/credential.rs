//! `TPM2_MakeCredential` in software: 32 bytes that only one chip, holding one object, can open.
//!
//! Nothing is random here. All that a sender may choose is an argument, so that whoever learns it can make the
//! same blob bit for bit and settle a dispute.

use aes::{Aes128, Aes256};
use cfb_mode::{
	Encryptor,
	cipher::{AsyncStreamCipher, BlockEncryptMut, KeyIvInit},
};
use sha2::{Digest, Sha256, Sha384, digest::core_api::BlockSizeUser};
use zeroize::{Zeroize, Zeroizing};

use crate::{
	curve::{self, Shared, SharedError},
	error::CredentialError,
	kdf::{hmac, kdfa, kdfe, oaep_encode},
	name::ObjectName,
	public::{EkKind, EkPublic},
	rsa_key,
};

const IDENTITY: &[u8] = b"IDENTITY";
/// OAEP takes the label with its terminator.
const IDENTITY_TERMINATED: &[u8] = b"IDENTITY\0";
const STORAGE: &[u8] = b"STORAGE";
const INTEGRITY: &[u8] = b"INTEGRITY";

/// The longest credential: for an RSA-2048 endorsement key.
pub const MAX_CREDENTIAL_LEN: usize = 328;
/// What a credential carries under SHA-256: always a key, never data.
pub const SECRET_LEN: usize = 32;
/// The secret with its two-byte length.
const SIZED_SECRET_LEN: usize = 2 + SECRET_LEN;

impl EkKind {
	/// Length of the credentials that keys of this kind open.
	pub const fn credential_len(self) -> usize {
		self.id_object_len() + self.encrypted_secret_len()
	}

	/// Length of the digest of the key's name algorithm.
	const fn digest_len(self) -> usize {
		match self {
			Self::Rsa2048 | Self::P256 => 32,
			Self::P384 => 48,
		}
	}

	/// Length of the `TPM2B_ID_OBJECT`.
	const fn id_object_len(self) -> usize {
		2 + 2 + self.digest_len() + SIZED_SECRET_LEN
	}

	/// Length of the `TPM2B_ENCRYPTED_SECRET`.
	const fn encrypted_secret_len(self) -> usize {
		match self {
			Self::Rsa2048 => 2 + 256,
			Self::P256 => 2 + 2 * (2 + 32),
			Self::P384 => 2 + 2 * (2 + 48),
		}
	}
}

/// The values that a sender draws at random for one credential.
#[derive(Clone)]
pub enum Ephemeral {
	/// For an RSA key.
	Rsa2048 {
		/// The seed that the keys of the blob are derived from.
		seed: [u8; 32],
		/// The random string of OAEP.
		oaep: [u8; 32],
	},
	/// For a P-256 key: the scalar, big-endian.
	P256([u8; 32]),
	/// For a P-384 key: the scalar, big-endian.
	P384([u8; 48]),
}

impl Drop for Ephemeral {
	fn drop(&mut self) {
		match self {
			Self::Rsa2048 { seed, oaep } => {
				seed.zeroize();
				oaep.zeroize();
			}
			Self::P256(scalar) => scalar.zeroize(),
			Self::P384(scalar) => scalar.zeroize(),
		}
	}
}

/// A credential: `TPM2B_ID_OBJECT` and `TPM2B_ENCRYPTED_SECRET`, one behind the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
	kind: EkKind,
	bytes: [u8; MAX_CREDENTIAL_LEN],
}

impl Credential {
	/// The bytes, as many as the kind of the key demands.
	pub fn as_bytes(&self) -> &[u8] {
		&self.bytes[..self.kind.credential_len()]
	}
}

impl AsRef<[u8]> for Credential {
	fn as_ref(&self) -> &[u8] {
		self.as_bytes()
	}
}

/// The two parts of a credential, as `TPM2_ActivateCredential` takes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CredentialParts<'a> {
	/// `TPM2B_ID_OBJECT`, length included.
	pub id_object: &'a [u8],
	/// `TPM2B_ENCRYPTED_SECRET`, length included.
	pub encrypted_secret: &'a [u8],
}

impl<'a> CredentialParts<'a> {
	/// Recognises a credential for a key of this kind by its lengths, outer and inner.
	pub fn parse(kind: EkKind, bytes: &'a [u8]) -> Result<Self, CredentialError> {
		if bytes.len() != kind.credential_len() {
			return Err(CredentialError::Length);
		}
		let (id_object, encrypted_secret) = bytes.split_at(kind.id_object_len());
		let mac = has_length(id_object, 0, kind.id_object_len() - 2)
			&& has_length(id_object, 2, kind.digest_len());
		let secret = has_length(encrypted_secret, 0, kind.encrypted_secret_len() - 2);
		let point = match kind {
			EkKind::Rsa2048 => true,
			EkKind::P256 => {
				has_length(encrypted_secret, 2, 32) && has_length(encrypted_secret, 36, 32)
			}
			EkKind::P384 => {
				has_length(encrypted_secret, 2, 48) && has_length(encrypted_secret, 52, 48)
			}
		};
		if mac && secret && point {
			Ok(Self {
				id_object,
				encrypted_secret,
			})
		} else {
			Err(CredentialError::Layout)
		}
	}
}

/// Whether the two bytes at `at` are `len`.
fn has_length(bytes: &[u8], at: usize, len: usize) -> bool {
	bytes
		.get(at..)
		.and_then(|rest| rest.first_chunk::<2>())
		.is_some_and(|field| usize::from(u16::from_be_bytes(*field)) == len)
}

/// Makes the credential that releases `secret` to the chip with `ek`, if it holds the object `name` there.
pub fn make_credential(
	ek: &EkPublic,
	name: &ObjectName,
	secret: &[u8; SECRET_LEN],
	ephemeral: &Ephemeral,
) -> Result<Credential, CredentialError> {
	let mut credential = Credential {
		kind: ek.kind(),
		bytes: [0; MAX_CREDENTIAL_LEN],
	};
	let mut out = Writer {
		bytes: &mut credential.bytes,
		at: 0,
	};
	match (ek, ephemeral) {
		(EkPublic::Rsa2048 { modulus }, Ephemeral::Rsa2048 { seed, oaep }) => {
			let encoded = Zeroizing::new(
				oaep_encode(seed, IDENTITY_TERMINATED, oaep).ok_or(CredentialError::Key)?,
			);
			let encrypted = rsa_key::raw_encrypt(modulus, &encoded).ok_or(CredentialError::Key)?;
			protect::<Sha256, Encryptor<Aes128>, 32, 16>(seed, name, secret, &mut out);
			out.sized(&encrypted);
		}
		(EkPublic::P256 { x, y }, Ephemeral::P256(scalar)) => {
			let shared = curve::p256::share(x, y, scalar)?;
			let seed = ecdh_seed::<Sha256, 32>(&shared, x);
			protect::<Sha256, Encryptor<Aes128>, 32, 16>(&*seed, name, secret, &mut out);
			out.point(&shared);
		}
		(EkPublic::P384 { x, y }, Ephemeral::P384(scalar)) => {
			let shared = curve::p384::share(x, y, scalar)?;
			let seed = ecdh_seed::<Sha384, 48>(&shared, x);
			protect::<Sha384, Encryptor<Aes256>, 48, 32>(&*seed, name, secret, &mut out);
			out.point(&shared);
		}
		_ => return Err(CredentialError::Kind),
	}
	Ok(credential)
}

impl From<SharedError> for CredentialError {
	fn from(error: SharedError) -> Self {
		match error {
			SharedError::Point => Self::Key,
			SharedError::Scalar => Self::Scalar,
		}
	}
}

/// The seed that sender and chip derive from an ephemeral point.
fn ecdh_seed<D: Digest, const N: usize>(shared: &Shared<N>, ek_x: &[u8; N]) -> Zeroizing<[u8; N]> {
	let mut seed = Zeroizing::new([0; N]);
	kdfe::<D>(
		&*shared.secret,
		IDENTITY,
		&shared.ephemeral_x,
		ek_x,
		&mut *seed,
	);
	seed
}

/// Writes the `TPM2B_ID_OBJECT`: the encrypted secret and the MAC that ties it to the Name.
fn protect<D, C, const DIGEST: usize, const KEY: usize>(
	seed: &[u8],
	name: &ObjectName,
	secret: &[u8; SECRET_LEN],
	out: &mut Writer<'_>,
) where
	D: Digest + BlockSizeUser,
	C: KeyIvInit + AsyncStreamCipher + BlockEncryptMut,
{
	let mut key = Zeroizing::new([0; KEY]);
	kdfa::<D>(seed, STORAGE, &name.0, &[], &mut *key);
	let mut identity = Zeroizing::new([0; SIZED_SECRET_LEN]);
	identity[1] = SECRET_LEN as u8;
	identity[2..].copy_from_slice(secret);
	encrypt::<C>(&*key, &mut *identity);

	let mut mac_key = Zeroizing::new([0; DIGEST]);
	kdfa::<D>(seed, INTEGRITY, &[], &[], &mut *mac_key);
	let mut mac = [0; DIGEST];
	hmac::<D>(&*mac_key, &[&*identity, &name.0], &mut mac);

	out.length(2 + DIGEST + SIZED_SECRET_LEN);
	out.sized(&mac);
	out.raw(&*identity);
}

/// AES-CFB with a zero IV: every key encrypts once.
fn encrypt<C: KeyIvInit + AsyncStreamCipher + BlockEncryptMut>(key: &[u8], data: &mut [u8]) {
	let iv = cfb_mode::cipher::Iv::<C>::default();
	C::new_from_slices(key, &iv)
		.expect("key length fits the cipher by its type; qed")
		.encrypt(data);
}

/// Writes into a buffer that is as long as the longest credential.
struct Writer<'a> {
	bytes: &'a mut [u8; MAX_CREDENTIAL_LEN],
	at: usize,
}

impl Writer<'_> {
	fn raw(&mut self, bytes: &[u8]) {
		let end = self.at + bytes.len();
		self.bytes[self.at..end].copy_from_slice(bytes);
		self.at = end;
	}

	fn length(&mut self, len: usize) {
		self.raw(&(len as u16).to_be_bytes());
	}

	fn sized(&mut self, bytes: &[u8]) {
		self.length(bytes.len());
		self.raw(bytes);
	}

	fn point<const N: usize>(&mut self, shared: &Shared<N>) {
		self.length(2 * (2 + N));
		self.sized(&shared.ephemeral_x);
		self.sized(&shared.ephemeral_y);
	}
}
