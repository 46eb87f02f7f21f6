//! ConfigMaps and Secrets as the kubelet reads them for a pod's environment and volumes.
//!
//! Source: kubelet `kubelet_pods.go`, volume plugins `configmap` and `secret`; documentation "ConfigMaps", "Secrets".

use std::collections::BTreeMap;

use serde_json::Value;
use smol_str::{SmolStr, format_smolstr};

use super::work::PodWork;
use crate::api::{Kind, ObjectKey, json};

/// The data of a ConfigMap or Secret.
pub(super) type Data = BTreeMap<SmolStr, SmolStr>;

impl PodWork<'_, '_> {
    /// The data of a ConfigMap or Secret of the pod's namespace; none if it is not there but may be missing.
    ///
    /// # Errors
    /// The kubelet's words for an object that is missing.
    pub fn configuration(&self, kind: Kind, name: &str, optional: bool) -> Result<Option<Data>, String> {
        let key = ObjectKey::new(self.slot.pod.meta.namespace.clone(), name);
        match self.context.store.objects().inert(kind, &key) {
            Some(object) => Ok(Some(data(kind, &object.body))),
            None if optional => Ok(None),
            None => {
                let resource = if kind == Kind::SECRET { "secret" } else { "configmap" };
                Err(format!("{resource} \"{name}\" not found"))
            }
        }
    }

    /// One value of a ConfigMap or Secret, by a reference with `name`, `key` and `optional`; none if it may be missing.
    ///
    /// # Errors
    /// The kubelet's words for what is missing.
    pub fn configured_value(&self, kind: Kind, reference: &Value) -> Result<Option<SmolStr>, String> {
        let (name, key) = (json::text(reference, "name"), json::text(reference, "key"));
        let optional = json::flag(reference, "optional");
        let Some(data) = self.configuration(kind, &name, optional)? else {
            return Ok(None);
        };
        match data.get(&key) {
            Some(value) => Ok(Some(value.clone())),
            None if optional => Ok(None),
            None => {
                let title = if kind == Kind::SECRET { "Secret" } else { "ConfigMap" };
                let namespace = &self.slot.pod.meta.namespace;
                Err(format!("couldn't find key {key} in {title} {namespace}/{name}"))
            }
        }
    }
}

fn data(kind: Kind, body: &Value) -> Data {
    let entries = |map: &str| body.get(map).and_then(Value::as_object).into_iter().flatten();
    let plain = |value: &Value| SmolStr::from(value.as_str().unwrap_or_default());
    let encoded = |value: &Value| decode_base64(value.as_str().unwrap_or_default());
    let mut data: Data = match kind {
        Kind::SECRET => entries("data")
            .map(|(key, value)| (key.into(), encoded(value)))
            .collect(),
        _ => entries("data").map(|(key, value)| (key.into(), plain(value))).collect(),
    };
    data.extend(entries("binaryData").map(|(key, value)| (key.into(), encoded(value))));
    data.extend(entries("stringData").map(|(key, value)| (key.into(), plain(value))));
    data
}

/// Text from base64; bytes that are no UTF-8 are replaced.
fn decode_base64(text: &str) -> SmolStr {
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for c in text.bytes() {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    format_smolstr!("{}", String::from_utf8_lossy(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_decoded() {
        let check = |encoded: &str, expect: &str| assert_eq!(decode_base64(encoded), expect);
        check("", "");
        check("YQ==", "a");
        check("YWRtaW4=", "admin");
        check("czNjcjN0IQ==", "s3cr3t!");
    }
}
