//! Arguments: `arg` as often as needed, options once.

use std::time::Duration;

use litep2p::types::multiaddr::Multiaddr;
use tea_ipfs::cid::{self, Cid};

use super::{LOOK, error::RpcError};
use crate::{config::peer_of, p2p::Provider};

/// The longest that anything is looked for.
const MAX_LOOK: Duration = Duration::from_secs(3600);
/// Hosts that are named in one request.
const MAX_HINTS: usize = 20;
/// Values of `arg` in one request.
const MAX_ARGUMENTS: usize = 256;

pub(super) struct Arguments(Vec<(String, String)>);

/// A duration as Go writes it: `1m30s`, `500ms`.
fn duration(text: &str) -> Option<Duration> {
	let mut rest = text;
	let mut total = Duration::ZERO;
	while !rest.is_empty() {
		let digits = rest.find(|letter: char| !letter.is_ascii_digit())?;
		let number: u64 = rest[..digits].parse().ok()?;
		rest = &rest[digits..];
		let (unit, nanoseconds) = [
			("ns", 1),
			("us", 1_000),
			("ms", 1_000_000),
			("s", 1_000_000_000),
			("m", 60_000_000_000),
			("h", 3_600_000_000_000),
		]
		.into_iter()
		.find(|(unit, _)| {
			rest.strip_prefix(unit)
				.is_some_and(|rest| !rest.starts_with('s'))
		})?;
		rest = &rest[unit.len()..];
		total = total.checked_add(Duration::from_nanos(number.checked_mul(nanoseconds)?))?;
	}
	(!text.is_empty()).then_some(total)
}

impl Arguments {
	pub(super) fn read(query: &str) -> Self {
		Self(
			form_urlencoded::parse(query.as_bytes())
				.into_owned()
				.collect(),
		)
	}

	/// An option.
	pub(super) fn option(&self, name: &str) -> Option<&str> {
		let found = self.0.iter().find(|(key, _)| key == name)?;
		Some(&found.1)
	}

	/// A switch.
	pub(super) fn flag(&self, name: &str, default: bool) -> Result<bool, RpcError> {
		match self.option(name) {
			None => Ok(default),
			Some("" | "true" | "1") => Ok(true),
			Some("false" | "0") => Ok(false),
			Some(other) => Err(RpcError::wrong(format!(
				"{name}={other} is neither true nor false"
			))),
		}
	}

	/// A number.
	pub(super) fn number(&self, name: &str) -> Result<Option<u64>, RpcError> {
		let Some(text) = self.option(name) else {
			return Ok(None);
		};
		let wrong = |_| RpcError::wrong(format!("{name}={text} is no number"));
		text.parse().map(Some).map_err(wrong)
	}

	/// How long to look.
	pub(super) fn timeout(&self) -> Result<Duration, RpcError> {
		let Some(text) = self.option("timeout") else {
			return Ok(LOOK);
		};
		match duration(text) {
			Some(look) => Ok(look.min(MAX_LOOK)),
			None => Err(RpcError::wrong(format!(
				"timeout={text} is no duration; write it like 30s or 1m30s"
			))),
		}
	}

	/// The values of `arg`.
	pub(super) fn all(&self) -> Result<Vec<&str>, RpcError> {
		let arguments = self.0.iter().filter(|(key, _)| key == "arg");
		let all: Vec<_> = arguments.map(|(_, value)| value.as_str()).collect();
		match all.len() {
			0 => Err(RpcError::wrong("argument \"arg\" is required")),
			1..=MAX_ARGUMENTS => Ok(all),
			_ => Err(RpcError::wrong(format!(
				"at most {MAX_ARGUMENTS} arguments"
			))),
		}
	}

	/// The only value of `arg`.
	pub(super) fn one(&self) -> Result<&str, RpcError> {
		match self.all()?[..] {
			[one] => Ok(one),
			_ => Err(RpcError::wrong("one argument \"arg\", not several")),
		}
	}

