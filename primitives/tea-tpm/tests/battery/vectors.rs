//! Vectors of the TPM profile (reference vectors N1 to N4 and P1), made with a software TPM.

use hex_literal::hex;
use sha2::{Digest, Sha256};
use tea_tpm::{
	AkPublic, EkPublic, Ephemeral, ObjectName, PcrSelection, Quote, QuoteError, RustCrypto,
	SigVerify, TpmSignature, make_credential,
};

const AK: [u8; 88] = hex!(
	"0023000b00050072000000100018000b00030010002076307586ff389e450ce8a95a51ff55b0e7e11f766d3b83431f19"
	"fa418c2c1488002085149a1cfa2bc843feb3d4a5ffb3403c5cd59d37c5c83f85692cf3b07e1350e7"
);
const N1: [u8; 117] = hex!(
	"ff54434780180022000ba1504579120f984c0eb951a09f9e39c60bff552cf70760662c44c374d8101e2c000411223344"
	"000000000000b972000000010000000001201910230016363600000001000b030000010020819957beb47eead2fda7df"
	"5d025d666da1fb8997a565cc167194c436eee1f83b"
);
const N1_SIGNATURE: [u8; 72] = hex!(
	"0018000b0020492bc87c365ba0b2dabfdd2420115faca433e12ad700dc546cf8d01f1aed28060020da758a89cc0079e9"
	"f726ae4795d94a946f6a2f26617ea2b2d1737ee4ded8392f"
);
const N2: [u8; 117] = hex!(
	"fe54434780180022000ba1504579120f984c0eb951a09f9e39c60bff552cf70760662c44c374d8101e2c000411223344"
	"000000000000b972000000010000000001201910230016363600000001000b03ff000000204141414141414141414141"
	"414141414141414141414141414141414141414141"
);
const N2_SIGNATURE: [u8; 72] = hex!(
	"0018000b0020359d7995d4c564090befcb0273474fb3a5f4ad7b8782da037e8ac05a04b1721f002096c27a3c3f128509"
	"0e04e363157ed149d9211056bf50f7f7fdda1c6146fd8eac"
);
const N3: [u8; 114] = hex!(
	"ff54434780180022000b414beabc560fa0e2eb07f70f895d23379bd0f61c76ae73fd018e1a7f422c96380001aa000000"
	"000001550d0000000200000000012019102300163636000000010004030000000020e3b0c44298fc1c149afbf4c8996f"
	"b92427ae41e4649b934ca495991b7852b855"
);
const N4: [u8; 120] = hex!(
	"ff54434780180022000b414beabc560fa0e2eb07f70f895d23379bd0f61c76ae73fd018e1a7f422c96380001aa000000"
	"000001552a000000020000000001201910230016363600000002000b03000001000b030100000020f5a5fd42d16a2030"
	"2798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b"
);

fn ak() -> AkPublic {
	AkPublic::parse(&AK).expect("an attestation key")
}

fn is_signed(attest: &[u8], signature: &[u8]) -> bool {
	let signature = TpmSignature::parse(signature).expect("a signature");
	RustCrypto::attestation(&ak(), &Sha256::digest(attest).into(), &signature).is_ok()
}

/// Lengthens the nonce to 32 bytes, so that the vector has the length of the profile.
fn stretched(attest: &[u8]) -> Vec<u8> {
	let len = usize::from(attest[43]);
	[&attest[..42], &[0, 32], &[0; 32], &attest[44 + len..]].concat()
}

#[test]
fn ak_name_known_answer() {
	assert_eq!(
		ak().name().0,
		hex!("000bf0a7c80686dd818df920cc38c9d9f0d3e0ce9c5b28e1d9b909b917da19c08d74")
	);
}

#[test]
fn n1_quote_of_resettable_pcr_refused() {
	assert!(is_signed(&N1, &N1_SIGNATURE));
	assert_eq!(Quote::parse(&N1), Err(QuoteError::Length));
	let long = stretched(&N1);
	let quote = Quote::parse(&long).expect("the profile but for the selection");
	assert_eq!(
		quote.check_selection(PcrSelection::UEFI),
		Err(QuoteError::PcrBitmap)
	);
	assert_eq!(
		quote.check_selection(PcrSelection::of(&[0])),
		Err(QuoteError::PcrBitmap)
	);
}

#[test]
fn n2_bad_magic_with_good_signature_refused() {
	assert!(is_signed(&N2, &N2_SIGNATURE));
	assert_eq!(Quote::parse(&N2), Err(QuoteError::Magic));
	assert_eq!(Quote::parse(&stretched(&N2)), Err(QuoteError::Magic));
}

#[test]
fn n3_empty_selection_refused() {
	assert_eq!(Quote::parse(&N3), Err(QuoteError::Length));
	let mut long = stretched(&N3);
	assert_eq!(Quote::parse(&long), Err(QuoteError::PcrBank));
	long[106] = 0x0b;
	let quote = Quote::parse(&long).expect("the profile but for the selection");
	assert_eq!(
		quote.check_selection(PcrSelection::UEFI),
		Err(QuoteError::PcrBitmap)
	);
	assert_eq!(quote.pcr_digest()[..], Sha256::digest([])[..]);
}

#[test]
fn n4_two_selections_refused() {
	assert_eq!(Quote::parse(&N4), Err(QuoteError::Length));
	let mut long = stretched(&N4);
	long.truncate(145);
	assert_eq!(Quote::parse(&long), Err(QuoteError::PcrCount));
}

#[test]
fn p1_credential_known_answer() {
	let ek = EkPublic::parse(&hex!(
		"0023000b000300b20020837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa000600800043"
		"0010000300100020ff683f19106d7d22c1d4b92c12a3da94970f80df6a1a16eb368eb34f4dfb6a9d0020ff95153199f5"
		"fbabc9469ac56a5f66001f04d9f9f71fe80c34ff1467431e88de"
	))
	.expect("an endorsement key");
	let name = ObjectName(hex!(
		"000bbb20f2d57fff8393f27efa0e005562d6ee9e211b8dc69b57bcca778ac790e2ed"
	));
	let secret = hex!("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
	let scalar = hex!("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20");
	let credential = make_credential(&ek, &name, &secret, &Ephemeral::P256(scalar));
	assert_eq!(
		credential.expect("a credential").as_bytes(),
		hex!(
			"0044002094931e841a0140b3126102e1842b56de46818665e7b4714bc98133e261a1218099391b443cb3c9e76d902e77"
			"6cefb4f941ff4b71bc64ab79c5d1ac4667211820047c00440020515c3d6eb9e396b904d3feca7f54fdcd0cc1e997bf37"
			"5dca515ad0a6c3b4035f00204536be3a50f318fbf9a5475902a221502bef0d57e08c53b2cc0a56f17d9f9354"
		)
	);
}
