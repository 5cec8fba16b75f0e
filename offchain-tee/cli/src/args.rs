//! The command line.

pub(crate) mod deployment;
pub(crate) mod errand;

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use tea_chain::AccountId;
use tea_primitives::HardwareClass;
use tea_tpm::{EkKind, SignatureAlgorithm};
use tea_tpm_device::Tcti;

use crate::output::amount;

/// Deploys, runs and verifies; checks a machine before it becomes a module, enrols it, shows where modules stand and why; speaks for
/// governance.
#[derive(Debug, Parser)]
#[command(name = "tea", version, after_help = crate::failure::table())]
pub(crate) struct Tea {
	/// Settings of all commands.
	#[command(flatten)]
	pub(crate) global: Global,
	/// What to do.
	#[command(subcommand)]
	pub(crate) command: Command,
}

/// Settings of all commands.
#[derive(Args, Clone, Debug)]
pub(crate) struct Global {
	/// Node to talk to; it is trusted
	#[arg(
		long,
		global = true,
		env = "TEA_NODE_URL",
		value_name = "URL",
		default_value = "ws://127.0.0.1:9944"
	)]
	pub(crate) node: String,
	/// Refuse every chain but the one with this genesis hash
	#[arg(long, global = true, env = "TEA_GENESIS", value_name = "0xHASH", value_parser = hash)]
	pub(crate) genesis: Option<[u8; 32]>,
	/// Key file to sign with: one line with a secret URI, readable by nobody else
	#[arg(
		long,
		global = true,
		env = "TEA_KEY",
		value_name = "FILE",
		conflicts_with = "suri"
	)]
	pub(crate) key: Option<PathBuf>,
	/// Secret URI to sign with, such as //Alice. Others on this machine can see it: for development only
	#[arg(long, global = true, value_name = "URI")]
	pub(crate) suri: Option<String>,
	/// Print JSON
	#[arg(long, global = true)]
	pub(crate) json: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
	/// Check TPM, clock, node, account and issuer, and say what to do next
	Doctor(Doctor),
	/// Enrol the TPM of this machine for a module; goes on where an interruption left it
	Enrol(Enrol),
	/// List all modules
	Modules,
	/// Look at one module, or act for it
	#[command(subcommand)]
	Module(Module),
	/// Issuers of endorsement certificates
	#[command(subcommand)]
	Issuer(Issuer),
	/// Releases: approved measurements
	#[command(subcommand)]
	Release(Release),
	/// Registrars, who fill committees while there are too few modules
	#[command(subcommand)]
	Registrar(Registrar),
	/// Motions of the council
	#[command(subcommand)]
	Council(Council),
	/// Windows, periods and prices in force
	Parameters,
	/// Chain specifications for modules
	#[command(subcommand)]
	ChainSpec(ChainSpec),
	/// Deploy code or data: encrypt it here, store it, hand its key to a module, register it. Repeat it after an interruption
	Deploy(Box<deployment::Deploy>),
	/// Who holds the key of a deployment, who got it from whom, and whether the proofs of that verify
	Pins(deployment::Pins),
	/// Hand the key of a lost deployment to a module again
	Reseed(deployment::Reseed),
	/// End a deployment: no further errands and pins
	Retire {
		/// The deployment
		#[arg(value_parser = deployment::deployment)]
		deployment: tea_primitives::deployment::DeploymentId,
	},
	/// Fetch the content of a deployment, and decrypt it with the own key
	Fetch(deployment::Fetch),
	/// Run code on data in a module that nobody chose: post it, watch it, decrypt the result, verify the proof
	Run(Box<errand::Run>),
	/// The result of an errand of one's own: fetched, compared with the chain, decrypted
	Result(errand::Outcome),
	/// Verify the proof of an errand, and name every check
	Verify(errand::Verify),
	/// List errands, watch them, or supply the keys that they ask for
	Errands(errand::Errands),
	/// Look at the executor of an errand that asks for a key, and supply it
	Supply(errand::Supply),
	/// Supply no key for an errand: its client has everything back
	Refuse {
		/// The errand
		#[arg(value_parser = errand::errand)]
		errand: tea_primitives::errand::ErrandId,
	},
	/// Take an errand back that nobody has claimed
	Cancel {
		/// The errand
		#[arg(value_parser = errand::errand)]
		errand: tea_primitives::errand::ErrandId,
	},
	/// Do what is due about an errand, as anybody may: its executor has lost its certificate, or its time is over
	Expire {
		/// The errand
		#[arg(value_parser = errand::errand)]
		errand: tea_primitives::errand::ErrandId,
	},
	/// The account of the key: its address and what it owns
	Account,
	/// Send money
	Transfer {
		/// To whom
		to: AccountId,
		/// How much, in TEA
		#[arg(value_parser = amount)]
		amount: u128,
	},
}

