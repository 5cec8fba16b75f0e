//! The module itself: its certificate, its renewals, the rounds in which it is examined, and whether it serves.

use std::{
	sync::Arc,
	time::{Duration, Instant},
};

use tea_chain::{
	At, Call, Chain, SubmitError, Submitter,
	types::{AttestationEvent, ChainMember, ModuleInfo, Profile, RoundOutcome, RoundRecord},
};
use tea_link::{HostLink, LinkState, Replays, Unverified};
use tea_primitives::{
	ids::{ModuleId, ReleaseId, Round},
	module::ModuleStatus,
	verdict::{Pass, VERDICT_DOMAIN},
};
use tea_tpm::{Counters, Hash, PcrSelection, Progress, binding::committee_nonce};
use tea_tpm_device::{Error as TpmError, Tpm};
use tokio::{
	sync::{broadcast, mpsc, watch},
	task::JoinSet,
};

use super::{
	LOOK,
	courier::{Address, Courier},
	duty::address_of_member,
	head::Head,
	listener::Sight,
	outbox::Outbox,
};
use crate::{
	attest::{self, AttestError, BootState},
	exit::{Cause, Exit},
	http::Health,
	lifecycle::{Edge, Lacking, Lifecycle, State},
	metrics::Metrics,
	peers::Peers,
	pins::checker::all_capabilities,
	protocol::{Body, RoundEvidence},
	renewal::Term,
	signals::stopped,
	testee::{Examination, Step},
	verify::{AcceptedRelease, release_of},
};

/// Blocks between two looks at the own record when no event names the module.
const LOOK_AGAIN: u32 = 10;
/// Blocks between two looks at the PCRs.
const PROBE: u32 = 20;
/// Blocks after which a renewal that came to nothing is tried again.
const RENEW_AGAIN: u32 = 5;

/// Blocks after a passed round in which its certificate becomes final. Before that nobody needs another renewal.
const UNTIL_FINAL: u32 = 20;
/// Age of the finalised head above which nothing is released.
const STALE: Duration = Duration::from_secs(60);
/// How long calls that are under way may take after the end was asked for.
const DRAIN: Duration = Duration::from_secs(6);

/// The module's own boot, as the chain took it.
#[derive(Clone)]
pub struct Boot {
	/// What evidence is made of.
	pub state: BootState,
	/// Its number.
	pub boot_seq: u32,
	/// Counters of its first evidence.
	pub counters: Counters,
	/// Whether bad news about this very machine are posted knowingly.
	pub attest_unreleased: bool,
}

/// Everything outside that the service works with.
pub struct World {
	/// The chain.
	pub chain: Chain,
	/// The chip.
	pub tpm: Tpm,
	/// The host.
	pub link: Arc<dyn HostLink>,
	/// Sends letters.
	pub courier: Courier,
	/// Signs with the session key.
	pub session: Submitter,
	/// Metrics.
	pub metrics: Arc<Metrics>,
	/// Where the process stands.
	pub lifecycle: Arc<Lifecycle>,
	/// What `/health` says.
	pub health: watch::Sender<Health>,
	/// Addresses that the configuration names for the profile.
	pub addresses: Vec<String>,
}

/// What a call was for.
#[derive(Clone, Copy, Debug)]
enum Tag {
	Verdicts(Round),
}

/// A round in which this module is examined.
struct Exam {
	machine: Examination,
	record: RoundRecord,
	addresses: Vec<Option<Address>>,
	/// The release that the chain will find.
	release: Option<ReleaseId>,
	evidence: Option<RoundEvidence>,
}

