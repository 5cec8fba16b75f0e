//! `tea deploy`: encrypt here, store, hand the key to a module, register.
//!
//! Each step is written down before the next one begins, and only the last one is on chain. After an interruption the same
//! command goes on where it was; what it finds done it does not do again.

use std::{
	fs,
	path::PathBuf,
	time::{Duration, Instant},
};

use codec::Encode;
use serde_json::json;
use sha2::{Digest, Sha256};
use tea_chain::{AccountId, At, Call, Chain, types::Registration};
use tea_envelope::K1;
use tea_ipfs::Client;
use tea_link::os_rng::OsRng;
use tea_primitives::deployment::{
	Checker, Cid, Content, DeploymentId, Document, Kind, Price, Visibility,
};

use crate::{
	args::deployment::{Deploy, Kind as Asked},
	context::Context,
	deployment::{
		keystore::{Entry, Keystore},
		offer::{self, Wish},
		post::Post,
		source::Source,
		store::{self, Measured},
		terms,
	},
	failure::{Failure, Kind as FailureKind, Result},
	output::{lines, tokens},
};

/// Pause between two looks at the replicas.
const LOOK: Duration = Duration::from_secs(3);

/// How long each step took.
#[derive(Default)]
struct Times {
	encrypt: Duration,
	store: Duration,
	offer: Duration,
	register: Duration,
}

/// Deploys.
pub(crate) async fn run(context: &Context, settings: &Deploy) -> Result<()> {
	let key = context.key()?;
	let kind = settings.kind.map(|kind| match kind {
		Asked::Code => Kind::Code,
		Asked::Data => Kind::Data,
	});
	let source = Source::open(&settings.source, kind)?;
	let terms = terms::resolve(source.kind, &settings.terms)?;
	let visibility = match (settings.plain, settings.private) {
		(true, _) => Visibility::Plain,
		(_, true) => Visibility::Private,
		_ => Visibility::Hosted,
	};
	let keystore = Keystore::open(settings.keys.keys.as_deref())?;
	let client = Client::new(&settings.host.ipfs_api)?;
	let chain = context.chain().await?;
	let owner = tea_chain::Sign::account(&key);
	let mut times = Times::default();

	let documents = Documents::store(settings, source.kind, &client).await?;
	let fresh = (visibility != Visibility::Plain).then(|| K1::generate(&mut OsRng));
	let measured = store::measure(&source, fresh.as_ref())?;
	let mut registration = Registration {
		kind: source.kind,
		visibility,
		// Takes its place once it is stored.
		content: nothing(&source, &measured),
		terms,
		wanted: settings.replicas,
		checker: documents.checker,
		description: documents.description,
		declared_value: settings.declared_value,
		replaces: settings.replaces,
	};
	let fingerprint = fingerprint(&chain, owner, &measured, &registration);
	let (fingerprint, found) = keystore.find(&fingerprint, settings.again)?;
	let mut entry = match found {
		Some(entry) => entry,
		None => Entry {
			genesis: chain.genesis(),
			owner,
			name: source.name.clone(),
			fingerprint,
			k1: fresh,
			content: None,
			registration: None,
			offer: None,
			registered: None,
		},
	};
	// A key that was forgotten, or replaced by one of this run, measures nothing.
	if entry.registered.is_none() && visibility != Visibility::Plain && entry.k1.is_none() {
		return Err(Failure::input(
			"the key of the interrupted deployment is gone",
			"add --again to begin anew",
		));
	}
	keystore.write(&entry)?;

	if let Some(done) = finished(&chain, &mut entry, &keystore).await? {
		return report(context, settings, &chain, &entry, done, &times, &keystore).await;
	}
	let content = match entry.content {
		Some(content) if client.has(&store::ipfs_cid(&content.cid)?).await? => content,
		_ => {
			let measured = store::measure(&source, entry.k1.as_ref())?;
			let bar = context.output.bytes(source.size, "encrypting and storing");
			let stored =
				store::store(&client, &source, &measured, entry.k1.as_ref(), bar.clone()).await;
			bar.finish_and_clear();
			let stored = stored?;
			(times.encrypt, times.store) = (stored.encrypting, stored.storing);
			// What was offered was for other bytes.
			entry.offer = None;
			entry.content = Some(stored.content);
			keystore.write(&entry)?;
			stored.content
		}
	};
	// Best effort: the initial pinner may have another host.
	if let Err(error) = client.provide(&store::ipfs_cid(&content.cid)?).await {
		tracing::debug!(%error, "the content is not announced");
	}
	registration.content = content;
	entry.registration = Some(registration.clone());

	let at = chain.finalized().await?;
	let is_fresh = entry
		.offer
		.as_ref()
		.is_some_and(|offer| offer::is_fresh(offer, at.number()));
	if !is_fresh {
		let began = Instant::now();
		let modules = offer::pinners(&at, owner, &registration.terms, settings.pinner).await?;
		let mut post = Post::open(&settings.host.host, &chain, key).await?;
		let k1 = entry
			.k1
			.as_ref()
			.filter(|_| visibility == Visibility::Hosted);
		let wish = Wish::New(&registration);
		let offer = offer::obtain(&chain, &mut post, context.output, &modules, &wish, k1).await?;
		entry.offer = Some(offer);
		keystore.write(&entry)?;
		times.offer = began.elapsed();
	}
	let Some(offer) = entry.offer.clone() else {
		return Err(Failure::new(
			FailureKind::Denied,
			"no module made an offer",
			"run the same command again",
		));
	};
	let began = Instant::now();
	let call = Call::register_deployment(offer.deployment, &registration, &offer.seed);
	let block = match context.submit(&chain, call).await {
		Ok(outcome) => outcome.number,
		Err(failure) => match finished(&chain, &mut entry, &keystore).await? {
			// It got through after all.
			Some(block) => block,
			None => {
				// Refused for good: a repetition gets another offer. Otherwise it may yet be on its way.
				if failure.code == FailureKind::Refused.code() {
					entry.offer = None;
					keystore.write(&entry)?;
				}
				return Err(failure);
			}
		},
	};
	times.register = began.elapsed();
	entry.registered = Some(block);
	if settings.forget_key {
		entry.k1 = None;
	}
	keystore.write(&entry)?;
	report(context, settings, &chain, &entry, block, &times, &keystore).await
}

