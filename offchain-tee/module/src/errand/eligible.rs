//! Whether this module may run an errand: the rules of the chain, asked before a claim is made. The chain has the
//! last word; who claims what he may not have loses the fee-free call.

use tea_chain::{
	AccountId,
	types::{DeploymentRecord, ErrandRecord, ErrandStage, Terms},
};
use tea_primitives::{camellia::DrawWeight, deployment::Visibility, ids::ModuleId};

use crate::pins::{
	Denial,
	admission::{self, Holder},
};

/// This module at one block.
#[derive(Clone, Debug)]
pub struct Standing {
	/// Its certificate and its owner.
	pub holder: Holder,
	/// Weight of its tickets; nothing unless its Camellia is planted and alive.
	pub weight: Option<DrawWeight>,
	/// Errands that it has taken and not finished.
	pub taken: usize,
	/// Blocks for which certificates are valid.
	pub certificate_life: u32,
}

/// Why it may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
	/// Somebody has it.
	#[error("its executor is fixed")]
	Fixed,
	/// This module had it before.
	#[error("this module had it before")]
	Former,
	/// It wants other hardware.
	#[error("it wants hardware of another class")]
	Class,
	/// It belongs to this module's owner, who does not allow that.
	#[error("the client owns this module and does not want that")]
	OwnErrand,
	/// The Camellia is not planted or not alive.
	#[error("the Camellia is not planted, or dead")]
	NotLiving,
	/// As many errands as a module may have.
	#[error("this module has as many errands as it takes")]
	Full,
	/// The VRF key is younger than the draw.
	#[error("the certificate is younger than the draw")]
	KeyTooNew,
	/// It is too late.
	#[error("its time is over")]
	Over,
	/// This module has no key of it.
	#[error("this module holds no pin of {0}")]
	NotPinner(Which),
	/// Terms do not admit this module.
	#[error("a deployment does not admit this module: {0}")]
	Terms(Denial),
}

/// A source, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Which(pub u8);

impl std::fmt::Display for Which {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		match self.0 {
			0 => f.write_str("the code"),
			number => write!(f, "data input {number}"),
		}
	}
}

impl Unfit {
	/// Whether it stays so as long as the errand is not drawn anew.
	pub const fn is_lasting(&self) -> bool {
		matches!(
			self,
			Self::Fixed
				| Self::Former
				| Self::Class
				| Self::OwnErrand
				| Self::KeyTooNew
				| Self::Over
		)
	}
}

impl Standing {
	/// Everything that hangs on errand and module alone. Gives the weight of its ticket.
	pub fn may_claim(
		&self,
		module: ModuleId,
		record: &ErrandRecord,
		now: u32,
		most: usize,
	) -> Result<DrawWeight, Unfit> {
		let certificate = &self.holder.certificate;
		match record.stage {
			ErrandStage::Open | ErrandStage::AwaitingPinners { .. } => (),
			_ => return Err(Unfit::Fixed),
		}
		if record.former == Some(module) {
			return Err(Unfit::Former);
		}
		if now >= record.deadline {
			return Err(Unfit::Over);
		}
		if certificate.since >= record.draw.fixed_in {
			return Err(Unfit::KeyTooNew);
		}
		if !record.needs.classes.contains(certificate.class) {
			return Err(Unfit::Class);
		}
		if !record.allow_own && self.holder.owner == record.client {
			return Err(Unfit::OwnErrand);
		}
		if self.taken >= most {
			return Err(Unfit::Full);
		}
		self.weight.ok_or(Unfit::NotLiving)
	}

	/// Whether a deployment may be used by this module: its terms of the posting, and its key.
	pub fn may_use(
		&self,
		number: u8,
		record: Option<&DeploymentRecord>,
		terms: Option<&Terms>,
		is_pinned: bool,
		now: u32,
	) -> Result<(), Unfit> {
		let record = record.ok_or(Unfit::Terms(Denial::UnknownDeployment))?;
		if record.pins_are_void(now) {
			return Err(Unfit::Terms(Denial::Ended));
		}
		let terms = terms.ok_or(Unfit::Terms(Denial::UnknownDeployment))?;
		admission::admits(terms, &self.holder, now, self.certificate_life).map_err(Unfit::Terms)?;
		if record.visibility == Visibility::Hosted && !is_pinned {
			return Err(Unfit::NotPinner(Which(number)));
		}
		Ok(())
	}
}

