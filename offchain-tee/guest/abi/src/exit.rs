//! How a run ends. The indices are frozen: they stand in proofs.

#[cfg(feature = "codec")]
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};

macro_rules! frozen {
	($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $index:literal $variant:ident $text:literal,)* }) => {
		$(#[$doc])*
		#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
		#[cfg_attr(
			feature = "codec",
			derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, scale_info::TypeInfo)
		)]
		#[repr(u8)]
		pub enum $name {
			$($(#[$variant_doc])* #[cfg_attr(feature = "codec", codec(index = $index))] $variant = $index,)*
		}

		impl $name {
			/// All of them, in the order of their indices.
			pub const ALL: &'static [$name] = &[$($name::$variant,)*];

			/// The frozen number.
			pub const fn index(self) -> u8 {
				self as u8
			}
		}

		impl core::fmt::Display for $name {
			fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
				f.write_str(match self {
					$($name::$variant => $text,)*
				})
			}
		}
	};
}

frozen! {
	/// Why the guest was stopped in the middle.
	TrapKind {
		/// `unreachable`, which is also how a panic without message ends.
		0 Unreachable "the guest gave up (unreachable)",
		/// Load or store outside of the memory.
		1 MemoryOutOfBounds "memory access out of bounds",
		/// Table access outside of the table.
		2 TableOutOfBounds "table access out of bounds",
		/// Indirect call of an empty slot.
		3 IndirectCallToNull "indirect call of an empty table slot",
		/// Indirect call with another signature.
		4 BadSignature "indirect call with the wrong signature",
		/// Division by zero.
		5 DivisionByZero "division by zero",
		/// Result of an integer operation that has no representation.
		6 IntegerOverflow "integer overflow",
		/// Conversion of a float that is no integer of that size.
		7 BadConversion "conversion of a float that does not fit an integer",
		/// Too many nested calls.
		8 StackOverflow "stack overflow",
		/// A host call was given a range outside of the memory.
		9 BadPointer "a host call was given a range outside of the memory",
	}
}

frozen! {
	/// Which limit ended the run.
	LimitKind {
		/// The output is larger than allowed.
		0 Output "output",
		/// More host calls than allowed.
		1 HostCalls "host calls",
	}
}

frozen! {
	/// Why code is not run at all.
	ModuleFault {
		/// Larger than [`crate::MAX_MODULE_BYTES`].
		0 TooLarge "the code is too large",
		/// Neither package nor wasm.
		1 Package "the code is neither a package nor wasm",
		/// The manifest of the package is not as it must be.
		2 Manifest "the manifest is malformed",
		/// A capability in the manifest does not exist.
		3 Capability "the manifest names a capability that does not exist",
		/// The bytes are no valid wasm of the open profile.
		4 Malformed "the code is not valid wasm",
		/// A start section; `_initialize` takes its place.
		5 StartSection "the code has a start section",
		/// An import that is not offered.
		6 Import "the code imports what is not offered",
		/// A required export is missing or has another type.
		7 Export "a required export is missing",
		/// Memory imported, missing, or larger than the errand allows.
		8 Memory "the memory is not as it must be",
		/// Too many functions, globals, segments, tables, or parameters.
		9 Structure "the code exceeds a limit of its structure",
		/// `tea_abi` did not answer 1.
		10 AbiVersion "the code asks for another version of the ABI",
	}
}

frozen! {
	/// Why inputs are not given to the guest.
	InputFault {
		/// Longer than [`crate::MAX_PARAMS_BYTES`].
		0 ParamsTooLong "the parameters are too long",
		/// More than [`crate::MAX_DATA_INPUTS`].
		1 TooManyInputs "too many data inputs",
		/// One is longer than [`crate::MAX_DATA_BYTES`].
		2 DataTooLong "a data input is too long",
	}
}

