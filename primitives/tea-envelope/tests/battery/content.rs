//! Contents: what opens, and every way in which stored bytes may be spoilt.

use tea_envelope::{
	content::{self, CHUNK_LEN, FIRST_CHUNK_LEN, HEADER_LEN, LEAF_LEN, TAG_LEN},
	*,
};

use crate::lab::*;

fn seal(len: usize, seed: u64) -> Vec<u8> {
	content::seal(&k1(1), &ID, &plaintext(len), &mut rng(seed)).expect("sealed")
}

fn refused(sealed: &[u8]) {
	assert_eq!(
		content::open(&k1(1), &ID, sealed).err(),
		Some(EnvelopeError::Open)
	);
}

/// Three leaves, the last one not full.
fn three_leaves(seed: u64) -> Vec<u8> {
	seal(FIRST_CHUNK_LEN + CHUNK_LEN + 5, seed)
}

fn leaf(sealed: &[u8], index: usize) -> &[u8] {
	sealed.chunks(LEAF_LEN).nth(index).expect("a leaf")
}

#[test]
fn round_trip_at_every_border() {
	for leaves in 0..3 {
		let border = if leaves == 0 {
			0
		} else {
			FIRST_CHUNK_LEN + (leaves - 1) * CHUNK_LEN
		};
		for len in border.saturating_sub(2)..=border + 2 {
			let sealed = seal(len, len as u64);
			let opened = content::open(&k1(1), &ID, &sealed).expect("opened");
			assert!(*opened == plaintext(len), "{len}");
		}
	}
}

#[test]
fn every_leaf_but_the_last_is_one_mebibyte() {
	for (len, leaves) in [
		(0, vec![HEADER_LEN + TAG_LEN]),
		(1, vec![HEADER_LEN + TAG_LEN + 1]),
		(FIRST_CHUNK_LEN, vec![LEAF_LEN]),
		(FIRST_CHUNK_LEN + 1, vec![LEAF_LEN, TAG_LEN + 1]),
		(FIRST_CHUNK_LEN + CHUNK_LEN, vec![LEAF_LEN, LEAF_LEN]),
		(
			FIRST_CHUNK_LEN + CHUNK_LEN + 1,
			vec![LEAF_LEN, LEAF_LEN, TAG_LEN + 1],
		),
	] {
		let layout = Layout::of_plain(len as u64).expect("a layout");
		let lens: Vec<_> = (0..).map_while(|index| layout.leaf_len(index)).collect();
		assert_eq!(lens, leaves, "{len}");
		assert_eq!(layout.sealed_len(), leaves.iter().sum::<usize>() as u64);
		assert_eq!(seal(len, 1).len() as u64, layout.sealed_len());
	}
	assert_eq!(LEAF_LEN, 1_048_576);
}

#[test]
fn sealing_twice_gives_other_bytes() {
	let (one, other) = (seal(100, 1), seal(100, 2));
	assert_ne!(one[..HEADER_LEN], other[..HEADER_LEN]);
	assert_ne!(one[HEADER_LEN..], other[HEADER_LEN..]);
}

#[test]
fn truncated_content_refused() {
	let sealed = three_leaves(1);
	for len in [
		0,
		1,
		HEADER_LEN,
		HEADER_LEN + TAG_LEN,
		LEAF_LEN - 1,
		LEAF_LEN,
		LEAF_LEN + TAG_LEN,
		LEAF_LEN + TAG_LEN + 1,
		2 * LEAF_LEN,
		sealed.len() - 1,
	] {
		refused(&sealed[..len]);
	}
}

#[test]
fn content_cut_short_is_not_finished() {
	let sealed = three_leaves(1);
	let mut buffer = vec![0; LEAF_LEN];
	let mut decryptor =
		Decryptor::new(&k1(1), &ID, sealed.len() as u64, &sealed).expect("a content");
	for index in 0..2 {
		decryptor
			.open(leaf(&sealed, index), &mut buffer)
			.expect("a leaf");
	}
	assert_eq!(decryptor.finish(), Err(EnvelopeError::Open));
}

#[test]
fn extended_content_refused() {
	for len in [0, 10, FIRST_CHUNK_LEN, FIRST_CHUNK_LEN + CHUNK_LEN] {
		for tail in [1, TAG_LEN, TAG_LEN + 1, 100] {
			refused(&[&seal(len, 1)[..], &vec![0; tail]].concat());
		}
	}
	// Another content behind a full last leaf.
	refused(&[seal(FIRST_CHUNK_LEN, 1), seal(10, 2)].concat());
	refused(&[seal(FIRST_CHUNK_LEN, 1), seal(FIRST_CHUNK_LEN, 1)].concat());
}

