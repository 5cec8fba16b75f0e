//! Hosts that lie: whatever passes between a module and its host is written down, and mangled on the way.
//!
//! The attacker stands where a host stands, so it speaks the host's protocol (`tea-link`, whose encodings are frozen):
//!
//! ```text
//! frame    length u32 little endian ‖ message
//! message  5 ‖ request u32 ‖ mailbox (32) ‖ length, compact ‖ sealed letter      to the host
//!          5 ‖ mailbox (32) ‖ length, compact ‖ sealed letter                    to the module
//!          2 ‖ request u32 ‖ mailbox (32)                                        to the host: asks for its letters
//! ```

use crate::Lab;
use anyhow::{Context, Result, ensure};
use codec::{Compact, Decode, Encode};
use std::{
	path::PathBuf,
	sync::{
		Arc, Mutex, MutexGuard, PoisonError,
		atomic::{AtomicUsize, Ordering},
	},
};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::{
		UnixListener, UnixStream,
		unix::{OwnedReadHalf, OwnedWriteHalf},
	},
	sync::watch,
	task::{JoinHandle, JoinSet},
};

/// The longest message that honest programs write: a letter of a MiB, and what stands around it.
const LONGEST: usize = 1024 * 1024 + 128;
/// Messages of each direction that are kept for being repeated.
const ARCHIVE: usize = 4096;

const ATTACH: u8 = 2;
const LETTER: u8 = 5;
/// Length prefix and index of a message.
const HEAD: usize = 4 + 1;
const REQUEST: usize = 4;
const MAILBOX: usize = 32;

/// What is done to messages: of as many as these numbers add up to, so many suffer each fault, in an order that nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mangling {
	/// Passed on as they are.
	pub pass: usize,
	/// Lost.
	pub drop: usize,
	/// One bit is another one.
	pub alter: usize,
	/// Held back until another one has passed.
	pub reorder: usize,
	/// Followed by an older one, perhaps of another module.
	pub replay: usize,
	/// To greetings, attachments and pings too, and to the lengths of frames. Otherwise only to letters, so that the link stays
	/// up.
	pub everything: bool,
}

impl Mangling {
	/// Nothing is.
	pub const NONE: Self = Self {
		pass: 1,
		drop: 0,
		alter: 0,
		reorder: 0,
		replay: 0,
		everything: false,
	};
	/// To more than every other letter.
	pub const LETTERS: Self = Self {
		pass: 3,
		drop: 1,
		alter: 1,
		reorder: 1,
		replay: 1,
		everything: false,
	};
	/// To most messages of every kind.
	pub const EVERYTHING: Self = Self {
		pass: 1,
		everything: true,
		..Self::LETTERS
	};

	/// One card for each message.
	fn deck(&self) -> Vec<Fault> {
		[
			(Fault::None, self.pass),
			(Fault::Drop, self.drop),
			(Fault::Alter, self.alter),
			(Fault::Reorder, self.reorder),
			(Fault::Replay, self.replay),
		]
		.into_iter()
		.flat_map(|(fault, times)| std::iter::repeat_n(fault, times))
		.collect()
	}
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
	None,
	Drop,
	Alter,
	Reorder,
	Replay,
}

/// What was done in one direction since the last change of [`HostileHost::mangle`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
	/// Messages that were lost.
	pub dropped: u32,
	/// Messages that were altered.
	pub altered: u32,
	/// Messages that were held back.
	pub reordered: u32,
	/// Older messages that were put in.
	pub replayed: u32,
}

/// Faults of both directions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BothWays {
	/// From module to host.
	pub to_host: Faults,
	/// From host to module.
	pub to_module: Faults,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
	ToHost,
	ToModule,
}

