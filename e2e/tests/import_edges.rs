//! Who may import whom (DESIGN §2), checked over `cargo metadata` so that a forbidden edge fails the build.

use cargo_metadata::{Metadata, MetadataCommand};
use std::collections::BTreeSet;

/// A dependency between two rooms, or from a room to a crate of somebody else.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Edge {
	from: String,
	from_room: Room,
	to: String,
	/// `None` for crates that are not ours.
	to_room: Option<Room>,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Room {
	Primitives,
	Pallets,
	Runtime,
	Node,
	Executor,
	GuestAbi,
	Ipfs,
	OffchainTee,
	EndToEnd,
}

impl Room {
	/// The room of a package by its folder below the root of the workspace.
	fn of(folder: &str) -> Option<Room> {
		let rooms = [
			("primitives/", Room::Primitives),
			("pallets/", Room::Pallets),
			("runtime", Room::Runtime),
			("node", Room::Node),
			("offchain-tee/executor", Room::Executor),
			("offchain-tee/guest/abi", Room::GuestAbi),
			("offchain-tee/ipfs", Room::Ipfs),
			("offchain-tee/", Room::OffchainTee),
			("e2e", Room::EndToEnd),
		];
		rooms
			.into_iter()
			.find(|(prefix, _)| folder.starts_with(prefix))
			.map(|(_, room)| room)
	}

	/// Our rooms that this one may import.
	fn may_import(self) -> &'static [Room] {
		match self {
			Room::Primitives => &[Room::Primitives],
			Room::Pallets => &[Room::Primitives],
			Room::Runtime => &[Room::Primitives, Room::Pallets],
			Room::Node => &[Room::Primitives, Room::Runtime],
			Room::Executor => &[Room::GuestAbi],
			Room::GuestAbi | Room::Ipfs => &[],
			Room::OffchainTee => &[
				Room::Primitives,
				Room::Executor,
				Room::GuestAbi,
				Room::Ipfs,
				Room::OffchainTee,
			],
			Room::EndToEnd => &[],
		}
	}

	/// Prefixes of foreign crates that this room must not import.
	fn must_not_use(self) -> &'static [&'static str] {
		match self {
			Room::Primitives => &["frame-", "pallet-", "sc-", "polkadot-sdk"],
			Room::Pallets | Room::Runtime => &["sc-", "polkadot-sdk"],
			Room::Node => &["polkadot-sdk"],
			Room::Executor | Room::GuestAbi | Room::Ipfs => &[
				"frame-",
				"pallet-",
				"sc-",
				"sp-",
				"subxt",
				"smoldot",
				"tss-esapi",
			],
			Room::OffchainTee | Room::EndToEnd => &["frame-", "pallet-", "sc-", "polkadot-sdk"],
		}
	}
}

fn is_forbidden(edge: &Edge) -> bool {
	match edge.to_room {
		Some(room) => !edge.from_room.may_import().contains(&room),
		None => edge
			.from_room
			.must_not_use()
			.iter()
			.any(|prefix| edge.to.starts_with(prefix)),
	}
}

/// Direct dependencies of every package of the workspace, of every kind.
fn edges(metadata: &Metadata) -> BTreeSet<Edge> {
	let folder = |manifest: &str| {
		let root = metadata.workspace_root.as_str();
		manifest
			.strip_prefix(root)
			.map(|path| path.trim_start_matches('/').to_owned())
	};
	let mut edges = BTreeSet::new();
	for package in metadata.workspace_packages() {
		let path = folder(package.manifest_path.as_str()).expect("members lie in the workspace");
		let from_room = Room::of(&path)
			.unwrap_or_else(|| panic!("{path}: no room has this folder; add it to this test"));
		for dependency in &package.dependencies {
			let to_room = dependency
				.path
				.as_ref()
				.and_then(|path| folder(path.as_str()))
				.and_then(|path| Room::of(&path));
			edges.insert(Edge {
				from: package.name.to_string(),
				from_room,
				to: dependency.name.clone(),
				to_room,
			});
		}
	}
	edges
}

#[test]
fn no_room_imports_what_it_must_not() {
	let metadata = MetadataCommand::new()
		.no_deps()
		.exec()
		.expect("cargo metadata runs");
	let edges = edges(&metadata);
	assert!(
		edges
			.iter()
			.any(|edge| edge.from == "tea-node" && edge.to == "tea-runtime"),
		"the edge node → runtime exists, so a list without it was not read right"
	);
	let forbidden: Vec<_> = edges.into_iter().filter(is_forbidden).collect();
	assert!(forbidden.is_empty(), "forbidden imports: {forbidden:#?}");
}

#[test]
fn forbidden_edges_are_recognised() {
	let ours = |from_room, to_room| Edge {
		from: "a".into(),
		from_room,
		to: "b".into(),
		to_room: Some(to_room),
	};
	for (from, to) in [
		(Room::Primitives, Room::Pallets),
		(Room::Pallets, Room::Pallets),
		(Room::Pallets, Room::Runtime),
		(Room::Node, Room::Pallets),
		(Room::OffchainTee, Room::Runtime),
		(Room::OffchainTee, Room::Node),
		(Room::Executor, Room::Primitives),
		(Room::Executor, Room::OffchainTee),
		(Room::Ipfs, Room::OffchainTee),
		(Room::EndToEnd, Room::Runtime),
	] {
		assert!(
			is_forbidden(&ours(from, to)),
			"{from:?} → {to:?} must be refused"
		);
	}
	for (from, to) in [
		(Room::Pallets, Room::Primitives),
		(Room::Runtime, Room::Pallets),
		(Room::Node, Room::Runtime),
		(Room::OffchainTee, Room::Executor),
		(Room::OffchainTee, Room::Ipfs),
		(Room::Executor, Room::GuestAbi),
	] {
		assert!(
			!is_forbidden(&ours(from, to)),
			"{from:?} → {to:?} must be allowed"
		);
	}
}

#[test]
fn forbidden_foreign_crates_are_recognised() {
	let foreign = |from_room, to: &str| Edge {
		from: "a".into(),
		from_room,
		to: to.into(),
		to_room: None,
	};
	assert!(is_forbidden(&foreign(Room::Primitives, "frame-support")));
	assert!(is_forbidden(&foreign(Room::OffchainTee, "pallet-balances")));
	assert!(is_forbidden(&foreign(Room::Executor, "subxt")));
	assert!(is_forbidden(&foreign(Room::Pallets, "sc-service")));
	assert!(!is_forbidden(&foreign(Room::Pallets, "frame-support")));
	assert!(!is_forbidden(&foreign(Room::Executor, "wasmi")));
}
