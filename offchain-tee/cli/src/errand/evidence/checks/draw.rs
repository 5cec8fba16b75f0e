//! Whether those did the work whom chance named: the race of the executors, and the draws of the verifiers, run again.

use tea_chain::types::{ChainMember, ErrandRecord};
use tea_primitives::{ids::ModuleId, ticket};

use super::{
	super::draw::{Claimant, PoolPart, Runner, Scene, Second, Standing, Undrawn, Verifiers},
	Case, Outcomes, Problem, missing, wrong,
};
use crate::errand::stage;

/// A claim beside that of the executor.
enum Rival {
	/// It could not win: it is void, or its ticket is higher.
	Loses,
	/// Its ticket is lower.
	Wins(ModuleId),
	/// Whether it may have run the errand, or whose ticket is lower, is not shown.
	Unclear(String),
}

impl Case<'_> {
	/// The state in which executor and first committee were fixed, when it has the assignment that ended.
	fn scene(&self) -> Result<&Scene, Problem> {
		let assignment = self.assignment()?;
		let Some(scene) = &self.facts.scene else {
			return missing(format!(
				"the state of block {}, in which it was drawn, is not at hand: the node keeps it no more, or an older program saved the bundle",
				assignment.assigned
			));
		};
		let drawn = scene.record.assignment();
		let is_same = drawn.is_some_and(|drawn| {
			(
				drawn.executor,
				drawn.boot_seq,
				drawn.beneficiary,
				drawn.ticket,
				drawn.assigned,
			) == (
				assignment.executor,
				assignment.boot_seq,
				assignment.beneficiary,
				assignment.ticket,
				assignment.assigned,
			)
		});
		let of = |record: &ErrandRecord| (record.client, record.attempt, record.draw);
		if !is_same || of(&scene.record) != of(&self.before()?.record) {
			return wrong(format!(
				"block {} assigned it otherwise than it ended",
				scene.block
			));
		}
		Ok(scene)
	}

	/// No other claim in the block had a lower ticket.
	pub(super) fn draw_of_executor(&self) -> Outcomes {
		let scene = self.scene()?;
		let assignment = self.assignment()?;
		if scene.beneficiary != Some(assignment.beneficiary) {
			return wrong(format!(
				"{} is paid for the executor, which was not its",
				assignment.beneficiary
			));
		}
		if scene.beacon.is_none() || scene.claimants.is_empty() {
			return missing(format!(
				"the claims of block {}, or the beacon of their tickets, are not at hand",
				scene.block
			));
		}
		if !is_let_in(scene, assignment.ticket) {
			return wrong(format!(
				"the ticket was too high to be let in in block {}",
				scene.block
			));
		}
		let mut lost = 0u32;
		for claimant in &scene.claimants {
			match self.rival(scene, claimant) {
				Rival::Loses => lost = lost.saturating_add(1),
				Rival::Wins(module) => {
					return wrong(format!(
						"module {module} claimed it in block {} with a lower ticket",
						scene.block
					));
				}
				Rival::Unclear(reason) => return missing(reason),
			}
		}
		let own = scene.claimants.iter().any(|claimant| {
			matches!(&claimant.standing, Some(Standing::Active(runner))
				if runner.certificate.module == assignment.executor)
		});
		if !own {
			return wrong(format!(
				"module {} did not claim it in block {}",
				assignment.executor, scene.block
			));
		}
		Ok(format!(
			"the lowest ticket of block {}, let in there; claims: {lost}",
			scene.block
		))
	}

	/// What became of a claim. That of the executor itself loses against nobody.
	fn rival(&self, scene: &Scene, claimant: &Claimant) -> Rival {
		let runner = match &claimant.standing {
			Some(Standing::Active(runner)) => runner,
			Some(Standing::Nobody) => return Rival::Loses,
			None => {
				return Rival::Unclear(format!(
					"whose another claim of block {} is, is not shown",
					scene.block
				));
			}
		};
		let module = runner.certificate.module;
		let Some(assignment) = scene.record.assignment() else {
			return Rival::Loses;
		};
		if module == assignment.executor {
			return Rival::Loses;
		}
		let Some((lowest, highest)) = self.race(scene, claimant, runner) else {
			return Rival::Loses;
		};
		let winner = (assignment.ticket, assignment.executor);
		if (lowest, module) > winner {
			return Rival::Loses;
		}
		let record = &scene.record;
		let is_barred = record.former == Some(module)
			|| !record.needs.classes.contains(runner.certificate.class)
			|| (!record.allow_own && runner.owner == Some(record.client));
		if is_barred {
			return Rival::Loses;
		}
		if (highest, module) > winner {
			return Rival::Unclear(format!(
				"the credit of module {module} moved in block {}, so its ticket may have been lower",
				scene.block
			));
		}
		// Pins, terms, caps of classes and other errands stand in many places; whoever may not run it for one of those loses.
		let is_plain = record
			.sources()
			.all(|(_, used)| used.deployment().is_none());
		let is_capped = runner.certificate.class != tea_primitives::HardwareClass::Dev;
		if is_plain && !is_capped && runner.is_idle {
			return Rival::Wins(module);
		}
		Rival::Unclear(format!(
			"module {module} claimed it with a lower ticket; whether it might run it (pins, terms, caps, other errands) is no part of this evidence"
		))
	}

	/// The least and the greatest worth that a ticket may have had; none when the chain had to refuse it.
	fn race(&self, scene: &Scene, claimant: &Claimant, runner: &Runner) -> Option<(u128, u128)> {
		let record = &scene.record;
		let key = &runner.certificate.keys.vrf;
		let subject = ticket::subject(self.facts.errand, record.attempt);
		let input = ticket::input(&self.facts.genesis, &subject, scene.beacon.as_ref()?);
		if runner.certificate.since >= record.draw.fixed_in
			|| !ticket::is_proved(key, &input, &claimant.ticket)
		{
			return None;
		}
		let random = ticket::random_of(key, &input, &claimant.ticket.pre_output);
		let lowest = ticket::value(random, runner.weight.greatest);
		is_let_in(scene, lowest.0).then(|| (lowest.0, ticket::value(random, runner.weight.least).0))
	}

	/// Those checked whom the draw names.
	pub(super) fn draw_of_verifiers(&self) -> Outcomes {
		let assignment = self.assignment()?;
		if assignment.verifiers != self.record.verifiers {
			return wrong("the final record names another committee than the one that was drawn");
		}
		let scene = self.scene()?;
		let first = match assignment.redraw {
			None => &assignment.verifiers,
			Some(_) => &assignment.former,
		};
		let Some(draw) = scene.draw(self.facts.errand, self.facts.genesis) else {
			return missing(format!(
				"the beacon of block {} is not at hand",
				scene.record.draw.beacon_block()
			));
		};
		compare(&draw, &scene.pool, scene.block, first)?;
		let first = format!(
			"drawn again from the {} who could be drawn in block {}: {}",
			scene.pool.len.unwrap_or(0),
			scene.block,
			stage::members(first)
		);
		let Some(block) = assignment.redraw else {
			return Ok(first);
		};
		let Some(second) = &self.facts.second else {
			return missing(format!(
				"the first committee was {first}; the state of block {block}, in which the second one was drawn, is not at hand"
			));
		};
		self.second_draw(second, block, &assignment.verifiers)?;
		Ok(format!(
			"{first}; they were silent, and in block {block}: {}",
			stage::members(&assignment.verifiers)
		))
	}

	/// The second committee is drawn within a block, so the pool before or after it has to give it.
	fn second_draw(
		&self,
		second: &Second,
		block: u32,
		committee: &[ChainMember],
	) -> Result<(), Problem> {
		let Some(draw) = second.draw(self.facts.errand, self.facts.genesis) else {
			return missing("the beacon of the second committee is not at hand");
		};
		if draw.assignment.former != self.assignment()?.former {
			return wrong("another first committee was silent");
		}
		let drawn: Vec<_> = second.pools.iter().map(|pool| draw.from(pool)).collect();
		if drawn.iter().flatten().any(|drawn| drawn == committee) {
			return Ok(());
		}
		match &drawn[..] {
			// Before and after the block the same ones, and those were not taken.
			[before @ Ok(_), after] if before == after => wrong(format!(
				"the second committee was not drawn in block {block}"
			)),
			_ => missing(format!(
				"the pool changed in block {block}, in which the second committee was drawn, and neither before nor after it gives this one"
			)),
		}
	}
}

