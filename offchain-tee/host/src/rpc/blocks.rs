//! Blocks, and the store that keeps them.

use std::time::Duration;

use axum::{extract::Request, http::header, response::Response};
use serde_json::json;
use tea_ipfs::{
	MAX_BLOCK_LEN,
	cid::{self, DAG_PB, RAW},
};
use tokio::time::timeout;

use super::{Shared, answer, arguments::Arguments, error::RpcError, lines, typed};
use crate::ipfs::{IpfsError, Reach};

/// Bytes of a refused body that are read all the same: whoever is cut off while sending hears no reason.
const MAX_DISCARDED: usize = 64 * 1024 * 1024;
/// How long that may take.
const DISCARD: Duration = Duration::from_secs(10);

/// The parts of a form.
pub(super) fn form(request: Request) -> Result<multer::Multipart<'static>, RpcError> {
	let kind = request
		.headers()
		.get(header::CONTENT_TYPE)
		.and_then(|kind| kind.to_str().ok())
		.unwrap_or_default();
	let boundary = multer::parse_boundary(kind)
		.map_err(|_| RpcError::wrong("the body must be multipart/form-data"))?;
	let stream = request.into_body().into_data_stream();
	Ok(multer::Multipart::new(stream, boundary))
}

/// Reads the rest of a refused part, as far as it is of a reasonable length.
pub(super) async fn discard(part: &mut multer::Field<'_>) {
	let rest = async {
		let mut len = 0;
		// What does not read any further is not read any further.
		while let Ok(Some(bytes)) = part.chunk().await
			&& len < MAX_DISCARDED
		{
			len += bytes.len();
		}
	};
	// Who sends slowly is cut off.
	let _ = timeout(DISCARD, rest).await;
}

fn reach(arguments: &Arguments) -> Result<Reach, RpcError> {
	Ok(match arguments.flag("offline", false)? {
		true => Reach::Local,
		false => Reach::Network(arguments.timeout()?),
	})
}

impl Shared {
	pub(super) async fn block_get(&self, arguments: &Arguments) -> Result<Response, RpcError> {
		let (cid, reach) = (arguments.cid()?, reach(arguments)?);
		let block = self.ipfs().get(&cid, reach).await?;
		Ok(typed("application/octet-stream", block))
	}

	pub(super) async fn block_stat(&self, arguments: &Arguments) -> Result<Response, RpcError> {
		let (cid, reach) = (arguments.cid()?, reach(arguments)?);
		let len = match (self.ipfs().len_of(&cid).await?, reach) {
			(Some(len), _) => len,
			(None, Reach::Local) => return Err(IpfsError::Missing(cid).into()),
			(None, reach) => self.ipfs().get(&cid, reach).await?.len() as u64,
		};
		Ok(answer(&json!({ "Key": cid.to_string(), "Size": len })))
	}

	pub(super) async fn block_put(
		&self,
		arguments: &Arguments,
		request: Request,
	) -> Result<Response, RpcError> {
		let codec = match arguments.option("cid-codec") {
			None | Some("raw") => RAW,
			Some("dag-pb") => DAG_PB,
			Some(other) => {
				return Err(RpcError::wrong(format!(
					"cid-codec={other} is not used here; raw and dag-pb are"
				)));
			}
		};
		let hash = arguments.option("mhtype").unwrap_or("sha2-256");
		let len = arguments.option("mhlen").unwrap_or("32");
		if hash != "sha2-256" || !["32", "-1"].contains(&len) {
			return Err(RpcError::wrong(
				"only mhtype=sha2-256 with mhlen=32 is used here",
			));
		}
		let pin = arguments.flag("pin", false)?;
		let mut form = form(request)?;
		let mut kept = Vec::new();
		while let Some(mut part) = form.next_field().await.map_err(RpcError::wrong)? {
			let mut block = Vec::new();
			while let Some(bytes) = part.chunk().await.map_err(RpcError::wrong)? {
				if block.len() + bytes.len() > MAX_BLOCK_LEN {
					discard(&mut part).await;
					return Err(RpcError::wrong(format!(
						"a block has at most {MAX_BLOCK_LEN} bytes; others would drop it"
					)));
				}
				block.extend_from_slice(&bytes);
			}
			let (cid, size) = (cid::of(codec, &block), block.len());
			self.ipfs().put(&cid, block).await?;
			if pin {
				self.pin(&cid, arguments).await?;
			}
			kept.push(json!({ "Key": cid.to_string(), "Size": size }));
		}
		match kept.is_empty() {
			true => Err(RpcError::wrong("the form has no file")),
			false => Ok(lines(&kept)),
		}
	}

	pub(super) async fn repo_stat(&self) -> Result<Response, RpcError> {
		let stat = self.ipfs().stat().await?;
		Ok(answer(&json!({
			"RepoSize": stat.bytes,
			"StorageMax": stat.quota,
			"NumObjects": stat.blocks,
			"RepoPath": "",
			"Version": "tea-host@1",
		})))
	}

	/// kubo names each block that went; here their number goes into the log.
	pub(super) async fn repo_gc(&self) -> Result<Response, RpcError> {
		let collected = self.ipfs().collect().await?;
		tracing::info!(
			blocks = collected.blocks,
			bytes = collected.bytes,
			"loose blocks were removed, as asked"
		);
		Ok(lines(&[]))
	}
}
