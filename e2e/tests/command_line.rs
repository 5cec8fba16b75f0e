//! Bad input on the command line: one clear sentence, a non-zero exit, soon.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::{ffi::OsStr, net::TcpListener, path::Path, time::Duration};
use tea_e2e::{Lab, run};

/// A node that will not run says so by then. Most checks take milliseconds; building a broken genesis runs the runtime.
const SOON: Duration = Duration::from_secs(40);

/// `tea-node` with `args` ends with an error and a sentence that contains all of `says`.
async fn refuses<S: AsRef<OsStr>>(
	lab: &Lab,
	args: impl IntoIterator<Item = S>,
	says: &[&str],
) -> Result<()> {
	let output = lab.run_node(args, SOON).await?;
	let stderr = &output.stderr;
	ensure!(!output.status.success(), "it succeeded:\n{stderr}");
	ensure!(
		output.status.code().is_some(),
		"it was ended by {}:\n{stderr}",
		output.status
	);
	for mark in [
		"Thread 'main' panicked",
		"This is a bug",
		"backtrace",
		"BACKTRACE",
	] {
		ensure!(
			!stderr.contains(mark),
			"it shows its inside ({mark}):\n{stderr}"
		);
	}
	// clap adds usage and hints in further lines; what we say is one line.
	let by_clap = stderr
		.split_once("error: ")
		.filter(|_| output.status.code() == Some(2));
	let ours = || stderr.lines().find_map(|line| line.strip_prefix("Error: "));
	let sentence = by_clap
		.map(|(_, sentence)| sentence)
		.or_else(ours)
		.with_context(|| format!("no error is said:\n{stderr}"))?;
	for word in says {
		ensure!(
			sentence.contains(word),
			"nothing is said of {word:?}:\n{stderr}"
		);
	}
	ensure!(
		sentence.len() < 700,
		"that is not one sentence:\n{sentence}"
	);
	let mut of_runtime = false;
	for line in stderr.lines().filter(|_| by_clap.is_none()) {
		ensure!(
			is_log(line) || of_runtime || line.ends_with(sentence),
			"this belongs to nothing: {line}\n{stderr}"
		);
		// Why the runtime refuses a genesis stands in the second line of a log entry.
		of_runtime = is_log(line) && line.contains("panicked at");
	}
	Ok(())
}

/// A line of the log begins with a date; the log may be written after the sentence.
fn is_log(line: &str) -> bool {
	let mut date = line.split(' ').next().unwrap_or_default().split('-');
	date.clone().count() == 3 && date.all(|part| part.parse::<u16>().is_ok())
}

/// The same for arguments with which a node might come as far as to open its ports: the usual ones may be another test's.
async fn refuses_to_run(lab: &Lab, args: &[&str], says: &[&str]) -> Result<()> {
	const ANY: [&str; 6] = ["--port", "0", "--rpc-port", "0", "--prometheus-port", "0"];
	refuses(lab, args.iter().chain(&ANY), says).await
}

#[test]
fn unknown_flags_suggest_the_right_ones() {
	run("unknown_flags_suggest_the_right_ones", async |lab| {
		refuses(lab, ["--validater"], &["--validater", "--validator"]).await?;
		refuses(lab, ["purge-chian"], &["purge-chian", "purge-chain"]).await?;
		refuses(
			lab,
			["--dev", "--rpc-port", "70000"],
			&["--rpc-port", "70000"],
		)
		.await?;
		refuses(
			lab,
			["--dev", "--bootnodes", "nobody"],
			&["--bootnodes", "nobody"],
		)
		.await?;
		refuses(lab, ["--alice", "--bob"], &["--alice", "--bob"]).await?;
		refuses_to_run(lab, &["--dev", "--tmp", "--node-key", "abc"], &["node key"]).await
	});
}

#[test]
fn help_and_version_are_complete() {
	run("help_and_version_are_complete", async |lab| {
		let help = lab.run_node(["--help"], SOON).await?;
		ensure!(help.status.success(), "--help ends with {}", help.status);
		for word in [
			"Examples:",
			"--chain",
			"--rpc-port",
			"export-chain-spec",
			"purge-chain",
		] {
			ensure!(help.stdout.contains(word), "--help says nothing of {word}");
		}
		let version = lab.run_node(["--version"], SOON).await?;
		ensure!(
			version.status.success() && version.stdout.starts_with("tea-node "),
			"--version says {:?}",
			version.stdout
		);
		Ok(())
	});
}

#[test]
fn unusable_base_path_is_named() {
	run("unusable_base_path_is_named", async |lab| {
		// A directory below a file: not even root can make it.
		let file = lab.write("file", "not a directory")?;
		let path = file.join("base");
		let path = path.to_string_lossy();
		refuses_to_run(
			lab,
			&["--dev", "--base-path", &path],
			&[&path, "--base-path"],
		)
		.await?;
		refuses_to_run(
			lab,
			&["--dev", "--base-path", "/proc/tea"],
			&["/proc/tea", "--base-path"],
		)
		.await
	});
}

