//! SIGTERM and SIGINT: the first one drains, the second one stops now.

use tokio::{
	signal::unix::{Signal, SignalKind, signal},
	sync::watch,
};

use crate::exit::{Cause, Exit};

/// Exit code of a stop that could not wait.
const AT_ONCE: i32 = 130;

/// Becomes true with the first signal.
pub fn listen() -> Result<watch::Receiver<bool>, Exit> {
	let failed = |error: std::io::Error| Exit::of(Cause::Internal, &error);
	let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
	let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
	let (stop, stopped) = watch::channel(false);
	tokio::spawn(async move {
		either(&mut terminate, &mut interrupt).await;
		tracing::info!("stopping; a second signal stops at once");
		stop.send_replace(true);
		either(&mut terminate, &mut interrupt).await;
		std::process::exit(AT_ONCE);
	});
	Ok(stopped)
}

/// Waits for the first signal.
pub async fn stopped(stop: &mut watch::Receiver<bool>) {
	// Without a sender the process is ending anyway.
	let _ = stop.wait_for(|stop| *stop).await;
}

async fn either(one: &mut Signal, other: &mut Signal) {
	tokio::select! {
		_ = one.recv() => (),
		_ = other.recv() => (),
	}
}