/// Where the sealed part of a letter begins; nothing for other messages.
fn sealed_at(way: Way, frame: &[u8]) -> Option<usize> {
	let length_at = match way {
		Way::ToHost => HEAD + REQUEST + MAILBOX,
		Way::ToModule => HEAD + MAILBOX,
	};
	if *frame.get(HEAD - 1)? != LETTER {
		return None;
	}
	let mut rest = frame.get(length_at..)?;
	let len = Compact::<u32>::decode(&mut rest).ok()?.0;
	(rest.len() == len as usize && len > 0).then(|| frame.len() - rest.len())
}

/// A message that may be repeated.
struct Kept {
	frame: Vec<u8>,
	host: usize,
	generation: u32,
}

/// What one host does.
struct Conduct {
	mangling: Mangling,
	generation: u32,
	done: BothWays,
	/// What is to be dealt, by direction.
	decks: [Vec<Fault>; 2],
}

impl Conduct {
	fn new(mangling: Mangling) -> Self {
		Self {
			mangling,
			generation: 0,
			done: BothWays::default(),
			decks: [Vec::new(), Vec::new()],
		}
	}

	fn faults(&mut self, way: Way) -> &mut Faults {
		match way {
			Way::ToHost => &mut self.done.to_host,
			Way::ToModule => &mut self.done.to_module,
		}
	}
}

/// What all hosts of the attacker know.
struct Knowledge {
	random: fastrand::Rng,
	hosts: Vec<Conduct>,
	/// Messages that may be repeated, by direction.
	archives: [Vec<Kept>; 2],
	/// What honest programs wrote, by connection and direction.
	records: Vec<Vec<u8>>,
}

/// One direction of a connection.
struct Lane {
	host: usize,
	way: Way,
	record: usize,
	held: Option<Vec<u8>>,
	/// The mailbox of the module, once it has asked for its letters.
	mailbox: Arc<Mutex<Option<[u8; MAILBOX]>>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
	mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Knowledge {
	/// What becomes of the next message.
	fn deal(&mut self, host: usize, way: Way) -> Fault {
		let conduct = &mut self.hosts[host];
		let deck = &mut conduct.decks[way as usize];
		if deck.is_empty() {
			*deck = conduct.mangling.deck();
			self.random.shuffle(deck);
		}
		deck.pop().unwrap_or(Fault::None)
	}

	/// Writes a message down and decides what is passed on in its place.
	fn take(&mut self, lane: &mut Lane, frame: Vec<u8>) -> Vec<Vec<u8>> {
		self.records[lane.record].extend_from_slice(&frame);
		if lane.way == Way::ToHost && frame.get(HEAD - 1) == Some(&ATTACH) {
			let mailbox = frame.get(HEAD + REQUEST..).and_then(|m| m.try_into().ok());
			*locked(&lane.mailbox) = mailbox;
		}
		let (host, way) = (lane.host, lane.way);
		let mangling = self.hosts[host].mangling;
		let before = lane.held.take();
		let mut out = Vec::new();
		let fault = match mangling.everything || sealed_at(way, &frame).is_some() {
			true => self.deal(host, way),
			false => Fault::None,
		};
		match fault {
			Fault::Drop => self.hosts[host].faults(way).dropped += 1,
			Fault::Alter => {
				self.hosts[host].faults(way).altered += 1;
				out.push(self.altered(way, mangling, frame));
			}
			Fault::Reorder if before.is_none() => {
				self.keep(host, way, &frame);
				self.hosts[host].faults(way).reordered += 1;
				lane.held = Some(frame);
			}
			Fault::Replay => {
				self.keep(host, way, &frame);
				out.push(frame);
				if let Some(frame) = self.old(lane) {
					self.hosts[host].faults(way).replayed += 1;
					out.push(frame);
				}
			}
			Fault::None | Fault::Reorder => {
				if sealed_at(way, &frame).is_some() || mangling.everything {
					self.keep(host, way, &frame);
				}
				out.push(frame);
			}
		}
		out.extend(before);
		out
	}

	fn altered(&mut self, way: Way, mangling: Mangling, mut frame: Vec<u8>) -> Vec<u8> {
		let from = match sealed_at(way, &frame) {
			Some(sealed) if !mangling.everything => sealed,
			_ => 0,
		};
		let at = self.random.usize(from..frame.len());
		frame[at] ^= 1 << self.random.u8(0..8);
		frame
	}

	fn keep(&mut self, host: usize, way: Way, frame: &[u8]) {
		let kept = Kept {
			frame: frame.to_vec(),
			host,
			generation: self.hosts[host].generation,
		};
		let place = self.random.usize(0..ARCHIVE);
		let archive = &mut self.archives[way as usize];
		if archive.len() < ARCHIVE {
			archive.push(kept);
		} else {
			archive[place] = kept;
		}
	}

	/// An older message, put into the mailbox of this module. Of letters alone it is one that cannot be news to the reader: what
	/// an earlier connection lost may be.
	fn old(&mut self, lane: &Lane) -> Option<Vec<u8>> {
		let way = lane.way;
		let Conduct {
			mangling,
			generation,
			..
		} = self.hosts[lane.host];
		let fits: Vec<&Kept> = self.archives[way as usize]
			.iter()
			.filter(|kept| {
				let is_old = kept.host != lane.host || kept.generation == generation;
				mangling.everything || (is_old && sealed_at(way, &kept.frame).is_some())
			})
			.collect();
		let kept = *fits.get(self.random.usize(0..fits.len().max(1)))?;
		let mut frame = kept.frame.clone();
		let is_foreign = kept.host != lane.host;
		if is_foreign && way == Way::ToModule && sealed_at(way, &frame).is_some() {
			let mailbox = (*locked(&lane.mailbox))?;
			frame[HEAD..HEAD + MAILBOX].copy_from_slice(&mailbox);
		}
		Some(frame)
	}
}

/// Whoever is behind some hosts that lie. What one of them saw, all of them use.
pub struct Attacker(Arc<Mutex<Knowledge>>);

impl Attacker {
	/// An attacker whose choices follow from `seed` and from the order of the messages.
	pub fn new(seed: u64) -> Self {
		Self(Arc::new(Mutex::new(Knowledge {
			random: fastrand::Rng::with_seed(seed),
			hosts: Vec::new(),
			archives: [Vec::new(), Vec::new()],
			records: Vec::new(),
		})))
	}

