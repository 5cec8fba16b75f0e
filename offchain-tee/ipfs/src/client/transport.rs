//! One POST at a time over HTTP, with a deadline and a limit each.

use std::{sync::Arc, time::Duration};

use serde_json::Value;
use ureq::{Agent, Timeout};

use super::error::ClientError;
use crate::cid::{self, RAW};

/// How long connecting may take; the server is on this machine or near it.
const CONNECT: Duration = Duration::from_secs(5);
/// Characters of a server's own words that are passed on.
const MAX_WORDS: usize = 300;

/// What goes with a request.
pub(super) enum Body {
	Nothing,
	/// A file in a form, as kubo wants it.
	File(Vec<u8>),
}

/// Connections to one server.
#[derive(Clone)]
pub(super) struct Transport {
	agent: Agent,
	url: Arc<str>,
	token: Option<Arc<str>>,
}

/// A body of one part, and the line that bounds it. That line is the hash of the part, which therefore does not hold it.
fn form(file: &[u8]) -> (String, Vec<u8>) {
	let hash = cid::of(RAW, file).to_string();
	let head = format!(
		"--{hash}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"block\"\r\nContent-Type: application/octet-stream\r\n\r\n"
	);
	let form = [
		head.as_bytes(),
		file,
		format!("\r\n--{hash}--\r\n").as_bytes(),
	]
	.concat();
	(format!("multipart/form-data; boundary={hash}"), form)
}

/// The message of an error as kubo writes it, else the text itself; one line and short.
fn words(answer: &[u8]) -> String {
	let json: Option<Value> = serde_json::from_slice(answer).ok();
	let text = json
		.and_then(|json| Some(json["Message"].as_str()?.to_owned()))
		.unwrap_or_else(|| String::from_utf8_lossy(answer).into_owned());
	let text = text.trim().chars().filter(|letter| !letter.is_control());
	text.take(MAX_WORDS).collect()
}

impl Transport {
	pub(super) fn new(url: &str) -> Result<Self, ClientError> {
		let trimmed = url.trim_end_matches('/');
		let wrong = || ClientError::Url(url.to_owned());
		let authority = trimmed.strip_prefix("http://").ok_or_else(wrong)?;
		let (host, port) = authority.rsplit_once(':').ok_or_else(wrong)?;
		let name = |letter: char| letter.is_ascii_alphanumeric() || "-.[]:".contains(letter);
		if host.is_empty() || !host.chars().all(name) || port.parse::<u16>().is_err() {
			return Err(wrong());
		}
		let agent = Agent::config_builder()
			.http_status_as_error(false)
			// The server is named, and nobody else is asked: neither a proxy nor whom it points to.
			.proxy(None)
			.max_redirects(0)
			.max_redirects_will_error(false)
			.timeout_connect(Some(CONNECT))
			.user_agent(concat!("tea-ipfs/", env!("CARGO_PKG_VERSION")))
			.build()
			.into();
		Ok(Self {
			agent,
			url: trimmed.into(),
			token: None,
		})
	}

	pub(super) fn set_token(&mut self, token: &str) {
		self.token = Some(token.into());
	}

	pub(super) fn url(&self) -> &str {
		&self.url
	}

	/// Asks, and returns at most `max_len` bytes.
	pub(super) async fn post(
		&self,
		path: &str,
		arguments: &[(&str, &str)],
		body: Body,
		max_len: u64,
		patience: Duration,
	) -> Result<Vec<u8>, ClientError> {
		let mut request = self
			.agent
			.post(format!("{}/api/v0/{path}", self.url))
			.config()
			.timeout_global(Some(patience))
			.build();
		for (name, value) in arguments {
			request = request.query(name, value);
		}
		if let Some(token) = &self.token {
			request = request.header("Authorization", format!("Bearer {token}"));
		}
		let (url, path) = (self.url.clone(), path.to_owned());
		tokio::task::spawn_blocking(move || {
			let failed = |error: ureq::Error| match error {
				ureq::Error::Timeout(Timeout::Connect) | ureq::Error::ConnectionFailed => {
					ClientError::Unreachable {
						url: url.to_string(),
						reason: error.to_string(),
					}
				}
				ureq::Error::Timeout(_) => ClientError::Timeout(patience),
				ureq::Error::BodyExceedsLimit(_) => ClientError::TooLong(max_len),
				error => ClientError::Unreachable {
					url: url.to_string(),
					reason: error.to_string(),
				},
			};
			let answer = match body {
				Body::Nothing => request.send_empty(),
				Body::File(file) => {
					let (kind, form) = form(&file);
					request.content_type(kind).send(&form[..])
				}
			};
			let mut answer = answer.map_err(failed)?;
			let status = answer.status().as_u16();
			let bytes = answer
				.body_mut()
				.with_config()
				// One more than is allowed is read, so that an answer of just that length is no error.
				.limit(max_len.saturating_add(1))
				.read_to_vec()
				.map_err(failed)?;
			if bytes.len() as u64 > max_len {
				return Err(ClientError::TooLong(max_len));
			}
			match status {
				200 => Ok(bytes),
				_ => Err(ClientError::Refused {
					path,
					status,
					message: words(&bytes),
				}),
			}
		})
		.await
		.map_err(|_| ClientError::Ending)?
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn addresses_are_checked() {
		for url in [
			"http://127.0.0.1:5001",
			"http://[::1]:5001/",
			"http://kubo:80",
		] {
			assert!(Transport::new(url).is_ok(), "{url}");
		}
		for url in [
			"",
			"127.0.0.1:5001",
			"https://127.0.0.1:5001",
			"http://127.0.0.1",
			"http://:5001",
			"http://a/b:5001",
			"http://user@host:5001",
			"http://a:99999",
		] {
			assert!(
				matches!(Transport::new(url), Err(ClientError::Url(_))),
				"{url}"
			);
		}
	}

	#[test]
	fn form_ends_where_its_file_ends() {
		let (kind, first) = form(b"tea");
		let (_, nested) = form(&first);
		let line = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
		let count = |form: &[u8]| {
			let form = String::from_utf8_lossy(form).into_owned();
			form.matches(line).count()
		};
		assert_eq!((count(&first), count(&nested)), (2, 2));
		assert!(!nested.starts_with(format!("--{line}").as_bytes()));
	}

	#[test]
	fn words_of_a_server_are_short_and_one_line() {
		assert_eq!(words(br#"{"Message":"no","Code":0,"Type":"error"}"#), "no");
		assert_eq!(
			words(b" 404 page\n not found\x1b[2J\n"),
			"404 page not found[2J"
		);
		assert_eq!(words(&[b'a'; 1000]).len(), MAX_WORDS);
	}
}
