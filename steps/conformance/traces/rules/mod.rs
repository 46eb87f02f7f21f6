//! Could a take be one of the recorded ones? The rules of the recordings' `match.py`, one file a rule.

mod commands;
mod events;
mod gaps;
mod objects;
mod pods;
mod sequence;

use super::case::{Case, Take};

/// What of `replay` no recorded take explains, one line each; none if it matches.
pub fn differences(case: &Case, replay: &Take) -> Vec<String> {
    let mut found = pods::differences(case, replay);
    found.extend(objects::differences(case, replay));
    found.extend(events::differences(case, replay));
    found.extend(commands::differences(case, replay));
    found
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::case::Entry;
    use super::*;

    /// A scenario of the sample kept in this repository.
    fn sample(name: &str) -> Case {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/traces");
        let text = std::fs::read_to_string(folder.join(format!("{name}.json"))).expect("a file of the sample");
        let body = serde_json::from_str(&text).expect("JSON");
        Case::read(&body).expect("a scenario")
    }

    /// The rules that `replay` breaks, each once.
    fn broken(case: &Case, replay: &Take) -> Vec<String> {
        let mut rules: Vec<String> = differences(case, replay)
            .iter()
            .filter_map(|line| line.split(':').next().map(str::to_owned))
            .collect();
        rules.dedup();
        rules
    }

    /// As `match.py` says: real takes of one scenario match each other, unless a race was lost in one and won in the other.
    #[test]
    fn takes_are_held_against_each_other() {
        let check = |name: &str, expect: &[&str]| {
            let case = sample(name);
            for (index, take) in case.takes.iter().enumerate() {
                assert_eq!(broken(&case, take), [""; 0], "{name}: take {index} against all");
                for other in case.takes.iter().filter(|other| !std::ptr::eq(*other, take)) {
                    let alone = Case {
                        takes: vec![other.clone()],
                        ..case.clone()
                    };
                    assert_eq!(broken(&alone, take), expect, "{name}: take {index} against the other");
                }
            }
        };
        check("pod-exit1-onfailure", &[]);
        check("delete-pending-pull", &[]);
        check("readiness-fails-after", &[]);
        check("sidecar-crashes", &[]);
        check("kubelet-restart-short", &[]);
        check("pod-image-fixed", &["rule 1"]);
    }

    #[test]
    fn what_no_take_shows_is_found() {
        let check = |name: &str, change: fn(&mut Take), expect: &[&str]| {
            let case = sample(name);
            let mut take = case.takes.first().expect("a take").clone();
            change(&mut take);
            assert_eq!(broken(&case, &take), expect, "{name}");
        };
        fn first<T>(list: &mut [T]) -> &mut T {
            list.first_mut().expect("one at least")
        }
        let crashes = "pod-exit1-onfailure";
        check(crashes, |take| take.pods.clear(), &["rule 1"]);
        check(crashes, |take| drop(first(&mut take.pods).rows.remove(3)), &["rule 1"]);
        check(
            crashes,
            |take| first(&mut take.pods).phase.push(Entry(100.0, vec!["Failed".into()])),
            &["rule 2"],
        );
        check(
            crashes,
            |take| {
                let states = first(&mut take.pods).containers.get_mut("app").expect("the container");
                states.get_mut(2).expect("its first end").1[2] = 2.into();
            },
            &["rule 2"],
        );
        check(
            crashes,
            |take| {
                first(&mut take.pods)
                    .rows
                    .iter_mut()
                    .skip(8)
                    .for_each(|row| row.0 += 30.0)
            },
            &["rule 3"],
        );
        check(
            "kubelet-restart-short",
            |take| take.events.retain(|event| event.reason != "ScalingReplicaSet"),
            &["rule 5"],
        );
        check(
            crashes,
            |take| take.events.iter_mut().for_each(|event| event.count *= 3),
            &["rule 5"],
        );
        check(crashes, |take| first(&mut take.actions).exit = 1, &["rule 6"]);
        check(
            crashes,
            |take| first(&mut take.actions).stdout = "pod/q created\n".to_owned(),
            &["rule 6"],
        );
        check(
            "kubelet-restart-short",
            |take| drop(take.objects.remove("Deployment/web")),
            &["rule 4"],
        );
        check(
            "kubelet-restart-short",
            |take| take.objects.get_mut("ReplicaSet/web#1").expect("it").rows.truncate(1),
            &["rule 4"],
        );
    }
}
