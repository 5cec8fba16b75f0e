//! Where the process stands (SPEC 6.2): a state machine whose transitions take the old state and give the new one.
//!
//! ```text
//! Unprovisioned ─ enrolled ─► Enrolled ─ attested ─► Attested ─ all answer, certified ─► Serving
//!       ▲                        ▲                      ▲  │                                │
//!       └── chip must enrol ─────┴── boot is over ──────┘  └──────── something is lost ◄────┘
//! any ─ SIGTERM ─► Draining          any ─ second committee ─► Quarantined(reason)
//! ```

use std::fmt;

use tea_primitives::ids::BootSeq;
use tokio::sync::watch;

/// Why an attested module takes no work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lacking {
	/// The chain does not say Active.
	Certificate,
	/// No finalised head that is young enough.
	Chain,
	/// The host does not answer.
	Host,
	/// The TPM does not answer.
	Tpm,
}

impl Lacking {
	/// All of them, for metrics.
	pub const ALL: [Self; 4] = [Self::Certificate, Self::Chain, Self::Host, Self::Tpm];

	/// One word.
	pub fn label(self) -> &'static str {
		match self {
			Self::Certificate => "certificate",
			Self::Chain => "chain",
			Self::Host => "host",
			Self::Tpm => "tpm",
		}
	}
}

impl fmt::Display for Lacking {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Certificate => "the chain has not certified this boot",
			Self::Chain => "no finalised block that is younger than a minute",
			Self::Host => "the host does not answer",
			Self::Tpm => "the TPM does not answer",
		})
	}
}

/// A state with its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
	/// No proven attestation key.
	Unprovisioned,
	/// The attestation key is proven; this boot is not posted.
	Enrolled,
	/// This boot is posted. No new work.
	Attested {
		/// Its number.
		boot_seq: BootSeq,
		/// What is missing for serving.
		lacking: Lacking,
	},
	/// Certified, and everything answers.
	Serving {
		/// The boot.
		boot_seq: BootSeq,
	},
	/// On its way out: no new work.
	Draining,
	/// A second committee confirmed bad news.
	Quarantined {
		/// The reason in the words of the chain.
		reason: String,
	},
}

/// What happens to the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edge {
	/// The attestation key is proven.
	Enrolled,
	/// The chain took the evidence of this boot.
	Attested(BootSeq),
	/// Certified, and everything answers.
	Ready,
	/// Something is missing.
	Lost(Lacking),
	/// The boot has no authority any more; the keys are gone.
	BootOver,
	/// The attestation key is finished or gone.
	MustEnrol,
	/// Asked to stop.
	Drain,
	/// A second committee confirmed bad news.
	Quarantine(String),
}

impl State {
	/// One word, for metrics and people.
	pub fn label(&self) -> &'static str {
		match self {
			Self::Unprovisioned => "unprovisioned",
			Self::Enrolled => "enrolled",
			Self::Attested { .. } => "attested",
			Self::Serving { .. } => "serving",
			Self::Draining => "draining",
			Self::Quarantined { .. } => "quarantined",
		}
	}

	/// All words, for metrics.
	pub const LABELS: [&'static str; 6] = [
		"unprovisioned",
		"enrolled",
		"attested",
		"serving",
		"draining",
		"quarantined",
	];

	/// Whether new work is taken.
	pub fn is_serving(&self) -> bool {
		matches!(self, Self::Serving { .. })
	}

	/// The state behind an edge. The old state comes back when there is no such edge.
	pub fn follow(self, edge: Edge) -> Result<Self, Self> {
		match (self, edge) {
			(Self::Draining, _) => Err(Self::Draining),
			(_, Edge::Drain) => Ok(Self::Draining),
			(Self::Unprovisioned | Self::Enrolled, Edge::Enrolled) => Ok(Self::Enrolled),
			(
				Self::Enrolled | Self::Attested { .. } | Self::Serving { .. },
				Edge::Attested(boot_seq),
			) => Ok(Self::Attested {
				boot_seq,
				lacking: Lacking::Certificate,
			}),
			(Self::Attested { boot_seq, .. } | Self::Serving { boot_seq }, Edge::Ready) => {
				Ok(Self::Serving { boot_seq })
			}
			(Self::Attested { boot_seq, .. } | Self::Serving { boot_seq }, Edge::Lost(lacking)) => {
				Ok(Self::Attested { boot_seq, lacking })
			}
			(
				Self::Enrolled
				| Self::Attested { .. }
				| Self::Serving { .. }
				| Self::Quarantined { .. },
				Edge::BootOver,
			) => Ok(Self::Enrolled),
			(_, Edge::MustEnrol) => Ok(Self::Unprovisioned),
			(_, Edge::Quarantine(reason)) => Ok(Self::Quarantined { reason }),
			(state, _) => Err(state),
		}
	}
}

