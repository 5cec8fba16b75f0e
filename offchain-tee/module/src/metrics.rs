//! What `/metrics` shows. Every counter stands at zero from the start, so that increases are seen.

use prometheus::{
	Encoder, Gauge, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec,
	Opts, Registry, TextEncoder,
};
use tea_link::LinkStats;

use crate::{
	lifecycle::{Lacking, State},
	pins::Denial,
};

/// How a round of this module ended, or what was done in one of another.
pub const OWN_OUTCOMES: [&str; 5] = [
	"passed",
	"failed",
	"undecided",
	"no_committee",
	"superseded",
];
/// What was said as a member.
pub const VERDICTS: [&str; 4] = ["pass", "fail", "abstain", "no_evidence"];
/// What was done as a challenger.
pub const CHALLENGES: [&str; 3] = ["posted", "revealed", "failed"];
/// Sides of a hand-over: from an owner, as a pinner to others, as a candidate from others.
pub const PIN_SIDES: [&str; 3] = ["initial", "given", "received"];
/// How errands ended that this module ran.
pub const ERRAND_ENDS: [&str; 5] = ["confirmed", "failed", "refunded", "cancelled", "lost"];
/// How guests ended.
pub const ERRAND_EXITS: [&str; 8] = [
	"ok",
	"failed",
	"trap",
	"out_of_fuel",
	"limit_exceeded",
	"bad_module",
	"bad_input",
	"bad_key",
];
/// Stages of an errand.
pub const ERRAND_STAGES: [&str; 10] = [
	"fetch",
	"decrypt",
	"translate",
	"run",
	"seal",
	"store",
	"nonces",
	"quote",
	"verdicts",
	"inclusion",
];
/// What was said as a verifier of an errand.
pub const CHECKS: [&str; 4] = ["pass", "refuted", "abstain", "no_evidence"];
/// Why a letter was dropped.
pub const DROPS: [&str; 14] = [
	"open_failed",
	"not_for_me",
	"expired",
	"too_far",
	"stale_boot",
	"other_sender",
	"bad_signature",
	"replay",
	"too_many",
	"too_long",
	"receiver_key",
	"peer_not_active",
	"format",
	"unexpected",
];

/// Bounds of the stages, in seconds.
const STAGE_BUCKETS: [f64; 12] = [
	0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 6.0, 12.0, 30.0, 120.0,
];

/// The metrics of a process.
pub struct Metrics {
	registry: Registry,
	/// 1 for the state that holds.
	pub state: IntGaugeVec,
	/// 1 for what is missing for serving.
	pub lacking: IntGaugeVec,
	/// Blocks left of the certificate.
	pub certificate_left: IntGauge,
	/// Block of the next renewal.
	pub renewal_at: IntGauge,
	/// Height of the finalised head.
	pub finalized: IntGauge,
	/// Height of the best head.
	pub best: IntGauge,
	/// Age of the finalised head.
	pub head_age: Gauge,
	/// Own rounds by outcome.
	pub rounds: IntCounterVec,
	/// Verdicts as a member.
	pub verdicts: IntCounterVec,
	/// Challenges as a challenger.
	pub challenges: IntCounterVec,
	/// Refusals of the chain by reason.
	pub refusals: IntCounterVec,
	/// Letters that were dropped.
	pub dropped: IntCounterVec,
	/// Letters that were sent.
	pub sent: IntCounter,
	/// Letters that no host took.
	pub unsent: IntCounter,
	/// Pings that were answered.
	pub pongs: IntCounter,
	/// Extrinsics in finalised blocks.
	pub extrinsics: IntCounterVec,
	/// Active modules that answer.
	pub peers: IntGauge,
	/// Pins that the chain has.
	pub pins: IntGauge,
	/// Keys that were handed over, by side.
	pub hand_overs: IntCounterVec,
	/// Keys that were not, by side and reason.
	pub pin_refusals: IntCounterVec,
	/// Errands that this module runs.
	pub errands_running: IntGauge,
	/// Errands that it may claim.
	pub errands_open: IntGauge,
	/// Errands that it ran, by end.
	pub errands: IntCounterVec,
	/// Guests by exit.
	pub errand_exits: IntCounterVec,
	/// Faults that it reported, by reason.
	pub errand_faults: IntCounterVec,
	/// Proofs in a quote.
	pub errand_batch: IntGauge,
	/// Durations of the stages.
	pub errand_stages: HistogramVec,
	/// Verdicts as a verifier.
	pub errand_checks: IntCounterVec,
	/// Duration of the last quote.
	pub quote_seconds: Gauge,
	/// Operations of the TPM.
	pub tpm_operations: IntGaugeVec,
	/// Operations that wait for the TPM.
	pub tpm_waiting: IntGauge,
	/// Whether the dictionary-attack protection is shut.
	pub tpm_lockout: IntGauge,
	/// Whether the host answers.
	pub host_up: IntGauge,
	/// What happened on the link to the host.
	pub link: IntGaugeVec,
}

