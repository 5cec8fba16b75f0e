//! Pins: recursive, each under a name.

use axum::response::Response;
use serde_json::{Map, Value, json};
use tea_ipfs::cid::Cid;

use super::{Shared, answer, arguments::Arguments, error::RpcError, lines};
use crate::ipfs::{IpfsError, Pin, store::StoreError};

fn only_recursive(arguments: &Arguments) -> Result<(), RpcError> {
	match arguments.flag("recursive", true)? {
		true => Ok(()),
		false => Err(RpcError::wrong(
			"pins are recursive here; leave `recursive` out",
		)),
	}
}

fn names(cids: &[Cid]) -> Vec<String> {
	cids.iter().map(ToString::to_string).collect()
}

impl Shared {
	pub(super) async fn pin(&self, root: &Cid, arguments: &Arguments) -> Result<(), RpcError> {
		let holder = arguments.option("name").unwrap_or_default();
		let max_file = match arguments.number("max-size")? {
			Some(max) => max.min(self.rpc.max_file),
			None => self.rpc.max_file,
		};
		let (hints, patience) = (arguments.hints()?, arguments.timeout()?);
		let pinned = self.ipfs().pin(root, holder, hints, max_file, patience);
		Ok(pinned.await?)
	}

	pub(super) async fn pin_add(&self, arguments: &Arguments) -> Result<Response, RpcError> {
		only_recursive(arguments)?;
		let roots = arguments.cids()?;
		for root in &roots {
			self.pin(root, arguments).await?;
		}
		Ok(answer(&json!({ "Pins": names(&roots) })))
	}

	pub(super) async fn pin_rm(&self, arguments: &Arguments) -> Result<Response, RpcError> {
		only_recursive(arguments)?;
		let roots = arguments.cids()?;
		let holder = arguments.option("name");
		for root in &roots {
			match self.ipfs().unpin(root, holder).await {
				Err(IpfsError::Store(StoreError::NotPinned(_))) => {
					return Err(RpcError::failed("not pinned or pinned indirectly"));
				}
				unpinned => unpinned?,
			}
		}
		Ok(answer(&json!({ "Pins": names(&roots) })))
	}

	pub(super) async fn pin_ls(&self, arguments: &Arguments) -> Result<Response, RpcError> {
		let mut pins = match arguments.option("type").unwrap_or("all") {
			"all" | "recursive" => self.ipfs().pins().await?,
			// There are none of these.
			"direct" | "indirect" => Vec::new(),
			other => {
				return Err(RpcError::wrong(format!(
					"type={other} is not one of all, recursive, direct, indirect"
				)));
			}
		};
		if arguments.option("arg").is_some() {
			let wanted = arguments.cids()?;
			for cid in &wanted {
				if !pins.iter().any(|pin| pin.root == *cid) {
					return Err(RpcError::failed(format!("path '{cid}' is not pinned")));
				}
			}
			pins.retain(|pin| wanted.contains(&pin.root));
		}
		let shown = |pin: &Pin| {
			let name = pin.holders.iter().find(|holder| !holder.is_empty());
			json!({ "Type": "recursive", "Name": name.map_or("", |name| name) })
		};
		if arguments.flag("stream", false)? {
			let line = |pin: &Pin| {
				let mut line = shown(pin);
				line["Cid"] = Value::String(pin.root.to_string());
				line
			};
			return Ok(lines(&pins.iter().map(line).collect::<Vec<_>>()));
		}
		let keys: Map<_, _> = pins
			.iter()
			.map(|pin| (pin.root.to_string(), shown(pin)))
			.collect();
		Ok(answer(&json!({ "Keys": keys })))
	}
}
