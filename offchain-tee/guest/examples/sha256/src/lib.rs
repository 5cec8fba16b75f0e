//! SHA-256 of each data input, one line of hexadecimal digits each. Reads in pieces, so that the input may be larger than
//! the memory.

use sha2::{Digest, Sha256};
use std::{fmt::Write, io::Read};
use tea_guest::{Io, Result};

fn hash(io: &Io) -> Result<()> {
	let mut lines = String::new();
	let mut piece = vec![0; 64 << 10];
	for number in 1..=io.data_count() {
		let mut input = io.data(number)?;
		let mut hasher = Sha256::new();
		loop {
			match input.read(&mut piece)? {
				0 => break,
				count => hasher.update(&piece[..count]),
			}
		}
		for byte in hasher.finalize() {
			write!(lines, "{byte:02x}")?;
		}
		lines.push('\n');
	}
	io.write(lines.as_bytes())
}

tea_guest::entry!(hash);

#[cfg(test)]
mod tests {
	use super::hash;
	use tea_guest::testing::run;

	#[test]
	fn hashes() {
		assert_eq!(
			run(b"", &[b"abc"], hash).output,
			b"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n"
		);
	}
}
