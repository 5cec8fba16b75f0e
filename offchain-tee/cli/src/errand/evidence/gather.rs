//! Asks a node for the evidence of an errand. Nothing of it is believed; the checks decide.

use std::{
	cell::RefCell,
	collections::{BTreeSet, HashMap},
};

use codec::{Compact, Decode, Encode};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;
use smoldot::finality::decode::decode_grandpa_justification;
use tea_chain::{Chain, types::ErrandRecord};
use tea_primitives::errand::ErrandId;

use super::{
	bundle::{Body, Bundle, Bytes, FORMAT, State as Saved},
	draw,
	facts::{self, State},
	proof::{Unproven, Validators},
};
use crate::{
	errand::{stage, words},
	failure::{Failure, Kind, Result},
};

/// Headers of one bundle, at most.
const MOST_HEADERS: u32 = 8_000;
/// Rounds of questions about one state, at most: a chain of delegation has one for each link, and a draw two for each candidate.
const ROUNDS: usize = 160;
/// Questions at a time.
const AT_A_TIME: usize = 8;
/// Justifications that are waited for until one covers the record.
const TRIES: usize = 8;

/// A state, as far as a node has told it; writes down what else is wanted.
#[derive(Default)]
struct Told {
	known: HashMap<Vec<u8>, Option<Vec<u8>>>,
	wanted: RefCell<Vec<Vec<u8>>>,
}

impl State for Told {
	fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Unproven> {
		match self.known.get(key) {
			Some(value) => Ok(value.clone()),
			None => {
				self.wanted.borrow_mut().push(key.to_vec());
				Err(Unproven)
			}
		}
	}
}

fn hex0x(bytes: &[u8]) -> Value {
	format!("0x{}", hex::encode(bytes)).into()
}

fn bytes_of(value: &Value) -> Option<Vec<u8>> {
	hex::decode(value.as_str()?.strip_prefix("0x")?).ok()
}

fn unreadable(what: &str) -> Failure {
	Failure::new(
		Kind::Unreachable,
		format!("the node's answer about {what} cannot be read"),
		"ask another node",
	)
}

/// A node.
struct Node<'a>(&'a Chain);

