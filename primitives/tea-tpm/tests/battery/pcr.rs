//! PCR values behind an accepted quote, and the rules by hardware class.

use tea_tpm::{EvidenceError, HardwareClass, PcrError, PcrSelection, PcrValues, pcr::Reference};

use crate::lab::Lab;

type Value = [u8; 32];

const CLASSES: [HardwareClass; 6] = [
	HardwareClass::A,
	HardwareClass::B,
	HardwareClass::C,
	HardwareClass::D,
	HardwareClass::V,
	HardwareClass::Dev,
];

/// One value per PCR of the class: the index and one, in every byte.
fn values(class: HardwareClass) -> Vec<Value> {
	class
		.selection()
		.iter()
		.map(|index| [index + 1; 32])
		.collect()
}

fn of(selection: PcrSelection) -> Vec<Value> {
	selection.iter().map(|index| [index + 1; 32]).collect()
}

/// Judges values against one release with the least strictness, and pins for the rest.
fn judge(class: HardwareClass, values: &[Value]) -> Result<usize, PcrError> {
	let strict = class.always_strict();
	let (release, pins) = (of(strict), of(class.selection().without(strict)));
	Reference {
		class,
		strict,
		releases: [&release[..]],
		pins: Some(&pins),
	}
	.judge(&PcrValues::new(class.selection(), values)?)
}

/// The position of a PCR among the values of the class.
fn position(class: HardwareClass, index: u8) -> usize {
	class
		.selection()
		.iter()
		.position(|at| at == index)
		.expect("a PCR of the class")
}

#[test]
fn bitmaps_are_the_constants_of_the_profile() {
	let bitmap = |class: HardwareClass| class.selection().to_bytes();
	assert_eq!(bitmap(HardwareClass::A), [0x95, 0x78, 0x06]);
	for class in [
		HardwareClass::B,
		HardwareClass::C,
		HardwareClass::V,
		HardwareClass::Dev,
	] {
		assert_eq!(bitmap(class), [0x95, 0x78, 0x00]);
	}
	assert_eq!(bitmap(HardwareClass::D), [0x00, 0x38, 0x00]);
	let indices: Vec<u8> = PcrSelection::UEFI.iter().collect();
	assert_eq!(indices, [0, 2, 4, 7, 11, 12, 13, 14]);
	assert_eq!(PcrSelection::of(&indices), PcrSelection::UEFI);
	assert_eq!(PcrSelection::of(&[24, 255]), PcrSelection::EMPTY);
}

#[test]
fn class_bitmaps_exclude_resettable() {
	for class in CLASSES {
		assert!(!class.selection().contains(16), "{class:?}");
		assert!(!class.selection().contains(23), "{class:?}");
	}
}

#[test]
fn good_values_accepted_in_every_class() {
	for class in CLASSES {
		assert_eq!(judge(class, &values(class)), Ok(0), "{class:?}");
	}
}

#[test]
fn zero_pcr_refused() {
	for class in [
		HardwareClass::A,
		HardwareClass::B,
		HardwareClass::C,
		HardwareClass::V,
	] {
		for index in [0, 2, 4, 7] {
			let mut values = values(class);
			values[position(class, index)] = [0; 32];
			assert_eq!(
				judge(class, &values),
				Err(PcrError::Zero(index)),
				"{class:?}"
			);
		}
	}
}

#[test]
fn zero_pcr_is_no_rule_of_other_classes() {
	let class = HardwareClass::Dev;
	let mut values = values(class);
	values[position(class, 0)] = [0; 32];
	assert_eq!(judge(class, &values), Err(PcrError::FirmwareChanged(0)));
	assert_eq!(HardwareClass::D.never_zero(), PcrSelection::EMPTY);
}

#[test]
fn dynamic_launch_that_did_not_happen_refused() {
	for index in [17, 18] {
		let at = position(HardwareClass::A, index);
		let mut values = values(HardwareClass::A);
		values[at] = [0; 32];
		assert_eq!(judge(HardwareClass::A, &values), Err(PcrError::Zero(index)));
		values[at] = [0xff; 32];
		assert_eq!(
			judge(HardwareClass::A, &values),
			Err(PcrError::AllOnes(index))
		);
	}
}

#[test]
fn strict_pcr_outside_every_release_refused() {
	for class in CLASSES {
		for index in class.always_strict().iter() {
			let mut values = values(class);
			values[position(class, index)][0] ^= 1;
			assert_eq!(
				judge(class, &values),
				Err(PcrError::Mismatch(index)),
				"{class:?}"
			);
		}
	}
}

#[test]
fn pinned_pcr_that_changed_is_news() {
	let class = HardwareClass::B;
	for index in [0, 2, 4, 7, 14] {
		let mut values = values(class);
		values[position(class, index)][31] ^= 1;
		assert_eq!(judge(class, &values), Err(PcrError::FirmwareChanged(index)));
	}
}