/// The service.
pub struct Own {
	boot: Boot,
	world: World,
	module: ModuleId,
	outbox: Outbox<Tag>,
	replays: Replays,
	peers: Peers,
	exam: Option<Exam>,
	renewals: JoinSet<Result<(), AttestError>>,
	info: Option<ModuleInfo>,
	term: Option<Term>,
	renew_at: Option<u32>,
	tpm_answers: bool,
	head: Head,
	/// The own record, the own round, and the list of peers are to be read.
	look: (bool, bool, bool),
	looked_at: u32,
	probed_at: u32,
	/// Block in which a letter made the service look for a round.
	sought_at: u32,
	/// Never serves again: what went wrong.
	said: Option<String>,
}

impl Own {
	/// The service of a boot that the chain took.
	pub fn new(boot: Boot, world: World) -> Self {
		Self {
			module: boot.state.module,
			outbox: Outbox::new(Arc::new(world.session.clone()), world.metrics.clone()),
			boot,
			world,
			replays: Replays::default(),
			peers: Peers::default(),
			exam: None,
			renewals: JoinSet::new(),
			info: None,
			term: None,
			renew_at: None,
			tpm_answers: true,
			head: Head::default(),
			look: (true, true, true),
			looked_at: 0,
			probed_at: 0,
			sought_at: 0,
			said: None,
		}
	}

	/// Serves until told to stop, or until nothing but a person helps.
	pub async fn run(
		mut self,
		mut sights: broadcast::Receiver<Sight>,
		mut letters: mpsc::Receiver<Unverified>,
		mut heard: mpsc::Receiver<(ModuleId, u32)>,
		mut stop: watch::Receiver<bool>,
	) -> Result<(), Exit> {
		let mut host = self.world.link.state();
		let mut tick = tokio::time::interval(Duration::from_secs(5));
		loop {
			tokio::select! {
				() = stopped(&mut stop) => break,
				seen = sights.recv() => match seen {
					Ok(Sight::Best(at, seen)) => self.see_best(&at, &seen.modules).await,
					Ok(Sight::Final(at, seen)) => self.see_final(&at, &seen.modules).await?,
					Ok(Sight::Gap) | Err(broadcast::error::RecvError::Lagged(_)) => {
						self.look = (true, true, true);
					}
					Err(broadcast::error::RecvError::Closed) => break,
				},
				Some(letter) = letters.recv() => self.read(letter).await,
				Some((module, now)) = heard.recv() => self.hear(module, now),
				(tag, ended) = self.outbox.next() => self.ended(tag, ended.err()),
				Some(renewed) = self.renewals.join_next() => {
					self.renewed(renewed.map_err(|error| Exit::of(Cause::Internal, &error))?)?;
				}
				_ = host.changed() => (),
				_ = tick.tick() => (),
			}
			self.stand(&host);
		}
		self.outbox.drain(DRAIN).await;
		Ok(())
	}

	// Where the process stands.

	/// What is missing for serving; everything that would release something asks for this.
	fn lacking(&self, host: &watch::Receiver<LinkState>) -> Option<Lacking> {
		let is_up = matches!(*host.borrow(), LinkState::Up(_));
		self.world.metrics.host_up.set(is_up.into());
		if !self.head.is_within(Instant::now(), STALE) {
			Some(Lacking::Chain)
		} else if !self.tpm_answers {
			Some(Lacking::Tpm)
		} else if !is_up {
			Some(Lacking::Host)
		} else if self.term.is_none() {
			Some(Lacking::Certificate)
		} else {
			None
		}
	}

