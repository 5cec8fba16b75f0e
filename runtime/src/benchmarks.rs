//! Pallets with benchmarks, for `frame-omni-bencher`.

frame_benchmarking::define_benchmarks!(
	[frame_system, SystemBench::<Runtime>]
	[frame_system_extensions, SystemExtensionsBench::<Runtime>]
	[pallet_balances, Balances]
	[pallet_validator_set, ValidatorSet]
);
