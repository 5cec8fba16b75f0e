//! Refusals, as kubo words them.

use axum::{
	http::{HeaderValue, StatusCode, header},
	response::{IntoResponse, Response},
};
use tea_ipfs::{CidError, ImportError};

use super::error_json;
use crate::ipfs::IpfsError;

/// Status and message.
#[derive(Debug)]
pub(super) struct RpcError {
	status: StatusCode,
	message: String,
}

impl RpcError {
	/// What was asked is wrong.
	pub(super) fn wrong(message: impl ToString) -> Self {
		Self {
			status: StatusCode::BAD_REQUEST,
			message: message.to_string(),
		}
	}

	/// It did not work.
	pub(super) fn failed(message: impl ToString) -> Self {
		Self {
			status: StatusCode::INTERNAL_SERVER_ERROR,
			message: message.to_string(),
		}
	}

	/// There is no such endpoint.
	pub(super) fn unknown(endpoint: &str) -> Self {
		let endpoint: String = endpoint.chars().take(60).collect();
		Self {
			status: StatusCode::NOT_FOUND,
			message: format!("this host does not serve {endpoint}; a kubo daemon may (--ipfs-api)"),
		}
	}

	/// Whoever asks may not.
	pub(super) fn forbidden(why: &str) -> Self {
		Self {
			status: StatusCode::FORBIDDEN,
			message: why.to_owned(),
		}
	}

	/// Only POST is answered.
	pub(super) fn method() -> Self {
		Self {
			status: StatusCode::METHOD_NOT_ALLOWED,
			message: "only POST is answered here".into(),
		}
	}

	/// The host ends.
	pub(super) fn ending() -> Self {
		Self {
			status: StatusCode::SERVICE_UNAVAILABLE,
			message: "the host is stopping".into(),
		}
	}

	pub(super) fn into_response(self) -> Response {
		let kind = (
			header::CONTENT_TYPE,
			HeaderValue::from_static("application/json"),
		);
		let mut response = (self.status, [kind], error_json(&self.message)).into_response();
		if self.status == StatusCode::METHOD_NOT_ALLOWED {
			let allowed = HeaderValue::from_static("POST");
			response.headers_mut().insert(header::ALLOW, allowed);
		}
		response
	}
}

impl From<IpfsError> for RpcError {
	fn from(error: IpfsError) -> Self {
		Self::failed(error)
	}
}

impl From<CidError> for RpcError {
	fn from(error: CidError) -> Self {
		Self::wrong(error)
	}
}

impl From<ImportError> for RpcError {
	fn from(error: ImportError) -> Self {
		Self::failed(error)
	}
}
