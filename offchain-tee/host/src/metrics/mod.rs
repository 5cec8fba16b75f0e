//! Figures for `/metrics`.

mod ipfs;

use prometheus::{
	Encoder, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
	core::Collector,
};
use tea_link::{SendError, server::ServerStats};

pub use ipfs::{BitswapMetrics, IpfsMetrics};

/// All figures of the host.
pub struct Metrics {
	registry: Registry,
	letters: IntCounterVec,
	/// Requests of other hosts that do not decode.
	pub(crate) nonsense: IntCounter,
	/// Answers of modules to pings, by how they fared.
	pub(crate) pings: IntCounterVec,
	/// Answers to HTTP requests, by status.
	pub(crate) http: IntCounterVec,
	/// Hosts connected.
	pub(crate) peers: IntGauge,
	/// Mailboxes attached.
	pub(crate) mailboxes: IntGauge,
	/// Modules with a valid certificate.
	pub(crate) active: IntGauge,
	/// Of these, modules that answer.
	pub(crate) live: IntGauge,
	/// Number of the newest finalised block.
	pub(crate) finalized: IntGauge,
	link: IntGaugeVec,
	/// Of content.
	pub(crate) ipfs: IpfsMetrics,
	/// Of blocks between hosts.
	pub(crate) bitswap: BitswapMetrics,
}

impl Metrics {
	/// Registers them.
	pub fn new() -> Self {
		let registry = Registry::new();
		Self {
			letters: vec(
				&registry,
				"tea_host_letters_total",
				"Letters by way and result",
				&["way", "result"],
			),
			nonsense: register(
				&registry,
				IntCounter::new(
					"tea_host_nonsense_total",
					"Requests of hosts that do not decode",
				),
			),
			pings: vec(
				&registry,
				"tea_host_pings_total",
				"Pings of Active modules by result",
				&["result"],
			),
			http: vec(
				&registry,
				"tea_host_http_total",
				"HTTP answers by status",
				&["status"],
			),
			peers: gauge(&registry, "tea_host_peers", "Hosts connected"),
			mailboxes: gauge(&registry, "tea_host_mailboxes", "Mailboxes attached"),
			active: gauge(
				&registry,
				"tea_host_modules_active",
				"Modules with a valid certificate",
			),
			live: gauge(
				&registry,
				"tea_host_modules_live",
				"Active modules that answer pings",
			),
			finalized: gauge(
				&registry,
				"tea_host_finalized_block",
				"Newest finalised block",
			),
			link: register(
				&registry,
				IntGaugeVec::new(
					Opts::new(
						"tea_host_link",
						"What happened on the host link since the start",
					),
					&["event"],
				),
			),
			ipfs: IpfsMetrics::new(&registry),
			bitswap: BitswapMetrics::new(&registry),
			registry,
		}
	}

	/// Counts a letter that came in or went out.
	pub(crate) fn letter(&self, way: &str, result: Result<(), SendError>) {
		let result = result.err().map_or("ok", |error| error.label());
		self.letters.with_label_values(&[way, result]).inc();
	}

	/// Takes over the figures of the host link.
	pub(crate) fn link(&self, stats: ServerStats) {
		for (event, count) in [
			("links", stats.links),
			("refused_links", stats.refused_links),
			("malformed", stats.malformed),
			("slow_readers", stats.slow_readers),
			("silent", stats.silent),
			("delivered", stats.delivered),
			("busy", stats.busy),
			("limited", stats.limited),
		] {
			let count = i64::try_from(count).unwrap_or(i64::MAX);
			self.link.with_label_values(&[event]).set(count);
		}
	}

	/// As text for Prometheus.
	pub fn render(&self) -> String {
		let mut text = Vec::new();
		// Writing to memory does not fail, and names and help are text.
		let _ = TextEncoder::new().encode(&self.registry.gather(), &mut text);
		String::from_utf8_lossy(&text).into_owned()
	}
}

impl Default for Metrics {
	fn default() -> Self {
		Self::new()
	}
}

fn register<C: Collector + Clone + 'static>(registry: &Registry, made: prometheus::Result<C>) -> C {
	let collector = made.expect("the names are constants of the right form; qed");
	registry
		.register(Box::new(collector.clone()))
		.expect("each name stands here once; qed");
	collector
}

fn vec(registry: &Registry, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
	register(registry, IntCounterVec::new(Opts::new(name, help), labels))
}

fn gauge(registry: &Registry, name: &str, help: &str) -> IntGauge {
	register(registry, IntGauge::new(name, help))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn figures_are_rendered() {
		let metrics = Metrics::new();
		metrics.letter("in", Ok(()));
		metrics.letter("out", Err(SendError::Busy));
		metrics.link(ServerStats {
			slow_readers: 3,
			..ServerStats::default()
		});
		let text = metrics.render();
		for line in [
			"tea_host_letters_total{result=\"ok\",way=\"in\"} 1",
			"tea_host_letters_total{result=\"busy\",way=\"out\"} 1",
			"tea_host_link{event=\"slow_readers\"} 3",
			"tea_host_peers 0",
		] {
			assert!(text.contains(line), "{line} is not in {text}");
		}
	}
}
