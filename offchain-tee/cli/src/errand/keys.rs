//! Keys for executors. A key leaves after a look at the executor at a finalised block that is younger than a minute, sealed to
//! its chip, its state and its boot.

use std::sync::Arc;

use codec::Encode;
use serde_json::{Value, json};
use tea_chain::{
	AccountId, At, Call, Chain, Submitter,
	types::{Assignment, ErrandRecord, ErrandStage, KeyPath, UsedSource},
};
use tea_envelope::{K1, Keys};
use tea_module::{errand::sealing::Seat, pins::seal::Recipient};
use tea_primitives::errand::ErrandId;

use super::book::{Book, Page};
use crate::{
	context::Context,
	deployment::keystore::Keystore,
	failure::{Failure, Kind, Result},
	output::lines,
};

/// An executor as it stands at a finalised block.
pub(crate) struct Standing {
	recipient: Recipient,
	owner: Option<AccountId>,
	credit: u16,
	seat: Seat,
}

/// A source whose key an account is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
	/// Its number: 0 is the code.
	pub(crate) source: u8,
	/// Of a deployment; otherwise of a file of the client.
	pub(crate) deployment: Option<tea_primitives::deployment::DeploymentId>,
}

/// The sources of an errand whose keys this account is asked for now.
pub(crate) fn wanted(record: &ErrandRecord, account: AccountId) -> Vec<Wanted> {
	let ErrandStage::AwaitingKey { assignment, .. } = &record.stage else {
		return Vec::new();
	};
	record
		.sources()
		.filter(|(number, source)| {
			source.needs_key()
				&& source.key_holder(record.client) == account
				&& assignment.keys.get(usize::from(*number)) == Some(&KeyPath::Wanted)
		})
		.map(|(source, used)| Wanted {
			source,
			deployment: used.deployment().map(|used| used.id),
		})
		.collect()
}

/// Why an executor gets no key.
fn denied(errand: ErrandId, reason: impl std::fmt::Display) -> Failure {
	Failure::new(
		Kind::Denied,
		format!("the executor of errand {errand} gets no key: {reason}"),
		format!("nothing was supplied; `tea refuse {errand}` gives the client everything back"),
	)
}

impl Standing {
	/// Looks an executor up: Active, in the boot that has the errand, running a release that is accepted now, of a class that
	/// the errand admits.
	pub(crate) async fn look_up(
		at: &At,
		errand: ErrandId,
		record: &ErrandRecord,
		assignment: &Assignment,
	) -> Result<Self> {
		at.ensure_fresh().await?;
		let executor = assignment.executor;
		let recipient = Recipient::look_up(at, executor)
			.await
			.map_err(|denial| denied(errand, denial))?;
		if recipient.boot_seq() != assignment.boot_seq {
			return Err(denied(
				errand,
				format!(
					"module {executor} is in boot {}, and has the errand from boot {}",
					recipient.boot_seq(),
					assignment.boot_seq
				),
			));
		}
		let class = recipient.certificate.class;
		if !record.needs.classes.contains(class) {
			return Err(denied(
				errand,
				format!("its class {class:?} is none that the errand admits"),
			));
		}
		let camellia = at.camellia(executor).await?;
		Ok(Self {
			owner: camellia.as_ref().and_then(|camellia| camellia.owner),
			credit: camellia.map_or(0, |camellia| camellia.credit),
			seat: seat(errand, assignment),
			recipient,
		})
	}

	/// Seals a key to it.
	pub(crate) fn seal(
		&self,
		genesis: &[u8; 32],
		errand: ErrandId,
		holder: AccountId,
		k1: K1,
	) -> Result<Vec<u8>> {
		let context = self.seat.key_context(holder);
		let keys = Keys {
			k1,
			deployment: None,
		};
		let envelope = self.recipient.seal(&keys, genesis, &context);
		Ok(envelope.map_err(|denial| denied(errand, denial))?.encode())
	}

	/// For programs.
	pub(crate) fn json(&self) -> Value {
		let certificate = &self.recipient.certificate;
		json!({
			"module": certificate.module.0,
			"bootSeq": certificate.boot_seq,
			"class": format!("{:?}", certificate.class),
			"release": certificate.release.0,
			"certifiedSince": certificate.since,
			"certifiedUntil": certificate.until,
			"owner": self.owner,
			"credit": self.credit,
			"block": self.recipient.block,
		})
	}

	/// For people.
	pub(crate) fn text(&self) -> String {
		let certificate = &self.recipient.certificate;
		lines([
			(
				"executor",
				format!(
					"module {}, boot {}, Active at block {}",
					certificate.module, certificate.boot_seq, self.recipient.block
				),
			),
			(
				"hardware",
				format!(
					"class {:?}, release {}",
					certificate.class, certificate.release
				),
			),
			(
				"certificate",
				format!(
					"since block {}, until block {}",
					certificate.since, certificate.until
				),
			),
			(
				"owner",
				format!(
					"{}, credit {}",
					self.owner
						.map_or_else(|| "nobody".to_owned(), |owner| owner.to_string()),
					self.credit
				),
			),
		])
	}
}

