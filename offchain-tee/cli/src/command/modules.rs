//! `tea modules`: all of them in a table.

use futures::future::try_join_all;
use serde_json::{Value, json};
use std::collections::HashMap;
use tea_chain::{
	At,
	types::{CamelliaInfo, ChainCertificate, ModuleRecord},
};
use tea_primitives::{ids::ModuleId, module::ModuleStatus};

use crate::{context::Context, failure::Result, output::table};

/// A Camellia and the module on it, if there is one.
struct Row {
	id: ModuleId,
	camellia: Option<CamelliaInfo>,
	record: Option<ModuleRecord>,
	certificate: Option<ChainCertificate>,
}

/// Lists all modules.
pub(crate) async fn run(context: &Context) -> Result<()> {
	let at = context.at().await?;
	let rows = rows(&at).await?;
	let json = json!({
		"block": at.number(),
		"modules": rows.iter().map(|row| row.json(at.number())).collect::<Vec<_>>(),
	});
	context.output.show(&json, || {
		let header = [
			"module",
			"status",
			"class",
			"kind",
			"stage",
			"age",
			"credit",
			"certificate left",
			"owner",
		];
		format!(
			"{}\nblock {}; why a module stands where it stands: tea module show NUMBER",
			table(header, rows.iter().map(|row| row.text(at.number()))),
			at.number()
		)
	})
}

async fn rows(at: &At) -> Result<Vec<Row>> {
	let (ids, records, certificates) =
		futures::try_join!(at.camelliae(), at.modules(), at.certificates())?;
	let records: HashMap<_, _> = records.into_iter().collect();
	let mut certificates: HashMap<_, _> = certificates
		.into_iter()
		.map(|certificate| (certificate.module, certificate))
		.collect();
	// A module outlives its Camellia in the registry.
	let mut all: Vec<ModuleId> = ids.into_iter().chain(records.keys().copied()).collect();
	all.sort_unstable();
	all.dedup();
	let camelliae = try_join_all(all.iter().map(|id| at.camellia(*id))).await?;
	Ok(all
		.into_iter()
		.zip(camelliae)
		.map(|(id, camellia)| Row {
			id,
			camellia,
			record: records.get(&id).copied(),
			certificate: certificates.remove(&id),
		})
		.collect())
}

impl Row {
	fn status(&self) -> String {
		self.record
			.map_or_else(|| "–".to_owned(), |record| status(record.status).to_owned())
	}

	fn left(&self, now: u32) -> Option<u32> {
		self.certificate
			.as_ref()
			.map(|certificate| certificate.until.saturating_sub(now))
	}

	fn text(&self, now: u32) -> [String; 9] {
		let dash = || "–".to_owned();
		let of =
			|read: &dyn Fn(&CamelliaInfo) -> String| self.camellia.as_ref().map_or_else(dash, read);
		[
			self.id.to_string(),
			self.status(),
			self.certificate
				.as_ref()
				.map_or_else(dash, |certificate| format!("{:?}", certificate.class)),
			of(&|camellia| format!("{:?}", camellia.kind)),
			of(&|camellia| format!("{:?}", camellia.stage)),
			of(&|camellia| match camellia.planted {
				Some(planted) => format!("{} blocks", now.saturating_sub(planted)),
				None => "–".to_owned(),
			}),
			of(&|camellia| camellia.credit.to_string()),
			self.left(now)
				.map_or_else(dash, |left| format!("{left} blocks")),
			of(&|camellia| camellia.owner.map_or_else(dash, |owner| owner.to_string())),
		]
	}

	fn json(&self, now: u32) -> Value {
		json!({
			"module": self.id.0,
			"status": self.record.map(|record| status(record.status)),
			"reason": self.record.map(|record| record.reason.to_string()),
			"since": self.record.map(|record| record.since),
			"class": self.certificate.as_ref().map(|certificate| format!("{:?}", certificate.class)),
			"certificateLeft": self.left(now),
			"kind": self.camellia.as_ref().map(|camellia| format!("{:?}", camellia.kind)),
			"stage": self.camellia.as_ref().map(|camellia| format!("{:?}", camellia.stage)),
			"born": self.camellia.as_ref().map(|camellia| camellia.born),
			"planted": self.camellia.as_ref().and_then(|camellia| camellia.planted),
			"credit": self.camellia.as_ref().map(|camellia| camellia.credit),
			"owner": self.camellia.as_ref().and_then(|camellia| camellia.owner),
			"operator": self.camellia.as_ref().and_then(|camellia| camellia.operator),
		})
	}
}

/// The name of a status.
pub(crate) const fn status(status: ModuleStatus) -> &'static str {
	match status {
		ModuleStatus::Challenged => "Challenged",
		ModuleStatus::Enrolled => "Enrolled",
		ModuleStatus::Pending => "Pending",
		ModuleStatus::Active => "Active",
		ModuleStatus::Inactive => "Inactive",
		ModuleStatus::Suspicious => "Suspicious",
		ModuleStatus::Quarantined => "Quarantined",
		ModuleStatus::Retired => "Retired",
	}
}
