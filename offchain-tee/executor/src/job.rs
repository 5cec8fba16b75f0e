//! What a run is given.

use crate::{EngineId, Fault, Secret, capability::Capability, hash};
use tea_guest_abi::{self as abi, InputFault};

/// How much a run may use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
	/// Fuel, the start included.
	pub fuel: u64,
	/// Pages of memory.
	pub pages: u32,
	/// Bytes of output.
	pub output: u32,
	/// Host calls.
	pub host_calls: u64,
}

impl Default for Limits {
	fn default() -> Self {
		Limits {
			fuel: abi::DEFAULT_FUEL,
			pages: abi::DEFAULT_PAGES,
			output: abi::DEFAULT_OUTPUT,
			host_calls: abi::DEFAULT_HOST_CALLS,
		}
	}
}

impl From<&crate::package::Needs> for Limits {
	/// What the author of a guest thinks is enough.
	fn from(needs: &crate::package::Needs) -> Self {
		Limits {
			fuel: needs.fuel,
			pages: needs.pages,
			output: needs.out,
			host_calls: needs.calls,
		}
	}
}

impl Limits {
	pub(crate) fn check(&self) -> Result<(), Fault> {
		for (what, asked, ceiling) in [
			("fuel", self.fuel, abi::MAX_FUEL),
			("memory (pages)", self.pages.into(), abi::MAX_PAGES.into()),
			("output (bytes)", self.output.into(), abi::MAX_OUTPUT.into()),
			("host calls", self.host_calls, abi::MAX_HOST_CALLS),
		] {
			if asked > ceiling {
				return Err(Fault::AboveCeiling {
					what,
					asked,
					ceiling,
				});
			}
		}
		Ok(())
	}

	fn bytes(&self) -> [u8; 24] {
		let mut bytes = [0; 24];
		bytes[..8].copy_from_slice(&self.fuel.to_le_bytes());
		bytes[8..12].copy_from_slice(&self.pages.to_le_bytes());
		bytes[12..16].copy_from_slice(&self.output.to_le_bytes());
		bytes[16..].copy_from_slice(&self.host_calls.to_le_bytes());
		bytes
	}
}

/// Inputs and limits of a run.
#[derive(Default)]
pub struct Job {
	/// Stream 0.
	pub params: Secret,
	/// Streams 1 and up, in the order of the errand.
	pub data: Vec<Secret>,
	/// How much it may use.
	pub limits: Limits,
	/// What the errand grants. A guest that asks for more in its manifest gets `-EACCES` for it.
	pub grants: Vec<Box<dyn Capability>>,
}

impl Job {
	/// A run over these inputs with the default limits.
	pub fn new(params: impl Into<Vec<u8>>, data: impl IntoIterator<Item = Vec<u8>>) -> Job {
		Job {
			params: Secret::new(params.into()),
			data: data.into_iter().map(Secret::new).collect(),
			..Job::default()
		}
	}

	/// Its hash for the PoT.
	pub fn input_hash(&self, code: &[u8; 32], engine: EngineId) -> [u8; 32] {
		let data: Vec<_> = self.data.iter().map(|data| content_hash(data)).collect();
		let fixed: Vec<_> = self
			.grants
			.iter()
			.map(|grant| (grant.name(), grant.fixed_value()))
			.collect();
		input_hash(code, &self.params, &data, &fixed, &self.limits, engine)
	}

	pub(crate) fn check(&self) -> Result<(), InputFault> {
		if self.params.len() > abi::MAX_PARAMS_BYTES {
			return Err(InputFault::ParamsTooLong);
		}
		if self.data.len() > abi::MAX_DATA_INPUTS {
			return Err(InputFault::TooManyInputs);
		}
		if self
			.data
			.iter()
			.any(|data| data.len() > abi::MAX_DATA_BYTES)
		{
			return Err(InputFault::DataTooLong);
		}
		Ok(())
	}
}

/// Hash of a plaintext, of code or data.
pub fn content_hash(plaintext: &[u8]) -> [u8; 32] {
	hash::blake2_256(&[plaintext])
}

