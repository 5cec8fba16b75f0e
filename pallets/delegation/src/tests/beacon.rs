use crate::{BEACON_DOMAIN, Beacons, Event, LatestBeacon, WeightInfo, mock::*};
use codec::Encode;
use frame_support::{traits::Hooks, weights::Weight};
use sp_consensus_babe::{
	AuthorityId, BABE_ENGINE_ID, RANDOMNESS_VRF_CONTEXT, Slot,
	digests::{PreDigest, SecondaryVRFPreDigest},
	make_vrf_sign_data, make_vrf_transcript,
};
use sp_core::{
	Pair,
	crypto::VrfSecret,
	sr25519::{self, vrf::VrfSignature},
};
use sp_io::hashing::blake2_256;
use sp_runtime::{Digest, DigestItem};

fn beacon(block: u64) -> Option<[u8; 32]> {
	Delegation::beacon(block)
}

fn expected(randomness: [u8; 32]) -> [u8; 32] {
	(BEACON_DOMAIN, randomness).using_encoded(blake2_256)
}

/// Begins the block with this author's claim of a slot, runs BABE and this pallet, and ends it.
fn author_block(pair: &sr25519::Pair, block: u64, slot: u64) -> [u8; 32] {
	let slot = Slot::from(slot);
	let vrf_signature: VrfSignature = pair.vrf_sign(&make_vrf_sign_data(&[0; 32], slot, 0));
	let claim = PreDigest::SecondaryVRF(SecondaryVRFPreDigest {
		authority_index: 0,
		slot,
		vrf_signature,
	});
	let digest = Digest {
		logs: vec![DigestItem::PreRuntime(BABE_ENGINE_ID, claim.encode())],
	};
	System::reset_events();
	System::initialize(&block, &Default::default(), &digest);
	Babe::on_initialize(block);
	Delegation::on_initialize(block);
	Babe::on_finalize(block);
	Delegation::on_finalize(block);
	pair.make_bytes(
		RANDOMNESS_VRF_CONTEXT,
		&make_vrf_transcript(&[0; 32], slot, 0),
	)
}

/// Q05: with the real BABE, from the claim in the header to the beacon.
#[test]
fn beacon_is_vrf_output() {
	let pair = sr25519::Pair::from_seed(&[5; 32]);
	let author = ExtBuilder::default().authority(AuthorityId::from(pair.public()));
	author.build_and_execute(|| {
		set_source(Source::Babe);
		for block in 3..6 {
			let output = author_block(&pair, block, 100 + block);
			assert_eq!(
				beacon(block),
				Some(expected(output)),
				"known from the next block on"
			);
		}
		assert_ne!(beacon(4), beacon(5));
	});
}

/// A block without VRF output leaves the randomness of the one before it behind.
#[test]
fn block_without_vrf_has_no_beacon() {
	ExtBuilder::default().build_and_execute(|| {
		finish([2; 32]);
		finish([2; 32]);
		finish([2; 32]);
		assert_eq!(beacon(2), Some(expected([2; 32])));
		assert_eq!(beacon(3), None);
		assert_eq!(beacon(4), None, "nor does a second one");
		System::assert_has_event(Event::BeaconMissing { block: 4 }.into());
		finish([5; 32]);
		assert_eq!(beacon(5), Some(expected([5; 32])));
		set_source(Source::Given(None));
		Delegation::on_finalize(6);
		System::set_block_number(7);
		assert_eq!(beacon(6), None);
	});
}

#[test]
fn beacon_of_the_block_in_progress_is_unknown() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(System::block_number(), 2);
		assert!(beacon(1).is_some());
		assert_eq!(beacon(2), None);
		assert_eq!(beacon(3), None);
	});
}

#[test]
fn ring_forgets_what_is_old() {
	ExtBuilder::default().build_and_execute(|| {
		for byte in 2..40u8 {
			finish([byte; 32]);
		}
		let last = System::block_number() - 1;
		assert_eq!(Beacons::<Test>::iter().count(), HISTORY as usize);
		for block in last - HISTORY + 1..=last {
			assert_eq!(beacon(block), Some(expected([block as u8; 32])), "{block}");
		}
		assert_eq!(beacon(last - HISTORY), None);
		assert_eq!(beacon(0), None);
		assert_eq!(LatestBeacon::<Test>::get().unwrap().block, last);
	});
}

#[test]
fn hook_is_weighed() {
	ExtBuilder::default().build_and_execute(|| {
		let weight = Delegation::on_initialize(2);
		assert_eq!(weight, <() as WeightInfo>::record_beacon());
		assert!(weight.all_gt(Weight::zero()));
	});
}
