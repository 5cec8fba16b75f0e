//! One operation on the chip. What it opens is flushed when it ends, however it ends.

use std::{
	ops::{Deref, DerefMut},
	time::Instant,
};

use tss_esapi::{
	Context,
	attributes::SessionAttributesBuilder,
	constants::SessionType,
	handles::{KeyHandle, ObjectHandle, SessionHandle},
	interface_types::{
		algorithm::HashingAlgorithm, resource_handles::Hierarchy, session_handles::AuthSession,
	},
	structures::{Public, SymmetricDefinition},
};

use crate::error::{Error, Result, TpmCode};

/// The context, with the handles that this operation opened.
pub(super) struct Scope<'a> {
	context: &'a mut Context,
	open: Vec<ObjectHandle>,
}

impl<'a> Scope<'a> {
	pub(super) fn new(context: &'a mut Context) -> Self {
		Self {
			context,
			open: Vec::new(),
		}
	}

	/// Runs one command and names its error.
	pub(super) fn call<T>(
		&mut self,
		operation: &'static str,
		command: impl FnOnce(&mut Context) -> tss_esapi::Result<T>,
	) -> Result<T> {
		let began = Instant::now();
		let answer = command(self.context).map_err(|error| Error::from_tss(operation, error));
		let took_us = began.elapsed().as_micros();
		match &answer {
			Ok(_) => tracing::trace!(operation, took_us, "tpm command"),
			Err(error) => {
				let code = error.code().and_then(|code| code.code);
				tracing::debug!(operation, took_us, code, "tpm command failed");
			}
		}
		answer
	}

	/// Runs one command with the empty password.
	pub(super) fn call_with_password<T>(
		&mut self,
		operation: &'static str,
		command: impl FnOnce(&mut Context) -> tss_esapi::Result<T>,
	) -> Result<T> {
		self.call_with(operation, Some(AuthSession::Password), command)
	}

	/// Runs one command under one authorisation.
	pub(super) fn call_with<T>(
		&mut self,
		operation: &'static str,
		session: Option<AuthSession>,
		command: impl FnOnce(&mut Context) -> tss_esapi::Result<T>,
	) -> Result<T> {
		self.call(operation, |context| {
			context.execute_with_session(session, command)
		})
	}

	/// A primary key of the endorsement hierarchy and its public area as the library will use it.
	pub(super) fn primary(&mut self, template: Public) -> Result<(KeyHandle, Public)> {
		let made = self.call_with_password("TPM2_CreatePrimary", |context| {
			context.create_primary(Hierarchy::Endorsement, template, None, None, None, None)
		})?;
		self.open.push(made.key_handle.into());
		Ok((made.key_handle, made.out_public))
	}

	/// An open session, salted to `salt` when there is one, that the chip does not close by itself.
	pub(super) fn session(
		&mut self,
		kind: SessionType,
		salt: Option<KeyHandle>,
		symmetric: SymmetricDefinition,
		hash: HashingAlgorithm,
		encrypt: bool,
	) -> Result<AuthSession> {
		const START: &str = "TPM2_StartAuthSession";
		let session = self
			.call(START, |context| {
				context.start_auth_session(salt, None, None, kind, symmetric, hash)
			})?
			.ok_or(Error::Refused(TpmCode {
				operation: START,
				code: None,
			}))?;
		self.open.push(SessionHandle::from(session).into());
		let (attributes, mask) = SessionAttributesBuilder::new()
			.with_continue_session(true)
			.with_encrypt(encrypt)
			.build();
		self.call(START, |context| {
			context.tr_sess_set_attributes(session, attributes, mask)
		})?;
		Ok(session)
	}

	/// Takes over a handle that a command returned.
	pub(super) fn own(&mut self, handle: impl Into<ObjectHandle>) {
		self.open.push(handle.into());
	}

	/// Lets a key outlive the operation.
	pub(super) fn release(&mut self, key: KeyHandle) {
		let key = ObjectHandle::from(key);
		self.open.retain(|handle| *handle != key);
	}
}

impl Deref for Scope<'_> {
	type Target = Context;

	fn deref(&self) -> &Context {
		self.context
	}
}

impl DerefMut for Scope<'_> {
	fn deref_mut(&mut self) -> &mut Context {
		self.context
	}
}

impl Drop for Scope<'_> {
	fn drop(&mut self) {
		while let Some(handle) = self.open.pop() {
			if let Err(error) = self.context.flush_context(handle) {
				// After a reset or a lost connection there is nothing to free.
				tracing::debug!(%error, "a handle was not flushed");
			}
		}
	}
}
