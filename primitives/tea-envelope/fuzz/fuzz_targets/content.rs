//! Nothing opens but the genuine content, whatever is changed, cut off or put behind.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use tea_envelope::{ContentId, EnvelopeError, K1, content};

const ID: ContentId = ContentId([1; 32]);
const PLAINTEXT: [u8; 50] = [2; 50];

fn k1() -> K1 {
	K1::take(&mut [3; 32])
}

static GENUINE: LazyLock<Vec<u8>> = LazyLock::new(|| {
	let rng = &mut ChaCha20Rng::seed_from_u64(1);
	content::seal(&k1(), &ID, &PLAINTEXT, rng).expect("sealed")
});

fuzz_target!(
	init: {
		let _ = &*GENUINE;
	},
	|bytes: &[u8]| {
		let Some((len, over)) = bytes.split_first() else { return };
		let mut laid = GENUINE.clone();
		laid.resize(GENUINE.len().saturating_add_signed(isize::from(len.cast_signed())), 0);
		for (place, change) in laid.iter_mut().zip(over) {
			*place ^= change;
		}
		let opened = content::open(&k1(), &ID, &laid).map(|text| assert_eq!(*text, PLAINTEXT));
		assert_eq!(opened, if laid == *GENUINE { Ok(()) } else { Err(EnvelopeError::Open) });
		assert_eq!(content::open(&k1(), &ID, bytes).err(), Some(EnvelopeError::Open));
	}
);
