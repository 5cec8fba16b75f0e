//! The module's end of the link: a stream to `unix:` or `tcp:` that comes back by itself.

use std::{
	collections::HashMap,
	future::Future,
	pin::pin,
	sync::{
		Arc,
		atomic::{AtomicU64, Ordering},
	},
	time::Duration,
};

use async_trait::async_trait;
use tea_envelope::TransportSecret;
use tokio::{
	sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch},
	task::JoinHandle,
	time::{Instant, interval_at, sleep, timeout},
};
use tracing::{debug, info, warn};

use crate::{
	HostInfo, HostLink, Incoming, LinkAddress, LinkError, LinkState, MAX_SEALED_LEN, Mailbox,
	PingId, SendError, SignedPong,
	frame::{self, FrameError},
	proof, random,
	transport::{self, Owned, Reader, Writer},
	wire::{
		AttachError, CloseReason, FromHost, MAGIC, MAX_FRAME_LEN, MAX_HELLO_LEN, ToHost, VERSION,
		from_frame, to_frame,
	},
};

/// Letters on their way to the host.
const IN_FLIGHT: usize = 32;
/// Messages for the writer: letters in flight, proofs, pongs, signs of life.
const WRITES: usize = IN_FLIGHT + 96;
/// KiB of letters that wait for the module; each counts at least 64.
const INBOX_KIB: usize = 16 * 1024;
const LEAST_KIB: usize = 64;
/// Calls that wait for the task of the link.
const COMMANDS: usize = 64;

/// How patient the link is.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
	/// How long connecting and greeting may take.
	pub connect: Duration,
	/// First and longest pause before the next try; half of each is random.
	pub pause: (Duration, Duration),
	/// How long a letter may be on its way.
	pub send: Duration,
	/// How long an attachment may take before it is asked for again.
	pub attach: Duration,
	/// How often to say something.
	pub keep_alive: Duration,
	/// How long the host may say nothing.
	pub silence: Duration,
}

impl Default for Timing {
	fn default() -> Self {
		Self {
			connect: Duration::from_secs(5),
			pause: (Duration::from_millis(200), Duration::from_secs(10)),
			send: Duration::from_secs(30),
			attach: Duration::from_secs(10),
			keep_alive: Duration::from_secs(10),
			silence: Duration::from_secs(30),
		}
	}
}

#[derive(Debug, Default)]
struct Counters {
	connects: AtomicU64,
	letters: AtomicU64,
	dropped: AtomicU64,
	sent: AtomicU64,
	refused: AtomicU64,
	foreign: AtomicU64,
	malformed: AtomicU64,
}

/// What happened since the start, for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkStats {
	/// Times that the link came up.
	pub connects: u64,
	/// Letters and pings that came.
	pub letters: u64,
	/// Of these, dropped because the module did not keep up.
	pub dropped: u64,
	/// Letters that a host took.
	pub sent: u64,
	/// Letters that no host took.
	pub refused: u64,
	/// Messages of the host that answer nothing or are for no mailbox of this link.
	pub foreign: u64,
	/// Connections that ended because the host sent what is no message, or none that was due.
	pub malformed: u64,
}

fn add(counter: &AtomicU64) {
	counter.fetch_add(1, Ordering::Relaxed);
}

enum Command {
	Attach(
		Arc<TransportSecret>,
		oneshot::Sender<Result<(), AttachError>>,
	),
	Detach(Mailbox),
	Send(Mailbox, Vec<u8>, oneshot::Sender<Result<(), SendError>>),
	Pong(u64, SignedPong, oneshot::Sender<Result<(), SendError>>),
}

/// A link over a stream. Clones are the same link; with the last one it ends.
#[derive(Clone)]
pub struct StreamLink {
	inner: Arc<Inner>,
}

struct Inner {
	commands: mpsc::Sender<Command>,
	inbox: Mutex<mpsc::Receiver<(Incoming, OwnedSemaphorePermit)>>,
	in_flight: Semaphore,
	state: watch::Receiver<LinkState>,
	counters: Arc<Counters>,
	timing: Timing,
	task: JoinHandle<()>,
}

impl Drop for Inner {
	fn drop(&mut self) {
		self.task.abort();
	}
}

impl StreamLink {
	/// Begins to connect. Must be called within a tokio runtime; it does not fail, see [`HostLink::state`].
	pub fn new(address: LinkAddress) -> Self {
		Self::with_timing(address, Timing::default())
	}

