//! A host that forges content: it stands in front of the IPFS RPC of an honest one and passes on what it is asked, but the blocks
//! that it hands out are what it likes.

use anyhow::{Context, Result};
use std::{
	net::SocketAddr,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::{TcpListener, TcpStream},
	task::{JoinHandle, JoinSet},
};

/// The longest request or answer: a block of a few MiB.
const LONGEST: usize = 16 * 1024 * 1024;
const END_OF_HEAD: &[u8] = b"\r\n\r\n";
const BLOCK: &str = "POST /api/v0/block/get?";

/// What is handed out for a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgery {
	/// The block.
	None,
	/// The block, and its last bit is another one.
	Altered,
	/// A genuine block under another's name: the one that was handed out first.
	Exchanged,
}

struct State {
	forgery: Forgery,
	/// The block that was handed out first.
	first: Option<String>,
	forged: u32,
}

/// The forger; it ends with this value.
#[derive(Debug)]
pub struct Forger {
	address: SocketAddr,
	task: JoinHandle<()>,
	state: Arc<Mutex<State>>,
}

impl std::fmt::Debug for State {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "{:?}", self.forgery)
	}
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
	state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Forger {
	/// Stands in front of the IPFS RPC at `http://ADDRESS:PORT`. At first it is honest.
	pub async fn before(ipfs: &str) -> Result<Self> {
		let upstream: SocketAddr = ipfs
			.strip_prefix("http://")
			.context("no address of an IPFS RPC")?
			.parse()?;
		let listener = TcpListener::bind("127.0.0.1:0").await?;
		let address = listener.local_addr()?;
		let state = Arc::new(Mutex::new(State {
			forgery: Forgery::None,
			first: None,
			forged: 0,
		}));
		let shared = state.clone();
		let task = tokio::spawn(async move {
			let mut connections = JoinSet::new();
			while let Ok((client, _)) = listener.accept().await {
				let shared = shared.clone();
				// Who is cut off asks again, as with any server.
				connections.spawn(async move {
					let _ = serve(client, upstream, &shared).await;
				});
				while connections.try_join_next().is_some() {}
			}
		});
		Ok(Self {
			address,
			task,
			state,
		})
	}

	/// Where it listens, as programs want it.
	pub fn url(&self) -> String {
		format!("http://{}", self.address)
	}

	/// Forges so from now on.
	pub fn forge(&self, forgery: Forgery) {
		lock(&self.state).forgery = forgery;
	}

	/// Blocks that were not those that were asked for.
	pub fn forged(&self) -> u32 {
		lock(&self.state).forged
	}
}

impl Drop for Forger {
	fn drop(&mut self) {
		self.task.abort();
	}
}

/// One request of one connection; then the connection ends, and with it the answer.
async fn serve(mut client: TcpStream, upstream: SocketAddr, state: &Mutex<State>) -> Result<()> {
	let (head, body) = message(&mut client).await?;
	let (forgery, head) = decide(head, state)?;
	let mut server = TcpStream::connect(upstream).await?;
	server.write_all(head.as_bytes()).await?;
	server.write_all(&body).await?;
	let (head, mut body) = message(&mut server).await?;
	let is_given = head.starts_with("HTTP/1.1 200");
	if forgery != Forgery::None && is_given {
		lock(state).forged += 1;
	}
	if let (Forgery::Altered, true, Some(last)) = (forgery, is_given, body.last_mut()) {
		*last ^= 1;
	}
	client.write_all(closing(&head).as_bytes()).await?;
	client.write_all(&body).await?;
	client.shutdown().await?;
	Ok(())
}