/// Settings of `doctor`.
#[derive(Args, Debug)]
pub(crate) struct Doctor {
	/// Configuration of the module; its settings are checked, and the flags below are not needed
	#[arg(long, value_name = "FILE")]
	pub(crate) config: Option<PathBuf>,
	/// Where the TPM is
	#[arg(
		long,
		env = "TEA_TPM",
		value_name = "PLACE",
		default_value = "device:/dev/tpmrm0"
	)]
	pub(crate) tpm: Tcti,
	/// Kind of the endorsement key: rsa2048, p256 or p384
	#[arg(long, value_name = "KIND", default_value = "rsa2048", value_parser = ek_kind)]
	pub(crate) ek: EkKind,
	/// Class of the hardware
	#[arg(long, value_parser = class, default_value = "C")]
	pub(crate) class: HardwareClass,
	/// File with the certificate, for chips that keep none
	#[arg(long, value_name = "FILE")]
	pub(crate) ek_certificate: Option<PathBuf>,
	/// Issuer of the certificate, by its number on chain
	#[arg(long)]
	pub(crate) issuer: Option<u32>,
	/// Module, by the number of its Camellia
	#[arg(long)]
	pub(crate) module: Option<u32>,
	/// Account of the operator; that of the key if there is one
	#[arg(long)]
	pub(crate) account: Option<AccountId>,
}

/// Settings of `enrol`.
#[derive(Args, Debug)]
pub(crate) struct Enrol {
	/// Configuration of the module
	#[arg(long, value_name = "FILE", default_value = "module.toml")]
	pub(crate) config: PathBuf,
}

/// One module.
#[derive(Debug, Subcommand)]
pub(crate) enum Module {
	/// Everything about a module: status, why, keys, round, votes, certificate
	Show {
		/// The module
		module: u32,
	},
	/// Name the account that acts for the module; sign as its owner
	SetOperator {
		/// The module
		module: u32,
		/// The account, or `none`
		#[arg(value_parser = operator)]
		operator: Operator,
	},
	/// Take the hardware out of the network; sign as its owner
	Retire {
		/// The module
		module: u32,
	},
	/// Governance: have a Camellia born, on which a module can live
	Bear {
		/// Its first owner
		owner: AccountId,
		/// Its kind
		#[arg(long, value_enum, default_value = "b")]
		kind: Kind,
		/// How governance speaks
		#[command(flatten)]
		via: Governed,
	},
}

/// An account, or none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operator(pub Option<AccountId>);

/// Kind of a Camellia.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Kind {
	/// Twice the productivity
	A,
	/// The measure of the others
	B,
	/// Half the productivity
	C,
}

/// How a call of governance goes out.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Governed {
	/// Through the sudo key of a development chain, or as a motion of the council; without this, whichever the key is
	#[arg(long, value_enum)]
	pub(crate) via: Option<Via>,
}

/// The ways of governance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Via {
	/// The sudo key
	Sudo,
	/// A motion of the council
	Council,
}

/// Issuers.
#[derive(Debug, Subcommand)]
pub(crate) enum Issuer {
	/// List all issuers
	List,
	/// Governance: register an issuer, or a newer record of one
	Add(IssuerAdd),
	/// Governance: accept an issuer again
	Accept {
		/// The issuer
		issuer: u32,
		/// How governance speaks
		#[command(flatten)]
		via: Governed,
	},
	/// Governance: let no more chips of an issuer enrol
	Suspend {
		/// The issuer
		issuer: u32,
		/// How governance speaks
		#[command(flatten)]
		via: Governed,
	},
}

