//! Guests out of arbitrary bytes, and the same run in plain wasmi.

#![allow(missing_docs, unreachable_pub, dead_code)]

use tea_executor::{Cancel, Config, Executor, Exit, Job, Limits, ModuleFault, TrapKind, abi};
use wasm_encoder::{
	CodeSection, ExportKind, ExportSection, Function, Instruction as I, RawSection,
};
use wasmparser::{FuncType, Parser, Payload, ValType};

/// Fuel for the guest itself; enough for some loops, short enough for those that never end.
const FUEL: u64 = 300_000;
/// Functions that `tea_run` calls.
const CALLED: usize = 8;

/// A guest whose `tea_run` calls generated functions and answers a number that depends on all their results.
pub fn guest(bytes: &[u8]) -> Option<Vec<u8>> {
	let config = wasm_smith::Config {
		allow_start_export: false,
		exceptions_enabled: false,
		gc_enabled: false,
		max_exports: 0,
		max_imports: 0,
		max_memories: 1,
		max_memory32_bytes: 32 << 16,
		max_table_elements: 1_000,
		max_tables: 3,
		memory64_enabled: false,
		memory_max_size_required: true,
		min_funcs: 1,
		min_memories: 1,
		min_types: 1,
		min_uleb_size: 1,
		relaxed_simd_enabled: false,
		simd_enabled: false,
		table_max_size_required: true,
		tail_call_enabled: false,
		threads_enabled: false,
		..wasm_smith::Config::default()
	};
	let mut source = arbitrary::Unstructured::new(bytes);
	let module = wasm_smith::Module::new(config, &mut source).ok()?;
	Some(framed(&module.to_bytes()))
}

/// Adds what every guest exports.
fn framed(wasm: &[u8]) -> Vec<u8> {
	let mut types: Vec<FuncType> = Vec::new();
	let mut functions: Vec<u32> = Vec::new();
	for payload in Parser::new(0).parse_all(wasm) {
		match payload.expect("wasm-smith writes valid modules") {
			Payload::TypeSection(section) => {
				types.extend(
					section
						.into_iter_err_on_gc_types()
						.map(|ty| ty.expect("valid")),
				);
			}
			Payload::FunctionSection(section) => {
				functions.extend(section.into_iter().map(|index| index.expect("valid")));
			}
			_ => (),
		}
	}
	let own_type = types.len() as u32;
	let first = functions.len() as u32;

	let mut run = Function::new([(1, wasm_encoder::ValType::I32)]);
	for (index, ty) in functions.iter().take(CALLED).enumerate() {
		let ty = &types[*ty as usize];
		for param in ty.params() {
			run.instruction(&match param {
				ValType::I32 => I::I32Const(77 + index as i32),
				ValType::I64 => I::I64Const(-3),
				ValType::F32 => I::F32Const(1.5f32.into()),
				ValType::F64 => I::F64Const((-0.25f64).into()),
				ValType::Ref(ty) if ty.is_extern_ref() => {
					I::RefNull(wasm_encoder::HeapType::EXTERN)
				}
				_ => I::RefNull(wasm_encoder::HeapType::FUNC),
			});
		}
		run.instruction(&I::Call(index as u32));
		for result in ty.results().iter().rev() {
			match result {
				ValType::I32 => (),
				ValType::I64 => {
					run.instruction(&I::I32WrapI64);
				}
				ValType::F32 => {
					run.instruction(&I::I32ReinterpretF32);
				}
				ValType::F64 => {
					run.instruction(&I::I64ReinterpretF64)
						.instruction(&I::I32WrapI64);
				}
				_ => {
					run.instruction(&I::RefIsNull);
				}
			}
			run.instruction(&I::LocalGet(0))
				.instruction(&I::I32Const(31))
				.instruction(&I::I32Mul)
				.instruction(&I::I32Xor)
				.instruction(&I::LocalSet(0));
		}
	}
	run.instruction(&I::LocalGet(0)).instruction(&I::End);
	let mut version = Function::new([]);
	version.instruction(&I::I32Const(1)).instruction(&I::End);
	let mut own_code = CodeSection::new();
	own_code.function(&version).function(&run);

	let mut exports = ExportSection::new();
	exports
		.export("memory", ExportKind::Memory, 0)
		.export("tea_abi", ExportKind::Func, first)
		.export("tea_run", ExportKind::Func, first + 1);

	let mut sections = sections(wasm);
	append(&mut sections[1], 1, &[0x60, 0, 1, 0x7f]);
	let mut indices = leb(own_type);
	indices.extend(leb(own_type));
	append(&mut sections[3], 2, &indices);
	append(&mut sections[10], 2, items(&encoded(&own_code)));

	let mut out = wasm_encoder::Module::new();
	for id in [1, 2, 3, 4, 5, 6] {
		raw(&mut out, id, &sections[usize::from(id)]);
	}
	out.section(&exports);
	for id in [9, 12, 10, 11] {
		raw(&mut out, id, &sections[usize::from(id)]);
	}
	out.finish()
}

