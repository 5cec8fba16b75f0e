//! The evidence of an errand: everything that its checks need, gathered from a node or read from a file, and the checks.
//!
//! | part | what |
//! | --- | --- |
//! | [`bundle`] | the evidence as it is saved: headers, GRANDPA justification, storage proofs, a block body, the sealed result |
//! | [`proof`] | headers, justification and storage proofs, verified |
//! | [`facts`] | what is read in proven state, and where |
//! | [`draw`] | what executor and verifiers were drawn from, read there too |
//! | [`gather`] | how a node is asked for it |
//! | [`checks`] | what has to hold; pure |
//! | [`report`] | what people and programs are told |
//!
//! A node is believed nothing but who the validators are, and that only without a chain specification. What was gathered goes
//! through the same checks as what was saved.

pub(crate) mod bundle;
pub(crate) mod checks;
pub(crate) mod draw;
pub(crate) mod facts;
pub(crate) mod gather;
#[cfg(test)]
pub(crate) mod lab;
pub(crate) mod proof;
pub(crate) mod report;
