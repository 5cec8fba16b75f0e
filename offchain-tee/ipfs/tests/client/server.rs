//! A small HTTP server whose answers the test decides.

use std::{
	io::{BufRead, BufReader, Read, Write},
	net::{TcpListener, TcpStream},
	sync::Arc,
	thread,
};

use tea_ipfs::Client;

/// What is answered: status, and body.
pub(crate) type Answer = (u16, Vec<u8>);

/// What came: the path behind `/api/v0/`, its arguments, and the body.
pub(crate) struct Asked {
	pub(crate) path: String,
	pub(crate) arguments: Vec<(String, String)>,
	pub(crate) headers: String,
	pub(crate) body: Vec<u8>,
}

impl Asked {
	pub(crate) fn argument(&self, name: &str) -> Option<&str> {
		let found = self.arguments.iter().find(|(key, _)| key == name)?;
		Some(&found.1)
	}

	/// The only part of the form.
	pub(crate) fn file(&self) -> Vec<u8> {
		let boundary = self
			.headers
			.lines()
			.find_map(|line| line.split_once("boundary="))
			.unwrap()
			.1
			.trim();
		let find =
			|bytes: &[u8], part: &[u8]| bytes.windows(part.len()).position(|window| window == part);
		let from = find(&self.body, b"\r\n\r\n").unwrap() + 4;
		let end = format!("\r\n--{boundary}--\r\n");
		let to = self.body.len() - end.len();
		assert_eq!(&self.body[to..], end.as_bytes());
		self.body[from..to].to_vec()
	}
}

fn asked(stream: &mut BufReader<TcpStream>) -> Option<Asked> {
	let mut line = String::new();
	stream.read_line(&mut line).ok().filter(|len| *len > 0)?;
	assert!(line.starts_with("POST /api/v0/"), "{line}");
	let target = line.split_whitespace().nth(1)?["/api/v0/".len()..].to_owned();
	let (path, query) = target.split_once('?').unwrap_or((&target, ""));
	let arguments = query
		.split('&')
		.filter_map(|pair| pair.split_once('='))
		.map(|(name, value)| (name.to_owned(), value.to_owned()))
		.collect();
	let mut headers = String::new();
	while !headers.ends_with("\r\n\r\n") && headers != "\r\n" {
		stream.read_line(&mut headers).ok().filter(|len| *len > 0)?;
	}
	let length = headers
		.lines()
		.find_map(|line| {
			let (name, value) = line.split_once(':')?;
			name.eq_ignore_ascii_case("content-length")
				.then(|| value.trim().parse().unwrap())
		})
		.unwrap_or(0);
	let mut body = vec![0; length];
	stream.read_exact(&mut body).ok()?;
	Some(Asked {
		path: path.to_owned(),
		arguments,
		headers,
		body,
	})
}

/// A client of a server that answers so.
pub(crate) fn client(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Client {
	raw(move |asked, stream| {
		let (status, body) = answer(asked);
		let head = format!(
			"HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n",
			body.len()
		);
		stream.write_all(head.as_bytes())?;
		stream.write_all(&body)
	})
}

/// A client of a server that writes what it likes.
pub(crate) fn raw(
	answer: impl Fn(&Asked, &mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static,
) -> Client {
	let listener = TcpListener::bind("127.0.0.1:0").unwrap();
	let url = format!("http://{}", listener.local_addr().unwrap());
	let answer = Arc::new(answer);
	thread::spawn(move || {
		for stream in listener.incoming().flatten() {
			let answer = answer.clone();
			thread::spawn(move || {
				let mut stream = BufReader::new(stream);
				while let Some(asked) = asked(&mut stream) {
					// The client may have heard enough.
					if answer(&asked, stream.get_mut()).is_err() {
						return;
					}
				}
			});
		}
	});
	Client::new(&url).unwrap()
}
