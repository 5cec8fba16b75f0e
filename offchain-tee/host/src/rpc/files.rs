//! Files: added in the one profile that is used here, and read back.

use std::io::{self, Read};

use axum::{body::Body, extract::Request, response::Response};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::json;
use tea_ipfs::{
	Imported,
	cid::Cid,
	unixfs::{self, Accepted, Walk},
};
use tokio::sync::mpsc;

use super::{
	Shared,
	arguments::Arguments,
	blocks::{discard, form},
	error::RpcError,
	lines, typed,
};
use crate::{
	gateway::car::{self, Selection},
	ipfs::{Ipfs, IpfsError, Reach},
};

/// Blocks that are written at a time.
const AT_A_TIME: usize = 8;

/// What comes from elsewhere, read on a thread that may wait.
struct Incoming {
	parts: mpsc::Receiver<io::Result<Bytes>>,
	rest: Bytes,
}

impl Read for Incoming {
	fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
		while self.rest.is_empty() {
			match self.parts.blocking_recv() {
				Some(part) => self.rest = part?,
				None => return Ok(0),
			}
		}
		let len = buffer.len().min(self.rest.len());
		buffer[..len].copy_from_slice(&self.rest.split_to(len));
		Ok(len)
	}
}

/// Cuts a file into blocks and keeps them.
async fn import(
	ipfs: &dyn Ipfs,
	file: impl Read + Send + 'static,
	keep: bool,
) -> Result<Imported, RpcError> {
	let (blocks, cut) = mpsc::channel(AT_A_TIME);
	let importing = tokio::task::spawn_blocking(move || {
		unixfs::import(file, &mut |cid: Cid, block: Vec<u8>| {
			let gone = |_| io::Error::other("the blocks are not wanted any more");
			blocks.blocking_send((cid, block)).map_err(gone)
		})
	});
	stream::unfold(cut, async |mut cut| Some((cut.recv().await?, cut)))
		.map(async |(cid, block)| match keep {
			true => ipfs.put(&cid, block).await,
			false => Ok(()),
		})
		.buffer_unordered(AT_A_TIME)
		.try_for_each(async |()| Ok::<_, IpfsError>(()))
		.await?;
	Ok(importing.await.map_err(|_| RpcError::ending())??)
}

/// What kubo could do otherwise, and is not done here.
fn check_profile(arguments: &Arguments) -> Result<(), RpcError> {
	for (name, allowed) in [
		("cid-version", &["1"][..]),
		("raw-leaves", &["true"]),
		("hash", &["sha2-256"]),
		("chunker", &["size-1048576", "size-1MB"]),
		("trickle", &["false"]),
		("nocopy", &["false"]),
		("inline", &["false"]),
		("wrap-with-directory", &["false"]),
		("preserve-mode", &["false"]),
		("preserve-mtime", &["false"]),
	] {
		if let Some(value) = arguments.option(name)
			&& !allowed.contains(&value)
		{
			return Err(RpcError::wrong(format!(
				"{name}={value} is not used here: files have the profile unixfs-v1-2025 and no other; leave it out"
			)));
		}
	}
	Ok(())
}

impl Shared {
	pub(super) async fn add(
		&self,
		arguments: &Arguments,
		request: Request,
	) -> Result<Response, RpcError> {
		check_profile(arguments)?;
		let pin = arguments.flag("pin", true)?;
		let keep = !arguments.flag("only-hash", false)?;
		let mut form = form(request)?;
		let mut added = Vec::new();
		while let Some(mut part) = form.next_field().await.map_err(RpcError::wrong)? {
			if part
				.content_type()
				.is_some_and(|kind| kind.essence_str() == "application/x-directory")
			{
				return Err(RpcError::wrong(
					"directories are not added here; add an archive",
				));
			}
			let name = part.file_name().unwrap_or_default().to_owned();
			let (parts, incoming) = mpsc::channel(2);
			let incoming = Incoming {
				parts: incoming,
				rest: Bytes::new(),
			};
			let max = self.rpc.max_file;
			let feed = async move {
				let mut len = 0u64;
				loop {
					let bytes = match part.chunk().await {
						Ok(Some(bytes)) => Ok(bytes),
						Ok(None) => return,
						Err(error) => Err(io::Error::other(error)),
					};
					len += bytes.as_ref().map_or(0, |bytes| bytes.len() as u64);
					let bytes = match len > max {
						true => Err(io::Error::other(format!(
							"a file has at most {max} bytes here (--ipfs-max-file-mib)"
						))),
						false => bytes,
					};
					let failed = bytes.is_err();
					// Who reads has failed, and says why.
					if parts.send(bytes).await.is_err() || failed {
						return discard(&mut part).await;
					}
				}
			};
			let ((), imported) = tokio::join!(feed, import(self.ipfs(), incoming, keep));
			let imported = imported?;
			if pin && keep {
				self.pin(&imported.root, arguments).await?;
			}
			let root = imported.root.to_string();
			let name = if name.is_empty() { root.clone() } else { name };
			added.push(json!({ "Name": name, "Hash": root, "Size": imported.size.to_string() }));
		}
		match added.is_empty() {
			true => Err(RpcError::wrong("the form has no file")),
			false => Ok(lines(&added)),
		}
	}

	/// The bytes of a file, for people; programs that do not trust this host take its blocks.
	pub(super) async fn cat(&self, arguments: &Arguments) -> Result<Response, RpcError> {
		let root = arguments.cid()?;
		let from = arguments.number("offset")?.unwrap_or(0);
		let count = arguments.number("length")?.unwrap_or(u64::MAX);
		let patience = arguments.timeout()?;
		let ipfs = self.rpc.ipfs.clone();
		ipfs.fetch(&root, Vec::new(), self.rpc.max_file, patience)
			.await?;
		let walk = Walk::new(&root, self.rpc.max_file)?;
		let to = from.saturating_add(count);
		let leaves = stream::try_unfold((walk, ipfs), move |(mut walk, ipfs)| async move {
			while let Some(cid) = walk.wanted() {
				let block = ipfs
					.get(&cid, Reach::Local)
					.await
					.map_err(io::Error::other)?;
				let before = walk.passed();
				let Accepted::Bytes(bytes) = walk.accept(block).map_err(io::Error::other)? else {
					continue;
				};
				let bytes = Bytes::from(bytes);
				let place = |at: u64| {
					let within = at.saturating_sub(before).min(bytes.len() as u64);
					usize::try_from(within).unwrap_or(usize::MAX)
				};
				let part = bytes.slice(place(from)..place(to).max(place(from)));
				return Ok::<_, io::Error>(Some((part, (walk, ipfs))));
			}
			Ok(None)
		});
		Ok(typed("application/octet-stream", Body::from_stream(leaves)))
	}

	pub(super) async fn dag_export(&self, arguments: &Arguments) -> Result<Response, RpcError> {
		let root = arguments.cid()?;
		let patience = arguments.timeout()?;
		let ipfs = self.rpc.ipfs.clone();
		ipfs.fetch(&root, Vec::new(), self.rpc.max_file, patience)
			.await?;
		let car = car::stream(ipfs, root, Selection::all(self.rpc.max_file));
		Ok(typed("application/vnd.ipld.car", Body::from_stream(car)))
	}
}
