//! The published vectors, through the very functions that envelopes use.

extern crate std;

use core::convert::Infallible;
use std::{collections::HashMap, format, string::String, vec::Vec};

use rand_core::{TryCryptoRng, TryRng};

use crate::{
	secret::{Psk, TransportPublic, TransportSecret},
	suite,
};

/// Gives out the key material of the ephemeral key, once.
struct Once(Option<[u8; 32]>);

impl TryRng for Once {
	type Error = Infallible;

	fn try_next_u32(&mut self) -> Result<u32, Infallible> {
		panic!("only whole keys are drawn")
	}

	fn try_next_u64(&mut self) -> Result<u64, Infallible> {
		panic!("only whole keys are drawn")
	}

	fn try_fill_bytes(&mut self, place: &mut [u8]) -> Result<(), Infallible> {
		place.copy_from_slice(&self.0.take().expect("one key"));
		Ok(())
	}
}

impl TryCryptoRng for Once {}

fn bytes(text: &str) -> Vec<u8> {
	hex::decode(text.trim_start_matches('-')).expect("hex")
}

fn key(text: &str) -> [u8; 32] {
	bytes(text).try_into().expect("32 bytes")
}

fn check(vector: &str) {
	let mut fields = HashMap::new();
	let (mut ciphertexts, mut exports) = (HashMap::new(), Vec::new());
	for line in vector.lines() {
		match line.split(' ').collect::<Vec<_>>()[..] {
			["ct", sequence, value] => {
				ciphertexts.insert(sequence.parse::<u32>().expect("a number"), bytes(value));
			}
			["export", context, value] => exports.push((bytes(context), key(value))),
			[name, value] => {
				fields.insert(name, value);
			}
			_ => {}
		}
	}
	let field = |name: &str| bytes(fields[name]);
	let psk = fields.get("psk").map(|value| Psk::take(&mut key(value)));
	let psk_id = fields
		.get("psk_id")
		.map(|value| bytes(value))
		.unwrap_or_default();
	let psk = psk.as_ref().map(|psk| (psk, &psk_id[..]));
	let secret = TransportSecret::take(&mut key(fields["skRm"]));
	let public = TransportPublic(key(fields["pkRm"]));
	let info = field("info");

	assert_eq!(secret.public(), public);
	let rng = &mut Once(Some(key(fields["ikmE"])));
	let (enc, mut sender) = suite::sender(psk, public, &info, rng).expect("a good key");
	assert_eq!(enc[..], field("enc"));
	let mut receiver = suite::receiver(psk, &secret, &enc, &info).expect("a good key");
	for sequence in 0..=256 {
		let aad = format!("Count-{sequence}");
		let sealed = suite::seal(&mut sender, &field("pt"), aad.as_bytes()).expect("sealed");
		if let Some(expected) = ciphertexts.remove(&sequence) {
			assert_eq!(sealed, expected, "{aad}");
		}
		let opened = suite::open(&mut receiver, &sealed, aad.as_bytes()).expect("opened");
		assert_eq!(*opened, field("pt"));
	}
	assert!(ciphertexts.is_empty());
	for (context, expected) in exports {
		for out in [&mut [0; 32], &mut [0; 32]].into_iter().enumerate() {
			match out {
				(0, out) => sender
					.export(&context, out)
					.map(|()| assert_eq!(*out, expected)),
				(_, out) => receiver
					.export(&context, out)
					.map(|()| assert_eq!(*out, expected)),
			}
			.expect("exported");
		}
	}
}

fn vector(mode: &str) -> String {
	let all = include_str!("../tests/data/rfc9180.txt");
	let (_, vector) = all
		.split_once(&format!("\nmode {mode}\n"))
		.expect("the mode");
	vector.split("\nmode ").next().expect("a vector").into()
}

#[test]
fn base_mode() {
	check(&vector("base"));
}

#[test]
fn psk_mode() {
	check(&vector("psk"));
}
