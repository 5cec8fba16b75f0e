//! Executors that lie to the chain: with real chips, the verdicts of real verifiers, and session keys that they have for good. It
//! takes nothing of it, and what is true counts all the same.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::{
	collections::BTreeSet,
	fs,
	path::{Path, PathBuf},
	time::Duration,
};
use tea_e2e::{
	DaemonBuilder, Guests, Lab, ModuleNet, Owner, Signal,
	errands::{confirmed, executor, number, stage, wait_stage},
	locate_example, read_diary, run, wait_until,
};

/// Until a module is Active, and until a certificate has lapsed, in blocks of one second on a busy machine.
const ACTIVE: Duration = Duration::from_secs(180);

/// Until the chain has said something about a proof.
const SOON: Duration = Duration::from_secs(60);

/// Modules, all of them in one hand.
const MODULES: u32 = 4;

/// Errands until executors have had proofs of their own and of others to lie with: too few only if one of four runs all of them.
const TRIES: usize = 8;

const TEXT: &str = "what is not proven\nis not paid\n";

/// Lies of an executor about its own errand: what the chain says about each, and about which field.
const LIES: [(&str, &str, Option<&str>); 5] = [
	("no verdicts", "TooFewVerdicts", None),
	("too few verdicts", "TooFewVerdicts", None),
	("repeated verdict", "DuplicateVerdict", None),
	("other input", "BadPot", Some("Input")),
	(
		"other input under this order",
		"BadQuote",
		Some("ExtraData"),
	),
];

/// Lies with proofs that stand on chain already.
const REPLAYS: [(&str, &str, Option<&str>); 5] = [
	("replayed", "BadPot", Some("Errand")),
	("replayed under this order", "BadQuote", Some("ExtraData")),
	("taken from another", "BadPot", Some("Errand")),
	(
		"taken from another, under this order",
		"BadQuote",
		Some("Signer"),
	),
	("again", "AlreadySettled", None),
];

struct Gang {
	net: ModuleNet,
	den: PathBuf,
	hostile: PathBuf,
	client: Owner,
	code: String,
	text: String,
}

#[test]
fn lies_of_executors_are_refused() {
	run("lies_of_executors_are_refused", async |lab| {
		let mut gang = Gang::gather(lab).await?;
		let run = ["run", &gang.code, &gang.text];

		// Who has no money cannot even get a lie into a block: only what is a duty is carried for nothing.
		confirmed(&gang.client, &gang.net, &run).await?;
		for (lie, ..) in LIES {
			gang.wait_outcome(lie, "Payment", None).await?;
		}

		for id in 0..MODULES {
			let session = gang.net.session(id).await?;
			gang.net
				.done(&["--suri", "//Eve", "transfer", &session, "100"])
				.await?;
		}
		let expected = || LIES.into_iter().chain(REPLAYS);
		for _ in 0..TRIES {
			if expected().all(|(lie, outcome, _)| gang.outcomes(lie).contains(outcome)) {
				break;
			}
			confirmed(&gang.client, &gang.net, &run).await?;
		}
		for (lie, outcome, field) in expected() {
			gang.wait_outcome(lie, outcome, field).await?;
			let outcomes = gang.outcomes(lie);
			ensure!(
				outcomes
					.iter()
					.all(|one| [outcome, "Payment", "NotSent"].contains(&one.as_str())),
				"{lie}: {outcomes:?}"
			);
		}

		gang.copied_proof_is_refused().await?;
		gang.proof_of_the_past_is_refused(lab).await
	});
}

impl Gang {
	/// A network whose modules all run the program that lies, which governance has accepted.
	async fn gather(lab: &Lab) -> Result<Self> {
		let guests = Guests::build().await?;
		let mut net = ModuleNet::prepare(lab, MODULES).await?;
		let hostile = locate_example("hostile")?;
		net.accept_release(net.url(), 2, &hostile).await?;
		let den = lab.dir().join("den");
		fs::create_dir(&den)?;
		net.start_modules_as(lab, 0..MODULES, |module| as_liar(module, &hostile, &den))
			.await?;
		net.wait_all_active(ACTIVE).await?;
		let client = Owner::new(lab, "//Eve", &net.places[0])?;
		Ok(Self {
			code: guests.path("word-count"),
			text: client.write("text.txt", TEXT)?,
			client,
			net,
			den,
			hostile,
		})
	}

	/// What they have written down about a lie.
	fn told(&self, lie: &str) -> Vec<Value> {
		let diaries = (0..MODULES).filter_map(|id| read_diary(&self.net.state(id)).ok());
		diaries
			.flatten()
			.filter(|line| line["lie"] == lie)
			.collect()
	}

	/// What became of a lie, whoever told it.
	fn outcomes(&self, lie: &str) -> BTreeSet<String> {
		self.told(lie)
			.iter()
			.filter_map(|line| Some(line["outcome"].as_str()?.to_owned()))
			.collect()
	}

