//! Headers, GRANDPA justifications and storage proofs, verified with smoldot, which light clients of this chain run too.

use std::collections::{HashMap, HashSet};

use codec::{Compact, Decode};
use serde_json::Value;
use smoldot::{
	finality::{
		decode::decode_grandpa_justification,
		verify::{JustificationVerifyConfig, verify_justification},
	},
	trie::proof_decode::{Config, DecodedTrieProof, decode_and_verify_proof},
};
use tea_chain::key::entry;

/// Bytes of a block number in headers and votes.
const NUMBER: usize = 4;

/// Why a proof proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProofError {
	/// Not a header, justification or proof at all.
	#[error("{0} cannot be read")]
	Unreadable(&'static str),
	/// A header is not the parent of the next one.
	#[error("the header of block {0} is not the parent of the next one")]
	Broken(u32),
	/// There is no header.
	#[error("there is no header")]
	NoHeader,
	/// The justification is about another block.
	#[error("the justification is about another block than the last header")]
	OtherBlock,
	/// The justification does not hold.
	#[error("the justification does not hold: {0}")]
	Justification(String),
	/// A vote is for a block that does not descend from the justified one.
	#[error("a vote is for a block that does not descend from the justified one")]
	Vote,
	/// The state is not that of the block.
	#[error("the storage proof is not about the state of block {0}")]
	State(u32),
	/// Validators have votes of different weights.
	#[error("the validators have votes of different weights, which this program cannot count")]
	Weights,
}

/// What is needed of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
	/// Number of the block.
	pub(crate) number: u32,
	/// Its hash.
	pub(crate) hash: [u8; 32],
	parent: [u8; 32],
	state_root: [u8; 32],
	extrinsics_root: [u8; 32],
}

impl Header {
	/// Reads a header.
	pub(crate) fn read(bytes: &[u8]) -> Result<Self, ProofError> {
		let unreadable = || ProofError::Unreadable("a header");
		let header = smoldot::header::decode(bytes, NUMBER).map_err(|_| unreadable())?;
		Ok(Self {
			number: u32::try_from(header.number).map_err(|_| unreadable())?,
			hash: smoldot::header::hash_from_scale_encoded_header(bytes),
			parent: *header.parent_hash,
			state_root: *header.state_root,
			extrinsics_root: *header.extrinsics_root,
		})
	}

	/// Whether these are the extrinsics of the block.
	pub(crate) fn has_body(&self, extrinsics: &[Vec<u8>]) -> bool {
		smoldot::header::extrinsics_root(extrinsics) == self.extrinsics_root
	}
}

/// Reads headers, each of which has to be the parent of the next one.
pub(crate) fn chain<'a>(
	headers: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Vec<Header>, ProofError> {
	let mut chain: Vec<Header> = Vec::new();
	for bytes in headers {
		let header = Header::read(bytes)?;
		if let Some(last) = chain.last()
			&& (header.parent != last.hash || last.number.checked_add(1) != Some(header.number))
		{
			return Err(ProofError::Broken(last.number));
		}
		chain.push(header);
	}
	if chain.is_empty() {
		return Err(ProofError::NoHeader);
	}
	Ok(chain)
}

/// A set of validators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Validators {
	/// Its number; none in a specification that begins at genesis.
	pub(crate) set_id: Option<u64>,
	/// Their ed25519 keys.
	pub(crate) keys: HashSet<[u8; 32]>,
}

/// Keys with votes.
fn keys(list: Vec<([u8; 32], u64)>) -> Result<HashSet<[u8; 32]>, ProofError> {
	if list.iter().any(|(_, weight)| *weight != 1) {
		return Err(ProofError::Weights);
	}
	Ok(list.into_iter().map(|(key, _)| key).collect())
}

impl Validators {
	/// Key of the number of the set in the state.
	pub(crate) fn set_id_key() -> Vec<u8> {
		entry("Grandpa", "CurrentSetId")
	}

	/// Key of the set in the state.
	pub(crate) fn list_key() -> Vec<u8> {
		entry("Grandpa", "Authorities")
	}

	/// Out of the state: who votes for the blocks after it.
	pub(crate) fn of_state(set_id: Option<&[u8]>, list: &[u8]) -> Result<Self, ProofError> {
		let unreadable = |_| ProofError::Unreadable("the list of validators");
		let set_id = match set_id {
			Some(mut bytes) => u64::decode(&mut bytes).map_err(unreadable)?,
			None => 0,
		};
		let list = Decode::decode(&mut &list[..]).map_err(unreadable)?;
		Ok(Self {
			set_id: Some(set_id),
			keys: keys(list)?,
		})
	}