	fn stand(&mut self, host: &watch::Receiver<LinkState>) {
		let lacking = self.lacking(host);
		let edge = lacking.map_or(Edge::Ready, Edge::Lost);
		self.world.lifecycle.follow(edge);
		let state = self.world.lifecycle.state();
		let World { metrics, chain, .. } = &self.world;
		metrics.show_state(&state);
		metrics.show_tpm(&self.world.tpm.health());
		let chain = chain.health();
		let age = self.head.age(Instant::now());
		metrics
			.head_age
			.set(age.unwrap_or(chain.silent_for).as_secs_f64());
		let left = self.term.map(|term| term.left(chain.finalized));
		metrics
			.certificate_left
			.set(left.unwrap_or_default().into());
		metrics
			.renewal_at
			.set(self.renew_at.unwrap_or_default().into());
		metrics
			.peers
			.set(i64::try_from(self.peers.answering(chain.best)).unwrap_or(i64::MAX));
		let reason = match &state {
			State::Attested { lacking, .. } => Some(match (&self.info, lacking) {
				(Some(info), Lacking::Certificate) => {
					format!("{lacking}: {:?}, {}", info.status, info.reason)
				}
				_ => lacking.to_string(),
			}),
			_ => None,
		};
		let health = Health {
			state: state.label().into(),
			ready: state.is_serving(),
			reason,
			module: Some(self.module.0),
			boot_seq: Some(self.boot.boot_seq),
			session: Some(tea_chain::AccountId(self.boot.state.keys.session).to_string()),
			status: self.info.as_ref().map(|info| format!("{:?}", info.status)),
			certificate_left: left,
			finalized: Some(chain.finalized),
			peers: self.peers.list(),
		};
		self.world.health.send_if_modified(|shown| {
			let changed = *shown != health;
			*shown = health;
			changed
		});
	}

	// The own record, at finalised blocks: what makes the module serve or end is final.

	async fn see_final(&mut self, at: &At, events: &[AttestationEvent]) -> Result<(), Exit> {
		let now = at.number();
		// What cannot be read does not make the head younger.
		if let Ok(Ok(age)) = tokio::time::timeout(LOOK, at.age()).await {
			self.head.see(Instant::now(), age);
		}
		self.peers.tick(now);
		let mut certified = Vec::new();
		for event in events {
			match event {
				AttestationEvent::Certified { module, .. } => {
					certified.push(*module);
					self.look.0 |= *module == self.module;
				}
				AttestationEvent::StatusChanged { module, status, .. } => {
					self.look.0 |= *module == self.module;
					if *status != ModuleStatus::Active {
						self.peers.gone(*module);
					}
				}
				AttestationEvent::BootEnded { module, .. }
				| AttestationEvent::BootPosted { module, .. }
				| AttestationEvent::RenewalRefused { module, .. }
				| AttestationEvent::RoundClosed { module, .. } => {
					self.look.0 |= *module == self.module;
				}
				_ => (),
			}
		}
		self.look.0 |= now >= self.looked_at.saturating_add(LOOK_AGAIN);
		let looked = tokio::time::timeout(LOOK, self.look_at_chain(at, &certified)).await;
		looked.unwrap_or(Ok(()))?;
		if now >= self.probed_at.saturating_add(PROBE) {
			self.probed_at = now;
			self.probe().await?;
		}
		if self.renew_at.is_some_and(|due| now >= due)
			&& self.renewals.is_empty()
			&& self.exam.is_none()
		{
			self.renew(now);
		}
		Ok(())
	}

	async fn look_at_chain(&mut self, at: &At, certified: &[ModuleId]) -> Result<(), Exit> {
		if self.look.2 {
			if let Ok(certificates) = at.certificates().await {
				self.look.2 = false;
				certificates
					.iter()
					.filter(|certificate| certificate.module != self.module)
					.for_each(|certificate| self.peers.certified(certificate));
			}
		} else {
			for module in certified.iter().filter(|module| **module != self.module) {
				if let Ok(Some(certificate)) = at.certificate_of(*module).await {
					self.peers.certified(&certificate);
				}
			}
		}
		if !self.look.0 {
			return Ok(());
		}
		let read = futures::try_join!(at.module_info(self.module), at.certificate_of(self.module));
		let (info, certificate) = match read {
			Ok(read) => read,
			Err(error) => {
				tracing::debug!(%error, "the own record cannot be read");
				return Ok(());
			}
		};
		self.look.0 = false;
		self.looked_at = at.number();
		let Some(info) = info else {
			return Err(self.superseded("the chain does not know this module"));
		};
		self.judge_record(&info)?;
		let before = self.info.as_ref().map(|info| (info.status, info.since));
		if before != Some((info.status, info.since)) {
			tracing::info!(status = ?info.status, reason = %info.reason, "the chain says");
		}
		let certificate =
			certificate.filter(|certificate| certificate.boot_seq == self.boot.boot_seq);
		self.plan(
			at.number(),
			&info,
			certificate.map(|certificate| certificate.until),
		);
		self.info = Some(info);
		Ok(())
	}

