//! Submission: every extrinsic of a signer goes through one place, which owns the nonce.
//!
//! An extrinsic is done when a finalised block holds it. The words of a node or pool about it are hints: `Dropped`,
//! `Usurped`, a closed connection are ordinary. What counts is the nonce in finalised state: while it has not moved, the
//! same nonce is used again, so that nothing is carried out twice; when it has moved, the block says by whom.

use crate::{
	At, Call, Chain, DispatchFailure, Error, Followed, Refusal, Sign, SubmitError,
	backoff::Backoff,
	config::Tea,
	line::{Line, Place, Turn},
	runtime::{Encoded, Runtime},
	types::EventRecord,
};
use futures::{Stream, StreamExt};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use subxt::{
	backend::{Backend, StreamOfResults, TransactionStatus},
	config::{
		DefaultExtrinsicParamsBuilder, Hasher,
		substrate::{AccountId32, H256, MultiSignature},
	},
	transactions::{StaticPayload, TransactionInvalid, TransactionUnknown, ValidationResult},
};
use tea_primitives::errand::ErrandId;
use tokio::{
	sync::{Mutex, Notify, OwnedSemaphorePermit, Semaphore, watch},
	task::JoinHandle,
	time::{sleep, timeout},
};

/// Blocks for which an extrinsic is valid: a power of two, long enough for a slow chain, short enough that a lost one is
/// not waited for.
const LIFE: u32 = 32;

/// How often an extrinsic is made before its caller hears of it.
const ATTEMPTS: u32 = 5;

/// Blocks beyond its life for which an extrinsic is looked for: finality lags behind the best block.
const GRACE: u32 = 8;

/// Blocks after which the same bytes are sent again: a pool may have lost them without a word. A light client that says
/// nothing has them still, and tells its peers again by itself; two watchers of the same bytes bring smoldot 1.3 to panic when one
/// goes away.
const RESEND: u32 = 4;

/// Extrinsics of one signer that are under way at the same time, where that is allowed.
const IN_FLIGHT: usize = 16;

/// How long a pool may take to say something.
const POOL: Duration = Duration::from_secs(30);

/// How far an extrinsic has come.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
	/// Others of this signer are before it, or it is being made.
	Waiting,
	/// A pool has it.
	Sent {
		/// Which attempt this is, from 1.
		attempt: u32,
	},
	/// It stands in a block that may yet be replaced.
	InBlock {
		/// Hash of the block.
		block: [u8; 32],
	},
	/// It stands in a finalised block, and its call was carried out.
	Done(Outcome),
	/// It did nothing.
	Failed(SubmitError),
}

/// A call that was carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
	/// Number of the finalised block.
	pub number: u32,
	/// Hash of the block.
	pub block: [u8; 32],
	/// Position in it.
	pub index: u32,
	/// What it caused.
	pub events: Vec<EventRecord>,
	/// Of a call that carries several claims or proofs: the errands of those that were left out, and why.
	pub left_out: Vec<(ErrandId, DispatchFailure)>,
}

/// Where calls of one account are handed in.
pub trait Submit: Send + Sync {
	/// Hands in a call. Must be called in a tokio runtime.
	fn submit(&self, call: Call) -> Submission;
}

/// Signs and submits for one account, which nobody else should sign for at the same time. Clones share the nonce.
#[derive(Clone)]
pub struct Submitter {
	chain: Chain,
	signer: Arc<dyn Sign>,
	nonces: Arc<Mutex<Nonces>>,
	/// Told when a nonce is given back that others are above.
	gaps: Arc<Notify>,
	/// Whose turn it is to take a nonce.
	line: Line,
	/// Bounds how many are under way.
	room: Arc<Semaphore>,
	/// Whether the next one goes out before the one before stands in a block.
	is_pipelined: bool,
}

/// The nonces of one account.
#[derive(Debug, Default)]
struct Nonces {
	/// The one behind the last that was given out; perhaps not in the state that is read next.
	next: Option<u32>,
	/// Those that are under way.
	flying: BTreeSet<u32>,
	/// Given out and not used, below others that are under way: nothing gets in before they are filled.
	free: BTreeSet<u32>,
}

