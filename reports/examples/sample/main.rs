//! Writes the report of a made-up run in every format, so that anyone can see what reports look like:
//! `cargo run -p shakedown-reports --example sample [FOLDER]` (default `target/shakedown/sample`).

mod record;

use std::path::PathBuf;

use shakedown_reports::{Console, Format, ReportError, write};

fn main() -> Result<(), ReportError> {
    let folder = std::env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("target/shakedown/sample"), PathBuf::from);
    let run = record::sample();
    let mut paths = Vec::new();
    for format in Format::ALL {
        let path = folder.join(format.file_name());
        write(&run, format, &path)?;
        paths.push(path);
    }
    let reports: Vec<_> = paths.iter().map(PathBuf::as_path).collect();
    print!(
        "{}",
        Console {
            color: true,
            reports: &reports
        }
        .summary(&run)
    );
    Ok(())
}
