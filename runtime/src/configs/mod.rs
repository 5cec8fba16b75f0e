//! Configuration of the pallets, by domain.

mod accounts;
mod consensus;
mod deployments;
mod errands;
mod fees;
mod governance;
mod modules;
mod system;

pub use accounts::ProxyType;
pub use governance::{CouncilInstance, GovernanceOrigin};
pub use modules::{DEFAULT_PARAMETERS, SHORT_PARAMETERS};
