//! Calls, built without knowing the runtime: names and arguments here, indices from the metadata when they are signed.

mod deployment;
mod errand;

pub use errand::Order;

use crate::{
	AccountId, Error, Result,
	runtime::{Item, Runtime},
	types::{
		Answer, DenialChange, Evidence, IssuerInfo, IssuerStatus, Kind, MultiSignature, Parameters,
		RegistrarInfo, ReleaseRecord,
	},
};
use codec::{Compact, Encode};
use tea_primitives::{
	ids::{IssuerId, ModuleId, ReleaseId, Round},
	verdict::FailReason,
};
use tea_tpm::Hash;

/// A call of the runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
	pallet: &'static str,
	name: &'static str,
	parts: Vec<Part>,
}

/// A piece of the encoded arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
	/// As it is.
	Encoded(Vec<u8>),
	/// Another call, whose indices the runtime knows.
	Call(Box<Call>),
	/// Length of the encoding of the call before it.
	LengthOf(Box<Call>),
}

impl Call {
	fn new(pallet: &'static str, name: &'static str, arguments: &impl Encode) -> Self {
		Self {
			pallet,
			name,
			parts: vec![Part::Encoded(arguments.encode())],
		}
	}

	/// `Pallet.call`, for people.
	pub fn label(&self) -> String {
		format!("{}.{}", self.pallet, self.name)
	}

	/// The encoded arguments; nothing if there is another call among them.
	pub fn arguments(&self) -> Option<&[u8]> {
		match self.parts.as_slice() {
			[Part::Encoded(arguments)] => Some(arguments),
			_ => None,
		}
	}

	pub(crate) const fn names(&self) -> (&'static str, &'static str) {
		(self.pallet, self.name)
	}

	/// The bytes that this runtime means the call by.
	pub(crate) fn encode(&self, runtime: &Runtime) -> Result<Vec<u8>> {
		let mut out = runtime.call_indices(self.pallet, self.name)?.to_vec();
		for part in &self.parts {
			match part {
				Part::Encoded(bytes) => out.extend(bytes),
				Part::Call(call) => out.extend(call.encode(runtime)?),
				Part::LengthOf(call) => {
					let length = u32::try_from(call.encode(runtime)?.len()).map_err(|_| {
						Error::Unreadable {
							what: self.label(),
							reason: "the call in it is too long".into(),
						}
					})?;
					Compact(length).encode_to(&mut out);
				}
			}
		}
		Ok(out)
	}

	/// The hash by which the council names this call.
	pub(crate) fn hash(&self, runtime: &Runtime) -> Result<Hash> {
		Ok(sp_crypto_hashing::blake2_256(&self.encode(runtime)?))
	}

	/// Registers a chip for a module: certificate of its endorsement key in DER, and the attestation key as a public area.
	pub fn register(module: ModuleId, ek_leaf: &[u8], issuer: IssuerId, ak_public: &[u8]) -> Self {
		Self::new(
			"Attestation",
			"register",
			&(module, ek_leaf, issuer, ak_public),
		)
	}

	/// Posts a challenge for the chip that enrols.
	pub fn challenge(module: ModuleId, slot: u8, blob: &[u8], commitment: Hash) -> Self {
		Self::new(
			"Attestation",
			"challenge",
			&(module, slot, blob, commitment),
		)
	}

	/// Answers all challenges at once.
	pub fn respond(module: ModuleId, answers: &[Answer]) -> Self {
		Self::new("Attestation", "respond", &(module, answers))
	}

	/// Shows the root value of a blob that the module calls bad.
	pub fn reveal(module: ModuleId, slot: u8, root: Hash) -> Self {
		Self::new("Attestation", "reveal", &(module, slot, root))
	}

	/// Posts evidence of a boot, or of the same boot again to renew its certificate.
	pub fn attest(evidence: impl Into<Evidence>) -> Self {
		Self::new("Attestation", "attest", &evidence.into())
	}

