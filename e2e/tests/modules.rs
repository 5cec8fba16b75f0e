//! Modules on software TPMs: they become Active, stay it, and come back; what is bad does not.

use anyhow::{Context, Result, ensure};
use std::{
	fs,
	io::Write,
	time::{Duration, Instant},
};
use tea_e2e::{ModuleNet, get, locate, run, storage, wait_until, watch_load};

/// Blocks of one second on a busy machine.
const ACTIVE: Duration = Duration::from_secs(180);

/// Blocks from the start of the modules until all are Active.
const BLOCKS_TO_ACTIVE: u32 = 60;

#[test]
fn modules_become_active_and_stay() {
	run("modules_become_active_and_stay", async |lab| {
		let mut net = ModuleNet::prepare(lab, 4).await?;
		let mut modules = Vec::new();
		for id in 0..4 {
			modules.push(net.module(lab, id).await?);
		}
		let (before, started) = (net.block().await?, Instant::now());
		for (id, module) in modules.into_iter().enumerate() {
			net.places[id].module = Some(module.start().await?);
		}
		net.wait_all_active(ACTIVE).await?;
		let took = net.block().await? - before;
		println!("Active after {:?}, {took} blocks", started.elapsed());
		ensure!(took <= BLOCKS_TO_ACTIVE, "it took {took} blocks");
		for place in &net.places {
			let host = place.host.as_ref().context("there is a host")?.http()?;
			wait_until("every host lists all modules as live", ACTIVE, async || {
				let reply = get(host, "/v1/modules").await?;
				let listed: serde_json::Value = serde_json::from_str(&reply.body)?;
				let live = listed["modules"].as_array().map_or(0, Vec::len);
				ensure!(live == 4, "{} lists {live}: {listed}", place.id);
				Ok(())
			})
			.await?;
		}

		// Three lives of a certificate later nobody has touched anything.
		let life = certificate_life(&net).await?;
		let node = net.node.as_ref().context("there is a node")?;
		let begin = net.block().await? + 1;
		let end = begin + 3 * life;
		let load = watch_load(node.rpc(), begin..end).await?;
		let mut resident = 0;
		for place in &mut net.places {
			let module = place.module.as_mut().context("there is a module")?;
			module.ensure_running()?;
			resident = resident.max(module.resident_mib()?);
		}
		// Read by benchmarks/modules.
		println!(
			"figures: {took} blocks to Active, {resident} MiB resident, {} extrinsics and {} ps of weight of 4 modules in 3 lives",
			load.extrinsics, load.ref_time
		);
		for id in 0..4 {
			let status = net.status(id).await?;
			ensure!(status == "Active", "module {id} is {status}");
			let shown = net.json(&["module", "show", &id.to_string()]).await?;
			let since = shown["certificate"]["since"]
				.as_u64()
				.with_context(|| format!("no certificate in {shown}"))?;
			ensure!(
				since < u64::from(end - 2 * life),
				"module {id} has lost its certificate meanwhile: {shown}"
			);
		}
		Ok(())
	});
}

#[test]
fn restarts_are_ordinary() {
	run("restarts_are_ordinary", async |lab| {
		let mut net = ModuleNet::start(lab, 4).await?;
		net.wait_all_active(ACTIVE).await?;

		// Killed hard: new keys for the same boot of the chip, without a person.
		let old = session(&net, 0).await?;
		let module = net.places[0].module.take().context("there is a module")?;
		let builder = module.kill().await?;
		net.places[0].module = Some(builder.start().await?);
		wait_until("module 0 has a new session", ACTIVE, async || {
			ensure!(session(&net, 0).await? != old, "it is the old one");
			Ok(())
		})
		.await?;
		net.wait_status(0, "Active", ACTIVE).await?;
		let node = net.node.as_ref().context("there is a node")?;
		let account = hex::decode(old.trim_start_matches("0x"))?;
		let sessions = storage::blake2_concat("Attestation", "Sessions", &account);
		ensure!(
			node.rpc().storage(&sessions).await?.is_none(),
			"the session {old} has authority still"
		);

		// A power cut of chip and machine: a new boot.
		let boot = boot_seq(&net, 1).await?;
		let module = net.places[1].module.take().context("there is a module")?;
		let builder = module.kill().await?;
		net.places[1].tpm.power_off().await?;
		net.places[1].tpm.power_on().await?;
		net.places[1].module = Some(builder.start().await?);
		wait_until("module 1 has posted a new boot", ACTIVE, async || {
			let now = boot_seq(&net, 1).await?;
			ensure!(now > boot, "it is boot {now}");
			Ok(())
		})
		.await?;
		net.wait_status(1, "Active", ACTIVE).await?;

		// A host that is away for a minute.
		let host = net.places[2].host.take().context("there is a host")?;
		let builder = host.kill().await?;
		tokio::time::sleep(Duration::from_secs(60)).await;
		net.places[2].host = Some(builder.start().await?);

		// The node: modules wait, and go on.
		let node = net.node.take().context("there is a node")?;
		let stopped = node.kill().await?;
		tokio::time::sleep(Duration::from_secs(10)).await;
		net.node = Some(stopped.builder().start().await?);
		let life = certificate_life(&net).await?;
		let now = net.block().await?;
		let node = net.node.as_ref().context("there is a node")?;
		node.rpc()
			.wait_best(now + life, Duration::from_secs(u64::from(3 * life)))
			.await?;
		net.wait_all_active(ACTIVE).await?;
		for place in &mut net.places {
			place
				.module
				.as_mut()
				.context("there is a module")?
				.ensure_running()?;
		}
		Ok(())
	});
}

