//! Errands: code that runs on data in attested modules, and who is paid for it.

use super::{
	GovernanceOrigin,
	modules::{ClassCap, SessionAccount},
};
use crate::{
	Attestation, Balances, Camellia, Delegation, Deployment, Runtime, RuntimeHoldReason, Signature,
	Timestamp,
	constants::{
		self,
		time::{DAYS, HOURS, MINUTES},
	},
};
use frame_support::traits::{ConstU32, ConstU128};
use tea_primitives::{camellia::Camellias, errand};

/// The mean weight of Active modules at evenly spaced places of the known-good set, times their number.
pub struct ActiveWeight;
impl errand::ActiveWeight for ActiveWeight {
	fn of_active(sample: u32) -> u64 {
		let count = u64::from(pallet_delegation::ModuleCount::<Runtime>::get());
		let looked = count.min(u64::from(sample));
		let sum: u64 = (0..looked)
			.filter_map(|n| {
				let place = n.saturating_mul(count).checked_div(looked)?;
				let place = u32::try_from(place).ok()?;
				let module = pallet_delegation::Modules::<Runtime>::get(place)?;
				Camellia::draw_weight(module).map(|weight| u64::from(weight.0))
			})
			.sum();
		sum.saturating_mul(count)
			.checked_div(looked)
			.unwrap_or_default()
	}
}

impl pallet_errand::Config for Runtime {
	type ActiveWeight = ActiveWeight;
	type AgendaPerBlock = ConstU32<1024>;
	// As long as results are kept.
	type ArchiveTime = ConstU32<DAYS>;
	type Attested = Attestation;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Helper;
	type Camellias = Camellia;
	type ClassCap = ClassCap;
	type Clock = Timestamp;
	type CommitteeSize = ConstU32<{ constants::COMMITTEE_SIZE }>;
	type Currency = Balances;
	type Deployments = Deployment;
	type Draws = Delegation;
	type Duties = Attestation;
	type Earnings = Camellia;
	type ExpiriesPerBlock = ConstU32<64>;
	type GovernanceOrigin = GovernanceOrigin;
	type InitialGasPrice = ConstU128<{ constants::GAS_PRICE }>;
	type KeyWait = ConstU32<HOURS>;
	type MaxClaimsPerBlock = ConstU32<512>;
	type MaxDeadline = ConstU32<{ 12 * HOURS }>;
	type MaxErrandsPerModule = ConstU32<128>;
	type MemberSignature = Signature;
	type Membership = Attestation;
	type MinDeadline = ConstU32<4>;
	// The threshold of tickets doubles each block: by then every ticket of 10 000 modules is let in.
	type OpenPatience = ConstU32<24>;
	type PinnersWait = ConstU32<{ 5 * MINUTES }>;
	type QuoteKeys = Attestation;
	type RuntimeHoldReason = RuntimeHoldReason;
	type SessionAccount = SessionAccount;
	type SigVerify = tea_tpm::RustCrypto;
	// Until there are stake slots.
	type Stakes = ();
	type Suspects = Attestation;
	type Tickets = Delegation;
	type VerifierPatience = ConstU32<4>;
	type WeightInfo = pallet_errand::weights::SubstrateWeight<Runtime>;
}
