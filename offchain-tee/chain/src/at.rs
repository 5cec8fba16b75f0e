//! One block, and everything that is read at it.

mod deployment;
mod errand;

use crate::{
	AccountId, Chain, Error, Result,
	chain::Body,
	key::{blake2, entry, last, twox},
	runtime::{Events, Item, decode},
	types::{
		Balance, BootRecord, CamelliaInfo, CertificateRecord, ChainCertificate, ChainMember,
		ChallengeRecord, ChipRecord, Constants, Enrolment, EnrolmentRecord, EventRecord,
		FirmwareDenial, Governance, IssuerRecord, MemberKeys, ModuleInfo, ModuleRecord, Motion,
		Parameters, PastBoot, Profile, RegistrarRecord, ReleaseRecord, RoundRecord, Sequence,
		StatusReason,
	},
};
use codec::{Decode, Encode};
use futures::{StreamExt, TryStreamExt, stream};
use std::{
	collections::HashMap,
	sync::{Arc, Mutex, PoisonError},
	time::{Duration, SystemTime, UNIX_EPOCH},
};
use subxt::{
	backend::{Backend, BlockRef, StorageResponse},
	config::{
		Header as _,
		substrate::{DigestItem, H256, SubstrateHeader},
	},
};
use tea_primitives::{
	HardwareClass,
	draw::Member,
	ids::{BootSeq, IssuerId, ModuleId, ReleaseId},
	module::{BootKeys, ModuleStatus},
};
use tokio::sync::OnceCell;

/// A head that is older releases nothing. One that is as far ahead tells of a wrong clock.
pub const FRESH: Duration = Duration::from_secs(60);

/// Answers that are kept for a block.
const CACHED: usize = 512;

/// What is known of a block; while it lives, the server keeps the block's state.
#[derive(Debug)]
pub(crate) struct Block {
	pub(crate) number: u32,
	pub(crate) hash: H256,
	pub(crate) parent: H256,
	/// Whether another runtime is in force from here on.
	pub(crate) upgraded: bool,
	_pin: BlockRef<H256>,
	timestamp: OnceCell<u64>,
	cache: Mutex<HashMap<Vec<u8>, Option<Vec<u8>>>>,
}

impl Block {
	pub(crate) fn new(header: &SubstrateHeader<H256>, pin: BlockRef<H256>) -> Result<Self> {
		let number = u32::try_from(header.number()).map_err(|_| Error::Unreadable {
			what: "the number of a block".into(),
			reason: "it does not fit 32 bits".into(),
		})?;
		Ok(Self {
			number,
			hash: pin.hash(),
			parent: header.parent_hash,
			upgraded: header
				.digest
				.logs
				.iter()
				.any(|log| matches!(log, DigestItem::RuntimeEnvironmentUpdated)),
			_pin: pin,
			timestamp: OnceCell::new(),
			cache: Mutex::default(),
		})
	}
}

/// A view of the chain at one block: all answers belong together. As a light client they are proven.
///
/// A block is kept for 64 blocks behind the finalised one; after that, reads fail with [`Error::BlockGone`].
#[derive(Clone)]
pub struct At {
	chain: Chain,
	block: Arc<Block>,
}

impl std::fmt::Debug for At {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "At({} {:?})", self.block.number, self.block.hash)
	}
}

impl At {
	pub(crate) const fn new(chain: Chain, block: Arc<Block>) -> Self {
		Self { chain, block }
	}

	/// The chain.
	pub const fn chain(&self) -> &Chain {
		&self.chain
	}

	/// Number of the block.
	pub fn number(&self) -> u32 {
		self.block.number
	}

	/// Hash of the block.
	pub fn hash(&self) -> [u8; 32] {
		self.block.hash.0
	}

	/// Hash of the block before it.
	pub fn parent(&self) -> [u8; 32] {
		self.block.parent.0
	}

	// Time.

