//! Benchmarks: every call and hook with the longest and dearest input that it accepts: nine hosted deployments of different
//! owners, each pin with a parent, committees of modules, quotes of P-256. What depends on the number of deployments is measured
//! with code that is none, because then the initial pinner of each deployment is paid.

use super::*;
use alloc::{vec, vec::Vec};
use frame_benchmarking::{BenchmarkError, account, v2::*};
use frame_support::{
	BoundedVec,
	traits::{EnsureOrigin, Get},
};
use frame_system::{RawOrigin, pallet_prelude::BlockNumberFor};
use sp_io::hashing::sha2_256;
use sp_runtime::{
	SaturatedConversion, Saturating,
	traits::{Convert, One},
};
use tea_primitives::{
	camellia::{Camellias, CreditEvent},
	deployment::{Charge, Cid, Content, Deployments, Hash, Kind, Visibility},
	draw::Member,
	errand::{
		AdHoc, Batch, Earnings, ErrandId, Exit, FaultReason, Limits, MAX_ENVELOPE, MAX_INPUTS,
		MAX_PARAMS, MAX_SOURCES, Needs, Options, POT_DOMAIN, Pot, PotBody, QuoteKeys, RefuteReason,
		SealedResult, Source,
	},
	ids::{BootSeq, ModuleId},
};
use tea_tpm::pot::{batch_path, batch_root};

mod tpm;

pub use tpm::SoftTpm;

/// What the runtime does for the benchmarks.
pub trait BenchmarkHelper<T: Config> {
	/// Gives money.
	fn fund(who: &T::AccountId, amount: BalanceOf<T>);
	/// Makes a module Active that a Camellia was born for: boot 1, certified since block 0, of a class without cap, in the
	/// known-good set, with the attestation key of [`SoftTpm`]. Gives its session key.
	fn certify(module: ModuleId) -> [u8; 32];
	/// The signature of the module's TPM over a quote, as [`SoftTpm::sign`] makes it.
	fn tpm_sign(module: ModuleId, quote: &[u8]) -> Vec<u8>;
	/// Sets the clock of the chain to a second after the attestation of the modules.
	fn set_time();
	/// Makes the beacon of a block known.
	fn set_beacon(block: BlockNumberFor<T>);
	/// Verifies the proof of some ticket.
	fn verify_a_ticket() -> bool;
	/// A signature with a session key.
	fn sign(key: &[u8; 32], message: &[u8]) -> T::MemberSignature;
}

type Helper<T> = <T as Config>::BenchmarkHelper;

const BOOT: BootSeq = 1;
const POSTED: u32 = 10;
/// Modules that a draw passes over before it finds a committee.
const PASSED_OVER: u32 = 60;
/// Price of an hour, and what a verifier has for its work.
const PRICE: u64 = 1_000_000_000;
/// Output of some ticket: every ticket is let in.
const PRE_OUTPUT: [u8; 32] = [7; 32];

fn stop(what: &'static str) -> BenchmarkError {
	BenchmarkError::Stop(what)
}

fn rich<T: Config>(name: &'static str, index: u32) -> T::AccountId {
	let who: T::AccountId = account(name, index, 0);
	Helper::<T>::fund(&who, 1_000_000_000_000_000u64.saturated_into());
	who
}

fn at<T: Config>(block: u32) {
	frame_system::Pallet::<T>::set_block_number(block.into());
}

/// A certified module of its own owner, and its session key.
fn module<T: Config>(owner: &T::AccountId) -> Result<(ModuleId, [u8; 32]), BenchmarkError> {
	let module = T::Camellias::bear(owner)?;
	Ok((module, Helper::<T>::certify(module)))
}

/// Errands of the longest kind, and who has to do with them.
struct Scene<T: Config> {
	/// The first one, which uses deployments.
	errand: ErrandId,
	/// All of them: of different clients, on code of different payees, for the same executor.
	errands: Vec<ErrandId>,
	/// Of the first one.
	client: T::AccountId,
	executor: ModuleId,
	session: [u8; 32],
	verifiers: Vec<(ModuleId, [u8; 32])>,
}

impl<T: Config> Scene<T> {
	fn executor_account(&self) -> T::AccountId {
		T::SessionAccount::convert(self.session)
	}

