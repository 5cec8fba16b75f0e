//! Commands about errands.

use clap::Args;
use std::path::PathBuf;
use tea_chain::AccountId;
use tea_primitives::{
	HardwareClass,
	deployment::DeploymentId,
	errand::{Capabilities, ErrandId, MAX_FUEL, MAX_PAGES, MAX_WALL_MS},
};

use super::{
	class,
	deployment::{Host, Keys, deployment},
};
use crate::output::amount;

/// Code or data of an errand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
	/// A deployment.
	Deployed(DeploymentId),
	/// A file or a folder, stored for this errand alone.
	File(PathBuf),
}

/// Settings of `run`.
#[derive(Args, Debug)]
pub(crate) struct Run {
	/// The function: the id of a deployment (0x…), or a file with wasm, which is stored first
	#[arg(value_parser = what)]
	pub(crate) code: What,
	/// What it is given, 8 at most: ids of deployments, files or folders
	#[arg(value_parser = what)]
	pub(crate) data: Vec<What>,
	/// More input, 4096 bytes at most, that everybody can read: text, or @FILE
	#[arg(long, value_name = "TEXT", default_value = "")]
	pub(crate) params: String,
	/// Encrypt the files that are named here; their keys go to the executor once it was looked at
	#[arg(long)]
	pub(crate) sealed: bool,
	/// Put the errand on chain, and do not wait for it. `tea result` waits later; sealed files and private deployments need
	/// `tea supply` or `tea errands --serve-keys` then
	#[arg(long, conflicts_with = "out")]
	pub(crate) post_only: bool,
	/// Write the result to this file
	#[arg(long, short, value_name = "FILE")]
	pub(crate) out: Option<PathBuf>,
	/// Overwrite what is there
	#[arg(long, requires = "out")]
	pub(crate) force: bool,
	/// Keep no key of the result on disk: it is lost when this command is interrupted
	#[arg(long, conflicts_with = "post_only")]
	pub(crate) forget_key: bool,
	/// Limits and price
	#[command(flatten)]
	pub(crate) order: Order,
	/// Also check the validators' signatures against this chain specification
	#[arg(long, value_name = "FILE")]
	pub(crate) spec: Option<PathBuf>,
	/// The host
	#[command(flatten)]
	pub(crate) host: Host,
	/// The keys
	#[command(flatten)]
	pub(crate) keys: Keys,
}

/// Limits and price of an errand.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Limits and price")]
pub(crate) struct Order {
	/// The most that it may cost, in TEA; it is put on hold. Asked of the chain if not given
	#[arg(long, value_name = "AMOUNT", value_parser = amount)]
	pub(crate) max_price: Option<u128>,
	/// Fuel of the guest, at most
	#[arg(long, default_value_t = 1_000_000_000, value_parser = clap::value_parser!(u64).range(1..=MAX_FUEL))]
	pub(crate) fuel: u64,
	/// Memory of the guest, at most, in pages of 64 KiB
	#[arg(long, default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_PAGES)))]
	pub(crate) pages: u32,
	/// Bytes of the result, at most
	#[arg(long, value_name = "BYTES", default_value_t = 1 << 20)]
	pub(crate) max_output: u32,
	/// Milliseconds that a run may take. Hitting this is the executor's fault, not the guest's
	#[arg(long, value_name = "MILLISECONDS", default_value_t = 30_000, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_WALL_MS)))]
	pub(crate) wall_ms: u32,
	/// Blocks from now after which it is too late
	#[arg(long, value_name = "BLOCKS", default_value_t = 100)]
	pub(crate) deadline: u32,
	/// Blocks to wait for a key holder, when less than what the chain waits
	#[arg(long, value_name = "BLOCKS")]
	pub(crate) key_wait: Option<u32>,
	/// Class of hardware that may run it: A, B, C, D, V or Dev; repeatable; all if not given
	#[arg(long = "class", value_name = "CLASS", value_parser = class)]
	pub(crate) classes: Vec<HardwareClass>,
	/// Capability that the guest is granted: rand, time or ipfs; repeatable
	#[arg(long = "capability", value_name = "NAME", value_parser = capability)]
	pub(crate) capabilities: Vec<Capabilities>,
	/// Modules of your own may run it too
	#[arg(long)]
	pub(crate) allow_own: bool,
	/// Code from a file: who is paid for it
	#[arg(long, value_name = "ACCOUNT", requires = "payee_price")]
	pub(crate) payee: Option<AccountId>,
	/// Code from a file: what is paid for it, in TEA
	#[arg(long, value_name = "AMOUNT", value_parser = amount, requires = "payee")]
	pub(crate) payee_price: Option<u128>,
}

