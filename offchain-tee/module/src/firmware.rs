//! The log of the firmware, as Linux hands it on (`binary_bios_measurements`): the crypto-agile format of the TCG's PC Client
//! profile. Only PCR and SHA-256 digest of each event count; the rest is text for people.

use tea_tpm::Hash;
use tea_tpm_device::{Event, EventLog, LogError, Start};

/// Where Linux has it.
pub const USUAL_PLACE: &str = "/sys/kernel/security/tpm0/binary_bios_measurements";
/// The most bytes that are read.
pub const MAX_LEN: u64 = 1 << 20;

const SHA256: u16 = 0x000b;
/// Is logged and extended nowhere.
const NO_ACTION: u32 = 3;
const SPECIFICATION: &[u8] = b"Spec ID Event03\0";
const STARTUP_LOCALITY: &[u8] = b"StartupLocality\0";
/// Banks of one log.
const MAX_BANKS: u32 = 8;
/// Bytes of an event's text that are kept: enough for people, and a log has to fit a letter.
const KEPT: usize = 128;

/// Why a log is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FirmwareError {
	/// The bytes end inside an event.
	#[error("it ends inside an event")]
	Truncated,
	/// The first event does not say that it is a crypto-agile log.
	#[error("it is not in the crypto-agile format of the TCG (firmware of a TPM 1.2?)")]
	Format,
	/// There are no SHA-256 digests in it.
	#[error("it holds no SHA-256 digests; switch that bank on in the firmware setup")]
	NoSha256,
	/// A bank that the header does not announce.
	#[error("an event uses a digest that the header does not announce")]
	UnknownBank,
	/// It does not fit the module's own log.
	#[error(transparent)]
	Log(#[from] LogError),
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
	fn take(&mut self, len: usize) -> Result<&'a [u8], FirmwareError> {
		let (taken, rest) = self
			.0
			.split_at_checked(len)
			.ok_or(FirmwareError::Truncated)?;
		self.0 = rest;
		Ok(taken)
	}

	fn array<const N: usize>(&mut self) -> Result<[u8; N], FirmwareError> {
		self.take(N)?
			.try_into()
			.map_err(|_| FirmwareError::Truncated)
	}

	fn word(&mut self) -> Result<u32, FirmwareError> {
		Ok(u32::from_le_bytes(self.array()?))
	}

	fn half(&mut self) -> Result<u16, FirmwareError> {
		Ok(u16::from_le_bytes(self.array()?))
	}

	fn sized(&mut self) -> Result<&'a [u8], FirmwareError> {
		let len = usize::try_from(self.word()?).map_err(|_| FirmwareError::Truncated)?;
		self.take(len)
	}
}

/// Lengths of the digests by algorithm, from the first event.
fn banks(reader: &mut Reader<'_>) -> Result<Vec<(u16, usize)>, FirmwareError> {
	let _pcr = reader.word()?;
	let kind = reader.word()?;
	let _digest = reader.take(20)?;
	let header = reader.sized()?;
	if kind != NO_ACTION {
		return Err(FirmwareError::Format);
	}
	let mut header = Reader(
		header
			.strip_prefix(SPECIFICATION)
			.ok_or(FirmwareError::Format)?,
	);
	// Class of the platform, version, width of a word.
	header.take(8)?;
	let count = header.word()?;
	if count == 0 || count > MAX_BANKS {
		return Err(FirmwareError::Format);
	}
	let mut banks = Vec::new();
	for _ in 0..count {
		banks.push((header.half()?, usize::from(header.half()?)));
	}
	if !banks.contains(&(SHA256, 32)) {
		return Err(FirmwareError::NoSha256);
	}
	Ok(banks)
}

