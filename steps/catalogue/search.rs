//! Finding steps by words: `shakedown steps probe fails`.

use super::group::{Entry, Group};

/// The groups with only the steps that have every word, in their expression, their documentation, their example or their
/// group's title; upper and lower case count as the same.
pub fn matching(groups: Vec<Group>, words: &[String]) -> Vec<Group> {
    let words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let matches = |title: &str, step: &Entry| {
        let example = step.example.as_deref().unwrap_or_default();
        let all = [title, &step.expression, &step.documentation, example]
            .join("\n")
            .to_lowercase();
        words.iter().all(|word| all.contains(word))
    };
    let kept = groups.into_iter().map(|mut group| {
        let title = std::mem::take(&mut group.title);
        group.steps.retain(|step| matches(&title, step));
        group.title = title;
        group
    });
    kept.filter(|group| !group.steps.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::groups;

    #[test]
    fn every_word_must_be_there() {
        let check = |words: &[&str], expect: &str| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            let found = matching(groups(), &words);
            let expressions: Vec<&str> = found
                .iter()
                .flat_map(|group| group.steps.iter().map(|step| step.expression.as_str()))
                .collect();
            assert!(expressions.contains(&expect), "{words:?}: {expressions:?}");
        };
        check(&["reboots"], "node {string} reboots{lasting}");
        check(&["ZONE", "lost"], "zone {string} is lost{lasting}");
        assert_eq!(matching(groups(), &["no-such-word".to_owned()]), []);
        assert_eq!(matching(groups(), &[]), groups());
    }
}
