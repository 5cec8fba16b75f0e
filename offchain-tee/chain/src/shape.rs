//! Compares the types of this crate with the metadata of the runtime, field for field.

#![cfg(test)]

use crate::{
	AccountId,
	runtime::{DispatchError, METADATA_VERSION},
	types::*,
};
use codec::{Compact, Decode};
use scale_info::{
	Field, MetaType, PortableRegistry, Registry, TypeDef, TypeInfo, form::PortableForm,
};
use std::collections::HashSet;
use subxt::metadata::Metadata;
use tea_primitives::{
	HardwareClass,
	deployment::{DeploymentId, Refusal},
	errand::{ErrandId, FaultReason, Limits, RefuteReason, Source, TicketProof},
	ids::{BootSeq, IssuerId, ModuleId, ReleaseId, Round},
	verdict::FailReason,
};
use tea_tpm::Hash;

static KNOWN: &[u8] = include_bytes!("../../metadata/tea.scale");

/// A type of this crate in a registry of its own.
fn own<T: TypeInfo + 'static>() -> (PortableRegistry, u32) {
	let mut registry = Registry::new();
	let id = registry.register_type(&MetaType::new::<T>()).id;
	(registry.into(), id)
}

struct Comparison<'a> {
	ours: &'a PortableRegistry,
	theirs: &'a PortableRegistry,
	seen: HashSet<(u32, u32)>,
}

impl Comparison<'_> {
	/// Steps into structs of one field: they encode as the field, and bounded lists are such.
	fn bare(registry: &PortableRegistry, mut id: u32) -> u32 {
		while let TypeDef::Composite(composite) = &registry.resolve(id).unwrap().type_def
			&& let [field] = &composite.fields[..]
		{
			id = field.ty.id;
		}
		id
	}

	fn compare(&mut self, ours: u32, theirs: u32, path: &str) {
		let (ours, theirs) = (Self::bare(self.ours, ours), Self::bare(self.theirs, theirs));
		if !self.seen.insert((ours, theirs)) {
			return;
		}
		let (mine, its) = (
			&self.ours.resolve(ours).unwrap().type_def,
			&self.theirs.resolve(theirs).unwrap().type_def,
		);
		match (mine.clone(), its.clone()) {
			(TypeDef::Composite(mine), TypeDef::Composite(its)) => {
				self.fields(&mine.fields, &its.fields, path);
			}
			(TypeDef::Variant(mine), TypeDef::Variant(its)) => {
				// The chain may know more kinds of signature than this crate ever makes.
				let made_only = ["signature", ".giver", ".receiver"]
					.iter()
					.any(|name| path.ends_with(name) || path.contains(&format!("{name}::Some")));
				if !made_only {
					assert_eq!(mine.variants.len(), its.variants.len(), "{path}: variants");
				}
				for variant in &mine.variants {
					let name = format!("{path}::{}", variant.name);
					let other = its
						.variants
						.iter()
						.find(|other| other.name == variant.name)
						.unwrap_or_else(|| panic!("{name} is not on the chain"));
					assert_eq!(variant.index, other.index, "{name}: index");
					self.fields(&variant.fields, &other.fields, &name);
				}
			}
			(TypeDef::Sequence(mine), TypeDef::Sequence(its)) => {
				self.compare(mine.type_param.id, its.type_param.id, path);
			}
			(TypeDef::Array(mine), TypeDef::Array(its)) => {
				assert_eq!(mine.len, its.len, "{path}: length");
				self.compare(mine.type_param.id, its.type_param.id, path);
			}
			(TypeDef::Tuple(mine), TypeDef::Tuple(its)) => {
				assert_eq!(mine.fields.len(), its.fields.len(), "{path}: tuple");
				for (at, (mine, its)) in mine.fields.iter().zip(&its.fields).enumerate() {
					let is_list = path.ends_with("passes") || path.ends_with("verdicts");
					let what = if at == 1 && is_list { "signature" } else { "" };
					self.compare(mine.id, its.id, &format!("{path}.{at}{what}"));
				}
			}
			(TypeDef::Compact(mine), TypeDef::Compact(its)) => {
				self.compare(mine.type_param.id, its.type_param.id, path);
			}
			(TypeDef::Primitive(mine), TypeDef::Primitive(its)) => {
				assert_eq!(mine, its, "{path}: primitive");
			}
			(mine, its) => panic!("{path}: {mine:?} here, {its:?} on the chain"),
		}
	}

	fn fields(&mut self, mine: &[Field<PortableForm>], its: &[Field<PortableForm>], path: &str) {
		assert_eq!(mine.len(), its.len(), "{path}: number of fields");
		for (mine, its) in mine.iter().zip(its) {
			assert_eq!(mine.name, its.name, "{path}: name of a field");
			let name = mine.name.clone().unwrap_or_default();
			self.compare(mine.ty.id, its.ty.id, &format!("{path}.{name}"));
		}
	}
}

