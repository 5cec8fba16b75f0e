//! One version of the runtime: what its metadata says, and whether it means the same by it as this program.

use crate::{
	Error, Result,
	call::Call,
	config::Tea,
	error::DispatchFailure,
	types::{
		AttestationEvent, CamelliaEvent, Constants, DeploymentConstants, DeploymentEvent,
		ErrandConstants, ErrandEvent, Event, EventRecord, Parameters,
	},
};
use codec::{Decode, DecodeAll, Encode};
use scale_info::{PortableRegistry, TypeDef, TypeDefPrimitive, TypeInfo};
use std::{collections::HashSet, time::Duration};
use subxt::{
	OfflineClient, OfflineClientAtBlock,
	config::substrate::H256,
	events::Phase,
	ext::{scale_encode, scale_type_resolver},
	metadata::{ArcMetadata, Metadata},
};
use tea_primitives::errand::ErrandId;

/// Metadata of the runtime that this program was written for.
static KNOWN: &[u8] = include_bytes!("../../metadata/tea.scale");

/// The version of metadata that is asked for: the one with view functions.
pub(crate) const METADATA_VERSION: u32 = 16;

/// Something of the runtime that this program uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Item {
	/// A call.
	Call(&'static str, &'static str),
	/// A storage entry.
	Storage(&'static str, &'static str),
	/// A view function.
	View(&'static str, &'static str),
	/// A constant.
	Constant(&'static str, &'static str),
	/// The events of a pallet.
	Events(&'static str),
}

impl std::fmt::Display for Item {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		match self {
			Self::Call(pallet, name) => write!(f, "call {pallet}.{name}"),
			Self::Storage(pallet, name) => write!(f, "storage entry {pallet}.{name}"),
			Self::View(pallet, name) => write!(f, "view function {pallet}.{name}"),
			Self::Constant(pallet, name) => write!(f, "constant {pallet}.{name}"),
			Self::Events(pallet) => write!(f, "set of events of {pallet}"),
		}
	}
}

impl Item {
	/// A hash over the shape of everything in the item.
	fn hash(self, metadata: &Metadata) -> Option<[u8; 32]> {
		match self {
			Self::Call(pallet, name) => metadata.pallet_by_name(pallet)?.call_hash(name),
			Self::Storage(pallet, name) => metadata.pallet_by_name(pallet)?.storage_hash(name),
			Self::View(pallet, name) => Some(
				metadata
					.pallet_by_name(pallet)?
					.view_function_by_name(name)?
					.hash(),
			),
			Self::Constant(pallet, name) => metadata.pallet_by_name(pallet)?.constant_hash(name),
			Self::Events(pallet) => {
				metadata.type_hash(metadata.pallet_by_name(pallet)?.event_ty_id()?)
			}
		}
	}
}

