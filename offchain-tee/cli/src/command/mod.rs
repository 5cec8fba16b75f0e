//! The commands.

mod council;
mod deploy;
mod doctor;
mod enrol;
mod errands;
mod fetch;
mod issuer;
mod module;
mod modules;
mod pins;
mod registrar;
mod release;
mod reseed;
mod result;
mod run;
mod spec;
mod verify;

use serde_json::json;
use tea_chain::{Call, Sign as _, types::Kind};
use tea_primitives::ids::ModuleId;

use crate::{
	args::{self, Command},
	context::Context,
	failure::Result,
	output::{lines, tokens},
};

/// Carries out a command.
pub(crate) async fn run(context: &Context, command: Command) -> Result<()> {
	match command {
		Command::Doctor(settings) => doctor::run(context, &settings).await,
		Command::Enrol(settings) => enrol::run(context, &settings).await,
		Command::Modules => modules::run(context).await,
		Command::Module(command) => one_module(context, command).await,
		Command::Issuer(command) => issuer::run(context, command).await,
		Command::Release(command) => release::run(context, command).await,
		Command::Registrar(command) => registrar::run(context, command).await,
		Command::Council(command) => council::run(context, command).await,
		Command::Parameters => parameters(context).await,
		Command::ChainSpec(command) => spec::run(context, command).await,
		Command::Deploy(settings) => deploy::run(context, &settings).await,
		Command::Pins(settings) => pins::run(context, &settings).await,
		Command::Reseed(settings) => reseed::run(context, &settings).await,
		Command::Fetch(settings) => fetch::run(context, &settings).await,
		Command::Run(settings) => run::run(context, &settings).await,
		Command::Result(settings) => result::run(context, &settings).await,
		Command::Verify(settings) => verify::run(context, &settings).await,
		Command::Errands(settings) => errands::run(context, &settings).await,
		Command::Supply(settings) => errands::supply(context, &settings).await,
		Command::Refuse { errand } => {
			let chain = context.chain_to_sign().await?;
			let outcome = context.submit(&chain, Call::refuse(errand)).await?;
			context.done(&format!("refusal of the key for errand {errand}"), &outcome)
		}
		Command::Cancel { errand } => {
			let chain = context.chain_to_sign().await?;
			let outcome = context.submit(&chain, Call::cancel(errand)).await?;
			context.done(&format!("cancellation of errand {errand}"), &outcome)
		}
		Command::Expire { errand } => {
			let chain = context.chain_to_sign().await?;
			let outcome = context.submit(&chain, Call::expire_errand(errand)).await?;
			context.done(&format!("what is due about errand {errand}"), &outcome)
		}
		Command::Retire { deployment } => {
			let chain = context.chain_to_sign().await?;
			let call = Call::retire_deployment(deployment);
			let outcome = context.submit(&chain, call).await?;
			let label = format!("end of deployment 0x{}", hex::encode(deployment.0));
			context.done(&label, &outcome)
		}
		Command::Account => account(context).await,
		Command::Transfer { to, amount } => {
			let chain = context.chain_to_sign().await?;
			let call = Call::transfer_keep_alive(to, amount);
			let label = format!("transfer of {} to {to}", tokens(amount));
			let outcome = context.submit(&chain, call).await?;
			context.done(&label, &outcome)
		}
	}
}

async fn one_module(context: &Context, command: args::Module) -> Result<()> {
	let (call, label) = match command {
		args::Module::Show { module } => return module::run(context, ModuleId(module)).await,
		args::Module::SetOperator { module, operator } => (
			Call::set_operator(ModuleId(module), operator.0),
			format!("new operator of module {module}"),
		),
		args::Module::Retire { module } => (
			Call::retire(ModuleId(module)),
			format!("retirement of module {module}"),
		),
		args::Module::Bear { owner, kind, via } => {
			let kind = match kind {
				args::Kind::A => Kind::A,
				args::Kind::B => Kind::B,
				args::Kind::C => Kind::C,
			};
			let chain = context.chain_to_sign().await?;
			return context.govern(&chain, Call::bear(owner, kind), via).await;
		}
	};
	let chain = context.chain_to_sign().await?;
	let outcome = context.submit(&chain, call).await?;
	context.done(&label, &outcome)
}

async fn account(context: &Context) -> Result<()> {
	let account = context.key()?.account();
	let at = context.at().await?;
	let balance = at.balance(account).await?;
	let json = json!({
		"block": at.number(),
		"account": account.to_string(),
		"free": balance.free.to_string(),
		"held": balance.reserved.to_string(),
	});
	context.output.show(&json, || {
		lines([
			("account", account.to_string()),
			("free", tokens(balance.free)),
			("held", tokens(balance.reserved)),
		])
	})
}

async fn parameters(context: &Context) -> Result<()> {
	let at = context.at().await?;
	let constants = at.constants().await?;
	let blocks = |number: u32| format!("{number} blocks");
	let json = json!({
		"block": at.number(),
		"committeeSize": constants.committee_size,
		"challengers": constants.challengers,
		"correctAnswers": constants.correct_answers,
		"challengeWindow": constants.challenge_window,
		"responseWindow": constants.response_window,
		"revealWindow": constants.reveal_window,
		"nonceWindow": constants.nonce_window,
		"roundWindow": constants.round_window,
		"roundCoolDown": constants.round_cool_down,
		"enrolmentCoolDown": constants.enrolment_cool_down,
		"certificateLife": constants.certificate_life,
		"quarantineCoolDown": constants.quarantine_cool_down,
		"bondDelay": constants.bond_delay,
		"enrolmentBond": constants.enrolment_bond.to_string(),
		"reportBond": constants.report_bond.to_string(),
		"dutyReward": constants.duty_reward.to_string(),
		"paidBoots": constants.paid_boots,
	});
	context.output.show(&json, || {
		lines([
			("committee", constants.committee_size.to_string()),
			(
				"challengers",
				format!(
					"{}, of whom {} must be answered",
					constants.challengers, constants.correct_answers
				),
			),
			("challenge window", blocks(constants.challenge_window)),
			("response window", blocks(constants.response_window)),
			("reveal window", blocks(constants.reveal_window)),
			("nonce window", blocks(constants.nonce_window)),
			("round window", blocks(constants.round_window)),
			("round cool-down", blocks(constants.round_cool_down)),
			("enrolment cool-down", blocks(constants.enrolment_cool_down)),
			("certificate life", blocks(constants.certificate_life)),
			(
				"quarantine cool-down",
				blocks(constants.quarantine_cool_down),
			),
			("bond delay", blocks(constants.bond_delay)),
			("enrolment bond", tokens(constants.enrolment_bond)),
			("report bond", tokens(constants.report_bond)),
			("duty reward", tokens(constants.duty_reward)),
			(
				"paid boots",
				format!("{} of a module in a day", constants.paid_boots),
			),
		])
	})
}
