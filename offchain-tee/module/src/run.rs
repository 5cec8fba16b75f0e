//! The process of `tea-module`, from start to end.

use std::{sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use tea_chain::{Access, AccountId, Backoff, Chain, Key, Submitter};
use tea_link::{HostLink, Party, StreamLink};
use tea_primitives::{draw::Member, ids::BootSeq};
use tea_tpm_device::Tpm;
use tokio::{
	sync::{Semaphore, mpsc, watch},
	task::JoinSet,
};

use crate::{
	attest::{self, BootState},
	config::{ChainAccess, Common, module::Config},
	enrol::{self, Enrol},
	errand::{self, Executing, Verifying},
	exit::{Cause, Exit},
	http::{Health, Http},
	keys::BootSecrets,
	lifecycle::{Edge, Lifecycle},
	measure::Measurement,
	metrics::Metrics,
	pins::{self, Feed, Pins, Vault, ipfs::Ipfs, seal::Opener},
	service::{
		Actor,
		courier::Courier,
		duty::Duties,
		listener::Listener,
		mailroom::Mailroom,
		own::{self, Own, World},
	},
	signals,
	state::{StateDir, StateError},
	tpm,
};

/// How far the own clock may be ahead of the chain before it counts as wrong.
const CLOCK: Duration = Duration::from_secs(120);
/// Time in which a chain that lives finalises something.
const ALIVE: Duration = Duration::from_secs(20);
/// Modules heard of that may wait to be noted.
const HEARD: usize = 64;
/// Memory for checks of candidates, in bytes.
const CHECKS: u64 = 64 << 20;

/// What a module does beside attesting. Tests put something in its place that lies.
pub trait Services {
	/// Holds keys of deployments until told to stop.
	fn pins(&self, world: pins::World, feed: Feed) -> BoxFuture<'static, ()> {
		Pins::new(world).run(feed).boxed()
	}

	/// What the executor works with.
	fn executing(&self, world: errand::World) -> errand::World {
		world
	}
}

/// The services of an honest module.
#[derive(Clone, Copy, Debug)]
pub struct Honest;

impl Services for Honest {}

/// Runs the module until it is told to stop. Everything that was started is stopped when this returns.
pub async fn run(config: Config, services: &dyn Services) -> Result<(), Exit> {
	let mut stop = signals::listen()?;
	let metrics = Arc::new(Metrics::new().map_err(|error| Exit::of(Cause::Internal, &error))?);
	let lifecycle = Arc::new(Lifecycle::default());
	metrics.show_state(&lifecycle.state());
	let (health, shown) = watch::channel(Health {
		state: lifecycle.state().label().into(),
		module: Some(config.module.0),
		..Health::default()
	});
	// Before anything else connects.
	let _http = Http::listen(config.common.metrics, metrics.clone(), shown).await?;
	let state = Arc::new(StateDir::open(&config.state_dir).map_err(|error| {
		let cause = match error {
			StateError::Locked(_) => Cause::Running,
			_ => Cause::State,
		};
		Exit::of(cause, &error)
	})?);
	let tpm = tpm::open(&config).await?;
	let ended = {
		let for_services = stop.clone();
		let body = serve(
			&config,
			&state,
			&tpm,
			&metrics,
			&lifecycle,
			&health,
			&for_services,
			services,
		);
		tokio::select! {
			ended = body => ended,
			// Before it serves, nothing has to be drained.
			_ = stopped_early(&mut stop, &lifecycle) => Ok(()),
		}
	};
	lifecycle.follow(Edge::Drain);
	metrics.show_state(&lifecycle.state());
	health.send_modify(|health| {
		health.ready = false;
		health.state = lifecycle.state().label().into();
	});
	if let Err(error) = tpm.shutdown().await {
		tracing::warn!(%error, "the TPM was not shut down in order");
	}
	ended
}

/// Waits for a stop while the module does not serve yet. While it does, the services drain by themselves.
async fn stopped_early(stop: &mut watch::Receiver<bool>, lifecycle: &Lifecycle) {
	signals::stopped(stop).await;
	if !matches!(
		lifecycle.state(),
		crate::lifecycle::State::Unprovisioned | crate::lifecycle::State::Enrolled
	) {
		std::future::pending::<()>().await;
	}
}

