//! The invariants that the README numbers.

use crate::{
	AcceptedReleases, BalanceOf, Boots, Certificates, Challenges, Chips, ChipsOfClass,
	ChipsOfIssuer, Config, CurrentParameters, DevAllowed, DrawQueue, DrawQueueEnds, DutyPoints,
	EkOwners, Enrolments, HoldReason, Modules, Pallet, RegistrarAt, RegistrarCount, Registrars,
	Releases, Reports, Rounds, Sequences, Sessions, Unbondings,
};
use alloc::collections::BTreeMap;
use frame_support::{
	ensure,
	traits::{Get, fungible::InspectHold},
};
use sp_runtime::{Saturating, TryRuntimeError, traits::Convert};
use tea_primitives::{camellia::Camellias, draw::Purpose, module::ModuleStatus};

impl<T: Config> Pallet<T> {
	/// Checks all invariants.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_chips()?;
		Self::check_status()?;
		Self::check_boots()?;
		Self::check_money()?;
		Self::check_lists()?;
		Self::check_parameters()?;
		Self::check_reports()
	}

	fn check_chips() -> Result<(), TryRuntimeError> {
		let mut issuers = BTreeMap::<_, u32>::new();
		let mut classes = BTreeMap::<_, u32>::new();
		let mut chips = 0usize;
		let proven = Chips::<T>::iter().map(|(module, chip)| (module, chip, true));
		let claimed =
			Enrolments::<T>::iter().map(|(module, enrolment)| (module, enrolment.chip, false));
		for (module, chip, bound) in proven.chain(claimed) {
			ensure!(
				EkOwners::<T>::get(chip.id)
					.is_some_and(|owner| owner.module == module && owner.barred_until.is_none()),
				"1: a chip does not belong to its module"
			);
			ensure!(
				!(Chips::<T>::contains_key(module) && Enrolments::<T>::contains_key(module)),
				"2: an enrolling module has a proven key"
			);
			let hardware = T::Camellias::hardware(module);
			ensure!(
				hardware == Some(chip.id) || (!bound && hardware.is_none()),
				"3: a Camellia carries another chip"
			);
			let of_issuer = issuers.entry(chip.issuer).or_default();
			*of_issuer = of_issuer.saturating_add(1);
			let of_class = classes.entry(chip.class).or_default();
			*of_class = of_class.saturating_add(1);
			chips = chips.saturating_add(1);
		}
		let owned = EkOwners::<T>::iter()
			.filter(|(_, owner)| owner.barred_until.is_none())
			.count();
		ensure!(owned == chips, "1: an endorsement key belongs to no module");
		ensure!(
			ChipsOfIssuer::<T>::iter().collect::<BTreeMap<_, _>>() == issuers,
			"4: chips of an issuer are miscounted"
		);
		ensure!(
			ChipsOfClass::<T>::iter().collect::<BTreeMap<_, _>>() == classes,
			"4: chips of a class are miscounted"
		);
		for (module, slot, _) in Challenges::<T>::iter() {
			ensure!(
				Enrolments::<T>::get(module)
					.is_some_and(|enrolment| usize::from(slot) < enrolment.slots.len()),
				"5: a challenge belongs to no enrolment"
			);
		}
		Ok(())
	}

	fn check_status() -> Result<(), TryRuntimeError> {
		for (module, record) in Modules::<T>::iter() {
			let status = record.status;
			ensure!(
				Enrolments::<T>::contains_key(module) == (status == ModuleStatus::Challenged),
				"6: a module is Challenged exactly while it enrols"
			);
			ensure!(
				Chips::<T>::contains_key(module)
					!= matches!(status, ModuleStatus::Challenged | ModuleStatus::Retired),
				"6: a module has a proven key exactly between enrolment and retirement"
			);
			ensure!(
				Certificates::<T>::contains_key(module) == (status == ModuleStatus::Active),
				"7: a module is Active exactly while it has a certificate"
			);
			let round = Rounds::<T>::get(module).map(|round| (round.purpose, round.renewal));
			let fits = match status {
				ModuleStatus::Pending => round == Some((Purpose::Attestation, false)),
				ModuleStatus::Suspicious => round == Some((Purpose::SecondCommittee, false)),
				ModuleStatus::Active | ModuleStatus::Inactive => {
					round.is_none() || round == Some((Purpose::Attestation, true))
				}
				_ => round.is_none(),
			};
			ensure!(fits, "8: a round does not fit the status of its module");
		}
		for known in [
			Enrolments::<T>::iter_keys().all(Modules::<T>::contains_key),
			Chips::<T>::iter_keys().all(Modules::<T>::contains_key),
			Certificates::<T>::iter_keys().all(Modules::<T>::contains_key),
			Rounds::<T>::iter_keys().all(Modules::<T>::contains_key),
		] {
			ensure!(known, "6: a record belongs to no module");
		}
		Ok(())
	}

	fn check_boots() -> Result<(), TryRuntimeError> {
		for (module, boot) in Boots::<T>::iter() {
			let session = T::SessionAccount::convert(boot.keys.session);
			ensure!(
				Sessions::<T>::get(&session) == Some((module, boot.seq)),
				"9: the session key of a boot is not known"
			);
			ensure!(
				frame_system::Pallet::<T>::providers(&session) > 0,
				"9: the account of a session key does not exist"
			);
			ensure!(
				boot.seq <= Sequences::<T>::get(module).boot_seq,
				"10: a number was given out that was not counted"
			);
		}
		ensure!(
			Sessions::<T>::iter().count() == Boots::<T>::iter().count(),
			"9: a session key has authority without a boot"
		);
		for (module, record) in Certificates::<T>::iter() {
			let certificate = record.certificate;
			ensure!(
				Boots::<T>::get(module).is_some_and(
					|boot| boot.seq == certificate.boot_seq && boot.keys == certificate.keys
				),
				"11: a certificate is not of the present boot"
			);
			ensure!(
				certificate.since < certificate.until
					&& certificate.round <= Sequences::<T>::get(module).round,
				"11: a certificate is out of time"
			);
		}
		for (module, round) in Rounds::<T>::iter() {
			ensure!(
				round.round <= Sequences::<T>::get(module).round,
				"10: a number was given out that was not counted"
			);
		}
		Ok(())
	}

	fn check_money() -> Result<(), TryRuntimeError> {
		let mut bonds = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
		let chips = Chips::<T>::iter().map(|(_, chip)| chip);
		let claimed = Enrolments::<T>::iter().map(|(_, enrolment)| enrolment.chip);
		let waiting =
			Unbondings::<T>::iter().map(|(_, _, unbonding)| (unbonding.who, unbonding.amount));
		for (who, amount) in chips
			.chain(claimed)
			.map(|chip| (chip.bonded_by, chip.bond))
			.chain(waiting)
		{
			let sum = bonds.entry(who).or_default();
			*sum = sum.saturating_add(amount);
		}
		for (who, amount) in bonds {
			ensure!(
				T::Currency::balance_on_hold(&HoldReason::EnrolmentBond.into(), &who) == amount,
				"12: what is on hold is not the sum of the bonds"
			);
		}
		Ok(())
	}

	fn check_parameters() -> Result<(), TryRuntimeError> {
		ensure!(
			CurrentParameters::<T>::get()
				.check(&T::ParameterBounds::get(), !DevAllowed::<T>::get())
				.is_ok(),
			"16: a parameter is outside its bounds"
		);
		Ok(())
	}

	fn check_reports() -> Result<(), TryRuntimeError> {
		for (module, report) in Reports::<T>::iter() {
			ensure!(
				Modules::<T>::get(module)
					.is_some_and(|record| record.status == ModuleStatus::Suspicious),
				"17: a report belongs to no second committee"
			);
			ensure!(
				T::Currency::balance_on_hold(&HoldReason::ReportBond.into(), &report.reporter)
					== Self::reported(&report.reporter),
				"17: what is on hold is not the sum of the reports"
			);
		}
		ensure!(
			DutyPoints::<T>::iter().all(|(_, points)| points > 0),
			"18: an account without points has a record of them"
		);
		Ok(())
	}

	fn check_lists() -> Result<(), TryRuntimeError> {
		let count = RegistrarCount::<T>::get();
		ensure!(
			Registrars::<T>::iter().count() == count as usize
				&& RegistrarAt::<T>::iter().count() == count as usize
				&& Registrars::<T>::iter().all(|(account, registrar)| {
					RegistrarAt::<T>::get(registrar.index) == Some(account)
				}),
			"13: the list of registrars has gaps"
		);
		let ends = DrawQueueEnds::<T>::get();
		ensure!(
			DrawQueue::<T>::iter().count() == ends.len() as usize
				&& (0..ends.len())
					.all(|at| DrawQueue::<T>::contains_key(ends.head.wrapping_add(at))),
			"14: the queue of draws has gaps"
		);
		for (class, releases) in AcceptedReleases::<T>::iter() {
			ensure!(
				releases
					.iter()
					.all(|id| Releases::<T>::get(id).is_some_and(|release| release.class == class)),
				"15: an accepted release is of another class"
			);
		}
		Ok(())
	}
}
