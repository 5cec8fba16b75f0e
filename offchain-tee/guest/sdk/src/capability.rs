use crate::{io::checked, sys};
use alloc::{vec, vec::Vec};
use tea_guest_abi::{Errno, ipfs, rand, time};

/// A capability that the manifest asks for and the errand granted.
#[derive(Clone, Copy, Debug)]
pub struct Capability {
	place: i32,
}

impl Capability {
	pub(crate) fn new(place: usize) -> Capability {
		Capability {
			place: i32::try_from(place).unwrap_or(i32::MAX),
		}
	}

	/// Calls an operation.
	pub fn call(&self, op: i32, request: &[u8]) -> Result<Response, Errno> {
		checked(sys::cap_call(self.place, op, request)).map(Response)
	}

	/// Of `rand`: that many bytes, at most 4 KiB at once.
	pub fn random(&self, count: u32) -> Result<Vec<u8>, Errno> {
		self.call(rand::BYTES, &count.to_le_bytes())?.bytes()
	}

	/// Of `time`: milliseconds since 1970 of the block that the errand was posted in.
	pub fn now(&self) -> Result<u64, Errno> {
		let bytes = self.call(time::NOW, &[])?.bytes()?;
		let bytes = bytes.try_into().map_err(|_| Errno::Invalid)?;
		Ok(u64::from_le_bytes(bytes))
	}

	/// Of `ipfs`: the block of a CID that the errand declared.
	pub fn block(&self, cid: &[u8]) -> Result<Vec<u8>, Errno> {
		self.call(ipfs::GET, cid)?.bytes()
	}
}

/// What a capability answered. The host keeps it until this goes.
#[derive(Debug)]
pub struct Response(i64);

impl Response {
	/// Its length in bytes.
	pub fn len(&self) -> u64 {
		sys::res_len(self.0) as u64
	}

	/// Whether there is nothing in it.
	pub fn is_empty(&self) -> bool {
		self.len() == 0
	}

	/// Fills `into` from an offset; answers how much there was.
	pub fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<usize, Errno> {
		let offset = i64::try_from(offset).map_err(|_| Errno::Invalid)?;
		checked(sys::res_read(self.0, offset, into).into()).map(|count| count as usize)
	}

	/// All of it.
	pub fn bytes(&self) -> Result<Vec<u8>, Errno> {
		let mut bytes = vec![0; self.len() as usize];
		self.read_at(0, &mut bytes)?;
		Ok(bytes)
	}
}

impl Drop for Response {
	fn drop(&mut self) {
		sys::res_drop(self.0);
	}
}
