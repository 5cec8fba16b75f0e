use crate::{fixture, mock::*};
use codec::{Decode, Encode};
use sp_core::{Pair, crypto::VrfSecret, sr25519};
use tea_primitives::{
	camellia::DrawWeight,
	errand::{TicketProof, TicketRefusal, TicketRequest, Tickets},
	ids::ModuleId,
	ticket::{self, Ticket, TicketValue},
};

pub(super) fn prove(pair: &sr25519::Pair, input: &[u8; 32]) -> TicketProof {
	let signature = pair.vrf_sign(&ticket::sign_data(input));
	TicketProof::decode(&mut &signature.encode()[..]).unwrap()
}

/// A claim of module 3 for an errand of block 5, whose beacon is that of block 6.
fn claim<'a>(key: &'a [u8; 32]) -> TicketRequest<'a, u64> {
	TicketRequest {
		module: ModuleId(3),
		weight: DrawWeight::ONE,
		key,
		key_since: 4,
		subject: b"errand 1",
		fixed_in: 5,
		total_weight: 1,
		blocks_open: 0,
	}
}

/// Runs at block 7, with the beacon of block 6 known.
fn at_claims(test: impl FnOnce()) {
	ExtBuilder::default().build_and_execute(|| {
		for byte in 2..7 {
			finish([byte; 32]);
		}
		test();
	});
}

fn pair() -> sr25519::Pair {
	sr25519::Pair::from_seed(&[7; 32])
}

#[test]
fn ticket_with_its_proof_is_accepted() {
	at_claims(|| {
		let key = pair().public().0;
		let input = Delegation::ticket_input(&claim(&key)).unwrap();
		let proof = prove(&pair(), &input);
		let ticket = Delegation::with_proof(&claim(&key), &proof).unwrap();
		assert_eq!(
			Delegation::without_proof(&claim(&key), &proof.pre_output),
			Ok(ticket),
			"what validation says holds in dispatch"
		);
	});
}

#[test]
fn input_is_bound_to_beacon_subject_and_genesis() {
	at_claims(|| {
		let key = pair().public().0;
		let input = |change: fn(&mut TicketRequest<'_, u64>)| {
			let mut claim = claim(&key);
			change(&mut claim);
			Delegation::ticket_input(&claim).unwrap()
		};
		let this = input(|_| ());
		assert_ne!(this, input(|claim| claim.fixed_in = 4), "another beacon");
		assert_ne!(this, input(|claim| claim.subject = b"errand 2"));
		assert_eq!(
			this,
			input(|claim| claim.module = ModuleId(4)),
			"the key is in the VRF"
		);
		frame_system::BlockHash::<Test>::insert(0, sp_core::H256([1; 32]));
		assert_ne!(this, input(|_| ()));
	});
}

/// Q06
#[test]
fn ticket_of_younger_key_refused() {
	at_claims(|| {
		let key = pair().public().0;
		let proof = prove(&pair(), &Delegation::ticket_input(&claim(&key)).unwrap());
		for since in [5, 6, 7] {
			let late = TicketRequest {
				key_since: since,
				..claim(&key)
			};
			assert_eq!(
				Delegation::with_proof(&late, &proof),
				Err(TicketRefusal::KeyTooNew)
			);
			assert_eq!(
				Delegation::without_proof(&late, &proof.pre_output),
				Err(TicketRefusal::KeyTooNew)
			);
		}
	});
}

#[test]
fn ticket_before_its_beacon_refused() {
	at_claims(|| {
		let key = pair().public().0;
		let proof = prove(&pair(), &[0; 32]);
		for fixed_in in [6, 7, u64::MAX] {
			let early = TicketRequest {
				fixed_in,
				..claim(&key)
			};
			assert_eq!(
				Delegation::with_proof(&early, &proof),
				Err(TicketRefusal::NoBeacon)
			);
		}
		for byte in 7..30 {
			finish([byte; 32]);
		}
		assert_eq!(
			Delegation::with_proof(&claim(&key), &proof),
			Err(TicketRefusal::NoBeacon)
		);
	});
}