	/// The same with other patience.
	pub fn with_timing(address: LinkAddress, timing: Timing) -> Self {
		let (commands, orders) = mpsc::channel(COMMANDS);
		let (inbox, letters) = mpsc::channel(INBOX_KIB / LEAST_KIB);
		let (state, watched) = watch::channel(LinkState::Down("not connected yet".into()));
		let counters = Arc::<Counters>::default();
		let driver = Driver {
			address,
			timing,
			orders,
			inbox,
			room: Arc::new(Semaphore::new(INBOX_KIB)),
			state,
			counters: counters.clone(),
			secrets: HashMap::new(),
		};
		Self {
			inner: Arc::new(Inner {
				commands,
				inbox: Mutex::new(letters),
				in_flight: Semaphore::new(IN_FLIGHT),
				state: watched,
				counters,
				timing,
				task: tokio::spawn(driver.run()),
			}),
		}
	}

	async fn ask(
		&self,
		command: impl FnOnce(oneshot::Sender<Result<(), SendError>>) -> Command,
	) -> Result<(), SendError> {
		let (answer, answered) = oneshot::channel();
		let asked = async {
			self.inner
				.commands
				.send(command(answer))
				.await
				.map_err(|_| SendError::HostGone)?;
			answered.await.unwrap_or(Err(SendError::HostGone))
		};
		timeout(self.inner.timing.send, asked)
			.await
			.unwrap_or(Err(SendError::Unreachable))
	}
}

#[async_trait]
impl HostLink for StreamLink {
	async fn attach(&self, secret: Arc<TransportSecret>) -> Result<Mailbox, LinkError> {
		let mailbox = Mailbox(secret.public().0);
		let (answer, answered) = oneshot::channel();
		self.inner
			.commands
			.send(Command::Attach(secret, answer))
			.await
			.map_err(|_| LinkError::Closed)?;
		answered.await.map_err(|_| LinkError::Closed)??;
		Ok(mailbox)
	}

	async fn detach(&self, mailbox: Mailbox) {
		// A closed link has no mailboxes.
		let _ = self.inner.commands.send(Command::Detach(mailbox)).await;
	}

	async fn send(&self, to: Mailbox, sealed: Vec<u8>) -> Result<(), SendError> {
		if sealed.len() > MAX_SEALED_LEN {
			return Err(SendError::TooLong);
		}
		let permit = timeout(self.inner.timing.send, self.inner.in_flight.acquire()).await;
		let Ok(Ok(_permit)) = permit else {
			return Err(SendError::Unreachable);
		};
		let result = self.ask(|answer| Command::Send(to, sealed, answer)).await;
		add(match result {
			Ok(()) => &self.inner.counters.sent,
			Err(_) => &self.inner.counters.refused,
		});
		result
	}

	async fn next(&self) -> Incoming {
		match self.inner.inbox.lock().await.recv().await {
			Some((incoming, _room)) => incoming,
			// The task of the link ends with the last handle only, so this is a runtime that shuts down.
			None => std::future::pending().await,
		}
	}

	async fn pong(&self, ping: PingId, pong: SignedPong) -> Result<(), SendError> {
		self.ask(|answer| Command::Pong(ping.0, pong, answer)).await
	}

	fn state(&self) -> watch::Receiver<LinkState> {
		self.inner.state.clone()
	}