/// Hash of everything that can change output or fuel, for those who know the hashes and not the contents. `fixed` are the
/// granted capabilities with their fixed values; their order does not count.
pub fn input_hash(
	code: &[u8; 32],
	params: &[u8],
	data: &[[u8; 32]],
	fixed: &[(&str, Vec<u8>)],
	limits: &Limits,
	engine: EngineId,
) -> [u8; 32] {
	let mut fixed: Vec<_> = fixed.iter().collect();
	fixed.sort();
	// Lists are preceded by how many they are, so that no list can lend an entry to its neighbour.
	let data_count = (data.len() as u64).to_le_bytes();
	let fixed_count = (fixed.len() as u64).to_le_bytes();
	let limits = limits.bytes();
	let mut parts: Vec<&[u8]> = vec![b"tea1/input", code, params, &data_count];
	parts.extend(data.iter().map(|hash| &hash[..]));
	parts.push(&fixed_count);
	for (name, value) in &fixed {
		parts.push(name.as_bytes());
		parts.push(value);
	}
	parts.push(&limits);
	parts.push(&engine.0);
	hash::blake2_256_prefixed(parts)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{capability::Time, engine_id};

	fn job() -> Job {
		Job::new("p", [b"one".to_vec(), b"two".to_vec()])
	}

	#[test]
	fn everything_counts_in_the_input_hash() {
		let code = [9; 32];
		let hash = |job: Job| job.input_hash(&code, engine_id());
		let plain = hash(job());
		assert_eq!(plain, hash(job()));
		let mut others = vec![
			hash(Job::new("q", [b"one".to_vec(), b"two".to_vec()])),
			hash(Job::new("p", [b"two".to_vec(), b"one".to_vec()])),
			hash(Job::new("p", [b"one".to_vec()])),
			hash(Job::new("p", [b"onetwo".to_vec()])),
			job().input_hash(&[8; 32], engine_id()),
			job().input_hash(&code, EngineId([0; 32])),
		];
		for change in [
			|limits: &mut Limits| limits.fuel += 1,
			|limits: &mut Limits| limits.pages += 1,
			|limits: &mut Limits| limits.output += 1,
			|limits: &mut Limits| limits.host_calls += 1,
		] {
			let mut job = job();
			change(&mut job.limits);
			others.push(hash(job));
		}
		for time in [1, 2] {
			let mut job = job();
			job.grants.push(Box::new(Time::new(time)));
			others.push(hash(job));
		}
		others.push(plain);
		let all = others.len();
		others.sort();
		others.dedup();
		assert_eq!(others.len(), all);
	}

	#[test]
	fn the_order_of_grants_does_not_count() {
		let hash = |fixed: &[(&str, Vec<u8>)]| {
			input_hash(&[1; 32], b"", &[], fixed, &Limits::default(), engine_id())
		};
		let (a, b) = (("rand", vec![1]), ("time", vec![2]));
		assert_eq!(hash(&[a.clone(), b.clone()]), hash(&[b, a]));
	}

	#[test]
	fn limits_above_the_ceiling_are_named() {
		for (what, change) in [
			("fuel", (|l| l.fuel = abi::MAX_FUEL + 1) as fn(&mut Limits)),
			("memory (pages)", |l| l.pages = abi::MAX_PAGES + 1),
			("output (bytes)", |l| l.output = abi::MAX_OUTPUT + 1),
			("host calls", |l| l.host_calls = abi::MAX_HOST_CALLS + 1),
		] {
			let mut limits = Limits::default();
			change(&mut limits);
			assert!(
				matches!(limits.check(), Err(Fault::AboveCeiling { what: named, .. }) if named == what)
			);
		}
	}

	#[test]
	fn inputs_out_of_bounds_are_named() {
		assert_eq!(job().check(), Ok(()));
		let long = Job::new(vec![0; abi::MAX_PARAMS_BYTES + 1], []);
		assert_eq!(long.check(), Err(InputFault::ParamsTooLong));
		let many = Job::new("", vec![Vec::new(); abi::MAX_DATA_INPUTS + 1]);
		assert_eq!(many.check(), Err(InputFault::TooManyInputs));
		let large = Job::new("", [vec![0; abi::MAX_DATA_BYTES + 1]]);
		assert_eq!(large.check(), Err(InputFault::DataTooLong));
	}
}
