//! Proofs of delegation in a file: whoever has it verifies them without a node.

use std::{fs, path::Path};

use codec::{DecodeAll, Encode};
use serde::{Deserialize, Serialize};
use tea_chain::{
	AccountId,
	delegation::{Expected, Holder, verify_chain},
	types::SignedLink,
};
use tea_primitives::{
	deployment::{DeploymentId, LinkReason},
	ids::{BootSeq, ModuleId},
};

use crate::failure::{Failure, Kind, Result};

/// Bytes of the longest file that is read: the most pins of the most links fit in many times.
const MAX_LEN: u64 = 4 << 20;

/// What a file holds. Hashes, keys and links (SCALE) are written in hex.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Page {
	version: u32,
	genesis: String,
	deployment: String,
	owner: String,
	registration: String,
	block: u32,
	pins: Vec<PinPage>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct PinPage {
	module: u32,
	boot_seq: BootSeq,
	/// That of the pin first, link 0 last.
	links: Vec<String>,
}

/// How one module came by the key.
pub(crate) struct PinProof {
	pub(crate) module: ModuleId,
	pub(crate) boot_seq: BootSeq,
	/// That of the pin first, link 0 last.
	pub(crate) links: Vec<SignedLink>,
}

/// The proofs of all pins of a deployment, as a chain gave them in one block.
pub(crate) struct Proof {
	pub(crate) expected: Expected,
	pub(crate) block: u32,
	pub(crate) pins: Vec<PinProof>,
}

fn array(text: &str) -> Option<[u8; 32]> {
	hex::decode(text).ok()?.try_into().ok()
}

impl PinPage {
	fn of(pin: &PinProof) -> Self {
		Self {
			module: pin.module.0,
			boot_seq: pin.boot_seq,
			links: pin
				.links
				.iter()
				.map(|link| hex::encode(link.encode()))
				.collect(),
		}
	}

	fn pin(&self) -> Option<PinProof> {
		let link = |text: &String| {
			let bytes = hex::decode(text).ok()?;
			SignedLink::decode_all(&mut &bytes[..]).ok()
		};
		Some(PinProof {
			module: ModuleId(self.module),
			boot_seq: self.boot_seq,
			links: self.links.iter().map(link).collect::<Option<_>>()?,
		})
	}
}

impl Page {
	fn proof(&self) -> Option<Proof> {
		Some(Proof {
			expected: Expected {
				genesis: array(&self.genesis)?,
				deployment: DeploymentId(array(&self.deployment)?),
				owner: self.owner.parse::<AccountId>().ok()?,
				registration: array(&self.registration)?,
			},
			block: self.block,
			pins: self.pins.iter().map(PinPage::pin).collect::<Option<_>>()?,
		})
	}
}

impl Proof {
	/// Writes it.
	pub(crate) fn write(&self, path: &Path) -> Result<()> {
		let page = Page {
			version: 1,
			genesis: hex::encode(self.expected.genesis),
			deployment: hex::encode(self.expected.deployment.0),
			owner: self.expected.owner.to_string(),
			registration: hex::encode(self.expected.registration),
			block: self.block,
			pins: self.pins.iter().map(PinPage::of).collect(),
		};
		let text = serde_json::to_string_pretty(&page).map_err(std::io::Error::other);
		text.and_then(|text| fs::write(path, text))
			.map_err(|error| {
				Failure::new(
					Kind::Output,
					format!("{} cannot be written ({error})", path.display()),
					"choose another place",
				)
			})
	}

	/// Reads one that anybody may have written.
	pub(crate) fn read(path: &Path) -> Result<Self> {
		let unreadable = |error: std::io::Error| {
			Failure::input(
				format!("{} cannot be read ({error})", path.display()),
				"check the path",
			)
		};
		let no_proof = || {
			Failure::input(
				format!("{} holds no proofs of delegation", path.display()),
				"`tea pins ID --save FILE` writes them",
			)
		};
		if fs::metadata(path).map_err(unreadable)?.len() > MAX_LEN {
			return Err(no_proof());
		}
		let text = fs::read(path).map_err(unreadable)?;
		serde_json::from_slice::<Page>(&text)
			.ok()
			.filter(|page| page.version == 1)
			.and_then(|page| page.proof())
			.ok_or_else(no_proof)
	}

