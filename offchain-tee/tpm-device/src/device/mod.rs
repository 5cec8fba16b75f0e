//! The chip, as the owner thread sees it: one context, the two keys that stay loaded, one operation at a time.

mod activate;
mod chip;
mod keys;
mod nv;
mod pcr;
mod quote;
mod scope;

use std::{
	sync::{Arc, Mutex, PoisonError},
	thread,
	time::Duration,
};

use codec::{Decode, Encode};
use tea_tpm::{AkPublic, EkKind, EkPublic, Hash, QualifiedName, RkPublic};
use tss_esapi::{
	Context,
	constants::{CapabilityType, PropertyTag, SessionType, StartupType},
	handles::{AuthHandle, KeyHandle},
	interface_types::session_handles::{AuthSession, PolicySession},
	structures::{CapabilityData, Private, Public},
	traits::UnMarshall,
};

use crate::{
	error::{Error, Result, codes},
	log::EventLog,
	tcti::Tcti,
};
use keys::recognise;
use scope::Scope;

pub use activate::PcrState;
pub(crate) use activate::Target;
pub use chip::ChipState;
pub use keys::AkAlgorithm;
pub use nv::{EkCertificate, certificate_from_file};
pub use quote::{BootEvidence, PotQuote};

/// Tries after the first one when the chip says that it is busy: about a second in all.
const BUSY_TRIES: u32 = 7;
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// The first handle of each kind that a program leaves behind when it dies.
const TRANSIENT: u32 = 0x8000_0000;
const LOADED_SESSIONS: u32 = 0x0200_0000;
const SAVED_SESSIONS: u32 = 0x0300_0000;

/// The attestation key of a module with the endorsement key that it hangs under. The caller keeps it; the private
/// part is wrapped by the chip and useless anywhere else.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Identity {
	/// The endorsement key as its certificate states it.
	pub ek: EkPublic,
	/// `TPM2B_PRIVATE` without its length.
	pub private: Vec<u8>,
	/// `TPMT_PUBLIC`.
	pub public: Vec<u8>,
}

impl Identity {
	/// The attestation key.
	pub fn ak(&self) -> Result<AkPublic> {
		AkPublic::parse(&self.public).map_err(Error::Public)
	}
}

struct LoadedEk {
	handle: KeyHandle,
	public: EkPublic,
}

/// The identity in use. The handle is empty after the chip lost it.
struct Enrolled {
	identity: Identity,
	ak: AkPublic,
	signer: QualifiedName,
	handle: Option<KeyHandle>,
}

/// The owner of the chip.
pub(crate) struct Device {
	tcti: Tcti,
	kind: EkKind,
	context: Option<Context>,
	ek: Option<LoadedEk>,
	enrolled: Option<Enrolled>,
	/// The receive key that was made last: the same template gives the same key.
	rk: Option<(Hash, RkPublic)>,
	log: Arc<Mutex<EventLog>>,
}

impl Device {
	/// Opens the chip and frees what a dead process left in it.
	pub(crate) fn open(tcti: Tcti, kind: EkKind, log: Arc<Mutex<EventLog>>) -> Result<Self> {
		let mut device = Self {
			tcti,
			kind,
			context: None,
			ek: None,
			enrolled: None,
			rk: None,
			log,
		};
		device.run(|device| device.scope().map(drop))?;
		Ok(device)
	}

	/// Runs an operation that may be run again: waits while the chip is busy, makes room when it is full, opens it
	/// again when it was reset or the connection broke. Each remedy is tried once.
	fn run<T>(&mut self, mut operation: impl FnMut(&mut Self) -> Result<T>) -> Result<T> {
		let (mut busy, mut has_remedy) = (0, true);
		loop {
			let error = match operation(self) {
				Ok(value) => return Ok(value),
				Err(error) => error,
			};
			match error {
				Error::Busy(_) if busy < BUSY_TRIES => {
					thread::sleep(FIRST_PAUSE * 2u32.pow(busy));
					busy += 1;
				}
				Error::OutOfSlots(_) if has_remedy => {
					tracing::warn!(error = ?error.code(), "the chip is full, freeing it");
					has_remedy = false;
					self.make_room();
				}
				Error::Unavailable(_) | Error::NotStarted(_) if has_remedy => {
					tracing::warn!(error = ?error.code(), "the chip went away, opening it again");
					has_remedy = false;
					self.close();
				}
				_ if has_remedy && error.lost_handles() => {
					tracing::warn!(error = ?error.code(), "the chip was reset, opening it again");
					has_remedy = false;
					self.close();
				}
				_ => {
					// After an error of its own the library is not where it thinks it is.
					if error.code().is_some_and(|code| code.of_chip().is_none()) {
						self.close();
					}
					return Err(error);
				}
			}
		}
	}

