//! What people see, and what programs read.

use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use std::{io::Write, time::Duration};
use tea_chain::{Outcome, Progress, Submission};

use crate::failure::{Failure, Kind, Result};

/// Decimals of the token.
const UNIT: u128 = tea_primitives::chain::UNIT;

/// Where output goes: JSON to standard output, or text to people.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
	/// JSON instead of text.
	pub(crate) json: bool,
}

impl Output {
	/// Shows a result: as JSON, or as the text that `text` makes of it.
	pub(crate) fn show(self, json: &Value, text: impl FnOnce() -> String) -> Result<()> {
		self.print(if self.json {
			format!("{json:#}")
		} else {
			text()
		})
	}

	/// Shows one of many events: as a line of JSON, or as text.
	pub(crate) fn line(self, json: &Value, text: impl FnOnce() -> String) -> Result<()> {
		self.print(if self.json { json.to_string() } else { text() })
	}

	fn print(self, text: String) -> Result<()> {
		let mut out = std::io::stdout().lock();
		match writeln!(out, "{}", text.trim_end()) {
			Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::new(
				Kind::Output,
				format!("standard output cannot be written ({error})"),
				"see where it leads",
			)),
			_ => Ok(()),
		}
	}

	/// A line about progress, on standard error; for programs, nothing.
	pub(crate) fn say(self, line: &str) {
		if !self.json {
			eprintln!("{line}");
		}
	}

	/// A spinner on standard error; without a terminal, and for programs, nothing.
	pub(crate) fn spinner(self, message: impl Into<String>) -> ProgressBar {
		if self.json {
			return ProgressBar::hidden();
		}
		let bar = ProgressBar::new_spinner();
		bar.set_message(message.into());
		bar.enable_steady_tick(Duration::from_millis(120));
		bar
	}

	/// A bar from 0 to 100 on standard error.
	pub(crate) fn bar(self) -> ProgressBar {
		if self.json {
			return ProgressBar::hidden();
		}
		let bar = ProgressBar::new(100);
		if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos:>3} % {msg}") {
			bar.set_style(style);
		}
		bar
	}

	/// A bar for so many bytes on standard error.
	pub(crate) fn bytes(self, size: u64, message: &'static str) -> ProgressBar {
		if self.json {
			return ProgressBar::hidden();
		}
		let bar = ProgressBar::new(size);
		if let Ok(style) =
			ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {msg}")
		{
			bar.set_style(style);
		}
		bar.set_message(message);
		bar
	}

	/// Waits until a call is carried out in a finalised block, and shows how far it is.
	pub(crate) async fn follow(self, mut submission: Submission) -> Result<Outcome> {
		let label = submission.label().to_owned();
		let bar = self.spinner(format!("{label}: signing"));
		let outcome = loop {
			let message = match submission.changed().await {
				Progress::Done(outcome) => break Ok(outcome),
				Progress::Failed(error) => break Err(error),
				Progress::Sent { attempt: 1 } => "sent, waiting for a block".to_owned(),
				Progress::Sent { attempt } => format!("sent once more (attempt {attempt})"),
				Progress::InBlock { .. } => "in a block, waiting until it is final".to_owned(),
				_ => continue,
			};
			bar.set_message(format!("{label}: {message}"));
		};
		bar.finish_and_clear();
		Ok(outcome?)
	}
}

/// A table with these columns.
pub(crate) fn table<const N: usize>(
	header: [&str; N],
	rows: impl IntoIterator<Item = [String; N]>,
) -> String {
	let mut table = Table::new();
	table.load_style(UTF8_FULL_CONDENSED);
	table.set_header(header);
	for row in rows {
		table.add_row(row);
	}
	table.to_string()
}

/// Names and values below each other.
pub(crate) fn lines(lines: impl IntoIterator<Item = (&'static str, String)>) -> String {
	let lines: Vec<_> = lines.into_iter().collect();
	let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
	lines
		.iter()
		.map(|(name, value)| format!("{name:width$}  {value}\n"))
		.collect()
}

/// An amount of the token, for people.
pub(crate) fn tokens(amount: u128) -> String {
	let (whole, rest) = (amount / UNIT, amount % UNIT);
	let rest = format!("{rest:012}");
	match rest.trim_end_matches('0') {
		"" => format!("{whole} TEA"),
		rest => format!("{whole}.{rest} TEA"),
	}
}

/// An amount of the token, as people write it: `12`, `0.5`.
pub(crate) fn amount(text: &str) -> Result<u128, String> {
	let refused =
		|| format!("`{text}` is no amount; write it like 12 or 0.5, with 12 decimals at most");
	let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
	if decimals.len() > 12 || (whole.is_empty() && decimals.is_empty()) {
		return Err(refused());
	}
	let digits = |text: &str| -> Result<u128, String> {
		if !text.bytes().all(|byte| byte.is_ascii_digit()) {
			return Err(refused());
		}
		if text.is_empty() {
			return Ok(0);
		}
		text.parse().map_err(|_| refused())
	};
	let decimals = digits(&format!("{decimals:0<12}"))?;
	digits(whole)?
		.checked_mul(UNIT)
		.and_then(|units| units.checked_add(decimals))
		.ok_or_else(refused)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn amounts_are_read_and_shown() {
		for (text, value) in [
			("12", 12 * UNIT),
			("0.5", UNIT / 2),
			(".5", UNIT / 2),
			("1.000000000001", UNIT + 1),
			("0", 0),
		] {
			assert_eq!(amount(text), Ok(value), "{text}");
		}
		assert_eq!(tokens(UNIT / 2), "0.5 TEA");
		assert_eq!(tokens(12 * UNIT), "12 TEA");
		assert_eq!(tokens(UNIT + 1), "1.000000000001 TEA");
	}

	#[test]
	fn what_is_no_amount_is_refused() {
		for text in [
			"",
			".",
			"-1",
			"1e3",
			"1,5",
			"1.0000000000001",
			"1.+5",
			"340282366920938463463374607431768211455",
		] {
			assert!(amount(text).is_err(), "{text}");
		}
	}
}
