//! What is read in proven state. The same function says which keys a node is asked for: see [`super::gather`].

use codec::{Compact, Decode, DecodeAll};
use tea_chain::{
	AccountId,
	key::{entry, identity, twox},
	types::{
		BeaconRecord, BootRecord, CertificateRecord, ChainMember, ChipRecord, DeploymentRecord,
		ErrandRecord, FinishedErrand, KeyPath, LinkRecord, PastBoot, ReleaseRecord, SignedLink,
	},
};
use tea_primitives::{
	deployment::{DeploymentId, LinkReason, MAX_DEPTH, NO_PARENT},
	draw::BeaconValue,
	errand::{ErrandId, TicketProof},
	ids::{BootSeq, ModuleId},
};
use tea_tpm::pot::MAX_BATCH;

use super::{
	draw::{Claim, Scene, Second},
	proof::{Proven, Unproven},
};

/// A state that can be read.
pub(crate) trait State {
	/// What is stored under a key; `Err`: nobody knows here.
	fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Unproven>;
}

impl State for Proven {
	fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Unproven> {
		Self::get(self, key)
	}
}

/// What is needed to check the proof of an errand.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
	/// Genesis hash.
	pub(crate) genesis: [u8; 32],
	/// The errand.
	pub(crate) errand: ErrandId,
	/// Its record after the end.
	pub(crate) record: FinishedErrand,
	/// Time of the block that settled it, in milliseconds.
	pub(crate) time_ms: Option<u64>,
	/// The state before that block; none when nobody keeps it any more.
	pub(crate) before: Option<Before>,
	/// Tickets that were claimed with in the block of the assignment; none when the block is not at hand.
	pub(crate) claims: Option<Vec<TicketProof>>,
	/// What executor and verifiers were drawn from; none when the state is not at hand.
	pub(crate) scene: Option<Scene>,
	/// What the second committee was drawn from, if there was one and the state is at hand.
	pub(crate) second: Option<Second>,
	/// The sealed result.
	pub(crate) result: Option<Vec<u8>>,
}

/// The state before the block that settled an errand.
#[derive(Clone, Debug)]
pub(crate) struct Before {
	/// The record, with the order and the assignment.
	pub(crate) record: ErrandRecord,
	/// The params.
	pub(crate) params: Vec<u8>,
	/// Envelopes of supplied keys, by source.
	pub(crate) envelopes: Vec<Option<Vec<u8>>>,
	/// The executor's certificate.
	pub(crate) certificate: Option<CertificateRecord>,
	/// The executor's chip.
	pub(crate) chip: Option<ChipRecord>,
	/// The executor's boot.
	pub(crate) boot: Option<BootRecord>,
	/// The release of the certificate.
	pub(crate) release: Option<ReleaseRecord>,
	/// Who signs for the members of the committee.
	pub(crate) signers: Vec<Option<[u8; 32]>>,
	/// The beacon of the draw.
	pub(crate) beacon: Option<BeaconValue>,
	/// How pinned keys came to the executor.
	pub(crate) delegations: Vec<Delegation>,
}

/// How the key of a source came to the executor's pin.
#[derive(Clone, Debug)]
pub(crate) struct Delegation {
	/// The source: 0 is the code.
	pub(crate) source: u8,
	/// Hash of the link of the pin.
	pub(crate) link: [u8; 32],
	/// The deployment.
	pub(crate) deployment: DeploymentId,
	/// Its owner, by the terms of the posting.
	pub(crate) owner: AccountId,
	/// Hash of all that was registered.
	pub(crate) registration: Option<[u8; 32]>,
	/// The links, that of the pin first.
	pub(crate) links: Vec<SignedLink>,
	/// Session keys of the receivers' boots, as far as the chain remembers them.
	pub(crate) sessions: Vec<Option<[u8; 32]>>,
}

fn read<T: Decode>(state: &impl State, key: &[u8]) -> Option<T> {
	let bytes = state.get(key).ok().flatten()?;
	T::decode_all(&mut &bytes[..]).ok()
}

fn attestation<T: Decode>(state: &impl State, name: &str, module: ModuleId) -> Option<T> {
	read(state, &twox(entry("Attestation", name), &module))
}

/// The record of an errand that is final.
pub(crate) fn finished(state: &impl State, errand: ErrandId) -> Option<FinishedErrand> {
	read(state, &twox(entry("Errand", "Finished"), &errand))
}

/// The record of an errand that is not final.
pub(crate) fn errand(state: &impl State, errand: ErrandId) -> Option<ErrandRecord> {
	read(state, &twox(entry("Errand", "Errands"), &errand))
}

