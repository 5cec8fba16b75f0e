//! Deployments on real processes: keys spread, outlive their holders, come back from their owner, and go to nobody else.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::{
	collections::BTreeSet,
	fs::{self, File},
	io::Read,
	path::{Path, PathBuf},
	time::{Duration, Instant},
};
use tea_e2e::{
	Leaks, ModuleNet, Owner, Stage, Taps, id_of, locate_example, read_diary, run, wait_until,
};

/// Until a module is Active, in blocks of one second on a busy machine.
const ACTIVE: Duration = Duration::from_secs(180);

/// Until something that takes some blocks has happened.
const SOON: Duration = Duration::from_secs(90);

/// Modules that hold the key of a deployment, unless its owner wants another number.
const WANTED: usize = 3;

/// `tea` when no module takes something.
const DENIED: i32 = 8;

/// `tea` when something is not what was signed for.
const UNTRUSTED: i32 = 9;

#[test]
fn deployment_outlives_its_pinners() {
	run("deployment_outlives_its_pinners", async |lab| {
		let traffic = lab.dir().join("traffic");
		let taps = Taps::into_dir(traffic.clone());
		let mut net = ModuleNet::prepare_with(lab, 4, taps).await?;
		net.start_modules(lab, 0..4).await?;
		let owner = Owner::new(lab, "//Eve", &net.places[0])?;
		let marker = random_letters()?;
		let content = marked(&marker, 6 << 20);
		let file = owner.write("secret.txt", &content)?;
		net.wait_all_active(ACTIVE).await?;

		let id = deploy_with_interruptions(&mut net, &owner, &file).await?;
		let shown = live(&net, &id, WANTED).await?;
		let (roots, holders) = holders(&shown)?;
		ensure!(
			roots.len() == 1,
			"one module has it from the owner: {shown}"
		);
		proofs_verify_offline(&net, &owner, &id).await?;

		// Something public, so that it is known that nothing is overlooked in the end.
		let public = random_letters()?;
		let plain = owner.write("public.txt", marked(&public, 100_000))?;
		owner.deploy(&net, &plain, &["--plain"]).await?;

		// The one that has it from the owner is killed. It comes back in another boot, without the key.
		let first = *roots.first().context("there is a root")?;
		let others: BTreeSet<_> = (0..4).filter(|module| !holders.contains(module)).collect();
		restart(&mut net, &roots).await?;
		let shown = wait_until("others have taken its place", SOON, async || {
			let shown = net.json(&["pins", &id]).await?;
			let (_, now) = self::holders(&shown)?;
			ensure!(now.len() == WANTED && !now.contains(&first), "{shown}");
			Ok(shown)
		})
		.await?;
		let is_new = |pin: &&Value| others.iter().any(|other| pin["module"] == *other);
		let newcomer = pins(&shown)?.iter().find(is_new);
		ensure!(
			newcomer.is_some_and(|pin| pin["state"] == "Live" && pin["whileDegraded"] == true),
			"nobody came while it was degraded: {shown}"
		);
		ensure!(shown["status"] == "Live", "{shown}");
		proofs_verify_offline(&net, &owner, &id).await?;

		// All of them at once: nobody can hand it over any more.
		let (_, holders) = self::holders(&shown)?;
		restart(&mut net, &holders).await?;
		let lost = wait_until("it is lost", SOON, async || {
			let shown = net.json(&["pins", &id]).await?;
			ensure!(shown["status"] == "Lost", "{shown}");
			Ok(shown)
		})
		.await?;
		ensure!(lost["seed"] == 0, "{lost}");
		reseed_with_interruption(&net, &owner, &id).await?;
		let shown = live(&net, &id, WANTED).await?;
		ensure!(shown["seed"] == 1, "{shown}");
		proofs_verify_offline(&net, &owner, &id).await?;
		let own = owner.deployments(&net).await?;
		ensure!(own.len() == 2, "one secret, one public: {own:?}");

		// The owner gets the same bytes at any machine.
		let copy = owner.path("copy.txt");
		let away = owner.at(&net.places[2]);
		away.json(&net, &["fetch", &id, "--decrypt", "--out", &copy])
			.await?;
		ensure!(fs::read(&copy)? == content, "other bytes came back");

		// When it is over, the keys are gone everywhere.
		net.done(&["--suri", "//Eve", "retire", &id]).await?;
		wait_until("nobody holds a key", SOON, async || {
			for place in &net.places {
				let module = place.module.as_ref().context("there is a module")?;
				let pins = module.metrics().await?.value("tea_pins", "")?;
				ensure!(pins == 0.0, "module {} holds {pins}", place.id);
			}
			Ok(())
		})
		.await?;

		for kind in ["link", "ipfs-rpc", "hosts"] {
			// Who dials whom is up to the hosts.
			let taps = net.taps.bytes().filter(|(name, _)| name.starts_with(kind));
			let bytes: u64 = taps.map(|(_, bytes)| bytes).sum();
			ensure!(bytes > 0, "nothing has passed the taps of {kind}");
			println!("{bytes} bytes passed the taps of {kind}");
		}
		let k1 = owner.k1("secret.txt")?;
		let secrets = Leaks::default()
			.secret("K1", &k1)
			.secret("plaintext", marker.as_bytes());
		let (found, _) = secrets.search(owner.dir(), &[])?;
		for what in ["K1 (hex)", "plaintext (raw)"] {
			let is_found = found.iter().any(|leak| leak.what == what);
			ensure!(is_found, "the search does not see {what}: {found:?}");
		}
		let controls = Leaks::default().secret("public", public.as_bytes());
		for place in ["traffic", "host-0/ipfs"] {
			let (found, _) = controls.search(&lab.dir().join(place), &[])?;
			ensure!(!found.is_empty(), "the search sees nothing in {place}");
		}
		let (mut found, read) = secrets.search(lab.dir(), &[owner.dir()])?;
		let (in_logs, read_logs) = secrets.search(lab.logs(), &[])?;
		found.extend(in_logs);
		println!("{read} bytes of files and traffic and {read_logs} bytes of logs were searched");
		ensure!(
			read > 10 * content.len() as u64 && read_logs > 0,
			"only {read} and {read_logs} bytes were searched"
		);
		ensure!(found.is_empty(), "secrets have leaked: {found:?}");
		Ok(())
	});
}