	/// So many, posted, the first one with so many deployments.
	fn posted(
		count: u32,
		deployments: u32,
		visibility: Visibility,
	) -> Result<Self, BenchmarkError> {
		at::<T>(POSTED);
		Helper::<T>::set_time();
		let (executor, session) = module::<T>(&rich::<T>("executor", 0))?;
		let verifiers = (0..T::CommitteeSize::get())
			.map(|index| module::<T>(&rich::<T>("verifier", index)))
			.collect::<Result<Vec<_>, _>>()?;
		let mut errands = Vec::new();
		for index in 0..count {
			let errand = NextErrand::<T>::get();
			let deployments = if index == 0 { deployments } else { 0 };
			let (code, data) = sources::<T>(executor, index, deployments, visibility);
			// Different deadlines: each has an entry of its own in the agenda.
			let mut order = order::<T>(index, code, data)?;
			order
				.deadline
				.saturating_accrue(index.saturating_mul(4).into());
			Pallet::<T>::do_post(rich::<T>("client", index), order)?;
			Errands::<T>::mutate(errand, |record| {
				if let Some(record) = record {
					// Every ticket is let in.
					record.draw.total_weight = 1;
				}
			});
			errands.push(errand);
		}
		Ok(Self {
			errand: *errands.first().ok_or(stop("an errand"))?,
			errands,
			client: rich::<T>("client", 0),
			executor,
			session,
			verifiers,
		})
	}

	/// In the first block in which they may be claimed.
	fn claimable(count: u32, deployments: u32) -> Result<Self, BenchmarkError> {
		let scene = Self::posted(count, deployments, Visibility::Hosted)?;
		Helper::<T>::set_beacon(POSTED.saturating_add(1).into());
		at::<T>(POSTED.saturating_add(2));
		Ok(scene)
	}

	/// Has a module claim each errand.
	fn claim(&self, by: impl Fn(u32) -> ModuleId, ticket: u128) -> Result<(), BenchmarkError> {
		for (index, errand) in (0u32..).zip(&self.errands) {
			let mut record = Errands::<T>::get(errand).ok_or(stop("an errand"))?;
			let module = by(index);
			Pallet::<T>::occupy(module, *errand, record.held);
			record.stage = Stage::Claimed {
				module,
				boot_seq: BOOT,
				ticket,
			};
			Errands::<T>::insert(errand, record);
		}
		Ok(())
	}

	/// Assigned in this attempt, with the verifiers of the scene; all sources are deployed.
	fn assigned(attempt: u8, visibility: Visibility) -> Result<Self, BenchmarkError> {
		Self::assigned_many(1, MAX_SOURCES, attempt, visibility)
	}

	fn assigned_many(
		count: u32,
		deployments: u32,
		attempt: u8,
		visibility: Visibility,
	) -> Result<Self, BenchmarkError> {
		let scene = Self::posted(count, deployments, visibility)?;
		at::<T>(POSTED.saturating_add(2));
		for errand in &scene.errands {
			scene.assign(*errand, attempt)?;
		}
		Ok(scene)
	}