	/// When the block was made, by its own word, in milliseconds since the Unix epoch.
	pub async fn timestamp_ms(&self) -> Result<u64> {
		let read = || async {
			let now =
				self.read::<u64>(Item::Storage("Timestamp", "Now"), entry("Timestamp", "Now"));
			now.await.map(Option::unwrap_or_default)
		};
		self.block.timestamp.get_or_try_init(read).await.copied()
	}

	/// How long ago that was by the clock of this machine; zero for a block from the future.
	pub async fn age(&self) -> Result<Duration> {
		Ok(now().saturating_sub(Duration::from_millis(self.timestamp_ms().await?)))
	}

	/// Whether the block is recent enough for decisions that release something.
	pub async fn is_fresh(&self) -> Result<bool> {
		match self.ensure_fresh().await {
			Ok(()) => Ok(true),
			Err(Error::StaleHead { .. } | Error::ClockBehind { .. }) => Ok(false),
			Err(error) => Err(error),
		}
	}

	/// Refuses a block that is older than [`FRESH`], or that far ahead of this machine's clock.
	pub async fn ensure_fresh(&self) -> Result<()> {
		let made = Duration::from_millis(self.timestamp_ms().await?);
		judge_age(self.number(), made, now())
	}

	// Modules.

	/// Everything about a module but its certificate; `None` when it was never registered.
	pub async fn module_info(&self, module: ModuleId) -> Result<Option<ModuleInfo>> {
		const ENTRIES: [&str; 6] = [
			"Modules",
			"Certificates",
			"Sequences",
			"Chips",
			"Boots",
			"Profiles",
		];
		let keys = ENTRIES.map(|name| attestation(name, &module));
		for name in ENTRIES {
			self.check(Item::Storage("Attestation", name))?;
		}
		let values = self.values("a module", &keys).await?;
		let [record, certificate, sequence, chip, boot, profile] = &values[..] else {
			return Ok(None);
		};
		let Some(record) = optional::<ModuleRecord>("Attestation.Modules", record)? else {
			return Ok(None);
		};
		let certificate = optional("Attestation.Certificates", certificate)?;
		let record = effective(record, certificate.as_ref(), self.number());
		let sequence: Sequence = optional("Attestation.Sequences", sequence)?.unwrap_or_default();
		Ok(Some(ModuleInfo {
			status: record.status,
			since: record.since,
			reason: record.reason,
			cool_down_until: record.cool_down_until,
			next_round: sequence.round.saturating_add(1),
			boot_seq: sequence.boot_seq,
			chip: optional::<ChipRecord>("Attestation.Chips", chip)?,
			boot: optional::<BootRecord>("Attestation.Boots", boot)?,
			profile: optional::<Profile>("Attestation.Profiles", profile)?,
		}))
	}

	/// The last numbers that were given out to a module; zeros when it was never registered.
	pub async fn sequence(&self, module: ModuleId) -> Result<Sequence> {
		Ok(self.of("Sequences", module).await?.unwrap_or_default())
	}

	/// Where all registered modules stand.
	pub async fn modules(&self) -> Result<Vec<(ModuleId, ModuleRecord)>> {
		let records = self.map::<4, ModuleRecord>("Attestation", "Modules");
		let certificates = self.map::<4, CertificateRecord>("Attestation", "Certificates");
		let (records, certificates) = futures::try_join!(records, certificates)?;
		let certificates: HashMap<_, _> = certificates.into_iter().collect();
		let mut modules: Vec<_> = records
			.into_iter()
			.map(|(id, record)| {
				let record = effective(record, certificates.get(&id), self.number());
				(ModuleId(u32::from_le_bytes(id)), record)
			})
			.collect();
		modules.sort_by_key(|(id, _)| *id);
		Ok(modules)
	}

	/// The certificate of a module; one that ran out reads as absent.
	pub async fn certificate_of(&self, module: ModuleId) -> Result<Option<ChainCertificate>> {
		Ok(self
			.certificate_record(module)
			.await?
			.map(|record| record.certificate))
	}

	/// The same with the committee that gave it.
	pub async fn certificate_record(&self, module: ModuleId) -> Result<Option<CertificateRecord>> {
		Ok(self
			.of::<CertificateRecord>("Certificates", module)
			.await?
			.filter(|record| self.number() < record.certificate.until))
	}

