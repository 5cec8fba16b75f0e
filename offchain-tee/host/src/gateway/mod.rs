//! The trustless gateway: blocks and archives of blocks for browsers and other hosts, which hash what they get. Only what is
//! on this machine, never put together, so nothing that is served can run in a page.

pub mod car;
mod request;

use std::{net::SocketAddr, sync::Arc};

use axum::{
	Router,
	body::Body,
	extract::{ConnectInfo, Request, State},
	http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
	response::{IntoResponse, Response},
};
use tea_ipfs::cid::Cid;

use crate::{
	http::Limiter,
	ipfs::{Ipfs, IpfsError, Reach},
	metrics::Metrics,
};
use request::{Form, Wanted};

/// The empty CID that gateways are probed with, as text and as bytes.
const PROBE: (&str, &[u8]) = ("bafkqaaa", &[1, 0x55, 0, 0]);
/// What never changes may be kept for most of a year.
const IMMUTABLE: &str = "public, max-age=29030400, immutable";

/// What the gateway serves.
pub struct Gateway {
	/// Blocks.
	pub ipfs: Arc<dyn Ipfs>,
	/// Requests that a client may make in a second.
	pub per_second: u32,
	/// The longest file.
	pub max_file: u64,
	/// Figures.
	pub metrics: Arc<Metrics>,
}

struct Shared {
	gateway: Gateway,
	limiter: Limiter,
}

/// The gateway.
pub fn router(gateway: Gateway) -> Router {
	let limiter = Limiter::new(gateway.per_second);
	Router::new()
		.fallback(serve)
		.with_state(Arc::new(Shared { gateway, limiter }))
}

fn refusal(status: StatusCode, message: &str) -> Response {
	let kind = HeaderValue::from_static("text/plain; charset=utf-8");
	(
		status,
		[(header::CONTENT_TYPE, kind)],
		format!("{message}\n"),
	)
		.into_response()
}

