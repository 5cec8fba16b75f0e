//! Encodings that outlive releases, and the bounds of storage.

use super::*;
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::traits::StorageInfoTrait;

#[test]
fn seed_encoding_is_frozen() {
	ExtBuilder::default().build_and_execute(|| {
		let seed = Seed {
			public_key: [1; 32],
			pinner: m(2),
			boot_seq: 3,
			block: 4u32,
			sealed_key: [5; 32],
			signature: [6u8; 2],
		};
		let mut expected = vec![1; 32];
		expected.extend([2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0]);
		expected.extend([5; 32]);
		expected.extend([6, 6]);
		assert_eq!(seed.encode(), expected);
	});
}

#[test]
fn pin_encoding_is_frozen() {
	let pin = Pin {
		module: m(1),
		boot_seq: 2,
		seed: 3,
		link: [4; 32],
		depth: 5,
		since: 6u32,
		while_degraded: true,
	};
	let mut expected = vec![1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0];
	expected.extend([4; 32]);
	expected.extend([5, 6, 0, 0, 0, 1]);
	assert_eq!(pin.encode(), expected);
	let mut table = PinTable::<u32, sp_core::ConstU32<4>>::default();
	table.pins.try_push(pin).unwrap();
	table.loose.try_push([7; 32]).unwrap();
	let mut whole = vec![4];
	whole.extend(expected);
	whole.push(4);
	whole.extend([7; 32]);
	assert_eq!(table.encode(), whole);
}

#[test]
fn link_record_encoding_is_frozen() {
	let record = LinkRecord {
		deployment: DeploymentId([1; 32]),
		parent: [2; 32],
		from: Giver::<[u8; 2]>::Module(m(3), 4),
		to: m(5),
		boot_seq: 6,
		reason: LinkReason::Pin,
		block: 7u32,
		sealed_key: [8; 32],
		giver: Some([9u8]),
		receiver: [10u8],
		receiver_key: [11; 32],
		depth: 12,
		holders: 13,
	};
	let mut expected = vec![1; 32];
	expected.extend([2; 32]);
	expected.extend([1, 3, 0, 0, 0, 4, 0, 0, 0]);
	expected.extend([5, 0, 0, 0, 6, 0, 0, 0, 1, 7, 0, 0, 0]);
	expected.extend([8; 32]);
	expected.extend([1, 9, 10]);
	expected.extend([11; 32]);
	expected.extend([12, 13, 0, 0, 0]);
	assert_eq!(record.encode(), expected);
}

#[test]
fn small_enums_are_frozen() {
	use DeploymentStatus as Status;
	for (index, reason) in [
		DropReason::Draining,
		DropReason::Ended,
		DropReason::Policy,
		DropReason::BadKey,
	]
	.into_iter()
	.enumerate()
	{
		assert_eq!(reason.encode(), [index as u8]);
	}
	for (index, status) in [
		Status::Live,
		Status::Degraded,
		Status::Lost,
		Status::Retired,
		Status::Expired,
	]
	.into_iter()
	.enumerate()
	{
		assert_eq!(status.encode(), [index as u8]);
	}
	for (index, state) in [PinState::Live, PinState::Suspended, PinState::Void]
		.into_iter()
		.enumerate()
	{
		assert_eq!(state.encode(), [index as u8]);
	}
	assert_eq!(EndReason::Retired.encode(), [0]);
	assert_eq!(EndReason::Expired.encode(), [1]);
	assert_eq!(HoldReason::Deposit.encode(), [0]);
}

#[test]
fn errors_keep_their_indices() {
	for (error, index) in [
		(Errors::UnknownDeployment, 0),
		(Errors::BadPinnerSignature, 8),
		(Errors::NotModule, 15),
		(Errors::BadSignature, 19),
		(Errors::ClassCapExceeded, 27),
		(Errors::LooseEnds, 34),
	] {
		assert_eq!(error.encode(), [index]);
	}
}

#[test]
fn call_indices_are_frozen() {
	let deployment = id(1);
	let calls = [
		(Call::<Test>::retire { deployment }, 3),
		(
			Call::drop_pin {
				deployment,
				reason: DropReason::Policy,
			},
			5,
		),
		(Call::expire { deployment }, 6),
	];
	for (call, index) in calls {
		assert_eq!(call.encode()[0], index);
	}
}

/// C05
#[test]
fn no_unbounded_storage() {
	for info in Deployment::storage_info() {
		assert!(
			info.max_size.is_some(),
			"{} has no bound",
			String::from_utf8_lossy(&info.storage_name)
		);
	}
	// The longest terms are some ten kilobytes.
	assert!(TermsOf::<Test>::max_encoded_len() < 12_000);
	assert!(DeploymentRecordOf::<Test>::max_encoded_len() < 1_000);
	assert!(LinkRecordOf::<Test>::max_encoded_len() < 500);
}

#[test]
fn lists_that_are_too_long_do_not_decode() {
	let terms = open_terms();
	assert_eq!(TermsOf::<Test>::decode(&mut &terms.encode()[..]), Ok(terms));
	let too_many = vec![account(1); 65].encode();
	assert!(BoundedVec::<AccountId, sp_core::ConstU32<64>>::decode(&mut &too_many[..]).is_err());
}

#[test]
fn calls_are_small() {
	// Long arguments are boxed: the largest call of a runtime is what every call costs in memory.
	assert!(size_of::<Call<Test>>() <= 300);
}

#[test]
fn constants_fit_together() {
	use frame_support::traits::Hooks;
	<Deployment as Hooks<u32>>::integrity_test();
}
