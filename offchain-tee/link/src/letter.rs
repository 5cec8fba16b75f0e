//! Sealed letters: what one module says to another through hosts that both distrust (R-003).
//!
//! ```text
//! sealed   1 ‖ message (81) ‖ content
//! message  HPKE base mode to the receiver's transport key, of a fresh K1; bound to genesis, receiver, boot and content
//! content  letter ‖ signature (64), encrypted with K1
//! signed   "tea/letter/v1" ‖ genesis ‖ letter, with the sender's session key or account
//! ```
//!
//! The host sees the mailbox and a length. Who sent it, to which boot and why is inside.

use codec::{Decode, DecodeAll, DecodeWithMemTracking, Encode, Error as CodecError, Input};
use sha2::{Digest, Sha256};
use tea_envelope::{
	ContentId, Context, K1, Message, Party as EnvelopeParty, Purpose as EnvelopePurpose,
	Subject as EnvelopeSubject, TransportPublic, TransportSecret, content,
};
use tea_primitives::ids::{BootSeq, ModuleId};
use zeroize::Zeroizing;

use crate::{Genesis, Mailbox, Replays, Sign, os_rng::OsRng, random, sign};

/// What the signed bytes begin with.
const DOMAIN: &[u8; 13] = b"tea/letter/v1";
/// First byte of a sealed letter.
const FORMAT: u8 = 1;
/// The sealed key: an encapsulated key, a length, K1 and a tag.
const KEY_LEN: usize = 32 + 1 + 32 + 16;
/// Where the content begins.
const CONTENT_AT: usize = 1 + KEY_LEN;
/// Under a key of its own a content needs no name of its own.
const CONTENT_ID: ContentId = ContentId(*b"tea/letter/v1/content\0\0\0\0\0\0\0\0\0\0\0");
const SIGNATURE_LEN: usize = 64;

/// The longest body.
pub const MAX_BODY_LEN: usize = 512 * 1024;
/// The longest subject.
pub const MAX_SUBJECT_LEN: usize = 64;
/// Blocks that a letter may live: what is remembered against replay stays bounded.
pub const MAX_LIFE: u32 = 600;
/// The longest sealed letter. All its fields beside the body fit in one KiB.
pub const MAX_LETTER_LEN: usize = MAX_BODY_LEN + 1024;

/// Who writes or reads.
///
/// INVARIANT: signed; an index is never reused.
#[derive(
	Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, DecodeWithMemTracking,
)]
pub enum Party {
	/// A module in one boot; it signs with that boot's session key.
	#[codec(index = 0)]
	Module {
		/// The module.
		id: ModuleId,
		/// Number of its boot.
		boot_seq: BootSeq,
	},
	/// A registrar; it signs with its account.
	#[codec(index = 1)]
	Registrar([u8; 32]),
	/// A client or owner; it signs with its account.
	#[codec(index = 2)]
	Client([u8; 32]),
}

impl Party {
	/// As envelopes name it, and the boot.
	fn sealed(&self) -> (EnvelopeParty, BootSeq) {
		match self {
			Self::Module { id, boot_seq } => (EnvelopeParty::Module(id.0), *boot_seq),
			Self::Registrar(account) | Self::Client(account) => {
				(EnvelopeParty::Account(*account), 0)
			}
		}
	}

	/// Whether both are one party, if perhaps in different boots.
	fn is_same(&self, other: &Self) -> bool {
		match (self, other) {
			(Self::Module { id: one, .. }, Self::Module { id: two, .. }) => one == two,
			_ => self == other,
		}
	}
}

/// Which service a letter is for.
///
/// INVARIANT: signed; an index is never reused.
#[derive(
	Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, DecodeWithMemTracking,
)]
pub enum Purpose {
	/// A round of attestation.
	#[codec(index = 0)]
	Round,
	/// A pin.
	#[codec(index = 1)]
	Pin,
	/// An errand.
	#[codec(index = 2)]
	Errand,
	/// An enrolment.
	#[codec(index = 3)]
	Enrolment,
}

/// What a letter is about, as its service encodes it: a round, a deployment, an errand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Encode)]
pub struct Subject(Vec<u8>);

impl Subject {
	/// Takes at most [`MAX_SUBJECT_LEN`] bytes.
	pub fn new(bytes: &[u8]) -> Result<Self, LetterError> {
		if bytes.len() > MAX_SUBJECT_LEN {
			return Err(LetterError::TooLong);
		}
		Ok(Self(bytes.to_vec()))
	}

	/// The bytes.
	pub fn as_bytes(&self) -> &[u8] {
		&self.0
	}
}

impl Decode for Subject {
	fn decode<I: Input>(input: &mut I) -> Result<Self, CodecError> {
		bounded(input, MAX_SUBJECT_LEN).map(Self)
	}
}

/// Bytes that are no longer than `max`: the length is looked at before anything is read.
fn bounded<I: Input>(input: &mut I, max: usize) -> Result<Vec<u8>, CodecError> {
	let len = codec::Compact::<u32>::decode(input)?.0;
	let len = usize::try_from(len)
		.ok()
		.filter(|len| *len <= max)
		.ok_or("too long")?;
	let mut bytes = vec![0; len];
	input.read(&mut bytes)?;
	Ok(bytes)
}