impl Nonces {
	/// Gives a nonce out: a gap first.
	fn take(&mut self, in_state: u32) -> u32 {
		self.passed(in_state);
		let nonce = match self.free.pop_first() {
			Some(gap) => gap,
			None => {
				let nonce = self.next.map_or(in_state, |next| next.max(in_state));
				self.next = nonce.checked_add(1);
				nonce
			}
		};
		self.flying.insert(nonce);
		nonce
	}

	/// The state has passed all nonces below this one.
	fn passed(&mut self, in_state: u32) {
		self.free = self.free.split_off(&in_state);
	}

	/// The nonce was used.
	fn used(&mut self, nonce: u32) {
		self.flying.remove(&nonce);
	}

	/// The nonce was not used. It is a gap as long as others are above it.
	fn give_back(&mut self, nonce: u32) {
		self.flying.remove(&nonce);
		match self.flying.last() {
			Some(highest) if *highest > nonce => {
				self.free.insert(nonce);
			}
			highest => {
				self.next = highest.and_then(|highest| highest.checked_add(1));
				self.free = highest.map_or_else(BTreeSet::new, |highest| {
					self.free.range(..highest).copied().collect()
				});
			}
		}
	}

	/// Whether whoever has this nonce should move down into a gap: the highest does, so that one move fills it.
	fn should_move(&self, nonce: u32) -> bool {
		self.free.first().is_some_and(|gap| *gap < nonce) && self.flying.last() == Some(&nonce)
	}
}

/// An extrinsic on its way. Dropping it does not stop it.
#[derive(Debug)]
pub struct Submission {
	label: String,
	progress: watch::Receiver<Progress>,
	withdrawal: Withdrawal,
	_task: JoinHandle<()>,
}

/// A way to take a call back that has become pointless. What stands in a block stays there.
#[derive(Clone, Debug, Default)]
pub struct Withdrawal(Arc<watch::Sender<bool>>);

impl Withdrawal {
	/// Takes the call back, if it is not in a block yet.
	pub fn withdraw(&self) {
		self.0.send_replace(true);
	}

	/// Whether the call was taken back.
	pub fn is_withdrawn(&self) -> bool {
		*self.0.borrow()
	}
}

impl std::fmt::Debug for Submitter {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "Submitter({})", self.signer.account())
	}
}

impl Submit for Submitter {
	fn submit(&self, call: Call) -> Submission {
		Self::submit(self, call)
	}
}

impl Submitter {
	/// A submitter for the account of `signer`.
	pub fn new(chain: Chain, signer: Arc<dyn Sign>) -> Self {
		Self {
			chain,
			signer,
			nonces: Arc::default(),
			gaps: Arc::default(),
			line: Line::default(),
			room: Arc::new(Semaphore::new(1)),
			is_pipelined: false,
		}
	}

	/// The same for calls that do no harm when they are carried out twice, as duties are: several are under way at the same
	/// time, and one that gets lost is signed again with another nonce while the first may still be somewhere.
	pub fn pipelined(chain: Chain, signer: Arc<dyn Sign>) -> Self {
		Self {
			room: Arc::new(Semaphore::new(IN_FLIGHT)),
			is_pipelined: true,
			..Self::new(chain, signer)
		}
	}

	/// The account.
	pub fn account(&self) -> crate::AccountId {
		self.signer.account()
	}

	/// The chain.
	pub const fn chain(&self) -> &Chain {
		&self.chain
	}

