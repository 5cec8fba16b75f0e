//! Errands on real processes: code runs on data, the result is proven, everybody is paid, and no loss leaves money behind.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::{collections::BTreeSet, process::Stdio, time::Duration};
use tea_e2e::{
	Forger, Forgery, Guests, ModuleNet, Owner,
	errands::{amount, confirmed, executor, number, stage, wait_stage},
	root, run, wait_until,
};
use tokio::process::Command;

/// Until a module is Active, in blocks of one second on a busy machine.
const ACTIVE: Duration = Duration::from_secs(180);

/// Until an errand has come to a stage, and until key holders have answered.
const SOON: Duration = Duration::from_secs(150);

/// Until many errands have ended.
const MANY: Duration = Duration::from_secs(280);

/// Errands until a module is among the verifiers: with six registrars it is missing in one of eight.
const TRIES: usize = 6;

/// How long a chip takes to sign, like a discrete one.
const QUOTE: Duration = Duration::from_millis(400);

/// One TEA.
const TEA: u128 = 1_000_000_000_000;

/// Exit code of `tea` about a proof or a content that is not what it should be.
const UNTRUSTED: i32 = 9;

/// The most fuel that a module gives a guest: one that uses it up runs for minutes.
const ENDLESS: &str = "100000000000";

/// Fuel for some seconds.
const LONG: &str = "4000000000";

/// What the guest counts.
const TEXT: &str = "the client does not verify the result\nit verifies the proof\n";

/// Its answer.
const WORDS: &str = "11\n";

#[test]
fn errands_of_all_sources_are_proven_and_paid() {
	run("errands_of_all_sources_are_proven_and_paid", async |lab| {
		let guests = Guests::build().await?;
		let net = ModuleNet::start(lab, 4).await?;
		net.wait_all_active(ACTIVE).await?;
		let owner = Owner::new(lab, "//Ferdie", &net.places[1])?;
		let client = Owner::new(lab, "//Eve", &net.places[0])?;
		let (wasm, text) = (guests.path("word-count"), client.write("text.txt", TEXT)?);
		let owned = owner.write("owned.txt", TEXT)?;
		let code = owner
			.deploy(&net, &wasm, &["--price", "1", "--replicas", "4", "--wait"])
			.await?;
		let terms = [
			"--price",
			"2",
			"--reader",
			&code,
			"--replicas",
			"4",
			"--wait",
		];
		let data = owner.deploy(&net, &owned, &terms).await?;
		let open = owner.write("open.txt", TEXT)?;
		let open = owner
			.deploy(&net, &open, &["--ad-hoc", "--replicas", "4", "--wait"])
			.await?;

		// All combinations, the last one with keys that the client supplies.
		let mut ran = vec![
			confirmed(&client, &net, &["run", &code, &data]).await?,
			confirmed(&client, &net, &["run", &code, &text]).await?,
			confirmed(&client, &net, &["run", &wasm, &open]).await?,
			confirmed(&client, &net, &["run", &wasm, &text, "--sealed"]).await?,
		];
		ensure!(paid(&ran[0], "data owner")? == 2 * TEA, "{}", ran[0]);
		ensure!(paid(&ran[0], "developer")? == TEA, "{}", ran[0]);
		ensure!(paid(&ran[1], "data owner")? == 0, "{}", ran[1]);
		for role in ["executor", "verifier"] {
			ensure!(paid(&ran[3], role)? > 0, "no {role} was paid: {}", ran[3]);
		}
		// The same code on the same words, on another module: equal output and equal fuel.
		while executors(&ran).len() < 2 {
			ensure!(ran.len() < 16, "one module runs everything");
			ran.push(confirmed(&client, &net, &["run", &code, &text]).await?);
		}
		for one in &ran {
			ensure!(one["result"]["text"] == WORDS, "{one}");
			ensure!(one["fuel"] == ran[0]["fuel"], "{one} used other fuel");
		}

		evidence_is_checked_anywhere(&net, &client, &ran[0], &ran[1]).await?;
		forged_results_are_refused(&net, &client, &ran[0], &[&code, &data]).await?;
		terms_are_kept(&net, &owner, &client, &wasm, &data, &text).await?;
		guest_faults_pay_gas(&net, &client, &guests).await?;
		private_code_waits_for_its_owner(&net, &owner, &client, &wasm, &text).await?;
		dapps_do_without_us(&net, &code, &data).await
	});
}

