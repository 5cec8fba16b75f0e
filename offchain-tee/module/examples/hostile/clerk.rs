//! Hands in proofs, and lies before it does. Proof, quote and verdicts are real, so that each lie is the only thing that is
//! wrong.

use std::{
	collections::BTreeSet,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::Duration,
};

use codec::Decode;
use serde_json::{Value, json};
use tea_chain::{
	Call, Chain, Submission, Submit, SubmitError,
	types::{MultiSignature, Pot},
};
use tea_module::{errand::World, pins::seal::Opener};
use tea_primitives::{
	errand::{Batch, ErrandId, PotBody},
	ids::{BootSeq, ModuleId},
};
use tea_tpm::pot::PotBinding;
use tokio::{runtime::Handle, task::block_in_place};

use crate::{den::Den, diary::Diary};

/// How often it looks for orders.
const GLANCE: Duration = Duration::from_millis(100);

/// Of a committee of four, three have to say yes.
const TOO_FEW: usize = 2;

type Verdicts = Vec<(u8, MultiSignature)>;

pub(crate) struct Clerk {
	session: Arc<dyn Submit>,
	chain: Chain,
	opener: Opener,
	genesis: [u8; 32],
	me: (ModuleId, BootSeq),
	den: Den,
	diary: Arc<Diary>,
	/// Attempts before whose proof it has lied.
	told: Mutex<BTreeSet<(ErrandId, u8)>>,
}

impl Submit for Clerk {
	fn submit(&self, call: Call) -> Submission {
		let pots = proofs_of(&call);
		for pot in &pots {
			if let Err(error) = self.den.leave(pot) {
				tracing::error!(%error, "a proof cannot be left in the den");
			}
		}
		if self.den.is_holding() && (!pots.is_empty() || call.label() == "Errand.fail") {
			return self.keep_back(&call, &pots);
		}
		for pot in &pots {
			if self.told().insert((pot.body.errand, pot.body.attempt)) {
				self.lie_about(pot);
			}
		}
		self.session.submit(call)
	}
}

/// The proofs that a call carries.
fn proofs_of(call: &Call) -> Vec<Pot> {
	let Some(mut arguments) = call.arguments() else {
		return Vec::new();
	};
	match call.label().as_str() {
		"Errand.complete" => <(ErrandId, Pot)>::decode(&mut arguments)
			.map(|(_, pot)| vec![pot])
			.unwrap_or_default(),
		"Errand.complete_many" => Vec::<Pot>::decode(&mut arguments).unwrap_or_default(),
		_ => Vec::new(),
	}
}

impl Clerk {
	pub(crate) fn new(world: &World, den: Den, diary: Diary) -> Self {
		Self {
			session: world.session.clone(),
			chain: world.chain.clone(),
			opener: world.opener.clone(),
			genesis: world.boot.genesis,
			me: (world.module(), world.boot_seq),
			den,
			diary: Arc::new(diary),
			told: Mutex::default(),
		}
	}

	fn told(&self) -> MutexGuard<'_, BTreeSet<(ErrandId, u8)>> {
		self.told.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// Does what the den says, for as long as the process lives.
	pub(crate) async fn obey(self: Arc<Self>) {
		let mut last = String::new();
		loop {
			tokio::time::sleep(GLANCE).await;
			let Some(order) = self.den.order() else {
				continue;
			};
			let is_mine = (ModuleId(order.module), order.boot_seq) == self.me;
			if !is_mine || order.word == last {
				continue;
			}
			let Some(pot) = self.den.proof(order.errand) else {
				continue;
			};
			self.hand_in(&order.word, ErrandId(order.errand), &pot);
			last = order.word;
		}
	}

	/// Hands in a proof, and writes down what came of it.
	fn hand_in(&self, name: &str, errand: ErrandId, pot: &Pot) {
		let submission = self.session.submit(Call::complete(errand, pot));
		let diary = self.diary.clone();
		let line = json!({
			"event": "handed_in",
			"lie": name,
			"errand": errand.0,
			"module": self.me.0.0,
			"boot": self.me.1,
		});
		tokio::spawn(async move {
			let (outcome, detail) = outcome(submission.finalized().await);
			let mut line = line;
			line["outcome"] = outcome;
			line["detail"] = detail;
			diary.write(&line);
		});
	}

