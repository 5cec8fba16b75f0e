//! Equal chance: ten thousand modules of all ages, at three loads. Each run has a fixed seed.

#[path = "../examples/fairness/simulation.rs"]
mod simulation;

use simulation::{Assumptions, Cohort, Outcome, TENTHS, run};

const RACES: u32 = 1_000;

fn simulate(errands_per_day: u32) -> Outcome {
	run(Assumptions {
		modules: 10_000,
		errands_per_day,
		days_before: 730,
		days_counted: 60,
		races: RACES,
		seed: 1,
	})
}

/// Wins of one module, in those of the average module of its kind.
fn within_kind(kind: &[Cohort; TENTHS]) -> [f64; TENTHS] {
	let wins: f64 = kind.iter().map(|cohort| cohort.wins).sum();
	let population: f64 = kind.iter().map(|cohort| cohort.population).sum();
	kind.map(|cohort| cohort.per_head() / (wins / population))
}

/// The bounds of a release. Broken, they mean that parameters change first.
fn assert_bounds(outcome: &Outcome) {
	for (index, kind) in outcome.cohorts.iter().enumerate() {
		let share = within_kind(kind);
		assert!(
			share[0] > 0.25,
			"newborns of kind {index} starve: {share:?}"
		);
		for (tenth, share) in share.iter().enumerate() {
			assert!(
				*share > 0.125,
				"kind {index}, tenth {tenth} starves: {share}"
			);
			assert!(
				*share < 2.0,
				"kind {index}, tenth {tenth} dominates its kind: {share}"
			);
		}
		for cohort in kind {
			assert!(
				cohort.wins < 0.125,
				"a cohort wins more than an eighth: {cohort:?}"
			);
		}
		let part = |f: fn(&Cohort) -> f64| {
			kind[7..].iter().map(f).sum::<f64>() / kind.iter().map(f).sum::<f64>()
		};
		let (wins, heads) = (part(|cohort| cohort.wins), part(|cohort| cohort.population));
		assert!(
			wins < heads,
			"the old of kind {index} win more than their share: {wins} {heads}"
		);
	}
}

/// Real tickets are won as weights say, within six standard deviations of so many races.
fn assert_races(outcome: &Outcome) {
	for (weight, won) in outcome.races.iter().flatten() {
		let deviation = (weight * (1.0 - weight) / f64::from(RACES)).sqrt();
		assert!(
			(won - weight).abs() < 6.0 * deviation,
			"{won} of the races with weight {weight}"
		);
	}
	let won: f64 = outcome.races.iter().flatten().map(|(_, won)| won).sum();
	assert!((won - 1.0).abs() < 1e-9);
}

#[test]
fn idle_network_is_fair() {
	let outcome = simulate(100);
	assert_bounds(&outcome);
	assert_races(&outcome);
}

#[test]
fn ordinary_network_is_fair() {
	let outcome = simulate(10_000);
	assert_bounds(&outcome);
	assert_races(&outcome);
	for cohort in outcome.cohorts.iter().flatten() {
		let off = (cohort.wins - cohort.weight).abs() / cohort.weight;
		assert!(off < 0.05, "wins follow weights: {cohort:?}");
	}
}

#[test]
fn busy_network_is_fair() {
	let outcome = simulate(100_000);
	assert_bounds(&outcome);
	assert_races(&outcome);
}
