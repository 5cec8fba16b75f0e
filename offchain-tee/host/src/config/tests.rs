use super::*;

fn file(text: &str) -> (tempfile::TempDir, Flags) {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("host.toml");
	fs::write(&path, text).unwrap();
	let flags = Flags {
		config: Some(path),
		..Flags::default()
	};
	(dir, flags)
}

fn refusal(flags: Flags) -> HostError {
	Config::resolve(flags).unwrap_err()
}

#[test]
fn defaults_are_local() {
	let config = Config::resolve(Flags::default()).unwrap();
	assert_eq!(config.link.to_string(), "unix:tea-host/link.sock");
	assert_eq!(config.listen[0].to_string(), "/ip4/127.0.0.1/tcp/30500");
	assert_eq!(config.http, Some("127.0.0.1:9950".parse().unwrap()));
	assert_eq!(config.chain_rpc.as_deref(), Some("ws://127.0.0.1:9944"));
}

#[test]
fn flags_go_before_the_file_and_what_is_shown_reads_back() {
	let (_dir, flags) =
		file("http = \"none\"\nlisten = [\"/ip4/10.0.0.1/tcp/1\"]\nchain_rpc = \"none\"");
	let flags = Flags {
		listen: vec!["/ip6/::1/tcp/0".into(), "/ip4/127.0.0.1/tcp/0".into()],
		..flags
	};
	let config = Config::resolve(flags).unwrap();
	assert_eq!(config.listen.len(), 2);
	assert_eq!((config.http, &config.chain_rpc), (None, &None));
	let (_dir, again) = file(&config.to_toml());
	assert_eq!(Config::resolve(again).unwrap(), config);
}

#[test]
fn typos_are_refused_with_one_sentence() {
	let (_dir, flags) = file("htpp = \"none\"");
	let error = refusal(flags);
	assert_eq!(error.code(), 2);
	assert!(error.to_string().contains("htpp"), "{error}");
	let missing = Flags {
		config: Some("/nonexistent/host.toml".into()),
		..Flags::default()
	};
	assert!(refusal(missing).to_string().contains("cannot be read"));
	let list = |value: &str| vec![value.to_owned()];
	let cases = [
		(
			Flags {
				listen: list("127.0.0.1:1"),
				..Flags::default()
			},
			"listen",
		),
		(
			Flags {
				listen: list("/dns/localhost/tcp/1"),
				..Flags::default()
			},
			"listen",
		),
		(
			Flags {
				listen: list("/ip4/127.0.0.1/udp/1"),
				..Flags::default()
			},
			"listen",
		),
		(
			Flags {
				bootnode: list("/ip4/127.0.0.1/tcp/1"),
				..Flags::default()
			},
			"/p2p/",
		),
		(
			Flags {
				external: list("x"),
				..Flags::default()
			},
			"external",
		),
		(
			Flags {
				http: Some("localhost".into()),
				..Flags::default()
			},
			"http",
		),
		(
			Flags {
				chain_rpc: Some("http://x".into()),
				..Flags::default()
			},
			"chain_rpc",
		),
		(
			Flags {
				link: Some("tcp:0.0.0.0:1".into()),
				..Flags::default()
			},
			"loopback",
		),
		(
			Flags {
				http_per_second: Some(0),
				..Flags::default()
			},
			"at least 1",
		),
	];
	for (flags, expected) in cases {
		let error = refusal(flags);
		assert_eq!(error.code(), 2);
		assert!(error.to_string().contains(expected), "{error}");
	}
}

#[test]
fn public_addresses_need_the_flag() {
	let listen = vec!["/ip4/0.0.0.0/tcp/0".to_owned()];
	let flags = Flags {
		listen,
		..Flags::default()
	};
	assert!(matches!(refusal(flags.clone()), HostError::PublicBind(_)));
	let public = Flags {
		public: true,
		..flags
	};
	assert!(Config::resolve(public).is_ok());
	let http = Flags {
		http: Some("0.0.0.0:0".into()),
		..Flags::default()
	};
	assert!(matches!(refusal(http), HostError::PublicBind(_)));
}

#[test]
fn bootnode_is_read() {
	let peer = PeerId::random();
	let flags = Flags {
		bootnode: vec![format!("/ip4/127.0.0.1/tcp/1/p2p/{peer}")],
		..Flags::default()
	};
	let config = Config::resolve(flags).unwrap();
	assert_eq!(peer_of(&config.bootnodes[0]), Some(peer));
}

#[test]
fn addresses_for_content_are_checked() {
	let with = |change: fn(&mut IpfsFlags)| {
		let mut flags = Flags::default();
		change(&mut flags.ipfs);
		flags
	};
	for (flags, expected) in [
		(
			with(|ipfs| ipfs.ipfs_rpc = Some("10.0.0.1:9960".into())),
			"--ipfs-rpc-token-file",
		),
		(with(|ipfs| ipfs.ipfs_rpc = Some("9960".into())), "ipfs_rpc"),
		(with(|ipfs| ipfs.gateway = Some("x".into())), "gateway"),
		(
			with(|ipfs| ipfs.ipfs_api = Some("https://kubo:5001".into())),
			"ipfs_api",
		),
		(with(|ipfs| ipfs.ipfs_quota_mib = Some(0)), "from 1 to"),
		(
			with(|ipfs| ipfs.ipfs_max_file_mib = Some(1 << 40)),
			"from 1 to",
		),
		(with(|ipfs| ipfs.gateway_per_second = Some(0)), "at least 1"),
		(
			with(|ipfs| ipfs.gateway = Some("0.0.0.0:80".into())),
			"--public",
		),
	] {
		let error = refusal(flags);
		assert_eq!(error.code(), 2);
		assert!(error.to_string().contains(expected), "{error}");
	}
	// Behind a token the local network may ask.
	let flags = with(|ipfs| {
		ipfs.ipfs_rpc = Some("10.0.0.1:9960".into());
		ipfs.ipfs_rpc_token_file = Some("/etc/tea/ipfs.token".into());
	});
	assert!(Config::resolve(flags).is_ok());
	let (_dir, flags) = file("ipfs_rpc = \"none\"\ngateway = \"127.0.0.1:1\"\nipfs_quota_mib = 5");
	let config = Config::resolve(flags).unwrap();
	assert_eq!((config.ipfs.rpc, config.ipfs.quota()), (None, 5 << 20));
	assert_eq!(config.ipfs.gateway, Some("127.0.0.1:1".parse().unwrap()));
}