	/// The certificates that are valid, by module.
	pub async fn certificates(&self) -> Result<Vec<ChainCertificate>> {
		let mut certificates: Vec<_> = self
			.map::<4, CertificateRecord>("Attestation", "Certificates")
			.await?
			.into_iter()
			.map(|(_, record)| record.certificate)
			.filter(|certificate| self.number() < certificate.until)
			.collect();
		certificates.sort_by_key(|certificate| certificate.module);
		Ok(certificates)
	}

	/// An enrolment in progress, with what its challengers posted.
	pub async fn enrolment(&self, module: ModuleId) -> Result<Option<Enrolment>> {
		let Some(record) = self.of::<EnrolmentRecord>("Enrolments", module).await? else {
			return Ok(None);
		};
		let slots = u8::try_from(record.slots.len()).unwrap_or(u8::MAX);
		self.check(Item::Storage("Attestation", "Challenges"))?;
		let keys: Vec<_> = (0..slots)
			.map(|slot| twox(attestation("Challenges", &module), &slot))
			.collect();
		let values = self.values("the challenges of an enrolment", &keys).await?;
		let mut posted = Vec::new();
		for (slot, value) in (0..slots).zip(&values) {
			if let Some(record) = optional::<ChallengeRecord>("Attestation.Challenges", value)? {
				posted.push((slot, record));
			}
		}
		Ok(Some(Enrolment { record, posted }))
	}

	/// The attestation round in progress.
	pub async fn round(&self, module: ModuleId) -> Result<Option<RoundRecord>> {
		self.of("Rounds", module).await
	}

	/// All attestation rounds in progress.
	pub async fn rounds(&self) -> Result<Vec<(ModuleId, RoundRecord)>> {
		self.by_module("Rounds").await
	}

	/// All enrolments in progress, without what was posted.
	pub async fn enrolments(&self) -> Result<Vec<(ModuleId, EnrolmentRecord)>> {
		self.by_module("Enrolments").await
	}

	/// The present boot.
	pub async fn boot(&self, module: ModuleId) -> Result<Option<BootRecord>> {
		self.of("Boots", module).await
	}

	/// The keys of a present or past boot.
	pub async fn boot_keys(&self, module: ModuleId, boot_seq: BootSeq) -> Result<Vec<BootKeys>> {
		let past: Vec<PastBoot> = self.of("PastBoots", module).await?.unwrap_or_default();
		let present: Option<BootRecord> = self.of("Boots", module).await?;
		Ok(past
			.into_iter()
			.map(|past| (past.seq, past.keys))
			.chain(present.map(|boot| (boot.seq, boot.keys)))
			.filter(|(seq, _)| *seq == boot_seq)
			.map(|(_, keys)| keys)
			.collect())
	}

	/// The module and boot whose session key is this account. What is not in here has no authority.
	pub async fn session_owner(&self, account: AccountId) -> Result<Option<(ModuleId, BootSeq)>> {
		let key = blake2(entry("Attestation", "Sessions"), &account);
		self.read(Item::Storage("Attestation", "Sessions"), key)
			.await
	}

	/// How a member of a committee is reached and recognised; `None` when it has no boot, or is no registrar any more.
	pub async fn member_keys(&self, member: &ChainMember) -> Result<Option<MemberKeys>> {
		Ok(match member {
			Member::Module(module) => self.boot(*module).await?.map(|boot| MemberKeys {
				session: boot.keys.session,
				transport: boot.keys.transport,
				boot_seq: Some(boot.seq),
			}),
			Member::Registrar(account) => {
				self.registrar(*account).await?.map(|registrar| MemberKeys {
					session: account.0,
					transport: registrar.transport,
					boot_seq: None,
				})
			}
		})
	}

	// What governance decides.

	/// An issuer of endorsement certificates.
	pub async fn issuer(&self, issuer: IssuerId) -> Result<Option<IssuerRecord>> {
		self.of("Issuers", issuer).await
	}

