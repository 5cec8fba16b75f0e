use crate::{EngineId, package::PackageError};
use std::time::Duration;
use tea_guest_abi::ModuleFault;

/// Code that no module runs, whatever the errand says.
#[derive(Debug, thiserror::Error)]
pub enum BadModule {
	/// It is no package of wasm.
	#[error(transparent)]
	Package(#[from] PackageError),
	/// It is no wasm, or wasm of a proposal that is switched off.
	#[error("the code is not acceptable wasm (at byte {offset}): {message}")]
	Malformed {
		/// Where.
		offset: usize,
		/// What.
		message: String,
	},
	/// It has a start section.
	#[error("the code has a start section; export _initialize instead, which is metered")]
	StartSection,
	/// It imports something that is not offered.
	#[error("the code imports {module}.{name}: {why}")]
	Import {
		/// The module that it imports from.
		module: String,
		/// The name that it imports.
		name: String,
		/// Why not.
		why: String,
	},
	/// It does not export what it must.
	#[error("the code must export {name}: {why}")]
	Export {
		/// What.
		name: &'static str,
		/// What is wrong.
		why: String,
	},
	/// Its memory is not as it must be.
	#[error("the code must define one memory: {0}")]
	Memory(String),
	/// There is too much of something.
	#[error("the code exceeds a limit: {message}")]
	Structure {
		/// Of what, and how much.
		message: String,
	},
}

impl BadModule {
	/// The reason with a frozen number.
	pub fn fault(&self) -> ModuleFault {
		match self {
			BadModule::Package(PackageError::TooLarge { .. }) => ModuleFault::TooLarge,
			BadModule::Package(PackageError::UnknownFormat { .. } | PackageError::Cut { .. }) => {
				ModuleFault::Package
			}
			BadModule::Package(PackageError::Capability { .. }) => ModuleFault::Capability,
			BadModule::Package(_) => ModuleFault::Manifest,
			BadModule::Malformed { .. } => ModuleFault::Malformed,
			BadModule::StartSection => ModuleFault::StartSection,
			BadModule::Import { .. } => ModuleFault::Import,
			BadModule::Export { .. } => ModuleFault::Export,
			BadModule::Memory(_) => ModuleFault::Memory,
			BadModule::Structure { .. } => ModuleFault::Structure,
		}
	}

	pub(crate) fn malformed(error: wasmparser::BinaryReaderError) -> BadModule {
		BadModule::Malformed {
			offset: error.offset(),
			message: error.message().into(),
		}
	}
}

/// Why code was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
	/// The code is at fault; the errand ends with that.
	#[error(transparent)]
	BadModule(#[from] BadModule),
	/// Another module may have the engine that the code was written for; nobody is at fault.
	#[error(
		"the code wants the engine {wanted}, this module has {have}; another module may run it"
	)]
	EngineMismatch {
		/// Name, version and price list of the manifest.
		wanted: String,
		/// Those of this executor.
		have: String,
	},
}

/// A run that ended for a reason that is not the guest's. It has no proof and costs the client nothing; another module,
/// or the same one later, may run the errand.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
	/// The caller gave up.
	#[error("the run was cancelled")]
	Cancelled,
	/// The machine is too slow or too busy for what was promised.
	#[error(
		"the run took longer than {limit:?}, which every admitted machine should keep; this one is too slow or too busy"
	)]
	Deadline {
		/// What was allowed.
		limit: Duration,
	},
	/// Other runs hold the memory.
	#[error(
		"the run needs {needed} bytes of memory, {free} are free; wait for another run to end, or raise the budget"
	)]
	NoRoom {
		/// What it may use.
		needed: u64,
		/// What is free.
		free: u64,
	},
	/// The system did not give memory.
	#[error("the system has no memory left for the run; lower the memory budget of the executor")]
	OutOfMemory,
	/// The errand asks for more than any may have. The chain refuses it before; so something is wrong between.
	#[error("the errand asks for {asked} of {what}, the ceiling is {ceiling}")]
	AboveCeiling {
		/// What.
		what: &'static str,
		/// How much of it.
		asked: u64,
		/// The most.
		ceiling: u64,
	},
	/// The code wants another engine.
	#[error(
		"the code wants the engine {wanted}, this module has {have}; another module may run it"
	)]
	EngineMismatch {
		/// Name, version and price list of the manifest.
		wanted: String,
		/// Those of this executor.
		have: String,
	},
	/// The engine did something that it should never do.
	#[error("the engine failed ({engine}): {message}; please report it")]
	Internal {
		/// Which engine.
		engine: EngineId,
		/// What it said.
		message: String,
	},
}
