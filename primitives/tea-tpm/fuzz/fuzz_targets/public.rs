//! A public area that is recognised is written again byte for byte, and is of one kind only.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tea_tpm::{AkPublic, EkPublic, RkPublic};

fuzz_target!(|bytes: &[u8]| {
	let policy = bytes.get(10..).and_then(|rest| rest.first_chunk::<32>()).copied();
	let ak = AkPublic::parse(bytes);
	let ek = EkPublic::parse(bytes);
	let rk = policy.map(|policy| RkPublic::parse(bytes, &policy));
	if let Ok(ak) = &ak {
		assert_eq!(ak.public_area().as_bytes(), bytes);
	}
	if let Ok(ek) = &ek {
		assert_eq!(ek.public_area().as_bytes(), bytes);
	}
	if let Some(Ok(rk)) = &rk {
		assert_eq!(rk.public_area().as_bytes(), bytes);
	}
	let kinds = [ak.is_ok(), ek.is_ok(), rk.is_some_and(|rk| rk.is_ok())];
	assert!(kinds.into_iter().filter(|is| *is).count() <= 1);
});
