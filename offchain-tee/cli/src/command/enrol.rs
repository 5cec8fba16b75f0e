//! `tea enrol`: what `tea-module` does by itself when it finds itself without a proven key, with somebody watching.

use serde_json::json;
use std::{fs, path::Path, path::PathBuf, sync::Arc};
use tea_chain::{Access, Chain, Key, Submitter};
use tea_module::{
	config::{
		ChainAccess,
		module::{Config, Flags},
	},
	enrol::{self, Step},
	exit::{Cause, Exit},
	state::{StateDir, StateError},
	tpm,
};

use crate::{
	args,
	context::Context,
	failure::{Failure, Result},
};

/// The configuration of a module.
pub(crate) fn configuration(path: &Path) -> Result<Config> {
	let refused =
		|error: tea_module::config::ConfigError| Failure::from(Exit::of(Cause::Config, &error));
	let layers = Config::layers(Some(&PathBuf::from(path)), &Flags::default()).map_err(refused)?;
	Config::resolve(&layers).map_err(refused)
}

/// The chain that a module follows, in the way in which it does.
pub(crate) async fn chain_of(context: &Context, access: &ChainAccess) -> Result<Chain> {
	let (access, how) = match access {
		ChainAccess::Light(path) => {
			let spec = fs::read(path).map_err(|error| {
				Failure::of(
					Cause::Config,
					format!(
						"the chain specification {} cannot be read ({error})",
						path.display()
					),
				)
				.next("correct `chain_spec`, or fetch one with `tea chain-spec light`")
			})?;
			(
				Access::LightClient { spec },
				"following the chain as a light client",
			)
		}
		ChainAccess::TrustedRpc(url) => {
			(Access::Rpc { url: url.clone() }, "connecting to the node")
		}
	};
	let bar = context.output.spinner(how);
	let chain = Chain::connect_expecting(access, context.global.genesis).await;
	bar.finish_and_clear();
	Ok(chain?)
}

/// Enrols.
pub(crate) async fn run(context: &Context, settings: &args::Enrol) -> Result<()> {
	let config = configuration(&settings.config)?;
	let operator = match context.optional_key()? {
		Some(key) => key,
		None => Key::from_file(&config.operator_key)?,
	};
	let state = StateDir::open(&config.state_dir).map_err(|error| {
		let cause = match error {
			StateError::Locked(_) => Cause::Running,
			_ => Cause::State,
		};
		Failure::from(Exit::of(cause, &error))
	})?;
	let tpm = tpm::open(&config).await?;
	let chain = chain_of(context, config.chain()).await?;
	let operator = Submitter::new(chain.clone(), Arc::new(operator));

	let bar = context.output.bar();
	let shown = bar.clone();
	let outcome = enrol::enrol(
		&enrol::Enrol {
			chain: &chain,
			tpm: &tpm,
			operator: &operator,
			state: &state,
			module: config.module,
			issuer: config.issuer,
			ek: config.ek,
			ek_certificate: config.ek_certificate.as_deref(),
			class: config.class,
		},
		&mut |step: Step| {
			shown.set_position(percent(step.fraction()));
			shown.set_message(step.to_string());
			// The bar shows nothing where nobody watches a terminal.
			if shown.is_hidden() && !context.output.json {
				eprintln!("{step}");
			}
		},
	)
	.await;
	bar.finish_and_clear();
	// In order, whatever came of it: the chip counts how it was left.
	let closed = tpm.shutdown().await;
	outcome.map_err(|error| Failure::from(Exit::from(error)))?;
	closed.map_err(|error| Failure::from(Exit::from(error)))?;

	let json = json!({ "enrolled": config.module.0 });
	context.output.show(&json, || {
		format!(
			"The TPM of this machine is enrolled for module {}.\nnext step: start tea-module with {}; it attests by itself",
			config.module,
			settings.config.display()
		)
	})
}

#[allow(
	clippy::cast_possible_truncation,
	clippy::cast_sign_loss,
	reason = "a fraction in percent"
)]
fn percent(fraction: f32) -> u64 {
	(fraction.clamp(0.0, 1.0) * 100.0) as u64
}
