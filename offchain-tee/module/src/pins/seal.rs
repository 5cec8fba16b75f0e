//! Keys on their way to a module: sealed to its chip, its state and its boot.
//!
//! HPKE in PSK mode. The X25519 half goes to the transport key that the boot made; the pre-shared key goes through
//! `TPM2_MakeCredential` to the receive key, whose policy holds the PCR values that the chain accepted. Owners seal in the
//! same way as modules: everything that it takes stands on chain.

use tea_chain::{At, types::ReleaseRecord};
use tea_envelope::{
	Context, KeyEnvelope, Keys, Psk, TransportPublic, TransportSecret, key::AuthenticEnvelope,
};
use tea_link::os_rng::OsRng;
use tea_primitives::{
	ids::{BootSeq, ModuleId, ReleaseId},
	module::Certificate,
};
use tea_tpm::{
	EkPublic, ObjectName,
	credential::{Ephemeral, make_credential},
};
use tea_tpm_device::{Error as TpmError, PcrState, Tpm};

use super::denial::Denial;
use crate::{
	keys::random,
	verify::{AcceptedRelease, release_of},
};

/// Tries to draw a scalar of a curve; each fails with a chance below 2⁻³².
const DRAWS: usize = 4;

/// A module to which keys are sealed, as the chain knows it at one finalised block.
#[derive(Clone, Debug)]
pub struct Recipient {
	/// Its certificate.
	pub certificate: Certificate<u32>,
	/// Endorsement key of its chip.
	pub ek: EkPublic,
	/// Name of its receive key. The chain computed the policy in it from PCR values that it accepted.
	pub rk_name: ObjectName,
	/// The block.
	pub block: u32,
}

impl Recipient {
	/// Looks a module up. Refused unless it is Active in its present boot and runs a release that is accepted now.
	pub async fn look_up(at: &At, module: ModuleId) -> Result<Self, Denial> {
		let (certificate, info) =
			futures::try_join!(at.certificate_of(module), at.module_info(module))?;
		let certificate = certificate.ok_or(Denial::PeerNotActive)?;
		let (chip, boot) = info
			.and_then(|info| Some((info.chip?, info.boot?)))
			.ok_or(Denial::PeerNotActive)?;
		if boot.seq != certificate.boot_seq || boot.keys != certificate.keys || chip.closed {
			return Err(Denial::PeerNotActive);
		}
		let releases = at.releases_of(certificate.class).await?;
		let values = &boot.evidence.values;
		check_release(
			&certificate,
			releases,
			chip.pins.as_deref(),
			values,
			&boot.evidence.manifest_root,
		)?;
		Ok(Self {
			certificate,
			ek: chip.ek,
			rk_name: boot.evidence.rk_name,
			block: at.number(),
		})
	}

	/// The module.
	pub const fn module(&self) -> ModuleId {
		self.certificate.module
	}

	/// Its boot.
	pub const fn boot_seq(&self) -> BootSeq {
		self.certificate.boot_seq
	}

	/// Seals keys to it. Everything in `context` about the receiver has to be about this one.
	pub fn seal(
		&self,
		keys: &Keys,
		genesis: &[u8; 32],
		context: &Context,
	) -> Result<KeyEnvelope, Denial> {
		let psk = Psk::generate(&mut OsRng);
		let credential = credential(&self.ek, &self.rk_name, &psk)?;
		KeyEnvelope::seal(
			keys,
			TransportPublic(self.certificate.keys.transport),
			&psk,
			&self.rk_name.0,
			&credential,
			genesis,
			context,
			&mut OsRng,
		)
		.map_err(|error| {
			tracing::debug!(%error, "nothing can be sealed to this module");
			Denial::BadEnvelope
		})
	}
}

/// Whether the measurements of a boot belong to a release that is accepted now.
fn check_release(
	certificate: &Certificate<u32>,
	releases: Vec<(ReleaseId, ReleaseRecord)>,
	pins: Option<&[tea_tpm::Hash]>,
	values: &[tea_tpm::Hash],
	manifest_root: &tea_tpm::Hash,
) -> Result<(), Denial> {
	let accepted = AcceptedRelease::of_chain(releases);
	if !accepted
		.iter()
		.any(|release| release.id == certificate.release)
	{
		return Err(Denial::ReleaseNotAccepted);
	}
	match release_of(certificate.class, &accepted, pins, values, manifest_root) {
		Ok(Some(_)) => Ok(()),
		_ => Err(Denial::ReleaseNotAccepted),
	}
}