/// A letter, written or read. Its body is not wiped when it is dropped: keys go into key envelopes inside it.
///
/// INVARIANT: signed in this order of fields.
#[derive(Clone, Debug, PartialEq, Eq, Encode)]
pub struct Letter {
	/// Which service it is for.
	pub purpose: Purpose,
	/// What it is about.
	pub subject: Subject,
	/// Who wrote it.
	pub from: Party,
	/// Who reads it.
	pub to: Party,
	/// Its name among all letters of the sender.
	pub nonce: [u8; 16],
	/// The letter that it answers.
	pub answers: Option<[u8; 16]>,
	/// First block in which it is no longer valid.
	pub expires: u32,
	/// What the service says.
	pub body: Vec<u8>,
}

impl Decode for Letter {
	fn decode<I: Input>(input: &mut I) -> Result<Self, CodecError> {
		Ok(Self {
			purpose: Decode::decode(input)?,
			subject: Decode::decode(input)?,
			from: Decode::decode(input)?,
			to: Decode::decode(input)?,
			nonce: Decode::decode(input)?,
			answers: Decode::decode(input)?,
			expires: Decode::decode(input)?,
			body: bounded(input, MAX_BODY_LEN)?,
		})
	}
}

/// Why a letter was not sealed, not opened or not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum LetterError {
	/// Other key, other chain, other boot or other bytes. Which of them is said to nobody.
	#[error("the letter does not open: it is for another key, chain or boot, or was altered")]
	OpenFailed,
	/// Somebody sealed to me what was written to another.
	#[error("the letter was written to somebody else")]
	NotForMe,
	/// Its time is over.
	#[error("the letter has expired")]
	Expired,
	/// It would have to be remembered for too long.
	#[error("the letter expires more than {MAX_LIFE} blocks from now")]
	TooFar,
	/// Its sender is in another boot now.
	#[error("the sender's boot is over")]
	StaleBoot,
	/// The key that was looked up is of another party.
	#[error("the letter is of another sender")]
	OtherSender,
	/// The signature is not the sender's.
	#[error("the signature is not the sender's")]
	BadSignature,
	/// It was read before.
	#[error("the letter was read before")]
	Replay,
	/// The sender writes more than is remembered.
	#[error("too many letters of this sender, or of all, have not expired yet")]
	TooMany,
	/// Body, subject or sealed letter exceed their limits.
	#[error("the letter is longer than letters may be")]
	TooLong,
	/// The mailbox is no usable key.
	#[error("nothing can be sealed to this mailbox: its key is of low order")]
	ReceiverKey,
}

impl LetterError {
	/// One word, for counters.
	pub const fn label(&self) -> &'static str {
		match self {
			Self::OpenFailed => "open_failed",
			Self::NotForMe => "not_for_me",
			Self::Expired => "expired",
			Self::TooFar => "too_far",
			Self::StaleBoot => "stale_boot",
			Self::OtherSender => "other_sender",
			Self::BadSignature => "bad_signature",
			Self::Replay => "replay",
			Self::TooMany => "too_many",
			Self::TooLong => "too_long",
			Self::ReceiverKey => "receiver_key",
		}
	}
}

/// What HPKE authenticates. The receiver builds it from what he knows; who sent it he learns only inside, so the
/// receiver stands in both places.
fn context(to: &Party, content: &[u8]) -> Context {
	let (party, boot_seq) = to.sealed();
	Context {
		purpose: EnvelopePurpose::Message,
		subject: EnvelopeSubject::Content(Sha256::digest(content).into()),
		sender: party,
		receiver: party,
		boot_seq,
		block: 0,
	}
}

impl Letter {
	/// Writes a letter and draws its nonce.
	pub fn new(
		purpose: Purpose,
		subject: Subject,
		from: Party,
		to: Party,
		expires: u32,
		body: Vec<u8>,
	) -> Self {
		Self {
			purpose,
			subject,
			from,
			to,
			nonce: random(),
			answers: None,
			expires,
			body,
		}
	}

	/// Writes the answer to this one.
	pub fn answer(&self, expires: u32, body: Vec<u8>) -> Self {
		Self {
			answers: Some(self.nonce),
			..Self::new(
				self.purpose,
				self.subject.clone(),
				self.to,
				self.from,
				expires,
				body,
			)
		}
	}

	/// The bytes that are signed.
	fn payload(&self, genesis: &Genesis) -> Zeroizing<Vec<u8>> {
		let mut payload = Zeroizing::new(Vec::with_capacity(
			DOMAIN.len() + genesis.len() + self.encoded_size(),
		));
		payload.extend_from_slice(DOMAIN);
		payload.extend_from_slice(genesis);
		self.encode_to(&mut *payload);
		payload
	}