/// Settings of `issuer add`.
#[derive(Args, Debug)]
pub(crate) struct IssuerAdd {
	/// Its number
	pub(crate) issuer: u32,
	/// Its certificate or public key, in PEM or DER
	#[arg(long, value_name = "FILE")]
	pub(crate) certificate: PathBuf,
	/// What the hardware behind its certificates can prove: A, B, C, D, V or Dev
	#[arg(long, value_parser = class)]
	pub(crate) class: HardwareClass,
	/// Maker of the TPMs: four letters as registered by the TCG, such as IFX, or 0x and hexadecimal digits
	#[arg(long, value_parser = vendor)]
	pub(crate) vendor: u32,
	/// How it signs: rsa-sha256, rsa-sha384, p256-sha256 or p384-sha384; SHA-256 of its kind of key if not given
	#[arg(long, value_parser = algorithm)]
	pub(crate) algorithm: Option<SignatureAlgorithm>,
	/// Every certificate states the purpose of an endorsement key
	#[arg(long)]
	pub(crate) requires_purpose: bool,
	/// Chips of this issuer at most
	#[arg(long, default_value_t = 1_000_000)]
	pub(crate) cap: u32,
	/// Version of the record; one more than the present one if not given
	#[arg(long)]
	pub(crate) record_version: Option<u32>,
	/// How governance speaks
	#[command(flatten)]
	pub(crate) via: Governed,
}

/// Releases.
#[derive(Debug, Subcommand)]
pub(crate) enum Release {
	/// List all releases
	List,
	/// Compute the reference values of a build; needs no TPM and no node
	Compute(Measured),
	/// Governance: accept a release
	Add {
		/// Its number
		release: u32,
		/// What it measures
		#[command(flatten)]
		measured: Measured,
		/// First block in which it is accepted no more
		#[arg(long)]
		until: Option<u32>,
		/// How governance speaks
		#[command(flatten)]
		via: Governed,
	},
	/// Governance: accept a release no more
	Retire {
		/// Its number
		release: u32,
		/// How governance speaks
		#[command(flatten)]
		via: Governed,
	},
}

/// What a release measures.
#[derive(Args, Debug)]
pub(crate) struct Measured {
	/// The executable `tea-module`
	#[arg(long, value_name = "FILE")]
	pub(crate) module_exe: PathBuf,
	/// The chain specification that the module follows as a light client
	#[arg(long, value_name = "FILE", required_unless_present = "dev_trust_rpc")]
	pub(crate) spec: Option<PathBuf>,
	/// The module trusts a node instead, for development
	#[arg(long, conflicts_with = "spec")]
	pub(crate) dev_trust_rpc: bool,
	/// Class of the hardware: A, B, C, D, V or Dev
	#[arg(long, value_parser = class)]
	pub(crate) class: HardwareClass,
}

/// Registrars.
#[derive(Debug, Subcommand)]
pub(crate) enum Registrar {
	/// List all registrars
	List,
	/// Governance: name a registrar, or change what is known of it
	Set {
		/// Its account
		account: AccountId,
		/// X25519 key that messages are sealed to
		#[arg(long, value_name = "0xKEY", value_parser = hash)]
		transport: [u8; 32],
		/// On whose behalf it acts; itself if not given
		#[arg(long)]
		owner: Option<AccountId>,
		/// Name of the owner, for people; 32 bytes at most
		#[arg(long)]
		name: String,
		/// How governance speaks
		#[command(flatten)]
		via: Governed,
	},
	/// Governance: dismiss a registrar
	Remove {
		/// Its account
		account: AccountId,
		/// How governance speaks
		#[command(flatten)]
		via: Governed,
	},
}

/// The council.
#[derive(Debug, Subcommand)]
pub(crate) enum Council {
	/// List the open motions
	Motions,
	/// Vote on a motion
	Vote {
		/// Number of the motion
		index: u32,
		/// Vote against it
		#[arg(long)]
		against: bool,
	},
	/// Count the votes on a motion and carry it out
	Close {
		/// Number of the motion
		index: u32,
	},
}