	/// Verifies the proof of one pin: hashes, signatures, and that it ends at this module. Says who held the key, the module
	/// first.
	pub(crate) fn verify(&self, pin: &PinProof) -> std::result::Result<Vec<Holder>, String> {
		let holders =
			verify_chain(&self.expected, &pin.links).map_err(|error| error.to_string())?;
		let is_of_pin = holders
			.first()
			.is_some_and(|holder| (holder.module, holder.boot_seq) == (pin.module, pin.boot_seq));
		if !is_of_pin {
			return Err("the links are those of another pin".into());
		}
		// The first seed has named the deployment; later ones keep its name.
		let origin = pin.links.last().map(|link| &link.link.reason);
		match origin {
			Some(LinkReason::Origin {
				seed: 0,
				public_key,
				..
			}) if DeploymentId::of_key(public_key) != self.expected.deployment => {
				Err("the deployment is not named after the key of its first seed".into())
			}
			_ => Ok(holders),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use tea_chain::{
		Key, Sign,
		types::{Link, MultiSignature},
	};
	use tea_primitives::deployment::{Giver, LINK_DOMAIN, NO_PARENT};

	fn key(fill: u8) -> Key {
		Key::from_seed(&[fill; 32]).unwrap()
	}

	/// The owner gave the key to module 1, and that one to module 2.
	fn proof() -> Proof {
		let public_key = key(9).public();
		let expected = Expected {
			genesis: [1; 32],
			deployment: DeploymentId::of_key(&public_key),
			owner: AccountId([2; 32]),
			registration: [3; 32],
		};
		let origin = Link {
			domain: LINK_DOMAIN,
			genesis: expected.genesis,
			deployment: expected.deployment,
			parent: NO_PARENT,
			from: Giver::Account(expected.owner),
			to: ModuleId(1),
			boot_seq: 5,
			reason: LinkReason::Origin {
				seed: 0,
				public_key,
				registration: expected.registration,
			},
			block: 7,
			sealed_key: [6; 32],
		};
		let next = Link {
			parent: origin.hash(),
			from: Giver::Module(ModuleId(1), 5),
			to: ModuleId(2),
			boot_seq: 4,
			reason: LinkReason::Pin,
			..origin.clone()
		};
		let sign = |key: &Key, link: &Link| MultiSignature::Sr25519(key.sign(&link.payload()));
		let first = SignedLink {
			giver: None,
			receiver: sign(&key(1), &origin),
			receiver_key: key(1).public(),
			link: origin,
		};
		let second = SignedLink {
			giver: Some(sign(&key(1), &next)),
			receiver: sign(&key(2), &next),
			receiver_key: key(2).public(),
			link: next,
		};
		let pin = |module, boot_seq, links| PinProof {
			module: ModuleId(module),
			boot_seq,
			links,
		};
		Proof {
			expected,
			block: 9,
			pins: vec![
				pin(1, 5, vec![first.clone()]),
				pin(2, 4, vec![second, first]),
			],
		}
	}

	fn is_good(proof: &Proof) -> bool {
		proof.pins.iter().all(|pin| proof.verify(pin).is_ok())
	}

	#[test]
	fn proofs_verify_from_their_file() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("proof.json");
		proof().write(&path).unwrap();
		let read = Proof::read(&path).unwrap();
		assert!(is_good(&read));
		assert_eq!((read.block, read.pins.len()), (9, 2));
		let holders = read.verify(&read.pins[1]).unwrap();
		let named: Vec<_> = holders.iter().map(|holder| holder.module.0).collect();
		assert_eq!(named, [2, 1]);
	}

	#[test]
	fn what_was_altered_does_not_verify() {
		type Change = fn(&mut Proof);
		let changes: [Change; 8] = [
			|proof| proof.expected.genesis = [9; 32],
			|proof| proof.expected.deployment = DeploymentId([9; 32]),
			|proof| proof.expected.owner = AccountId([9; 32]),
			|proof| proof.expected.registration = [9; 32],
			|proof| proof.pins[1].module = ModuleId(3),
			|proof| proof.pins[1].boot_seq = 5,
			|proof| proof.pins[1].links[0].link.block = 8,
			|proof| proof.pins[1].links.truncate(1),
		];
		assert!(is_good(&proof()));
		for (index, change) in changes.into_iter().enumerate() {
			let mut altered = proof();
			change(&mut altered);
			assert!(!is_good(&altered), "{index}");
		}
	}

	#[test]
	fn deployment_is_named_after_its_first_key() {
		let mut altered = proof();
		let id = DeploymentId([8; 32]);
		altered.expected.deployment = id;
		let first = &mut altered.pins[0].links[0];
		first.link.deployment = id;
		first.receiver = MultiSignature::Sr25519(key(1).sign(&first.link.payload()));
		let refused = altered.verify(&altered.pins[0]).unwrap_err();
		assert!(refused.contains("named after"), "{refused}");
	}

	#[test]
	fn what_is_no_proof_is_said() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("proof.json");
		assert!(Proof::read(&path).is_err());
		proof().write(&path).unwrap();
		let text = fs::read_to_string(&path).unwrap();
		for other in [
			"{}".to_owned(),
			text.replace("\"version\": 1", "\"version\": 2"),
			text.replace("\"block\"", "\"height\""),
			text.replacen("00", "0", 1),
		] {
			fs::write(&path, other).unwrap();
			let failure = Proof::read(&path).err().unwrap();
			assert!(failure.next.contains("--save"), "{failure}");
		}
	}
}
