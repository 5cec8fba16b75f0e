//! A chain without sudo can still be governed: the council reaches root, and only with the votes it takes.

#![allow(clippy::unwrap_used)]

use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave};
use sp_runtime::{
	BuildStorage,
	traits::{Dispatchable, Hash},
};
use tea_runtime::{
	BalancesConfig, Camellia, Council, CouncilConfig, Hashing, Runtime, RuntimeCall,
	RuntimeGenesisConfig, RuntimeOrigin, Sudo, System, constants::time::DAYS,
};

const UNIT: u128 = tea_primitives::chain::UNIT;

fn live_chain() -> sp_io::TestExternalities {
	let council = [Alice, Bob, Charlie, Dave].map(|member| member.to_account_id());
	let storage = RuntimeGenesisConfig {
		balances: BalancesConfig {
			balances: council
				.iter()
				.map(|member| (member.clone(), 1_000 * UNIT))
				.collect(),
			..Default::default()
		},
		council: CouncilConfig {
			members: council.to_vec(),
			..Default::default()
		},
		..Default::default()
	}
	.build_storage()
	.unwrap();
	let mut externalities = sp_io::TestExternalities::new(storage);
	externalities.execute_with(|| System::set_block_number(1));
	externalities
}

fn signed(who: Sr25519Keyring) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.to_account_id())
}

/// A motion with these votes, closed after its time is over. Says whether the call was carried out.
fn motion(call: RuntimeCall, ayes: &[Sr25519Keyring]) -> bool {
	let hash = Hashing::hash_of(&call);
	let (length, weight) = (
		codec::Encode::encoded_size(&call) as u32,
		call.get_dispatch_info().call_weight,
	);
	let index = pallet_collective::ProposalCount::<Runtime, pallet_collective::Instance1>::get();
	assert_ok!(Council::propose(
		signed(Alice),
		ayes.len() as u32,
		Box::new(call),
		length
	));
	for member in ayes {
		assert_ok!(Council::vote(signed(*member), hash, index, true));
	}
	System::set_block_number(System::block_number() + 6 * DAYS);
	assert_ok!(Council::close(signed(Alice), hash, index, weight, length));
	System::events().iter().any(|record| {
		matches!(
			&record.event,
			tea_runtime::RuntimeEvent::Council(pallet_collective::Event::Executed {
				proposal_hash,
				result: Ok(()),
			}) if *proposal_hash == hash
		)
	})
}

fn whitelist(call: &RuntimeCall) -> RuntimeCall {
	RuntimeCall::Whitelist(pallet_whitelist::Call::whitelist_call {
		call_hash: Hashing::hash_of(call),
	})
}

fn dispatch(call: &RuntimeCall) -> RuntimeCall {
	RuntimeCall::Whitelist(
		pallet_whitelist::Call::dispatch_whitelisted_call_with_preimage {
			call: Box::new(call.clone()),
		},
	)
}

/// Something that only root may do, and whose effect can be seen.
fn root_call() -> RuntimeCall {
	RuntimeCall::System(frame_system::Call::set_storage {
		items: vec![(b"k".to_vec(), b"v".to_vec())],
	})
}

fn effect() -> bool {
	sp_io::storage::get(b"k").is_some()
}

#[test]
fn default_genesis_has_no_sudo_key() {
	live_chain().execute_with(|| {
		assert!(pallet_sudo::Key::<Runtime>::get().is_none());
		assert_noop!(
			Sudo::sudo(signed(Alice), Box::new(root_call())),
			pallet_sudo::Error::<Runtime>::RequireSudo
		);
	});
}

#[test]
fn council_reaches_root_with_two_votes_on_the_same_call() {
	live_chain().execute_with(|| {
		let call = root_call();
		assert!(motion(whitelist(&call), &[Alice, Bob, Charlie]));
		assert!(motion(dispatch(&call), &[Alice, Bob, Charlie]));
		assert!(effect());
	});
}

#[test]
fn half_of_the_council_cannot_whitelist() {
	live_chain().execute_with(|| {
		let call = root_call();
		assert!(!motion(whitelist(&call), &[Alice, Bob]));
		// The dispatch of a call that is not whitelisted is not refused but waits for that to happen.
		motion(dispatch(&call), &[Alice, Bob, Charlie]);
		assert!(!effect());
	});
}

#[test]
fn half_of_the_council_cannot_dispatch_what_is_whitelisted() {
	live_chain().execute_with(|| {
		let call = root_call();
		assert!(motion(whitelist(&call), &[Alice, Bob, Charlie]));
		assert!(!motion(dispatch(&call), &[Alice, Bob]));
		assert!(!effect());
	});
}

#[test]
fn members_alone_reach_nothing() {
	live_chain().execute_with(|| {
		assert!(whitelist(&root_call()).dispatch(signed(Alice)).is_err());
		assert!(root_call().dispatch(signed(Alice)).is_err());
		assert!(!effect());
	});
}

#[test]
fn session_keys_cannot_be_thrown_away() {
	live_chain().execute_with(|| {
		let purge = || RuntimeCall::Session(pallet_session::Call::purge_keys {});
		let filtered = Err(frame_system::Error::<Runtime>::CallFiltered.into());
		let refused = |call: RuntimeCall| {
			call.dispatch(signed(Alice))
				.map(|_| ())
				.map_err(|e| e.error)
		};
		assert_eq!(refused(purge()), filtered);
		let batch = pallet_utility::Call::batch_all {
			calls: vec![purge()],
		};
		assert_eq!(refused(RuntimeCall::Utility(batch)), filtered);
	});
}

#[test]
fn camelliae_are_not_burnt_by_their_owners() {
	live_chain().execute_with(|| {
		assert_ok!(Camellia::bear(
			RuntimeOrigin::root(),
			Alice.to_account_id(),
			pallet_camellia::Kind::B
		));
		let collection = pallet_camellia::Collection::<Runtime>::get().unwrap();
		let burn = RuntimeCall::Nfts(pallet_nfts::Call::burn {
			collection,
			item: 0,
		});
		let error = burn.dispatch(signed(Alice)).unwrap_err().error;
		assert_eq!(error, frame_system::Error::<Runtime>::CallFiltered.into());
	});
}