#[test]
fn first_round_has_no_pins() {
	let class = HardwareClass::B;
	let strict = class.always_strict();
	let release = of(strict);
	let values = values(class);
	let values = PcrValues::new(class.selection(), &values).expect("8 values");
	let reference = Reference {
		class,
		strict,
		releases: [&release[..]],
		pins: None,
	};
	assert_eq!(reference.judge(&values), Ok(0));
}

#[test]
fn release_may_make_boot_manager_strict() {
	let class = HardwareClass::B;
	let strict = class.always_strict().union(PcrSelection::of(&[4, 14]));
	let release = of(strict);
	let pins = of(class.selection().without(strict));
	let judge = |values: &[Value]| {
		Reference {
			class,
			strict,
			releases: [&release[..]],
			pins: Some(&pins),
		}
		.judge(&PcrValues::new(class.selection(), values)?)
	};
	assert_eq!(judge(&values(class)), Ok(0));
	let mut changed = values(class);
	changed[position(class, 4)][0] ^= 1;
	assert_eq!(judge(&changed), Err(PcrError::Mismatch(4)));
}

#[test]
fn release_cannot_loosen_or_overreach() {
	let class = HardwareClass::B;
	for strict in [
		PcrSelection::of(&[11, 12]),
		PcrSelection::of(&[0, 11, 12, 13]),
	] {
		let release = of(strict);
		let values = values(class);
		let values = PcrValues::new(class.selection(), &values).expect("8 values");
		let reference = Reference {
			class,
			strict,
			releases: [&release[..]],
			pins: None,
		};
		assert_eq!(reference.judge(&values), Err(PcrError::BadReference));
	}
}

/// During an upgrade old and new are accepted, but never a mixture of both.
#[test]
fn both_releases_valid_in_window() {
	let class = HardwareClass::B;
	let strict = class.always_strict();
	let (old, new): (Vec<Value>, Vec<Value>) = (of(strict), vec![[0x77; 32]; strict.count()]);
	let pins = of(class.selection().without(strict));
	let judge = |values: &[Value]| {
		Reference {
			class,
			strict,
			releases: [&old[..], &new[..]],
			pins: Some(&pins),
		}
		.judge(&PcrValues::new(class.selection(), values)?)
	};
	let mut values = values(class);
	assert_eq!(judge(&values), Ok(0));
	values[position(class, 11)] = [0x77; 32];
	assert_eq!(judge(&values), Err(PcrError::Mismatch(12)));
	values[position(class, 12)] = [0x77; 32];
	assert_eq!(judge(&values), Err(PcrError::Mismatch(13)));
	values[position(class, 13)] = [0x77; 32];
	assert_eq!(judge(&values), Ok(1));
}

#[test]
fn empty_reference_set_is_error() {
	let class = HardwareClass::B;
	let values = values(class);
	let values = PcrValues::new(class.selection(), &values).expect("8 values");
	let none: [&[Value]; 0] = [];
	let reference = Reference {
		class,
		strict: class.always_strict(),
		releases: none,
		pins: None,
	};
	assert_eq!(reference.judge(&values), Err(PcrError::NoReference));
}

#[test]
fn references_of_wrong_size_are_errors() {
	let class = HardwareClass::B;
	let strict = class.always_strict();
	let (release, values) = (of(strict), values(class));
	let values = PcrValues::new(class.selection(), &values).expect("8 values");
	let short = Reference {
		class,
		strict,
		releases: [&release[1..]],
		pins: None,
	};
	assert_eq!(short.judge(&values), Err(PcrError::BadReference));
	let pins = Reference {
		class,
		strict,
		releases: [&release[..]],
		pins: Some(&[]),
	};
	assert_eq!(pins.judge(&values), Err(PcrError::BadReference));
}

#[test]
fn values_of_another_selection_refused() {
	let board = values(HardwareClass::D);
	let values = PcrValues::new(PcrSelection::BOARD, &board).expect("3 values");
	let class = HardwareClass::B;
	let release = of(class.always_strict());
	let reference = Reference {
		class,
		strict: class.always_strict(),
		releases: [&release[..]],
		pins: None,
	};
	assert_eq!(reference.judge(&values), Err(PcrError::Count));
}

#[test]
fn pcr_values_missing_or_too_many_refused() {
	for count in [0, 7, 9] {
		let mut lab = Lab::new();
		lab.pcrs.resize(count, [1; 32]);
		assert_eq!(
			lab.attest(),
			Err(EvidenceError::Pcr(PcrError::Count)),
			"{count} values"
		);
	}
}

#[test]
fn pcr_values_permuted_refused() {
	let mut lab = Lab::new();
	lab.pcrs.reverse();
	assert_eq!(
		lab.attest(),
		Err(EvidenceError::Quote(tea_tpm::QuoteError::PcrDigest))
	);
}