	/// Stands before the host that listens at `link`.
	pub fn stand_before(&self, lab: &Lab, link: &str, mangling: Mangling) -> Result<HostileHost> {
		let host = link
			.strip_prefix("unix:")
			.with_context(|| format!("{link} is no unix socket"))?;
		let number = {
			let mut knowledge = locked(&self.0);
			knowledge.hosts.push(Conduct::new(mangling));
			knowledge.hosts.len() - 1
		};
		let socket = lab.dir().join(format!("hostile-{number}.sock"));
		let listener = UnixListener::bind(&socket)
			.with_context(|| format!("cannot listen at {}", socket.display()))?;
		let (generation, changed) = watch::channel(0);
		let connections = Arc::new(AtomicUsize::new(0));
		let front = Front {
			number,
			host: host.into(),
			knowledge: self.0.clone(),
			changed,
			connections: connections.clone(),
		};
		Ok(HostileHost {
			number,
			link: format!("unix:{}", socket.display()),
			knowledge: self.0.clone(),
			generation,
			connections,
			task: tokio::spawn(front.accept(listener)),
		})
	}

	/// Whether these bytes stand in what honest programs wrote to each other, however they were cut into messages.
	pub fn saw(&self, bytes: &[u8]) -> bool {
		self.saw_window(bytes.len(), |window| window == bytes)
	}

	/// Whether `is_it` holds for so many bytes that stand side by side in what honest programs wrote.
	pub fn saw_window(&self, len: usize, is_it: impl Fn(&[u8]) -> bool) -> bool {
		let knowledge = locked(&self.0);
		knowledge
			.records
			.iter()
			.any(|record| record.windows(len).any(&is_it))
	}