/// Whether a ticket of this worth was let in when the executor was fixed.
fn is_let_in(scene: &Scene, value: u128) -> bool {
	let draw = scene.record.draw;
	scene
		.block
		.checked_sub(draw.claims_open())
		.is_some_and(|open| value <= ticket::threshold(draw.total_weight, open).0)
}

/// Draws again, and compares.
fn compare(
	draw: &Verifiers<'_>,
	pool: &PoolPart,
	block: u32,
	committee: &[ChainMember],
) -> Result<(), Problem> {
	match draw.from(pool) {
		Ok(drawn) if drawn == committee => Ok(()),
		Ok(drawn) => wrong(format!(
			"the draw of block {block} names {}, and not {}",
			stage::members(&drawn),
			stage::members(committee)
		)),
		Err(Undrawn::NoCommittee) => wrong(format!("the draw of block {block} names no committee")),
		Err(Undrawn::NotShown) => missing(format!(
			"those who could be drawn in block {block} are no part of this evidence; an older program saved it"
		)),
	}
}

#[cfg(test)]
mod tests {
	use super::{
		super::super::{
			checks::Found,
			draw::Weights,
			lab::{CLIENT, Lab},
		},
		*,
	};
	use tea_chain::{AccountId, types::UsedSource};
	use tea_primitives::camellia::DrawWeight;

