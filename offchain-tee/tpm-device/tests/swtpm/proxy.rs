//! A wire between the library and the chip that can be listened to, slowed down and cut.

use std::{
	io::{Read, Write},
	net::{Shutdown, TcpListener, TcpStream},
	sync::{
		Arc, Mutex,
		atomic::{AtomicBool, AtomicU64, Ordering},
	},
	thread,
	time::Duration,
};

use crate::soft::{free_ports, tcti};
use tea_tpm_device::Tcti;

/// Which delays the commands get: in turn, so that a run is the same every time.
const DELAYS_MS: [u64; 8] = [200, 600, 350, 250, 500, 200, 450, 300];

#[derive(Default)]
struct Wire {
	recorded: Mutex<Vec<u8>>,
	is_slow: AtomicBool,
	commands: AtomicU64,
	busy: AtomicU64,
	busy_code: AtomicU64,
	cut: Mutex<Option<(u32, bool)>>,
	extends: AtomicU64,
	tampers: AtomicBool,
}

const QUOTE: [u8; 4] = 0x158u32.to_be_bytes();
const ACTIVATE: [u8; 4] = 0x147u32.to_be_bytes();

/// Extends PCR 11 of the SHA-256 bank, with the empty password.
fn extend_command() -> Vec<u8> {
	let mut command = vec![0x80, 0x02, 0, 0, 0, 65, 0, 0, 0x01, 0x82, 0, 0, 0, 11];
	command.extend([0, 0, 0, 9, 0x40, 0, 0, 9, 0, 0, 0, 0, 0]);
	command.extend([0, 0, 0, 1, 0, 0x0b]);
	command.extend([1; 32]);
	command
}

pub(crate) struct Proxy {
	port: u16,
	wire: Arc<Wire>,
}

impl Proxy {
	/// A wire to the chip at `port`, and its control channel at the next one.
	pub(crate) fn to(port: u16) -> Self {
		let wire = Arc::new(Wire::default());
		let own = free_ports();
		for offset in 0..2 {
			let listener = TcpListener::bind(("127.0.0.1", own + offset)).expect("a port");
			let wire = wire.clone();
			thread::spawn(move || {
				for client in listener.incoming() {
					let (Ok(client), Ok(chip)) =
						(client, TcpStream::connect(("127.0.0.1", port + offset)))
					else {
						return;
					};
					connect(client, chip, wire.clone(), offset == 0);
				}
			});
		}
		Self { port: own, wire }
	}

	pub(crate) fn tcti(&self) -> Tcti {
		tcti(self.port)
	}

	/// From now on every answer takes 200 to 600 ms.
	pub(crate) fn slow_down(&self) {
		self.wire.is_slow.store(true, Ordering::SeqCst);
	}

	/// The next commands do not reach the chip and are answered with this code.
	pub(crate) fn be_busy(&self, code: u64, commands: u64) {
		self.wire.busy_code.store(code, Ordering::SeqCst);
		self.wire.busy.store(commands, Ordering::SeqCst);
	}

	/// The connection breaks at the next command with this code: after the chip did it, or before.
	pub(crate) fn cut(&self, command: u32, arrives: bool) {
		*self.wire.cut.lock().expect("a cut") = Some((command, arrives));
	}

	/// In front of each of the next quotes, somebody extends PCR 11.
	pub(crate) fn extend_before(&self, quotes: u64) {
		self.wire.extends.store(quotes, Ordering::SeqCst);
	}

	/// Changes one byte of every secret that the chip gives.
	pub(crate) fn tamper(&self, tampers: bool) {
		self.wire.tampers.store(tampers, Ordering::SeqCst);
	}

	/// How many answers went over the wire.
	pub(crate) fn commands(&self) -> u64 {
		self.wire.commands.load(Ordering::SeqCst)
	}

	/// Everything that went over the wire, in both directions.
	pub(crate) fn recorded(&self) -> Vec<u8> {
		self.wire.recorded.lock().expect("a recording").clone()
	}

	pub(crate) fn saw(&self, bytes: &[u8]) -> bool {
		self.recorded()
			.windows(bytes.len())
			.any(|window| window == bytes)
	}
}

impl Wire {
	/// What happens to a command instead of going to the chip, if anything: an answer, or an end.
	fn intercept(&self, command: &[u8], chip: &mut TcpStream) -> Option<Vec<u8>> {
		let mut cut = self.cut.lock().expect("a cut");
		if let (Some((code, arrives)), Some(sent)) = (*cut, command.get(6..10))
			&& sent == code.to_be_bytes()
		{
			*cut = None;
			if arrives {
				chip.write_all(command).expect("the chip");
				let _ = chip.read(&mut [0; 8192]);
			}
			return Some(vec![]);
		}
		let one_less = |left: u64| left.checked_sub(1);
		let is_quote = command.get(6..10) == Some(&QUOTE);
		if is_quote
			&& self
				.extends
				.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less)
				.is_ok()
		{
			chip.write_all(&extend_command()).expect("the chip");
			let mut answer = [0; 64];
			let len = chip.read(&mut answer).expect("an answer");
			assert_eq!(answer[6..10], [0; 4], "extended: {:?}", &answer[..len]);
		}
		self.busy
			.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less)
			.ok()?;
		let code = self.busy_code.load(Ordering::SeqCst) as u32;
		let answer = [&[0x80, 0x01, 0, 0, 0, 10][..], &code.to_be_bytes()].concat();
		Some(answer)
	}
}

/// One command, one answer, until either side ends.
fn connect(mut client: TcpStream, mut chip: TcpStream, wire: Arc<Wire>, is_data: bool) {
	thread::spawn(move || {
		let mut buffer = [0; 8192];
		while let Ok(len @ 1..) = client.read(&mut buffer) {
			let command = &buffer[..len];
			wire.recorded
				.lock()
				.expect("a recording")
				.extend_from_slice(command);
			if is_data {
				match wire.intercept(command, &mut chip) {
					Some(answer) if answer.is_empty() => break,
					Some(answer) => {
						if client.write_all(&answer).is_err() {
							break;
						}
						continue;
					}
					None => {}
				}
			}
			let tampers = is_data
				&& command.get(6..10) == Some(&ACTIVATE)
				&& wire.tampers.load(Ordering::SeqCst);
			if chip.write_all(command).is_err() {
				break;
			}
			let Ok(len @ 1..) = chip.read(&mut buffer) else {
				break;
			};
			if tampers {
				// Behind the header, the length of the parameters and the length of the secret.
				buffer[20] ^= 1;
			}
			wire.recorded
				.lock()
				.expect("a recording")
				.extend_from_slice(&buffer[..len]);
			if is_data {
				let number = wire.commands.fetch_add(1, Ordering::SeqCst);
				if wire.is_slow.load(Ordering::SeqCst) {
					let delay = DELAYS_MS[number as usize % DELAYS_MS.len()];
					thread::sleep(Duration::from_millis(delay));
				}
			}
			if client.write_all(&buffer[..len]).is_err() {
				break;
			}
		}
		for end in [client, chip] {
			let _ = end.shutdown(Shutdown::Both);
		}
	});
}
