//! Peers that speak bitswap as they like.

use std::{collections::HashMap, time::Duration};

use async_trait::async_trait;
use futures::StreamExt;
use litep2p::{
	Litep2p,
	codec::ProtocolCodec,
	config::ConfigBuilder,
	protocol::{Direction, TransportEvent, TransportService, UserProtocol},
	substream::Substream,
	transport::tcp::config::Config as TcpConfig,
	types::{multiaddr::Multiaddr, protocol::ProtocolName},
};
use tea_ipfs::{
	ClientError,
	cid::{self, Cid, RAW},
	protobuf::{Field, Reader, key, put_bytes, put_number},
};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	sync::mpsc,
	time::{sleep, timeout},
};

use crate::{files::file, setup::*};

/// What a stranger is told to do, and what he sees.
struct Stranger {
	send: mpsc::UnboundedSender<Vec<u8>>,
	seen: mpsc::UnboundedReceiver<Vec<u8>>,
}

struct Protocol {
	orders: mpsc::UnboundedReceiver<Vec<u8>>,
	seen: mpsc::UnboundedSender<Vec<u8>>,
	answer: fn(&[u8]) -> Option<Vec<u8>>,
	/// Reads nothing of what comes.
	stalls: bool,
}

/// Reads messages of a stream.
async fn read(mut stream: Substream, seen: mpsc::UnboundedSender<Vec<u8>>) {
	while let Ok(first) = stream.read_u8().await {
		let (mut len, mut byte, mut shift) = (usize::from(first & 0x7f), first, 7);
		while byte & 0x80 != 0 {
			byte = stream.read_u8().await.unwrap();
			len |= usize::from(byte & 0x7f) << shift;
			shift += 7;
		}
		let mut message = vec![0; len];
		if stream.read_exact(&mut message).await.is_err() {
			return;
		}
		let _ = seen.send(message);
	}
}

#[async_trait]
impl UserProtocol for Protocol {
	fn protocol(&self) -> ProtocolName {
		ProtocolName::from("/ipfs/bitswap/1.2.0")
	}

	fn codec(&self) -> ProtocolCodec {
		ProtocolCodec::Unspecified
	}

	async fn run(mut self: Box<Self>, mut service: TransportService) -> litep2p::Result<()> {
		let mut connected = None;
		let mut waiting = HashMap::new();
		let mut stalled = Vec::new();
		let (inner, mut answers) = mpsc::unbounded_channel::<Vec<u8>>();
		loop {
			let bytes = tokio::select! {
				event = service.next() => {
					match event {
						Some(TransportEvent::ConnectionEstablished { peer, .. }) => connected = Some(peer),
						Some(TransportEvent::SubstreamOpened { direction: Direction::Inbound, substream, .. }) => {
							if self.stalls {
								stalled.push(substream);
							} else {
								tokio::spawn(read(substream, inner.clone()));
							}
						}
						Some(TransportEvent::SubstreamOpened { direction: Direction::Outbound(id), mut substream, .. }) => {
							let bytes: Vec<u8> = waiting.remove(&id).unwrap();
							tokio::spawn(async move {
								// The other side may have had enough.
								let _ = substream.write_all(&bytes).await;
								let _ = substream.flush().await;
								sleep(Duration::from_secs(20)).await;
							});
						}
						None => return Ok(()),
						_ => (),
					}
					continue;
				}
				Some(message) = answers.recv() => {
					let answer = (self.answer)(&message);
					let _ = self.seen.send(message);
					match answer {
						Some(answer) => answer,
						None => continue,
					}
				}
				order = self.orders.recv() => match order {
					Some(order) => order,
					None => return Ok(()),
				},
			};
			let id = service.open_substream(connected.unwrap()).unwrap();
			waiting.insert(id, bytes);
		}
	}
}

impl Stranger {
	/// Connects to the host. `answer` is what it says to a message.
	async fn new(host: &Host, answer: fn(&[u8]) -> Option<Vec<u8>>, stalls: bool) -> Self {
		let (send, orders) = mpsc::unbounded_channel();
		let (seen, inbox) = mpsc::unbounded_channel();
		let protocol = Protocol {
			orders,
			seen,
			answer,
			stalls,
		};
		let tcp = TcpConfig {
			listen_addresses: vec!["/ip4/127.0.0.1/tcp/0".parse().unwrap()],
			reuse_port: false,
			..TcpConfig::default()
		};
		let config = ConfigBuilder::new()
			.with_tcp(tcp)
			.with_user_protocol(Box::new(protocol))
			.with_keep_alive_timeout(SOON)
			.build();
		let mut litep2p = Litep2p::new(config).unwrap();
		let address: Multiaddr = host.ready.listen.parse().unwrap();
		litep2p.dial_address(address).await.unwrap();
		tokio::spawn(async move { while litep2p.next_event().await.is_some() {} });
		let me = Self { send, seen: inbox };
		let begun = std::time::Instant::now();
		while host.figure("tea_host_peers").await < 1.0 {
			assert!(begun.elapsed() < SOON);
			sleep(Duration::from_millis(20)).await;
		}
		sleep(Duration::from_millis(300)).await;
		me
	}