/// The storage entries, view functions, constants and events that this program reads.
const READS: &[Item] = &[
	Item::Storage("System", "Account"),
	Item::Storage("System", "BlockHash"),
	Item::Storage("Timestamp", "Now"),
	Item::Storage("Sudo", "Key"),
	Item::Storage("Council", "Members"),
	Item::Storage("Council", "Voting"),
	Item::Storage("Attestation", "CurrentParameters"),
	Item::Storage("Attestation", "Issuers"),
	Item::Storage("Attestation", "Releases"),
	Item::Storage("Attestation", "AcceptedReleases"),
	Item::Storage("Attestation", "DeniedFirmware"),
	Item::Storage("Attestation", "Registrars"),
	Item::Storage("Attestation", "Modules"),
	Item::Storage("Attestation", "Sequences"),
	Item::Storage("Attestation", "Chips"),
	Item::Storage("Attestation", "Enrolments"),
	Item::Storage("Attestation", "Challenges"),
	Item::Storage("Attestation", "CoolDowns"),
	Item::Storage("Attestation", "Boots"),
	Item::Storage("Attestation", "PastBoots"),
	Item::Storage("Attestation", "Sessions"),
	Item::Storage("Attestation", "Profiles"),
	Item::Storage("Attestation", "Rounds"),
	Item::Storage("Attestation", "Certificates"),
	Item::Storage("Camellia", "Camelliae"),
	Item::View("Camellia", "camellia"),
	Item::Constant("Attestation", "CommitteeSize"),
	Item::Constant("Attestation", "Challengers"),
	Item::Constant("Attestation", "CorrectAnswers"),
	Item::Constant("Balances", "ExistentialDeposit"),
	Item::Constant("Babe", "ExpectedBlockTime"),
	Item::Storage("Deployment", "Deployments"),
	Item::Storage("Deployment", "Ended"),
	Item::Storage("Deployment", "TermsByHash"),
	Item::Storage("Deployment", "Pins"),
	Item::Storage("Deployment", "Links"),
	Item::Storage("Deployment", "Holdings"),
	Item::View("Deployment", "deployment"),
	Item::View("Deployment", "pins"),
	Item::View("Deployment", "delegation_chain"),
	Item::View("Deployment", "usable_by"),
	Item::Constant("Deployment", "LinkWindow"),
	Item::Constant("Deployment", "MaxPins"),
	Item::Constant("Deployment", "MaxDepth"),
	Item::Constant("Deployment", "DepositBase"),
	Item::Constant("Deployment", "DepositPerByte"),
	Item::Storage("Errand", "NextErrand"),
	Item::Storage("Errand", "Errands"),
	Item::Storage("Errand", "ParamsOf"),
	Item::Storage("Errand", "Envelopes"),
	Item::Storage("Errand", "Finished"),
	Item::Storage("Errand", "Workloads"),
	Item::Storage("Errand", "Queue"),
	Item::Storage("Errand", "GasShares"),
	Item::Storage("Errand", "GasPrice"),
	Item::View("Errand", "maximum_price"),
	Item::Constant("Errand", "CommitteeSize"),
	Item::Constant("Errand", "MinDeadline"),
	Item::Constant("Errand", "MaxDeadline"),
	Item::Constant("Errand", "OpenPatience"),
	Item::Constant("Errand", "PinnersWait"),
	Item::Constant("Errand", "KeyWait"),
	Item::Constant("Errand", "VerifierPatience"),
	Item::Constant("Errand", "MaxErrandsPerModule"),
	Item::Constant("Errand", "ArchiveTime"),
	Item::Storage("Delegation", "Beacons"),
	Item::Constant("Delegation", "BeaconHistory"),
	Item::Events("Attestation"),
	Item::Events("Camellia"),
	Item::Events("Deployment"),
	Item::Events("Errand"),
];

/// One version of the runtime.
#[derive(Debug)]
pub(crate) struct Runtime {
	pub(crate) spec_version: u32,
	metadata: ArcMetadata,
	differing: HashSet<Item>,
	client: OfflineClientAtBlock<Tea>,
}

impl Runtime {
	/// Reads the metadata of a runtime and compares what this program uses of it.
	pub(crate) fn new(
		spec_version: u32,
		transaction_version: u32,
		genesis: H256,
		metadata: &[u8],
	) -> Result<Self> {
		let unreadable = |reason: String| Error::Unreadable {
			what: "the metadata of the runtime".into(),
			reason,
		};
		let differing = if metadata == KNOWN {
			HashSet::new()
		} else {
			let known = Metadata::decode_from(KNOWN).map_err(|e| unreadable(e.to_string()))?;
			let theirs = Metadata::decode_from(metadata).map_err(|e| unreadable(e.to_string()))?;
			Call::ITEMS
				.iter()
				.chain(READS)
				.copied()
				.filter(|item| item.hash(&known) != item.hash(&theirs))
				.collect()
		};
		let metadata: ArcMetadata = Metadata::decode_from(metadata)
			.map_err(|e| unreadable(e.to_string()))?
			.arc();
		for pallet in ["Attestation", "Camellia"] {
			if metadata.pallet_by_name(pallet).is_none() {
				return Err(Error::NotTea(format!("pallet {pallet}")));
			}
		}
		let config = Tea {
			genesis,
			spec_version,
			transaction_version,
			metadata: ArcMetadata::clone(&metadata),
		};
		let client = OfflineClient::new_with_config(config)
			.at_block(0u64)
			.map_err(|e| unreadable(e.to_string()))?;
		Ok(Self {
			spec_version,
			metadata,
			differing,
			client,
		})
	}

