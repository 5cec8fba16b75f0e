//! The handle of the TPM: queues operations for the one thread that owns the chip.

use std::{
	sync::{Arc, Mutex, PoisonError},
	thread,
	time::{Duration, Instant},
};

use tea_tpm::{
	AkPublic, EkKind, EkPublic, Hash, PcrSelection, QuoteBinding, RkPublic, pot::PotBinding,
};
use tokio::sync::{oneshot, watch};

use crate::{
	device::{
		AkAlgorithm, BootEvidence, ChipState, Device, EkCertificate, Identity, PcrState, PotQuote,
		Target,
	},
	error::{Error, Result},
	log::{Event, EventLog},
	queue::{JobQueue, Priority, Rejected},
	secret::Secret,
	tcti::Tcti,
};

/// How long an operation may take, waiting included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
	/// Opening a credential.
	pub activate: Duration,
	/// The live quote of a round.
	pub live_quote: Duration,
	/// The quote of an errand.
	pub pot_quote: Duration,
	/// Everything else. Making an RSA key takes some chips half a minute.
	pub renewal: Duration,
}

impl Default for Deadlines {
	fn default() -> Self {
		Self {
			activate: Duration::from_secs(60),
			live_quote: Duration::from_secs(10),
			pot_quote: Duration::from_secs(15),
			renewal: Duration::from_secs(120),
		}
	}
}

/// What is decided once, before the chip is opened.
#[derive(Clone, Debug)]
pub struct Config {
	/// Where the TPM is.
	pub tcti: Tcti,
	/// The kind of endorsement key that the module enrols with.
	pub ek: EkKind,
	/// What was measured before: the log of the firmware, or the one kept since this boot.
	pub log: EventLog,
	/// Time limits.
	pub deadlines: Deadlines,
	/// So many operations may wait; urgent ones, twice as many.
	pub queue: usize,
}

impl Config {
	/// The usual limits and an empty log.
	pub fn new(tcti: Tcti, ek: EkKind) -> Self {
		Self {
			tcti,
			ek,
			log: EventLog::default(),
			deadlines: Deadlines::default(),
			queue: 64,
		}
	}
}

/// What the owner thread has done, for metrics.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
	/// Operations that succeeded.
	pub succeeded: u64,
	/// Operations that failed.
	pub failed: u64,
	/// Operations whose time was over before they began, or whose caller went away.
	pub expired: u64,
	/// Duration of the last operation that gave a quote.
	pub last_quote: Option<Duration>,
	/// Operations that wait now.
	pub waiting: usize,
}

type Job = Box<dyn FnOnce(&mut Device, Instant, &Mutex<Health>) + Send>;

struct Shared {
	queue: Arc<JobQueue<Job>>,
	deadlines: Deadlines,
	log: Arc<Mutex<EventLog>>,
	health: Arc<Mutex<Health>>,
	ended: watch::Receiver<bool>,
}

impl Drop for Shared {
	// The thread serves what waits, frees the chip and ends.
	fn drop(&mut self) {
		self.queue.close();
	}
}

/// The TPM of this module. Clones share the one owner thread.
#[derive(Clone)]
pub struct Tpm(Arc<Shared>);

impl Tpm {
	/// Starts the owner thread and opens the chip.
	pub async fn open(config: Config) -> Result<Self> {
		let Config {
			tcti,
			ek,
			log,
			deadlines,
			queue,
		} = config;
		let place = tcti.to_string();
		let queue = Arc::new(JobQueue::<Job>::new(queue));
		let log = Arc::new(Mutex::new(log));
		let health = Arc::new(Mutex::new(Health::default()));
		let (end, ended) = watch::channel(false);
		let (opened, is_open) = oneshot::channel();
		let owner = Owner {
			queue: queue.clone(),
			health: health.clone(),
			end,
		};
		let shared = log.clone();
		thread::Builder::new()
			.name("tpm".into())
			.spawn(move || match Device::open(tcti, ek, shared) {
				Ok(device) => {
					let _ = opened.send(Ok(()));
					owner.serve(device);
				}
				Err(error) => drop(opened.send(Err(error))),
			})
			.map_err(Error::Thread)?;
		let tpm = Self(Arc::new(Shared {
			queue,
			deadlines,
			log,
			health,
			ended,
		}));
		match tokio::time::timeout(deadlines.renewal, is_open).await {
			Ok(answer) => answer.map_err(|_| Error::Closed)??,
			Err(_) => return Err(Error::Deadline),
		}
		tracing::info!(tcti = %place, ek = ?ek, "the chip is open");
		Ok(tpm)
	}

