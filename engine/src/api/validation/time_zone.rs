//! The names of the time zones that a CronJob can be scheduled in.
//!
//! `time_zones.txt` holds the names of the IANA time zone database, one a line and sorted. Only names are known here, no offsets.

const ZONES: &str = include_str!("time_zones.txt");

/// Whether there is a time zone of this name. Names count with their case, as in the files of a Linux system.
pub(super) fn is_time_zone(name: &str) -> bool {
    ZONES.lines().any(|zone| zone == name)
}
