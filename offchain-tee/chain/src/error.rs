//! What can go wrong on the way to the chain, each with a sentence that says what to do next.

use std::time::Duration;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something is not known of the chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
	/// The address of the node is none.
	#[error("`{url}` is no address of a node ({reason}); write it like ws://127.0.0.1:9944")]
	BadUrl {
		/// What was given.
		url: String,
		/// What is wrong with it.
		reason: String,
	},
	/// Nothing answers there.
	#[error("no node answers at {url} ({reason}); start one, or name the address of another")]
	Unreachable {
		/// Where it was looked for.
		url: String,
		/// What happened.
		reason: String,
	},
	/// The chain specification cannot be used.
	#[error(
		"the chain specification cannot be used: {0}; get it again with `tea chain-spec light`"
	)]
	BadSpec(String),
	/// The light client found nobody who follows the chain of its specification.
	#[error(
		"no peer of the chain {genesis} answered within {} s; see whether the boot nodes of the chain specification run and belong to this chain",
		.within.as_secs()
	)]
	NoPeers {
		/// Genesis hash of the chain that is looked for; `unknown` when the specification does not say.
		genesis: String,
		/// How long it was looked for.
		within: Duration,
	},
	/// Another chain answers.
	#[error(
		"this is another chain: its genesis is {found}, expected was {expected}; point at a node of the right one"
	)]
	WrongChain {
		/// Genesis hash that was expected.
		expected: String,
		/// Genesis hash of the chain that answers.
		found: String,
	},
	/// The chain has no modules.
	#[error("this is no TEA chain: it has no {0}; point at a node of a TEA chain")]
	NotTea(String),
	/// The runtime of the chain means something else by this than this program.
	#[error(
		"the runtime of this chain (version {spec_version}) has another {item} than this program knows; update the program"
	)]
	RuntimeChanged {
		/// Version of the runtime.
		spec_version: u32,
		/// What differs.
		item: String,
	},
	/// Nobody answered in time, or not to the point. Passing.
	#[error(
		"the chain is unavailable: {what} was not answered ({reason}); trying again later helps"
	)]
	ChainUnavailable {
		/// What was asked.
		what: String,
		/// What happened.
		reason: String,
	},
	/// No peer gave a proof that fits the state root. Passing: the peers that did not are left.
	#[error(
		"no peer gave a proof of {what} ({reason}); nothing is believed without, trying again later helps"
	)]
	ProofMissing {
		/// What was asked.
		what: String,
		/// What happened.
		reason: String,
	},
	/// The block is not kept any more.
	#[error("block {number} is not kept any more; ask a newer one")]
	BlockGone {
		/// Its number.
		number: u32,
	},
	/// The newest finalised block is too old for anything that matters.
	#[error(
		"the newest finalised block {number} is {} s old; the chain or the way to it stands still, or this clock is wrong",
		.age.as_secs()
	)]
	StaleHead {
		/// Its number.
		number: u32,
		/// Its age.
		age: Duration,
	},
	/// The newest finalised block is from the future.
	#[error(
		"block {number} is {} s ahead of this clock; set the clock of this machine",
		.ahead.as_secs()
	)]
	ClockBehind {
		/// Its number.
		number: u32,
		/// How far.
		ahead: Duration,
	},
	/// What the chain answered has not the form that this program knows.
	#[error("{what} cannot be read ({reason}); update the program, or report this")]
	Unreadable {
		/// What was read.
		what: String,
		/// What is wrong.
		reason: String,
	},
}

impl Error {
	/// Whether trying later makes sense without a person.
	pub const fn is_passing(&self) -> bool {
		matches!(
			self,
			Self::ChainUnavailable { .. }
				| Self::ProofMissing { .. }
				| Self::BlockGone { .. }
				| Self::StaleHead { .. }
				| Self::Unreachable { .. }
				| Self::NoPeers { .. }
		)
	}
}

