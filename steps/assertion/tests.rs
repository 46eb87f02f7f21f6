//! The tenses and the counting of pods, tried as scenarios: each assertion with what must come out.

use shakedown_engine::api::Pod;
use shakedown_engine::timeline::{Mark, View};
use shakedown_reports::record::{Failure, Outcome};

use super::Claim;
use super::evaluate::is_irrelevant;
use crate::runner::run_text;

/// Runs `steps` (lines of a scenario behind a background with three nodes) and gives what failed first.
fn first_failure(steps: &str) -> Option<(String, Failure)> {
    let source = format!("Feature: F\n  Background:\n    Given a cluster with 3 nodes\n  Scenario: S\n{steps}\n");
    let record = run_text(&source).pop().expect("a scenario");
    let failed = record.steps.into_iter().find(|step| step.outcome != Outcome::Passed)?;
    Some((failed.text, failed.failure.expect("a failure is explained")))
}

/// That the scenario passes (`None`), or that its last step fails with this message and this in what was seen.
fn check(steps: &[&str], expect: Option<(&str, &str)>) {
    let lines: Vec<String> = steps.iter().map(|step| format!("    {step}")).collect();
    match (first_failure(&lines.join("\n")), expect) {
        (None, None) => {}
        (Some((text, failure)), Some((message, seen))) => {
            assert!(
                steps.last().is_some_and(|last| last.ends_with(&text)),
                "`{text}` failed early: {failure:?}"
            );
            assert!(failure.message.contains(message), "{failure:?}");
            assert!(failure.seen.unwrap_or_default().contains(seen), "{steps:?}");
        }
        (seen, expect) => panic!("{steps:?}: {seen:?} instead of {expect:?}"),
    }
}

const POD: &str = "Given a pod \"web\" of image \"nginx:1.25\"";

#[test]
fn now_is_this_instant() {
    check(&[POD, "Then pod \"web\" shows STATUS \"Pending\""], None);
    check(
        &[POD, "Then pod \"web\" is Ready"],
        Some(("it does not hold", "web: not Ready")),
    );
}

#[test]
fn within_lets_time_run_until_it_holds() {
    check(&[POD, "Then within 10s, pod \"web\" is Ready"], None);
    check(
        &[POD, "Then within 1ms, pod \"web\" is Ready"],
        Some(("it did not hold within 1ms", "web: not Ready")),
    );
    // Instants between the writes of one moment count: ContainerCreating is shown before Running.
    check(
        &[POD, "Then within 10s, pod \"web\" shows STATUS \"ContainerCreating\""],
        None,
    );
}

#[test]
fn for_asks_at_every_change() {
    check(
        &[POD, "And the cluster settles", "Then for 10m, pod \"web\" is Ready"],
        None,
    );
    check(
        &[POD, "Then for 10s, pod \"web\" is not Ready"],
        Some(("it did not hold for 10s", "Ready")),
    );
}

#[test]
fn the_past_begins_with_the_first_when() {
    let settled = [POD, "And the cluster settles", "When 1m passes"];
    let then = |step: &'static str| [settled.as_slice(), &[step]].concat();
    check(&then("Then at all times, pod \"web\" is Ready"), None);
    check(&then("Then at no time, pod \"web\" shows STATUS \"Pending\""), None);
    check(
        &then("Then at some time, pod \"web\" is not Ready"),
        Some(("it never held", "Ready")),
    );
    check(
        &[
            POD,
            "When 1m passes",
            "Then at some time, pod \"web\" shows STATUS \"ContainerCreating\"",
        ],
        None,
    );
    check(
        &[POD, "When 1m passes", "Then at all times, pod \"web\" is Ready"],
        Some(("it did not hold at all times", "web: not Ready")),
    );
    check(
        &[
            POD,
            "When 1m passes",
            "Then at no time, pod \"web\" shows STATUS \"Running\"",
        ],
        Some(("it held, at no time wanted", "it held")),
    );
}

#[test]
fn what_did_not_exist_yet_is_not_asked_about() {
    check(
        &[
            "When 1m passes",
            "And a namespace \"shop\"",
            "Then at all times, namespace \"shop\" exists",
        ],
        None,
    );
    check(
        &["When 1m passes", "Then at all times, pod \"web\" is Ready"],
        Some(("there never was", "there is no such pod")),
    );
    check(&["When 1m passes", "Then at all times, no pod exists"], None);
}

#[test]
fn a_rollout_has_a_start_and_an_end() {
    let rollout = [
        "Given a deployment \"web\" with 3 replicas of image \"nginx:1.25\"",
        "And the cluster settles",
        "When I run `kubectl set image deployment/web web=nginx:1.26`",
        "And the cluster settles",
    ];
    let then = |step: &'static str| [rollout.as_slice(), &[step]].concat();
    check(
        &then("Then during the rollout, deployment \"web\" has at least 3 available replicas"),
        None,
    );
    check(
        &then("Then during the rollout, exactly 3 pods of deployment \"web\" exist"),
        Some(("it did not hold at all times", "4 of 4 pods")),
    );
    check(
        &then("Then the rollout of deployment \"web\" respected its strategy"),
        None,
    );
    check(
        &["Then during the rollout, no pod exists"],
        Some(("there was no rollout", "")),
    );
}