	/// A scope on the open context.
	fn scope(&mut self) -> Result<Scope<'_>> {
		let context = match &mut self.context {
			Some(context) => context,
			empty => empty.insert(open(&self.tcti)?),
		};
		Ok(Scope::new(context))
	}

	/// Forgets context and handles.
	fn close(&mut self) {
		self.ek = None;
		if let Some(enrolled) = &mut self.enrolled {
			enrolled.handle = None;
		}
		self.context = None;
	}

	/// Frees everything, the own keys too; they are loaded again when they are needed.
	fn make_room(&mut self) {
		self.close();
		if let Err(error) = self.scope() {
			tracing::debug!(%error, "the chip does not open");
		}
	}

	/// Frees the chip and, where nobody else does it, shuts it down in order.
	pub(crate) fn finish(&mut self) {
		self.close();
		if self.tcti.is_device() {
			return;
		}
		let shut = self.scope().and_then(|mut scope| {
			scope.call("TPM2_Shutdown", |context| {
				context.shutdown(StartupType::Clear)
			})
		});
		self.context = None;
		match shut {
			Ok(()) => tracing::info!("the chip is shut down"),
			Err(error) => tracing::warn!(%error, "the chip is not shut down in order"),
		}
	}

	/// The endorsement key that the chip shows.
	pub(crate) fn endorsement_key(&mut self) -> Result<EkPublic> {
		self.run(|device| {
			device.ek()?;
			device
				.ek
				.as_ref()
				.map(|ek| ek.public.clone())
				.ok_or(Error::OtherEndorsementKey)
		})
	}

	fn ek(&mut self) -> Result<KeyHandle> {
		if let Some(ek) = &self.ek {
			return Ok(ek.handle);
		}
		let template = keys::ek_template(self.kind)
			.map_err(|error| Error::from_tss("endorsement key template", error))?;
		let mut scope = self.scope()?;
		let (handle, public) = scope.primary(template)?;
		let public = recognise(&public, EkPublic::parse)?;
		scope.release(handle);
		drop(scope);
		self.ek = Some(LoadedEk { handle, public });
		Ok(handle)
	}

	/// The endorsement key, when it is the certified one. Sessions are salted to the public area that was compared
	/// here, so nobody on the bus can offer a key of his own.
	fn certified_ek(&mut self, certified: &EkPublic) -> Result<KeyHandle> {
		let handle = self.ek()?;
		match &self.ek {
			Some(ek) if ek.public == *certified => Ok(handle),
			_ => Err(Error::OtherEndorsementKey),
		}
	}

	/// Makes an attestation key under the certified endorsement key. It is not in use before it is loaded.
	pub(crate) fn create_ak(&mut self, ek: &EkPublic, algorithm: AkAlgorithm) -> Result<Identity> {
		let kind = self.kind;
		let template = keys::ak_template(algorithm)
			.map_err(|error| Error::from_tss("attestation key template", error))?;
		self.run(|device| {
			let parent = device.certified_ek(ek)?;
			let mut scope = device.scope()?;
			let session = ek_authorisation(&mut scope, kind)?;
			let created = scope.call_with("TPM2_Create", Some(session), |context| {
				context.create(parent, template.clone(), None, None, None, None)
			})?;
			let ak = recognise(&created.out_public, AkPublic::parse)?;
			Ok(Identity {
				ek: ek.clone(),
				private: created.out_private.value().to_vec(),
				public: ak.public_area().as_bytes().to_vec(),
			})
		})
	}

	/// Loads the kept attestation key and uses it from now on.
	pub(crate) fn load(&mut self, identity: Identity) -> Result<AkPublic> {
		let ak = identity.ak()?;
		let signer = ak.qualified_name(&identity.ek).map_err(Error::Public)?;
		self.forget_ak();
		self.enrolled = Some(Enrolled {
			identity,
			ak: ak.clone(),
			signer,
			handle: None,
		});
		let loaded = self.run(|device| device.ak()).or_else(|error| match error {
			// One failure is not enough to send somebody through an enrolment.
			Error::EnrolAgain(_) => self.run(|device| device.ak()),
			error => Err(error),
		});
		match loaded {
			Ok(_) => Ok(ak),
			Err(error) => {
				// A chip that is away for a moment will still have the key when it is back.
				if !error.is_passing() {
					self.enrolled = None;
				}
				Err(error)
			}
		}
	}

	fn forget_ak(&mut self) {
		let handle = self.enrolled.take().and_then(|enrolled| enrolled.handle);
		if let (Some(handle), Ok(mut scope)) = (handle, self.scope()) {
			scope.own(handle);
		}
	}

	fn enrolled(&self) -> Result<&Enrolled> {
		self.enrolled.as_ref().ok_or(Error::NoAttestationKey)
	}

	/// The attestation key; loaded again when the chip lost it.
	fn ak(&mut self) -> Result<KeyHandle> {
		let enrolled = self.enrolled()?;
		if let Some(handle) = enrolled.handle {
			return Ok(handle);
		}
		let identity = enrolled.identity.clone();
		let parent = self.certified_ek(&identity.ek)?;
		let blob = |error| Error::from_tss("attestation key blob", error);
		let private = Private::try_from(identity.private).map_err(blob)?;
		let public = Public::unmarshall(&identity.public).map_err(blob)?;
		let kind = self.kind;
		let mut scope = self.scope()?;
		let session = ek_authorisation(&mut scope, kind)?;
		let handle = scope
			.call_with("TPM2_Load", Some(session), |context| {
				context.load(parent, private, public)
			})
			.map_err(|error| match error {
				Error::Refused(code) if code.of_chip() == Some(codes::INTEGRITY) => {
					Error::EnrolAgain(code)
				}
				error => error,
			})?;
		drop(scope);
		if let Some(enrolled) = &mut self.enrolled {
			enrolled.handle = Some(handle);
		}
		Ok(handle)
	}

	/// A snapshot of the event log.
	fn log(&self) -> std::sync::MutexGuard<'_, EventLog> {
		// The log is changed by one call that cannot panic half way.
		self.log.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// A fresh context on a chip that runs and holds nothing of a dead process.