/// Deploys, and is interrupted at every step: by a host that goes away, and by its own end.
async fn deploy_with_interruptions(
	net: &mut ModuleNet,
	owner: &Owner,
	file: &str,
) -> Result<String> {
	let name = "secret.txt";
	let deploy = ["deploy", file];
	let is_at = |stage: Stage| move |owner: &Owner| owner.stage(name) >= Some(stage);

	// The host goes away while the content is being stored.
	let mut child = owner.start(net, &deploy)?;
	owner.watch(&mut child, SOON, is_at(Stage::Begun)).await?;
	let host = net.places[0].host.take().context("there is a host")?;
	let host = host.kill().await?;
	let output = tokio::time::timeout(SOON, child.wait_with_output()).await??;
	let said = String::from_utf8_lossy(&output.stderr).into_owned();
	ensure!(
		!output.status.success() && said.contains("next step"),
		"it went on without a host: {said}"
	);
	net.places[0].host = Some(host.start().await?);
	let k1 = owner.k1(name)?;
	ensure!(owner.deployments(net).await?.is_empty(), "half registered");

	for stage in [Stage::Begun, Stage::Stored, Stage::Offered] {
		let child = owner.start(net, &deploy)?;
		owner.kill_when(child, SOON, is_at(stage)).await?;
		let registered = owner.deployments(net).await?.len();
		// The last one may have got through.
		let most = usize::from(stage == Stage::Offered);
		ensure!(registered <= most, "{registered} after {stage:?}");
	}
	// Killed when it is done and only waits.
	let child = owner.start(net, &["deploy", file, "--wait"])?;
	owner
		.kill_when(child, SOON, is_at(Stage::Registered))
		.await?;

	let id = owner.deploy(net, file, &["--wait"]).await?;
	let all = owner.deployments(net).await?;
	ensure!(
		all.len() == 1 && id_of(&all[0])? == id,
		"it was deployed several times: {all:?}"
	);
	ensure!(owner.entries()?.len() == 1, "there are several keys");
	ensure!(owner.k1(name)? == k1, "it goes on with another key");
	Ok(id)
}

