//! A folder where modules in the same hands leave each other proofs, and are told what to do.

use std::{fs, io, path::PathBuf};

use codec::{Decode, Encode};
use serde::Deserialize;
use tea_chain::types::Pot;

/// One proof is to be handed in by one process.
#[derive(Debug, Deserialize)]
pub(crate) struct Order {
	/// What this is about, for the diary. Each word is obeyed once.
	pub(crate) word: String,
	/// Whose session key signs.
	pub(crate) module: u32,
	/// That of which boot.
	pub(crate) boot_seq: u32,
	/// The errand of the proof.
	pub(crate) errand: u64,
}

pub(crate) struct Den(PathBuf);

impl Den {
	pub(crate) const fn new(folder: PathBuf) -> Self {
		Self(folder)
	}

	/// Whether proofs are kept back.
	pub(crate) fn is_holding(&self) -> bool {
		self.0.join("hold").exists()
	}

	/// What is to be done. An order that is half written is none yet.
	pub(crate) fn order(&self) -> Option<Order> {
		let bytes = fs::read(self.0.join("order.json")).ok()?;
		serde_json::from_slice(&bytes).ok()
	}

	fn proof_file(&self, errand: u64) -> PathBuf {
		self.0.join(format!("proof-{errand}"))
	}

	/// Leaves a proof there.
	pub(crate) fn leave(&self, pot: &Pot) -> io::Result<()> {
		fs::write(self.proof_file(pot.body.errand.0), pot.encode())
	}

	/// The proof of an errand that somebody has left.
	pub(crate) fn proof(&self, errand: u64) -> Option<Pot> {
		let bytes = fs::read(self.proof_file(errand)).ok()?;
		Pot::decode(&mut &bytes[..]).ok()
	}

	/// All proofs.
	pub(crate) fn proofs(&self) -> Vec<Pot> {
		let Ok(entries) = fs::read_dir(&self.0) else {
			return Vec::new();
		};
		entries
			.filter_map(|entry| {
				let name = entry.ok()?.file_name().into_string().ok()?;
				self.proof(name.strip_prefix("proof-")?.parse().ok()?)
			})
			.collect()
	}
}
