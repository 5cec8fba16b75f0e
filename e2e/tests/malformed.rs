//! Malformed transactions, calls and bytes are refused, and the node goes on.

use anyhow::{Context, Result, ensure};
use codec::{Compact, Encode};
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};
use tea_e2e::{Dev, Lab, Node, Reply, Rpc, post_json, run};
use tokio::{io::AsyncWriteExt, net::TcpStream};

const BLOCKS: Duration = Duration::from_secs(60);

/// JSON-RPC error codes.
mod code {
	pub(super) const PARSE: i64 = -32700;
	pub(super) const INVALID_REQUEST: i64 = -32600;
	pub(super) const UNKNOWN_METHOD: i64 = -32601;
	pub(super) const INVALID_PARAMS: i64 = -32602;
}

/// Error of `author_submitExtrinsic` for a transaction that is not valid.
const INVALID_TRANSACTION: i32 = 1010;

async fn dev_node(lab: &Lab) -> Result<Node> {
	let node = lab.node("alice").arg("--dev").start().await?;
	node.rpc().wait_best(1, BLOCKS).await?;
	Ok(node)
}

/// After all that was done to it, the node makes and finalises blocks and has not panicked.
async fn goes_on(node: &mut Node) -> Result<()> {
	node.ensure_running()?;
	let best = node.rpc().best().await?.number;
	node.rpc().wait_finalized(best + 2, BLOCKS).await?;
	ensure!(
		!node.output()?.contains("Thread 'main' panicked"),
		"the node has panicked: see its log"
	);
	Ok(())
}

fn hex(bytes: &[u8]) -> Value {
	format!("0x{}", ::hex::encode(bytes)).into()
}

/// `System.remark` with `bytes` of remark, well-formed but for a signature by nobody.
fn unsigned_remark(bytes: usize) -> Vec<u8> {
	let mut extrinsic = vec![0x84, 0x00];
	extrinsic.extend(Dev::Alice.account());
	// An sr25519 signature of 64 zero bytes; then immortal, nonce, tip, no metadata hash.
	extrinsic.push(0x01);
	extrinsic.extend([0; 64]);
	extrinsic.push(0x00);
	Compact(0u32).encode_to(&mut extrinsic);
	Compact(0u128).encode_to(&mut extrinsic);
	extrinsic.push(0x00);
	extrinsic.extend([0, 0]);
	vec![0u8; bytes].encode_to(&mut extrinsic);
	extrinsic.encode()
}

#[test]
fn malformed_transactions_are_refused() {
	run("malformed_transactions_are_refused", async |lab| {
		let mut node = dev_node(lab).await?;
		let rpc = node.rpc();

		let well_formed = unsigned_remark(8);
		let (error, text) = submit(rpc, &well_formed).await?;
		ensure!(
			error == INVALID_TRANSACTION && text.contains("bad signature"),
			"a signature by nobody: {error} {text}"
		);

		let mut trailing = well_formed.clone();
		trailing.push(0);
		let truncated = &well_formed[..well_formed.len() - 4];
		for rubbish in [
			&[][..],
			&[0],
			&[0xff; 300],
			b"not an extrinsic",
			&trailing,
			truncated,
			&[0x84; 65_536],
		] {
			submit(rpc, rubbish).await.with_context(|| {
				format!(
					"{} bytes, {}",
					rubbish.len(),
					::hex::encode(&rubbish[..rubbish.len().min(16)])
				)
			})?;
		}

		let block = rpc.block_hash(1).await?;
		let block = rpc.call("chain_getBlock", json!([block])).await?;
		let inherent = &block["block"]["extrinsics"][0];
		let (error, _) = rpc
			.refused("author_submitExtrinsic", json!([inherent]))
			.await?;
		ensure!(
			error == INVALID_TRANSACTION,
			"an inherent from outside: {error}"
		);

		// Longer than a block may be, shorter than a request may be.
		submit(rpc, &unsigned_remark(6 * 1024 * 1024)).await?;

		for params in [json!(["0xzz"]), json!([7]), json!([]), json!([null])] {
			let (error, text) = rpc
				.refused("author_submitExtrinsic", params.clone())
				.await?;
			ensure!(
				i64::from(error) == code::INVALID_PARAMS,
				"parameters {params}: {error} {text}"
			);
		}
		let pending = rpc.call("author_pendingExtrinsics", json!([])).await?;
		ensure!(pending == json!([]), "the pool has taken {pending}");
		goes_on(&mut node).await
	});
}

async fn submit(rpc: &Rpc, extrinsic: &[u8]) -> Result<(i32, String)> {
	rpc.refused("author_submitExtrinsic", json!([hex(extrinsic)]))
		.await
}