	/// Out of a chain specification: that of its checkpoint, else that of genesis.
	pub(crate) fn of_spec(spec: &[u8]) -> Result<Self, ProofError> {
		let unreadable = || ProofError::Unreadable("the chain specification");
		let spec: Value = serde_json::from_slice(spec).map_err(|_| unreadable())?;
		let bytes = |value: &Value| {
			let text = value.as_str()?;
			hex::decode(text.strip_prefix("0x").unwrap_or(text)).ok()
		};
		if let Some(set) = spec
			.pointer("/lightSyncState/grandpaAuthoritySet")
			.and_then(bytes)
		{
			// The set goes on with changes that are not over yet; its beginning is all that counts here.
			let mut rest = &set[..];
			let list = Decode::decode(&mut rest).map_err(|_| unreadable())?;
			let set_id = u64::decode(&mut rest).map_err(|_| unreadable())?;
			return Ok(Self {
				set_id: Some(set_id),
				keys: keys(list)?,
			});
		}
		let key = format!("0x{}", hex::encode(Self::list_key()));
		let list = spec
			.pointer("/genesis/raw/top")
			.and_then(|top| top.get(&key))
			.and_then(bytes)
			.ok_or_else(unreadable)?;
		let list = Decode::decode(&mut &list[..]).map_err(|_| unreadable())?;
		Ok(Self {
			set_id: None,
			keys: keys(list)?,
		})
	}
}

/// Whether more than two thirds of the validators voted for a block. The library counts and verifies the votes; that each of
/// them is for the block or a descendant is looked at here, because it leaves that to its caller.
pub(crate) fn justify(
	justification: &[u8],
	block: &Header,
	validators: &Validators,
) -> Result<(), ProofError> {
	let decoded = decode_grandpa_justification(justification, NUMBER)
		.map_err(|_| ProofError::Unreadable("the justification"))?;
	if *decoded.target_hash != block.hash || decoded.target_number != u64::from(block.number) {
		return Err(ProofError::OtherBlock);
	}
	let parents: HashMap<[u8; 32], [u8; 32]> = decoded
		.votes_ancestries
		.map(|header| (header.hash(NUMBER), *header.parent_hash))
		.collect();
	for vote in decoded.precommits.iter() {
		let mut at = *vote.target_hash;
		// A parent is hashed before its child, so this ends.
		while at != block.hash {
			at = *parents.get(&at).ok_or(ProofError::Vote)?;
		}
	}
	verify_justification(JustificationVerifyConfig {
		justification,
		block_number_bytes: NUMBER,
		authorities_set_id: validators.set_id.unwrap_or_default(),
		authorities_list: validators.keys.iter().map(|key| &key[..]),
		// It only seeds hash tables of this call.
		randomness_seed: block.hash,
	})
	.map_err(|error| ProofError::Justification(error.to_string()))
}

/// A part of the state of a block, proven.
pub(crate) struct Proven {
	trie: DecodedTrieProof<Vec<u8>>,
	root: [u8; 32],
}

impl Proven {
	/// Verifies nodes of the trie against a header.
	pub(crate) fn new<'a>(
		header: &Header,
		nodes: impl ExactSizeIterator<Item = &'a [u8]>,
	) -> Result<Self, ProofError> {
		let refused = || ProofError::State(header.number);
		let len = u32::try_from(nodes.len()).map_err(|_| refused())?;
		let mut proof = codec::Encode::encode(&Compact(len));
		for node in nodes {
			codec::Encode::encode_to(node, &mut proof);
		}
		let trie = decode_and_verify_proof(Config { proof }).map_err(|_| refused())?;
		let proven = Self {
			trie,
			root: header.state_root,
		};
		// A proof under another root has nothing under this one.
		match proven.trie.trie_root_proof_entry(&proven.root) {
			Some(_) => Ok(proven),
			None => Err(refused()),
		}
	}

	/// What is stored under a key, or that nothing is; `Err`: the proof does not say.
	pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Unproven> {
		match self.trie.storage_value(&self.root, key) {
			Ok(value) => Ok(value.map(|(bytes, _)| bytes.to_vec())),
			Err(_) => Err(Unproven),
		}
	}
}