/// The executor of an attempt, as keys are sealed to it and links name it.
pub(crate) const fn seat(errand: ErrandId, assignment: &Assignment) -> Seat {
	Seat {
		errand,
		executor: assignment.executor,
		boot_seq: assignment.boot_seq,
		assigned: assignment.assigned,
	}
}

/// Where own keys are looked for.
pub(crate) struct Holder {
	account: AccountId,
	keystore: Keystore,
	book: Book,
}

impl Holder {
	/// Keys of this account in this folder.
	pub(crate) fn open(account: AccountId, folder: Option<&std::path::Path>) -> Result<Self> {
		Ok(Self {
			account,
			keystore: Keystore::open(folder)?,
			book: Book::open(folder)?,
		})
	}

	/// The account.
	pub(crate) const fn account(&self) -> AccountId {
		self.account
	}

	/// The key of a source. `page`: the order, when it is at hand.
	fn key(
		&self,
		genesis: &[u8; 32],
		record: &ErrandRecord,
		wanted: Wanted,
		page: Option<&Page>,
	) -> Result<K1> {
		let gone = || {
			Failure::new(
				Kind::NotFound,
				format!("the key of source {} was not kept", wanted.source),
				"name the folder where it was made with --keys",
			)
		};
		match wanted.deployment {
			Some(id) => self.keystore.of(genesis, id)?.k1.ok_or_else(gone),
			None => match page {
				Some(page) => page.key_of(wanted.source).ok_or_else(gone),
				None => self
					.book
					.find(genesis, &record.client_key)?
					.and_then(|page| page.key_of(wanted.source))
					.ok_or_else(gone),
			},
		}
	}

	/// Supplies every key that this account is asked for. Gives the sources with the blocks in which their keys are final.
	pub(crate) async fn supply(
		&self,
		context: &Context,
		chain: &Chain,
		at: &At,
		errand: ErrandId,
		record: &ErrandRecord,
		page: Option<&Page>,
	) -> Result<Option<(Standing, Vec<(u8, u32)>)>> {
		let wanted = wanted(record, self.account);
		let Some(assignment) = record.assignment().filter(|_| !wanted.is_empty()) else {
			return Ok(None);
		};
		let standing = Standing::look_up(at, errand, record, assignment).await?;
		let genesis = chain.genesis();
		let submitter = Submitter::new(chain.clone(), Arc::new(context.key()?));
		let mut submissions = Vec::new();
		for wanted in wanted {
			let k1 = self.key(&genesis, record, wanted, page)?;
			let envelope = standing.seal(&genesis, errand, self.account, k1)?;
			let call = Call::supply_key(errand, wanted.source, assignment.boot_seq, &envelope);
			submissions.push((wanted.source, submitter.submit(call)));
		}
		let mut supplied = Vec::new();
		for (source, submission) in submissions {
			let outcome = context.output.follow(submission).await?;
			supplied.push((source, outcome.number));
		}
		Ok(Some((standing, supplied)))
	}
}

/// A source, for people.
pub(crate) fn named(number: u8, source: &UsedSource) -> String {
	let what = match number {
		0 => "code".to_owned(),
		number => format!("data {number}"),
	};
	match source.deployment() {
		Some(used) => format!("{what} 0x{}", hex::encode(used.id.0)),
		None => format!("{what}, a file of the client"),
	}
}

#[cfg(test)]
mod tests {
	use super::{super::evidence::lab, *};

	#[test]
	fn only_what_this_account_is_asked_for_is_wanted() {
		let (client, owner) = (lab::CLIENT, lab::OWNER);
		// Code of somebody else, one sealed file, one public file.
		let mut record = lab::private();
		let sources = |record: &ErrandRecord, account| -> Vec<u8> {
			wanted(record, account)
				.iter()
				.map(|wanted| wanted.source)
				.collect()
		};
		assert_eq!(sources(&record, owner), [0]);
		assert_eq!(sources(&record, client), [1]);
		assert_eq!(sources(&record, AccountId([77; 32])), [0u8; 0]);
		// Supplied once is enough.
		let ErrandStage::AwaitingKey { assignment, .. } = &mut record.stage else {
			panic!("it waits for keys");
		};
		assignment.keys[0] = KeyPath::Supplied([1; 32]);
		let assignment = assignment.clone();
		assert_eq!(sources(&record, owner), [0u8; 0]);
		// And nobody is asked outside of that stage.
		record.stage = ErrandStage::Assigned(assignment);
		assert_eq!(sources(&record, client), [0u8; 0]);
	}
}