impl Node<'_> {
	async fn ask(&self, method: &str, parameters: Vec<Value>) -> Result<Value> {
		Ok(self.0.request(method, parameters).await?)
	}

	async fn hash(&self, number: u32) -> Result<Value> {
		let hash = self.ask("chain_getBlockHash", vec![number.into()]).await?;
		match hash {
			Value::String(_) => Ok(hash),
			_ => Err(unreadable("the hash of a block")),
		}
	}

	async fn header(&self, number: u32) -> Result<Bytes> {
		let hash = self.hash(number).await?;
		let header = self.ask("chain_getHeader", vec![hash]).await?;
		header_of(&header)
			.map(Bytes)
			.ok_or_else(|| unreadable("a header"))
	}

	async fn body(&self, number: u32) -> Result<Body> {
		let hash = self.hash(number).await?;
		let block = self.ask("chain_getBlock", vec![hash]).await?;
		block
			.pointer("/block/extrinsics")
			.and_then(Value::as_array)
			.and_then(|all| all.iter().map(|one| bytes_of(one).map(Bytes)).collect())
			.map(|extrinsics| Body {
				block: number,
				extrinsics,
			})
			.ok_or_else(|| unreadable("a block"))
	}

	/// Tells a state whatever `read` wants of it, and proves it. `None`: the node keeps that state no more.
	async fn state(&self, number: u32, read: impl Fn(&Told)) -> Result<Option<(Saved, Told)>> {
		let hash = self.hash(number).await?;
		let mut told = Told::default();
		for _ in 0..ROUNDS {
			read(&told);
			let wanted: Vec<_> = told.wanted.take();
			if wanted.is_empty() {
				break;
			}
			let answers = stream::iter(wanted.into_iter().map(|key| {
				let hash = hash.clone();
				async move {
					let value = self
						.ask("state_getStorage", vec![hex0x(&key), hash])
						.await?;
					let value = match value {
						Value::Null => None,
						value => Some(bytes_of(&value).ok_or_else(|| unreadable("a value"))?),
					};
					Ok::<_, Failure>((key, value))
				}
			}))
			.buffer_unordered(AT_A_TIME)
			.try_collect::<Vec<_>>()
			.await;
			match answers {
				Ok(answers) => told.known.extend(answers),
				Err(failure) if is_discarded(&failure) => return Ok(None),
				Err(failure) => return Err(failure),
			}
		}
		let mut keys: Vec<_> = told.known.keys().collect();
		keys.sort_unstable();
		let keys: Vec<_> = keys.iter().map(|key| hex0x(key)).collect();
		let answer = self
			.ask("state_getReadProof", vec![keys.into(), hash])
			.await?;
		let proof = answer
			.get("proof")
			.and_then(Value::as_array)
			.and_then(|nodes| nodes.iter().map(|node| bytes_of(node).map(Bytes)).collect())
			.ok_or_else(|| unreadable("a storage proof"))?;
		let saved = Saved {
			block: number,
			proof,
		};
		Ok(Some((saved, told)))
	}

	/// An errand that was not final after this block. `None`: the node keeps that state no more.
	async fn errand(&self, errand: ErrandId, number: u32) -> Result<Option<ErrandRecord>> {
		let told = self
			.state(number, |state| drop(facts::errand(state, errand)))
			.await?;
		Ok(told.and_then(|(_, told)| facts::errand(&told, errand)))
	}

	/// The justification of the last block of this set of validators, or the newest one, with the headers that lead there.
	/// A node knows none as long as the validators have never changed.
	async fn kept(&self, number: u32) -> Result<Option<(Bytes, Vec<Bytes>)>> {
		let asked = self.ask("grandpa_proveFinality", vec![number.into()]).await;
		let answer = match asked {
			Ok(answer) => answer,
			Err(failure) if failure.to_string().contains("not covered") => return Ok(None),
			Err(failure) => return Err(failure),
		};
		let Some(bytes) = bytes_of(&answer) else {
			return Ok(None);
		};
		finality_of(&bytes)
			.map(Some)
			.ok_or_else(|| unreadable("finality"))
	}

	/// Looks for a justification of this block or a later one, and adds the headers that lead there.
	async fn justify(&self, number: u32, headers: &mut Vec<Bytes>) -> Result<Option<Bytes>> {
		if let Some((justification, after)) = self.kept(number).await?
			&& target(&justification).is_some_and(|(_, hash)| {
				after.last().or(headers.last()).is_some_and(|last| {
					hash == smoldot::header::hash_from_scale_encoded_header(&last.0)
				})
			}) {
			headers.extend(after);
			return Ok(Some(justification));
		}
		for _ in 0..TRIES {
			let justification = Bytes(self.0.next_justification().await?);
			let Some((block, _)) = target(&justification) else {
				return Err(unreadable("a justification"));
			};
			// One that was on its way may be of an earlier block.
			let Some(after) = block.checked_sub(number) else {
				continue;
			};
			if after > MOST_HEADERS {
				return Ok(None);
			}
			let more: Vec<Bytes> = stream::iter(number.saturating_add(1)..=block)
				.map(|number| self.header(number))
				.buffered(AT_A_TIME)
				.try_collect()
				.await?;
			headers.extend(more);
			return Ok(Some(justification));
		}
		Ok(None)
	}
}

/// Whether a node has thrown a state away.
fn is_discarded(failure: &Failure) -> bool {
	let text = failure.to_string();
	["discarded", "UnknownBlock", "Unknown block", "not found"]
		.iter()
		.any(|word| text.contains(word))
}

