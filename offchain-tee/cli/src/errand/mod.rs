//! What the commands about errands share: own orders and their keys, what is run, where an errand stands, keys for executors,
//! results, bills, proofs.

pub(crate) mod bill;
pub(crate) mod book;
pub(crate) mod evidence;
pub(crate) mod keys;
pub(crate) mod result;
pub(crate) mod sources;
pub(crate) mod stage;
pub(crate) mod words;
