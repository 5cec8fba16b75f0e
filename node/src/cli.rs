//! Command line.

use sc_cli::{
	ChainInfoCmd, CheckBlockCmd, ExportBlocksCmd, ExportChainSpecCmd, ExportStateCmd,
	ImportBlocksCmd, KeySubcommand, PurgeChainCmd, RevertCmd, RunCmd,
};

// `sc-cli` takes the short text behind the options for itself, the long one is free.
const EXAMPLES: &str = "Examples:
  tea-node --dev --tmp                              one validator, nothing kept
  tea-node --chain local --alice --base-path A      a validator of a local test network
  tea-node export-chain-spec --chain live > my.json a template for a chain of your own
  tea-node key generate --scheme sr25519            a new account";

/// `tea-node`: run a node, or one of the subcommands.
#[derive(Debug, clap::Parser)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Cli {
	#[command(subcommand)]
	pub(crate) subcommand: Option<Subcommand>,

	#[command(flatten)]
	pub(crate) run: RunCmd,
}

/// What `tea-node` does besides running.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Subcommand {
	/// Make, inspect and insert keys.
	#[command(subcommand)]
	Key(KeySubcommand),

	/// Sign a message with a key.
	Sign(sc_cli::SignCmd),

	/// Verify a signature over a message.
	Verify(sc_cli::VerifyCmd),

	/// Write the chain spec of a chain: dev, local, fast, module, live (a template) or a file.
	ExportChainSpec(ExportChainSpecCmd),

	/// Check that a block is valid.
	CheckBlock(CheckBlockCmd),

	/// Write blocks to a file.
	ExportBlocks(ExportBlocksCmd),

	/// Write the state of a block as a chain spec.
	ExportState(ExportStateCmd),

	/// Read blocks from a file.
	ImportBlocks(ImportBlocksCmd),

	/// Delete the database of a chain.
	PurgeChain(PurgeChainCmd),

	/// Go back by a number of blocks that are not yet final.
	Revert(RevertCmd),

	/// Print what the database knows of the chain.
	ChainInfo(ChainInfoCmd),
}
