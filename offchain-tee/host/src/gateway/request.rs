//! What is asked of the gateway.

use axum::http::{HeaderMap, StatusCode, Uri, header};
use tea_ipfs::cid::{self, Cid};

use super::{PROBE, car::Selection};

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
	/// One block.
	Raw,
	/// An archive.
	Car(Selection),
}

/// What is wanted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wanted {
	/// The CID as it was written.
	pub(super) name: String,
	/// The root; nothing for the probe.
	pub(super) cid: Option<Cid>,
	pub(super) form: Form,
}

type Refusal = (StatusCode, String);

fn wrong(message: impl ToString) -> Refusal {
	(StatusCode::BAD_REQUEST, message.to_string())
}

/// The parameters of one type in an `Accept` header.
fn accepted<'a>(headers: &'a HeaderMap, kind: &str) -> Option<Vec<(&'a str, &'a str)>> {
	let accept = headers.get(header::ACCEPT)?.to_str().ok()?;
	accept.split(',').find_map(|one| {
		let mut parts = one.split(';').map(str::trim);
		(parts.next() == Some(kind)).then(|| {
			parts
				.filter_map(|part| part.split_once('='))
				.map(|(name, value)| (name.trim(), value.trim()))
				.collect()
		})
	})
}

/// `from:to`, the last byte included; `*` is the end.
fn range(text: &str) -> Result<(i64, Option<i64>), Refusal> {
	let malformed = || wrong("entity-bytes is written like 0:1023, -1024:* or 4096:*");
	let (from, to) = text.split_once(':').ok_or_else(malformed)?;
	let number = |text: &str| text.parse().map_err(|_| malformed());
	let from = number(from)?;
	let to = match to {
		"*" => None,
		to => Some(number(to)?),
	};
	// An end before the beginning, where both count from the same side.
	let backwards = to.is_some_and(|to| to < from && (to < 0) == (from < 0));
	match backwards {
		true => Err(malformed()),
		false => Ok((from, to)),
	}
}

impl Wanted {
	pub(super) fn read(uri: &Uri, headers: &HeaderMap, max_len: u64) -> Result<Self, Refusal> {
		let Some(name) = uri.path().strip_prefix("/ipfs/") else {
			let message = "there is /ipfs/CID here, with ?format=raw or ?format=car";
			return Err((StatusCode::NOT_FOUND, message.to_owned()));
		};
		if name.contains('/') {
			return Err(wrong(
				"paths are not followed here; ask for the CID of the block itself",
			));
		}
		let cid = match name == PROBE.0 {
			true => None,
			false => Some(cid::parse(name).map_err(wrong)?),
		};
		let query: Vec<_> =
			form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).collect();
		let option = |name: &str| {
			let found = query.iter().find(|(key, _)| key == name);
			found.map(|(_, value)| &**value)
		};
		let archive = accepted(headers, "application/vnd.ipld.car");
		let is_car = match option("format") {
			Some("raw") => false,
			Some("car") => true,
			Some(other) => {
				return Err(wrong(format!(
					"format={} is not served here; raw and car are",
					short(other)
				)));
			}
			None if archive.is_some() => true,
			None if accepted(headers, "application/vnd.ipld.raw").is_some() => false,
			None => {
				return Err(wrong(
					"files are not put together here; ask for blocks with ?format=raw, or for an archive with ?format=car",
				));
			}
		};
		let form = match is_car {
			false => Form::Raw,
			true => {
				let parameters = archive.unwrap_or_default();
				let parameter = |name: &str| parameters.iter().find(|(key, _)| *key == name);
				if option("car-version").is_some_and(|version| version != "1")
					|| parameter("version").is_some_and(|(_, version)| *version != "1")
				{
					return Err(wrong("archives have version 1 here"));
				}
				let repeats = option("car-dups").or(parameter("dups").map(|(_, dups)| *dups));
				let root_only = match option("dag-scope") {
					None | Some("all" | "entity") => false,
					Some("block") => true,
					Some(_) => return Err(wrong("dag-scope is one of block, entity, all")),
				};
				Form::Car(Selection {
					root_only,
					repeats: repeats == Some("y"),
					range: option("entity-bytes").map(range).transpose()?,
					max_len,
				})
			}
		};
		Ok(Self {
			name: name.to_owned(),
			cid,
			form,
		})
	}

	/// What distinguishes this answer from others.
	pub(super) fn tag(&self) -> String {
		match self.form {
			Form::Raw => format!("\"{}.raw\"", self.name),
			Form::Car(selection) => {
				let scope = if selection.root_only { "block" } else { "all" };
				let dups = if selection.repeats { "y" } else { "n" };
				let range = selection.range.map_or_else(String::new, |(from, to)| {
					format!(
						".{from}:{}",
						to.map_or_else(|| "*".into(), |to| to.to_string())
					)
				});
				format!("\"{}.car.{scope}.{dups}{range}\"", self.name)
			}
		}
	}
}