#[allow(
	clippy::too_many_arguments,
	reason = "it works with everything that the process has"
)]
async fn serve(
	config: &Config,
	state: &Arc<StateDir>,
	tpm: &Tpm,
	metrics: &Arc<Metrics>,
	lifecycle: &Arc<Lifecycle>,
	health: &watch::Sender<Health>,
	stop: &watch::Receiver<bool>,
	services: &dyn Services,
) -> Result<(), Exit> {
	let firmware = tpm::firmware_log(config)?;
	let measurement = Measurement::of_this_program(&config.chain().source())
		.map_err(|error| Exit::of(Cause::Config, &error))?;
	let operator =
		Key::from_file(&config.operator_key).map_err(|error| Exit::of(Cause::Key, &error))?;
	let explain = |reason: &str| {
		health.send_modify(|health| health.reason = Some(reason.to_owned()));
	};
	explain("looking for the chain");
	let chain = connect(&config.common).await?;
	check_clock(&chain).await?;
	let link: Arc<dyn HostLink> = Arc::new(StreamLink::new(config.common.host.clone()));
	let operator = Submitter::new(chain.clone(), Arc::new(operator));

	enrol::enrol(
		&Enrol {
			chain: &chain,
			tpm,
			operator: &operator,
			state,
			module: config.module,
			issuer: config.issuer,
			ek: config.ek,
			ek_certificate: config.ek_certificate.as_deref(),
			class: config.class,
		},
		&mut |step| {
			tracing::info!(%step, "enrolment");
			explain(&step.to_string());
		},
	)
	.await?;
	lifecycle.follow(Edge::Enrolled);
	metrics.show_state(&lifecycle.state());
	health.send_modify(|health| health.state = lifecycle.state().label().into());
	explain("measuring and attesting this boot");

	let (secrets, log) =
		attest::measure_boot(tpm, state, &measurement, config.class, &firmware).await?;
	let boot = BootState {
		genesis: chain.genesis(),
		module: config.module,
		class: config.class,
		keys: secrets.public(),
		log,
		manifest: measurement.manifest().clone(),
	};
	let accepted = attest::post_boot(
		&chain,
		tpm,
		&boot,
		&operator,
		async || own::profile(&*link, &config.addresses).await,
		config.attest_unreleased,
	)
	.await?;
	lifecycle.follow(Edge::Attested(accepted.boot_seq));

	let actor = Actor {
		member: Member::Module(config.module),
		party: Party::Module {
			id: config.module,
			boot_seq: accepted.boot_seq,
		},
		signer: secrets.session.clone(),
		transport: secrets.transport.clone(),
	};
	let session = Submitter::pipelined(chain.clone(), secrets.session.clone());
	let courier = Courier::new(
		link.clone(),
		chain.genesis(),
		actor.clone(),
		metrics.clone(),
	);
	let mut mailroom = Mailroom::new(link.clone(), chain.clone(), metrics.clone());
	// A host may take as long as it likes.
	let mut stopped = stop.clone();
	let letters = tokio::select! {
		opened = mailroom.open(actor.clone()) => {
			opened.map_err(|error| Exit::of(Cause::Internal, &error))?
		}
		() = signals::stopped(&mut stopped) => return Ok(()),
	};
	let (Some(own_letters), Some(pin_letters), Some(errand_letters)) =
		(letters.own, letters.pins, letters.errands)
	else {
		return Err(Exit::new(
			Cause::Internal,
			"a module has letters of its own",
		));
	};
	let listener = Listener::default();
	let (sights, own_sights) = (listener.subscribe(), listener.subscribe());
	let (pin_sights, errand_sights) = (listener.subscribe(), listener.subscribe());
	let check_sights = listener.subscribe();
	let (heard, hears) = mpsc::channel(HEARD);
	let (world, executing) = keys_and_errands(
		config,
		&chain,
		state,
		tpm,
		&boot,
		accepted.boot_seq,
		&secrets,
		(&courier, &session),
		metrics,
		lifecycle,
		services,
	)?;
	let verifying = Verifying::new(
		actor.clone(),
		chain.clone(),
		courier.clone(),
		session.clone(),
		metrics.clone(),
	);
	let duties = Duties::new(
		actor,
		chain.clone(),
		courier.clone(),
		session.clone(),
		metrics.clone(),
		heard,
	);
	let own = Own::new(
		own::Boot {
			state: boot,
			boot_seq: accepted.boot_seq,
			counters: accepted.counters,
			attest_unreleased: config.attest_unreleased,
		},
		World {
			chain: chain.clone(),
			tpm: tpm.clone(),
			link,
			courier,
			session,
			metrics: metrics.clone(),
			lifecycle: lifecycle.clone(),
			health: health.clone(),
			addresses: config.addresses.clone(),
		},
	);
	let mut tasks: JoinSet<Result<(), Exit>> = JoinSet::new();
	let for_listener = metrics.clone();
	tasks.spawn(async move {
		listener.run(chain, for_listener).await;
		Ok(())
	});
	tasks.spawn(async move {
		mailroom.run().await;
		Ok(())
	});
	let (stop_duties, stop_own, stop_pins) = (stop.clone(), stop.clone(), stop.clone());
	let (stop_errands, stop_checks) = (stop.clone(), stop.clone());
	tasks.spawn(async move {
		duties.run(sights, letters.duty, stop_duties).await;
		Ok(())
	});
	tasks.spawn(own.run(own_sights, own_letters, hears, stop_own));
	let pins = services.pins(
		world,
		Feed {
			sights: pin_sights,
			letters: pin_letters,
			stop: stop_pins,
		},
	);
	tasks.spawn(async move {
		pins.await;
		Ok(())
	});
	tasks.spawn(async move {
		executing
			.run(errand_sights, errand_letters, stop_errands)
			.await;
		Ok(())
	});
	tasks.spawn(async move {
		verifying
			.run(check_sights, letters.checks, stop_checks)
			.await;
		Ok(())
	});
	// Kept to the end: VRF key and transport key of the boot.
	let ended = watch_over(tasks, stop, 5).await;
	drop(secrets);
	ended
}

