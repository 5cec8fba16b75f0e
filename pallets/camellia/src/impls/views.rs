//! What readers are shown.

use super::credit::points;
use crate::{
	CamelliaInfo, CamelliaInfoOf, CamelliaRecordOf, Camelliae, Config, CreditLogs, LifeStage,
	Pallet, Stage, math,
};
use frame_system::pallet_prelude::BlockNumberFor;
use tea_primitives::{camellia::Camellias, ids::ModuleId};

impl<T: Config> Pallet<T> {
	fn life_stage(record: &CamelliaRecordOf<T>) -> LifeStage {
		if Self::is_over(record) {
			return LifeStage::Dead;
		}
		match (&record.stage, record.hardware.is_some()) {
			(Stage::Fresh { .. }, _) => LifeStage::Fresh,
			(Stage::Planted { .. }, true) => LifeStage::Planted,
			(Stage::Planted { .. }, false) => LifeStage::Idle,
		}
	}

	fn planted_at(record: &CamelliaRecordOf<T>) -> Option<BlockNumberFor<T>> {
		match record.stage {
			Stage::Fresh { .. } => None,
			Stage::Planted { since, .. } => Some(since),
		}
	}

	pub(crate) fn info(module: ModuleId) -> Option<CamelliaInfoOf<T>> {
		let record = Camelliae::<T>::get(module)?;
		Some(CamelliaInfo {
			owner: Self::item_owner(module),
			operator: <Self as Camellias<_>>::operator(module),
			kind: record.kind,
			stage: Self::life_stage(&record),
			born: record.born,
			planted: Self::planted_at(&record),
			ends: record.stage.end(),
			life_span: record.life_span,
			age_in_tenths: Self::age(&record)
				.and_then(|age| math::tenth_of_life(age, record.life_span)),
			base_productivity: record.base_productivity,
			productivity: Self::productivity_now(&record),
			stake_weight: Self::stake_weight(module),
			credit: points(Self::credit_now(&record).0),
			credit_log: CreditLogs::<T>::get(module).into_inner(),
			draw_weight: Self::weight_now(module, &record),
			hardware: record.hardware,
		})
	}
}