impl Metrics {
	/// Registers everything.
	pub fn new() -> Result<Self, prometheus::Error> {
		let registry = Registry::new();
		let of = |name: &str, help: &str| Opts::new(name, help).namespace("tea");
		macro_rules! register {
			($metric:expr) => {{
				let metric = $metric?;
				registry.register(Box::new(metric.clone()))?;
				metric
			}};
		}
		let metrics = Self {
			state: register!(IntGaugeVec::new(
				of("state", "1 for the state that holds"),
				&["state"]
			)),
			lacking: register!(IntGaugeVec::new(
				of("lacking", "1 for what is missing for serving"),
				&["what"]
			)),
			certificate_left: register!(IntGauge::with_opts(of(
				"certificate_left_blocks",
				"blocks until the certificate lapses"
			))),
			renewal_at: register!(IntGauge::with_opts(of(
				"renewal_block",
				"block in which the next renewal begins"
			))),
			finalized: register!(IntGauge::with_opts(of("finalized_block", "finalised head"))),
			best: register!(IntGauge::with_opts(of("best_block", "best head"))),
			head_age: register!(Gauge::with_opts(of(
				"head_age_seconds",
				"age of the finalised head by the own clock"
			))),
			rounds: register!(IntCounterVec::new(
				of("rounds_total", "own attestation rounds by outcome"),
				&["outcome"]
			)),
			verdicts: register!(IntCounterVec::new(
				of(
					"verdicts_total",
					"rounds of others by what was said as a member"
				),
				&["verdict"]
			)),
			challenges: register!(IntCounterVec::new(
				of(
					"challenges_total",
					"enrolments of others by what was done as a challenger"
				),
				&["done"]
			)),
			refusals: register!(IntCounterVec::new(
				of("refusals_total", "calls that the chain refused, by reason"),
				&["reason"]
			)),
			dropped: register!(IntCounterVec::new(
				of(
					"letters_dropped_total",
					"letters that were not read, by reason"
				),
				&["reason"]
			)),
			sent: register!(IntCounter::with_opts(of(
				"letters_sent_total",
				"letters given to the host"
			))),
			unsent: register!(IntCounter::with_opts(of(
				"letters_unsent_total",
				"letters that the host did not take"
			))),
			pongs: register!(IntCounter::with_opts(of(
				"pongs_total",
				"pings that were answered"
			))),
			extrinsics: register!(IntCounterVec::new(
				of(
					"extrinsics_total",
					"extrinsics in finalised blocks, by call"
				),
				&["call"]
			)),
			peers: register!(IntGauge::with_opts(of(
				"peers",
				"Active modules that were heard of lately"
			))),
			pins: register!(IntGauge::with_opts(of("pins", "pins that the chain has"))),
			hand_overs: register!(IntCounterVec::new(
				of("hand_overs_total", "keys that were handed over, by side"),
				&["side"]
			)),
			pin_refusals: register!(IntCounterVec::new(
				of(
					"pin_refusals_total",
					"keys that were not handed over, by side and reason"
				),
				&["side", "reason"]
			)),
			errands_running: register!(IntGauge::with_opts(of(
				"errands_running",
				"errands that this module runs"
			))),
			errands_open: register!(IntGauge::with_opts(of(
				"errands_open",
				"errands that this module may claim"
			))),
			errands: register!(IntCounterVec::new(
				of("errands_total", "errands that this module ran, by end"),
				&["end"]
			)),
			errand_exits: register!(IntCounterVec::new(
				of("errand_exits_total", "guests that this module ran, by exit"),
				&["exit"]
			)),
			errand_faults: register!(IntCounterVec::new(
				of("errand_faults_total", "errands given up, by reason"),
				&["reason"]
			)),
			errand_batch: register!(IntGauge::with_opts(of(
				"errand_batch",
				"proofs under the last quote"
			))),
			errand_stages: register!(HistogramVec::new(
				HistogramOpts::new("errand_stage_seconds", "durations of the stages of errands")
					.namespace("tea")
					.buckets(STAGE_BUCKETS.to_vec()),
				&["stage"]
			)),
			errand_checks: register!(IntCounterVec::new(
				of(
					"errand_checks_total",
					"errands of others by what was said as a verifier"
				),
				&["verdict"]
			)),
			quote_seconds: register!(Gauge::with_opts(of(
				"tpm_quote_seconds",
				"duration of the last quote"
			))),
			tpm_operations: register!(IntGaugeVec::new(
				of(
					"tpm_operations",
					"operations of the TPM since the start, by end"
				),
				&["end"]
			)),
			tpm_waiting: register!(IntGauge::with_opts(of(
				"tpm_waiting",
				"operations that wait for the TPM"
			))),
			tpm_lockout: register!(IntGauge::with_opts(of(
				"tpm_lockout",
				"1 while the TPM is in lockout"
			))),
			host_up: register!(IntGauge::with_opts(of(
				"host_up",
				"1 while the host answers"
			))),
			link: register!(IntGaugeVec::new(
				of(
					"link",
					"what happened on the link to the host since the start"
				),
				&["event"]
			)),
			registry,
		};
		for state in State::LABELS {
			metrics.state.with_label_values(&[state]).set(0);
		}
		for lacking in Lacking::ALL {
			metrics.lacking.with_label_values(&[lacking.label()]).set(0);
		}
		for (counters, labels) in [
			(&metrics.rounds, &OWN_OUTCOMES[..]),
			(&metrics.verdicts, &VERDICTS),
			(&metrics.challenges, &CHALLENGES),
			(&metrics.dropped, &DROPS),
			(&metrics.errands, &ERRAND_ENDS),
			(&metrics.errand_exits, &ERRAND_EXITS),
			(&metrics.errand_checks, &CHECKS),
		] {
			for label in labels {
				counters.with_label_values(&[*label]).reset();
			}
		}
		for stage in ERRAND_STAGES {
			let _ = metrics.errand_stages.with_label_values(&[stage]);
		}
		for side in PIN_SIDES {
			metrics.hand_overs.with_label_values(&[side]).reset();
			for reason in Denial::LABELS {
				let labels = [side, *reason];
				metrics.pin_refusals.with_label_values(&labels).reset();
			}
		}
		for end in ["succeeded", "failed", "expired"] {
			metrics.tpm_operations.with_label_values(&[end]).set(0);
		}
		metrics.show_link(&LinkStats::default());
		Ok(metrics)
	}