	/// Whether this process has anything to do with the record any more.
	fn judge_record(&self, info: &ModuleInfo) -> Result<(), Exit> {
		match info.status {
			ModuleStatus::Quarantined => {
				let reason = info.reason.to_string();
				self.world
					.lifecycle
					.follow(Edge::Quarantine(reason.clone()));
				let until = info.cool_down_until.unwrap_or_default();
				return Err(Exit::new(
					Cause::Quarantined,
					format!("the module is in quarantine until block {until}: {reason}"),
				));
			}
			ModuleStatus::Retired => {
				return Err(Exit::new(
					Cause::Retired,
					format!("the module has left the network: {}", info.reason),
				));
			}
			_ => (),
		}
		if info.chip.as_ref().is_some_and(|chip| chip.closed)
			&& info.status != ModuleStatus::Suspicious
		{
			return Err(Exit::new(
				Cause::EnrolAgain,
				format!("the attestation key is finished: {}", info.reason),
			));
		}
		match &info.boot {
			Some(boot) if boot.seq == self.boot.boot_seq && boot.keys == self.boot.state.keys => {
				Ok(())
			}
			Some(boot) => Err(self.superseded(&format!("boot {} has taken over", boot.seq))),
			None => Err(self.superseded("the chain has no boot of this module")),
		}
	}

	fn superseded(&self, how: &str) -> Exit {
		self.world.lifecycle.follow(Edge::BootOver);
		Exit::new(
			Cause::Superseded,
			format!(
				"the keys of boot {} have no authority any more: {how}",
				self.boot.boot_seq
			),
		)
	}

	/// Certificate and next renewal.
	fn plan(&mut self, now: u32, info: &ModuleInfo, until: Option<u32>) {
		let life = match self.world.chain.constants() {
			Ok(constants) => constants.certificate_life,
			Err(error) => {
				tracing::warn!(%error, "the life of certificates is not known");
				return;
			}
		};
		match until {
			Some(until) => {
				let term = Term { until, life };
				if self.term != Some(term) {
					self.term = Some(term);
					let at = term.draw(&mut rand::rng());
					self.renew_at = Some(at);
					tracing::info!(until, renewal = at, "certified");
				}
			}
			None => {
				self.term = None;
				self.renew_at = match info.status {
					// A committee is at work, or a person has to be.
					ModuleStatus::Pending | ModuleStatus::Suspicious => None,
					_ => {
						let free = info.cool_down_until.unwrap_or_default();
						Some(self.renew_at.unwrap_or(now).max(free).max(now))
					}
				};
			}
		}
	}

	// Renewal.

	fn renew(&mut self, now: u32) {
		tracing::info!(block = now, "renewing");
		self.renew_at = match self.term {
			Some(term) => {
				let cools = self.info.as_ref().and_then(|info| info.cool_down_until);
				term.again(now, cools, RENEW_AGAIN)
			}
			None => Some(now.saturating_add(RENEW_AGAIN)),
		};
		let World {
			chain,
			tpm,
			session,
			link,
			..
		} = &self.world;
		let (chain, tpm, session, link) =
			(chain.clone(), tpm.clone(), session.clone(), link.clone());
		let boot = self.boot.clone();
		let addresses = self.world.addresses.clone();
		let metrics = self.world.metrics.clone();
		self.renewals.spawn(async move {
			let (evidence, _) = boot.state.evidence(&chain, &tpm).await?;
			if evidence.counters().progress_since(&boot.counters) == Ok(Progress::NewBoot) {
				return Err(AttestError::Reset);
			}
			let profile = profile(&*link, &addresses).await;
			let submitted = session
				.submit_finalized(attest::call(&evidence, profile))
				.await;
			match submitted {
				Ok(_) => {
					metrics
						.extrinsics
						.with_label_values(&["Attestation.attest"])
						.inc();
					Ok(())
				}
				Err(error) => {
					metrics.refuse(&error);
					Err(error.into())
				}
			}
		});
	}