	const EXECUTOR: &str = "draw of the executor";
	const VERIFIERS: &str = "draw of the verifiers";

	fn found(lab: &Lab, name: &str) -> Found {
		let checks = lab.checks();
		let check = checks.into_iter().find(|check| check.name == name);
		check.unwrap().found
	}

	/// After this change, exactly these checks fail.
	fn fails(names: &[&str], change: impl FnOnce(&mut Lab)) {
		let mut lab = Lab::new();
		change(&mut lab);
		assert_eq!(lab.failing(), names);
	}

	fn unmade(name: &str, word: &str, change: impl FnOnce(&mut Lab)) {
		let mut lab = Lab::new();
		change(&mut lab);
		match found(&lab, name) {
			Found::Unmade(text) => assert!(text.contains(word), "{text}"),
			other => panic!("{other:?}"),
		}
	}

	/// Another committee stands in every record: at the draw, before the end, after it.
	fn seat(lab: &mut Lab, change: impl Fn(&mut Vec<ChainMember>)) {
		change(&mut lab.facts.record.verifiers);
		change(&mut lab.assignment().verifiers);
		change(&mut lab.drawn().verifiers);
	}

	#[test]
	fn committee_that_was_not_drawn_is_refused() {
		fails(&[VERIFIERS], |lab| lab.facts.record.verifiers.swap(0, 3));
		// Everybody says so, and the draw says otherwise. The verdicts are signed by those who sit there.
		fails(&[VERIFIERS], |lab| {
			seat(lab, |committee| committee.swap(2, 3));
		});
		fails(&[VERIFIERS], |lab| {
			seat(lab, |committee| {
				committee[3] = ChainMember::Module(ModuleId(7))
			});
		});
		// A smaller committee would need fewer verdicts.
		fails(&[VERIFIERS], |lab| {
			seat(lab, |committee| committee.truncate(3))
		});
	}