/// How a run ended. Each of these is an outcome of the guest and has a proof of its own; faults of the machine are not
/// here and have none.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[cfg_attr(
	feature = "codec",
	derive(
		Encode,
		Decode,
		DecodeWithMemTracking,
		MaxEncodedLen,
		scale_info::TypeInfo
	)
)]
pub enum Exit {
	/// The guest returned 0.
	#[cfg_attr(feature = "codec", codec(index = 0))]
	Ok,
	/// The guest returned another number, or called `fail` with it.
	#[cfg_attr(feature = "codec", codec(index = 1))]
	Failed(i32),
	/// The guest was stopped in the middle.
	#[cfg_attr(feature = "codec", codec(index = 2))]
	Trap(TrapKind),
	/// The fuel was used up.
	#[cfg_attr(feature = "codec", codec(index = 3))]
	OutOfFuel,
	/// Another limit was reached.
	#[cfg_attr(feature = "codec", codec(index = 4))]
	LimitExceeded(LimitKind),
	/// The code is not acceptable.
	#[cfg_attr(feature = "codec", codec(index = 5))]
	BadModule(ModuleFault),
	/// The inputs are not acceptable.
	#[cfg_attr(feature = "codec", codec(index = 6))]
	BadInput(InputFault),
}

impl Exit {
	/// The frozen number of the kind.
	pub const fn index(self) -> u8 {
		match self {
			Exit::Ok => 0,
			Exit::Failed(_) => 1,
			Exit::Trap(_) => 2,
			Exit::OutOfFuel => 3,
			Exit::LimitExceeded(_) => 4,
			Exit::BadModule(_) => 5,
			Exit::BadInput(_) => 6,
		}
	}

	/// The number that goes with it: the guest's own of a failure, the frozen index of a reason, else 0.
	pub const fn code(self) -> i32 {
		match self {
			Exit::Ok | Exit::OutOfFuel => 0,
			Exit::Failed(code) => code,
			Exit::Trap(kind) => kind.index() as i32,
			Exit::LimitExceeded(kind) => kind.index() as i32,
			Exit::BadModule(fault) => fault.index() as i32,
			Exit::BadInput(fault) => fault.index() as i32,
		}
	}

	/// Whether the output is a result.
	pub const fn is_ok(self) -> bool {
		matches!(self, Exit::Ok)
	}
}

impl core::fmt::Display for Exit {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		match self {
			Exit::Ok => f.write_str("ok"),
			Exit::Failed(code) => write!(f, "the guest failed with code {code}"),
			Exit::Trap(kind) => write!(f, "the guest trapped: {kind}"),
			Exit::OutOfFuel => f.write_str("the fuel was used up"),
			Exit::LimitExceeded(kind) => write!(f, "the guest exceeded its limit of {kind}"),
			Exit::BadModule(fault) => fault.fmt(f),
			Exit::BadInput(fault) => fault.fmt(f),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn indices_are_frozen() {
		let indices = |all: &[u8]| {
			all.iter()
				.copied()
				.enumerate()
				.all(|(n, i)| n == usize::from(i))
		};
		assert!(indices(
			&TrapKind::ALL.iter().map(|k| k.index()).collect::<Bytes>()
		));
		assert!(indices(
			&ModuleFault::ALL
				.iter()
				.map(|k| k.index())
				.collect::<Bytes>()
		));
		assert!(indices(
			&InputFault::ALL.iter().map(|k| k.index()).collect::<Bytes>()
		));
		assert!(indices(
			&LimitKind::ALL.iter().map(|k| k.index()).collect::<Bytes>()
		));
		assert_eq!(
			[
				TrapKind::ALL.len(),
				ModuleFault::ALL.len(),
				InputFault::ALL.len(),
				LimitKind::ALL.len()
			],
			[10, 11, 3, 2]
		);
		assert_eq!(Exit::Trap(TrapKind::BadPointer).index(), 2);
		assert_eq!(Exit::Trap(TrapKind::BadPointer).code(), 9);
		assert_eq!(Exit::Failed(-4).code(), -4);
	}

	#[cfg(feature = "codec")]
	#[test]
	fn encoding_is_index_and_payload() {
		assert_eq!(Exit::Ok.encode(), [0]);
		assert_eq!(Exit::Failed(7).encode(), [1, 7, 0, 0, 0]);
		assert_eq!(Exit::Trap(TrapKind::StackOverflow).encode(), [2, 8]);
		assert_eq!(Exit::OutOfFuel.encode(), [3]);
		assert_eq!(Exit::LimitExceeded(LimitKind::HostCalls).encode(), [4, 1]);
		assert_eq!(Exit::BadModule(ModuleFault::Import).encode(), [5, 6]);
		assert_eq!(Exit::BadInput(InputFault::DataTooLong).encode(), [6, 2]);
		assert!(Exit::decode(&mut &[7u8][..]).is_err());
		assert!(Exit::decode(&mut &[2u8, 10][..]).is_err());
	}

	extern crate std;
	type Bytes = std::vec::Vec<u8>;
}
