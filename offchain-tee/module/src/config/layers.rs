//! Settings in layers: default, file, environment, flag; the later one wins. Every value keeps its origin, and a name that
//! nobody knows is refused wherever it stands.

use std::{collections::BTreeMap, fmt, path::PathBuf};

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
	/// Built in.
	Default,
	/// The configuration file.
	File,
	/// A variable of the environment.
	Environment,
	/// The command line.
	Flag,
}

impl fmt::Display for Origin {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Default => "default",
			Self::File => "file",
			Self::Environment => "environment",
			Self::Flag => "flag",
		})
	}
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
	/// The file cannot be read.
	#[error("the configuration file {path} cannot be read")]
	File {
		/// The file.
		path: PathBuf,
		/// Why.
		source: std::io::Error,
	},
	/// The file is not TOML.
	#[error("the configuration file {path} is not TOML: {reason}")]
	Syntax {
		/// The file.
		path: PathBuf,
		/// What the parser says.
		reason: String,
	},
	/// A name that is none.
	#[error("{origin}: there is no setting `{name}`{}", .near.as_ref().map_or(String::new(), |near| format!("; is `{near}` meant?")))]
	Unknown {
		/// Where it stands.
		origin: Origin,
		/// The name.
		name: String,
		/// The nearest one that exists.
		near: Option<&'static str>,
	},
	/// A value that does not fit.
	#[error("{origin}: `{name}` cannot be `{value}`: {reason}")]
	Value {
		/// Where it stands.
		origin: Origin,
		/// The setting.
		name: &'static str,
		/// The value.
		value: String,
		/// What is wrong with it.
		reason: String,
	},
	/// A value that has no default.
	#[error("`{name}` is not set: {doc}")]
	Missing {
		/// The setting.
		name: &'static str,
		/// What it is.
		doc: &'static str,
	},
	/// Values that exclude each other.
	#[error("{0}")]
	Conflict(String),
}

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Known {
	/// Its name in file and flag; the environment has it in capitals.
	pub name: &'static str,
	/// Built-in value.
	pub default: Option<&'static str>,
	/// What it is.
	pub doc: &'static str,
}

/// Values by name, each with its origin.
#[derive(Debug)]
pub struct Layers {
	known: &'static [Known],
	values: BTreeMap<&'static str, (String, Origin)>,
}

impl Layers {
	/// Lays the layers on each other.
	pub fn new(
		known: &'static [Known],
		prefix: &str,
		file: Option<&PathBuf>,
		environment: impl Iterator<Item = (String, String)>,
		flags: &[(&'static str, Option<String>)],
	) -> Result<Self, ConfigError> {
		let mut layers = Self {
			known,
			values: known
				.iter()
				.filter_map(|known| {
					Some((known.name, (known.default?.to_owned(), Origin::Default)))
				})
				.collect(),
		};
		if let Some(path) = file {
			for (name, value) in read(path)? {
				layers.set(&name, value, Origin::File)?;
			}
		}
		for (variable, value) in environment {
			// The variable of the file itself is the command line's.
			if let Some(name) = variable
				.strip_prefix(prefix)
				.filter(|name| *name != "CONFIG")
			{
				layers.set(&name.to_lowercase(), value, Origin::Environment)?;
			}
		}
		for (name, value) in flags {
			if let Some(value) = value {
				layers.set(name, value.clone(), Origin::Flag)?;
			}
		}
		Ok(layers)
	}

	fn set(&mut self, name: &str, value: String, origin: Origin) -> Result<(), ConfigError> {
		let Some(known) = self.known.iter().find(|known| known.name == name) else {
			return Err(ConfigError::Unknown {
				origin,
				name: name.to_owned(),
				near: self.nearest(name),
			});
		};
		self.values.insert(known.name, (value, origin));
		Ok(())
	}

	/// The name that somebody may have meant.
	fn nearest(&self, name: &str) -> Option<&'static str> {
		self.known
			.iter()
			.map(|known| (distance(known.name, name), known.name))
			.min()
			.filter(|(distance, _)| *distance <= 3)
			.map(|(_, name)| name)
	}

	/// A value that may be missing.
	pub fn optional<T>(
		&self,
		name: &'static str,
		parse: impl FnOnce(&str) -> Result<T, String>,
	) -> Result<Option<T>, ConfigError> {
		let Some((value, origin)) = self.values.get(name) else {
			return Ok(None);
		};
		if value.is_empty() {
			return Ok(None);
		}
		parse(value).map(Some).map_err(|reason| ConfigError::Value {
			origin: *origin,
			name,
			value: value.clone(),
			reason,
		})
	}

	/// A value that has to be there.
	pub fn required<T>(
		&self,
		name: &'static str,
		parse: impl FnOnce(&str) -> Result<T, String>,
	) -> Result<T, ConfigError> {
		self.optional(name, parse)?.ok_or_else(|| {
			let doc = self.known.iter().find(|known| known.name == name);
			ConfigError::Missing {
				name,
				doc: doc.map_or("", |known| known.doc),
			}
		})
	}

	/// The resolved settings as a file that gives the same, with the origin of each value.
	pub fn show(&self) -> String {
		let mut text = String::new();
		for known in self.known {
			let line = match self.values.get(known.name) {
				Some((value, origin)) => {
					format!("{} = {value:?}", known.name) + &format!("  # {origin}\n")
				}
				None => format!("# {} is not set: {}\n", known.name, known.doc),
			};
			text += &line;
		}
		text
	}
}

/// Name and value of every line of the file, values as text.
fn read(path: &PathBuf) -> Result<Vec<(String, String)>, ConfigError> {
	let text = std::fs::read_to_string(path).map_err(|source| ConfigError::File {
		path: path.clone(),
		source,
	})?;
	let syntax = |reason: String| ConfigError::Syntax {
		path: path.clone(),
		reason,
	};
	let table: toml::Table = text
		.parse()
		.map_err(|error: toml::de::Error| syntax(error.message().to_owned()))?;
	table
		.into_iter()
		.map(|(name, value)| match plain(&value) {
			Some(value) => Ok((name, value)),
			None => Err(syntax(format!(
				"`{name}` is neither a value nor a list of values"
			))),
		})
		.collect()
}

fn plain(value: &toml::Value) -> Option<String> {
	match value {
		toml::Value::String(text) => Some(text.clone()),
		toml::Value::Integer(number) => Some(number.to_string()),
		toml::Value::Boolean(is) => Some(is.to_string()),
		toml::Value::Array(items) => {
			let items: Option<Vec<String>> = items.iter().map(plain).collect();
			Some(items?.join(","))
		}
		_ => None,
	}
}

/// Edits between two names.
fn distance(a: &str, b: &str) -> usize {
	let mut row: Vec<usize> = (0..=b.len()).collect();
	for (i, x) in a.bytes().enumerate() {
		let mut diagonal = row[0];
		row[0] = i + 1;
		for (j, y) in b.bytes().enumerate() {
			let substituted = diagonal + usize::from(x != y);
			diagonal = row[j + 1];
			row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
		}
	}
	row[b.len()]
}

#[cfg(test)]
mod tests {
	use super::*;