	fn renewed(&mut self, renewed: Result<(), AttestError>) -> Result<(), Exit> {
		self.look.0 = true;
		self.look.1 = true;
		match renewed {
			Ok(()) => Ok(()),
			Err(AttestError::Reset) => Err(self.reset()),
			Err(AttestError::Tpm(error)) => self.tpm_failed(error),
			Err(AttestError::Submit(error)) => {
				if let Some(("Attestation", "TooEarly" | "RoundOpen" | "CoolingDown")) =
					error.dispatch()
				{
					tracing::info!(%error, "renewal later");
				} else {
					tracing::warn!(%error, "the renewal was refused");
				}
				Ok(())
			}
			Err(error) => {
				tracing::warn!(%error, "the renewal came to nothing");
				Ok(())
			}
		}
	}

	fn reset(&self) -> Exit {
		self.world.lifecycle.follow(Edge::BootOver);
		Exit::of(Cause::RestartMachine, &AttestError::Reset)
	}

	fn tpm_failed(&mut self, error: TpmError) -> Result<(), Exit> {
		if error.is_passing() {
			tracing::warn!(%error, "the TPM does not answer");
			self.tpm_answers = false;
			Ok(())
		} else {
			Err(error.into())
		}
	}

	/// Looks whether the machine is still the one that was measured.
	async fn probe(&mut self) -> Result<(), Exit> {
		let selection = self.boot.state.class.selection();
		let values = match self.world.tpm.pcrs(selection).await {
			Ok(values) => values,
			Err(error) => return self.tpm_failed(error),
		};
		self.tpm_answers = true;
		if let Ok(chip) = self.world.tpm.chip_state().await {
			self.world.metrics.tpm_lockout.set(chip.in_lockout.into());
		}
		let Some(pcr) = first_change(selection, &values, &self.boot.state.log.replay(selection))
		else {
			return Ok(());
		};
		let was_reset = selection
			.iter()
			.zip(&values)
			.any(|(index, value)| index == crate::measure::SEPARATOR_PCR && *value == [0; 32]);
		if was_reset {
			return Err(self.reset());
		}
		let sentence = format!("PCR {pcr} changed since this program was measured");
		if !self.boot.attest_unreleased {
			return Err(Exit::new(Cause::RestartMachine, sentence));
		}
		if self.said.as_ref() != Some(&sentence) {
			tracing::warn!(%sentence, "the network will suspect this module");
			self.said = Some(sentence);
		}
		Ok(())
	}

	// Rounds, at the best block.

	async fn see_best(&mut self, at: &At, events: &[AttestationEvent]) {
		for event in events {
			match event {
				AttestationEvent::RoundOpened { module, .. }
				| AttestationEvent::CommitteeDrawn { module, .. }
					if *module == self.module =>
				{
					self.look.1 = true;
				}
				AttestationEvent::RoundClosed {
					module,
					round,
					outcome,
					..
				} if *module == self.module => self.close(*round, *outcome),
				_ => (),
			}
		}
		if self.look.1
			&& tokio::time::timeout(LOOK, self.look_at_round(at))
				.await
				.is_err()
		{
			tracing::debug!("the own round was not answered");
		}
		self.replays.forget(at.number());
		self.step(at).await;
	}

