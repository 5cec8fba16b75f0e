//! The evidence from its beginning to a verdict, and what people and programs are told.

use serde_json::{Value, json};
use tea_primitives::errand::{ErrandId, Outcome};

use super::{
	bundle::{Bundle, State as Saved},
	checks::{Check, Found, Known, Problem, judge},
	draw::{self, Claim, Scene, Second},
	facts::{self, Before, Facts},
	proof::{self, Header, ProofError, Proven, Validators},
};
use crate::{
	errand::words,
	failure::{Failure, Kind, Result},
};

/// What the checks amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
	/// Everything that is needed holds, and nothing fails.
	Verified,
	/// Nothing fails, but something that is needed cannot be checked.
	Incomplete,
	/// Something fails.
	Refused,
}

/// All checks of an errand.
pub(crate) struct Report {
	/// The errand.
	pub(crate) errand: ErrandId,
	/// The checks, in their order.
	pub(crate) checks: Vec<Check>,
	/// What was read, if the evidence could be read at all.
	pub(crate) facts: Option<Facts>,
}

fn failed(error: ProofError) -> Problem {
	Problem::Wrong(error.to_string())
}

/// Proven states of a bundle.
struct States {
	/// The state that has the record.
	record: Proven,
	/// The one before the block that settled the errand.
	before: Option<Proven>,
	/// Earlier ones, by block.
	earlier: Vec<(u32, Proven)>,
}

impl States {
	/// The state after a block before the end.
	fn after(&self, block: u32, finished: u32) -> Option<&Proven> {
		if block.checked_add(1) == Some(finished) {
			return self.before.as_ref();
		}
		let found = self.earlier.iter().find(|(number, _)| *number == block);
		found.map(|(_, state)| state)
	}
}

fn state(headers: &[Header], saved: &Saved) -> Result<Proven, Problem> {
	let header = headers
		.iter()
		.find(|header| header.number == saved.block)
		.ok_or_else(|| Problem::Wrong(format!("there is no header of block {}", saved.block)))?;
	Proven::new(header, saved.proof.iter().map(|node| &node.0[..])).map_err(failed)
}

/// Verifies the storage proofs, and finds out which is which by what they hold.
fn states(bundle: &Bundle, headers: &[Header]) -> Result<(States, Header), Problem> {
	let errand = ErrandId(bundle.errand);
	let mut found = None;
	let mut earlier = Vec::new();
	for saved in &bundle.states {
		let proven = state(headers, saved)?;
		match facts::finished(&proven, errand) {
			Some(record) => found = Some((proven, record.finished, saved.block)),
			None => earlier.push((saved.block, proven)),
		}
	}
	let (record, finished, block) =
		found.ok_or_else(|| Problem::Wrong("no proven state has the record".into()))?;
	let before = earlier
		.iter()
		.position(|(block, _)| block.checked_add(1) == Some(finished))
		.map(|at| earlier.swap_remove(at).1);
	let header = headers
		.iter()
		.find(|header| header.number == block)
		.copied()
		.ok_or_else(|| Problem::Wrong("there is no header of the record".into()))?;
	let states = States {
		record,
		before,
		earlier,
	};
	Ok((states, header))
}

/// Who voted on the blocks of this evidence, as the state says.
fn validators(states: &States) -> Result<Validators, Problem> {
	// Who votes for a block stands in the state before it.
	let state = states.before.as_ref().unwrap_or(&states.record);
	let unproven = |_| Problem::Missing("the state does not show the validators".into());
	let set_id = state.get(&Validators::set_id_key()).map_err(unproven)?;
	let list = state
		.get(&Validators::list_key())
		.map_err(unproven)?
		.ok_or_else(|| Problem::Missing("the state has no validators".into()))?;
	Validators::of_state(set_id.as_deref(), &list).map_err(failed)
}

