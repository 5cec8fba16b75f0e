//! What other hosts may ask of this one.

use std::num::NonZeroU32;

use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};
use litep2p::PeerId;
use tea_link::Mailbox;

/// KiB that a host may send in a second, and at once.
const PEER_KIB: (u32, u32) = (4 * 1024, 8 * 1024);
/// The same for all hosts together: names are free, so their number is no limit.
const ALL_KIB: (u32, u32) = (32 * 1024, 64 * 1024);
/// How many times more requests all hosts together may make than one of them.
const ALL: u32 = 20;
/// Pings that a module is asked to sign in a second, whoever asks.
const MODULE_PINGS: u32 = 5;

/// At least one.
pub(crate) fn nonzero(number: u32) -> NonZeroU32 {
	NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

fn quota((rate, burst): (u32, u32)) -> Quota {
	Quota::per_second(nonzero(rate)).allow_burst(nonzero(burst))
}

pub(super) struct Limits {
	requests: DefaultKeyedRateLimiter<PeerId>,
	kib: DefaultKeyedRateLimiter<PeerId>,
	pings: DefaultKeyedRateLimiter<Mailbox>,
	all_requests: DefaultDirectRateLimiter,
	all_kib: DefaultDirectRateLimiter,
}

impl Limits {
	pub(super) fn new(per_second: u32) -> Self {
		let of_peer = (per_second, per_second.saturating_mul(2));
		let of_all = (
			per_second.saturating_mul(ALL),
			per_second.saturating_mul(2 * ALL),
		);
		Self {
			requests: RateLimiter::keyed(quota(of_peer)),
			kib: RateLimiter::keyed(quota(PEER_KIB)),
			pings: RateLimiter::keyed(quota((MODULE_PINGS, MODULE_PINGS))),
			all_requests: RateLimiter::direct(quota(of_all)),
			all_kib: RateLimiter::direct(quota(ALL_KIB)),
		}
	}

	/// Whether this host may make a request of this length now. What is refused to one host costs the others nothing.
	pub(super) fn allows(&self, peer: &PeerId, len: usize) -> bool {
		let kib = nonzero(u32::try_from(len.div_ceil(1024)).unwrap_or(u32::MAX));
		self.requests.check_key(peer).is_ok()
			&& matches!(self.kib.check_key_n(peer, kib), Ok(Ok(())))
			&& self.all_requests.check().is_ok()
			&& matches!(self.all_kib.check_n(kib), Ok(Ok(())))
	}

	/// Whether the module of this mailbox may be asked to sign now.
	pub(super) fn allows_ping(&self, mailbox: &Mailbox) -> bool {
		self.pings.check_key(mailbox).is_ok()
	}

	/// Forgets who has been quiet.
	pub(super) fn sweep(&self) {
		self.requests.retain_recent();
		self.kib.retain_recent();
		self.pings.retain_recent();
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn flood_of_one_host_is_its_own_affair() {
		let limits = Limits::new(10);
		let (loud, quiet) = (PeerId::random(), PeerId::random());
		let allowed = (0..1000).filter(|_| limits.allows(&loud, 10)).count();
		assert!((20..30).contains(&allowed), "{allowed}");
		assert!(limits.allows(&quiet, 10));
	}

	#[test]
	fn bytes_count_too() {
		let limits = Limits::new(1000);
		let peer = PeerId::random();
		let allowed = (0..100).filter(|_| limits.allows(&peer, 1 << 20)).count();
		assert!((8..10).contains(&allowed), "{allowed}");
	}

	#[test]
	fn many_names_do_not_help() {
		let limits = Limits::new(10);
		let allowed = (0..5000)
			.filter(|_| limits.allows(&PeerId::random(), 10))
			.count();
		assert!((400..600).contains(&allowed), "{allowed}");
		limits.sweep();
	}

	#[test]
	fn module_signs_so_many_pings() {
		let limits = Limits::new(1000);
		let mailbox = Mailbox([1; 32]);
		let allowed = (0..100).filter(|_| limits.allows_ping(&mailbox)).count();
		assert!((5..8).contains(&allowed), "{allowed}");
	}
}
