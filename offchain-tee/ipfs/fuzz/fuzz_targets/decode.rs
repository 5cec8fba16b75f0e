//! CIDs, nodes, and the protocol buffers below them: what decodes has one form, and nothing panics.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tea_ipfs::{cid, dag_pb, protobuf::Reader};

fuzz_target!(|bytes: &[u8]| {
	if let Ok(cid) = cid::from_bytes(bytes) {
		assert_eq!(cid.to_bytes(), bytes);
		assert_eq!(cid::parse(&cid.to_string()), Ok(cid));
	}
	if let Ok(text) = std::str::from_utf8(bytes)
		&& let Ok(cid) = cid::parse(text)
	{
		assert_eq!(cid::from_bytes(&cid.to_bytes()), Ok(cid));
	}
	if let Ok(links) = dag_pb::read(bytes) {
		assert_eq!(dag_pb::write(&links), bytes);
	}
	let mut reader = Reader::new(bytes);
	while let Ok(Some(_)) = reader.field() {}
});
