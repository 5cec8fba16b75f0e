//! Opening credentials: for the attestation key at enrolment, for the receive key when somebody sends a key.

use tea_tpm::{Hash, PcrSelection, RkPublic, credential::CredentialParts, public::rk_policy};
use tss_esapi::{
	constants::{CommandCode, SessionType},
	handles::KeyHandle,
	interface_types::{algorithm::HashingAlgorithm, session_handles::AuthSession},
	structures::{Digest, EncryptedSecret, IdObject, SymmetricDefinition},
};

use super::{Device, ek_authorisation, keys, keys::recognise, pcr, policy, scope::Scope};
use crate::{
	error::{Error, Result, codes},
	secret::Secret,
};

/// A state of the machine: PCRs and the digest that a quote over them carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PcrState {
	/// The PCRs.
	pub selection: PcrSelection,
	/// Their digest in an accepted quote.
	pub digest: Hash,
}

impl PcrState {
	/// The policy of the receive key of this state.
	pub fn policy(&self) -> Hash {
		rk_policy(self.selection, &self.digest)
	}
}

/// Whom a credential was made for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
	Ak,
	Rk(PcrState),
}

impl Device {
	/// Opens a credential. The secret crosses the bus encrypted under a session salted to the certified
	/// endorsement key.
	pub(crate) fn activate(&mut self, target: Target, credential: &[u8]) -> Result<Secret> {
		let parts = CredentialParts::parse(self.kind, credential)?;
		// The library adds the outer lengths itself.
		let range = |error| Error::from_tss("credential", error);
		let id = IdObject::try_from(&parts.id_object[2..]).map_err(range)?;
		let seed = EncryptedSecret::try_from(&parts.encrypted_secret[2..]).map_err(range)?;
		self.run(|device| device.open_credential(target, id.clone(), seed.clone()))
	}

	fn open_credential(
		&mut self,
		target: Target,
		id: IdObject,
		seed: EncryptedSecret,
	) -> Result<Secret> {
		let kind = self.kind;
		let certified = self.enrolled()?.identity.ek.clone();
		let ek = self.certified_ek(&certified)?;
		let ak = match target {
			Target::Ak => Some(self.ak()?),
			Target::Rk(_) => None,
		};
		let mut scope = self.scope()?;
		let (key, key_session) = match (target, ak) {
			(Target::Rk(state), _) => {
				let (key, _) = primary_rk(&mut scope, &state.policy())?;
				(key, rk_authorisation(&mut scope, state.selection)?)
			}
			(Target::Ak, Some(ak)) => (ak, AuthSession::Password),
			(Target::Ak, None) => return Err(Error::NoAttestationKey),
		};
		let ek_session = ek_authorisation(&mut scope, kind)?;
		let salted = scope.session(
			SessionType::Hmac,
			Some(ek),
			SymmetricDefinition::AES_128_CFB,
			HashingAlgorithm::Sha256,
			true,
		)?;
		let secret = scope
			.call("TPM2_ActivateCredential", |context| {
				context.execute_with_sessions(
					(Some(key_session), Some(ek_session), Some(salted)),
					|context| context.activate_credential(key, ek, id, seed),
				)
			})
			.map_err(|error| match error {
				Error::Refused(code) => match code.of_chip() {
					Some(codes::POLICY_FAIL) => Error::WrongState(code),
					// Format one with the bit that blames a parameter: blob or seed.
					Some(answer) if answer & 0xc0 == 0xc0 => Error::ForeignCredential(code),
					_ => Error::Refused(code),
				},
				error => error,
			})?;
		Secret::copy(secret.value()).ok_or(Error::Credential(tea_tpm::CredentialError::Length))
	}

	/// The public part of the receive key of a policy.
	pub(super) fn rk(&mut self, policy: &Hash) -> Result<RkPublic> {
		if let Some((_, rk)) = self.rk.as_ref().filter(|(made_for, _)| made_for == policy) {
			return Ok(rk.clone());
		}
		let mut scope = self.scope()?;
		let (_, rk) = primary_rk(&mut scope, policy)?;
		drop(scope);
		self.rk = Some((*policy, rk.clone()));
		Ok(rk)
	}

	/// The receive key of a state.
	pub(crate) fn receive_key(&mut self, state: PcrState) -> Result<RkPublic> {
		self.run(|device| device.rk(&state.policy()))
	}
}

fn primary_rk(scope: &mut Scope<'_>, policy: &Hash) -> Result<(KeyHandle, RkPublic)> {
	let template = keys::rk_template(policy)
		.map_err(|error| Error::from_tss("receive key template", error))?;
	let (handle, public) = scope.primary(template)?;
	let rk = recognise(&public, |bytes| RkPublic::parse(bytes, policy))?;
	Ok((handle, rk))
}

/// The policy of the receive key in the present state.
fn rk_authorisation(scope: &mut Scope<'_>, selection: PcrSelection) -> Result<AuthSession> {
	let session = scope.session(
		SessionType::Policy,
		None,
		SymmetricDefinition::AES_128_CFB,
		HashingAlgorithm::Sha256,
		false,
	)?;
	let policy = policy(session)?;
	let pcrs = pcr::list(selection)?;
	scope.call("TPM2_PolicyPCR", |context| {
		context.policy_pcr(policy, Digest::default(), pcrs)
	})?;
	scope.call("TPM2_PolicyCommandCode", |context| {
		context.policy_command_code(policy, CommandCode::ActivateCredential)
	})?;
	Ok(session)
}
