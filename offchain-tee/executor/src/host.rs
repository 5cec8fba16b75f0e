//! The imports of `tea1`.

use crate::{
	capability::{Answer, Capability},
	job::Job,
	outcome::LogLine,
	package::{CapabilityNeed, Manifest},
	secret::{Growing, Secret, text},
};
use std::{collections::BTreeMap, ops::Range};
use tea_guest_abi::{self as abi, CapabilityInfo, Errno};
use wasmi::{
	Caller, Error, Linker, Memory, ResourceLimiter,
	errors::{HostError, MemoryError, TableError},
};
use wasmi_core::LimiterError;
use zeroize::Zeroizing;

/// Why a host function ends the run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stop {
	BadPointer,
	OutOfFuel,
	HostCalls,
	OutOfMemory,
}

impl std::fmt::Display for Stop {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "{self:?}")
	}
}

impl HostError for Stop {}

fn stop<T>(stop: Stop) -> Result<T, Error> {
	Err(Error::host(stop))
}

/// Memory and tables of the guest stay within what was reserved.
#[derive(Debug)]
pub(crate) struct Limiter {
	memory_bytes: usize,
	table_elements: usize,
	/// The system did not give what was promised.
	pub(crate) out_of_memory: bool,
}

impl ResourceLimiter for Limiter {
	fn memory_growing(
		&mut self,
		_current: usize,
		desired: usize,
		_maximum: Option<usize>,
	) -> Result<bool, LimiterError> {
		Ok(desired <= self.memory_bytes)
	}

	fn table_growing(
		&mut self,
		current: usize,
		desired: usize,
		_maximum: Option<usize>,
	) -> Result<bool, LimiterError> {
		let total = self.table_elements - current.min(self.table_elements) + desired;
		let within = total <= abi::MAX_TABLE_ELEMENTS;
		if within {
			self.table_elements = total;
		}
		Ok(within)
	}

	fn memory_grow_failed(&mut self, error: &MemoryError) -> Result<(), LimiterError> {
		// Other failures depend on the guest only; this one is ours, and must not become a -1 that others do not see.
		if matches!(error, MemoryError::OutOfSystemMemory) {
			self.out_of_memory = true;
			return Err(LimiterError::ResourceLimiterDeniedAllocation);
		}
		Ok(())
	}

	fn table_grow_failed(&mut self, error: &TableError) -> Result<(), LimiterError> {
		if matches!(error, TableError::OutOfSystemMemory) {
			self.out_of_memory = true;
			return Err(LimiterError::ResourceLimiterDeniedAllocation);
		}
		Ok(())
	}

	fn instances(&self) -> usize {
		1
	}

	fn tables(&self) -> usize {
		100
	}

	fn memories(&self) -> usize {
		1
	}
}

/// A capability of the manifest.
struct Slot {
	need: CapabilityNeed,
	known: &'static CapabilityInfo,
	/// `None` when the errand does not grant it.
	granted: Option<Box<dyn Capability>>,
}

/// What the host remembers during a run.
pub(crate) struct Host {
	inputs: Vec<Secret>,
	pub(crate) output: Growing,
	output_limit: usize,
	/// The guest wrote more than it may.
	pub(crate) output_exceeded: bool,
	pub(crate) failure: Option<(i32, Zeroizing<String>)>,
	pub(crate) logs: Vec<LogLine>,
	log_bytes: usize,
	pub(crate) calls: u64,
	call_limit: u64,
	/// Fuel of the errand that is not in the store yet.
	pub(crate) reserve: u64,
	slots: Vec<Slot>,
	answers: BTreeMap<i64, Answer>,
	next_answer: i64,
	pub(crate) limiter: Limiter,
	pub(crate) memory: Option<Memory>,
}

impl Host {
	pub(crate) fn new(job: Job, manifest: &Manifest, reserve: u64) -> Host {
		let mut inputs = Vec::with_capacity(1 + job.data.len());
		inputs.push(job.params);
		inputs.extend(job.data);
		let mut grants = job.grants;
		let slots = manifest.caps.iter().filter_map(|need| {
			let known = abi::CAPABILITIES
				.iter()
				.find(|known| known.name == need.n)?;
			let position = grants.iter().position(|grant| grant.name() == need.n);
			Some(Slot {
				need: need.clone(),
				known,
				granted: position.map(|position| grants.swap_remove(position)),
			})
		});
		Host {
			inputs,
			output: Growing::default(),
			output_limit: job.limits.output as usize,
			output_exceeded: false,
			failure: None,
			logs: Vec::new(),
			log_bytes: 0,
			calls: 0,
			call_limit: job.limits.host_calls,
			reserve,
			slots: slots.collect(),
			answers: BTreeMap::new(),
			next_answer: 1,
			limiter: Limiter {
				memory_bytes: job.limits.pages as usize * abi::PAGE_BYTES as usize,
				table_elements: 0,
				out_of_memory: false,
			},
			memory: None,
		}
	}
}

