use png::{BitDepth, ColorType, Decoder, Limits, Transformations};
use std::io::Cursor;
use tea_guest::{Failure, Result};

/// Code of a failure: the bytes are no PNG that can be read.
pub(crate) const NOT_A_PNG: i32 = 2;
/// Code of a failure: the picture is larger than any photograph of a digit has to be.
pub(crate) const TOO_LARGE: i32 = 3;

const MAX_PIXELS: u64 = 4_000_000;

/// A picture in grey, 0 black to 1 white.
pub(crate) struct Picture {
	pub(crate) width: usize,
	pub(crate) height: usize,
	pub(crate) grey: Vec<f32>,
}

fn unreadable(error: png::DecodingError) -> Failure {
	Failure::new(NOT_A_PNG, format!("not a PNG that can be read: {error}"))
}

/// Decodes any PNG; colours become grey, transparency becomes white paper.
pub(crate) fn decode(png: &[u8]) -> Result<Picture> {
	let mut decoder = Decoder::new_with_limits(Cursor::new(png), Limits { bytes: 32 << 20 });
	decoder.set_transformations(Transformations::normalize_to_color8());
	let mut reader = decoder.read_info().map_err(unreadable)?;
	let (width, height) = reader.info().size();
	if u64::from(width) * u64::from(height) > MAX_PIXELS {
		return Err(Failure::new(
			TOO_LARGE,
			format!("{width} x {height} pixels, at most {MAX_PIXELS} are read"),
		));
	}
	let size = reader.output_buffer_size().unwrap_or(0);
	let mut bytes = vec![0; size];
	let frame = reader.next_frame(&mut bytes).map_err(unreadable)?;
	debug_assert_eq!(frame.bit_depth, BitDepth::Eight);
	let samples = match frame.color_type {
		ColorType::Grayscale | ColorType::Indexed => 1,
		ColorType::GrayscaleAlpha => 2,
		ColorType::Rgb => 3,
		ColorType::Rgba => 4,
	};
	let grey = bytes[..frame.buffer_size()]
		.chunks_exact(samples)
		.map(|pixel| {
			let (colour, alpha) = match pixel {
				[grey] => (f32::from(*grey), 255.0),
				[grey, alpha] => (f32::from(*grey), f32::from(*alpha)),
				[r, g, b, rest @ ..] => {
					let colour =
						0.299 * f32::from(*r) + 0.587 * f32::from(*g) + 0.114 * f32::from(*b);
					(
						colour,
						rest.first().map_or(255.0, |alpha| f32::from(*alpha)),
					)
				}
				[] => (255.0, 255.0),
			};
			(colour * alpha / 255.0 + (255.0 - alpha)) / 255.0
		});
	Ok(Picture {
		width: width as usize,
		height: height as usize,
		grey: grey.collect(),
	})
}
