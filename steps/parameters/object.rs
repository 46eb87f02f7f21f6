//! `{object}`: `deployment "web"`, with an optional ` in namespace "x"`.

use std::fmt;
use std::str::FromStr;

use shakedown_engine::api::{Kind, ObjectKey};

use super::ParameterError;
use super::pattern::{Phrase, in_namespace, kinds, other_kinds, parameter, quoted};

/// An object of a scenario's cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectRef {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Its namespace, `default` unless said otherwise; empty for kinds that have none.
    pub namespace: String,
}

parameter!(ObjectRef, "object", kinds!(), " ", quoted!(), in_namespace!());

/// Every word for a kind that the vocabulary takes.
pub(crate) fn kind_words() -> Vec<&'static str> {
    kinds!()
        .split(['(', ')', '?', ':', '|'])
        .filter(|word| !word.is_empty())
        .collect()
}

/// `{resource}`: any object that is no pod, where `{pods}` has a meaning of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherObject(pub ObjectRef);

parameter!(OtherObject, "resource", other_kinds!(), " ", quoted!(), in_namespace!());

/// `{pod}`: one pod by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnePod(pub ObjectRef);

parameter!(OnePod, "pod", "(?:pod|po) ", quoted!(), in_namespace!());

impl ObjectRef {
    /// The object of this kind (any name kubectl takes) and name.
    ///
    /// # Errors
    /// If there is no such kind, or a namespace is given for a kind that has none.
    pub fn new(kind: &str, name: &str, namespace: Option<&str>) -> Result<Self, ParameterError> {
        let known =
            Kind::from_resource_name(kind).ok_or_else(|| ParameterError::new(format!("there is no kind `{kind}`")))?;
        if name.is_empty() {
            return Err(ParameterError::new(format!(
                "the {kind} needs a name between the quotes"
            )));
        }
        let namespace = match (known.is_namespaced(), namespace) {
            (true, namespace) => namespace.unwrap_or("default"),
            (false, None) => "",
            (false, Some(_)) => return Err(ParameterError::new(format!("a {kind} belongs to no namespace"))),
        };
        Ok(Self {
            kind: known,
            name: name.to_owned(),
            namespace: namespace.to_owned(),
        })
    }

    /// Its key in the store.
    pub fn key(&self) -> ObjectKey {
        ObjectKey::new(self.namespace.as_str(), self.name.as_str())
    }

    /// `deployment/web -n shop`: as kubectl takes it.
    pub fn kubectl_words(&self) -> String {
        let namespace = if self.namespace.is_empty() {
            String::new()
        } else {
            format!(" -n {}", self.namespace)
        };
        format!("{}/{}{namespace}", self.kind.info().singular(), self.name)
    }
}

impl FromStr for ObjectRef {
    type Err = ParameterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut phrase = Phrase::new(text);
        let object = phrase.object()?;
        phrase.end()?;
        Ok(object)
    }
}

impl FromStr for OtherObject {
    type Err = ParameterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl FromStr for OnePod {
    type Err = ParameterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} \"{}\"", self.kind.info().singular(), self.name)?;
        if self.namespace.is_empty() || self.namespace == "default" {
            return Ok(());
        }
        write!(f, " in namespace \"{}\"", self.namespace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::check_parameter;

    fn check(text: &str, expect: Option<(Kind, &str, &str)>) {
        let expect = expect.map(|(kind, namespace, name)| ObjectRef {
            kind,
            name: name.to_owned(),
            namespace: namespace.to_owned(),
        });
        check_parameter(text, expect);
    }

    #[test]
    fn kinds_names_and_namespaces() {
        check("pod \"web-0\"", Some((Kind::POD, "default", "web-0")));
        check(
            "deploy \"web\" in namespace \"shop\"",
            Some((Kind::DEPLOYMENT, "shop", "web")),
        );
        check("node \"node-1\"", Some((Kind::NODE, "", "node-1")));
        check("svc \"web\"", Some((Kind::SERVICE, "default", "web")));
        check("cluster \"web\"", None);
        check("pod web-0", None);
    }

    #[test]
    fn every_kind_of_the_pattern_is_one_kubectl_knows() {
        let words: Vec<&str> = kinds!()
            .split(['|', '(', ')', ':', '?'])
            .filter(|word| !word.is_empty())
            .collect();
        for word in &words {
            let object = ObjectRef::new(word, "x", None).unwrap_or_else(|error| panic!("{word}: {error}"));
            for short in object.kind.info().short_names {
                assert!(words.contains(short), "{short} is missing");
            }
        }
        assert!(words.len() > 40);
    }

    #[test]
    fn what_cannot_be_is_refused_in_words() {
        let check = |text: &str, expect: &str| {
            assert_eq!(
                text.parse::<ObjectRef>().map_err(|error| error.0),
                Err(expect.to_owned())
            );
        };
        check("node \"n\" in namespace \"x\"", "a node belongs to no namespace");
        check("pod \"\"", "the pod needs a name between the quotes");
    }
}