	/// Refuses an item that this runtime means something else by.
	pub(crate) fn check(&self, item: Item) -> Result<()> {
		if self.differing.contains(&item) {
			return Err(Error::RuntimeChanged {
				spec_version: self.spec_version,
				item: item.to_string(),
			});
		}
		Ok(())
	}

	/// Where transactions of this runtime are made.
	pub(crate) const fn client(&self) -> &OfflineClientAtBlock<Tea> {
		&self.client
	}

	/// Indices of pallet and call.
	pub(crate) fn call_indices(&self, pallet: &'static str, name: &'static str) -> Result<[u8; 2]> {
		self.check(Item::Call(pallet, name))?;
		let unknown = || Error::NotTea(format!("call {pallet}.{name}"));
		let pallet = self.metadata.pallet_by_name(pallet).ok_or_else(unknown)?;
		let call = pallet.call_variant_by_name(name).ok_or_else(unknown)?;
		Ok([pallet.call_index(), call.index])
	}

	/// The name under which the runtime runs a view function.
	pub(crate) fn view_id(&self, pallet: &'static str, name: &'static str) -> Result<[u8; 32]> {
		self.check(Item::View(pallet, name))?;
		self.metadata
			.pallet_by_name(pallet)
			.and_then(|pallet| pallet.view_function_by_name(name))
			.map(|view| *view.query_id())
			.ok_or_else(|| Error::NotTea(format!("view function {pallet}.{name}")))
	}

	fn constant<T: Decode>(&self, pallet: &'static str, name: &'static str) -> Result<T> {
		let item = Item::Constant(pallet, name);
		self.check(item)?;
		let value = self
			.metadata
			.pallet_by_name(pallet)
			.and_then(|pallet| pallet.constant_by_name(name))
			.ok_or_else(|| Error::NotTea(item.to_string()))?
			.value();
		decode(&item.to_string(), value)
	}

	/// What a storage entry reads as while nothing is in it.
	pub(crate) fn storage_default(
		&self,
		pallet: &'static str,
		name: &'static str,
	) -> Result<Vec<u8>> {
		let item = Item::Storage(pallet, name);
		self.check(item)?;
		self.metadata
			.pallet_by_name(pallet)
			.and_then(|pallet| pallet.storage()?.entry_by_name(name))
			.and_then(|entry| entry.default_value())
			.map(<[u8]>::to_vec)
			.ok_or_else(|| Error::NotTea(item.to_string()))
	}

	/// What the runtime fixes, beside what governance sets; without a word in storage the default holds.
	pub(crate) fn constants(&self, parameters: Option<Parameters>) -> Result<Constants> {
		let of = |name| self.constant::<u32>("Attestation", name);
		let parameters = match parameters {
			Some(parameters) => parameters,
			None => {
				let default = self.storage_default("Attestation", "CurrentParameters")?;
				decode("Attestation.CurrentParameters", &default)?
			}
		};
		Ok(Constants {
			committee_size: of("CommitteeSize")?,
			challengers: of("Challengers")?,
			correct_answers: of("CorrectAnswers")?,
			existential_deposit: self.constant("Balances", "ExistentialDeposit")?,
			parameters,
		})
	}