	/// Hosts that are said to have it. One that does not read is nobody's loss.
	pub(super) fn hints(&self) -> Result<Vec<Provider>, RpcError> {
		let hints: Vec<_> = self.0.iter().filter(|(key, _)| key == "hint").collect();
		if hints.len() > MAX_HINTS {
			return Err(RpcError::wrong(format!("at most {MAX_HINTS} hints")));
		}
		let provider = |(_, text): &(String, String)| {
			let address: Multiaddr = text.parse().ok()?;
			Some(Provider {
				peer: peer_of(&address)?,
				addresses: vec![address],
			})
		};
		Ok(hints.into_iter().filter_map(provider).collect())
	}

	/// CIDs, each with or without `/ipfs/` in front.
	pub(super) fn cids(&self) -> Result<Vec<Cid>, RpcError> {
		let parse = |text: &str| {
			let name = text.strip_prefix("/ipfs/").unwrap_or(text);
			cid::parse(name).map_err(|error| RpcError::wrong(format!("{error}: `{}`", short(text))))
		};
		self.all()?.into_iter().map(parse).collect()
	}

	/// The only CID.
	pub(super) fn cid(&self) -> Result<Cid, RpcError> {
		self.one()?;
		let cids = self.cids()?;
		cids.first()
			.copied()
			.ok_or_else(|| RpcError::wrong("argument \"arg\" is required"))
	}
}

fn short(text: &str) -> String {
	text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn durations_are_those_of_go() {
		for (text, expected) in [
			("10s", 10_000),
			("1m30s", 90_000),
			("500ms", 500),
			("2h", 7_200_000),
			("1s500ms", 1_500),
		] {
			assert_eq!(
				duration(text),
				Some(Duration::from_millis(expected)),
				"{text}"
			);
		}
		for text in [
			"",
			"10",
			"s",
			"-1s",
			"1.5s",
			"1x",
			"99999999999999999999s",
			"18446744073s9h",
		] {
			assert!(duration(text).is_none_or(|long| long > MAX_LOOK), "{text}");
		}
		assert_eq!(Arguments::read("timeout=100h").timeout().unwrap(), MAX_LOOK);
		assert!(Arguments::read("timeout=soon").timeout().is_err());
	}

	#[test]
	fn arguments_repeat_and_options_do_not() {
		let arguments = Arguments::read("arg=a&arg=b%2Fc&pin=false&x");
		assert_eq!(arguments.all().unwrap(), ["a", "b/c"]);
		assert!(arguments.one().is_err());
		assert!(!arguments.flag("pin", true).unwrap());
		assert!(arguments.flag("x", false).unwrap());
		assert!(Arguments::read("pin=maybe").flag("pin", true).is_err());
		assert!(Arguments::read("").all().is_err());
		assert!(Arguments::read("offset=-1").number("offset").is_err());
		let peer = litep2p::PeerId::random();
		let hints =
			format!("hint=tea&hint=/ip4/127.0.0.1/tcp/1&hint=/ip4/127.0.0.1/tcp/1/p2p/{peer}");
		let hints = Arguments::read(&hints).hints().unwrap();
		assert_eq!((hints.len(), hints[0].peer), (1, peer));
		let many = "hint=x&".repeat(MAX_HINTS + 1);
		assert!(Arguments::read(&many).hints().is_err());
	}

	#[test]
	fn cids_may_be_paths_of_one_part() {
		let name = cid::of(cid::RAW, b"tea").to_string();
		for text in [name.clone(), format!("/ipfs/{name}")] {
			assert!(Arguments::read(&format!("arg={text}")).cid().is_ok());
		}
		for text in [
			format!("/ipfs/{name}/a"),
			format!("/ipns/{name}"),
			"tea".into(),
		] {
			assert!(Arguments::read(&format!("arg={text}")).cid().is_err());
		}
	}
}