	fn close(&mut self, round: Round, outcome: RoundOutcome) {
		let label = match outcome {
			RoundOutcome::Passed => "passed",
			RoundOutcome::Failed => "failed",
			RoundOutcome::Undecided => "undecided",
			RoundOutcome::NoCommittee => "no_committee",
			RoundOutcome::Superseded => "superseded",
		};
		tracing::info!(round, outcome = label, "the round is over");
		self.world.metrics.rounds.with_label_values(&[label]).inc();
		if self
			.exam
			.as_ref()
			.is_some_and(|exam| exam.record.round == round)
		{
			self.exam = None;
			if outcome == RoundOutcome::Passed {
				self.renew_at = self.renew_at.map(|due| due.saturating_add(UNTIL_FINAL));
			}
		}
	}

	async fn look_at_round(&mut self, at: &At) {
		let record = match at.round(self.module).await {
			Ok(Some(record)) => record,
			Ok(None) => {
				self.look.1 = false;
				return;
			}
			Err(error) => {
				tracing::debug!(%error, "the own round cannot be read");
				return;
			}
		};
		if record.committee.is_empty() || record.boot_seq != self.boot.boot_seq {
			// Drawn in one of the next blocks.
			return;
		}
		if self.exam.as_ref().is_some_and(|exam| {
			exam.record.round == record.round && exam.record.committee == record.committee
		}) {
			self.look.1 = false;
			return;
		}
		let mut addresses = Vec::new();
		for member in &record.committee {
			match address_of_member(at, member).await {
				Ok(address) => addresses.push(address),
				Err(error) => {
					tracing::debug!(%error, "a member cannot be looked up");
					return;
				}
			}
		}
		let Ok(release) = self.expected_release(at, &record).await else {
			return;
		};
		self.look.1 = false;
		tracing::info!(
			round = record.round,
			purpose = ?record.purpose,
			members = %members(&record.committee),
			deadline = record.deadline,
			"examined by a committee"
		);
		self.exam = Some(Exam {
			machine: Examination::new(
				record.round,
				record.committee.len(),
				at.number(),
				record.deadline,
			),
			record,
			addresses,
			release,
			evidence: None,
		});
	}

	/// The release that the chain will find when the passes come in.
	async fn expected_release(
		&self,
		at: &At,
		record: &RoundRecord,
	) -> Result<Option<ReleaseId>, tea_chain::Error> {
		let class = self.boot.state.class;
		let (releases, info) =
			futures::try_join!(at.releases_of(class), at.module_info(self.module))?;
		let chip = info.and_then(|info| info.chip);
		let pins = chip
			.as_ref()
			.and_then(|chip| chip.pins.as_deref())
			.filter(|_| record.purpose != tea_primitives::draw::Purpose::SecondCommittee);
		let found = release_of(
			class,
			&AcceptedRelease::of_chain(releases),
			pins,
			&record.evidence.values,
			&record.evidence.manifest_root,
		);
		Ok(found.ok().flatten())
	}

	/// A letter of a member of the own committee.
	async fn read(&mut self, letter: Unverified) {
		let Ok(at) = self.world.chain.best().await else {
			return;
		};
		let subject = crate::protocol::read_subject(letter.subject().as_bytes());
		let module = self.module;
		let is_about = move |exam: &Option<Exam>| {
			exam.as_ref()
				.is_some_and(|exam| subject == Some((module, exam.record.round)))
		};
		// The committee may see its draw a moment earlier. Anybody can write such a letter, so one look a block.
		if !is_about(&self.exam) && at.number() > self.sought_at {
			self.sought_at = at.number();
			self.look.1 = true;
			let _ = tokio::time::timeout(LOOK, self.look_at_round(&at)).await;
		}
		let dropped = |label: &str| self.world.metrics.drop_letter(label);
		let Some(exam) = self.exam.as_ref().filter(|_| is_about(&self.exam)) else {
			dropped("unexpected");
			return;
		};
		let from = letter.from();
		let sender = exam
			.addresses
			.iter()
			.position(|address| address.is_some_and(|address| address.is_of(&from)));
		let Some((sender, address)) =
			sender.and_then(|at| Some((at, exam.addresses.get(at).copied().flatten()?)))
		else {
			dropped("peer_not_active");
			return;
		};
		let member = u8::try_from(sender).unwrap_or(u8::MAX);
		let letter = match letter.verify(&address.party, &address.key, &mut self.replays) {
			Ok(letter) => letter,
			Err(error) => {
				tracing::debug!(%error, "a letter was dropped");
				self.world.metrics.drop_letter(error.label());
				return;
			}
		};
		if let tea_link::Party::Module { id, boot_seq } = address.party {
			self.peers.heard(id, boot_seq, at.number());
		}
		match Body::from_bytes(&letter.body) {
			Ok(body) if body.round() == exam.record.round => self.take(member, &address, body),
			Ok(_) => self.world.metrics.drop_letter("unexpected"),
			Err(_) => self.world.metrics.drop_letter("format"),
		}
		self.step(&at).await;
	}