	/// What the runtime fixes for deployments.
	pub(crate) fn deployment_constants(&self) -> Result<DeploymentConstants> {
		Ok(DeploymentConstants {
			link_window: self.constant("Deployment", "LinkWindow")?,
			max_pins: self.constant("Deployment", "MaxPins")?,
			max_depth: self.constant("Deployment", "MaxDepth")?,
			deposit_base: self.constant("Deployment", "DepositBase")?,
			deposit_per_byte: self.constant("Deployment", "DepositPerByte")?,
		})
	}

	/// What the runtime fixes for errands.
	pub(crate) fn errand_constants(&self) -> Result<ErrandConstants> {
		let of = |name| self.constant::<u32>("Errand", name);
		Ok(ErrandConstants {
			committee_size: of("CommitteeSize")?,
			min_deadline: of("MinDeadline")?,
			max_deadline: of("MaxDeadline")?,
			open_patience: of("OpenPatience")?,
			pinners_wait: of("PinnersWait")?,
			key_wait: of("KeyWait")?,
			verifier_patience: of("VerifierPatience")?,
			max_errands_per_module: of("MaxErrandsPerModule")?,
			archive_time: of("ArchiveTime")?,
		})
	}

	/// The interval of blocks; the metadata say what genesis has set.
	pub(crate) fn block_time(&self) -> Result<Duration> {
		let millis = self.constant::<u64>("Babe", "ExpectedBlockTime")?;
		Ok(Duration::from_millis(millis))
	}

	/// Blocks whose beacon is kept.
	pub(crate) fn beacon_history(&self) -> Result<u32> {
		self.constant("Delegation", "BeaconHistory")
	}

	/// The events of a block, and the failure of each extrinsic that failed.
	pub(crate) fn events(&self, bytes: Vec<u8>) -> Result<Events> {
		let mut out = Events::default();
		for event in self.client.events().from_bytes(bytes).iter() {
			let event = event.map_err(|e| Error::Unreadable {
				what: "the events of a block".into(),
				reason: e.to_string(),
			})?;
			let extrinsic = match event.phase() {
				Phase::ApplyExtrinsic(index) => Some(index),
				Phase::Finalization | Phase::Initialization => None,
			};
			let (pallet, name) = (event.pallet_name(), event.event_name());
			let fields = event.field_bytes();
			if let (Some(index), Some(error)) = (extrinsic, failure(pallet, name, fields)?) {
				out.failures.push((index, self.explain(&error)));
			}
			let variant = || [&[event.event_index()], fields].concat();
			let event = match pallet {
				"Attestation" => {
					self.check(Item::Events("Attestation"))?;
					Event::Attestation(decode::<AttestationEvent>(name, &variant())?)
				}
				"Camellia" => {
					self.check(Item::Events("Camellia"))?;
					Event::Camellia(decode::<CamelliaEvent>(name, &variant())?)
				}
				"Deployment" => {
					self.check(Item::Events("Deployment"))?;
					Event::Deployment(decode::<DeploymentEvent>(name, &variant())?)
				}
				"Errand" => {
					self.check(Item::Events("Errand"))?;
					let event = decode::<ErrandEvent>(name, &variant())?;
					if let (Some(index), ErrandEvent::NotTaken { errand, error }) =
						(extrinsic, &event)
					{
						out.left_out.push((index, *errand, self.explain(error)));
					}
					Event::Errand(event)
				}
				_ => Event::Other {
					pallet: pallet.to_owned(),
					name: name.to_owned(),
				},
			};
			out.records.push(EventRecord { extrinsic, event });
		}
		Ok(out)
	}