	/// Submits a call. Calls of one signer go out in the order of these calls, unless one has to be made once more.
	///
	/// Must be called in a tokio runtime.
	pub fn submit(&self, call: Call) -> Submission {
		let (sender, progress) = watch::channel(Progress::Waiting);
		let (withdraw, mut withdrawn) = watch::channel(false);
		let label = call.label();
		let place = self.line.join();
		let this = self.clone();
		let task = tokio::spawn(async move {
			let label = call.label();
			let outcome = this.carry_out(&call, place, &sender, &mut withdrawn).await;
			match &outcome {
				Ok(outcome) => {
					tracing::debug!(call = label, number = outcome.number, "finalised");
				}
				Err(error) => tracing::info!(call = label, %error, "not carried out"),
			}
			sender.send_replace(match outcome {
				Ok(outcome) => Progress::Done(outcome),
				Err(error) => Progress::Failed(error),
			});
		});
		Submission {
			label,
			progress,
			withdrawal: Withdrawal(Arc::new(withdraw)),
			_task: task,
		}
	}

	/// Submits a call and waits until it is finalised.
	pub async fn submit_finalized(&self, call: Call) -> Result<Outcome, SubmitError> {
		self.submit(call).finalized().await
	}

	async fn carry_out(
		&self,
		call: &Call,
		place: Place,
		progress: &watch::Sender<Progress>,
		withdrawn: &mut watch::Receiver<bool>,
	) -> Result<Outcome, SubmitError> {
		let mut pauses = Backoff::new(Duration::from_millis(500), Duration::from_secs(6));
		let mut last = String::new();
		let mut attempt = 1;
		let mut place = Some(place);
		while attempt <= ATTEMPTS {
			let place = place.take().unwrap_or_else(|| self.line.join());
			let turn = place.turn().await;
			// Never closed.
			let room = Arc::clone(&self.room).acquire_owned().await.ok();
			if *withdrawn.borrow() {
				return Err(SubmitError::Withdrawn { call: call.label() });
			}
			match self
				.attempt(call, attempt, turn, room, progress, withdrawn)
				.await?
			{
				Attempt::Done(outcome) => return Ok(outcome),
				Attempt::Moved => continue,
				Attempt::Again(reason) => {
					tracing::debug!(call = call.label(), attempt, reason, "once more");
					last = reason;
				}
			}
			attempt += 1;
			if attempt <= ATTEMPTS {
				sleep(pauses.next().unwrap_or_default()).await;
			}
		}
		Err(SubmitError::SubmitFailed {
			call: call.label(),
			attempts: ATTEMPTS,
			last,
		})
	}

	/// One extrinsic, from its making to its end. It is the next one's turn when this one has its nonce; room for it is
	/// made when this one is in a block.
	async fn attempt(
		&self,
		call: &Call,
		attempt: u32,
		turn: Turn,
		room: Option<OwnedSemaphorePermit>,
		progress: &watch::Sender<Progress>,
		withdrawn: &mut watch::Receiver<bool>,
	) -> Result<Attempt, SubmitError> {
		// The stream begins before the extrinsic is sent, so that its block cannot be missed.
		let mut blocks = self.chain.follow_finalized();
		let _ = blocks.next().await;
		let birth = self.chain.finalized().await?;
		let account = self.signer.account();
		let nonce = {
			let mut nonces = self.nonces.lock().await;
			let in_state = self.chain.best().await?.balance(account).await?.nonce;
			nonces.take(in_state)
		};
		drop(turn);
		let ended = self
			.follow(
				call,
				attempt,
				(nonce, birth),
				room,
				&mut blocks,
				progress,
				withdrawn,
			)
			.await;
		let mut nonces = self.nonces.lock().await;
		match &ended {
			Ok(Attempt::Done(_)) | Err(SubmitError::Dispatch { .. }) => nonces.used(nonce),
			_ => nonces.give_back(nonce),
		}
		drop(nonces);
		// After one move the next lower one may be due.
		self.gaps.notify_waiters();
		ended
	}