/// What the service that holds keys of deployments works with, and the service that runs errands with them.
#[allow(
	clippy::too_many_arguments,
	reason = "they work with everything that the process has"
)]
fn keys_and_errands(
	config: &Config,
	chain: &Chain,
	state: &Arc<StateDir>,
	tpm: &Tpm,
	boot: &BootState,
	boot_seq: BootSeq,
	secrets: &BootSecrets,
	(courier, session): (&Courier, &Submitter),
	metrics: &Arc<Metrics>,
	lifecycle: &Arc<Lifecycle>,
	services: &dyn Services,
) -> Result<(pins::World, Executing), Exit> {
	let accepted = pins::world::accepted_state(boot).ok_or_else(|| {
		Exit::new(
			Cause::Internal,
			"the log does not lead to the PCRs of the class",
		)
	})?;
	let ipfs =
		tea_ipfs::Client::new(&config.ipfs_api).map_err(|error| Exit::of(Cause::Config, &error))?;
	let opener = Opener {
		tpm: tpm.clone(),
		state: accepted,
		transport: secrets.transport.clone(),
		genesis: chain.genesis(),
	};
	let store = Arc::new(Ipfs(ipfs));
	let executor = Arc::new(tea_executor::Executor::new(tea_executor::Config {
		// Checks of candidates run beside errands.
		memory_budget: config.errands.memory.saturating_add(CHECKS),
		..tea_executor::Config::default()
	}));
	let vault = Vault::default();
	let units = usize::try_from(config.errands.memory.div_ceil(errand::world::MEMORY_UNIT))
		.unwrap_or(Semaphore::MAX_PERMITS)
		.min(Semaphore::MAX_PERMITS);
	let block_time = chain
		.block_time()
		.map_err(|error| Exit::of(Cause::WrongChain, &error))?;
	let executing = Executing::new(services.executing(errand::World {
		chain: chain.clone(),
		pace: errand::Pace::new(block_time),
		opener: opener.clone(),
		courier: courier.clone(),
		session: Arc::new(session.clone()),
		vrf: secrets.vrf.clone(),
		boot: boot.clone(),
		boot_seq,
		metrics: metrics.clone(),
		lifecycle: lifecycle.clone(),
		store: store.clone(),
		executor: executor.clone(),
		policy: config.errands,
		vault: vault.clone(),
		state: state.clone(),
		memory: Arc::new(Semaphore::new(units)),
		guests: Arc::new(Semaphore::new(
			usize::try_from(config.errands.guests).unwrap_or(1),
		)),
	}));
	let pins = pins::World {
		chain: chain.clone(),
		tpm: tpm.clone(),
		courier: courier.clone(),
		session: session.clone(),
		signer: secrets.session.clone(),
		opener,
		boot: boot.clone(),
		boot_seq,
		metrics: metrics.clone(),
		lifecycle: lifecycle.clone(),
		contents: store,
		executor,
		policy: config.pins.clone(),
		vault,
	};
	Ok((pins, executing))
}

