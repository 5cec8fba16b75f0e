use crate::{Capability, Failure, Result, sys};
use alloc::{format, vec, vec::Vec};
use tea_guest_abi::Errno;

/// Inputs, output, and log of a run.
#[derive(Debug)]
pub struct Io(());

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(i32)]
pub enum Level {
	/// Something went wrong.
	Error = 0,
	/// Something may be wrong.
	Warn = 1,
	/// What happens.
	Info = 2,
	/// For the author.
	Debug = 3,
	/// For the author, and a lot of it.
	Trace = 4,
}

impl Io {
	pub(crate) fn new() -> Io {
		Io(())
	}

	/// The parameters of the errand.
	pub fn params(&self) -> Input {
		Input {
			handle: 0,
			position: 0,
		}
	}

	/// How many data inputs there are.
	pub fn data_count(&self) -> usize {
		sys::in_count() as usize - 1
	}

	/// A data input; the first one is 1.
	pub fn data(&self, number: usize) -> Result<Input> {
		let count = self.data_count();
		if number == 0 || number > count {
			return Err(Failure::new(
				1,
				format!("there is no data input {number}; the errand has {count}, counted from 1"),
			));
		}
		Ok(Input {
			handle: number as i32,
			position: 0,
		})
	}

	/// Appends to the output. All or nothing; more than the errand allows ends the run.
	pub fn write(&self, bytes: &[u8]) -> Result<()> {
		checked(sys::out_write(bytes).into())?;
		Ok(())
	}

	/// A line for the client, besides the result.
	pub fn log(&self, level: Level, line: &str) {
		sys::log(level as i32, line.as_bytes());
	}

	/// A capability by its place in the manifest, from 0.
	pub fn capability(&self, place: usize) -> Capability {
		Capability::new(place)
	}
}

#[cfg(feature = "std")]
impl std::io::Write for &Io {
	fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
		checked(sys::out_write(bytes).into()).map_err(std::io::Error::other)?;
		Ok(bytes.len())
	}

	fn flush(&mut self) -> std::io::Result<()> {
		Ok(())
	}
}

/// One input.
#[derive(Clone, Debug)]
pub struct Input {
	handle: i32,
	position: u64,
}

impl Input {
	/// Its length in bytes.
	pub fn len(&self) -> u64 {
		sys::in_len(self.handle) as u64
	}

	/// Whether there is nothing in it.
	pub fn is_empty(&self) -> bool {
		self.len() == 0
	}

	/// Fills `into` from an offset; answers how much there was. Less than asked for only at the end.
	pub fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<usize, Errno> {
		let offset = i64::try_from(offset).map_err(|_| Errno::Invalid)?;
		checked(sys::in_read(self.handle, offset, into).into()).map(|count| count as usize)
	}

	/// The rest of it.
	pub fn read_to_end(&mut self) -> Result<Vec<u8>, Errno> {
		let rest = self.len().saturating_sub(self.position);
		let mut bytes = vec![0; rest as usize];
		let count = self.read_at(self.position, &mut bytes)?;
		self.position += count as u64;
		Ok(bytes)
	}
}

#[cfg(feature = "std")]
impl std::io::Read for Input {
	fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
		let count = self
			.read_at(self.position, into)
			.map_err(std::io::Error::other)?;
		self.position += count as u64;
		Ok(count)
	}
}

/// The answer of a host call, or its errno.
pub(crate) fn checked(result: i64) -> Result<i64, Errno> {
	match Errno::from_result(result) {
		Some(errno) => Err(errno),
		// The host answers nothing else below 0.
		None if result < 0 => Err(Errno::Invalid),
		None => Ok(result),
	}
}
