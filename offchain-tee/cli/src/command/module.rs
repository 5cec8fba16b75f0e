//! `tea module show`: everything about one module.

use serde_json::{Value, json};
use tea_chain::{
	At,
	types::{CamelliaInfo, CertificateRecord, ChainMember, Enrolment, ModuleInfo, RoundRecord},
};
use tea_primitives::{draw::Member, ids::ModuleId};

use super::modules::status;
use crate::{
	context::Context,
	failure::{Failure, Kind, Result},
	output::{lines, tokens},
};

struct Everything {
	camellia: Option<CamelliaInfo>,
	info: Option<ModuleInfo>,
	certificate: Option<CertificateRecord>,
	enrolment: Option<Enrolment>,
	round: Option<RoundRecord>,
}

/// Shows a module.
pub(crate) async fn run(context: &Context, module: ModuleId) -> Result<()> {
	let at = context.at().await?;
	let all = read(&at, module).await?;
	if all.camellia.is_none() && all.info.is_none() {
		return Err(Failure::new(
			Kind::NotFound,
			format!("there is no module and no Camellia {module}"),
			"`tea modules` lists all of them",
		));
	}
	let json = all.json(&at, module);
	context.output.show(&json, || all.text(&at, module))
}

async fn read(at: &At, module: ModuleId) -> Result<Everything> {
	let (camellia, info, certificate, enrolment, round) = futures::try_join!(
		at.camellia(module),
		at.module_info(module),
		at.certificate_record(module),
		at.enrolment(module),
		at.round(module)
	)?;
	Ok(Everything {
		camellia,
		info,
		certificate,
		enrolment,
		round,
	})
}