	#[allow(
		clippy::too_many_arguments,
		reason = "all of it belongs to one attempt"
	)]
	async fn follow(
		&self,
		call: &Call,
		attempt: u32,
		(nonce, birth): (u32, At),
		room: Option<OwnedSemaphorePermit>,
		blocks: &mut (impl Stream<Item = Followed> + Send + Unpin),
		progress: &watch::Sender<Progress>,
		withdrawn: &mut watch::Receiver<bool>,
	) -> Result<Attempt, SubmitError> {
		let account = self.signer.account();
		let runtime = self.chain.link().runtime();
		let extrinsic = make(&runtime, call, &*self.signer, nonce, &birth)?;
		let hash = hash_of(&runtime, &extrinsic);
		let dies = birth.number().saturating_add(LIFE);
		let mut hints = match self.send(&extrinsic).await {
			Ok(hints) => Some(hints),
			Err(reason) => return Ok(Attempt::Again(reason)),
		};
		progress.send_replace(Progress::Sent { attempt });
		// Nothing of this is given back while it may be in a block.
		let mut room = room;
		let mut sent = birth.number();
		let mut is_repeated = false;
		loop {
			tokio::select! {
				biased;
				hint = next_hint(&mut hints), if hints.is_some() => match hint {
					Hint::InBlock(block) => {
						room = None;
						progress.send_replace(Progress::InBlock { block: block.0 });
					}
					Hint::Nothing => {}
					Hint::Ended => hints = None,
					Hint::Refused(reason) => {
						hints = None;
						// It may be in a block all the same: only state that has not moved says that it is not.
						let best = self.chain.best().await?;
						if room.is_none() || best.balance(account).await?.nonce > nonce {
							continue;
						}
						return match self.refusal(&extrinsic, &best).await {
							Some(refusal) if !refusal.is_passing() => Err(SubmitError::Refused {
								call: call.label(),
								reason: refusal,
							}),
							// "It is here already" is no refusal.
							None if is_repeated => continue,
							Some(refusal) => Ok(Attempt::Again(refusal.to_string())),
							None => Ok(Attempt::Again(reason)),
						};
					}
				},
				() = self.gaps.notified(), if self.is_pipelined && room.is_some() => {
					if self.is_free(nonce).await? && self.nonces.lock().await.should_move(nonce) {
						tracing::debug!(call = call.label(), nonce, "fills a gap");
						return Ok(Attempt::Moved);
					}
				}
				() = taken_back(withdrawn), if room.is_some() => {
					if self.is_free(nonce).await? {
						return Err(SubmitError::Withdrawn { call: call.label() });
					}
					// It is in a block, whatever the pool says.
					room = None;
				}
				followed = blocks.next() => match followed {
					Some(Followed::Block(at)) if at.number() < birth.number() => {}
					Some(Followed::Block(at)) => {
						let in_state = at.balance(account).await?.nonce;
						if in_state > nonce {
							return self.found(call, &at, hash).await;
						}
						if at.number() > dies.saturating_add(GRACE) {
							return Ok(Attempt::Again("it was not taken into a block in time".into()));
						}
						if room.is_none() || at.number() >= dies {
							continue;
						}
						let should_move = {
							let mut nonces = self.nonces.lock().await;
							nonces.passed(in_state);
							nonces.should_move(nonce)
						};
						if self.is_pipelined && should_move && self.is_free(nonce).await? {
							tracing::debug!(call = call.label(), nonce, "fills a gap");
							return Ok(Attempt::Moved);
						}
						let may_be_lost = hints.is_none() || !self.chain.is_proven();
						if may_be_lost && at.number() >= sent.saturating_add(RESEND) {
							sent = at.number();
							is_repeated = true;
							if let Ok(again) = self.send(&extrinsic).await {
								tracing::debug!(call = call.label(), nonce, "sent again");
								// The first pool may still have it, and say more.
								hints = hints.or(Some(again));
							}
						}
					}
					Some(Followed::Gap { to, .. }) => {
						let now = self.chain.finalized().await?;
						if now.balance(account).await?.nonce > nonce && to >= birth.number() {
							return Err(SubmitError::OutcomeUnknown { call: call.label() });
						}
					}
					None => return Err(SubmitError::Abandoned { call: call.label() }),
				},
			}
		}
	}

	/// Whether no extrinsic of the best block has this nonce.
	async fn is_free(&self, nonce: u32) -> Result<bool, SubmitError> {
		let best = self.chain.best().await?;
		Ok(best.balance(self.signer.account()).await?.nonce <= nonce)
	}

	/// Hands an extrinsic to a pool.
	async fn send(&self, extrinsic: &[u8]) -> Result<Hints, String> {
		let backend = self.chain.link().backend();
		match timeout(POOL, backend.submit_transaction(extrinsic)).await {
			Ok(Ok(hints)) => Ok(hints),
			Ok(Err(error)) => Err(error.to_string()),
			Err(_) => Err("the pool did not answer".into()),
		}
	}

	/// What happened to the extrinsic in the block in which the nonce moved.
	async fn found(&self, call: &Call, at: &At, hash: H256) -> Result<Attempt, SubmitError> {
		let runtime = self.chain.link().runtime();
		let body = at.body().await?;
		let Some(index) = body
			.iter()
			.position(|extrinsic| hash_of(&runtime, extrinsic) == hash)
		else {
			return Ok(Attempt::Again(
				"something else was signed with the same account".into(),
			));
		};
		let index = u32::try_from(index).unwrap_or(u32::MAX);
		let events = at.all_events().await?;
		if let Some((_, error)) = events.failures.into_iter().find(|(at, _)| *at == index) {
			return Err(SubmitError::Dispatch {
				call: call.label(),
				error,
			});
		}
		Ok(Attempt::Done(Outcome {
			number: at.number(),
			block: at.hash(),
			index,
			events: events
				.records
				.into_iter()
				.filter(|record| record.extrinsic == Some(index))
				.collect(),
			left_out: events
				.left_out
				.into_iter()
				.filter(|(at, ..)| *at == index)
				.map(|(_, errand, error)| (errand, error))
				.collect(),
		}))
	}

	/// Asks the runtime why a pool did not take an extrinsic. `None` when it would.
	async fn refusal(&self, extrinsic: &[u8], at: &At) -> Option<Refusal> {
		// In a block (1), from outside (2): what a pool asks.
		let parameters = [&[2u8], extrinsic, &at.hash()].concat();
		let hash = H256(at.hash());
		let answer = self
			.chain
			.link()
			.ask("whether a call is valid", at.number(), |backend| {
				let parameters = parameters.clone();
				async move {
					backend
						.call(
							"TaggedTransactionQueue_validate_transaction",
							Some(&parameters),
							hash,
						)
						.await
				}
			})
			.await
			.ok()?;
		refusal(&answer)
	}
}

