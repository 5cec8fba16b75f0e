//! The event log: what was extended into which PCR, in order.
//!
//! A committee replays it and compares the result with the values behind the quote. Only PCR and digest are
//! measured; kind and data of an event are text for people, and an unknown kind is data, not an error.

use codec::{Decode, DecodeWithMemTracking, Encode};
use sha2::{Digest, Sha256};
use tea_tpm::{Hash, PcrSelection, PcrValues};

/// The most events of a log.
pub const MAX_EVENTS: usize = 4096;
/// The most bytes of one event's data.
pub const MAX_DATA: usize = 4096;
/// The most bytes of an encoded log.
pub const MAX_LOG_LEN: usize = 1 << 20;

const VERSION: u8 = 1;
/// At most as many bytes are in front of the events.
const HEADER: usize = 8;
/// PCRs that a dynamic launch sets to zero; before it all their bits are one.
const DYNAMIC: std::ops::RangeInclusive<u8> = 17..=22;

/// Why a log is refused, or does not explain the PCRs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
	/// The bytes are no log of this version.
	#[error("the event log cannot be read")]
	Format,
	/// More events or data than a log takes.
	#[error("the event log is too long")]
	TooLong,
	/// An event of a PCR that does not exist.
	#[error("the event log extends PCR {0}, which does not exist")]
	NoSuchPcr(u8),
	/// Nothing was compared.
	#[error("no PCR is selected, so there is nothing to check")]
	NothingToCheck,
	/// The replay gives another value.
	#[error("the event log does not explain the value of PCR {0}")]
	Unexplained(u8),
}

/// One extension of one PCR.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Event {
	/// The PCR.
	pub pcr: u8,
	/// What it was extended by.
	pub digest: Hash,
	/// What the event is about. Not measured.
	pub kind: String,
	/// What was measured, as far as it is kept. Not measured itself.
	pub data: Vec<u8>,
}

impl Event {
	/// The measurement of `data`.
	pub fn of(pcr: u8, kind: &str, data: &[u8]) -> Self {
		Self {
			pcr,
			digest: Sha256::digest(data).into(),
			kind: kind.to_owned(),
			data: data.to_vec(),
		}
	}
}

/// How the PCRs began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct Start {
	/// The locality in which the firmware started the TPM: the last byte of PCR 0 before its first event.
	pub locality: u8,
	/// Whether a dynamic launch set PCRs 17 to 22 to zero.
	pub dynamic_launch: bool,
}

/// Events in the order in which they were extended. Nothing is ever taken out or changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventLog {
	start: Start,
	events: Vec<Event>,
	/// Encoded length of the events.
	len: usize,
}

impl EventLog {
	/// An empty log of a machine that started like this.
	pub fn new(start: Start) -> Self {
		Self {
			start,
			events: Vec::new(),
			len: 0,
		}
	}

	/// How the PCRs began.
	pub fn start(&self) -> Start {
		self.start
	}

	/// The events.
	pub fn events(&self) -> &[Event] {
		&self.events
	}

	/// Refuses what [`EventLog::append`] would refuse.
	pub fn admits(&self, event: &Event) -> Result<(), LogError> {
		if event.pcr >= 24 {
			return Err(LogError::NoSuchPcr(event.pcr));
		}
		let len = self.len + event.encoded_size() + HEADER;
		let is_full = self.events.len() >= MAX_EVENTS || len > MAX_LOG_LEN;
		if is_full || event.data.len() + event.kind.len() > MAX_DATA {
			return Err(LogError::TooLong);
		}
		Ok(())
	}

	/// Adds an event that has been extended.
	pub fn append(&mut self, event: Event) -> Result<(), LogError> {
		self.admits(&event)?;
		self.len += event.encoded_size();
		self.events.push(event);
		Ok(())
	}

	/// The log as bytes.
	pub fn to_bytes(&self) -> Vec<u8> {
		(VERSION, self.start, &self.events).encode()
	}

	/// Reads a log. It may come from anybody.
	pub fn from_bytes(mut bytes: &[u8]) -> Result<Self, LogError> {
		if bytes.len() > MAX_LOG_LEN {
			return Err(LogError::TooLong);
		}
		let (version, start, events) =
			<(u8, Start, Vec<Event>)>::decode(&mut bytes).map_err(|_| LogError::Format)?;
		if version != VERSION || !bytes.is_empty() {
			return Err(LogError::Format);
		}
		let mut log = Self::new(start);
		events.into_iter().try_for_each(|event| log.append(event))?;
		Ok(log)
	}

