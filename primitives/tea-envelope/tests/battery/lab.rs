//! What the tests seal and with what.

use std::convert::Infallible;

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use tea_envelope::{
	rand_core::{CryptoRng, TryCryptoRng, TryRng},
	*,
};

pub(crate) const GENESIS: Genesis = [0x6e; 32];
pub(crate) const RK_NAME: [u8; 34] = [0x0b; 34];
pub(crate) const ID: ContentId = ContentId([0x1d; 32]);

pub(crate) fn rng(seed: u64) -> impl CryptoRng {
	ChaCha20Rng::seed_from_u64(seed)
}

/// Counts, so that other implementations give the same bytes.
pub(crate) struct Counting(pub(crate) u8);

impl TryRng for Counting {
	type Error = Infallible;

	fn try_next_u32(&mut self) -> Result<u32, Infallible> {
		let mut bytes = [0; 4];
		self.try_fill_bytes(&mut bytes)
			.map(|()| u32::from_le_bytes(bytes))
	}

	fn try_next_u64(&mut self) -> Result<u64, Infallible> {
		let mut bytes = [0; 8];
		self.try_fill_bytes(&mut bytes)
			.map(|()| u64::from_le_bytes(bytes))
	}

	fn try_fill_bytes(&mut self, place: &mut [u8]) -> Result<(), Infallible> {
		for byte in place {
			*byte = self.0;
			self.0 = self.0.wrapping_add(1);
		}
		Ok(())
	}
}

impl TryCryptoRng for Counting {}

pub(crate) fn k1(byte: u8) -> K1 {
	K1::take(&mut [byte; 32])
}

pub(crate) fn psk(byte: u8) -> Psk {
	Psk::take(&mut [byte; 32])
}

pub(crate) fn transport(byte: u8) -> TransportSecret {
	TransportSecret::take(&mut [byte; 32])
}

/// Bytes in which every chunk differs.
pub(crate) fn plaintext(len: usize) -> Vec<u8> {
	(0..len)
		.map(|at| (at ^ (at >> 8) ^ (at >> 16) ^ (at >> 20)) as u8)
		.collect()
}

pub(crate) fn context(purpose: Purpose) -> Context {
	Context {
		purpose,
		subject: Subject::Deployment([0xde; 32]),
		sender: Party::Module(7),
		receiver: Party::Module(8),
		boot_seq: 3,
		block: 1_000,
	}
}

pub(crate) fn keys(purpose: Purpose) -> Keys {
	let deployment = DeploymentKey::take(&mut [0x22; 32]);
	Keys {
		k1: k1(0x11),
		deployment: (purpose == Purpose::Pin).then_some(deployment),
	}
}

pub(crate) fn seal(context: &Context) -> KeyEnvelope {
	seal_with(context, &mut rng(1))
}

pub(crate) fn seal_with(context: &Context, rng: &mut impl CryptoRng) -> KeyEnvelope {
	KeyEnvelope::seal(
		&keys(context.purpose),
		transport(0x44).public(),
		&psk(0x33),
		&RK_NAME,
		&[0xc0; 140],
		&GENESIS,
		context,
		rng,
	)
	.expect("an envelope")
}

/// Opens with what the receiver has, when the sender's signature is good.
pub(crate) fn open(envelope: &KeyEnvelope, context: &Context) -> Result<Keys, EnvelopeError> {
	envelope
		.authenticate(|_| true)?
		.open(&transport(0x44), &psk(0x33), &RK_NAME, &GENESIS, context)
}