fn open(tcti: &Tcti) -> Result<Context> {
	let mut context =
		Context::new(tcti.conf()).map_err(|error| match Error::from_tss("opening", error) {
			// The libraries underneath name a missing device in many ways.
			Error::Refused(code) => Error::Unavailable(code),
			error => error,
		})?;
	begin(&mut Scope::new(&mut context), tcti)?;
	Ok(context)
}

/// The first steps on a fresh context.
fn begin(scope: &mut Scope<'_>, tcti: &Tcti) -> Result<()> {
	let asked = scope.call("TPM2_GetCapability", |context| {
		context.get_capability(
			CapabilityType::TpmProperties,
			u32::from(PropertyTag::Manufacturer),
			1,
		)
	});
	match asked {
		Ok(_) => {}
		// What firmware does for a chip.
		Err(Error::NotStarted(_)) if !tcti.is_device() => {
			scope.call("TPM2_Startup", |context| {
				context.startup(StartupType::Clear)
			})?;
		}
		Err(error) => return Err(error),
	}
	// A resource manager frees by itself, and what else it shows belongs to others.
	if !tcti.is_managed() {
		for first in [TRANSIENT, LOADED_SESSIONS, SAVED_SESSIONS] {
			sweep(scope, first)?;
		}
	}
	Ok(())
}

/// Flushes all objects or sessions whose handles begin with `first`.
fn sweep(scope: &mut Scope<'_>, first: u32) -> Result<()> {
	let (found, _) = scope.call("TPM2_GetCapability", |context| {
		context.get_capability(CapabilityType::Handles, first, 64)
	})?;
	let CapabilityData::Handles(handles) = found else {
		return Ok(());
	};
	for handle in handles.into_inner() {
		let freed = scope.call("sweep", |context| {
			let stale = context.tr_from_tpm_public(handle)?;
			context.flush_context(stale)
		});
		tracing::warn!(
			?handle,
			is_free = freed.is_ok(),
			"a stale handle of a dead process"
		);
	}
	Ok(())
}

/// Authorisation for the endorsement key: its policy, or for P-384 the empty password.
fn ek_authorisation(scope: &mut Scope<'_>, kind: EkKind) -> Result<AuthSession> {
	if kind == EkKind::P384 {
		return Ok(AuthSession::Password);
	}
	let (hash, symmetric) = keys::ek_algorithms(kind);
	let session = scope.session(SessionType::Policy, None, symmetric, hash, false)?;
	let policy = policy(session)?;
	scope.call_with_password("TPM2_PolicySecret", |context| {
		context.policy_secret(
			policy,
			AuthHandle::Endorsement,
			Default::default(),
			Default::default(),
			Default::default(),
			None,
		)
	})?;
	Ok(session)
}

fn policy(session: AuthSession) -> Result<PolicySession> {
	PolicySession::try_from(session).map_err(|error| Error::from_tss("policy session", error))
}