fn hex32(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

fn member(member: &ChainMember) -> String {
	match member {
		Member::Module(module) => format!("module {module}"),
		Member::Registrar(account) => format!("registrar {account}"),
	}
}

/// What a member of a committee did, by its position.
fn votes(committee: &[ChainMember], bits: u16, did: &str, did_not: &str) -> String {
	if committee.is_empty() {
		return "not drawn yet".into();
	}
	let votes = committee.iter().enumerate().map(|(at, who)| {
		let word = if bits >> at & 1 == 1 { did } else { did_not };
		format!("{}: {word}", member(who))
	});
	votes.collect::<Vec<_>>().join("\n               ")
}

impl Everything {
	fn text(&self, at: &At, module: ModuleId) -> String {
		let mut out = lines([
			("module", module.to_string()),
			("block", at.number().to_string()),
		]);
		if let Some(info) = &self.info {
			out += &lines([
				("status      ", status(info.status).to_owned()),
				("why         ", info.reason.to_string()),
				("since       ", format!("block {}", info.since)),
			]);
			if let Some(until) = info.cool_down_until.filter(|until| *until > at.number()) {
				out += &lines([("waits until ", format!("block {until}"))]);
			}
			out += &lines([
				("next round  ", info.next_round.to_string()),
				("boots       ", info.boot_seq.to_string()),
			]);
			if let Some(chip) = &info.chip {
				out += &lines([
					("chip        ", hex32(&chip.id)),
					(
						"class       ",
						format!("{:?}, certified by issuer {}", chip.class, chip.issuer),
					),
					(
						"bond        ",
						format!("{} of {}", tokens(chip.bond), chip.bonded_by),
					),
				]);
			}
			if let Some(boot) = &info.boot {
				out += &lines([
					(
						"boot        ",
						format!("{}, posted in block {}", boot.seq, boot.since),
					),
					("session key ", hex32(&boot.keys.session)),
					("transport   ", hex32(&boot.keys.transport)),
				]);
			}
		} else {
			out += &lines([("status      ", "never registered".to_owned())]);
		}
		if let Some(record) = &self.certificate {
			let certificate = &record.certificate;
			out += &lines([
				(
					"certificate ",
					format!(
						"{} blocks left, release {}, round {}",
						certificate.until.saturating_sub(at.number()),
						certificate.release,
						certificate.round
					),
				),
				(
					"given by    ",
					votes(
						&record.committee,
						record.passed,
						"passed it",
						"did not sign",
					),
				),
			]);
		}
		if let Some(round) = &self.round {
			out += &lines([
				(
					"round       ",
					format!(
						"{} ({:?}), until block {}",
						round.round, round.purpose, round.deadline
					),
				),
				(
					"committee   ",
					votes(
						&round.committee,
						round.failed,
						"voted against it",
						"no vote against it",
					),
				),
			]);
		}
		if let Some(enrolment) = &self.enrolment {
			let record = &enrolment.record;
			out += &lines([
				(
					"enrolment   ",
					format!(
						"{} by {}: {:?} until block {}",
						record.round, record.by, record.phase, record.deadline
					),
				),
				(
					"challenges  ",
					record
						.slots
						.iter()
						.map(|slot| {
							let who = slot
								.challenger
								.as_ref()
								.map_or_else(|| "nobody".into(), member);
							format!("{who}: {:?}", slot.state)
						})
						.collect::<Vec<_>>()
						.join("\n               "),
				),
			]);
		}
		if let Some(camellia) = &self.camellia {
			let account = |account: Option<tea_chain::AccountId>| {
				account.map_or_else(|| "nobody".to_owned(), |account| account.to_string())
			};
			out += &lines([
				("owner       ", account(camellia.owner)),
				("operator    ", account(camellia.operator)),
				(
					"Camellia    ",
					format!(
						"kind {:?}, {:?}, ends in block {}",
						camellia.kind, camellia.stage, camellia.ends
					),
				),
				("credit      ", camellia.credit.to_string()),
			]);
			for entry in camellia.credit_log.iter().rev().take(5) {
				out += &lines([(
					"            ",
					format!(
						"block {}: {:?}, then {}",
						entry.block, entry.event, entry.credit
					),
				)]);
			}
		}
		out
	}

	fn json(&self, at: &At, module: ModuleId) -> Value {
		let committee = |members: &[ChainMember]| members.iter().map(member).collect::<Vec<_>>();
		json!({
			"module": module.0,
			"block": at.number(),
			"status": self.info.as_ref().map(|info| status(info.status)),
			"reason": self.info.as_ref().map(|info| info.reason.to_string()),
			"since": self.info.as_ref().map(|info| info.since),
			"coolDownUntil": self.info.as_ref().and_then(|info| info.cool_down_until),
			"nextRound": self.info.as_ref().map(|info| info.next_round),
			"bootSeq": self.info.as_ref().map(|info| info.boot_seq),
			"chip": self.info.as_ref().and_then(|info| info.chip.as_ref()).map(|chip| json!({
				"id": hex32(&chip.id),
				"issuer": chip.issuer.0,
				"class": format!("{:?}", chip.class),
				"bond": chip.bond.to_string(),
				"bondedBy": chip.bonded_by,
			})),
			"boot": self.info.as_ref().and_then(|info| info.boot.as_ref()).map(|boot| json!({
				"seq": boot.seq,
				"since": boot.since,
				"session": hex32(&boot.keys.session),
				"vrf": hex32(&boot.keys.vrf),
				"transport": hex32(&boot.keys.transport),
				"manifestRoot": hex32(&boot.evidence.manifest_root),
				"firmwareVersion": boot.evidence.firmware_version.to_string(),
			})),
			"certificate": self.certificate.as_ref().map(|record| json!({
				"release": record.certificate.release.0,
				"round": record.certificate.round,
				"since": record.certificate.since,
				"until": record.certificate.until,
				"committee": committee(&record.committee),
				"passed": positions(record.passed),
			})),
			"round": self.round.as_ref().map(|round| json!({
				"round": round.round,
				"purpose": format!("{:?}", round.purpose),
				"deadline": round.deadline,
				"committee": committee(&round.committee),
				"failed": positions(round.failed),
			})),
			"enrolment": self.enrolment.as_ref().map(|enrolment| json!({
				"round": enrolment.record.round,
				"by": enrolment.record.by,
				"phase": format!("{:?}", enrolment.record.phase),
				"deadline": enrolment.record.deadline,
				"slots": enrolment.record.slots.iter().map(|slot| json!({
					"challenger": slot.challenger.as_ref().map(member),
					"state": format!("{:?}", slot.state),
				})).collect::<Vec<_>>(),
			})),
			"camellia": self.camellia.as_ref().map(|camellia| json!({
				"owner": camellia.owner,
				"operator": camellia.operator,
				"kind": format!("{:?}", camellia.kind),
				"stage": format!("{:?}", camellia.stage),
				"born": camellia.born,
				"planted": camellia.planted,
				"ends": camellia.ends,
				"credit": camellia.credit,
				"productivity": camellia.productivity,
				"drawWeight": camellia.draw_weight.map(|weight| weight.0),
			})),
		})
	}
}

/// Positions of the bits that are set.
fn positions(bits: u16) -> Vec<u8> {
	(0..16).filter(|at| bits >> at & 1 == 1).collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn votes_are_read_by_position() {
		let committee = [Member::Module(ModuleId(3)), Member::Module(ModuleId(4))];
		let text = votes(&committee, 0b10, "yes", "no");
		assert!(text.starts_with("module 3: no"), "{text}");
		assert!(text.ends_with("module 4: yes"), "{text}");
		assert_eq!(votes(&[], 0, "yes", "no"), "not drawn yet");
		assert_eq!(positions(0b1000_0000_0000_0101), [0, 2, 15]);
	}
}