	async fn submit<T: Send + 'static>(
		&self,
		priority: Priority,
		is_quote: bool,
		operation: impl FnOnce(&mut Device) -> Result<T> + Send + 'static,
	) -> Result<T> {
		let deadlines = &self.0.deadlines;
		let limit = match priority {
			Priority::Activate => deadlines.activate,
			Priority::LiveQuote => deadlines.live_quote,
			Priority::PotQuote => deadlines.pot_quote,
			Priority::Renewal => deadlines.renewal,
		};
		let asked = Instant::now();
		let (reply, answer) = oneshot::channel();
		let job: Job = Box::new(move |device, deadline, health| {
			let began = Instant::now();
			let waited_ms = (began - asked).as_millis();
			if began >= deadline || reply.is_closed() {
				count(health, |health| health.expired += 1);
				tracing::warn!(?priority, waited_ms, "too late for an operation");
				let _ = reply.send(Err(Error::Deadline));
				return;
			}
			let result = operation(device);
			let took = began.elapsed();
			count(health, |health| match &result {
				Ok(_) if is_quote => {
					(health.succeeded, health.last_quote) = (health.succeeded + 1, Some(took))
				}
				Ok(_) => health.succeeded += 1,
				Err(_) => health.failed += 1,
			});
			let is_ok = result.is_ok();
			tracing::debug!(
				?priority,
				waited_ms,
				took_ms = took.as_millis(),
				is_ok,
				"tpm operation"
			);
			let _ = reply.send(result);
		});
		let deadline = asked + limit;
		self.0
			.queue
			.push(priority, deadline, job)
			.map_err(|rejected| match rejected {
				Rejected::Full => Error::QueueFull,
				Rejected::Closed => Error::Closed,
			})?;
		match tokio::time::timeout_at(deadline.into(), answer).await {
			Ok(Ok(result)) => result,
			Ok(Err(_)) => Err(Error::Closed),
			Err(_) => Err(Error::Deadline),
		}
	}

	/// The certificate that the chip keeps for its endorsement key of this kind.
	pub async fn certificate(&self, kind: EkKind) -> Result<EkCertificate> {
		self.submit(Priority::Renewal, false, move |device| {
			device.certificate(kind)
		})
		.await
	}

	/// The endorsement key that the chip shows. What counts is the certified one.
	pub async fn endorsement_key(&self) -> Result<EkPublic> {
		self.submit(Priority::Renewal, false, Device::endorsement_key)
			.await
	}

	/// Makes an attestation key under the certified endorsement key. The caller keeps the result for ever; it is
	/// not in use before [`Tpm::load`].
	pub async fn create_ak(&self, ek: EkPublic, algorithm: AkAlgorithm) -> Result<Identity> {
		self.submit(Priority::Renewal, false, move |device| {
			device.create_ak(&ek, algorithm)
		})
		.await
	}

	/// Loads the kept attestation key and uses it from now on.
	pub async fn load(&self, identity: Identity) -> Result<AkPublic> {
		self.submit(Priority::Renewal, false, move |device| {
			device.load(identity)
		})
		.await
	}

	/// Opens a challenge that was made for the attestation key.
	pub async fn activate_ak(&self, credential: Vec<u8>) -> Result<Secret> {
		self.submit(Priority::Activate, false, move |device| {
			device.activate(Target::Ak, &credential)
		})
		.await
	}

	/// Opens a credential that was made for the receive key of the state `accepted` by the chain.
	pub async fn activate_rk(&self, accepted: PcrState, credential: Vec<u8>) -> Result<Secret> {
		self.submit(Priority::Activate, false, move |device| {
			device.activate(Target::Rk(accepted), &credential)
		})
		.await
	}

	/// Evidence for `attest`, at start or renewal. The field `rk_name` of the binding is filled in.
	pub async fn attest(
		&self,
		binding: QuoteBinding,
		selection: PcrSelection,
	) -> Result<BootEvidence> {
		self.submit(Priority::Renewal, true, move |device| {
			device.attest(binding, selection)
		})
		.await
	}

	/// Evidence for a committee that waits.
	pub async fn attest_live(
		&self,
		binding: QuoteBinding,
		selection: PcrSelection,
	) -> Result<BootEvidence> {
		self.submit(Priority::LiveQuote, true, move |device| {
			device.attest(binding, selection)
		})
		.await
	}

	/// The quote of an errand or a batch, over the accepted state of this boot.
	pub async fn quote_pot(
		&self,
		binding: PotBinding,
		accepted: PcrState,
		firmware_version: u64,
	) -> Result<PotQuote> {
		self.submit(Priority::PotQuote, true, move |device| {
			device.quote_pot(&binding, accepted, firmware_version)
		})
		.await
	}

	/// The receive key of a state.
	pub async fn receive_key(&self, state: PcrState) -> Result<RkPublic> {
		self.submit(Priority::Renewal, false, move |device| {
			device.receive_key(state)
		})
		.await
	}

	/// PCR values, ascending.
	pub async fn pcrs(&self, selection: PcrSelection) -> Result<Vec<Hash>> {
		self.submit(Priority::Renewal, false, move |device| {
			device.pcrs(selection)
		})
		.await
	}

	/// Extends a PCR and appends to the log, both or neither.
	pub async fn measure(&self, event: Event) -> Result<()> {
		self.submit(Priority::Renewal, false, move |device| {
			device.measure(event)
		})
		.await
	}

	/// The event log as it stands. The caller keeps it while the machine runs, for a restart of the process.
	pub fn log(&self) -> EventLog {
		self.0
			.log
			.lock()
			.unwrap_or_else(PoisonError::into_inner)
			.clone()
	}

	/// What the chip says about itself, lockout included.
	pub async fn chip_state(&self) -> Result<ChipState> {
		self.submit(Priority::Renewal, false, Device::chip_state)
			.await
	}

	/// What the owner thread has done.
	pub fn health(&self) -> Health {
		let health = self.0.health.lock().unwrap_or_else(PoisonError::into_inner);
		Health {
			waiting: self.0.queue.len(),
			..health.clone()
		}
	}

	/// Takes nothing more, serves what waits, shuts the chip down in order and waits for that. Every clone of this
	/// handle answers [`Error::Closed`] from now on.
	pub async fn shutdown(&self) -> Result<()> {
		self.0.queue.close();
		let mut ended = self.0.ended.clone();
		match tokio::time::timeout(self.0.deadlines.renewal, ended.wait_for(|ended| *ended)).await {
			// The sender is gone together with the thread.
			Ok(_) => Ok(()),
			Err(_) => Err(Error::Deadline),
		}
	}
}

fn count(health: &Mutex<Health>, change: impl FnOnce(&mut Health)) {
	change(&mut health.lock().unwrap_or_else(PoisonError::into_inner));
}

/// What the owner thread holds besides the chip.
struct Owner {
	queue: Arc<JobQueue<Job>>,
	health: Arc<Mutex<Health>>,
	end: watch::Sender<bool>,
}

impl Owner {
	fn serve(self, mut device: Device) {
		while let Some((deadline, job)) = self.queue.pop() {
			job(&mut device, deadline, &self.health);
		}
		device.finish();
	}
}

impl Drop for Owner {
	// Also after a panic: whoever waits hears of it at once.
	fn drop(&mut self) {
		drop(self.queue.close_and_drain());
		self.end.send_replace(true);
	}
}