	/// Signs the letter and seals it to the transport key of the receiver.
	pub fn seal(
		&self,
		genesis: &Genesis,
		signer: &dyn Sign,
		receiver: &Mailbox,
	) -> Result<Vec<u8>, LetterError> {
		if self.body.len() > MAX_BODY_LEN {
			return Err(LetterError::TooLong);
		}
		let payload = self.payload(genesis);
		let signature = signer.sign(&payload);
		let letter = &payload[DOMAIN.len() + genesis.len()..];
		let mut plain = Zeroizing::new(Vec::with_capacity(letter.len() + SIGNATURE_LEN));
		plain.extend_from_slice(letter);
		plain.extend_from_slice(&signature);
		seal_bytes(&plain, &self.to, genesis, receiver)
	}
}

/// Seals letter and signature.
fn seal_bytes(
	plain: &[u8],
	to: &Party,
	genesis: &Genesis,
	receiver: &Mailbox,
) -> Result<Vec<u8>, LetterError> {
	let mut rng = OsRng;
	let k1 = K1::generate(&mut rng);
	let content =
		content::seal(&k1, &CONTENT_ID, plain, &mut rng).map_err(|_| LetterError::TooLong)?;
	let key = Message::seal(
		k1.expose(),
		TransportPublic(receiver.0),
		genesis,
		&context(to, &content),
		&mut rng,
	)
	.map_err(|_| LetterError::ReceiverKey)?;
	let mut sealed = Vec::with_capacity(CONTENT_AT + content.len());
	sealed.push(FORMAT);
	key.encode_to(&mut sealed);
	sealed.extend_from_slice(&content);
	Ok(sealed)
}

/// Opens the bytes of a letter and its signature.
fn open_bytes(
	sealed: &[u8],
	genesis: &Genesis,
	secret: &TransportSecret,
	me: &Party,
) -> Result<Zeroizing<Vec<u8>>, LetterError> {
	let failed = |_| LetterError::OpenFailed;
	let (head, content) = sealed
		.split_at_checked(CONTENT_AT)
		.ok_or(LetterError::OpenFailed)?;
	if head[0] != FORMAT {
		return Err(LetterError::OpenFailed);
	}
	let key = Message::from_bytes(&head[1..]).map_err(failed)?;
	let mut key = key
		.open(secret, genesis, &context(me, content))
		.map_err(failed)?;
	let key = key
		.first_chunk_mut()
		.map(K1::take)
		.ok_or(LetterError::OpenFailed)?;
	content::open(&key, &CONTENT_ID, content).map_err(failed)
}

/// Opens a sealed letter. `me` is the party whose key it is, in its present boot; `now` is the height of the chain.
///
/// What comes back is sealed to me and of this chain, but anybody can have written it.
pub fn open(
	sealed: &[u8],
	genesis: &Genesis,
	secret: &TransportSecret,
	me: &Party,
	now: u32,
) -> Result<Unverified, LetterError> {
	if sealed.len() > MAX_LETTER_LEN {
		return Err(LetterError::TooLong);
	}
	let plain = open_bytes(sealed, genesis, secret, me)?;
	let (letter, signature) = plain
		.split_last_chunk::<SIGNATURE_LEN>()
		.ok_or(LetterError::OpenFailed)?;
	let letter = Letter::decode_all(&mut &*letter).map_err(|_| LetterError::OpenFailed)?;
	if letter.to != *me {
		return Err(LetterError::NotForMe);
	}
	if letter.expires <= now {
		return Err(LetterError::Expired);
	}
	if letter.expires - now > MAX_LIFE {
		return Err(LetterError::TooFar);
	}
	Ok(Unverified {
		letter,
		signature: *signature,
		genesis: *genesis,
		now,
	})
}

/// A letter that opened. Only what is needed to look its sender up can be read.
#[derive(Debug)]
pub struct Unverified {
	letter: Letter,
	signature: [u8; SIGNATURE_LEN],
	genesis: Genesis,
	now: u32,
}

impl Unverified {
	/// Who claims to have written it.
	pub fn from(&self) -> Party {
		self.letter.from
	}

	/// Which service it claims to be for.
	pub fn purpose(&self) -> Purpose {
		self.letter.purpose
	}

	/// What it claims to be about.
	pub fn subject(&self) -> &Subject {
		&self.letter.subject
	}

	/// First block in which it is no longer valid.
	pub fn expires(&self) -> u32 {
		self.letter.expires
	}

	/// Believes the letter: `sender` and `key` are what the chain says about the party that [`from`](Self::from) names,
	/// a module in its present boot. Each letter is believed once.
	pub fn verify(
		self,
		sender: &Party,
		key: &[u8; 32],
		replays: &mut Replays,
	) -> Result<Letter, LetterError> {
		let letter = self.letter;
		if letter.from != *sender {
			return Err(if letter.from.is_same(sender) {
				LetterError::StaleBoot
			} else {
				LetterError::OtherSender
			});
		}
		if !sign::verify(&self.signature, &letter.payload(&self.genesis), key) {
			return Err(LetterError::BadSignature);
		}
		replays.admit(&letter, self.now)?;
		Ok(letter)
	}
}

#[cfg(test)]
mod tests;
