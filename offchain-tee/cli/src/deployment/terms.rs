//! The conditions of use, from a file and from flags.

use std::{fs, path::Path};

use serde::Deserialize;
use tea_chain::{AccountId, types::Terms};
use tea_primitives::deployment::{
	Classes, DeploymentId, Kind, Lists, MAX_LIST, Needs, Price, Readers,
};

use crate::{
	args::{
		class,
		deployment::{Node, Terms as Flags, deployment, node},
	},
	failure::{Failure, Result},
	output::amount,
};

/// A list that the chain takes.
fn bounded<Entry, List: TryFrom<Vec<Entry>>>(what: &str, entries: Vec<Entry>) -> Result<List> {
	let len = entries.len();
	entries.try_into().map_err(|_| {
		Failure::input(
			format!("the list of {what} has {len} entries"),
			format!("name {MAX_LIST} at most"),
		)
	})
}

/// An allow-list and a block-list, as people write them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
	allow: Option<Vec<String>>,
	#[serde(default)]
	block: Vec<String>,
}

/// Who may read data.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Reading {
	code: Option<Vec<String>>,
	#[serde(default)]
	ad_hoc: bool,
}

/// The file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
struct File {
	free_uses: u32,
	price: Option<String>,
	price_per_hour: Option<String>,
	classes: Option<Vec<String>>,
	max_certificate_age: Option<u32>,
	nodes: Pair,
	clients: Pair,
	expires: Option<u32>,
	readers: Reading,
	max_output: Option<u32>,
}

/// A list of needs, as people write it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NeedsFile {
	#[serde(default)]
	memory_pages: u32,
	#[serde(default)]
	fuel: u64,
	classes: Option<Vec<String>>,
	#[serde(default)]
	capabilities: Vec<String>,
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T> {
	let shown = path.display();
	let text = fs::read(path).map_err(|error| {
		Failure::input(
			format!("the file {shown} cannot be read ({error})"),
			"check the path",
		)
	})?;
	serde_json::from_slice(&text).map_err(|error| {
		Failure::input(
			format!("the file {shown} does not read ({error})"),
			"see the README of tea-cli for what may stand in it",
		)
	})
}

