//! Code that was checked and can be run, and the memory of such code.

use crate::{
	check::{Facts, check},
	engine::config,
	error::{BadModule, LoadError},
	host::{Host, imports},
	job::content_hash,
	package::{EngineNeed, Manifest, Package},
};
use std::{collections::HashMap, sync::Arc};
use wasmi::{Engine, Linker, Module, errors::ErrorKind};

/// Code that was checked and can be run, any number of times and on any number of threads.
///
/// It has an engine of its own: an engine never gives back the memory of its functions, so dropping a program would leave
/// private code behind.
pub struct Program {
	hash: [u8; 32],
	manifest: Manifest,
	facts: Facts,
	pub(crate) engine: Engine,
	pub(crate) module: Module,
	pub(crate) linker: Linker<Host>,
}

impl std::fmt::Debug for Program {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.debug_struct("Program")
			.field("facts", &self.facts)
			.finish_non_exhaustive()
	}
}

impl Program {
	/// Checks an object and translates it.
	pub fn new(object: &[u8]) -> Result<Program, LoadError> {
		let Package { manifest, wasm } = Package::parse(object).map_err(BadModule::from)?;
		let ours = EngineNeed::default();
		if manifest.engine != ours {
			let named = |engine: &EngineNeed| {
				let text = format!("{} {} {}", engine.name, engine.ver, engine.table);
				text.chars()
					.take(100)
					.flat_map(char::escape_default)
					.collect::<String>()
			};
			return Err(LoadError::EngineMismatch {
				wanted: named(&manifest.engine),
				have: named(&ours),
			});
		}
		let facts = check(wasm, !manifest.caps.is_empty())?;
		let engine = Engine::new(&config());
		let module = Module::new(&engine, wasm).map_err(refused)?;
		let linker = imports(&engine);
		Ok(Program {
			hash: content_hash(object),
			manifest,
			facts,
			engine,
			module,
			linker,
		})
	}

	/// [`content_hash`] of the object.
	pub fn hash(&self) -> &[u8; 32] {
		&self.hash
	}

	/// Its manifest.
	pub fn manifest(&self) -> &Manifest {
		&self.manifest
	}

	/// What it consists of.
	pub fn facts(&self) -> &Facts {
		&self.facts
	}
}

fn refused(error: wasmi::Error) -> BadModule {
	match error.kind() {
		ErrorKind::Wasm(error) => BadModule::Malformed {
			offset: error.offset(),
			message: error.message().into(),
		},
		ErrorKind::UserLimits(_)
		| ErrorKind::ImplementationLimits(_)
		| ErrorKind::Translation(_) => BadModule::Structure {
			message: error.to_string(),
		},
		_ => BadModule::Malformed {
			offset: 0,
			message: error.to_string(),
		},
	}
}

/// Programs by their hash, bounded; what was used longest ago goes first.
pub(crate) struct Cache {
	programs: HashMap<[u8; 32], (Arc<Program>, u64)>,
	bytes: u64,
	clock: u64,
	max_programs: usize,
	max_bytes: u64,
}

impl Cache {
	pub(crate) fn new(max_programs: usize, max_bytes: u64) -> Cache {
		Cache {
			programs: HashMap::new(),
			bytes: 0,
			clock: 0,
			max_programs,
			max_bytes,
		}
	}

	pub(crate) fn get(&mut self, hash: &[u8; 32]) -> Option<Arc<Program>> {
		self.clock += 1;
		let (program, used) = self.programs.get_mut(hash)?;
		*used = self.clock;
		Some(program.clone())
	}

	pub(crate) fn insert(&mut self, program: Arc<Program>) {
		let size = program.facts.wasm_bytes;
		if size > self.max_bytes || self.max_programs == 0 {
			return;
		}
		self.clock += 1;
		self.remove(&program.hash.clone());
		self.bytes += size;
		self.programs.insert(program.hash, (program, self.clock));
		while self.programs.len() > self.max_programs || self.bytes > self.max_bytes {
			let oldest = self.programs.iter().min_by_key(|(_, (_, used))| *used);
			let Some(oldest) = oldest.map(|(hash, _)| *hash) else {
				return;
			};
			self.remove(&oldest);
		}
	}

	pub(crate) fn remove(&mut self, hash: &[u8; 32]) -> bool {
		let Some((program, _)) = self.programs.remove(hash) else {
			return false;
		};
		self.bytes -= program.facts.wasm_bytes;
		true
	}

	pub(crate) fn len(&self) -> usize {
		self.programs.len()
	}
}
