//! The engine: one configuration for everybody, and its id.

use crate::{cost, hash::blake2_256};
use serde::Serialize;
use std::sync::LazyLock;
use tea_guest_abi as abi;
use wasmi::{CompilationMode, Config, CustomFuelCosts, EnforcedLimits};

/// Features that the engine is compiled with. Tests pin those that show in results.
const FEATURES: [&str; 5] = [
	"deterministic",
	"libm",
	"portable-dispatch",
	"std",
	"validate",
];

/// The configuration as numbers, in the order in which [`config`] sets them.
const SETTINGS: &[(&str, u64)] = &[
	("bulk-memory", 1),
	("custom-page-sizes", 0),
	("extended-const", 1),
	("floats", 1),
	("memory64", 0),
	("multi-memory", 0),
	("multi-value", 1),
	("mutable-global", 1),
	("reference-types", 1),
	("relaxed-simd", 0),
	("saturating-float-to-int", 1),
	("sign-extension", 1),
	("simd", 0),
	("start-function", 0),
	("tail-call", 0),
	("wide-arithmetic", 0),
	("bytes-copied-per-fuel", BYTES_COPIED_PER_FUEL as u64),
	("fuel-per-byte-translated", 0),
	("fuel-per-byte-validated", 0),
	("max-call-depth", abi::MAX_CALL_DEPTH as u64),
	("max-stack-bytes", abi::MAX_STACK_BYTES as u64),
	("max-table-elements", abi::MAX_TABLE_ELEMENTS as u64),
	("max-functions", 10_000),
	("max-globals", 1_000),
	("max-segments", 1_000),
	("max-tables", 100),
	("max-params-results", 32),
	("min-bytes-per-function", 40),
	("call-base", abi::CALL_BASE),
	("cap-call-base", abi::CAP_CALL_BASE),
	("start-base", abi::START_BASE),
	("start-per-code-byte", abi::FUEL_PER_CODE_BYTE),
	("start-per-page", abi::FUEL_PER_START_PAGE),
];

const BYTES_COPIED_PER_FUEL: u32 = 64;

/// Name of an engine and of everything about it that decides about results and fuel. Fuel of two ids is never compared.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct EngineId(pub [u8; 32]);

impl std::fmt::Debug for EngineId {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "EngineId({self})")
	}
}

impl std::fmt::Display for EngineId {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
	}
}

#[derive(Serialize)]
struct Description {
	name: &'static str,
	version: &'static str,
	table: &'static str,
	features: &'static [&'static str],
	settings: &'static [(&'static str, u64)],
	operators: &'static [(&'static str, u8)],
}

/// The id of the engine that this crate is built with.
pub fn engine_id() -> EngineId {
	static ID: LazyLock<EngineId> = LazyLock::new(|| {
		let description = Description {
			name: abi::ENGINE_NAME,
			version: abi::ENGINE_VERSION,
			table: abi::COST_TABLE,
			features: &FEATURES,
			settings: SETTINGS,
			operators: cost::OPERATORS,
		};
		let bytes = serde_ipld_dagcbor::to_vec(&description)
			.expect("numbers, texts and lists of them have an encoding; qed");
		EngineId(blake2_256(&[&bytes]))
	});
	*ID
}

/// The configuration of the engine. Not for use outside of tests and benchmarks, which compare it with others.
#[doc(hidden)]
pub fn config() -> Config {
	let mut config = Config::default();
	config
		.consume_fuel(true)
		// Validates everything at once; only the translation of a function waits for its first call.
		.compilation_mode(CompilationMode::LazyTranslation)
		.operator_cost(cost::operator_cost())
		.fuel_cost(CustomFuelCosts {
			bytes_copied_per_fuel: BYTES_COPIED_PER_FUEL,
			// Else the first call of a function would cost more than the second. The start pays by the byte instead.
			fuel_per_bytes_translated: 0,
			fuel_per_bytes_validated: 0,
		})
		.enforced_limits(EnforcedLimits::strict())
		.allow_start_fn(false)
		.ignore_custom_sections(true)
		.floats(true)
		.wasm_mutable_global(true)
		.wasm_sign_extension(true)
		.wasm_saturating_float_to_int(true)
		.wasm_multi_value(true)
		.wasm_bulk_memory(true)
		.wasm_reference_types(true)
		.wasm_extended_const(true)
		.wasm_multi_memory(false)
		.wasm_tail_call(false)
		.wasm_custom_page_sizes(false)
		.wasm_wide_arithmetic(false);
	config.set_max_recursion_depth(abi::MAX_CALL_DEPTH);
	config.set_max_stack_height(abi::MAX_STACK_BYTES);
	// A stack that waits for the next run would hold what this one computed.
	config.set_max_cached_stacks(0);
	config
}

