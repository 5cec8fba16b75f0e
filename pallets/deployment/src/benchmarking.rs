//! Benchmarks: every call, the hook, and what errands call, with the longest lists, full tables and deepest chains.

use super::*;
use crate::impls::{LOST_PROBES, ROOM_PROBES, STEP_CLIENTS, STEP_PINS};
use alloc::{boxed::Box, vec::Vec};
use frame_benchmarking::{BenchmarkError, account, v2::*};
use frame_support::{
	BoundedVec,
	traits::{
		Get, Hooks,
		fungible::{Inspect, Mutate},
	},
};
use frame_system::{RawOrigin, pallet_prelude::BlockNumberFor};
use sp_runtime::{
	SaturatedConversion, Saturating,
	traits::{BlakeTwo256, Bounded, Convert, Hash as _, One, Zero},
};
use tea_primitives::{
	camellia::Camellias,
	deployment::{
		Charge, Checker, Cid, Classes, CodeRef, Content, DeploymentId, Deployments as Uses,
		Document, Executor, Giver, Hash, Kind, LINK_DOMAIN, Link, LinkReason, Lists, MAX_CODE,
		MAX_LIST, MAX_WANTED, NO_PARENT, Node, Price, Readers, Registration, SignedLink, Terms,
		UseOutcome, UseRequest, Visibility,
	},
	ids::{BootSeq, ModuleId},
	module::Attested,
};

/// What the runtime does for the benchmarks.
pub trait BenchmarkHelper<Signature> {
	/// Makes a module Active that a Camellia was born for, in its boot 1, with a certificate of the longest committee.
	/// Gives the number of the boot and its session key.
	fn certify(module: ModuleId) -> (BootSeq, [u8; 32]);
	/// A signature with that key.
	fn sign(key: &[u8; 32], message: &[u8]) -> Signature;
}

type Helper<T> = <T as Config>::BenchmarkHelper;

const KEY: [u8; 32] = [9; 32];

fn stop(what: &'static str) -> BenchmarkError {
	BenchmarkError::Stop(what)
}

fn funded<T: Config>(name: &'static str) -> Result<T::AccountId, BenchmarkError> {
	let who: T::AccountId = account(name, 0, 0);
	let amount = T::DepositBase::get()
		.saturating_add(T::DepositPerByte::get().saturating_mul(65_536u32.into()))
		.saturating_add(T::Currency::minimum_balance());
	T::Currency::mint_into(&who, amount)?;
	Ok(who)
}

/// The longest terms, which admit everybody all the same. `salt` makes them different.
fn terms<T: Config>(kind: Kind, salt: u32) -> TermsOf<T> {
	let accounts: Vec<T::AccountId> = (0..MAX_LIST).map(|n| account("listed", n, salt)).collect();
	let nodes = accounts
		.iter()
		.cloned()
		.map(Node::Owner)
		.collect::<Vec<_>>();
	let codes = (0..MAX_LIST).map(|n| DeploymentId::of_key(&[n as u8; 32]));
	Terms {
		free_uses: 1,
		price: Price::Hourly(1u32.into()),
		classes: Classes::ALL,
		max_certificate_age: Some(T::CertificateLife::get()),
		nodes: Lists {
			allow: None,
			block: BoundedVec::truncate_from(nodes),
		},
		clients: Lists {
			allow: None,
			block: BoundedVec::truncate_from(accounts),
		},
		expires: Some(BlockNumberFor::<T>::max_value()),
		readers: match kind {
			Kind::Code => Readers::default(),
			Kind::Data => Readers {
				code: Some(BoundedVec::truncate_from(codes.collect::<Vec<_>>())),
				ad_hoc: true,
			},
		},
		max_output: (kind == Kind::Data).then_some(u32::MAX),
	}
}

