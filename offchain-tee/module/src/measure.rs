//! What a module measures: its executable into PCR 11, its manifest into PCR 12, a separator into PCR 13.
//!
//! Everything here is computed from files, so the reference values of a release come out of the build and need no
//! TPM. In class Dev, whose software TPM has no firmware in front of it, the module also plays the firmware.

use std::{
	fs::File,
	io::{self, Read},
	path::{Path, PathBuf},
};

use serde_json::Value;
use sha2::{Digest, Sha256};
use tea_tpm::{HardwareClass, Hash, PcrSelection, PcrValues};
use tea_tpm_device::{Event, EventLog, LogError};

use crate::manifest::{Entry, Manifest, ManifestError};

/// The PCR of the executable.
pub const EXECUTABLE_PCR: u8 = 11;
/// The PCR of the manifest.
pub const MANIFEST_PCR: u8 = 12;
/// The PCR that is closed after the keys of the boot were made.
pub const SEPARATOR_PCR: u8 = 13;

/// Goes into [`SEPARATOR_PCR`], so that a later stage cannot bind keys of its own to this state.
const SEPARATOR: &[u8] = b"tea/separator/v1";
/// What the played firmware of class Dev measures, one word a PCR.
const SIMULATED: [(u8, &[u8]); 5] = [
	(0, b"tea/dev/firmware"),
	(2, b"tea/dev/option-roms"),
	(4, b"tea/dev/boot-manager"),
	(7, b"tea/dev/secure-boot-off"),
	(14, b"tea/dev/machine-owner-keys"),
];
/// Parts of a chain specification that say how to reach a chain and not which one it is. They differ from host to host.
const PLACES: [&str; 4] = ["bootNodes", "telemetryEndpoints", "name", "properties"];

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MeasureError {
	/// A file cannot be read.
	#[error("{path} cannot be read, so it cannot be measured")]
	File {
		/// The file.
		path: PathBuf,
		/// Why.
		source: io::Error,
	},
	/// The chain specification is no JSON object.
	#[error("{0} is no chain specification: it is not a JSON object")]
	Spec(PathBuf),
	/// The parts make no manifest.
	#[error(transparent)]
	Manifest(#[from] ManifestError),
	/// The event log takes no more.
	#[error(transparent)]
	Log(#[from] LogError),
	/// The PCRs hold something that neither firmware log nor this program explains.
	#[error(
		"PCR {0} holds a measurement that is not of this program: another program or version ran since the machine started"
	)]
	Unexplained(u8),
}

/// Which chain a module follows, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainSource {
	/// As a light client, from the checkpoint in this specification.
	Spec(PathBuf),
	/// Somebody's word for it: only behind the development flag. It shows in the manifest.
	TrustedRpc,
}

impl ChainSource {
	fn digest(&self) -> Result<Hash, MeasureError> {
		match self {
			Self::TrustedRpc => Ok(Sha256::digest(b"tea/chain/trusted-rpc").into()),
			Self::Spec(path) => {
				let bytes = read(path)?;
				spec_digest(&bytes).ok_or_else(|| MeasureError::Spec(path.clone()))
			}
		}
	}
}

/// Digest of a chain specification without the parts that only say where the chain is reached. Order of keys and
/// white space do not count.
pub fn spec_digest(json: &[u8]) -> Option<Hash> {
	let Ok(Value::Object(mut spec)) = serde_json::from_slice(json) else {
		return None;
	};
	for place in PLACES {
		spec.remove(place);
	}
	let mut hasher = Sha256::new_with_prefix(b"tea/chain/spec/v1");
	absorb(&Value::Object(spec), &mut hasher);
	Some(hasher.finalize().into())
}

/// Every value with its kind and length in front, so that no two documents give the same bytes. The nesting is bounded
/// by the JSON reader.
fn absorb(value: &Value, hasher: &mut Sha256) {
	let mut tagged = |tag: u8, bytes: &[u8]| {
		hasher.update([tag]);
		hasher.update((bytes.len() as u64).to_le_bytes());
		hasher.update(bytes);
	};
	match value {
		Value::Null => tagged(0, &[]),
		Value::Bool(is) => tagged(1, &[u8::from(*is)]),
		Value::Number(number) => tagged(2, number.to_string().as_bytes()),
		Value::String(text) => tagged(3, text.as_bytes()),
		Value::Array(items) => {
			tagged(4, &(items.len() as u64).to_le_bytes());
			items.iter().for_each(|item| absorb(item, hasher));
		}
		Value::Object(fields) => {
			tagged(5, &(fields.len() as u64).to_le_bytes());
			let mut fields: Vec<_> = fields.iter().collect();
			fields.sort_by_key(|(name, _)| *name);
			for (name, field) in fields {
				absorb(&Value::String(name.clone()), hasher);
				absorb(field, hasher);
			}
		}
	}
}

fn read(path: &Path) -> Result<Vec<u8>, MeasureError> {
	std::fs::read(path).map_err(|source| MeasureError::File {
		path: path.to_owned(),
		source,
	})
}

