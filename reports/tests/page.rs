//! Laws of the HTML page: it is one file, its inner links lead somewhere, and it stays usable when a run is large.

#[path = "../examples/sample/record.rs"]
mod sample;

use std::collections::BTreeSet;

use shakedown_reports::html::{FAULTS_SHOWN_MAX, LANES_SHOWN_MAX, LOG_LINES_SHOWN_MAX};
use shakedown_reports::record::{FaultMark, Lane, LogLine, Outcome, RunRecord, ScenarioRecord};
use shakedown_reports::{Format, render};

fn page(run: &RunRecord) -> String {
    render(run, Format::Html).expect("a rendering")
}

/// The values of an attribute, in order.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let opening = format!(" {attribute}=\"");
    page.split(opening.as_str())
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

/// A run of one feature with these scenarios.
fn run_of(scenarios: Vec<ScenarioRecord>) -> RunRecord {
    let mut run = sample::sample();
    run.features.truncate(1);
    run.features[0].scenarios = scenarios;
    RunRecord::new("0.1.0", 42, "shakedown run features", run.features, run.wall)
}

#[test]
fn nothing_is_loaded() {
    let page = page(&sample::sample());
    for url in ["http:", "https:", "//", "url(", "@import", "src="] {
        let found: Vec<_> = page
            .match_indices(url)
            .map(|(at, _)| page.get(at..).unwrap_or_default().lines().next().unwrap_or_default())
            .collect();
        // Comments in the script, and patterns of this very page.
        let loads: Vec<_> = found
            .into_iter()
            .filter(|text| !text.starts_with("// ") && !text.starts_with("url(#p-"))
            .collect();
        assert!(loads.is_empty(), "{url}: {loads:?}");
    }
}

#[test]
fn ids_are_unique_and_inner_links_lead_to_them() {
    let page = page(&sample::sample());
    let ids = values(&page, "id");
    let unique: BTreeSet<_> = ids.iter().copied().collect();
    assert_eq!(unique.len(), ids.len(), "{ids:?}");
    let links: Vec<_> = values(&page, "href")
        .into_iter()
        .filter_map(|href| href.strip_prefix('#'))
        .collect();
    assert!(links.len() > 15);
    let dead: Vec<_> = links.into_iter().filter(|link| !unique.contains(link)).collect();
    assert_eq!(dead, [] as [&str; 0]);
}

#[test]
fn elements_are_closed() {
    let page = page(&sample::sample());
    for element in [
        "details", "summary", "section", "svg", "text", "title", "ol", "ul", "li", "div", "span", "pre", "table", "tr",
        "td", "p", "figure", "g",
    ] {
        let opened = page.matches(&format!("<{element}>")).count() + page.matches(&format!("<{element} ")).count();
        assert_eq!(opened, page.matches(&format!("</{element}>")).count(), "<{element}>");
    }
}

#[test]
fn what_failed_is_unfolded_and_what_passed_is_not() {
    let page = page(&sample::sample());
    for outcome in Outcome::ALL {
        let opening = format!("<details class=\"scenario {}\"", outcome.key());
        for rest in page.split(opening.as_str()).skip(1) {
            let tag = rest.split('>').next().unwrap_or_default();
            assert_eq!(tag.ends_with(" open"), !outcome.is_pass(), "{outcome}: {tag}");
        }
    }
}

#[test]
fn a_run_of_nothing_says_so() {
    let page = page(&RunRecord::new("0.1.0", 42, "", Vec::new(), Default::default()));
    assert!(page.contains("nothing ran"));
    assert!(page.contains("No scenario was selected"));
}

#[test]
fn no_lanes_no_chart() {
    let still = ScenarioRecord {
        lanes: vec![Lane::default()],
        ..ScenarioRecord::default()
    };
    let empty = ScenarioRecord {
        end_ns: 5,
        ..ScenarioRecord::default()
    };
    assert!(!page(&run_of(vec![still, empty])).contains("<figure"));
}

#[test]
fn a_crowd_is_drawn_up_to_the_limits_and_the_rest_is_counted() {
    let mut crowd = sample::sample().features[0].scenarios[0].clone();
    let lane = crowd.lanes[0].clone();
    crowd.lanes = (0..LANES_SHOWN_MAX + 51)
        .map(|index| Lane {
            subject: format!("web-{index}"),
            ..lane.clone()
        })
        .collect();
    crowd.faults = vec![
        FaultMark {
            to_ns: Some(9),
            ..FaultMark::default()
        };
        FAULTS_SHOWN_MAX + 7
    ];
    crowd.logs = vec![
        LogLine {
            text: "a line".to_owned(),
            ..LogLine::default()
        };
        LOG_LINES_SHOWN_MAX + 3
    ];
    let page = page(&run_of(vec![crowd]));
    assert_eq!(page.matches("class=\"stripe\"").count(), LANES_SHOWN_MAX);
    assert!(page.contains("… and 51 more pods"));
    assert_eq!(page.matches("class=\"fault-name\"").count(), FAULTS_SHOWN_MAX);
    assert!(page.contains("… and 7 more faults"));
    assert_eq!(page.matches("a line\n").count(), LOG_LINES_SHOWN_MAX);
    assert!(page.contains("… 3 earlier lines"));
}

#[test]
fn a_thousand_scenarios_make_a_page_of_reasonable_size() {
    let samples: Vec<_> = sample::sample()
        .features
        .into_iter()
        .flat_map(|feature| feature.scenarios)
        .collect();
    let page = page(&run_of(samples.iter().cycle().take(1_000).cloned().collect()));
    assert_eq!(page.matches("<details class=\"scenario ").count(), 1_000);
    assert!(page.len() < 12_000_000, "{} bytes", page.len());
}
