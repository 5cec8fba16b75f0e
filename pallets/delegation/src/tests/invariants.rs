use crate::{BeaconRecord, Beacons, LatestBeacon, ModuleCount, Modules, Places, mock::*};
use frame_support::traits::{StorageInfoTrait, StorageVersion};
use tea_primitives::ids::ModuleId;

fn broken(number: &str, breakage: impl FnOnce()) {
	ExtBuilder::default().modules(3).build().execute_with(|| {
		check_state();
		breakage();
		let error = Delegation::do_try_state().expect_err("the breakage is seen");
		assert!(
			format!("{error:?}").contains(&format!("{number}: ")),
			"{error:?}"
		);
	});
}

#[test]
fn every_breakage_is_seen() {
	broken("1", || ModuleCount::<Test>::put(2));
	broken("1", || ModuleCount::<Test>::put(4));
	broken("2", || Modules::<Test>::insert(1, ModuleId(0)));
	broken("2", || Places::<Test>::insert(ModuleId(9), 1));
	let record = BeaconRecord {
		block: 1,
		value: [9; 32],
	};
	broken("3", || Beacons::<Test>::insert(2, record));
	broken("3", || Beacons::<Test>::insert(HISTORY as u32 + 1, record));
	broken("4", || {
		Beacons::<Test>::insert(3, BeaconRecord { block: 3, ..record })
	});
	broken("5", || LatestBeacon::<Test>::put(record));
	broken("5", LatestBeacon::<Test>::kill);
}

/// C05
#[test]
fn no_unbounded_storage() {
	let infos = Delegation::storage_info();
	assert!(infos.len() >= 5);
	for info in infos {
		assert!(
			info.max_size.is_some(),
			"{:?}",
			String::from_utf8_lossy(&info.storage_name)
		);
	}
}

#[test]
fn storage_version_is_written() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(StorageVersion::get::<Delegation>(), StorageVersion::new(1));
	});
}