#[test]
fn malformed_calls_are_refused() {
	run("malformed_calls_are_refused", async |lab| {
		let mut node = dev_node(lab).await?;
		let deep = "[".repeat(100_000);
		for (body, expected) in [
			(&b"{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\""[..], code::PARSE),
			(b"\xff\xfe not text", code::PARSE),
			(b"{}", code::PARSE),
			(b"{\"id\": 1, \"method\": 5}", code::INVALID_REQUEST),
			(
				b"{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"chain_getBloc\"}",
				code::UNKNOWN_METHOD,
			),
			(
				b"{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"state_getStorage\", \"params\": [{}]}",
				code::INVALID_PARAMS,
			),
			(
				b"{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"chain_getHeader\", \"params\": [\"0x00\"]}",
				code::INVALID_PARAMS,
			),
			(deep.as_bytes(), code::PARSE),
		] {
			let text = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
			let answer = post_json(node.rpc_address(), body.to_vec()).await;
			let answer = answer.with_context(|| format!("no answer to {text}"))?;
			has_code(&answer, expected).with_context(|| format!("answer to {text}"))?;
		}
		oversized_request_is_refused(node.rpc_address()).await?;
		goes_on(&mut node).await
	});
}

fn has_code(answer: &Reply, code: i64) -> Result<()> {
	let body: Value = serde_json::from_str(&answer.body)
		.with_context(|| format!("status {}, not JSON: {}", answer.status, answer.body))?;
	ensure!(body["error"]["code"] == code, "not {code}: {body}");
	Ok(())
}

/// The node takes 15 MiB; larger requests are refused as such.
async fn oversized_request_is_refused(address: SocketAddr) -> Result<()> {
	let mut body =
		b"{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"system_chain\", \"params\": [\"".to_vec();
	body.resize(17 * 1024 * 1024, b'x');
	body.extend(b"\"]}");
	// The server may close the connection while the client still sends: that is a refusal too.
	if let Ok(answer) = post_json(address, body).await {
		ensure!(
			answer.status == 413 || answer.body.contains("\"error\""),
			"17 MiB were taken: {} {}",
			answer.status,
			answer.body
		);
	}
	Ok(())
}

#[test]
fn runtime_calls_with_rubbish_are_refused() {
	run("runtime_calls_with_rubbish_are_refused", async |lab| {
		let mut node = dev_node(lab).await?;
		let rpc = node.rpc();
		for (function, arguments) in [
			("No_such_function", "0x"),
			("Metadata_metadata_at_version", "0x"),
			("Core_execute_block", "0xffffffffffffffff"),
			("TaggedTransactionQueue_validate_transaction", "0x02ff"),
		] {
			rpc.refused("state_call", json!([function, arguments]))
				.await
				.with_context(|| format!("{function}({arguments})"))?;
		}
		let nowhere = format!("0x{}", "77".repeat(32));
		rpc.refused("state_getMetadata", json!([nowhere])).await?;
		let header = rpc.call("chain_getHeader", json!([nowhere])).await?;
		ensure!(
			header.is_null(),
			"a block that does not exist has the header {header}"
		);
		goes_on(&mut node).await
	});
}

#[test]
fn rubbish_on_the_wire_does_no_harm() {
	run("rubbish_on_the_wire_does_no_harm", async |lab| {
		let mut node = dev_node(lab).await?;
		let p2p = node.p2p_socket().await?;
		for address in [node.rpc_address(), node.metrics_address(), p2p] {
			for rubbish in [
				&b"\x00"[..],
				b"GET",
				b"GET / HTTP/1.1\r\n\r\n",
				&[0xff; 70_000],
			] {
				let mut stream = TcpStream::connect(address).await?;
				// The node may hang up at any time.
				let _ = stream.write_all(rubbish).await;
				let _ = stream.shutdown().await;
			}
		}
		goes_on(&mut node).await
	});
}

#[test]
fn unsafe_calls_can_be_switched_off() {
	run("unsafe_calls_can_be_switched_off", async |lab| {
		let mut node = lab
			.node("alice")
			.arg("--dev")
			.args(["--rpc-methods", "safe"])
			.start()
			.await?;
		let rpc = node.rpc();
		for (method, params) in [
			("author_rotateKeys", json!([])),
			(
				"author_insertKey",
				json!(["babe", "//Eve", hex(&Dev::Eve.account())]),
			),
			("author_hasKey", json!([hex(&Dev::Alice.account()), "babe"])),
			("babe_epochAuthorship", json!([])),
			("system_addReservedPeer", json!(["/ip4/127.0.0.1/tcp/1"])),
			("system_addLogFilter", json!(["trace"])),
			("offchain_localStorageGet", json!(["PERSISTENT", "0x00"])),
		] {
			let (error, text) = rpc.refused(method, params).await?;
			ensure!(
				i64::from(error) == code::UNKNOWN_METHOD && text.contains("unsafe"),
				"{method}: {error} {text}"
			);
		}
		goes_on(&mut node).await
	});
}