	const KNOWN: &[Known] = &[
		Known {
			name: "module",
			default: None,
			doc: "number of the Camellia",
		},
		Known {
			name: "metrics",
			default: Some("127.0.0.1:9617"),
			doc: "",
		},
		Known {
			name: "addresses",
			default: None,
			doc: "",
		},
	];

	fn layers(
		file: &str,
		environment: &[(&str, &str)],
		flags: &[(&'static str, Option<String>)],
	) -> Result<Layers, ConfigError> {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("module.toml");
		std::fs::write(&path, file).unwrap();
		let environment = environment
			.iter()
			.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
		Layers::new(KNOWN, "TEA_TEST_", Some(&path), environment, flags)
	}

	fn number(text: &str) -> Result<u32, String> {
		text.parse().map_err(|_| "not a number".into())
	}

	#[test]
	fn later_layer_wins_and_the_origin_is_known() {
		let file = "module = 1\nmetrics = \"127.0.0.1:1\"";
		let all = layers(
			file,
			&[("TEA_TEST_MODULE", "2")],
			&[("module", Some("3".into()))],
		);
		assert_eq!(all.unwrap().required("module", number).unwrap(), 3);
		let two = layers(
			file,
			&[("TEA_TEST_MODULE", "2"), ("PATH", "x")],
			&[("module", None)],
		);
		let two = two.unwrap();
		assert_eq!(two.required("module", number).unwrap(), 2);
		let shown = two.show();
		assert!(shown.contains("module = \"2\"  # environment"));
		assert!(shown.contains("metrics = \"127.0.0.1:1\"  # file"));
		assert!(shown.contains("# addresses is not set"));
		let one = layers("", &[], &[]).unwrap();
		assert!(
			one.show()
				.contains("metrics = \"127.0.0.1:9617\"  # default")
		);
	}

	#[test]
	fn unknown_names_are_refused_in_every_layer() {
		for refused in [
			layers("modul = 1", &[], &[]),
			layers("", &[("TEA_TEST_MODUL", "1")], &[]),
			layers("", &[], &[("modul", Some("1".into()))]),
		] {
			let error = refused.unwrap_err();
			assert!(error.to_string().contains("is `module` meant?"), "{error}");
		}
		let error = layers("something-else = 1", &[], &[]).unwrap_err();
		assert!(!error.to_string().contains("meant"));
	}

	#[test]
	fn missing_and_wrong_values_are_named() {
		let empty = layers("", &[], &[]).unwrap();
		let error = empty.required("module", number).unwrap_err();
		assert_eq!(
			error.to_string(),
			"`module` is not set: number of the Camellia"
		);
		let wrong = layers("module = \"seven\"", &[], &[]).unwrap();
		let error = wrong.required("module", number).unwrap_err();
		assert_eq!(
			error.to_string(),
			"file: `module` cannot be `seven`: not a number"
		);
	}

	#[test]
	fn lists_and_broken_files() {
		let list = layers("addresses = [\"a\", \"b\"]", &[], &[]).unwrap();
		let read = list.required("addresses", |text| Ok(text.to_owned()));
		assert_eq!(read.unwrap(), "a,b");
		for bad in ["module = ", "[module]\nid = 1", "module = 1.5"] {
			assert!(
				matches!(layers(bad, &[], &[]), Err(ConfigError::Syntax { .. })),
				"{bad}"
			);
		}
		let missing = PathBuf::from("/nonexistent/module.toml");
		let refused = Layers::new(KNOWN, "X_", Some(&missing), std::iter::empty(), &[]);
		assert!(matches!(refused, Err(ConfigError::File { .. })));
	}

	#[test]
	fn distance_counts_edits() {
		assert_eq!(distance("module", "module"), 0);
		assert_eq!(distance("module", "modul"), 1);
		assert_eq!(distance("host", "hots"), 2);
		assert_eq!(distance("", "abc"), 3);
	}
}
