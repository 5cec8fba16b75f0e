//! Benchmarks: the hook, the set, the longest draw, the ticket.

use super::*;
use codec::Encode as _;
use frame_benchmarking::{BenchmarkError, v2::*};
use frame_support::traits::Get;
use frame_system::pallet_prelude::BlockNumberFor;
use tea_primitives::{
	camellia::DrawWeight,
	draw::{Draw, DrawError, Draws, KnownGood, Purpose},
	errand::{TicketProof, TicketRequest, Tickets},
	ids::ModuleId,
	ticket::is_proved,
};

/// What benchmarks want of the runtime.
pub trait BenchmarkHelper {
	/// Makes this a module that may be drawn. All of them belong to one owner, so that a draw looks at as many
	/// candidates as it ever does.
	fn make_drawable(module: ModuleId);
}

impl BenchmarkHelper for () {
	fn make_drawable(_: ModuleId) {}
}

impl<T: Config> Pallet<T> {
	/// Makes the beacon of a block known, for benchmarks of other pallets.
	pub fn note_beacon(block: BlockNumberFor<T>) {
		let output = (block, b"benchmark").using_encoded(sp_io::hashing::blake2_256);
		Self::record_beacon(block, Some(output));
	}

	/// Verifies the proof of a ticket, to its end. For benchmarks of pallets that have tickets examined: nobody can make one
	/// inside the runtime.
	pub fn verify_a_ticket() -> bool {
		let ticket = TicketProof {
			pre_output: fixture::PRE_OUTPUT,
			proof: fixture::PROOF,
		};
		is_proved(&fixture::KEY, &fixture::INPUT, &ticket)
	}
}

/// Writes the beacon of block 1 and goes on to block 2.
fn with_beacon<T: Config>() {
	Pallet::<T>::record_beacon(1u32.into(), Some([1; 32]));
	frame_system::Pallet::<T>::set_block_number(2u32.into());
}

fn fill<T: Config>(modules: u32) {
	for module in (0..modules).map(ModuleId) {
		T::BenchmarkHelper::make_drawable(module);
		<Pallet<T> as KnownGood<_>>::admit(module);
	}
}

/// A claim with the key of the fixture in block 2, when everybody may claim.
fn claim<T: Config>(subject: &[u8]) -> TicketRequest<'_, BlockNumberFor<T>> {
	TicketRequest {
		module: ModuleId(1),
		weight: DrawWeight::MIN,
		key: &fixture::KEY,
		key_since: 0u32.into(),
		subject,
		fixed_in: 1u32.into(),
		total_weight: u64::MAX,
		blocks_open: 200,
	}
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// The ring is full: an old beacon is overwritten.
	#[benchmark]
	fn record_beacon() -> Result<(), BenchmarkError> {
		let history = T::BeaconHistory::get();
		for block in 1..=history {
			let mut randomness = [0; 32];
			for (byte, of_block) in randomness.iter_mut().zip(block.to_le_bytes()) {
				*byte = of_block;
			}
			Pallet::<T>::record_beacon(block.into(), Some(randomness));
		}
		let block = BlockNumberFor::<T>::from(history.saturating_add(1));

		#[block]
		{
			core::hint::black_box(T::AuthorRandomness::get());
			Pallet::<T>::record_beacon(block, Some([255; 32]));
		}

		assert!(Pallet::<T>::beacon_of(block).is_some());
		Ok(())
	}

	#[benchmark]
	fn admit() -> Result<(), BenchmarkError> {
		fill::<T>(2);

		#[block]
		{
			<Pallet<T> as KnownGood<_>>::admit(ModuleId(2));
		}

		assert_eq!(ModuleCount::<T>::get(), 3);
		Ok(())
	}

	/// Another module takes the free place.
	#[benchmark]
	fn dismiss() -> Result<(), BenchmarkError> {
		fill::<T>(3);

		#[block]
		{
			<Pallet<T> as KnownGood<_>>::dismiss(ModuleId(0));
		}

		assert_eq!(ModuleCount::<T>::get(), 2);
		Ok(())
	}

	/// As many candidates as a draw looks at, and no committee among them.
	#[benchmark]
	fn committee() -> Result<(), BenchmarkError> {
		with_beacon::<T>();
		fill::<T>(T::MaxCandidates::get().saturating_mul(2));
		let draw = Draw {
			purpose: Purpose::Errand,
			subject: &[7; 64],
			block: 1u32.into(),
			size: 5,
			excluded_owners: &[],
			excluded: &[],
		};
		let drawn;

		#[block]
		{
			drawn = <Pallet<T> as Draws<_, _>>::committee(&draw);
		}

		assert_eq!(drawn, Err(DrawError::NoCommittee));
		Ok(())
	}

	/// Value, threshold and proof. The proof belongs to the fixture's input, so the two are done one after the other.
	#[benchmark]
	fn ticket() -> Result<(), BenchmarkError> {
		with_beacon::<T>();
		Pallet::<T>::record_beacon(2u32.into(), Some([2; 32]));
		frame_system::Pallet::<T>::set_block_number(3u32.into());
		let proof = TicketProof {
			pre_output: fixture::PRE_OUTPUT,
			proof: fixture::PROOF,
		};
		let claim = claim::<T>(&[7; 64]);
		let (value, proved);

		#[block]
		{
			value = <Pallet<T> as Tickets<_>>::without_proof(&claim, &proof.pre_output);
			proved = is_proved(&fixture::KEY, &fixture::INPUT, &proof);
		}

		assert!(value.is_ok() && proved);
		Ok(())
	}

	/// What validation does.
	#[benchmark]
	fn ticket_without_proof() -> Result<(), BenchmarkError> {
		with_beacon::<T>();
		Pallet::<T>::record_beacon(2u32.into(), Some([2; 32]));
		frame_system::Pallet::<T>::set_block_number(3u32.into());
		let claim = claim::<T>(&[7; 64]);
		let value;

		#[block]
		{
			value = <Pallet<T> as Tickets<_>>::without_proof(&claim, &fixture::PRE_OUTPUT);
		}

		assert!(value.is_ok());
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, mock::ExtBuilder::default().build(), mock::Test);
}
