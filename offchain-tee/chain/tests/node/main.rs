//! Against real nodes: through a trusted one, and as a light client that trusts none.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used)]

mod lab;

use futures::StreamExt;
use lab::Node;
use std::{sync::Arc, time::Duration};
use tea_chain::{
	Access, AccountId, Call, Chain, Error, Followed, Key, Progress, Refusal, Sign, SubmitError,
	Submitter, for_light_clients, types::LifeStage,
};
use tea_primitives::{
	HardwareClass,
	ids::{ModuleId, ReleaseId},
};
use tokio::time::timeout;

/// For whatever depends on a few blocks of 3 s and on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

const UNIT: u128 = 1_000_000_000_000;

fn key(uri: &str) -> Arc<Key> {
	Arc::new(Key::from_uri(uri).unwrap())
}

/// The next `count` finalised blocks follow each other.
async fn follow(chain: &Chain, count: usize) -> u32 {
	let mut blocks = chain.follow_finalized();
	let mut last: Option<tea_chain::At> = None;
	for _ in 0..count {
		let next = timeout(PATIENCE, blocks.next()).await.unwrap().unwrap();
		let Followed::Block(at) = next else {
			panic!("{next:?}")
		};
		if let Some(last) = &last {
			assert_eq!(at.number(), last.number() + 1);
			assert_eq!(at.parent(), last.hash());
		}
		last = Some(at);
	}
	last.unwrap().number()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trusted_node_is_read_followed_and_written_to() {
	let node = Node::start(&[]);
	let chain = node.chain().await;
	assert!(!chain.is_proven());
	follow(&chain, 3).await;
	timeout(PATIENCE, reads(&chain)).await.unwrap();
	timeout(PATIENCE, finality(&chain)).await.unwrap();
	timeout(2 * PATIENCE, submissions(&chain, &node.url()))
		.await
		.unwrap();

	// A node of another chain than the one that is wanted.
	let access = Access::Rpc { url: node.url() };
	let error = Chain::connect_expecting(access, Some([7; 32]))
		.await
		.unwrap_err();
	assert!(matches!(error, Error::WrongChain { .. }), "{error}");
}

/// A justification begins with its round, and hash and number of its block.
async fn finality(chain: &Chain) {
	let justification = chain.next_justification().await.unwrap();
	let (_, rest) = justification.split_first_chunk::<8>().unwrap();
	let (hash, rest) = rest.split_first_chunk::<32>().unwrap();
	let number = u32::from_le_bytes(*rest.first_chunk().unwrap());
	let named = chain
		.request("chain_getBlockHash", vec![number.into()])
		.await
		.unwrap();
	assert_eq!(named.as_str(), Some(&*format!("0x{}", hex::encode(hash))));
}

async fn reads(chain: &Chain) {
	let at = timeout(PATIENCE, chain.fresh()).await.unwrap().unwrap();
	assert!(at.age().await.unwrap() < Duration::from_secs(60));
	at.ensure_fresh().await.unwrap();

	assert_eq!(at.camelliae().await.unwrap().len(), 6);
	let camellia = at.camellia(ModuleId(0)).await.unwrap().unwrap();
	let owner = key("//Alice//stash").account();
	assert_eq!(camellia.owner, Some(owner));
	assert_eq!(camellia.stage, LifeStage::Fresh);
	assert_eq!(at.camellia(ModuleId(99)).await.unwrap(), None);

	let registrars = at.registrars().await.unwrap();
	assert_eq!(registrars.len(), 6);
	for (index, (_, registrar)) in registrars.iter().enumerate() {
		assert_eq!(registrar.index as usize, index);
	}
	let alice = key("//Alice").account();
	assert!(at.registrar(alice).await.unwrap().is_some());
	let governance = at.governance().await.unwrap();
	assert_eq!(governance.sudo, Some(alice));
	assert_eq!(governance.council.len(), 3);

	assert_eq!(at.modules().await.unwrap(), []);
	assert_eq!(at.module_info(ModuleId(0)).await.unwrap(), None);
	assert_eq!(at.certificate_of(ModuleId(0)).await.unwrap(), None);
	assert_eq!(at.enrolment(ModuleId(0)).await.unwrap(), None);
	assert_eq!(at.round(ModuleId(0)).await.unwrap(), None);
	assert_eq!(at.releases_of(HardwareClass::Dev).await.unwrap(), []);
	assert_eq!(at.session_owner(alice).await.unwrap(), None);
	assert_eq!(at.sequence(ModuleId(0)).await.unwrap().round, 0);

	assert!(at.balance(owner).await.unwrap().free > UNIT);
	assert_eq!(at.free_balance(AccountId([1; 32])).await.unwrap(), 0);
	assert_eq!(at.hash_of(at.number()).await.unwrap(), Some(at.hash()));
	assert_eq!(
		at.hash_of(at.number() - 1).await.unwrap(),
		Some(at.parent())
	);
	assert_eq!(at.hash_of(0).await.unwrap(), Some(chain.genesis()));
	assert!(!at.events().await.unwrap().is_empty());
	let constants = at.constants().await.unwrap();
	assert_eq!(constants.committee_size, 4);
	assert_eq!(chain.constants().unwrap(), constants);
	assert_eq!(chain.block_time().unwrap(), Duration::from_secs(3));
}

async fn submissions(chain: &Chain, url: &str) {
	let alice = Submitter::new(chain.clone(), key("//Alice"));
	let newcomer = key("//Newcomer").account();

	// Two at once from one account, in order.
	let mut first = alice.submit(Call::transfer_keep_alive(newcomer, 5 * UNIT));
	let second = alice.submit(Call::transfer_keep_alive(newcomer, 7 * UNIT));
	first.in_block().await.unwrap();
	let first = first.finalized().await.unwrap();
	let second = second.finalized().await.unwrap();
	assert!((first.number, first.index) < (second.number, second.index));
	assert!(!second.events.is_empty());
	let at = chain.finalized().await.unwrap();
	assert_eq!(at.free_balance(newcomer).await.unwrap(), 12 * UNIT);

	// A call that fails in its block, also inside of sudo: pallet, name and sentence.
	let retire = Call::retire_release(ReleaseId(77));
	let error = alice
		.submit_finalized(Call::sudo(retire.clone()))
		.await
		.unwrap_err();
	assert_eq!(error.dispatch(), Some(("Attestation", "UnknownRelease")));
	assert!(
		error.to_string().contains("There is no such release"),
		"{error}"
	);
	let error = alice.submit_finalized(retire).await.unwrap_err();
	assert_eq!(error.dispatch(), Some(("System", "BadOrigin")));

	// Who connects now sees it at once: the newest block, not one that is only kept still.
	let later = Chain::connect(Access::Rpc {
		url: url.to_owned(),
	})
	.await
	.unwrap();
	let seen = later.finalized().await.unwrap();
	assert!(seen.number() >= second.number);

	// An account without money is refused at once, and not tried again and again.
	let poor = Submitter::new(chain.clone(), key("//Poor"));
	let mut refused = poor.submit(Call::remark(b"note"));
	let error = refused.in_block().await.unwrap_err();
	assert!(
		matches!(
			error,
			SubmitError::Refused {
				reason: Refusal::Payment,
				..
			}
		),
		"{error}"
	);
	assert!(matches!(refused.progress(), Progress::Failed(_)));

	// Many at once, where carrying one out twice does no harm: they share blocks.
	let bob = Submitter::pipelined(chain.clone(), key("//Bob"));
	let many: Vec<_> = (0..12).map(|n| bob.submit(Call::remark(&[n]))).collect();
	let mut blocks = std::collections::BTreeSet::new();
	for submission in many {
		blocks.insert(submission.finalized().await.unwrap().number);
	}
	assert!(blocks.len() < 6, "{blocks:?}");
	let at = chain.finalized().await.unwrap();
	let bob = key("//Bob").account();
	assert_eq!(at.balance(bob).await.unwrap().nonce, 12);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_dies_and_comes_back_is_an_ordinary_event() {
	let mut node = Node::start(&[]);
	let chain = node.chain().await;
	let mut blocks = chain.follow_finalized();
	let alice = Submitter::new(chain.clone(), key("//Alice"));
	let mut last = 0;
	for _ in 0..2 {
		if let Some(Followed::Block(at)) = timeout(PATIENCE, blocks.next()).await.unwrap() {
			last = at.number();
		}
	}
	node.kill();
	// What is asked meanwhile fails in time, with an error that says to try later.
	let at = chain.finalized().await.unwrap();
	let error = timeout(PATIENCE, at.balance(AccountId([1; 32])))
		.await
		.unwrap()
		.unwrap_err();
	assert!(error.is_passing(), "{error}");
	node.restart();

	// Nothing is left out in silence.
	for _ in 0..3 {
		match timeout(PATIENCE, blocks.next()).await.unwrap().unwrap() {
			Followed::Block(at) => {
				assert_eq!(at.number(), last + 1);
				last = at.number();
			}
			Followed::Gap { from, to } => {
				assert_eq!(from, last + 1);
				last = to;
			}
		}
	}
	let outcome = timeout(PATIENCE, alice.submit_finalized(Call::remark(b"back")))
		.await
		.unwrap()
		.unwrap();
	assert!(outcome.number > 0);
}

/// A specification for light clients, as `tea chain-spec light` makes it.
async fn light_spec(chain: &Chain) -> Vec<u8> {
	let spec = chain
		.request("sync_state_genSyncSpec", vec![true.into()])
		.await
		.unwrap();
	let header = chain
		.request(
			"chain_getHeader",
			vec![format!("0x{}", hex(&chain.genesis())).into()],
		)
		.await
		.unwrap();
	// 32 bytes in hexadecimal are read like an account.
	let root: AccountId = header["stateRoot"].as_str().unwrap().parse().unwrap();
	let addresses = chain
		.request("system_localListenAddresses", vec![])
		.await
		.unwrap();
	let boot: Vec<String> = addresses
		.as_array()
		.unwrap()
		.iter()
		.filter_map(|address| address.as_str())
		.filter(|address| address.contains("127.0.0.1") && address.contains("/ws"))
		.map(str::to_owned)
		.collect();
	for_light_clients(spec.to_string().as_bytes(), &boot, root.0).unwrap()
}

fn hex(bytes: &[u8]) -> String {
	bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_light_client_believes_only_what_is_proven() {
	let node = Node::start(&["--listen-addr", "/ip4/127.0.0.1/tcp/0/ws"]);
	let trusted = node.chain().await;
	follow(&trusted, 3).await;
	let spec = light_spec(&trusted).await;

	// A lying host: the same boot nodes under another genesis. Its chain is never believed.
	let mut other: serde_json::Value = serde_json::from_slice(&spec).unwrap();
	other["genesis"]["raw"]["top"]["0x6c6965"] = "0x00".into();
	let lie = Access::LightClient {
		spec: other.to_string().into_bytes(),
	};
	let error = Chain::connect_within(lie, None, Duration::from_secs(20))
		.await
		.unwrap_err();
	assert!(matches!(error, Error::NoPeers { .. }), "{error}");

	let light = timeout(PATIENCE, Chain::connect(Access::LightClient { spec }))
		.await
		.unwrap()
		.unwrap();
	assert!(light.is_proven());
	assert_eq!(light.genesis(), trusted.genesis());
	follow(&light, 3).await;
	timeout(PATIENCE, reads(&light)).await.unwrap();
	println!("resident: {} MiB", resident_mib());

	let alice = Submitter::new(light.clone(), key("//Alice"));
	let newcomer = key("//LightNewcomer").account();
	let outcome = timeout(
		PATIENCE,
		alice.submit_finalized(Call::transfer_keep_alive(newcomer, 3 * UNIT)),
	)
	.await
	.unwrap()
	.unwrap();
	let at = light.finalized().await.unwrap();
	assert!(at.number() >= outcome.number);
	assert_eq!(at.free_balance(newcomer).await.unwrap(), 3 * UNIT);
	println!("resident: {} MiB", resident_mib());
}

fn resident_mib() -> u64 {
	let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
	status
		.lines()
		.find_map(|line| line.strip_prefix("VmRSS:"))
		.and_then(|rest| rest.trim().split(' ').next())
		.and_then(|kib| kib.parse::<u64>().ok())
		.unwrap_or_default()
		/ 1024
}
