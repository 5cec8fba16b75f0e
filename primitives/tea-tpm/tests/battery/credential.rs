//! Credentials and challenges.

use sha2::{Digest, Sha256};
use tea_tpm::{
	Challenge, ChallengeContext, CredentialError, EkKind, EkPublic, Ephemeral, ObjectName,
	credential::CredentialParts, make_credential,
};

use crate::lab::ek;

const NAME: ObjectName = ObjectName([7; 34]);
const KINDS: [EkKind; 3] = [EkKind::Rsa2048, EkKind::P256, EkKind::P384];

fn key(kind: EkKind) -> EkPublic {
	let bytes: &[u8] = match kind {
		EkKind::Rsa2048 => include_bytes!("../data/challenge_rsa2048.ek"),
		EkKind::P256 => include_bytes!("../data/challenge_p256.ek"),
		EkKind::P384 => include_bytes!("../data/challenge_p384.ek"),
	};
	EkPublic::parse(bytes).expect("an endorsement key")
}

fn place() -> ChallengeContext {
	ChallengeContext {
		genesis: [1; 32],
		module: 7,
		round: 3,
		slot: 2,
	}
}

fn challenge(root: [u8; 32], place: &ChallengeContext, kind: EkKind) -> Challenge {
	Challenge::new(&root, place, &key(kind), &NAME).expect("a challenge")
}

#[test]
fn challenge_depends_on_its_root_and_its_whole_place() {
	for kind in KINDS {
		let base = challenge([9; 32], &place(), kind);
		let same = challenge([9; 32], &place(), kind);
		assert!(base.is(same.blob().as_bytes(), same.commitment()));
		let others = [
			challenge([8; 32], &place(), kind),
			challenge(
				[9; 32],
				&ChallengeContext {
					genesis: [0; 32],
					..place()
				},
				kind,
			),
			challenge(
				[9; 32],
				&ChallengeContext {
					module: 8,
					..place()
				},
				kind,
			),
			challenge(
				[9; 32],
				&ChallengeContext {
					round: 4,
					..place()
				},
				kind,
			),
			challenge([9; 32], &ChallengeContext { slot: 3, ..place() }, kind),
		];
		for other in others {
			assert_ne!(base.secret(), other.secret());
			assert_ne!(base.commitment(), other.commitment());
			assert_ne!(base.blob(), other.blob());
		}
	}
}

#[test]
fn challenge_for_other_key_or_name_is_another_one() {
	let base = challenge([9; 32], &place(), EkKind::P256);
	let other_name =
		Challenge::new(&[9; 32], &place(), &key(EkKind::P256), &ObjectName([8; 34])).expect("one");
	let other_key = Challenge::new(&[9; 32], &place(), &ek(), &NAME).expect("one");
	for other in [&other_name, &other_key] {
		assert_eq!(base.secret(), other.secret());
		assert!(!base.is(other.blob().as_bytes(), other.commitment()));
	}
}

#[test]
fn bad_blob_is_not_the_challenge() {
	for kind in KINDS {
		let challenge = challenge([9; 32], &place(), kind);
		let blob = challenge.blob().as_bytes();
		for at in 0..blob.len() {
			let mut bad = blob.to_vec();
			bad[at] ^= 1;
			assert!(!challenge.is(&bad, challenge.commitment()), "byte {at}");
		}
		assert!(!challenge.is(blob, &[0; 32]));
		assert!(!challenge.is(&blob[1..], challenge.commitment()));
	}
}

#[test]
fn copied_commitment_is_worthless() {
	let secret = [5; 32];
	let other = ChallengeContext { slot: 3, ..place() };
	assert_ne!(place().commitment(&secret), other.commitment(&secret));
}

#[test]
fn commitment_known_layout() {
	let expected = Sha256::new()
		.chain_update(b"tea/ac/commit/v1")
		.chain_update([1; 32])
		.chain_update(7u32.to_le_bytes())
		.chain_update([2])
		.chain_update(3u32.to_le_bytes())
		.chain_update([5; 32])
		.finalize();
	assert_eq!(place().commitment(&[5; 32])[..], expected[..]);
}

