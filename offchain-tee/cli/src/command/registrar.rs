//! `tea registrar`.

use serde_json::json;
use tea_chain::{Call, types::RegistrarInfo};

use crate::{
	args::Registrar,
	context::Context,
	failure::{Failure, Result},
	output::table,
};

/// Longest name of an owner.
const MAX_NAME: usize = 32;

/// Carries out a command about registrars.
pub(crate) async fn run(context: &Context, command: Registrar) -> Result<()> {
	match command {
		Registrar::List => list(context).await,
		Registrar::Set {
			account,
			transport,
			owner,
			name,
			via,
		} => {
			if name.len() > MAX_NAME {
				return Err(Failure::input(
					format!("the name has {} bytes", name.len()),
					format!("choose one of at most {MAX_NAME} bytes"),
				));
			}
			let info = RegistrarInfo {
				transport,
				owner: owner.unwrap_or(account),
				name: name.into_bytes(),
			};
			let call = Call::set_registrar(account, Some(&info));
			context
				.govern(&context.chain_to_sign().await?, call, via)
				.await
		}
		Registrar::Remove { account, via } => {
			let call = Call::set_registrar(account, None);
			context
				.govern(&context.chain_to_sign().await?, call, via)
				.await
		}
	}
}

async fn list(context: &Context) -> Result<()> {
	let at = context.at().await?;
	let registrars = at.registrars().await?;
	let json = registrars
		.iter()
		.map(|(account, record)| {
			json!({
				"account": account,
				"owner": record.owner,
				"name": String::from_utf8_lossy(&record.name),
				"transport": format!("0x{}", hex::encode(record.transport)),
			})
		})
		.collect();
	context.output.show(&json, || {
		table(
			["name", "account", "owner", "transport key"],
			registrars.iter().map(|(account, record)| {
				[
					String::from_utf8_lossy(&record.name).into_owned(),
					account.to_string(),
					record.owner.to_string(),
					hex::encode(record.transport),
				]
			}),
		)
	})
}
