//! `/metrics`, `/health` and `/ready`: listen before anything else connects.

use std::{net::SocketAddr, sync::Arc};

use axum::{
	Json, Router,
	extract::State,
	http::{StatusCode, header},
	response::{IntoResponse, Response},
	routing::get,
};
use serde::Serialize;
use tokio::{net::TcpListener, sync::watch};

use crate::{
	exit::{Cause, Exit},
	metrics::Metrics,
};

/// What `/health` says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Health {
	/// The state in one word.
	pub state: String,
	/// Whether new work is taken.
	pub ready: bool,
	/// Why not, or why the state holds.
	pub reason: Option<String>,
	/// The module.
	pub module: Option<u32>,
	/// Number of its boot.
	pub boot_seq: Option<u32>,
	/// Account of the session key.
	pub session: Option<String>,
	/// What the chain says of it.
	pub status: Option<String>,
	/// Blocks left of the certificate.
	pub certificate_left: Option<u32>,
	/// Height of the finalised head.
	pub finalized: Option<u32>,
	/// Active modules that were heard of lately.
	pub peers: Vec<crate::peers::Peer>,
}

#[derive(Clone)]
struct Shown {
	metrics: Arc<Metrics>,
	health: watch::Receiver<Health>,
}

/// The server. It ends when this is dropped.
pub struct Http {
	local: SocketAddr,
	task: tokio::task::JoinHandle<()>,
}

impl Http {
	/// Listens at the address.
	pub async fn listen(
		address: SocketAddr,
		metrics: Arc<Metrics>,
		health: watch::Receiver<Health>,
	) -> Result<Self, Exit> {
		let failed = |error: std::io::Error| {
			Exit::new(Cause::Bind, format!("{address} cannot be used: {error}"))
		};
		let listener = TcpListener::bind(address).await.map_err(failed)?;
		let local = listener.local_addr().map_err(failed)?;
		let router = Router::new()
			.route("/metrics", get(show_metrics))
			.route("/health", get(show_health))
			.route("/ready", get(show_ready))
			.with_state(Shown { metrics, health });
		let task = tokio::spawn(async move {
			if let Err(error) = axum::serve(listener, router).await {
				tracing::error!(%error, "the server of the metrics ended");
			}
		});
		tracing::info!(%local, "metrics");
		Ok(Self { local, task })
	}

	/// Where it listens.
	pub fn local(&self) -> SocketAddr {
		self.local
	}
}

impl Drop for Http {
	fn drop(&mut self) {
		self.task.abort();
	}
}

async fn show_metrics(State(shown): State<Shown>) -> Response {
	match shown.metrics.text() {
		Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response(),
		Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
	}
}

async fn show_health(State(shown): State<Shown>) -> Json<Health> {
	Json(shown.health.borrow().clone())
}

async fn show_ready(State(shown): State<Shown>) -> Response {
	let health = shown.health.borrow().clone();
	if health.ready {
		(StatusCode::OK, "ready\n").into_response()
	} else {
		let why = health.reason.unwrap_or(health.state);
		(StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")).into_response()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use tokio::io::{AsyncReadExt, AsyncWriteExt};

	async fn ask(at: SocketAddr, path: &str) -> String {
		let mut stream = tokio::net::TcpStream::connect(at).await.unwrap();
		let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
		stream.write_all(request.as_bytes()).await.unwrap();
		let mut answer = String::new();
		stream.read_to_string(&mut answer).await.unwrap();
		answer
	}

	#[tokio::test]
	async fn readiness_follows_health() {
		let (health, watched) = watch::channel(Health {
			state: "unprovisioned".into(),
			..Health::default()
		});
		let metrics = Arc::new(Metrics::new().unwrap());
		let http = Http::listen(([127, 0, 0, 1], 0).into(), metrics, watched)
			.await
			.unwrap();
		let answer = ask(http.local(), "/ready").await;
		assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("unprovisioned"));
		health.send_modify(|health| health.ready = true);
		assert!(
			ask(http.local(), "/ready")
				.await
				.starts_with("HTTP/1.1 200")
		);
		assert!(
			ask(http.local(), "/health")
				.await
				.contains("\"ready\":true")
		);
		assert!(ask(http.local(), "/metrics").await.contains("tea_state"));
		assert!(ask(http.local(), "/else").await.starts_with("HTTP/1.1 404"));
	}

	#[tokio::test]
	async fn address_in_use_is_a_sentence() {
		let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let metrics = Arc::new(Metrics::new().unwrap());
		let (_health, watched) = watch::channel(Health::default());
		let refused = Http::listen(taken.local_addr().unwrap(), metrics, watched).await;
		assert_eq!(refused.err().map(|exit| exit.cause), Some(Cause::Bind));
	}
}
