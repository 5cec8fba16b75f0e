//! Streams of bytes on one machine.

use std::{fs, io, os::unix::fs::PermissionsExt, path::Path};

use tokio::{
	io::{AsyncRead, AsyncWrite},
	net::{TcpListener, TcpStream, UnixListener, UnixStream},
	task::JoinHandle,
};

use crate::LinkAddress;

/// A task that ends with its owner, also when that one is cut off.
pub(crate) struct Owned<T>(pub(crate) JoinHandle<T>);

impl<T> Drop for Owned<T> {
	fn drop(&mut self) {
		self.0.abort();
	}
}

pub(crate) type Reader = Box<dyn AsyncRead + Send + Unpin>;
pub(crate) type Writer = Box<dyn AsyncWrite + Send + Unpin>;

fn of_tcp(stream: TcpStream) -> io::Result<(Reader, Writer)> {
	stream.set_nodelay(true)?;
	let (reader, writer) = stream.into_split();
	Ok((Box::new(reader), Box::new(writer)))
}

fn of_unix(stream: UnixStream) -> (Reader, Writer) {
	let (reader, writer) = stream.into_split();
	(Box::new(reader), Box::new(writer))
}

pub(crate) async fn connect(address: &LinkAddress) -> io::Result<(Reader, Writer)> {
	match address {
		LinkAddress::Tcp(address) => of_tcp(TcpStream::connect(address).await?),
		LinkAddress::Unix(path) => Ok(of_unix(UnixStream::connect(path).await?)),
	}
}

/// What accepts links.
pub(crate) enum Listener {
	Tcp(TcpListener),
	Unix(UnixListener),
}

impl Listener {
	pub(crate) async fn bind(address: &LinkAddress) -> io::Result<Self> {
		match address {
			LinkAddress::Tcp(address) => Ok(Self::Tcp(TcpListener::bind(address).await?)),
			LinkAddress::Unix(path) => {
				remove_stale(path).await?;
				let listener = UnixListener::bind(path)?;
				// Who may connect may send letters; that is for the user and the group of the host.
				fs::set_permissions(path, fs::Permissions::from_mode(0o660))?;
				Ok(Self::Unix(listener))
			}
		}
	}

	/// Where it listens, with the port that it got.
	pub(crate) fn local(&self, asked: &LinkAddress) -> io::Result<LinkAddress> {
		match self {
			Self::Tcp(listener) => Ok(LinkAddress::Tcp(listener.local_addr()?)),
			Self::Unix(_) => Ok(asked.clone()),
		}
	}

	pub(crate) async fn accept(&self) -> io::Result<(Reader, Writer)> {
		match self {
			Self::Tcp(listener) => of_tcp(listener.accept().await?.0),
			Self::Unix(listener) => Ok(of_unix(listener.accept().await?.0)),
		}
	}
}

/// A socket that a dead process left behind is removed; one that answers is in use, anything else is not ours.
async fn remove_stale(path: &Path) -> io::Result<()> {
	use std::os::unix::fs::FileTypeExt;
	let Ok(metadata) = fs::symlink_metadata(path) else {
		return Ok(());
	};
	if !metadata.file_type().is_socket() {
		return Err(io::Error::new(
			io::ErrorKind::AlreadyExists,
			"there is a file of this name that is no socket",
		));
	}
	match UnixStream::connect(path).await {
		Ok(_) => Err(io::ErrorKind::AddrInUse.into()),
		Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path),
		Err(error) => Err(error),
	}
}
