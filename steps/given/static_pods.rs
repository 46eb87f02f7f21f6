//! Static pods: manifests that lie on a node, where only its kubelet reads them.

use cucumber::{given, when};
use serde_json::Value;
use shakedown_engine::api::decode::{DecodeOptions, Origin, decode_documents};

use crate::World;
use crate::parameters::Text;
use crate::world::StepError;

/// Puts the manifest of a static pod, given as a doc string, onto a node. The API server shows its mirror, `NAME-NODE`.
///
/// Example: `Given the static pod on node "node-1":`
#[given(expr = "the static pod on node {string}:")]
fn static_pod(world: &mut World, node: Text) -> Result<(), StepError> {
    let text = world.step().and_then(|step| step.block.clone()).map(|block| block.text);
    let text = text.ok_or_else(|| StepError::new("the manifest is missing: give it as a doc string"))?;
    let mut pods: Vec<Value> = Vec::new();
    for document in decode_documents(&text, &Origin::default(), DecodeOptions::default()) {
        pods.push(document.map_err(|error| StepError::new(error.to_string()))?.value);
    }
    for pod in pods {
        let added = world.cluster().add_static_pod(&node.0, pod);
        added.map_err(|error| StepError::new(error.to_string()))?;
    }
    Ok(())
}

/// Takes the manifest of a static pod from a node: its pod ends.
///
/// Example: `When the static pod "web" on node "node-1" is removed`
#[when(expr = "the static pod {string} on node {string} is removed")]
fn static_pod_is_removed(world: &mut World, pod: Text, node: Text) -> Result<(), StepError> {
    let removed = world.cluster().remove_static_pod(&node.0, &pod.0);
    removed.map_err(|error| StepError::new(error.to_string()))
}
