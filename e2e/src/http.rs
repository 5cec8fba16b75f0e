//! Plain HTTP: metrics, and requests that a JSON-RPC client would not send.

use anyhow::{Context, Result, ensure};
use std::{collections::HashMap, net::SocketAddr, time::Duration};

const TIMEOUT: Duration = Duration::from_secs(30);

/// Status and body of an answer.
#[derive(Debug)]
pub struct Reply {
	/// HTTP status code.
	pub status: u16,
	/// The body, as text.
	pub body: String,
}

/// GET `path`.
pub async fn get(address: SocketAddr, path: &str) -> Result<Reply> {
	let url = format!("http://{address}{path}");
	request(move |agent| agent.get(&url).call()).await
}

/// POST a body that claims to be JSON.
pub async fn post_json(address: SocketAddr, body: Vec<u8>) -> Result<Reply> {
	let url = format!("http://{address}/");
	request(move |agent| {
		agent
			.post(&url)
			.content_type("application/json")
			.send(&body)
	})
	.await
}

/// The client blocks, so it runs on a thread for blocking work.
async fn request(
	call: impl FnOnce(ureq::Agent) -> Result<ureq::http::Response<ureq::Body>, ureq::Error>
	+ Send
	+ 'static,
) -> Result<Reply> {
	tokio::task::spawn_blocking(move || {
		let agent = ureq::Agent::new_with_config(
			ureq::Agent::config_builder()
				.timeout_global(Some(TIMEOUT))
				.http_status_as_error(false)
				.proxy(None)
				.build(),
		);
		let mut response = call(agent).context("no HTTP answer")?;
		Ok(Reply {
			status: response.status().as_u16(),
			body: response
				.body_mut()
				.read_to_string()
				.context("the HTTP answer broke off")?,
		})
	})
	.await?
}

/// The values that a Prometheus endpoint exposes.
#[derive(Debug)]
pub struct Metrics(HashMap<String, f64>);

impl Metrics {
	/// Read `/metrics` at `address`.
	pub async fn scrape(address: SocketAddr) -> Result<Self> {
		let reply = get(address, "/metrics").await?;
		ensure!(
			reply.status == 200,
			"/metrics answers with status {}",
			reply.status
		);
		Ok(Self::parse(&reply.body))
	}

	fn parse(text: &str) -> Self {
		let samples = text
			.lines()
			.filter(|line| !line.starts_with('#'))
			.filter_map(|line| {
				let (series, value) = line.rsplit_once(' ')?;
				Some((series.to_owned(), value.parse().ok()?))
			});
		Self(samples.collect())
	}

	/// The sample of the metric `name` whose labels contain `label` (`key="value"`; empty for any).
	pub fn value(&self, name: &str, label: &str) -> Result<f64> {
		self.0
			.iter()
			.find(|(series, _)| series.split('{').next() == Some(name) && series.contains(label))
			.map(|(_, value)| *value)
			.with_context(|| format!("no metric {name} with {label:?}"))
	}

	/// The sum of all samples of the metric `name`.
	pub fn sum(&self, name: &str) -> Result<f64> {
		let mut samples = self
			.0
			.iter()
			.filter(|(series, _)| series.split('{').next() == Some(name))
			.map(|(_, value)| *value)
			.peekable();
		ensure!(samples.peek().is_some(), "no metric {name}");
		Ok(samples.sum())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn samples_are_found_by_name_and_label() {
		let metrics = Metrics::parse(
			"# HELP h\n# TYPE h gauge\nh{status=\"best\"} 7\nh{status=\"finalized\"} 5\nh_total 9\n",
		);
		assert_eq!(metrics.value("h", "status=\"finalized\"").unwrap(), 5.0);
		assert_eq!(metrics.value("h_total", "").unwrap(), 9.0);
		assert!(metrics.value("h", "status=\"other\"").is_err());
		assert_eq!(metrics.sum("h").unwrap(), 12.0);
		assert!(metrics.sum("g").is_err());
	}
}
