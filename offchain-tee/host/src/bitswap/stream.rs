//! One stream each way. Every wait has an end, and memory is taken only for what somebody asked for.

use std::{sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use litep2p::{PeerId, substream::Substream};
use tokio::{
	io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
	sync::Semaphore,
	task::JoinHandle,
	time::timeout,
};
use tracing::{debug, warn};

use super::{
	queue::{Counts, Queue},
	wire::{MAX_MESSAGE_LEN, Message},
};
use crate::ipfs::store::{Store, StoreError};

/// The longest message of somebody who was not asked for blocks: wantlists and presences.
const MAX_UNASKED_LEN: usize = 256 * 1024;
/// How long a stream is waited for.
#[derive(Clone, Copy)]
pub(super) struct Patience {
	/// For the next message to begin.
	silent: Duration,
	/// For a message to end.
	message: Duration,
}

/// With other hosts.
pub(super) const PATIENCE: Patience = Patience {
	silent: Duration::from_secs(120),
	message: Duration::from_secs(30),
};
/// How long writing one message may take.
const WRITE: Duration = Duration::from_secs(15);
/// How long a stream is kept for more. Helia resets one that was silent for 10 seconds.
const LINGER: Duration = Duration::from_secs(5);

/// Why a stream is not read any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
	/// Its end, or silence.
	Ended,
	/// A message that is too long for who sends it.
	TooLong,
	/// No message at all.
	Malformed,
	/// A message that does not end.
	Slow,
}

/// Reads one message. `expected` says whether blocks may come.
pub(super) async fn read(
	stream: &mut (impl AsyncRead + Unpin),
	patience: Patience,
	expected: impl Fn() -> bool,
) -> Result<Bytes, Refusal> {
	let first = timeout(patience.silent, stream.read_u8()).await;
	let Ok(Ok(first)) = first else {
		return Err(Refusal::Ended);
	};
	let rest = async {
		let (mut len, mut byte, mut shift) = (usize::from(first & 0x7f), first, 7);
		while byte & 0x80 != 0 {
			byte = stream.read_u8().await.map_err(|_| Refusal::Ended)?;
			len |= usize::from(byte & 0x7f) << shift;
			shift += 7;
			if shift > 28 {
				return Err(Refusal::Malformed);
			}
		}
		if len > MAX_MESSAGE_LEN || (len > MAX_UNASKED_LEN && !expected()) {
			return Err(Refusal::TooLong);
		}
		let mut message = BytesMut::with_capacity(len);
		let mut limited = stream.take(len as u64);
		while message.len() < len {
			match limited.read_buf(&mut message).await {
				Ok(0) | Err(_) => return Err(Refusal::Ended),
				Ok(_) => (),
			}
		}
		Ok(message.freeze())
	};
	timeout(patience.message, rest)
		.await
		.unwrap_or(Err(Refusal::Slow))
}

type Prepared = Result<Option<(Vec<u8>, Counts)>, StoreError>;

/// Puts the next message together, on a thread that may wait for the disk.
fn prepare(queue: &Arc<Queue>, store: &Arc<Store>) -> JoinHandle<Prepared> {
	let (queue, store) = (queue.clone(), store.clone());
	tokio::task::spawn_blocking(move || {
		let next = queue.next(&store)?;
		Ok(next.map(|(message, counts): (Message, Counts)| (message.frame(), counts)))
	})
}

/// Sends what is in the queue until there is nothing for a while. Whether all went well.
pub(super) async fn write(
	peer: PeerId,
	mut stream: Substream,
	queue: Arc<Queue>,
	store: Arc<Store>,
	memory: Arc<Semaphore>,
	sent: impl Fn(Counts),
) -> bool {
	loop {
		// One message of each peer is in memory, and so many of all; the order is that of asking.
		let Ok(permit) = memory.acquire().await else {
			return true;
		};
		let (frame, counts) = match prepare(&queue, &store).await {
			Ok(Ok(Some(next))) => next,
			Ok(Ok(None)) => {
				drop(permit);
				if timeout(LINGER, queue.more()).await.is_ok() {
					continue;
				}
				stream.close().await;
				return true;
			}
			Ok(Err(error)) => {
				warn!(%error, "blocks for another host cannot be read");
				return false;
			}
			Err(_) => return false,
		};
		match timeout(WRITE, put(&mut stream, &frame)).await {
			Ok(Ok(())) => sent(counts),
			failed => {
				debug!(%peer, slow = failed.is_err(), "a host does not take a message");
				return false;
			}
		}
	}
}

async fn put(stream: &mut (impl AsyncWrite + Unpin), frame: &[u8]) -> std::io::Result<()> {
	stream.write_all(frame).await?;
	stream.flush().await
}

#[cfg(test)]
mod tests {
	use super::*;
	use tea_ipfs::protobuf::put_varint;

	async fn read_of(bytes: &[u8], expected: bool) -> Result<Bytes, Refusal> {
		read(&mut &*bytes, PATIENCE, || expected).await
	}

	fn framed(len: usize) -> Vec<u8> {
		let mut frame = Vec::new();
		put_varint(&mut frame, len as u64);
		frame.resize(frame.len() + len, 7);
		frame
	}

	#[tokio::test]
	async fn long_messages_are_read_of_those_who_were_asked() {
		for len in [0, 1, 200, MAX_UNASKED_LEN] {
			assert_eq!(read_of(&framed(len), false).await.unwrap().len(), len);
		}
		let long = framed(MAX_UNASKED_LEN + 1);
		assert_eq!(read_of(&long, false).await, Err(Refusal::TooLong));
		assert_eq!(
			read_of(&long, true).await.unwrap().len(),
			MAX_UNASKED_LEN + 1
		);
		let longest = framed(MAX_MESSAGE_LEN);
		assert_eq!(
			read_of(&longest, true).await.unwrap().len(),
			MAX_MESSAGE_LEN
		);
		let longer = framed(MAX_MESSAGE_LEN + 1);
		assert_eq!(read_of(&longer, true).await, Err(Refusal::TooLong));
	}

	#[tokio::test]
	async fn what_is_no_message_is_refused() {
		assert_eq!(read_of(&[], true).await, Err(Refusal::Ended));
		assert_eq!(read_of(&[5, 1, 2], true).await, Err(Refusal::Ended));
		assert_eq!(
			read_of(&[0x80, 0x80, 0x80, 0x80, 1], true).await,
			Err(Refusal::Malformed)
		);
	}

	#[tokio::test]
	async fn message_that_does_not_end_is_given_up() {
		let patience = Patience {
			silent: Duration::from_millis(50),
			message: Duration::from_millis(50),
		};
		let (mut ours, mut theirs) = tokio::io::duplex(64);
		theirs.write_all(&[100, 1, 2, 3]).await.unwrap();
		let slow = read(&mut ours, patience, || true).await;
		assert_eq!(slow, Err(Refusal::Slow));
		// Nor is silence waited for for ever.
		let (mut ours, _theirs) = tokio::io::duplex(64);
		let silent = read(&mut ours, patience, || true).await;
		assert_eq!(silent, Err(Refusal::Ended));
	}
}