	fn take(&mut self, sender: u8, address: &Address, body: Body) {
		let genesis = self.boot.state.genesis;
		let module = self.module;
		let Some(exam) = &mut self.exam else {
			return;
		};
		match body {
			Body::Nonce { member, nonce, .. } if member == sender => {
				exam.machine.nonce(member, nonce);
			}
			Body::Passed {
				member,
				live_quote,
				release,
				signature,
				..
			} if member == sender => {
				let pass = Pass {
					domain: VERDICT_DOMAIN,
					genesis,
					purpose: exam.record.purpose,
					module,
					round: exam.record.round,
					boot_seq: exam.record.boot_seq,
					member,
					evidence: exam.record.evidence.quote,
					live_quote,
					log_root: exam.record.evidence.log_root,
					release,
				};
				// A pass that the chain would refuse would spoil the others.
				if exam.release == Some(release)
					&& tea_link::verify(&signature, &pass.payload(), &address.key)
				{
					exam.machine.passed(member, &live_quote, signature);
				} else {
					self.world.metrics.drop_letter("bad_signature");
				}
			}
			Body::Abstained {
				member,
				live_quote,
				reason,
				..
			} if member == sender => {
				tracing::info!(member, %reason, "a member says nothing");
				exam.machine.abstained(member, &live_quote);
			}
			_ => self.world.metrics.drop_letter("unexpected"),
		}
	}

	/// Does what the round demands now.
	async fn step(&mut self, at: &At) {
		let now = at.number();
		loop {
			let Some(exam) = &mut self.exam else {
				return;
			};
			match exam.machine.next(now) {
				Step::Wait => return,
				Step::Over => {
					self.exam = None;
					self.look.0 = true;
					return;
				}
				Step::Quote(nonces) => {
					if !self.quote(now, nonces).await {
						return;
					}
				}
				Step::Show(members) => {
					self.show(at, members).await;
					return;
				}
				Step::Submit { live_quote, passes } => {
					let round = exam.record.round;
					exam.machine.submitted(now);
					tracing::info!(round, passes = passes.len(), "handing in passes");
					let call = Call::submit_verdicts(self.module, round, live_quote, &passes);
					self.outbox.post(Tag::Verdicts(round), call);
					return;
				}
			}
		}
	}