fn file_digest(path: &Path) -> Result<Hash, MeasureError> {
	let failed = |source| MeasureError::File {
		path: path.to_owned(),
		source,
	};
	let mut file = File::open(path).map_err(failed)?;
	let mut hasher = Sha256::new();
	let mut buffer = vec![0; 1 << 16];
	loop {
		match file.read(&mut buffer).map_err(failed)? {
			0 => return Ok(hasher.finalize().into()),
			len => hasher.update(&buffer[..len]),
		}
	}
}

/// The measurement of one program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measurement {
	executable: Hash,
	manifest: Manifest,
}

/// What a release has to say about a program: the PCRs it decides, their values, and the root of the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceValues {
	/// The PCRs whose values are known beforehand.
	pub strict: PcrSelection,
	/// Their values, ascending.
	pub values: Vec<Hash>,
	/// Root of the manifest.
	pub manifest_root: Hash,
}

impl Measurement {
	/// Measures an executable that is to follow this chain.
	pub fn of(executable: &Path, chain: &ChainSource) -> Result<Self, MeasureError> {
		let executable = file_digest(executable)?;
		let entry = |name: &str, digest| Entry {
			name: name.into(),
			digest,
		};
		let manifest = Manifest::new(vec![
			entry("executable", executable),
			entry("chain", chain.digest()?),
		])?;
		Ok(Self {
			executable,
			manifest,
		})
	}

	/// Measures the running program. The kernel's name for it stays right when the file is replaced meanwhile.
	pub fn of_this_program(chain: &ChainSource) -> Result<Self, MeasureError> {
		Self::of(Path::new("/proc/self/exe"), chain)
	}

	/// SHA-256 of the executable.
	pub fn executable(&self) -> &Hash {
		&self.executable
	}

	/// Everything that runs.
	pub fn manifest(&self) -> &Manifest {
		&self.manifest
	}

	/// What is extended after the firmware is done, in order. The last one closes the state and comes after the keys.
	pub fn plan(&self, class: HardwareClass) -> Vec<Event> {
		let mut plan = Vec::new();
		if class == HardwareClass::Dev {
			plan.extend(SIMULATED.map(|(pcr, word)| Event::of(pcr, "simulated firmware", word)));
		}
		plan.push(Event {
			pcr: EXECUTABLE_PCR,
			digest: self.executable,
			kind: "executable".into(),
			data: Vec::new(),
		});
		plan.push(Event {
			pcr: MANIFEST_PCR,
			digest: self.manifest.root(),
			kind: "manifest".into(),
			data: self.manifest.to_bytes(),
		});
		plan.push(Event::of(SEPARATOR_PCR, "separator", SEPARATOR));
		plan
	}

	/// The reference values for a release of this class, when nothing but this program measures into its PCRs.
	pub fn reference(&self, class: HardwareClass) -> Result<ReferenceValues, MeasureError> {
		let strict = PcrSelection::of(&[EXECUTABLE_PCR, MANIFEST_PCR, SEPARATOR_PCR])
			.intersection(class.always_strict());
		let mut log = EventLog::default();
		for event in self.plan(class) {
			log.append(event)?;
		}
		Ok(ReferenceValues {
			strict,
			values: log.replay(strict),
			manifest_root: self.manifest.root(),
		})
	}
}

/// Where a boot stands: how many events of the plan the PCRs hold already, and the log up to there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
	/// The log that explains the PCRs as they are.
	pub log: EventLog,
	/// Events of the plan that are in the PCRs.
	pub done: usize,
}