/// The beacon of a block, if the state still has it.
pub(crate) fn beacon(state: &impl State, block: u32, beacons: u32) -> Option<BeaconValue> {
	let place = block.checked_rem(beacons).unwrap_or_default();
	read::<BeaconRecord>(state, &twox(entry("Delegation", "Beacons"), &place))
		.filter(|beacon| beacon.block == block)
		.map(|beacon| beacon.value)
}

/// Time of the block after which this is the state.
pub(crate) fn time_ms(state: &impl State) -> Option<u64> {
	read(state, &entry("Timestamp", "Now"))
}

/// Hash of the genesis block, as the state remembers it.
pub(crate) fn genesis(state: &impl State) -> Option<[u8; 32]> {
	read(state, &twox(entry("System", "BlockHash"), &0u32))
}

/// What stood in the state before an errand ended.
pub(crate) fn before(
	state: &impl State,
	errand: ErrandId,
	genesis: [u8; 32],
	beacons: u32,
) -> Option<Before> {
	let record = self::errand(state, errand)?;
	let params = read(state, &twox(entry("Errand", "ParamsOf"), &errand)).unwrap_or_default();
	let envelopes = record
		.sources()
		.map(|(number, source)| {
			let key = twox(twox(entry("Errand", "Envelopes"), &errand), &number);
			source.needs_key().then(|| read(state, &key)).flatten()
		})
		.collect();
	let beacon = self::beacon(state, record.draw.beacon_block(), beacons);
	let mut before = Before {
		params,
		envelopes,
		certificate: None,
		chip: None,
		boot: None,
		release: None,
		signers: Vec::new(),
		beacon,
		delegations: Vec::new(),
		record,
	};
	let Some(assignment) = before.record.assignment().cloned() else {
		return Some(before);
	};
	let executor = assignment.executor;
	before.certificate = attestation(state, "Certificates", executor);
	before.chip = attestation(state, "Chips", executor);
	before.boot = attestation(state, "Boots", executor);
	before.release = before.certificate.as_ref().and_then(|certified| {
		let release = certified.certificate.release;
		read(state, &twox(entry("Attestation", "Releases"), &release))
	});
	before.signers = assignment
		.verifiers
		.iter()
		.map(|member| match member {
			ChainMember::Module(module) => {
				attestation::<CertificateRecord>(state, "Certificates", *module)
					.map(|certified| certified.certificate.keys.session)
			}
			ChainMember::Registrar(account) => Some(account.0),
		})
		.collect();
	before.delegations = before
		.record
		.sources()
		.zip(&assignment.keys)
		.filter_map(|((source, used), path)| {
			let (KeyPath::Pin { link, .. }, Some(used)) = (path, used.deployment()) else {
				return None;
			};
			Some(delegation(
				state, source, *link, used.id, used.owner, genesis,
			))
		})
		.collect();
	Some(before)
}

fn delegation(
	state: &impl State,
	source: u8,
	link: [u8; 32],
	deployment: DeploymentId,
	owner: AccountId,
	genesis: [u8; 32],
) -> Delegation {
	let registration = read::<DeploymentRecord>(
		state,
		&identity(entry("Deployment", "Deployments"), &deployment),
	)
	.map(|record| record.registration);
	let mut links = Vec::new();
	let mut sessions = Vec::new();
	let mut at = link;
	while links.len() < usize::from(MAX_DEPTH) && at != NO_PARENT {
		let Some(record) = read::<LinkRecord>(state, &identity(entry("Deployment", "Links"), &at))
		else {
			break;
		};
		sessions.push(session(state, record.to, record.boot_seq));
		at = match record.reason {
			LinkReason::Pin => record.parent,
			_ => NO_PARENT,
		};
		links.push(record.signed(genesis));
	}
	Delegation {
		source,
		link,
		deployment,
		owner,
		registration,
		links,
		sessions,
	}
}

/// The session key of a boot, present or past.
fn session(state: &impl State, module: ModuleId, boot_seq: BootSeq) -> Option<[u8; 32]> {
	let present: Option<BootRecord> = attestation(state, "Boots", module);
	if let Some(boot) = present.filter(|boot| boot.seq == boot_seq) {
		return Some(boot.keys.session);
	}
	let past: Vec<PastBoot> = attestation(state, "PastBoots", module).unwrap_or_default();
	past.iter()
		.find(|boot| boot.seq == boot_seq)
		.map(|boot| boot.keys.session)
}