/// Seeds anew; the first attempt ends when the module has signed.
async fn reseed_with_interruption(net: &ModuleNet, owner: &Owner, id: &str) -> Result<()> {
	let offer = |owner: &Owner| Some(owner.entry("secret.txt").ok()?["offer"].clone());
	let before = offer(owner).context("there is an offer")?;
	let child = owner.start(net, &["reseed", id])?;
	owner
		.kill_when(child, SOON, |owner| {
			offer(owner).is_some_and(|now| now != before)
		})
		.await?;
	let signed = offer(owner);
	let done = owner.json(net, &["reseed", id]).await?;
	ensure!(done["seed"] == 1 && id_of(&done)? == id, "{done}");
	ensure!(offer(owner) == signed, "two modules have offered");
	// Once more changes nothing.
	let again = owner.json(net, &["reseed", id]).await?;
	ensure!(again["seed"] == 1 && again["block"].is_null(), "{again}");
	Ok(())
}

/// Kills modules at the same moment, and starts them again.
async fn restart(net: &mut ModuleNet, modules: &BTreeSet<u32>) -> Result<()> {
	let mut killed = Vec::new();
	for id in modules {
		let module = net.places[*id as usize].module.take();
		killed.push(module.context("there is a module")?.kill());
	}
	for (id, builder) in modules.iter().zip(futures::future::join_all(killed).await) {
		net.places[*id as usize].module = Some(builder?.start().await?);
	}
	Ok(())
}

fn pins(shown: &Value) -> Result<&Vec<Value>> {
	let pins = shown["pins"].as_array();
	pins.with_context(|| format!("no pins in {shown}"))
}

/// Modules with live pins: those that have it from the owner, and all of them.
fn holders(shown: &Value) -> Result<(BTreeSet<u32>, BTreeSet<u32>)> {
	let (mut roots, mut all) = (BTreeSet::new(), BTreeSet::new());
	for pin in pins(shown)?.iter().filter(|pin| pin["state"] == "Live") {
		let module = pin["module"].as_u64().context("a pin without module")?;
		let module = u32::try_from(module)?;
		all.insert(module);
		if pin["parent"].is_null() {
			roots.insert(module);
		}
	}
	Ok((roots, all))
}

/// Waits until a deployment has so many live pins.
async fn live(net: &ModuleNet, id: &str, wanted: usize) -> Result<Value> {
	wait_until("the deployment is live", ACTIVE, async || {
		let shown = net.json(&["pins", id]).await?;
		let (_, holders) = holders(&shown)?;
		ensure!(holders.len() >= wanted, "{shown}");
		Ok(shown)
	})
	.await
}

/// The proofs in a file, verified where there is no node; and not, when something in them was altered.
async fn proofs_verify_offline(net: &ModuleNet, owner: &Owner, id: &str) -> Result<()> {
	let nowhere = "ws://127.0.0.1:1";
	let proofs = owner.path("proofs.json");
	let shown = net.json(&["pins", id, "--save", &proofs]).await?;
	let with_node = pins(&shown)?;
	ensure!(
		with_node.iter().all(|pin| pin["verified"] == true),
		"{shown}"
	);
	let verify = ["pins", "--verify", &proofs];
	let offline = net.json_at(nowhere, &verify).await?;
	let without_node = pins(&offline)?;
	ensure!(
		without_node.len() == with_node.len()
			&& without_node.iter().all(|pin| pin["verified"] == true),
		"{offline}"
	);
	// One bit of a signature.
	let mut altered: Value = serde_json::from_slice(&fs::read(&proofs)?)?;
	let link = altered
		.pointer_mut("/pins/0/links/0")
		.context("there is a link")?;
	let mut bytes = hex::decode(link.as_str().context("a link is hex")?)?;
	let at = bytes.len() - 40;
	bytes[at] ^= 1;
	*link = hex::encode(bytes).into();
	let altered = owner.write("altered.json", altered.to_string())?;
	let refused = net.tea_at(nowhere, &["pins", "--verify", &altered]).await?;
	ensure!(
		refused.code == UNTRUSTED && refused.out.contains("NOT VERIFIED"),
		"{refused:?}"
	);
	Ok(())
}

