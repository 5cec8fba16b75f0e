//! Every length has one layout or none, and the leaves of a layout add up.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tea_envelope::{Layout, content::LEAF_LEN};

fuzz_target!(|input: (u64, u32)| {
	let (len, index) = input;
	if let Ok(layout) = Layout::of_sealed(len) {
		assert_eq!(layout.sealed_len(), len);
		assert_eq!(Layout::of_plain(layout.plain_len()), Ok(layout));
	}
	if let Ok(layout) = Layout::of_plain(len) {
		assert_eq!(layout.plain_len(), len);
		assert_eq!(Layout::of_sealed(layout.sealed_len()), Ok(layout));
		match layout.leaf_len(index) {
			None => assert!(index >= layout.leaves()),
			Some(leaf) if index + 1 == layout.leaves() => {
				let before = u64::from(index) * LEAF_LEN as u64;
				assert_eq!(before + leaf as u64, layout.sealed_len());
			}
			Some(leaf) => assert_eq!(leaf, LEAF_LEN),
		}
	}
});
