//! A scenario over virtual time: its steps, the faults that struck and the pods' lanes, above one another on one axis.
//!
//! Horizontal positions are percentages, so that the drawing takes the width it gets while its texts keep their size.

use crate::duration;
use crate::record::{FaultMark, Lane, Outcome, ScenarioRecord};

use super::axis::{Axis, Tick, percent_text};
use super::bars::{self, Bar, Restart};
use super::budget::{self, FAULTS_SHOWN_MAX};

const AXIS_HEIGHT_PX: usize = 24;
const ROW_HEIGHT_PX: usize = 24;

/// At most so many bytes of a fault's text never give way.
const FAULT_TAIL_MAX: usize = 18;

/// A generated name ends in a dash and five characters.
const TAIL_CHARACTERS: usize = 6;

/// Everything the template draws.
pub struct Chart {
    pub span_ns: u64,
    pub height_px: usize,
    pub ticks: Vec<Tick>,
    pub steps: Vec<StepBar>,
    pub faults: Vec<FaultRow>,
    pub faults_hidden: usize,
    pub lanes: Vec<LaneRow>,
    pub lanes_hidden: usize,
    /// Where the step that decided a failure ended.
    pub failed_x: Option<String>,
}

/// A step that took virtual time.
pub struct StepBar {
    pub x: String,
    pub width: String,
    pub label: String,
    pub title: String,
    pub outcome: Outcome,
}

/// A fault: a bar of its own and a band through all lanes.
pub struct FaultRow {
    /// The text but for its last words; this part gives way where room is short.
    pub head: String,
    /// Its last words: what the fault does.
    pub tail: String,
    pub title: String,
    pub y: usize,
    pub x: String,
    pub width: String,
    /// Over the moment it began.
    pub instant: bool,
}

/// A pod.
pub struct LaneRow {
    /// The name but for its end; this part gives way where room is short.
    pub head: String,
    /// Its end: what tells a workload's pods apart.
    pub tail: String,
    pub title: String,
    pub node: String,
    pub restarts: u32,
    pub y: usize,
    pub bars: Vec<Bar>,
    pub restart_marks: Vec<Restart>,
}

impl Chart {
    /// The chart of a scenario, if there is something to see: lanes or faults, and time that passed.
    pub fn of(scenario: &ScenarioRecord) -> Option<Chart> {
        if scenario.lanes.is_empty() && scenario.faults.is_empty() {
            return None;
        }
        let ends = scenario
            .lanes
            .iter()
            .filter_map(|lane| lane.segments.last())
            .map(|segment| segment.to_ns);
        let span_ns = ends.chain([scenario.end_ns]).max().unwrap_or_default();
        let axis = Axis::new(span_ns)?;
        let faults: Vec<FaultRow> = scenario
            .faults
            .iter()
            .take(FAULTS_SHOWN_MAX)
            .enumerate()
            .map(|(index, fault)| fault_row(fault, index, axis, span_ns))
            .collect();
        let first_lane_y = AXIS_HEIGHT_PX + ROW_HEIGHT_PX * (1 + faults.len());
        let (shown, lanes_hidden) = budget::choose_lanes(&scenario.lanes);
        let lanes: Vec<LaneRow> = shown
            .into_iter()
            .enumerate()
            .map(|(index, lane)| lane_row(lane, first_lane_y + ROW_HEIGHT_PX * index, axis))
            .collect();
        Some(Chart {
            span_ns,
            height_px: first_lane_y + ROW_HEIGHT_PX * lanes.len(),
            ticks: axis.ticks(),
            steps: step_bars(scenario, axis),
            faults_hidden: scenario.faults.len() - faults.len(),
            faults,
            lanes,
            lanes_hidden,
            failed_x: scenario
                .first_failing_step()
                .map(|step| percent_text(axis.percent(step.end_ns))),
        })
    }

    /// The drawing in a sentence, for those who cannot see it.
    pub fn description(&self) -> String {
        let pods = self.lanes.len() + self.lanes_hidden;
        let faults = self.faults.len() + self.faults_hidden;
        format!(
            "{pods} pods and {faults} faults over {} of virtual time",
            duration::human(self.span_ns)
        )
    }
}

fn lane_row(lane: &Lane, y: usize, axis: Axis) -> LaneRow {
    let end = lane
        .subject
        .char_indices()
        .rev()
        .nth(TAIL_CHARACTERS - 1)
        .map_or(0, |(at, _)| at);
    let (head, tail) = lane.subject.split_at(end);
    LaneRow {
        head: head.to_owned(),
        tail: tail.to_owned(),
        title: lane_title(lane),
        node: lane.node.clone(),
        restarts: lane.restarts(),
        y,
        bars: bars::bars(lane, axis),
        restart_marks: bars::restarts(lane, axis),
    }
}

