//! Log lines: for people or for machines, on the error output. Secrets are types that no formatting shows.

use tracing_subscriber::EnvFilter;

use crate::{
	config::LogFormat,
	exit::{Cause, Exit},
};

/// Starts the log.
pub fn start(format: LogFormat, filter: &str) -> Result<(), Exit> {
	let refused = |reason: String| {
		Exit::new(
			Cause::Config,
			format!("`log` cannot be `{filter}`: {reason}"),
		)
	};
	let filter = EnvFilter::try_new(filter).map_err(|error| refused(error.to_string()))?;
	let builder = tracing_subscriber::fmt()
		.with_env_filter(filter)
		.with_writer(std::io::stderr);
	let started = match format {
		LogFormat::Text => builder.with_ansi(false).try_init(),
		LogFormat::Json => builder.json().flatten_event(true).try_init(),
	};
	started.map_err(|error| refused(error.to_string()))
}