#[test]
fn bad_modules_do_not_pass() {
	run("bad_modules_do_not_pass", async |lab| {
		let mut net = ModuleNet::prepare(lab, 4).await?;

		// Module 3 runs an executable that governance has not accepted.
		let tampered = lab.dir().join("tea-module-tampered");
		fs::copy(locate("tea-module")?, &tampered)?;
		fs::OpenOptions::new()
			.append(true)
			.open(&tampered)?
			.write_all(b"one line more")?;
		for id in 0..4u32 {
			let mut module = net.module(lab, id).await?;
			if id == 3 {
				module = module.executable(&tampered);
			}
			net.places[id as usize].module = Some(module.start().await?);
		}
		for id in 0..3 {
			net.wait_status(id, "Active", ACTIVE).await?;
		}
		net.wait_status(3, "Quarantined", ACTIVE).await?;
		let shown = net.tea(&["module", "show", "3"]).await?;
		ensure!(
			shown.code == 0 && shown.out.contains("PCR 11"),
			"the reason cannot be read: {shown:?}"
		);

		// The chip of module 0 is reset while the module runs: what it signs now belongs to a boot that nobody attested.
		net.places[0].tpm.reset()?;
		wait_until("module 0 is not Active any more", ACTIVE, async || {
			let status = net.status(0).await?;
			ensure!(status != "Active", "it is {status}");
			Ok(())
		})
		.await?;

		// Module 1 gets an older state of its chip.
		let builder = net.places[1]
			.module
			.take()
			.context("there is a module")?
			.stop()
			.await?;
		net.places[1].tpm.power_off().await?;
		net.places[1].tpm.save("old")?;
		net.places[1].tpm.power_on().await?;
		let boot = boot_seq(&net, 1).await?;
		let module = builder.start().await?;
		wait_until("module 1 has posted a new boot", ACTIVE, async || {
			ensure!(boot_seq(&net, 1).await? > boot, "it has not");
			Ok(())
		})
		.await?;
		net.wait_status(1, "Active", ACTIVE).await?;
		let builder = module.stop().await?;
		net.places[1].tpm.power_off().await?;
		net.places[1].tpm.restore("old")?;
		net.places[1].tpm.power_on().await?;
		// Now its counters stand where they stood one boot ago.
		let _module = builder.start().await?;
		wait_until("the older state is found out", ACTIVE, async || {
			let status = net.status(1).await?;
			ensure!(
				["Suspicious", "Quarantined", "Inactive"].contains(&status.as_str()),
				"it is {status}"
			);
			Ok(())
		})
		.await?;
		let shown = net.tea(&["module", "show", "1"]).await?;
		ensure!(
			shown.out.to_lowercase().contains("counter"),
			"the reason cannot be read: {shown:?}"
		);
		Ok(())
	});
}

/// Blocks for which a certificate is valid.
async fn certificate_life(net: &ModuleNet) -> Result<u32> {
	let parameters = net.json(&["parameters"]).await?;
	let life = parameters["certificateLife"]
		.as_u64()
		.with_context(|| format!("no life of certificates in {parameters}"))?;
	Ok(u32::try_from(life)?)
}

async fn shown(net: &ModuleNet, id: u32) -> Result<serde_json::Value> {
	net.json(&["module", "show", &id.to_string()]).await
}

/// The session key of the present boot.
async fn session(net: &ModuleNet, id: u32) -> Result<String> {
	let shown = shown(net, id).await?;
	Ok(shown["boot"]["session"]
		.as_str()
		.with_context(|| format!("no session in {shown}"))?
		.to_owned())
}

async fn boot_seq(net: &ModuleNet, id: u32) -> Result<u64> {
	let shown = shown(net, id).await?;
	shown["bootSeq"]
		.as_u64()
		.with_context(|| format!("no boot in {shown}"))
}
