//! Counts the words of all data inputs.

use tea_guest::{Io, Result};

fn count(io: &Io) -> Result<()> {
	let mut words = 0;
	for number in 1..=io.data_count() {
		let text = io.data(number)?.read_to_end()?;
		words += text
			.split(u8::is_ascii_whitespace)
			.filter(|word| !word.is_empty())
			.count();
	}
	io.write(format!("{words}\n").as_bytes())
}

tea_guest::entry!(count);

#[cfg(test)]
mod tests {
	use super::count;
	use tea_guest::testing::run;

	#[test]
	fn counts() {
		assert_eq!(run(b"", &[b" one  two\n", b"three"], count).output, b"3\n");
		assert_eq!(run(b"", &[], count).output, b"0\n");
	}
}
