//! How a command fails: one sentence, the next step, an exit code.

use std::fmt;
use tea_chain::{Error as ChainError, KeyError, SubmitError};
use tea_module::exit::{Cause, Exit};

/// The exit codes that are not those of `tea-module`.
macro_rules! kinds {
	($($code:literal $name:ident $what:literal;)+) => {
		/// Kinds of failure that only this program knows.
		#[derive(Clone, Copy, Debug, PartialEq, Eq)]
		pub(crate) enum Kind {
			$(#[doc = $what] $name,)+
		}

		impl Kind {
			/// Every kind.
			const ALL: &'static [Self] = &[$(Self::$name),+];

			/// The exit code.
			pub(crate) const fn code(self) -> u8 {
				match self { $(Self::$name => $code,)+ }
			}

			const fn meaning(self) -> &'static str {
				match self { $(Self::$name => $what,)+ }
			}
		}
	};
}

kinds! {
	3 NotFound "there is nothing of that name or number";
	4 Unreachable "the node cannot be reached, or does not answer";
	5 Refused "the chain refused it";
	6 Input "a file or an argument cannot be used";
	7 Output "a file cannot be written";
	8 Denied "no module takes it";
	9 Untrusted "a proof or a content is not what it should be";
	40 Unfulfilled "the errand ended without the result that was wanted";
}

/// The end of a command that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
	/// The exit code.
	pub(crate) code: u8,
	/// What happened.
	pub(crate) sentence: String,
	/// What to do next.
	pub(crate) next: String,
}

/// Result of a command.
pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
	/// A failure of this kind.
	pub(crate) fn new(kind: Kind, sentence: impl fmt::Display, next: impl fmt::Display) -> Self {
		Self {
			code: kind.code(),
			sentence: sentence.to_string(),
			next: next.to_string(),
		}
	}

	/// A failure with a cause that `tea-module` knows too.
	pub(crate) fn of(cause: Cause, sentence: impl fmt::Display) -> Self {
		Self {
			code: cause.code(),
			sentence: sentence.to_string(),
			next: cause.next_step().to_owned(),
		}
	}

	/// A file or an argument that cannot be used.
	pub(crate) fn input(sentence: impl fmt::Display, next: impl fmt::Display) -> Self {
		Self::new(Kind::Input, sentence, next)
	}
}

impl From<Exit> for Failure {
	fn from(exit: Exit) -> Self {
		Self::of(exit.cause, exit.sentence)
	}
}

/// Errors of the chain say the next step behind a semicolon.
fn split(text: &str) -> (String, String) {
	match text.rsplit_once("; ") {
		Some((sentence, next)) => (sentence.to_owned(), next.to_owned()),
		None => (text.to_owned(), "see the sentence above".to_owned()),
	}
}

impl From<ChainError> for Failure {
	fn from(error: ChainError) -> Self {
		let code = match &error {
			ChainError::WrongChain { .. }
			| ChainError::NotTea(_)
			| ChainError::RuntimeChanged { .. }
			| ChainError::Unreadable { .. } => Cause::WrongChain.code(),
			ChainError::ClockBehind { .. } | ChainError::StaleHead { .. } => Cause::Clock.code(),
			ChainError::BadUrl { .. } | ChainError::BadSpec(_) => Kind::Input.code(),
			_ => Kind::Unreachable.code(),
		};
		let (sentence, next) = split(&error.to_string());
		Self {
			code,
			sentence,
			next,
		}
	}
}

impl From<SubmitError> for Failure {
	fn from(error: SubmitError) -> Self {
		if let SubmitError::Chain(error) = error {
			return error.into();
		}
		let (code, next) = match error.dispatch() {
			Some(("Attestation", "UnknownIssuer" | "IssuerSuspended")) => {
				(Cause::UnknownIssuer.code(), "see `tea issuer list`")
			}
			Some(("Attestation", "NotOperator" | "NotOwner") | ("Camellia", "NotOwner")) => (
				Cause::NotOperator.code(),
				"sign as owner or operator of the module; `tea module show` names them",
			),
			Some(("Attestation", "InsufficientBalance")) | Some(("System", "Token")) => (
				Cause::Unfunded.code(),
				"send the account some money, for example with `tea transfer`",
			),
			Some(("System", "BadOrigin")) => (
				Kind::Refused.code(),
				"sign with an account that may do this; governance is sudo on a development chain, else the council",
			),
			Some(_) => (
				Kind::Refused.code(),
				"the sentence says what is wrong; nothing has changed",
			),
			None => match &error {
				SubmitError::Refused {
					reason: tea_chain::Refusal::Payment,
					..
				} => (
					Cause::Unfunded.code(),
					"send the account some money, for example with `tea transfer`",
				),
				SubmitError::Refused { .. } => (Kind::Refused.code(), "correct it and try again"),
				_ => (
					Kind::Unreachable.code(),
					"look at the state of the chain, then try again",
				),
			},
		};
		Self {
			code,
			sentence: error.to_string(),
			next: next.to_owned(),
		}
	}
}

impl From<KeyError> for Failure {
	fn from(error: KeyError) -> Self {
		let (sentence, next) = split(&error.to_string());
		Self {
			code: Cause::Key.code(),
			sentence,
			next,
		}
	}
}

impl fmt::Display for Failure {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{}\nnext step: {}", self.sentence, self.next)
	}
}

/// The table of exit codes, for `--help`.
pub(crate) fn table() -> String {
	let mut text = String::from("Exit codes:\n   0  done\n");
	let own = Kind::ALL.iter().map(|kind| (kind.code(), kind.meaning()));
	let shared = Cause::ALL
		.iter()
		.map(|cause| (cause.code(), cause.meaning()));
	let mut all: Vec<_> = own.chain(shared).collect();
	all.sort_unstable();
	for (code, meaning) in all {
		text += &format!("{code:4}  {meaning}\n");
	}
	text
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn exit_codes_are_told_apart() {
		let own = Kind::ALL.iter().map(|kind| kind.code());
		let shared = Cause::ALL.iter().map(|cause| cause.code());
		let all: Vec<_> = own.chain(shared).collect();
		let distinct: std::collections::BTreeSet<_> = all.iter().collect();
		assert_eq!(distinct.len(), all.len());
		assert!(!distinct.contains(&0));
	}

	#[test]
	fn errors_of_the_chain_keep_their_next_step() {
		let failure = Failure::from(ChainError::NotTea("pallet Camellia".into()));
		assert_eq!(failure.code, Cause::WrongChain.code());
		assert!(failure.next.contains("TEA chain"), "{failure}");
		let failure = Failure::from(ChainError::Unreachable {
			url: "ws://127.0.0.1:1".into(),
			reason: "refused".into(),
		});
		assert_eq!(failure.code, Kind::Unreachable.code());
		assert!(failure.next.contains("start one"), "{failure}");
	}

	#[test]
	fn refusals_have_codes_of_their_own() {
		let dispatch = |pallet: &str, name: &str| {
			Failure::from(SubmitError::Dispatch {
				call: "Attestation.register".into(),
				error: tea_chain::DispatchFailure {
					pallet: pallet.into(),
					name: name.into(),
					detail: None,
					doc: String::new(),
				},
			})
			.code
		};
		assert_eq!(
			dispatch("Attestation", "UnknownIssuer"),
			Cause::UnknownIssuer.code()
		);
		assert_eq!(
			dispatch("Attestation", "InsufficientBalance"),
			Cause::Unfunded.code()
		);
		assert_eq!(dispatch("Attestation", "EkInUse"), Kind::Refused.code());
	}
}