	fn stats(&self) -> LinkStats {
		let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
		let counters = &self.inner.counters;
		LinkStats {
			connects: read(&counters.connects),
			letters: read(&counters.letters),
			dropped: read(&counters.dropped),
			sent: read(&counters.sent),
			refused: read(&counters.refused),
			foreign: read(&counters.foreign),
			malformed: read(&counters.malformed),
		}
	}
}

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
enum Ended {
	#[error("{0}")]
	Io(#[from] std::io::Error),
	#[error("{0}")]
	Frame(#[from] FrameError),
	#[error("the host says goodbye: {0}")]
	Goodbye(CloseReason),
	#[error("the host does not speak this protocol")]
	Malformed,
	#[error("the host did not answer in time")]
	Late,
	#[error("the host reads too slowly")]
	SlowReader,
	#[error("the link was dropped")]
	Dropped,
}

impl Ended {
	/// Whether it is the host that does not keep to the protocol.
	fn is_malformed(&self) -> bool {
		matches!(
			self,
			Self::Malformed | Self::Frame(FrameError::Refused(CloseReason::Malformed))
		)
	}
}

/// The task of the link. What must survive a reconnect is here.
struct Driver {
	address: LinkAddress,
	timing: Timing,
	orders: mpsc::Receiver<Command>,
	inbox: mpsc::Sender<(Incoming, OwnedSemaphorePermit)>,
	room: Arc<Semaphore>,
	state: watch::Sender<LinkState>,
	counters: Arc<Counters>,
	secrets: HashMap<Mailbox, Arc<TransportSecret>>,
}

impl Driver {
	async fn run(mut self) {
		let mut pause = self.timing.pause.0;
		loop {
			let Some(connected) = self
				.meanwhile(connect(self.address.clone(), self.timing))
				.await
			else {
				return;
			};
			let ended = match connected {
				Ok(up) => {
					pause = self.timing.pause.0;
					self.serve(up).await
				}
				Err(ended) => ended,
			};
			if matches!(ended, Ended::Dropped) {
				return;
			}
			if ended.is_malformed() {
				add(&self.counters.malformed);
			}
			let reason = ended.to_string();
			let same = matches!(&*self.state.borrow(), LinkState::Down(last) if *last == reason);
			if same {
				debug!(host = %self.address, reason, "the host is still away");
			} else {
				warn!(host = %self.address, reason, "the host is away; trying again for ever");
				self.state.send_replace(LinkState::Down(reason));
			}
			if self.meanwhile(sleep(jitter(pause))).await.is_none() {
				return;
			}
			pause = (pause * 2).min(self.timing.pause.1);
		}
	}

	/// Waits for something while the host is away, and answers calls meanwhile; nothing when nobody holds the link any
	/// more.
	async fn meanwhile<T>(&mut self, what: impl Future<Output = T>) -> Option<T> {
		let mut what = pin!(what);
		loop {
			let order = tokio::select! {
				order = self.orders.recv() => order?,
				done = &mut what => return Some(done),
			};
			// Who asked may have given up; that is no reason to stop.
			match order {
				Command::Attach(secret, answer) => {
					self.keep(secret);
					let _ = answer.send(Ok(()));
				}
				Command::Detach(mailbox) => {
					self.secrets.remove(&mailbox);
				}
				Command::Send(_, _, answer) | Command::Pong(_, _, answer) => {
					let _ = answer.send(Err(SendError::HostGone));
				}
			}
		}
	}

	fn keep(&mut self, secret: Arc<TransportSecret>) -> Mailbox {
		let mailbox = Mailbox(secret.public().0);
		self.secrets.insert(mailbox, secret);
		mailbox
	}

	async fn serve(&mut self, (mut reader, writer, info): (Reader, Writer, HostInfo)) -> Ended {
		info!(host = %self.address, peer = info.peer_id, "the host is there");
		add(&self.counters.connects);
		let (frames, queue) = mpsc::channel(WRITES);
		let mut writing = Owned(tokio::spawn(write(writer, queue, self.timing)));
		let (messages, mut received) = mpsc::channel(16);
		let silence = self.timing.silence;
		let _reading = Owned(tokio::spawn(async move {
			loop {
				let message = match frame::read(&mut reader, MAX_FRAME_LEN, silence).await {
					Ok(frame) => from_frame::<FromHost>(&frame).ok_or(Ended::Malformed),
					Err(error) => Err(error.into()),
				};
				let last = message.is_err();
				if messages.send(message).await.is_err() || last {
					return;
				}
			}
		}));
		let mut session = Session {
			frames,
			next: 0,
			attaching: HashMap::new(),
			refused: Vec::new(),
			sending: HashMap::new(),
		};
		let mut result = Ok(());
		for mailbox in self.secrets.keys().copied().collect::<Vec<_>>() {
			result = result.and(session.attach(mailbox, None));
		}
		let patience = self.timing.attach;
		let mut again = interval_at(Instant::now() + patience, patience);
		self.state.send_replace(LinkState::Up(info));
		// When this ends, whoever waits for a letter to be taken is answered with `HostGone`.
		loop {
			if let Err(ended) = result {
				session.attach_later();
				return ended;
			}
			result = tokio::select! {
				order = self.orders.recv() => match order {
					Some(order) => self.order(&mut session, order),
					None => Err(Ended::Dropped),
				},
				message = received.recv() => match message {
					Some(Ok(message)) => self.message(&mut session, message),
					Some(Err(ended)) => Err(ended),
					None => Err(Ended::Frame(FrameError::Closed)),
				},
				_ = again.tick() => session.attach_again(&self.secrets, patience),
				written = &mut writing.0 => Err(match written {
					Ok(Err(error)) => error.into(),
					_ => Ended::Frame(FrameError::Closed),
				}),
			};
		}
	}

	fn order(&mut self, session: &mut Session, order: Command) -> Result<(), Ended> {
		match order {
			Command::Attach(secret, answer) => {
				let mailbox = self.keep(secret);
				session.attach(mailbox, Some(answer))
			}
			Command::Detach(mailbox) => {
				self.secrets.remove(&mailbox);
				session.write(&ToHost::Detach { mailbox })
			}
			Command::Send(to, sealed, answer) => {
				// Callers that gave up may have left letters behind; the host reads them first.
				if session.frames.capacity() <= WRITES - IN_FLIGHT {
					let _ = answer.send(Err(SendError::Busy));
					return Ok(());
				}
				let id = session.name();
				session.sending.retain(|_, waiting| !waiting.is_closed());
				session.sending.insert(id, answer);
				session.write(&ToHost::Send { id, to, sealed })
			}
			Command::Pong(ping, pong, answer) => {
				session.write(&ToHost::Pong { ping, pong })?;
				let _ = answer.send(Ok(()));
				Ok(())
			}
		}
	}

	fn message(&mut self, session: &mut Session, message: FromHost) -> Result<(), Ended> {
		match message {
			FromHost::Hello { .. } => return Err(Ended::Malformed),
			FromHost::KeepAlive => (),
			FromHost::Goodbye { reason } => return Err(Ended::Goodbye(reason)),
			FromHost::Challenge { id, sealed } => {
				let answer = session
					.attaching
					.get(&id)
					.and_then(|attaching| self.secrets.get(&attaching.mailbox))
					.and_then(|secret| proof::answer(&sealed, secret));
				match answer {
					Some(answer) => session.write(&ToHost::Prove { id, answer })?,
					None => add(&self.counters.foreign),
				}
			}
			FromHost::Attached { id, result } => match session.attaching.remove(&id) {
				Some(attaching) => self.attached(session, attaching, result),
				None => add(&self.counters.foreign),
			},
			FromHost::Sent { id, result } => match session.sending.remove(&id) {
				Some(waiting) => {
					let _ = waiting.send(result);
				}
				None => add(&self.counters.foreign),
			},
			FromHost::Letter { mailbox, sealed } => {
				self.take(mailbox, Incoming::Letter { mailbox, sealed });
			}
			FromHost::Ping {
				mailbox,
				ping,
				challenge,
			} => {
				let ping = PingId(ping);
				self.take(
					mailbox,
					Incoming::Ping {
						mailbox,
						ping,
						challenge,
					},
				);
			}
			FromHost::Taken { mailbox } => {
				warn!(%mailbox, "another link took this mailbox; does this module run twice?");
			}
		}
		Ok(())
	}

	fn attached(
		&mut self,
		session: &mut Session,
		Attaching {
			mailbox, waiting, ..
		}: Attaching,
		result: Result<(), AttachError>,
	) {
		match result {
			Ok(()) => info!(%mailbox, "mailbox attached"),
			Err(error) => warn!(%mailbox, %error, "the host does not serve this mailbox"),
		}
		match waiting {
			Some(waiting) => {
				if result.is_err() {
					// Who was told that it failed does not expect letters after the next reconnect.
					self.secrets.remove(&mailbox);
				}
				let _ = waiting.send(result);
			}
			// Whoever attached it was told long ago that it is attached.
			None if result.is_err() => session.refused.push(mailbox),
			None => (),
		}
	}

	/// Keeps what came until the module takes it. A module that does not keep up loses what comes now, and only that:
	/// answers that its other tasks wait for are not held up behind it.
	fn take(&self, mailbox: Mailbox, incoming: Incoming) {
		if !self.secrets.contains_key(&mailbox) {
			return add(&self.counters.foreign);
		}
		add(&self.counters.letters);
		let len = match &incoming {
			Incoming::Letter { sealed, .. } => sealed.len(),
			Incoming::Ping { .. } => 0,
		};
		let taken = u32::try_from(len.div_ceil(1024).max(LEAST_KIB))
			.ok()
			.and_then(|kib| self.room.clone().try_acquire_many_owned(kib).ok())
			.is_some_and(|room| self.inbox.try_send((incoming, room)).is_ok());
		if !taken {
			add(&self.counters.dropped);
			debug!(%mailbox, "a letter was dropped: the module does not keep up");
		}
	}
}

type AttachAnswer = oneshot::Sender<Result<(), AttachError>>;

/// An attachment that the host has not answered.
struct Attaching {
	mailbox: Mailbox,
	waiting: Option<AttachAnswer>,
	asked: Instant,
}

/// What belongs to one connection.
struct Session {
	frames: mpsc::Sender<Vec<u8>>,
	next: u32,
	attaching: HashMap<u32, Attaching>,
	/// Mailboxes that the host does not serve and that are wanted all the same.
	refused: Vec<Mailbox>,
	sending: HashMap<u32, oneshot::Sender<Result<(), SendError>>>,
}

impl Session {
	fn name(&mut self) -> u32 {
		self.next = self.next.wrapping_add(1);
		self.next
	}

	fn write(&self, message: &ToHost) -> Result<(), Ended> {
		// Calls are limited, so a full queue means that the host has stopped reading.
		self.frames
			.try_send(to_frame(message))
			.map_err(|_| Ended::SlowReader)
	}

	fn attach(&mut self, mailbox: Mailbox, waiting: Option<AttachAnswer>) -> Result<(), Ended> {
		let id = self.name();
		let asked = Instant::now();
		let attaching = Attaching {
			mailbox,
			waiting,
			asked,
		};
		self.attaching.insert(id, attaching);
		self.write(&ToHost::Attach { id, mailbox })
	}

	/// The host is away: whoever waits for an attachment is told what those are told who come later. It is made up for with
	/// the next connection.
	fn attach_later(&mut self) {
		for (_, attaching) in self.attaching.drain() {
			if let Some(waiting) = attaching.waiting {
				let _ = waiting.send(Ok(()));
			}
		}
	}

	/// Asks again for what was not answered in time, and for what was refused: a host that lies loses messages, and without
	/// this a single one would leave the module without letters for as long as the connection lasts.
	fn attach_again(
		&mut self,
		wanted: &HashMap<Mailbox, Arc<TransportSecret>>,
		patience: Duration,
	) -> Result<(), Ended> {
		let late: Vec<_> = self
			.attaching
			.extract_if(|_, attaching| attaching.asked.elapsed() >= patience)
			.map(|(_, attaching)| (attaching.mailbox, attaching.waiting))
			.collect();
		let refused = std::mem::take(&mut self.refused);
		let refused = refused.into_iter().map(|mailbox| (mailbox, None));
		for (mailbox, waiting) in late.into_iter().chain(refused) {
			if wanted.contains_key(&mailbox) {
				self.attach(mailbox, waiting)?;
			}
		}
		Ok(())
	}
}

/// Connects and greets.
async fn connect(
	address: LinkAddress,
	timing: Timing,
) -> Result<(Reader, Writer, HostInfo), Ended> {
	let greeting = async {
		let (mut reader, mut writer) = transport::connect(&address).await?;
		let hello = ToHost::Hello {
			magic: MAGIC,
			oldest: VERSION,
			newest: VERSION,
		};
		frame::write(&mut writer, &to_frame(&hello), timing.connect).await?;
		let answer = frame::read(&mut reader, MAX_HELLO_LEN, timing.connect).await?;
		match from_frame(&answer) {
			Some(FromHost::Hello {
				version: VERSION,
				info,
			}) => Ok((reader, writer, info)),
			Some(FromHost::Goodbye { reason }) => Err(Ended::Goodbye(reason)),
			_ => Err(Ended::Malformed),
		}
	};
	timeout(timing.connect, greeting)
		.await
		.unwrap_or(Err(Ended::Late))
}

async fn write(
	mut writer: Writer,
	mut queue: mpsc::Receiver<Vec<u8>>,
	timing: Timing,
) -> Result<(), FrameError> {
	let alive = to_frame(&ToHost::KeepAlive);
	loop {
		match timeout(timing.keep_alive, queue.recv()).await {
			Ok(Some(frame)) => frame::write(&mut writer, &frame, timing.silence).await?,
			Ok(None) => return Ok(()),
			Err(_) => frame::write(&mut writer, &alive, timing.silence).await?,
		}
	}
}

/// Half of the pause for certain, and a random part of the other half: modules of a host that restarts do not come back
/// all at once.
fn jitter(pause: Duration) -> Duration {
	let random = f64::from(u16::from_le_bytes(random())) / f64::from(u16::MAX);
	pause.mul_f64(0.5 + 0.5 * random)
}