fn finality(
	bundle: &Bundle,
	headers: &[Header],
	validators: &Result<Validators, Problem>,
) -> Result<String, Problem> {
	let Some(justification) = &bundle.justification else {
		return Err(Problem::Missing(
			"the node gave no justification; ask another one".into(),
		));
	};
	let validators = match validators {
		Ok(validators) => validators,
		Err(Problem::Wrong(reason)) => return Err(Problem::Wrong(reason.clone())),
		Err(Problem::Missing(reason)) => return Err(Problem::Missing(reason.clone())),
	};
	let last = headers
		.last()
		.ok_or_else(|| Problem::Wrong("there is no header".into()))?;
	proof::justify(&justification.0, last, validators).map_err(failed)?;
	let first = headers.first().map_or(last.number, |first| first.number);
	Ok(format!(
		"GRANDPA justification of block {}, {} headers from block {first} on",
		last.number,
		headers.len()
	))
}

fn trusted(
	validators: &Result<Validators, Problem>,
	spec: Option<&Validators>,
) -> Result<String, Problem> {
	let Ok(validators) = validators else {
		return Err(Problem::Missing("the validators are not known".into()));
	};
	let count = validators.keys.len();
	let Some(spec) = spec else {
		return Err(Problem::Missing(format!(
			"who the {count} validators are is the word of the node; --spec FILE compares them with a chain specification"
		)));
	};
	if spec.keys == validators.keys {
		return Ok(format!("the {count} of the chain specification"));
	}
	Err(Problem::Missing(
		"the validators have changed since the chain specification; fetch one with a newer checkpoint from somebody you trust".into(),
	))
}

fn genesis(bundle: &Bundle, states: &States) -> Result<String, Problem> {
	let Ok(named) = bundle.genesis() else {
		return Err(Problem::Wrong("the genesis hash is none".into()));
	};
	match facts::genesis(&states.record) {
		Some(hash) if hash == named => Ok(format!("0x{}", hex::encode(named))),
		Some(_) => Err(Problem::Wrong("the state is of another chain".into())),
		None => Err(Problem::Missing(
			"the state does not show its genesis".into(),
		)),
	}
}

/// Checks a bundle from headers to plaintext.
pub(crate) fn examine(bundle: &Bundle, spec: Option<&Validators>, known: Known<'_>) -> Report {
	let errand = ErrandId(bundle.errand);
	let stopped = |name, problem| Report {
		errand,
		checks: vec![Check::new(name, true, Err(problem))],
		facts: None,
	};
	let headers = match proof::chain(bundle.headers.iter().map(|header| &header.0[..])) {
		Ok(headers) => headers,
		Err(error) => return stopped("finality", failed(error)),
	};
	let (states, header) = match states(bundle, &headers) {
		Ok(states) => states,
		Err(problem) => return stopped("record", problem),
	};
	let validators = validators(&states);
	let mut checks = vec![
		Check::new("finality", true, finality(bundle, &headers, &validators)),
		Check::new("validators", false, trusted(&validators, spec)),
		Check::new("chain", true, genesis(bundle, &states)),
	];
	let (Some(record), Ok(genesis)) = (facts::finished(&states.record, errand), bundle.genesis())
	else {
		return stopped("record", Problem::Wrong("the record is gone".into()));
	};
	checks.push(Check::new(
		"record",
		true,
		Ok(format!(
			"storage proof under the state root of block {}",
			header.number
		)),
	));
	let before = states
		.before
		.as_ref()
		.and_then(|state| facts::before(state, errand, genesis, bundle.beacon_history));
	// The clock of the chain at the end is that of the block that settled.
	let time_ms = (header.number == record.finished)
		.then(|| facts::time_ms(&states.record))
		.flatten();
	let claims = claims(bundle, &headers);
	let (scene, second) = before
		.as_ref()
		.map(|before| drawn(bundle, &states, genesis, record.finished, before, &claims))
		.unwrap_or_default();
	let facts = Facts {
		genesis,
		errand,
		time_ms,
		before,
		claims: claims.map(|claims| claims.iter().map(|claim| claim.ticket).collect()),
		scene,
		second,
		result: bundle.result.as_ref().map(|result| result.0.clone()),
		record,
	};
	checks.extend(judge(&facts, known));
	Report {
		errand,
		checks,
		facts: Some(facts),
	}
}

