//! Steps of a team's own: they live in `tests/steps/`, the scenarios that use them in `features/`.