fn registration<T: Config>(kind: Kind, visibility: Visibility) -> RegistrationOf<T> {
	let document = Document {
		cid: Cid::new(Cid::DAG_PB, [1; 32]),
		hash: [2; 32],
	};
	Registration {
		kind,
		visibility,
		content: Content {
			cid: Cid::new(Cid::RAW, [3; 32]),
			ciphertext_hash: [4; 32],
			commitment: [5; 32],
			size: MAX_CODE,
		},
		terms: terms::<T>(kind, 0),
		wanted: MAX_WANTED,
		checker: match kind {
			Kind::Code => Checker::Wasm(document),
			Kind::Data => Checker::None,
		},
		description: Some(document),
		declared_value: Zero::zero(),
		replaces: Some(DeploymentId([6; 32])),
	}
}

fn now<T: Config>() -> BlockNumberFor<T> {
	frame_system::Pallet::<T>::block_number()
}

/// A module, Active in boot 1.
fn active<T: Config>(
	owner: &T::AccountId,
) -> Result<(ModuleId, BootSeq, [u8; 32]), BenchmarkError> {
	let module = T::Camellias::bear(owner)?;
	let (boot_seq, key) = Helper::<T>::certify(module);
	Ok((module, boot_seq, key))
}

/// What an initial pinner would sign.
fn seed<T: Config>(
	owner: &T::AccountId,
	deployment: DeploymentId,
	public_key: [u8; 32],
	number: u32,
	registration: Hash,
	pinner: (ModuleId, BootSeq, [u8; 32]),
) -> Box<SeedOf<T>> {
	let link: LinkOf<T> = Link {
		domain: LINK_DOMAIN,
		genesis: Pallet::<T>::genesis(),
		deployment,
		parent: NO_PARENT,
		from: Giver::Account(owner.clone()),
		to: pinner.0,
		boot_seq: pinner.1,
		reason: LinkReason::Origin {
			seed: number,
			public_key,
			registration,
		},
		block: now::<T>(),
		sealed_key: [7; 32],
	};
	Box::new(Seed {
		public_key,
		pinner: pinner.0,
		boot_seq: pinner.1,
		block: now::<T>(),
		sealed_key: [7; 32],
		signature: Helper::<T>::sign(&pinner.2, &link.payload()),
	})
}

/// Signatures that nobody verifies.
fn unsigned<T: Config>() -> T::MemberSignature {
	Helper::<T>::sign(&Helper::<T>::certify(ModuleId(u32::MAX)).1, b"")
}

/// A link in storage, held by a pin to come.
fn keep<T: Config>(
	id: DeploymentId,
	parent: Hash,
	from: (ModuleId, BootSeq),
	to: (ModuleId, BootSeq),
	depth: u8,
	signature: &T::MemberSignature,
) -> Hash {
	let link = Link {
		domain: LINK_DOMAIN,
		genesis: Pallet::<T>::genesis(),
		deployment: id,
		parent,
		from: Giver::Module(from.0, from.1),
		to: to.0,
		boot_seq: to.1,
		reason: LinkReason::Pin,
		block: now::<T>(),
		sealed_key: [7; 32],
	};
	let signed = SignedLink {
		link,
		giver: Some(signature.clone()),
		receiver: signature.clone(),
		receiver_key: [8; 32],
	};
	Pallet::<T>::keep_link(&signed, depth, 1)
}

/// Lets the code that is there read these data: the last of those that may.
fn admit_code<T: Config>(registration: &mut RegistrationOf<T>) {
	let codes = registration.terms.readers.code.as_mut();
	let code = Deployments::<T>::iter().find(|(_, record)| record.kind == Kind::Code);
	if let (Some(last), Some((id, _))) = (codes.and_then(|codes| codes.last_mut()), code) {
		*last = id;
	}
}

