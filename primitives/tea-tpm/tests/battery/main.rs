//! The negative battery: one named test per refusal, and the acceptances that they stand beside.

mod cert;
mod lab;

mod binding;
mod certificate;
mod codec_frozen;
mod counters;
mod credential;
mod evidence;
mod fixtures;
mod pcr;
mod pot;
mod properties;
mod public;
mod quote;
mod signature;
mod vectors;