	fn assign(&self, errand: ErrandId, attempt: u8) -> Result<(), BenchmarkError> {
		let mut record = Errands::<T>::get(errand).ok_or(stop("an errand"))?;
		// Everybody who may be paid is somebody else, and can be paid.
		let payee = |what: &'static str, index: u8| {
			let seed = u32::from(index).saturating_add((errand.0 as u32).saturating_mul(16));
			T::Camellias::bear(&rich::<T>(what, seed))
		};
		for (number, source) in
			(0u8..).zip(core::iter::once(&mut record.code).chain(&mut record.data))
		{
			if let UsedSource::Deployed(used) = source {
				used.charge = Charge::Hour(PRICE.saturated_into());
				used.delegator = payee("delegator", number)?;
			}
		}
		let keys = record
			.sources()
			.map(|(number, source)| match source.deployment() {
				Some(used) if used.visibility == Visibility::Hosted => {
					let pin =
						T::Deployments::pin(&used.id, self.executor, BOOT).ok_or(stop("a pin"))?;
					Ok(KeyPath::Pin {
						link: pin.link,
						parent: Some(payee("parent", number)?),
						while_degraded: true,
					})
				}
				_ if source.needs_key() => Ok(KeyPath::Wanted),
				_ => Ok(KeyPath::None),
			})
			.collect::<Result<Vec<_>, BenchmarkError>>()?;
		let now = Pallet::<T>::now();
		let assignment = Assignment {
			executor: self.executor,
			boot_seq: BOOT,
			beneficiary: T::Camellias::owner(self.executor).ok_or(stop("an owner"))?,
			ticket: 1,
			assigned: now,
			deadline: record.deadline,
			verifiers: BoundedVec::truncate_from(
				self.verifiers
					.iter()
					.map(|(module, _)| Member::Module(*module))
					.collect(),
			),
			redraw: None,
			former: Default::default(),
			failed: 0,
			keys: BoundedVec::truncate_from(keys),
		};
		Pallet::<T>::occupy(self.executor, errand, record.held);
		Queue::<T>::mutate(|queue| {
			queue.open = queue.open.saturating_sub(1);
			queue.assigned = queue.assigned.saturating_add(1);
		});
		record.attempt = attempt;
		record.former = (attempt > 0).then_some(ModuleId(u32::MAX));
		record.stage = if assignment.keys.contains(&KeyPath::Wanted) {
			Stage::AwaitingKey {
				assignment,
				since: now,
				until: now.saturating_add(record.key_wait),
			}
		} else {
			Stage::Assigned(assignment)
		};
		Errands::<T>::insert(errand, record);
		Ok(())
	}

	fn body(&self, errand: ErrandId) -> Result<PotBody, BenchmarkError> {
		let record = Errands::<T>::get(errand).ok_or(stop("an errand"))?;
		let assignment = record.assignment().ok_or(stop("an assignment"))?;
		let key = T::QuoteKeys::quote_key(self.executor).map_err(|_| stop("a quote key"))?;
		let links = assignment
			.keys
			.iter()
			.filter_map(|path| match path {
				KeyPath::Pin { link, .. } => Some(*link),
				_ => None,
			})
			.collect();
		let data = record
			.data
			.iter()
			.map(|source| source.ciphertext_hash())
			.collect();
		Ok(PotBody {
			domain: POT_DOMAIN,
			errand,
			attempt: record.attempt,
			executor: self.executor,
			boot_seq: BOOT,
			client_key: record.client_key,
			code: record.code.ciphertext_hash(),
			data: BoundedVec::truncate_from(data),
			links: BoundedVec::truncate_from(links),
			input: record.input,
			result: SealedResult {
				cid: Cid::new(Cid::DAG_PB, [1; 32]),
				ciphertext: [2; 32],
				commitment: [3; 32],
				enc: [4; 32],
			},
			exit: Exit::Ok,
			fuel: record.limits.fuel,
			manifest_root: key.manifest_root,
			block: assignment.assigned.saturated_into(),
		})
	}

	/// The PoTs of the errands, in a batch of 32, with all verdicts.
	fn pots(&self) -> Result<Vec<PotOf<T>>, BenchmarkError> {
		let bodies = self
			.errands
			.iter()
			.map(|errand| self.body(*errand))
			.collect::<Result<Vec<_>, _>>()?;
		let mut hashes: Vec<Hash> = bodies.iter().map(PotBody::hash).collect();
		let others = 32u8.saturating_sub(hashes.len() as u8);
		hashes.extend((0..others).map(|n| [n; 32]));
		let root = batch_root(&hashes).ok_or(stop("a batch"))?;
		let nonces = sha2_256(b"nonces");
		let quote = tpm::quote::<T>(self.executor, root, nonces).ok_or(stop("a quote"))?;
		let signature = Helper::<T>::tpm_sign(self.executor, &quote);
		bodies
			.into_iter()
			.enumerate()
			.map(|(index, body)| {
				let hash = body.hash();
				let (path, depth) = batch_path(&hashes, index).ok_or(stop("a member"))?;
				let record = Errands::<T>::get(body.errand).ok_or(stop("an errand"))?;
				let assignment = record.assignment().ok_or(stop("an assignment"))?;
				let verdicts = (0u8..)
					.zip(&self.verifiers)
					.map(|(member, (_, key))| {
						let pass = Pallet::<T>::pass_of(
							body.errand,
							record.attempt,
							assignment,
							member,
							hash,
							sha2_256(&quote),
						);
						(member, Helper::<T>::sign(key, &pass.payload()))
					})
					.collect::<Vec<_>>();
				Ok(Pot {
					body,
					batch: Batch {
						root,
						index: index as u8,
						len: 32,
						path: BoundedVec::truncate_from(
							path.get(..depth).unwrap_or_default().to_vec(),
						),
					},
					nonces,
					signature: BoundedVec::truncate_from(signature.clone()),
					quote: BoundedVec::truncate_from(quote.clone()),
					verdicts: BoundedVec::truncate_from(verdicts),
				})
			})
			.collect()
	}

	/// The PoT of the first one.
	fn pot(&self) -> Result<PotOf<T>, BenchmarkError> {
		self.pots()?.into_iter().next().ok_or(stop("a proof"))
	}
}