#[cfg(test)]
mod tests {
	use super::*;
	use wasmi::{Engine, Linker, Module, Store};

	#[test]
	fn the_id_changes_on_purpose_only() {
		// A new value here means: fuel of before and after are not comparable, and every module needs a new manifest.
		assert_eq!(
			engine_id().to_string(),
			"e2f29d385fd581a76f142b143e01ceb6c7f1855c055c004c4a748fa77ca42adb"
		);
	}

	fn call<R: wasmi::WasmResults>(wat: &str) -> Result<R, wasmi::Error> {
		let engine = Engine::new(&config());
		let module = Module::new(
			&engine,
			wat::parse_str(wat).expect("a test writes valid wat"),
		)?;
		let mut store = Store::new(&engine, ());
		store.set_fuel(1_000_000)?;
		let instance = Linker::new(&engine).instantiate_and_start(&mut store, &module)?;
		instance
			.get_typed_func::<(), R>(&store, "f")?
			.call(&mut store, ())
	}

	/// Crate features vanish silently when a workspace is put together anew; these results show two of them.
	#[test]
	fn nan_is_canonical() {
		let bits: i32 = call(
			r#"(module (func (export "f") (result i32)
				(i32.reinterpret_f32 (f32.div (f32.const 0) (f32.const 0)))))"#,
		)
		.expect("runs");
		assert_eq!(bits as u32, 0x7fc0_0000);
		let payload: i64 = call(
			r#"(module (func (export "f") (result i64)
				(i64.reinterpret_f64 (f64.add (f64.const nan:0x123456) (f64.const 1)))))"#,
		)
		.expect("runs");
		assert_eq!(payload as u64, 0x7ff8_0000_0000_0000);
		let promoted: i64 = call(
			r#"(module (func (export "f") (result i64)
				(i64.reinterpret_f64 (f64.promote_f32 (f32.const -nan:0x200001)))))"#,
		)
		.expect("runs");
		assert_eq!(promoted as u64, 0x7ff8_0000_0000_0000);
	}

	#[test]
	fn float_functions_are_those_of_libm() {
		for (operator, argument, expected) in [
			("sqrt", "0x1.921fb54442d18p+1", 1.772_453_850_905_515_9_f64),
			("nearest", "-0x1.8p+0", -2.0),
			("nearest", "0x1.4p+1", 2.0),
			("ceil", "-0x1.8p-1", -0.0),
			("floor", "-0x1.8p-1", -1.0),
			("trunc", "-0x1.cp+0", -1.0),
		] {
			let bits: i64 = call(&format!(
				r#"(module (func (export "f") (result i64)
					(i64.reinterpret_f64 (f64.{operator} (f64.const {argument})))))"#
			))
			.expect("runs");
			assert_eq!(bits as u64, expected.to_bits(), "{operator} {argument}");
		}
	}

	#[test]
	fn what_is_switched_off_is_refused() {
		for (name, text) in [
			("simd", "(module (func (drop (v128.const i64x2 0 0))))"),
			("tail calls", "(module (func $f (return_call $f)))"),
			("threads", "(module (memory 1 1 shared))"),
			("64-bit memory", "(module (memory i64 1))"),
			("several memories", "(module (memory 1) (memory 1))"),
			("exceptions", "(module (tag))"),
			("page sizes", "(module (memory 1 (pagesize 1)))"),
			(
				"wide arithmetic",
				"(module (func (param i64) (result i64 i64) (i64.mul_wide_u (local.get 0) (local.get 0))))",
			),
			("garbage collection", "(module (type (struct)))"),
			(
				"start function",
				"(module (func $f) (start $f) (func (export \"f\") (result i32) i32.const 0))",
			),
		] {
			assert!(call::<i32>(text).is_err(), "{name}");
		}
	}
}
