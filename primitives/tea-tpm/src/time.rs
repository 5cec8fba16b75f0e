//! Dates of certificates as seconds since 1970.

use crate::{
	der::{Element, tag},
	error::DerError,
};

/// Seconds since 1970 of a `UTCTime` or `GeneralizedTime`. Years before 1970 count as 1970.
pub fn unix_seconds(element: &Element<'_>) -> Result<u64, DerError> {
	let (year, rest) = match (element.tag, element.value.len()) {
		(tag::UTC_TIME, 13) => {
			let year = number(element.value, 0)?;
			(
				if year < 50 { 2000 + year } else { 1900 + year },
				&element.value[2..],
			)
		}
		(tag::GENERALIZED_TIME, 15) => (
			number(element.value, 0)? * 100 + number(element.value, 2)?,
			&element.value[4..],
		),
		(tag::UTC_TIME | tag::GENERALIZED_TIME, _) => return Err(DerError::Time),
		_ => return Err(DerError::UnexpectedTag),
	};
	let (month, day) = (number(rest, 0)?, number(rest, 2)?);
	let (hour, minute, second) = (number(rest, 4)?, number(rest, 6)?, number(rest, 8)?);
	let sound = rest.get(10..) == Some(b"Z")
		&& (1..=12).contains(&month)
		&& (1..=days_of_month(year, month)).contains(&day)
		&& hour < 24
		&& minute < 60
		&& second < 60;
	if !sound {
		return Err(DerError::Time);
	}
	let days = days_before_year(year)
		+ (1..month)
			.map(|month| days_of_month(year, month))
			.sum::<u64>()
		+ (day - 1);
	let since_1970 = days.saturating_sub(days_before_year(1970));
	Ok(((since_1970 * 24 + hour) * 60 + minute) * 60 + second)
}

/// The two decimal digits at `at`.
fn number(text: &[u8], at: usize) -> Result<u64, DerError> {
	match text.get(at..at + 2) {
		Some(&[tens @ b'0'..=b'9', ones @ b'0'..=b'9']) => {
			Ok(u64::from(tens - b'0') * 10 + u64::from(ones - b'0'))
		}
		_ => Err(DerError::Time),
	}
}

const fn is_leap(year: u64) -> bool {
	year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

const fn days_of_month(year: u64, month: u64) -> u64 {
	match month {
		2 if is_leap(year) => 29,
		2 => 28,
		4 | 6 | 9 | 11 => 30,
		_ => 31,
	}
}

/// Days from the start of year 0 to the start of `year`.
const fn days_before_year(year: u64) -> u64 {
	year * 365 + year.div_ceil(4) - year.div_ceil(100) + year.div_ceil(400)
}
