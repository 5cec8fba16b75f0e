//! HTTP on loopback: lists, health, metrics. Read only.

use std::{
	net::{IpAddr, SocketAddr},
	num::NonZeroU32,
	sync::Arc,
};

use axum::{
	Json, Router,
	extract::{ConnectInfo, Request, State},
	http::{HeaderValue, StatusCode, header},
	middleware::{self, Next},
	response::{IntoResponse, Response},
	routing::get,
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use serde::Serialize;
use serde_json::json;
use tea_link::server::ServerStats;

use crate::{live::LiveList, metrics::Metrics};

/// A host that others may begin with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BootstrapHost {
	/// Its name.
	pub peer_id: String,
	/// Where it is.
	pub addresses: Vec<String>,
}

/// What the pages are made of.
pub struct Pages {
	/// The modules; nothing on a host without a node.
	pub modules: Option<LiveList>,
	/// The hosts to begin with.
	pub hosts: Vec<BootstrapHost>,
	/// Figures.
	pub metrics: Arc<Metrics>,
	/// Figures of the host link.
	pub link: Box<dyn Fn() -> ServerStats + Send + Sync>,
	/// Requests that a client may make in a second.
	pub per_second: u32,
}

/// each client has its own budget.
pub(crate) struct Limiter(DefaultKeyedRateLimiter<IpAddr>);

impl Limiter {
	/// So many requests in a second, and twice as many at once.
	pub(crate) fn new(per_second: u32) -> Self {
		let rate = NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN);
		let burst = rate.saturating_mul(NonZeroU32::MIN.saturating_add(1));
		Self(RateLimiter::keyed(
			Quota::per_second(rate).allow_burst(burst),
		))
	}

	/// Whether this client may ask now.
	pub(crate) fn allows(&self, client: Option<IpAddr>) -> bool {
		// Clients of a moment ago are forgotten when there are many.
		if self.0.len() > 4096 {
			self.0.retain_recent();
		}
		let client = client.unwrap_or(IpAddr::from([0, 0, 0, 0]));
		self.0.check_key(&client).is_ok()
	}
}

struct Shared {
	pages: Pages,
	limiter: Limiter,
}

/// The pages.
pub fn router(pages: Pages) -> Router {
	let limiter = Limiter::new(pages.per_second);
	let shared = Arc::new(Shared { pages, limiter });
	Router::new()
		.route("/v1/modules", get(modules))
		.route("/v1/hosts", get(hosts))
		.route("/ready", get(ready))
		.route("/metrics", get(metrics))
		// Whether the process lives is asked by its own machine, and must be answered under load.
		.layer(middleware::from_fn_with_state(shared.clone(), limit))
		.route("/health", get(|| async { "ok\n" }))
		.fallback(missing)
		.layer(middleware::from_fn_with_state(shared.clone(), count))
		.with_state(shared)
}

fn refusal(status: StatusCode, name: &str, what: &str) -> Response {
	(status, Json(json!({ "error": name, "message": what }))).into_response()
}

async fn limit(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
	let client = request.extensions().get::<ConnectInfo<SocketAddr>>();
	if !shared.limiter.allows(client.map(|client| client.0.ip())) {
		let mut response = refusal(
			StatusCode::TOO_MANY_REQUESTS,
			"RateLimited",
			"too many requests; try again in a second",
		);
		response
			.headers_mut()
			.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
		return response;
	}
	next.run(request).await
}

async fn count(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
	let mut response = next.run(request).await;
	shared
		.pages
		.metrics
		.http
		.with_label_values(&[response.status().as_str()])
		.inc();
	response.headers_mut().insert(
		header::X_CONTENT_TYPE_OPTIONS,
		HeaderValue::from_static("nosniff"),
	);
	response
}

async fn modules(State(shared): State<Arc<Shared>>) -> Response {
	let Some(modules) = &shared.pages.modules else {
		return refusal(
			StatusCode::SERVICE_UNAVAILABLE,
			"NoChain",
			"this host follows no chain; start it with --chain-rpc, or ask another",
		);
	};
	match modules.list() {
		Some(list) => Json(list).into_response(),
		None => refusal(
			StatusCode::SERVICE_UNAVAILABLE,
			"ChainUnavailable",
			"the chain has not been read yet; try again in some seconds",
		),
	}
}

async fn hosts(State(shared): State<Arc<Shared>>) -> Response {
	Json(json!({ "hosts": shared.pages.hosts })).into_response()
}

async fn ready(State(shared): State<Arc<Shared>>) -> Response {
	match &shared.pages.modules {
		Some(modules) if modules.list().is_none() => refusal(
			StatusCode::SERVICE_UNAVAILABLE,
			"ChainUnavailable",
			"letters are relayed, but the chain has not been read yet",
		),
		_ => "ready\n".into_response(),
	}
}

async fn metrics(State(shared): State<Arc<Shared>>) -> Response {
	shared.pages.metrics.link((shared.pages.link)());
	let kind = HeaderValue::from_static("text/plain; version=0.0.4");
	(
		[(header::CONTENT_TYPE, kind)],
		shared.pages.metrics.render(),
	)
		.into_response()
}

async fn missing() -> Response {
	refusal(
		StatusCode::NOT_FOUND,
		"NotFound",
		"there are /v1/modules, /v1/hosts, /health, /ready and /metrics",
	)
}
