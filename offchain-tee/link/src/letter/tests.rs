use std::sync::LazyLock;

use super::*;
use proptest::prelude::*;
use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey};

const GENESIS: Genesis = [1; 32];
const ME: Party = Party::Module {
	id: ModuleId(7),
	boot_seq: 3,
};
const SENDER: Party = Party::Module {
	id: ModuleId(4),
	boot_seq: 2,
};
const NOW: u32 = 100;

fn keypair(seed: u8) -> Keypair {
	MiniSecretKey::from_bytes(&[seed; 32])
		.unwrap()
		.expand_to_keypair(ExpansionMode::Ed25519)
}

fn transport(seed: u8) -> TransportSecret {
	TransportSecret::take(&mut [seed; 32])
}

fn mailbox(seed: u8) -> Mailbox {
	Mailbox(transport(seed).public().0)
}

fn letter() -> Letter {
	Letter::new(
		Purpose::Round,
		Subject::new(b"round").unwrap(),
		SENDER,
		ME,
		NOW + 10,
		b"body".to_vec(),
	)
}

/// Seals with the sender's key to my mailbox.
fn sealed(letter: &Letter) -> Vec<u8> {
	letter.seal(&GENESIS, &keypair(1), &mailbox(1)).unwrap()
}

fn open_mine(sealed: &[u8]) -> Result<Unverified, LetterError> {
	open(sealed, &GENESIS, &transport(1), &ME, NOW)
}

fn read(sealed: &[u8], replays: &mut Replays) -> Result<Letter, LetterError> {
	open_mine(sealed)?.verify(&SENDER, &keypair(1).public.to_bytes(), replays)
}

fn refusal(sealed: &[u8]) -> LetterError {
	read(sealed, &mut Replays::default()).unwrap_err()
}

#[test]
fn letter_arrives_and_its_answer_fits() {
	let letter = letter();
	let opened = open_mine(&sealed(&letter)).unwrap();
	assert_eq!(opened.from(), SENDER);
	assert_eq!(opened.purpose(), Purpose::Round);
	assert_eq!(opened.subject().as_bytes(), b"round");
	assert_eq!(opened.expires(), NOW + 10);
	let key = keypair(1).public.to_bytes();
	assert_eq!(
		opened.verify(&SENDER, &key, &mut Replays::default()),
		Ok(letter.clone())
	);

	let answer = letter.answer(NOW + 5, b"answer".to_vec());
	assert_eq!((answer.from, answer.to), (ME, SENDER));
	assert_eq!(answer.answers, Some(letter.nonce));
	assert_eq!(answer.subject, letter.subject);
	assert_ne!(answer.nonce, letter.nonce);
}

#[test]
fn every_kind_of_party_writes_and_reads() {
	let parties = [ME, Party::Registrar([5; 32]), Party::Client([5; 32])];
	for to in parties {
		for from in parties {
			let letter = Letter::new(
				Purpose::Enrolment,
				Subject::default(),
				from,
				to,
				NOW + 1,
				Vec::new(),
			);
			let sealed = letter.seal(&GENESIS, &keypair(1), &mailbox(1)).unwrap();
			let opened = open(&sealed, &GENESIS, &transport(1), &to, NOW).unwrap();
			let key = keypair(1).public.to_bytes();
			let read = opened.verify(&from, &key, &mut Replays::default());
			assert_eq!(read, Ok(letter));
		}
	}
}

#[test]
fn letter_in_another_mailbox_refused() {
	let sealed = sealed(&letter());
	assert_eq!(
		open(&sealed, &GENESIS, &transport(2), &ME, NOW).unwrap_err(),
		LetterError::OpenFailed
	);
}

#[test]
fn letter_for_another_party_chain_or_boot_refused() {
	let sealed = sealed(&letter());
	let open_as = |genesis: &Genesis, me: &Party| {
		open(&sealed, genesis, &transport(1), me, NOW)
			.map(|_| ())
			.unwrap_err()
	};
	assert_eq!(open_as(&[2; 32], &ME), LetterError::OpenFailed);
	for (id, boot_seq) in [(7, 4), (7, 2), (8, 3)] {
		let id = ModuleId(id);
		let other = Party::Module { id, boot_seq };
		assert_eq!(open_as(&GENESIS, &other), LetterError::OpenFailed);
	}
	assert_eq!(
		open_as(&GENESIS, &Party::Client([7; 32])),
		LetterError::OpenFailed
	);
}

