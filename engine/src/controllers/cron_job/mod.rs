//! The CronJob controller: Jobs on a schedule.
//!
//! Source: kube-controller-manager `pkg/controller/cronjob`; documentation "CronJob". One file a part: [controller] (watching),
//! [sync] (one reconcile), [due] (which start is due, and which was missed), [history] (deleting Jobs that have ended). Between
//! two starts nothing is done: the next one is computed. Not modelled: a clock that jumps.

mod controller;
mod due;
mod history;
mod sync;

pub use controller::CronJobController;
