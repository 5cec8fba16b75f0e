//! What is read about errands.

use super::At;
use crate::{
	AccountId, Result,
	key::{entry, twox},
	runtime::{Item, decode},
	types::{
		BeaconRecord, Bill, ErrandConstants, ErrandInfo, ErrandQueue, ErrandRecord, FinishedErrand,
		Pot, Shares, Workload,
	},
};
use codec::Decode;
use tea_primitives::{
	deployment::Refusal,
	draw::BeaconValue,
	errand::{ErrandId, Limits, Source},
	ids::ModuleId,
};

const PALLET: &str = "Errand";
/// Questions that are asked at the same time.
const AT_A_TIME: usize = 32;

impl At {
	async fn of_errand<T: Decode>(
		&self,
		name: &'static str,
		errand: ErrandId,
	) -> Result<Option<T>> {
		let key = twox(entry(PALLET, name), &errand);
		self.read(Item::Storage(PALLET, name), key).await
	}

	async fn errand_value<T: Decode>(&self, name: &'static str) -> Result<Option<T>> {
		self.read(Item::Storage(PALLET, name), entry(PALLET, name))
			.await
	}

	/// The number that the next errand will have.
	pub async fn next_errand(&self) -> Result<ErrandId> {
		Ok(self.errand_value("NextErrand").await?.unwrap_or_default())
	}

	/// An errand that is not final.
	pub async fn errand(&self, errand: ErrandId) -> Result<Option<ErrandRecord>> {
		self.of_errand("Errands", errand).await
	}

	/// Reads the records of these errands at the same time. [`Self::errand`] has them at hand afterwards.
	pub async fn prefetch_errands(&self, errands: &[ErrandId]) -> Result<()> {
		self.check(Item::Storage(PALLET, "Errands"))?;
		let keys: Vec<_> = errands
			.iter()
			.map(|errand| twox(entry(PALLET, "Errands"), errand))
			.collect();
		for keys in keys.chunks(AT_A_TIME) {
			self.values("Errand.Errands", keys).await?;
		}
		Ok(())
	}

	/// All errands that are not final, by number.
	pub async fn errands(&self) -> Result<Vec<(ErrandId, ErrandRecord)>> {
		let mut all: Vec<_> = self
			.map::<8, ErrandRecord>(PALLET, "Errands")
			.await?
			.into_iter()
			.map(|(id, record)| (ErrandId(u64::from_le_bytes(id)), record))
			.collect();
		all.sort_by_key(|(id, _)| *id);
		Ok(all)
	}

	/// A final errand that has not left the state.
	pub async fn finished_errand(&self, errand: ErrandId) -> Result<Option<FinishedErrand>> {
		self.of_errand("Finished", errand).await
	}

	/// All final errands that have not left the state, by number.
	pub async fn finished_errands(&self) -> Result<Vec<(ErrandId, FinishedErrand)>> {
		let mut all: Vec<_> = self
			.map::<8, FinishedErrand>(PALLET, "Finished")
			.await?
			.into_iter()
			.map(|(id, record)| (ErrandId(u64::from_le_bytes(id)), record))
			.collect();
		all.sort_by_key(|(id, _)| *id);
		Ok(all)
	}

	/// Everything about an errand; `None`: there is none, or it is final and has left the state.
	pub async fn errand_info(&self, errand: ErrandId) -> Result<Option<ErrandInfo>> {
		if let Some(record) = self.errand(errand).await? {
			return Ok(Some(ErrandInfo::Unfinished(Box::new(record))));
		}
		let finished = self.finished_errand(errand).await?;
		Ok(finished.map(|record| ErrandInfo::Finished(Box::new(record))))
	}

	/// The proof of a final errand, if it came to one.
	pub async fn pot(&self, errand: ErrandId) -> Result<Option<Pot>> {
		let finished = self.finished_errand(errand).await?;
		Ok(finished.and_then(|record| record.pot))
	}

	/// What a final errand cost.
	pub async fn bill(&self, errand: ErrandId) -> Result<Option<Bill>> {
		let finished = self.finished_errand(errand).await?;
		Ok(finished.map(|record| record.bill))
	}

	/// Params of an errand that is not final.
	pub async fn errand_params(&self, errand: ErrandId) -> Result<Vec<u8>> {
		let params = self.of_errand("ParamsOf", errand).await?;
		Ok(params.unwrap_or_default())
	}

	/// The sealed key of a source, once it was supplied: 0 is the code, n the data input n − 1.
	pub async fn envelope(&self, errand: ErrandId, source: u8) -> Result<Option<Vec<u8>>> {
		let key = twox(twox(entry(PALLET, "Envelopes"), &errand), &source);
		self.read(Item::Storage(PALLET, "Envelopes"), key).await
	}

	/// Errands that are not final, in numbers.
	pub async fn errand_queue(&self) -> Result<ErrandQueue> {
		Ok(self.errand_value("Queue").await?.unwrap_or_default())
	}

	/// What a module has taken and not finished.
	pub async fn workload(&self, module: ModuleId) -> Result<Workload> {
		let key = twox(entry(PALLET, "Workloads"), &module);
		let workload = self.read(Item::Storage(PALLET, "Workloads"), key).await?;
		Ok(workload.unwrap_or_default())
	}

	/// How gas of errands that are posted now is shared.
	pub async fn gas_shares(&self) -> Result<Shares> {
		self.or_default("GasShares").await
	}

	/// Price of one unit of fuel of errands that are posted now.
	pub async fn gas_price(&self) -> Result<u128> {
		self.or_default("GasPrice").await
	}

	async fn or_default<T: Decode>(&self, name: &'static str) -> Result<T> {
		match self.errand_value(name).await? {
			Some(value) => Ok(value),
			None => {
				let default = self.chain.link().runtime().storage_default(PALLET, name)?;
				decode(name, &default)
			}
		}
	}

	/// What a client would have to hold for an errand of these sources now, with so much fuel and output, and a deadline so
	/// many blocks from now; a payee of ad-hoc code apart.
	pub async fn maximum_price(
		&self,
		client: AccountId,
		code: &Source,
		data: &[Source],
		limits: Limits,
		deadline: u32,
	) -> Result<core::result::Result<u128, Refusal>> {
		let input = (client, code, data, limits, deadline);
		self.view(PALLET, "maximum_price", &input).await
	}

	/// The randomness of a block, one of the last few hundred.
	pub async fn beacon(&self, block: u32) -> Result<Option<BeaconValue>> {
		let history = self.chain.link().runtime().beacon_history()?;
		let place = block.checked_rem(history).unwrap_or_default();
		let key = twox(entry("Delegation", "Beacons"), &place);
		let record: Option<BeaconRecord> = self
			.read(Item::Storage("Delegation", "Beacons"), key)
			.await?;
		Ok(record
			.filter(|record| record.block == block)
			.map(|record| record.value))
	}

	/// What the runtime fixes for errands.
	pub fn errand_constants(&self) -> Result<ErrandConstants> {
		self.chain.link().runtime().errand_constants()
	}
}
