//! `post`: what is ordered, by which terms, and what is put on hold.

use crate::{
	BalanceOf, Config, DataSources, DrawPlan, ErrandRecord, Errands, Error, Event, GasPrice,
	GasShares, HoldReason, NextErrand, Order, Pallet, ParamsOf, Queue, Stage, Used, UsedSource,
	UsedSourceOf,
};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{
	BoundedVec, ensure,
	traits::{Get, fungible::MutateHold},
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_io::hashing::blake2_256;
use sp_runtime::{
	DispatchResult, SaturatedConversion, Saturating,
	traits::{CheckedAdd, CheckedMul, One, Zero},
};
use tea_primitives::{
	camellia::Camellias,
	deployment::{
		Checker, CodeRef, Deployments, Hash, Kind, MAX_CODE, MAX_DATA, MAX_OUTPUT, Refusal, Usage,
		UseRequest, Visibility,
	},
	errand::{
		ActiveWeight, AdHoc, ErrandId, Input, Limits, MAX_FUEL, MAX_PAGES, MAX_WALL_MS, Needs,
		Source,
	},
};

/// Modules by which the weight of all who may claim is reckoned.
pub(crate) const SAMPLE: u32 = 8;

/// Tag of the hash of what was agreed on.
const TERMS_DOMAIN: [u8; 12] = *b"tea/terms/v1";

/// The error of the pallet for a refusal of a deployment at `post`.
fn refusal<T: Config>(refusal: Refusal) -> Error<T> {
	match refusal {
		Refusal::UnknownDeployment | Refusal::UnknownTerms => Error::UnknownDeployment,
		Refusal::Retired => Error::Retired,
		Refusal::Expired => Error::Expired,
		Refusal::WrongKind => Error::WrongKind,
		Refusal::ClientNotAllowed => Error::ClientNotAllowed,
		Refusal::CodeNotAllowed => Error::CodeNotAllowed,
		Refusal::OutputTooLarge => Error::OutputTooLarge,
		// The others are about modules, and nobody asks about those here.
		_ => Error::DeploymentLost,
	}
}

/// A source of an order: as what it is used, and by which code it would be read.
struct Asked<'a> {
	source: &'a Source,
	kind: Kind,
	code: CodeRef<'a>,
}

/// Code first, then data in order.
fn asked<'a>(code: &'a Source, data: &'a DataSources) -> impl Iterator<Item = Asked<'a>> {
	let reader = match code {
		Source::Deployed(id) => CodeRef::Deployed(id),
		Source::AdHoc(_) => CodeRef::AdHoc,
	};
	core::iter::once(Asked {
		source: code,
		kind: Kind::Code,
		code: reader,
	})
	.chain(data.iter().map(move |source| Asked {
		source,
		kind: Kind::Data,
		code: reader,
	}))
}

/// Deployments among the sources of an order.
pub(crate) fn deployed(code: &Source, data: &DataSources) -> u32 {
	let sources = core::iter::once(code).chain(data);
	sources
		.filter(|source| matches!(source, Source::Deployed(_)))
		.count() as u32
}

/// What the registry of deployments says about a use.
type UsageOf<T> = Usage<<T as frame_system::Config>::AccountId, BalanceOf<T>>;

/// Sources whose uses have begun, and the sum of their prices.
type Begun<T> = (Vec<UsedSourceOf<T>>, BalanceOf<T>);

impl<T: Config> Pallet<T> {
	/// Hash of the genesis block, which is in front of everything that is signed.
	pub(crate) fn genesis() -> Hash {
		let hash = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		// Hashes of the chain have 32 bytes; of a longer one the first.
		let mut genesis = [0; 32];
		for (byte, of_hash) in genesis.iter_mut().zip(hash.as_ref()) {
			*byte = *of_hash;
		}
		genesis
	}

	fn check_limits(limits: &Limits) -> Result<(), Error<T>> {
		ensure!(
			limits.fuel <= MAX_FUEL
				&& limits.pages <= MAX_PAGES
				&& limits.output <= MAX_OUTPUT
				&& limits.wall_ms <= MAX_WALL_MS,
			Error::<T>::TooLarge
		);
		ensure!(
			limits.fuel > 0 && limits.pages > 0 && limits.output > 0 && limits.wall_ms > 0,
			Error::<T>::BadLimits
		);
		Ok(())
	}

	fn check_ad_hoc(ad_hoc: &AdHoc, kind: Kind) -> Result<(), Error<T>> {
		let (most, missing) = match kind {
			Kind::Code => (MAX_CODE, Error::<T>::NoCode),
			Kind::Data => (MAX_DATA, Error::<T>::BadContent),
		};
		ensure!(ad_hoc.content.size > 0, missing);
		ensure!(ad_hoc.content.cid.is_valid(), Error::<T>::BadContent);
		ensure!(ad_hoc.content.size <= most, Error::<T>::TooLarge);
		Ok(())
	}

