//! The negative battery: a named test for each way to cheat, and the acceptances that they stand beside.

mod lab;

mod content;
mod envelope;
mod frozen;
mod properties;