fn compare<T: TypeInfo + 'static>(metadata: &Metadata, theirs: u32, what: &str) {
	let (ours, id) = own::<T>();
	Comparison {
		ours: &ours,
		theirs: metadata.types(),
		seen: HashSet::new(),
	}
	.compare(id, theirs, what);
}

/// How a number is described.
fn own_primitive<T: TypeInfo + 'static>() -> TypeDef<PortableForm> {
	let (ours, id) = own::<T>();
	ours.resolve(id).unwrap().type_def.clone()
}

fn metadata() -> Metadata {
	Metadata::decode_from(KNOWN).unwrap()
}

fn storage<T: TypeInfo + 'static>(metadata: &Metadata, pallet: &str, name: &str) {
	let pallet = metadata.pallet_by_name(pallet).unwrap();
	let entry = pallet.storage().unwrap().entry_by_name(name).unwrap();
	compare::<T>(metadata, entry.value_ty(), name);
}

/// Compares the arguments of a call with a tuple of types.
fn call<T: TypeInfo + 'static>(metadata: &Metadata, pallet: &str, name: &str) {
	let pallet = metadata.pallet_by_name(pallet).unwrap();
	let variant = pallet.call_variant_by_name(name).unwrap();
	let (ours, id) = own::<T>();
	let TypeDef::Tuple(tuple) = ours.resolve(id).unwrap().type_def.clone() else {
		panic!("arguments are a tuple");
	};
	assert_eq!(
		tuple.fields.len(),
		variant.fields.len(),
		"{name}: arguments"
	);
	for (mine, its) in tuple.fields.iter().zip(&variant.fields) {
		let path = format!("{name}.{}", its.name.clone().unwrap_or_default());
		Comparison {
			ours: &ours,
			theirs: metadata.types(),
			seen: HashSet::new(),
		}
		.compare(mine.id, its.ty.id, &path);
	}
}

#[test]
fn the_metadata_has_the_version_that_is_asked_for() {
	assert_eq!(u32::from(KNOWN[4]), METADATA_VERSION);
	assert_eq!(&KNOWN[..4], b"meta");
	assert!(u32::decode(&mut &KNOWN[..]).is_ok());
}

