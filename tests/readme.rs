//! The README keeps its promises: what it shows works when typed.

use std::path::Path;
use std::process::Command;

fn readme() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    std::fs::read_to_string(path).expect("the README")
}

fn shakedown(arguments: &[&str], folder: &Path) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_shakedown"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code().unwrap_or(-1), text)
}

#[test]
fn the_first_scenario_passes_as_it_stands() {
    let readme = readme();
    let (_, rest) = readme
        .split_once("cat > scenarios/shop.feature <<'END'\n")
        .expect("the first scenario");
    let (feature, _) = rest.split_once("\nEND\n").expect("its end");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("scenarios")).expect("a folder in it");
    std::fs::write(folder.path().join("scenarios/shop.feature"), feature).expect("the feature");
    let (checked, said) = shakedown(&["check", "scenarios"], folder.path());
    assert_eq!(checked, 0, "{said}");
    let (ran, said) = shakedown(&["run", "scenarios"], folder.path());
    assert_eq!(ran, 0, "{said}");
    assert!(folder.path().join("target/shakedown/report.html").is_file());
}

#[test]
fn every_flag_and_command_exists() {
    let help: String = [
        &["--help"][..],
        &["run", "--help"],
        &["check", "--help"],
        &["steps", "--help"],
        &["conformance", "--help"],
        &["explain-scheduling", "--help"],
    ]
    .iter()
    .map(|arguments| shakedown(arguments, Path::new(".")).1)
    .collect();
    let of_others = ["--release", "--workspace", "--locked", "--path", "--test", "--bench"];
    let flag = regex::Regex::new(r"`[^`\n]*`|^\s+- (?:run: )?shakedown .*$").expect("a pattern");
    let word = regex::Regex::new(r"--[a-z][a-z-]+").expect("a pattern");
    let readme = readme();
    let mut seen = 0;
    for code in readme
        .lines()
        .flat_map(|line| flag.find_iter(line))
        .map(|code| code.as_str())
    {
        // Commands that scenarios run are kubectl's.
        for flag in word.find_iter(code).filter(|_| !code.contains("kubectl")) {
            assert!(
                of_others.contains(&flag.as_str()) || help.contains(flag.as_str()),
                "{}",
                flag.as_str()
            );
            seen += 1;
        }
    }
    assert!(seen >= 8, "only {seen} flags were found");
    let command = regex::Regex::new(r"`shakedown ([a-z-]+)").expect("a pattern");
    for named in command.captures_iter(&readme) {
        assert!(help.contains(&format!("\n  {} ", &named[1])), "shakedown {}", &named[1]);
    }
}

#[test]
fn the_failure_it_shows_is_a_real_one() {
    let readme = readme();
    let (_, section) = readme.split_once("## When a scenario fails").expect("the section");
    let shown = section.split("```").nth(1).expect("the output");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/failures/wrong_now.txt");
    let real = std::fs::read_to_string(path).expect("the real output");
    let mut rest = real.lines();
    for line in shown
        .lines()
        .filter(|line| !line.trim().is_empty() && line.trim() != "…")
    {
        assert!(rest.any(|real| real == line), "not there, or not in this order: {line}");
    }
}