	/// All issuers.
	pub async fn issuers(&self) -> Result<Vec<(IssuerId, IssuerRecord)>> {
		let mut all: Vec<_> = self
			.map::<4, IssuerRecord>("Attestation", "Issuers")
			.await?
			.into_iter()
			.map(|(id, record)| (IssuerId(u32::from_le_bytes(id)), record))
			.collect();
		all.sort_by_key(|(id, _)| *id);
		Ok(all)
	}

	/// A release, accepted or not any more.
	pub async fn release(&self, release: ReleaseId) -> Result<Option<ReleaseRecord>> {
		self.of("Releases", release).await
	}

	/// The releases of a class that are accepted in this block.
	pub async fn releases_of(
		&self,
		class: HardwareClass,
	) -> Result<Vec<(ReleaseId, ReleaseRecord)>> {
		let ids: Vec<ReleaseId> = self
			.of("AcceptedReleases", class)
			.await?
			.unwrap_or_default();
		self.check(Item::Storage("Attestation", "Releases"))?;
		let keys: Vec<_> = ids.iter().map(|id| attestation("Releases", id)).collect();
		let values = self.values("the releases of a class", &keys).await?;
		let mut releases = Vec::new();
		for (id, value) in ids.into_iter().zip(&values) {
			let record = optional::<ReleaseRecord>("Attestation.Releases", value)?;
			if let Some(record) =
				record.filter(|release| release.until.is_none_or(|until| self.number() < until))
			{
				releases.push((id, record));
			}
		}
		Ok(releases)
	}

	/// All releases that were ever registered.
	pub async fn releases(&self) -> Result<Vec<(ReleaseId, ReleaseRecord)>> {
		let mut all: Vec<_> = self
			.map::<4, ReleaseRecord>("Attestation", "Releases")
			.await?
			.into_iter()
			.map(|(id, record)| (ReleaseId(u32::from_le_bytes(id)), record))
			.collect();
		all.sort_by_key(|(id, _)| *id);
		Ok(all)
	}

	/// A registrar.
	pub async fn registrar(&self, account: AccountId) -> Result<Option<RegistrarRecord>> {
		let key = blake2(entry("Attestation", "Registrars"), &account);
		self.read(Item::Storage("Attestation", "Registrars"), key)
			.await
	}

	/// All registrars, by position.
	pub async fn registrars(&self) -> Result<Vec<(AccountId, RegistrarRecord)>> {
		let mut all: Vec<_> = self
			.map::<32, RegistrarRecord>("Attestation", "Registrars")
			.await?
			.into_iter()
			.map(|(account, record)| (AccountId(account), record))
			.collect();
		all.sort_by_key(|(_, record)| record.index);
		Ok(all)
	}

	/// Firmware of a maker that is refused.
	pub async fn denied_firmware(&self, vendor: u32) -> Result<Vec<FirmwareDenial>> {
		Ok(self.of("DeniedFirmware", vendor).await?.unwrap_or_default())
	}

	/// What the runtime fixes and governance sets.
	pub async fn constants(&self) -> Result<Constants> {
		let parameters = self.read::<Parameters>(
			Item::Storage("Attestation", "CurrentParameters"),
			entry("Attestation", "CurrentParameters"),
		);
		let parameters = parameters.await?;
		self.chain.link().runtime().constants(parameters)
	}

	/// Who can speak for governance.
	pub async fn governance(&self) -> Result<Governance> {
		let sudo = self.read(Item::Storage("Sudo", "Key"), entry("Sudo", "Key"));
		let council = self.read::<Vec<AccountId>>(
			Item::Storage("Council", "Members"),
			entry("Council", "Members"),
		);
		let (sudo, council) = futures::try_join!(sudo, council)?;
		Ok(Governance {
			sudo,
			council: council.unwrap_or_default(),
		})
	}

	/// The motions of the council that are open, by the hash of their calls.
	pub async fn motions(&self) -> Result<Vec<([u8; 32], Motion)>> {
		let mut all = self.map::<32, Motion>("Council", "Voting").await?;
		all.sort_by_key(|(_, motion)| motion.index);
		Ok(all)
	}