fn raw(out: &mut wasm_encoder::Module, id: u8, data: &[u8]) {
	if !data.is_empty() {
		out.section(&RawSection { id, data });
	}
}

/// The contents of the sections by their number.
fn sections(wasm: &[u8]) -> [Vec<u8>; 14] {
	let mut sections: [Vec<u8>; 14] = Default::default();
	let mut rest = &wasm[8..];
	while let [id, after @ ..] = rest {
		let (size, body) = read_leb(after);
		let (content, next) = body.split_at(size as usize);
		if let Some(section) = sections.get_mut(usize::from(*id)) {
			*section = content.to_vec();
		}
		rest = next;
	}
	sections
}

fn encoded(section: &CodeSection) -> Vec<u8> {
	let mut bytes = Vec::new();
	wasm_encoder::Encode::encode(section, &mut bytes);
	// Without the size.
	read_leb(&bytes).1.to_vec()
}

/// The items of a section, without their count.
fn items(content: &[u8]) -> &[u8] {
	read_leb(content).1
}

fn append(content: &mut Vec<u8>, count: u32, more: &[u8]) {
	let (old, rest) = if content.is_empty() {
		(0, &content[..])
	} else {
		read_leb(content)
	};
	let mut new = leb(old + count);
	new.extend_from_slice(rest);
	new.extend_from_slice(more);
	*content = new;
}

fn leb(mut value: u32) -> Vec<u8> {
	let mut bytes = Vec::new();
	loop {
		let byte = (value & 0x7f) as u8;
		value >>= 7;
		if value == 0 {
			bytes.push(byte);
			return bytes;
		}
		bytes.push(byte | 0x80);
	}
}

fn read_leb(bytes: &[u8]) -> (u32, &[u8]) {
	let mut value = 0;
	for (index, byte) in bytes.iter().enumerate() {
		value |= u32::from(byte & 0x7f) << (7 * index);
		if byte & 0x80 == 0 {
			return (value, &bytes[index + 1..]);
		}
	}
	panic!("a number ends")
}

/// What a run shows.
#[derive(Debug, PartialEq)]
pub struct Shown {
	pub exit: Exit,
	pub fuel: u64,
	pub pages: u32,
}