	/// Hands in the passes of a committee: position of the member and its sr25519 signature.
	pub fn submit_verdicts(
		module: ModuleId,
		round: Round,
		live_quote: Hash,
		passes: &[(u8, [u8; 64])],
	) -> Self {
		let passes: Vec<_> = passes
			.iter()
			.map(|(member, signature)| (*member, MultiSignature::Sr25519(*signature)))
			.collect();
		Self::new(
			"Attestation",
			"submit_verdicts",
			&(module, round, live_quote, passes),
		)
	}

	/// Votes against the module.
	pub fn vote_fail(module: ModuleId, round: Round, reason: FailReason) -> Self {
		Self::new("Attestation", "vote_fail", &(module, round, reason))
	}

	/// Ends a round whose window is over.
	pub fn expire_round(module: ModuleId) -> Self {
		Self::new("Attestation", "expire_round", &module)
	}

	/// Ends a phase of an enrolment whose window is over.
	pub fn expire_enrolment(module: ModuleId) -> Self {
		Self::new("Attestation", "expire_enrolment", &module)
	}

	/// Makes a module Inactive whose certificate has lapsed.
	pub fn expire_certificate(module: ModuleId) -> Self {
		Self::new("Attestation", "expire_certificate", &module)
	}

	/// Releases the bond of hardware that has left, after its delay.
	pub fn expire_bond(module: ModuleId, round: Round) -> Self {
		Self::new("Attestation", "expire_bond", &(module, round))
	}

	/// Takes the hardware out of the network.
	pub fn retire(module: ModuleId) -> Self {
		Self::new("Attestation", "retire", &module)
	}

	/// Names the account that acts for the module, or none.
	pub fn set_operator(module: ModuleId, operator: Option<AccountId>) -> Self {
		Self::new("Camellia", "set_operator", &(module, operator))
	}

	/// Governance: has a Camellia born.
	pub fn bear(owner: AccountId, kind: Kind) -> Self {
		Self::new("Camellia", "bear", &(owner, kind))
	}

	/// Governance: registers an issuer of endorsement certificates, or a newer record of one.
	pub fn register_issuer(issuer: IssuerId, info: &IssuerInfo) -> Self {
		Self::new("Attestation", "register_issuer", &(issuer, info))
	}

	/// Governance: accepts or suspends an issuer.
	pub fn set_issuer_status(issuer: IssuerId, status: IssuerStatus) -> Self {
		Self::new("Attestation", "set_issuer_status", &(issuer, status))
	}

	/// Governance: puts a certificate on the deny list, or takes it off.
	pub fn set_serial_denial(issuer: IssuerId, serial: &[u8], change: DenialChange) -> Self {
		Self::new(
			"Attestation",
			"set_serial_denial",
			&(issuer, serial, change),
		)
	}

	/// Governance: accepts a release for a class.
	pub fn register_release(release: ReleaseId, record: &ReleaseRecord) -> Self {
		Self::new("Attestation", "register_release", &(release, record))
	}

	/// Governance: accepts a release no more.
	pub fn retire_release(release: ReleaseId) -> Self {
		Self::new("Attestation", "retire_release", &release)
	}

	/// Governance: names a registrar, changes what is known of it, or with no `info` dismisses it.
	pub fn set_registrar(registrar: AccountId, info: Option<&RegistrarInfo>) -> Self {
		Self::new("Attestation", "set_registrar", &(registrar, info))
	}

	/// Governance: sets windows, periods and prices.
	pub fn set_parameters(parameters: &Parameters) -> Self {
		Self::new("Attestation", "set_parameters", parameters)
	}

	/// Pays an account for the public duties that it did, out of the pool.
	pub fn pay_duties(who: AccountId) -> Self {
		Self::new("Attestation", "pay_duties", &who)
	}

