//! What is stored outlives releases: literal bytes.

use crate::{
	Counters, DrawPlan, FinishedRecordOf, KeyPath, PotOf, Shares, Stage, Used, UsedSource,
	mock::Test,
};
use codec::{Encode, MaxEncodedLen};
use tea_primitives::{
	deployment::{Charge, DeploymentId, Visibility},
	ids::ModuleId,
};

#[test]
fn stages_are_frozen() {
	type S = Stage<u8, u16>;
	assert_eq!(S::Open.encode(), [0]);
	assert_eq!(S::AwaitingPinners { until: 7 }.encode(), [1, 7, 0]);
	let claimed = S::Claimed {
		module: ModuleId(1),
		boot_seq: 2,
		ticket: 3,
	};
	let mut expected = vec![2, 1, 0, 0, 0, 2, 0, 0, 0, 3];
	expected.extend([0; 15]);
	assert_eq!(claimed.encode(), expected);
	let assignment = crate::Assignment::<u8, u16> {
		executor: ModuleId(1),
		boot_seq: 2,
		beneficiary: 3,
		ticket: 4,
		assigned: 5,
		deadline: 6,
		verifiers: Default::default(),
		redraw: None,
		former: Default::default(),
		failed: 7,
		keys: Default::default(),
	};
	let mut bytes = vec![1, 0, 0, 0, 2, 0, 0, 0, 3, 4];
	bytes.extend([0; 15]);
	bytes.extend([5, 0, 6, 0, 0, 0, 0, 7, 0, 0]);
	assert_eq!(assignment.encode(), bytes);
	assert_eq!(S::Assigned(assignment.clone()).encode()[0], 3);
	let waiting = S::AwaitingKey {
		assignment,
		since: 8,
		until: 9,
	};
	assert_eq!(waiting.encode()[0], 4);
}

#[test]
fn parts_of_records_are_frozen() {
	assert_eq!(KeyPath::None.encode(), [0]);
	assert_eq!(KeyPath::Wanted.encode(), [2]);
	let mut pin = vec![1];
	pin.extend([5; 32]);
	pin.extend([1, 6, 0, 0, 0, 1]);
	assert_eq!(
		KeyPath::Pin {
			link: [5; 32],
			parent: Some(ModuleId(6)),
			while_degraded: true,
		}
		.encode(),
		pin
	);
	assert_eq!(KeyPath::Supplied([7; 32]).encode()[..2], [3, 7]);
	let used = UsedSource::<u8, u16>::Deployed(Used {
		id: DeploymentId([1; 32]),
		owner: 2,
		visibility: Visibility::Hosted,
		ciphertext_hash: [3; 32],
		charge: Charge::PerUse(4),
		terms: [5; 32],
		delegator: ModuleId(6),
	});
	let mut expected = vec![0];
	expected.extend([1; 32]);
	expected.extend([2, 1]);
	expected.extend([3; 32]);
	expected.extend([1, 4, 0]);
	expected.extend([5; 32]);
	expected.extend([6, 0, 0, 0]);
	assert_eq!(used.encode(), expected);
	assert_eq!(Shares::DEFAULT.encode(), [70, 15, 10, 5, 10]);
	assert_eq!(
		DrawPlan {
			fixed_in: 1u16,
			total_weight: 2
		}
		.encode(),
		[1, 0, 2, 0, 0, 0, 0, 0, 0, 0]
	);
	assert_eq!(
		Counters {
			open: 1,
			assigned: 2
		}
		.encode(),
		[1, 0, 0, 0, 2, 0, 0, 0]
	);
}

///
#[test]
fn proof_is_at_most_two_kibibytes() {
	assert!(PotOf::<Test>::max_encoded_len() <= 2048);
	assert!(FinishedRecordOf::<Test>::max_encoded_len() <= 6 * 1024);
}
