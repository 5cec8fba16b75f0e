//! Letters that were read and have not expired.

use std::collections::HashMap;

use crate::letter::{Letter, LetterError, Party};

/// Letters of one sender that are remembered.
const PER_SENDER: usize = 1024;
/// Letters that are remembered.
const IN_ALL: usize = 32 * 1024;

/// Remembers each verified letter until it expires. Its memory is bounded: where it is full, letters are refused rather
/// than forgotten. Only verified letters take room, so a sender can only shut out himself.
///
/// It dies with the process. The keys of a module do so too; a registrar, whose key stays, may read a letter of the last
/// [`MAX_LIFE`](crate::MAX_LIFE) blocks again after a restart, so what it answers must bear that.
#[derive(Debug, Default)]
pub struct Replays {
	seen: HashMap<Party, HashMap<[u8; 16], u32>>,
	count: usize,
	swept: u32,
}

impl Replays {
	/// Takes the letter in, once.
	pub(crate) fn admit(&mut self, letter: &Letter, now: u32) -> Result<(), LetterError> {
		if now > self.swept {
			self.forget(now);
		}
		let count = self.count;
		let of_sender = self.seen.entry(letter.from).or_default();
		if of_sender.contains_key(&letter.nonce) {
			return Err(LetterError::Replay);
		}
		if of_sender.len() >= PER_SENDER || count >= IN_ALL {
			if of_sender.is_empty() {
				self.seen.remove(&letter.from);
			}
			return Err(LetterError::TooMany);
		}
		of_sender.insert(letter.nonce, letter.expires);
		self.count += 1;
		Ok(())
	}

	/// Forgets what has expired by block `now`. It happens by itself with the first letter of a block.
	pub fn forget(&mut self, now: u32) {
		self.seen.retain(|_, letters| {
			letters.retain(|_, expires| *expires > now);
			!letters.is_empty()
		});
		self.count = self.seen.values().map(HashMap::len).sum();
		self.swept = self.swept.max(now);
	}

	/// How many letters are remembered.
	pub fn len(&self) -> usize {
		self.count
	}

	/// Whether nothing is remembered.
	pub fn is_empty(&self) -> bool {
		self.count == 0
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::letter::{Purpose, Subject};

	fn letter(sender: u8, number: u32, expires: u32) -> Letter {
		let mut nonce = [0; 16];
		nonce[..4].copy_from_slice(&number.to_le_bytes());
		Letter {
			nonce,
			..Letter::new(
				Purpose::Round,
				Subject::default(),
				Party::Client([sender; 32]),
				Party::Client([0; 32]),
				expires,
				Vec::new(),
			)
		}
	}

	#[test]
	fn letter_is_admitted_once_and_only_its_sender_is_shut_out() {
		let mut replays = Replays::default();
		for number in 0..PER_SENDER as u32 {
			assert_eq!(replays.admit(&letter(1, number, 10), 1), Ok(()));
		}
		assert_eq!(
			replays.admit(&letter(1, 0, 10), 1),
			Err(LetterError::Replay)
		);
		assert_eq!(
			replays.admit(&letter(1, u32::MAX, 10), 1),
			Err(LetterError::TooMany)
		);
		assert_eq!(replays.admit(&letter(2, 0, 10), 1), Ok(()));
	}

	#[test]
	fn memory_is_bounded_and_comes_back_with_expiry() {
		let mut replays = Replays::default();
		let senders = IN_ALL / PER_SENDER;
		for sender in 0..senders {
			for number in 0..PER_SENDER as u32 {
				assert_eq!(replays.admit(&letter(sender as u8, number, 10), 1), Ok(()));
			}
		}
		let stranger = letter(200, 0, 20);
		assert_eq!(replays.admit(&stranger, 9), Err(LetterError::TooMany));
		assert_eq!(replays.len(), IN_ALL);
		assert_eq!(replays.seen.len(), senders);
		assert_eq!(replays.admit(&stranger, 10), Ok(()));
		assert_eq!(replays.len(), 1);
	}

	#[test]
	fn replay_after_cleanup_refused() {
		let mut replays = Replays::default();
		let long = letter(1, 1, 100);
		replays.admit(&long, 1).unwrap();
		replays.admit(&letter(1, 2, 5), 1).unwrap();
		replays.forget(50);
		assert_eq!(replays.len(), 1);
		assert_eq!(replays.admit(&long, 50), Err(LetterError::Replay));
		// The clock of a host that lies may go back; what was forgotten had expired, so `open` refuses it first.
		assert_eq!(replays.admit(&long, 3), Err(LetterError::Replay));
	}
}
