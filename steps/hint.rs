//! What errors say about a word that is not known: the one that was probably meant, or all there are.

use shakedown_engine::api::decode::did_you_mean;

use crate::world::StepError;

/// So many are listed.
const LISTED_MAX: usize = 12;

/// `; did you mean "cpu"?`, or `; there are: cpu, memory`.
pub fn hint(given: &str, known: &[&str]) -> String {
    if let Some(meant) = did_you_mean(given, known.iter().copied()) {
        return format!("; did you mean \"{meant}\"?");
    }
    let more = if known.len() > LISTED_MAX { ", …" } else { "" };
    let listed: Vec<&str> = known.iter().take(LISTED_MAX).copied().collect();
    match listed.is_empty() {
        true => "; there is none at all".to_owned(),
        false => format!("; there are: {}{more}", listed.join(", ")),
    }
}

/// That a word is one of a few.
///
/// # Errors
/// If it is another: an assertion about what cannot be would hold `at no time`, and prove nothing.
pub fn one_of(what: &str, given: &str, known: &[&str]) -> Result<(), StepError> {
    if known.contains(&given) {
        return Ok(());
    }
    Err(StepError::new(format!(
        "there is no {what} \"{given}\"{}",
        hint(given, known)
    )))
}

/// That a word which may be anything is not one of the usual ones misspelt.
///
/// # Errors
/// If it nearly is.
pub fn well_spelt(what: &str, given: &str, usual: &[&str]) -> Result<(), StepError> {
    let meant = did_you_mean(given, usual.iter().copied()).filter(|_| !usual.contains(&given));
    match meant {
        Some(meant) => Err(StepError::new(format!(
            "\"{given}\" is no {what} that there is; did you mean \"{meant}\"?"
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_meant_or_what_there_is() {
        let check = |given: &str, known: &[&str], expect: &str| assert_eq!(hint(given, known), expect, "{given}");
        check("cpus", &["name", "cpu"], "; did you mean \"cpu\"?");
        check("weight", &["name", "cpu"], "; there are: name, cpu");
        check("weight", &[], "; there is none at all");
        assert!(hint("weight", &["x"; 40]).ends_with(", …"));
    }

    #[test]
    fn usual_words_must_be_spelt_right() {
        let check = |given: &str, right: bool| {
            assert_eq!(
                well_spelt("STATUS", given, &["Running", "Init:0/1"]).is_ok(),
                right,
                "{given}"
            );
        };
        check("Running", true);
        check("Runing", false);
        check("running", false);
        check("DeadlineExceeded", true);
    }
}
