//! Runs the simulation of R-177 at its full size and writes table and plot:
//! `cargo run -p pallet-delegation --example fairness`, from the root of the repository.

mod simulation;

use simulation::{Assumptions, KINDS, Outcome, TENTHS, run};
use std::{fmt::Write, fs, io, path::Path};

const LOADS: [(&str, u32); 3] = [
	("one errand per module and hundred days", 100),
	("one errand per module and day", 10_000),
	("ten errands per module and day", 100_000),
];

fn main() -> io::Result<()> {
	let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../benchmarks/fairness");
	let mut outcomes = Vec::new();
	for (name, errands_per_day) in LOADS {
		let assumed = Assumptions {
			modules: 10_000,
			errands_per_day,
			days_before: 730,
			days_counted: 365,
			races: 20_000,
			seed: 1,
		};
		outcomes.push((name, run(assumed)));
		println!("{name}: done");
	}
	fs::write(
		folder.join("table.md"),
		table(&outcomes).map_err(io::Error::other)?,
	)?;
	fs::write(
		folder.join("fairness.svg"),
		plot(&outcomes).map_err(io::Error::other)?,
	)
}

fn table(outcomes: &[(&str, Outcome)]) -> Result<String, std::fmt::Error> {
	let mut out = String::new();
	for (name, outcome) in outcomes {
		writeln!(out, "### {name}\n")?;
		writeln!(
			out,
			"| kind | tenth of life | modules % | weight % | wins % | wins per head | credit | weight % on the last day | races won % |"
		)?;
		writeln!(
			out,
			"| --- | --: | --: | --: | --: | --: | --: | --: | --: |"
		)?;
		for (kind, (letter, ..)) in KINDS.iter().enumerate() {
			for tenth in 0..TENTHS {
				let cohort = outcome.cohorts[kind][tenth];
				let (weight, races) = outcome.races[kind][tenth];
				writeln!(
					out,
					"| {letter} | {} | {:.2} | {:.2} | {:.2} | {:.2} | {:.0} | {:.2} | {:.2} |",
					tenth + 1,
					cohort.population * 100.0,
					cohort.weight * 100.0,
					cohort.wins * 100.0,
					cohort.per_head(),
					cohort.credit,
					weight * 100.0,
					races * 100.0,
				)?;
			}
		}
		writeln!(out)?;
	}
	Ok(out)
}

/// One panel per load: wins per head of each cohort, the average module being 1.
fn plot(outcomes: &[(&str, Outcome)]) -> Result<String, std::fmt::Error> {
	const COLOURS: [&str; 3] = ["#b5375b", "#3b7a57", "#3f6fb5"];
	const WIDTH: f64 = 900.0;
	const PANEL: f64 = 230.0;
	const LEFT: f64 = 50.0;
	let height = PANEL * outcomes.len() as f64 + 30.0;
	let mut out = String::new();
	writeln!(
		out,
		r#"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="sans-serif" font-size="12">"#
	)?;
	writeln!(out, r#"<rect width="100%" height="100%" fill="white"/>"#)?;
	for (index, (name, outcome)) in outcomes.iter().enumerate() {
		let top = PANEL * index as f64 + 30.0;
		let floor = top + PANEL - 60.0;
		let highest = 4.0;
		let y = |value: f64| floor - value / highest * (PANEL - 70.0);
		writeln!(
			out,
			r#"<text x="{LEFT}" y="{}" font-size="14">Wins per head, {name}</text>"#,
			top - 8.0
		)?;
		for tick in 0..=4 {
			let level = y(f64::from(tick));
			let stroke = if tick == 1 { "#555" } else { "#ddd" };
			writeln!(
				out,
				r#"<line x1="{LEFT}" y1="{level:.1}" x2="{}" y2="{level:.1}" stroke="{stroke}"/><text x="{}" y="{:.1}" text-anchor="end">{tick}</text>"#,
				WIDTH - 20.0,
				LEFT - 6.0,
				level + 4.0
			)?;
		}
		let step = (WIDTH - LEFT - 20.0) / 33.0;
		for (kind, (letter, ..)) in KINDS.iter().enumerate() {
			for tenth in 0..TENTHS {
				let value = outcome.cohorts[kind][tenth].per_head();
				let x = LEFT + step * (kind as f64 * 11.0 + tenth as f64 + 0.5);
				writeln!(
					out,
					r#"<rect x="{x:.1}" y="{:.1}" width="{:.1}" height="{:.1}" fill="{}"><title>kind {letter}, tenth {}: {value:.2}</title></rect><text x="{:.1}" y="{:.1}" text-anchor="middle" font-size="10">{}</text>"#,
					y(value),
					step * 0.85,
					floor - y(value),
					COLOURS[kind],
					tenth + 1,
					x + step * 0.42,
					floor + 13.0,
					tenth + 1
				)?;
			}
			writeln!(
				out,
				r#"<text x="{:.1}" y="{:.1}" text-anchor="middle">kind {letter}, tenths of life</text>"#,
				LEFT + step * (kind as f64 * 11.0 + 5.5),
				floor + 28.0
			)?;
		}
	}
	writeln!(out, "</svg>")?;
	Ok(out)
}