	/// Merkle root over start and events: a leaf is `H(00 ‖ encoded)`, a node `H(01 ‖ left ‖ right)`, a last node
	/// without a sibling moves up unchanged.
	pub fn root(&self) -> Hash {
		let leaf = |bytes: Vec<u8>| -> Hash {
			Sha256::new_with_prefix([0])
				.chain_update(bytes)
				.finalize()
				.into()
		};
		let mut level = vec![leaf((VERSION, self.start).encode())];
		level.extend(self.events.iter().map(|event| leaf(event.encode())));
		while level.len() > 1 {
			level = level
				.chunks(2)
				.map(|pair| match pair {
					[left, right] => Sha256::new_with_prefix([1])
						.chain_update(left)
						.chain_update(right)
						.finalize()
						.into(),
					rest => rest[0],
				})
				.collect();
		}
		level[0]
	}

	/// The values that the events lead to, ascending.
	pub fn replay(&self, selection: PcrSelection) -> Vec<Hash> {
		selection.iter().map(|pcr| self.replay_one(pcr)).collect()
	}

	fn replay_one(&self, pcr: u8) -> Hash {
		let mut value = self.initial(pcr);
		for event in self.events.iter().filter(|event| event.pcr == pcr) {
			value = extended(&value, &event.digest);
		}
		value
	}

	fn initial(&self, pcr: u8) -> Hash {
		let mut value = [0; 32];
		if pcr == 0 {
			value[31] = self.start.locality;
		} else if DYNAMIC.contains(&pcr) && !self.start.dynamic_launch {
			value = [0xff; 32];
		}
		value
	}

	/// Refuses values that the log does not lead to. Every PCR of the selection has to be explained.
	pub fn explain(&self, values: &PcrValues<'_>) -> Result<(), LogError> {
		if values.selection().is_empty() {
			return Err(LogError::NothingToCheck);
		}
		match values
			.iter()
			.find(|(pcr, value)| self.replay_one(*pcr) != **value)
		{
			Some((pcr, _)) => Err(LogError::Unexplained(pcr)),
			None => Ok(()),
		}
	}
}

/// The value of a PCR after one extension.
pub fn extended(value: &Hash, digest: &Hash) -> Hash {
	Sha256::new_with_prefix(value)
		.chain_update(digest)
		.finalize()
		.into()
}

#[cfg(test)]
mod tests {
	use super::*;

	fn log() -> EventLog {
		let mut log = EventLog::default();
		for (pcr, data) in [(11u8, &b"runtime"[..]), (12, b"line"), (11, b"manifest")] {
			log.append(Event::of(pcr, "measured", data)).unwrap();
		}
		log
	}

	#[test]
	fn replay_follows_the_order() {
		let first = extended(&[0; 32], &Sha256::digest(b"runtime").into());
		let second = extended(&first, &Sha256::digest(b"manifest").into());
		let line = extended(&[0; 32], &Sha256::digest(b"line").into());
		assert_eq!(log().replay(PcrSelection::BOARD), [second, line, [0; 32]]);
	}

	#[test]
	fn log_explains_its_values_and_no_others() {
		let (log, selection) = (log(), PcrSelection::BOARD);
		let mut values = log.replay(selection);
		assert_eq!(
			log.explain(&PcrValues::new(selection, &values).unwrap()),
			Ok(())
		);
		values[1][0] ^= 1;
		let changed = PcrValues::new(selection, &values).unwrap();
		assert_eq!(log.explain(&changed), Err(LogError::Unexplained(12)));
	}

	#[test]
	fn pcr_without_events_has_to_be_untouched() {
		let mut values = log().replay(PcrSelection::BOARD);
		values[2] = [1; 32];
		let values = PcrValues::new(PcrSelection::BOARD, &values).unwrap();
		assert_eq!(log().explain(&values), Err(LogError::Unexplained(13)));
	}

