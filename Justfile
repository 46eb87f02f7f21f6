# The same few verbs everywhere. Each recipe is one cargo line, so it works without just as well.

# List the recipes.
default:
    @just --list --unsorted

# Everything that must pass.
test:
    cargo test --workspace

# The regression suite: just features --tags @smoke
features *ARGS:
    cargo test --test features -- {{ARGS}}

# Run the suite in release and say where the report is.
report *ARGS:
    cargo run --release -- run features {{ARGS}}

# Replay recordings of real Kubernetes: just conformance columns PATH
conformance SUITE +PATHS:
    cargo run --release -- conformance {{SUITE}} {{PATHS}}

# Speed, in release: the engine, then whole suites.
bench:
    cargo bench -p shakedown-engine && cargo bench --bench suite

# Debug and release builds give the same timelines.
determinism:
    bash .ci/determinism

# Formatting and lints, as CI has them.
lint:
    cargo fmt --all --check && cargo clippy --workspace --all-targets -- -D warnings