/// The one place where the state is kept. Everybody may watch it.
pub struct Lifecycle {
	state: watch::Sender<State>,
}

impl Default for Lifecycle {
	fn default() -> Self {
		Self {
			state: watch::channel(State::Unprovisioned).0,
		}
	}
}

impl Lifecycle {
	/// Follows an edge, and says so once. An edge that does not leave this state changes nothing.
	pub fn follow(&self, edge: Edge) -> bool {
		let text = format!("{edge:?}");
		let mut changed = false;
		self.state.send_if_modified(|state| {
			let before = state.clone();
			match before.clone().follow(edge) {
				Ok(after) if after != before => {
					tracing::info!(
						from = before.label(),
						to = after.label(),
						edge = %text,
						"state changed"
					);
					*state = after;
					changed = true;
				}
				Ok(_) => (),
				Err(_) => {
					tracing::debug!(state = before.label(), edge = %text, "no such edge");
				}
			}
			changed
		});
		changed
	}

	/// The state now.
	pub fn state(&self) -> State {
		self.state.borrow().clone()
	}

	/// Follows the state.
	pub fn watch(&self) -> watch::Receiver<State> {
		self.state.subscribe()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn states() -> Vec<State> {
		vec![
			State::Unprovisioned,
			State::Enrolled,
			State::Attested {
				boot_seq: 1,
				lacking: Lacking::Certificate,
			},
			State::Serving { boot_seq: 1 },
			State::Quarantined {
				reason: "PCR 11".into(),
			},
		]
	}

	#[test]
	fn life_of_a_module() {
		let life = Lifecycle::default();
		for (edge, label) in [
			(Edge::Enrolled, "enrolled"),
			(Edge::Attested(1), "attested"),
			(Edge::Ready, "serving"),
			(Edge::Lost(Lacking::Host), "attested"),
			(Edge::Ready, "serving"),
			(Edge::BootOver, "enrolled"),
			(Edge::Attested(2), "attested"),
			(Edge::Drain, "draining"),
		] {
			assert!(life.follow(edge));
			assert_eq!(life.state().label(), label);
			assert_eq!(life.state().is_serving(), label == "serving");
		}
	}

	#[test]
	fn nothing_leaves_draining() {
		for edge in [
			Edge::Enrolled,
			Edge::Attested(1),
			Edge::Ready,
			Edge::Lost(Lacking::Tpm),
			Edge::BootOver,
			Edge::MustEnrol,
			Edge::Drain,
			Edge::Quarantine("x".into()),
		] {
			assert_eq!(State::Draining.follow(edge), Err(State::Draining));
		}
	}

	#[test]
	fn every_state_drains_and_may_be_quarantined() {
		for state in states() {
			assert_eq!(state.clone().follow(Edge::Drain), Ok(State::Draining));
			let reason = "PCR 11".to_owned();
			assert_eq!(
				state.follow(Edge::Quarantine(reason.clone())),
				Ok(State::Quarantined { reason })
			);
		}
	}

	#[test]
	fn nobody_serves_without_an_attested_boot() {
		for state in [
			State::Unprovisioned,
			State::Enrolled,
			State::Quarantined {
				reason: String::new(),
			},
		] {
			assert_eq!(state.clone().follow(Edge::Ready), Err(state));
		}
		assert_eq!(
			State::Unprovisioned.follow(Edge::Attested(1)),
			Err(State::Unprovisioned)
		);
	}

	#[test]
	fn edge_that_does_not_leave_the_state_changes_nothing() {
		let life = Lifecycle::default();
		assert!(!life.follow(Edge::Ready));
		assert_eq!(life.state(), State::Unprovisioned);
		assert!(life.follow(Edge::Enrolled));
		assert!(!life.follow(Edge::Enrolled));
	}

	#[test]
	fn labels_are_complete() {
		let mut all = states();
		all.push(State::Draining);
		for state in all {
			assert!(State::LABELS.contains(&state.label()));
		}
	}
}
