//! `tea pins`: who holds the key of a deployment, who got it from whom, and whether the proofs verify.

use std::path::Path;

use serde_json::{Value, json};
use tea_chain::{
	AccountId, At,
	delegation::{Expected, Holder},
	types::{DeploymentInfo, DeploymentStatus, PinState, PinView},
};
use tea_primitives::{
	deployment::{DeploymentId, Visibility},
	ids::ModuleId,
};

use crate::{
	args::deployment::Pins,
	context::Context,
	deployment::{
		proof::{PinProof, Proof},
		store::shown_cid,
	},
	failure::{Failure, Kind, Result},
	output::{lines, table},
};

/// Shows one deployment, or all of them.
pub(crate) async fn run(context: &Context, settings: &Pins) -> Result<()> {
	match (settings.deployment, &settings.verify) {
		(_, Some(file)) => verify(context, file),
		(Some(id), None) => show(context, id, settings.save.as_deref()).await,
		(None, None) => list(context).await,
	}
}

/// Verifies proofs without a chain.
fn verify(context: &Context, file: &Path) -> Result<()> {
	let proof = Proof::read(file)?;
	let expected = &proof.expected;
	if let Some(genesis) = context.global.genesis
		&& genesis != expected.genesis
	{
		return Err(Failure::new(
			Kind::Untrusted,
			format!(
				"the proofs are of the chain 0x{}",
				hex::encode(expected.genesis)
			),
			"ask for those of the chain that --genesis names",
		));
	}
	let verified: Vec<_> = proof
		.pins
		.iter()
		.map(|pin| (pin, proof.verify(pin)))
		.collect();
	let json = json!({
		"genesis": format!("0x{}", hex::encode(expected.genesis)),
		"deployment": shown(expected.deployment),
		"owner": expected.owner,
		"registration": format!("0x{}", hex::encode(expected.registration)),
		"block": proof.block,
		"pins": verified.iter().map(|(pin, proof)| json!({
			"module": pin.module.0,
			"bootSeq": pin.boot_seq,
			"verified": proof.is_ok(),
			"holders": proof.as_ref().ok().map(|holders| {
				holders.iter().map(|holder| holder.module.0).collect::<Vec<_>>()
			}),
			"problem": proof.as_ref().err(),
		})).collect::<Vec<_>>(),
	});
	context.output.show(&json, || {
		let mut text = lines([
			("deployment", shown(expected.deployment)),
			("chain", format!("0x{}", hex::encode(expected.genesis))),
			("owner", expected.owner.to_string()),
			("block", proof.block.to_string()),
		]);
		for (pin, proof) in &verified {
			text += &match proof {
				Ok(holders) => format!("module {}: {}\n", pin.module, way(holders)),
				Err(reason) => format!("module {}: NOT VERIFIED: {reason}\n", pin.module),
			};
		}
		text + "that the owner registered this, and that the keys were those of the boots, only a node says: `tea pins ID`\n"
	})?;
	let problems = verified
		.iter()
		.filter_map(|(pin, proof)| Some((pin.module, proof.as_ref().err()?.as_str())));
	refuse(problems)
}

/// From the owner to the pin.
fn way(holders: &[Holder]) -> String {
	let mut way = "owner".to_owned();
	for holder in holders.iter().rev() {
		way += &format!(" → module {}", holder.module);
	}
	way + ", each signature verified"
}

/// Fails if there are problems with proofs.
fn refuse<'a>(problems: impl Iterator<Item = (ModuleId, &'a str)>) -> Result<()> {
	let problems: Vec<_> = problems
		.map(|(module, reason)| format!("module {module}: {reason}"))
		.collect();
	if problems.is_empty() {
		return Ok(());
	}
	Err(Failure::new(
		Kind::Untrusted,
		format!(
			"proofs of delegation do not verify: {}",
			problems.join("; ")
		),
		"do not rely on these pins; ask another node",
	))
}

fn shown(id: DeploymentId) -> String {
	format!("0x{}", hex::encode(id.0))
}

const fn status(status: DeploymentStatus) -> &'static str {
	match status {
		DeploymentStatus::Live => "Live",
		DeploymentStatus::Degraded => "Degraded",
		DeploymentStatus::Lost => "Lost",
		DeploymentStatus::Retired => "Retired",
		DeploymentStatus::Expired => "Expired",
	}
}

const fn state(state: PinState) -> &'static str {
	match state {
		PinState::Live => "Live",
		PinState::Suspended => "Suspended",
		PinState::Void => "Void",
	}
}

