//! Runs the body of a guest as ordinary code, for its unit tests. No limits, no fuel, no capabilities: what those do is
//! tested in the executor.

use crate::{Io, Result};
use alloc::{string::String, vec::Vec};

/// What a run gave.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Tested {
	/// What `tea_run` would return.
	pub code: i32,
	/// The message of the failure.
	pub message: Option<String>,
	/// The output.
	pub output: Vec<u8>,
	/// The lines of the log.
	pub log: Vec<String>,
}

/// Runs a body over inputs.
pub fn run(params: &[u8], data: &[&[u8]], body: impl FnOnce(&Io) -> Result<()>) -> Tested {
	imports::begin(params, data);
	let code = crate::run(body);
	let mut tested = imports::end();
	tested.code = code;
	tested
}

pub(crate) mod imports {
	use super::Tested;
	use alloc::{string::String, vec::Vec};
	use core::cell::RefCell;
	use tea_guest_abi::Errno;

	extern crate std;

	std::thread_local! {
		static RUN: RefCell<(Vec<Vec<u8>>, Tested)> = RefCell::default();
	}

	pub(crate) fn begin(params: &[u8], data: &[&[u8]]) {
		let inputs = core::iter::once(params).chain(data.iter().copied());
		let inputs = inputs.map(<[u8]>::to_vec).collect();
		RUN.with_borrow_mut(|run| *run = (inputs, Tested::default()));
	}

	pub(crate) fn end() -> Tested {
		RUN.take().1
	}

	pub(crate) fn in_count() -> i32 {
		RUN.with_borrow(|(inputs, _)| inputs.len() as i32)
	}

	pub(crate) fn in_len(h: i32) -> i64 {
		RUN.with_borrow(|(inputs, _)| {
			let missing = i64::from(Errno::BadHandle.negated());
			inputs
				.get(h as usize)
				.map_or(missing, |input| input.len() as i64)
		})
	}

	pub(crate) fn in_read(h: i32, off: i64, into: &mut [u8]) -> i32 {
		RUN.with_borrow(|(inputs, _)| {
			let Some(input) = inputs.get(h as usize) else {
				return Errno::BadHandle.negated();
			};
			let rest = input.get(off as usize..).unwrap_or(&[]);
			let count = rest.len().min(into.len());
			into[..count].copy_from_slice(&rest[..count]);
			count as i32
		})
	}

	pub(crate) fn out_write(bytes: &[u8]) -> i32 {
		RUN.with_borrow_mut(|(_, tested)| tested.output.extend_from_slice(bytes));
		bytes.len() as i32
	}

	pub(crate) fn fail(_code: i32, message: &[u8]) {
		let message = String::from_utf8_lossy(message).into_owned();
		RUN.with_borrow_mut(|(_, tested)| tested.message.get_or_insert(message).clone());
	}

	pub(crate) fn log(_level: i32, line: &[u8]) {
		let line = String::from_utf8_lossy(line).into_owned();
		RUN.with_borrow_mut(|(_, tested)| tested.log.push(line));
	}

	pub(crate) fn cap_call(_cap: i32, _op: i32, _request: &[u8]) -> i64 {
		Errno::Access.negated().into()
	}

	pub(crate) fn res_len(_r: i64) -> i64 {
		Errno::BadHandle.negated().into()
	}

	pub(crate) fn res_read(_r: i64, _off: i64, _into: &mut [u8]) -> i32 {
		Errno::BadHandle.negated()
	}

	pub(crate) fn res_drop(_r: i64) {}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{Failure, Level};
	use alloc::{format, string::ToString};
	use std::io::{Read, Write};

	extern crate std;

	#[test]
	fn a_guest_reads_and_writes() {
		let tested = run(b"-", &[b"one two", b"three"], |io| {
			assert_eq!(io.data_count(), 2);
			assert_eq!(io.params().read_to_end()?, b"-");
			let mut first = io.data(1)?;
			assert_eq!((first.len(), first.is_empty()), (7, false));
			let mut word = [0; 3];
			first.read_exact(&mut word)?;
			assert_eq!(first.read_to_end()?, b" two");
			assert_eq!(first.read_at(100, &mut word), Ok(0));
			io.write(&word)?;
			write!(&mut &*io, "{}", io.data(2)?.len())?;
			io.log(Level::Info, "done");
			Ok(())
		});
		assert_eq!(
			tested,
			Tested {
				output: b"one5".to_vec(),
				log: ["done".to_string()].into(),
				..Tested::default()
			}
		);
	}

	#[test]
	fn failures_have_code_and_message() {
		let tested = run(b"", &[], |_| Err(Failure::new(7, "no luck")));
		assert_eq!(
			(tested.code, tested.message.as_deref()),
			(7, Some("no luck"))
		);
		let tested = run(b"", &[], |io| io.data(1).map(drop));
		assert_eq!(tested.code, 1);
		assert!(
			tested
				.message
				.is_some_and(|message| message.contains("no data input 1"))
		);
		let tested = run(b"", &[], |_| {
			Err("x".parse::<u8>().map(|_| ()).expect_err("no number").into())
		});
		assert_eq!(
			tested.message,
			Some(format!("{}", "x".parse::<u8>().expect_err("no number")))
		);
		let tested = run(b"", &[], |io| Ok(io.capability(0).now().map(drop)?));
		assert!(
			tested
				.message
				.is_some_and(|message| message.contains("EACCES"))
		);
	}
}
