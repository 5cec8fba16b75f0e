//! Frames on a stream of bytes.

use std::{io, time::Duration};

use tokio::{
	io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
	time::timeout,
};

use crate::wire::CloseReason;

/// Why no further frame comes.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FrameError {
	/// The other side closed, between two frames.
	#[error("the other side closed the connection")]
	Closed,
	/// The stream broke.
	#[error(transparent)]
	Io(#[from] io::Error),
	/// The frame would be longer than is allowed, or is not there in time.
	#[error(transparent)]
	Refused(#[from] CloseReason),
}

/// Reads one frame. Memory grows with what arrives, not with what the length promises.
///
/// `patience` is for the whole frame: who sends it byte by byte is as silent as who sends nothing.
pub(crate) async fn read(
	stream: &mut (impl AsyncRead + Unpin),
	max_len: usize,
	patience: Duration,
) -> Result<Vec<u8>, FrameError> {
	timeout(patience, read_frame(stream, max_len))
		.await
		.unwrap_or(Err(CloseReason::Silent.into()))
}

async fn read_frame(
	stream: &mut (impl AsyncRead + Unpin),
	max_len: usize,
) -> Result<Vec<u8>, FrameError> {
	let mut head = [0; 4];
	let mut have = 0;
	while have < head.len() {
		match stream.read(&mut head[have..]).await? {
			0 if have == 0 => return Err(FrameError::Closed),
			0 => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
			count => have += count,
		}
	}
	let len = u32::from_le_bytes(head);
	if usize::try_from(len).is_ok_and(|len| len <= max_len) {
		let mut frame = Vec::new();
		let read = stream.take(len.into()).read_to_end(&mut frame).await?;
		if u32::try_from(read) == Ok(len) {
			return Ok(frame);
		}
		return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
	}
	Err(CloseReason::Malformed.into())
}

/// Writes one frame.
pub(crate) async fn write(
	stream: &mut (impl AsyncWrite + Unpin),
	frame: &[u8],
	patience: Duration,
) -> Result<(), FrameError> {
	let whole = async {
		stream.write_all(frame).await?;
		stream.flush().await
	};
	match timeout(patience, whole).await {
		Ok(result) => Ok(result?),
		Err(_) => Err(CloseReason::SlowReader.into()),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const SOON: Duration = Duration::from_millis(50);

	async fn read_bytes(bytes: &[u8], max_len: usize) -> Result<Vec<u8>, FrameError> {
		read(&mut &*bytes, max_len, SOON).await
	}

	#[tokio::test]
	async fn frame_is_read_as_it_was_written() {
		let (mut ours, mut theirs) = tokio::io::duplex(64);
		write(&mut ours, &[3, 0, 0, 0, 1, 2, 3], SOON)
			.await
			.unwrap();
		assert_eq!(read(&mut theirs, 3, SOON).await.unwrap(), [1, 2, 3]);
	}

	#[tokio::test]
	async fn what_is_too_long_cut_or_late_is_refused() {
		assert!(matches!(
			read_bytes(&[4, 0, 0, 0, 1, 2, 3, 4], 3).await,
			Err(FrameError::Refused(CloseReason::Malformed))
		));
		assert!(matches!(
			read_bytes(&[0xff; 8], usize::MAX >> 40).await,
			Err(FrameError::Refused(CloseReason::Malformed))
		));
		assert!(matches!(read_bytes(&[], 3).await, Err(FrameError::Closed)));
		for cut in [&[3, 0][..], &[3, 0, 0, 0, 1]] {
			assert!(matches!(read_bytes(cut, 3).await, Err(FrameError::Io(_))));
		}
		let (_ours, mut theirs) = tokio::io::duplex(64);
		assert!(matches!(
			read(&mut theirs, 3, SOON).await,
			Err(FrameError::Refused(CloseReason::Silent))
		));
	}

	#[tokio::test]
	async fn reader_who_does_not_read_is_given_up() {
		let (mut ours, _theirs) = tokio::io::duplex(4);
		assert!(matches!(
			write(&mut ours, &[0; 64], SOON).await,
			Err(FrameError::Refused(CloseReason::SlowReader))
		));
	}

	proptest! {
		#[test]
		fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
			let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
			if let Ok(frame) = runtime.block_on(read_bytes(&bytes, 32)) {
				prop_assert_eq!(&bytes[4..4 + frame.len()], &frame[..]);
			}
		}
	}
}