/// A registrar and a client of one account are two parties, though envelopes know one account only.
#[test]
fn letter_to_the_client_is_not_for_the_registrar() {
	let letter = Letter {
		to: Party::Client([5; 32]),
		..letter()
	};
	let registrar = Party::Registrar([5; 32]);
	assert_eq!(
		open(&sealed(&letter), &GENESIS, &transport(1), &registrar, NOW).unwrap_err(),
		LetterError::NotForMe
	);
}

#[test]
fn resealed_letter_refused() {
	// Module 9 reads a letter that was written to it and seals it again, to me.
	let reader = Party::Module {
		id: ModuleId(9),
		boot_seq: 1,
	};
	let genuine = Letter {
		to: reader,
		..letter()
	};
	let first = genuine.seal(&GENESIS, &keypair(1), &mailbox(9)).unwrap();
	let plain = open_bytes(&first, &GENESIS, &transport(9), &reader).unwrap();
	let again = seal_bytes(&plain, &ME, &GENESIS, &mailbox(1)).unwrap();
	assert_eq!(refusal(&again), LetterError::NotForMe);
	// He writes my name over his own: then the signature does not fit.
	let forged = Letter { to: ME, ..genuine };
	let mut plain_forged = forged.encode();
	plain_forged.extend_from_slice(&plain[plain.len() - SIGNATURE_LEN..]);
	let again = seal_bytes(&plain_forged, &ME, &GENESIS, &mailbox(1)).unwrap();
	assert_eq!(refusal(&again), LetterError::BadSignature);
}

#[test]
fn letter_of_another_chain_sealed_again_refused() {
	let letter = letter();
	let first = letter.seal(&[2; 32], &keypair(1), &mailbox(1)).unwrap();
	let plain = open_bytes(&first, &[2; 32], &transport(1), &ME).unwrap();
	let again = seal_bytes(&plain, &ME, &GENESIS, &mailbox(1)).unwrap();
	assert_eq!(refusal(&again), LetterError::BadSignature);
}

#[test]
fn expired_letter_refused() {
	for expires in [0, NOW - 1, NOW] {
		assert_eq!(
			refusal(&sealed(&Letter {
				expires,
				..letter()
			})),
			LetterError::Expired
		);
	}
	for expires in [NOW + MAX_LIFE + 1, u32::MAX] {
		assert_eq!(
			refusal(&sealed(&Letter {
				expires,
				..letter()
			})),
			LetterError::TooFar
		);
	}
	for expires in [NOW + 1, NOW + MAX_LIFE] {
		let sealed = sealed(&Letter {
			expires,
			..letter()
		});
		assert!(read(&sealed, &mut Replays::default()).is_ok());
	}
}

#[test]
fn repeated_letter_is_read_once() {
	let mut replays = Replays::default();
	let letter = letter();
	assert!(read(&sealed(&letter), &mut replays).is_ok());
	// The same bytes, and the same letter in a new envelope.
	assert_eq!(
		read(&sealed(&letter), &mut replays),
		Err(LetterError::Replay)
	);
}

#[test]
fn forged_letter_does_not_use_up_the_nonce() {
	let mut replays = Replays::default();
	let letter = letter();
	let forged = letter.seal(&GENESIS, &keypair(2), &mailbox(1)).unwrap();
	assert_eq!(read(&forged, &mut replays), Err(LetterError::BadSignature));
	assert!(replays.is_empty());
	assert!(read(&sealed(&letter), &mut replays).is_ok());
}

#[test]
fn order_means_nothing() {
	let mut replays = Replays::default();
	let letters: Vec<_> = (0..4u8)
		.map(|number| Letter {
			body: vec![number],
			..letter()
		})
		.collect();
	for number in [2, 0, 3, 1] {
		let read = read(&sealed(&letters[number]), &mut replays).unwrap();
		assert_eq!(read, letters[number]);
	}
}