	fn quote(
		client: &T::AccountId,
		asked: &Asked<'_>,
		limits: &Limits,
		deadline: BlockNumberFor<T>,
	) -> Result<Option<UsageOf<T>>, Refusal> {
		match asked.source {
			Source::AdHoc(_) => Ok(None),
			Source::Deployed(id) => T::Deployments::quote_use(
				id,
				&UseRequest {
					client,
					kind: asked.kind,
					code: asked.code,
					max_output: limits.output,
					deadline,
				},
			)
			.map(Some),
		}
	}

	/// What gas costs at the limit.
	fn gas_at_most(limits: &Limits, price: BalanceOf<T>) -> Option<BalanceOf<T>> {
		limits
			.fuel
			.saturated_into::<BalanceOf<T>>()
			.checked_mul(&price)
	}

	/// The view `maximum_price`.
	pub(crate) fn reckon(
		client: &T::AccountId,
		code: &Source,
		data: &DataSources,
		limits: &Limits,
		deadline: BlockNumberFor<T>,
	) -> Result<BalanceOf<T>, Refusal> {
		let deadline = Self::now().saturating_add(deadline);
		let mut sum = limits
			.fuel
			.saturated_into::<BalanceOf<T>>()
			.saturating_mul(GasPrice::<T>::get());
		for asked in asked(code, data) {
			if let Some(usage) = Self::quote(client, &asked, limits, deadline)? {
				sum = sum.saturating_add(usage.charge.at_most());
			}
		}
		Ok(sum)
	}

	pub(crate) fn do_post(client: T::AccountId, order: Order<T>) -> DispatchResult {
		let now = Self::now();
		Self::check_limits(&order.limits)?;
		let mut needs = order.options.needs;
		ensure!(
			needs.classes.is_valid() && needs.capabilities.is_known(),
			Error::<T>::BadNeeds
		);
		ensure!(
			order.deadline >= T::MinDeadline::get() && order.deadline <= T::MaxDeadline::get(),
			Error::<T>::BadDeadline
		);
		let key_wait = order.options.key_wait.unwrap_or(T::KeyWait::get());
		ensure!(
			!key_wait.is_zero() && key_wait <= T::KeyWait::get(),
			Error::<T>::BadDeadline
		);
		ensure!(
			order.options.payee.is_none() || matches!(order.code, Source::AdHoc(_)),
			Error::<T>::BadPayee
		);
		for asked in asked(&order.code, &order.data) {
			if let Source::AdHoc(ad_hoc) = asked.source {
				Self::check_ad_hoc(ad_hoc, asked.kind)?;
			}
		}

		let gas_price = GasPrice::<T>::get();
		let deadline = now.saturating_add(order.deadline);
		let (sources, use_prices) =
			Self::begin_uses(&client, &order, &mut needs, deadline, key_wait)?;
		let most = Self::gas_at_most(&order.limits, gas_price)
			.and_then(|gas| gas.checked_add(&use_prices))
			.ok_or(Error::<T>::PriceTooLow)?;
		ensure!(order.max_price >= most, Error::<T>::PriceTooLow);
		T::Currency::hold(&HoldReason::Errand.into(), &client, order.max_price)
			.map_err(|_| Error::<T>::InsufficientBalance)?;

		let errand = NextErrand::<T>::get();
		let next = errand.0.checked_add(1).ok_or(Error::<T>::NumbersUsedUp)?;
		NextErrand::<T>::put(ErrandId(next));

		let shares = GasShares::<T>::get();
		let terms = (
			TERMS_DOMAIN,
			&sources,
			gas_price,
			shares,
			&order.options.payee,
		)
			.using_encoded(blake2_256);
		let hashes: Vec<Hash> = sources.iter().map(UsedSource::ciphertext_hash).collect();
		let mut sources = sources.into_iter();
		let (Some(code), Some((code_hash, data_hashes))) = (sources.next(), hashes.split_first())
		else {
			return Err(Error::<T>::NoCode.into());
		};
		let input = Input::new(
			*code_hash,
			data_hashes,
			&order.params,
			order.limits,
			needs.capabilities,
		)
		.hash();
		let mut record = ErrandRecord {
			client: client.clone(),
			client_key: order.client_key,
			code,
			data: BoundedVec::truncate_from(sources.collect()),
			input,
			terms,
			limits: order.limits,
			needs,
			gas_price,
			shares,
			payee: order.options.payee,
			held: order.max_price,
			key_wait,
			allow_own: order.options.allow_own,
			posted: now,
			deadline,
			attempt: 0,
			former: None,
			draw: DrawPlan {
				fixed_in: now,
				total_weight: 0,
			},
			stage: Stage::Open,
		};
		record.draw.total_weight = Self::total_weight(record.deployments());
		Self::schedule(errand, Self::claims_end(&record.draw, deadline));
		Queue::<T>::mutate(|queue| queue.open = queue.open.saturating_add(1));
		if !order.params.is_empty() {
			ParamsOf::<T>::insert(errand, order.params);
		}
		Self::deposit_event(Event::Posted {
			errand,
			client,
			held: record.held,
			deployments: BoundedVec::truncate_from(
				record.deployments().map(|used| used.id).collect(),
			),
			terms,
			deadline,
		});
		Errands::<T>::insert(errand, record);
		Ok(())
	}