	fn say(&self, message: &[u8]) {
		self.send.send(framed(message)).unwrap();
	}

	async fn next(&mut self) -> Vec<u8> {
		timeout(SOON, self.seen.recv())
			.await
			.expect("a message")
			.unwrap()
	}
}

fn framed(message: &[u8]) -> Vec<u8> {
	let mut frame = Vec::new();
	tea_ipfs::protobuf::put_varint(&mut frame, message.len() as u64);
	frame.extend_from_slice(message);
	frame
}

/// A message with wants: CID, and whether it is a cancel.
fn wants(list: &[(Cid, bool)]) -> Vec<u8> {
	let mut entries = Vec::new();
	for (cid, cancel) in list {
		let mut entry = Vec::new();
		put_bytes(&mut entry, key(1, 2), &cid.to_bytes());
		put_number(&mut entry, key(2, 0), 1);
		put_number(&mut entry, key(3, 0), u64::from(*cancel));
		put_number(&mut entry, key(5, 0), 1);
		put_bytes(&mut entries, key(1, 2), &entry);
	}
	let mut message = Vec::new();
	put_bytes(&mut message, key(1, 2), &entries);
	message
}

fn block(data: &[u8]) -> Vec<u8> {
	let mut block = Vec::new();
	put_bytes(&mut block, key(1, 2), &[1, 0x55, 0x12, 32]);
	put_bytes(&mut block, key(2, 2), data);
	let mut message = Vec::new();
	put_bytes(&mut message, key(3, 2), &block);
	message
}

/// The data of the blocks in a message.
fn blocks_in(message: &[u8]) -> Vec<Vec<u8>> {
	let mut blocks = Vec::new();
	let mut reader = Reader::new(message);
	while let Some((field, value)) = reader.field().unwrap() {
		if let (3, Field::Bytes(bytes)) = (field, value) {
			let mut inner = Reader::new(bytes);
			while let Some((field, value)) = inner.field().unwrap() {
				if let (2, Field::Bytes(data)) = (field, value) {
					blocks.push(data.to_vec());
				}
			}
		}
	}
	blocks
}

fn silent(_: &[u8]) -> Option<Vec<u8>> {
	None
}

/// Hazard 1: a cancel after the block came does not bring it once more.
#[tokio::test]
async fn cancel_brings_nothing() {
	let dir = tempfile::tempdir().unwrap();
	let host = Host::start(dir.path(), &[]).await;
	let cid = host.ipfs().block_put(RAW, b"tea".to_vec()).await.unwrap();
	let mut stranger = Stranger::new(&host, silent, false).await;
	stranger.say(&wants(&[(cid, false)]));
	assert_eq!(blocks_in(&stranger.next().await), [b"tea"]);
	stranger.say(&wants(&[(cid, true)]));
	let again = timeout(Duration::from_secs(1), stranger.seen.recv()).await;
	assert!(again.is_err(), "{again:?}");
	assert_eq!(
		host.figure("tea_host_bitswap_blocks_total{way=\"out\"}")
			.await,
		1.0
	);
}

/// Hazard 2: messages on streams of their own, one right after the other, are all read.
#[tokio::test]
async fn streams_side_by_side_are_all_read() {
	let dir = tempfile::tempdir().unwrap();
	let host = Host::start(dir.path(), &[]).await;
	let mut stranger = Stranger::new(&host, silent, false).await;
	let mut expected = Vec::new();
	for seed in 0..10u8 {
		let cid = host.ipfs().block_put(RAW, vec![seed; 100]).await.unwrap();
		expected.push((cid, vec![seed; 100]));
	}
	for (cid, _) in &expected {
		stranger.say(&wants(&[(*cid, false)]));
	}
	let mut got = Vec::new();
	while got.len() < expected.len() {
		got.extend(blocks_in(&stranger.next().await));
	}
	got.sort();
	assert!(
		got.iter()
			.zip(&expected)
			.all(|(got, (_, expected))| got == expected)
	);
}

/// Hazard 3: one reader who stalls stops nobody else, and is sent away.
#[tokio::test]
async fn stalled_reader_stops_nobody() {
	let [a, b] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
	let host = Host::start(a.path(), &[]).await;
	let file = file(20 << 20, 1);
	let root = host.ipfs().add_bytes(file.clone()).await.unwrap().root;
	let stranger = Stranger::new(&host, silent, true).await;
	let leaves: Vec<_> = file
		.chunks(1 << 20)
		.map(|leaf| (cid::of(RAW, leaf), false))
		.collect();
	stranger.say(&wants(&leaves));
	let other = Host::start(b.path(), &["--bootnode", &host.ready.listen]).await;
	let begun = std::time::Instant::now();
	other.ipfs().pin(&root, SOON).await.unwrap();
	assert!(
		begun.elapsed() < Duration::from_secs(14),
		"{:?}",
		begun.elapsed()
	);
	let begun = std::time::Instant::now();
	while host
		.figure("tea_host_bitswap_refused_total{reason=\"stalled\"}")
		.await < 1.0
	{
		assert!(begun.elapsed() < Duration::from_secs(90));
		sleep(Duration::from_millis(500)).await;
	}
	drop(stranger);
}

