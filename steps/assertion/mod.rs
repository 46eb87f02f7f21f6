//! Assertions: a tense and a claim. A claim is written once, as a question about the cluster at one instant, and works in
//! every tense.

mod claim;
mod evaluate;
mod pod_tally;
mod rollout;
#[cfg(test)]
mod tests;

pub use claim::{Claim, Verdict};
pub use evaluate::{Refuted, Since, evaluate};
pub use rollout::{is_rolled_out, latest_rollout};
