//! Nothing opens but the genuine envelope and the genuine message in their own context.
//!
//! The input is laid over what is genuine, so that the fuzzer starts one byte away from success.

#![no_main]

use std::sync::LazyLock;

use codec::{Decode, Encode};
use libfuzzer_sys::fuzz_target;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use tea_envelope::{
	Context, DeploymentKey, EnvelopeError, K1, KeyEnvelope, Keys, Message, Party, Psk, Purpose,
	Subject, TransportSecret,
};

const NAME: [u8; 34] = [1; 34];
const GENESIS: [u8; 32] = [2; 32];

fn secret() -> TransportSecret {
	TransportSecret::take(&mut [3; 32])
}

fn psk() -> Psk {
	Psk::take(&mut [4; 32])
}

fn context(purpose: Purpose) -> Context {
	Context {
		purpose,
		subject: Subject::Deployment([5; 32]),
		sender: Party::Module(6),
		receiver: Party::Module(7),
		boot_seq: 8,
		block: 9,
	}
}

/// Context and envelope, context and message.
static GENUINE: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
	let rng = &mut ChaCha20Rng::seed_from_u64(1);
	let k1 = K1::take(&mut [10; 32]);
	let keys = Keys {
		k1,
		deployment: Some(DeploymentKey::take(&mut [11; 32])),
	};
	let (public, pin, message) = (
		secret().public(),
		context(Purpose::Pin),
		context(Purpose::Message),
	);
	let envelope = KeyEnvelope::seal(
		&keys,
		public,
		&psk(),
		&NAME,
		&[12; 140],
		&GENESIS,
		&pin,
		rng,
	)
	.expect("an envelope");
	let sealed = Message::seal(b"tea", public, &GENESIS, &message, rng).expect("a message");
	[(pin, envelope).encode(), (message, sealed).encode()]
});

fuzz_target!(
	init: {
		let _ = &*GENUINE;
	},
	|bytes: &[u8]| {
		let Some((which, over)) = bytes.split_first() else { return };
		let genuine = &GENUINE[usize::from(which & 1)];
		let mut laid = genuine.clone();
		for (place, change) in laid.iter_mut().zip(over) {
			*place ^= change;
		}
		let opened = if which & 1 == 0 {
			let Ok((context, envelope)) = <(Context, KeyEnvelope)>::decode(&mut &laid[..]) else {
				return;
			};
			// The credential is the chip's to refuse, and the signature's.
			laid[54..194].copy_from_slice(&genuine[54..194]);
			let authentic = envelope.authenticate(|_| true).expect("signed");
			authentic.open(&secret(), &psk(), &NAME, &GENESIS, &context).map(|keys| {
				assert_eq!(keys.k1.expose(), &[10; 32]);
			})
		} else {
			let Ok((context, message)) = <(Context, Message)>::decode(&mut &laid[..]) else {
				return;
			};
			message.open(&secret(), &GENESIS, &context).map(|text| assert_eq!(*text, b"tea"))
		};
		assert_eq!(opened, if laid == *genuine { Ok(()) } else { Err(EnvelopeError::Open) });
	}
);
