//! Whether a module is able to run a code deployment (SPEC 5.G): by a list of needs, or by a check in wasm.
//!
//! A check in wasm is a guest like others. Its parameters are the ability as JSON:
//!
//! ```json
//! {"class":"C","memoryPages":4096,"fuel":100000000000,"capabilities":["rand","time"]}
//! ```
//!
//! It ends well, and the module is capable; or it fails, traps or runs out of fuel, and the module is not. It sees nothing
//! else, so everybody who knows the ability gets the same answer: the pinner runs it again before a key leaves.

use codec::{Decode, Encode};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tea_executor::{Cancel, Executor, Job, Limits, abi::CAPABILITIES};
use tea_primitives::{
	HardwareClass,
	deployment::{Checker, Needs},
};

use super::{content::Contents, denial::Denial};

/// The longest check.
pub const MAX_CHECKER: u64 = 1 << 20;
/// What a check may use.
const LIMITS: Limits = Limits {
	fuel: 50_000_000,
	pages: 64,
	output: 4096,
	host_calls: 10_000,
};

/// What a module is able to run. It says so itself, in a letter that it signs; class and capabilities are compared with
/// the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Ability {
	/// Class of its hardware.
	pub class: HardwareClass,
	/// Memory for a guest, in pages of 64 KiB.
	pub memory_pages: u32,
	/// Fuel of one run.
	pub fuel: u64,
	/// Capabilities that it grants, one bit each.
	pub capabilities: u64,
}

/// The bits of all capabilities of this release: bit n is the n-th of the guest ABI.
pub fn all_capabilities() -> u64 {
	CAPABILITIES
		.iter()
		.enumerate()
		.fold(0, |bits, (index, _)| bits | 1 << index)
}

impl Ability {
	/// Whether a list of needs is met.
	pub fn meets(&self, needs: &Needs) -> bool {
		self.memory_pages >= needs.memory_pages
			&& self.fuel >= needs.fuel
			&& needs.classes.contains(self.class)
			&& self.capabilities & needs.capabilities == needs.capabilities
	}

	/// What a check in wasm reads.
	pub fn to_json(&self) -> Vec<u8> {
		let names: Vec<_> = CAPABILITIES
			.iter()
			.enumerate()
			.filter(|(index, _)| self.capabilities >> index & 1 == 1)
			.map(|(_, capability)| capability.name)
			.collect();
		serde_json::json!({
			"class": format!("{:?}", self.class),
			"memoryPages": self.memory_pages,
			"fuel": self.fuel,
			"capabilities": names,
		})
		.to_string()
		.into_bytes()
	}
}

/// Runs the checker of a deployment for an ability.
pub async fn check(
	checker: &Checker,
	ability: &Ability,
	contents: &dyn Contents,
	executor: &Arc<Executor>,
) -> Result<(), Denial> {
	match checker {
		Checker::None => Ok(()),
		Checker::Needs(needs) if ability.meets(needs) => Ok(()),
		Checker::Needs(_) => Err(Denial::NotCapable),
		Checker::Wasm(document) => {
			let mut object = Vec::new();
			contents
				.read(&document.cid, MAX_CHECKER, &mut |piece| {
					object.extend_from_slice(piece);
					Ok(())
				})
				.await
				.map_err(|_| Denial::CheckerUnavailable)?;
			if Sha256::digest(&object)[..] != document.hash {
				return Err(Denial::CheckerUnavailable);
			}
			let (executor, ability) = (executor.clone(), *ability);
			let passed = tokio::task::spawn_blocking(move || passes(&executor, &object, &ability));
			match passed.await {
				Ok(true) => Ok(()),
				_ => Err(Denial::NotCapable),
			}
		}
	}
}

/// Whether a check in wasm ends well.
fn passes(executor: &Executor, object: &[u8], ability: &Ability) -> bool {
	let job = Job {
		params: tea_executor::Secret::new(ability.to_json()),
		limits: LIMITS,
		..Job::default()
	};
	executor
		.execute(object, job, &Cancel::new())
		.is_ok_and(|outcome| outcome.exit.is_ok())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::pins::content::tests::{Shelf, guest};
	use tea_primitives::deployment::{Classes, Document};

	fn ability() -> Ability {
		Ability {
			class: HardwareClass::C,
			memory_pages: 100,
			fuel: 1000,
			capabilities: 0b011,
		}
	}

	fn needs() -> Needs {
		Needs {
			memory_pages: 100,
			fuel: 1000,
			classes: Classes::of(&[HardwareClass::C]),
			capabilities: 0b010,
		}
	}

	#[test]
	fn every_need_counts() {
		assert!(ability().meets(&needs()));
		for unmet in [
			Needs {
				memory_pages: 101,
				..needs()
			},
			Needs {
				fuel: 1001,
				..needs()
			},
			Needs {
				classes: Classes::of(&[HardwareClass::A]),
				..needs()
			},
			Needs {
				capabilities: 0b100,
				..needs()
			},
		] {
			assert!(!ability().meets(&unmet), "{unmet:?}");
		}
	}

	#[test]
	fn ability_is_written_for_guests() {
		let json: serde_json::Value = serde_json::from_slice(&ability().to_json()).unwrap();
		assert_eq!(json["class"], "C");
		assert_eq!(json["memoryPages"], 100);
		assert_eq!(json["capabilities"], serde_json::json!(["rand", "time"]));
		assert_eq!(all_capabilities(), 0b111);
	}

	async fn run(checker: &Checker, shelf: &Shelf) -> Result<(), Denial> {
		let executor = Arc::new(Executor::new(tea_executor::Config::default()));
		check(checker, &ability(), shelf, &executor).await
	}

	#[tokio::test]
	async fn lists_decide_without_anything_else() {
		let shelf = Shelf::default();
		assert_eq!(run(&Checker::None, &shelf).await, Ok(()));
		assert_eq!(run(&Checker::Needs(needs()), &shelf).await, Ok(()));
		let more = Needs {
			fuel: 1001,
			..needs()
		};
		assert_eq!(
			run(&Checker::Needs(more), &shelf).await,
			Err(Denial::NotCapable)
		);
	}

	#[tokio::test]
	async fn check_in_wasm_decides_by_how_it_ends() {
		let mut shelf = Shelf::default();
		let mut put = |object: Vec<u8>| {
			let hash = Sha256::digest(&object).into();
			Document {
				cid: shelf.put(object),
				hash,
			}
		};
		let passing = put(guest("i32.const 0"));
		let trapping = put(guest("unreachable"));
		let endless = put(guest("(loop $l br $l) i32.const 0"));
		let garbage = put(b"no guest".to_vec());
		let altered = Document {
			hash: [9; 32],
			..passing
		};
		let missing = Document {
			cid: tea_primitives::deployment::Cid::new(
				tea_primitives::deployment::Cid::RAW,
				[9; 32],
			),
			hash: [9; 32],
		};
		for (document, expected) in [
			(passing, Ok(())),
			(trapping, Err(Denial::NotCapable)),
			(endless, Err(Denial::NotCapable)),
			(garbage, Err(Denial::NotCapable)),
			(altered, Err(Denial::CheckerUnavailable)),
			(missing, Err(Denial::CheckerUnavailable)),
		] {
			assert_eq!(run(&Checker::Wasm(document), &shelf).await, expected);
		}
	}
}
