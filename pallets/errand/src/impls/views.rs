//! What readers are shown.

use crate::{
	Config, Envelope, Envelopes, ErrandInfo, ErrandInfoOf, Errands, Finished, Pallet, Params,
	ParamsOf,
};
use alloc::vec::Vec;
use tea_primitives::errand::ErrandId;

impl<T: Config> Pallet<T> {
	pub(crate) fn info(errand: ErrandId) -> Option<ErrandInfoOf<T>> {
		match Errands::<T>::get(errand) {
			Some(record) => Some(ErrandInfo::Unfinished(record)),
			None => Finished::<T>::get(errand).map(ErrandInfo::Finished),
		}
	}

	pub(crate) fn input_of(errand: ErrandId) -> Option<(Params, Vec<(u8, Envelope)>)> {
		let record = Errands::<T>::get(errand)?;
		let envelopes = record
			.sources()
			.filter_map(|(number, _)| {
				Envelopes::<T>::get(errand, number).map(|envelope| (number, envelope))
			})
			.collect();
		Some((ParamsOf::<T>::get(errand), envelopes))
	}
}
