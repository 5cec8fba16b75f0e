//! Results that the host keeps for clients: as long as their records stand on chain. The list outlives the process;
//! nothing in it is secret.

use std::{collections::BTreeMap, sync::Arc};

use codec::{Decode, Encode};
use tea_primitives::{deployment::Cid, errand::ErrandId};

use crate::state::StateDir;

/// The results that are kept.
pub(super) struct Results {
	state: Arc<StateDir>,
	kept: BTreeMap<ErrandId, Cid>,
	is_changed: bool,
}

impl Results {
	/// The list as the last process left it.
	pub(super) fn open(state: Arc<StateDir>) -> Self {
		let kept = match state.results() {
			Ok(bytes) => decode(&bytes.unwrap_or_default()),
			Err(error) => {
				tracing::warn!(%error, "the list of kept results cannot be read");
				BTreeMap::new()
			}
		};
		Self {
			state,
			kept,
			is_changed: false,
		}
	}

	/// A result is kept from now on.
	pub(super) fn keep(&mut self, errand: ErrandId, cid: Cid) {
		self.is_changed |= self.kept.insert(errand, cid) != Some(cid);
	}

	/// A result is not kept any more.
	pub(super) fn give_up(&mut self, errand: ErrandId) -> Option<Cid> {
		let cid = self.kept.remove(&errand);
		self.is_changed |= cid.is_some();
		cid
	}

	/// All of them.
	pub(super) fn list(&self) -> Vec<ErrandId> {
		self.kept.keys().copied().collect()
	}

	/// Writes the list down if it has changed.
	pub(super) fn write(&mut self) {
		if !std::mem::take(&mut self.is_changed) {
			return;
		}
		let (state, bytes) = (self.state.clone(), encode(&self.kept));
		tokio::task::spawn_blocking(move || {
			if let Err(error) = state.keep_results(&bytes) {
				tracing::warn!(%error, "the list of kept results cannot be written");
			}
		});
	}
}

fn encode(kept: &BTreeMap<ErrandId, Cid>) -> Vec<u8> {
	let list: Vec<_> = kept.iter().collect();
	list.encode()
}

fn decode(bytes: &[u8]) -> BTreeMap<ErrandId, Cid> {
	let list = <Vec<(ErrandId, Cid)>>::decode(&mut &*bytes);
	list.unwrap_or_default().into_iter().collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn list_outlives_the_process() {
		let dir = tempfile::tempdir().unwrap();
		let cid = |fill| Cid::new(Cid::RAW, [fill; 32]);
		{
			let state = Arc::new(StateDir::open(dir.path()).unwrap());
			let mut results = Results::open(state.clone());
			results.keep(ErrandId(1), cid(1));
			results.keep(ErrandId(2), cid(2));
			assert_eq!(results.give_up(ErrandId(1)), Some(cid(1)));
			assert_eq!(results.give_up(ErrandId(1)), None);
			state.keep_results(&encode(&results.kept)).unwrap();
		}
		let state = Arc::new(StateDir::open(dir.path()).unwrap());
		let mut results = Results::open(state);
		assert_eq!(results.list(), [ErrandId(2)]);
		assert_eq!(results.give_up(ErrandId(2)), Some(cid(2)));
	}

	#[test]
	fn damaged_list_is_an_empty_one() {
		assert!(decode(&[7, 7, 7]).is_empty());
	}
}
