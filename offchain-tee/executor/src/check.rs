//! What a module must be before anything of it is translated. The engine checks again what it enforces by itself; here
//! every refusal has a name.

use crate::error::BadModule;
use tea_guest_abi::{self as abi, Signature, ValueType};
use wasmparser::{Encoding, ExternalKind, FuncType, Parser, Payload, TypeRef, ValType};

/// What a module consists of.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Facts {
	/// Bytes of wasm.
	pub wasm_bytes: u64,
	/// Functions that it defines.
	pub functions: u32,
	/// Functions that it imports.
	pub imports: u32,
	/// Pages of memory that it begins with.
	pub pages: u32,
	/// Elements of all its tables at the beginning.
	pub table_elements: u64,
	/// Whether it has `_initialize`.
	pub initializer: bool,
	/// Fuel that its start costs.
	pub start_fuel: u64,
}

/// Reads the sections of a module and refuses what no guest may be.
pub(crate) fn check(wasm: &[u8], capabilities: bool) -> Result<Facts, BadModule> {
	let mut shape = Shape::default();
	for payload in Parser::new(0).parse_all(wasm) {
		shape.take(payload.map_err(BadModule::malformed)?, capabilities)?;
	}
	shape.facts(wasm.len() as u64)
}

#[derive(Default)]
struct Shape {
	types: Vec<FuncType>,
	/// Index of the type of every function, imported ones first.
	functions: Vec<u32>,
	imported: u32,
	memory: Option<u64>,
	table_elements: u64,
	memory_export: bool,
	/// Exported functions by name that matter here.
	exported: Vec<(&'static str, u32)>,
}

impl Shape {
	fn take(&mut self, payload: Payload<'_>, capabilities: bool) -> Result<(), BadModule> {
		let malformed = BadModule::malformed;
		match payload {
			Payload::Version {
				encoding: Encoding::Component,
				..
			} => {
				return Err(BadModule::Malformed {
					offset: 0,
					message: "a component, not a core module; build for wasm32-unknown-unknown"
						.into(),
				});
			}
			Payload::TypeSection(section) => {
				bounded("types", section.count())?;
				// A type of the GC proposal ends here as malformed.
				for ty in section.into_iter_err_on_gc_types() {
					self.types.push(ty.map_err(malformed)?);
				}
			}
			Payload::ImportSection(section) => {
				bounded("imports", section.count())?;
				for import in section {
					let import = import.map_err(malformed)?;
					self.import(import.module, import.name, import.ty, capabilities)?;
				}
			}
			Payload::FunctionSection(section) => {
				bounded("functions", section.count())?;
				for index in section {
					self.functions.push(index.map_err(malformed)?);
				}
			}
			Payload::TableSection(section) => {
				for table in section {
					let elements = table.map_err(malformed)?.ty.initial;
					self.table_elements = self.table_elements.saturating_add(elements);
				}
				if self.table_elements > abi::MAX_TABLE_ELEMENTS as u64 {
					return Err(BadModule::Structure {
						message: format!(
							"its tables have {} elements, the limit is {}",
							self.table_elements,
							abi::MAX_TABLE_ELEMENTS
						),
					});
				}
			}
			Payload::MemorySection(section) => {
				for memory in section {
					let memory = memory.map_err(malformed)?;
					if self.memory.replace(memory.initial).is_some() {
						return Err(BadModule::Memory("it defines more than one memory".into()));
					}
				}
			}
			Payload::ExportSection(section) => {
				bounded("exports", section.count())?;
				for export in section {
					let export = export.map_err(malformed)?;
					self.export(export.name, export.kind, export.index)?;
				}
			}
			Payload::StartSection { .. } => return Err(BadModule::StartSection),
			_ => (),
		}
		Ok(())
	}

	fn import(
		&mut self,
		module: &str,
		name: &str,
		ty: TypeRef,
		capabilities: bool,
	) -> Result<(), BadModule> {
		let refuse = |why: String| {
			Err(BadModule::Import {
				module: shown(module),
				name: shown(name),
				why,
			})
		};
		if module != abi::ABI {
			return refuse(match module {
				"wasi_snapshot_preview1" | "wasi_unstable" => {
					"WASI is not offered; build for wasm32-unknown-unknown, without a C library"
						.into()
				}
				_ => "only functions of the module tea1 are offered".into(),
			});
		}
		let TypeRef::Func(index) = ty else {
			return refuse("only functions can be imported".into());
		};
		let Some((signature, needs_capability)) = abi::import(name) else {
			return refuse("tea1 has no function of that name".into());
		};
		if needs_capability && !capabilities {
			return refuse("the manifest asks for no capability".into());
		}
		let found = self.types.get(index as usize);
		if !found.is_some_and(|found| same(found, &signature)) {
			return refuse(format!("its type must be {}", written(&signature)));
		}
		self.functions.push(index);
		self.imported += 1;
		Ok(())
	}