impl Submission {
	/// `Pallet.call`.
	pub fn label(&self) -> &str {
		&self.label
	}

	/// A way to take it back.
	pub fn withdrawal(&self) -> Withdrawal {
		self.withdrawal.clone()
	}

	/// How far it has come.
	pub fn progress(&self) -> Progress {
		self.progress.borrow().clone()
	}

	/// Waits for the next change, and says how far it has come then.
	pub async fn changed(&mut self) -> Progress {
		if self.progress.changed().await.is_err() && !self.is_over() {
			return Progress::Failed(self.abandoned());
		}
		self.progress()
	}

	/// Waits until it stands in a block that may yet be replaced, or in a finalised one.
	pub async fn in_block(&mut self) -> Result<[u8; 32], SubmitError> {
		loop {
			match self.progress() {
				Progress::InBlock { block } => return Ok(block),
				Progress::Done(outcome) => return Ok(outcome.block),
				Progress::Failed(error) => return Err(error),
				Progress::Waiting | Progress::Sent { .. } => {}
			}
			if self.progress.changed().await.is_err() && !self.is_over() {
				return Err(self.abandoned());
			}
		}
	}

	/// Waits until it is carried out in a finalised block.
	pub async fn finalized(mut self) -> Result<Outcome, SubmitError> {
		loop {
			match self.progress() {
				Progress::Done(outcome) => return Ok(outcome),
				Progress::Failed(error) => return Err(error),
				_ => {}
			}
			if self.progress.changed().await.is_err() && !self.is_over() {
				return Err(self.abandoned());
			}
		}
	}

	fn is_over(&self) -> bool {
		matches!(
			*self.progress.borrow(),
			Progress::Done(_) | Progress::Failed(_)
		)
	}