/// Documents beside the content.
struct Documents {
	checker: Checker,
	description: Option<Document>,
}

impl Documents {
	async fn store(settings: &Deploy, kind: Kind, client: &Client) -> Result<Self> {
		let read = |path: &PathBuf| {
			fs::read(path).map_err(|error| {
				Failure::input(
					format!("the file {} cannot be read ({error})", path.display()),
					"check the path",
				)
			})
		};
		let checker = match &settings.checker {
			None => Checker::None,
			Some(_) if kind == Kind::Data => {
				return Err(Failure::input(
					"a checker says who is able to run code, and this is data",
					"leave out --checker",
				));
			}
			Some(path)
				if path
					.extension()
					.is_some_and(|extension| extension == "json") =>
			{
				Checker::Needs(terms::needs(path)?)
			}
			Some(path) => {
				let object = read(path)?;
				tea_executor::Program::new(&object).map_err(|error| {
					Failure::input(
						format!("the checker {} does not run: {error}", path.display()),
						"name a list of needs (.json) or a guest",
					)
				})?;
				Checker::Wasm(store::document(client, object).await?)
			}
		};
		let description = match &settings.description {
			Some(path) => Some(store::document(client, read(path)?).await?),
			None => None,
		};
		Ok(Self {
			checker,
			description,
		})
	}
}

/// A content of which nothing is known yet but the plaintext.
fn nothing(source: &Source, measured: &Measured) -> Content {
	Content {
		cid: Cid::new(Cid::RAW, [0; 32]),
		ciphertext_hash: [0; 32],
		commitment: measured.hash,
		size: source.size,
	}
}

/// Names what is asked for: the same plaintext under the same settings, of this owner on this chain.
fn fingerprint(
	chain: &Chain,
	owner: AccountId,
	measured: &Measured,
	registration: &Registration,
) -> [u8; 32] {
	Sha256::new_with_prefix(b"tea/deploy/v1")
		.chain_update(chain.genesis())
		.chain_update(owner.0)
		.chain_update(measured.hash)
		.chain_update(registration.encode())
		.finalize()
		.into()
}

