//! From a picture to what the network was trained with: the digit alone, bright on dark, filling 8 x 8 cells whose value
//! is how much ink is in them.

use crate::{SIDE, picture::Picture};
use tea_guest::{Failure, Result};

/// Code of a failure: there is nothing on the picture.
pub(crate) const EMPTY: i32 = 4;

/// Ink below this share of the darkest is paper.
const PAPER: f32 = 0.3;

/// The value of the paper: what the border of the picture mostly is.
fn background(picture: &Picture) -> f32 {
	let (width, height) = (picture.width, picture.height);
	let rows = [0, height - 1]
		.into_iter()
		.flat_map(|y| (0..width).map(move |x| (x, y)));
	let columns = [0, width - 1]
		.into_iter()
		.flat_map(|x| (0..height).map(move |y| (x, y)));
	let mut border: Vec<f32> = rows
		.chain(columns)
		.map(|(x, y)| picture.grey[y * width + x])
		.collect();
	let middle = border.len() / 2;
	*border.select_nth_unstable_by(middle, f32::total_cmp).1
}

/// The digit of a picture. A picture of 8 x 8 pixels is taken as it is, as one of the data set.
pub(crate) fn prepare(picture: &Picture) -> Result<[[f32; SIDE]; SIDE]> {
	let (width, height) = (picture.width, picture.height);
	let paper = background(picture);
	let sign = if paper > 0.5 { -1.0 } else { 1.0 };
	let mut ink: Vec<f32> = picture
		.grey
		.iter()
		.map(|grey| ((grey - paper) * sign).max(0.0))
		.collect();
	let most = ink.iter().copied().fold(0.0, f32::max);
	if most < 0.1 {
		return Err(Failure::new(
			EMPTY,
			"there is no digit on the picture, or hardly any contrast",
		));
	}
	if (width, height) == (SIDE, SIDE) {
		return Ok(std::array::from_fn(|y| {
			std::array::from_fn(|x| ink[y * SIDE + x])
		}));
	}
	// Soft edges become steep ones: in the data set a cell counts the black pixels in it.
	for value in &mut ink {
		*value = ((*value / most - PAPER) / (1.0 - 2.0 * PAPER)).clamp(0.0, 1.0);
	}
	let inked = |x: usize, y: usize| ink[y * width + x] > 0.0;
	let span = |length: usize, any: &dyn Fn(usize) -> bool| {
		let first = (0..length).find(|at| any(*at)).unwrap_or(0);
		let last = (0..length).rfind(|at| any(*at)).unwrap_or(length - 1);
		(first as f32, last as f32 + 1.0)
	};
	let (left, right) = span(width, &|x| (0..height).any(|y| inked(x, y)));
	let (top, bottom) = span(height, &|y| (0..width).any(|x| inked(x, y)));
	// The box of the digit, made a square around its middle.
	let side = (right - left).max(bottom - top);
	let (x0, y0) = ((left + right - side) / 2.0, (top + bottom - side) / 2.0);
	let cell = side / SIDE as f32;
	let mean = |column: usize, row: usize| {
		let (from_x, from_y) = (x0 + column as f32 * cell, y0 + row as f32 * cell);
		let cover =
			|from: f32, at: usize| ((at + 1) as f32).min(from + cell) - (at as f32).max(from);
		let within = |from: f32, length: usize| {
			(from.max(0.0) as usize)..((from + cell).max(0.0).ceil() as usize).min(length)
		};
		let mut sum = 0.0;
		for y in within(from_y, height) {
			for x in within(from_x, width) {
				sum += ink[y * width + x] * cover(from_x, x).max(0.0) * cover(from_y, y).max(0.0);
			}
		}
		sum / (cell * cell)
	};
	Ok(std::array::from_fn(|row| {
		std::array::from_fn(|column| mean(column, row))
	}))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn picture(width: usize, height: usize, grey: impl Fn(usize, usize) -> f32) -> Picture {
		let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
		Picture {
			width,
			height,
			grey: places.map(|(x, y)| grey(x, y)).collect(),
		}
	}

	/// A bar of 10 x 40 pixels, anywhere.
	fn bar(x: usize, y: usize) -> bool {
		(30..40).contains(&x) && (20..60).contains(&y)
	}

	#[test]
	fn place_size_and_polarity_do_not_matter() {
		let light = picture(100, 90, |x, y| if bar(x, y) { 0.9 } else { 0.1 });
		let dark = picture(64, 70, |x, y| if bar(x + 10, y + 5) { 0.0 } else { 1.0 });
		let light = prepare(&light).map_err(|failure| failure.message().to_owned());
		let dark = prepare(&dark).map_err(|failure| failure.message().to_owned());
		assert_eq!(light, dark);
		let expected = std::array::from_fn(|_| [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
		assert_eq!(light, Ok(expected));
	}

	#[test]
	fn pictures_of_the_data_set_are_taken_as_they_are() {
		let small = picture(8, 8, |x, y| {
			if (2..5).contains(&x) {
				y as f32 / 16.0
			} else {
				0.0
			}
		});
		let taken = prepare(&small).map_err(|failure| failure.message().to_owned());
		assert_eq!(
			taken.map(|ink| ink[7]),
			Ok([0.0, 0.0, 0.4375, 0.4375, 0.4375, 0.0, 0.0, 0.0])
		);
	}

	#[test]
	fn an_empty_page_is_said_to_be_one() {
		let blank = picture(20, 20, |_, _| 0.7);
		assert_eq!(
			prepare(&blank).map_err(|failure| failure.code()),
			Err(EMPTY)
		);
	}
}