/// What everybody of a role got.
fn paid(ran: &Value, role: &str) -> Result<u128> {
	let lines = ran["bill"]["lines"].as_array().context("no bill")?;
	lines
		.iter()
		.filter(|line| line["role"] == role && line["paid"] == true)
		.map(|line| amount(&line["amount"]))
		.sum()
}

fn executors(ran: &[Value]) -> BTreeSet<u64> {
	ran.iter()
		.filter_map(|one| one["executor"].as_u64())
		.collect()
}

/// A saved proof is checked without a node; one that was altered, or is of another errand, is refused.
async fn evidence_is_checked_anywhere(
	net: &ModuleNet,
	client: &Owner,
	one: &Value,
	other: &Value,
) -> Result<()> {
	const NOWHERE: &str = "ws://127.0.0.1:1";
	let (file, forged) = (client.path("proof"), client.path("forged"));
	let verified = client
		.json(net, &["verify", &number(one), "--save", &file])
		.await?;
	ensure!(verified["verdict"] == "verified", "{verified}");
	drawn_as_chance_named(&verified)?;
	let keys = client.path("keys");
	let offline = ["--json", "verify", "--keys", &keys, "--bundle"];
	let answer = net
		.tea_at(NOWHERE, &[&offline[..], &[&file]].concat())
		.await?;
	ensure!(answer.code == 0, "{answer:?}");
	drawn_as_chance_named(&serde_json::from_str(&answer.out)?)?;

	// The result of another errand in place of the own one.
	let second = client.path("second");
	client
		.json(net, &["verify", &number(other), "--save", &second])
		.await?;
	let mut bundle: Value = serde_json::from_slice(&std::fs::read(&file)?)?;
	let strange: Value = serde_json::from_slice(&std::fs::read(&second)?)?;
	bundle["result"] = strange["result"].clone();
	std::fs::write(&forged, serde_json::to_vec(&bundle)?)?;
	let answer = net
		.tea_at(NOWHERE, &[&offline[..], &[&forged]].concat())
		.await?;
	ensure!(answer.code != 0, "a strange result is taken: {answer:?}");
	bundle["errand"] = strange["errand"].clone();
	std::fs::write(&forged, serde_json::to_vec(&bundle)?)?;
	let answer = net
		.tea_at(NOWHERE, &[&offline[..], &[&forged]].concat())
		.await?;
	ensure!(answer.code != 0, "a strange errand is taken: {answer:?}");
	Ok(())
}

/// Executor and verifiers were drawn again, from storage proofs.
fn drawn_as_chance_named(verified: &Value) -> Result<()> {
	let draws = ["ticket", "draw of the executor", "draw of the verifiers"];
	hold(verified, &draws)
}

fn hold(verified: &Value, names: &[&str]) -> Result<()> {
	let checks = verified["checks"].as_array().context("no checks")?;
	for name in names {
		let check = checks.iter().find(|check| check["name"] == *name);
		ensure!(
			check.is_some_and(|check| check["state"] == "holds"),
			"{name} does not hold: {verified}"
		);
	}
	Ok(())
}