/// What executor and verifiers were drawn from, as far as its states are there.
fn drawn(
	bundle: &Bundle,
	states: &States,
	genesis: [u8; 32],
	finished: u32,
	before: &Before,
	claims: &Option<Vec<Claim>>,
) -> (Option<Scene>, Option<Second>) {
	let errand = ErrandId(bundle.errand);
	let beacons = bundle.beacon_history;
	let Some(assignment) = before.record.assignment() else {
		return Default::default();
	};
	let block = assignment.assigned;
	let scene = states.after(block, finished).and_then(|state| {
		let claims = claims.as_deref().unwrap_or_default();
		draw::scene(state, errand, genesis, beacons, block, claims)
	});
	let second = assignment.redraw.and_then(|block| {
		let before = states.after(block.checked_sub(1)?, finished)?;
		let after = states.after(block, finished);
		draw::second(before, after, errand, genesis, beacons, block)
	});
	(scene, second)
}

/// Claims in the block of the assignment, if the extrinsics are those of the block.
fn claims(bundle: &Bundle, headers: &[Header]) -> Option<Vec<Claim>> {
	let body = bundle.claimed.as_ref()?;
	let header = headers.iter().find(|header| header.number == body.block)?;
	let extrinsics: Vec<_> = body.extrinsics.iter().map(|one| one.0.clone()).collect();
	header
		.has_body(&extrinsics)
		.then(|| facts::claims(&extrinsics, ErrandId(bundle.errand)))
}

impl Report {
	/// What it amounts to.
	pub(crate) fn verdict(&self) -> Verdict {
		let any = |found: fn(&Check) -> bool| self.checks.iter().any(found);
		if any(|check| matches!(check.found, Found::Fails(_))) {
			Verdict::Refused
		} else if any(|check| check.needed && matches!(check.found, Found::Unmade(_))) {
			Verdict::Incomplete
		} else {
			Verdict::Verified
		}
	}

	/// How an errand ended that came to no proof.
	fn unproven(&self) -> Option<Outcome> {
		let record = &self.facts.as_ref()?.record;
		record.pot.is_none().then_some(record.outcome)
	}

	/// One sentence.
	pub(crate) fn sentence(&self) -> String {
		if let Some(outcome) = self.unproven() {
			return format!(
				"there is no PoT: errand {} is {}",
				self.errand,
				words::outcome(outcome)
			);
		}
		let count = |found: fn(&Found) -> bool| {
			self.checks
				.iter()
				.filter(|check| found(&check.found))
				.count()
		};
		let (holds, unmade) = (
			count(|found| matches!(found, Found::Holds(_))),
			count(|found| matches!(found, Found::Unmade(_))),
		);
		match self.verdict() {
			Verdict::Verified => {
				format!("the PoT is verified: {holds} checks hold, {unmade} could not be made")
			}
			Verdict::Incomplete => {
				format!(
					"nothing speaks against the PoT, but it is not verified: {}",
					self.names(|check| { check.needed && matches!(check.found, Found::Unmade(_)) })
				)
			}
			Verdict::Refused => format!(
				"the PoT is refused: {}",
				self.names(|check| { matches!(check.found, Found::Fails(_)) })
			),
		}
	}

	fn names(&self, which: impl Fn(&Check) -> bool) -> String {
		let names: Vec<_> = self
			.checks
			.iter()
			.filter(|check| which(check))
			.map(|check| match &check.found {
				Found::Holds(text) | Found::Fails(text) | Found::Unmade(text) => {
					format!("{} ({text})", check.name)
				}
			})
			.collect();
		names.join(", ")
	}

