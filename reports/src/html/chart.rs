//! A scenario over virtual time: its steps, the faults that struck and the pods' lanes, above one another on one axis.
//!
//! Horizontal positions are percentages, so that the drawing takes the width it gets while its texts keep their size.

use crate::duration;
use crate::record::{FaultMark, Outcome, ScenarioRecord};

use super::axis::{Axis, Tick, percent_text};
use super::bars::{self, Bar, Restart};
use super::budget::{self, FAULTS_SHOWN_MAX};

const AXIS_HEIGHT_PX: usize = 24;
const ROW_HEIGHT_PX: usize = 24;

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
    pub text: String,
    pub title: String,
    pub y: usize,
    pub x: String,
    pub width: String,
    /// Over the moment it began.
    pub instant: bool,
}

/// A pod.
pub struct LaneRow {
    pub subject: String,
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
            .map(|(index, lane)| LaneRow {
                subject: lane.subject.clone(),
                title: lane_title(lane),
                node: lane.node.clone(),
                restarts: lane.restarts(),
                y: first_lane_y + ROW_HEIGHT_PX * index,
                bars: bars::bars(lane, axis),
                restart_marks: bars::restarts(lane, axis),
            })
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

fn lane_title(lane: &crate::record::Lane) -> String {
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
    FaultRow {
        text: fault.text.clone(),
        title: format!("{}{target}\n{when}", fault.text),
        y: AXIS_HEIGHT_PX + ROW_HEIGHT_PX * (1 + index),
        x: percent_text(x),
        width: percent_text(width),
        instant,
    }
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
    let whole = bars::fitting(format!("{number} {text}"), width);
    if whole.is_empty() {
        bars::fitting(number.to_string(), width)
    } else {
        whole
    }
}