	/// Shows a state.
	pub fn show_state(&self, state: &State) {
		for label in State::LABELS {
			let holds = i64::from(label == state.label());
			self.state.with_label_values(&[label]).set(holds);
		}
		let missing = match state {
			State::Attested { lacking, .. } => Some(*lacking),
			_ => None,
		};
		for lacking in Lacking::ALL {
			let holds = i64::from(missing == Some(lacking));
			self.lacking
				.with_label_values(&[lacking.label()])
				.set(holds);
		}
	}

	/// Shows what the owner thread of the TPM has done.
	pub fn show_tpm(&self, health: &tea_tpm_device::Health) {
		for (end, count) in [
			("succeeded", health.succeeded),
			("failed", health.failed),
			("expired", health.expired),
		] {
			let count = i64::try_from(count).unwrap_or(i64::MAX);
			self.tpm_operations.with_label_values(&[end]).set(count);
		}
		let waiting = i64::try_from(health.waiting).unwrap_or(i64::MAX);
		self.tpm_waiting.set(waiting);
		if let Some(took) = health.last_quote {
			self.quote_seconds.set(took.as_secs_f64());
		}
	}

	/// Shows what happened on the link to the host.
	pub fn show_link(&self, stats: &LinkStats) {
		for (event, count) in [
			("connects", stats.connects),
			("letters", stats.letters),
			("dropped", stats.dropped),
			("sent", stats.sent),
			("refused", stats.refused),
			("foreign", stats.foreign),
			("malformed", stats.malformed),
		] {
			let count = i64::try_from(count).unwrap_or(i64::MAX);
			self.link.with_label_values(&[event]).set(count);
		}
	}

