//! Modules that no executor runs, each with the name of what is wrong.

mod support;

use support::*;
use tea_executor::{
	BadModule, Exit, Job, LoadError, Manifest, ModuleFault, Program,
	package::{CapabilityBudget, CapabilityNeed},
};

const FRAME: &str = r#"(func (export "tea_abi") (result i32) i32.const 1)
	(func (export "tea_run") (result i32) i32.const 0)"#;
const MEMORY: &str = r#"(memory (export "memory") 1)"#;

fn refused(object: &[u8]) -> BadModule {
	match Program::new(object) {
		Err(LoadError::BadModule(bad)) => bad,
		other => panic!("{other:?}"),
	}
}

fn text(fields: &str) -> BadModule {
	refused(&assemble(&format!("(module {fields})")))
}

#[test]
fn the_frame_of_these_tests_is_accepted() {
	let object = assemble(&format!("(module {MEMORY} {FRAME})"));
	let program = Program::new(&object).expect("nothing is wrong with it");
	assert_eq!((program.facts().functions, program.facts().pages), (2, 1));
	assert_eq!(run(&object, Job::default()).exit, Exit::Ok);
}

#[test]
fn imports_are_named() {
	for (import, module, name, why) in [
		(
			r#"(import "env" "open" (func))"#,
			"env",
			"open",
			"only functions of the module tea1",
		),
		(
			r#"(import "wasi_snapshot_preview1" "fd_write" (func))"#,
			"wasi_snapshot_preview1",
			"fd_write",
			"WASI is not offered",
		),
		(
			r#"(import "tea1" "fuel_left" (func (result i64)))"#,
			"tea1",
			"fuel_left",
			"no function of that name",
		),
		(
			r#"(import "tea1" "in_count" (func (result i64)))"#,
			"tea1",
			"in_count",
			"its type must be () -> (i32)",
		),
		(
			r#"(import "tea1" "in_count" (global i32))"#,
			"tea1",
			"in_count",
			"only functions",
		),
		(
			r#"(import "tea1" "memory" (memory 1))"#,
			"tea1",
			"memory",
			"only functions",
		),
		(
			r#"(import "tea1" "cap_call" (func (param i32 i32 i32 i32) (result i64)))"#,
			"tea1",
			"cap_call",
			"asks for no capability",
		),
		(
			r#"(import "tea1" "res_drop" (func (param i64)))"#,
			"tea1",
			"res_drop",
			"asks for no capability",
		),
		(
			r#"(import "a\n\00b" "c" (func))"#,
			"a\\n\\u{0}b",
			"c",
			"only functions of the module tea1",
		),
	] {
		let error = text(&format!("{import} {MEMORY} {FRAME}"));
		assert_eq!(error.fault(), ModuleFault::Import, "{import}");
		match &error {
			BadModule::Import {
				module: m,
				name: n,
				why: w,
			} => {
				assert_eq!((m.as_str(), n.as_str()), (module, name));
				assert!(w.contains(why), "{w}");
			}
			other => panic!("{import}: {other:?}"),
		}
	}
}

#[test]
fn an_example_that_opens_files_is_refused() {
	let code = guest("forbidden-import");
	let error = refused(&code);
	assert_eq!(
		error.to_string(),
		"the code imports env.open: only functions of the module tea1 are offered"
	);
	let outcome = run(&code, Job::default());
	assert_eq!(outcome.exit, Exit::BadModule(ModuleFault::Import));
	assert_eq!(outcome.fuel_used, 0);
	assert!(outcome.message.contains("env.open"));
}

#[test]
fn capability_imports_come_with_the_manifest() {
	let wasm = assemble(&format!(
		r#"(module (import "tea1" "res_drop" (func (param i64))) {MEMORY} {FRAME})"#
	));
	let manifest = Manifest {
		caps: vec![CapabilityNeed {
			n: "time".into(),
			ops: vec![0],
			max: CapabilityBudget { calls: 1, bytes: 8 },
		}],
		..Manifest::default()
	};
	let object = manifest.package(&wasm).expect("the manifest is right");
	assert!(Program::new(&object).is_ok());
	assert_eq!(refused(&wasm).fault(), ModuleFault::Import);
}

#[test]
fn exports_are_named() {
	let named = |fields: &str| match text(fields) {
		BadModule::Export { name, why } => (name, why),
		other => panic!("{fields}: {other:?}"),
	};
	let (abi, run) = FRAME.split_once('\n').expect("two lines");
	assert_eq!(named(&format!("{MEMORY} {run}")).0, "tea_abi");
	assert_eq!(named(&format!("{MEMORY} {abi}")).0, "tea_run");
	assert_eq!(named(&format!("(memory 1) {FRAME}")).0, "memory");
	let (name, why) = named(&format!(
		"{MEMORY} {run} (func (export \"tea_abi\") (result i64) i64.const 1)"
	));
	assert_eq!(
		(name, why.as_str()),
		("tea_abi", "its type must be () -> (i32)")
	);
	assert_eq!(
		named(&format!(
			"{MEMORY} {abi} (global (export \"tea_run\") i32 i32.const 0)"
		))
		.0,
		"tea_run"
	);
	assert_eq!(
		named(&format!("(memory 1) (func (export \"memory\")) {FRAME}")).0,
		"memory"
	);
	assert_eq!(
		named(&format!(
			"{MEMORY} {FRAME} (func (export \"_initialize\") (result i32) i32.const 1)"
		))
		.0,
		"_initialize"
	);
}

