//! The transaction extension of duty calls.
//!
//! A call that fails in dispatch leaves nothing behind, so it cannot count its own failure. This extension sees the
//! outcome from outside and counts it. It also gives feeless duties their place in the pool: a priority, because they
//! pay no tip, and one tag per signer and subject, so that only one of them waits at a time.

use crate::{Call, Config, Pallet, WeightInfo};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use core::marker::PhantomData;
use frame_support::{
	dispatch::CheckIfFeeless,
	pallet_prelude::{TransactionSource, TransactionValidityError, ValidTransaction, Weight},
	traits::{Get, IsSubType},
};
use frame_system::{ensure_signed, pallet_prelude::OriginFor};
use scale_info::TypeInfo;
use sp_runtime::{
	DispatchResult,
	traits::{
		DispatchInfoOf, DispatchOriginOf, Dispatchable, Implication, PostDispatchInfoOf,
		TransactionExtension, ValidateResult,
	},
};

/// Blocks for which a duty waits in the pool. Whose window is longer sends it again.
const LONGEVITY: u64 = 64;

/// Counts feeless calls that fail in dispatch, and places the others in the pool. Stands before the extension that
/// takes fees.
#[derive(Clone, Eq, PartialEq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[scale_info(skip_type_params(T))]
pub struct DutyGuard<T>(PhantomData<T>);

impl<T> Default for DutyGuard<T> {
	fn default() -> Self {
		Self(PhantomData)
	}
}

impl<T> core::fmt::Debug for DutyGuard<T> {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str("DutyGuard")
	}
}

/// What the duties of other pallets are about.
pub trait DutySubjects<Call> {
	/// What this call is about: two of the same signer about the same are one. `None`: it is told apart as a whole.
	fn subject(call: &Call) -> Option<Vec<u8>>;
}

impl<Call> DutySubjects<Call> for () {
	fn subject(_: &Call) -> Option<Vec<u8>> {
		None
	}
}

/// What a duty is about: two of the same signer about the same are one.
fn subject<T: Config>(call: &T::RuntimeCall) -> Vec<u8>
where
	T::RuntimeCall: IsSubType<Call<T>>,
{
	match call.is_sub_type() {
		Some(Call::challenge { module, slot, .. }) => (0u8, module, slot).encode(),
		Some(Call::reveal { module, slot, .. }) => (1u8, module, slot).encode(),
		Some(Call::attest { .. }) => 2u8.encode(),
		Some(Call::submit_verdicts { module, round, .. }) => (3u8, module, round).encode(),
		Some(Call::vote_fail { module, round, .. }) => (4u8, module, round).encode(),
		_ => match T::OtherDuties::subject(call) {
			Some(subject) => (254u8, subject).encode(),
			None => (255u8, sp_io::hashing::blake2_128(&call.encode())).encode(),
		},
	}
}

impl<T> TransactionExtension<T::RuntimeCall> for DutyGuard<T>
where
	T: Config + Send + Sync,
	T::RuntimeCall: CheckIfFeeless<Origin = OriginFor<T>>
		+ Dispatchable<RuntimeOrigin = OriginFor<T>>
		+ IsSubType<Call<T>>,
{
	const IDENTIFIER: &'static str = "DutyGuard";
	type Implicit = ();
	type Val = Option<T::AccountId>;
	type Pre = Option<T::AccountId>;

	fn weight(&self, _: &T::RuntimeCall) -> Weight {
		T::WeightInfo::duty_guard()
	}

	fn validate(
		&self,
		origin: DispatchOriginOf<T::RuntimeCall>,
		call: &T::RuntimeCall,
		_: &DispatchInfoOf<T::RuntimeCall>,
		_: usize,
		(): (),
		_: &impl Implication,
		_: TransactionSource,
	) -> ValidateResult<Self::Val, T::RuntimeCall> {
		let who = ensure_signed(origin.clone()).ok();
		let Some(who) = who.filter(|_| call.is_feeless(&origin)) else {
			return Ok((ValidTransaction::default(), None, origin));
		};
		let valid = ValidTransaction {
			priority: T::DutyPriority::get(),
			provides: alloc::vec![(b"tea/duty", &who, subject::<T>(call)).encode()],
			longevity: LONGEVITY,
			..Default::default()
		};
		Ok((valid, Some(who), origin))
	}

	fn prepare(
		self,
		val: Self::Val,
		_: &DispatchOriginOf<T::RuntimeCall>,
		_: &T::RuntimeCall,
		_: &DispatchInfoOf<T::RuntimeCall>,
		_: usize,
	) -> Result<Self::Pre, TransactionValidityError> {
		Ok(val)
	}

	fn post_dispatch_details(
		pre: Self::Pre,
		_: &DispatchInfoOf<T::RuntimeCall>,
		_: &PostDispatchInfoOf<T::RuntimeCall>,
		_: usize,
		result: &DispatchResult,
	) -> Result<Weight, TransactionValidityError> {
		if let Some(who) = pre
			&& result.is_err()
		{
			Pallet::<T>::note_failed_duty(&who);
		}
		Ok(Weight::zero())
	}
}