async fn serve(State(shared): State<Arc<Shared>>, request: Request) -> Response {
	let (request, _) = request.into_parts();
	let (form, mut response) = shared.serve(&request).await;
	shared
		.gateway
		.metrics
		.ipfs
		.gateway
		.with_label_values(&[form, response.status().as_str()])
		.inc();
	let headers = response.headers_mut();
	for (name, value) in [
		(header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
		// Nothing here is a page. Should a browser show it all the same, it may do nothing.
		(
			header::CONTENT_SECURITY_POLICY,
			"default-src 'none'; sandbox",
		),
		(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
		(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, OPTIONS"),
		(
			header::ACCESS_CONTROL_ALLOW_HEADERS,
			"Accept, Cache-Control, Content-Type, If-None-Match, Range, X-Requested-With",
		),
		(
			header::ACCESS_CONTROL_EXPOSE_HEADERS,
			"Content-Length, ETag, X-Ipfs-Path, X-Ipfs-Roots",
		),
		(
			HeaderName::from_static("cross-origin-resource-policy"),
			"cross-origin",
		),
		(header::VARY, "Accept"),
	] {
		headers.insert(name, HeaderValue::from_static(value));
	}
	response
}

impl Shared {
	async fn serve(&self, request: &Parts) -> (&'static str, Response) {
		if request.method == Method::OPTIONS {
			return ("none", StatusCode::NO_CONTENT.into_response());
		}
		if ![Method::GET, Method::HEAD].contains(&request.method) {
			let mut response = refusal(
				StatusCode::METHOD_NOT_ALLOWED,
				"only GET and HEAD are answered here",
			);
			let allowed = HeaderValue::from_static("GET, HEAD, OPTIONS");
			response.headers_mut().insert(header::ALLOW, allowed);
			return ("none", response);
		}
		let client = request.extensions.get::<ConnectInfo<SocketAddr>>();
		if !self.limiter.allows(client.map(|client| client.0.ip())) {
			let mut response = refusal(
				StatusCode::TOO_MANY_REQUESTS,
				"too many requests; try again in a second",
			);
			let wait = HeaderValue::from_static("1");
			response.headers_mut().insert(header::RETRY_AFTER, wait);
			return ("none", response);
		}
		match Wanted::read(&request.uri, &request.headers, self.gateway.max_file) {
			Ok(wanted) => {
				let form = match wanted.form {
					Form::Raw => "raw",
					Form::Car(_) => "car",
				};
				(form, self.answer(&wanted, request).await)
			}
			Err((status, message)) => ("none", refusal(status, &message)),
		}
	}

	async fn answer(&self, wanted: &Wanted, request: &Parts) -> Response {
		let tag = wanted.tag();
		let known = request.headers.get(header::IF_NONE_MATCH);
		if known.is_some_and(|known| matches(known, &tag)) {
			return (StatusCode::NOT_MODIFIED, cached(wanted, &tag)).into_response();
		}
		let Some(cid) = &wanted.cid else {
			let body = match wanted.form {
				Form::Raw => Vec::new(),
				Form::Car(_) => car::header(PROBE.1),
			};
			return (headers(wanted, &tag), body).into_response();
		};
		match self.body(wanted, cid, &request.method).await {
			Ok((len, body)) => {
				let mut response = (headers(wanted, &tag), body).into_response();
				if let Some(len) = len {
					let len = HeaderValue::from(len);
					response.headers_mut().insert(header::CONTENT_LENGTH, len);
				}
				response
			}
			Err(error) if error.is_missing() => {
				let only_cached = request
					.headers
					.get(header::CACHE_CONTROL)
					.and_then(|value| value.to_str().ok())
					.is_some_and(|value| value.contains("only-if-cached"));
				let status = match only_cached {
					true => StatusCode::PRECONDITION_FAILED,
					false => StatusCode::NOT_FOUND,
				};
				refusal(status, &format!("block {cid} is not on this host"))
			}
			Err(error) => {
				tracing::warn!(%cid, %error, "the gateway cannot answer");
				refusal(
					StatusCode::INTERNAL_SERVER_ERROR,
					"the block cannot be read",
				)
			}
		}
	}

	/// What is sent, with its length where that is known before.
	async fn body(
		&self,
		wanted: &Wanted,
		cid: &Cid,
		method: &Method,
	) -> Result<(Option<u64>, Body), IpfsError> {
		let ipfs = &self.gateway.ipfs;
		let Some(len) = ipfs.len_of(cid).await? else {
			return Err(IpfsError::Missing(*cid));
		};
		Ok(match (wanted.form, method == Method::HEAD) {
			(Form::Raw, true) => (Some(len), Body::empty()),
			(Form::Raw, false) => {
				let block = ipfs.get(cid, Reach::Local).await?;
				(Some(block.len() as u64), block.into())
			}
			(Form::Car(_), true) => (None, Body::empty()),
			(Form::Car(selection), false) => {
				let car = car::stream(ipfs.clone(), *cid, selection);
				(None, Body::from_stream(car))
			}
		})
	}
}

/// Whether a client has this already.
fn matches(known: &HeaderValue, tag: &str) -> bool {
	let known = known.to_str().unwrap_or_default();
	known
		.split(',')
		.map(|one| one.trim().trim_start_matches("W/"))
		.any(|one| one == tag || one == "*")
}

fn text(value: &str) -> HeaderValue {
	HeaderValue::from_str(value).unwrap_or(HeaderValue::from_static(""))
}

fn cached(wanted: &Wanted, tag: &str) -> HeaderMap {
	let mut headers = HeaderMap::new();
	headers.insert(header::ETAG, text(tag));
	headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(IMMUTABLE));
	let path = text(&format!("/ipfs/{}", wanted.name));
	headers.insert(HeaderName::from_static("x-ipfs-path"), path);
	let root = text(&wanted.name);
	headers.insert(HeaderName::from_static("x-ipfs-roots"), root);
	headers
}

fn headers(wanted: &Wanted, tag: &str) -> HeaderMap {
	let mut headers = cached(wanted, tag);
	let (kind, ending) = match wanted.form {
		Form::Raw => ("application/vnd.ipld.raw".to_owned(), "bin"),
		Form::Car(selection) => {
			let repeats = if selection.repeats { "y" } else { "n" };
			let kind = format!("application/vnd.ipld.car; version=1; order=dfs; dups={repeats}");
			(kind, "car")
		}
	};
	headers.insert(header::CONTENT_TYPE, text(&kind));
	let name = format!("attachment; filename=\"{}.{ending}\"", wanted.name);
	headers.insert(header::CONTENT_DISPOSITION, text(&name));
	headers
}