/// Why an extrinsic did nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
	/// The chain cannot be asked.
	#[error(transparent)]
	Chain(#[from] Error),
	/// The pool does not take it, and would not take it again.
	#[error("{call} is not accepted: {reason}")]
	Refused {
		/// The call, `Pallet.call`.
		call: String,
		/// Why.
		reason: Refusal,
	},
	/// It stands in a block, and the call in it failed.
	#[error("{call} failed: {error}")]
	Dispatch {
		/// The call, `Pallet.call`.
		call: String,
		/// Why.
		error: DispatchFailure,
	},
	/// It was tried several times and never got into a finalised block.
	#[error(
		"{call} did not get into a block in {attempts} attempts ({last}); the chain is busy or stands still, try later"
	)]
	SubmitFailed {
		/// The call, `Pallet.call`.
		call: String,
		/// How often it was tried.
		attempts: u32,
		/// What happened at last.
		last: String,
	},
	/// Something used the nonce while nobody could look: whether it was this call is not known.
	#[error(
		"whether {call} was carried out is not known, because blocks were missed; look at the state of the chain before trying again"
	)]
	OutcomeUnknown {
		/// The call, `Pallet.call`.
		call: String,
	},
	/// The caller took it back before it stood in a block.
	#[error("{call} was taken back")]
	Withdrawn {
		/// The call, `Pallet.call`.
		call: String,
	},
	/// The program is shutting down.
	#[error("{call} was given up, because this program stops")]
	Abandoned {
		/// The call, `Pallet.call`.
		call: String,
	},
}

impl SubmitError {
	/// The error of the pallet, if it is one: (pallet, name).
	pub fn dispatch(&self) -> Option<(&str, &str)> {
		match self {
			Self::Dispatch { error, .. } => Some((&error.pallet, &error.name)),
			_ => None,
		}
	}

	/// Whether trying later makes sense without a person.
	pub const fn is_passing(&self) -> bool {
		match self {
			Self::Chain(error) => error.is_passing(),
			Self::SubmitFailed { .. } | Self::OutcomeUnknown { .. } => true,
			_ => false,
		}
	}
}

/// Why the pool does not take an extrinsic.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
	/// The account has not the money for the fee, or the duty is no duty now.
	#[error(
		"the account cannot pay the fee; send it some money, or, for a duty, it is not this account's turn"
	)]
	Payment,
	/// The nonce was used already.
	#[error("its nonce was used already")]
	Stale,
	/// The nonce is not next.
	#[error("another extrinsic of this account has to come first")]
	Future,
	/// The signature does not fit; also when runtime or genesis are others than believed.
	#[error("the signature does not fit; the runtime may have changed just now")]
	BadProof,
	/// The block it was made for is too old.
	#[error("it was made for a block that is too old")]
	AncientBirthBlock,
	/// There is no room in a block.
	#[error("the blocks are full")]
	ExhaustsResources,
	/// The account may not sign.
	#[error("this account cannot sign extrinsics")]
	BadSigner,
	/// Anything else.
	#[error("{0}")]
	Other(String),
}

impl Refusal {
	/// Whether the same call with another nonce and birth block may be taken.
	pub(crate) const fn is_passing(&self) -> bool {
		matches!(
			self,
			Self::Stale
				| Self::Future
				| Self::AncientBirthBlock
				| Self::ExhaustsResources
				| Self::BadProof
		)
	}
}

/// The error of a call that stands in a block, with the sentence that the runtime documents it by.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct DispatchFailure {
	/// The pallet; `System` for errors that belong to none.
	pub pallet: String,
	/// The error.
	pub name: String,
	/// The field that is wrong, where the error names one.
	pub detail: Option<String>,
	/// What the runtime says about the error.
	pub doc: String,
}

impl std::fmt::Display for DispatchFailure {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "{}.{}", self.pallet, self.name)?;
		if let Some(detail) = &self.detail {
			write!(f, "({detail})")?;
		}
		if !self.doc.is_empty() {
			write!(f, ": {}", self.doc)?;
		}
		Ok(())
	}
}

impl std::error::Error for DispatchFailure {}