	// Camelliae and money.

	/// Everything about a Camellia: owner, operator, age, credit.
	pub async fn camellia(&self, module: ModuleId) -> Result<Option<CamelliaInfo>> {
		self.view("Camellia", "camellia", &module).await
	}

	/// The numbers of all Camelliae.
	pub async fn camelliae(&self) -> Result<Vec<ModuleId>> {
		let item = Item::Storage("Camellia", "Camelliae");
		self.check(item)?;
		let mut ids: Vec<_> = self
			.descendants("the Camelliae", entry("Camellia", "Camelliae"))
			.await?
			.iter()
			.filter_map(|found| last::<4>(&found.key))
			.map(|id| ModuleId(u32::from_le_bytes(id)))
			.collect();
		ids.sort_unstable();
		Ok(ids)
	}

	/// What an account has, and how many extrinsics it signed.
	pub async fn balance(&self, account: AccountId) -> Result<Balance> {
		#[derive(Decode)]
		struct Info {
			nonce: u32,
			_consumers: u32,
			_providers: u32,
			_sufficients: u32,
			free: u128,
			reserved: u128,
			frozen: u128,
			_flags: u128,
		}
		let key = blake2(entry("System", "Account"), &account);
		let info = self
			.read::<Info>(Item::Storage("System", "Account"), key)
			.await?;
		Ok(info.map_or_else(Balance::default, |info| Balance {
			free: info.free,
			reserved: info.reserved,
			frozen: info.frozen,
			nonce: info.nonce,
		}))
	}

	/// What an account can spend.
	pub async fn free_balance(&self, account: AccountId) -> Result<u128> {
		let balance = self.balance(account).await?;
		Ok(balance
			.free
			.saturating_sub(balance.frozen.saturating_sub(balance.reserved)))
	}

	/// The account may not register before this block, because an enrolment of its failed.
	pub async fn cool_down(&self, account: AccountId) -> Result<Option<u32>> {
		let key = blake2(entry("Attestation", "CoolDowns"), &account);
		let until: Option<u32> = self
			.read(Item::Storage("Attestation", "CoolDowns"), key)
			.await?;
		Ok(until.filter(|until| self.number() < *until))
	}

	// The block itself.

	/// Hash of an earlier block, of the last 4096.
	pub async fn hash_of(&self, number: u32) -> Result<Option<[u8; 32]>> {
		if number == self.number() {
			return Ok(Some(self.hash()));
		}
		if number.checked_add(1) == Some(self.number()) {
			return Ok(Some(self.parent()));
		}
		let key = twox(entry("System", "BlockHash"), &number);
		self.read(Item::Storage("System", "BlockHash"), key).await
	}

	/// What happened in the block.
	pub async fn events(&self) -> Result<Vec<EventRecord>> {
		Ok(self.all_events().await?.records)
	}

	pub(crate) async fn all_events(&self) -> Result<Events> {
		let bytes = self
			.values("the events of a block", &[entry("System", "Events")])
			.await?
			.pop()
			.flatten();
		self.chain
			.link()
			.runtime()
			.events(bytes.unwrap_or_default())
	}

	/// The extrinsics in the block, encoded.
	pub(crate) async fn body(&self) -> Result<Body> {
		self.chain.link().body(self.block.hash, self.number()).await
	}

	// How it is read.

	fn check(&self, item: Item) -> Result<()> {
		self.chain.link().runtime().check(item)
	}

	async fn of<T: Decode>(&self, name: &'static str, key: impl Encode) -> Result<Option<T>> {
		let item = Item::Storage("Attestation", name);
		self.read(item, attestation(name, &key)).await
	}

	async fn by_module<T: Decode>(&self, name: &'static str) -> Result<Vec<(ModuleId, T)>> {
		let mut all: Vec<_> = self
			.map::<4, T>("Attestation", name)
			.await?
			.into_iter()
			.map(|(id, record)| (ModuleId(u32::from_le_bytes(id)), record))
			.collect();
		all.sort_by_key(|(id, _)| *id);
		Ok(all)
	}