/// A host that hands out something else for a result is seen through, and has made nobody lose it.
async fn forged_results_are_refused(
	net: &ModuleNet,
	client: &Owner,
	one: &Value,
	order: &[&str],
) -> Result<()> {
	let forger = Forger::before(&net.places[0].ipfs).await?;
	let deceived = client.through(&forger.url());
	let result = async |owner: &Owner, errand: &str| owner.json(net, &["result", errand]).await;
	ensure!(result(&deceived, &number(one)).await?["result"]["text"] == WORDS);

	// The errand runs and is paid as always; its result does not come through.
	let out = client.path("result");
	forger.forge(Forgery::Altered);
	let refused = async |args: &[&str]| {
		let before = forger.forged();
		let args = [args, &["--out", &out, "--json"]].concat();
		let answer = deceived.tea(net, &args).await?;
		ensure!(
			answer.code == UNTRUSTED && answer.err.contains("not what it names"),
			"not refused: {answer:?}"
		);
		ensure!(answer.err.contains("--ipfs-api"), "{answer:?}");
		ensure!(answer.out.trim().is_empty(), "it is shown: {answer:?}");
		ensure!(!std::path::Path::new(&out).exists(), "it is written");
		ensure!(forger.forged() > before, "nothing was forged");
		Ok(())
	};
	let latest = async || {
		let listed = net.json(&["errands", "--all"]).await?;
		listed["errands"]
			.as_array()
			.and_then(|all| all.iter().filter_map(|one| one["errand"].as_u64()).max())
			.context("there are no errands")
	};
	let before = latest().await?;
	refused(&[&["run"], order].concat()).await?;
	let errand = latest().await?;
	ensure!(errand > before, "it was not posted");
	let errand = errand.to_string();
	ensure!(stage(net, &errand).await?["stage"] == "Confirmed");
	refused(&["result", &errand]).await?;
	// The genuine result of another errand is none either.
	forger.forge(Forgery::Exchanged);
	refused(&["result", &errand]).await?;

	ensure!(result(client, &errand).await?["result"]["text"] == WORDS);
	let verified = client.json(net, &["verify", &errand]).await?;
	ensure!(verified["verdict"] == "verified", "{verified}");
	Ok(())
}

/// What terms do not allow is refused before it costs anything; what they give for nothing is given.
async fn terms_are_kept(
	net: &ModuleNet,
	owner: &Owner,
	client: &Owner,
	wasm: &str,
	data: &str,
	text: &str,
) -> Result<()> {
	let before = net.json(&["errands", "--all"]).await?;
	let refused = async |args: &[&str], word: &str| {
		let answer = client.tea(net, args).await?;
		ensure!(
			answer.code != 0 && answer.err.contains(word),
			"not refused as {word}: {answer:?}"
		);
		Ok(())
	};
	// Only one code may read these data.
	refused(&["run", wasm, data], "does not let this code read it").await?;
	let account = net.account("//Eve").await?;
	let terms = ["--block-client", &account, "--plain", "--again"];
	let closed = owner.deploy(net, wasm, &terms).await?;
	refused(&["run", &closed, text], "do not admit this account").await?;
	let others = net.account("//Dave").await?;
	let terms = ["--allow-client", &others, "--plain", "--again"];
	let closed = owner.deploy(net, wasm, &terms).await?;
	refused(&["run", &closed, text], "do not admit this account").await?;
	refused(&["run", data, text], "name the code first").await?;
	let small = owner.write("small.txt", TEXT)?;
	let terms = ["--ad-hoc", "--max-output", "10", "--plain"];
	let small = owner.deploy(net, &small, &terms).await?;
	refused(&["run", wasm, &small], "a smaller result only").await?;
	let after = net.json(&["errands", "--all"]).await?;
	let count = |list: &Value| list["errands"].as_array().map(Vec::len);
	ensure!(
		count(&before) == count(&after),
		"something was posted: {after}"
	);

	confirmed(client, net, &["run", wasm, &small, "--max-output", "10"]).await?;
	let terms = ["--free-uses", "1", "--price", "3", "--plain", "--again"];
	let first_free = owner.deploy(net, wasm, &terms).await?;
	for due in [0, 3 * TEA] {
		let ran = confirmed(client, net, &["run", &first_free, text]).await?;
		ensure!(paid(&ran, "developer")? == due, "not {due}: {ran}");
	}
	let terms = ["--price-per-hour", "5", "--plain", "--again"];
	let hourly = owner.deploy(net, wasm, &terms).await?;
	for due in [5 * TEA, 0] {
		let ran = confirmed(client, net, &["run", &hourly, text]).await?;
		ensure!(paid(&ran, "developer")? == due, "not {due}: {ran}");
	}
	Ok(())
}

