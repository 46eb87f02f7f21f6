//! What people say who know other tools, and the expression that it stands for.
//!
//! `<said=written>` reads one word and writes another (`_` is a space); `<=written>` reads nothing.

/// What is said, and the expression that is meant.
pub const ALIASES: [(&str, &str); 19] = [
    ("I apply <=the_manifest> {string}", "I apply the manifest {string}"),
    ("{duration} <have=> <passed=pass>", "{duration} pass/passes"),
    ("<wait=> {duration} <=pass>", "{duration} pass/passes"),
    ("<I=> <wait=> {duration} <=pass>", "{duration} pass/passes"),
    ("<I=> <wait=> <for=> {duration} <=pass>", "{duration} pass/passes"),
    (
        "{tense}{pods} <is=shows> <running=STATUS_\"Running\">",
        "{tense}{pods} show/shows STATUS {string}",
    ),
    (
        "{tense}{pods} <has=shows> <status=STATUS> {string}",
        "{tense}{pods} show/shows STATUS {string}",
    ),
    (
        "{tense}{pods} <are=show> <running=STATUS_\"Running\">",
        "{tense}{pods} show/shows STATUS {string}",
    ),
    (
        "{tense}node {string} is <NotReady=not_Ready>",
        "{tense}node {string} is not Ready",
    ),
    (
        "{tense}{pods} is/are <NotReady=not_Ready>",
        "{tense}{pods} is/are not Ready",
    ),
    ("{pods} is/are <OOMKilled=OOM_killed>", "{pods} is/are OOM killed"),
    ("<=I> <=delete> {object} <is=> <deleted=>", "I delete {object}"),
    (
        "node {string} is <down=lost>{lasting}",
        "node {string} is lost{lasting}",
    ),
    (
        "node {string} <fails=is_lost>{lasting}",
        "node {string} is lost{lasting}",
    ),
    (
        "node {string} <crashes=is_lost>{lasting}",
        "node {string} is lost{lasting}",
    ),
    (
        "zone {string} is <down=lost>{lasting}",
        "zone {string} is lost{lasting}",
    ),
    (
        "image {string} <does=exists> <not=on> <exist=no_registry>",
        "image {string} exists on no registry",
    ),
    (
        "{tense}{resource} <is=has> <complete=completed>",
        "{tense}{resource} has completed",
    ),
    (
        "the API server <is=answers> <slow=500ms_late>{lasting}",
        "the API server answers {duration} late{lasting}",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::catalogue;

    #[test]
    fn every_alias_stands_for_an_expression_of_the_vocabulary() {
        let catalogue = catalogue();
        for (said, meant) in ALIASES {
            assert!(
                catalogue.iter().any(|expression| expression.text == meant),
                "{said}: {meant}"
            );
        }
    }
}
