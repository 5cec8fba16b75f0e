//! Recording of traffic: a tap stands between two programs and writes down every byte that passes, each direction of each
//! connection into a file of its own, so that what was sent in one piece lies there in one piece.

use anyhow::{Context, Result};
use std::{
	fs::{self, File},
	io::Write,
	net::SocketAddr,
	path::{Path, PathBuf},
	sync::{
		Arc,
		atomic::{AtomicU64, Ordering},
	},
};
use tokio::{
	io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
	net::{TcpListener, TcpStream, UnixStream},
	task::{JoinHandle, JoinSet},
};

/// The taps of a network, or none.
#[derive(Debug)]
pub struct Taps {
	dir: Option<PathBuf>,
	taps: Vec<(String, Tap)>,
}

impl Taps {
	/// Nothing is recorded.
	pub const fn none() -> Self {
		Self {
			dir: None,
			taps: Vec::new(),
		}
	}

	/// Everything is recorded into this folder.
	pub fn into_dir(dir: PathBuf) -> Self {
		Self {
			dir: Some(dir),
			taps: Vec::new(),
		}
	}

	/// Where to speak to what listens at `to`.
	pub async fn tcp(&mut self, name: &str, to: SocketAddr) -> Result<SocketAddr> {
		let tap = self.tap(name, Upstream::Tcp(to)).await?;
		Ok(tap.unwrap_or(to))
	}

	/// Where to speak to what listens at the socket `to`, as the host link writes it.
	pub async fn unix(&mut self, name: &str, to: &Path) -> Result<String> {
		let tap = self.tap(name, Upstream::Unix(to.to_owned())).await?;
		Ok(tap.map_or_else(
			|| format!("unix:{}", to.display()),
			|address| format!("tcp:{address}"),
		))
	}

	async fn tap(&mut self, name: &str, upstream: Upstream) -> Result<Option<SocketAddr>> {
		let Some(dir) = &self.dir else {
			return Ok(None);
		};
		let tap = Tap::start(dir, name, upstream).await?;
		let address = tap.address();
		self.taps.push((name.to_owned(), tap));
		Ok(Some(address))
	}

	/// How many bytes have passed each tap.
	pub fn bytes(&self) -> impl Iterator<Item = (&str, u64)> {
		self.taps
			.iter()
			.map(|(name, tap)| (name.as_str(), tap.bytes()))
	}
}

/// Where a tap leads to.
#[derive(Clone, Debug)]
pub enum Upstream {
	/// A socket of the internet.
	Tcp(SocketAddr),
	/// A socket of the file system.
	Unix(PathBuf),
}

/// A tap; it ends with this value, and with it all its connections.
#[derive(Debug)]
pub struct Tap {
	address: SocketAddr,
	task: JoinHandle<()>,
	bytes: Arc<AtomicU64>,
}

impl Tap {
	/// Listens, and leads each connection on. What passes is written below `dir`, under `name`.
	pub async fn start(dir: &Path, name: &str, upstream: Upstream) -> Result<Self> {
		fs::create_dir_all(dir)?;
		let listener = TcpListener::bind("127.0.0.1:0")
			.await
			.with_context(|| format!("no tap {name}"))?;
		let address = listener.local_addr()?;
		let bytes = Arc::<AtomicU64>::default();
		let file = dir.join(name);
		let counted = bytes.clone();
		let task = tokio::spawn(async move {
			let mut connections = JoinSet::new();
			for number in 0u64.. {
				let Ok((stream, _)) = listener.accept().await else {
					return;
				};
				let (file, upstream) = (file.clone(), upstream.clone());
				let counted = counted.clone();
				// What the other side does when it is not reached is its own affair, as without a tap.
				connections.spawn(async move {
					let _ = lead(stream, &upstream, &file, number, &counted).await;
				});
				while connections.try_join_next().is_some() {}
			}
		});
		Ok(Self {
			address,
			task,
			bytes,
		})
	}

	/// Where it listens.
	pub fn address(&self) -> SocketAddr {
		self.address
	}

	/// Bytes that have passed.
	pub fn bytes(&self) -> u64 {
		self.bytes.load(Ordering::Relaxed)
	}
}

impl Drop for Tap {
	fn drop(&mut self) {
		self.task.abort();
	}
}

async fn lead(
	stream: TcpStream,
	upstream: &Upstream,
	file: &Path,
	number: u64,
	bytes: &AtomicU64,
) -> Result<()> {
	stream.set_nodelay(true)?;
	let to = |direction: &str| File::create(format!("{}.{number}.{direction}", file.display()));
	let (up, down) = (to("up")?, to("down")?);
	let (reader, writer) = stream.into_split();
	match upstream {
		Upstream::Tcp(address) => {
			let other = TcpStream::connect(address).await?;
			other.set_nodelay(true)?;
			let (other_reader, other_writer) = other.into_split();
			tokio::join!(
				copy(reader, other_writer, up, bytes),
				copy(other_reader, writer, down, bytes)
			);
		}
		Upstream::Unix(path) => {
			let (other_reader, other_writer) = UnixStream::connect(path).await?.into_split();
			tokio::join!(
				copy(reader, other_writer, up, bytes),
				copy(other_reader, writer, down, bytes)
			);
		}
	}
	Ok(())
}

/// Until one side closes; then the other one is told.
async fn copy(
	mut from: impl AsyncRead + Unpin,
	mut to: impl AsyncWrite + Unpin,
	mut file: File,
	bytes: &AtomicU64,
) {
	let mut buffer = vec![0; 64 * 1024];
	loop {
		let read = match from.read(&mut buffer).await {
			Ok(0) | Err(_) => break,
			Ok(read) => read,
		};
		// Written down before it goes on: whoever has seen an effect finds its cause.
		if file.write_all(&buffer[..read]).is_err() {
			break;
		}
		bytes.fetch_add(read as u64, Ordering::Relaxed);
		if to.write_all(&buffer[..read]).await.is_err() {
			break;
		}
	}
	let _ = to.shutdown().await;
}

#[cfg(test)]
mod tests {
	use super::*;

	#[tokio::test]
	async fn what_passes_is_written_down() -> Result<()> {
		let dir = tempfile::tempdir()?;
		let server = TcpListener::bind("127.0.0.1:0").await?;
		let upstream = Upstream::Tcp(server.local_addr()?);
		let tap = Tap::start(dir.path(), "tap", upstream).await?;
		let mut client = TcpStream::connect(tap.address()).await?;
		let (mut served, _) = server.accept().await?;
		client.write_all(b"question").await?;
		let mut seen = [0; 8];
		served.read_exact(&mut seen).await?;
		served.write_all(b"answer").await?;
		let mut answer = [0; 6];
		client.read_exact(&mut answer).await?;
		assert_eq!((&seen, &answer), (b"question", b"answer"));
		assert_eq!(fs::read(dir.path().join("tap.0.up"))?, b"question");
		assert_eq!(fs::read(dir.path().join("tap.0.down"))?, b"answer");
		assert_eq!(tap.bytes(), 14);
		// The end of one side is seen by the other one.
		drop(client);
		assert_eq!(served.read(&mut seen).await?, 0);
		Ok(())
	}
}