/// A header, as nodes show it, encoded.
fn header_of(json: &Value) -> Option<Vec<u8>> {
	let field = |name: &str| -> Option<[u8; 32]> { bytes_of(json.get(name)?)?.try_into().ok() };
	let number = json.get("number")?.as_str()?.strip_prefix("0x")?;
	let number = u32::from_str_radix(number, 16).ok()?;
	let logs = json
		.pointer("/digest/logs")?
		.as_array()?
		.iter()
		.map(bytes_of)
		.collect::<Option<Vec<_>>>()?;
	let mut header = (
		field("parentHash")?,
		Compact(number),
		field("stateRoot")?,
		field("extrinsicsRoot")?,
		Compact(u32::try_from(logs.len()).ok()?),
	)
		.encode();
	// Items are encoded already.
	for log in logs {
		header.extend(log);
	}
	Some(header)
}

/// Justification and headers out of a finality proof: hash of the block, justification, headers up to it.
fn finality_of(mut bytes: &[u8]) -> Option<(Bytes, Vec<Bytes>)> {
	let (_, justification) = <([u8; 32], Vec<u8>)>::decode(&mut bytes).ok()?;
	let len = Compact::<u32>::decode(&mut bytes).ok()?.0;
	let mut headers = Vec::new();
	for _ in 0..len {
		let (_, rest) = smoldot::header::decode_partial(bytes, 4).ok()?;
		let (header, _) = bytes.split_at_checked(bytes.len().checked_sub(rest.len())?)?;
		headers.push(Bytes(header.to_vec()));
		bytes = rest;
	}
	bytes.is_empty().then_some((Bytes(justification), headers))
}

/// Gathers the evidence of an errand, all but the result.
pub(crate) async fn gather(chain: &Chain, errand: ErrandId) -> Result<Bundle> {
	let at = chain.finalized().await?;
	let Some(record) = at.finished_errand(errand).await? else {
		return Err(match at.errand(errand).await? {
			Some(record) => Failure::new(
				Kind::NotFound,
				format!(
					"errand {errand} is not final, it is {}",
					words::stage(&record)
				),
				format!("`tea result {errand}` waits for its end"),
			),
			None => stage::unknown(errand),
		});
	};
	let node = Node(chain);
	let genesis = chain.genesis();
	let beacons = chain.beacon_history()?;
	let end = record.finished;
	let of_record = |state: &Told| {
		let _ = (
			facts::finished(state, errand),
			facts::time_ms(state),
			facts::genesis(state),
			state.get(&Validators::set_id_key()),
			state.get(&Validators::list_key()),
		);
	};
	let of_before = |state: &Told| {
		let _ = (
			facts::before(state, errand, genesis, beacons),
			state.get(&Validators::set_id_key()),
			state.get(&Validators::list_key()),
		);
	};
	let start = end.saturating_sub(1);
	let mut states = Vec::new();
	let mut claimed = None;
	let first;
	// The record stays in the state for long; any block that has it will do.
	let (shown, _) = match node.state(end, of_record).await? {
		Some(state) => state,
		None => node
			.state(at.number(), of_record)
			.await?
			.ok_or_else(|| unreadable("the newest state"))?,
	};
	let proven_at = shown.block;
	let last = match proven_at == end {
		true => node.errand(errand, start).await?,
		false => None,
	};
	if let Some(last) = last {
		let of_last = |block: u32| {
			Some(block).filter(|block| *block > 0 && end.saturating_sub(*block) < MOST_HEADERS / 4)
		};
		let assignment = last.assignment();
		let assigned = assignment.and_then(|assignment| of_last(assignment.assigned));
		let redrawn = assignment.and_then(|assignment| of_last(assignment.redraw?));
		let mut claims = Vec::new();
		if let Some(block) = assigned {
			let body = node.body(block).await?;
			let extrinsics: Vec<_> = body.extrinsics.iter().map(|one| one.0.clone()).collect();
			claims = facts::claims(&extrinsics, errand);
			claimed = Some(body);
		}
		let silent = redrawn.and_then(|block| block.checked_sub(1));
		let blocks: BTreeSet<u32> = [assigned, silent, redrawn, Some(start)]
			.into_iter()
			.flatten()
			.collect();
		first = blocks.first().copied().unwrap_or(start);
		let second_of =
			|before: &Told| draw::second(before, None::<&Told>, errand, genesis, beacons, redrawn?);
		let mut second: Option<draw::Second> = None;
		for block in blocks {
			let read = |state: &Told| {
				if block == start {
					of_before(state);
				}
				if Some(block) == assigned {
					let _ = draw::scene(state, errand, genesis, beacons, block, &claims);
				}
				if Some(block) == silent {
					let _ = second_of(state);
				}
				if Some(block) == redrawn
					&& let Some(second) = &second
				{
					let _ = second.look(state, errand, genesis, block);
				}
			};
			let Some((saved, told)) = node.state(block, read).await? else {
				continue;
			};
			if Some(block) == silent {
				second = second_of(&told);
			}
			states.push(saved);
		}
	} else {
		first = proven_at;
	}
	states.push(shown);

	let mut headers: Vec<Bytes> = stream::iter(first..=proven_at)
		.map(|number| node.header(number))
		.buffered(AT_A_TIME)
		.try_collect()
		.await?;
	let justification = node.justify(proven_at, &mut headers).await?;
	Ok(Bundle {
		format: FORMAT.to_owned(),
		genesis: Bytes(genesis.to_vec()),
		errand: errand.0,
		beacon_history: beacons,
		headers,
		justification,
		states,
		claimed,
		result: None,
	})
}

