//! Harness of the end-to-end tests: real binaries as processes, looked at from outside.
//!
//! Nothing of this repository is linked in. A test gets a [`Lab`] (a temporary directory, a directory for
//! logs), starts programs in it, talks to them over the interfaces that users have (command line,
//! signals, JSON-RPC, HTTP), and leaves nothing behind: processes die with their handle, databases with
//! the lab. Logs stay under `<target>/e2e-logs/<test>/`; their tails are printed when a test fails.
//!
//! ```no_run
//! #[test]
//! fn a_dev_node_finalises() {
//!     tea_e2e::run("a_dev_node_finalises", async |lab| {
//!         let node = lab.node("alice").arg("--dev").start().await?;
//!         node.rpc().wait_finalized(1, std::time::Duration::from_secs(60)).await?;
//!         let (status, _) = node.stop(tea_e2e::Signal::SIGTERM).await?;
//!         anyhow::ensure!(status.success());
//!         Ok(())
//!     });
//! }
//! ```

mod accounts;
mod binary;
mod daemon;
mod diary;
pub mod errands;
mod forger;
mod guests;
mod hostile;
mod http;
mod lab;
mod leaks;
mod load;
mod marks;
mod modules;
mod network;
mod node;
mod owner;
mod process;
mod rpc;
mod slow_chip;
pub mod storage;
mod tap;
mod tpm;
mod wait;

pub use accounts::Dev;
pub use binary::{locate, locate_example};
pub use daemon::{Daemon, DaemonBuilder};
pub use diary::read_diary;
pub use forger::{Forger, Forgery};
pub use guests::{Guests, root};
pub use hostile::{Attacker, BothWays, Faults, HostileHost, Mangling};
pub use http::{Metrics, Reply, get, post_json};
pub use lab::{CommandOutput, Lab, run};
pub use leaks::{Leak, Leaks};
pub use load::{Load, watch_load};
pub use marks::Marks;
pub use modules::{Answer, ModuleNet, OWNERS, Place};
pub use network::{all_connected, start_validators, voters_that_may_fail};
pub use node::{Node, NodeBuilder, StoppedNode};
pub use owner::{Owner, Stage, id_of};
pub use process::{Output, Process};
pub use rpc::{BlockRef, Rpc};
pub use tap::{Tap, Taps, Upstream};
pub use tpm::SoftTpm;
pub use wait::{Deadline, wait_until};

pub use nix::sys::signal::Signal;
