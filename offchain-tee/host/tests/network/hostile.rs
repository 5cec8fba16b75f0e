//! Hosts and programs that do not play by the rules.

use std::{
	collections::HashMap, io::Write, net::TcpStream, os::unix::net::UnixStream, time::Duration,
};

use codec::Encode;
use futures::StreamExt;
use litep2p::{
	Litep2p, PeerId, ProtocolName,
	config::ConfigBuilder,
	protocol::{
		libp2p::kademlia::{self, KademliaHandle, Quorum, RecordKey},
		request_response::{
			self, DialOptions, RequestResponseError, RequestResponseEvent, RequestResponseHandle,
		},
	},
	transport::tcp::config::Config as TcpConfig,
	types::{
		multiaddr::Multiaddr,
		multihash::{Code, MultihashDigest},
	},
};
use tea_host::p2p::protocol::{MAX_REQUEST_LEN, PROTOCOL, Request, Response};
use tea_link::{HostLink, SendError};
use tokio::time::timeout;

use crate::setup::*;

/// Somebody in the network who speaks the protocol as he likes.
struct Stranger {
	requests: RequestResponseHandle,
	kademlia: KademliaHandle,
	peer: PeerId,
}

impl Stranger {
	/// Connects to the host.
	async fn new(host: &Host) -> Self {
		let (requests_config, requests) =
			request_response::ConfigBuilder::new(ProtocolName::from(PROTOCOL))
				.with_max_size(4 * MAX_REQUEST_LEN)
				.build();
		let address: Multiaddr = host.ready.listen.parse().unwrap();
		let peer = PeerId::try_from_multiaddr(&address).unwrap();
		let (kademlia_config, kademlia) = kademlia::ConfigBuilder::new()
			.with_protocol_names(vec!["/tea/kad/1".into()])
			.with_known_peers(HashMap::from([(peer, vec![address.clone()])]))
			.build();
		let tcp = TcpConfig {
			listen_addresses: vec!["/ip4/127.0.0.1/tcp/0".parse().unwrap()],
			reuse_port: false,
			..TcpConfig::default()
		};
		let config = ConfigBuilder::new()
			.with_tcp(tcp)
			.with_request_response_protocol(requests_config)
			.with_libp2p_kademlia(kademlia_config)
			.with_keep_alive_timeout(SOON)
			.build();
		let mut litep2p = Litep2p::new(config).unwrap();
		for address in litep2p.listen_addresses() {
			litep2p
				.public_addresses()
				.add_address(address.clone())
				.unwrap();
		}
		litep2p.dial_address(address).await.unwrap();
		tokio::spawn(async move { while litep2p.next_event().await.is_some() {} });
		Self {
			requests,
			kademlia,
			peer,
		}
	}

	/// Sends bytes and waits for what comes of them.
	async fn ask(&mut self, bytes: Vec<u8>) -> Result<Option<Response>, RequestResponseError> {
		let id = self
			.requests
			.send_request(self.peer, bytes, DialOptions::Dial)
			.await
			.unwrap();
		loop {
			let event = timeout(SOON, self.requests.next())
				.await
				.expect("an end of the request");
			match event.expect("the network goes on") {
				RequestResponseEvent::ResponseReceived {
					request_id,
					response,
					..
				} if request_id == id => return Ok(Response::from_bytes(&response)),
				RequestResponseEvent::RequestFailed {
					request_id, error, ..
				} if request_id == id => return Err(error),
				_ => (),
			}
		}
	}

	/// Sends the same bytes many times, as many at once as a connection bears; how many were taken, and how many refused.
	async fn flood(&mut self, bytes: &[u8], times: usize) -> (usize, usize) {
		let (mut sent, mut took, mut refused) = (0, 0, 0);
		while took + refused < times {
			while sent < times && sent - took - refused < 48 {
				self.requests
					.send_request(self.peer, bytes.to_vec(), DialOptions::Dial)
					.await
					.unwrap();
				sent += 1;
			}
			let event = timeout(SOON, self.requests.next())
				.await
				.expect("an end of the flood");
			match event.expect("the network goes on") {
				RequestResponseEvent::ResponseReceived { response, .. } => {
					match Response::from_bytes(&response) {
						Some(Response::Done(Ok(()))) => took += 1,
						Some(Response::Done(Err(SendError::RateLimited | SendError::Busy))) => {
							refused += 1;
						}
						other => panic!("{other:?}"),
					}
				}
				// More at a time than the host works on.
				RequestResponseEvent::RequestFailed { .. } => refused += 1,
				RequestResponseEvent::RequestReceived { .. } => (),
			}
		}
		(took, refused)
	}