#[test]
fn key_goes_to_nobody_whom_the_terms_refuse() {
	run("key_goes_to_nobody_whom_the_terms_refuse", async |lab| {
		let mut net = ModuleNet::prepare(lab, 4).await?;
		let hostile = locate_example("hostile")?;
		let (program, spec) = (
			hostile.display().to_string(),
			lab.dir().join("spec.json").display().to_string(),
		);
		let accept = ["--suri", "//Alice", "release", "add", "2", "--class", "Dev"];
		let measured = ["--module-exe", &program, "--spec", &spec];
		net.done(&[&accept[..], &measured].concat()).await?;
		net.start_modules(lab, 0..3).await?;
		let owner = Owner::new(lab, "//Eve", &net.places[0])?;
		for id in 0..3 {
			net.wait_status(id, "Active", ACTIVE).await?;
		}

		// Module 3 will be able to run less than the others.
		let deploy = async |name: &str, args: &[&str]| {
			let file = owner.write(name, marked(name, 200_000))?;
			owner.deploy(&net, &file, args).await
		};
		let blocked = deploy("blocked", &["--replicas", "2", "--block-node", "module:3"]).await?;
		let open = deploy("open", &["--replicas", "16"]).await?;
		let code = owner.write("code.wasm", guest("i32.const 0")?)?;
		let needs = owner.write("needs.json", r#"{"memoryPages": 128}"#)?;
		let code = ["--replicas", "16", "--checker", &needs].iter().fold(
			vec!["deploy", &code],
			|mut args, arg| {
				args.push(arg);
				args
			},
		);
		let unable = id_of(&owner.json(&net, &code).await?)?;
		nobody_passes_a_check_that_traps(&net, &owner).await?;
		nobody_has_the_class(&net, &owner).await?;
		let private = deploy("private", &["--private", "--pinner", "0"]).await?;

		let builder = net.module(lab, 3).await?.executable(&hostile);
		let config = net.state(3).join("module.toml");
		let text = fs::read_to_string(&config)?;
		fs::write(&config, format!("{text}guest_memory_pages = 64\n"))?;
		let state = net.state(3);
		net.places[3].module = Some(builder.start().await?);

		// While it comes up: what rots at a host is found out, whether others have it or not.
		rotten_content_is_not_passed_on(&mut net, &owner, lab.dir(), &open, &private).await?;

		net.wait_status(3, "Active", ACTIVE).await?;
		let expected = [
			(&blocked, "Straight", "node_not_allowed"),
			(&blocked, "Boast", "node_not_allowed"),
			(&blocked, "OldEvidence", "node_not_allowed"),
			(&unable, "Straight", "not_capable"),
			(&unable, "Boast", "not_capable"),
			(&open, "Boast", "not_capable"),
			(&open, "OldEvidence", "bad_evidence"),
			(&open, "Unasked", "no_challenge"),
			(&blocked, "Unasked", "no_challenge"),
		];
		wait_until("every trick was tried", ACTIVE, async || {
			let told = read_diary(&state)?;
			for (id, trick, reason) in expected {
				let outcomes = outcomes(&told, id, trick);
				ensure!(
					outcomes.contains(reason),
					"{trick} of {id} had {outcomes:?} instead of {reason}"
				);
			}
			// Where the terms admit it, the same program gets the key.
			ensure!(outcomes(&told, &open, "Straight").contains("granted"));
			Ok(())
		})
		.await?;
		let told = read_diary(&state)?;
		for line in &told {
			let is_given = line["outcome"] == "granted" || line["outcome"] == "unopened";
			let may_be = line["deployment"] == *open
				&& line["trick"] == "Straight"
				&& line["active"] == true;
			ensure!(!is_given || may_be, "it was given a key: {line}");
		}
		// Before the chain certified it, nobody has answered.
		let early: Vec<_> = told.iter().filter(|line| line["active"] == false).collect();
		ensure!(
			!early.is_empty() && early.iter().all(|line| line["outcome"] == "silence"),
			"{early:?}"
		);
		let mut dropped = 0.0;
		for place in &net.places[..3] {
			let module = place.module.as_ref().context("there is a module")?;
			let metrics = module.metrics().await?;
			dropped += metrics.value("tea_letters_dropped_total", "reason=\"peer_not_active\"")?;
		}
		ensure!(dropped > 0.0, "no letter was dropped");
		for id in [&blocked, &unable] {
			let shown = net.json(&["pins", id]).await?;
			ensure!(!holders(&shown)?.1.contains(&3), "{shown}");
		}

		// What it was given opens in the boot that it was sealed for, and in no later one of the same chip.
		let builder = net.kill(3).await?;
		net.places[3].tpm.power_off().await?;
		net.places[3].tpm.power_on().await?;
		net.places[3].module = Some(builder.start().await?);
		let replayed = wait_until("it has tried the old envelope", ACTIVE, async || {
			read_diary(&state)?
				.into_iter()
				.find(|line| line["event"] == "replayed")
				.context("not yet")
		})
		.await?;
		ensure!(
			replayed["opened"] == false
				&& replayed["reason"] == "bad_envelope"
				&& replayed["in_boot"].as_u64() > replayed["of_boot"].as_u64(),
			"{replayed}"
		);
		Ok(())
	});
}

/// Not even the first module takes code that it is not able to run.
async fn nobody_passes_a_check_that_traps(net: &ModuleNet, owner: &Owner) -> Result<()> {
	let before = owner.deployments(net).await?.len();
	let code = owner.write("other.wasm", guest("i32.const 1")?)?;
	let check = owner.write("check.wasm", guest("unreachable")?)?;
	let refused = owner
		.tea(net, &["deploy", &code, "--checker", &check])
		.await?;
	ensure!(
		refused.code == DENIED && refused.err.contains("not able to run it"),
		"{refused:?}"
	);
	let after = owner.deployments(net).await?.len();
	ensure!(before == after, "it was registered all the same");
	Ok(())
}

/// Software TPMs are of the class that counts least: nobody is asked to hold what is for better ones.
async fn nobody_has_the_class(net: &ModuleNet, owner: &Owner) -> Result<()> {
	let file = owner.write("classy", "for class A")?;
	let refused = owner.tea(net, &["deploy", &file, "--class", "A"]).await?;
	ensure!(
		refused.code == DENIED && refused.err.contains("class"),
		"{refused:?}"
	);
	Ok(())
}

/// Alters blocks on the disk of host 0. What others have is fetched anew; what nobody has is refused.
async fn rotten_content_is_not_passed_on(
	net: &mut ModuleNet,
	owner: &Owner,
	dir: &Path,
	shared: &str,
	alone: &str,
) -> Result<()> {
	let host = net.places[0].host.take().context("there is a host")?;
	let host = host.stop().await?;
	let mut altered = 0;
	for block in files_below(&dir.join("host-0/ipfs/blocks"))? {
		let mut bytes = fs::read(&block)?;
		// The contents; documents and code are shorter.
		if bytes.len() > 200_000 {
			let middle = bytes.len() / 2;
			bytes[middle] ^= 1;
			fs::write(&block, bytes)?;
			altered += 1;
		}
	}
	ensure!(altered >= 2, "only {altered} blocks were there");
	net.places[0].host = Some(host.start().await?);

	let (copy, nothing) = (owner.path("copy"), owner.path("nothing"));
	owner
		.json(net, &["fetch", shared, "--decrypt", "--out", &copy])
		.await?;
	ensure!(
		fs::read(&copy)? == marked("open", 200_000),
		"other bytes came back"
	);
	let refused = owner.tea(net, &["fetch", alone, "--out", &nothing]).await?;
	ensure!(
		refused.code != 0 && refused.err.contains("next step"),
		"{refused:?}"
	);
	ensure!(!Path::new(&nothing).exists(), "half a file was left");
	Ok(())
}

fn files_below(dir: &Path) -> Result<Vec<PathBuf>> {
	let mut files = Vec::new();
	for entry in fs::read_dir(dir)? {
		let entry = entry?;
		match entry.file_type()?.is_dir() {
			true => files.extend(files_below(&entry.path())?),
			false => files.push(entry.path()),
		}
	}
	Ok(files)
}

/// What became of a trick, by any pinner of a deployment: reasons of refusals, or how it ended.
fn outcomes(told: &[Value], id: &str, trick: &str) -> BTreeSet<String> {
	told.iter()
		.filter(|line| line["deployment"] == id && line["trick"] == trick)
		.filter_map(|line| {
			let text = line["reason"].as_str().or(line["outcome"].as_str())?;
			Some(text.to_owned())
		})
		.collect()
}

/// Read by benchmarks/deployment.
#[test]
#[ignore = "figures, no check: benchmarks/deployment runs it"]
fn figures_of_deployments() {
	run("figures_of_deployments", async |lab| {
		let mut net = ModuleNet::start(lab, 4).await?;
		net.wait_all_active(ACTIVE).await?;
		println!("four modules are Active");
		let owner = Owner::new(lab, "//Eve", &net.places[0])?;

		let file = owner.write("small", marked("small", 1 << 20))?;
		let id = owner.deploy(&net, &file, &[]).await?;
		for _ in 0..5 {
			let shown = live(&net, &id, WANTED).await?;
			let (_, before) = holders(&shown)?;
			let gone = BTreeSet::from_iter(before.iter().take(1).copied());
			restart(&mut net, &gone).await?;
			let degraded = wait_until("it is degraded", SOON, async || {
				let shown = net.json(&["pins", &id]).await?;
				ensure!(shown["live"] == WANTED - 1, "{shown}");
				shown["block"].as_u64().context("no block")
			})
			.await?;
			let shown = live(&net, &id, WANTED).await?;
			let came = pins(&shown)?
				.iter()
				.filter(|pin| pin["state"] == "Live")
				.filter_map(|pin| pin["since"].as_u64())
				.max()
				.context("no pins")?;
			println!("figures: repin {}", came.saturating_sub(degraded));
			net.wait_all_active(ACTIVE).await?;
		}
		net.done(&["--suri", "//Eve", "retire", &id]).await?;

		for round in 0..5 {
			let mut content = vec![0; 20 << 20];
			File::open("/dev/urandom")?.read_exact(&mut content)?;
			let file = owner.write(&format!("large-{round}"), &content)?;
			let add = add(&net.places[1].ipfs, &file).await?;
			let begun = Instant::now();
			// One replica: nobody else fetches it meanwhile.
			let deployed = owner
				.json(&net, &["deploy", &file, "--replicas", "1", "--pinner", "0"])
				.await?;
			let took = begun.elapsed().as_millis();
			let part = |name: &str| deployed["milliseconds"][name].as_u64().unwrap_or_default();
			println!(
				"figures: deploy {} {} {} {} {took} {}",
				part("encrypt"),
				part("store"),
				part("offer"),
				part("register"),
				add.as_millis(),
			);
		}
		Ok(())
	});
}

/// How long a host takes to add a file by itself.
async fn add(ipfs: &str, file: &str) -> Result<Duration> {
	let begun = Instant::now();
	let added = tokio::process::Command::new("curl")
		.args(["--silent", "--fail", "--output", "/dev/null"])
		.args(["--form", &format!("file=@{file}")])
		.arg(format!("{ipfs}/api/v0/add"))
		.status()
		.await
		.context("cannot run curl")?;
	ensure!(added.success(), "curl: {added}");
	Ok(begun.elapsed())
}

/// A guest whose `tea_run` has this body.
fn guest(body: &str) -> Result<Vec<u8>> {
	Ok(wat::parse_str(format!(
		r#"(module
			(memory (export "memory") 1)
			(func (export "tea_abi") (result i32) i32.const 1)
			(func (export "tea_run") (result i32) {body}))"#
	))?)
}

/// Letters that nobody can guess.
fn random_letters() -> Result<String> {
	let mut bytes = [0; 24];
	File::open("/dev/urandom")?.read_exact(&mut bytes)?;
	Ok(format!("marker-{}", hex::encode(bytes)))
}

/// A content of at least this length in which a marker stands again and again, in lines that differ.
fn marked(marker: &str, len: usize) -> Vec<u8> {
	let mut content = Vec::with_capacity(len + 100);
	for line in 0.. {
		if content.len() >= len {
			break;
		}
		content.extend(format!("{line} {marker}\n").as_bytes());
	}
	content
}
