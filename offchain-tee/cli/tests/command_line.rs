//! The program as people run it, with what people get wrong: one sentence, the next step, an exit code, never a panic.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used)]

use std::{
	fs,
	os::unix::fs::PermissionsExt,
	process::{Command, Output},
};

/// Nobody listens on port 1 of the loopback.
const NOBODY: &str = "ws://127.0.0.1:1";
const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

struct Ended {
	code: i32,
	stdout: String,
	stderr: String,
}

fn tea(args: &[&str]) -> Ended {
	let Output {
		status,
		stdout,
		stderr,
	} = Command::new(env!("CARGO_BIN_EXE_tea"))
		.args(args)
		.env_remove("TEA_NODE_URL")
		.env_remove("TEA_KEY")
		.env_remove("TEA_GENESIS")
		.env_remove("TEA_TPM")
		// What the TPM library writes by itself.
		.env("TSS2_LOG", "all+NONE")
		.output()
		.unwrap();
	let ended = Ended {
		code: status.code().expect("no signal ended it"),
		stdout: String::from_utf8(stdout).unwrap(),
		stderr: String::from_utf8(stderr).unwrap(),
	};
	assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
	ended
}

/// It ends with this code, one sentence that has this in it, and a next step.
fn fails(args: &[&str], code: i32, sentence: &str) {
	let ended = tea(args);
	assert_eq!(ended.code, code, "{args:?}: {}", ended.stderr);
	assert!(
		ended.stderr.contains(sentence),
		"{args:?}: {}",
		ended.stderr
	);
	if code != 2 || ended.stderr.starts_with("error: ") && ended.stderr.contains("next step") {
		let lines: Vec<_> = ended.stderr.trim().lines().collect();
		assert_eq!(lines.len(), 2, "{args:?}: {}", ended.stderr);
		assert!(lines[1].starts_with("next step: "), "{}", ended.stderr);
	}
}

#[test]
fn help_lists_commands_and_exit_codes() {
	let help = tea(&["--help"]);
	assert_eq!(help.code, 0);
	for word in ["doctor", "enrol", "modules", "Exit codes:", "lockout"] {
		assert!(help.stdout.contains(word), "{word}: {}", help.stdout);
	}
}

#[test]
fn a_node_that_is_not_there_is_said_at_once() {
	fails(&["--node", NOBODY, "modules"], 4, "no node answers");
	fails(&["--node", "http://here", "modules"], 6, "no address");
	fails(&["--node", NOBODY, "issuer", "list"], 4, NOBODY);
	let json = tea(&["--json", "--node", NOBODY, "modules"]);
	let error: serde_json::Value = serde_json::from_str(&json.stderr).unwrap();
	assert_eq!(error["code"], 4);
	assert!(error["next"].as_str().is_some_and(|next| !next.is_empty()));
}

#[test]
fn doctor_without_a_tpm_says_so_and_goes_on() {
	let args = [
		"--json",
		"--node",
		NOBODY,
		"doctor",
		"--tpm",
		"device:/dev/there-is-no-tpm",
		"--class",
		"Dev",
	];
	let ended = tea(&args);
	assert_eq!(ended.code, 12, "{}", ended.stderr);
	let checks: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
	let state = |name: &str| {
		let checks = checks.as_array().unwrap();
		let check = checks.iter().find(|check| check["check"] == name).unwrap();
		check["state"].as_str().unwrap().to_owned()
	};
	assert_eq!(state("TPM"), "fail");
	assert_eq!(state("EK certificate"), "skip");
	assert_eq!(state("node"), "fail");
	assert_eq!(state("clock"), "skip");

	let text = tea(&args[1..]);
	assert!(text.stdout.contains("next step:"), "{}", text.stdout);
	assert!(text.stderr.contains("checks failed"), "{}", text.stderr);
}

#[test]
fn a_place_that_is_no_tpm_is_a_usage_error() {
	fails(&["doctor", "--tpm", "device"], 2, "device:/dev/tpmrm0");
	fails(&["doctor", "--tpm", "usb"], 2, "is no place of a TPM");
	fails(&["doctor", "--class", "X"], 2, "is no class");
}

#[test]
fn a_typing_error_in_the_configuration_is_named() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("module.toml");
	let file = path.to_str().unwrap();
	fails(&["enrol", "--config", file], 2, "module.toml");
	fs::write(&path, "modul = 1\nclass = \"Dev\"\n").unwrap();
	fails(&["enrol", "--config", file], 2, "modul");
	fs::write(&path, "module = 1\nclass = \"Z\"\n").unwrap();
	fails(&["doctor", "--config", file], 2, "class");
}

