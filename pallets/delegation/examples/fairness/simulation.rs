//! Ten thousand modules of all ages live through their lives and race for errands.
//!
//! Weight, credit, age and ticket are the chain's own functions. What is assumed is only this: who the modules are, and how
//! many errands there are. Whoever dies is replaced at once by a newborn of the same kind.

use tea_primitives::{
	camellia::{CreditEvent, DrawWeight, math},
	ids::ModuleId,
	ticket,
};

/// Kinds: name, base productivity, life in months.
pub(crate) const KINDS: [(&str, u32, u32); 3] = [
	("A", 2 * math::ONE, 24),
	("B", math::ONE, 24),
	("C", math::ONE / 2, 12),
];

/// Cohorts of a kind: tenths of life.
pub(crate) const TENTHS: usize = 10;

/// What is assumed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Assumptions {
	/// Modules.
	pub(crate) modules: usize,
	/// Errands of a day.
	pub(crate) errands_per_day: u32,
	/// Days before anything is counted, so that credit is what such a network gives.
	pub(crate) days_before: u32,
	/// Days that are counted.
	pub(crate) days_counted: u32,
	/// Races with the whole arithmetic of tickets on the last day.
	pub(crate) races: u32,
	/// Start of the random numbers.
	pub(crate) seed: u64,
}

/// A row of the result.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cohort {
	/// Part of all modules, averaged over the days that were counted.
	pub(crate) population: f64,
	/// Part of the sum of weights: the chance of the cohort.
	pub(crate) weight: f64,
	/// Part of the errands won.
	pub(crate) wins: f64,
	/// Average points of credit.
	pub(crate) credit: f64,
}

impl Cohort {
	/// Wins of one of its modules, in those of the average module.
	pub(crate) fn per_head(&self) -> f64 {
		if self.population > 0.0 {
			self.wins / self.population
		} else {
			0.0
		}
	}
}

/// What came out.
pub(crate) struct Outcome {
	/// By kind and tenth of life.
	pub(crate) cohorts: [[Cohort; TENTHS]; 3],
	/// On the last day, by kind and tenth: part of the sum of weights, and part of the races won with real tickets.
	pub(crate) races: [[(f64, f64); TENTHS]; 3],
}

/// SplitMix64: small, fast, the same everywhere.
struct Random(u64);

impl Random {
	fn number(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		z ^ (z >> 31)
	}

	fn below(&mut self, bound: u64) -> u64 {
		((u128::from(self.number()) * u128::from(bound)) >> 64) as u64
	}
}

struct Module {
	kind: usize,
	base: u32,
	life: u32,
	age: u32,
	credit: u32,
}

impl Module {
	fn newborn(kind: usize, random: &mut Random) -> Self {
		let (_, productivity, months) = KINDS[kind];
		Self {
			kind,
			base: math::five_percent_around(productivity, random.number()),
			life: math::five_percent_around(months * math::MONTH, random.number()),
			age: 0,
			credit: math::CREDIT_START,
		}
	}

	fn tenth(&self) -> usize {
		usize::from(math::tenth_of_life(self.age, self.life).unwrap_or(9))
	}

	fn weight(&self) -> DrawWeight {
		let productivity = math::productivity(self.base, self.age, self.life);
		math::draw_weight(productivity, u64::from(math::ONE), self.credit)
	}
}

/// Runs the simulation.
pub(crate) fn run(assumed: Assumptions) -> Outcome {
	let mut random = Random(assumed.seed);
	let mut modules: Vec<Module> = (0..assumed.modules)
		.map(|n| {
			let mut module = Module::newborn(n % 3, &mut random);
			module.age = random.below(u64::from(module.life)) as u32;
			module
		})
		.collect();

	let mut cohorts = [[Cohort::default(); TENTHS]; 3];
	let mut sums = Vec::with_capacity(modules.len());
	for day in 0..assumed.days_before + assumed.days_counted {
		let counted = day >= assumed.days_before;
		sums.clear();
		let mut total = 0u64;
		for module in &modules {
			total += u64::from(module.weight().0);
			sums.push(total);
		}
		if counted {
			let part = 1.0 / assumed.modules as f64 / f64::from(assumed.days_counted);
			for module in &modules {
				let cohort = &mut cohorts[module.kind][module.tenth()];
				cohort.population += part;
				cohort.credit += f64::from(module.credit) / f64::from(math::POINT) * part;
				cohort.weight +=
					f64::from(module.weight().0) / total as f64 / f64::from(assumed.days_counted);
			}
		}
		// A race is won with a chance proportional to the weight; `races` below shows it with real tickets.
		for _ in 0..assumed.errands_per_day {
			let point = random.below(total);
			let winner = sums.partition_point(|sum| *sum <= point);
			let module = &mut modules[winner];
			module.credit = math::credit_after(module.credit, CreditEvent::ErrandConfirmed);
			if counted {
				cohorts[module.kind][module.tenth()].wins +=
					1.0 / f64::from(assumed.errands_per_day) / f64::from(assumed.days_counted);
			}
		}
		for module in &mut modules {
			module.credit = math::credit_decayed(module.credit, 1);
			module.age += math::DAY;
			if module.age >= module.life {
				*module = Module::newborn(module.kind, &mut random);
			}
		}
	}
	for cohort in cohorts.iter_mut().flatten() {
		cohort.credit /= cohort.population.max(f64::MIN_POSITIVE);
	}
	let races = race(&modules, assumed.races, &mut random);
	Outcome { cohorts, races }
}

/// Every module draws a ticket for every errand; the lowest wins.
fn race(modules: &[Module], races: u32, random: &mut Random) -> [[(f64, f64); TENTHS]; 3] {
	let mut result = [[(0.0, 0.0); TENTHS]; 3];
	let weights: Vec<DrawWeight> = modules.iter().map(Module::weight).collect();
	let total: f64 = weights.iter().map(|weight| f64::from(weight.0)).sum();
	for (module, weight) in modules.iter().zip(&weights) {
		result[module.kind][module.tenth()].0 += f64::from(weight.0) / total;
	}
	for _ in 0..races {
		let winner = (0..modules.len()).min_by_key(|index| ticket::Ticket {
			value: ticket::value(random.number(), weights[*index]),
			module: ModuleId(*index as u32),
		});
		if let Some(module) = winner.and_then(|index| modules.get(index)) {
			result[module.kind][module.tenth()].1 += 1.0 / f64::from(races);
		}
	}
	result
}
