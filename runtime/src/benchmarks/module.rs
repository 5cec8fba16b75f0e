//! An Active module with everything that the pallets read of one.

use crate::{AccountId, BlockNumber, Camellia, Delegation, Runtime};
use pallet_attestation::{
	AcceptedReleases, BootRecord, Boots, CertificateRecord, Certificates, ChipRecord, Chips,
	EvidenceRecord, KeystoreHelper, MAX_COMMITTEE, MAX_MODEL, MAX_PCRS, ModuleRecord, Modules,
	ReleaseRecord, Releases, Sessions, StatusReason,
};
use pallet_errand::SoftTpm;
use sp_runtime::BoundedVec;
use tea_primitives::{
	HardwareClass,
	camellia::Camellias,
	draw::{KnownGood, Member},
	ids::{BootSeq, IssuerId, ModuleId, ReleaseId},
	module::{BootKeys, Certificate, ModuleStatus},
};
use tea_tpm::{AkPublic, Boot, Counters, EkPublic, ObjectName, PcrSelection};

/// The boot of every module here.
pub(super) const BOOT: BootSeq = 1;
/// When it was attested, milliseconds.
pub(super) const MOMENT: u64 = 4_000_000_000_000;
const RELEASE: ReleaseId = ReleaseId(0);
/// Without a cap, so that no benchmark hits one.
const CLASS: HardwareClass = HardwareClass::Dev;
const MANIFEST: [u8; 32] = [6; 32];

/// Makes a module Active that a Camellia was born for, with the longest records, an attestation key of [`SoftTpm`] and a
/// session key of the keystore, which it gives.
pub(super) fn activate(module: ModuleId) -> [u8; 32] {
	let session = KeystoreHelper::generate();
	let keys = BootKeys {
		session,
		vrf: [2; 32],
		transport: [3; 32],
	};
	let account = AccountId::from(session);
	frame_system::Pallet::<Runtime>::inc_providers(&account);
	Sessions::<Runtime>::insert(account, (module, BOOT));
	Releases::<Runtime>::insert(
		RELEASE,
		ReleaseRecord {
			class: CLASS,
			strict: PcrSelection::UEFI,
			value_sets: Default::default(),
			manifest_root: MANIFEST,
			until: Some(BlockNumber::MAX),
		},
	);
	AcceptedReleases::<Runtime>::insert(CLASS, BoundedVec::truncate_from(alloc::vec![RELEASE]));
	plant(module);
	Boots::<Runtime>::insert(
		module,
		BootRecord {
			seq: BOOT,
			keys,
			since: 0,
			evidence: evidence(),
		},
	);
	Modules::<Runtime>::insert(
		module,
		ModuleRecord {
			status: ModuleStatus::Active,
			since: 0,
			reason: StatusReason::RoundPassed,
			cool_down_until: None,
		},
	);
	certify(module, keys);
	Delegation::admit(module);
	session
}

fn evidence() -> EvidenceRecord {
	EvidenceRecord {
		quote: [1; 32],
		pcr_digest: [4; 32],
		values: BoundedVec::truncate_from(alloc::vec![[5; 32]; MAX_PCRS as usize]),
		manifest_root: MANIFEST,
		log_root: [7; 32],
		rk_name: ObjectName([0; 34]),
		firmware_version: 1,
		safe: true,
	}
}

fn plant(module: ModuleId) {
	let ek = EkPublic::P384 {
		x: [1; 48],
		y: [2; 48],
	};
	let ak = AkPublic::parse(&SoftTpm::ak_area()).expect("a P-256 key with a template; qed");
	let mut id = [0; 32];
	for (to, from) in id.iter_mut().zip(module.0.to_be_bytes()) {
		*to = from;
	}
	// A number without a Camellia, and a module that is activated again, stay as they are.
	let _ = Camellia::plant(module, id);
	Chips::<Runtime>::insert(
		module,
		ChipRecord {
			id,
			issuer: IssuerId(1),
			class: CLASS,
			vendor: 0,
			model: BoundedVec::truncate_from(alloc::vec![b'x'; MAX_MODEL as usize]),
			signer: ak.qualified_name(&ek).expect("two keys; qed"),
			ek,
			ak_name: ak.name(),
			ak,
			bonded_by: AccountId::from([0; 32]),
			bond: 0,
			closed: false,
			boot: Some(Boot {
				seq: BOOT,
				counters: Counters {
					clock: 50_000,
					reset_count: 1,
					restart_count: 0,
					safe: true,
				},
				accepted_at: MOMENT,
			}),
			pins: None,
		},
	);
}

fn certify(module: ModuleId, keys: BootKeys) {
	let committee = alloc::vec![Member::Module(ModuleId(u32::MAX)); MAX_COMMITTEE as usize];
	Certificates::<Runtime>::insert(
		module,
		CertificateRecord {
			certificate: Certificate {
				module,
				boot_seq: BOOT,
				round: 1,
				keys,
				class: CLASS,
				release: RELEASE,
				since: 0,
				until: BlockNumber::MAX,
			},
			committee: BoundedVec::truncate_from(committee),
			passed: u16::MAX,
			live_quote: [0; 32],
		},
	);
}
