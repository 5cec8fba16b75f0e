//! What governance has decided before the first block.

use crate::{
	Config, DevAllowed, GenesisConfig, IssuerInfo, Pallet, RegistrarInfo, Registrars, ReleaseRecord,
};
use alloc::{collections::BTreeSet, string::String, vec::Vec};
use frame_support::{BoundedVec, traits::Get};
use serde::{Deserialize, Serialize};
use sp_core::Bytes;
use tea_primitives::{
	HardwareClass,
	ids::{IssuerId, ReleaseId},
};
use tea_tpm::{Hash, PcrSelection, SignatureAlgorithm};

/// Registrars of different owners that a live chain starts with (SPEC 3.1).
const LEAST_REGISTRARS: usize = 5;

/// An issuer of endorsement certificates.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisIssuer {
	/// Its number.
	pub id: u32,
	/// `SubjectPublicKeyInfo` of its certificate, in DER.
	pub spki: Bytes,
	/// `rsa-sha256`, `rsa-sha384`, `p256-sha256` or `p384-sha384`.
	pub algorithm: String,
	/// Identifier of the TPM maker.
	pub vendor: u32,
	/// `A`, `B`, `C`, `D`, `V` or `Dev`.
	pub class: String,
	/// Whether every certificate states the purpose of an endorsement key.
	pub requires_purpose: bool,
	/// Chips at most.
	pub cap: u32,
}

/// A release that is accepted from the start.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisRelease {
	/// Its number.
	pub id: u32,
	/// `A`, `B`, `C`, `D`, `V` or `Dev`.
	pub class: String,
	/// The PCRs that must equal a value set.
	pub strict: Vec<u8>,
	/// For each way to boot, the values of the strict PCRs in ascending order.
	pub value_sets: Vec<Vec<Bytes>>,
	/// Merkle root over everything that a module of this release runs.
	pub manifest_root: Bytes,
}

/// A registrar that is there from the start.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisRegistrar<AccountId> {
	/// Its account.
	pub account: AccountId,
	/// X25519 key that messages are sealed to.
	pub transport: Bytes,
	/// On whose behalf it acts.
	pub owner: AccountId,
	/// Name of the owner.
	pub name: String,
}

fn class(text: &str) -> HardwareClass {
	match text {
		"A" => HardwareClass::A,
		"B" => HardwareClass::B,
		"C" => HardwareClass::C,
		"D" => HardwareClass::D,
		"V" => HardwareClass::V,
		"Dev" => HardwareClass::Dev,
		_ => panic!("attestation: there is no hardware class {text:?}"),
	}
}

fn algorithm(text: &str) -> SignatureAlgorithm {
	match text {
		"rsa-sha256" => SignatureAlgorithm::RsaSha256,
		"rsa-sha384" => SignatureAlgorithm::RsaSha384,
		"p256-sha256" => SignatureAlgorithm::EcdsaP256Sha256,
		"p384-sha384" => SignatureAlgorithm::EcdsaP384Sha384,
		_ => panic!("attestation: there is no signature algorithm {text:?}"),
	}
}

fn hash(bytes: &Bytes, what: &str) -> Hash {
	bytes
		.0
		.as_slice()
		.try_into()
		.unwrap_or_else(|_| panic!("attestation: {what} has {} bytes, not 32", bytes.0.len()))
}

fn bounded<T: Clone, S: frame_support::traits::Get<u32>>(
	items: Vec<T>,
	what: &str,
) -> BoundedVec<T, S> {
	let count = items.len();
	items
		.try_into()
		.unwrap_or_else(|_| panic!("attestation: {what}: {count} is too long"))
}

impl<T: Config> Pallet<T> {
	/// Writes the genesis, or says in one sentence why it is none.
	pub(crate) fn build_genesis(config: &GenesisConfig<T>) {
		DevAllowed::<T>::put(!config.live);
		if let Err(reason) = Self::do_set_parameters(config.parameters) {
			panic!(
				"attestation.parameters: {reason:?}; the bounds are {:?}",
				T::ParameterBounds::get()
			);
		}
		for issuer in &config.issuers {
			let info = IssuerInfo {
				spki: bounded(issuer.spki.0.clone(), "issuers.spki"),
				algorithm: algorithm(&issuer.algorithm),
				vendor: issuer.vendor,
				class: class(&issuer.class),
				requires_purpose: issuer.requires_purpose,
				cap: issuer.cap,
				version: 1,
			};
			assert!(
				!(config.live && info.class == HardwareClass::Dev),
				"attestation.issuers: issuer {} has class Dev, which a live chain refuses",
				issuer.id,
			);
			if let Err(reason) = Self::do_register_issuer(IssuerId(issuer.id), info) {
				panic!("attestation.issuers: issuer {}: {reason:?}", issuer.id);
			}
		}
		for release in &config.releases {
			let class = class(&release.class);
			assert!(
				!(config.live && class == HardwareClass::Dev),
				"attestation.releases: release {} has class Dev, which a live chain refuses",
				release.id,
			);
			let sets = release.value_sets.iter().map(|set| {
				let values = set.iter().map(|value| hash(value, "releases.valueSets"));
				bounded(values.collect(), "releases.valueSets")
			});
			let record = ReleaseRecord {
				class,
				strict: PcrSelection::of(&release.strict),
				value_sets: bounded(sets.collect(), "releases.valueSets"),
				manifest_root: hash(&release.manifest_root, "releases.manifestRoot"),
				until: None,
			};
			if let Err(reason) = Self::do_register_release(ReleaseId(release.id), record) {
				panic!("attestation.releases: release {}: {reason:?}", release.id);
			}
		}
		let mut owners = BTreeSet::new();
		for registrar in &config.registrars {
			assert!(
				!Registrars::<T>::contains_key(&registrar.account),
				"attestation.registrars: {:?} is there twice",
				registrar.account,
			);
			let info = RegistrarInfo {
				transport: hash(&registrar.transport, "registrars.transport"),
				owner: registrar.owner.clone(),
				name: bounded(registrar.name.clone().into_bytes(), "registrars.name"),
			};
			owners.insert(registrar.owner.clone());
			if let Err(reason) = Self::do_set_registrar(registrar.account.clone(), Some(info)) {
				panic!(
					"attestation.registrars: {:?}: {reason:?}",
					registrar.account
				);
			}
		}
		assert!(
			!config.live || owners.len() >= LEAST_REGISTRARS,
			"attestation.registrars: a live chain starts with {LEAST_REGISTRARS} registrars of different owners, not {}",
			owners.len(),
		);
	}
}