	fn abandoned(&self) -> SubmitError {
		SubmitError::Abandoned {
			call: self.label.clone(),
		}
	}
}

/// Waits until the caller takes the call back.
async fn taken_back(withdrawn: &mut watch::Receiver<bool>) {
	if withdrawn.wait_for(|withdrawn| *withdrawn).await.is_err() {
		// Nobody is there who could.
		std::future::pending().await
	}
}

/// How an attempt ended.
enum Attempt {
	Done(Outcome),
	Again(String),
	/// Nothing gets in before a gap below it is filled.
	Moved,
}

/// What a pool says about an extrinsic.
type Hints = StreamOfResults<TransactionStatus<H256>>;

/// What that means.
#[derive(Debug, PartialEq, Eq)]
enum Hint {
	InBlock(H256),
	Nothing,
	Ended,
	Refused(String),
}

async fn next_hint(hints: &mut Option<Hints>) -> Hint {
	match hints {
		Some(hints) => match hints.next().await {
			Some(Ok(status)) => hint(status),
			Some(Err(_)) | None => Hint::Ended,
		},
		None => std::future::pending().await,
	}
}

fn hint(status: TransactionStatus<H256>) -> Hint {
	match status {
		TransactionStatus::Validated
		| TransactionStatus::Broadcasted
		| TransactionStatus::NoLongerInBestBlock => Hint::Nothing,
		TransactionStatus::InBestBlock { hash } | TransactionStatus::InFinalizedBlock { hash } => {
			Hint::InBlock(hash.hash())
		}
		TransactionStatus::Error { message }
		| TransactionStatus::Invalid { message }
		| TransactionStatus::Dropped { message } => Hint::Refused(message),
	}
}

/// Makes and signs an extrinsic that lives from a finalised block on.
fn make(
	runtime: &Runtime,
	call: &Call,
	signer: &dyn Sign,
	nonce: u32,
	birth: &At,
) -> Result<Vec<u8>, Error> {
	let unreadable = |reason: String| Error::Unreadable {
		what: format!("how to sign {}", call.label()),
		reason,
	};
	let encoded = call.encode(runtime)?;
	let (pallet, name) = call.names();
	let payload = StaticPayload::new(
		pallet,
		name,
		Encoded(encoded.get(2..).unwrap_or_default().to_vec()),
	);
	let params = DefaultExtrinsicParamsBuilder::<Tea>::new()
		.nonce(nonce.into())
		.mortal_from_unchecked(LIFE.into(), birth.number().into(), H256(birth.hash()))
		.build();
	let mut signable = runtime
		.client()
		.tx()
		.create_v4_signable_offline(&payload, params)
		.map_err(|e| unreadable(e.to_string()))?;
	let message = signable
		.signer_payload()
		.map_err(|e| unreadable(e.to_string()))?;
	let signature = MultiSignature::Sr25519(signer.sign(&message));
	let extrinsic = signable
		.sign_with_account_and_signature(&AccountId32(signer.public()), &signature)
		.map_err(|e| unreadable(e.to_string()))?;
	Ok(extrinsic.into_encoded())
}

fn hash_of(runtime: &Runtime, extrinsic: &[u8]) -> H256 {
	runtime.client().hasher().hash(extrinsic)
}

