use alloc::string::{String, ToString};

/// What the body of a guest answers.
pub type Result<T, E = Failure> = core::result::Result<T, E>;

/// Why a guest gives up: a number and a sentence for the client. Every error becomes one with `?`, with code 1.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failure {
	code: i32,
	message: String,
}

impl Failure {
	/// With a code of your own, above 0.
	pub fn new(code: i32, message: impl Into<String>) -> Failure {
		Failure {
			code: code.max(1),
			message: message.into(),
		}
	}

	/// The number.
	pub fn code(&self) -> i32 {
		self.code
	}

	/// The sentence.
	pub fn message(&self) -> &str {
		&self.message
	}
}

impl<E: core::error::Error> From<E> for Failure {
	fn from(error: E) -> Failure {
		Failure::new(1, error.to_string())
	}
}