#[test]
fn chain_that_is_not_there_is_named() {
	run("chain_that_is_not_there_is_named", async |lab| {
		refuses_to_run(
			lab,
			&["--chain", "nowhere", "--tmp"],
			&["nowhere", "dev", "local"],
		)
		.await?;
		refuses_to_run(
			lab,
			&["--chain", "/no/such/spec.json", "--tmp"],
			&["/no/such/spec.json"],
		)
		.await?;
		refuses_to_run(lab, &["--tmp"], &["--chain", "--dev"]).await?;
		let directory = lab.dir().to_string_lossy();
		refuses_to_run(
			lab,
			&["--chain", &directory, "--tmp"],
			&[&directory, "cannot be read"],
		)
		.await
	});
}

#[test]
fn live_template_is_not_run() {
	run("live_template_is_not_run", async |lab| {
		refuses_to_run(lab, &["--chain", "live", "--tmp"], &["live", "registrars"]).await
	});
}

#[test]
fn corrupted_chain_spec_is_named() {
	run("corrupted_chain_spec_is_named", async |lab| {
		let export = lab
			.run_node(["export-chain-spec", "--chain", "dev"], SOON)
			.await?;
		ensure!(
			export.status.success(),
			"export-chain-spec fails:\n{}",
			export.stderr
		);
		let good: Value = serde_json::from_str(&export.stdout).context("not JSON")?;
		let genesis = "/genesis/runtimeGenesis";
		ensure!(good.pointer(genesis).is_some(), "the spec has no {genesis}");

		let half = &export.stdout[..export.stdout.len() / 2];
		for (name, content) in [
			("half.json", half.to_owned()),
			("empty.json", String::new()),
			("list.json", "[]".to_owned()),
			("nameless.json", changed(&good, "/name", Value::Null)?),
			("no-genesis.json", changed(&good, "/genesis", json!({}))?),
			(
				"no-code.json",
				changed(&good, &format!("{genesis}/code"), json!("0x00"))?,
			),
			(
				"bad-hex.json",
				changed(&good, &format!("{genesis}/code"), json!("zz"))?,
			),
		] {
			spec_is_refused(lab, name, &content).await?;
		}

		for (name, patch) in [
			("typo.json", json!({ "balances": { "balance": [] } })),
			("nonsense.json", json!({ "balances": "much" })),
			("no-validators.json", json!({})),
			(
				"thrifty.json",
				json!({ "validatorSet": { "validators": [[ALICE, 1]] } }),
			),
		] {
			let mut spec = good.clone();
			let genesis = spec.pointer_mut(genesis).context("it was there")?;
			*genesis = json!({ "code": genesis["code"], "patch": patch });
			spec_is_refused(lab, name, &spec.to_string()).await?;
		}
		Ok(())
	});
}

const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

/// The spec with another value at `pointer`.
fn changed(spec: &Value, pointer: &str, value: Value) -> Result<String> {
	let mut spec = spec.clone();
	*spec
		.pointer_mut(pointer)
		.with_context(|| format!("nothing at {pointer}"))? = value;
	Ok(spec.to_string())
}

async fn spec_is_refused(lab: &Lab, name: &str, content: &str) -> Result<()> {
	let path = lab.write(name, content)?;
	let path = path.to_string_lossy();
	refuses_to_run(lab, &["--chain", &path, "--tmp"], &[name])
		.await
		.with_context(|| format!("chain spec {name}"))
}

#[test]
fn ports_in_use_are_named() {
	run("ports_in_use_are_named", async |lab| {
		let taken = TcpListener::bind("0.0.0.0:0")?;
		let port = taken.local_addr()?.port().to_string();
		for flag in ["--port", "--rpc-port", "--prometheus-port"] {
			let free = ["--port", "--rpc-port", "--prometheus-port"]
				.into_iter()
				.filter(|other| *other != flag)
				.flat_map(|other| [other, "0"]);
			let args = ["--dev", "--tmp", flag, &port].into_iter().chain(free);
			refuses(lab, args, &[&port, flag])
				.await
				.with_context(|| flag.to_owned())?;
		}
		Ok(())
	});
}

#[test]
fn ports_of_a_node_are_not_taken() {
	run("ports_of_a_node_are_not_taken", async |lab| {
		let node = lab.node("alice").arg("--dev").start().await?;
		let p2p = node.p2p_socket().await?;
		let rpc = node.rpc_address().port();
		let metrics = node.metrics_address().port();
		for (flag, port, others) in [
			(
				"--listen-addr",
				p2p.port(),
				"--rpc-port 0 --prometheus-port 0",
			),
			("--rpc-port", rpc, "--port 0 --prometheus-port 0"),
			("--prometheus-port", metrics, "--port 0 --rpc-port 0"),
		] {
			let value = match flag {
				"--listen-addr" => format!("/ip4/127.0.0.1/tcp/{port}"),
				_ => port.to_string(),
			};
			let args = ["--dev", "--tmp", flag, &value]
				.into_iter()
				.chain(others.split(' '));
			refuses(lab, args, &[&port.to_string(), flag]).await?;
		}
		Ok(())
	});
}

#[test]
fn database_in_use_is_named() {
	run("database_in_use_is_named", async |lab| {
		let node = lab.node("alice").arg("--dev").start().await?;
		let base = lab.dir().join("alice");
		let base = base.to_string_lossy();
		let free = "--port 0 --rpc-port 0 --prometheus-port 0".split(' ');
		refuses(
			lab,
			["--dev", "--base-path", &base].into_iter().chain(free),
			&[&base],
		)
		.await?;
		ensure!(Path::new(&*base).is_dir(), "the base path is gone");
		node.rpc().best().await?;
		Ok(())
	});
}
