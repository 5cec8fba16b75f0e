//! Errands: code that runs on data in attested modules, and who is paid for it.

use super::{
	GovernanceOrigin,
	modules::{ClassCap, SessionAccount},
};
use crate::{
	Attestation, Balances, BlockNumber, Camellia, Delegation, Deployment, Runtime,
	RuntimeHoldReason, Signature, Timestamp,
	constants::{
		self,
		time::{DAYS, HOURS, MINUTES},
	},
};
use frame_support::traits::{ConstU32, ConstU128};
use pallet_delegation::{TicketClaim, TicketError, ticket};
use tea_primitives::{
	camellia::Camellias,
	deployment::Hash,
	draw::BeaconValue,
	errand::{self, TicketProof, TicketRefusal, TicketRequest},
};

/// Tickets as the delegation examines them.
pub struct Tickets;

impl Tickets {
	fn claim<'a>(request: &TicketRequest<'a, BlockNumber>) -> TicketClaim<'a, BlockNumber> {
		TicketClaim {
			module: request.module,
			weight: request.weight,
			key: request.key,
			key_since: request.key_since,
			subject: request.subject,
			posted: request.fixed_in,
			total_weight: request.total_weight,
			blocks_open: request.blocks_open,
		}
	}

	fn refusal(error: TicketError) -> TicketRefusal {
		match error {
			TicketError::NoBeacon => TicketRefusal::NoBeacon,
			TicketError::KeyTooNew => TicketRefusal::KeyTooNew,
			TicketError::TicketTooHigh => TicketRefusal::TooHigh,
			TicketError::BadVrfProof => TicketRefusal::BadProof,
		}
	}
}

impl errand::Tickets<BlockNumber> for Tickets {
	fn without_proof(
		request: &TicketRequest<'_, BlockNumber>,
		pre_output: &[u8; 32],
	) -> Result<u128, TicketRefusal> {
		Delegation::ticket_without_proof(&Self::claim(request), pre_output)
			.map(|ticket| ticket.value.0)
			.map_err(Self::refusal)
	}

	fn with_proof(
		request: &TicketRequest<'_, BlockNumber>,
		proof: &TicketProof,
	) -> Result<u128, TicketRefusal> {
		let proof = ticket::TicketProof {
			pre_output: proof.pre_output,
			proof: proof.proof,
		};
		Delegation::ticket(&Self::claim(request), &proof)
			.map(|ticket| ticket.value.0)
			.map_err(Self::refusal)
	}

	fn input(subject: &[u8], beacon: &BeaconValue) -> Hash {
		ticket::input(&crate::System::block_hash(0).0, subject, beacon)
	}
}

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
	type MaxErrandsPerModule = ConstU32<32>;
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
	type Tickets = Tickets;
	type VerifierPatience = ConstU32<4>;
	type WeightInfo = pallet_errand::weights::SubstrateWeight<Runtime>;
}
