//! Persistent volumes: binding claims to volumes, making and deleting volumes, protecting what is in use, attaching.
//!
//! All meet in the objects only. The [controller] pairs claims and volumes, and asks for volumes that are missing; the
//! [provisioner] stands for every driver's external provisioner, which makes and deletes them; [protection] keeps claims and
//! volumes that are in use from going; [attach_detach] attaches volumes to nodes; [ephemeral] gives
//! pods claims of their own. The scheduler takes part: it chooses the node of a claim that waits for its first consumer.

mod attach_detach;
mod bind;
mod claims;
mod controller;
mod ephemeral;
mod find;
mod protection;
mod provisioned;
mod provisioner;
mod volumes;

pub use attach_detach::AttachDetach;
pub use controller::PersistentVolumeController;
pub use ephemeral::EphemeralVolume;
pub use protection::Protection;
pub use provisioner::Provisioner;
