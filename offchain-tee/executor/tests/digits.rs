//! Image recognition inside the executor, measured on pictures that the network never saw.
//!
//! `cargo nextest run -p tea-executor --test digits --no-capture` prints the accuracy.

mod support;

use support::*;
use tea_executor::{Cancel, Executor, Exit, Job, Outcome};

struct Digit {
	label: u8,
	pixels: Vec<u8>,
}

/// The tenth that was held back from training; 0 to 16 for each of 64 pixels.
fn held_back() -> Vec<Digit> {
	let csv =
		std::fs::read_to_string(examples().join("digits/data/held-back.csv")).expect("it is there");
	let digits: Vec<_> = csv
		.lines()
		.filter(|line| !line.starts_with('#'))
		.map(|line| {
			let mut numbers = line
				.split(',')
				.map(|number| number.parse::<u8>().expect("a number"));
			let label = numbers.next().expect("a label");
			Digit {
				label,
				pixels: numbers.collect(),
			}
		})
		.collect();
	assert_eq!(digits.len(), 180);
	assert!(digits.iter().all(|digit| digit.pixels.len() == 64));
	digits
}

/// A grey picture as PNG (RFC 2083) with the pixels stored, not compressed (RFC 1951, 3.2.4). The crates that write PNGs
/// switch on features of crates that the Substrate client uses, so that all of it would be compiled again.
fn png(width: u32, height: u32, pixel: impl Fn(u32, u32) -> u8) -> Vec<u8> {
	let mut rows = Vec::new();
	for y in 0..height {
		rows.push(0);
		rows.extend((0..width).map(|x| pixel(x, y)));
	}
	let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
	header.extend([8, 0, 0, 0, 0]);
	let mut stored = vec![0x78, 0x01];
	let blocks = rows.chunks(0xffff);
	let last = blocks.len() - 1;
	for (index, block) in blocks.enumerate() {
		let len = block.len() as u16;
		stored.push(u8::from(index == last));
		stored.extend(len.to_le_bytes());
		stored.extend((!len).to_le_bytes());
		stored.extend(block);
	}
	let (a, b) = rows.iter().fold((1u32, 0u32), |(a, b), byte| {
		let a = (a + u32::from(*byte)) % 65_521;
		(a, (a + b) % 65_521)
	});
	stored.extend((b << 16 | a).to_be_bytes());
	let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
	for (kind, data) in [
		(b"IHDR", &header),
		(b"IDAT", &stored),
		(b"IEND", &Vec::new()),
	] {
		file.extend((data.len() as u32).to_be_bytes());
		let start = file.len();
		file.extend(kind);
		file.extend(data);
		let crc = !file[start..].iter().fold(!0u32, |crc, byte| {
			(0..8).fold(crc ^ u32::from(*byte), |crc, _| {
				(crc >> 1) ^ (0xedb8_8320 * (crc & 1))
			})
		});
		file.extend(crc.to_be_bytes());
	}
	file
}

impl Digit {
	fn value(&self, x: i32, y: i32) -> f32 {
		if !(0..8).contains(&x) || !(0..8).contains(&y) {
			return 0.0;
		}
		f32::from(self.pixels[(y * 8 + x) as usize]) / 16.0
	}

	/// As the data set has it.
	fn small(&self) -> Vec<u8> {
		png(8, 8, |x, y| (self.value(x as i32, y as i32) * 255.0) as u8)
	}

	/// As somebody would scan it: twelve times as large, somewhere on the page, dark on light, with soft edges.
	fn large(&self) -> Vec<u8> {
		png(180, 150, |x, y| {
			let (u, v) = (
				(x as f32 - 40.5) / 12.0 - 0.5,
				(y as f32 - 22.5) / 12.0 - 0.5,
			);
			let (column, row) = (u.floor(), v.floor());
			let (right, down) = (u - column, v - row);
			let at = |dx: i32, dy: i32| self.value(column as i32 + dx, row as i32 + dy);
			let upper = at(0, 0) * (1.0 - right) + at(1, 0) * right;
			let lower = at(0, 1) * (1.0 - right) + at(1, 1) * right;
			240 - ((upper * (1.0 - down) + lower * down) * 220.0) as u8
		})
	}
}

fn recognise(executor: &Executor, code: &[u8], png: Vec<u8>) -> Outcome {
	let outcome = executor
		.execute(code, Job::new("", [png]), &Cancel::new())
		.expect("no fault");
	assert_eq!(outcome.exit, Exit::Ok, "{:?}", outcome.message);
	outcome
}

fn label(outcome: &Outcome) -> u8 {
	let text = std::str::from_utf8(&outcome.output).expect("JSON is text");
	let rest = text
		.strip_prefix("{\"label\":\"")
		.unwrap_or_else(|| panic!("{text}"));
	rest.as_bytes()[0] - b'0'
}

#[test]
fn accuracy_on_the_held_back_tenth() {
	let (executor, code) = (executor(), guest("digits"));
	let digits = held_back();
	let count = |picture: fn(&Digit) -> Vec<u8>| {
		let right = digits
			.iter()
			.filter(|digit| label(&recognise(&executor, &code, picture(digit))) == digit.label)
			.count();
		right as f64 / digits.len() as f64
	};
	let (small, large) = (count(Digit::small), count(Digit::large));
	let outcome = recognise(&executor, &code, digits[0].small());
	println!("{} pictures that the network never saw", digits.len());
	println!(
		"right as 8 x 8 pixels of the data set: {:.1} %",
		100.0 * small
	);
	println!(
		"right as pages of 180 x 150 pixels:    {:.1} %",
		100.0 * large
	);
	println!(
		"fuel for one of 8 x 8: {}, run {:?}",
		outcome.fuel_used, outcome.timings.run
	);
	assert!(small >= 0.97, "{small}");
	assert!(large >= 0.93, "{large}");
}

#[test]
fn the_sample_pictures_are_recognised() {
	let (executor, code) = (executor(), guest("digits"));
	for digit in 0..10u8 {
		let png = std::fs::read(examples().join(format!("digits/pictures/{digit}.png")))
			.expect("it is there");
		let outcome = recognise(&executor, &code, png);
		assert_eq!(label(&outcome), digit);
		println!("{}", String::from_utf8_lossy(&outcome.output).trim());
	}
}

#[test]
fn hostile_pictures_are_failures() {
	let code = guest("digits");
	let good = held_back()[0].large();
	let mut flipped = good.clone();
	flipped[60] ^= 0x40;
	let mut wide = good.clone();
	// Width and height of the header, with a checksum that fits nothing.
	wide[16..24].copy_from_slice(&[0xff; 8]);
	for picture in [
		b"GIF89a".to_vec(),
		Vec::new(),
		good[..100].to_vec(),
		flipped,
		wide,
	] {
		let outcome = run(&code, Job::new("", [picture]));
		assert!(
			matches!(outcome.exit, Exit::Failed(2 | 3)),
			"{:?} {:?}",
			outcome.exit,
			outcome.message
		);
	}
	let blank = png(100, 100, |_, _| 200);
	assert_eq!(run(&code, Job::new("", [blank])).exit, Exit::Failed(4));
	let huge = png(2_100, 2_100, |_, _| 0);
	assert_eq!(run(&code, Job::new("", [huge])).exit, Exit::Failed(3));
}
