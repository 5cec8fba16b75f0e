//! The command `tea`.

use std::process::ExitCode;

fn main() -> ExitCode {
	tea_cli::run()
}