	/// Sends money; the sender keeps at least the existential deposit.
	pub fn transfer_keep_alive(to: AccountId, amount: u128) -> Self {
		// `MultiAddress::Id` is variant 0.
		Self::new(
			"Balances",
			"transfer_keep_alive",
			&(0u8, to, Compact(amount)),
		)
	}

	/// A note in a block that changes nothing.
	pub fn remark(note: &[u8]) -> Self {
		Self::new("System", "remark", &note)
	}

	/// The call with the rights of root, where the signer is the sudo key of a development chain.
	pub fn sudo(call: Self) -> Self {
		Self {
			pallet: "Sudo",
			name: "sudo",
			parts: vec![Part::Call(Box::new(call))],
		}
	}

	/// A motion of the council to carry out the call once `threshold` members agree.
	pub fn council_propose(threshold: u32, call: Self) -> Self {
		let call = Box::new(call);
		Self {
			pallet: "Council",
			name: "propose",
			parts: vec![
				Part::Encoded(Compact(threshold).encode()),
				Part::Call(call.clone()),
				Part::LengthOf(call),
			],
		}
	}

	/// A vote on a motion of the council.
	pub fn council_vote(motion: Hash, index: u32, approve: bool) -> Self {
		Self::new("Council", "vote", &(motion, Compact(index), approve))
	}

	/// Counts the votes on a motion and carries it out. The bounds say how heavy and long its call may be.
	pub fn council_close(motion: Hash, index: u32, weight: (u64, u64), length: u32) -> Self {
		let weight = (Compact(weight.0), Compact(weight.1));
		Self::new(
			"Council",
			"close",
			&(motion, Compact(index), weight, Compact(length)),
		)
	}

	/// Everything that this program calls, for the comparison with the runtime.
	pub(crate) const ITEMS: &[Item] = &[
		Item::Call("Attestation", "register"),
		Item::Call("Attestation", "challenge"),
		Item::Call("Attestation", "respond"),
		Item::Call("Attestation", "reveal"),
		Item::Call("Attestation", "attest"),
		Item::Call("Attestation", "submit_verdicts"),
		Item::Call("Attestation", "vote_fail"),
		Item::Call("Attestation", "expire_round"),
		Item::Call("Attestation", "expire_enrolment"),
		Item::Call("Attestation", "expire_certificate"),
		Item::Call("Attestation", "expire_bond"),
		Item::Call("Attestation", "retire"),
		Item::Call("Attestation", "register_issuer"),
		Item::Call("Attestation", "set_issuer_status"),
		Item::Call("Attestation", "set_serial_denial"),
		Item::Call("Attestation", "register_release"),
		Item::Call("Attestation", "retire_release"),
		Item::Call("Attestation", "set_registrar"),
		Item::Call("Attestation", "set_parameters"),
		Item::Call("Attestation", "pay_duties"),
		Item::Call("Camellia", "set_operator"),
		Item::Call("Camellia", "bear"),
		Item::Call("Deployment", "register"),
		Item::Call("Deployment", "set_terms"),
		Item::Call("Deployment", "reseed"),
		Item::Call("Deployment", "retire"),
		Item::Call("Deployment", "confirm_pin"),
		Item::Call("Deployment", "drop_pin"),
		Item::Call("Deployment", "expire"),
		Item::Call("Errand", "post"),
		Item::Call("Errand", "cancel"),
		Item::Call("Errand", "claim"),
		Item::Call("Errand", "complete"),
		Item::Call("Errand", "claim_many"),
		Item::Call("Errand", "complete_many"),
		Item::Call("Errand", "fail"),
		Item::Call("Errand", "supply_key"),
		Item::Call("Errand", "refuse"),
		Item::Call("Errand", "vote_fail"),
		Item::Call("Errand", "expire"),
		Item::Call("Balances", "transfer_keep_alive"),
		Item::Call("System", "remark"),
		Item::Call("Council", "vote"),
		Item::Call("Council", "close"),
	];
}
