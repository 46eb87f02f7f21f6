//! What happens in a scenario.

mod time;
