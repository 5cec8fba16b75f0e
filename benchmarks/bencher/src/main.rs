//! Measures the weights of a runtime that was built with `runtime-benchmarks`.

use clap::Parser;
use frame_benchmarking_cli::PalletCmd;
use sp_runtime::traits::BlakeTwo256;

fn main() -> sc_cli::Result<()> {
	// Why a benchmark failed stands in the log of the runtime.
	sc_cli::LoggerBuilder::new("error").init()?;
	PalletCmd::parse().run_with_spec::<BlakeTwo256, ()>(None)
}