	/// Waits until somebody was told so.
	async fn wait_outcome(&self, lie: &str, outcome: &str, field: Option<&str>) -> Result<()> {
		wait_until(&format!("{lie:?} is refused"), SOON, async || {
			let told = self.told(lie);
			ensure!(
				told.iter()
					.any(|line| line["outcome"] == outcome && line["detail"] == json!(field)),
				"instead of {outcome} {field:?}: {told:?}"
			);
			Ok(())
		})
		.await
	}

	fn hold(&self, is_held: bool) -> Result<()> {
		let file = self.den.join("hold");
		if is_held {
			fs::write(file, "")?;
		} else {
			fs::remove_file(file)?;
		}
		Ok(())
	}

	/// An errand whose proof is complete and was kept back, and its executor.
	async fn proof_kept_back(&self) -> Result<(String, u32)> {
		self.hold(true)?;
		let order = ["run", &self.code, &self.text];
		let more = ["--post-only", "--deadline", "600"];
		let posted = self
			.client
			.json(&self.net, &[&order[..], &more].concat())
			.await?;
		let errand = number(&posted);
		let at = wait_stage(&self.net, &errand, "Assigned").await?;
		let proof = self.den.join(format!("proof-{errand}"));
		wait_until("there is a proof", SOON, async || {
			ensure!(proof.exists(), "there is none");
			Ok(())
		})
		.await?;
		Ok((errand, executor(&at)?))
	}

	/// Has a session key sign the proof of an errand, and waits for what the chain says.
	async fn hand_in(
		&self,
		word: &str,
		(module, boot): (u32, u64),
		errand: &str,
		outcome: &str,
	) -> Result<()> {
		let order = json!({
			"word": word,
			"module": module,
			"boot_seq": boot,
			"errand": errand.parse::<u64>()?,
		});
		fs::write(self.den.join("order.json"), order.to_string())?;
		self.wait_outcome(word, outcome, None).await?;
		let told = self.told(word);
		ensure!(
			told.len() == 1 && told[0]["module"] == module && told[0]["boot"] == boot,
			"{told:?}"
		);
		// Nothing has changed.
		let at = stage(&self.net, errand).await?;
		ensure!(at["stage"] == "Assigned", "{at}");
		Ok(())
	}

	/// A module hands in what another one has proven, before that one does.
	async fn copied_proof_is_refused(&self) -> Result<()> {
		let (errand, executor) = self.proof_kept_back().await?;
		let thief = (executor + 1) % MODULES;
		let boot = self.net.boot_seq(thief).await?;
		self.hand_in("copied", (thief, boot), &errand, "NotExecutor")
			.await?;
		self.hold(false)?;
		wait_stage(&self.net, &errand, "Confirmed").await?;
		Ok(())
	}

	/// A proof that was good once: its executor has lost its certificate, and then its machine has started again.
	async fn proof_of_the_past_is_refused(&mut self, lab: &Lab) -> Result<()> {
		let (errand, executor) = self.proof_kept_back().await?;
		let old = (executor, self.net.boot_seq(executor).await?);
		// It does its duties no more, and keeps its session key.
		let ghost = self.net.places[executor as usize].module.take();
		let mut ghost = ghost.context("there is a module")?;
		ghost.signal(Signal::SIGTERM)?;
		wait_until("its certificate has lapsed", ACTIVE, async || {
			let status = self.net.status(executor).await?;
			ensure!(status != "Active", "it is {status}");
			Ok(())
		})
		.await?;
		ghost.ensure_running()?;
		self.hand_in("lapsed", old, &errand, "StaleBoot").await?;

		let module = self.net.module(lab, executor).await?;
		let module = as_liar(module, &self.hostile, &self.den);
		let chip = &mut self.net.places[executor as usize].tpm;
		chip.power_off().await?;
		chip.power_on().await?;
		self.net.start_again(executor, module, ACTIVE).await?;
		self.hand_in("old session key", old, &errand, "NotExecutor")
			.await?;
		let boot = self.net.boot_seq(executor).await?;
		ensure!(boot > old.1, "it is the old boot");
		let session = self.net.session(executor).await?;
		self.net
			.done(&["--suri", "//Eve", "transfer", &session, "100"])
			.await?;
		self.hand_in("old boot", (executor, boot), &errand, "StaleBoot")
			.await?;

		// Nobody has to wait for its deadline: another attempt goes through.
		self.hold(false)?;
		self.net
			.done(&["--suri", "//Ferdie", "expire", &errand])
			.await?;
		let end = wait_stage(&self.net, &errand, "Confirmed").await?;
		ensure!(end["attempt"] == 1, "{end}");
		Ok(())
	}
}

/// The module, with the program that lies.
fn as_liar(module: DaemonBuilder, hostile: &Path, den: &Path) -> DaemonBuilder {
	module
		.executable(hostile)
		.args(["--lie", "proofs", "--den"])
		.args([den])
}
