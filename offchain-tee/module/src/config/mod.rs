//! Configuration: resolved once, at the start, into a struct that nothing changes afterwards.

mod layers;
mod pinning;

use std::{
	net::{IpAddr, SocketAddr},
	path::PathBuf,
	str::FromStr,
};

use tea_link::LinkAddress;
use tea_primitives::ids::{IssuerId, ModuleId};
use tea_tpm::{EkKind, HardwareClass};
use tea_tpm_device::Tcti;

use crate::measure::ChainSource;
pub use layers::{ConfigError, Known, Layers, Origin};

/// Addresses in a profile.
const MAX_ADDRESSES: usize = 4;
/// Bytes of an address.
const MAX_ADDRESS: usize = 128;

/// Declares settings: the flags with their help, and the table that resolves them.
macro_rules! settings {
	($prefix:literal; $($doc:literal $(#[$arg:meta])* $name:ident = $default:expr;)+) => {
		/// The prefix of the variables in the environment.
		pub const ENVIRONMENT: &str = $prefix;

		/// Every setting.
		pub const SETTINGS: &[Known] = &[$(Known {
			name: stringify!($name),
			default: $default,
			doc: $doc,
		},)+];

		/// The settings as flags.
		#[derive(Clone, Debug, Default, clap::Args)]
		pub struct Flags {
			$(
				#[doc = $doc]
				$(#[$arg])*
				#[arg(long, global = true, help_heading = "Settings")]
				pub $name: Option<String>,
			)+
		}

		impl Flags {
			/// The values that were given.
			pub fn given(&self) -> Vec<(&'static str, Option<String>)> {
				vec![$((stringify!($name), self.$name.clone()),)+]
			}
		}
	};
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
	/// For people.
	Text,
	/// For machines.
	Json,
}

/// The way to the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainAccess {
	/// As a light client, which checks finality and proofs itself.
	Light(PathBuf),
	/// A node whose word is believed: for development.
	TrustedRpc(String),
}

impl ChainAccess {
	/// What the manifest says about it.
	pub fn source(&self) -> ChainSource {
		match self {
			Self::Light(spec) => ChainSource::Spec(spec.clone()),
			Self::TrustedRpc(_) => ChainSource::TrustedRpc,
		}
	}
}

/// Settings that both programs of this crate have.
#[derive(Clone, Debug)]
pub struct Common {
	/// The way to the chain.
	pub chain: ChainAccess,
	/// Where the host listens.
	pub host: LinkAddress,
	/// Where `/metrics`, `/health` and `/ready` listen.
	pub metrics: SocketAddr,
	/// How log lines look.
	pub log_format: LogFormat,
	/// Which log lines appear.
	pub log: String,
}

impl Common {
	fn resolve(layers: &Layers) -> Result<Self, ConfigError> {
		let spec = layers.optional("chain_spec", path)?;
		let rpc = layers.optional("dev_trust_rpc", |text| Ok(text.to_owned()))?;
		let chain = match (spec, rpc) {
			(Some(spec), None) => ChainAccess::Light(spec),
			(None, Some(url)) => ChainAccess::TrustedRpc(url),
			(Some(_), Some(_)) => {
				return Err(ConfigError::Conflict(
					"`chain_spec` and `dev_trust_rpc` are both set: follow the chain as a light client, or trust a node for \
					 development, not both"
						.into(),
				));
			}
			(None, None) => {
				return Err(ConfigError::Missing {
					name: "chain_spec",
					doc: "raw specification of the chain with its checkpoint (or, for development, `dev_trust_rpc`)",
				});
			}
		};
		let is_public = layers.required("public", boolean)?;
		let metrics = layers.required("metrics", |text| address(text, is_public))?;
		Ok(Self {
			chain,
			host: layers.required("host", |text| {
				LinkAddress::from_str(text).map_err(|error| error.to_string())
			})?,
			metrics,
			log_format: layers.required("log_format", log_format)?,
			log: layers.required("log", |text| Ok(text.to_owned()))?,
		})
	}
}

fn path(text: &str) -> Result<PathBuf, String> {
	Ok(PathBuf::from(text))
}

fn boolean(text: &str) -> Result<bool, String> {
	text.parse()
		.map_err(|_| "write `true` or `false`".to_owned())
}

fn number(text: &str) -> Result<u32, String> {
	text.parse().map_err(|_| "write a number".to_owned())
}

fn log_format(text: &str) -> Result<LogFormat, String> {
	match text {
		"text" => Ok(LogFormat::Text),
		"json" => Ok(LogFormat::Json),
		_ => Err("write `text` or `json`".into()),
	}
}

/// Nothing local is public unless somebody says so.
fn address(text: &str, is_public: bool) -> Result<SocketAddr, String> {
	let address: SocketAddr = text
		.parse()
		.map_err(|_| "write it as 127.0.0.1:9617".to_owned())?;
	let is_local = match address.ip() {
		IpAddr::V4(ip) => ip.is_loopback() || ip.is_private(),
		IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
	};
	if is_local || is_public {
		Ok(address)
	} else {
		Err("everybody could reach it (PublicBind); take a loopback or private address, or set `public = true`".into())
	}
}

/// Reads a hardware class.
pub fn class(text: &str) -> Result<HardwareClass, String> {
	Ok(match text {
		"A" | "a" => HardwareClass::A,
		"B" | "b" => HardwareClass::B,
		"C" | "c" => HardwareClass::C,
		"D" | "d" => HardwareClass::D,
		"V" | "v" => HardwareClass::V,
		"Dev" | "dev" => HardwareClass::Dev,
		_ => return Err("write A, B, C, D, V or Dev".into()),
	})
}

/// Reads a kind of endorsement key.
pub fn ek_kind(text: &str) -> Result<EkKind, String> {
	Ok(match text {
		"rsa2048" => EkKind::Rsa2048,
		"p256" => EkKind::P256,
		"p384" => EkKind::P384,
		_ => return Err("write rsa2048, p256 or p384".into()),
	})
}

fn addresses(text: &str) -> Result<Vec<String>, String> {
	let all: Vec<String> = text
		.split(',')
		.map(str::trim)
		.filter(|part| !part.is_empty())
		.map(str::to_owned)
		.collect();
	if all.len() > MAX_ADDRESSES || all.iter().any(|one| one.len() > MAX_ADDRESS) {
		return Err(format!(
			"at most {MAX_ADDRESSES} addresses of {MAX_ADDRESS} bytes"
		));
	}
	Ok(all)
}

/// Settings of `tea-module`.
pub mod module {
	use super::{
		ChainAccess, Common, ConfigError, EkKind, HardwareClass, IssuerId, Known, Layers, ModuleId,
		PathBuf, Tcti, addresses, boolean, class, ek_kind, number, path,
		pinning::{errands, ipfs_api, policy},
	};
	use crate::{errand, pins::Policy};
	use std::str::FromStr;

	settings! { "TEA_MODULE_";
		"Number of the module: the item id of its Camellia" module = None;
		"Place of the TPM: device:/dev/tpmrm0 or swtpm:host=127.0.0.1,port=2321" tpm = Some("device:/dev/tpmrm0");
		"Kind of the endorsement key: rsa2048, p256 or p384" ek = Some("rsa2048");
		"File with the certificate of the endorsement key, for a TPM that keeps none" ek_certificate = None;
		"Number of the registered issuer of that certificate; needed to enrol" issuer = None;
		"Class of the hardware: A, B, C, D, V or Dev (software TPM)" class = None;
		"Folder for the attestation key blob, the event log and the lock" state_dir = Some("/var/lib/tea-module");
		"Raw chain specification with its checkpoint, for the light client" chain_spec = None;
		"DEVELOPMENT ONLY: believe this node instead of following the chain as a light client" dev_trust_rpc = None;
		"Where the host listens: unix:/path or tcp:127.0.0.1:port" host = Some("unix:/run/tea-host/link.sock");
		"File with the operator's secret: a development account like //Alice, or 64 hexadecimal digits" operator_key = None;
		"Where /metrics, /health and /ready listen" metrics = Some("127.0.0.1:9617");
		"Allow addresses that everybody can reach"
			#[arg(num_args = 0..=1, default_missing_value = "true")] public = Some("false");
		"Log lines as text or json" log_format = Some("text");
		"Which log lines appear" log = Some("info,tss_esapi=off,sync-service=error");
		"Addresses of the host for browsers to start from, separated by commas" addresses = None;
		"Attest also measurements that belong to no accepted release (default: only in class Dev)"
			#[arg(num_args = 0..=1, default_missing_value = "true")] attest_unreleased = None;
		"IPFS server that keeps contents: the RPC of tea-host, or a kubo daemon" ipfs_api = Some("http://127.0.0.1:9960");
		"What is pinned: code, data, code,data or none" pin = Some("code,data");
		"Pins at a time" pin_most = Some("64");
		"Bytes of one pinned content" pin_most_size = Some("1073741824");
		"Bytes of all pinned contents" pin_most_total = Some("17179869184");
		"Accounts whose deployments are always pinned, separated by commas" pin_owners = None;
		"What others have to ask for a use, in the smallest unit; `none` pins only for pin_owners" pin_least_price = Some("0");
		"Memory for a guest, in pages of 64 KiB" guest_memory_pages = Some("4096");
		"Fuel of one run" guest_fuel = Some("100000000000");
		"Memory of all runs together, in bytes" guest_memory_total = Some("1073741824");
		"Errands at a time, up to 128, from the claim to the settlement; 0 takes none" errands = Some("64");
		"Guests that run at a time; the other errands wait (default: one for each processor)" guests = None;
		"What a unit of fuel has to bring, in the smallest unit" errand_least_gas_price = Some("0");
		"File with the event log of the firmware (default: where Linux has it), for classes A, B, C and V" firmware_log = None;
	}

	/// The resolved settings.
	#[derive(Clone, Debug)]
	pub struct Config {
		/// Chain, host, metrics, log.
		pub common: Common,
		/// The module.
		pub module: ModuleId,
		/// Place of the TPM.
		pub tpm: Tcti,
		/// Kind of its endorsement key.
		pub ek: EkKind,
		/// Certificate of a chip that keeps none.
		pub ek_certificate: Option<PathBuf>,
		/// Issuer of the certificate.
		pub issuer: Option<IssuerId>,
		/// Class of the hardware.
		pub class: HardwareClass,
		/// Folder of the state.
		pub state_dir: PathBuf,
		/// File of the operator's secret.
		pub operator_key: PathBuf,
		/// Addresses for the profile.
		pub addresses: Vec<String>,
		/// Whether bad news about this very machine are posted knowingly.
		pub attest_unreleased: bool,
		/// File with the log of the firmware.
		pub firmware_log: Option<PathBuf>,
		/// The server that keeps contents.
		pub ipfs_api: String,
		/// What is pinned.
		pub pins: Policy,
		/// What is run.
		pub errands: errand::Policy,
	}

	impl Config {
		/// Resolves the layers.
		pub fn resolve(layers: &Layers) -> Result<Self, ConfigError> {
			let class = layers.required("class", class)?;
			let state_dir = layers.required("state_dir", path)?;
			let operator_key = layers
				.optional("operator_key", path)?
				.unwrap_or_else(|| state_dir.join("operator.key"));
			Ok(Self {
				common: Common::resolve(layers)?,
				module: ModuleId(layers.required("module", number)?),
				tpm: layers.required("tpm", |text| {
					Tcti::from_str(text).map_err(|error| error.to_string())
				})?,
				ek: layers.required("ek", ek_kind)?,
				ek_certificate: layers.optional("ek_certificate", path)?,
				issuer: layers.optional("issuer", number)?.map(IssuerId),
				class,
				state_dir,
				operator_key,
				addresses: layers.optional("addresses", addresses)?.unwrap_or_default(),
				attest_unreleased: layers
					.optional("attest_unreleased", boolean)?
					.unwrap_or(class == HardwareClass::Dev),
				firmware_log: layers.optional("firmware_log", path)?,
				ipfs_api: layers.required("ipfs_api", ipfs_api)?,
				pins: policy(layers)?,
				errands: errands(layers)?,
			})
		}

		/// The layers of a process: file, environment, flags.
		pub fn layers(file: Option<&PathBuf>, flags: &Flags) -> Result<Layers, ConfigError> {
			Layers::new(
				SETTINGS,
				ENVIRONMENT,
				file,
				text_variables(),
				&flags.given(),
			)
		}

		/// The way to the chain.
		pub fn chain(&self) -> &ChainAccess {
			&self.common.chain
		}
	}

	use super::text_variables;
}

/// Settings of `tea-registrar`.
pub mod registrar {
	use super::{Common, ConfigError, Known, Layers, PathBuf, boolean, path, text_variables};

	settings! { "TEA_REGISTRAR_";
		"File with the secret of the registrar's account: a development account like //Alice, or 64 hexadecimal digits" account_key = None;
		"File with the X25519 secret that belongs to the registered transport key, 64 hexadecimal digits" transport_key = None;
		"DEVELOPMENT ONLY: be all six registrars of a development chain"
			#[arg(num_args = 0..=1, default_missing_value = "true")] dev = Some("false");
		"Raw chain specification with its checkpoint, for the light client" chain_spec = None;
		"DEVELOPMENT ONLY: believe this node instead of following the chain as a light client" dev_trust_rpc = None;
		"Where the host listens: unix:/path or tcp:127.0.0.1:port" host = Some("unix:/run/tea-host/link.sock");
		"Where /metrics, /health and /ready listen" metrics = Some("127.0.0.1:9618");
		"Allow addresses that everybody can reach"
			#[arg(num_args = 0..=1, default_missing_value = "true")] public = Some("false");
		"Log lines as text or json" log_format = Some("text");
		"Which log lines appear" log = Some("info,tss_esapi=off,sync-service=error");
	}

	/// Whose duties are done.
	#[derive(Clone, Debug, PartialEq, Eq)]
	pub enum Who {
		/// The account of these files.
		Account {
			/// File of the account's secret.
			account_key: PathBuf,
			/// File of the transport secret.
			transport_key: PathBuf,
		},
		/// All registrars of a development chain, whose keys everybody knows.
		Development,
	}

	/// The resolved settings.
	#[derive(Clone, Debug)]
	pub struct Config {
		/// Chain, host, metrics, log.
		pub common: Common,
		/// Whose duties are done.
		pub who: Who,
	}

	impl Config {
		/// Resolves the layers.
		pub fn resolve(layers: &Layers) -> Result<Self, ConfigError> {
			let who = if layers.required("dev", boolean)? {
				Who::Development
			} else {
				Who::Account {
					account_key: layers.required("account_key", path)?,
					transport_key: layers.required("transport_key", path)?,
				}
			};
			Ok(Self {
				common: Common::resolve(layers)?,
				who,
			})
		}

		/// The layers of a process: file, environment, flags.
		pub fn layers(file: Option<&PathBuf>, flags: &Flags) -> Result<Layers, ConfigError> {
			Layers::new(
				SETTINGS,
				ENVIRONMENT,
				file,
				text_variables(),
				&flags.given(),
			)
		}
	}
}

/// The environment, as far as it is text.
fn text_variables() -> impl Iterator<Item = (String, String)> {
	std::env::vars_os()
		.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn resolve(pairs: &[(&'static str, &str)]) -> Result<module::Config, ConfigError> {
		let flags: Vec<_> = pairs
			.iter()
			.map(|(name, value)| (*name, Some((*value).to_owned())))
			.collect();
		let layers = Layers::new(
			module::SETTINGS,
			module::ENVIRONMENT,
			None,
			std::iter::empty(),
			&flags,
		)?;
		module::Config::resolve(&layers)
	}

	const LEAST: &[(&str, &str)] = &[
		("module", "7"),
		("class", "C"),
		("chain_spec", "/etc/tea/spec.json"),
	];

	#[test]
	fn defaults_fill_what_is_not_said() {
		let config = resolve(LEAST).unwrap();
		assert_eq!(config.module, ModuleId(7));
		assert_eq!(config.tpm.to_string(), "device:/dev/tpmrm0");
		assert_eq!(
			config.operator_key,
			PathBuf::from("/var/lib/tea-module/operator.key")
		);
		assert!(!config.attest_unreleased && config.common.metrics.ip().is_loopback());
	}

	#[test]
	fn pins_are_taken_from_all_owners_unless_somebody_says_otherwise() {
		let open = resolve(LEAST).unwrap().pins;
		assert!(open.code && open.data && open.least_price == Some(0));
		let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
		let closed = [
			LEAST,
			&[
				("pin", "data"),
				("pin_owners", alice),
				("pin_least_price", "none"),
			],
		]
		.concat();
		let closed = resolve(&closed).unwrap().pins;
		assert!(!closed.code && closed.data);
		assert_eq!(closed.least_price, None);
		assert_eq!(closed.owners.len(), 1);
		let none = [LEAST, &[("pin", "none")]].concat();
		assert!(!resolve(&none).unwrap().pins.is_open());
	}

	#[test]
	fn software_tpm_attests_what_no_release_knows() {
		let dev = [LEAST, &[("class", "Dev")]].concat();
		assert!(resolve(&dev).unwrap().attest_unreleased);
		let careful = [&dev[..], &[("attest_unreleased", "false")]].concat();
		assert!(!resolve(&careful).unwrap().attest_unreleased);
	}

	#[test]
	fn trusted_node_needs_its_own_flag_and_excludes_the_light_client() {
		let rpc = &[
			("module", "7"),
			("class", "Dev"),
			("dev_trust_rpc", "ws://127.0.0.1:9944"),
		];
		let config = resolve(rpc).unwrap();
		assert_eq!(config.chain().source(), ChainSource::TrustedRpc);
		let both = [LEAST, &[("dev_trust_rpc", "ws://127.0.0.1:9944")]].concat();
		assert!(matches!(resolve(&both), Err(ConfigError::Conflict(_))));
		assert!(matches!(
			resolve(&LEAST[..2]),
			Err(ConfigError::Missing {
				name: "chain_spec",
				..
			})
		));
	}

	#[test]
	fn public_address_needs_a_word() {
		let public = [LEAST, &[("metrics", "0.0.0.0:9617")]].concat();
		let error = resolve(&public).unwrap_err();
		assert!(error.to_string().contains("PublicBind"));
		let meant = [&public[..], &[("public", "true")]].concat();
		assert!(resolve(&meant).is_ok());
		let private = [LEAST, &[("metrics", "10.0.0.1:9617")]].concat();
		assert!(resolve(&private).is_ok());
	}

	#[test]
	fn wrong_values_are_refused_with_what_to_write() {
		for (name, value, hint) in [
			("module", "seven", "number"),
			("class", "E", "A, B, C"),
			("ek", "rsa4096", "rsa2048"),
			("tpm", "device", "/dev/tpmrm0"),
			("host", "0.0.0.0:1", ""),
			("metrics", "localhost", "127.0.0.1"),
			("public", "yes", "true"),
			("log_format", "xml", "json"),
			("issuer", "-1", "number"),
			("addresses", "a,b,c,d,e", "at most 4"),
			("ipfs_api", "ftp://x", "http://"),
			("pin", "music", "code"),
			("pin_most", "-1", "number"),
			("pin_most_size", "1 GiB", "number"),
			("pin_owners", "nobody", "account"),
			("pin_least_price", "cheap", "none"),
			("guest_memory_pages", "4097", "4096"),
			("guest_fuel", "100000000001", "100000000000"),
		] {
			let pairs = [LEAST, &[(name, value)]].concat();
			let error = resolve(&pairs).unwrap_err().to_string();
			assert!(error.contains(name) && error.contains(hint), "{error}");
		}
	}

	#[test]
	fn registrar_needs_its_keys_or_the_development_flag() {
		let resolve = |pairs: &[(&'static str, &str)]| {
			let flags: Vec<_> = pairs
				.iter()
				.map(|(name, value)| (*name, Some((*value).to_owned())))
				.collect();
			let layers = Layers::new(
				registrar::SETTINGS,
				registrar::ENVIRONMENT,
				None,
				std::iter::empty(),
				&flags,
			)
			.unwrap();
			registrar::Config::resolve(&layers)
		};
		let spec = ("chain_spec", "/etc/tea/spec.json");
		assert!(resolve(&[spec]).is_err());
		let dev = resolve(&[spec, ("dev", "true")]).unwrap();
		assert_eq!(dev.who, registrar::Who::Development);
		assert!(resolve(&[spec, ("account_key", "/a"), ("transport_key", "/b")]).is_ok());
	}

	#[test]
	fn every_class_and_kind_has_a_name() {
		for name in ["A", "B", "C", "D", "V", "Dev", "dev"] {
			assert!(class(name).is_ok());
		}
		for name in ["rsa2048", "p256", "p384"] {
			assert!(ek_kind(name).is_ok());
		}
	}
}