type Call<'a> = Caller<'a, Host>;

/// Takes the price of a call before anything else happens, from the slice or, where that is short, from the reserve.
fn charge(caller: &mut Call<'_>, cost: u64) -> Result<(), Error> {
	let fuel = caller.get_fuel()?;
	if fuel >= cost {
		caller.set_fuel(fuel - cost)?;
	} else {
		let host = caller.data_mut();
		let Some(rest) = host.reserve.checked_sub(cost - fuel) else {
			return stop(Stop::OutOfFuel);
		};
		host.reserve = rest;
		caller.set_fuel(0)?;
	}
	let host = caller.data_mut();
	if host.calls == host.call_limit {
		return stop(Stop::HostCalls);
	}
	host.calls += 1;
	Ok(())
}

/// The guest's memory and the host's data. A guest without memory is refused long before.
fn parts<'a>(caller: &'a mut Call<'_>) -> Result<(&'a mut [u8], &'a mut Host), Error> {
	let Some(memory) = caller.data().memory else {
		return stop(Stop::BadPointer);
	};
	Ok(memory.data_and_store_mut(caller))
}

/// A range in the memory; pointers and lengths have no sign.
fn range(memory: &[u8], pointer: i32, length: i32) -> Result<Range<usize>, Error> {
	let start = pointer as u32 as u64;
	let end = start + length as u32 as u64;
	if end > memory.len() as u64 {
		return stop(Stop::BadPointer);
	}
	Ok(start as usize..end as usize)
}

fn refuse(errno: Errno) -> Result<i32, Error> {
	Ok(errno.negated())
}

/// Copies `min(cap, len - off)` bytes of `source` into the memory.
fn copy(memory: &mut [u8], source: &[u8], off: i64, ptr: i32, cap: i32) -> Result<i32, Error> {
	let (Ok(off), false) = (u64::try_from(off), cap < 0) else {
		return refuse(Errno::Invalid);
	};
	let target = range(memory, ptr, cap)?;
	let rest = usize::try_from(off)
		.ok()
		.and_then(|off| source.get(off..))
		.unwrap_or(&[]);
	let count = rest.len().min(target.len());
	memory[target.start..target.start + count].copy_from_slice(&rest[..count]);
	Ok(count as i32)
}

fn in_count(mut caller: Call<'_>) -> Result<i32, Error> {
	charge(&mut caller, abi::CALL_BASE)?;
	Ok(caller.data().inputs.len() as i32)
}

fn in_len(mut caller: Call<'_>, h: i32) -> Result<i64, Error> {
	charge(&mut caller, abi::CALL_BASE)?;
	let input = caller.data().inputs.get(h as u32 as usize);
	Ok(input.map_or(Errno::BadHandle.negated().into(), |input| {
		input.len() as i64
	}))
}

fn in_read(mut caller: Call<'_>, h: i32, off: i64, ptr: i32, cap: i32) -> Result<i32, Error> {
	charge(&mut caller, abi::call_cost(cap as u32 as u64))?;
	let (memory, host) = parts(&mut caller)?;
	match host.inputs.get(h as u32 as usize) {
		Some(input) => copy(memory, input, off, ptr, cap),
		None => refuse(Errno::BadHandle),
	}
}

fn out_write(mut caller: Call<'_>, ptr: i32, len: i32) -> Result<i32, Error> {
	charge(&mut caller, abi::call_cost(len as u32 as u64))?;
	let (memory, host) = parts(&mut caller)?;
	let range = range(memory, ptr, len)?;
	if host.output.len() + range.len() > host.output_limit {
		host.output_exceeded = true;
		return refuse(Errno::FileTooBig);
	}
	if !host.output.push(&memory[range]) {
		return stop(Stop::OutOfMemory);
	}
	Ok(len)
}

fn fail(mut caller: Call<'_>, code: i32, ptr: i32, len: i32) -> Result<(), Error> {
	charge(&mut caller, abi::call_cost(len as u32 as u64))?;
	let (memory, host) = parts(&mut caller)?;
	let range = range(memory, ptr, len)?;
	if host.failure.is_none() {
		let message = text(&memory[range], abi::MAX_LINE_BYTES);
		host.failure = Some((if code <= 0 { 1 } else { code }, message));
	}
	Ok(())
}