	/// Has the TPM quote over the members' nonces. Says whether it did.
	async fn quote(&mut self, now: u32, nonces: Vec<(u8, Hash)>) -> bool {
		let Some(exam) = &self.exam else {
			return false;
		};
		let in_order: Vec<Hash> = nonces.iter().map(|(_, nonce)| *nonce).collect();
		let Ok(finalized) = self.world.chain.finalized().await else {
			return false;
		};
		let round = exam.record.round;
		let binding = self.boot.state.binding(
			(finalized.number(), finalized.hash()),
			round,
			self.boot.boot_seq,
			committee_nonce(&in_order),
		);
		let selection = self.boot.state.class.selection();
		let evidence = match self.world.tpm.attest_live(binding, selection).await {
			Ok(evidence) => evidence,
			Err(error) => {
				tracing::warn!(%error, "no live quote");
				self.tpm_answers = !error.is_passing();
				return false;
			}
		};
		self.tpm_answers = true;
		let Some(exam) = &mut self.exam else {
			return false;
		};
		let members: Vec<u8> = nonces.iter().map(|(member, _)| *member).collect();
		let hash = *evidence.verified.quote_hash();
		exam.machine.quoted(now, hash, members);
		exam.evidence = Some(RoundEvidence {
			round,
			binding: evidence.binding,
			quote: evidence.quote,
			signature: evidence.signature,
			rk_public: evidence.rk_public,
			pcr_values: evidence.pcr_values,
			nonces,
			log: self.boot.state.log.to_bytes(),
			manifest: self.boot.state.manifest.to_bytes(),
		});
		true
	}

	async fn show(&mut self, at: &At, members: Vec<u8>) {
		let now = at.number();
		let Some(exam) = &mut self.exam else {
			return;
		};
		let Some(evidence) = exam.evidence.clone() else {
			return;
		};
		let body = Body::Evidence(Box::new(evidence));
		for member in members {
			let place = usize::from(member);
			if let (Some(None), Some(who)) =
				(exam.addresses.get(place), exam.record.committee.get(place))
				&& let Ok(address) = address_of_member(at, who).await
				&& let Some(known) = exam.addresses.get_mut(place)
			{
				*known = address;
			}
			if let Some(Some(address)) = exam.addresses.get(place) {
				self.world
					.courier
					.send(address, self.module, exam.record.round, now, &body);
			}
			exam.machine.shown(now, member);
		}
	}

	fn ended(&mut self, tag: Tag, error: Option<SubmitError>) {
		let Tag::Verdicts(round) = tag;
		self.look.0 = true;
		if let Some(error) = error {
			tracing::warn!(round, %error, "the passes were not taken");
		}
	}

	fn hear(&mut self, module: ModuleId, now: u32) {
		let boot_seq = self
			.peers
			.list()
			.iter()
			.find(|peer| peer.module == module.0)
			.map(|peer| peer.boot_seq);
		if let Some(boot_seq) = boot_seq {
			self.peers.heard(module, boot_seq, now);
		}
	}
}

fn members(committee: &[ChainMember]) -> String {
	let names: Vec<String> = committee
		.iter()
		.map(|member| match member {
			tea_primitives::draw::Member::Module(module) => format!("module {module}"),
			tea_primitives::draw::Member::Registrar(account) => format!("registrar {account}"),
		})
		.collect();
	names.join(", ")
}

/// The first PCR with another value.
fn first_change(selection: PcrSelection, now: &[Hash], then: &[Hash]) -> Option<u8> {
	selection
		.iter()
		.zip(now.iter().zip(then))
		.find(|(_, (now, then))| now != then)
		.map(|(pcr, _)| pcr)
}

/// What the module says about itself.
pub async fn profile(link: &dyn HostLink, addresses: &[String]) -> Profile {
	let mut state = link.state();
	let is_up = state.wait_for(|state| matches!(state, LinkState::Up(_)));
	// Without a host the profile says less; it is not waited for.
	let _ = tokio::time::timeout(Duration::from_secs(3), is_up).await;
	let host = link.host_info();
	let bounded = |text: &str, limit: usize| text.bytes().take(limit).collect::<Vec<u8>>();
	let peer_id = host
		.as_ref()
		.map(|host| bounded(&host.peer_id, 64))
		.unwrap_or_default();
	Profile {
		peer_id,
		addresses: addresses
			.iter()
			.take(4)
			.map(|address| bounded(address, 128))
			.collect(),
		capabilities: all_capabilities(),
		versions: bounded(concat!("tea-module ", env!("CARGO_PKG_VERSION")), 64),
		log: Vec::new(),
	}
}