/// Finds out how far the plan is carried out: a process that is started again in the same boot must not extend again.
///
/// `firmware` is the log of what came before this program; `values` are those of `selection`, ascending.
pub fn standing(
	firmware: &EventLog,
	plan: &[Event],
	selection: PcrSelection,
	values: &[Hash],
) -> Result<Standing, MeasureError> {
	let values = PcrValues::new(selection, values).map_err(|_| LogError::NothingToCheck)?;
	let mut log = firmware.clone();
	let mut unexplained = 0;
	for done in 0..=plan.len() {
		match log.explain(&values) {
			Ok(()) => return Ok(Standing { log, done }),
			Err(LogError::Unexplained(pcr)) => unexplained = pcr,
			Err(error) => return Err(error.into()),
		}
		if let Some(event) = plan.get(done) {
			log.append(event.clone())?;
		}
	}
	Err(MeasureError::Unexplained(unexplained))
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use std::fs;

	const CLASS: HardwareClass = HardwareClass::Dev;

	fn measured(executable: &[u8]) -> Measurement {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("program");
		fs::write(&path, executable).unwrap();
		Measurement::of(&path, &ChainSource::TrustedRpc).unwrap()
	}

	fn log_of(events: &[Event]) -> EventLog {
		let mut log = EventLog::default();
		for event in events {
			log.append(event.clone()).unwrap();
		}
		log
	}

	#[test]
	fn same_files_give_the_same_values_on_every_machine() {
		let one = measured(b"program").reference(CLASS).unwrap();
		assert_eq!(one, measured(b"program").reference(CLASS).unwrap());
		assert_ne!(one, measured(b"program!").reference(CLASS).unwrap());
	}

	#[test]
	fn reference_is_what_the_plan_leads_to() {
		for class in [HardwareClass::Dev, HardwareClass::D, HardwareClass::C] {
			let measured = measured(b"program");
			let reference = measured.reference(class).unwrap();
			let log = log_of(&measured.plan(class));
			assert_eq!(log.replay(reference.strict), reference.values);
			assert_eq!(
				reference.values.len(),
				reference.strict.count(),
				"{class:?}"
			);
			assert_eq!(reference.strict, class.always_strict());
			assert_eq!(reference.manifest_root, measured.manifest().root());
		}
	}

	#[test]
	fn running_program_can_be_measured() {
		let measured = Measurement::of_this_program(&ChainSource::TrustedRpc).unwrap();
		assert_eq!(
			measured.manifest().get("executable"),
			Some(measured.executable())
		);
	}

	#[test]
	fn every_step_of_the_plan_is_recognised() {
		let plan = measured(b"program").plan(CLASS);
		let selection = CLASS.selection();
		for done in 0..=plan.len() {
			let log = log_of(&plan[..done]);
			let standing = standing(
				&EventLog::default(),
				&plan,
				selection,
				&log.replay(selection),
			)
			.unwrap();
			assert_eq!(standing, Standing { log, done });
		}
	}

	#[test]
	fn firmware_in_front_of_the_plan_is_kept() {
		let firmware = log_of(&[Event::of(0, "firmware", b"vendor")]);
		let plan = measured(b"program").plan(HardwareClass::C);
		let selection = HardwareClass::C.selection();
		let mut log = firmware.clone();
		log.append(plan[0].clone()).unwrap();
		let standing = standing(&firmware, &plan, selection, &log.replay(selection)).unwrap();
		assert_eq!((standing.done, standing.log), (1, log));
	}

	#[test]
	fn other_program_in_the_same_boot_is_refused() {
		let before = log_of(&measured(b"old").plan(CLASS));
		let selection = CLASS.selection();
		let refused = standing(
			&EventLog::default(),
			&measured(b"new").plan(CLASS),
			selection,
			&before.replay(selection),
		);
		assert!(matches!(refused, Err(MeasureError::Unexplained(11))));
	}

	#[test]
	fn foreign_extension_is_refused() {
		let plan = measured(b"program").plan(CLASS);
		let mut log = log_of(&plan);
		log.append(Event::of(13, "foreign", b"x")).unwrap();
		let selection = CLASS.selection();
		let refused = standing(
			&EventLog::default(),
			&plan,
			selection,
			&log.replay(selection),
		);
		assert!(matches!(refused, Err(MeasureError::Unexplained(13))));
	}

	#[test]
	fn missing_files_are_named() {
		let missing = Path::new("/nonexistent/program");
		let error = Measurement::of(missing, &ChainSource::TrustedRpc).unwrap_err();
		assert!(error.to_string().contains("/nonexistent/program"));
		let dir = tempfile::tempdir().unwrap();
		let spec = dir.path().join("spec.json");
		fs::write(&spec, "[]").unwrap();
		let error = Measurement::of_this_program(&ChainSource::Spec(spec)).unwrap_err();
		assert!(matches!(error, MeasureError::Spec(_)));
	}

	#[test]
	fn way_to_the_chain_is_not_the_chain() {
		let digest = |text: &str| spec_digest(text.as_bytes()).unwrap();
		let spec = r#"{"id":"tea","genesis":{"raw":{"top":{"0x00":"0x01"}}},"bootNodes":[]}"#;
		let moved = r#"{"bootNodes":["/dns/host"],
			"genesis":{"raw":{"top":{"0x00":"0x01"}}},"id":"tea","name":"another name"}"#;
		assert_eq!(digest(spec), digest(moved));
		let other = spec.replace("0x01", "0x02");
		assert_ne!(digest(spec), digest(&other));
		let checkpoint = spec.replace("\"bootNodes\"", "\"lightSyncState\"");
		assert_ne!(digest(spec), digest(&checkpoint));
	}

	#[test]
	fn structure_of_a_specification_counts() {
		let all = [
			r#"{"a":["b","c"]}"#,
			r#"{"a":["b",["c"]]}"#,
			r#"{"a":"b","c":null}"#,
			r#"{"a":{"b":"c"}}"#,
			r#"{"a":["bc"]}"#,
			r#"{"a":1}"#,
			r#"{"a":"1"}"#,
			r#"{"a":true}"#,
		];
		let digests: std::collections::BTreeSet<_> = all
			.iter()
			.map(|text| spec_digest(text.as_bytes()).unwrap())
			.collect();
		assert_eq!(digests.len(), all.len());
		assert_eq!(spec_digest(b"[1]"), None);
		assert_eq!(spec_digest(b"{"), None);
	}

	proptest! {
		#[test]
		fn any_specification_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
			let _ = spec_digest(&bytes);
		}
	}
}