fn lane_title(lane: &Lane) -> String {
    let place = if lane.node.is_empty() {
        "never on a node".to_owned()
    } else {
        format!("on {}", lane.node)
    };
    format!(
        "{}/{}, {place}, {} restarts",
        lane.namespace,
        lane.subject,
        lane.restarts()
    )
}

fn fault_row(fault: &FaultMark, index: usize, axis: Axis, span_ns: u64) -> FaultRow {
    let to_ns = fault.to_ns.unwrap_or(span_ns).max(fault.from_ns);
    let instant = to_ns == fault.from_ns;
    let (x, width) = bars::place(fault.from_ns, to_ns, axis);
    let when = match fault.to_ns {
        _ if instant => format!("at {}", duration::human(fault.from_ns)),
        Some(_) => bars::times(fault.from_ns, to_ns),
        None => format!("from {}, never healed", duration::human(fault.from_ns)),
    };
    let target = if fault.target.is_empty() {
        String::new()
    } else {
        format!(" ({})", fault.target)
    };
    let (head, tail) = fault.text.split_at(last_words(&fault.text));
    FaultRow {
        head: head.to_owned(),
        tail: tail.to_owned(),
        title: format!("{}{target}\n{when}", fault.text),
        y: AXIS_HEIGHT_PX + ROW_HEIGHT_PX * (1 + index),
        x: percent_text(x),
        width: percent_text(width),
        instant,
    }
}

/// Where the last two words of a text begin (the last one, if two are long), the space before them included.
fn last_words(text: &str) -> usize {
    let spaces: Vec<usize> = text.rmatch_indices(' ').map(|(at, _)| at).take(2).collect();
    let near = |at: &&usize| text.len() - **at <= FAULT_TAIL_MAX;
    spaces.iter().rfind(near).copied().unwrap_or(text.len())
}

fn step_bars(scenario: &ScenarioRecord, axis: Axis) -> Vec<StepBar> {
    let numbered = scenario.steps.iter().enumerate();
    let lasting = numbered.filter(|(_, step)| step.end_ns > step.start_ns);
    let bar = lasting.map(|(index, step)| {
        let (x, width) = bars::place(step.start_ns, step.end_ns, axis);
        StepBar {
            x: percent_text(x),
            width: percent_text(width),
            label: step_label(index + 1, &step.text, width),
            title: format!(
                "{} {}\n{}",
                step.keyword,
                step.text,
                bars::times(step.start_ns, step.end_ns)
            ),
            outcome: step.outcome,
        }
    });
    bar.collect()
}

/// Number and text if both fit, the number alone if that does.
fn step_label(number: usize, text: &str, width: f64) -> String {
    let whole = bars::fitting(format!("{number} · {text}"), width);
    if whole.is_empty() {
        bars::fitting(number.to_string(), width)
    } else {
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_fault(text: &str, expect: &str) {
        let (head, tail) = text.split_at(last_words(text));
        assert_eq!(format!("{head}|{tail}"), expect);
    }

    #[test]
    fn the_words_that_say_what_a_fault_does_never_give_way() {
        check_fault("node \"node-2\" is lost", "node \"node-2\"| is lost");
        check_fault(
            "container \"app\" of pod \"leaky\" is OOM killed",
            "container \"app\" of pod \"leaky\" is| OOM killed",
        );
        check_fault(
            "image \"registry.example/web:v2\" disappears",
            "image \"registry.example/web:v2\"| disappears",
        );
        check_fault("one", "one|");
        check_fault("", "|");
        check_fault("모든 파드가 죽는다", "모든 파드가| 죽는다");
    }

    #[test]
    fn names_are_cut_before_what_tells_them_apart() {
        let axis = Axis::new(1).expect("a span");
        for (subject, expect) in [
            ("web-6d4cf56db6-4wq2k", "web-6d4cf56db6|-4wq2k"),
            ("web", "|web"),
            ("", "|"),
            ("파드파드파드파드", "파드|파드파드파드"),
        ] {
            let row = lane_row(
                &Lane {
                    subject: subject.to_owned(),
                    ..Lane::default()
                },
                0,
                axis,
            );
            assert_eq!(format!("{}|{}", row.head, row.tail), expect);
        }
    }
}