/// What a guest does wrong is proven like a result, and costs gas alone.
async fn guest_faults_pay_gas(net: &ModuleNet, client: &Owner, guests: &Guests) -> Result<()> {
	let hostile = guests.path("hostile");
	for (trick, fault) in [("loop", "all its fuel"), ("recursion", "stopped")] {
		let args = [
			"run", &hostile, "--params", trick, "--fuel", "20000000", "--json",
		];
		let answer = client.tea(net, &args).await?;
		let ran: Value =
			serde_json::from_str(&answer.out).with_context(|| format!("no JSON: {answer:?}"))?;
		let outcome = ran["outcome"].as_str().context("no outcome")?;
		ensure!(
			answer.code != 0 && outcome.starts_with("Failed") && outcome.contains(fault),
			"{ran}"
		);
		ensure!(ran["verification"]["verdict"] == "verified", "{ran}");
		ensure!(paid(&ran, "executor")? > 0, "{ran}");
	}
	Ok(())
}

/// Private code runs when its owner supplies the key; without, everything goes back.
async fn private_code_waits_for_its_owner(
	net: &ModuleNet,
	owner: &Owner,
	client: &Owner,
	wasm: &str,
	text: &str,
) -> Result<()> {
	let code = owner.deploy(net, wasm, &["--private", "--again"]).await?;
	let keys = owner.path("keys");
	let serve = [
		"--suri",
		"//Ferdie",
		"errands",
		"--serve-keys",
		"--keys",
		&keys,
	];
	let mut serving = net.command(&serve)?.stdout(Stdio::null()).spawn()?;
	let ran = confirmed(client, net, &["run", &code, text]).await?;
	ensure!(ran["result"]["text"] == WORDS, "{ran}");
	serving.kill().await?;

	// Refused by its owner.
	let posted = client
		.json(net, &["run", &code, text, "--post-only"])
		.await?;
	let errand = number(&posted);
	wait_stage(net, &errand, "AwaitingKey").await?;
	net.done(&["--suri", "//Ferdie", "refuse", &errand]).await?;
	ended(net, &errand, "the key holder refused").await?;

	// Its owner says nothing.
	let args = ["run", &code, text, "--post-only", "--key-wait", "6"];
	let posted = client.json(net, &args).await?;
	ended(net, &number(&posted), "did not supply").await
}

/// Waits for a refund with this reason.
async fn ended(net: &ModuleNet, errand: &str, reason: &str) -> Result<()> {
	let at = wait_stage(net, errand, "Refunded").await?;
	let text = at["text"].as_str().context("no text")?;
	ensure!(text.contains(reason), "{at}");
	Ok(())
}

/// The example for authors of dApps, as it is.
async fn dapps_do_without_us(net: &ModuleNet, code: &str, data: &str) -> Result<()> {
	let answer = javascript(net, "errand", &[code, data], SOON).await?;
	ensure!(answer == WORDS, "it answers {answer:?}");
	Ok(())
}

/// Runs a script of the folder of polkadot.js.
async fn javascript(
	net: &ModuleNet,
	script: &str,
	args: &[&str],
	within: Duration,
) -> Result<String> {
	let folder = root().join("e2e/polkadot-js");
	let ran = Command::new("npm")
		.args(["--silent", "--prefix"])
		.arg(&folder)
		.args(["run", script, "--"])
		.args(args)
		.env("TEA_NODE_URL", net.url())
		.env("TEA_IPFS_API", &net.places[0].ipfs)
		.stdin(Stdio::null())
		.kill_on_drop(true)
		.output();
	let ran = tokio::time::timeout(within, ran)
		.await
		.with_context(|| format!("{script} does not end"))??;
	ensure!(
		ran.status.success(),
		"{script}: {}",
		String::from_utf8_lossy(&ran.stderr)
	);
	Ok(String::from_utf8(ran.stdout)?)
}