	fn export(&mut self, name: &str, kind: ExternalKind, index: u32) -> Result<(), BadModule> {
		if name == "memory" {
			if kind != ExternalKind::Memory {
				return Err(BadModule::Export {
					name: "memory",
					why: "it is no memory".into(),
				});
			}
			self.memory_export = true;
		}
		let wanted = ["tea_abi", "tea_run", "_initialize"];
		if let Some(name) = wanted.into_iter().find(|wanted| *wanted == name) {
			if kind != ExternalKind::Func {
				return Err(BadModule::Export {
					name,
					why: "it is no function".into(),
				});
			}
			self.exported.push((name, index));
		}
		Ok(())
	}

	fn facts(self, wasm_bytes: u64) -> Result<Facts, BadModule> {
		let Some(pages) = self.memory else {
			return Err(BadModule::Memory("it defines none".into()));
		};
		if !self.memory_export {
			return Err(BadModule::Export {
				name: "memory",
				why: "it is not exported".into(),
			});
		}
		let pages = u32::try_from(pages).unwrap_or(u32::MAX);
		if pages > abi::MAX_PAGES {
			return Err(BadModule::Memory(format!(
				"it begins with {pages} pages, no errand gets more than {}",
				abi::MAX_PAGES
			)));
		}
		let initializer = self.exported.iter().any(|(name, _)| *name == "_initialize");
		let initialize = Signature {
			name: "_initialize",
			params: &[],
			results: &[],
		};
		let wanted = abi::EXPORTS
			.into_iter()
			.chain(initializer.then_some(initialize));
		for signature in wanted {
			let Some((_, index)) = self
				.exported
				.iter()
				.find(|(name, _)| *name == signature.name)
			else {
				return Err(BadModule::Export {
					name: signature.name,
					why: "it is not exported".into(),
				});
			};
			let ty = self
				.functions
				.get(*index as usize)
				.and_then(|ty| self.types.get(*ty as usize));
			if !ty.is_some_and(|ty| same(ty, &signature)) {
				return Err(BadModule::Export {
					name: signature.name,
					why: format!("its type must be {}", written(&signature)),
				});
			}
		}
		Ok(Facts {
			wasm_bytes,
			functions: self.functions.len() as u32 - self.imported,
			imports: self.imported,
			pages,
			table_elements: self.table_elements,
			initializer,
			start_fuel: abi::start_cost(wasm_bytes, pages.into()),
		})
	}
}

/// The engine enforces this for functions; the lists that are built here need it for all.
fn bounded(what: &str, count: u32) -> Result<(), BadModule> {
	const LIMIT: u32 = 10_000;
	if count > LIMIT {
		let message = format!("it has {count} {what}, the limit is {LIMIT}");
		return Err(BadModule::Structure { message });
	}
	Ok(())
}

fn same(found: &FuncType, wanted: &Signature) -> bool {
	let same = |found: &[ValType], wanted: &[ValueType]| {
		found.len() == wanted.len()
			&& found.iter().zip(wanted).all(|pair| {
				matches!(
					pair,
					(ValType::I32, ValueType::I32) | (ValType::I64, ValueType::I64)
				)
			})
	};
	same(found.params(), wanted.params) && same(found.results(), wanted.results)
}

fn written(signature: &Signature) -> String {
	let list = |types: &[ValueType]| {
		let names = types.iter().map(|ty| match ty {
			ValueType::I32 => "i32",
			ValueType::I64 => "i64",
		});
		names.collect::<Vec<_>>().join(", ")
	};
	format!(
		"({}) -> ({})",
		list(signature.params),
		list(signature.results)
	)
}

/// A name out of a hostile module, short and without control characters.
fn shown(name: &str) -> String {
	let mut shown: String = name
		.chars()
		.take(64)
		.flat_map(char::escape_default)
		.collect();
	if name.chars().nth(64).is_some() {
		shown.push('…');
	}
	shown
}