	/// Number of bytes that were written down.
	pub fn recorded(&self) -> usize {
		locked(&self.0).records.iter().map(Vec::len).sum()
	}
}

/// A host that lies to one module.
pub struct HostileHost {
	number: usize,
	link: String,
	knowledge: Arc<Mutex<Knowledge>>,
	generation: watch::Sender<u32>,
	connections: Arc<AtomicUsize>,
	task: JoinHandle<()>,
}

impl Drop for HostileHost {
	fn drop(&mut self) {
		self.task.abort();
	}
}

impl HostileHost {
	/// Where the module finds it, as programs want it.
	pub fn link(&self) -> &str {
		&self.link
	}

	/// Behaves differently from now on. Connections are cut, so that what was done before has no consequences later.
	pub fn mangle(&self, mangling: Mangling) {
		let mut knowledge = locked(&self.knowledge);
		let conduct = &mut knowledge.hosts[self.number];
		let generation = conduct.generation + 1;
		*conduct = Conduct {
			generation,
			..Conduct::new(mangling)
		};
		self.generation.send_replace(generation);
	}

	/// What was done since then.
	pub fn faults(&self) -> BothWays {
		locked(&self.knowledge).hosts[self.number].done
	}

	/// Connections since the start.
	pub fn connections(&self) -> usize {
		self.connections.load(Ordering::Relaxed)
	}

	/// Sends bytes to a mailbox through this host as they are, as a module would that does not seal its letters. Returns when
	/// the host has answered.
	pub async fn send_unsealed(&self, mailbox: [u8; 32], letter: &[u8]) -> Result<()> {
		let path = self.link.trim_start_matches("unix:");
		let (mut from, mut to) = UnixStream::connect(path).await?.into_split();
		let hello = (0u8, *b"tea/link", 1u16, 1u16).encode();
		let send = (LETTER, 1u32, mailbox, letter).encode();
		for message in [hello, send] {
			to.write_all(&(u32::try_from(message.len())?).to_le_bytes())
				.await?;
			to.write_all(&message).await?;
		}
		// The greeting, and then the answer to the request.
		const SENT: u8 = 4;
		loop {
			let frame = read(&mut from).await?;
			if frame[HEAD - 1] == SENT {
				return Ok(());
			}
		}
	}
}

/// The task of a host that lies.
struct Front {
	number: usize,
	host: PathBuf,
	knowledge: Arc<Mutex<Knowledge>>,
	changed: watch::Receiver<u32>,
	connections: Arc<AtomicUsize>,
}

impl Front {
	async fn accept(self, listener: UnixListener) {
		// Dropped with this task, and every connection with it.
		let mut connections = JoinSet::new();
		loop {
			tokio::select! {
				accepted = listener.accept() => {
					let Ok((module, _)) = accepted else { continue };
					self.connections.fetch_add(1, Ordering::Relaxed);
					let (host, changed) = (self.host.clone(), self.changed.clone());
					let lanes = self.lanes();
					let knowledge = self.knowledge.clone();
					connections.spawn(carry(module, host, lanes, knowledge, changed));
				}
				Some(_) = connections.join_next() => (),
			}
		}
	}