	/// Counts a dropped letter.
	pub fn drop_letter(&self, reason: &str) {
		self.dropped.with_label_values(&[reason]).inc();
	}

	/// Notes how long a stage of an errand took.
	pub fn stage(&self, stage: &str, took: std::time::Duration) {
		self.errand_stages
			.with_label_values(&[stage])
			.observe(took.as_secs_f64());
	}

	/// Counts a key that was not handed over.
	pub fn refuse_pin(&self, side: &str, denial: &Denial) {
		let labels = [side, denial.label()];
		self.pin_refusals.with_label_values(&labels).inc();
	}

	/// Counts a call that the chain refused.
	pub fn refuse(&self, error: &tea_chain::SubmitError) {
		let reason = match error.dispatch() {
			Some((_, name)) => name,
			None => "not_included",
		};
		self.refusals.with_label_values(&[reason]).inc();
	}

	/// The text of the exposition format.
	pub fn text(&self) -> Result<Vec<u8>, prometheus::Error> {
		let mut text = Vec::new();
		TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
		Ok(text)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn text(metrics: &Metrics) -> String {
		String::from_utf8(metrics.text().unwrap()).unwrap()
	}

	#[test]
	fn counters_stand_at_zero_from_the_start() {
		let text = text(&Metrics::new().unwrap());
		for line in [
			"tea_rounds_total{outcome=\"passed\"} 0",
			"tea_verdicts_total{verdict=\"fail\"} 0",
			"tea_letters_dropped_total{reason=\"replay\"} 0",
			"tea_errands_total{end=\"confirmed\"} 0",
			"tea_errand_stage_seconds_count{stage=\"run\"} 0",
			"tea_certificate_left_blocks 0",
			"tea_state{state=\"serving\"} 0",
			"tea_link{event=\"malformed\"} 0",
		] {
			assert!(text.contains(line), "{line}\n{text}");
		}
	}

	#[test]
	fn one_state_holds() {
		let metrics = Metrics::new().unwrap();
		metrics.show_state(&State::Serving { boot_seq: 1 });
		metrics.show_state(&State::Attested {
			boot_seq: 1,
			lacking: Lacking::Host,
		});
		let text = text(&metrics);
		assert!(text.contains("tea_state{state=\"serving\"} 0"));
		assert!(text.contains("tea_state{state=\"attested\"} 1"));
		assert!(text.contains("tea_lacking{what=\"host\"} 1"));
	}
}
