//! Writes the metadata of this runtime, version 16, to standard output: what programs beside the chain are compiled against.

use std::io::{self, Write};
use tea_runtime::Runtime;

fn main() -> io::Result<()> {
	// Some constants are read from storage; of an empty chain they are what they are by default.
	let metadata = sp_io::TestExternalities::default()
		.execute_with(|| Runtime::metadata_at_version(16))
		.ok_or_else(|| io::Error::other("this runtime has no metadata of version 16"))?;
	io::stdout().write_all(&metadata)
}
