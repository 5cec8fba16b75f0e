//! What governance may change: windows, periods and prices, each between bounds.
//
// INVARIANT: stored, part of an event and of a call, so the order of the fields is frozen.

use crate::BalanceOf;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::PalletError;
use frame_system::pallet_prelude::BlockNumberFor;
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_runtime::traits::AtLeast32BitUnsigned;

macro_rules! parameters {
	($($(#[$meta:meta])* $name:ident: $kind:ty, $field:ident = $index:literal;)+) => {
		/// Windows, periods and prices. What began keeps the deadline that it was given; a change holds for what begins
		/// after it.
		#[derive(
			Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen,
			TypeInfo, Serialize, Deserialize,
		)]
		#[serde(rename_all = "camelCase", deny_unknown_fields)]
		pub struct Parameters<BlockNumber, Balance> {
			$($(#[$meta])* pub $name: $kind,)+
		}

		/// Name of a parameter.
		#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
		pub enum ParameterName {
			$($(#[$meta])* #[codec(index = $index)] $field,)+
		}

		impl<BlockNumber: AtLeast32BitUnsigned + Copy, Balance: Ord + Copy>
			Parameters<BlockNumber, Balance>
		{
			/// The first parameter that is outside these bounds.
			fn outside(&self, least: &Self, most: &Self) -> Option<ParameterName> {
				$(if self.$name < least.$name || self.$name > most.$name {
					return Some(ParameterName::$field);
				})+
				None
			}
		}

		/// Every parameter, in the order of its field.
		#[cfg(test)]
		pub(crate) const ALL: &[ParameterName] = &[$(ParameterName::$field,)+];
	};
}

parameters! {
	/// Blocks in which challengers post.
	challenge_window: BlockNumber, ChallengeWindow = 0;
	/// Blocks in which the module answers.
	response_window: BlockNumber, ResponseWindow = 1;
	/// Blocks in which a challenger shows the root value of a blob that the module calls bad.
	reveal_window: BlockNumber, RevealWindow = 2;
	/// How many blocks old the block may be that a quote names.
	nonce_window: BlockNumber, NonceWindow = 3;
	/// Blocks of an attestation round.
	round_window: BlockNumber, RoundWindow = 4;
	/// Blocks between an undecided round and the next evidence.
	round_cool_down: BlockNumber, RoundCoolDown = 5;
	/// Blocks for which an account waits after an enrolment that it let fail.
	enrolment_cool_down: BlockNumber, EnrolmentCoolDown = 6;
	/// Blocks for which a certificate is valid. Renewal opens at half of it, so a round must fit into the other half.
	certificate_life: BlockNumber, CertificateLife = 7;
	/// Blocks in quarantine before evidence is accepted again.
	quarantine_cool_down: BlockNumber, QuarantineCoolDown = 8;
	/// Blocks between the end of a module's hardware and the return of its bond.
	bond_delay: BlockNumber, BondDelay = 9;
	/// What an enrolment puts on hold; twice as much in a class above a third.
	enrolment_bond: Balance, EnrolmentBond = 10;
	/// What a report puts on hold.
	report_bond: Balance, ReportBond = 11;
	/// What the pool pays for one public duty.
	duty_reward: Balance, DutyReward = 12;
	/// Boots of a module in a day whose rounds the pool pays.
	paid_boots: u32, PaidBoots = 13;
}

impl PalletError for ParameterName {
	const MAX_ENCODED_SIZE: usize = 1;
}

impl<BlockNumber: AtLeast32BitUnsigned + Copy, Balance: Ord + Copy>
	Parameters<BlockNumber, Balance>
{
	/// Whether each is within its bounds and all fit together; else the first that does not.
	pub fn check(
		&self,
		bounds: &Bounds<BlockNumber, Balance>,
		live: bool,
	) -> Result<(), ParameterName> {
		let least = if live {
			&bounds.least_live
		} else {
			&bounds.least
		};
		if let Some(parameter) = self.outside(least, &bounds.most) {
			return Err(parameter);
		}
		if self.certificate_life / 2u32.into() <= self.round_window {
			return Err(ParameterName::CertificateLife);
		}
		Ok(())
	}
}

/// Between what the parameters stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Bounds<BlockNumber, Balance> {
	/// The least of each.
	pub least: Parameters<BlockNumber, Balance>,
	/// The least of each in a live chain.
	pub least_live: Parameters<BlockNumber, Balance>,
	/// The most of each.
	pub most: Parameters<BlockNumber, Balance>,
}

/// [`Parameters`] with the types of the runtime.
pub type ParametersOf<T> = Parameters<BlockNumberFor<T>, BalanceOf<T>>;

/// [`Bounds`] with the types of the runtime.
pub type BoundsOf<T> = Bounds<BlockNumberFor<T>, BalanceOf<T>>;
