//! Why a CronJob's schedule cannot be read, in the words of the library that reads it (`robfig/cron`, standard parser).

use super::time_zone::is_time_zone;
use crate::api::quote::go_quote;

/// A field of a schedule: its bounds, and the names that its numbers have from the least on.
struct Bounds {
    least: u64,
    most: u64,
    names: &'static [&'static str],
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const DESCRIPTORS: [&str; 7] = [
    "@yearly",
    "@annually",
    "@monthly",
    "@weekly",
    "@daily",
    "@midnight",
    "@hourly",
];

const fn bounds(least: u64, most: u64, names: &'static [&'static str]) -> Bounds {
    Bounds { least, most, names }
}

/// Minute, hour, day of month, month, day of week.
const FIELDS: [Bounds; 5] = [
    bounds(0, 59, &[]),
    bounds(0, 23, &[]),
    bounds(1, 31, &[]),
    bounds(1, 12, &MONTHS),
    bounds(0, 6, &DAYS),
];

/// What is wrong with a schedule, if anything is.
pub(super) fn schedule_error(schedule: &str) -> Option<String> {
    let mut rest = schedule;
    if schedule.starts_with("TZ=") || schedule.starts_with("CRON_TZ=") {
        let (zone, fields) = schedule.split_once(' ').unwrap_or((schedule, ""));
        let zone = zone.split_once('=').map_or("", |(_, zone)| zone);
        // No name and these two are known to Go by themselves.
        if !matches!(zone, "" | "UTC" | "Local") && !is_time_zone(zone) {
            return Some(format!("provided bad location {zone}: unknown time zone {zone}"));
        }
        rest = fields.trim();
    }
    if rest.starts_with('@') {
        return descriptor_error(rest);
    }
    let fields: Vec<&str> = rest.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        let (count, found) = (fields.len(), fields.join(" "));
        return Some(format!("expected exactly 5 fields, found {count}: [{found}]"));
    }
    fields.iter().zip(&FIELDS).find_map(|(field, bounds)| {
        field
            .split(',')
            .filter(|range| !range.is_empty())
            .find_map(|range| range_error(range, bounds).err())
    })
}

fn descriptor_error(descriptor: &str) -> Option<String> {
    if DESCRIPTORS.contains(&descriptor) {
        return None;
    }
    let Some(duration) = descriptor.strip_prefix("@every ") else {
        return Some(format!("unrecognized descriptor: {descriptor}"));
    };
    let is_duration = duration.ends_with(|c: char| c.is_ascii_alphabetic())
        && duration.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-'))
        && duration
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'+' | b'-' | b'h' | b'm' | b's' | b'u' | b'n'));
    let why = go_quote(duration);
    (!is_duration).then(|| format!("failed to parse duration {descriptor}: time: invalid duration {why}"))
}

/// One of the ranges of a field: `*`, `5`, `1-5`, each with a step behind a slash.
fn range_error(range: &str, bounds: &Bounds) -> Result<(), String> {
    let parts: Vec<&str> = range.split('/').collect();
    let ends: Vec<&str> = parts.first().copied().unwrap_or_default().split('-').collect();
    let first = ends.first().copied().unwrap_or_default();
    let (mut start, mut end) = (bounds.least, bounds.most);
    if !matches!(first, "*" | "?") {
        start = number_or_name(first, bounds)?;
        end = match ends.as_slice() {
            [_] => start,
            [_, last] => number_or_name(last, bounds)?,
            _ => return Err(format!("too many hyphens: {range}")),
        };
    }
    let mut step = 1;
    match parts.as_slice() {
        [_] => {}
        [_, given] => {
            step = number(given)?;
            if ends.len() == 1 {
                end = bounds.most;
            }
        }
        _ => return Err(format!("too many slashes: {range}")),
    }
    let Bounds { least, most, .. } = bounds;
    if start < *least {
        return Err(format!("beginning of range ({start}) below minimum ({least}): {range}"));
    }
    if end > *most {
        return Err(format!("end of range ({end}) above maximum ({most}): {range}"));
    }
    if start > end {
        return Err(format!(
            "beginning of range ({start}) beyond end of range ({end}): {range}"
        ));
    }
    if step == 0 {
        return Err(format!("step of range should be a positive number: {range}"));
    }
    Ok(())
}

fn number_or_name(text: &str, bounds: &Bounds) -> Result<u64, String> {
    let name = text.to_ascii_lowercase();
    match bounds.names.iter().position(|known| *known == name) {
        Some(position) => Ok(bounds.least + u64::try_from(position).unwrap_or_default()),
        None => number(text),
    }
}

fn number(text: &str) -> Result<u64, String> {
    let parsed: Result<i64, _> = text.parse();
    match parsed {
        Ok(number) => u64::try_from(number).map_err(|_| format!("negative number ({number}) not allowed: {text}")),
        Err(_) => {
            let quoted = go_quote(text);
            Err(format!(
                "failed to parse int from {text}: strconv.Atoi: parsing {quoted}: invalid syntax"
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(schedule: &str, expect: Option<&str>) {
        assert_eq!(schedule_error(schedule).as_deref(), expect, "{schedule}");
    }

    #[test]
    fn schedules_are_read() {
        for schedule in [
            "*/5 * * * *",
            "0 0 1,15 jan-jun MON",
            "@hourly",
            "@every 1h30m",
            "TZ=Europe/Paris 1 2 * * *",
        ] {
            check(schedule, None);
        }
    }

    #[test]
    fn errors_are_the_librarys() {
        check("* * *", Some("expected exactly 5 fields, found 3: [* * *]"));
        check("61 * * * *", Some("end of range (61) above maximum (59): 61"));
        check("* * 0 * *", Some("beginning of range (0) below minimum (1): 0"));
        check(
            "5-1 * * * *",
            Some("beginning of range (5) beyond end of range (1): 5-1"),
        );
        check("*/0 * * * *", Some("step of range should be a positive number: */0"));
        check("1-2-3 * * * *", Some("too many hyphens: 1-2-3"));
        check(
            "x * * * *",
            Some("failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax"),
        );
        check("@never", Some("unrecognized descriptor: @never"));
    }
}