	/// For programs.
	pub(crate) fn json(&self) -> Value {
		let checks: Vec<_> = self
			.checks
			.iter()
			.map(|check| {
				let (state, text) = match &check.found {
					Found::Holds(text) => ("holds", text),
					Found::Fails(text) => ("fails", text),
					Found::Unmade(text) => ("notMade", text),
				};
				json!({"name": check.name, "state": state, "text": text, "needed": check.needed})
			})
			.collect();
		json!({
			"errand": self.errand.0,
			"verdict": match self.verdict() {
				Verdict::Verified => "verified",
				Verdict::Incomplete => "incomplete",
				Verdict::Refused => "refused",
			},
			"checks": checks,
		})
	}

	/// For people.
	pub(crate) fn text(&self) -> String {
		let width = self
			.checks
			.iter()
			.map(|check| check.name.len())
			.max()
			.unwrap_or(0);
		let mut out: String = self
			.checks
			.iter()
			.map(|check| {
				let (mark, text) = match &check.found {
					Found::Holds(text) => ("ok      ", text),
					Found::Fails(text) => ("FAILS   ", text),
					Found::Unmade(text) => ("not made", text),
				};
				format!("{mark}  {:width$}  {text}\n", check.name)
			})
			.collect();
		out += &format!("{}\n", self.sentence());
		out
	}

