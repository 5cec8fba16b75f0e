//! What other pallets ask and tell the registry of Camelliae (SPEC 3.4, 3.5, R-173 … R-184).

pub mod math;

use crate::ids::{EkHash, ModuleId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
#[cfg(feature = "runtime-benchmarks")]
use sp_runtime::DispatchError;
use sp_runtime::DispatchResult;

/// Weight of a module in draws, in millionths: 1 000 000 is a kind B Camellia at full productivity with slot 0
/// filled and the credit of a newborn (SPEC 3.2).
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct DrawWeight(pub u32);

impl DrawWeight {
	/// One.
	pub const ONE: Self = Self(1_000_000);
	/// The smallest weight of a living, planted Camellia: a quarter.
	pub const MIN: Self = Self(250_000);
	/// The largest weight: four.
	pub const MAX: Self = Self(4_000_000);
}

/// What moves a Camellia's credit (SPEC 3.4).
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum CreditEvent {
	/// An errand was confirmed, as its executor: up by a hundredth of what is missing.
	#[codec(index = 0)]
	ErrandConfirmed,
	/// A committee duty was done in time and with the outcome: up by a five-hundredth of what is missing.
	#[codec(index = 1)]
	DutyDone,
	/// The own renewal passed: up by a five-hundredth of what is missing.
	#[codec(index = 2)]
	RenewalPassed,
	/// A committee duty was missed: down by a twentieth.
	#[codec(index = 3)]
	DutyMissed,
	/// An infrastructure fault, reported by the module itself: down by a tenth.
	#[codec(index = 4)]
	InfrastructureFault,
	/// An executor let its deadline pass without a word: down by a fifth.
	#[codec(index = 5)]
	DeadlineMissed,
	/// A challenge that is provably bad, or a refuted verdict: down by half.
	#[codec(index = 6)]
	ProvablyBad,
	/// Quarantined: to zero.
	#[codec(index = 7)]
	Quarantined,
	/// A provable lie: to zero.
	#[codec(index = 8)]
	ProvableLie,
}

/// The registry of Camelliae, as other pallets see it.
pub trait Camellias<AccountId> {
	/// Who owns the module's NFT now.
	fn owner(module: ModuleId) -> Option<AccountId>;

	/// The low-value account that the owner named for `register`, `respond` and the first `attest` of a boot.
	fn operator(module: ModuleId) -> Option<AccountId>;

	/// Whether the Camellia can carry hardware: born, neither withered nor at the end of its life.
	fn is_living(module: ModuleId) -> bool;

	/// The chip that is bound to it.
	fn hardware(module: ModuleId) -> Option<EkHash>;

	/// Number of planted, living Camelliae: the base of the cap per class.
	fn planted() -> u32;

	/// Binds a chip. The first one plants the Camellia: its life begins.
	fn plant(module: ModuleId, chip: EkHash) -> DispatchResult;

	/// Takes the chip away; age, credit and stakes stay. Without hardware nothing happens.
	fn unbind(module: ModuleId);

	/// Weight in draws, by productivity, stake and credit; `None` when it is not planted or dead.
	fn draw_weight(module: ModuleId) -> Option<DrawWeight>;

	/// Moves the credit and writes the reason into its log.
	fn note(module: ModuleId, event: CreditEvent);

	/// Benchmarks need a living, unplanted Camellia of this owner.
	#[cfg(feature = "runtime-benchmarks")]
	fn bear(owner: &AccountId) -> Result<ModuleId, DispatchError>;
}

/// What happens elsewhere when a Camellia's life ends.
pub trait OnEndOfLife {
	/// The hardware of `module` must leave: it retires, its pins are void.
	fn end_of_life(module: ModuleId);
}

impl OnEndOfLife for () {
	fn end_of_life(_: ModuleId) {}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn credit_event_encoding_is_frozen() {
		use CreditEvent::*;
		let all = [
			ErrandConfirmed,
			DutyDone,
			RenewalPassed,
			DutyMissed,
			InfrastructureFault,
			DeadlineMissed,
			ProvablyBad,
			Quarantined,
			ProvableLie,
		];
		for (index, event) in all.into_iter().enumerate() {
			assert_eq!(event.encode(), [u8::try_from(index).unwrap()]);
		}
	}
}