async fn list(context: &Context) -> Result<()> {
	let owner: Option<AccountId> = context
		.optional_key()?
		.map(|key| tea_chain::Sign::account(&key));
	let at = context.at().await?;
	let mut rows = Vec::new();
	for (id, record) in at.deployments().await? {
		if owner.is_some_and(|owner| owner != record.owner) {
			continue;
		}
		if let Some(info) = at.deployment_info(id).await? {
			rows.push((id, info));
		}
	}
	rows.sort_by_key(|(_, info)| info.record.registered);
	let json = json!({
		"block": at.number(),
		"deployments": rows.iter().map(|(id, info)| describe(*id, info)).collect::<Vec<_>>(),
	});
	context.output.show(&json, || {
		if rows.is_empty() {
			return "there is no deployment\nnext step: `tea deploy FILE` makes one".into();
		}
		let header = [
			"deployment",
			"kind",
			"visibility",
			"status",
			"pins",
			"bytes",
			"owner",
		];
		table(
			header,
			rows.iter().map(|(id, info)| {
				let record = &info.record;
				[
					shown(*id),
					format!("{:?}", record.kind),
					format!("{:?}", record.visibility),
					status(info.status).to_owned(),
					pins_of(info),
					record.content.size.to_string(),
					record.owner.to_string(),
				]
			}),
		)
	})
}

fn pins_of(info: &DeploymentInfo) -> String {
	match info.record.visibility {
		Visibility::Hosted => format!("{} of {}", info.live, info.record.wanted),
		_ => "–".to_owned(),
	}
}

fn describe(id: DeploymentId, info: &DeploymentInfo) -> Value {
	let record = &info.record;
	json!({
		"deployment": shown(id),
		"owner": record.owner,
		"kind": format!("{:?}", record.kind),
		"visibility": format!("{:?}", record.visibility),
		"status": status(info.status),
		"live": info.live,
		"wanted": record.wanted,
		"cid": shown_cid(&record.content.cid),
		"size": record.content.size,
		"registered": record.registered,
		"seed": record.seed,
		"delegator": record.delegator.0,
	})
}

/// A pin and what its proof is worth.
struct Row {
	view: PinView,
	proof: std::result::Result<usize, String>,
}

async fn show(context: &Context, id: DeploymentId, save: Option<&Path>) -> Result<()> {
	let at = context.at().await?;
	let info = at.deployment_info(id).await?.ok_or_else(|| {
		Failure::new(
			Kind::NotFound,
			format!("there is no deployment {}", shown(id)),
			"`tea pins` lists them",
		)
	})?;
	let mut proof = Proof {
		expected: Expected {
			genesis: at.chain().genesis(),
			deployment: id,
			owner: info.record.owner,
			registration: info.record.registration,
		},
		block: at.number(),
		pins: Vec::new(),
	};
	let mut rows = Vec::new();
	for view in at.pins(id).await? {
		let pin = PinProof {
			module: view.pin.module,
			boot_seq: view.pin.boot_seq,
			links: at.delegation_chain(id, Some(view.pin.module)).await?,
		};
		let verified = match proof.verify(&pin) {
			Ok(holders) => confirm(&at, &holders).await?,
			Err(reason) => Err(reason),
		};
		proof.pins.push(pin);
		rows.push(Row {
			view,
			proof: verified,
		});
	}
	if let Some(path) = save {
		proof.write(path)?;
	}
	let mut json = describe(id, &info);
	json["block"] = at.number().into();
	json["pins"] = rows.iter().map(Row::json).collect();
	context
		.output
		.show(&json, || text(id, &info, &rows, at.number()))?;
	refuse(
		rows.iter()
			.filter_map(|row| Some((row.view.pin.module, row.proof.as_ref().err()?.as_str()))),
	)
}

/// What the chain alone knows: the keys that signed were those of the boots. Gives the number of links.
async fn confirm(at: &At, holders: &[Holder]) -> Result<std::result::Result<usize, String>> {
	for holder in holders {
		let keys = at.boot_keys(holder.module, holder.boot_seq).await?;
		if !keys.iter().any(|keys| keys.session == holder.session) {
			return Ok(Err(format!(
				"the key of module {} was not that of its boot {}",
				holder.module, holder.boot_seq
			)));
		}
	}
	Ok(Ok(holders.len()))
}

impl Row {
	fn json(&self) -> Value {
		let PinView {
			pin,
			parent,
			state: standing,
		} = &self.view;
		json!({
			"module": pin.module.0,
			"bootSeq": pin.boot_seq,
			"seed": pin.seed,
			"state": state(*standing),
			"parent": parent.map(|parent| parent.0),
			"depth": pin.depth,
			"since": pin.since,
			"whileDegraded": pin.while_degraded,
			"link": format!("0x{}", hex::encode(pin.link)),
			"verified": self.proof.is_ok(),
			"links": self.proof.as_ref().ok(),
			"problem": self.proof.as_ref().err(),
		})
	}