fn each<T>(texts: &[String], parse: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>> {
	texts
		.iter()
		.map(|text| parse(text))
		.collect::<Result<_, String>>()
		.map_err(|error| Failure::input(error, "correct the file of the terms"))
}

fn lists<Entry>(
	what: &str,
	pair: &Pair,
	parse: impl Fn(&str) -> Result<Entry, String> + Copy,
	allow: Vec<Entry>,
	block: Vec<Entry>,
) -> Result<Lists<Entry>> {
	let mut allowed = match &pair.allow {
		Some(texts) => Some(each(texts, parse)?),
		None => None,
	};
	if !allow.is_empty() {
		allowed.get_or_insert_default().extend(allow);
	}
	let mut blocked = each(&pair.block, parse)?;
	blocked.extend(block);
	Ok(Lists {
		allow: allowed.map(|list| bounded(what, list)).transpose()?,
		block: bounded(what, blocked)?,
	})
}

fn classes(texts: Option<&Vec<String>>) -> Result<Classes> {
	Ok(match texts {
		Some(texts) => Classes::of(&each(texts, class)?),
		None => Classes::ALL,
	})
}

fn account(text: &str) -> Result<AccountId, String> {
	text.parse()
		.map_err(|error: tea_chain::NotAnAccount| error.to_string())
}

/// The terms that file and flags describe together, for a deployment of this kind.
pub(crate) fn resolve(kind: Kind, flags: &Flags) -> Result<Terms> {
	let file = match &flags.file {
		Some(path) => read(path)?,
		None => File::default(),
	};
	let flags = flags.clone();
	let price = match (flags.price, flags.price_per_hour) {
		(Some(price), _) => Price::PerUse(price),
		(None, Some(price)) => Price::Hourly(price),
		(None, None) => price_of(&file)?,
	};
	let nodes = lists::<Node>(
		"nodes",
		&file.nodes,
		node,
		flags.allow_node,
		flags.block_node,
	)?;
	let clients = lists(
		"clients",
		&file.clients,
		account,
		flags.allow_client,
		flags.block_client,
	)?;
	let mut code = match &file.readers.code {
		Some(texts) => Some(each::<DeploymentId>(texts, deployment)?),
		None => None,
	};
	if !flags.reader.is_empty() {
		code.get_or_insert_default().extend(flags.reader);
	}
	let terms = Terms {
		free_uses: flags.free_uses.unwrap_or(file.free_uses),
		price,
		classes: if flags.classes.is_empty() {
			classes(file.classes.as_ref())?
		} else {
			Classes::of(&flags.classes)
		},
		max_certificate_age: flags.max_certificate_age.or(file.max_certificate_age),
		nodes,
		clients,
		expires: flags.expires.or(file.expires),
		readers: Readers {
			code: code.map(|list| bounded("readers", list)).transpose()?,
			ad_hoc: flags.ad_hoc || file.readers.ad_hoc,
		},
		max_output: flags.max_output.or(file.max_output),
	};
	let is_for_data = terms.readers != Readers::default() || terms.max_output.is_some();
	if kind == Kind::Code && is_for_data {
		return Err(Failure::input(
			"readers and the largest result are terms of data, and this is code",
			"leave out --reader, --ad-hoc and --max-output",
		));
	}
	if !terms.classes.is_valid() {
		return Err(Failure::input(
			"the terms accept no class of hardware",
			"name at least one class",
		));
	}
	Ok(terms)
}

fn price_of(file: &File) -> Result<Price<u128>> {
	let read = |text: &String| {
		amount(text).map_err(|error| Failure::input(error, "correct the file of the terms"))
	};
	match (&file.price, &file.price_per_hour) {
		(Some(_), Some(_)) => Err(Failure::input(
			"the file of the terms names a price for a use and one for an hour",
			"leave one of them out",
		)),
		(Some(text), None) => Ok(Price::PerUse(read(text)?)),
		(None, Some(text)) => Ok(Price::Hourly(read(text)?)),
		(None, None) => Ok(Price::PerUse(0)),
	}
}

/// A list of needs out of a file.
pub(crate) fn needs(path: &Path) -> Result<Needs> {
	let file: NeedsFile = read(path)?;
	let known = tea_executor::abi::CAPABILITIES;
	let mut capabilities = 0u64;
	for name in &file.capabilities {
		let Some(index) = known.iter().position(|known| known.name == name) else {
			let names: Vec<_> = known.iter().map(|known| known.name).collect();
			return Err(Failure::input(
				format!("there is no capability `{name}`"),
				format!("those that exist are {}", names.join(", ")),
			));
		};
		capabilities |= 1 << index;
	}
	Ok(Needs {
		memory_pages: file.memory_pages,
		fuel: file.fuel,
		classes: classes(file.classes.as_ref())?,
		capabilities,
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use tea_primitives::{HardwareClass, chain::UNIT, ids::ModuleId};

	fn written(text: &str) -> (tempfile::TempDir, Flags) {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("terms.json");
		fs::write(&path, text).unwrap();
		let flags = Flags {
			file: Some(path),
			..Flags::default()
		};
		(dir, flags)
	}

	#[test]
	fn nothing_said_admits_everybody_for_nothing() {
		let terms = resolve(Kind::Data, &Flags::default()).unwrap();
		assert_eq!(terms.price, Price::PerUse(0));
		assert_eq!(terms.classes, Classes::ALL);
		assert!(terms.nodes.admit(|_| false) && terms.clients.admit(|_| false));
		assert_eq!(terms.readers, Readers::default());
	}

	#[test]
	fn file_says_everything_and_flags_count_before_it() {
		let (_dir, mut flags) = written(
			r#"{
				"freeUses": 3, "pricePerHour": "0.5", "classes": ["C", "b"], "maxCertificateAge": 300,
				"nodes": {"allow": ["module:1"], "block": ["module:2"]},
				"clients": {"allow": []},
				"expires": 99, "readers": {"code": [], "adHoc": true}, "maxOutput": 1000
			}"#,
		);
		let terms = resolve(Kind::Data, &flags).unwrap();
		assert_eq!(terms.free_uses, 3);
		assert_eq!(terms.price, Price::Hourly(UNIT / 2));
		let both = [HardwareClass::B, HardwareClass::C];
		assert_eq!(terms.classes, Classes::of(&both));
		let module = |number| move |node: &Node| *node == Node::Module(ModuleId(number));
		assert!(terms.nodes.admit(module(1)) && !terms.nodes.admit(module(2)));
		// An empty allow-list admits nobody.
		assert!(!terms.clients.admit(|_| true));
		assert_eq!((terms.expires, terms.max_output), (Some(99), Some(1000)));
		assert!(terms.readers.code.is_some_and(|list| list.is_empty()));

		flags.price = Some(7);
		flags.classes = vec![HardwareClass::A];
		flags.allow_node = vec![Node::Module(ModuleId(5))];
		flags.expires = Some(100);
		let terms = resolve(Kind::Data, &flags).unwrap();
		assert_eq!(terms.price, Price::PerUse(7));
		assert_eq!(terms.classes, Classes::of(&[HardwareClass::A]));
		assert!(terms.nodes.admit(module(5)) && terms.nodes.admit(module(1)));
		assert_eq!(terms.expires, Some(100));
	}

	#[test]
	fn what_cannot_be_meant_is_refused_with_a_sentence() {
		for (text, word) in [
			("{", "does not read"),
			(r#"{"prise": "1"}"#, "prise"),
			(r#"{"price": "cheap"}"#, "amount"),
			(r#"{"price": "1", "pricePerHour": "1"}"#, "an hour"),
			(r#"{"classes": ["E"]}"#, "class"),
			(r#"{"classes": []}"#, "no class"),
			(r#"{"nodes": {"allow": ["3"]}}"#, "no node"),
			(r#"{"clients": {"block": ["me"]}}"#, "account"),
			(r#"{"readers": {"code": ["0x12"]}}"#, "hexadecimal"),
		] {
			let (_dir, flags) = written(text);
			let failure = resolve(Kind::Data, &flags).unwrap_err();
			assert!(failure.sentence.contains(word), "{text}: {failure}");
		}
		let many = Flags {
			allow_client: vec![AccountId([1; 32]); 65],
			..Flags::default()
		};
		let failure = resolve(Kind::Data, &many).unwrap_err();
		assert!(failure.next.contains("64"), "{failure}");
		let missing = Flags {
			file: Some("/nowhere".into()),
			..Flags::default()
		};
		assert!(resolve(Kind::Data, &missing).is_err());
	}

	#[test]
	fn terms_of_data_are_none_of_code() {
		for flags in [
			Flags {
				ad_hoc: true,
				..Flags::default()
			},
			Flags {
				max_output: Some(1),
				..Flags::default()
			},
			Flags {
				reader: vec![DeploymentId([1; 32])],
				..Flags::default()
			},
		] {
			assert!(resolve(Kind::Data, &flags).is_ok());
			assert!(resolve(Kind::Code, &flags).is_err());
		}
	}

	#[test]
	fn needs_are_read_or_refused() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("needs.json");
		let read = |text: &str| {
			fs::write(&path, text).unwrap();
			needs(&path)
		};
		let full =
			read(r#"{"memoryPages": 10, "fuel": 20, "classes": ["C"], "capabilities": ["time"]}"#)
				.unwrap();
		assert_eq!((full.memory_pages, full.fuel), (10, 20));
		assert_eq!(full.capabilities, 0b010);
		assert_eq!(read("{}").unwrap().classes, Classes::ALL);
		let failure = read(r#"{"capabilities": ["fly"]}"#).unwrap_err();
		assert!(failure.next.contains("rand"), "{failure}");
	}
}