/// In wasmi as it comes, with the same features and limits of the stack, and no slices.
pub fn plain(wasm: &[u8]) -> Shown {
	let mut config = wasmi::Config::default();
	config
		.consume_fuel(true)
		.compilation_mode(wasmi::CompilationMode::Eager)
		.fuel_cost(wasmi::CustomFuelCosts {
			bytes_copied_per_fuel: 64,
			fuel_per_bytes_translated: 0,
			fuel_per_bytes_validated: 0,
		});
	config.set_max_recursion_depth(abi::MAX_CALL_DEPTH);
	config.set_max_stack_height(abi::MAX_STACK_BYTES);
	let engine = wasmi::Engine::new(&config);
	let module = wasmi::Module::new(&engine, wasm).expect("wasm-smith writes valid modules");
	let mut store = wasmi::Store::new(&engine, ());
	store.set_fuel(FUEL).expect("fuel is on");
	let linker = wasmi::Linker::<()>::new(&engine);
	let mut pages = 0;
	let result = linker
		.instantiate_and_start(&mut store, &module)
		.and_then(|instance| {
			let call = |store: &mut wasmi::Store<()>, name| {
				instance
					.get_typed_func::<(), i32>(&*store, name)?
					.call(store, ())
			};
			let result = call(&mut store, "tea_abi").and_then(|_| call(&mut store, "tea_run"));
			let memory = instance
				.get_memory(&store, "memory")
				.expect("it is exported");
			pages = memory.size(&store) as u32;
			result
		});
	let exit = match result {
		Ok(0) => Exit::Ok,
		Ok(code) => Exit::Failed(code),
		Err(error) => match error.as_trap_code() {
			Some(wasmi::TrapCode::OutOfFuel) => Exit::OutOfFuel,
			Some(code) => Exit::Trap(match code {
				wasmi::TrapCode::UnreachableCodeReached => TrapKind::Unreachable,
				wasmi::TrapCode::MemoryOutOfBounds => TrapKind::MemoryOutOfBounds,
				wasmi::TrapCode::TableOutOfBounds => TrapKind::TableOutOfBounds,
				wasmi::TrapCode::IndirectCallToNull => TrapKind::IndirectCallToNull,
				wasmi::TrapCode::IntegerDivisionByZero => TrapKind::DivisionByZero,
				wasmi::TrapCode::IntegerOverflow => TrapKind::IntegerOverflow,
				wasmi::TrapCode::BadConversionToInteger => TrapKind::BadConversion,
				wasmi::TrapCode::StackOverflow => TrapKind::StackOverflow,
				wasmi::TrapCode::BadSignature => TrapKind::BadSignature,
				other => panic!("{other:?}"),
			}),
			None => match error.kind() {
				wasmi::errors::ErrorKind::Instantiation(_) => {
					Exit::Trap(TrapKind::TableOutOfBounds)
				}
				_ => panic!("{error}"),
			},
		},
	};
	let left = store.get_fuel().expect("fuel is on");
	let fuel = if exit == Exit::OutOfFuel {
		FUEL
	} else {
		FUEL - left
	};
	Shown { exit, fuel, pages }
}

/// In the executor, in slices of some size. `None` where its rules refuse the module.
pub fn ours(wasm: &[u8], slice: u64) -> Option<Shown> {
	let executor = Executor::new(Config {
		slice,
		..Config::default()
	});
	let program = match executor.load(wasm) {
		Ok(program) => program,
		Err(tea_executor::LoadError::BadModule(bad)) if bad.fault() == ModuleFault::Structure => {
			return None;
		}
		Err(error) => panic!("{error}"),
	};
	let start = program.facts().start_fuel;
	let job = Job {
		limits: Limits {
			fuel: FUEL + start,
			..Limits::default()
		},
		..Job::default()
	};
	let outcome = executor
		.run(&program, job, &Cancel::new())
		.expect("never a fault of the machine");
	Some(Shown {
		exit: outcome.exit,
		fuel: outcome.fuel_used - start,
		pages: outcome.peak_pages,
	})
}

/// The whole comparison. Answers whether the bytes made a module that could be compared.
pub fn compare(bytes: &[u8]) -> bool {
	let Some(wasm) = guest(bytes) else {
		return false;
	};
	let slice = [1, 97, 5_000, 20_000_000][usize::from(bytes.first().copied().unwrap_or(0) % 4)];
	let Some(ours) = ours(&wasm, slice) else {
		return false;
	};
	assert_eq!(ours, plain(&wasm), "slices of {slice}");
	true
}
