//! Weights of the pallets of this repository, as `scripts/weights` writes them.

use std::{fs, path::Path};

/// Written beside each function whose benchmark was run.
const MEASURED: &str = "// Least time: ";

/// C01: placeholder weights.
#[test]
fn no_call_has_guessed_weight() {
	let pallets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pallets");
	let mut functions = 0;
	for pallet in fs::read_dir(&pallets).expect("the pallets").flatten() {
		let Ok(weights) = fs::read_to_string(pallet.path().join("src/weights.rs")) else {
			continue;
		};
		let pallet = pallet.file_name().into_string().expect("a name in ASCII");
		let of_the_runtime = weights
			.split("pub struct SubstrateWeight")
			.nth(1)
			.and_then(|rest| rest.split("impl WeightInfo for ()").next())
			.unwrap_or_else(|| panic!("{pallet} has no weights for the runtime"));
		for function in of_the_runtime.split("\tfn ").skip(1) {
			let name = function.split('(').next().unwrap_or_default();
			assert!(
				function.contains(MEASURED),
				"{pallet}: {name} was not measured: scripts/weights {pallet}"
			);
			functions += 1;
		}
	}
	assert!(functions > 60, "only {functions} functions were found");
}
