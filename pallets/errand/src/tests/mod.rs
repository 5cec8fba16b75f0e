//! Tests by concern. Names that the list of attacks gives are kept.

mod archive;
mod arithmetic;
mod claim;
mod complete;
mod duties;
mod ends;
mod frozen;
mod keys;
pub(crate) mod lab;
mod many;
mod post;
mod properties;
mod quorum;
mod settlement;
mod views;
