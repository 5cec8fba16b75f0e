//! Recognises a handwritten digit in a PNG, with a convolutional network. The network was trained by `model/train.py`;
//! its inference code is generated from the TFLite file when the guest is compiled, so what runs here is plain wasm.

mod picture;
mod prepare;

use microflow::model;
use nalgebra::SMatrix;
use std::fmt::Write;
use tea_guest::{Failure, Io, Result};

/// Pixels of a side of what the network sees.
const SIDE: usize = 8;

// Cargo does not see what the macro below reads.
const _: &[u8] = include_bytes!("../model/digits.tflite");

// The path is one from the workspace of the examples, where the compiler runs.
#[model("digits/model/digits.tflite")]
struct Network;

/// Probability of each digit.
fn recognise(png: &[u8]) -> Result<[f32; 10]> {
	let ink = prepare::prepare(&picture::decode(png)?)?;
	let input = SMatrix::<[f32; 1], SIDE, SIDE>::from_fn(|row, column| [ink[row][column]]);
	let output = Network::predict([input]);
	Ok(std::array::from_fn(|digit| output[(0, digit)].max(0.0)))
}

fn answer(probabilities: &[f32; 10]) -> Result<String> {
	// The engine gives 256 steps, from 0 to 255/256; by rounding, their sum can be above one.
	let sum = probabilities.iter().sum::<f32>().max(1.0);
	let share = |p: f32| p / sum;
	let best = (0..10)
		.max_by(|a, b| probabilities[*a].total_cmp(&probabilities[*b]))
		.unwrap_or(0);
	let mut json = format!(
		"{{\"label\":\"{best}\",\"probability\":{:.4},\"labels\":[",
		share(probabilities[best])
	);
	for (digit, probability) in probabilities.iter().enumerate() {
		let comma = if digit == 0 { "" } else { "," };
		write!(
			json,
			"{comma}{{\"label\":\"{digit}\",\"probability\":{:.4}}}",
			share(*probability)
		)?;
	}
	json.push_str("]}\n");
	Ok(json)
}

fn run(io: &Io) -> Result<()> {
	if io.data_count() == 0 {
		return Err(Failure::new(
			1,
			"give one or more PNG pictures of a digit as data",
		));
	}
	for number in 1..=io.data_count() {
		let png = io.data(number)?.read_to_end()?;
		let probabilities = recognise(&png).map_err(|failure| {
			Failure::new(
				failure.code(),
				format!("data input {number}: {}", failure.message()),
			)
		})?;
		io.write(answer(&probabilities)?.as_bytes())?;
	}
	Ok(())
}

tea_guest::entry!(run);

#[cfg(test)]
mod tests {
	use super::*;
	use tea_guest::testing;

	#[test]
	fn recognises_the_sample_pictures() {
		for digit in 0..10 {
			let png = std::fs::read(format!("pictures/{digit}.png")).expect("the picture is there");
			let tested = testing::run(b"", &[&png], run);
			let text = String::from_utf8(tested.output).expect("JSON");
			assert!(
				text.starts_with(&format!("{{\"label\":\"{digit}\",")),
				"{digit}: {text}"
			);
		}
	}

	#[test]
	fn says_what_is_wrong() {
		assert_eq!(testing::run(b"", &[], run).code, 1);
		let tested = testing::run(b"", &[b"no picture"], run);
		assert_eq!(tested.code, picture::NOT_A_PNG);
		assert!(
			tested
				.message
				.is_some_and(|message| message.starts_with("data input 1"))
		);
	}
}