#[test]
fn high_ticket_waits() {
	at_claims(|| {
		let key = pair().public().0;
		let proof = prove(&pair(), &Delegation::ticket_input(&claim(&key)).unwrap());
		let many = |blocks_open| TicketRequest {
			total_weight: u64::from(DrawWeight::ONE.0) * 1_000_000,
			blocks_open,
			..claim(&key)
		};
		assert_eq!(
			Delegation::with_proof(&many(0), &proof),
			Err(TicketRefusal::TooHigh)
		);
		let first = (0..40)
			.find(|open| Delegation::with_proof(&many(*open), &proof).is_ok())
			.unwrap();
		assert!((1..30).contains(&first), "{first}");
		assert!(Delegation::with_proof(&many(first + 1), &proof).is_ok());
	});
}

#[test]
fn false_proofs_refused() {
	at_claims(|| {
		let key = pair().public().0;
		let input = Delegation::ticket_input(&claim(&key)).unwrap();
		let proof = prove(&pair(), &input);
		let refused = |proof: TicketProof| {
			assert_eq!(
				Delegation::with_proof(&claim(&key), &proof),
				Err(TicketRefusal::BadProof)
			);
		};
		let stranger = sr25519::Pair::from_seed(&[8; 32]);
		refused(prove(&stranger, &input));
		refused(TicketProof {
			pre_output: prove(&stranger, &input).pre_output,
			..proof
		});
		refused(prove(&pair(), &[0; 32]));
		refused(TicketProof {
			pre_output: [0; 32],
			proof: [0; 64],
		});
		refused(TicketProof {
			pre_output: [255; 32],
			proof: [255; 64],
		});
		for byte in [0, 31, 32, 63] {
			let mut bent = proof;
			bent.proof[byte] ^= 1;
			refused(bent);
		}
		for byte in 0..32 {
			let mut bent = proof;
			bent.pre_output[byte] ^= 1;
			refused(bent);
		}
		let foreign = stranger.public().0;
		assert_eq!(
			Delegation::with_proof(
				&TicketRequest {
					key: &foreign,
					..claim(&key)
				},
				&proof
			),
			Err(TicketRefusal::BadProof)
		);
	});
}

/// The output of a VRF is one, its proofs are many: another proof does not give another ticket.
#[test]
fn proof_does_not_move_the_ticket() {
	at_claims(|| {
		let key = pair().public().0;
		let input = Delegation::ticket_input(&claim(&key)).unwrap();
		let (one, two) = (prove(&pair(), &input), prove(&pair(), &input));
		assert_ne!(one.proof, two.proof, "proofs are randomised");
		assert_eq!(
			Delegation::with_proof(&claim(&key), &one),
			Delegation::with_proof(&claim(&key), &two)
		);
	});
}

#[test]
fn lower_value_wins_and_of_equal_ones_the_lower_module() {
	let ticket = |value, module| Ticket {
		value: TicketValue(value),
		module: ModuleId(module),
	};
	assert!(ticket(1, 9) < ticket(2, 1));
	assert!(ticket(1, 1) < ticket(1, 2));
}

#[test]
fn encodings_are_frozen() {
	let proof = TicketProof {
		pre_output: [1; 32],
		proof: [2; 64],
	};
	assert_eq!(proof.encode(), [&[1u8; 32][..], &[2; 64]].concat());
	let ticket = Ticket {
		value: TicketValue(5),
		module: ModuleId(6),
	};
	assert_eq!(
		ticket.encode(),
		[&5u128.to_le_bytes()[..], &6u32.to_le_bytes()].concat()
	);
}

/// The benchmarks cannot sign; they check this ticket.
#[test]
fn fixture_holds() {
	assert_eq!(pair().public().0, fixture::KEY, "{:?}", pair().public().0);
	let proof = TicketProof {
		pre_output: fixture::PRE_OUTPUT,
		proof: fixture::PROOF,
	};
	assert!(
		ticket::is_proved(&fixture::KEY, &fixture::INPUT, &proof),
		"{:?}",
		prove(&pair(), &fixture::INPUT)
	);
}
