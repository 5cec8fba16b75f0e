//! Modules on software TPMs: they become Active, stay it, and come back; what is bad does not.

use anyhow::{Context, Result, ensure};
use std::{
	fs,
	io::Write,
	time::{Duration, Instant},
};
use tea_e2e::{
	Attacker, BothWays, Faults, HostileHost, Lab, Mangling, Marks, ModuleNet, OWNERS, get, locate,
	run, storage, wait_until, watch_load,
};

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
		let old = net.session(0).await?;
		let builder = net.kill(0).await?;
		net.start_again(0, builder, ACTIVE).await?;
		let node = net.node.as_ref().context("there is a node")?;
		let account = hex::decode(old.trim_start_matches("0x"))?;
		let sessions = storage::blake2_concat("Attestation", "Sessions", &account);
		ensure!(
			node.rpc().storage(&sessions).await?.is_none(),
			"the session {old} has authority still"
		);

		// A power cut of chip and machine: a new boot.
		let boot = net.boot_seq(1).await?;
		let builder = net.kill(1).await?;
		net.places[1].tpm.power_off().await?;
		net.places[1].tpm.power_on().await?;
		net.places[1].module = Some(builder.start().await?);
		wait_until("module 1 has posted a new boot", ACTIVE, async || {
			let now = net.boot_seq(1).await?;
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

		// The hosts of modules 2 and 3 are in one hand, and lie: what one of them sees, the other one uses too.
		let attacker = Attacker::new(SEED);
		let honest = net.places[2].link.clone();
		let hostile = attacker.stand_before(lab, &honest, Mangling::EVERYTHING)?;
		let helping = attacker.stand_before(lab, &net.places[3].link, Mangling::LETTERS)?;
		net.places[2].link = hostile.link().to_owned();
		net.places[3].link = helping.link().to_owned();

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
		for id in 0..2 {
			net.wait_status(id, "Active", ACTIVE).await?;
		}
		nonsense_is_counted(&net, &hostile).await?;
		// With some of its letters coming through, module 2 becomes Active too.
		hostile.mangle(Mangling::LETTERS);
		net.wait_status(2, "Active", ACTIVE).await?;
		let mut marks = Marks::new();
		let key = key_handed_over(&net, lab, &attacker, &honest).await?;
		marks.know("the key of a deployment", &key);
		faults_are_refused(&net, &hostile).await?;
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
		let boot = net.boot_seq(1).await?;
		let module = builder.start().await?;
		wait_until("module 1 has posted a new boot", ACTIVE, async || {
			ensure!(net.boot_seq(1).await? > boot, "it has not");
			Ok(())
		})
		.await?;
		net.wait_status(1, "Active", ACTIVE).await?;
		// It attests once more in that boot, long after its beginning.
		let before = net.session(1).await?;
		let module = module.kill().await?.start().await?;
		wait_until("module 1 has a new session", ACTIVE, async || {
			ensure!(net.session(1).await? != before, "it is the old one");
			Ok(())
		})
		.await?;
		let builder = module.stop().await?;
		net.places[1].tpm.power_off().await?;
		net.places[1].tpm.restore("old")?;
		net.places[1].tpm.power_on().await?;
		// Now its counters stand where they stood one boot ago, and soon count that boot again, whose clock has just begun.
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

		// All the while module 2 has lost nothing by its host, module 3 has won nothing by its own, and both hosts have seen
		// nothing.
		net.wait_status(2, "Active", ACTIVE).await?;
		let module = net.places[2].module.as_mut().context("there is a module")?;
		module.ensure_running()?;
		ensure!(!module.output()?.contains("panicked"), "module 2 panics");
		ensure!(was_certified(&net, 2).await?, "no block shows certificates");
		ensure!(
			!was_certified(&net, 3).await?,
			"module 3 was Active for some time"
		);
		nothing_was_seen(&net, &attacker, &hostile, marks).await
	});
}

/// What follows from this and from the order of the messages is what the hosts that lie do.
const SEED: u64 = 4;

/// Somebody counts that a host does not keep to the protocol.
async fn nonsense_is_counted(net: &ModuleNet, hostile: &HostileHost) -> Result<()> {
	let module = net.places[2].module.as_ref().context("there is a module")?;
	let host = net.places[2].host.as_ref().context("there is a host")?;
	wait_until("both ends count nonsense", ACTIVE, async || {
		let (module, host) = (module.metrics().await?, host.metrics().await?);
		let heard = module.value("tea_link", "event=\"malformed\"")?
			+ module.value("tea_link", "event=\"foreign\"")?;
		let said = host.value("tea_host_link", "event=\"malformed\"")?;
		let connections = hostile.connections();
		ensure!(
			heard > 0.0 && said > 0.0 && connections > 1,
			"the module {heard}, the host {said}, over {connections} connections"
		);
		Ok(())
	})
	.await
}

