//! The process of `tea-registrar`: the challenger and verifier of a module, signing with a registrar's account.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use tea_chain::{AccountId, Chain, Key, Submitter};
use tea_envelope::TransportSecret;
use tea_link::{HostLink, Party, StreamLink};
use tea_primitives::draw::Member;
use tokio::{
	sync::{mpsc, watch},
	task::JoinSet,
};
use zeroize::Zeroizing;

use crate::{
	config::registrar::{Config, Who},
	errand::Verifying,
	exit::{Cause, Exit},
	http::{Health, Http},
	keys::{self, AccountKey, Signer},
	metrics::Metrics,
	run::{account_of, check_clock, connect, watch_over},
	service::{Actor, courier::Courier, duty::Duties, listener::Listener, mailroom::Mailroom},
	signals,
};

/// The registrars of a development chain. Their keys are public knowledge.
const DEVELOPMENT: [&str; 6] = ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"];

/// The transport key of a registrar of a development chain.
fn development_transport(name: &str) -> Result<Arc<TransportSecret>, keys::KeyError> {
	let secret = Sha256::digest(format!("tea/dev/registrar/{name}"));
	keys::transport_key(Zeroizing::new(secret.into()))
}

fn actor(key: Key, transport: Arc<TransportSecret>) -> Actor {
	let signer: Arc<dyn Signer> = Arc::new(AccountKey(key));
	let account = account_of(&*signer);
	Actor {
		member: Member::Registrar(account),
		party: Party::Registrar(account.0),
		signer,
		transport,
	}
}

