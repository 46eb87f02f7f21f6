//! The bars of one lane: its segments on the axis, with what stands in them.

use crate::duration;
use crate::record::{Lane, Segment};

use super::axis::{Axis, percent_text};
use super::status::Look;

/// No bar is narrower, in percent: it could not be seen.
const WIDTH_MIN_PERCENT: f64 = 0.25;

/// The width of a character in percent of a chart of ordinary width, to know which texts fit.
const CHARACTER_PERCENT: f64 = 0.86;

/// A lane with more segments than this has its narrow ones drawn together.
const SEGMENTS_APART_MAX: usize = 60;

/// One bar.
#[derive(Debug, PartialEq, Eq)]
pub struct Bar {
    pub class: &'static str,
    /// Percent of the width.
    pub x: String,
    pub width: String,
    /// What stands in it; empty if it does not fit.
    pub label: String,
    /// What hovering shows.
    pub title: String,
}

/// A restart on a lane.
#[derive(Debug, PartialEq, Eq)]
pub struct Restart {
    /// Percent of the width.
    pub x: String,
    pub title: String,
}

/// The bars of a lane in order of time.
pub fn bars(lane: &Lane, axis: Axis) -> Vec<Bar> {
    let together = lane.segments.len() > SEGMENTS_APART_MAX;
    let mut bars = Vec::new();
    let mut rest = lane.segments.as_slice();
    while let [first, later @ ..] = rest {
        let narrow = if together {
            rest.iter().take_while(|segment| is_narrow(segment, axis)).count()
        } else {
            0
        };
        match rest.get(..narrow) {
            Some(run @ [_, .., last]) => {
                bars.push(busy_bar(first, last, run, axis));
                rest = rest.get(narrow..).unwrap_or_default();
            }
            _ => {
                bars.push(bar(first, axis));
                rest = later;
            }
        }
    }
    bars
}

/// Where the lane's containers were restarted; drawn apart only.
pub fn restarts(lane: &Lane, axis: Axis) -> Vec<Restart> {
    let mut seen = 0;
    let mut restarts: Vec<Restart> = Vec::new();
    for segment in &lane.segments {
        if segment.restarts > seen {
            seen = segment.restarts;
            let title = format!("restart {seen} at {}", duration::human(segment.from_ns));
            let x = percent_text(axis.percent(segment.from_ns));
            match restarts.last_mut() {
                Some(last) if last.x == x => last.title = title,
                _ => restarts.push(Restart { x, title }),
            }
        }
    }
    restarts
}

fn is_narrow(segment: &Segment, axis: Axis) -> bool {
    axis.percent(segment.to_ns) - axis.percent(segment.from_ns) < WIDTH_MIN_PERCENT
}

fn bar(segment: &Segment, axis: Axis) -> Bar {
    let look = Look::of(&segment.status, &segment.ready);
    let (x, width) = place(segment.from_ns, segment.to_ns, axis);
    let text = match look {
        Look::NotReady => format!("{} {}", segment.status, segment.ready),
        _ => segment.status.clone(),
    };
    let restarts = match segment.restarts {
        0 => String::new(),
        1 => ", 1 restart".to_owned(),
        more => format!(", {more} restarts"),
    };
    let title = format!(
        "{}, READY {}{restarts}\n{}",
        segment.status,
        segment.ready,
        times(segment.from_ns, segment.to_ns)
    );
    Bar {
        class: look.class(),
        x: percent_text(x),
        width: percent_text(width),
        label: fitting(text, width),
        title,
    }
}

fn busy_bar(first: &Segment, last: &Segment, run: &[Segment], axis: Axis) -> Bar {
    let (x, width) = place(first.from_ns, last.to_ns, axis);
    let mut statuses: Vec<&str> = run.iter().map(|segment| segment.status.as_str()).collect();
    statuses.sort_unstable();
    statuses.dedup();
    let label = fitting(format!("{} changes", run.len()), width);
    let title = format!(
        "{} changes: {}\n{}",
        run.len(),
        statuses.join(", "),
        times(first.from_ns, last.to_ns)
    );
    Bar {
        class: Look::Busy.class(),
        x: percent_text(x),
        width: percent_text(width),
        label,
        title,
    }
}

/// Start and width in percent; never narrower than can be seen, never beyond the right edge.
pub fn place(from_ns: u64, to_ns: u64, axis: Axis) -> (f64, f64) {
    let width = (axis.percent(to_ns) - axis.percent(from_ns)).max(WIDTH_MIN_PERCENT);
    (axis.percent(from_ns).min(100.0 - width), width)
}

/// The text, if a bar of that width has room for it.
pub fn fitting(text: String, width: f64) -> String {
    let fits = (text.chars().count() as f64 + 1.5) * CHARACTER_PERCENT <= width;
    if fits { text } else { String::new() }
}

/// `1m30s – 2m (30s)`
pub fn times(from_ns: u64, to_ns: u64) -> String {
    let (from, to) = (duration::human(from_ns), duration::human(to_ns));
    format!("{from} – {to} ({})", duration::human(to_ns.saturating_sub(from_ns)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(from_ns: u64, to_ns: u64, status: &str, restarts: u32) -> Segment {
        Segment {
            from_ns,
            to_ns,
            status: status.to_owned(),
            ready: "0/1".to_owned(),
            restarts,
        }
    }

    #[test]
    fn narrow_segments_are_drawn_together_in_a_long_life_only() {
        let axis = Axis::new(1_000_000).expect("a span");
        let mut segments: Vec<_> = (0..100)
            .map(|index| segment(index * 10, index * 10 + 10, "Error", 0))
            .collect();
        segments.push(segment(1_000, 1_000_000, "CrashLoopBackOff", 99));
        let mut lane = Lane {
            segments,
            ..Lane::default()
        };
        let classes: Vec<_> = bars(&lane, axis).iter().map(|bar| bar.class).collect();
        assert_eq!(classes, ["busy", "crash"]);
        lane.segments.drain(..90);
        assert_eq!(bars(&lane, axis).len(), 11);
    }

    #[test]
    fn restarts_are_where_the_count_goes_up() {
        let axis = Axis::new(100).expect("a span");
        let segments = vec![
            segment(0, 50, "Running", 0),
            segment(50, 60, "Error", 0),
            segment(60, 100, "Running", 2),
        ];
        let lane = Lane {
            segments,
            ..Lane::default()
        };
        assert_eq!(
            restarts(&lane, axis),
            [Restart {
                x: "60%".to_owned(),
                title: "restart 2 at 60ns".to_owned()
            }]
        );
    }
}
