//! Limits that keep a page of a large run usable. Where one is reached the page says so; the JSON record has everything.

use crate::record::{Lane, ScenarioRecord};

use super::status::Look;

/// At most so many lanes are drawn for a scenario; those with trouble in them first.
pub const LANES_SHOWN_MAX: usize = 200;

/// At most so many faults are drawn for a scenario.
pub const FAULTS_SHOWN_MAX: usize = 40;

/// At most so many log lines are shown for a scenario, the latest.
pub const LOG_LINES_SHOWN_MAX: usize = 400;

/// At most so many segments are drawn on a page (about 200 bytes each). Scenarios that did not pass come first.
pub const SEGMENTS_A_PAGE_MAX: usize = 60_000;

/// The lanes to draw, in their order, and how many are left out.
pub fn choose_lanes(lanes: &[Lane]) -> (Vec<&Lane>, usize) {
    if lanes.len() <= LANES_SHOWN_MAX {
        return (lanes.iter().collect(), 0);
    }
    let mut order: Vec<(bool, usize)> = lanes
        .iter()
        .enumerate()
        .map(|(index, lane)| (!has_trouble(lane), index))
        .collect();
    order.sort_unstable();
    let mut chosen: Vec<usize> = order
        .into_iter()
        .take(LANES_SHOWN_MAX)
        .map(|(_, index)| index)
        .collect();
    chosen.sort_unstable();
    let shown: Vec<&Lane> = chosen.into_iter().filter_map(|index| lanes.get(index)).collect();
    let hidden = lanes.len() - shown.len();
    (shown, hidden)
}

fn has_trouble(lane: &Lane) -> bool {
    lane.restarts() > 0
        || lane
            .segments
            .iter()
            .any(|segment| Look::of(&segment.status, &segment.ready).is_trouble())
}

/// For each scenario, whether the page has room for its lanes: all that did not pass first, then in order.
pub fn scenarios_with_lanes(scenarios: &[&ScenarioRecord]) -> Vec<bool> {
    let mut room = SEGMENTS_A_PAGE_MAX;
    let mut drawn = vec![false; scenarios.len()];
    for passed in [false, true] {
        for (scenario, drawn) in scenarios.iter().zip(&mut drawn) {
            let segments = scenario
                .lanes
                .iter()
                .take(LANES_SHOWN_MAX)
                .map(|lane| lane.segments.len())
                .sum::<usize>();
            if scenario.outcome.is_pass() == passed && segments <= room {
                room -= segments;
                *drawn = true;
            }
        }
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Outcome, Segment};

    fn lane(subject: &str, status: &str, segments: usize) -> Lane {
        let segment = Segment {
            status: status.to_owned(),
            ready: "1/1".to_owned(),
            ..Segment::default()
        };
        Lane {
            subject: subject.to_owned(),
            segments: vec![segment; segments],
            ..Lane::default()
        }
    }

    #[test]
    fn trouble_is_drawn_first_and_order_is_kept() {
        let mut lanes: Vec<Lane> = (0..300)
            .map(|index| lane(&format!("web-{index}"), "Running", 1))
            .collect();
        lanes[280] = lane("sick", "CrashLoopBackOff", 1);
        let (shown, hidden) = choose_lanes(&lanes);
        assert_eq!((shown.len(), hidden), (LANES_SHOWN_MAX, 100));
        assert_eq!(shown.first().map(|lane| lane.subject.as_str()), Some("web-0"));
        assert_eq!(shown.last().map(|lane| lane.subject.as_str()), Some("sick"));
    }

    #[test]
    fn a_page_has_room_for_failures_first() {
        let scenario = |outcome, segments| ScenarioRecord {
            outcome,
            lanes: vec![lane("web", "Running", segments)],
            ..Default::default()
        };
        let passed = scenario(Outcome::Passed, SEGMENTS_A_PAGE_MAX - 10);
        let failed = scenario(Outcome::Failed, 20);
        let small = scenario(Outcome::Passed, 10);
        assert_eq!(scenarios_with_lanes(&[&passed, &failed, &small]), [false, true, true]);
    }
}
