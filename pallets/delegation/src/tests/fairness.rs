//! Chances, counted. Every test has a fixed seed, so it passes always or never; its bound is the mean of the
//! chi-square distribution plus six standard deviations, which a fair draw misses about once in a million seeds.

use crate::mock::*;
use sp_io::hashing::blake2_256;
use tea_primitives::{
	camellia::DrawWeight,
	committee::{Shuffle, Stream},
	draw::{Member, Purpose},
	ticket,
};

/// Sum of (observed − expected)² / expected.
fn chi_square(observed: &[u32], expected: &[f64]) -> f64 {
	observed
		.iter()
		.zip(expected)
		.map(|(o, e)| (f64::from(*o) - e).powi(2) / e)
		.sum()
}

fn assert_fair(observed: &[u32], expected: &[f64]) {
	let freedom = observed.len() as f64 - 1.0;
	let bound = freedom + 6.0 * (2.0 * freedom).sqrt();
	let found = chi_square(observed, expected);
	assert!(found < bound, "chi-square {found:.1}, bound {bound:.1}");
	// Too even is no chance either.
	assert!(
		found > freedom - 6.0 * (2.0 * freedom).sqrt(),
		"chi-square {found:.1} is too small"
	);
}

/// Each of 40 modules is the first, the second … the fourth member equally often, in 20 000 committees.
#[test]
fn committee_members_are_equally_likely() {
	const DRAWS: u32 = 20_000;
	ExtBuilder::default().modules(40).build_and_execute(|| {
		let mut seats = vec![[0u32; 40]; 4];
		for subject in 0..DRAWS {
			let members = committee(&draw(&subject.to_le_bytes(), 4)).unwrap();
			for (seat, member) in seats.iter_mut().zip(members) {
				let Member::Module(module) = member else {
					panic!("there are no registrars")
				};
				seat[module.0 as usize] += 1;
			}
		}
		for seat in seats {
			assert_fair(&seat, &[f64::from(DRAWS) / 40.0; 40]);
		}
	});
}

/// Each of the 66 pairs out of 12 modules sits together equally often.
#[test]
fn committee_pairs_are_equally_likely() {
	const DRAWS: u32 = 20_000;
	ExtBuilder::default().modules(12).build_and_execute(|| {
		let mut pairs = vec![0u32; 66];
		for subject in 0..DRAWS {
			let members = committee(&draw(&subject.to_le_bytes(), 2)).unwrap();
			let mut pair: Vec<_> = members
				.iter()
				.map(|member| match member {
					Member::Module(module) => module.0 as usize,
					Member::Registrar(_) => panic!("there are no registrars"),
				})
				.collect();
			pair.sort_unstable();
			pairs[pair[1] * (pair[1] - 1) / 2 + pair[0]] += 1;
		}
		assert_fair(&pairs, &[f64::from(DRAWS) / 66.0; 66]);
	});
}

/// Each of the 24 orders of four is equally likely.
#[test]
fn orders_are_equally_likely() {
	const DRAWS: u32 = 24_000;
	let mut orders = std::collections::BTreeMap::<Vec<u32>, u32>::new();
	for subject in 0..DRAWS {
		let stream = Stream::new(
			&[1; 32],
			Purpose::Enrolment,
			&subject.to_le_bytes(),
			&[2; 32],
		);
		*orders.entry(Shuffle::new(stream, 4).collect()).or_default() += 1;
	}
	let counts: Vec<_> = orders.into_values().collect();
	assert_eq!(counts.len(), 24);
	assert_fair(&counts, &[1_000.0; 24]);
}

/// A module wins in proportion to its weight: 40 000 races of 20 modules from the least to the greatest weight, with
/// the hash and the arithmetic of real tickets.
#[test]
fn tickets_win_in_proportion_to_weight() {
	const RACES: u32 = 40_000;
	let weights: Vec<u32> = (0..20).map(|n| 250_000 + n * 3_750_000 / 19).collect();
	let mut wins = vec![0u32; 20];
	for race in 0..RACES {
		let winner = (0..20u8)
			.min_by_key(|module| {
				let input = ticket::input(&[0; 32], &race.to_le_bytes(), &[1; 32]);
				let output = blake2_256(&[&input[..], &[*module]].concat());
				let random = ticket::random_of(&[*module; 32], &input, &output);
				ticket::value(random, DrawWeight(weights[usize::from(*module)]))
			})
			.unwrap();
		wins[usize::from(winner)] += 1;
	}
	let total: u32 = weights.iter().sum();
	let expected: Vec<f64> = weights
		.iter()
		.map(|weight| f64::from(RACES) * f64::from(*weight) / f64::from(total))
		.collect();
	assert_fair(&wins, &expected);
}

/// In the first block one and a half tickets are let in on average: 10 000 errands, 50 modules.
#[test]
fn first_block_lets_in_one_and_a_half() {
	const ERRANDS: u32 = 10_000;
	let weights: Vec<u32> = (0..50).map(|n| 250_000 + n * 75_000).collect();
	let total = weights.iter().map(|weight| u64::from(*weight)).sum();
	let threshold = ticket::threshold(total, 0);
	let mut let_in = 0u32;
	for errand in 0..ERRANDS {
		for (module, weight) in weights.iter().enumerate() {
			let hash = blake2_256(&[errand.to_le_bytes(), (module as u32).to_le_bytes()].concat());
			let random = u64::from_le_bytes(hash[..8].try_into().unwrap());
			let_in += u32::from(ticket::value(random, DrawWeight(*weight)) <= threshold);
		}
	}
	let average = f64::from(let_in) / f64::from(ERRANDS);
	// Exactly: the sum of 1 − exp(−1.5 w / W), a little below 1.5. Standard deviation of the mean: 0.012.
	assert!((1.42..1.54).contains(&average), "{average}");
}