/// The derivation, written out by hand: one block of HKDF-Expand is one HMAC.
#[test]
fn secret_known_layout() {
	use hmac::{Hmac, Mac};
	let mut mac = Hmac::<Sha256>::new_from_slice(&[9; 32]).expect("a key");
	mac.update(b"tea/ac/v1/secret");
	mac.update(&[1; 32]);
	mac.update(&7u32.to_le_bytes());
	mac.update(&3u32.to_le_bytes());
	mac.update(&[2, 0, 1]);
	let expected = mac.finalize().into_bytes();
	assert_eq!(
		challenge([9; 32], &place(), EkKind::P256).secret()[..],
		expected[..]
	);
}

#[test]
fn scalar_outside_the_group_refused() {
	for scalar in [[0; 32], [0xff; 32]] {
		let made = make_credential(
			&key(EkKind::P256),
			&NAME,
			&[1; 32],
			&Ephemeral::P256(scalar),
		);
		assert_eq!(made, Err(CredentialError::Scalar));
	}
	for scalar in [[0; 48], [0xff; 48]] {
		let made = make_credential(
			&key(EkKind::P384),
			&NAME,
			&[1; 32],
			&Ephemeral::P384(scalar),
		);
		assert_eq!(made, Err(CredentialError::Scalar));
	}
}

#[test]
fn random_values_of_another_kind_refused() {
	let ephemerals = [
		Ephemeral::Rsa2048 {
			seed: [1; 32],
			oaep: [1; 32],
		},
		Ephemeral::P256([1; 32]),
		Ephemeral::P384([1; 48]),
	];
	for (position, kind) in KINDS.into_iter().enumerate() {
		for (other, ephemeral) in ephemerals.iter().enumerate() {
			let made = make_credential(&key(kind), &NAME, &[1; 32], ephemeral);
			if position == other {
				assert_eq!(
					made.expect("a credential").as_bytes().len(),
					kind.credential_len()
				);
			} else {
				assert_eq!(made, Err(CredentialError::Kind));
			}
		}
	}
}

#[test]
fn broken_stored_endorsement_key_refused() {
	let ephemeral = Ephemeral::P256([1; 32]);
	let off_curve = EkPublic::P256 {
		x: [1; 32],
		y: [1; 32],
	};
	let made = make_credential(&off_curve, &NAME, &[1; 32], &ephemeral);
	assert_eq!(made, Err(CredentialError::Key));
	let ephemeral = Ephemeral::Rsa2048 {
		seed: [1; 32],
		oaep: [1; 32],
	};
	let even = EkPublic::Rsa2048 { modulus: [2; 256] };
	let made = make_credential(&even, &NAME, &[1; 32], &ephemeral);
	assert_eq!(made, Err(CredentialError::Key));
}

#[test]
fn credential_lengths_are_those_of_the_profile() {
	assert_eq!(KINDS.map(EkKind::credential_len), [328, 140, 188]);
}

#[test]
fn credential_of_wrong_length_refused() {
	for kind in KINDS {
		let challenge = challenge([9; 32], &place(), kind);
		let blob = challenge.blob().as_bytes();
		let parts = CredentialParts::parse(kind, blob).expect("a credential");
		assert_eq!([parts.id_object, parts.encrypted_secret].concat(), blob);
		for len in 0..blob.len() {
			let cut = CredentialParts::parse(kind, &blob[..len]);
			assert_eq!(cut, Err(CredentialError::Length), "{len} bytes");
		}
		let long = [blob, &[0]].concat();
		assert_eq!(
			CredentialParts::parse(kind, &long),
			Err(CredentialError::Length)
		);
	}
}

#[test]
fn credential_with_wrong_inner_lengths_refused() {
	let fields: [(EkKind, &[usize]); 3] = [
		(EkKind::Rsa2048, &[1, 3, 71]),
		(EkKind::P256, &[1, 3, 71, 73, 107]),
		(EkKind::P384, &[1, 3, 87, 89, 139]),
	];
	for (kind, fields) in fields {
		for at in fields {
			let mut blob = challenge([9; 32], &place(), kind)
				.blob()
				.as_bytes()
				.to_vec();
			blob[*at] ^= 1;
			let refused = CredentialParts::parse(kind, &blob);
			assert_eq!(refused, Err(CredentialError::Layout), "{kind:?} byte {at}");
		}
	}
}
