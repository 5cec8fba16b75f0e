//! Keys on their way to a module: they open in its chip, its state and its boot, and nowhere else.

use tea_envelope::{Context, DeploymentKey, K1, KeyEnvelope, Keys};
use tea_module::{
	pins::{
		Denial,
		links::pin_context,
		protocol::{Contact, challenge_nonce},
		seal::{Opener, Recipient},
		world::accepted_state,
	},
	verify::No,
};
use tea_primitives::{deployment::DeploymentId, module::Certificate};

use super::*;

const CONTACT: Contact = Contact {
	genesis: GENESIS,
	deployment: DeploymentId([5; 32]),
	pinner: (ModuleId(1), 1),
	candidate: (MODULE, 1),
};

fn keys() -> Keys {
	Keys {
		k1: K1::take(&mut [0x11; 32]),
		deployment: Some(DeploymentKey::take(&mut [0x22; 32])),
	}
}

impl Process {
	/// What a chain would say that certified this boot.
	async fn recipient(&self) -> Recipient {
		let posted = self.quote([0; 32]).await;
		Recipient {
			certificate: Certificate {
				module: MODULE,
				boot_seq: 1,
				round: 3,
				keys: self.boot.keys,
				class: CLASS,
				release: ReleaseId(1),
				since: 1,
				until: 600,
			},
			ek: self.identity.ek.clone(),
			rk_name: *posted.verified.rk_name(),
			block: 95,
		}
	}

	fn opener(&self) -> Opener {
		Opener {
			tpm: self.tpm.clone(),
			state: accepted_state(&self.boot).expect("a log of the class"),
			transport: self.secrets.transport.clone(),
			genesis: GENESIS,
		}
	}
}

fn context() -> Context {
	pin_context(&CONTACT, 95)
}

async fn sealed(process: &Process) -> KeyEnvelope {
	let recipient = process.recipient().await;
	recipient
		.seal(&keys(), &GENESIS, &context())
		.expect("an envelope")
}

async fn open(
	opener: &Opener,
	envelope: &KeyEnvelope,
	context: &Context,
) -> Result<[u8; 32], Denial> {
	let authentic = envelope.authenticate(|_| true).expect("it is signed");
	let opened = opener.open(envelope, &authentic, context).await?;
	assert!(opened.deployment.is_some());
	Ok(*opened.k1.expose())
}

#[tokio::test(flavor = "multi_thread")]
async fn envelope_opens_for_what_it_was_sealed_for() {
	let mut machine = Machine::new();
	let process = machine.start(b"program").await.expect("a boot");
	let envelope = sealed(&process).await;
	let opener = process.opener();
	assert_eq!(open(&opener, &envelope, &context()).await, Ok([0x11; 32]));
	// Everything around it is authenticated.
	let other = Contact {
		pinner: (ModuleId(2), 1),
		..CONTACT
	};
	for context in [pin_context(&other, 95), pin_context(&CONTACT, 96)] {
		let refused = open(&opener, &envelope, &context).await;
		assert_eq!(refused, Err(Denial::BadEnvelope));
	}
	process.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn envelope_of_another_chip_is_refused_even_with_the_transport_key() {
	let (mut one, mut two) = (Machine::new(), Machine::new());
	let owner = one.start(b"program").await.expect("a boot");
	let thief = two.start(b"program").await.expect("a boot");
	let envelope = sealed(&owner).await;
	let opener = Opener {
		transport: owner.secrets.transport.clone(),
		..thief.opener()
	};
	let refused = open(&opener, &envelope, &context()).await;
	assert_eq!(refused, Err(Denial::BadEnvelope));
	owner.end().await;
	thief.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn captured_envelope_does_not_open_after_a_reboot() {
	let mut machine = Machine::new();
	let process = machine.start(b"program").await.expect("a boot");
	let envelope = sealed(&process).await;
	process.end().await;
	machine.soft.kill();
	assert!(machine.soft.start());
	let again = machine.start(b"program").await.expect("the same program");
	let refused = open(&again.opener(), &envelope, &context()).await;
	assert_eq!(refused, Err(Denial::BadEnvelope));
	again.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chip_in_another_state_keeps_the_key_to_itself() {
	let mut machine = Machine::new();
	let process = machine.start(b"program").await.expect("a boot");
	let envelope = sealed(&process).await;
	let later = Event::of(11, "later", b"something else ran");
	process.tpm.measure(later).await.expect("a measurement");
	let refused = open(&process.opener(), &envelope, &context()).await;
	assert_eq!(refused, Err(Denial::BadEnvelope));
	process.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn challenge_of_a_pinner_is_answered_by_the_machine_that_the_chain_certified() {
	let mut machine = Machine::new();
	let process = machine.start(b"program").await.expect("a boot");
	let posted = process.quote([0; 32]).await;
	let case = process.case(&posted);
	let drawn = challenge_nonce(&CONTACT, &[7; 32]);
	let quoted = process.quote(drawn).await;
	let evidence = RoundEvidence {
		round: 3,
		binding: quoted.binding,
		quote: quoted.quote,
		signature: quoted.signature,
		rk_public: quoted.rk_public,
		pcr_values: quoted.pcr_values,
		nonces: vec![],
		log: process.boot.log.to_bytes(),
		manifest: process.boot.manifest.to_bytes(),
	};
	let verified = case.judge_challenge(drawn, &evidence).expect("it passes");
	assert_eq!(verified.rk_name(), &process.recipient().await.rk_name);
	// For another pinner, or another nonce, it is worth nothing.
	let other = Contact {
		pinner: (ModuleId(2), 1),
		..CONTACT
	};
	for drawn in [
		challenge_nonce(&other, &[7; 32]),
		challenge_nonce(&CONTACT, &[8; 32]),
	] {
		let refused = case.judge_challenge(drawn, &evidence);
		assert_eq!(refused, Err(No::Fail(FailReason::BadQuote)));
	}
	// Nor is it evidence for a committee.
	let verdict = case.judge(2, &[7; 32], &evidence);
	assert!(!matches!(verdict, Verdict::Pass { .. }));
	process.end().await;
}