#[test]
fn errands_survive_losses_and_every_one_ends() {
	run("errands_survive_losses_and_every_one_ends", async |lab| {
		let guests = Guests::build().await?;
		let mut net = ModuleNet::prepare(lab, 4).await?;
		for place in &mut net.places {
			place.tpm.slow_down(QUOTE)?;
		}
		net.start_modules(lab, 0..4).await?;
		net.wait_all_active(ACTIVE).await?;
		let client = Owner::new(lab, "//Eve", &net.places[0])?;
		let hostile = guests.path("hostile");
		// It runs for some seconds, and uses up its fuel.
		let post = long(&hostile, LONG, "100");

		// The node is away while a guest runs.
		let errand = number(&client.json(&net, &post).await?);
		wait_stage(&net, &errand, "Assigned").await?;
		let node = net.node.take().context("there is a node")?;
		net.node = Some(node.kill().await?.builder().start().await?);
		wait_stage(&net, &errand, "Failed").await?;

		// The executor is killed while a guest runs: another one runs it.
		executor_is_replaced(&mut net, &client, &hostile).await?;

		// A guest does not end in time: both executors say so, because silence would cost them.
		let endless = [
			&["run", &hostile, "--params", "loop", "--fuel", ENDLESS][..],
			&["--wall-ms", "300000", "--post-only", "--deadline", "30"],
		]
		.concat();
		let errand = number(&client.json(&net, &endless).await?);
		ended(&net, &errand, "the run took too long").await?;

		// A verifier is killed: three of four are enough.
		let (errand, verifier) = checked_by_a_module(&net, &client, &post).await?;
		let killed = net.kill(verifier).await?;
		let end = wait_stage(&net, &errand, "Failed").await?;
		ensure!(end["attempt"] == 0, "it was opened again: {end}");
		net.start_again(verifier, killed, ACTIVE).await?;

		// With more time an executor has more patience: registrars that come back are heard.
		let patient = long(&hostile, LONG, "300");
		committee_is_replaced(&mut net, &client, &patient).await?;

		// Many at once: each one ends, and no money is left over or missing.
		let (code, data) = (guests.path("word-count"), client.write("text.txt", TEXT)?);
		let figures = javascript(&net, "errands", &["200", "200", &code, &data], MANY).await?;
		let figures: Value = serde_json::from_str(&figures)?;
		println!("figures: {figures}");
		ensure!(
			figures["posted"] == 200 && figures["ended"] == 200,
			"{figures}"
		);
		ensure!(figures["onHold"] == "0", "money is held still: {figures}");
		ensure!(
			figures["issuance"]["before"] == figures["issuance"]["after"],
			"money was made or lost: {figures}"
		);
		let confirmed = figures["ends"]["Confirmed"].as_u64().unwrap_or(0);
		ensure!(confirmed > 100, "only {confirmed} are confirmed: {figures}");
		let logs = net
			.places
			.iter()
			.filter_map(|place| place.module.as_ref())
			.map(|module| module.output())
			.collect::<Result<Vec<_>>>()?;
		for call in ["Errand.claim_many", "Errand.complete_many"] {
			ensure!(
				logs.iter().any(|log| log.contains(call)),
				"nobody used {call}"
			);
		}
		proven_out_of_a_crowd(&net, &client).await?;
		let most = logs.iter().flat_map(|log| proofs_under_quotes(log)).max();
		ensure!(
			most > Some(1),
			"chips that sign slowly signed each proof alone, {most:?}"
		);
		Ok(())
	});
}

/// Errands of a crowd are proven as single ones are: ticket and committee are found among many in a call.
async fn proven_out_of_a_crowd(net: &ModuleNet, client: &Owner) -> Result<()> {
	const CROWD: usize = 200;
	let listed = net.json(&["errands", "--all"]).await?;
	let mut confirmed: Vec<u64> = listed["errands"]
		.as_array()
		.context("no list of errands")?
		.iter()
		.filter(|one| one["stage"] == "Confirmed")
		.filter_map(|one| one["errand"].as_u64())
		.collect();
	confirmed.sort_unstable();
	for errand in confirmed.iter().rev().take(CROWD).step_by(CROWD / 4) {
		let verified = client.json(net, &["verify", &errand.to_string()]).await?;
		ensure!(verified["verdict"] == "verified", "{verified}");
		// Whether a lower ticket was barred is not always in the evidence.
		hold(&verified, &["ticket", "draw of the verifiers"])?;
	}
	Ok(())
}

