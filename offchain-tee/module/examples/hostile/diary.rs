//! What happened, one JSON object a line; and what was captured.

use std::{
	fs::{self, OpenOptions},
	io::{self, Write},
	path::PathBuf,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An envelope that was given once, with all that stands around it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Loot {
	pub(crate) deployment: [u8; 32],
	pub(crate) pinner: (u32, u32),
	pub(crate) candidate: (u32, u32),
	pub(crate) block: u32,
	pub(crate) envelope: Vec<u8>,
}

pub(crate) struct Diary {
	folder: PathBuf,
}

impl Diary {
	pub(crate) const fn new(folder: PathBuf) -> Self {
		Self { folder }
	}

	/// Writes one line.
	pub(crate) fn write(&self, line: &Value) {
		let written = OpenOptions::new()
			.create(true)
			.append(true)
			.open(self.folder.join("diary.jsonl"))
			.and_then(|mut file| writeln!(file, "{line}"));
		if let Err(error) = written {
			tracing::error!(%error, "the diary cannot be written");
		}
	}

	pub(crate) fn keep(&self, loot: &Loot) -> io::Result<()> {
		let bytes = serde_json::to_vec(loot).map_err(io::Error::other)?;
		fs::write(self.folder.join("loot.json"), bytes)
	}

	pub(crate) fn loot(&self) -> Option<Loot> {
		let bytes = fs::read(self.folder.join("loot.json")).ok()?;
		serde_json::from_slice(&bytes).ok()
	}
}