	async fn read<T: Decode>(&self, item: Item, key: Vec<u8>) -> Result<Option<T>> {
		self.check(item)?;
		let what = item.to_string();
		let value = self.values(&what, &[key]).await?.pop().flatten();
		optional(&what, &value)
	}

	/// The values of these keys, out of what was read at this block before or in one question.
	async fn values(&self, what: &str, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>> {
		let missing: Vec<_> = {
			let cache = self.cache();
			keys.iter()
				.filter(|key| !cache.contains_key(*key))
				.cloned()
				.collect()
		};
		let mut found: HashMap<Vec<u8>, Option<Vec<u8>>> = HashMap::new();
		if !missing.is_empty() {
			let hash = self.block.hash;
			// One key a question: of several keys in one, smoldot 2.2 finds some that are there to be absent.
			let answers: Vec<StorageResponse> = stream::iter(missing.clone())
				.map(|key| {
					self.chain.link().ask(what, self.number(), move |backend| {
						let key = key.clone();
						async move {
							let stream = backend.storage_fetch_values(vec![key], hash).await?;
							stream.try_collect::<Vec<StorageResponse>>().await
						}
					})
				})
				.buffer_unordered(keys.len())
				.try_concat()
				.await?;
			tracing::debug!(
				what,
				number = self.number(),
				asked = missing.len(),
				answered = answers.len(),
				"read"
			);
			found.extend(missing.into_iter().map(|key| (key, None)));
			found.extend(answers.into_iter().map(|a| (a.key, Some(a.value))));
		}
		let mut cache = self.cache();
		let values = keys
			.iter()
			.map(|key| {
				let known = found.get(key).or_else(|| cache.get(key));
				known.cloned().flatten()
			})
			.collect();
		if cache.len() + found.len() <= CACHED {
			cache.extend(found);
		}
		Ok(values)
	}

	fn cache(&self) -> std::sync::MutexGuard<'_, HashMap<Vec<u8>, Option<Vec<u8>>>> {
		self.block
			.cache
			.lock()
			.unwrap_or_else(PoisonError::into_inner)
	}

	/// All entries of a map whose keys end in `N` bytes.
	async fn map<const N: usize, T: Decode>(
		&self,
		pallet: &'static str,
		name: &'static str,
	) -> Result<Vec<([u8; N], T)>> {
		let item = Item::Storage(pallet, name);
		self.check(item)?;
		let what = item.to_string();
		let prefix = entry(pallet, name);
		self.descendants(&what, prefix)
			.await?
			.into_iter()
			.map(|found| {
				let key = last::<N>(&found.key).ok_or_else(|| Error::Unreadable {
					what: what.clone(),
					reason: "a key is too short".into(),
				})?;
				Ok((key, decode(&what, &found.value)?))
			})
			.collect()
	}

	async fn descendants(&self, what: &str, prefix: Vec<u8>) -> Result<Vec<StorageResponse>> {
		let hash = self.block.hash;
		self.chain
			.link()
			.ask(what, self.number(), |backend| {
				let prefix = prefix.clone();
				async move {
					let stream = backend
						.storage_fetch_descendant_values(prefix, hash)
						.await?;
					stream.try_collect().await
				}
			})
			.await
	}

	/// What a view function returns; a light client runs it itself, on proven state.
	async fn view<T: Decode>(
		&self,
		pallet: &'static str,
		name: &'static str,
		input: &impl Encode,
	) -> Result<T> {
		let id = self.chain.link().runtime().view_id(pallet, name)?;
		let parameters = (id, input.encode()).encode();
		let what = format!("{pallet}.{name}");
		let hash = self.block.hash;
		let answer = self
			.chain
			.link()
			.ask(&what, self.number(), |backend| {
				let parameters = parameters.clone();
				async move {
					backend
						.call(
							"RuntimeViewFunction_execute_view_function",
							Some(&parameters),
							hash,
						)
						.await
				}
			})
			.await?;
		// An error says that the runtime has no such function or cannot decode its arguments, by the index of the variant.
		let outcome: Result<Vec<u8>, u8> = match answer.split_first() {
			Some((0, rest)) => Ok(decode(&what, rest)?),
			Some((_, rest)) => Err(rest.first().copied().unwrap_or_default()),
			None => Err(0),
		};
		let bytes = outcome.map_err(|code| Error::Unreadable {
			what: what.clone(),
			reason: format!("the runtime refuses the view function, code {code}"),
		})?;
		decode(&what, &bytes)
	}
}

