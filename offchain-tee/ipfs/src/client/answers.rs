//! Answers of the server.

use serde::Deserialize;
use serde_json::Value;

use super::error::ClientError;

/// Type of the events of `findprovs` that name providers.
const PROVIDER: u64 = 4;

/// Who the server is in the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
	/// Its name.
	pub peer_id: String,
	/// Where it is, with its name at the end.
	pub addresses: Vec<String>,
}

/// Who is said to have something.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Provider {
	/// Its name.
	#[serde(rename = "ID")]
	pub peer_id: String,
	/// Where it says that it is.
	#[serde(default)]
	pub addrs: Vec<String>,
}

/// How full a store is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RepoStat {
	/// Bytes that are kept.
	pub repo_size: u64,
	/// Bytes that may be kept.
	pub storage_max: u64,
	/// Blocks.
	pub num_objects: u64,
}

/// The strings of a list; nothing else in it.
pub(super) fn strings(list: &Value) -> Vec<String> {
	list.as_array()
		.map(Vec::as_slice)
		.unwrap_or_default()
		.iter()
		.filter_map(|text| Some(text.as_str()?.to_owned()))
		.collect()
}

/// The providers in a stream of routing events.
pub(super) fn providers(stream: &[u8], limit: usize) -> Result<Vec<Provider>, ClientError> {
	let malformed = || ClientError::Malformed("routing/findprovs".into());
	let mut found = Vec::<Provider>::new();
	for event in serde_json::Deserializer::from_slice(stream).into_iter::<Value>() {
		let event = event.map_err(|_| malformed())?;
		if event["Type"].as_u64() != Some(PROVIDER) {
			continue;
		}
		let named = event["Responses"].as_array().map(Vec::as_slice);
		for provider in named.unwrap_or_default() {
			let provider = Provider::deserialize(provider).map_err(|_| malformed())?;
			let new = found.iter().all(|known| known.peer_id != provider.peer_id);
			if new && found.len() < limit {
				found.push(provider);
			}
		}
	}
	Ok(found)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn providers_are_picked_out_of_the_noise() {
		let stream = concat!(
			r#"{"Type":0,"ID":"x","Responses":[{"ID":"noise","Addrs":[]}]}"#,
			"\n",
			r#"{"Type":4,"Responses":[{"ID":"a","Addrs":["/ip4/127.0.0.1/tcp/1"]},{"ID":"b"}]}"#,
			"\n",
			r#"{"Type":4,"Responses":[{"ID":"a"},{"ID":"c"}]}"#,
			"\n",
			r#"{"Type":6,"Responses":null}"#,
		);
		let found = providers(stream.as_bytes(), 20).unwrap();
		let names: Vec<_> = found.iter().map(|one| one.peer_id.as_str()).collect();
		assert_eq!(names, ["a", "b", "c"]);
		assert_eq!(found[0].addrs, ["/ip4/127.0.0.1/tcp/1"]);
		assert_eq!(providers(stream.as_bytes(), 1).unwrap().len(), 1);
		assert_eq!(providers(b"", 20).unwrap(), []);
		assert!(providers(br#"{"Type":4,"Responses":[{"ID":5}]}"#, 20).is_err());
		assert!(providers(b"{\"Type\":4", 20).is_err());
	}
}