/// The credential that carries a pre-shared key to the receive key of this name in the chip with this endorsement key.
fn credential(ek: &EkPublic, rk_name: &ObjectName, psk: &Psk) -> Result<Vec<u8>, Denial> {
	for _ in 0..DRAWS {
		let draw = || random().map_err(|_| Denial::BadEnvelope);
		let ephemeral = match ek {
			EkPublic::Rsa2048 { .. } => Ephemeral::Rsa2048 {
				seed: *draw()?,
				oaep: *draw()?,
			},
			EkPublic::P256 { .. } => Ephemeral::P256(*draw()?),
			EkPublic::P384 { .. } => {
				let (head, tail) = (draw()?, draw()?);
				let mut scalar = [0; 48];
				let (front, back) = scalar.split_at_mut(32);
				front.copy_from_slice(&*head);
				back.copy_from_slice(tail.first_chunk::<16>().unwrap_or(&[0; 16]));
				Ephemeral::P384(scalar)
			}
		};
		match make_credential(ek, rk_name, psk.expose(), &ephemeral) {
			Ok(credential) => return Ok(credential.as_bytes().to_vec()),
			// Not below the order of the curve: once more.
			Err(tea_tpm::CredentialError::Scalar) => (),
			Err(error) => {
				tracing::warn!(%error, "no credential can be made for this chip");
				return Err(Denial::BadEnvelope);
			}
		}
	}
	Err(Denial::BadEnvelope)
}

/// The half of a boot that opens envelopes.
#[derive(Clone)]
pub struct Opener {
	/// The chip.
	pub tpm: Tpm,
	/// The state that the chain accepted.
	pub state: PcrState,
	/// The transport key of the boot.
	pub transport: std::sync::Arc<TransportSecret>,
	/// Genesis hash of the chain.
	pub genesis: [u8; 32],
}

impl Opener {
	/// Opens an envelope whose sender is known. The chip gives the pre-shared key out in the accepted state only.
	pub async fn open(
		&self,
		envelope: &KeyEnvelope,
		authentic: &AuthenticEnvelope<'_>,
		context: &Context,
	) -> Result<Keys, Denial> {
		let rk = self.tpm.receive_key(self.state).await.map_err(refused)?;
		let credential = envelope.cred().to_vec();
		let secret = self
			.tpm
			.activate_rk(self.state, credential)
			.await
			.map_err(refused)?;
		let mut bytes = zeroize::Zeroizing::new(*secret.expose());
		let psk = Psk::take(&mut bytes);
		authentic
			.open(&self.transport, &psk, &rk.name().0, &self.genesis, context)
			.map_err(|_| Denial::BadEnvelope)
	}
}

fn refused(error: TpmError) -> Denial {
	tracing::info!(%error, "the chip does not open an envelope");
	if error.is_passing() {
		Denial::TpmUnavailable
	} else {
		Denial::BadEnvelope
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use tea_primitives::{HardwareClass, module::BootKeys};
	use tea_tpm::PcrSelection;

	fn certificate() -> Certificate<u32> {
		Certificate {
			module: ModuleId(1),
			boot_seq: 2,
			round: 3,
			keys: BootKeys {
				session: [4; 32],
				vrf: [5; 32],
				transport: [6; 32],
			},
			class: HardwareClass::Dev,
			release: ReleaseId(7),
			since: 8,
			until: 900,
		}
	}

	fn releases(id: u32, value: u8) -> Vec<(ReleaseId, ReleaseRecord)> {
		let record = ReleaseRecord {
			class: HardwareClass::Dev,
			strict: PcrSelection::of(&[11, 12, 13]),
			value_sets: vec![vec![[value; 32]; 3]],
			manifest_root: [8; 32],
			until: None,
		};
		vec![(ReleaseId(id), record)]
	}

	#[test]
	fn release_that_is_not_accepted_any_more_gets_nothing() {
		// Of the PCRs of the class, 11, 12 and 13 are strict.
		let mut values = vec![[1; 32]; HardwareClass::Dev.selection().count()];
		for (place, index) in values.iter_mut().zip(HardwareClass::Dev.selection().iter()) {
			if (11..=13).contains(&index) {
				*place = [9; 32];
			}
		}
		let check = |releases, manifest: &[u8; 32]| {
			check_release(&certificate(), releases, None, &values, manifest)
		};
		assert_eq!(check(releases(7, 9), &[8; 32]), Ok(()));
		let refused = Err(Denial::ReleaseNotAccepted);
		assert_eq!(check(vec![], &[8; 32]), refused);
		assert_eq!(check(releases(6, 9), &[8; 32]), refused);
		assert_eq!(check(releases(7, 10), &[8; 32]), refused);
		assert_eq!(check(releases(7, 9), &[7; 32]), refused);
	}

	#[test]
	fn credentials_fit_every_kind_of_key() {
		use tea_envelope::key::CREDENTIAL_LENS;
		let psk = Psk::take(&mut [1; 32]);
		let name = ObjectName([2; 34]);
		let mut modulus = [0xff; 256];
		modulus[255] = 0xfd;
		let made = credential(&EkPublic::Rsa2048 { modulus }, &name, &psk).unwrap();
		assert!(CREDENTIAL_LENS.contains(&made.len()));
		let point = p256::SecretKey::from_slice(&[7; 32]).unwrap().public_key();
		let point = p256::EncodedPoint::from(point);
		let (x, y) = ((*point.x().unwrap()).into(), (*point.y().unwrap()).into());
		let made = credential(&EkPublic::P256 { x, y }, &name, &psk).unwrap();
		assert!(CREDENTIAL_LENS.contains(&made.len()));
		// A point that is on no curve.
		let bad = EkPublic::P256 {
			x: [1; 32],
			y: [1; 32],
		};
		assert_eq!(credential(&bad, &name, &psk), Err(Denial::BadEnvelope));
	}
}
