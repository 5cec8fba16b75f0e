//! What a host would see of a letter that is not sealed. Encodings of letters and of what committees and testees write are
//! frozen (`tea-link`, `tea-module`), so a test knows what to look for without opening anything.

use crate::{Attacker, Dev};
use codec::Encode;

/// How the head of a letter about a round begins: its purpose, and a subject of eight bytes.
const ROUND: [u8; 2] = [0, 8 << 2];
/// The head: that, module, round, and the kind of its sender.
const HEAD: usize = 2 + 4 + 4 + 1;
/// Rounds and modules of a test are fewer.
const FEW: u32 = 64;
/// How a quote of a TPM begins: `TPM_GENERATED_VALUE`, `TPM_ST_ATTEST_QUOTE`.
const QUOTE: [u8; 6] = *b"\xffTCG\x80\x18";

/// What to look for.
pub struct Marks(Vec<(String, Vec<u8>)>);

impl Default for Marks {
	fn default() -> Self {
		Self::new()
	}
}

impl Marks {
	/// What letters of every network show: the registrars of a development chain, and quotes.
	pub fn new() -> Self {
		let registrars = Dev::ALL.map(|dev| {
			let what = format!("the account of {}, a registrar", dev.name());
			(what, dev.account().to_vec())
		});
		let mut marks = Self(registrars.into());
		marks.know("a quote", &QUOTE);
		marks
	}

	/// Something more that only the reader of a letter may see.
	pub fn know(&mut self, what: &str, bytes: &[u8]) {
		self.0.push((what.to_owned(), bytes.to_vec()));
	}

	/// All that can be seen.
	pub fn names(&self) -> Vec<&str> {
		let known = self.0.iter().map(|(what, _)| what.as_str());
		known.chain([HEAD_OF_A_LETTER]).collect()
	}

	/// What of it stands in the records of an attacker.
	pub fn seen_by(&self, attacker: &Attacker) -> Vec<&str> {
		let known = self.0.iter().filter(|(_, bytes)| attacker.saw(bytes));
		let head = attacker
			.saw_window(HEAD, is_head)
			.then_some(HEAD_OF_A_LETTER);
		known.map(|(what, _)| what.as_str()).chain(head).collect()
	}

	/// A letter that shows all of it, as a program would send it that forgot to seal.
	pub fn unsealed_letter(&self, module: u32) -> Vec<u8> {
		let round = 1u32;
		let subject = [module.to_le_bytes(), round.to_le_bytes()].concat();
		let from = (1u8, Dev::Alice.account());
		let to = (0u8, module, 1u32);
		let body: Vec<u8> = self.0.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
		let (nonce, answers, expires) = ([5u8; 16], None::<[u8; 16]>, 100u32);
		(0u8, subject, from, to, nonce, answers, expires, body).encode()
	}
}

const HEAD_OF_A_LETTER: &str = "the head of a letter";

fn is_head(window: &[u8]) -> bool {
	let number = |at: usize| {
		let bytes = window[at..at + 4].try_into();
		u32::from_le_bytes(bytes.expect("four bytes; qed"))
	};
	window[..2] == ROUND && number(2) < FEW && (1..FEW).contains(&number(6)) && window[10] < 2
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn an_unsealed_letter_has_every_mark() {
		let mut marks = Marks::new();
		marks.know("a secret", b"a secret of thirty-two bytes....");
		let letter = marks.unsealed_letter(3);
		assert!(is_head(&letter[..HEAD]));
		for (what, bytes) in &marks.0 {
			assert!(
				letter.windows(bytes.len()).any(|part| part == bytes),
				"{what}"
			);
		}
		assert!(!is_head(&[0; HEAD]) && !is_head(&[0xff; HEAD]));
	}
}
