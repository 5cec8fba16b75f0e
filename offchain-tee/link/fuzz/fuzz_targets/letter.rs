//! Nothing opens but the genuine letter.
//!
//! The input is laid over what is genuine, so that the fuzzer starts one byte away from success.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey};
use tea_envelope::TransportSecret;
use tea_link::{Letter, Mailbox, Party, Purpose, Replays, Subject, letter};
use tea_primitives::ids::ModuleId;

const GENESIS: [u8; 32] = [1; 32];
const ME: Party = Party::Module { id: ModuleId(7), boot_seq: 3 };
const SENDER: Party = Party::Client([4; 32]);

fn secret() -> TransportSecret {
	TransportSecret::take(&mut [5; 32])
}

fn signer() -> Keypair {
	MiniSecretKey::from_bytes(&[6; 32])
		.expect("a key")
		.expand_to_keypair(ExpansionMode::Ed25519)
}

static GENUINE: LazyLock<Vec<u8>> = LazyLock::new(|| {
	let subject = Subject::new(b"subject").expect("short");
	Letter::new(Purpose::Round, subject, SENDER, ME, 10, b"body".to_vec())
		.seal(&GENESIS, &signer(), &Mailbox(secret().public().0))
		.expect("a letter")
});

fuzz_target!(|bytes: &[u8]| {
	let Some((how, over)) = bytes.split_first() else { return };
	let laid = if how & 1 == 0 {
		over.to_vec()
	} else {
		let mut laid = GENUINE.clone();
		for (place, change) in laid.iter_mut().zip(over) {
			*place ^= change;
		}
		laid
	};
	let read = letter::open(&laid, &GENESIS, &secret(), &ME, 1).and_then(|unverified| {
		unverified.verify(&SENDER, &signer().public.to_bytes(), &mut Replays::default())
	});
	assert_eq!(read.is_ok(), laid == *GENUINE);
});
