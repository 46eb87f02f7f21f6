//! Rollouts: the sequences of the recordings.

use serde_json::{Value, json};

use super::harness::{Harness, deployment, recorded_cluster, template};

fn rolling(surge: Value, unavailable: Value) -> Value {
    json!({ "strategy": { "type": "RollingUpdate", "rollingUpdate": { "maxSurge": surge, "maxUnavailable": unavailable } } })
}

fn set_image(harness: &mut Harness, image: &str) {
    harness.edit(|value| value["spec"]["template"] = template(image));
}

/// Every size that a ReplicaSet was given, in order.
fn sizes(harness: &Harness, position: usize) -> Vec<i64> {
    let mut names: Vec<String> = Vec::new();
    let mut sizes: Vec<Vec<i64>> = Vec::new();
    for change in harness.cluster.log() {
        let Some(after) = change
            .after
            .as_ref()
            .filter(|after| after.kind().name() == "ReplicaSet")
        else {
            continue;
        };
        let name = after.meta().name.to_string();
        let index = names.iter().position(|known| *known == name).unwrap_or_else(|| {
            names.push(name);
            sizes.push(Vec::new());
            names.len() - 1
        });
        let size = after.to_json()["spec"]["replicas"].as_i64().unwrap_or_default();
        if sizes[index].last() != Some(&size) {
            sizes[index].push(size);
        }
    }
    sizes.get(position).cloned().unwrap_or_default()
}

#[test]
fn rollouts_go_through_the_recorded_sizes() {
    let check = |replicas, spec: Value, old: &[i64], new: &[i64]| {
        let mut harness = recorded_cluster();
        harness.create(deployment(replicas, spec.clone()));
        harness.until(30.0);
        set_image(&mut harness, "run:v2");
        harness.until(120.0);
        assert_eq!(
            (sizes(&harness, 0), sizes(&harness, 1)),
            (old.to_vec(), new.to_vec()),
            "{spec}"
        );
        assert_eq!(harness.replica_sets(), [(0, 0, 0), (replicas, replicas, replicas)]);
    };
    check(3, rolling(json!(1), json!(0)), &[3, 2, 1, 0], &[1, 2, 3]);
    check(3, json!({ "strategy": { "type": "Recreate" } }), &[3, 0], &[3]);
}

#[test]
fn conditions_of_a_first_rollout() {
    let mut harness = recorded_cluster();
    harness.create(deployment(3, json!({})));
    harness.until(30.0);
    let created = "Progressing=True/NewReplicaSetCreated".to_owned();
    let unavailable = "Available=False/MinimumReplicasUnavailable".to_owned();
    assert_eq!(
        harness.condition_history(shakedown_engine::api::Kind::DEPLOYMENT, "web"),
        [
            vec![],
            vec![created.clone()],
            vec![unavailable.clone(), created],
            vec![unavailable, "Progressing=True/ReplicaSetUpdated".to_owned()],
            vec![
                "Available=True/MinimumReplicasAvailable".to_owned(),
                "Progressing=True/NewReplicaSetAvailable".to_owned()
            ],
        ]
    );
}

#[test]
fn a_stuck_rollout_is_scaled_in_proportion() {
    let mut harness = recorded_cluster();
    harness.create(deployment(10, rolling(json!(3), json!(2))));
    harness.until(30.0);
    set_image(&mut harness, "pullfail:v2");
    harness.until(45.0);
    harness.edit(|value| value["spec"]["replicas"] = 15.into());
    harness.until(70.0);
    harness.edit(|value| value["spec"]["replicas"] = 6.into());
    harness.until(100.0);
    assert_eq!(sizes(&harness, 0), [10, 8, 11, 5, 4]);
    assert_eq!(sizes(&harness, 1), [3, 5, 7, 4, 5]);
}

#[test]
fn a_rollout_without_progress_times_out_a_second_late() {
    let mut harness = recorded_cluster();
    harness.create(deployment(3, json!({ "progressDeadlineSeconds": 60 })));
    harness.until(30.0);
    set_image(&mut harness, "pullfail:v2");
    harness.until(100.0);
    let progressing = harness
        .deployment()
        .status
        .conditions
        .iter()
        .find(|condition| condition.kind == "Progressing")
        .cloned();
    let progressing = progressing.expect("a rollout has this condition");
    assert_eq!(
        (progressing.status.as_str(), progressing.reason.as_str()),
        ("False", "ProgressDeadlineExceeded")
    );
    assert_eq!(
        progressing
            .last_transition
            .map(|at| at.secs() - harness.cluster.view().epoch.secs()),
        Some(91)
    );
    let messages: Vec<String> = harness
        .events("Deployment")
        .into_iter()
        .map(|(_, message, _)| message)
        .collect();
    let names: Vec<String> = messages
        .iter()
        .map(|message| message.split(' ').nth(4).unwrap_or_default().to_owned())
        .collect();
    let expect = [
        format!("Scaled up replica set {} to 3", names[0]),
        format!("Scaled up replica set {} to 1", names[1]),
    ];
    assert_eq!(messages, expect);
}

#[test]
fn a_paused_rollout_scales_but_does_not_proceed() {
    let mut harness = recorded_cluster();
    harness.create(deployment(4, rolling(json!(1), json!(0))));
    harness.until(25.0);
    set_image(&mut harness, "run:v2");
    harness.until(32.5);
    harness.edit(|value| value["spec"]["paused"] = true.into());
    harness.until(45.0);
    set_image(&mut harness, "run:v3");
    harness.until(50.0);
    harness.edit(|value| value["spec"]["replicas"] = 6.into());
    harness.until(65.0);
    harness.edit(|value| value["spec"]["paused"] = false.into());
    harness.until(150.0);
    assert_eq!(sizes(&harness, 0), [4, 3, 4, 3, 2, 1, 0]);
    assert_eq!(sizes(&harness, 1), [1, 2, 3, 2, 1, 0]);
    assert_eq!(sizes(&harness, 2), [0, 1, 2, 3, 4, 5, 6]);
}
