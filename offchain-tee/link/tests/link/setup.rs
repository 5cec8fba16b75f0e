//! Links, hosts and letters for the tests.

use std::{path::Path, sync::Arc, time::Duration};

use codec::{DecodeAll, Encode};
use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey};
use tea_envelope::TransportSecret;
use tea_link::{
	HostInfo, HostLink, Incoming, Letter, LinkAddress, LinkState, Mailbox, Party, Purpose,
	StreamLink, Subject, Timing,
	server::{Limits, NoRelay, Server},
};
use tea_primitives::ids::ModuleId;
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	time::timeout,
};

pub(crate) const GENESIS: [u8; 32] = [1; 32];
pub(crate) const SOON: Duration = Duration::from_secs(10);

pub(crate) fn keypair(seed: u8) -> Keypair {
	MiniSecretKey::from_bytes(&[seed; 32])
		.unwrap()
		.expand_to_keypair(ExpansionMode::Ed25519)
}

pub(crate) fn transport(seed: u8) -> Arc<TransportSecret> {
	Arc::new(TransportSecret::take(&mut [seed; 32]))
}

pub(crate) fn mailbox(seed: u8) -> Mailbox {
	Mailbox(transport(seed).public().0)
}

pub(crate) fn party(seed: u8) -> Party {
	Party::Module {
		id: ModuleId(seed.into()),
		boot_seq: 1,
	}
}

pub(crate) fn sealed(from: u8, to: u8, body: &[u8]) -> Vec<u8> {
	let (purpose, subject) = (Purpose::Round, Subject::default());
	Letter::new(purpose, subject, party(from), party(to), 10, body.to_vec())
		.seal(&GENESIS, &keypair(from), &mailbox(to))
		.unwrap()
}

pub(crate) fn unix(dir: &Path) -> LinkAddress {
	LinkAddress::unix(&dir.join("link.sock")).unwrap()
}

pub(crate) fn quick() -> Timing {
	Timing {
		connect: Duration::from_secs(2),
		pause: (Duration::from_millis(20), Duration::from_millis(100)),
		..Timing::default()
	}
}

pub(crate) fn info() -> HostInfo {
	HostInfo {
		peer_id: "host".into(),
		addresses: vec!["/ip4/127.0.0.1/tcp/1".into()],
		version: "0".into(),
	}
}

pub(crate) async fn serve(address: &LinkAddress, limits: Limits) -> Server {
	Server::bind(address, info(), Arc::new(NoRelay), limits)
		.await
		.unwrap()
}

/// A link with the mailbox of `seed`, up and attached.
pub(crate) async fn link(address: &LinkAddress, seed: u8) -> StreamLink {
	let link = StreamLink::with_timing(address.clone(), quick());
	up(&link).await;
	link.attach(transport(seed)).await.unwrap();
	link
}

pub(crate) async fn up(link: &StreamLink) {
	let mut state = link.state();
	let up = state.wait_for(|state| matches!(state, LinkState::Up(_)));
	timeout(SOON, up).await.expect("the link comes up").unwrap();
}

pub(crate) async fn down(link: &StreamLink) -> String {
	let mut state = link.state();
	let down = state.wait_for(
		|state| matches!(state, LinkState::Down(reason) if reason != "not connected yet"),
	);
	match &*timeout(SOON, down)
		.await
		.expect("the link goes down")
		.unwrap()
	{
		LinkState::Down(reason) => reason.clone(),
		LinkState::Up(_) => unreachable!(),
	}
}

/// The sealed bytes that come next.
pub(crate) async fn next_letter(link: &StreamLink) -> Vec<u8> {
	match timeout(SOON, link.next()).await.expect("a letter comes") {
		Incoming::Letter { sealed, .. } => sealed,
		other => panic!("{other:?}"),
	}
}

/// Waits until something holds.
pub(crate) async fn until(what: &str, holds: impl Fn() -> bool) {
	let waiting = async {
		while !holds() {
			tokio::time::sleep(Duration::from_millis(10)).await;
		}
	};
	timeout(SOON, waiting).await.expect(what);
}

pub(crate) async fn write(stream: &mut (impl AsyncWriteExt + Unpin), message: &impl Encode) {
	let bytes = message.encode();
	let len = u32::try_from(bytes.len()).unwrap();
	stream.write_all(&len.to_le_bytes()).await.unwrap();
	stream.write_all(&bytes).await.unwrap();
}

/// The next message; nothing when the other side closed.
pub(crate) async fn read<M: DecodeAll>(stream: &mut (impl AsyncReadExt + Unpin)) -> Option<M> {
	let reading = async {
		let len = stream.read_u32_le().await.ok()?;
		let mut bytes = vec![0; usize::try_from(len).unwrap()];
		stream.read_exact(&mut bytes).await.ok()?;
		Some(M::decode_all(&mut &bytes[..]).unwrap())
	};
	timeout(SOON, reading).await.expect("an answer in time")
}
