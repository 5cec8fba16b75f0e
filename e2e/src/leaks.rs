//! Search for secrets in everything that programs have left: files, logs, recorded traffic.

use anyhow::{Context, Result};
use std::{
	fs::{self, File},
	io::Read,
	path::{Path, PathBuf},
};

/// Bytes that are read at a time.
const PIECE: usize = 1024 * 1024;

/// Secrets to look for, in each form in which they could be written.
#[derive(Debug, Default)]
pub struct Leaks {
	forms: Vec<Form>,
}

#[derive(Debug)]
struct Form {
	name: String,
	bytes: Vec<u8>,
}

/// Where a secret was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
	/// Which secret, and in which form.
	pub what: String,
	/// In which file.
	pub file: PathBuf,
}

impl Leaks {
	/// Looks for a secret too: as it is, in hex, and in base64 wherever it may begin.
	pub fn secret(mut self, name: &str, secret: &[u8]) -> Self {
		let mut forms = vec![
			("raw", secret.to_vec()),
			("hex", hex::encode(secret).into_bytes()),
			("HEX", hex::encode_upper(secret).into_bytes()),
		];
		for shift in 0..3 {
			for (form, alphabet) in [("base64", b"+/"), ("base64url", b"-_")] {
				forms.push((form, base64_inside(secret, shift, alphabet)));
			}
		}
		for (form, bytes) in forms {
			if self.forms.iter().all(|known| known.bytes != bytes) {
				self.forms.push(Form {
					name: format!("{name} ({form})"),
					bytes,
				});
			}
		}
		self
	}

	/// Searches all files below `dir`, but for those below `except`. Gives what was found, and how many bytes were read.
	pub fn search(&self, dir: &Path, except: &[&Path]) -> Result<(Vec<Leak>, u64)> {
		let mut found = Vec::new();
		let mut read = 0;
		self.walk(dir, except, &mut found, &mut read)?;
		Ok((found, read))
	}

	fn walk(
		&self,
		dir: &Path,
		except: &[&Path],
		found: &mut Vec<Leak>,
		read: &mut u64,
	) -> Result<()> {
		for entry in fs::read_dir(dir).with_context(|| format!("no folder {}", dir.display()))? {
			let entry = entry?;
			let path = entry.path();
			if except.contains(&path.as_path()) {
				continue;
			}
			let kind = entry.file_type()?;
			if kind.is_dir() {
				self.walk(&path, except, found, read)?;
			} else if kind.is_file() {
				match self.look(&path) {
					Ok((forms, len)) => {
						*read += len;
						found.extend(forms.into_iter().map(|what| Leak {
							what,
							file: path.clone(),
						}));
					}
					// Programs that run delete files of their own.
					Err(error) if error.kind() == std::io::ErrorKind::NotFound => (),
					Err(error) => {
						return Err(error).with_context(|| path.display().to_string());
					}
				}
			}
		}
		Ok(())
	}

	fn look(&self, path: &Path) -> std::io::Result<(Vec<String>, u64)> {
		let longest = self.forms.iter().map(|form| form.bytes.len()).max();
		let overlap = longest.unwrap_or(1).saturating_sub(1);
		let finders: Vec<_> = self
			.forms
			.iter()
			.map(|form| (memchr::memmem::Finder::new(&form.bytes), &form.name))
			.collect();
		let mut file = File::open(path)?;
		let mut piece = Vec::with_capacity(PIECE + overlap);
		let (mut found, mut len) = (Vec::<String>::new(), 0);
		loop {
			// The end of the last piece stays: a secret may lie across.
			let kept = piece.len().min(overlap);
			piece.drain(..piece.len() - kept);
			let read = (&mut file).take(PIECE as u64).read_to_end(&mut piece)?;
			if read == 0 {
				return Ok((found, len));
			}
			len += read as u64;
			for (finder, name) in &finders {
				if !found.contains(*name) && finder.find(&piece).is_some() {
					found.push((*name).clone());
				}
			}
		}
	}
}

/// The letters of base64 that a secret has wherever it begins at `shift` modulo 3, without those that depend on what stands
/// beside it.
fn base64_inside(secret: &[u8], shift: usize, special: &[u8; 2]) -> Vec<u8> {
	let letter = |value: u8| match value {
		0..26 => b'A' + value,
		26..52 => b'a' + value - 26,
		52..62 => b'0' + value - 52,
		_ => special[usize::from(value - 62)],
	};
	let bits = |at: usize| secret[at / 8] >> (7 - at % 8) & 1;
	// The first letter that begins inside the secret.
	let mut at = (6 - shift * 8 % 6) % 6;
	let mut letters = Vec::new();
	while at + 6 <= secret.len() * 8 {
		let value = (at..at + 6).fold(0, |value, at| value << 1 | bits(at));
		letters.push(letter(value));
		at += 6;
	}
	letters
}

#[cfg(test)]
mod tests {
	use super::*;

	const SECRET: &[u8] = &[0xfb, 0xff, 0x10, 0x22, 0x91, 0x07, 0x55, 0xfe, 0x3f];

	#[test]
	fn base64_is_that_of_others() {
		// `printf '\xfb\xff\x10\x22\x91\x07\x55\xfe\x3f' | base64`, and with one and two letters in front.
		assert_eq!(base64_inside(SECRET, 0, b"+/"), b"+/8QIpEHVf4/");
		assert_eq!(base64_inside(SECRET, 1, b"+/"), b"v/ECKRB1X+P");
		assert_eq!(base64_inside(SECRET, 2, b"-_"), b"7_xAikQdV_j");
	}

	#[test]
	fn secrets_are_found_in_every_form_and_across_pieces() -> Result<()> {
		let dir = tempfile::tempdir()?;
		let leaks = Leaks::default().secret("key", SECRET);
		let mut long = vec![b'x'; PIECE - 4];
		long.extend(SECRET);
		let files: [(&str, Vec<u8>); 6] = [
			("raw", long),
			("hex", hex::encode(SECRET).into_bytes()),
			("upper", hex::encode_upper(SECRET).into_bytes()),
			("base64", b"ab+/8QIpEHVf4/yz".to_vec()),
			("shifted", b"Yfv/ECKRB1X+Pw==".to_vec()),
			("nothing", b"nothing".to_vec()),
		];
		fs::create_dir(dir.path().join("deep"))?;
		for (name, content) in &files {
			fs::write(dir.path().join("deep").join(name), content)?;
		}
		let (found, read) = leaks.search(dir.path(), &[])?;
		let mut names: Vec<_> = found
			.iter()
			.filter_map(|leak| leak.file.file_name()?.to_str())
			.collect();
		names.sort_unstable();
		assert_eq!(names, ["base64", "hex", "raw", "shifted", "upper"]);
		assert_eq!(
			read,
			files
				.iter()
				.map(|(_, content)| content.len() as u64)
				.sum::<u64>()
		);
		let except = dir.path().join("deep");
		assert_eq!(leaks.search(dir.path(), &[&except])?, (vec![], 0));
		Ok(())
	}
}
