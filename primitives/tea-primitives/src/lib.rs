//! Words that every room of TEA shares: types, units, ids, records, what is signed, and the traits through which pallets
//! meet. No FRAME, and no behaviour but the arithmetic of weights and tickets and the draw of committees, in which the
//! chain and those who reckon with it or check it have to agree.
//!
//! Everything here is stored, signed or shown to clients, so encodings are frozen: an enum variant keeps its
//! index for ever, a removed one stays reserved, and the tests hold literal bytes.

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

extern crate alloc;

pub mod camellia;
pub mod chain;
pub mod committee;
pub mod deployment;
pub mod draw;
pub mod errand;
pub mod ids;
pub mod module;
pub mod ticket;
pub mod verdict;

/// What the hardware behind a chip can prove (SPEC 1). Not to be confused with the kind of a Camellia.
pub use tea_tpm::HardwareClass;