	fn lanes(&self) -> [Lane; 2] {
		let mailbox = Arc::new(Mutex::new(None));
		let mut knowledge = locked(&self.knowledge);
		[Way::ToHost, Way::ToModule].map(|way| {
			knowledge.records.push(Vec::new());
			Lane {
				host: self.number,
				way,
				record: knowledge.records.len() - 1,
				held: None,
				mailbox: mailbox.clone(),
			}
		})
	}
}

/// Carries one connection, until one side ends it or the host behaves differently.
async fn carry(
	module: UnixStream,
	host: PathBuf,
	[to_host, to_module]: [Lane; 2],
	knowledge: Arc<Mutex<Knowledge>>,
	mut changed: watch::Receiver<u32>,
) {
	changed.mark_unchanged();
	// Without the host behind it there is nothing to lie about; the module tries again.
	let Ok(host) = UnixStream::connect(host).await else {
		return;
	};
	let (from_module, into_module) = module.into_split();
	let (from_host, into_host) = host.into_split();
	// How a connection ends is the business of those who look at the module.
	tokio::select! {
		_ = pass(to_host, from_module, into_host, &knowledge) => (),
		_ = pass(to_module, from_host, into_module, &knowledge) => (),
		_ = changed.changed() => (),
	}
}

async fn pass(
	mut lane: Lane,
	mut from: OwnedReadHalf,
	mut to: OwnedWriteHalf,
	knowledge: &Mutex<Knowledge>,
) -> Result<()> {
	loop {
		let frame = read(&mut from).await?;
		let out = locked(knowledge).take(&mut lane, frame);
		for frame in out {
			to.write_all(&frame).await?;
		}
	}
}

/// A whole frame, with its length.
async fn read(from: &mut OwnedReadHalf) -> Result<Vec<u8>> {
	let len = from.read_u32_le().await?;
	let message = usize::try_from(len)?;
	ensure!(
		(1..=LONGEST).contains(&message),
		"an honest program wrote a frame of {len} bytes"
	);
	let mut frame = len.to_le_bytes().to_vec();
	frame.resize(4 + message, 0);
	from.read_exact(&mut frame[4..]).await?;
	Ok(frame)
}

#[cfg(test)]
mod tests {
	use super::*;

	const ME: [u8; MAILBOX] = [7; MAILBOX];

	fn framed(message: Vec<u8>) -> Vec<u8> {
		let len = u32::try_from(message.len()).unwrap();
		[&len.to_le_bytes()[..], &message].concat()
	}

	fn letter(sealed: &[u8]) -> Vec<u8> {
		framed((LETTER, [9u8; MAILBOX], sealed).encode())
	}

	fn knowledge(mangling: Mangling) -> (Knowledge, Lane) {
		let attacker = Attacker::new(1);
		let mut knowledge = Arc::into_inner(attacker.0).unwrap().into_inner().unwrap();
		knowledge.hosts.push(Conduct::new(mangling));
		knowledge.records.push(Vec::new());
		let lane = Lane {
			host: 0,
			way: Way::ToModule,
			record: 0,
			held: None,
			mailbox: Arc::new(Mutex::new(Some(ME))),
		};
		(knowledge, lane)
	}

	const NOTHING: Mangling = Mangling {
		pass: 0,
		..Mangling::NONE
	};

	fn only(change: impl FnOnce(&mut Mangling)) -> (Knowledge, Lane) {
		let mut mangling = NOTHING;
		change(&mut mangling);
		knowledge(mangling)
	}

	#[test]
	fn each_fault_has_its_turn() {
		let (mut knowledge, mut lane) = knowledge(Mangling::LETTERS);
		for number in 0..7 {
			knowledge.take(&mut lane, letter(&[number; 90]));
		}
		let faults = Faults {
			dropped: 1,
			altered: 1,
			reordered: 1,
			replayed: 1,
		};
		assert_eq!(knowledge.hosts[0].done.to_module, faults);
	}

	#[test]
	fn letters_are_told_from_other_messages() {
		let sealed = [1; 100];
		let frame = letter(&sealed);
		assert_eq!(sealed_at(Way::ToModule, &frame), Some(frame.len() - 100));
		let sent = framed((LETTER, 3u32, ME, &sealed[..]).encode());
		assert_eq!(sealed_at(Way::ToHost, &sent), Some(sent.len() - 100));
		for other in [
			framed(vec![1]),
			framed(vec![LETTER, 1]),
			frame[..60].to_vec(),
		] {
			assert_eq!(sealed_at(Way::ToModule, &other), None);
		}
	}