/// As many sources as there can be. So many of them are deployments of different owners, pinned by the executor: data first, the
/// code last.
fn sources<T: Config>(
	executor: ModuleId,
	errand: u32,
	deployments: u32,
	visibility: Visibility,
) -> (Source, Vec<Source>) {
	let ad_hoc = || {
		Source::AdHoc(AdHoc {
			content: Content {
				cid: Cid::new(Cid::RAW, [1; 32]),
				ciphertext_hash: [2; 32],
				commitment: [3; 32],
				size: 1,
			},
			sealed: false,
		})
	};
	let deploy = |index: u32, kind: Kind| {
		let owner = rich::<T>("deployer", errand.saturating_mul(16).saturating_add(index));
		Source::Deployed(T::Deployments::bench_deploy(
			&owner, kind, visibility, executor, BOOT,
		))
	};
	let code = if deployments > MAX_INPUTS {
		deploy(0, Kind::Code)
	} else {
		ad_hoc()
	};
	let data = (0..MAX_INPUTS)
		.map(|index| {
			if index < deployments {
				deploy(index.saturating_add(1), Kind::Data)
			} else {
				ad_hoc()
			}
		})
		.collect();
	(code, data)
}

/// An errand with that number.
fn order<T: Config>(
	errand: u32,
	code: Source,
	data: Vec<Source>,
) -> Result<Order<T>, BenchmarkError> {
	let payee = matches!(code, Source::AdHoc(_))
		.then(|| (rich::<T>("payee", errand), PRICE.saturated_into()));
	let data = BoundedVec::truncate_from(data);
	let limits = Limits {
		fuel: 1_000_000,
		pages: 1,
		output: 1,
		wall_ms: 1,
	};
	let deadline = T::MinDeadline::get().saturating_add(T::MinDeadline::get());
	Ok(Order {
		code,
		data,
		params: BoundedVec::truncate_from(vec![7; MAX_PARAMS as usize]),
		client_key: [9; 32],
		limits,
		max_price: 100_000_000_000_000u64.saturated_into(),
		deadline,
		options: Options {
			needs: Needs::default(),
			key_wait: None,
			allow_own: false,
			payee,
		},
	})
}

