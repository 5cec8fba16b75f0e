//! Errands as `tea` shows them.

use crate::{ModuleNet, Owner, wait_until};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::time::Duration;

/// Until an errand has come to a stage.
const SOON: Duration = Duration::from_secs(150);

/// Runs an errand that has to be confirmed, and its proof verified.
pub async fn confirmed(client: &Owner, net: &ModuleNet, args: &[&str]) -> Result<Value> {
	let ran = client.json(net, args).await?;
	ensure!(
		ran["outcome"] == "Confirmed" && ran["verification"]["verdict"] == "verified",
		"{ran}"
	);
	let bill = &ran["bill"];
	let lines = bill["lines"].as_array().context("no bill")?;
	let mut sum = amount(&bill["returned"])?;
	for line in lines.iter().filter(|line| line["paid"] == true) {
		sum += amount(&line["amount"])?;
	}
	ensure!(
		sum == amount(&bill["held"])?,
		"the bill adds up to {sum}: {bill}"
	);
	Ok(ran)
}

/// An amount in an answer.
pub fn amount(value: &Value) -> Result<u128> {
	Ok(value
		.as_str()
		.with_context(|| format!("{value} is no amount"))?
		.parse()?)
}

/// The number of an errand that was posted.
pub fn number(ran: &Value) -> String {
	ran["errand"].to_string()
}

/// Where an errand stands.
pub async fn stage(net: &ModuleNet, errand: &str) -> Result<Value> {
	let number: u64 = errand.parse()?;
	let listed = net.json(&["errands", "--all"]).await?;
	let found = listed["errands"]
		.as_array()
		.and_then(|all| all.iter().find(|one| one["errand"] == number))
		.with_context(|| format!("no errand {errand}: {listed}"))?;
	Ok(found.clone())
}

/// Waits until an errand has come to a stage.
pub async fn wait_stage(net: &ModuleNet, errand: &str, expected: &str) -> Result<Value> {
	wait_until(
		&format!("errand {errand} is {expected}"),
		SOON,
		async || {
			let at = stage(net, errand).await?;
			ensure!(at["stage"] == expected, "{at}");
			Ok(at)
		},
	)
	.await
}

/// The executor that a stage names: "module N runs it until …, checked by …".
pub fn executor(at: &Value) -> Result<u32> {
	let text = at["text"].as_str().context("no text")?;
	let number = text.split_whitespace().nth(1).context("no module")?;
	Ok(number.parse()?)
}