#[test]
fn records_are_those_of_the_chain() {
	let metadata = metadata();
	let of = &metadata;
	storage::<Parameters>(of, "Attestation", "CurrentParameters");
	storage::<IssuerRecord>(of, "Attestation", "Issuers");
	storage::<ReleaseRecord>(of, "Attestation", "Releases");
	storage::<Vec<ReleaseId>>(of, "Attestation", "AcceptedReleases");
	storage::<Vec<FirmwareDenial>>(of, "Attestation", "DeniedFirmware");
	storage::<RegistrarRecord>(of, "Attestation", "Registrars");
	storage::<ModuleRecord>(of, "Attestation", "Modules");
	storage::<Sequence>(of, "Attestation", "Sequences");
	storage::<ChipRecord>(of, "Attestation", "Chips");
	storage::<EnrolmentRecord>(of, "Attestation", "Enrolments");
	storage::<ChallengeRecord>(of, "Attestation", "Challenges");
	storage::<u32>(of, "Attestation", "CoolDowns");
	storage::<BootRecord>(of, "Attestation", "Boots");
	storage::<Vec<PastBoot>>(of, "Attestation", "PastBoots");
	storage::<(ModuleId, BootSeq)>(of, "Attestation", "Sessions");
	storage::<Profile>(of, "Attestation", "Profiles");
	storage::<RoundRecord>(of, "Attestation", "Rounds");
	storage::<CertificateRecord>(of, "Attestation", "Certificates");
	storage::<DeploymentRecord>(of, "Deployment", "Deployments");
	storage::<u32>(of, "Deployment", "Ended");
	storage::<Terms>(of, "Deployment", "TermsByHash");
	storage::<PinTable>(of, "Deployment", "Pins");
	storage::<LinkRecord>(of, "Deployment", "Links");
	storage::<Holding>(of, "Deployment", "Holdings");
	storage::<ErrandId>(of, "Errand", "NextErrand");
	storage::<ErrandRecord>(of, "Errand", "Errands");
	storage::<Vec<u8>>(of, "Errand", "ParamsOf");
	storage::<Vec<u8>>(of, "Errand", "Envelopes");
	storage::<FinishedErrand>(of, "Errand", "Finished");
	storage::<Workload>(of, "Errand", "Workloads");
	storage::<ErrandQueue>(of, "Errand", "Queue");
	storage::<Shares>(of, "Errand", "GasShares");
	storage::<u128>(of, "Errand", "GasPrice");
	storage::<BeaconRecord>(of, "Delegation", "Beacons");
	storage::<u32>(of, "Delegation", "ModuleCount");
	storage::<ModuleId>(of, "Delegation", "Modules");
	storage::<AccountId>(of, "Attestation", "RegistrarAt");
	storage::<u32>(of, "Attestation", "RegistrarCount");
	storage::<u32>(of, "Camellia", "Collection");
	storage::<CamelliaRecord>(of, "Camellia", "Camelliae");
	storage::<Vec<CreditEntry>>(of, "Camellia", "CreditLogs");
	storage::<u64>(of, "Timestamp", "Now");
	storage::<[u8; 32]>(of, "System", "BlockHash");
	storage::<AccountId>(of, "Sudo", "Key");
	storage::<Vec<AccountId>>(of, "Council", "Members");
	storage::<Motion>(of, "Council", "Voting");
}

#[test]
fn views_events_and_errors_are_those_of_the_chain() {
	let metadata = metadata();
	let pallet = |name| metadata.pallet_by_name(name).unwrap();
	let view = pallet("Camellia")
		.view_function_by_name("camellia")
		.unwrap();
	compare::<Option<CamelliaInfo>>(&metadata, view.output_ty(), "camellia");
	let events = |name| pallet(name).event_ty_id().unwrap();
	compare::<AttestationEvent>(&metadata, events("Attestation"), "Attestation");
	compare::<CamelliaEvent>(&metadata, events("Camellia"), "Camellia");
	compare::<DeploymentEvent>(&metadata, events("Deployment"), "Deployment");
	compare::<ErrandEvent>(&metadata, events("Errand"), "Errand");
	let price = pallet("Errand")
		.view_function_by_name("maximum_price")
		.unwrap();
	compare::<Result<u128, Refusal>>(&metadata, price.output_ty(), "maximum_price");
	let deployments = pallet("Deployment");
	let output = |name| deployments.view_function_by_name(name).unwrap().output_ty();
	compare::<Option<DeploymentInfo>>(&metadata, output("deployment"), "deployment");
	compare::<Vec<PinView>>(&metadata, output("pins"), "pins");
	compare::<Vec<SignedLink>>(&metadata, output("delegation_chain"), "chain");
	compare::<Result<(), Refusal>>(&metadata, output("usable_by"), "usable_by");
	for (name, ty) in [
		("LinkWindow", own_primitive::<u32>()),
		("MaxPins", own_primitive::<u32>()),
		("MaxDepth", own_primitive::<u8>()),
		("DepositBase", own_primitive::<u128>()),
		("DepositPerByte", own_primitive::<u128>()),
	] {
		let constant = deployments.constant_by_name(name).unwrap();
		let theirs = metadata.types().resolve(constant.ty()).unwrap();
		assert_eq!(theirs.type_def, ty, "{name}");
	}
	let error = metadata.dispatch_error_ty().unwrap();
	compare::<DispatchError>(&metadata, error, "DispatchError");
}

