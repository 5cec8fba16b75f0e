//! Pins: how this module comes by keys, keeps them, and hands them on (SPEC 5.E – 5.H, F-03 – F-05).
//!
//! | room | what |
//! | --- | --- |
//! | [`protocol`], [`denial`] | what is said, and how it is refused |
//! | [`policy`], [`admission`], [`checker`] | who may: by whoever runs this module, by the owner's terms, by ability |
//! | [`content`] | whether a key opens what it should |
//! | [`seal`], [`links`] | keys on their way, and the proof of it |
//! | [`vault`] | the keys that are here |
//! | [`board`] | what wants pins |
//! | `initial`, `parent`, `candidate` | the three parts that a module plays |
//! | [`service`], `letters`, `follow`, `owners`, `seats` | the loop that plays them: what it reads and sees, what it does for owners and for itself |
//!
//! Every decision that lets a key leave is taken at a finalised head that is younger than a minute.

pub mod admission;
pub mod board;
mod candidate;
pub mod checker;
pub mod content;
pub mod denial;
mod follow;
mod initial;
pub mod ipfs;
mod letters;
pub mod links;
mod owners;
mod parent;
pub mod policy;
pub mod protocol;
pub mod seal;
mod seats;
pub mod service;
pub mod vault;
pub mod world;

pub use denial::Denial;
pub use policy::Policy;
pub use service::{Feed, Pins};
pub use vault::Vault;
pub use world::World;