fn short(text: &str) -> String {
	text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	const NAME: &str = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";

	fn read(target: &str, accept: Option<&'static str>) -> Result<Wanted, Refusal> {
		let mut headers = HeaderMap::new();
		if let Some(accept) = accept {
			headers.insert(header::ACCEPT, accept.parse().unwrap());
		}
		Wanted::read(&target.parse().unwrap(), &headers, 100)
	}

	fn selection(target: &str, accept: Option<&'static str>) -> Selection {
		match read(target, accept).unwrap().form {
			Form::Car(selection) => selection,
			Form::Raw => panic!("raw"),
		}
	}

	#[test]
	fn format_goes_before_accept() {
		let path = format!("/ipfs/{NAME}");
		let form = |target: &str, accept| read(target, accept).map(|wanted| wanted.form);
		assert_eq!(form(&format!("{path}?format=raw"), None), Ok(Form::Raw));
		assert_eq!(form(&path, Some("application/vnd.ipld.raw")), Ok(Form::Raw));
		let car = Some("application/vnd.ipld.car");
		assert_eq!(form(&format!("{path}?format=raw"), car), Ok(Form::Raw));
		assert!(matches!(form(&path, car), Ok(Form::Car(_))));
		for accept in [None, Some("*/*"), Some("text/html,application/xhtml+xml")] {
			assert_eq!(form(&path, accept).unwrap_err().0, StatusCode::BAD_REQUEST);
		}
		assert!(form(&format!("{path}?format=tar"), None).is_err());
	}

	#[test]
	fn parameters_of_archives_are_read() {
		let path = format!("/ipfs/{NAME}?format=car");
		let plain = selection(&path, None);
		assert_eq!(plain, Selection::all(100));
		let accept =
			Some("text/html, application/vnd.ipld.car; version=1; order=dfs; dups=y;q=0.9");
		assert!(selection(&format!("/ipfs/{NAME}"), accept).repeats);
		assert!(selection(&format!("{path}&dag-scope=block"), None).root_only);
		let range = selection(&format!("{path}&dag-scope=entity&entity-bytes=-5:*"), None).range;
		assert_eq!(range, Some((-5, None)));
		for wrong in [
			"dag-scope=some",
			"entity-bytes=5",
			"entity-bytes=5:2",
			"entity-bytes=a:b",
			"car-version=2",
		] {
			assert!(read(&format!("{path}&{wrong}"), None).is_err(), "{wrong}");
		}
	}

	#[test]
	fn only_roots_are_served_and_each_answer_has_its_tag() {
		for target in ["/", "/ipns/example.org", "/ipfs"] {
			assert_eq!(read(target, None).unwrap_err().0, StatusCode::NOT_FOUND);
		}
		for name in [
			"tea",
			"QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n",
			&format!("{NAME}/a"),
			"",
		] {
			let refused = read(&format!("/ipfs/{name}?format=raw"), None).unwrap_err();
			assert_eq!(refused.0, StatusCode::BAD_REQUEST, "{name}");
		}
		assert_eq!(read("/ipfs/bafkqaaa?format=raw", None).unwrap().cid, None);
		let tag = |query: &str| read(&format!("/ipfs/{NAME}?{query}"), None).unwrap().tag();
		let tags = [
			tag("format=raw"),
			tag("format=car"),
			tag("format=car&car-dups=y"),
			tag("format=car&dag-scope=block"),
			tag("format=car&entity-bytes=0:5"),
		];
		let different: std::collections::HashSet<_> = tags.iter().collect();
		assert_eq!(different.len(), tags.len());
	}
}
