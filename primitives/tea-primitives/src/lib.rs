//! Words that every room of TEA shares. No FRAME and no behaviour: types, units and ids.

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod chain;