#[test]
fn keys_are_looked_at_before_the_node() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("key");
	let file = path.to_str().unwrap();
	let transfer = ["--node", NOBODY, "transfer", ALICE, "1"];
	fails(&transfer, 28, "no key is named");
	let with = |file| [&["--key", file], &transfer[..]].concat();
	fails(&with(file), 28, "cannot be read");
	fs::write(&path, "//Alice").unwrap();
	fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
	fails(&with(file), 28, "may be read by others");
	fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
	fails(&with(file), 4, "no node answers");
	fs::write(&path, "a secret that is none").unwrap();
	let ended = tea(&with(file));
	assert_eq!(ended.code, 28);
	assert!(!ended.stderr.contains("a secret that is none"));
	fails(&["--suri", "", "transfer", ALICE, "1"], 28, "secret");
}

#[test]
fn arguments_that_are_none_are_usage_errors() {
	fails(&["transfer", "Alice", "1"], 2, "is no account");
	fails(&["transfer", ALICE, "much"], 2, "is no amount");
	fails(
		&["--genesis", "0x12", "modules"],
		2,
		"64 hexadecimal digits",
	);
	fails(&["module", "show", "first"], 2, "invalid digit");
	fails(&["module", "set-operator", "1", "me"], 2, "is no account");
}

#[test]
fn a_file_that_is_no_certificate_is_refused_without_a_node() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("issuer.pem");
	fs::write(&path, "nonsense").unwrap();
	let args = [
		"--node",
		NOBODY,
		"issuer",
		"add",
		"1",
		"--certificate",
		path.to_str().unwrap(),
		"--class",
		"Dev",
		"--vendor",
		"IBM",
		"--suri",
		"//Alice",
	];
	fails(&args, 6, "no certificate and no public key");
}

#[test]
fn a_release_is_computed_out_of_files() {
	let dir = tempfile::tempdir().unwrap();
	let exe = dir.path().join("tea-module");
	let spec = dir.path().join("chain.json");
	fs::write(&exe, "the executable").unwrap();
	fs::write(&spec, "{\"genesis\":{\"raw\":{}},\"bootNodes\":[\"a\"]}").unwrap();
	let compute = |exe: &str| {
		tea(&[
			"--json",
			"release",
			"compute",
			"--class",
			"Dev",
			"--module-exe",
			exe,
			"--spec",
			spec.to_str().unwrap(),
		])
	};
	let first = compute(exe.to_str().unwrap());
	assert_eq!(first.code, 0, "{}", first.stderr);
	let values: serde_json::Value = serde_json::from_str(&first.stdout).unwrap();
	assert_eq!(values["strict"], serde_json::json!([11, 12, 13]));
	assert_eq!(values["valueSets"][0].as_array().unwrap().len(), 3);
	// Boot nodes are no part of what is measured, the executable is.
	fs::write(&spec, "{\"bootNodes\":[\"b\"],\"genesis\":{\"raw\":{}}}").unwrap();
	assert_eq!(compute(exe.to_str().unwrap()).stdout, first.stdout);
	fs::write(&exe, "another executable").unwrap();
	assert_ne!(compute(exe.to_str().unwrap()).stdout, first.stdout);
	let missing = compute("/nowhere/tea-module");
	assert_eq!(missing.code, 6, "{}", missing.stderr);
}

#[test]
fn what_cannot_be_deployed_is_said_before_anybody_is_asked() {
	let dir = tempfile::tempdir().unwrap();
	let path = |name: &str| dir.path().join(name).display().to_string();
	let (keys, picture, code) = (path("keys"), path("picture.png"), path("code.wasm"));
	fs::write(&picture, b"\x89PNG").unwrap();
	fs::write(&code, b"\0asm\x01\0\0\0").unwrap();
	let deploy = |args: &[&str], exit: i32, sentence: &str| {
		let common = [
			"--node", NOBODY, "--suri", "//Alice", "deploy", "--keys", &keys,
		];
		fails(&[&common[..], args].concat(), exit, sentence);
	};
	deploy(&["/nowhere/file"], 6, "cannot be read");
	deploy(&[&code], 6, "not a guest");
	deploy(
		&[&picture, "--terms", "/nowhere/terms"],
		6,
		"cannot be read",
	);
	deploy(&[&picture, "--kind", "code", "--ad-hoc"], 6, "not a guest");
	deploy(&[&picture, "--ipfs-api", "here"], 6, "no address");
	deploy(
		&[&picture, "--plain", "--private"],
		2,
		"cannot be used with",
	);
	deploy(&[&picture, "--replicas", "17"], 2, "17");
	deploy(&[&picture, "--class", "E"], 2, "no class");
	deploy(&[&picture, "--allow-node", "3"], 2, "no node");
	deploy(
		&[&picture, "--host", "tcp:192.0.2.1:1"],
		2,
		"leave this machine",
	);
	deploy(&[&picture], 4, "no node answers");
	// Nobody was asked, so there is nothing to go on with.
	assert_eq!(fs::read_dir(&keys).unwrap().count(), 0);

	fs::set_permissions(&keys, fs::Permissions::from_mode(0o755)).unwrap();
	deploy(&[&picture], 6, "may look into");
}