/// So many modules of one owner: of a client, no draw for its errands may take them.
fn crowd<T: Config>(owner: &T::AccountId, size: u32) -> Result<(), BenchmarkError> {
	for _ in 0..size {
		module::<T>(owner)?;
	}
	Ok(())
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn post(d: Linear<0, 8>) -> Result<(), BenchmarkError> {
		at::<T>(POSTED);
		let client = rich::<T>("client", 0);
		let (executor, _) = module::<T>(&rich::<T>("executor", 0))?;
		// Without pinners, the weight of all who may claim is reckoned from as many of all modules.
		crowd::<T>(&rich::<T>("crowd", 0), crate::impls::SAMPLE)?;
		let (code, data) = sources::<T>(executor, 0, d, Visibility::Hosted);
		let order = order::<T>(0, code, data)?;

		#[extrinsic_call]
		_(
			RawOrigin::Signed(client),
			order.code,
			order.data,
			order.params,
			order.client_key,
			order.limits,
			order.max_price,
			order.deadline,
			order.options,
		);

		assert_eq!(Queue::<T>::get().open, 1);
		Ok(())
	}

	#[benchmark]
	fn cancel() -> Result<(), BenchmarkError> {
		let scene = Scene::<T>::posted(1, MAX_SOURCES, Visibility::Hosted)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(scene.client), scene.errand);

		assert!(Finished::<T>::contains_key(scene.errand));
		Ok(())
	}

	/// So many claims, each of which replaces that of another module; the errand of the first one has so many deployments.
	/// Nobody can make a VRF proof inside the runtime, so another one is verified instead.
	#[benchmark]
	fn claim(n: Linear<1, 8>, d: Linear<0, 8>) -> Result<(), BenchmarkError> {
		let scene = Scene::<T>::claimable(n, d)?;
		scene.claim(|index| ModuleId(u32::MAX.saturating_sub(index)), u128::MAX)?;
		let who = scene.executor_account();

		#[block]
		{
			for errand in &scene.errands {
				let (checked, value) = Pallet::<T>::check_claim(&who, *errand, &PRE_OUTPUT)
					.map_err(|_| stop("a module that may claim"))?;
				assert!(Helper::<T>::verify_a_ticket());
				Pallet::<T>::accept_claim(*errand, checked, value).map_err(|_| stop("a claim"))?;
			}
		}

		assert_eq!(
			Workloads::<T>::get(scene.executor).errands.len(),
			n as usize
		);
		Ok(())
	}

	/// Verifiers, out of so many candidates.
	#[benchmark]
	fn draw(c: Linear<8, 64>) -> Result<(), BenchmarkError> {
		let scene = Scene::<T>::claimable(1, 0)?;
		let errand = scene.errand;
		let mut record = Errands::<T>::get(errand).ok_or(stop("an errand"))?;
		// Too few owners: the draw goes on to the end.
		record.client = rich::<T>("verifier", 0);
		let all = T::CommitteeSize::get().saturating_add(1);
		crowd::<T>(&record.client, c.saturating_sub(all))?;
		let owner = rich::<T>("executor", 0);
		let fixed_in = record.draw.fixed_in;

		#[block]
		{
			let none = VerifiersOf::<T>::new();
			let (drawn, looked_at) =
				Pallet::<T>::draw_verifiers(errand, &record, &owner, fixed_in, 0, &none, c);
			assert!(drawn.is_err());
			assert_eq!(looked_at, c);
		}

		Ok(())
	}

	/// The end of a block with so many claimed errands; the first one has so many deployments. What their draws look at is
	/// paid for apart.
	#[benchmark]
	fn assign(n: Linear<1, 8>, d: Linear<0, 8>) -> Result<(), BenchmarkError> {
		let scene = Scene::<T>::claimable(n, d)?;
		scene.claim(|_| scene.executor, 1)?;
		for errand in &scene.errands {
			ClaimedNow::<T>::try_append(errand).map_err(|_| stop("room for a claim"))?;
		}

		#[block]
		{
			Pallet::<T>::assign_claimed();
		}

		for errand in &scene.errands {
			let record = Errands::<T>::get(errand).ok_or(stop("an errand"))?;
			assert!(record.assignment().is_some());
		}
		Ok(())
	}

	/// So many proofs under a quote that is known, all checked by the same verifiers; the errand of the first one has so
	/// many deployments.
	#[benchmark]
	fn complete(n: Linear<1, 8>, d: Linear<0, 8>) -> Result<(), BenchmarkError> {
		let scene = Scene::<T>::assigned_many(n, d, 0, Visibility::Hosted)?;
		at::<T>(POSTED.saturating_add(3));
		let pots = scene.pots()?;
		let pot = pots.first().ok_or(stop("a proof"))?;
		let evidence = sha2_256(&[&sha2_256(&pot.quote)[..], &pot.signature].concat());
		BatchEvidence::<T>::insert(scene.executor, (BOOT, evidence));

		#[extrinsic_call]
		complete_many(
			RawOrigin::Signed(scene.executor_account()),
			BoundedVec::truncate_from(pots),
		);

		for errand in &scene.errands {
			let bill = Finished::<T>::get(errand).ok_or(stop("a bill"))?.bill;
			// Who wrote the code, executor, verifiers; of each deployment owner, delegator and parent.
			let deployments = if *errand == scene.errand { d } else { 0 };
			let lines = T::CommitteeSize::get()
				.saturating_add(2)
				.saturating_add(3 * deployments);
			assert_eq!(bill.lines.len() as u32, lines);
		}
		Ok(())
	}

	/// The TPM's signature over one quote.
	#[benchmark]
	fn quote() -> Result<(), BenchmarkError> {
		let scene = Scene::<T>::assigned_many(1, 0, 0, Visibility::Hosted)?;
		at::<T>(POSTED.saturating_add(3));
		let pot = scene.pot()?;
		let completion = Pallet::<T>::check_complete(&scene.executor_account(), scene.errand, &pot)
			.map_err(|_| stop("a good proof"))?;

		#[block]
		{
			completion
				.inspect(&pot)
				.map_err(|_| stop("a good quote"))?
				.verify::<T::SigVerify>()
				.map_err(|_| stop("a good signature"))?;
		}

		Ok(())
	}

	/// Who so many further verifiers are, and what they have of it.
	#[benchmark]
	fn verifiers(m: Linear<1, 32>) -> Result<(), BenchmarkError> {
		let modules = (0..m)
			.map(|index| module::<T>(&rich::<T>("verifier", index)))
			.collect::<Result<Vec<_>, _>>()?;

		#[block]
		{
			for (module, _) in &modules {
				assert!(Pallet::<T>::account_of(&Member::Module(*module)).is_some());
				let owner = T::Camellias::owner(*module).ok_or(stop("an owner"))?;
				T::Camellias::note(*module, CreditEvent::DutyDone);
				assert!(T::Earnings::accrue(*module, &owner, PRICE.saturated_into()));
			}
		}

		Ok(())
	}

	#[benchmark]
	fn fail() -> Result<(), BenchmarkError> {
		let scene = Scene::<T>::assigned(1, Visibility::Hosted)?;

		#[extrinsic_call]
		_(
			RawOrigin::Signed(scene.executor_account()),
			scene.errand,
			FaultReason::Host,
		);

		assert!(Finished::<T>::contains_key(scene.errand));
		Ok(())
	}

	#[benchmark]
	fn supply_key() -> Result<(), BenchmarkError> {
		let scene = Scene::<T>::assigned(0, Visibility::Private)?;
		let holder = rich::<T>("deployer", MAX_INPUTS);
		let envelope = BoundedVec::truncate_from(vec![1; MAX_ENVELOPE as usize]);
		// The last key: with it the deadlines run again.
		Errands::<T>::mutate(scene.errand, |record| {
			if let Some(Stage::AwaitingKey { assignment, .. }) =
				record.as_mut().map(|record| &mut record.stage)
			{
				let last = assignment.keys.len().saturating_sub(1);
				for path in assignment.keys.iter_mut().take(last) {
					*path = KeyPath::Supplied([1; 32]);
				}
			}
		});

		#[extrinsic_call]
		_(
			RawOrigin::Signed(holder),
			scene.errand,
			MAX_INPUTS as u8,
			BOOT,
			envelope,
		);

		let record = Errands::<T>::get(scene.errand).ok_or(stop("an errand"))?;
		assert!(matches!(record.stage, Stage::Assigned(_)));
		Ok(())
	}

	#[benchmark]
	fn refuse() -> Result<(), BenchmarkError> {
		let scene = Scene::<T>::assigned(0, Visibility::Private)?;
		let holder = rich::<T>("deployer", MAX_INPUTS);

		#[extrinsic_call]
		_(RawOrigin::Signed(holder), scene.errand);

		assert!(Finished::<T>::contains_key(scene.errand));
		Ok(())
	}

	#[benchmark]
	fn vote_fail() -> Result<(), BenchmarkError> {
		let scene = Scene::<T>::assigned(1, Visibility::Hosted)?;
		let reason = RefuteReason::OtherPot;
		let voters: Vec<T::AccountId> = scene
			.verifiers
			.iter()
			.map(|(_, key)| T::SessionAccount::convert(*key))
			.collect();
		let decisive = (voters.len() as u32).saturating_sub(quorum(voters.len()));
		for voter in voters.iter().take(decisive as usize) {
			Pallet::<T>::do_vote_fail(voter.clone(), scene.errand, reason)?;
		}
		let last = voters.last().ok_or(stop("a verifier"))?.clone();

		#[extrinsic_call]
		_(RawOrigin::Signed(last), scene.errand, reason);

		assert!(Finished::<T>::contains_key(scene.errand));
		Ok(())
	}

	/// A silent executor in the last attempt.
	#[benchmark]
	fn expire() -> Result<(), BenchmarkError> {
		let scene = Scene::<T>::assigned(1, Visibility::Hosted)?;
		let deadline = Errands::<T>::get(scene.errand)
			.ok_or(stop("an errand"))?
			.deadline;
		frame_system::Pallet::<T>::set_block_number(deadline);

		#[extrinsic_call]
		_(RawOrigin::Signed(scene.client), scene.errand);

		assert!(Finished::<T>::contains_key(scene.errand));
		Ok(())
	}

	/// A second committee.
	#[benchmark]
	fn redraw() -> Result<(), BenchmarkError> {
		let scene = Scene::<T>::assigned(0, Visibility::Hosted)?;
		crowd::<T>(&scene.client, PASSED_OVER)?;
		let now = Pallet::<T>::now();
		Errands::<T>::mutate(scene.errand, |record| {
			if let Some(Stage::Assigned(assignment)) =
				record.as_mut().map(|record| &mut record.stage)
			{
				assignment.redraw = Some(now);
				assignment.verifiers = Default::default();
			}
		});
		Helper::<T>::set_beacon(now.saturating_add(One::one()));
		at::<T>(POSTED.saturating_add(4));

		#[block]
		{
			Pallet::<T>::do_expire(scene.errand)?;
		}

		let record = Errands::<T>::get(scene.errand).ok_or(stop("an errand"))?;
		assert!(
			record
				.assignment()
				.is_some_and(|assignment| !assignment.verifiers.is_empty())
		);
		Ok(())
	}

	#[benchmark]
	fn set_shares() -> Result<(), BenchmarkError> {
		let origin = T::GovernanceOrigin::try_successful_origin()
			.map_err(|()| stop("governance has an origin"))?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, Shares::DEFAULT);

		assert_eq!(GasShares::<T>::get(), Shares::DEFAULT);
		Ok(())
	}

	#[benchmark]
	fn set_gas_price() -> Result<(), BenchmarkError> {
		let origin = T::GovernanceOrigin::try_successful_origin()
			.map_err(|()| stop("governance has an origin"))?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, 7u32.into());

		assert_eq!(GasPrice::<T>::get(), 7u32.into());
		Ok(())
	}

	/// A list without entries.
	#[benchmark]
	fn agenda() {
		#[block]
		{
			Pallet::<T>::do_agenda(POSTED.into());
		}
	}

	/// An entry about which nothing is due any more.
	#[benchmark]
	fn look() -> Result<(), BenchmarkError> {
		let scene = Scene::<T>::assigned(0, Visibility::Hosted)?;
		let now = Pallet::<T>::now();
		let soon = now.saturating_add(One::one());

		#[block]
		{
			assert!(Pallet::<T>::do_expire(scene.errand).is_err());
			Pallet::<T>::schedule(scene.errand, soon);
		}

		assert!(Errands::<T>::contains_key(scene.errand));
		Ok(())
	}

	/// One final record.
	#[benchmark]
	fn prune() -> Result<(), BenchmarkError> {
		let scene = Scene::<T>::assigned(0, Visibility::Hosted)?;
		at::<T>(POSTED.saturating_add(3));
		let pot = scene.pot()?;
		Pallet::<T>::do_complete(scene.executor_account(), scene.errand, pot)
			.map_err(|_| stop("a good proof"))?;
		frame_system::Pallet::<T>::set_block_number(
			Pallet::<T>::now().saturating_add(T::ArchiveTime::get()),
		);

		#[block]
		{
			Pallet::<T>::prune(frame_support::weights::Weight::MAX);
		}

		assert!(!Finished::<T>::contains_key(scene.errand));
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::mock::ExtBuilder::default().modules(0).build(),
		crate::mock::Test
	);
}