#[test]
fn reordered_content_refused() {
	let sealed = three_leaves(1);
	let (a, b, c) = (leaf(&sealed, 0), leaf(&sealed, 1), leaf(&sealed, 2));
	refused(&[b, a, c].concat());
	refused(&[a, c, b].concat());
	let full = seal(FIRST_CHUNK_LEN + 2 * CHUNK_LEN, 1);
	let (a, b, c) = (leaf(&full, 0), leaf(&full, 1), leaf(&full, 2));
	refused(&[a, c, b].concat());
}

#[test]
fn duplicated_leaf_refused() {
	let sealed = three_leaves(1);
	let (a, b, c) = (leaf(&sealed, 0), leaf(&sealed, 1), leaf(&sealed, 2));
	refused(&[a, b, b, c].concat());
	refused(&[a, b, b].concat());
	refused(&[a, a, c].concat());
	refused(&[a, b, c, c].concat());
}

#[test]
fn last_leaf_is_last_nowhere_else() {
	let sealed = three_leaves(1);
	let reader = |len| LeafReader::new(&k1(1), &ID, len, &sealed).expect("a content");
	let buffer = &mut vec![0; LEAF_LEN];
	// The middle leaf as the end of a shorter content, the last one as the middle of a longer content.
	let shorter = reader(2 * LEAF_LEN as u64);
	assert_eq!(
		shorter.open(1, leaf(&sealed, 1), buffer),
		Err(EnvelopeError::Open)
	);
	let full = seal(FIRST_CHUNK_LEN + CHUNK_LEN, 1);
	let longer = LeafReader::new(&k1(1), &ID, full.len() as u64 + 100, &full).expect("a content");
	assert_eq!(
		longer.open(1, leaf(&full, 1), buffer),
		Err(EnvelopeError::Open)
	);
}

#[test]
fn leaf_of_another_content_refused() {
	// The same key, id and lengths: only the nonce prefix differs.
	let (one, other) = (three_leaves(1), three_leaves(2));
	for index in 0..3 {
		let mut leaves: Vec<_> = one.chunks(LEAF_LEN).collect();
		leaves[index] = leaf(&other, index);
		refused(&leaves.concat());
	}
	let (one, other) = (seal(100, 1), seal(100, 2));
	refused(&[&one[..HEADER_LEN], &other[HEADER_LEN..]].concat());
}

#[test]
fn whole_other_content_refused() {
	let other = ContentId([2; 32]);
	let sealed = content::seal(&k1(1), &other, b"other", &mut rng(1)).expect("sealed");
	assert!(content::open(&k1(1), &other, &sealed).is_ok());
	refused(&sealed);
	// Writing the expected id into the header does not help.
	let mut renamed = sealed;
	renamed[24..56].copy_from_slice(&ID.0);
	assert_eq!(
		Header::parse(&renamed).map(|header| header.content_id()),
		Ok(ID)
	);
	refused(&renamed);
}

#[test]
fn wrong_key_refused() {
	let sealed = content::seal(&k1(2), &ID, b"sealed", &mut rng(1)).expect("sealed");
	refused(&sealed);
	// Before the first chunk was read.
	let header = &sealed[..HEADER_LEN];
	let reader = LeafReader::new(&k1(1), &ID, sealed.len() as u64, header);
	assert_eq!(reader.err(), Some(EnvelopeError::Open));
}

#[test]
fn other_format_refused() {
	for at in 0..5 {
		let mut sealed = seal(10, 1);
		sealed[at] ^= 1;
		assert_eq!(Header::parse(&sealed), Err(EnvelopeError::Open));
		refused(&sealed);
	}
	assert_eq!(
		Header::parse(&seal(10, 1)[..HEADER_LEN - 1]),
		Err(EnvelopeError::Open)
	);
}

#[test]
fn leaves_open_in_any_order() {
	let sealed = three_leaves(1);
	let plaintext = plaintext(FIRST_CHUNK_LEN + CHUNK_LEN + 5);
	let reader = LeafReader::new(&k1(1), &ID, sealed.len() as u64, &sealed[..HEADER_LEN])
		.expect("a content");
	let mut buffer = vec![0; LEAF_LEN];
	for (index, start) in [
		(2, FIRST_CHUNK_LEN + CHUNK_LEN),
		(0, 0),
		(1, FIRST_CHUNK_LEN),
	] {
		let len = reader
			.open(index, leaf(&sealed, index as usize), &mut buffer)
			.expect("a leaf");
		assert_eq!(Some(len), reader.layout().chunk_len(index));
		assert!(buffer[..len] == plaintext[start..start + len]);
	}
	let past = reader.open(3, leaf(&sealed, 2), &mut buffer);
	assert_eq!(past, Err(EnvelopeError::Open));
}

