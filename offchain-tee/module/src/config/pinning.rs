//! Settings of pins and errands.

use std::str::FromStr;

use tea_chain::AccountId;
use tea_executor::abi::{MAX_FUEL, MAX_PAGES};

use super::{ConfigError, Layers};
use crate::{errand, pins::Policy};

/// Errands at a time, at most: as many as the chain allows.
const MAX_ERRANDS: u32 = 128;
/// Guests that run at a time, at most.
const MAX_GUESTS: u32 = 1024;
/// Memory of all runs, at most: a tebibyte.
const MAX_MEMORY: u64 = 1 << 40;

/// The policy that the settings describe.
pub(super) fn policy(layers: &Layers) -> Result<Policy, ConfigError> {
	let (code, data) = layers.required("pin", kinds)?;
	Ok(Policy {
		code,
		data,
		most_pins: layers.required("pin_most", at_most(u32::MAX))?,
		most_size: layers.required("pin_most_size", at_most(u64::MAX))?,
		most_total: layers.required("pin_most_total", at_most(u64::MAX))?,
		owners: layers.optional("pin_owners", owners)?.unwrap_or_default(),
		least_price: layers.required("pin_least_price", price)?,
		memory_pages: layers.required("guest_memory_pages", at_most(MAX_PAGES))?,
		fuel: layers.required("guest_fuel", at_most(MAX_FUEL))?,
	})
}

/// What is run, as the settings describe it.
pub(super) fn errands(layers: &Layers) -> Result<errand::Policy, ConfigError> {
	Ok(errand::Policy {
		most: layers.required("errands", at_most(MAX_ERRANDS))?,
		guests: layers
			.optional("guests", at_most(MAX_GUESTS))?
			.unwrap_or_else(processors)
			.max(1),
		least_gas_price: layers.required("errand_least_gas_price", at_most(u128::MAX))?,
		memory_pages: layers.required("guest_memory_pages", at_most(MAX_PAGES))?,
		fuel: layers.required("guest_fuel", at_most(MAX_FUEL))?,
		memory: layers.required("guest_memory_total", at_most(MAX_MEMORY))?,
	})
}

fn processors() -> u32 {
	std::thread::available_parallelism()
		.ok()
		.and_then(|count| u32::try_from(count.get()).ok())
		.unwrap_or(1)
}

/// An address of an IPFS server.
pub(super) fn ipfs_api(text: &str) -> Result<String, String> {
	tea_ipfs::Client::new(text)
		.map(|_| text.to_owned())
		.map_err(|error| error.to_string())
}

fn kinds(text: &str) -> Result<(bool, bool), String> {
	let mut kinds = (false, false);
	for word in text.split(',').map(str::trim) {
		match word {
			"code" => kinds.0 = true,
			"data" => kinds.1 = true,
			"none" => (),
			_ => return Err("write code, data, code,data or none".into()),
		}
	}
	Ok(kinds)
}

fn at_most<T: FromStr + PartialOrd + std::fmt::Display + Copy>(
	most: T,
) -> impl Fn(&str) -> Result<T, String> {
	move |text| {
		text.parse()
			.ok()
			.filter(|number| *number <= most)
			.ok_or_else(|| format!("write a number, {most} at most"))
	}
}

fn owners(text: &str) -> Result<Vec<AccountId>, String> {
	text.split(',')
		.map(str::trim)
		.filter(|part| !part.is_empty())
		.map(|part| {
			part.parse()
				.map_err(|error: tea_chain::NotAnAccount| error.to_string())
		})
		.collect()
}

fn price(text: &str) -> Result<Option<u128>, String> {
	match text {
		"none" => Ok(None),
		_ => text
			.parse()
			.map(Some)
			.map_err(|_| "write a number of the smallest unit, or none".to_owned()),
	}
}
