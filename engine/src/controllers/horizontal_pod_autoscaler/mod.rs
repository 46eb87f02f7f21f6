//! The HorizontalPodAutoscaler controller: as many pods as the load asks for.
//!
//! Source: kube-controller-manager `pkg/controller/podautoscaler`; documentation "Horizontal Pod Autoscaling". One file a part:
//! [controller] (when to look), [sync] (one look), [scale] (what is scaled), [metric] (what one metric asks for), [replicas] (the
//! arithmetic), [limits] (how fast, and how far).
//! The real controller looks every 15 s. Here it does so only while something is going to change: an autoscaler whose pods,
//! target and load stay the same sleeps, and what it would have recommended meanwhile is known.
//! Not modelled: metrics that an adapter serves (`Pods`, `Object`, `External`; they fail as in a cluster without one).

mod controller;
mod limits;
mod metric;
mod replicas;
mod scale;
mod sync;

pub use controller::HorizontalPodAutoscalerController;
