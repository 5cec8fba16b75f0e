//! What hostile modules have written down.

use anyhow::{Context, Result};
use serde_json::Value;
use std::{fs, path::Path};

/// What the hostile module with this state folder has written down so far.
pub fn read_diary(state: &Path) -> Result<Vec<Value>> {
	let text = fs::read_to_string(state.join("diary.jsonl"));
	let text = text.context("it has written nothing down")?;
	// The last line may be half written.
	let lines = text.lines().map(serde_json::from_str);
	Ok(lines.filter_map(Result::ok).collect())
}
