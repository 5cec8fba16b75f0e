//! What is deployed: a file, a folder, or wasm.

use std::{
	fs::{self, File},
	io::{self, Read},
	path::{Path, PathBuf},
};

use tea_primitives::deployment::{Kind, MAX_CODE, MAX_DATA};

use crate::failure::{Failure, Result};

/// What code begins with: wasm, or a package of this network.
const CODE: [&[u8]; 2] = [
	&tea_executor::abi::WASM_MAGIC,
	&tea_executor::abi::PACKAGE_MAGIC,
];

/// Something that can be read from its beginning as often as needed.
#[derive(Debug)]
pub(crate) struct Source {
	path: PathBuf,
	/// For people.
	pub(crate) name: String,
	/// What it is for.
	pub(crate) kind: Kind,
	/// Its length.
	pub(crate) size: u64,
	/// The archive of a folder; it goes with this.
	_archive: Option<tempfile::NamedTempFile>,
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
	Failure::input(
		format!("{} cannot be read ({error})", path.display()),
		"check the path and its permissions",
	)
}

impl Source {
	/// Looks at a file or folder. `kind`: what it is for, if that is said.
	pub(crate) fn open(path: &Path, kind: Option<Kind>) -> Result<Self> {
		let failed = |error: io::Error| unreadable(path, &error);
		let name = path.file_name().map_or_else(
			|| path.display().to_string(),
			|name| name.to_string_lossy().into_owned(),
		);
		let metadata = fs::metadata(path).map_err(failed)?;
		let archive = if metadata.is_dir() {
			Some(pack(path)?)
		} else {
			None
		};
		let path = archive
			.as_ref()
			.map_or_else(|| path.to_owned(), |archive| archive.path().to_owned());
		let size = fs::metadata(&path).map_err(failed)?.len();
		let mut head = Vec::new();
		File::open(&path)
			.and_then(|file| file.take(8).read_to_end(&mut head))
			.map_err(failed)?;
		let is_code = CODE.iter().any(|magic| head.starts_with(magic));
		let source = Self {
			path,
			name,
			kind: kind.unwrap_or(if is_code { Kind::Code } else { Kind::Data }),
			size,
			_archive: archive,
		};
		source.check()?;
		Ok(source)
	}

	fn check(&self) -> Result<()> {
		let (most, what) = match self.kind {
			Kind::Code => (MAX_CODE, "code"),
			Kind::Data => (MAX_DATA, "data"),
		};
		if self.size > most {
			return Err(Failure::input(
				format!(
					"{} has {} bytes; {what} may have {most}",
					self.name, self.size
				),
				"deploy it in parts",
			));
		}
		if self.kind == Kind::Code {
			let object = fs::read(&self.path).map_err(|error| unreadable(&self.path, &error))?;
			tea_executor::Program::new(&object).map_err(|error| {
				Failure::input(
					format!(
						"{} is not a guest that this network runs: {error}",
						self.name
					),
					"build it as the guide for guests says, or deploy it with --kind data",
				)
			})?;
		}
		Ok(())
	}

	/// Reads it from the beginning.
	pub(crate) fn read(&self) -> Result<File> {
		File::open(&self.path).map_err(|error| unreadable(&self.path, &error))
	}
}

/// A folder as an archive that is the same for the same files, whoever packs it and when.
fn pack(folder: &Path) -> Result<tempfile::NamedTempFile> {
	let mut names = Vec::new();
	list(folder, folder, &mut names)?;
	names.sort();
	let packed = tempfile::NamedTempFile::new().and_then(|archive| {
		let mut builder = tar::Builder::new(io::BufWriter::new(archive.reopen()?));
		for name in &names {
			let mut file = File::open(folder.join(name))?;
			let mut header = tar::Header::new_gnu();
			header.set_size(file.metadata()?.len());
			header.set_mode(0o644);
			header.set_mtime(0);
			builder.append_data(&mut header, name, &mut file)?;
		}
		builder.into_inner()?.into_inner()?;
		Ok(archive)
	});
	packed.map_err(|error| unreadable(folder, &error))
}

/// The files below a folder. Links are followed by nobody: what they lead to may be anywhere.
fn list(root: &Path, folder: &Path, names: &mut Vec<PathBuf>) -> Result<()> {
	let failed = |error: io::Error| unreadable(folder, &error);
	for entry in fs::read_dir(folder).map_err(failed)? {
		let entry = entry.map_err(failed)?;
		let (path, kind) = (entry.path(), entry.file_type().map_err(failed)?);
		if kind.is_dir() {
			list(root, &path, names)?;
		} else if kind.is_file() {
			names.extend(path.strip_prefix(root).map(Path::to_owned));
		} else {
			return Err(Failure::input(
				format!("{} is neither a file nor a folder", path.display()),
				"put the file itself there, or leave it out",
			));
		}
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;

	fn bytes(source: &Source) -> Vec<u8> {
		let mut bytes = Vec::new();
		source.read().unwrap().read_to_end(&mut bytes).unwrap();
		bytes
	}

	#[test]
	fn wasm_is_code_and_everything_else_is_data() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("picture.png");
		fs::write(&path, b"\x89PNG").unwrap();
		let source = Source::open(&path, None).unwrap();
		assert_eq!((source.kind, source.size), (Kind::Data, 4));
		assert_eq!(source.name, "picture.png");
		assert_eq!(bytes(&source), b"\x89PNG");
		// It begins like wasm, and is none that runs.
		fs::write(&path, b"\0asm\x01\0\0\0").unwrap();
		let failure = Source::open(&path, None).unwrap_err();
		assert!(failure.next.contains("--kind data"), "{failure}");
		assert_eq!(
			Source::open(&path, Some(Kind::Data)).unwrap().kind,
			Kind::Data
		);
		assert!(Source::open(&dir.path().join("missing"), None).is_err());
	}

	#[test]
	fn folder_is_packed_the_same_way_whoever_does_it() {
		let pack_again = |order: [&str; 3]| {
			let dir = tempfile::tempdir().unwrap();
			fs::create_dir(dir.path().join("b")).unwrap();
			for name in order {
				fs::write(dir.path().join(name), name).unwrap();
			}
			bytes(&Source::open(dir.path(), None).unwrap())
		};
		let archive = pack_again(["a", "b/c", "d"]);
		assert_eq!(archive, pack_again(["d", "b/c", "a"]));
		let mut names = Vec::new();
		let mut archive = tar::Archive::new(&archive[..]);
		for entry in archive.entries().unwrap() {
			let mut entry = entry.unwrap();
			let name = entry.path().unwrap().display().to_string();
			let mut text = String::new();
			entry.read_to_string(&mut text).unwrap();
			assert_eq!(text, name);
			names.push(name);
		}
		assert_eq!(names, ["a", "b/c", "d"]);
	}

	#[test]
	fn links_in_a_folder_are_not_followed() {
		let dir = tempfile::tempdir().unwrap();
		std::os::unix::fs::symlink("/etc/passwd", dir.path().join("link")).unwrap();
		let failure = Source::open(dir.path(), None).unwrap_err();
		assert!(failure.sentence.contains("neither a file"), "{failure}");
	}
}