/// A deployment as large as can be. Of a hosted one the pin of `pinner` is the only live one and the last that a look
/// comes to, one generation above the deepest, and the table is full; the others hang on one long chain.
pub(crate) fn deploy<T: Config>(
	owner: &T::AccountId,
	kind: Kind,
	visibility: Visibility,
	pinner: ModuleId,
	boot_seq: BootSeq,
) -> DeploymentId {
	let mut registration = registration::<T>(kind, visibility);
	admit_code::<T>(&mut registration);
	let number = frame_system::Pallet::<T>::block_number().saturated_into::<u32>();
	let public_key = BlakeTwo256::hash_of(&(owner, kind, visibility, pinner, number)).0;
	let id = DeploymentId::of_key(&public_key);
	let hash = registration.hash();
	let signature = unsigned::<T>();
	let origin = SignedLink {
		link: Link {
			domain: LINK_DOMAIN,
			genesis: Pallet::<T>::genesis(),
			deployment: id,
			parent: NO_PARENT,
			from: Giver::Account(owner.clone()),
			to: ModuleId(u32::MAX),
			boot_seq: 1,
			reason: LinkReason::Origin {
				seed: 0,
				public_key,
				registration: hash,
			},
			block: now::<T>(),
			sealed_key: [7; 32],
		},
		giver: None,
		receiver: signature.clone(),
		receiver_key: [8; 32],
	};
	let origin = Pallet::<T>::keep_link(&origin, 1, 1);
	let terms_hash = Pallet::<T>::hash_of(&registration.terms);
	let record = DeploymentRecord {
		owner: owner.clone(),
		kind,
		visibility,
		content: registration.content,
		wanted: registration.wanted,
		checker: registration.checker,
		description: registration.description,
		declared_value: registration.declared_value,
		replaces: registration.replaces,
		registration: hash,
		registered: now::<T>(),
		public_key,
		seed: 0,
		origin,
		delegator: ModuleId(u32::MAX),
		terms: terms_hash,
		former_terms: 0,
		expires: registration.terms.expires,
		retired: None,
		closed: false,
		uses: 0,
		busy_until: Zero::zero(),
		deposit: Zero::zero(),
		agenda: None,
	};
	TermsByHash::<T>::insert(id, terms_hash, registration.terms);
	if visibility == Visibility::Hosted {
		let mut table = PinTableOf::<T>::default();
		let mut parent = (origin, (ModuleId(u32::MAX), 1), 1u8);
		let deepest = T::MaxDepth::get().saturating_sub(1);
		let probes = LOST_PROBES.min(T::MaxPins::get());
		for index in 0..T::MaxPins::get() {
			// The live one is the last of those that are looked at, from the end.
			let is_live = index == T::MaxPins::get().saturating_sub(probes);
			let to = if is_live {
				(pinner, boot_seq)
			} else {
				(
					ModuleId(u32::MAX.saturating_sub(index).saturating_sub(1)),
					1,
				)
			};
			let depth = parent.2.saturating_add(1);
			let link = keep::<T>(id, parent.0, parent.1, to, depth, &signature);
			let pin = Pin {
				module: to.0,
				boot_seq: to.1,
				seed: 0,
				link,
				depth,
				since: now::<T>(),
				while_degraded: true,
			};
			let added = Pallet::<T>::add_pin(&record, &mut table, pin);
			debug_assert!(added.is_ok(), "the table has room for as many");
			if depth < deepest {
				parent = (link, to, depth);
			}
		}
		Pallet::<T>::write_table(&id, table);
	}
	Deployments::<T>::insert(id, record);
	id
}

/// Makes the other pins of a table those of modules with a certificate of another boot: the longest reads.
fn certify_others<T: Config>(
	id: &DeploymentId,
	live: ModuleId,
	owner: &T::AccountId,
	most: u32,
) -> Result<(), BenchmarkError> {
	let mut table = Pins::<T>::get(id);
	for pin in table.pins.iter_mut().rev().take(most as usize) {
		if pin.module == live {
			continue;
		}
		let (module, _, _) = active::<T>(owner)?;
		let (former, boot_seq) = (pin.module, 0);
		Links::<T>::mutate_extant(pin.link, |link| {
			link.to = module;
			link.boot_seq = boot_seq;
		});
		let holding = Holdings::<T>::take(former);
		Holdings::<T>::insert(
			module,
			Holding {
				boot_seq,
				..holding
			},
		);
		pin.module = module;
		pin.boot_seq = boot_seq;
	}
	Pins::<T>::insert(id, table);
	Ok(())
}

