//! Who may hold a key, by the terms of its owner. The chain checks the same; here it is checked before a key leaves, by
//! the pinner, and before anything is asked, by the candidate.

use tea_chain::{
	AccountId,
	types::{ChainCertificate, DeploymentRecord, PinTable, Registration, Terms},
};
use tea_primitives::{
	deployment::{
		Checker, Document, Kind, MAX_CODE, MAX_DATA, MAX_DEPTH, MAX_PINS, MAX_WANTED, Node,
		Visibility,
	},
	ids::{BootSeq, ModuleId},
};
use tea_tpm::Hash;

use super::denial::Denial;

/// A module that would hold a key, at one finalised block.
#[derive(Clone, Debug)]
pub struct Holder {
	/// Its valid certificate.
	pub certificate: ChainCertificate,
	/// Owner of its Camellia.
	pub owner: AccountId,
}

/// Whether terms admit a module at a block of this height. `life`: blocks for which certificates are valid.
pub fn admits(terms: &Terms, holder: &Holder, now: u32, life: u32) -> Result<(), Denial> {
	let Holder { certificate, owner } = holder;
	if now >= certificate.until {
		return Err(Denial::PeerNotActive);
	}
	let is_listed = terms.nodes.admit(|node| match node {
		Node::Module(module) => *module == certificate.module,
		Node::Owner(account) => account == owner,
	});
	if !is_listed {
		return Err(Denial::NodeNotAllowed);
	}
	if !terms.classes.contains(certificate.class) {
		return Err(Denial::ClassNotAccepted);
	}
	if let Some(oldest) = terms.max_certificate_age {
		let left = certificate.until.saturating_sub(now);
		if life.saturating_sub(left) > oldest {
			return Err(Denial::CertificateTooOld);
		}
	}
	Ok(())
}

/// Whether the chain would take a registration in a block of this height.
pub fn check_registration(registration: &Registration, now: u32) -> Result<(), Denial> {
	let Registration {
		kind,
		content,
		terms,
		wanted,
		checker,
		description,
		..
	} = registration;
	let most = match kind {
		Kind::Code => MAX_CODE,
		Kind::Data => MAX_DATA,
	};
	if content.size > most {
		return Err(Denial::TooLarge);
	}
	let is_named = |document: &Document| document.cid.is_valid();
	let fits_checker = match checker {
		Checker::None => true,
		Checker::Needs(needs) => *kind == Kind::Code && needs.classes.is_valid(),
		Checker::Wasm(document) => *kind == Kind::Code && is_named(document),
	};
	let fits_kind = *kind == Kind::Data
		|| (terms.readers.code.is_none() && !terms.readers.ad_hoc && terms.max_output.is_none());
	let is_right = content.cid.is_valid()
		&& description.as_ref().is_none_or(is_named)
		&& fits_checker
		&& (1..=MAX_WANTED).contains(wanted)
		&& terms.classes.is_valid()
		&& terms.expires.is_none_or(|expires| expires > now)
		&& fits_kind;
	if is_right {
		Ok(())
	} else {
		Err(Denial::BadRegistration)
	}
}

/// Whether further pins of a deployment are accepted in a block of this height.
pub fn check_open(record: &DeploymentRecord, now: u32) -> Result<(), Denial> {
	if record.visibility != Visibility::Hosted {
		return Err(Denial::NotHosted);
	}
	if record.closed || !record.is_open(now) {
		return Err(Denial::Ended);
	}
	Ok(())
}

