//! What takes epochs, on the chain with epochs of twenty seconds.

use anyhow::{Context, Result, ensure};
use std::time::Duration;
use tea_e2e::{Dev, Node, run, start_validators, storage, wait_until};

/// A few epochs.
const EPOCHS: Duration = Duration::from_secs(180);

/// What the chain calls two blocks of one author for one slot, and two votes of one validator in one round.
const OFFENCES: [&[u8; 16]; 2] = [b"babe:equivocatio", b"grandpa:equivoca"];

#[test]
fn sessions_advance_and_equivocation_costs() {
	run("sessions_advance_and_equivocation_costs", async |lab| {
		let validators = [Dev::Alice, Dev::Bob, Dev::Charlie, Dev::Dave];
		let nodes = start_validators(lab, "fast", &validators).await?;
		let alice = &nodes[0];
		sessions_advance(alice, 2).await?;

		let bond = bond_of(alice, Dev::Bob).await?;
		ensure!(bond > 0, "Bob has no bond");
		ensure!(
			alice.rpc().map_len("Offences", "Reports").await? == 0,
			"somebody was reported without an offence"
		);

		// The same session keys on a second machine: two blocks for each slot of Bob, and two votes in a round. What is proven first
		// keeps Bob from everything else.
		let _twin = lab
			.node("bob-twin")
			.chain("fast")
			.arg(Dev::Bob.flag())
			.bootnodes([alice.p2p_address().await?])
			.start()
			.await?;
		wait_until("the equivocation is proven", EPOCHS, async || {
			let mut proven = 0;
			for offence in OFFENCES {
				let key = storage::twox64_concat("Offences", "ConcurrentReportsIndex", offence);
				proven += alice.rpc().entries(&key).await?;
			}
			ensure!(proven > 0, "the chain knows no offence");
			Ok(())
		})
		.await?;
		// One of four: (3 · 1/4)² of the bond.
		let left = bond_of(alice, Dev::Bob).await?;
		ensure!(
			left <= bond - bond / 16 * 9,
			"of a bond of {bond} there are still {left}"
		);
		for other in [Dev::Alice, Dev::Charlie, Dev::Dave] {
			let untouched = bond_of(alice, other).await?;
			ensure!(untouched == bond, "{}'s bond is {untouched}", other.name());
		}
		ensure!(
			!accounts(alice, "ValidatorSet", "Validators")
				.await?
				.contains(&Dev::Bob),
			"Bob is still in the set"
		);

		wait_until("a session begins without Bob", EPOCHS, async || {
			let validators = accounts(alice, "Session", "Validators").await?;
			ensure!(
				!validators.contains(&Dev::Bob),
				"the validators are {validators:?}"
			);
			Ok(())
		})
		.await?;
		let head = alice.rpc().best().await?;
		alice.rpc().wait_finalized(head.number + 3, EPOCHS).await?;
		Ok(())
	});
}

/// Sessions and BABE epochs go up together.
async fn sessions_advance(node: &Node, to: u32) -> Result<()> {
	wait_until(&format!("session {to} begins"), EPOCHS, async || {
		let session: u32 = node.rpc().read("Session", "CurrentIndex").await?;
		let epoch: u64 = node.rpc().read("Babe", "EpochIndex").await?;
		ensure!(
			session >= to && epoch >= u64::from(to),
			"session {session}, epoch {epoch}"
		);
		Ok(())
	})
	.await
}

/// What is held of the account's money; a validator of genesis has no other hold than its bond.
async fn bond_of(node: &Node, who: Dev) -> Result<u128> {
	let key = storage::blake2_concat("Balances", "Holds", &who.account());
	match node.rpc().storage(&key).await? {
		Some(holds) => storage::held(&holds),
		None => Ok(0),
	}
}

/// A list of accounts, all of which are development accounts.
async fn accounts(node: &Node, pallet: &str, item: &str) -> Result<Vec<Dev>> {
	let accounts: Vec<[u8; 32]> = node.rpc().read(pallet, item).await?;
	accounts
		.iter()
		.map(|account| {
			Dev::of(account).with_context(|| format!("{} is a stranger", hex::encode(account)))
		})
		.collect()
}
