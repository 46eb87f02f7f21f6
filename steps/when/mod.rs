//! What happens in a scenario.

mod faults;
mod kubectl;
mod time;
