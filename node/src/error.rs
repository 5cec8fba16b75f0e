//! Errors as one sentence for the person who started the node.

use sc_service::error::Error as ServiceError;
use sp_blockchain::Error as ClientError;
use std::{error::Error, path::PathBuf};

/// Why a node that was set up well does not start.
#[derive(Debug, thiserror::Error)]
enum StartError {
	#[error(
		"the genesis of the chain spec {chain} cannot be built ({reason}); mend what it names or export the spec anew with `tea-node export-chain-spec`"
	)]
	Genesis { chain: String, reason: String },
	#[error(
		"the database {path} is in use by another process; stop that node or choose another directory with --base-path"
	)]
	DatabaseInUse { path: String },
}

/// What errors of the node's parts do not know: which chain and which database they are about.
pub(crate) struct StartContext {
	/// Name or file of the chain spec.
	pub(crate) chain: String,
	/// Directory of the database.
	pub(crate) database: Option<PathBuf>,
}

impl StartContext {
	/// Adds what the user has to know.
	pub(crate) fn explain(self, error: ServiceError) -> sc_cli::Error {
		let error = match (error, self.database) {
			(ServiceError::Client(ClientError::Storage(reason)), _) => StartError::Genesis {
				chain: self.chain,
				reason: of_genesis(&reason),
			},
			(ServiceError::Client(ClientError::Backend(reason)), Some(path))
				if reason.contains("in use") =>
			{
				StartError::DatabaseInUse {
					path: path.display().to_string(),
				}
			}
			(error, _) => return error.into(),
		};
		sc_cli::Error::Application(Box::new(error))
	}
}

/// What is wrong with a genesis, out of the words of runtime and executor: without the whole genesis, which the runtime
/// repeats, without the backtrace of a runtime that panicked, and in one line.
pub(crate) fn of_genesis(reason: &str) -> String {
	let reason = [" for blob:", "WASM backtrace"]
		.iter()
		.filter_map(|tail| reason.split_once(tail))
		.fold(reason, |shortest, (head, _)| {
			if head.len() < shortest.len() {
				head
			} else {
				shortest
			}
		});
	reason.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The error and its causes, each said once.
pub(crate) fn explain(error: &dyn Error) -> String {
	let mut text = error.to_string();
	let mut cause = error.source();
	while let Some(next) = cause {
		let reason = next.to_string();
		if !text.contains(&reason) {
			text.push_str(": ");
			text.push_str(&reason);
		}
		cause = next.source();
	}
	text
}

#[cfg(test)]
mod tests {
	use super::*;

	#[derive(Debug, thiserror::Error)]
	#[error("{0}")]
	struct Outer(&'static str, #[source] std::io::Error);

	fn start_error(error: ClientError) -> String {
		let context = StartContext {
			chain: "my.json".into(),
			database: Some("/data/full".into()),
		};
		explain(&context.explain(error.into()))
	}

	#[test]
	fn broken_genesis_names_the_chain() {
		let text = start_error(ClientError::Storage("no\n code for blob: {…}".into()));
		assert!(
			text.contains("my.json") && text.contains("no code"),
			"{text}"
		);
	}

	#[test]
	fn database_in_use_is_named_and_others_are_left() {
		let text = start_error(ClientError::Backend("Database file is in use.".into()));
		assert!(
			text.contains("/data/full") && text.contains("--base-path"),
			"{text}"
		);
		let text = start_error(ClientError::Backend("disk full".into()));
		assert!(
			text.contains("disk full") && !text.contains("in use"),
			"{text}"
		);
	}

	#[test]
	fn cause_is_added_once() {
		let cause = || std::io::Error::other("disk full");
		assert_eq!(
			explain(&Outer("cannot write", cause())),
			"cannot write: disk full"
		);
		assert_eq!(explain(&Outer("disk full", cause())), "disk full");
	}
}
