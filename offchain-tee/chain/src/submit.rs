//! Submission: every extrinsic of a signer goes through one place, which owns the nonce.
//!
//! An extrinsic is done when a finalised block holds it. The words of a node or pool about it are hints: `Dropped`,
//! `Usurped`, a closed connection are ordinary. What counts is the nonce in finalised state: while it has not moved, the
//! same nonce is used again, so that nothing is carried out twice; when it has moved, the block says by whom.

use crate::{
	At, Call, Chain, Error, Followed, Refusal, Sign, SubmitError,
	backoff::Backoff,
	config::Tea,
	runtime::{Encoded, Runtime},
	types::EventRecord,
};
use futures::StreamExt;
use std::{sync::Arc, time::Duration};
use subxt::{
	backend::{Backend, StreamOfResults, TransactionStatus},
	config::{
		DefaultExtrinsicParamsBuilder, Hasher,
		substrate::{AccountId32, H256, MultiSignature},
	},
	transactions::{StaticPayload, TransactionInvalid, TransactionUnknown, ValidationResult},
};
use tokio::{
	sync::{Mutex, OwnedMutexGuard, watch},
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
}

/// Signs and submits for one account, which nobody else should sign for at the same time. Clones share the nonce.
#[derive(Clone)]
pub struct Submitter {
	chain: Chain,
	signer: Arc<dyn Sign>,
	/// The nonce behind the last extrinsic that is in a block but perhaps not in the state that is read next.
	next: Arc<Mutex<Option<u32>>>,
}

/// An extrinsic on its way. Dropping it does not stop it.
#[derive(Debug)]
pub struct Submission {
	label: String,
	progress: watch::Receiver<Progress>,
	_task: JoinHandle<()>,
}

impl std::fmt::Debug for Submitter {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "Submitter({})", self.signer.account())
	}
}

impl Submitter {
	/// A submitter for the account of `signer`.
	pub fn new(chain: Chain, signer: Arc<dyn Sign>) -> Self {
		Self {
			chain,
			signer,
			next: Arc::new(Mutex::new(None)),
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

	/// Submits a call. Calls of one signer go out in the order of these calls.
	///
	/// Must be called in a tokio runtime.
	pub fn submit(&self, call: Call) -> Submission {
		let (sender, progress) = watch::channel(Progress::Waiting);
		let label = call.label();
		let this = self.clone();
		let task = tokio::spawn(async move {
			let label = call.label();
			let outcome = this.carry_out(&call, &sender).await;
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
		progress: &watch::Sender<Progress>,
	) -> Result<Outcome, SubmitError> {
		let mut pauses = Backoff::new(Duration::from_millis(500), Duration::from_secs(6));
		let mut last = String::new();
		for attempt in 1..=ATTEMPTS {
			if attempt > 1 {
				sleep(pauses.next().unwrap_or_default()).await;
			}
			let turn = Arc::clone(&self.next).lock_owned().await;
			match self.attempt(call, attempt, turn, progress).await? {
				Attempt::Done(outcome) => return Ok(outcome),
				Attempt::Again(reason) => {
					tracing::debug!(call = call.label(), attempt, reason, "once more");
					last = reason;
				}
			}
		}
		Err(SubmitError::SubmitFailed {
			call: call.label(),
			attempts: ATTEMPTS,
			last,
		})
	}

	/// One extrinsic, from its making to its end. The turn is given to the next one when it is in a block.
	async fn attempt(
		&self,
		call: &Call,
		attempt: u32,
		turn: OwnedMutexGuard<Option<u32>>,
		progress: &watch::Sender<Progress>,
	) -> Result<Attempt, SubmitError> {
		// The stream begins before the extrinsic is sent, so that its block cannot be missed.
		let mut blocks = self.chain.follow_finalized();
		let _ = blocks.next().await;
		let birth = self.chain.finalized().await?;
		let account = self.signer.account();
		let in_state = self.chain.best().await?.balance(account).await?.nonce;
		let nonce = turn.map_or(in_state, |next| next.max(in_state));
		let runtime = self.chain.link().runtime();
		let extrinsic = make(&runtime, call, &*self.signer, nonce, &birth)?;
		let hash = hash_of(&runtime, &extrinsic);
		let dies = birth.number().saturating_add(LIFE);

		let sent = timeout(
			POOL,
			self.chain.link().backend().submit_transaction(&extrinsic),
		)
		.await;
		let mut hints: Option<Hints> = match sent {
			Ok(Ok(hints)) => Some(hints),
			Ok(Err(error)) => return Ok(Attempt::Again(error.to_string())),
			Err(_) => return Ok(Attempt::Again("the pool did not answer".into())),
		};
		progress.send_replace(Progress::Sent { attempt });
		let mut turn = Some(turn);
		loop {
			tokio::select! {
				biased;
				hint = next_hint(&mut hints), if hints.is_some() => match hint {
					Hint::InBlock(block) => {
						if let Some(mut turn) = turn.take() {
							*turn = nonce.checked_add(1);
						}
						progress.send_replace(Progress::InBlock { block: block.0 });
					}
					Hint::Nothing => {}
					Hint::Ended => hints = None,
					Hint::Refused(reason) => {
						hints = None;
						// It may be in a block all the same: only state that has not moved says that it is not.
						let best = self.chain.best().await?;
						if turn.is_none() || best.balance(account).await?.nonce > nonce {
							continue;
						}
						if let Some(turn) = &mut turn {
							**turn = None;
						}
						return match self.refusal(&extrinsic, &best).await {
							Some(refusal) if !refusal.is_passing() => Err(SubmitError::Refused {
								call: call.label(),
								reason: refusal,
							}),
							Some(refusal) => Ok(Attempt::Again(refusal.to_string())),
							None => Ok(Attempt::Again(reason)),
						};
					}
				},
				followed = blocks.next() => match followed {
					Some(Followed::Block(at)) if at.number() < birth.number() => {}
					Some(Followed::Block(at)) => {
						if at.balance(account).await?.nonce > nonce {
							return self.found(call, &at, hash).await;
						}
						if at.number() > dies.saturating_add(GRACE) {
							*self.turn(turn).await = None;
							return Ok(Attempt::Again("it was not taken into a block in time".into()));
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

	async fn turn(
		&self,
		turn: Option<OwnedMutexGuard<Option<u32>>>,
	) -> OwnedMutexGuard<Option<u32>> {
		match turn {
			Some(turn) => turn,
			None => Arc::clone(&self.next).lock_owned().await,
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

/// How an attempt ended.
enum Attempt {
	Done(Outcome),
	Again(String),
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