/// Whether an order is the one that is final: who runs it follows the best block, but what it says is believed only
/// when it cannot change any more.
pub fn is_same_order(one: &ErrandRecord, two: &ErrandRecord) -> bool {
	let order = |record: &ErrandRecord| -> (AccountId, [u8; 32], [u8; 32], [u8; 32], u32) {
		(
			record.client,
			record.client_key,
			record.input,
			record.terms,
			record.posted,
		)
	};
	order(one) == order(two) && one.code == two.code && one.data == two.data
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		errand::tests::record,
		pins::{
			admission::tests::{holder, record as deployment},
			protocol::tests::sample::registration,
		},
	};
	use tea_primitives::{
		HardwareClass,
		deployment::{Classes, Lists, Node},
	};

	const ME: ModuleId = ModuleId(3);
	const NOW: u32 = 1000;

	fn standing() -> Standing {
		Standing {
			holder: holder(ME.0),
			weight: Some(DrawWeight::ONE),
			taken: 0,
			certificate_life: 600,
		}
	}

	fn open() -> ErrandRecord {
		let mut record = record();
		record.draw.fixed_in = 990;
		record.deadline = 1100;
		record
	}

	#[test]
	fn fit_module_may_claim() {
		assert_eq!(
			standing().may_claim(ME, &open(), NOW, 4),
			Ok(DrawWeight::ONE)
		);
		let mut waiting = open();
		waiting.stage = ErrandStage::AwaitingPinners { until: 1090 };
		assert!(standing().may_claim(ME, &waiting, NOW, 4).is_ok());
	}

	#[test]
	fn every_rule_refuses() {
		type Change = fn(&mut Standing, &mut ErrandRecord);
		let changes: [(Change, Unfit); 8] = [
			(
				|_, record| {
					record.stage = ErrandStage::Claimed {
						module: ModuleId(9),
						boot_seq: 1,
						ticket: 1,
					};
				},
				Unfit::Fixed,
			),
			(|_, record| record.former = Some(ME), Unfit::Former),
			(|_, record| record.deadline = NOW, Unfit::Over),
			(|_, record| record.draw.fixed_in = 500, Unfit::KeyTooNew),
			(
				|_, record| record.needs.classes = Classes::of(&[HardwareClass::A]),
				Unfit::Class,
			),
			(
				|standing, record| record.client = standing.holder.owner,
				Unfit::OwnErrand,
			),
			(|standing, _| standing.taken = 4, Unfit::Full),
			(|standing, _| standing.weight = None, Unfit::NotLiving),
		];
		for (index, (change, unfit)) in changes.into_iter().enumerate() {
			let (mut standing, mut record) = (standing(), open());
			change(&mut standing, &mut record);
			let judged = standing.may_claim(ME, &record, NOW, 4);
			assert_eq!(judged, Err(unfit), "change {index}");
		}
		let (standing, mut own) = (standing(), open());
		own.client = standing.holder.owner;
		own.allow_own = true;
		assert!(standing.may_claim(ME, &own, NOW, 4).is_ok());
	}

	#[test]
	fn what_may_pass_is_asked_again() {
		for unfit in [
			Unfit::Full,
			Unfit::NotLiving,
			Unfit::NotPinner(Which(0)),
			Unfit::Terms(Denial::CertificateTooOld),
		] {
			assert!(!unfit.is_lasting(), "{unfit}");
		}
		assert!(Unfit::Former.is_lasting());
	}

	#[test]
	fn deployment_needs_terms_and_a_pin() {
		let (hosted, terms) = (deployment(), registration().terms);
		let standing = standing();
		let ask = |record: Option<&DeploymentRecord>, terms: Option<&Terms>, pinned| {
			standing.may_use(1, record, terms, pinned, NOW)
		};
		assert_eq!(ask(Some(&hosted), Some(&terms), true), Ok(()));
		assert_eq!(
			ask(Some(&hosted), Some(&terms), false),
			Err(Unfit::NotPinner(Which(1)))
		);
		for visibility in [Visibility::Plain, Visibility::Private] {
			let mut record = deployment();
			record.visibility = visibility;
			assert_eq!(ask(Some(&record), Some(&terms), false), Ok(()));
		}
		let unknown = Err(Unfit::Terms(Denial::UnknownDeployment));
		assert_eq!(ask(None, Some(&terms), true), unknown);
		assert_eq!(ask(Some(&hosted), None, true), unknown);
		let mut closed = deployment();
		closed.closed = true;
		assert_eq!(
			ask(Some(&closed), Some(&terms), true),
			Err(Unfit::Terms(Denial::Ended))
		);
		let mut strict = terms.clone();
		strict.nodes = Lists {
			allow: Some(vec![Node::Module(ModuleId(9))].try_into().unwrap()),
			..strict.nodes
		};
		assert_eq!(
			ask(Some(&hosted), Some(&strict), true),
			Err(Unfit::Terms(Denial::NodeNotAllowed))
		);
	}

	#[test]
	fn another_order_under_the_same_number_is_another() {
		let one = open();
		assert!(is_same_order(&one, &one));
		// Who runs it and until when is no part of the order.
		let mut moved = one.clone();
		moved.deadline += 1;
		moved.stage = ErrandStage::AwaitingPinners { until: 1 };
		assert!(is_same_order(&one, &moved));
		for change in [
			(|r| r.client = AccountId([99; 32])) as fn(&mut ErrandRecord),
			|r| r.client_key = [99; 32],
			|r| r.input = [99; 32],
			|r| r.terms = [99; 32],
			|r| r.posted += 1,
			|r| r.data.clear(),
		] {
			let mut other = one.clone();
			change(&mut other);
			assert!(!is_same_order(&one, &other));
		}
	}
}