	/// The error of a call, with its name and the sentence that documents it.
	pub(crate) fn explain(&self, error: &DispatchError) -> DispatchFailure {
		let DispatchError::Module(module) = error else {
			let (name, detail) = match error {
				DispatchError::Token(inner) => ("Token", Some(format!("{inner:?}"))),
				DispatchError::Arithmetic(inner) => ("Arithmetic", Some(format!("{inner:?}"))),
				DispatchError::Transactional(inner) => {
					("Transactional", Some(format!("{inner:?}")))
				}
				DispatchError::Trie(inner) => ("Trie", Some(format!("{inner:?}"))),
				DispatchError::BadOrigin => ("BadOrigin", None),
				DispatchError::CannotLookup => ("CannotLookup", None),
				DispatchError::ConsumerRemaining => ("ConsumerRemaining", None),
				DispatchError::NoProviders => ("NoProviders", None),
				DispatchError::TooManyConsumers => ("TooManyConsumers", None),
				DispatchError::Exhausted => ("Exhausted", None),
				DispatchError::Corruption => ("Corruption", None),
				DispatchError::Unavailable => ("Unavailable", None),
				DispatchError::RootNotAllowed => ("RootNotAllowed", None),
				DispatchError::Other | DispatchError::Module(_) => ("Other", None),
			};
			return DispatchFailure {
				pallet: "System".into(),
				name: name.into(),
				detail,
				doc: error.doc().into(),
			};
		};
		let [variant, arguments @ ..] = module.error;
		let pallet = self.metadata.pallet_by_error_index(module.index);
		let known = pallet
			.as_ref()
			.and_then(|pallet| pallet.error_variant_by_index(variant));
		let (Some(pallet), Some(known)) = (pallet, known) else {
			return DispatchFailure {
				pallet: module.index.to_string(),
				name: variant.to_string(),
				detail: None,
				doc: "an error that the metadata does not name".into(),
			};
		};
		DispatchFailure {
			pallet: pallet.name().to_owned(),
			name: known.name.clone(),
			detail: known
				.fields
				.first()
				.and_then(|field| name_of(self.metadata.types(), field.ty.id, &mut &arguments[..])),
			doc: known.docs.join(" ").trim().to_owned(),
		}
	}
}

/// Everything that happened in a block.
#[derive(Debug, Default)]
pub(crate) struct Events {
	pub(crate) records: Vec<EventRecord>,
	/// Position of an extrinsic, and why it failed.
	pub(crate) failures: Vec<(u32, DispatchFailure)>,
	/// Position of an extrinsic that carries several claims or proofs, the errand of one that was left out, and why.
	pub(crate) left_out: Vec<(u32, ErrandId, DispatchFailure)>,
}

/// Why a call failed, as the runtime encodes it. The encoding is frozen in all runtimes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum DispatchError {
	Other,
	CannotLookup,
	BadOrigin,
	Module(ModuleError),
	ConsumerRemaining,
	NoProviders,
	TooManyConsumers,
	Token(TokenError),
	Arithmetic(ArithmeticError),
	Transactional(TransactionalError),
	Exhausted,
	Corruption,
	Unavailable,
	RootNotAllowed,
	Trie(TrieError),
}

/// The error of a pallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct ModuleError {
	index: u8,
	error: [u8; 4],
}

/// What is wrong with money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum TokenError {
	FundsUnavailable,
	OnlyProvider,
	BelowMinimum,
	CannotCreate,
	UnknownAsset,
	Frozen,
	Unsupported,
	CannotCreateHold,
	NotExpendable,
	Blocked,
}

/// What is wrong with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum ArithmeticError {
	Underflow,
	Overflow,
	DivisionByZero,
}

/// What is wrong with a layer of storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum TransactionalError {
	LimitReached,
	NoLayer,
}

/// What is wrong with a proof in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum TrieError {
	InvalidStateRoot,
	IncompleteDatabase,
	ValueAtIncompleteKey,
	DecoderError,
	InvalidHash,
	DuplicateKey,
	ExtraneousNode,
	ExtraneousValue,
	ExtraneousHashReference,
	InvalidChildReference,
	ValueMismatch,
	IncompleteProof,
	RootMismatch,
	DecodeError,
}