#[test]
fn forged_sender_refused() {
	// Signed with another key, in the sender's name.
	let forged = letter().seal(&GENESIS, &keypair(2), &mailbox(1)).unwrap();
	assert_eq!(refusal(&forged), LetterError::BadSignature);
	// A genuine letter of another module, and somebody else's key looked up for it.
	let other = Letter {
		from: Party::Module {
			id: ModuleId(5),
			boot_seq: 2,
		},
		..letter()
	};
	let forged = other.seal(&GENESIS, &keypair(2), &mailbox(1)).unwrap();
	assert_eq!(refusal(&forged), LetterError::OtherSender);
	// A key that is no point.
	let opened = open_mine(&sealed(&letter())).unwrap();
	assert_eq!(
		opened.verify(&SENDER, &[0xff; 32], &mut Replays::default()),
		Err(LetterError::BadSignature)
	);
}

#[test]
fn stale_boot_refused() {
	let opened = open_mine(&sealed(&letter())).unwrap();
	let now = Party::Module {
		id: ModuleId(4),
		boot_seq: 3,
	};
	assert_eq!(
		opened.verify(&now, &keypair(1).public.to_bytes(), &mut Replays::default()),
		Err(LetterError::StaleBoot)
	);
}

#[test]
fn signature_covers_every_field() {
	let genuine = letter();
	let signature = Sign::sign(&keypair(1), &genuine.payload(&GENESIS));
	let forgeries = [
		Letter {
			purpose: Purpose::Pin,
			..genuine.clone()
		},
		Letter {
			subject: Subject::default(),
			..genuine.clone()
		},
		Letter {
			nonce: [0; 16],
			..genuine.clone()
		},
		Letter {
			answers: Some([0; 16]),
			..genuine.clone()
		},
		Letter {
			expires: NOW + 11,
			..genuine.clone()
		},
		Letter {
			body: b"Body".to_vec(),
			..genuine.clone()
		},
	];
	for forged in forgeries {
		let mut plain = forged.encode();
		plain.extend_from_slice(&signature);
		let sealed = seal_bytes(&plain, &ME, &GENESIS, &mailbox(1)).unwrap();
		assert_eq!(refusal(&sealed), LetterError::BadSignature);
	}
}

#[test]
fn any_altered_byte_refused() {
	let genuine = sealed(&letter());
	for place in 0..genuine.len() {
		for change in [1, 0x80] {
			let mut altered = genuine.clone();
			altered[place] ^= change;
			// The highest bit of an X25519 coordinate is ignored by the curve, but not by the key derivation.
			assert_eq!(refusal(&altered), LetterError::OpenFailed, "byte {place}");
		}
	}
}

#[test]
fn cut_or_lengthened_letter_refused() {
	let genuine = sealed(&letter());
	for len in 0..genuine.len() {
		assert_eq!(refusal(&genuine[..len]), LetterError::OpenFailed);
	}
	let longer = [&genuine[..], &[0]].concat();
	assert_eq!(refusal(&longer), LetterError::OpenFailed);
}

#[test]
fn oversized_letter_refused() {
	let largest = Letter {
		body: vec![7; MAX_BODY_LEN],
		subject: Subject::new(&[1; MAX_SUBJECT_LEN]).unwrap(),
		answers: Some([2; 16]),
		from: Party::Registrar([3; 32]),
		..letter()
	};
	let bytes = sealed(&largest);
	assert!(bytes.len() <= MAX_LETTER_LEN);
	assert!(open_mine(&bytes).is_ok());

	let larger = Letter {
		body: vec![7; MAX_BODY_LEN + 1],
		..letter()
	};
	assert_eq!(
		larger.seal(&GENESIS, &keypair(1), &mailbox(1)),
		Err(LetterError::TooLong)
	);
	assert_eq!(refusal(&vec![0; MAX_LETTER_LEN + 1]), LetterError::TooLong);
	// Sealed by somebody who does not ask: one byte of body too many, and a subject.
	for plain in [
		larger.encode(),
		Letter {
			subject: Subject(vec![0; MAX_SUBJECT_LEN + 1]),
			..letter()
		}
		.encode(),
	] {
		let plain = [&plain[..], &[0; SIGNATURE_LEN]].concat();
		let sealed = seal_bytes(&plain, &ME, &GENESIS, &mailbox(1)).unwrap();
		assert_eq!(refusal(&sealed), LetterError::OpenFailed);
	}
	assert_eq!(
		Subject::new(&[0; MAX_SUBJECT_LEN + 1]),
		Err(LetterError::TooLong)
	);
}

