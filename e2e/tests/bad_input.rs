//! What people get wrong around a module: one clear sentence, the next step, a meaningful exit code, never a panic.

use anyhow::{Context, Result, ensure};
use std::{fs, time::Duration};
use tea_e2e::{Answer, DaemonBuilder, Lab, ModuleNet, SoftTpm, run, wait_until};

/// A program that cannot go on ends by itself within this time.
const END: Duration = Duration::from_secs(60);

/// Where the certificate of the RSA-2048 endorsement key is kept (TCG EK Credential Profile 2.6, 2.2.1.4).
const EK_CERTIFICATE: &str = "0x01c00002";

#[test]
fn what_is_missing_is_said_with_the_next_step() {
	run("what_is_missing_is_said_with_the_next_step", async |lab| {
		let mut net = ModuleNet::prepare(lab, 1).await?;
		let operator = net.operator(0).await?;
		let good = net.config(0);

		// Before anything is right.
		refused(
			lab,
			&net,
			"typo",
			&(good.clone() + "isuer = 1\n"),
			2,
			"isuer",
		)
		.await?;
		let no_tpm = good.replace(&net.places[0].tpm.tcti(), "swtpm:host=127.0.0.1,port=1");
		refused(lab, &net, "no-tpm", &no_tpm, 12, "TPM").await?;
		refused(lab, &net, "no-operator", &good, 24, &operator).await?;
		net.name_operator(0, &operator).await?;
		seen(&net, &good, 22, "send it money").await?;
		refused(lab, &net, "no-money", &good, 22, "needs").await?;
		net.fund(&operator).await?;
		seen(&net, &good, 0, "").await?;
		let issuer = good.replace("issuer = 1", "issuer = 9");
		refused(lab, &net, "no-issuer", &issuer, 21, "no such issuer").await?;
		doctor(&net, &issuer, &[], 21, "knows no issuer 9").await?;

		// Everything is right.
		let answer = doctor(&net, &good, &[], 0, "").await?;
		for check in [
			"configuration",
			"operator key",
			"TPM",
			"lockout",
			"PCR banks",
			"EK certificate",
			"node",
			"clock",
			"account",
			"issuer",
			"module",
		] {
			ensure!(
				answer
					.out
					.lines()
					.any(|line| line.starts_with("ok ") && line.contains(check)),
				"{check} is not right: {answer:?}"
			);
		}

		// Another chain than the one that was meant.
		let other = format!("0x{}", "11".repeat(32));
		doctor(&net, &good, &["--genesis", &other], 20, "chain").await?;

		lockout(lab, &net.places[0].tpm)?;
		doctor(&net, &good, &[], 13, "lockout").await?;
		net.places[0]
			.tpm
			.tool("tpm2_dictionarylockout", &["--clear-lockout"])?;
		doctor(&net, &good, &[], 0, "").await?;

		// A chip of a maker who keeps certificates elsewhere.
		net.places[0]
			.tpm
			.tool("tpm2_nvundefine", &["--hierarchy", "p", EK_CERTIFICATE])?;
		doctor(&net, &good, &[], 14, "--ek-certificate").await?;
		refused(lab, &net, "no-certificate", &good, 14, "certificate").await?;

		// A chain that stands still, or a clock that is far ahead: from here it looks the same.
		let node = net.node.take().context("there is a node")?;
		let node = node.kill().await?.builder().without("--alice");
		net.node = Some(node.start().await?);
		let other_key = good + "ek = \"p384\"\n";
		seen(&net, &other_key, 23, "s old by this clock").await
	});
}

/// Neither the daemon nor `tea enrol` goes on with this configuration; both say the same.
async fn refused(
	lab: &Lab,
	net: &ModuleNet,
	name: &str,
	config: &str,
	code: i32,
	sentence: &str,
) -> Result<()> {
	let path = lab.write(&format!("{name}.toml"), config)?;
	let path = path.display().to_string();
	let answer = net.tea(&["enrol", "--config", &path]).await?;
	understood(&answer.err, answer.code, code, sentence)
		.with_context(|| format!("`tea enrol` with {name}: {answer:?}"))?;
	let (status, said) = DaemonBuilder::new(lab, "tea-module", &format!("module-{name}"))
		.args(["--config", &path, "--metrics", "127.0.0.1:0"])
		// It never comes to listen.
		.http(([127, 0, 0, 1], 1).into())
		.run(END)
		.await?;
	understood(&said, status.code().unwrap_or(-1), code, sentence)
		.with_context(|| format!("tea-module with {name}: {status}, {said}"))
}

fn understood(said: &str, code: i32, expected: i32, sentence: &str) -> Result<()> {
	ensure!(code == expected, "it ends with {code}, not {expected}");
	ensure!(!said.contains("panicked"), "it panics");
	ensure!(said.contains("next step:"), "it names no next step");
	ensure!(said.contains(sentence), "it does not say {sentence:?}");
	Ok(())
}

async fn doctor(
	net: &ModuleNet,
	config: &str,
	more: &[&str],
	code: i32,
	sentence: &str,
) -> Result<Answer> {
	let args = doctor_args(net, config, more)?;
	let answer = net
		.tea(&args.iter().map(String::as_str).collect::<Vec<_>>())
		.await?;
	ensure!(
		answer.code == code && answer.out.contains(sentence) && !answer.err.contains("panicked"),
		"doctor was to end with {code} and to say {sentence:?}: {answer:?}"
	);
	Ok(answer)
}

/// Waits until `tea doctor` sees it so: a light client is a little behind.
async fn seen(net: &ModuleNet, config: &str, code: i32, sentence: &str) -> Result<()> {
	wait_until(&format!("doctor says {sentence:?}"), 3 * END, async || {
		doctor(net, config, &[], code, sentence).await.map(drop)
	})
	.await
}

fn doctor_args(net: &ModuleNet, config: &str, more: &[&str]) -> Result<Vec<String>> {
	let path = net.state(0).join("doctor.toml");
	fs::write(&path, config)?;
	let path = path.display().to_string();
	let args = ["doctor", "--config", &path];
	Ok(args.iter().chain(more).map(|&arg| arg.to_owned()).collect())
}

/// A wrong password where the chip allows one.
fn lockout(lab: &Lab, tpm: &SoftTpm) -> Result<()> {
	let file = |name: &str| lab.dir().join(name).display().to_string();
	let (parent, public, private) = (file("parent"), file("public"), file("private"));
	tpm.tool(
		"tpm2_dictionarylockout",
		&[
			"--setup-parameters",
			"--max-tries=1",
			"--recovery-time=1000",
			"--lockout-recovery-time=1000",
		],
	)?;
	tpm.tool(
		"tpm2_createprimary",
		&["-C", "o", "-G", "ecc", "-p", "right", "-c", &parent],
	)?;
	let wrong = ["-C", &parent, "-P", "wrong", "-u", &public, "-r", &private];
	ensure!(
		tpm.tool("tpm2_create", &wrong).is_err(),
		"a wrong password is accepted"
	);
	tpm.tool("tpm2_flushcontext", &["--transient-object"])
		.map(drop)
}