/// Number and hash of the block that a justification is about.
fn target(justification: &Bytes) -> Option<(u32, [u8; 32])> {
	let decoded = decode_grandpa_justification(&justification.0, 4).ok()?;
	let number = u32::try_from(decoded.target_number).ok()?;
	Some((number, *decoded.target_hash))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::errand::evidence::proof::Header;
	use serde_json::json;

	fn header(number: u32) -> Value {
		json!({
			"parentHash": hex0x(&[1; 32]),
			"number": format!("{number:#x}"),
			"stateRoot": hex0x(&[2; 32]),
			"extrinsicsRoot": hex0x(&[3; 32]),
			// Of BABE: a pre-runtime digest of a secondary slot with VRF, and a seal.
			"digest": {"logs": [
				hex0x(&[&[6][..], b"BABE", &(4u32 * 109 + 1).to_le_bytes()[..2], &[3], &[0; 108]].concat()),
				hex0x(&[&[5][..], b"BABE", &(4u32 * 64 + 1).to_le_bytes()[..2], &[9; 64]].concat()),
			]},
		})
	}

	#[test]
	fn headers_of_nodes_are_encoded_as_they_were() {
		let bytes = header_of(&header(300)).unwrap();
		let read = Header::read(&bytes).unwrap();
		assert_eq!(read.number, 300);
		assert!(header_of(&json!({"number": "0x1"})).is_none());
	}

	#[test]
	fn finality_proofs_are_taken_apart() {
		let (one, two) = (
			header_of(&header(7)).unwrap(),
			header_of(&header(8)).unwrap(),
		);
		let mut proof = ([5u8; 32], vec![6u8; 10], Compact(2u32)).encode();
		proof.extend(&one);
		proof.extend(&two);
		let (justification, headers) = finality_of(&proof).unwrap();
		assert_eq!(justification.0, [6; 10]);
		assert_eq!(headers, [Bytes(one), Bytes(two)]);
		assert!(finality_of(&proof[..proof.len() - 1]).is_none());
		proof.push(0);
		assert!(finality_of(&proof).is_none());
	}

	#[test]
	fn what_is_not_told_is_asked_for_once() {
		let mut told = Told::default();
		assert_eq!(told.get(b"a"), Err(Unproven));
		assert_eq!(told.wanted.take(), [b"a".to_vec()]);
		told.known.insert(b"a".to_vec(), Some(vec![1]));
		told.known.insert(b"b".to_vec(), None);
		assert_eq!(told.get(b"a"), Ok(Some(vec![1])));
		assert_eq!(told.get(b"b"), Ok(None));
		assert!(told.wanted.take().is_empty());
	}
}