/// A proof says nothing about a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unproven;

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use codec::Encode;
	use sp_core::{Blake2Hasher, Pair, ed25519, storage::StateVersion};
	use sp_state_machine::{InMemoryBackend, prove_read};

	/// A block: header and its hash.
	pub(crate) struct Block {
		pub(crate) bytes: Vec<u8>,
		pub(crate) number: u32,
		pub(crate) hash: [u8; 32],
	}

	pub(crate) fn block(parent: [u8; 32], number: u32, state: [u8; 32], body: [u8; 32]) -> Block {
		let bytes = (parent, Compact(number), state, body, Compact(0u32)).encode();
		Block {
			hash: smoldot::header::hash_from_scale_encoded_header(&bytes),
			bytes,
			number,
		}
	}

	/// A state with these entries: its root, and a proof of some of its keys.
	pub(crate) fn state(
		entries: &[(Vec<u8>, Vec<u8>)],
		keys: &[Vec<u8>],
	) -> ([u8; 32], Vec<Vec<u8>>) {
		let storage = entries
			.iter()
			.map(|(key, value)| (key.clone(), Some(value.clone())))
			.collect();
		let backend =
			InMemoryBackend::<Blake2Hasher>::from((vec![(None, storage)], StateVersion::V1));
		let root = backend.root().0;
		let proof = prove_read(backend, keys.iter()).unwrap();
		(root, proof.into_iter_nodes().collect())
	}

	fn validator(n: u8) -> ed25519::Pair {
		ed25519::Pair::from_seed(&[n; 32])
	}

	/// Four validators of set 5.
	pub(crate) fn validators() -> Validators {
		Validators {
			set_id: Some(5),
			keys: (1..=4).map(|n| validator(n).public().0).collect(),
		}
	}

	/// Votes of these validators for these blocks, as a justification of `target`.
	pub(crate) fn justification(
		target: &Block,
		votes: &[(u8, &Block)],
		ancestries: &[&Block],
	) -> Vec<u8> {
		let (round, set_id) = (9u64, 5u64);
		let precommits: Vec<_> = votes
			.iter()
			.map(|(n, block)| {
				let message = (1u8, block.hash, block.number, round, set_id).encode();
				let signature = validator(*n).sign(&message);
				(
					block.hash,
					block.number,
					signature.0,
					validator(*n).public().0,
				)
			})
			.collect();
		let mut bytes = (round, target.hash, target.number, precommits).encode();
		Compact(ancestries.len() as u32).encode_to(&mut bytes);
		for block in ancestries {
			bytes.extend(&block.bytes);
		}
		bytes
	}

	fn three() -> [Block; 3] {
		let one = block([0; 32], 7, [1; 32], [2; 32]);
		let two = block(one.hash, 8, [1; 32], [2; 32]);
		let three = block(two.hash, 9, [1; 32], [2; 32]);
		[one, two, three]
	}

	#[test]
	fn headers_are_a_chain_or_nothing() {
		let [one, two, three] = three();
		let read = |blocks: &[&Block]| chain(blocks.iter().map(|block| &block.bytes[..]));
		let headers = read(&[&one, &two, &three]).unwrap();
		assert_eq!(headers[2].hash, three.hash);
		assert_eq!(read(&[&one, &three]), Err(ProofError::Broken(7)));
		assert_eq!(read(&[&two, &one]), Err(ProofError::Broken(8)));
		assert_eq!(read(&[]), Err(ProofError::NoHeader));
		let renumbered = block(one.hash, 10, [1; 32], [2; 32]);
		assert_eq!(read(&[&one, &renumbered]), Err(ProofError::Broken(7)));
		assert!(chain([&one.bytes[..20]]).is_err());
	}

	#[test]
	fn three_of_four_validators_justify_a_block() {
		let [one, two, three] = three();
		let header = Header::read(&one.bytes).unwrap();
		let good = justification(&one, &[(1, &one), (2, &one), (3, &one)], &[]);
		assert_eq!(justify(&good, &header, &validators()), Ok(()));
		// Votes for descendants count, when their ancestry is shown.
		let votes = [(1, &one), (2, &two), (3, &three)];
		let good = justification(&one, &votes, &[&two, &three]);
		assert_eq!(justify(&good, &header, &validators()), Ok(()));
	}

	#[test]
	fn justification_that_does_not_hold_is_refused() {
		let [one, two, three] = three();
		let header = Header::read(&one.bytes).unwrap();
		let refused = |bytes: &[u8], validators: &Validators| {
			justify(bytes, &header, validators).unwrap_err()
		};
		let count = |error| matches!(error, ProofError::Justification(_));
		let all = validators();
		let few = justification(&one, &[(1, &one), (2, &one)], &[]);
		assert!(count(refused(&few, &all)));
		let twice = justification(&one, &[(1, &one), (2, &one), (2, &one)], &[]);
		assert!(count(refused(&twice, &all)));
		let stranger = justification(&one, &[(1, &one), (2, &one), (9, &one)], &[]);
		assert!(count(refused(&stranger, &all)));
		let good = justification(&one, &[(1, &one), (2, &one), (3, &one)], &[]);
		let other_set = Validators {
			set_id: Some(6),
			..all.clone()
		};
		assert!(count(refused(&good, &other_set)));
		let mut altered = good.clone();
		altered[8 + 32 + 4 + 1 + 32 + 4] ^= 1;
		assert!(count(refused(&altered, &all)));
		// About another block.
		let other = justification(&two, &[(1, &two), (2, &two), (3, &two)], &[]);
		assert_eq!(refused(&other, &all), ProofError::OtherBlock);
		assert_eq!(
			refused(&good[..good.len() - 1], &all),
			ProofError::Unreadable("the justification")
		);
		// Votes for blocks that do not descend from it: the library alone would count them.
		let fork = block([9; 32], 7, [1; 32], [2; 32]);
		let votes = [(1, &one), (2, &one), (3, &fork)];
		assert_eq!(
			refused(&justification(&one, &votes, &[]), &all),
			ProofError::Vote
		);
		let votes = [(1, &one), (2, &one), (3, &three)];
		let gap = justification(&one, &votes, &[&three]);
		assert_eq!(refused(&gap, &all), ProofError::Vote);
	}

	#[test]
	fn state_says_what_is_in_it_and_what_is_not() {
		let entries = [
			(b"alpha".to_vec(), vec![1; 40]),
			(b"beta".to_vec(), vec![2]),
			(b"gamma".to_vec(), vec![3; 100]),
		];
		let asked = [b"alpha".to_vec(), b"delta".to_vec()];
		let (root, proof) = state(&entries, &asked);
		let header = Header::read(&block([0; 32], 7, root, [2; 32]).bytes).unwrap();
		let read = |nodes: &[Vec<u8>], header: &Header| {
			Proven::new(header, nodes.iter().map(|node| &node[..]))
		};
		let proven = read(&proof, &header).unwrap();
		assert_eq!(proven.get(b"alpha"), Ok(Some(vec![1; 40])));
		assert_eq!(proven.get(b"delta"), Ok(None));
		assert_eq!(proven.get(b"gamma"), Err(Unproven));

		let mut altered = proof.clone();
		*altered[0].last_mut().unwrap() ^= 1;
		assert!(
			read(&altered, &header).is_err()
				|| read(&altered, &header).unwrap().get(b"alpha") == Err(Unproven)
		);
		let other = Header::read(&block([0; 32], 7, [9; 32], [2; 32]).bytes).unwrap();
		assert_eq!(read(&proof, &other).err(), Some(ProofError::State(7)));
		assert!(read(&[], &header).is_err());
	}

	#[test]
	fn body_is_that_of_the_header_or_none() {
		let extrinsics = vec![vec![1, 2, 3], vec![4]];
		let root = smoldot::header::extrinsics_root(&extrinsics);
		let header = Header::read(&block([0; 32], 7, [1; 32], root).bytes).unwrap();
		assert!(header.has_body(&extrinsics));
		assert!(!header.has_body(&extrinsics[..1]));
		assert!(!header.has_body(&[vec![4], vec![1, 2, 3]]));
	}

	#[test]
	fn validators_are_read_from_state_and_specification() {
		let list = vec![([1u8; 32], 1u64), ([2; 32], 1)];
		let keys: HashSet<_> = [[1; 32], [2; 32]].into();
		let of_state = Validators::of_state(Some(&7u64.encode()), &list.encode()).unwrap();
		assert_eq!((of_state.set_id, &of_state.keys), (Some(7), &keys));
		let weighted = vec![([1u8; 32], 2u64)];
		assert_eq!(
			Validators::of_state(None, &weighted.encode()),
			Err(ProofError::Weights)
		);

		let hex = |bytes: Vec<u8>| format!("0x{}", hex::encode(bytes));
		let genesis = serde_json::json!({
			"genesis": {"raw": {"top": {hex(Validators::list_key()): hex(list.encode())}}}
		});
		let of_spec = |spec: &Value| Validators::of_spec(spec.to_string().as_bytes());
		let read = of_spec(&genesis).unwrap();
		assert_eq!((read.set_id, &read.keys), (None, &keys));
		let light = serde_json::json!({
			"lightSyncState": {"grandpaAuthoritySet": hex((list, 3u64, [0u8; 9]).encode())}
		});
		let read = of_spec(&light).unwrap();
		assert_eq!((read.set_id, &read.keys), (Some(3), &keys));
		assert!(of_spec(&serde_json::json!({})).is_err());
		assert!(Validators::of_spec(b"{").is_err());
	}
}