#[test]
fn memory_is_one_and_small() {
	assert_eq!(text(FRAME).fault(), ModuleFault::Memory);
	assert_eq!(
		text(&format!("{MEMORY} (memory 1) {FRAME}")).fault(),
		ModuleFault::Memory
	);
	let large = format!(r#"(memory (export "memory") 4097) {FRAME}"#);
	assert_eq!(text(&large).fault(), ModuleFault::Memory);
	// More than this errand allows, less than some errand may.
	let object = assemble(&format!(
		r#"(module (memory (export "memory") 2000) {FRAME})"#
	));
	let outcome = run(&object, Job::default());
	assert_eq!(outcome.exit, Exit::BadModule(ModuleFault::Memory));
	assert!(
		outcome.message.contains("2000") && outcome.message.contains("1024"),
		"{:?}",
		outcome.message
	);
}

#[test]
fn a_start_section_is_refused() {
	let error = text(&format!("(func $f) (start $f) {MEMORY} {FRAME}"));
	assert_eq!(error.fault(), ModuleFault::StartSection);
}

#[test]
fn tables_are_bounded_before_anything_is_allocated() {
	let error = text(&format!(
		"(table 60000 funcref) (table 60000 funcref) {MEMORY} {FRAME}"
	));
	assert_eq!(error.fault(), ModuleFault::Structure);
	assert!(error.to_string().contains("120000"), "{error}");
}

#[test]
fn structure_is_bounded() {
	let many = |count: usize, field: &str| {
		let error = text(&format!("{} {MEMORY} {FRAME}", field.repeat(count)));
		assert_eq!(error.fault(), ModuleFault::Structure, "{field}: {error}");
	};
	many(10_001, "(func)");
	many(1_001, "(global i32 i32.const 0)");
	many(1_001, "(data \"\")");
	many(101, "(table 1 funcref)");
	many(10_001, "(type (func))");
	let params = "i64 ".repeat(33);
	let error = text(&format!("(func (param {params})) {MEMORY} {FRAME}"));
	assert_eq!(error.fault(), ModuleFault::Structure);
	// Many tiny functions: work for the translator, bytes for nobody.
	let error = text(&format!(
		"{} {MEMORY} {FRAME}",
		"(func nop nop)".repeat(2_000)
	));
	assert_eq!(error.fault(), ModuleFault::Structure);
}

#[test]
fn proposals_that_are_switched_off_are_refused() {
	for fields in [
		"(func (drop (v128.const i64x2 0 0)))",
		"(func $f (return_call $f))",
		"(tag)",
		"(type (struct))",
		"(func (param i64) (result i64 i64) (i64.add128 (local.get 0) (local.get 0) (local.get 0) (local.get 0)))",
		"(func (result i32) (i32.atomic.load (i32.const 0)))",
	] {
		assert_eq!(
			text(&format!("{fields} {MEMORY} {FRAME}")).fault(),
			ModuleFault::Malformed,
			"{fields}"
		);
	}
	for memory in [
		"(memory (export \"memory\") i64 1)",
		"(memory (export \"memory\") 1 1 shared)",
	] {
		assert_eq!(
			text(&format!("{memory} {FRAME}")).fault(),
			ModuleFault::Malformed,
			"{memory}"
		);
	}
}

#[test]
fn what_is_no_module_is_refused() {
	let good = assemble(&format!("(module {MEMORY} {FRAME})"));
	for length in 4..good.len() {
		assert!(Program::new(&good[..length]).is_err(), "{length} bytes");
	}
	assert_eq!(refused(b"").fault(), ModuleFault::Package);
	assert_eq!(refused(b"(module)").fault(), ModuleFault::Package);
	let component = b"\0asm\x0d\0\x01\0";
	assert_eq!(refused(component).fault(), ModuleFault::Malformed);
	let mut type_error = good.clone();
	// i32.const 0 of tea_run becomes nop nop: nothing is left to return.
	let at = type_error.len() - 3;
	assert_eq!(type_error[at..], [0x41, 0x00, 0x0b]);
	type_error[at..at + 2].copy_from_slice(&[0x01, 0x01]);
	assert_eq!(refused(&type_error).fault(), ModuleFault::Malformed);
}

#[test]
fn another_engine_is_nobodys_fault() {
	let wasm = assemble(&format!("(module {MEMORY} {FRAME})"));
	let mut manifest = Manifest::default();
	manifest.engine.table = "tea-v2".into();
	let object = manifest.package(&wasm).expect("the manifest is right");
	match Program::new(&object) {
		Err(LoadError::EngineMismatch { wanted, have }) => {
			assert_eq!(
				(wanted.as_str(), have.as_str()),
				("wasmi 2.0.0 tea-v2", "wasmi 2.0.0 tea-v1")
			);
		}
		other => panic!("{other:?}"),
	}
	let fault = try_run(&object, Job::default()).expect_err("no outcome");
	assert!(fault.to_string().contains("another module may run it"));
}

#[test]
fn another_version_of_the_abi_is_an_outcome() {
	let object = assemble(
		r#"(module (memory (export "memory") 1)
			(func (export "tea_abi") (result i32) i32.const 2)
			(func (export "tea_run") (result i32) unreachable))"#,
	);
	assert_eq!(
		run(&object, Job::default()).exit,
		Exit::BadModule(ModuleFault::AbiVersion)
	);
}