	#[test]
	fn an_honest_host_passes_everything_on() {
		let (mut knowledge, mut lane) = only(|_| ());
		for frame in [letter(&[1; 90]), framed(vec![1]), letter(&[2; 90])] {
			assert_eq!(knowledge.take(&mut lane, frame.clone()), [frame]);
		}
		assert_eq!(knowledge.hosts[0].done, BothWays::default());
	}

	#[test]
	fn each_fault_does_what_it_is_called() {
		let (one, two) = (letter(&[1; 90]), letter(&[2; 90]));

		let (mut knowledge, mut lane) = only(|mangling| mangling.drop = 1);
		assert!(knowledge.take(&mut lane, one.clone()).is_empty());
		// Not a letter.
		assert_eq!(knowledge.take(&mut lane, framed(vec![1])).len(), 1);
		assert_eq!(knowledge.hosts[0].done.to_module.dropped, 1);

		let (mut knowledge, mut lane) = only(|mangling| mangling.alter = 1);
		let altered = knowledge.take(&mut lane, one.clone()).remove(0);
		let differing: Vec<_> = (0..one.len())
			.filter(|at| altered[*at] != one[*at])
			.collect();
		assert!(matches!(differing[..], [at] if at >= one.len() - 90));

		let (mut knowledge, mut lane) = only(|mangling| mangling.reorder = 1);
		assert!(knowledge.take(&mut lane, one.clone()).is_empty());
		let both = knowledge.take(&mut lane, two.clone());
		assert_eq!(both, [two.clone(), one.clone()]);

		let (mut knowledge, mut lane) = only(|mangling| mangling.replay = 1);
		let twice = knowledge.take(&mut lane, one.clone());
		assert_eq!(twice, [one.clone(), one.clone()]);
		assert_eq!(knowledge.hosts[0].done.to_module.replayed, 1);
	}

	#[test]
	fn letters_to_others_are_put_into_the_own_mailbox() {
		let (mut knowledge, mut lane) = only(|mangling| mangling.replay = 1);
		let foreign = letter(&[3; 90]);
		knowledge.archives[Way::ToModule as usize].push(Kept {
			frame: foreign.clone(),
			host: 5,
			generation: 0,
		});
		let frame = knowledge.old(&lane).unwrap();
		assert_eq!(frame[HEAD..HEAD + MAILBOX], ME);
		assert_eq!(frame[HEAD + MAILBOX..], foreign[HEAD + MAILBOX..]);
		// Without a mailbox there is nowhere to put it.
		lane.mailbox = Arc::default();
		assert!(knowledge.old(&lane).is_none());
	}

	#[tokio::test]
	async fn what_is_not_sealed_is_found_whatever_becomes_of_it() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("host.sock");
		let listener = UnixListener::bind(&path).unwrap();
		let attacker = Attacker::new(1);
		let drops = Mangling { drop: 1, ..NOTHING };
		locked(&attacker.0).hosts.push(Conduct::new(drops));
		let (_generation, changed) = watch::channel(0);
		let front = Front {
			number: 0,
			host: path,
			knowledge: attacker.0.clone(),
			changed: changed.clone(),
			connections: Arc::default(),
		};
		let (mut module, theirs) = UnixStream::pair().unwrap();
		let lanes = front.lanes();
		let carrying = tokio::spawn(carry(
			theirs,
			front.host.clone(),
			lanes,
			attacker.0.clone(),
			changed,
		));
		let (host, _) = listener.accept().await.unwrap();
		let sent = framed((LETTER, 3u32, ME, &b"what nobody may know"[..]).encode());
		assert!(!attacker.saw(b"nobody may"));
		// In two pieces.
		module.write_all(&sent[..60]).await.unwrap();
		module.write_all(&sent[60..]).await.unwrap();
		drop(module);
		carrying.await.unwrap();
		drop(host);
		assert!(attacker.saw(b"nobody may") && !attacker.saw(b"somebody"));
		assert_eq!(attacker.recorded(), sent.len());
		assert_eq!(locked(&attacker.0).hosts[0].done.to_host.dropped, 1);
	}
}