/// Chain specifications.
#[derive(Debug, Subcommand)]
pub(crate) enum ChainSpec {
	/// Fetch a specification with a checkpoint from a node, for light clients
	Light {
		/// Where to write it
		#[arg(long, value_name = "FILE")]
		out: PathBuf,
		/// A boot node that listens for WebSocket, with its peer id; those the node listens on if not given
		#[arg(long = "boot-node", value_name = "MULTIADDR")]
		boot_nodes: Vec<String>,
	},
}

fn hash(text: &str) -> Result<[u8; 32], String> {
	hex::decode(text.strip_prefix("0x").unwrap_or(text))
		.ok()
		.and_then(|bytes| bytes.try_into().ok())
		.ok_or_else(|| format!("`{text}` is not 0x and 64 hexadecimal digits"))
}

fn operator(text: &str) -> Result<Operator, String> {
	if text == "none" {
		return Ok(Operator(None));
	}
	text.parse()
		.map(|account| Operator(Some(account)))
		.map_err(|error: tea_chain::NotAnAccount| error.to_string())
}

/// Reads a class of hardware.
pub(crate) fn class(text: &str) -> Result<HardwareClass, String> {
	Ok(match text.to_ascii_lowercase().as_str() {
		"a" => HardwareClass::A,
		"b" => HardwareClass::B,
		"c" => HardwareClass::C,
		"d" => HardwareClass::D,
		"v" => HardwareClass::V,
		"dev" => HardwareClass::Dev,
		_ => return Err(format!("`{text}` is no class: A, B, C, D, V or Dev")),
	})
}

fn ek_kind(text: &str) -> Result<EkKind, String> {
	Ok(match text {
		"rsa2048" => EkKind::Rsa2048,
		"p256" => EkKind::P256,
		"p384" => EkKind::P384,
		_ => {
			return Err(format!(
				"`{text}` is no kind of endorsement key: rsa2048, p256 or p384"
			));
		}
	})
}

fn algorithm(text: &str) -> Result<SignatureAlgorithm, String> {
	Ok(match text {
		"rsa-sha256" => SignatureAlgorithm::RsaSha256,
		"rsa-sha384" => SignatureAlgorithm::RsaSha384,
		"p256-sha256" => SignatureAlgorithm::EcdsaP256Sha256,
		"p384-sha384" => SignatureAlgorithm::EcdsaP384Sha384,
		_ => {
			return Err(format!(
				"`{text}` is no way to sign: rsa-sha256, rsa-sha384, p256-sha256 or p384-sha384"
			));
		}
	})
}

/// Four letters, padded with zeros at the end, are a number in big-endian order.
fn vendor(text: &str) -> Result<u32, String> {
	let refused = || format!("`{text}` is no maker: up to four letters such as IFX, or 0x49465800");
	if let Some(digits) = text.strip_prefix("0x") {
		return u32::from_str_radix(digits, 16).map_err(|_| refused());
	}
	if text.is_empty() || text.len() > 4 || !text.is_ascii() {
		return Err(refused());
	}
	let mut letters = [0; 4];
	for (to, from) in letters.iter_mut().zip(text.bytes()) {
		*to = from;
	}
	Ok(u32::from_be_bytes(letters))
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::CommandFactory;

	#[test]
	fn the_command_line_is_consistent() {
		Tea::command().debug_assert();
	}

	#[test]
	fn makers_are_letters_or_numbers() {
		assert_eq!(vendor("IFX"), Ok(0x4946_5800));
		assert_eq!(vendor("0x49465800"), Ok(0x4946_5800));
		assert_eq!(vendor("IBM"), Ok(0x4942_4d00));
		for text in ["", "TOOLONG", "0x", "0xzz", "ÄÖ"] {
			assert!(vendor(text).is_err(), "{text}");
		}
	}

	#[test]
	fn words_for_classes_and_keys_are_read() {
		assert_eq!(class("dev"), Ok(HardwareClass::Dev));
		assert_eq!(class("A"), Ok(HardwareClass::A));
		assert!(class("x").is_err());
		assert!(ek_kind("rsa4096").is_err());
		assert!(algorithm("sha1").is_err());
		assert!(hash("0x12").is_err());
		assert!(hash(&"ab".repeat(32)).is_ok());
		assert!(operator("none").is_ok_and(|operator| operator.0.is_none()));
		assert!(operator("nobody").is_err());
	}
}
