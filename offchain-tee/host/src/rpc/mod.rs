//! The kubo-compatible RPC: what modules, the command line, and tools for kubo need. An administrator's interface: POST only,
//! never for pages in a browser, on loopback or behind a token.

mod arguments;
mod blocks;
mod error;
mod files;
mod network;
mod pins;

use std::{sync::Arc, time::Duration};

use axum::{
	Router,
	body::Body,
	extract::{Request, State},
	http::{HeaderMap, HeaderValue, Method, header},
	response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tokio::{sync::Semaphore, time::Instant};

use crate::{ipfs::Ipfs, metrics::Metrics};
use arguments::Arguments;
use error::RpcError;

/// Requests at a time; more wait.
const MAX_REQUESTS: usize = 128;
/// How long something is looked for when nobody says.
const LOOK: Duration = Duration::from_secs(60);

/// What the RPC serves.
pub struct Rpc {
	/// Blocks and pins.
	pub ipfs: Arc<dyn Ipfs>,
	/// What whoever asks must know; nothing on loopback.
	pub token: Option<String>,
	/// The longest file that is fetched or added.
	pub max_file: u64,
	/// Figures.
	pub metrics: Arc<Metrics>,
}

struct Shared {
	rpc: Rpc,
	slots: Semaphore,
}

/// The RPC.
pub fn router(rpc: Rpc) -> Router {
	let shared = Arc::new(Shared {
		rpc,
		slots: Semaphore::new(MAX_REQUESTS),
	});
	Router::new().fallback(serve).with_state(shared)
}

async fn serve(State(shared): State<Arc<Shared>>, request: Request) -> Response {
	let begun = Instant::now();
	let path = request.uri().path().to_owned();
	let (endpoint, answer) = match path.strip_prefix("/api/v0/") {
		Some(endpoint) => shared.serve(endpoint, request).await,
		None => ("none", Err(RpcError::unknown(&path))),
	};
	let mut response = answer.unwrap_or_else(RpcError::into_response);
	let figures = &shared.rpc.metrics.ipfs;
	figures
		.rpc
		.with_label_values(&[endpoint, response.status().as_str()])
		.inc();
	figures.rpc_seconds.observe(begun.elapsed().as_secs_f64());
	let headers = response.headers_mut();
	headers.insert(
		header::X_CONTENT_TYPE_OPTIONS,
		HeaderValue::from_static("nosniff"),
	);
	headers.insert(
		header::SERVER,
		HeaderValue::from_static(concat!("tea-host/", env!("CARGO_PKG_VERSION"))),
	);
	response
}

/// Whether a page in a browser asks; kubo refuses these too. What a page sends can have any address on loopback as its
/// target, so being on loopback is no protection from it.
fn is_browser(headers: &HeaderMap) -> bool {
	let there = |name: &str| headers.contains_key(name);
	there("origin") || there("referer") || there("sec-fetch-site")
}

/// Compares without telling by its time how much was right.
fn same(a: &[u8], b: &[u8]) -> bool {
	a.len() == b.len() && a.iter().zip(b).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

impl Shared {
	fn may_ask(&self, headers: &HeaderMap) -> Result<(), RpcError> {
		if is_browser(headers) {
			return Err(RpcError::forbidden("pages in a browser may not ask here"));
		}
		let Some(token) = &self.rpc.token else {
			return Ok(());
		};
		let given = headers
			.get(header::AUTHORIZATION)
			.and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
		match given {
			Some(given) if same(given, token.as_bytes()) => Ok(()),
			_ => Err(RpcError::forbidden("a bearer token is needed")),
		}
	}

	async fn serve(
		&self,
		endpoint: &str,
		request: Request,
	) -> (&'static str, Result<Response, RpcError>) {
		let Some(known) = ENDPOINTS.iter().find(|known| **known == endpoint) else {
			return ("none", Err(RpcError::unknown(endpoint)));
		};
		(known, self.answer(known, request).await)
	}

	async fn answer(&self, endpoint: &str, request: Request) -> Result<Response, RpcError> {
		self.may_ask(request.headers())?;
		if request.method() != Method::POST {
			return Err(RpcError::method());
		}
		let arguments = Arguments::read(request.uri().query().unwrap_or_default());
		let _slot = self.slots.acquire().await.map_err(|_| RpcError::ending())?;
		match endpoint {
			"version" => Ok(network::version()),
			"id" => self.id().await,
			"block/get" => self.block_get(&arguments).await,
			"block/put" => self.block_put(&arguments, request).await,
			"block/stat" => self.block_stat(&arguments).await,
			"add" => self.add(&arguments, request).await,
			"cat" => self.cat(&arguments).await,
			"dag/export" => self.dag_export(&arguments).await,
			"pin/add" => self.pin_add(&arguments).await,
			"pin/rm" => self.pin_rm(&arguments).await,
			"pin/ls" => self.pin_ls(&arguments).await,
			"routing/provide" => self.provide(&arguments).await,
			"routing/findprovs" => self.find_providers(&arguments).await,
			"swarm/connect" => self.connect(&arguments).await,
			"swarm/peers" => self.peers().await,
			"repo/stat" => self.repo_stat().await,
			"repo/gc" => self.repo_gc().await,
			_ => Err(RpcError::unknown(endpoint)),
		}
	}

	fn ipfs(&self) -> &dyn Ipfs {
		&*self.rpc.ipfs
	}
}

const ENDPOINTS: &[&str] = &[
	"version",
	"id",
	"block/get",
	"block/put",
	"block/stat",
	"add",
	"cat",
	"dag/export",
	"pin/add",
	"pin/rm",
	"pin/ls",
	"routing/provide",
	"routing/findprovs",
	"swarm/connect",
	"swarm/peers",
	"repo/stat",
	"repo/gc",
];

fn typed(kind: &'static str, body: impl Into<Body>) -> Response {
	(
		[(header::CONTENT_TYPE, HeaderValue::from_static(kind))],
		body.into(),
	)
		.into_response()
}

/// One JSON value.
fn answer(value: &Value) -> Response {
	typed("application/json", format!("{value}\n"))
}

/// JSON values, one a line.
fn lines(values: &[Value]) -> Response {
	let text: String = values.iter().map(|value| format!("{value}\n")).collect();
	typed("application/json", text)
}

/// The answer to nothing in particular.
fn error_json(message: &str) -> String {
	json!({ "Message": message, "Code": 0, "Type": "error" }).to_string()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn tokens_are_compared_whole() {
		assert!(same(b"tea", b"tea"));
		for other in [&b"te"[..], b"tee", b"teas", b""] {
			assert!(!same(b"tea", other));
		}
	}

	#[test]
	fn pages_are_known_by_what_they_send() {
		let with = |name: &'static str| {
			let mut headers = HeaderMap::new();
			headers.insert(name, HeaderValue::from_static("http://127.0.0.1:9960"));
			headers
		};
		for name in ["origin", "referer", "sec-fetch-site"] {
			assert!(is_browser(&with(name)), "{name}");
		}
		// Node's fetch says how it fetches, but is no browser.
		for name in ["user-agent", "sec-fetch-mode"] {
			assert!(!is_browser(&with(name)), "{name}");
		}
	}
}