#[test]
fn arguments_are_those_of_the_chain() {
	let metadata = metadata();
	let of = &metadata;
	type Bytes = Vec<u8>;
	call::<(ModuleId, Bytes, IssuerId, Bytes)>(of, "Attestation", "register");
	call::<(ModuleId, u8, Bytes, Hash)>(of, "Attestation", "challenge");
	call::<(ModuleId, Vec<Answer>)>(of, "Attestation", "respond");
	call::<(ModuleId, u8, Hash)>(of, "Attestation", "reveal");
	call::<(Evidence,)>(of, "Attestation", "attest");
	call::<(ModuleId, Round, Hash, Vec<(u8, MultiSignature)>)>(
		of,
		"Attestation",
		"submit_verdicts",
	);
	call::<(ModuleId, Round, FailReason)>(of, "Attestation", "vote_fail");
	for name in [
		"expire_round",
		"expire_enrolment",
		"expire_certificate",
		"retire",
	] {
		call::<(ModuleId,)>(of, "Attestation", name);
	}
	call::<(ModuleId, Round)>(of, "Attestation", "expire_bond");
	call::<(IssuerId, IssuerInfo)>(of, "Attestation", "register_issuer");
	call::<(IssuerId, IssuerStatus)>(of, "Attestation", "set_issuer_status");
	call::<(IssuerId, Bytes, DenialChange)>(of, "Attestation", "set_serial_denial");
	call::<(ReleaseId, ReleaseRecord)>(of, "Attestation", "register_release");
	call::<(ReleaseId,)>(of, "Attestation", "retire_release");
	call::<(AccountId, Option<RegistrarInfo>)>(of, "Attestation", "set_registrar");
	call::<(Parameters,)>(of, "Attestation", "set_parameters");
	call::<(AccountId,)>(of, "Attestation", "pay_duties");
	call::<(DeploymentId, Registration, Seed)>(of, "Deployment", "register");
	call::<(DeploymentId, Terms)>(of, "Deployment", "set_terms");
	call::<(DeploymentId, Seed)>(of, "Deployment", "reseed");
	call::<(DeploymentId,)>(of, "Deployment", "retire");
	call::<(
		DeploymentId,
		Hash,
		u32,
		Hash,
		MultiSignature,
		MultiSignature,
	)>(of, "Deployment", "confirm_pin");
	call::<(DeploymentId, DropReason)>(of, "Deployment", "drop_pin");
	call::<(DeploymentId,)>(of, "Deployment", "expire");
	call::<(
		Source,
		Vec<Source>,
		Bytes,
		[u8; 32],
		Limits,
		Compact<u128>,
		Compact<u32>,
		ErrandOptions,
	)>(of, "Errand", "post");
	call::<(ErrandId, TicketProof)>(of, "Errand", "claim");
	call::<(ErrandId, Pot)>(of, "Errand", "complete");
	call::<(Vec<(ErrandId, TicketProof)>,)>(of, "Errand", "claim_many");
	call::<(Vec<Pot>,)>(of, "Errand", "complete_many");
	call::<(ErrandId, FaultReason)>(of, "Errand", "fail");
	call::<(ErrandId, u8, BootSeq, Bytes)>(of, "Errand", "supply_key");
	call::<(ErrandId, RefuteReason)>(of, "Errand", "vote_fail");
	for name in ["cancel", "refuse", "expire"] {
		call::<(ErrandId,)>(of, "Errand", name);
	}
	call::<(ModuleId, Option<AccountId>)>(of, "Camellia", "set_operator");
	call::<(AccountId, Kind)>(of, "Camellia", "bear");
}

#[test]
#[should_panic(expected = "number of fields")]
fn a_missing_field_is_found() {
	#[derive(TypeInfo)]
	#[allow(dead_code, reason = "only its shape counts")]
	struct Sequence {
		round: Round,
		boot_seq: BootSeq,
		class: HardwareClass,
	}
	let metadata = metadata();
	storage::<Sequence>(&metadata, "Attestation", "Sequences");
}