/// What is done to the answer of a request, and what is asked instead.
fn decide(head: String, state: &Mutex<State>) -> Result<(Forgery, String)> {
	let head = closing(&head);
	if !head.starts_with(BLOCK) {
		return Ok((Forgery::None, head));
	}
	let wanted = head
		.split_once("arg=")
		.and_then(|(_, rest)| rest.split(['&', ' ']).next())
		.context("no block is named")?
		.to_owned();
	let mut state = lock(state);
	let first = state.first.get_or_insert_with(|| wanted.clone()).clone();
	Ok(match state.forgery {
		Forgery::Exchanged if first != wanted => {
			(Forgery::Exchanged, head.replacen(&wanted, &first, 1))
		}
		Forgery::Exchanged => (Forgery::None, head),
		forgery => (forgery, head),
	})
}

/// The head, for a connection that carries nothing else.
fn closing(head: &str) -> String {
	let mut lines: Vec<_> = head
		.trim_end()
		.split("\r\n")
		.filter(|line| !line.to_ascii_lowercase().starts_with("connection:"))
		.collect();
	lines.push("Connection: close");
	lines.join("\r\n") + "\r\n\r\n"
}

/// Head and body of a request or an answer whose length is said.
async fn message(stream: &mut TcpStream) -> Result<(String, Vec<u8>)> {
	let mut bytes = Vec::new();
	let end = loop {
		if let Some(at) = memchr::memmem::find(&bytes, END_OF_HEAD) {
			break at + END_OF_HEAD.len();
		}
		anyhow::ensure!(stream.read_buf(&mut bytes).await? > 0, "it broke off");
		anyhow::ensure!(bytes.len() < LONGEST, "it is too long");
	};
	let mut body = bytes.split_off(end);
	let head = String::from_utf8(bytes)?;
	let len = head
		.lines()
		.filter_map(|line| line.split_once(':'))
		.find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
		.map_or(Ok(0), |(_, len)| len.trim().parse::<usize>())?;
	anyhow::ensure!(len < LONGEST, "it is too long");
	while body.len() < len {
		anyhow::ensure!(stream.read_buf(&mut body).await? > 0, "it broke off");
	}
	Ok((head, body))
}

#[cfg(test)]
mod tests {
	use super::*;

	/// A server that answers every request with the line that it got.
	async fn echo() -> Result<SocketAddr> {
		let listener = TcpListener::bind("127.0.0.1:0").await?;
		let address = listener.local_addr()?;
		tokio::spawn(async move {
			while let Ok((mut stream, _)) = listener.accept().await {
				let Ok((head, _)) = message(&mut stream).await else {
					return;
				};
				let line = head.lines().next().unwrap_or_default().to_owned();
				let len = line.len();
				let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {len}\r\n\r\n{line}");
				let _ = stream.write_all(answer.as_bytes()).await;
			}
		});
		Ok(address)
	}

	async fn ask(forger: &Forger, path: &str) -> Result<String> {
		let mut stream = TcpStream::connect(forger.address).await?;
		let request = format!("POST {path} HTTP/1.1\r\nConnection: keep-alive\r\n\r\n");
		stream.write_all(request.as_bytes()).await?;
		let (_, body) = message(&mut stream).await?;
		Ok(String::from_utf8_lossy(&body).into_owned())
	}

	#[tokio::test]
	async fn blocks_are_forged_and_nothing_else() -> Result<()> {
		let forger = Forger::before(&format!("http://{}", echo().await?)).await?;
		let line = |cid: &str| format!("POST /api/v0/block/get?arg={cid}&timeout=1ms HTTP/1.1");
		let get = async |cid: &str| {
			let path = format!("/api/v0/block/get?arg={cid}&timeout=1ms");
			ask(&forger, &path).await
		};
		assert_eq!(get("one").await?, line("one"));
		forger.forge(Forgery::Altered);
		assert_eq!(get("two").await?, line("two").replace("/1.1", "/1.0"));
		forger.forge(Forgery::Exchanged);
		assert_eq!(get("two").await?, line("one"));
		assert_eq!(get("one").await?, line("one"));
		assert_eq!(forger.forged(), 2);
		let other = "/api/v0/block/stat?arg=two";
		assert_eq!(ask(&forger, other).await?, format!("POST {other} HTTP/1.1"));
		Ok(())
	}
}