/// Who signed an extrinsic of version 4 with an address that is an account.
fn signer(mut extrinsic: &[u8]) -> Option<[u8; 32]> {
	/// A signed one of version 4, and an address that is an account.
	const SIGNED: [u8; 2] = [0x84, 0];
	Compact::<u32>::decode(&mut extrinsic).ok()?;
	let address = extrinsic.strip_prefix(&SIGNED)?;
	address.first_chunk().copied()
}

/// Tickets for an errand among the extrinsics of a block. A call stands at the end of its extrinsic; what only looks like one
/// proves nothing, because the ticket has to verify.
pub(crate) fn claims(extrinsics: &[Vec<u8>], errand: ErrandId) -> Vec<Claim> {
	extrinsics
		.iter()
		.flat_map(|bytes| {
			let signer = signer(bytes);
			one_claim(bytes)
				.into_iter()
				.chain(many_claims(bytes).into_iter().flatten())
				.filter(|(claimed, _)| *claimed == errand)
				.map(move |(_, ticket)| Claim { signer, ticket })
				.collect::<Vec<_>>()
		})
		.collect()
}

/// Errand, output and proof.
const CLAIM_LEN: usize = 8 + 32 + 64;

/// What a `claim` at the end of an extrinsic claims.
fn one_claim(extrinsic: &[u8]) -> Option<(ErrandId, TicketProof)> {
	/// Index of the call in its pallet.
	const CLAIM: u8 = 2;
	let (head, arguments) = split_at_end(extrinsic, CLAIM_LEN)?;
	(head.last() == Some(&CLAIM))
		.then(|| DecodeAll::decode_all(&mut &arguments[..]).ok())
		.flatten()
}

/// What a `claim_many` at the end of an extrinsic claims.
fn many_claims(extrinsic: &[u8]) -> Option<Vec<(ErrandId, TicketProof)>> {
	/// Index of the call in its pallet.
	const CLAIM_MANY: u8 = 11;
	(1..=MAX_BATCH).find_map(|count| {
		// So short a list has a length of one byte.
		let (head, arguments) = split_at_end(extrinsic, 1 + count * CLAIM_LEN)?;
		let claims: Vec<(ErrandId, TicketProof)> =
			DecodeAll::decode_all(&mut &arguments[..]).ok()?;
		(head.last() == Some(&CLAIM_MANY) && claims.len() == count).then_some(claims)
	})
}

fn split_at_end(bytes: &[u8], len: usize) -> Option<(&[u8], &[u8])> {
	bytes.split_at_checked(bytes.len().checked_sub(len)?)
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;

	#[test]
	fn tickets_are_found_at_the_end_of_extrinsics() {
		let ticket = TicketProof {
			pre_output: [1; 32],
			proof: [2; 64],
		};
		let call = (9u8, 2u8, ErrandId(7), ticket).encode();
		let strange = [&[0x45, 1, 2, 3][..], &call].concat();
		let body = [&[0x84, 0][..], &[5; 32], &[1; 65], &call].concat();
		let signed = body.encode();
		let other_call = (9u8, 3u8, ErrandId(7), ticket).encode();
		let extrinsics = [vec![1], strange, signed, other_call, Vec::new()];
		let claim = |signer| Claim { signer, ticket };
		assert_eq!(
			claims(&extrinsics, ErrandId(7)),
			[claim(None), claim(Some([5; 32]))]
		);
		assert!(claims(&extrinsics, ErrandId(8)).is_empty());
	}

	#[test]
	fn tickets_are_found_in_calls_that_carry_several() {
		let ticket = |n: u8| TicketProof {
			pre_output: [n; 32],
			proof: [n; 64],
		};
		let many: Vec<_> = (0u8..32).map(|n| (ErrandId(n.into()), ticket(n))).collect();
		for count in [0usize, 1, 2, 32] {
			let call = (9u8, 11u8, &many[..count]).encode();
			let signed = [&[0x84, 0][..], &[5; 32], &[1; 65], &call]
				.concat()
				.encode();
			for n in 0u8..32 {
				let found = claims(core::slice::from_ref(&signed), ErrandId(n.into()));
				let expected = (usize::from(n) < count).then(|| Claim {
					signer: Some([5; 32]),
					ticket: ticket(n),
				});
				assert_eq!(found, Vec::from_iter(expected), "{n} of {count}");
			}
		}
		// Another call, or a list that is not whole.
		let call = (9u8, 12u8, &many).encode();
		assert!(claims(&[call], ErrandId(1)).is_empty());
		let mut call = (9u8, 11u8, &many).encode();
		call.pop();
		assert!(claims(&[call], ErrandId(1)).is_empty());
	}
}