	/// Takes the uses of all deployments, one by one, because each may change what the next one costs. Gives the sources
	/// and the sum of their prices.
	fn begin_uses(
		client: &T::AccountId,
		order: &Order<T>,
		needs: &mut Needs,
		deadline: BlockNumberFor<T>,
		key_wait: BlockNumberFor<T>,
	) -> Result<Begun<T>, Error<T>> {
		// Deadlines stand still while a key holder is asked, in each of two attempts. So the latest end is known only
		// when it is known whether anybody is asked.
		let mut waits = false;
		for asked in asked(&order.code, &order.data) {
			let usage =
				Self::quote(client, &asked, &order.limits, deadline).map_err(refusal::<T>)?;
			waits |= match (asked.source, usage) {
				(Source::AdHoc(ad_hoc), _) => ad_hoc.sealed,
				(_, usage) => usage.is_some_and(|usage| usage.visibility == Visibility::Private),
			};
		}
		let latest = if waits {
			deadline.saturating_add(key_wait).saturating_add(key_wait)
		} else {
			deadline
		};

		let mut prices = order
			.options
			.payee
			.as_ref()
			.map_or(BalanceOf::<T>::zero(), |(_, amount)| *amount);
		let mut sources = Vec::new();
		for asked in asked(&order.code, &order.data) {
			let usage = Self::quote(client, &asked, &order.limits, latest).map_err(refusal::<T>)?;
			sources.push(match (asked.source, usage) {
				(Source::Deployed(id), Some(usage)) => {
					T::Deployments::begin_use(id, client, &usage, latest);
					if let Checker::Needs(of_code) = &usage.checker {
						needs.classes.0 &= of_code.classes.0;
						ensure!(needs.classes.is_valid(), Error::<T>::BadNeeds);
					}
					prices = prices
						.checked_add(&usage.charge.at_most())
						.ok_or(Error::<T>::PriceTooLow)?;
					UsedSource::Deployed(Used {
						id: *id,
						owner: usage.owner,
						visibility: usage.visibility,
						ciphertext_hash: usage.content.ciphertext_hash,
						charge: usage.charge,
						terms: usage.terms,
						delegator: usage.delegator,
					})
				}
				(Source::AdHoc(ad_hoc), _) => UsedSource::AdHoc(ad_hoc.clone()),
				(Source::Deployed(_), None) => return Err(Error::<T>::UnknownDeployment),
			});
		}
		Ok((sources, prices))
	}

	/// Weight in millionths of all who may claim, reckoned from a few of them: pinners of the first deployment that has
	/// any, or all Active modules. The threshold of tickets widens, so a wrong number cannot stall an errand.
	pub(crate) fn total_weight<'a>(
		mut deployments: impl Iterator<Item = &'a Used<T::AccountId, BalanceOf<T>>>,
	) -> u64
	where
		BalanceOf<T>: 'a,
		T::AccountId: 'a,
	{
		match deployments.find(|used| used.visibility == Visibility::Hosted) {
			None => T::ActiveWeight::of_active(SAMPLE),
			Some(used) => T::Deployments::pinners(&used.id, SAMPLE)
				.into_iter()
				.filter_map(T::Camellias::draw_weight)
				.fold(0u64, |sum, weight| sum.saturating_add(weight.0.into())),
		}
	}

	/// When an errand counts as one that nobody may run.
	pub(crate) fn claims_end(
		draw: &DrawPlan<BlockNumberFor<T>>,
		deadline: BlockNumberFor<T>,
	) -> BlockNumberFor<T> {
		Self::claims_open(draw)
			.saturating_add(T::OpenPatience::get())
			.min(deadline)
	}

	/// First block in which claims are accepted: the beacon of the block before it is known then.
	pub(crate) fn claims_open(draw: &DrawPlan<BlockNumberFor<T>>) -> BlockNumberFor<T> {
		draw.fixed_in
			.saturating_add(One::one())
			.saturating_add(One::one())
	}
}
