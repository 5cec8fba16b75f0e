//! A chip that takes its time to sign, as many of those on boards do.

use anyhow::Result;
use std::{
	net::{Ipv4Addr, TcpListener as StdListener},
	time::Duration,
};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt, copy, copy_bidirectional},
	net::{
		TcpListener, TcpStream,
		tcp::{OwnedReadHalf, OwnedWriteHalf},
	},
	task::{JoinHandle, JoinSet},
};

/// `TPM2_Quote` among the command codes of TPM 2.0, part 2, section 6.5.2.
const QUOTE: u32 = 0x158;

/// Tag, size and code: how each command begins (TPM 2.0, part 1, section 18).
const HEADER: usize = 10;

/// A way to a software TPM on which each quote takes a while; it ends with this value.
#[derive(Debug)]
pub(crate) struct SlowChip(JoinHandle<()>);

impl SlowChip {
	/// Between `port` and `port + 1` and those of the chip.
	pub(crate) fn start(port: u16, chip: u16, quote: Duration) -> Result<Self> {
		let commands = listen(port)?;
		let control = listen(port + 1)?;
		Ok(Self(tokio::spawn(async move {
			let mut ways = JoinSet::new();
			loop {
				tokio::select! {
					Ok((client, _)) = commands.accept() => {
						ways.spawn(async move {
							if let Ok(chip) = TcpStream::connect((Ipv4Addr::LOCALHOST, chip)).await {
								let ((from, mut back), (mut answers, to)) = (client.into_split(), chip.into_split());
								// Whoever goes away first ends the way: a chip serves one connection.
								tokio::select! {
									_ = forward(from, to, quote) => {}
									_ = copy(&mut answers, &mut back) => {}
								}
							}
						});
					}
					Ok((mut client, _)) = control.accept() => {
						ways.spawn(async move {
							if let Ok(mut chip) = TcpStream::connect((Ipv4Addr::LOCALHOST, chip + 1)).await {
								let _ = copy_bidirectional(&mut client, &mut chip).await;
							}
						});
					}
					Some(_) = ways.join_next(), if !ways.is_empty() => {}
				}
			}
		})))
	}
}

impl Drop for SlowChip {
	fn drop(&mut self) {
		self.0.abort();
	}
}

fn listen(port: u16) -> Result<TcpListener> {
	let listener = StdListener::bind((Ipv4Addr::LOCALHOST, port))?;
	listener.set_nonblocking(true)?;
	Ok(TcpListener::from_std(listener)?)
}

/// Passes commands on, each in one piece.
async fn forward(
	mut from: OwnedReadHalf,
	mut to: OwnedWriteHalf,
	quote: Duration,
) -> std::io::Result<()> {
	loop {
		let mut command = vec![0; HEADER];
		from.read_exact(&mut command).await?;
		let number = |at: usize| {
			u32::from_be_bytes([
				command[at],
				command[at + 1],
				command[at + 2],
				command[at + 3],
			])
		};
		let (size, code) = (number(2) as usize, number(6));
		command.resize(size.max(HEADER), 0);
		from.read_exact(&mut command[HEADER..]).await?;
		if code == QUOTE {
			tokio::time::sleep(quote).await;
		}
		to.write_all(&command).await?;
	}
}
