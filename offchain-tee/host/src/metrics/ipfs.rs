//! Figures of content: store, fetches, bitswap.

use prometheus::{
	Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGaugeVec, Opts, Registry,
};

use super::{register, vec};
use crate::{bitswap::Counts, ipfs::store::Stat};

/// Figures of the store, and of what is fetched for it.
pub struct IpfsMetrics {
	store: IntGaugeVec,
	fetches: IntCounterVec,
	/// Requests to the RPC, by endpoint and status.
	pub(crate) rpc: IntCounterVec,
	/// Requests to the gateway, by form and status.
	pub(crate) gateway: IntCounterVec,
	/// Seconds that a request to the RPC took.
	pub(crate) rpc_seconds: Histogram,
}

impl IpfsMetrics {
	pub(super) fn new(registry: &Registry) -> Self {
		Self {
			store: register(
				registry,
				IntGaugeVec::new(
					Opts::new("tea_host_ipfs_store", "What is in the block store"),
					&["what"],
				),
			),
			fetches: vec(
				registry,
				"tea_host_ipfs_fetches_total",
				"Blocks and files fetched from other hosts, by result",
				&["result"],
			),
			rpc: vec(
				registry,
				"tea_host_ipfs_rpc_total",
				"Requests to the RPC by endpoint and status",
				&["endpoint", "status"],
			),
			gateway: vec(
				registry,
				"tea_host_gateway_total",
				"Requests to the gateway by form and status",
				&["form", "status"],
			),
			rpc_seconds: register(
				registry,
				Histogram::with_opts(
					HistogramOpts::new("tea_host_ipfs_rpc_seconds", "Time of requests to the RPC")
						.buckets(vec![0.001, 0.01, 0.1, 1.0, 10.0, 60.0]),
				),
			),
		}
	}

	/// Takes over what is in the store.
	pub(crate) fn store(&self, stat: &Stat) {
		let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
		for (what, number) in [
			("blocks", stat.blocks as u64),
			("bytes", stat.bytes),
			("quota", stat.quota),
			("pins", stat.pins as u64),
			("rotten", stat.rotten),
		] {
			self.store.with_label_values(&[what]).set(whole(number));
		}
	}

	/// Counts a fetch.
	pub(crate) fn fetched(&self, result: &str) {
		self.fetches.with_label_values(&[result]).inc();
	}
}

/// Figures of bitswap.
pub struct BitswapMetrics {
	blocks: IntCounterVec,
	bytes: IntCounterVec,
	refused: IntCounterVec,
	absent: IntCounter,
	/// Entries of messages that are not used here, or were too many.
	pub(crate) left_out: IntCounter,
}

impl BitswapMetrics {
	pub(super) fn new(registry: &Registry) -> Self {
		Self {
			blocks: vec(
				registry,
				"tea_host_bitswap_blocks_total",
				"Blocks by way",
				&["way"],
			),
			bytes: vec(
				registry,
				"tea_host_bitswap_bytes_total",
				"Bytes of blocks by way",
				&["way"],
			),
			refused: vec(
				registry,
				"tea_host_bitswap_refused_total",
				"What other hosts sent and was not taken, by reason",
				&["reason"],
			),
			absent: register(
				registry,
				IntCounter::new(
					"tea_host_bitswap_absent_total",
					"Wants of other hosts for blocks that are not here",
				),
			),
			left_out: register(
				registry,
				IntCounter::new(
					"tea_host_bitswap_left_out_total",
					"Entries of messages that are not used here, or were too many",
				),
			),
		}
	}

	pub(crate) fn sent(&self, counts: Counts) {
		self.blocks
			.with_label_values(&["out"])
			.inc_by(counts.blocks);
		self.bytes.with_label_values(&["out"]).inc_by(counts.bytes);
		self.absent.inc_by(counts.absent);
	}

	pub(crate) fn received(&self, len: usize) {
		self.blocks.with_label_values(&["in"]).inc();
		self.bytes.with_label_values(&["in"]).inc_by(len as u64);
	}

	pub(crate) fn refused(&self, reason: &str) {
		self.refused.with_label_values(&[reason]).inc();
	}
}