/// Waits until a task ends, which none does by itself, or until those that drain have done so after a stop.
pub(crate) async fn watch_over(
	mut tasks: JoinSet<Result<(), Exit>>,
	stop: &watch::Receiver<bool>,
	draining: usize,
) -> Result<(), Exit> {
	let mut drained = 0;
	while let Some(ended) = tasks.join_next().await {
		match ended {
			Ok(Ok(())) if *stop.borrow() => {
				drained += 1;
				if drained >= draining {
					break;
				}
			}
			Ok(Ok(())) => {
				return Err(Exit::new(
					Cause::Internal,
					"a service ended although nobody asked it to",
				));
			}
			Ok(Err(exit)) => return Err(exit),
			Err(error) => return Err(Exit::of(Cause::Internal, &error)),
		}
	}
	Ok(())
}

/// Connects to the chain, for as long as it takes; a wrong chain is no chain.
pub(crate) async fn connect(common: &Common) -> Result<Chain, Exit> {
	let mut pauses = Backoff::of_connections();
	loop {
		let access = match &common.chain {
			ChainAccess::TrustedRpc(url) => {
				tracing::warn!(%url, "DEVELOPMENT: this node is believed without proofs");
				Access::Rpc { url: url.clone() }
			}
			ChainAccess::Light(path) => Access::LightClient {
				spec: std::fs::read(path).map_err(|error| {
					Exit::new(
						Cause::Config,
						format!(
							"the chain specification {} cannot be read: {error}",
							path.display()
						),
					)
				})?,
			},
		};
		match Chain::connect(access).await {
			Ok(chain) => {
				tracing::info!(genesis = %hex::encode(chain.genesis()), "connected to the chain");
				return Ok(chain);
			}
			Err(error) if error.is_passing() => {
				let pause = pauses.next().unwrap_or(Duration::from_secs(15));
				tracing::warn!(%error, again_in_s = pause.as_secs_f32(), "no chain yet");
				tokio::time::sleep(pause).await;
			}
			Err(error) => return Err(error.into()),
		}
	}
}

/// A clock that is far off makes every head look stale or from the future. A chain that stands still is another matter: that
/// one is waited for.
pub(crate) async fn check_clock(chain: &Chain) -> Result<(), Exit> {
	let looked = async {
		let first = chain.finalized().await?;
		match first.ensure_fresh().await {
			Err(error @ tea_chain::Error::ClockBehind { .. }) => return Err(Exit::from(error)),
			Err(tea_chain::Error::StaleHead { .. }) => (),
			_ => return Ok(()),
		}
		// Stale: does the chain live?
		tokio::time::sleep(ALIVE).await;
		let second = chain.finalized().await?;
		let age = second.age().await?;
		if second.number() > first.number().saturating_add(1) && age > CLOCK {
			// A chain that catches up is younger each time; one that lives and stays old shows a clock that is ahead.
			let before = first.age().await?;
			if age.saturating_add(ALIVE) > before {
				return Err(Exit::new(
					Cause::Clock,
					format!(
						"the newest block of a living chain is {} s old by the clock of this machine",
						age.as_secs()
					),
				));
			}
		}
		Ok(())
	};
	match looked.await {
		Err(exit) if exit.cause == Cause::Internal => {
			tracing::warn!(reason = %exit.sentence, "the clock was not compared with the chain");
			Ok(())
		}
		other => other,
	}
}

/// How an account is shown.
pub(crate) fn account_of(signer: &dyn crate::keys::Signer) -> AccountId {
	tea_chain::Sign::account(signer)
}