/// What the runtime says about an extrinsic; `None` when it is valid or the answer has no sense.
fn refusal(answer: &[u8]) -> Option<Refusal> {
	use codec::Decode as _;
	let result = match answer {
		[1, 0, rest @ ..] => {
			ValidationResult::Invalid(TransactionInvalid::decode(&mut &*rest).ok()?)
		}
		[1, 1, rest @ ..] => {
			ValidationResult::Unknown(TransactionUnknown::decode(&mut &*rest).ok()?)
		}
		_ => return None,
	};
	Some(match result {
		ValidationResult::Valid(_) => return None,
		ValidationResult::Invalid(invalid) => match invalid {
			TransactionInvalid::Payment => Refusal::Payment,
			TransactionInvalid::Stale => Refusal::Stale,
			TransactionInvalid::Future => Refusal::Future,
			TransactionInvalid::BadProof => Refusal::BadProof,
			TransactionInvalid::AncientBirthBlock => Refusal::AncientBirthBlock,
			TransactionInvalid::ExhaustsResources => Refusal::ExhaustsResources,
			TransactionInvalid::BadSigner => Refusal::BadSigner,
			other => Refusal::Other(format!("the runtime calls it invalid: {other:?}")),
		},
		ValidationResult::Unknown(unknown) => {
			Refusal::Other(format!("the runtime cannot judge it: {unknown:?}"))
		}
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use subxt::backend::BlockRef;

	#[test]
	fn nonces_follow_each_other_and_the_state() {
		let mut nonces = Nonces::default();
		assert_eq!([nonces.take(5), nonces.take(5), nonces.take(5)], [5, 6, 7]);
		nonces.used(5);
		assert_eq!(nonces.take(6), 8);
		// Somebody else signed, or a process before this one.
		assert_eq!(nonces.take(20), 20);
	}

	#[test]
	fn gap_is_filled_by_the_next_call_or_by_the_highest() {
		let mut nonces = Nonces::default();
		for _ in 0..4 {
			nonces.take(0);
		}
		nonces.give_back(1);
		assert!(nonces.should_move(3));
		assert!(!nonces.should_move(0) && !nonces.should_move(2));
		assert_eq!(nonces.take(0), 1, "a new call fills it");
		assert!(!nonces.should_move(3));
		nonces.give_back(1);
		nonces.give_back(3);
		assert_eq!(nonces.take(0), 1, "the highest fills it");
		assert_eq!(nonces.take(0), 3);
	}

	#[test]
	fn nonce_that_nobody_is_above_is_no_gap() {
		let mut nonces = Nonces::default();
		for _ in 0..3 {
			nonces.take(0);
		}
		nonces.give_back(1);
		nonces.give_back(2);
		assert!(!nonces.should_move(0));
		assert_eq!(nonces.take(0), 1);
		nonces.give_back(1);
		nonces.give_back(0);
		assert_eq!(nonces.take(7), 7);
	}

	#[test]
	fn gap_that_the_state_has_passed_is_none() {
		let mut nonces = Nonces::default();
		for _ in 0..3 {
			nonces.take(0);
		}
		nonces.give_back(0);
		assert_eq!(nonces.take(2), 3);
	}

	#[test]
	fn dropped_and_invalid_are_hints_and_no_verdicts() {
		let hash = H256([3; 32]);
		let in_block = TransactionStatus::InBestBlock {
			hash: BlockRef::from_hash(hash),
		};
		assert_eq!(hint(in_block), Hint::InBlock(hash));
		assert_eq!(hint(TransactionStatus::Broadcasted), Hint::Nothing);
		assert_eq!(hint(TransactionStatus::NoLongerInBestBlock), Hint::Nothing);
		let dropped = TransactionStatus::Dropped {
			message: "limits".into(),
		};
		assert_eq!(hint(dropped), Hint::Refused("limits".into()));
	}

	#[test]
	fn refusals_of_the_runtime_are_read_and_sorted() {
		for (code, refusal_of_code, passing) in [
			(1, Refusal::Payment, false),
			(2, Refusal::Future, true),
			(3, Refusal::Stale, true),
			(4, Refusal::BadProof, true),
			(5, Refusal::AncientBirthBlock, true),
			(6, Refusal::ExhaustsResources, true),
		] {
			let refusal = refusal(&[1, 0, code]).unwrap();
			assert_eq!(refusal, refusal_of_code);
			assert_eq!(refusal.is_passing(), passing, "{refusal}");
		}
		assert!(matches!(refusal(&[1, 0, 7, 42]), Some(Refusal::Other(_))));
		assert!(matches!(refusal(&[1, 1, 0]), Some(Refusal::Other(_))));
		for nonsense in [&[][..], &[0], &[1], &[1, 0], &[1, 0, 99], &[7, 7]] {
			assert_eq!(refusal(nonsense), None);
		}
	}
}
