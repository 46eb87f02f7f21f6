//! What happens in a scenario.

mod kubectl;
mod time;