	/// Claims to serve the mailbox, and says of every letter that it was delivered.
	async fn lie(mut self, mailbox: tea_link::Mailbox) {
		let key: RecordKey = Code::Sha2_256
			.digest(&[&b"tea/mailbox/v1"[..], &mailbox.0].concat())
			.into();
		self.kademlia.start_providing(key, Quorum::One).await;
		tokio::spawn(async move {
			while let Some(event) = self.requests.next().await {
				if let RequestResponseEvent::RequestReceived { request_id, .. } = event {
					let lie = Response::Done(Ok(())).encode();
					self.requests.send_response(request_id, lie);
				}
			}
			drop(self.kademlia);
		});
	}
}

/// The host still carries letters.
async fn still_relays(host: &mut Host) {
	assert!(host.is_running(), "{}", host.log());
	let (one, two) = (module(host, 101).await, module(host, 102).await);
	send(&one, 102, b"still").await;
	expect(&two, b"still").await;
	assert!(!host.log().contains("panicked"), "{}", host.log());
}

#[tokio::test]
async fn nonsense_on_the_protocol_stops_nobody() {
	let dir = tempfile::tempdir().unwrap();
	let mut host = Host::start(dir.path(), &[]).await;
	let mut stranger = Stranger::new(&host).await;
	for bytes in [
		vec![],
		vec![0xff; 100],
		vec![0; 10],
		vec![2; 33],
		vec![0xfe; 4096],
	] {
		// No answer, and no end of the host.
		stranger.ask(bytes).await.unwrap_err();
	}
	// One byte more than the protocol has room for.
	let oversized = Request::Deliver {
		to: mailbox(1),
		sealed: vec![0; MAX_REQUEST_LEN],
	};
	stranger.ask(oversized.encode()).await.unwrap_err();
	// Too long for a letter, though not for the protocol.
	let _one = module(&host, 1).await;
	let oversized = Request::Deliver {
		to: mailbox(1),
		sealed: vec![0; tea_link::MAX_SEALED_LEN + 1],
	};
	let mut stranger = Stranger::new(&host).await;
	assert_eq!(
		stranger.ask(oversized.encode()).await,
		Ok(Some(Response::Done(Err(SendError::TooLong))))
	);
	assert!(host.figure("tea_host_nonsense_total").await >= 4.0);
	still_relays(&mut host).await;
}

#[tokio::test]
async fn unknown_mailbox_is_said_to_hosts() {
	let dir = tempfile::tempdir().unwrap();
	let host = Host::start(dir.path(), &[]).await;
	let _one = module(&host, 1).await;
	let mut stranger = Stranger::new(&host).await;
	let none = Response::Done(Err(SendError::NoSuchMailbox));
	let unknown = mailbox(9);
	for request in [
		Request::Deliver {
			to: unknown,
			sealed: vec![0],
		},
		Request::Serves { mailbox: unknown },
		Request::Ping {
			mailbox: unknown,
			challenge: [0; 32],
		},
	] {
		assert_eq!(stranger.ask(request.encode()).await, Ok(Some(none)));
	}
	let known = Request::Serves {
		mailbox: mailbox(1),
	};
	assert_eq!(
		stranger.ask(known.encode()).await,
		Ok(Some(Response::Done(Ok(()))))
	);
}

