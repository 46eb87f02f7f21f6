//! The node lifecycle controller: notices kubelets that have gone silent, taints their nodes, marks their pods.
//!
//! Source: kube-controller-manager `pkg/controller/nodelifecycle`; documentation "Nodes: node controller" and "Taints and
//! Tolerations". The real one looks at all nodes every 5 s; here a look is on the agenda only for a node that has something to
//! be seen: a Lease that is no longer renewed, a condition or taint that has to follow. One file a part: [controller] (watching),
//! [health] (who is silent), [taints] (what conditions a node's taints show), [zones] (how fast zones may be tainted),
//! [mark_lost] (what came before taints).
//! Not modelled: nodes that never had a Lease (no kubelet to go silent), cloud providers.

mod controller;
mod health;
mod mark_lost;
mod taints;
mod zones;

pub use controller::NodeLifecycle;