/// Hazard 8 and memory: what is no message, too long, or not asked for, ends its stream and is counted; the host goes on.
#[tokio::test]
async fn nonsense_is_counted_and_costs_nothing() {
	let dir = tempfile::tempdir().unwrap();
	let host = Host::start(dir.path(), &[]).await;
	let stranger = Stranger::new(&host, silent, false).await;
	let before = host.memory();
	stranger.say(b"\xff\xff\xff no message");
	// A message of 4 MiB of whom nothing was asked, and lengths that no message has.
	stranger.send.send(framed(&vec![0; 4 << 20])).unwrap();
	stranger.send.send(vec![0xff; 20]).unwrap();
	// Blocks that nobody asked for.
	stranger.say(&block(b"junk"));
	// More wants than are taken at once, of blocks that are not here.
	let absent: Vec<_> = (0..2000u32)
		.map(|number| (cid::of(RAW, &number.to_le_bytes()), false))
		.collect();
	for _ in 0..20 {
		stranger.say(&wants(&absent));
	}
	let figure = |reason: &str| format!("tea_host_bitswap_refused_total{{reason=\"{reason}\"}}");
	for reason in ["malformed", "too_long", "junk", "wants"] {
		let begun = std::time::Instant::now();
		while host.figure(&figure(reason)).await < 1.0 {
			assert!(begun.elapsed() < SOON, "{reason} is not counted");
			sleep(Duration::from_millis(50)).await;
		}
	}
	assert!(
		host.memory() < before + 64 * 1024,
		"{} KiB more",
		host.memory() - before
	);
	let kept = host.ipfs().repo_stat().await.unwrap().num_objects;
	assert_eq!(kept, 0, "nothing of it was kept");
}

/// A peer that sends other blocks than those that were asked for.
#[tokio::test]
async fn liar_is_found_out_and_named() {
	fn lie(message: &[u8]) -> Option<Vec<u8>> {
		// An answer to wants only.
		(message.len() > 30).then(|| framed(&block(b"not what you asked for")))
	}
	let dir = tempfile::tempdir().unwrap();
	let host = Host::start(dir.path(), &[]).await;
	let _liar = Stranger::new(&host, lie, false).await;
	let client = host.ipfs().with_patience(Duration::from_secs(3));
	let wanted = cid::of(RAW, b"what I asked for");
	let refused = client.block_get(&wanted).await.unwrap_err();
	assert!(matches!(refused, ClientError::Missing(_)), "{refused}");
	assert!(
		host.figure("tea_host_bitswap_refused_total{reason=\"junk\"}")
			.await >= 1.0
	);
	assert_eq!(host.ipfs().repo_stat().await.unwrap().num_objects, 0);
}

/// A peer that says that it has everything, and sends nothing; another one has it.
#[tokio::test]
async fn boaster_only_costs_time() {
	fn boast(message: &[u8]) -> Option<Vec<u8>> {
		let mut reader = Reader::new(message);
		let mut answer = Vec::new();
		while let Some((field, value)) = reader.field().ok()? {
			let (1, Field::Bytes(list)) = (field, value) else {
				continue;
			};
			let mut entries = Reader::new(list);
			while let Some((_, Field::Bytes(entry))) = entries.field().ok()? {
				let mut fields = Reader::new(entry);
				let Ok(Some((1, Field::Bytes(cid)))) = fields.field() else {
					continue;
				};
				let mut presence = Vec::new();
				put_bytes(&mut presence, key(1, 2), cid);
				put_bytes(&mut answer, key(4, 2), &presence);
			}
		}
		(!answer.is_empty()).then(|| framed(&answer))
	}
	let [a, b] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
	let host = Host::start(a.path(), &[]).await;
	let _boaster = Stranger::new(&host, boast, false).await;
	let honest = Host::start(b.path(), &["--bootnode", &host.ready.listen]).await;
	let file = file(3 << 20, 2);
	let root = honest.ipfs().add_bytes(file.clone()).await.unwrap().root;
	let begun = std::time::Instant::now();
	while host.ipfs().swarm_peers().await.unwrap().len() < 2 {
		assert!(begun.elapsed() < SOON);
		sleep(Duration::from_millis(50)).await;
	}
	sleep(Duration::from_millis(500)).await;
	host.ipfs()
		.pin(&root, Duration::from_secs(60))
		.await
		.unwrap();
	assert!(host.ipfs().get_file(&root, 1 << 30).await.unwrap() == file);
}