	#[test]
	fn nothing_to_check_is_an_error() {
		let values = PcrValues::new(PcrSelection::EMPTY, &[]).unwrap();
		assert_eq!(log().explain(&values), Err(LogError::NothingToCheck));
	}

	#[test]
	fn kind_and_data_are_not_measured() {
		let mut renamed = EventLog::default();
		for event in log().events() {
			let event = Event {
				kind: "???".into(),
				data: vec![],
				..event.clone()
			};
			renamed.append(event).unwrap();
		}
		assert_eq!(
			renamed.replay(PcrSelection::UEFI),
			log().replay(PcrSelection::UEFI)
		);
		assert_ne!(renamed.root(), log().root());
	}

	#[test]
	fn start_decides_the_first_values() {
		let selection = PcrSelection::of(&[0, 1, 16, 17, 22, 23]);
		let (zero, ones) = ([0; 32], [0xff; 32]);
		let mut located = zero;
		located[31] = 3;
		let started = |locality, dynamic_launch| {
			EventLog::new(Start {
				locality,
				dynamic_launch,
			})
			.replay(selection)
		};
		assert_eq!(started(0, false), [zero, zero, zero, ones, ones, zero]);
		assert_eq!(started(3, true), [located, zero, zero, zero, zero, zero]);
	}

	#[test]
	fn bytes_come_back_as_they_were() {
		assert_eq!(EventLog::from_bytes(&log().to_bytes()), Ok(log()));
		assert_eq!(
			EventLog::from_bytes(&EventLog::default().to_bytes()),
			Ok(EventLog::default())
		);
	}

	#[test]
	fn damaged_bytes_are_refused() {
		let bytes = log().to_bytes();
		for len in 0..bytes.len() {
			assert_eq!(
				EventLog::from_bytes(&bytes[..len]),
				Err(LogError::Format),
				"{len}"
			);
		}
		assert_eq!(
			EventLog::from_bytes(&[&bytes[..], &[0]].concat()),
			Err(LogError::Format)
		);
		let other_version = [&[2], &bytes[1..]].concat();
		assert_eq!(EventLog::from_bytes(&other_version), Err(LogError::Format));
		assert_eq!(
			EventLog::from_bytes(&vec![0; MAX_LOG_LEN + 1]),
			Err(LogError::TooLong)
		);
	}

	#[test]
	fn events_out_of_range_are_refused() {
		let mut log = log();
		assert_eq!(
			log.append(Event::of(24, "", b"")),
			Err(LogError::NoSuchPcr(24))
		);
		let long = vec![0; MAX_DATA + 1];
		assert_eq!(log.append(Event::of(1, "", &long)), Err(LogError::TooLong));
		let foreign = (VERSION, Start::default(), vec![Event::of(24, "", b"")]).encode();
		assert_eq!(EventLog::from_bytes(&foreign), Err(LogError::NoSuchPcr(24)));
	}

	#[test]
	fn full_log_takes_nothing_more() {
		let mut log = EventLog::default();
		for _ in 0..MAX_EVENTS {
			log.append(Event::of(11, "", b"")).unwrap();
		}
		assert_eq!(log.append(Event::of(11, "", b"")), Err(LogError::TooLong));
		assert!(log.to_bytes().len() <= MAX_LOG_LEN);
	}

	#[test]
	fn log_that_was_written_can_be_read() {
		let mut log = EventLog::default();
		while log.append(Event::of(11, "", &[0; MAX_DATA])).is_ok() {}
		assert!(log.to_bytes().len() + 2 * MAX_DATA > MAX_LOG_LEN);
		assert_eq!(EventLog::from_bytes(&log.to_bytes()), Ok(log));
	}

	#[test]
	fn root_depends_on_everything() {
		let root = log().root();
		let mut longer = log();
		longer.append(Event::of(13, "", b"")).unwrap();
		assert_ne!(longer.root(), root);
		let mut elsewhere = EventLog::new(Start {
			locality: 3,
			dynamic_launch: false,
		});
		for event in log().events() {
			elsewhere.append(event.clone()).unwrap();
		}
		assert_ne!(elsewhere.root(), root);
		let mut swapped = EventLog::default();
		for event in log().events().iter().rev() {
			swapped.append(event.clone()).unwrap();
		}
		assert_ne!(swapped.root(), root);
	}
}