#[test]
fn deployments_are_named_by_their_hash() {
	let id = format!("0x{}", "4c".repeat(32));
	for args in [
		&["pins", "4"][..],
		&["reseed", "0x12"],
		&["retire", "picture.png"],
		&["fetch", "0xzz", "--out", "x"],
	] {
		fails(args, 2, "hexadecimal");
	}
	fails(&["--node", NOBODY, "pins", &id], 4, "no node answers");
	let key = ["--node", NOBODY, "--suri", "//Alice"];
	fails(&[&key[..], &["retire", &id]].concat(), 4, "no node answers");
	fails(&[&key[..], &["reseed", &id]].concat(), 4, "no node answers");
}

#[test]
fn nothing_is_overwritten_unasked() {
	let dir = tempfile::tempdir().unwrap();
	let out = dir.path().join("copy");
	fs::write(&out, "mine").unwrap();
	let id = format!("0x{}", "4c".repeat(32));
	let out_text = out.display().to_string();
	let fetch = ["--node", NOBODY, "fetch", &id, "--out", &out_text];
	fails(&fetch, 7, "is there already");
	fails(&[&fetch[..], &["--force"]].concat(), 4, "no node answers");
	assert_eq!(fs::read_to_string(&out).unwrap(), "mine");
}

#[test]
fn errands_are_named_and_ordered_rightly_or_refused_at_once() {
	let dir = tempfile::tempdir().unwrap();
	let keys = dir.path().join("keys");
	let keys = keys.to_str().unwrap();
	let with = |args: &[&'static str]| -> Vec<String> {
		let own = ["--node", NOBODY, "--suri", "//Alice"];
		let args = own.iter().chain(args).map(|arg| (*arg).to_owned());
		args.chain(["--keys".into(), keys.into()]).collect()
	};
	let fails_with = |args: &[&'static str], code, sentence| {
		let args = with(args);
		let args: Vec<_> = args.iter().map(String::as_str).collect();
		fails(&args, code, sentence);
	};
	fails_with(&["result", "seven"], 2, "no number of an errand");
	fails_with(&["run", "0x12"], 2, "64 hexadecimal digits");
	fails_with(
		&["run", "a.wasm", "--capability", "fly"],
		2,
		"no capability",
	);
	fails_with(&["run", "a.wasm", "--payee-price", "1"], 2, "--payee");
	fails_with(&["run", "a.wasm", "--fuel", "0"], 2, "--fuel");
	fails_with(
		&["run", "a.wasm", "--params", "@/nowhere"],
		6,
		"cannot be read",
	);
	fails_with(
		&["run", "a.wasm", "--spec", "/nowhere"],
		6,
		"chain specification",
	);
	fails_with(&["run", "a.wasm"], 4, NOBODY);
	fails_with(&["result", "7"], 4, NOBODY);
	fails_with(&["verify", "7"], 4, NOBODY);
	fails_with(&["supply", "7"], 4, NOBODY);
	fails_with(&["errands", "--serve-keys"], 4, NOBODY);
	fails(&["--node", NOBODY, "refuse", "7"], 28, "no key is named");
	fails(&["--node", NOBODY, "cancel", "7"], 28, "no key is named");
	fails(&["--node", NOBODY, "run", "a.wasm"], 28, "no key is named");
}

#[test]
fn bundle_that_is_none_is_refused_without_a_node() {
	let dir = tempfile::tempdir().unwrap();
	let keys = dir.path().join("keys");
	let keys = keys.to_str().unwrap();
	let path = dir.path().join("pot.json");
	let file = path.to_str().unwrap();
	let refused = |text: &str, code, sentence| {
		fs::write(&path, text).unwrap();
		fails(
			&["verify", "--bundle", file, "--keys", keys],
			code,
			sentence,
		);
	};
	refused("{}", 6, "missing field");
	refused("[", 6, "cannot be read");
	let empty = r#"{"format": "tea/pot-bundle/v1", "genesis": "0x", "errand": 1, "beaconHistory": 256,
		"headers": [], "justification": null, "states": [], "claimed": null, "result": null}"#;
	refused(empty, 9, "there is no header");
	let nothing = empty.replace("\"0x\"", &format!("\"0x{}\"", "11".repeat(32)));
	fs::write(&path, nothing).unwrap();
	let ended = tea(&["--json", "verify", "--bundle", file, "--keys", keys]);
	assert_eq!(ended.code, 9, "{}", ended.stderr);
	let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
	assert_eq!(report["verdict"], "refused");
	assert_eq!(report["checks"][0]["name"], "finality");
	fails(
		&["verify", "--bundle", "/nowhere", "--keys", keys],
		6,
		"check the path",
	);
	fails(&["verify"], 2, "ERRAND");
	fails(&["verify", "7", "--bundle", file], 2, "cannot be used with");
}