/// Each fault in a letter of module 2 is a refusal that somebody counts.
async fn faults_are_refused(net: &ModuleNet, hostile: &HostileHost) -> Result<()> {
	let module = net.places[2].module.as_ref().context("there is a module")?;
	let mut others = Vec::from_iter(&net.registrars);
	others.extend(
		net.places[..2]
			.iter()
			.filter_map(|place| place.module.as_ref()),
	);
	wait_until("every fault is counted", ACTIVE, async || {
		// First what was done, then what was counted.
		let BothWays { to_host, to_module } = hostile.faults();
		for Faults {
			dropped,
			altered,
			reordered,
			replayed,
		} in [to_host, to_module]
		{
			let all = [dropped, altered, reordered, replayed];
			ensure!(!all.contains(&0), "too little was done: {all:?}");
		}
		let metrics = module.metrics().await?;
		let refused = metrics.sum("tea_letters_dropped_total")?;
		let unopened = metrics.value("tea_letters_dropped_total", "reason=\"open_failed\"")?;
		let foreign = metrics.value("tea_link", "event=\"foreign\"")?;
		let unsent = metrics.value("tea_letters_unsent_total", "")?;
		ensure!(
			refused >= f64::from(to_module.altered + to_module.replayed)
				&& unopened >= f64::from(to_module.altered)
				&& foreign >= f64::from(to_host.replayed)
				&& unsent >= f64::from(to_host.dropped),
			"{refused} refused, {unopened} not opened, {foreign} not asked for, {unsent} not sent, of {to_module:?} and {to_host:?}"
		);
		let mut altered = 0.0;
		for other in &others {
			let metrics = other.metrics().await?;
			altered += metrics.value("tea_letters_dropped_total", "reason=\"open_failed\"")?;
		}
		ensure!(altered > 0.0, "nobody has refused an altered letter");
		Ok(())
	})
	.await
}

/// Lets module 2 take the key of a deployment, whose owner is behind a host that lies, too. Returns the key.
async fn key_handed_over(
	net: &ModuleNet,
	lab: &Lab,
	attacker: &Attacker,
	host: &str,
) -> Result<Vec<u8>> {
	let door = attacker.stand_before(lab, host, Mangling::LETTERS)?;
	let source = lab.write("deployed", "what only attested modules may read")?;
	let (source, keys) = (
		source.display().to_string(),
		lab.dir().join("keys").display().to_string(),
	);
	let mut args = vec!["--suri", OWNERS[5], "deploy", &source, "--keys", &keys];
	args.extend(["--host", door.link(), "--ipfs-api", &net.places[2].ipfs]);
	args.extend(["--pinner", "2", "--replicas", "1"]);
	// Whoever gives up goes on with the next run.
	wait_until("module 2 takes a key", ACTIVE, async || {
		net.done(&args).await
	})
	.await?;
	let page = fs::read_dir(&keys)?
		.filter_map(|entry| fs::read(entry.ok()?.path()).ok())
		.find_map(|page| serde_json::from_slice::<serde_json::Value>(&page).ok())
		.context("no page of the deployment")?;
	let key = hex::decode(page["k1"].as_str().context("no key in the page")?)?;
	ensure!(key.len() == 32, "a key of {} bytes", key.len());
	Ok(key)
}

/// Whether any block has shown a certificate of a module.
async fn was_certified(net: &ModuleNet, id: u32) -> Result<bool> {
	let rpc = net.node.as_ref().context("there is a node")?.rpc();
	let key = storage::twox64_concat("Attestation", "Certificates", &id.to_le_bytes());
	for number in 1..=rpc.best().await?.number {
		let hash = rpc.block_hash(number).await?;
		if rpc.storage_at(&key, &hash).await?.is_some() {
			return Ok(true);
		}
	}
	Ok(false)
}

/// What passed the hosts shows nothing of what letters say, and would have if they were not sealed.
async fn nothing_was_seen(
	net: &ModuleNet,
	attacker: &Attacker,
	hostile: &HostileHost,
	mut marks: Marks,
) -> Result<()> {
	let node = net.node.as_ref().context("there is a node")?;
	let bytes = |hex: &str| hex::decode(hex.trim_start_matches("0x"));
	let genesis = node.rpc().block_hash(0).await?;
	marks.know("the chain that a quote is bound to", &bytes(&genesis)?);
	marks.know(
		"the session key of a quote",
		&bytes(&net.session(2).await?)?,
	);
	let (seen, recorded) = (marks.seen_by(attacker), attacker.recorded());
	ensure!(seen.is_empty(), "in {recorded} bytes are {seen:?}");
	println!("{recorded} bytes passed hosts that lie");

	hostile.mangle(Mangling::NONE);
	let shown = net.shown(2).await?;
	let mailbox = bytes(shown["boot"]["transport"].as_str().context("no mailbox")?)?;
	let mailbox = mailbox.try_into().ok().context("no mailbox")?;
	let letter = marks.unsealed_letter(2);
	hostile.send_unsealed(mailbox, &letter).await?;
	let seen = marks.seen_by(attacker);
	ensure!(
		seen == marks.names(),
		"of a letter that is not sealed only {seen:?} is found"
	);
	Ok(())
}

/// Blocks for which a certificate is valid.
async fn certificate_life(net: &ModuleNet) -> Result<u32> {
	let parameters = net.json(&["parameters"]).await?;
	let life = parameters["certificateLife"]
		.as_u64()
		.with_context(|| format!("no life of certificates in {parameters}"))?;
	Ok(u32::try_from(life)?)
}