impl DispatchError {
	const fn doc(&self) -> &'static str {
		match self {
			Self::Other | Self::Module(_) => "an error without a name",
			Self::CannotLookup => "something that the call names is not there",
			Self::BadOrigin => {
				"this account may not do this; calls of governance go through --via sudo or --via council"
			}
			Self::ConsumerRemaining => "something still needs the account",
			Self::NoProviders => "the account is not there; send it some money",
			Self::TooManyConsumers => "too many things need the account",
			Self::Token(_) => "the money does not suffice",
			Self::Arithmetic(_) => "a number is out of range",
			Self::Transactional(_) => "calls are nested too deeply",
			Self::Exhausted => "the call is too big for a block",
			Self::Corruption => "the state of the chain is corrupt",
			Self::Unavailable => "something is not available now",
			Self::RootNotAllowed => "root may not do this",
			Self::Trie(_) => "a proof in the call is not valid",
		}
	}
}

/// The error in an event that reports the failure of a call, also of one that another call carried.
fn failure(pallet: &str, name: &str, fields: &[u8]) -> Result<Option<DispatchError>> {
	let mut fields = fields;
	let fields = &mut fields;
	let error = match (pallet, name) {
		("System", "ExtrinsicFailed") => DispatchError::decode(fields).map(Some),
		("Sudo", "Sudid" | "SudoAsDone") => {
			<Result<(), DispatchError>>::decode(fields).map(Result::err)
		}
		("Council", "Executed" | "MemberExecuted") => {
			<([u8; 32], Result<(), DispatchError>)>::decode(fields)
				.map(|(_, outcome)| outcome.err())
		}
		_ => return Ok(None),
	};
	error.map_err(|e| Error::Unreadable {
		what: format!("the event {pallet}.{name}"),
		reason: e.to_string(),
	})
}

/// Name of the variant that `bytes` encode, and of what is in it.
fn name_of(types: &PortableRegistry, id: u32, bytes: &mut &[u8]) -> Option<String> {
	match &types.resolve(id)?.type_def {
		TypeDef::Composite(composite) => name_of(types, composite.fields.first()?.ty.id, bytes),
		TypeDef::Variant(variants) => {
			let (index, rest) = bytes.split_first()?;
			*bytes = rest;
			let variant = variants.variants.iter().find(|v| v.index == *index)?;
			let inner = variant
				.fields
				.first()
				.and_then(|field| name_of(types, field.ty.id, bytes));
			Some(match inner {
				Some(inner) => format!("{}({inner})", variant.name),
				None => variant.name.clone(),
			})
		}
		TypeDef::Primitive(TypeDefPrimitive::U8) => bytes.first().map(u8::to_string),
		_ => None,
	}
}

/// Decodes all of `bytes`.
pub(crate) fn decode<T: Decode>(what: &str, bytes: &[u8]) -> Result<T> {
	T::decode_all(&mut &*bytes).map_err(|e| Error::Unreadable {
		what: what.to_owned(),
		reason: e.to_string(),
	})
}

/// Arguments of a call that are encoded already, as subxt wants to see them.
pub(crate) struct Encoded(pub(crate) Vec<u8>);

impl scale_encode::EncodeAsFields for Encoded {
	fn encode_as_fields_to<R: scale_type_resolver::TypeResolver>(
		&self,
		_: &mut dyn scale_encode::FieldIter<'_, R::TypeId>,
		_: &R,
		out: &mut Vec<u8>,
	) -> Result<(), scale_encode::Error> {
		out.extend(&self.0);
		Ok(())
	}
}

#[cfg(test)]
pub(crate) fn known() -> Runtime {
	Runtime::new(1, 1, H256([9; 32]), KNOWN).unwrap()
}

#[cfg(test)]
mod tests {
	use super::*;
	use tea_tpm::QuoteError;

