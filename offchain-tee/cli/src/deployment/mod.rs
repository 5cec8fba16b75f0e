//! What the commands about deployments share: the terms, what is deployed, the own keys, the way to a module.

pub(crate) mod keystore;
pub(crate) mod offer;
pub(crate) mod post;
pub(crate) mod proof;
pub(crate) mod source;
pub(crate) mod store;
pub(crate) mod terms;
