//! Throughput of the block store, in a directory that is made and removed. Prints the rows of a table.

use std::{
	error::Error,
	path::PathBuf,
	time::{Duration, Instant},
};

use tea_host::ipfs::store::Store;
use tea_ipfs::cid::{self, Cid, RAW};

const BLOCKS: usize = 200;
const LEN: usize = 1024 * 1024;
const THREADS: usize = 4;

fn row(what: &str, blocks: usize, took: Duration) {
	let mb = (blocks * LEN) as f64 / 1e6 / took.as_secs_f64();
	let ms = took.as_secs_f64() * 1000.0 / blocks as f64;
	println!("| {what} | {mb:.0} | {ms:.2} |");
}

/// Blocks that differ from each other.
fn block(number: usize) -> Vec<u8> {
	let mut block = vec![number as u8; LEN];
	block[..8].copy_from_slice(&number.to_le_bytes());
	block
}

fn main() -> Result<(), Box<dyn Error>> {
	let dir = std::env::args().nth(1).map_or_else(
		|| std::env::temp_dir().join(format!("tea-store-{}", std::process::id())),
		PathBuf::from,
	);
	let store = Store::open(&dir, u64::MAX, Duration::ZERO)?;
	let blocks: Vec<(Cid, Vec<u8>)> = (0..2 * BLOCKS)
		.map(|number| {
			let block = block(number);
			(cid::of(RAW, &block), block)
		})
		.collect();
	let (one, many) = blocks.split_at(BLOCKS);
	println!("| blocks of 1 MiB | MB/s | ms a block |\n| --- | --- | --- |");

	let begun = Instant::now();
	for (cid, block) in one {
		cid::names(cid, block);
	}
	row("hash alone", BLOCKS, begun.elapsed());

	let begun = Instant::now();
	for (cid, block) in one {
		store.put(cid, block)?;
	}
	row("put, one after the other", BLOCKS, begun.elapsed());

	let begun = Instant::now();
	std::thread::scope(|scope| {
		let parts: Vec<_> = many
			.chunks(BLOCKS / THREADS)
			.map(|part| {
				let store = &store;
				scope.spawn(move || {
					part.iter()
						.try_for_each(|(cid, block)| store.put(cid, block))
				})
			})
			.collect();
		parts.into_iter().try_for_each(|part| {
			part.join()
				.map_err(|_| "a thread broke")?
				.map_err(Box::<dyn Error>::from)
		})
	})?;
	row("put, four at a time", BLOCKS, begun.elapsed());

	let begun = Instant::now();
	for (cid, _) in &blocks {
		store.get(cid)?.ok_or("a block is gone")?;
	}
	row("get", 2 * BLOCKS, begun.elapsed());
	std::fs::remove_dir_all(dir)?;
	Ok(())
}
