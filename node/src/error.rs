//! Errors as one sentence for the person who started the node.

use std::error::Error;

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