/// How many proofs each quote covered, by the log of a module.
fn proofs_under_quotes(log: &str) -> Vec<usize> {
	log.split("quoted errands=")
		.skip(1)
		.filter_map(|rest| rest.split_whitespace().next()?.parse().ok())
		.collect()
}

/// An errand that runs, and a module among its verifiers. Registrars are drawn too: sometimes only they.
async fn checked_by_a_module(
	net: &ModuleNet,
	client: &Owner,
	post: &[&str],
) -> Result<(String, u32)> {
	for _ in 0..TRIES {
		let errand = number(&client.json(net, post).await?);
		let at = wait_stage(net, &errand, "Assigned").await?;
		let executor = executor(&at)?;
		if let Some(verifier) = (0..4).find(|id| *id != executor && verifies(&at, *id)) {
			return Ok((errand, verifier));
		}
		wait_stage(net, &errand, "Failed").await?;
	}
	bail!("no module was among the verifiers of {TRIES} errands")
}

/// The guest that runs until its fuel is used up, with so much fuel and so many blocks of time.
fn long<'a>(guest: &'a str, fuel: &'a str, deadline: &'a str) -> Vec<&'a str> {
	let args = ["run", guest, "--params", "loop", "--fuel", fuel];
	let limits = ["--wall-ms", "60000", "--deadline", deadline, "--post-only"];
	[&args[..], &limits].concat()
}

/// An executor is killed while its guest runs. On a machine that does nothing else the guest ends before that, so it is given
/// more fuel until it does not.
async fn executor_is_replaced(net: &mut ModuleNet, client: &Owner, guest: &str) -> Result<()> {
	for fuel in [LONG, "8000000000", "16000000000"] {
		let errand = number(&client.json(net, &long(guest, fuel, "100")).await?);
		let first = executor(&wait_stage(net, &errand, "Assigned").await?)?;
		let killed = net.kill(first).await?;
		let end = wait_stage(net, &errand, "Failed").await?;
		net.start_again(first, killed, ACTIVE).await?;
		if end["attempt"] == 1 {
			return Ok(());
		}
	}
	bail!("no errand was opened again")
}

/// So many verifiers are gone that there is no quorum: others are drawn, and the run counts.
async fn committee_is_replaced(net: &mut ModuleNet, client: &Owner, post: &[&str]) -> Result<()> {
	for _ in 0..TRIES {
		// The chain draws registrars all the same.
		let registrars = net.registrars.take().context("there are registrars")?;
		let killed = registrars.kill().await?;
		let errand = number(&client.json(net, post).await?);
		let at = wait_stage(net, &errand, "Assigned").await?;
		let first = verifiers(&at).to_owned();
		let is_silent = first.matches("registrar").count() >= 2;
		if is_silent {
			wait_until("other verifiers were drawn", SOON, async || {
				let at = stage(net, &errand).await?;
				let now = verifiers(&at);
				ensure!(!now.is_empty() && now != first, "{at}");
				Ok(())
			})
			.await?;
		}
		net.registrars = Some(killed.start().await?);
		let end = wait_stage(net, &errand, "Failed").await?;
		ensure!(end["attempt"] == 0, "it was opened again: {end}");
		if is_silent {
			return Ok(());
		}
	}
	bail!("no two registrars were among the verifiers of {TRIES} errands")
}

/// The verifiers that a stage names; nothing when it names none.
fn verifiers(at: &Value) -> &str {
	let text = at["text"].as_str().unwrap_or_default();
	text.split_once("checked by ")
		.map_or("", |(_, members)| members)
}

/// Whether the stage names a module as a verifier.
fn verifies(at: &Value, module: u32) -> bool {
	verifiers(at)
		.split(", ")
		.any(|member| member == format!("module {module}"))
}
