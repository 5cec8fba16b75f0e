//! K08, as far as a library goes: what was freed holds no secret and no plaintext.

#![allow(unsafe_code, reason = "an allocator cannot be written without it")]

use std::{
	alloc::{GlobalAlloc, Layout, System},
	sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use codec::Encode;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use tea_envelope::*;

/// Every secret and every plaintext of this test consists of it.
const MARK: [u8; 16] = [0xa5; 16];

static WATCHING: AtomicBool = AtomicBool::new(false);
static TRACES: AtomicUsize = AtomicUsize::new(0);

/// Looks through what is freed.
struct Searching;

// SAFETY: everything is handed to the allocator of the system unchanged.
unsafe impl GlobalAlloc for Searching {
	unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
		// SAFETY: the caller keeps the rules of the trait. Zeroes, so that the search reads nothing undefined.
		unsafe { System.alloc_zeroed(layout) }
	}

	unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
		if WATCHING.load(Ordering::Relaxed) {
			// SAFETY: the block is still the caller's, and was zeroed when it was given out.
			let freed = unsafe { std::slice::from_raw_parts(pointer, layout.size()) };
			if freed.windows(MARK.len()).any(|window| window == MARK) {
				TRACES.fetch_add(1, Ordering::Relaxed);
			}
		}
		// SAFETY: the caller keeps the rules of the trait.
		unsafe { System.dealloc(pointer, layout) }
	}
}

#[global_allocator]
static ALLOCATOR: Searching = Searching;

/// Traces that this leaves.
fn traces(work: impl FnOnce()) -> usize {
	TRACES.store(0, Ordering::Relaxed);
	WATCHING.store(true, Ordering::Relaxed);
	work();
	WATCHING.store(false, Ordering::Relaxed);
	TRACES.load(Ordering::Relaxed)
}

fn whole_life(context: &Context, message: &Context) {
	let rng = &mut ChaCha20Rng::seed_from_u64(1);
	let mut bytes = [0xa5; 32];
	let k1 = K1::take(&mut bytes);
	assert_eq!(bytes, [0; 32]);
	let mut seed = [0xa5; 32];
	let keys = Keys {
		k1,
		deployment: Some(DeploymentKey::take(&mut seed)),
	};
	let (secret, psk) = (TransportSecret::generate(rng), Psk::take(&mut [0xa5; 32]));
	let (name, genesis) = ([1; 34], [2; 32]);

	let envelope = KeyEnvelope::seal(
		&keys,
		secret.public(),
		&psk,
		&name,
		&[3; 328],
		&genesis,
		context,
		rng,
	);
	let envelope = envelope.and_then(|envelope| KeyEnvelope::from_bytes(&envelope.encode()));
	let envelope = envelope.expect("an envelope");
	let authentic = envelope.authenticate(|_| true).expect("signed");
	let opened = authentic
		.open(&secret, &psk, &name, &genesis, context)
		.expect("opened");
	assert!(
		authentic
			.open(&secret, &psk, &name, &[0; 32], context)
			.is_err()
	);
	assert_eq!(opened.k1.expose(), keys.k1.expose());

	let text = [0xa5; 3_000];
	let mut committer = Committer::new(&opened.k1);
	committer.update(&text);
	let id = committer.finish().into();
	let sealed = content::seal(&opened.k1, &id, &text, rng).expect("sealed");
	assert_eq!(
		*content::open(&opened.k1, &id, &sealed).expect("opened"),
		text
	);

	let sealed = Message::seal(&text, secret.public(), &genesis, message, rng).expect("sealed");
	assert_eq!(
		*sealed.open(&secret, &genesis, message).expect("opened"),
		text
	);
}

#[test]
fn no_secret_in_freed_memory() {
	let context = Context {
		purpose: Purpose::Pin,
		subject: Subject::Errand(1),
		sender: Party::Module(1),
		receiver: Party::Module(2),
		boot_seq: 1,
		block: 1,
	};
	let message = Context {
		purpose: Purpose::Message,
		..context
	};
	// The search finds what is there.
	assert_eq!(traces(|| drop(vec![0xa5_u8; 100])), 1);
	assert_eq!(traces(|| whole_life(&context, &message)), 0);
}