/// The block of the registration, if the chain has it already.
async fn finished(chain: &Chain, entry: &mut Entry, keystore: &Keystore) -> Result<Option<u32>> {
	let (Some(id), Some(registration)) = (entry.deployment(), &entry.registration) else {
		return Ok(None);
	};
	let at = chain.finalized().await?;
	let record = at.deployment(id).await?;
	let Some(record) = record.filter(|record| record.registration == registration.hash()) else {
		return Ok(None);
	};
	if entry.registered.is_none() {
		entry.registered = Some(record.registered);
		keystore.write(entry)?;
	}
	Ok(Some(record.registered))
}

/// Waits until as many modules hold the key as wanted.
async fn wait(
	context: &Context,
	chain: &Chain,
	id: DeploymentId,
	limit: Duration,
) -> Result<(u32, u8)> {
	let bar = context
		.output
		.spinner("waiting for modules that take the key");
	let end = Instant::now() + limit;
	let outcome = loop {
		let at: At = chain.finalized().await?;
		let Some(info) = at.deployment_info(id).await? else {
			break Err(Failure::new(
				FailureKind::NotFound,
				"the chain has no such deployment",
				"run the same command again",
			));
		};
		let (live, wanted) = (info.live, info.record.wanted);
		bar.set_message(format!(
			"block {}: {live} of {wanted} modules hold the key",
			at.number()
		));
		if live >= u32::from(wanted) || Instant::now() >= end {
			break Ok((live, wanted));
		}
		tokio::time::sleep(LOOK).await;
	};
	bar.finish_and_clear();
	outcome
}

async fn report(
	context: &Context,
	settings: &Deploy,
	chain: &Chain,
	entry: &Entry,
	block: u32,
	times: &Times,
	keystore: &Keystore,
) -> Result<()> {
	let (Some(offer), Some(registration)) = (&entry.offer, &entry.registration) else {
		return Ok(());
	};
	let id = offer.deployment;
	let is_hosted = registration.visibility == Visibility::Hosted;
	let live = match settings.wait.filter(|_| is_hosted) {
		Some(seconds) => Some(wait(context, chain, id, Duration::from_secs(seconds)).await?),
		None => None,
	};
	let file = keystore.path_of(entry);
	let cid = store::shown_cid(&registration.content.cid);
	let shown = format!("0x{}", hex::encode(id.0));
	let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
	let json = json!({
		"deployment": shown,
		"block": block,
		"cid": cid,
		"kind": format!("{:?}", registration.kind),
		"visibility": format!("{:?}", registration.visibility),
		"size": registration.content.size,
		"pinner": offer.seed.pinner.0,
		"wanted": registration.wanted,
		"live": live.map(|(live, _)| live),
		"keyFile": entry.k1.as_ref().map(|_| file.display().to_string()),
		"milliseconds": {
			"encrypt": millis(times.encrypt),
			"store": millis(times.store),
			"offer": millis(times.offer),
			"register": millis(times.register),
		},
	});
	context.output.show(&json, || {
		let mut text = lines([
			("deployment", shown.clone()),
			("registered", format!("in block {block}")),
			(
				"content",
				format!("{cid}, {} bytes", registration.content.size),
			),
			("price", price(registration)),
			("delegator", format!("module {}", offer.seed.pinner)),
		]);
		if entry.k1.is_some() {
			text += &lines([("own key", file.display().to_string())]);
		}
		if let Some((live, wanted)) = live {
			text += &lines([("replicas", format!("{live} of {wanted}"))]);
		}
		if is_hosted {
			text += &format!("next step: `tea pins {shown}` shows who holds the key\n");
		}
		text
	})
}

fn price(registration: &Registration) -> String {
	match registration.terms.price {
		Price::PerUse(amount) => format!("{} a use", tokens(amount)),
		Price::Hourly(amount) => format!("{} an hour", tokens(amount)),
	}
}