#[test]
fn refusal_leaves_no_plaintext_and_can_be_repeated() {
	let mut sealed = seal(100, 1);
	sealed[HEADER_LEN] ^= 1;
	let mut decryptor =
		Decryptor::new(&k1(1), &ID, sealed.len() as u64, &sealed).expect("a content");
	let mut buffer = [0xaa; 200];
	assert_eq!(
		decryptor.open(&sealed, &mut buffer),
		Err(EnvelopeError::Open)
	);
	assert!(buffer[..116] == [0; 116] && buffer[116..] == [0xaa; 84]);
	sealed[HEADER_LEN] ^= 1;
	assert_eq!(decryptor.open(&sealed, &mut buffer), Ok(100));
	assert_eq!(decryptor.due(), None);
	assert_eq!(
		decryptor.open(&sealed, &mut buffer),
		Err(EnvelopeError::Open)
	);
	assert_eq!(decryptor.finish(), Ok(()));
}

#[test]
fn encryptor_wants_the_chunk_that_is_due() {
	let len = FIRST_CHUNK_LEN as u64 + 3;
	let mut encryptor = Encryptor::new(&k1(1), &ID, len, &mut rng(1)).expect("a content");
	let (chunk, mut leaf) = (plaintext(FIRST_CHUNK_LEN), vec![0; LEAF_LEN]);
	assert_eq!(encryptor.due(), Some(FIRST_CHUNK_LEN));
	assert_eq!(
		encryptor.seal(&chunk[1..], &mut leaf),
		Err(EnvelopeError::Chunk)
	);
	assert_eq!(
		encryptor.seal(&chunk, &mut leaf[1..]),
		Err(EnvelopeError::Buffer)
	);
	assert_eq!(encryptor.seal(&chunk, &mut leaf), Ok(LEAF_LEN));
	assert_eq!(encryptor.due(), Some(3));
	assert_eq!(
		encryptor.seal(&[1, 2, 3, 4], &mut leaf),
		Err(EnvelopeError::Chunk)
	);
	assert_eq!(encryptor.seal(&[1, 2, 3], &mut leaf), Ok(3 + TAG_LEN));
	assert_eq!(encryptor.due(), None);
	assert_eq!(encryptor.seal(&[], &mut leaf), Err(EnvelopeError::Chunk));
}

#[test]
fn too_long_content_refused() {
	let max = FIRST_CHUNK_LEN as u64 + u64::from(u32::MAX - 1) * CHUNK_LEN as u64;
	let layout = Layout::of_plain(max).expect("the longest");
	assert_eq!(layout.leaves(), u32::MAX);
	assert_eq!(Layout::of_sealed(layout.sealed_len()), Ok(layout));
	assert_eq!(layout.chunk_len(u32::MAX - 1), Some(CHUNK_LEN));
	assert_eq!(Layout::of_plain(max + 1), Err(EnvelopeError::TooLong));
	assert_eq!(Layout::of_plain(u64::MAX), Err(EnvelopeError::TooLong));
	assert_eq!(Layout::of_sealed(u64::MAX), Err(EnvelopeError::Open));
}

fn commitment(key: u8, pieces: &[&[u8]]) -> Commitment {
	let mut committer = Committer::new(&k1(key));
	pieces.iter().for_each(|piece| committer.update(piece));
	committer.finish()
}

#[test]
fn commitment_binds_plaintext_and_key() {
	let commitment_of = commitment(1, &[b"plain", b"text"]);
	assert_eq!(commitment_of, commitment(1, &[b"plaintext"]));
	assert_ne!(commitment_of, commitment(1, &[b"plaintexT"]));
	assert_ne!(commitment_of, commitment(2, &[b"plaintext"]));
	let committer = |key, text: &[u8]| {
		let mut committer = Committer::new(&k1(key));
		committer.update(text);
		committer
	};
	assert_eq!(committer(1, b"plaintext").verify(&commitment_of), Ok(()));
	assert_eq!(
		committer(1, b"plain").verify(&commitment_of),
		Err(EnvelopeError::Open)
	);
	assert_eq!(
		committer(2, b"plaintext").verify(&commitment_of),
		Err(EnvelopeError::Open)
	);
}