/// Settings of `result`.
#[derive(Args, Debug)]
pub(crate) struct Outcome {
	/// The errand
	#[arg(value_parser = errand)]
	pub(crate) errand: ErrandId,
	/// Write the result to this file
	#[arg(long, short, value_name = "FILE")]
	pub(crate) out: Option<PathBuf>,
	/// Overwrite what is there
	#[arg(long, requires = "out")]
	pub(crate) force: bool,
	/// The host
	#[command(flatten)]
	pub(crate) host: Host,
	/// The keys
	#[command(flatten)]
	pub(crate) keys: Keys,
}

/// Settings of `verify`.
#[derive(Args, Debug)]
pub(crate) struct Verify {
	/// The errand
	#[arg(value_parser = errand, required_unless_present = "bundle")]
	pub(crate) errand: Option<ErrandId>,
	/// Check what was saved in this file before; no node and no host are asked
	#[arg(long, value_name = "FILE", conflicts_with_all = ["errand", "save"])]
	pub(crate) bundle: Option<PathBuf>,
	/// Save everything that the checks need in this file
	#[arg(long, value_name = "FILE")]
	pub(crate) save: Option<PathBuf>,
	/// Overwrite what is there
	#[arg(long, requires = "save")]
	pub(crate) force: bool,
	/// Chain specification whose validators must have signed; without it the node says who they are
	#[arg(long, value_name = "FILE")]
	pub(crate) spec: Option<PathBuf>,
	/// Leave the result where it is: its hash is not checked
	#[arg(long)]
	pub(crate) without_result: bool,
	/// The host
	#[command(flatten)]
	pub(crate) host: Host,
	/// The keys
	#[command(flatten)]
	pub(crate) keys: Keys,
}

/// Settings of `errands`.
#[derive(Args, Debug)]
pub(crate) struct Errands {
	/// Errands of everybody, not only of the key
	#[arg(long)]
	pub(crate) all: bool,
	/// Show what happens, block by block, until Ctrl-C
	#[arg(long)]
	pub(crate) watch: bool,
	/// Supply the keys that errands ask this account for, each after a look at the executor, until Ctrl-C
	#[arg(long)]
	pub(crate) serve_keys: bool,
	/// The keys
	#[command(flatten)]
	pub(crate) keys: Keys,
}

/// Settings of `supply`.
#[derive(Args, Debug)]
pub(crate) struct Supply {
	/// The errand
	#[arg(value_parser = errand)]
	pub(crate) errand: ErrandId,
	/// Show the executor, and supply nothing
	#[arg(long)]
	pub(crate) look: bool,
	/// The keys
	#[command(flatten)]
	pub(crate) keys: Keys,
}

/// Reads the number of an errand.
pub(crate) fn errand(text: &str) -> Result<ErrandId, String> {
	text.parse()
		.map(ErrandId)
		.map_err(|_| format!("`{text}` is no number of an errand; `tea errands` lists them"))
}

/// Reads what an errand works on: 0x and 64 digits are a deployment, everything else names a file.
fn what(text: &str) -> Result<What, String> {
	match text.strip_prefix("0x") {
		Some(_) => deployment(text).map(What::Deployed),
		None => Ok(What::File(text.into())),
	}
}

fn capability(text: &str) -> Result<Capabilities, String> {
	Ok(match text {
		"rand" => Capabilities::RAND,
		"time" => Capabilities::TIME,
		"ipfs" => Capabilities::IPFS,
		_ => return Err(format!("`{text}` is no capability: rand, time or ipfs")),
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn ids_are_deployments_and_everything_else_is_a_file() {
		let id = format!("0x{}", "4c".repeat(32));
		assert_eq!(what(&id), Ok(What::Deployed(DeploymentId([0x4c; 32]))));
		assert_eq!(what("digits.wasm"), Ok(What::File("digits.wasm".into())));
		assert_eq!(what("./0x4c"), Ok(What::File("./0x4c".into())));
		assert!(what("0x4c").unwrap_err().contains("64 hexadecimal"));
	}

	#[test]
	fn numbers_and_capabilities_are_read() {
		assert_eq!(errand("7"), Ok(ErrandId(7)));
		assert!(errand("-1").is_err() && errand("0x7").is_err());
		assert_eq!(capability("rand"), Ok(Capabilities::RAND));
		assert!(capability("fly").is_err());
	}
}
