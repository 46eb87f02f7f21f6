//! How fast suites run, from the feature files to the reports: `cargo bench --bench suite`.
//!
//! The bar: 1,000 small scenarios in under 5 s on two cores.

use std::process::ExitCode;

use divan::Bencher;
use shakedown::runner::{RunArguments, Suite};

fn main() {
    divan::main();
}

/// 50 features of 20 scenarios each: a pod becomes ready.
fn generate(folder: &std::path::Path) -> std::io::Result<()> {
    for feature in 0..50 {
        let mut text = format!("Feature: Generated {feature}\n");
        for scenario in 0..20 {
            text.push_str(&format!(
                "\n  Scenario: Pod {feature}-{scenario} becomes ready\n    Given a cluster with 2 nodes\n    \
                 And a pod \"web-{scenario}\" of image \"shop/web:v1\"\n    \
                 Then within 1m, pod \"web-{scenario}\" is Ready\n"
            ));
        }
        std::fs::write(folder.join(format!("generated_{feature}.feature")), text)?;
    }
    Ok(())
}

fn run(path: &str) {
    let arguments = RunArguments {
        quiet: true,
        ..RunArguments::default()
    };
    let status = Suite::new(path).run(&arguments);
    assert_eq!(status, ExitCode::SUCCESS, "{path} did not pass");
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn thousand_small_scenarios(bencher: Bencher) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    generate(folder.path()).expect("generated features");
    let path = folder.path().to_string_lossy();
    bencher.bench_local(|| run(&path));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn feature_suite(bencher: Bencher) {
    bencher.bench_local(|| run("features"));
}
