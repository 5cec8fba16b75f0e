/// A number that crosses the border between guest and host.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ValueType {
	/// 32 bits; pointers and lengths are carried in it without sign.
	I32,
	/// 64 bits.
	I64,
}

use ValueType::{I32, I64};

/// Name and type of a function.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Signature {
	/// Its name.
	pub name: &'static str,
	/// Types of the parameters.
	pub params: &'static [ValueType],
	/// Types of the results.
	pub results: &'static [ValueType],
}

const fn function(
	name: &'static str,
	params: &'static [ValueType],
	results: &'static [ValueType],
) -> Signature {
	Signature {
		name,
		params,
		results,
	}
}

/// What every guest may import.
pub const IMPORTS: [Signature; 6] = [
	function("in_count", &[], &[I32]),
	function("in_len", &[I32], &[I64]),
	function("in_read", &[I32, I64, I32, I32], &[I32]),
	function("out_write", &[I32, I32], &[I32]),
	function("fail", &[I32, I32, I32], &[]),
	function("log", &[I32, I32, I32], &[]),
];

/// What a guest may import besides when its manifest asks for a capability.
pub const CAPABILITY_IMPORTS: [Signature; 4] = [
	function("cap_call", &[I32, I32, I32, I32], &[I64]),
	function("res_len", &[I64], &[I64]),
	function("res_read", &[I64, I64, I32, I32], &[I32]),
	function("res_drop", &[I64], &[]),
];

/// The functions that a guest must export, besides a memory of the name `memory`.
pub const EXPORTS: [Signature; 2] = [
	function("tea_abi", &[], &[I32]),
	function("tea_run", &[], &[I32]),
];

/// The import of that name, and whether it takes a capability in the manifest.
pub fn import(name: &str) -> Option<(Signature, bool)> {
	let plain = IMPORTS.into_iter().map(|signature| (signature, false));
	let granted = CAPABILITY_IMPORTS
		.into_iter()
		.map(|signature| (signature, true));
	plain
		.chain(granted)
		.find(|(signature, _)| signature.name == name)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn imports_are_found_by_name() {
		assert_eq!(
			import("in_read").map(|(s, c)| (s.params.len(), c)),
			Some((4, false))
		);
		assert_eq!(
			import("res_drop").map(|(s, c)| (s.results.len(), c)),
			Some((0, true))
		);
		assert_eq!(import("fd_write"), None);
	}
}
