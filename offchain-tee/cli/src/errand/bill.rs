//! What an errand cost, by role.

use serde_json::{Value, json};
use tea_chain::types::{Bill, Payee};

use super::words;
use crate::output::{table, tokens};

fn payee(payee: &Payee) -> String {
	match payee {
		Payee::Account(account) => account.to_string(),
		Payee::Module(module) => format!("Camellia of module {module}"),
	}
}

/// For programs.
pub(crate) fn json(bill: &Bill) -> Value {
	let lines: Vec<_> = bill
		.lines
		.iter()
		.map(|line| {
			json!({
				"role": words::role(line.role),
				"payee": payee(&line.payee),
				"amount": line.amount.to_string(),
				"paid": line.paid,
			})
		})
		.collect();
	json!({
		"held": bill.held.to_string(),
		"gas": bill.gas.to_string(),
		"lines": lines,
		"returned": bill.returned.to_string(),
	})
}

/// For people.
pub(crate) fn text(bill: &Bill) -> String {
	let lines = bill.lines.iter().map(|line| {
		let amount = if line.paid {
			tokens(line.amount)
		} else {
			format!("{}, back: it could not be paid", tokens(line.amount))
		};
		[
			words::role(line.role).to_owned(),
			payee(&line.payee),
			amount,
		]
	});
	let ends = [
		[
			"returned".to_owned(),
			"client".to_owned(),
			tokens(bill.returned),
		],
		["held".to_owned(), String::new(), tokens(bill.held)],
	];
	table(["role", "who", "amount"], lines.chain(ends))
}

#[cfg(test)]
mod tests {
	use super::*;
	use tea_chain::{AccountId, types::BillLine};
	use tea_primitives::{chain::UNIT, errand::Role, ids::ModuleId};

	#[test]
	fn every_line_is_shown_with_who_and_how_much() {
		let line = |role, payee, amount, paid| BillLine {
			role,
			payee,
			amount,
			paid,
		};
		let bill = Bill {
			held: 10 * UNIT,
			gas: 5 * UNIT,
			lines: vec![
				line(Role::Executor, Payee::Module(ModuleId(3)), 4 * UNIT, true),
				line(
					Role::Delegator,
					Payee::Account(AccountId([1; 32])),
					UNIT,
					false,
				),
			]
			.try_into()
			.unwrap(),
			returned: 6 * UNIT,
		};
		let text = text(&bill);
		for word in [
			"executor",
			"module 3",
			"4 TEA",
			"delegator",
			"back",
			"6 TEA",
			"10 TEA",
		] {
			assert!(text.contains(word), "{word}: {text}");
		}
		let json = json(&bill);
		assert_eq!(json["lines"][1]["paid"], false);
		assert_eq!(json["returned"], (6 * UNIT).to_string());
	}
}