fn actors(who: &Who) -> Result<Vec<Actor>, Exit> {
	let refused = |error: &(dyn std::error::Error + 'static)| Exit::of(Cause::Key, error);
	match who {
		Who::Development => DEVELOPMENT
			.iter()
			.map(|name| {
				let key = Key::from_uri(&format!("//{name}")).map_err(|error| refused(&error))?;
				let transport = development_transport(name).map_err(|error| refused(&error))?;
				Ok(actor(key, transport))
			})
			.collect(),
		Who::Account {
			account_key,
			transport_key,
		} => {
			let key = Key::from_file(account_key).map_err(|error| refused(&error))?;
			let text = std::fs::read_to_string(transport_key).map(Zeroizing::new);
			let text = text.map_err(|error| {
				Exit::new(
					Cause::Key,
					format!(
						"the key file {} cannot be read: {error}",
						transport_key.display()
					),
				)
			})?;
			let secret = keys::parse_secret(&text).map_err(|error| refused(&error))?;
			let transport = keys::transport_key(secret).map_err(|error| refused(&error))?;
			Ok(vec![actor(key, transport)])
		}
	}
}

/// Runs the registrar until it is told to stop.
pub async fn run(config: Config) -> Result<(), Exit> {
	let mut stop = signals::listen()?;
	let metrics = Arc::new(Metrics::new().map_err(|error| Exit::of(Cause::Internal, &error))?);
	let (health, shown) = watch::channel(Health {
		state: "starting".into(),
		..Health::default()
	});
	let _http = Http::listen(config.common.metrics, metrics.clone(), shown).await?;
	let actors = actors(&config.who)?;
	let body = serve(&config, actors, &metrics, &health, stop.clone());
	let ended = tokio::select! {
		ended = body => ended,
		_ = stopped_early(&mut stop, &health) => Ok(()),
	};
	health.send_modify(|health| {
		health.ready = false;
		health.state = "draining".into();
	});
	ended
}

async fn stopped_early(stop: &mut watch::Receiver<bool>, health: &watch::Sender<Health>) {
	signals::stopped(stop).await;
	if health.borrow().ready {
		std::future::pending::<()>().await;
	}
}

async fn serve(
	config: &Config,
	actors: Vec<Actor>,
	metrics: &Arc<Metrics>,
	health: &watch::Sender<Health>,
	stop: watch::Receiver<bool>,
) -> Result<(), Exit> {
	let chain = connect(&config.common).await?;
	check_clock(&chain).await?;
	let link: Arc<dyn HostLink> = Arc::new(StreamLink::new(config.common.host.clone()));
	let mut mailroom = Mailroom::new(link.clone(), chain.clone(), metrics.clone());
	let listener = Listener::default();
	let mut tasks: JoinSet<Result<(), Exit>> = JoinSet::new();
	let draining = actors.len().saturating_mul(2);
	let registrars = actors.len();
	for actor in actors {
		check_registered(&chain, &actor).await;
		let letters = mailroom
			.open(actor.clone())
			.await
			.map_err(|error| Exit::of(Cause::Internal, &error))?;
		let courier = Courier::new(
			link.clone(),
			chain.genesis(),
			actor.clone(),
			metrics.clone(),
		);
		let submitter = Submitter::pipelined(chain.clone(), actor.signer.clone());
		// Nobody keeps a list of peers here.
		let (heard, _) = mpsc::channel(1);
		let verifying = Verifying::new(
			actor.clone(),
			chain.clone(),
			courier.clone(),
			submitter.clone(),
			metrics.clone(),
		);
		let duties = Duties::new(
			actor,
			chain.clone(),
			courier,
			submitter,
			metrics.clone(),
			heard,
		);
		let (duty_sights, check_sights) = (listener.subscribe(), listener.subscribe());
		let (stop_duties, stop_checks) = (stop.clone(), stop.clone());
		tasks.spawn(async move {
			duties.run(duty_sights, letters.duty, stop_duties).await;
			Ok(())
		});
		tasks.spawn(async move {
			verifying
				.run(check_sights, letters.checks, stop_checks)
				.await;
			Ok(())
		});
	}
	let for_listener = metrics.clone();
	tasks.spawn(async move {
		listener.run(chain, for_listener).await;
		Ok(())
	});
	tasks.spawn(async move {
		mailroom.run().await;
		Ok(())
	});
	health.send_modify(|health| {
		health.ready = true;
		health.state = "serving".into();
	});
	tracing::info!(registrars, "serving");
	watch_over(tasks, &stop, draining).await
}

/// Says whether the chain knows this registrar under these keys. Governance may name it later.
async fn check_registered(chain: &Chain, actor: &Actor) {
	let Member::Registrar(account) = actor.member else {
		return;
	};
	let AccountId(_) = account;
	let registered = match chain.finalized().await {
		Ok(at) => at.registrar(account).await,
		Err(error) => Err(error),
	};
	match registered {
		Ok(Some(record)) if record.transport == actor.transport.public().0 => {
			tracing::info!(%account, "registrar");
		}
		Ok(Some(_)) => tracing::warn!(
			%account,
			"the chain has another transport key for this registrar: no letter will reach it; call `set_registrar`"
		),
		Ok(None) => {
			tracing::warn!(%account, "the chain does not name this account a registrar yet")
		}
		Err(error) => tracing::warn!(%account, %error, "the registrar was not looked up"),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn development_registrars_have_the_keys_of_the_development_chain() {
		for (name, public) in [
			(
				"Alice",
				"400ba18d0f0b127b8900df2cf14d79f8499b3423c4ed48c70937fa071e19a721",
			),
			(
				"Bob",
				"de24140d6421439d440572e07e34e0c90294f2048078f95de4b4f3e24b9fa35a",
			),
			(
				"Ferdie",
				"4dcd548757c7dfac9ff934e4a049b0c252ee287e8e45170411012f421ebcb43f",
			),
		] {
			let transport = development_transport(name).unwrap();
			assert_eq!(hex::encode(transport.public().0), public, "{name}");
		}
		assert_eq!(actors(&Who::Development).unwrap().len(), 6);
	}

	#[test]
	fn unusable_key_files_are_named() {
		let dir = tempfile::tempdir().unwrap();
		let who = |account: &str, transport: &str| Who::Account {
			account_key: dir.path().join(account),
			transport_key: dir.path().join(transport),
		};
		let write = |name: &str, text: &str| {
			use std::os::unix::fs::PermissionsExt;
			let path = dir.path().join(name);
			std::fs::write(&path, text).unwrap();
			std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
		};
		write("account", "//Alice");
		write("transport", &"ab".repeat(32));
		write("broken", "no key");
		assert_eq!(actors(&who("account", "transport")).unwrap().len(), 1);
		for who in [
			who("missing", "transport"),
			who("account", "missing"),
			who("account", "broken"),
			who("broken", "transport"),
		] {
			let exit = actors(&who).err().unwrap();
			assert_eq!(exit.cause, Cause::Key);
		}
	}
}
