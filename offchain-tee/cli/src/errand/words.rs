//! Words of errands as sentences for people.

use tea_chain::types::{ErrandRecord, ErrandStage};
use tea_primitives::errand::{Exit, FaultReason, Limit, Outcome, RefundReason, Role};

/// How a guest ended.
pub(crate) fn exit(exit: Exit) -> String {
	match exit {
		Exit::Ok => "the guest ended well".into(),
		Exit::Failed(code) => format!("the guest failed with code {code}"),
		Exit::Trap(trap) => format!("the guest stopped ({trap:?})"),
		Exit::OutOfFuel => "the guest used all its fuel".into(),
		Exit::LimitExceeded(Limit::Output) => "the guest wrote more than it may".into(),
		Exit::LimitExceeded(Limit::HostCalls) => "the guest called the host too often".into(),
		Exit::LimitExceeded(Limit::Memory) => "the guest needs more memory than it may have".into(),
		Exit::BadModule(fault) => format!("the code cannot run ({fault:?})"),
		Exit::BadInput(fault) => format!("an input cannot be used ({fault:?})"),
		Exit::BadKey => "a supplied key does not open its content".into(),
	}
}

/// What the client can do about a guest that did not end well.
pub(crate) const fn after(exit: Exit) -> &'static str {
	match exit {
		Exit::Ok => "nothing has to be done",
		Exit::OutOfFuel => "give it more --fuel",
		Exit::LimitExceeded(Limit::Output) => "give it more --max-output",
		Exit::LimitExceeded(Limit::Memory) => "give it more --pages",
		Exit::BadKey => "its owner supplies the right key; post it again",
		_ => "what the guest says stands in the result; correct code or data, and post it again",
	}
}

/// Why the whole hold went back.
pub(crate) fn refund(reason: RefundReason) -> String {
	match reason {
		RefundReason::NoExecutor => "no module ran it in time".into(),
		RefundReason::NoPinners => "no module that may run it turned up".into(),
		RefundReason::KeyRefused => "the key holder refused".into(),
		RefundReason::KeyNotSupplied => "the key holder did not supply the key in time".into(),
		RefundReason::BadKey => "a supplied key was wrong".into(),
		RefundReason::ExecutorSilent => "the executor said nothing until its deadline".into(),
		RefundReason::Fault(fault) => format!(
			"the executor gave up: {}",
			match fault {
				FaultReason::ContentUnavailable => "code or data cannot be had",
				FaultReason::Tpm => "its TPM does not answer",
				FaultReason::Host => "its host does not serve",
				FaultReason::WallClock => "the run took too long",
				FaultReason::Shutdown => "it shuts down",
				FaultReason::VerifiersSilent => "too few verifiers answered",
			}
		),
		RefundReason::Refuted => "the verifiers refuted the executor".into(),
		RefundReason::ExecutorGone => "the executor rebooted, or lost its certificate".into(),
	}
}

/// What can be done about a refund.
pub(crate) const fn after_refund(reason: RefundReason) -> &'static str {
	match reason {
		RefundReason::NoPinners => {
			"`tea pins` shows who holds the keys of the deployments; wait for Active modules, then post it again"
		}
		RefundReason::NoExecutor => {
			"`tea modules` shows which are Active; post it again with a later --deadline"
		}
		RefundReason::KeyRefused => "ask the owner of the deployment",
		RefundReason::KeyNotSupplied | RefundReason::BadKey => {
			"whoever holds the key keeps `tea errands --serve-keys` running; then post it again"
		}
		RefundReason::Fault(FaultReason::ContentUnavailable) => {
			"keep a host online that has code and data, then post it again"
		}
		_ => "everything went back; post it again",
	}
}

/// How an errand ended.
pub(crate) fn outcome(outcome: Outcome) -> String {
	match outcome {
		Outcome::Confirmed => "Confirmed".into(),
		Outcome::Failed(how) => format!("Failed: {}", exit(how)),
		Outcome::Cancelled => "Cancelled".into(),
		Outcome::Refunded(why) => format!("Refunded: {}", refund(why)),
	}
}

/// The same in one word.
pub(crate) const fn state(outcome: Outcome) -> &'static str {
	match outcome {
		Outcome::Confirmed => "Confirmed",
		Outcome::Failed(_) => "Failed",
		Outcome::Cancelled => "Cancelled",
		Outcome::Refunded(_) => "Refunded",
	}
}

/// Where an errand that is not final stands, in one word.
pub(crate) const fn stage(record: &ErrandRecord) -> &'static str {
	match &record.stage {
		ErrandStage::Open => "Open",
		ErrandStage::AwaitingPinners { .. } => "AwaitingPinners",
		ErrandStage::Claimed { .. } => "Claimed",
		ErrandStage::Assigned(_) => "Assigned",
		ErrandStage::AwaitingKey { .. } => "AwaitingKey",
	}
}

/// What somebody is paid for.
pub(crate) const fn role(role: Role) -> &'static str {
	match role {
		Role::DataOwner => "data owner",
		Role::Developer => "developer",
		Role::Executor => "executor",
		Role::Delegator => "delegator",
		Role::Verifier => "verifier",
		Role::Parent => "parent",
	}
}