	#[test]
	fn everything_that_is_used_is_in_the_metadata() {
		let metadata = Metadata::decode_from(KNOWN).unwrap();
		for item in Call::ITEMS.iter().chain(READS) {
			assert!(item.hash(&metadata).is_some(), "there is no {item}");
		}
	}

	#[test]
	fn own_metadata_differs_in_nothing_and_has_all_constants() {
		let runtime = known();
		assert!(runtime.differing.is_empty());
		let constants = runtime.constants(None).unwrap();
		assert_eq!(constants.committee_size, 4);
		assert_eq!(constants.quorum(), 3);
		assert!(constants.enrolment_bond > 0);
		let errands = runtime.errand_constants().unwrap();
		assert_eq!((errands.committee_size, errands.quorum()), (4, 3));
		assert!(errands.min_deadline < errands.max_deadline);
		assert!(runtime.beacon_history().unwrap() > 100);
		assert!(!runtime.block_time().unwrap().is_zero());
		let shares = runtime.storage_default("Errand", "GasShares").unwrap();
		assert_eq!(shares, [70, 15, 10, 5, 10]);
	}

	#[test]
	fn an_item_that_differs_is_refused_by_name() {
		let mut runtime = known();
		let item = Item::Call("Attestation", "attest");
		runtime.differing.insert(item);
		let error = runtime.call_indices("Attestation", "attest").unwrap_err();
		assert_eq!(
			error,
			Error::RuntimeChanged {
				spec_version: 1,
				item: "call Attestation.attest".into()
			}
		);
		runtime.call_indices("Attestation", "retire").unwrap();
	}

	#[test]
	fn errors_of_pallets_have_name_field_and_sentence() {
		let runtime = known();
		let index = runtime
			.metadata
			.pallet_by_name("Attestation")
			.unwrap()
			.error_index();
		let inner = QuoteError::FirmwareDenied.encode();
		let error = DispatchError::Module(ModuleError {
			index,
			error: [31, inner[0], 0, 0],
		});
		let failure = runtime.explain(&error);
		assert_eq!(
			failure.to_string(),
			"Attestation.BadQuote(FirmwareDenied): A field of the quote is wrong."
		);
		// Only variants with fields have a detail.
		let failure = runtime.explain(&DispatchError::Module(ModuleError {
			index,
			error: [1, 0, 0, 0],
		}));
		assert_eq!(
			(failure.name.as_str(), failure.detail),
			("NotOperator", None)
		);
	}

	#[test]
	fn unknown_errors_are_numbers_and_no_panic() {
		let failure = known().explain(&DispatchError::Module(ModuleError {
			index: 255,
			error: [255; 4],
		}));
		assert_eq!(
			(failure.pallet.as_str(), failure.name.as_str()),
			("255", "255")
		);
	}

	#[test]
	fn errors_of_no_pallet_have_a_sentence() {
		let failure = known().explain(&DispatchError::Token(TokenError::FundsUnavailable));
		assert_eq!(
			failure.to_string(),
			"System.Token(FundsUnavailable): the money does not suffice"
		);
	}

	#[test]
	fn failures_are_found_in_events_of_wrapped_calls() {
		let bad = DispatchError::BadOrigin;
		let failed = (bad, [0u8; 3]).encode();
		assert_eq!(failure("System", "ExtrinsicFailed", &failed), Ok(Some(bad)));
		let sudid = Err::<(), _>(bad).encode();
		assert_eq!(failure("Sudo", "Sudid", &sudid), Ok(Some(bad)));
		let done = Ok::<(), DispatchError>(()).encode();
		assert_eq!(failure("Sudo", "Sudid", &done), Ok(None));
		let executed = ([1u8; 32], Err::<(), _>(bad)).encode();
		assert_eq!(failure("Council", "Executed", &executed), Ok(Some(bad)));
		assert_eq!(failure("Balances", "Transfer", &[]), Ok(None));
		assert!(failure("System", "ExtrinsicFailed", &[]).is_err());
	}
}
