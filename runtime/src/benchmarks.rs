//! Pallets with benchmarks, for `frame-omni-bencher`.

frame_benchmarking::define_benchmarks!(
	[frame_system, SystemBench::<Runtime>]
	[frame_system_extensions, SystemExtensionsBench::<Runtime>]
	[pallet_balances, Balances]
	[pallet_attestation, Attestation]
	[pallet_camellia, Camellia]
	[pallet_delegation, Delegation]
	[pallet_validator_set, ValidatorSet]
);
