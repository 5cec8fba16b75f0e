/// What a host call answers when it cannot do what was asked, as `-errno`. The numbers are those of WASI preview 1 and
/// frozen; new ones are appended.
///
/// Failures of the machine are not here: a block that does not come or memory that is not there ends the run, because
/// another module would have answered something else.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
#[repr(i32)]
pub enum Errno {
	/// Request to a capability larger than its limit.
	TooBig = 1,
	/// The operation exists but was not granted, or the object lies outside of what was granted.
	Access = 2,
	/// No such stream, capability, or response.
	BadHandle = 8,
	/// The budget of a capability is spent.
	Quota = 19,
	/// The limit of the output.
	FileTooBig = 22,
	/// Argument outside of its domain, or malformed request.
	Invalid = 28,
	/// Too many responses are alive.
	TooManyHandles = 41,
	/// No such operation.
	NoSuchOp = 52,
}

impl Errno {
	const ALL: [Errno; 8] = [
		Errno::TooBig,
		Errno::Access,
		Errno::BadHandle,
		Errno::Quota,
		Errno::FileTooBig,
		Errno::Invalid,
		Errno::TooManyHandles,
		Errno::NoSuchOp,
	];

	/// What the host call returns.
	pub const fn negated(self) -> i32 {
		-(self as i32)
	}

	/// The error that a host call returned; `None` for success and for numbers that are not in the table.
	pub fn from_result(result: i64) -> Option<Errno> {
		Errno::ALL
			.into_iter()
			.find(|errno| i64::from(errno.negated()) == result)
	}

	/// Its name in C and in POSIX.
	pub const fn name(self) -> &'static str {
		match self {
			Errno::TooBig => "E2BIG",
			Errno::Access => "EACCES",
			Errno::BadHandle => "EBADF",
			Errno::Quota => "EDQUOT",
			Errno::FileTooBig => "EFBIG",
			Errno::Invalid => "EINVAL",
			Errno::TooManyHandles => "ENFILE",
			Errno::NoSuchOp => "ENOSYS",
		}
	}
}

impl core::fmt::Display for Errno {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		let text = match self {
			Errno::TooBig => "the request is larger than the capability takes",
			Errno::Access => "not granted to this errand",
			Errno::BadHandle => "no such stream, capability, or response",
			Errno::Quota => "the budget of the capability is spent",
			Errno::FileTooBig => "the output is larger than the errand allows",
			Errno::Invalid => "an argument is outside of its domain",
			Errno::TooManyHandles => "too many responses are open; drop some",
			Errno::NoSuchOp => "the capability has no such operation",
		};
		write!(f, "{text} ({})", self.name())
	}
}

impl core::error::Error for Errno {}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn numbers_are_frozen_and_read_back() {
		let numbers = Errno::ALL.map(|errno| errno as i32);
		assert_eq!(numbers, [1, 2, 8, 19, 22, 28, 41, 52]);
		for errno in Errno::ALL {
			assert_eq!(Errno::from_result(errno.negated().into()), Some(errno));
		}
		assert_eq!(Errno::from_result(0), None);
		assert_eq!(Errno::from_result(8), None);
		assert_eq!(Errno::from_result(-3), None);
	}
}