/// Whether a pinner may hand its key on, and the hash of the link by which it holds it. `live` counts live pins.
pub fn check_hand_over(
	record: &DeploymentRecord,
	table: &PinTable,
	live: usize,
	pinner: (ModuleId, BootSeq),
	seed: u32,
	candidate: (ModuleId, BootSeq),
) -> Result<Hash, Denial> {
	if record.seed != seed {
		return Err(Denial::Superseded);
	}
	let of = |(module, boot_seq): (ModuleId, BootSeq)| {
		table
			.pins
			.iter()
			.find(|pin| pin.module == module && pin.boot_seq == boot_seq && pin.seed == record.seed)
	};
	let own = of(pinner).ok_or(Denial::NotAPinner)?;
	if of(candidate).is_some() || pinner.0 == candidate.0 {
		return Err(Denial::AlreadyPinned);
	}
	if own.depth >= MAX_DEPTH {
		return Err(Denial::TooDeep);
	}
	if live >= usize::from(record.wanted) {
		return Err(Denial::Enough);
	}
	// Where the table is full, a pin that is not live makes way on chain.
	if live >= MAX_PINS as usize {
		return Err(Denial::TooManyPins);
	}
	Ok(own.link)
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use crate::pins::protocol::tests::sample::registration;
	use codec::Encode;
	use tea_chain::types::Pin;
	use tea_primitives::{
		HardwareClass,
		deployment::{Cid, Classes, Lists, Needs, Readers},
		ids::ReleaseId,
		module::{BootKeys, Certificate},
	};

	const NOW: u32 = 1000;
	const LIFE: u32 = 600;

	pub(crate) fn holder(module: u32) -> Holder {
		Holder {
			certificate: Certificate {
				module: ModuleId(module),
				boot_seq: 1,
				round: 1,
				keys: BootKeys {
					session: [module as u8; 32],
					vrf: [2; 32],
					transport: [3; 32],
				},
				class: HardwareClass::C,
				release: ReleaseId(1),
				since: 500,
				until: 1500,
			},
			owner: AccountId([7; 32]),
		}
	}

	pub(crate) fn record() -> DeploymentRecord {
		let registration = registration();
		DeploymentRecord {
			owner: AccountId([1; 32]),
			kind: registration.kind,
			visibility: registration.visibility,
			content: registration.content,
			wanted: registration.wanted,
			checker: registration.checker,
			description: None,
			declared_value: 0,
			replaces: None,
			registration: registration.hash(),
			registered: 1,
			public_key: [1; 32],
			seed: 0,
			origin: [1; 32],
			delegator: ModuleId(1),
			terms: tea_tpm_hash(&registration.terms.encode()),
			former_terms: 0,
			expires: None,
			retired: None,
			closed: false,
			uses: 0,
			busy_until: 0,
			deposit: 0,
			agenda: None,
		}
	}

	fn tea_tpm_hash(bytes: &[u8]) -> Hash {
		crate::pins::content::sha256(bytes)
	}

	pub(crate) fn pin(module: u32, depth: u8) -> Pin {
		Pin {
			module: ModuleId(module),
			boot_seq: 1,
			seed: 0,
			link: [module as u8; 32],
			depth,
			since: 1,
			while_degraded: false,
		}
	}

	fn allow<E>(entries: Vec<E>) -> Lists<E> {
		Lists {
			allow: Some(entries.try_into().ok().unwrap()),
			..Lists::default()
		}
	}

	fn block<E>(entries: Vec<E>) -> Lists<E> {
		Lists {
			block: entries.try_into().ok().unwrap(),
			..Lists::default()
		}
	}

	#[test]
	fn every_term_is_checked_before_a_key_leaves() {
		let ask = |change: &dyn Fn(&mut Terms)| {
			let mut terms = registration().terms;
			change(&mut terms);
			admits(&terms, &holder(3), NOW, LIFE)
		};
		let owner = || Node::Owner(AccountId([7; 32]));
		assert_eq!(ask(&|_| ()), Ok(()));
		assert_eq!(
			ask(&|t| t.nodes = allow(vec![Node::Module(ModuleId(3))])),
			Ok(())
		);
		assert_eq!(ask(&|t| t.nodes = allow(vec![owner()])), Ok(()));
		let refused = Err(Denial::NodeNotAllowed);
		assert_eq!(ask(&|t| t.nodes = allow(vec![])), refused);
		assert_eq!(
			ask(&|t| t.nodes = allow(vec![Node::Module(ModuleId(4))])),
			refused
		);
		assert_eq!(
			ask(&|t| t.nodes = block(vec![Node::Module(ModuleId(3))])),
			refused
		);
		// The block-list wins.
		assert_eq!(
			ask(&|t| {
				t.nodes = allow(vec![Node::Module(ModuleId(3))]);
				t.nodes.block = vec![owner()].try_into().unwrap();
			}),
			refused
		);
		assert_eq!(
			ask(&|t| t.classes = Classes::of(&[HardwareClass::A])),
			Err(Denial::ClassNotAccepted)
		);
		// 500 of 600 blocks are left, so it is 100 blocks old.
		assert_eq!(ask(&|t| t.max_certificate_age = Some(100)), Ok(()));
		assert_eq!(
			ask(&|t| t.max_certificate_age = Some(99)),
			Err(Denial::CertificateTooOld)
		);
		let lapsed = admits(&registration().terms, &holder(3), 1500, LIFE);
		assert_eq!(lapsed, Err(Denial::PeerNotActive));
	}

	#[test]
	fn registrations_that_the_chain_would_refuse_are_refused() {
		type Change = fn(&mut Registration);
		let document = |cid| Document { cid, hash: [0; 32] };
		assert_eq!(check_registration(&registration(), NOW), Ok(()));
		let needs = |registration: &mut Registration, classes| {
			registration.checker = Checker::Needs(Needs {
				memory_pages: 1,
				fuel: 1,
				classes,
				capabilities: 0,
			});
		};
		let mut code = registration();
		code.kind = Kind::Code;
		needs(&mut code, Classes::ALL);
		assert_eq!(check_registration(&code, NOW), Ok(()));

		let changes: [Change; 8] = [
			|r| r.content.cid = Cid([0; 36]),
			|r| r.wanted = 0,
			|r| r.wanted = MAX_WANTED + 1,
			|r| r.terms.classes = Classes(0),
			|r| r.terms.expires = Some(NOW),
			|r| {
				r.kind = Kind::Code;
				r.terms.readers = Readers {
					code: None,
					ad_hoc: true,
				};
			},
			|r| {
				r.kind = Kind::Code;
				r.terms.max_output = Some(1);
			},
			|r| {
				r.description = Some(Document {
					cid: Cid([0; 36]),
					hash: [0; 32],
				});
			},
		];
		for (index, change) in changes.into_iter().enumerate() {
			let mut altered = registration();
			change(&mut altered);
			assert_eq!(
				check_registration(&altered, NOW),
				Err(Denial::BadRegistration),
				"{index}"
			);
		}
		// Checkers are for code, and have to be one.
		let mut data = registration();
		needs(&mut data, Classes::ALL);
		let mut no_class = code.clone();
		needs(&mut no_class, Classes(0));
		let mut no_name = code.clone();
		no_name.checker = Checker::Wasm(document(Cid([0; 36])));
		for altered in [data, no_class, no_name] {
			let refused = check_registration(&altered, NOW);
			assert_eq!(refused, Err(Denial::BadRegistration));
		}
		for (kind, size) in [(Kind::Code, MAX_CODE + 1), (Kind::Data, MAX_DATA + 1)] {
			let mut large = registration();
			large.kind = kind;
			large.content.size = size;
			assert_eq!(check_registration(&large, NOW), Err(Denial::TooLarge));
		}
	}

	#[test]
	fn ended_deployments_get_no_pins() {
		type Change = fn(&mut DeploymentRecord);
		assert_eq!(check_open(&record(), NOW), Ok(()));
		let changes: [(Change, Denial); 5] = [
			(|r| r.visibility = Visibility::Plain, Denial::NotHosted),
			(|r| r.visibility = Visibility::Private, Denial::NotHosted),
			(|r| r.expires = Some(NOW), Denial::Ended),
			(|r| r.retired = Some(5), Denial::Ended),
			(|r| r.closed = true, Denial::Ended),
		];
		for (change, denial) in changes {
			let mut altered = record();
			change(&mut altered);
			assert_eq!(check_open(&altered, NOW), Err(denial));
		}
	}

	#[test]
	fn keys_go_from_live_pinners_to_whoever_is_wanted() {
		let table = PinTable {
			pins: vec![pin(1, 1), pin(2, MAX_DEPTH)],
			loose: vec![],
		};
		let ask = |live, pinner: u32, seed, candidate: u32| {
			let pinner = (ModuleId(pinner), 1);
			let candidate = (ModuleId(candidate), 1);
			check_hand_over(&record(), &table, live, pinner, seed, candidate)
		};
		assert_eq!(ask(2, 1, 0, 3), Ok([1; 32]));
		assert_eq!(ask(2, 1, 1, 3), Err(Denial::Superseded));
		assert_eq!(ask(2, 4, 0, 3), Err(Denial::NotAPinner));
		assert_eq!(ask(2, 1, 0, 2), Err(Denial::AlreadyPinned));
		assert_eq!(ask(2, 1, 0, 1), Err(Denial::AlreadyPinned));
		assert_eq!(ask(2, 2, 0, 3), Err(Denial::TooDeep));
		assert_eq!(ask(3, 1, 0, 3), Err(Denial::Enough));
		// A pin of a boot that is over is none.
		let old = check_hand_over(&record(), &table, 1, (ModuleId(1), 2), 0, (ModuleId(3), 1));
		assert_eq!(old, Err(Denial::NotAPinner));
		let mut many = record();
		many.wanted = u8::MAX;
		let full = check_hand_over(
			&many,
			&table,
			MAX_PINS as usize,
			(ModuleId(1), 1),
			0,
			(ModuleId(3), 1),
		);
		assert_eq!(full, Err(Denial::TooManyPins));
	}
}
