//! The one error of this crate.

/// Why something was not sealed, or not opened.
///
/// What an attacker may feed in fails as [`Open`](Self::Open) and as nothing else, whichever check refused it: who can
/// try many forgeries learns one bit from each, and that bit he knew. The other variants speak of the caller's own
/// arguments or of public bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum EnvelopeError {
	/// It does not open: key, context or bytes are not the ones it was sealed with.
	#[error(
		"it does not open: the key, the context or the bytes are not the ones it was sealed with"
	)]
	Open,
	/// The bytes are no envelope.
	#[error("the bytes are not an envelope of this format")]
	Malformed,
	/// The envelope is not the one that the sender signed.
	#[error("no signature of the sender covers this envelope")]
	Unsigned,
	/// Nothing can be sealed to this key.
	#[error("the receiver's key is a point of low order: nothing can be sealed to it")]
	ReceiverKey,
	/// The credential has no possible length.
	#[error("the credential does not have the length that any endorsement key demands")]
	Credential,
	/// The purpose does not fit what is sealed.
	#[error("the purpose of the context does not fit what is to be sealed")]
	Purpose,
	/// Longer than the format allows.
	#[error("it is longer than the format allows")]
	TooLong,
	/// The chunk is not the one that is due.
	#[error("the chunk does not have the length that its place in the content demands")]
	Chunk,
	/// The buffer is too small.
	#[error("the buffer is too small for what is to be written")]
	Buffer,
}