/// Reads the log of a firmware. Zeros behind the last event are padding.
pub fn parse(bytes: &[u8]) -> Result<EventLog, FirmwareError> {
	let mut reader = Reader(bytes);
	let banks = banks(&mut reader)?;
	let mut start = Start::default();
	let mut events = Vec::new();
	while reader.0.iter().any(|byte| *byte != 0) {
		let pcr = reader.word()?;
		let kind = reader.word()?;
		let count = reader.word()?;
		if count > MAX_BANKS {
			return Err(FirmwareError::UnknownBank);
		}
		let mut digest: Option<Hash> = None;
		for _ in 0..count {
			let algorithm = reader.half()?;
			let (_, len) = banks
				.iter()
				.find(|(known, _)| *known == algorithm)
				.ok_or(FirmwareError::UnknownBank)?;
			let value = reader.take(*len)?;
			if algorithm == SHA256 {
				digest = value.try_into().ok();
			}
		}
		let data = reader.sized()?;
		if kind == NO_ACTION {
			if let Some([locality]) = data.strip_prefix(STARTUP_LOCALITY) {
				start.locality = *locality;
			}
			continue;
		}
		let pcr = u8::try_from(pcr).map_err(|_| LogError::NoSuchPcr(u8::MAX))?;
		events.push(Event {
			pcr,
			digest: digest.ok_or(FirmwareError::NoSha256)?,
			kind: format!("firmware {kind:#x}"),
			data: data.iter().take(KEPT).copied().collect(),
		});
	}
	let mut log = EventLog::new(start);
	for event in events {
		log.append(event)?;
	}
	Ok(log)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use tea_tpm::PcrSelection;

	fn header(banks: &[(u16, u16)]) -> Vec<u8> {
		let mut event = SPECIFICATION.to_vec();
		event.extend([0, 0, 0, 0, 0, 2, 0, 2]);
		event.extend((banks.len() as u32).to_le_bytes());
		for (algorithm, len) in banks {
			event.extend(algorithm.to_le_bytes());
			event.extend(len.to_le_bytes());
		}
		event.push(0);
		let mut bytes = vec![0; 4];
		bytes.extend(NO_ACTION.to_le_bytes());
		bytes.extend([0; 20]);
		bytes.extend((event.len() as u32).to_le_bytes());
		bytes.extend(event);
		bytes
	}

	fn event(pcr: u32, kind: u32, digests: &[(u16, &[u8])], data: &[u8]) -> Vec<u8> {
		let mut bytes = Vec::new();
		bytes.extend(pcr.to_le_bytes());
		bytes.extend(kind.to_le_bytes());
		bytes.extend((digests.len() as u32).to_le_bytes());
		for (algorithm, digest) in digests {
			bytes.extend(algorithm.to_le_bytes());
			bytes.extend(*digest);
		}
		bytes.extend((data.len() as u32).to_le_bytes());
		bytes.extend(data);
		bytes
	}

	const TWO_BANKS: &[(u16, u16)] = &[(4, 20), (SHA256, 32)];

	fn log() -> Vec<u8> {
		let both = |fill: u8| -> Vec<(u16, Vec<u8>)> {
			vec![(4, vec![fill; 20]), (SHA256, vec![fill; 32])]
		};
		let of = |pcr, kind, fill, data: &[u8]| {
			let digests = both(fill);
			let digests: Vec<(u16, &[u8])> =
				digests.iter().map(|(a, d)| (*a, d.as_slice())).collect();
			event(pcr, kind, &digests, data)
		};
		let locality = [STARTUP_LOCALITY, &[3]].concat();
		[
			header(TWO_BANKS),
			of(0, NO_ACTION, 0, &locality),
			of(0, 8, 1, b"firmware"),
			of(7, 0x8000_0001, 2, &[9; 400]),
		]
		.concat()
	}

	#[test]
	fn events_lead_to_the_values_of_the_chip() {
		let parsed = parse(&log()).unwrap();
		assert_eq!(parsed.start().locality, 3);
		assert_eq!(parsed.events().len(), 2);
		assert_eq!(parsed.events()[1].data.len(), KEPT);
		let mut first = [0; 32];
		first[31] = 3;
		let expected = tea_tpm_device::log::extended(&first, &[1; 32]);
		assert_eq!(parsed.replay(PcrSelection::of(&[0])), [expected]);
	}

	#[test]
	fn padding_behind_the_last_event_is_none() {
		let padded = [&log()[..], &[0; 500]].concat();
		assert_eq!(parse(&padded), parse(&log()));
	}

	#[test]
	fn damaged_logs_are_refused() {
		let whole = log();
		let all = parse(&whole).unwrap();
		let mut refused = 0;
		for len in 1..whole.len() {
			match parse(&whole[..len]) {
				// Between two events; the first bytes of an event of PCR 0 look like padding.
				Ok(part) => assert!(all.events().starts_with(part.events())),
				Err(FirmwareError::Truncated) => refused += 1,
				Err(error) => panic!("{len}: {error}"),
			}
		}
		assert!(refused > whole.len() - 20);
		assert_eq!(parse(b""), Err(FirmwareError::Truncated));
		let other = [&[0; 4][..], &8u32.to_le_bytes(), &[0; 24]].concat();
		assert_eq!(parse(&other), Err(FirmwareError::Format));
		let old = header(&[(4, 20)]);
		assert_eq!(parse(&old), Err(FirmwareError::NoSha256));
		let foreign = [header(TWO_BANKS), event(0, 8, &[(0xc, &[0; 48])], b"")].concat();
		assert_eq!(parse(&foreign), Err(FirmwareError::UnknownBank));
		let without = [header(TWO_BANKS), event(0, 8, &[(4, &[0; 20])], b"x")].concat();
		assert_eq!(parse(&without), Err(FirmwareError::NoSha256));
		let nowhere = [header(TWO_BANKS), event(24, 8, &[(SHA256, &[0; 32])], b"x")].concat();
		assert_eq!(
			parse(&nowhere),
			Err(FirmwareError::Log(LogError::NoSuchPcr(24)))
		);
	}

	proptest! {
		#[test]
		fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
			let _ = parse(&bytes);
			let _ = parse(&[header(TWO_BANKS), bytes].concat());
		}
	}
}