#[tokio::test]
async fn flood_is_limited_and_memory_stays_bounded() {
	let dir = tempfile::tempdir().unwrap();
	let mut host = Host::start(dir.path(), &["--peer-letters-per-second", "20"]).await;
	// A module that attaches and reads nothing.
	let one = module(&host, 1).await;
	let before = host.memory();
	let mut stranger = Stranger::new(&host).await;
	let letter = |len| {
		Request::Deliver {
			to: mailbox(1),
			sealed: vec![7; len],
		}
		.encode()
	};
	// The connection stands before the flood begins.
	stranger.ask(letter(1)).await.unwrap();
	let (took, refused) = stranger.flood(&letter(100), 400).await;
	assert!(
		took >= 20 && refused > 200,
		"{took} taken, {refused} refused"
	);
	let (took, refused) = stranger.flood(&letter(1 << 20), 64).await;
	assert!(refused >= 16, "{took} taken, {refused} refused");
	let grown = host.memory().saturating_sub(before);
	assert!(grown < 128 * 1024, "{grown} KiB more than before");
	// Another host is served meanwhile.
	let mut other = Stranger::new(&host).await;
	let serves = Request::Serves {
		mailbox: mailbox(1),
	};
	assert_eq!(
		other.ask(serves.encode()).await,
		Ok(Some(Response::Done(Ok(()))))
	);
	drop(one);
	still_relays(&mut host).await;
}

#[tokio::test]
async fn module_is_not_made_to_sign_without_end() {
	let dir = tempfile::tempdir().unwrap();
	let host = Host::start(dir.path(), &[]).await;
	let one = module(&host, 1).await;
	let mut stranger = Stranger::new(&host).await;
	let ping = Request::Ping {
		mailbox: mailbox(1),
		challenge: [1; 32],
	};
	let (mut signed, mut limited) = (0u32, 0u32);
	let begun = std::time::Instant::now();
	while limited < 10 {
		let answering = async {
			if let tea_link::Incoming::Ping { ping, .. } = one.next().await {
				let pong = tea_link::SignedPong {
					module: 1.into(),
					boot_seq: 1,
					signature: [0; 64],
				};
				one.pong(ping, pong).await.unwrap();
			}
			std::future::pending::<()>().await;
		};
		tokio::select! {
			answer = stranger.ask(ping.encode()) => match answer {
				Ok(Some(Response::Pong(_))) => signed += 1,
				Ok(Some(Response::Done(Err(SendError::RateLimited)))) => limited += 1,
				other => panic!("{other:?}"),
			},
			() = answering => (),
		}
		assert!(begun.elapsed() < SOON, "{signed} signed, {limited} refused");
	}
	let allowed = 6.0 + 5.0 * begun.elapsed().as_secs_f64();
	assert!(
		f64::from(signed) <= allowed,
		"{signed} signed, {allowed} allowed"
	);
}

/// A provider record is a claim: the true host gets the letter too.
#[tokio::test]
async fn host_that_claims_a_foreign_mailbox_keeps_nothing() {
	let [a, b] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
	let a = Host::start(a.path(), &[]).await;
	let b = Host::start(b.path(), &["--bootnode", &a.ready.listen]).await;
	let two = module(&b, 2).await;
	for _ in 0..3 {
		Stranger::new(&a).await.lie(mailbox(2)).await;
	}
	// All of them are known.
	tokio::time::sleep(Duration::from_secs(3)).await;
	let one = module(&a, 1).await;
	for number in 0..5 {
		one.send(mailbox(2), vec![number]).await.unwrap();
		expect(&two, &[number]).await;
	}
}

#[tokio::test]
async fn nonsense_on_the_sockets_stops_nobody() {
	let dir = tempfile::tempdir().unwrap();
	let mut host = Host::start(dir.path(), &[]).await;
	let link = host.ready.link.strip_prefix("unix:").unwrap().to_owned();
	let port = host.ready.listen.split('/').nth(4).unwrap();
	let p2p = format!("127.0.0.1:{port}");
	let http = host.ready.http.clone().unwrap();
	for number in 0..64u32 {
		let bytes: Vec<u8> = (0..997u32)
			.map(|place| (place.wrapping_mul(number * 2 + 1) >> 3) as u8)
			.collect();
		let mut link = UnixStream::connect(&link).unwrap();
		let mut p2p = TcpStream::connect(&p2p).unwrap();
		let mut http = TcpStream::connect(&http).unwrap();
		for stream in [&mut link as &mut dyn Write, &mut p2p, &mut http] {
			// The other side may hang up in the middle.
			let _ = stream.write_all(&bytes);
		}
	}
	still_relays(&mut host).await;
	assert!(host.figure("tea_host_link{event=\"malformed\"}").await >= 1.0);
	assert_eq!(host.get("/health").await.0, 200);
}