/// Key of an entry of the registry of modules under a number of the chain.
fn attestation(name: &str, key: &impl Encode) -> Vec<u8> {
	twox(entry("Attestation", name), key)
}

fn optional<T: Decode>(what: &str, value: &Option<Vec<u8>>) -> Result<Option<T>> {
	value
		.as_deref()
		.map(|bytes| decode(what, bytes))
		.transpose()
}

/// A certificate that ran out counts from its block on, also before anybody noted it.
fn effective(
	mut record: ModuleRecord,
	certificate: Option<&CertificateRecord>,
	now: u32,
) -> ModuleRecord {
	if record.status == ModuleStatus::Active
		&& let Some(certified) = certificate
		&& certified.certificate.until <= now
	{
		record.status = ModuleStatus::Inactive;
		record.reason = StatusReason::CertificateLapsed;
		record.since = certified.certificate.until;
	}
	record
}

fn now() -> Duration {
	SystemTime::now()
		.duration_since(UNIX_EPOCH)
		.unwrap_or_default()
}

fn judge_age(number: u32, made: Duration, now: Duration) -> Result<()> {
	if now.saturating_sub(made) > FRESH {
		return Err(Error::StaleHead {
			number,
			age: now - made,
		});
	}
	if made.saturating_sub(now) > FRESH {
		return Err(Error::ClockBehind {
			number,
			ahead: made - now,
		});
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use tea_primitives::module::Certificate;

	const SECOND: Duration = Duration::from_secs(1);

	#[test]
	fn a_head_is_fresh_for_a_minute_in_both_directions() {
		let made = Duration::from_secs(1_000_000);
		for now in [made, made + FRESH, made - FRESH] {
			assert_eq!(judge_age(7, made, now), Ok(()));
		}
		let late = judge_age(7, made, made + FRESH + SECOND);
		assert_eq!(
			late,
			Err(Error::StaleHead {
				number: 7,
				age: FRESH + SECOND
			})
		);
		let early = judge_age(7, made, made - FRESH - SECOND).unwrap_err();
		assert!(early.to_string().contains("set the clock"), "{early}");
	}

	#[test]
	fn the_first_block_of_a_chain_is_never_fresh() {
		// Genesis has no timestamp.
		assert!(judge_age(0, Duration::ZERO, now()).is_err());
	}

	fn certificate(until: u32) -> CertificateRecord {
		CertificateRecord {
			certificate: Certificate {
				module: ModuleId(1),
				boot_seq: 1,
				round: 1,
				keys: BootKeys {
					session: [1; 32],
					vrf: [2; 32],
					transport: [3; 32],
				},
				class: HardwareClass::Dev,
				release: ReleaseId(1),
				since: 5,
				until,
			},
			committee: Vec::new(),
			passed: 0,
			live_quote: [0; 32],
		}
	}

	#[test]
	fn a_lapsed_certificate_counts_before_anybody_noted_it() {
		let record = ModuleRecord {
			status: ModuleStatus::Active,
			since: 5,
			reason: StatusReason::RoundPassed,
			cool_down_until: None,
		};
		let certificate = certificate(10);
		let before = effective(record, Some(&certificate), 9);
		assert_eq!(before, record);
		let after = effective(record, Some(&certificate), 10);
		assert_eq!(after.status, ModuleStatus::Inactive);
		assert_eq!(after.reason, StatusReason::CertificateLapsed);
		assert_eq!(after.since, 10);
		// Nothing but an Active module can lapse.
		let suspicious = ModuleRecord {
			status: ModuleStatus::Suspicious,
			..record
		};
		assert_eq!(effective(suspicious, Some(&certificate), 10), suspicious);
	}
}