	/// The end of the command.
	pub(crate) fn end(&self) -> Result<()> {
		if self.unproven().is_some() {
			return Err(Failure::new(
				Kind::Unfulfilled,
				self.sentence(),
				"nothing was computed, and everything went back",
			));
		}
		match self.verdict() {
			Verdict::Verified => Ok(()),
			Verdict::Incomplete => Err(Failure::new(
				Kind::Untrusted,
				self.sentence(),
				"ask a node that keeps more of the state, soon after the end of the errand; or check a saved bundle",
			)),
			Verdict::Refused => Err(Failure::new(
				Kind::Untrusted,
				self.sentence(),
				"do not use this result; if the chain accepted it, say so to its developers, with `--save`",
			)),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::{
		super::{
			bundle::{Body, Bytes, FORMAT},
			lab::Lab,
			proof::tests::{Block, block, justification, state, validators},
		},
		*,
	};
	use codec::Encode;
	use std::collections::BTreeMap;
	use tea_chain::{
		key::{entry, identity, twox},
		types::{BeaconRecord, ChainMember, PinTable},
	};

	const BEACONS: u32 = 256;

	/// The evidence of the lab as a node would give it.
	fn bundle(lab: &mut Lab) -> Bundle {
		let facts = lab.facts.clone();
		let errand = facts.errand;
		let before = facts.before.unwrap();
		let assignment = before.record.assignment().unwrap().clone();
		let attestation =
			|name: &str, key: &dyn Fn(Vec<u8>) -> Vec<u8>| key(entry("Attestation", name));
		let of = |name: &str, module| attestation(name, &|prefix| twox(prefix, &module));
		let list: Vec<_> = validators()
			.keys
			.into_iter()
			.map(|key| (key, 1u64))
			.collect();
		let authorities = [
			(Validators::set_id_key(), 5u64.encode()),
			(Validators::list_key(), list.encode()),
		];
		let executor = assignment.executor;
		let mut entries: Vec<(Vec<u8>, Vec<u8>)> = vec![
			(
				twox(entry("Errand", "Errands"), &errand),
				before.record.encode(),
			),
			(
				twox(entry("Errand", "ParamsOf"), &errand),
				before.params.encode(),
			),
			(
				twox(twox(entry("Errand", "Envelopes"), &errand), &1u8),
				before.envelopes[1].encode()[1..].to_vec(),
			),
			(
				of("Certificates", executor),
				before.certificate.clone().unwrap().encode(),
			),
			(of("Chips", executor), before.chip.unwrap().encode()),
			(of("Boots", executor), before.boot.clone().unwrap().encode()),
			(
				attestation("Releases", &|prefix| {
					twox(prefix, &tea_primitives::ids::ReleaseId(1))
				}),
				before.release.unwrap().encode(),
			),
			(
				twox(entry("Delegation", "Beacons"), &11u32),
				BeaconRecord {
					block: 11,
					value: before.beacon.unwrap(),
				}
				.encode(),
			),
			// Something that nobody asks for.
			(entry("Deployment", "Other"), PinTable::default().encode()),
		];
		entries.extend(authorities.clone());
		for (member, signer) in assignment.verifiers.iter().zip(&before.signers) {
			let ChainMember::Module(module) = member else {
				panic!("a module");
			};
			let mut certified = before.certificate.clone().unwrap();
			certified.certificate.keys.session = signer.unwrap();
			entries.push((of("Certificates", *module), certified.encode()));
		}
		// Links stand under their hashes.
		for signed in &before.delegations[0].links {
			let link = signed.link.clone();
			let record = tea_chain::types::LinkRecord {
				deployment: link.deployment,
				parent: link.parent,
				from: link.from.clone(),
				to: link.to,
				boot_seq: link.boot_seq,
				reason: link.reason,
				block: link.block,
				sealed_key: link.sealed_key,
				giver: signed.giver.clone(),
				receiver: signed.receiver.clone(),
				receiver_key: signed.receiver_key,
				depth: 1,
				holders: 1,
			};
			entries.push((
				identity(entry("Deployment", "Links"), &link.hash()),
				record.encode(),
			));
		}
		let deployment = lab.deployment();
		entries.push((
			identity(entry("Deployment", "Deployments"), &lab.deployment_id()),
			deployment.encode(),
		));
		let silent: Vec<_> = lab.silent().into_iter().collect();
		let silent_keys: Vec<_> = silent.iter().map(|(key, _)| key.clone()).collect();
		let (silent_root, silent_proof) = state(&silent, &silent_keys);
		if assignment.redraw.is_some() {
			// The second committee is drawn from those who are still there.
			let mut all: BTreeMap<_, _> = silent.into_iter().collect();
			all.extend(entries);
			entries = all.into_iter().collect();
		}
		let keys: Vec<_> = entries.iter().map(|(key, _)| key.clone()).collect();
		let (before_root, before_proof) = state(&entries, &keys);

		let mut after = vec![
			(
				twox(entry("Errand", "Finished"), &errand),
				facts.record.encode(),
			),
			(entry("Timestamp", "Now"), facts.time_ms.unwrap().encode()),
			(
				twox(entry("System", "BlockHash"), &0u32),
				facts.genesis.encode(),
			),
		];
		after.extend(authorities);
		let keys: Vec<_> = after.iter().map(|(key, _)| key.clone()).collect();
		let (after_root, after_proof) = state(&after, &keys);

		let ticket = facts.claims.unwrap()[0];
		let session = before.boot.as_ref().unwrap().keys.session;
		let claim = (9u8, 2u8, errand, ticket).encode();
		let claim = [&[0x84, 0][..], &session, &[1; 65], &claim].concat();
		let extrinsics = vec![vec![1, 2], claim.encode()];
		let root = smoldot::header::extrinsics_root(&extrinsics);
		let drawn: Vec<_> = lab.drawn_from().into_iter().collect();
		let mut keys: Vec<_> = drawn.iter().map(|(key, _)| key.clone()).collect();
		// Of the executor there is nothing there, which has to be shown too.
		for (pallet, name) in [("Camellia", "CreditLogs"), ("Errand", "Workloads")] {
			keys.push(twox(entry(pallet, name), &executor));
		}
		let (drawn_root, drawn_proof) = state(&drawn, &keys);
		let mut blocks: Vec<Block> = vec![block([0; 32], 12, drawn_root, root)];
		for number in 13..=17 {
			let parent = blocks.last().unwrap().hash;
			let state = match number {
				13 => silent_root,
				14 => before_root,
				15 => after_root,
				_ => [7; 32],
			};
			blocks.push(block(parent, number, state, [8; 32]));
		}
		let last = blocks.last().unwrap();
		let justified = justification(last, &[(1, last), (2, last), (4, last)], &[]);
		let bytes = |all: Vec<Vec<u8>>| all.into_iter().map(Bytes).collect();
		Bundle {
			format: FORMAT.to_owned(),
			genesis: Bytes(facts.genesis.to_vec()),
			errand: errand.0,
			beacon_history: BEACONS,
			headers: blocks
				.iter()
				.map(|block| Bytes(block.bytes.clone()))
				.collect(),
			justification: Some(Bytes(justified)),
			states: vec![
				Saved {
					block: 12,
					proof: bytes(drawn_proof),
				},
				Saved {
					block: 13,
					proof: bytes(silent_proof),
				},
				Saved {
					block: 14,
					proof: bytes(before_proof),
				},
				Saved {
					block: 15,
					proof: bytes(after_proof),
				},
			],
			claimed: Some(Body {
				block: 12,
				extrinsics: bytes(extrinsics),
			}),
			result: facts.result.map(Bytes),
		}
	}

	fn report(bundle: &Bundle, lab: &Lab) -> Report {
		let page = lab.page();
		examine(
			bundle,
			Some(&validators()),
			Known {
				page: Some(&page),
				no_result: None,
			},
		)
	}

	#[test]
	fn bundle_of_a_node_is_verified_from_justification_to_plaintext() {
		let mut lab = Lab::new();
		let bundle = bundle(&mut lab);
		let report = report(&bundle, &lab);
		let bad: Vec<_> = report
			.checks
			.iter()
			.filter(|check| !matches!(check.found, Found::Holds(_)))
			.map(|check| check.name)
			.collect();
		assert!(bad.is_empty(), "{}", report.text());
		assert_eq!(report.verdict(), Verdict::Verified);
		assert!(report.end().is_ok());
		assert_eq!(report.json()["verdict"], "verified");
	}

	#[test]
	fn second_committee_is_drawn_again_from_the_states_around_its_block() {
		let mut lab = Lab::new();
		lab.redraw();
		let mut bundle = bundle(&mut lab);
		let report = report(&bundle, &lab);
		assert_eq!(report.verdict(), Verdict::Verified, "{}", report.text());
		let verifiers = |report: &Report| {
			let found = report.checks.iter();
			found
				.filter(|check| check.name == "draw of the verifiers")
				.map(|check| check.found.clone())
				.next()
				.unwrap()
		};
		match verifiers(&report) {
			Found::Holds(text) => assert!(text.contains("in block 14"), "{text}"),
			other => panic!("{other:?}"),
		}
		// Without the state before that block.
		bundle.states.retain(|state| state.block != 13);
		let report = self::report(&bundle, &lab);
		assert!(matches!(verifiers(&report), Found::Unmade(_)));
	}

	/// The states of the draws came later: what was saved without them is as good as it was.
	#[test]
	fn older_bundle_is_verified_without_the_draws() {
		let mut lab = Lab::new();
		let mut bundle = bundle(&mut lab);
		bundle.states.remove(0);
		let report = report(&bundle, &lab);
		assert_eq!(report.verdict(), Verdict::Verified, "{}", report.text());
		for name in ["draw of the executor", "draw of the verifiers"] {
			let check = report.checks.iter().find(|check| check.name == name);
			assert!(
				matches!(&check.unwrap().found, Found::Unmade(text) if text.contains("block 12")),
				"{}",
				report.text()
			);
		}
	}

	/// A pool of the forger's own making hangs on no header.
	#[test]
	fn forged_pool_has_no_proof() {
		let mut lab = Lab::new();
		let mut bundle = bundle(&mut lab);
		let mut forged = lab.drawn_from();
		forged.insert(entry("Delegation", "ModuleCount"), 4u32.encode());
		let forged: Vec<_> = forged.into_iter().collect();
		let keys: Vec<_> = forged.iter().map(|(key, _)| key.clone()).collect();
		let (_, proof) = state(&forged, &keys);
		bundle.states[0].proof = proof.into_iter().map(Bytes).collect();
		let report = report(&bundle, &lab);
		assert_eq!(report.verdict(), Verdict::Refused, "{}", report.text());
		assert!(report.text().contains("block 12"), "{}", report.text());
	}

	#[test]
	fn altered_bundle_is_refused_by_name() {
		let refused = |name: &str, change: &dyn Fn(&mut Bundle)| {
			let mut lab = Lab::new();
			let mut bundle = bundle(&mut lab);
			change(&mut bundle);
			let report = report(&bundle, &lab);
			assert_eq!(
				report.verdict(),
				Verdict::Refused,
				"{name}: {}",
				report.text()
			);
			let check = report.checks.iter().find(|check| check.name == name);
			let check = check.unwrap_or_else(|| panic!("{name}: {}", report.text()));
			assert!(matches!(check.found, Found::Fails(_)), "{}", report.text());
			assert!(report.end().is_err());
		};
		refused("finality", &|bundle| {
			bundle.headers.remove(3);
		});
		refused("finality", &|bundle| bundle.headers.clear());
		refused("finality", &|bundle| {
			bundle.headers.pop();
		});
		refused("finality", &|bundle| {
			bundle.justification.as_mut().unwrap().0[60] ^= 1;
		});
		refused("record", &|bundle| {
			bundle.states.pop();
		});
		refused("record", &|bundle| bundle.states[3].proof[0].0[3] ^= 1);
		refused("record", &|bundle| bundle.states[3].block = 16);
		refused("record", &|bundle| bundle.errand = 8);
		refused("chain", &|bundle| bundle.genesis.0[0] ^= 1);
		refused("result", &|bundle| {
			bundle.result.as_mut().unwrap().0[0] ^= 1
		});
	}

	#[test]
	fn what_was_left_out_is_named_and_not_taken_for_proven() {
		let mut lab = Lab::new();
		let full = bundle(&mut lab);
		let state_of = |bundle: &Bundle, name: &str, verdict| {
			let report = report(bundle, &lab);
			assert_eq!(report.verdict(), verdict, "{}", report.text());
			let check = report.checks.iter().find(|check| check.name == name);
			assert!(
				matches!(check.unwrap().found, Found::Unmade(_)),
				"{}",
				report.text()
			);
		};
		let mut bundle = full.clone();
		bundle.justification = None;
		state_of(&bundle, "finality", Verdict::Incomplete);
		let mut bundle = full.clone();
		bundle.states.retain(|state| state.block != 14);
		state_of(&bundle, "TPM signature", Verdict::Incomplete);
		let mut bundle = full.clone();
		bundle.claimed = None;
		state_of(&bundle, "ticket", Verdict::Verified);
		// Extrinsics of another block are none.
		let mut bundle = full.clone();
		bundle.claimed.as_mut().unwrap().extrinsics.pop();
		state_of(&bundle, "ticket", Verdict::Verified);
		let mut bundle = full;
		bundle.result = None;
		state_of(&bundle, "result", Verdict::Verified);
	}

	#[test]
	fn errand_without_a_proof_has_nothing_to_verify() {
		let mut lab = Lab::new();
		lab.facts.record.pot = None;
		lab.facts.record.outcome = Outcome::Cancelled;
		let bundle = bundle(&mut lab);
		let report = report(&bundle, &lab);
		assert_eq!(report.verdict(), Verdict::Incomplete);
		let failure = report.end().unwrap_err();
		assert_eq!(failure.code, Kind::Unfulfilled.code());
		assert!(failure.sentence.contains("Cancelled"), "{failure}");
	}

	#[test]
	fn validators_are_those_of_the_specification_or_a_word() {
		let mut lab = Lab::new();
		let bundle = bundle(&mut lab);
		let with = |spec: Option<&Validators>| {
			let report = examine(&bundle, spec, Known::default());
			report.checks[1].clone()
		};
		assert_eq!(with(None).name, "validators");
		assert!(matches!(with(None).found, Found::Unmade(_)));
		assert!(matches!(with(Some(&validators())).found, Found::Holds(_)));
		let mut others = validators();
		others.keys.insert([9; 32]);
		assert!(matches!(with(Some(&others)).found, Found::Unmade(_)));
	}
}