	/// In the place of proofs goes one without verdicts, so that they can be handed in later; in the place of a word that there
	/// will be none goes nothing that changes anything.
	fn keep_back(&self, call: &Call, pots: &[Pot]) -> Submission {
		tracing::info!(call = call.label(), "kept back");
		let bare: Vec<_> = pots
			.iter()
			.map(|pot| Pot {
				verdicts: Vec::new().try_into().unwrap_or_default(),
				..pot.clone()
			})
			.collect();
		self.session.submit(match bare.as_slice() {
			[one] => Call::complete(one.body.errand, one),
			many => Call::complete_many(many),
		})
	}

	/// Hands in, before the proof, what is wrong in one thing.
	fn lie_about(&self, pot: &Pot) {
		let errand = pot.body.errand;
		let verdicts = |verdicts: Verdicts| Pot {
			verdicts: verdicts.try_into().unwrap_or_default(),
			..pot.clone()
		};
		let too_few = pot.verdicts.iter().take(TOO_FEW).cloned().collect();
		self.hand_in("no verdicts", errand, &verdicts(Vec::new()));
		self.hand_in("too few verdicts", errand, &verdicts(too_few));
		self.hand_in("repeated verdict", errand, &verdicts(repeated(pot)));

		let other = PotBody {
			input: [9; 32],
			..pot.body.clone()
		};
		match block_in_place(|| Handle::current().block_on(self.quoted(pot, other))) {
			Ok(quoted) => {
				self.hand_in("other input", errand, &quoted);
				let under = under(pot, &quoted);
				self.hand_in("other input under this order", errand, &under);
			}
			Err(error) => tracing::error!(error, "the chip does not sign a lie"),
		}

		let others: Vec<_> = self
			.den
			.proofs()
			.into_iter()
			.filter(|proof| proof.body.errand != errand)
			.collect();
		let is_own = |proof: &Pot| (proof.body.executor, proof.body.boot_seq) == self.me;
		if let Some(own) = others.iter().find(|proof| is_own(proof)) {
			self.hand_in("replayed", errand, own);
			self.hand_in("replayed under this order", errand, &under(pot, own));
			self.hand_in("again", own.body.errand, own);
		}
		if let Some(foreign) = others.iter().find(|proof| !is_own(proof)) {
			self.hand_in("taken from another", errand, foreign);
			let under = under(pot, foreign);
			self.hand_in("taken from another, under this order", errand, &under);
		}
	}

	/// A proof of something else, that the chip has signed.
	async fn quoted(&self, pot: &Pot, body: PotBody) -> Result<Pot, String> {
		let root = body.hash();
		let binding = PotBinding {
			genesis: self.genesis,
			module: self.me.0.0,
			boot_seq: self.me.1,
			pot_root: root,
			nonces: pot.nonces,
		};
		let at = self.chain.best().await.map_err(|error| error.to_string())?;
		let boot = at
			.boot(self.me.0)
			.await
			.map_err(|error| error.to_string())?;
		let firmware = boot.ok_or("no boot")?.evidence.firmware_version;
		let Opener { tpm, state, .. } = &self.opener;
		let quote = tpm.quote_pot(binding, *state, firmware).await;
		let quote = quote.map_err(|error| error.to_string())?;
		Ok(Pot {
			body,
			batch: alone(root),
			quote: quote.quote.try_into().map_err(|_| "too long")?,
			signature: quote.signature.try_into().map_err(|_| "too long")?,
			..pot.clone()
		})
	}
}

/// One proof under a root.
fn alone(root: [u8; 32]) -> Batch {
	Batch {
		root,
		index: 0,
		len: 1,
		path: Vec::new().try_into().unwrap_or_default(),
	}
}

/// What the order wants to hear, with the quote of another proof.
fn under(pot: &Pot, quoted: &Pot) -> Pot {
	Pot {
		body: pot.body.clone(),
		batch: alone(pot.body.hash()),
		..quoted.clone()
	}
}

/// As many verdicts as before, and the last one is the first one again.
fn repeated(pot: &Pot) -> Verdicts {
	let mut verdicts = pot.verdicts.to_vec();
	if let Some(first) = verdicts.first().cloned()
		&& let Some(last) = verdicts.last_mut()
	{
		*last = first;
	}
	verdicts
}

/// What became of a call, and the field that the chain names.
fn outcome(ended: Result<tea_chain::Outcome, SubmitError>) -> (Value, Value) {
	match ended {
		Ok(_) => ("taken".into(), Value::Null),
		Err(SubmitError::Dispatch { error, .. }) => (error.name.into(), error.detail.into()),
		Err(SubmitError::Refused { reason, .. }) => (format!("{reason:?}").into(), Value::Null),
		Err(error) => ("NotSent".into(), error.to_string().into()),
	}
}
