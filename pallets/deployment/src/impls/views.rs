//! What view functions return. They alone walk over all pins of a deployment.

use crate::{
	Config, DeploymentInfo, DeploymentInfoOf, DeploymentRecordOf, DeploymentStatus, Deployments,
	EndReason, Links, Pallet, PinState, PinView, PinViewOf, Pins, SignedLinkOf, TermsByHash,
};
use alloc::vec::Vec;
use frame_support::traits::Get;
use tea_primitives::{
	deployment::{DeploymentId, Giver, NO_PARENT, Visibility},
	ids::ModuleId,
};

impl<T: Config> Pallet<T> {
	fn count_live(id: &DeploymentId, record: &DeploymentRecordOf<T>) -> u32 {
		let live = Pins::<T>::get(id)
			.pins
			.into_iter()
			.filter(|pin| Self::is_live(record, pin));
		live.count() as u32
	}

	pub(crate) fn info(id: &DeploymentId) -> Option<DeploymentInfoOf<T>> {
		let record = Deployments::<T>::get(id)?;
		let terms = TermsByHash::<T>::get(id, record.terms)?;
		let live = Self::count_live(id, &record);
		let status = match Self::end_of(&record) {
			Some(EndReason::Retired) => DeploymentStatus::Retired,
			Some(EndReason::Expired) => DeploymentStatus::Expired,
			None if record.visibility != Visibility::Hosted => DeploymentStatus::Live,
			None if live == 0 => DeploymentStatus::Lost,
			None if live < record.wanted.into() => DeploymentStatus::Degraded,
			None => DeploymentStatus::Live,
		};
		Some(DeploymentInfo {
			record,
			terms,
			status,
			live,
		})
	}

	pub(crate) fn pin_views(id: &DeploymentId) -> Vec<PinViewOf<T>> {
		let Some(record) = Deployments::<T>::get(id) else {
			return Vec::new();
		};
		let view = |pin| {
			let state = if Self::is_live(&record, &pin) {
				PinState::Live
			} else if Self::is_void(&record, &pin) {
				PinState::Void
			} else {
				PinState::Suspended
			};
			let parent = match Links::<T>::get(pin.link).map(|link| link.from) {
				Some(Giver::Module(parent, _)) => Some(parent),
				_ => None,
			};
			PinView { pin, parent, state }
		};
		Pins::<T>::get(id).pins.into_iter().map(view).collect()
	}

	pub(crate) fn chain_of(id: &DeploymentId, module: Option<ModuleId>) -> Vec<SignedLinkOf<T>> {
		let start = match module {
			Some(module) => Pins::<T>::get(id)
				.pins
				.into_iter()
				.find(|pin| pin.module == module)
				.map(|pin| pin.link),
			None => Deployments::<T>::get(id).map(|record| record.origin),
		};
		let mut chain = Vec::new();
		let mut next = start;
		for _ in 0..T::MaxDepth::get() {
			let Some(record) = next.and_then(Links::<T>::get) else {
				break;
			};
			next = Some(record.parent).filter(|parent| *parent != NO_PARENT);
			chain.push(Self::signed(record));
		}
		chain
	}
}