	#[test]
	fn forged_pool_is_refused() {
		let drawn = |lab: &Lab| lab.scene_of().pool.clone();
		let place = |lab: &Lab, module| {
			let pool = drawn(lab);
			let wanted = Some(ChainMember::Module(ModuleId(module)));
			*pool
				.members
				.iter()
				.find(|(_, at)| **at == wanted)
				.unwrap()
				.0
		};
		// Somebody else stands in the place of a member.
		fails(&[VERIFIERS], |lab| {
			let at = place(lab, 3);
			let other = ChainMember::Module(ModuleId(9));
			let pool = &mut lab.scene().pool;
			pool.members.insert(at, Some(other.clone()));
			pool.owners.push((other, Some(AccountId([9; 32]))));
		});
		// More or fewer may be drawn.
		fails(&[VERIFIERS], |lab| lab.scene().pool.len = Some(3));
		// A member belongs to the client, or to nobody.
		for owner in [Some(CLIENT), None] {
			unmade(VERIFIERS, "no part of this evidence", |lab| {
				let member = ChainMember::Module(ModuleId(3));
				let owners = &mut lab.scene().pool.owners;
				let found = owners.iter_mut().find(|(shown, _)| *shown == member);
				found.unwrap().1 = owner;
			});
		}
		// Other randomness draws others.
		let mut lab = Lab::new();
		lab.scene().beacon = Some([0xbf; 32]);
		assert!(!matches!(found(&lab, VERIFIERS), Found::Holds(_)));
	}

	#[test]
	fn draw_that_is_not_shown_is_not_made() {
		unmade(VERIFIERS, "block 12", |lab| lab.facts.scene = None);
		unmade(EXECUTOR, "block 12", |lab| lab.facts.scene = None);
		unmade(VERIFIERS, "beacon", |lab| lab.scene().beacon = None);
		unmade(VERIFIERS, "older program", |lab| {
			lab.scene().pool = PoolPart::default();
		});
		unmade(EXECUTOR, "claims", |lab| lab.scene().claimants.clear());
		unmade(EXECUTOR, "whose", |lab| {
			lab.scene().claimants[0].standing = None;
		});
	}

	#[test]
	fn assignment_of_another_block_is_refused() {
		fails(&[EXECUTOR, VERIFIERS], |lab| {
			lab.drawn().executor = ModuleId(9);
		});
		fails(&[EXECUTOR, VERIFIERS], |lab| lab.drawn().ticket += 1);
		fails(&[EXECUTOR, VERIFIERS], |lab| lab.scene().record.attempt = 1);
		fails(&[EXECUTOR, VERIFIERS], |lab| {
			lab.scene().record.draw.fixed_in += 1;
		});
		fails(&[EXECUTOR], |lab| lab.scene().beneficiary = Some(CLIENT));
	}

	/// Another module claimed in the same block; errands of ad-hoc sources only.
	fn raced(lab: &mut Lab, weight: u32) -> &mut Runner {
		let record = &mut lab.scene().record;
		record.code = UsedSource::AdHoc(match &record.data[0] {
			UsedSource::AdHoc(file) => file.clone(),
			UsedSource::Deployed(_) => panic!("a file"),
		});
		let rival = lab.rival(Weights::exactly(DrawWeight(weight)));
		lab.scene().claimants.push(rival);
		match &mut lab.scene().claimants.last_mut().unwrap().standing {
			Some(Standing::Active(runner)) => runner,
			_ => panic!("it is Active"),
		}
	}

	/// So heavy that its ticket is the lowest, and so light that it is not. Weights that no Camellia has: the lab has one beacon.
	const HEAVY: u32 = u32::MAX;
	const LIGHT: u32 = 1;

	#[test]
	fn executor_that_was_not_let_in_is_refused() {
		fails(&[EXECUTOR], |lab| {
			lab.scene().record.draw.total_weight = u64::MAX;
			lab.before().record.draw.total_weight = u64::MAX;
		});
	}