fn link_of<T: Config>(
	id: &DeploymentId,
	module: ModuleId,
) -> Result<Pin<BlockNumberFor<T>>, BenchmarkError> {
	Pins::<T>::get(id)
		.pins
		.into_iter()
		.find(|pin| pin.module == module)
		.ok_or(stop("the module has a pin"))
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn register() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let pinner = active::<T>(&owner)?;
		let registration = registration::<T>(Kind::Code, Visibility::Hosted);
		let id = DeploymentId::of_key(&KEY);
		let seed = seed::<T>(&owner, id, KEY, 0, registration.hash(), pinner);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id, Box::new(registration), seed);

		assert!(Deployments::<T>::contains_key(id));
		Ok(())
	}

	/// From the longest terms to others, with another expiry.
	#[benchmark]
	fn set_terms() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let pinner = active::<T>(&owner)?;
		let registration = registration::<T>(Kind::Data, Visibility::Hosted);
		let id = DeploymentId::of_key(&KEY);
		let seed = seed::<T>(&owner, id, KEY, 0, registration.hash(), pinner);
		Pallet::<T>::do_register(owner.clone(), id, registration, *seed)?;
		let mut others = terms::<T>(Kind::Data, 1);
		others.expires = Some(BlockNumberFor::<T>::max_value().saturating_sub(One::one()));

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id, Box::new(others));

		assert_eq!(TermsByHash::<T>::iter_prefix(id).count(), 1);
		Ok(())
	}

	/// A full table of pins that are all dead.
	#[benchmark]
	fn reseed(n: Linear<1, { T::MaxPins::get() }>) -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let pinner = active::<T>(&owner)?;
		let id = deploy::<T>(
			&owner,
			Kind::Code,
			Visibility::Hosted,
			ModuleId(0x7fff_ffff),
			1,
		);
		let mut table = Pins::<T>::get(id);
		while table.pins.len() as u32 > n {
			let record = Deployments::<T>::get(id).ok_or(stop("it was registered"))?;
			Pallet::<T>::remove_pin(&id, &record, &mut table, 0)
				.map_err(|_| stop("there is room"))?;
		}
		Pallet::<T>::write_table(&id, table);
		certify_others::<T>(&id, ModuleId(0x7fff_ffff), &owner, n)?;
		let record = Deployments::<T>::get(id).ok_or(stop("it was registered"))?;
		let seed = seed::<T>(&owner, id, KEY, 1, record.registration, pinner);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id, seed);

		assert_eq!(Deployments::<T>::get(id).map(|record| record.seed), Some(1));
		Ok(())
	}

	#[benchmark]
	fn retire() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let id = deploy::<T>(&owner, Kind::Data, Visibility::Plain, ModuleId(1), 1);
		let mut record = Deployments::<T>::get(id).ok_or(stop("it was registered"))?;
		Pallet::<T>::schedule(id, &mut record, BlockNumberFor::<T>::max_value());
		Deployments::<T>::insert(id, record);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), id);

		assert!(Deployments::<T>::get(id).is_some_and(|record| record.retired.is_some()));
		Ok(())
	}

	/// Into a full table, from the deepest parent, after so many pins that are looked at and found dead.
	#[benchmark]
	fn confirm_pin(n: Linear<1, PROBES>) -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let (giver, giver_boot, giver_key) = active::<T>(&owner)?;
		let (module, boot_seq, key) = active::<T>(&owner)?;
		let id = deploy::<T>(&owner, Kind::Code, Visibility::Hosted, giver, giver_boot);
		// Looks end at the first live pin, because one is wanted: it stands where so many have been looked at.
		let mut table = Pins::<T>::get(id);
		let mut pins = table.pins.into_inner();
		let last = pins.len().saturating_sub(ROOM_PROBES as usize);
		let from = pins
			.iter()
			.position(|pin| pin.module == giver)
			.ok_or(stop("the giver has a pin"))?;
		let to = pins.len().saturating_sub(last.min(n as usize));
		pins.swap(from, to);
		table.pins = BoundedVec::truncate_from(pins);
		Pins::<T>::insert(id, table);
		Deployments::<T>::mutate_extant(id, |record| record.wanted = 1);
		certify_others::<T>(&id, giver, &owner, n)?;
		// The pins that are looked at for room are live but for the last one.
		let mut table = Pins::<T>::get(id);
		for pin in table
			.pins
			.iter_mut()
			.take(ROOM_PROBES.saturating_sub(1) as usize)
			.filter(|pin| pin.module != giver)
		{
			let (holder, boot_seq, _) = active::<T>(&owner)?;
			Links::<T>::mutate_extant(pin.link, |link| {
				link.to = holder;
				link.boot_seq = boot_seq;
			});
			Holdings::<T>::remove(pin.module);
			Holdings::<T>::insert(
				holder,
				Holding {
					boot_seq,
					pins: 1,
					value: Zero::zero(),
				},
			);
			pin.module = holder;
			pin.boot_seq = boot_seq;
		}
		Pins::<T>::insert(id, table);
		let parent = link_of::<T>(&id, giver)?;
		let link: LinkOf<T> = Link {
			domain: LINK_DOMAIN,
			genesis: Pallet::<T>::genesis(),
			deployment: id,
			parent: parent.link,
			from: Giver::Module(giver, giver_boot),
			to: module,
			boot_seq,
			reason: LinkReason::Pin,
			block: now::<T>(),
			sealed_key: [7; 32],
		};
		let by_giver = Helper::<T>::sign(&giver_key, &link.payload());
		let by_receiver = Helper::<T>::sign(&key, &link.payload());
		let session = T::SessionAccount::convert(key);

		#[extrinsic_call]
		_(
			RawOrigin::Signed(session),
			id,
			parent.link,
			now::<T>(),
			[7; 32],
			by_giver,
			by_receiver,
		);

		assert!(link_of::<T>(&id, module).is_ok());
		Ok(())
	}

	/// The last live pin of a full table.
	#[benchmark]
	fn drop_pin() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let (module, boot_seq, key) = active::<T>(&owner)?;
		let id = deploy::<T>(&owner, Kind::Code, Visibility::Hosted, module, boot_seq);
		certify_others::<T>(&id, module, &owner, LOST_PROBES)?;

		#[extrinsic_call]
		_(
			RawOrigin::Signed(T::SessionAccount::convert(key)),
			id,
			DropReason::Draining,
		);

		assert!(link_of::<T>(&id, module).is_err());
		Ok(())
	}

	/// A step that clears away as many pins, links and clients as a step may.
	#[benchmark]
	fn expire() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let id = deploy::<T>(&owner, Kind::Data, Visibility::Hosted, ModuleId(1), 1);
		let mut table = Pins::<T>::get(id);
		let record = Deployments::<T>::get(id).ok_or(stop("it was registered"))?;
		// What is left: as many pins as a step takes, the leaves of a chain that nothing else hangs on.
		while table.pins.len() as u32 > STEP_PINS {
			Pallet::<T>::remove_pin(&id, &record, &mut table, 0)
				.map_err(|_| stop("there is room"))?;
		}
		Pallet::<T>::write_table(&id, table);
		for n in 0..STEP_CLIENTS {
			let client: T::AccountId = account("client", n, 0);
			let used = ClientRecord {
				free_uses: 1,
				paid_until: Zero::zero(),
			};
			Clients::<T>::insert(id, client, used);
		}
		Deployments::<T>::mutate_extant(id, |record| record.retired = Some(now::<T>()));

		#[extrinsic_call]
		_(RawOrigin::Signed(account("anybody", 0, 0)), id);

		assert!(Deployments::<T>::get(id).is_none_or(|record| record.closed));
		Ok(())
	}

	/// The hook of a block in which nothing is due.
	#[benchmark]
	fn serve_agenda() -> Result<(), BenchmarkError> {
		let block = BlockNumberFor::<T>::from(1_000_000u32);

		#[block]
		{
			Pallet::<T>::on_initialize(block);
		}

		Ok(())
	}

	#[benchmark]
	fn quote_use() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let (module, boot_seq, _) = active::<T>(&owner)?;
		let id = deploy::<T>(&owner, Kind::Data, Visibility::Hosted, module, boot_seq);
		certify_others::<T>(&id, module, &owner, LOST_PROBES)?;
		let client: T::AccountId = account("client", 0, 0);
		let quote;

		#[block]
		{
			quote = <Pallet<T> as Uses<_, _, _>>::quote_use(
				&id,
				&UseRequest {
					client: &client,
					kind: Kind::Data,
					code: CodeRef::AdHoc,
					max_output: 1,
					deadline: now::<T>(),
				},
			);
		}

		assert!(quote.is_ok());
		Ok(())
	}

	#[benchmark]
	fn begin_use() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let id = deploy::<T>(&owner, Kind::Code, Visibility::Plain, ModuleId(1), 1);
		let client: T::AccountId = account("client", 0, 0);
		let usage = usage::<T>(&id, &client)?;

		#[block]
		{
			<Pallet<T> as Uses<_, _, _>>::begin_use(&id, &client, &usage, now::<T>());
		}

		assert!(Deployments::<T>::get(id).is_some_and(|record| record.uses == 1));
		Ok(())
	}

	/// The last use of a retired deployment.
	#[benchmark]
	fn end_use() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let id = deploy::<T>(&owner, Kind::Code, Visibility::Plain, ModuleId(1), 1);
		let client: T::AccountId = account("client", 0, 0);
		let usage = usage::<T>(&id, &client)?;
		<Pallet<T> as Uses<_, _, _>>::begin_use(&id, &client, &usage, now::<T>());
		Deployments::<T>::mutate_extant(id, |record| record.retired = Some(now::<T>()));

		#[block]
		{
			<Pallet<T> as Uses<_, _, _>>::end_use(
				&id,
				&client,
				&usage.terms,
				&Charge::Hour(1u32.into()),
				UseOutcome::Confirmed,
			);
		}

		assert!(Deployments::<T>::get(id).is_some_and(|record| record.uses == 0));
		Ok(())
	}

	#[benchmark]
	fn may_execute() -> Result<(), BenchmarkError> {
		let owner = funded::<T>("owner")?;
		let (module, boot_seq, _) = active::<T>(&owner)?;
		let id = deploy::<T>(&owner, Kind::Code, Visibility::Hosted, module, boot_seq);
		let certificate =
			T::Attestation::certificate(module).ok_or(stop("the module is certified"))?;
		let terms = Deployments::<T>::get(id)
			.map(|record| record.terms)
			.ok_or(stop("it was registered"))?;
		let answer;

		#[block]
		{
			answer = <Pallet<T> as Uses<_, _, _>>::may_execute(
				&id,
				&terms,
				&Executor {
					certificate: &certificate,
					owner: &owner,
				},
			);
		}

		assert!(answer.is_ok());
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, mock::ExtBuilder::default().build(), mock::Test);
}

/// A first use, which is free.
fn usage<T: Config>(
	id: &DeploymentId,
	client: &T::AccountId,
) -> Result<tea_primitives::deployment::Usage<T::AccountId, BalanceOf<T>>, BenchmarkError> {
	<Pallet<T> as Uses<_, _, _>>::quote_use(
		id,
		&UseRequest {
			client,
			kind: Kind::Code,
			code: CodeRef::AdHoc,
			max_output: 1,
			deadline: now::<T>(),
		},
	)
	.map_err(|_| stop("the deployment may be used"))
}