fn log(mut caller: Call<'_>, level: i32, ptr: i32, len: i32) -> Result<(), Error> {
	charge(&mut caller, abi::call_cost(len as u32 as u64))?;
	let (memory, host) = parts(&mut caller)?;
	let range = range(memory, ptr, len)?;
	let size = range.len().min(abi::MAX_LINE_BYTES);
	// An empty line takes room too.
	if host.log_bytes + size < abi::MAX_LOG_BYTES {
		host.log_bytes += size + 1;
		let text = text(&memory[range], abi::MAX_LINE_BYTES);
		host.logs.push(LogLine {
			level: level.clamp(0, 4) as u8,
			text,
		});
	}
	Ok(())
}

fn cap_call(mut caller: Call<'_>, cap: i32, op: i32, ptr: i32, len: i32) -> Result<i64, Error> {
	charge(&mut caller, abi::cap_call_cost(len as u32 as u64))?;
	let (memory, host) = parts(&mut caller)?;
	let refuse = |errno: Errno| Ok(errno.negated().into());
	let Some(slot) = host.slots.get_mut(cap as u32 as usize) else {
		return refuse(Errno::BadHandle);
	};
	let range = range(memory, ptr, len)?;
	if slot.known.ops.iter().all(|known| known.op != op) {
		return refuse(Errno::NoSuchOp);
	}
	let (true, Some(granted)) = (slot.need.ops.contains(&op), &mut slot.granted) else {
		return refuse(Errno::Access);
	};
	if range.len() > abi::MAX_REQUEST_BYTES {
		return refuse(Errno::TooBig);
	}
	if host.answers.len() >= abi::MAX_RESPONSES {
		return refuse(Errno::TooManyHandles);
	}
	let Some(calls) = slot.need.max.calls.checked_sub(1) else {
		return refuse(Errno::Quota);
	};
	slot.need.max.calls = calls;
	let answer = match granted.call(op, &memory[range]) {
		Ok(answer) => answer,
		Err(errno) => return refuse(errno),
	};
	let Some(bytes) = slot.need.max.bytes.checked_sub(answer.bytes().len() as u64) else {
		return refuse(Errno::Quota);
	};
	slot.need.max.bytes = bytes;
	let handle = host.next_answer;
	host.next_answer += 1;
	host.answers.insert(handle, answer);
	Ok(handle)
}

fn res_len(mut caller: Call<'_>, r: i64) -> Result<i64, Error> {
	charge(&mut caller, abi::CALL_BASE)?;
	let answer = caller.data().answers.get(&r);
	Ok(answer.map_or(Errno::BadHandle.negated().into(), |answer| {
		answer.bytes().len() as i64
	}))
}

fn res_read(mut caller: Call<'_>, r: i64, off: i64, ptr: i32, cap: i32) -> Result<i32, Error> {
	charge(&mut caller, abi::call_cost(cap as u32 as u64))?;
	let (memory, host) = parts(&mut caller)?;
	match host.answers.get(&r) {
		Some(answer) => copy(memory, answer.bytes(), off, ptr, cap),
		None => refuse(Errno::BadHandle),
	}
}

fn res_drop(mut caller: Call<'_>, r: i64) -> Result<(), Error> {
	charge(&mut caller, abi::CALL_BASE)?;
	caller.data_mut().answers.remove(&r);
	Ok(())
}

/// All functions of `tea1`, for an engine. Which of them a module may import was checked before.
pub(crate) fn imports(engine: &wasmi::Engine) -> Linker<Host> {
	fn define(linker: &mut Linker<Host>) -> Result<(), wasmi::errors::LinkerError> {
		linker
			.func_wrap(abi::ABI, "in_count", in_count)?
			.func_wrap(abi::ABI, "in_len", in_len)?
			.func_wrap(abi::ABI, "in_read", in_read)?
			.func_wrap(abi::ABI, "out_write", out_write)?
			.func_wrap(abi::ABI, "fail", fail)?
			.func_wrap(abi::ABI, "log", log)?
			.func_wrap(abi::ABI, "cap_call", cap_call)?
			.func_wrap(abi::ABI, "res_len", res_len)?
			.func_wrap(abi::ABI, "res_read", res_read)?
			.func_wrap(abi::ABI, "res_drop", res_drop)?;
		Ok(())
	}
	let mut linker = Linker::new(engine);
	define(&mut linker).expect("the names above are all different; qed");
	linker
}