#[test]
fn phrases_count_pods() {
    let three = [
        "Given a deployment \"web\" with 3 replicas of image \"nginx:1.25\"",
        "And the cluster settles",
    ];
    let then = |step: &'static str| [three.as_slice(), &[step]].concat();
    check(&then("Then every pod of deployment \"web\" is Ready"), None);
    check(&then("Then exactly 3 pods labelled \"app=web\" are Ready"), None);
    check(
        &then("Then exactly 2 pods labelled \"app=web\" are Ready"),
        Some(("it does not hold", "3 of 3 pods")),
    );
    check(&then("Then at least 3 pods of deployment \"web\" exist"), None);
    check(
        &then("Then at most 2 pods of deployment \"web\" exist"),
        Some(("it does not hold", "3 of 3 pods")),
    );
    check(&then("Then no pod of deployment \"web\" is not Ready"), None);
    check(&then("Then a pod of deployment \"web\" runs on node \"node-*\""), None);
    check(
        &then("Then every pod of deployment \"shop\" is Ready"),
        Some(("it does not hold", "there is no deployment \"shop\"")),
    );
    check(&then("Then pod \"web-*\" is Ready"), None);
    check(&then("Then pod \"shop-*\" does not exist"), None);
    check(&then("Then every pod labelled \"app in (web, shop)\" is Ready"), None);
    check(
        &then("Then every pod on node \"node-1\" of deployment \"web\" is Ready"),
        None,
    );
}

#[test]
fn a_fault_that_changes_nothing_fails_its_step() {
    check(
        &["When image \"nothing:v1\" cannot be pulled"],
        Some(("the fault struck nothing", "nothing did")),
    );
    check(
        &[
            POD,
            "When image \"nginx:*\" cannot be pulled",
            "Then within 1m, pod \"web\" shows STATUS \"ErrImagePull\"",
        ],
        None,
    );
}

/// A cluster in which a Deployment was rolled out, a node was lost and pods moved.
fn eventful_cluster() -> shakedown_engine::Cluster {
    use shakedown_engine::api::decode::Origin;
    use shakedown_engine::faults::Fault;
    use shakedown_engine::kubectl::NoFiles;
    let mut cluster = shakedown_engine::Cluster::new(shakedown_engine::ClusterOptions::default());
    for name in ["node-1", "node-2", "node-3"] {
        let node = shakedown_engine::kubelet::NodeTemplate::named(name);
        cluster.add_node(&node).expect("a node");
    }
    let deployment = serde_json::json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "web" },
        "spec": {
            "replicas": 4,
            "selector": { "matchLabels": { "app": "web" } },
            "template": {
                "metadata": { "labels": { "app": "web" } },
                "spec": { "containers": [{ "name": "web", "image": "nginx:1.25" }] },
            },
        },
    });
    cluster
        .apply(&deployment.to_string(), &Origin::file("test"))
        .expect("applied");
    cluster.settle().expect("it settles");
    let output = cluster.kubectl("set image deployment/web web=nginx:1.26", &NoFiles);
    assert_eq!(output.exit_code, 0, "{output:?}");
    cluster.settle().expect("it settles");
    cluster.inject(Fault::NodeLost("node-1".into()), None).expect("a fault");
    cluster.advance(std::time::Duration::from_secs(600)).expect("time");
    cluster
}

#[test]
fn what_is_remembered_of_pods_agrees_with_asking_all_of_them_at_every_instant() {
    let cluster = eventful_cluster();
    let phrases = [
        "every pod of deployment \"web\"",
        "every pod labelled \"app=web\"",
        "exactly 4 pods of deployment \"web\"",
        "at least 3 pods labelled \"app=web\"",
        "no pod on node \"node-1\"",
        "a pod of deployment \"web\" on node \"node-2\"",
        "pod \"web-*\"",
    ];
    for phrase in phrases {
        let pods = phrase.parse().expect("a phrase");
        let ready = |_: &View<'_>, pod: &Pod| {
            if pod.is_ready() {
                Ok(())
            } else {
                Err("not Ready".to_owned())
            }
        };
        let claim = Claim::pods(&pods, "Ready", ready).expect("a claim");
        let mut walk = cluster.replay(Mark::default());
        let mut answers = std::collections::BTreeSet::new();
        while let Some(view) = walk.step(cluster.log()) {
            if !is_irrelevant(view.change, &claim) {
                let holds = claim.holds(&view);
                assert_eq!(holds, claim.check(&view).is_ok(), "{phrase} at {}", view.now);
                answers.insert(holds);
            }
        }
        assert_eq!(answers.len(), 2, "{phrase} must hold at times and not at others");
    }
}