#[test]
fn mailbox_of_low_order_refused() {
	assert_eq!(
		letter().seal(&GENESIS, &keypair(1), &Mailbox([0; 32])),
		Err(LetterError::ReceiverKey)
	);
}

#[test]
fn letter_encoding_is_frozen() {
	let letter = Letter {
		purpose: Purpose::Errand,
		subject: Subject::new(&[0xaa, 0xbb]).unwrap(),
		from: Party::Module {
			id: ModuleId(1),
			boot_seq: 2,
		},
		to: Party::Registrar([3; 32]),
		nonce: [4; 16],
		answers: Some([5; 16]),
		expires: 6,
		body: vec![7, 8, 9],
	};
	let mut expected = vec![2, 8, 0xaa, 0xbb, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1];
	expected.extend([3; 32]);
	expected.extend([4; 16]);
	expected.push(1);
	expected.extend([5; 16]);
	expected.extend([6, 0, 0, 0, 12, 7, 8, 9]);
	assert_eq!(letter.encode(), expected);
	assert_eq!(Letter::decode_all(&mut &expected[..]), Ok(letter.clone()));

	let mut signed = b"tea/letter/v1".to_vec();
	signed.extend([1; 32]);
	signed.extend(expected);
	assert_eq!(*letter.payload(&GENESIS), signed);
}

#[test]
fn indices_are_frozen() {
	use Purpose::{Enrolment, Errand, Pin, Round};
	for (index, purpose) in [Round, Pin, Errand, Enrolment].into_iter().enumerate() {
		assert_eq!(purpose.encode(), [index as u8]);
	}
	assert_eq!(
		Party::Client([9; 32]).encode(),
		[&[2][..], &[9; 32]].concat()
	);
}

/// What is bound besides the content: frozen, because both ends build it for themselves.
#[test]
fn context_is_frozen() {
	let context = context(&ME, b"content");
	let mut expected = vec![4, 2];
	expected.extend(Sha256::digest(b"content"));
	expected.extend([0, 7, 0, 0, 0, 0, 7, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0]);
	assert_eq!(context.encode(), expected);
}

/// A letter that an earlier build sealed.
#[test]
fn sealed_form_is_frozen() {
	let sealed = sealed(&letter());
	assert_eq!(sealed[0], 1);
	// The length of the sealed K1, then the header of the content.
	assert_eq!(sealed[33], 48 << 2);
	assert_eq!(&sealed[82..87], b"teac\x01");
	assert_eq!(
		&sealed[106..138],
		b"tea/letter/v1/content\0\0\0\0\0\0\0\0\0\0\0"
	);
	assert_eq!(
		sealed.len(),
		82 + 88 + letter().encoded_size() + SIGNATURE_LEN + 16
	);
}

static GENUINE: LazyLock<Vec<u8>> = LazyLock::new(|| sealed(&letter()));

proptest! {
	#[test]
	fn arbitrary_bytes_never_open(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
		prop_assert_eq!(refusal(&bytes), LetterError::OpenFailed);
	}

	/// One step away from what is genuine.
	#[test]
	fn bytes_laid_over_a_letter_never_open(
		at in 0..400usize,
		over in proptest::collection::vec(any::<u8>(), 1..40),
	) {
		let mut laid = GENUINE.clone();
		for (place, change) in laid.iter_mut().skip(at).zip(over) {
			*place ^= change;
		}
		if laid != *GENUINE {
			prop_assert_eq!(refusal(&laid), LetterError::OpenFailed);
		}
	}

	#[test]
	fn arbitrary_plaintext_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
		if let Ok(letter) = Letter::decode_all(&mut &bytes[..]) {
			prop_assert_eq!(letter.encode(), bytes.clone());
		}
		let sealed = seal_bytes(&bytes, &ME, &GENESIS, &mailbox(1)).unwrap();
		prop_assert!(read(&sealed, &mut Replays::default()).is_err());
	}

	#[test]
	fn every_letter_arrives(
		subject in proptest::collection::vec(any::<u8>(), 0..=MAX_SUBJECT_LEN),
		body in proptest::collection::vec(any::<u8>(), 0..2000),
		life in 1..=MAX_LIFE,
	) {
		let letter = Letter { subject: Subject(subject), body, expires: NOW + life, ..letter() };
		prop_assert_eq!(read(&sealed(&letter), &mut Replays::default()), Ok(letter));
	}
}