	#[test]
	fn executor_with_a_higher_ticket_is_refused() {
		fails(&[EXECUTOR], |lab| {
			raced(lab, HEAVY);
		});
		let mut lab = Lab::new();
		raced(&mut lab, LIGHT);
		assert!(matches!(found(&lab, EXECUTOR), Found::Holds(text) if text.contains("claims: 2")));
		fails(&[EXECUTOR], |lab| {
			raced(lab, LIGHT);
			lab.scene().claimants.remove(0);
		});
	}

	#[test]
	fn rival_that_might_not_run_it_loses() {
		let holds = |change: &dyn Fn(&mut Lab)| {
			let mut lab = Lab::new();
			raced(&mut lab, HEAVY);
			change(&mut lab);
			let found = found(&lab, EXECUTOR);
			assert!(matches!(found, Found::Holds(_)), "{found:?}");
		};
		let rival = |lab: &mut Lab, change: &dyn Fn(&mut Runner)| match &mut lab.scene().claimants
			[1]
		.standing
		{
			Some(Standing::Active(runner)) => change(runner),
			_ => panic!("it is Active"),
		};
		holds(&|lab| lab.scene().claimants[1].standing = Some(Standing::Nobody));
		holds(&|lab| lab.scene().claimants[1].ticket.proof[9] ^= 1);
		holds(&|lab| lab.scene().record.former = Some(ModuleId(9)));
		holds(&|lab| rival(lab, &|runner| runner.owner = Some(CLIENT)));
		// Certified in the block of the posting.
		holds(&|lab| rival(lab, &|runner| runner.certificate.since = 10));
		let mut lab = Lab::new();
		raced(&mut lab, HEAVY);
		lab.scene().record.allow_own = true;
		rival(&mut lab, &|runner| runner.owner = Some(CLIENT));
		assert_eq!(lab.failing(), [EXECUTOR]);
	}

	#[test]
	fn rival_whose_right_is_not_shown_is_named() {
		unmade(EXECUTOR, "module 9", |lab| {
			raced(lab, HEAVY).is_idle = false;
		});
		unmade(EXECUTOR, "pins, terms", |lab| {
			let rival = lab.rival(Weights::exactly(DrawWeight(HEAVY)));
			lab.scene().claimants.push(rival);
		});
		unmade(EXECUTOR, "credit", |lab| {
			raced(lab, HEAVY).weight.least = DrawWeight(LIGHT);
		});
	}

	#[test]
	fn second_committee_is_drawn_again_too() {
		let mut lab = Lab::new();
		lab.redraw();
		for name in [EXECUTOR, VERIFIERS] {
			let found = found(&lab, name);
			assert!(matches!(found, Found::Holds(_)), "{found:?}");
		}
		let with = |change: &dyn Fn(&mut Lab)| {
			let mut lab = Lab::new();
			lab.redraw();
			change(&mut lab);
			found(&lab, VERIFIERS)
		};
		let refused = |change: &dyn Fn(&mut Lab)| {
			let found = with(change);
			assert!(matches!(found, Found::Fails(_)), "{found:?}");
		};
		// Others than were drawn, the first time or the second.
		refused(&|lab| {
			lab.facts.record.verifiers.swap(0, 1);
			lab.assignment().verifiers.swap(0, 1);
		});
		refused(&|lab| lab.assignment().former.swap(0, 1));
		refused(&|lab| {
			lab.assignment().former.swap(0, 1);
			lab.drawn().verifiers.swap(0, 1);
		});
		let unmade = |change: &dyn Fn(&mut Lab)| {
			let found = with(change);
			assert!(matches!(found, Found::Unmade(_)), "{found:?}");
		};
		unmade(&|lab| lab.facts.second = None);
		unmade(&|lab| lab.second().beacon = None);
		// One of the two states suffices; if both differ from what was drawn, the pool changed in between.
		let mut lab = Lab::new();
		lab.redraw();
		lab.second().pools[0] = PoolPart::default();
		assert!(matches!(found(&lab, VERIFIERS), Found::Holds(_)));
		unmade(&|lab| {
			lab.second().pools[0] = PoolPart::default();
			lab.second().pools[1].len = Some(2);
		});
	}
}