	fn text(&self) -> String {
		let PinView {
			pin,
			state: standing,
			..
		} = &self.view;
		let proof = match &self.proof {
			Ok(1) => "1 link verified".to_owned(),
			Ok(links) => format!("{links} links verified"),
			Err(reason) => format!("NOT VERIFIED: {reason}"),
		};
		format!(
			"module {}, boot {}: {}, since block {}, {proof}",
			pin.module,
			pin.boot_seq,
			state(*standing),
			pin.since
		)
	}
}

fn text(id: DeploymentId, info: &DeploymentInfo, rows: &[Row], now: u32) -> String {
	let record = &info.record;
	let mut out = lines([
		("deployment", shown(id)),
		("block", now.to_string()),
		(
			"status",
			format!("{}, {} live pins", status(info.status), pins_of(info)),
		),
		(
			"content",
			format!(
				"{:?}, {:?}, {} bytes, {}",
				record.kind,
				record.visibility,
				record.content.size,
				shown_cid(&record.content.cid)
			),
		),
	]);
	out += &format!("\nowner {}\n", record.owner);
	out += &tree(rows);
	if info.status == DeploymentStatus::Lost {
		out += &format!(
			"\nno module holds the key any more, and no errand is accepted\nnext step: its owner runs `tea reseed {}`\n",
			shown(id)
		);
	}
	out
}

/// The pins below each other: each under the one that it got the key from.
fn tree(rows: &[Row]) -> String {
	let mut out = String::new();
	let is_root = |row: &&Row| match row.view.parent {
		None => true,
		// Its parent is gone, its proof is not.
		Some(parent) => !rows.iter().any(|other| is_parent(other, parent, row)),
	};
	let roots: Vec<_> = rows.iter().filter(is_root).collect();
	grow(&mut out, rows, &roots, "");
	out
}

fn is_parent(candidate: &Row, parent: ModuleId, child: &Row) -> bool {
	candidate.view.pin.module == parent
		&& candidate.view.pin.seed == child.view.pin.seed
		&& candidate.view.pin.depth < child.view.pin.depth
}

fn grow(out: &mut String, rows: &[Row], level: &[&Row], indent: &str) {
	for (at, row) in level.iter().enumerate() {
		let is_last = at + 1 == level.len();
		let (branch, below) = if is_last {
			("└─ ", "   ")
		} else {
			("├─ ", "│  ")
		};
		let orphan = match row.view.parent {
			Some(parent) if indent.is_empty() => {
				format!(" (from module {parent}, whose pin is gone)")
			}
			_ => String::new(),
		};
		*out += &format!("{indent}{branch}{}{orphan}\n", row.text());
		let children: Vec<_> = rows
			.iter()
			.filter(|child| {
				child
					.view
					.parent
					.is_some_and(|parent| is_parent(row, parent, child))
			})
			.collect();
		grow(out, rows, &children, &format!("{indent}{below}"));
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use tea_chain::types::Pin;

	fn row(module: u32, parent: Option<u32>, depth: u8) -> Row {
		Row {
			view: PinView {
				pin: Pin {
					module: ModuleId(module),
					boot_seq: 1,
					seed: 0,
					link: [0; 32],
					depth,
					since: 7,
					while_degraded: false,
				},
				parent: parent.map(ModuleId),
				state: PinState::Live,
			},
			proof: Ok(depth.into()),
		}
	}

	fn modules(text: &str) -> Vec<String> {
		text.lines()
			.map(|line| line.split(',').next().unwrap_or_default().to_owned())
			.collect()
	}

	#[test]
	fn each_pin_stands_below_the_one_it_came_from() {
		let rows = [
			row(1, None, 1),
			row(2, Some(1), 2),
			row(4, Some(2), 3),
			row(3, Some(1), 2),
		];
		assert_eq!(
			modules(&tree(&rows)),
			[
				"└─ module 1",
				"   ├─ module 2",
				"   │  └─ module 4",
				"   └─ module 3",
			]
		);
	}

	#[test]
	fn pin_whose_parent_is_gone_is_shown_with_its_name() {
		let text = tree(&[row(4, Some(2), 3)]);
		assert!(text.contains("from module 2, whose pin is gone"), "{text}");
	}

	#[test]
	fn problem_of_a_proof_is_in_sight() {
		let mut bad = row(1, None, 1);
		bad.proof = Err("a signature of link 0 does not verify".into());
		assert!(bad.text().contains("NOT VERIFIED"));
		assert_eq!(bad.json()["verified"], false);
		assert_eq!(row(1, None, 1).json()["links"], 1);
	}
}
