//! `{containers}`: whose processes a behaviour is about.

use std::fmt;
use std::str::FromStr;

use super::pattern::{Phrase, in_namespace, kinds, parameter, quoted};
use super::{Glob, ObjectRef, ParameterError};

/// A phrase for containers, such as `containers of image "web:*"` or `container "app" of pod "web-0"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Containers {
    /// The container's name; none for every container.
    pub name: Option<String>,
    /// Where they are.
    pub scope: ContainerScope,
}

/// Where containers are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContainerScope {
    /// Those that run this image.
    Image(Glob),
    /// Those of a pod (its name may be a glob), or of the pods of an owner.
    Object(ObjectRef),
    /// Those of pods with these labels, in this namespace.
    Labelled {
        /// The selector.
        selector: String,
        /// The namespace.
        namespace: String,
    },
}

parameter!(
    Containers,
    "containers",
    "(?:containers?(?: ",
    quoted!(),
    ")? (?:of (?:image ",
    quoted!(),
    "|",
    kinds!(),
    " ",
    quoted!(),
    in_namespace!(),
    ")|labelled ",
    quoted!(),
    in_namespace!(),
    "))"
);

impl FromStr for Containers {
    type Err = ParameterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut phrase = Phrase::new(text);
        phrase.word();
        let name = match phrase.quoted() {
            Ok(name) => {
                phrase.take(" ");
                Some(name.to_owned())
            }
            Err(_) => None,
        };
        let scope = if phrase.take("of image ") {
            ContainerScope::Image(Glob(phrase.quoted()?.to_owned()))
        } else if phrase.take("of ") {
            ContainerScope::Object(phrase.object()?)
        } else if phrase.take("labelled ") {
            let selector = phrase.quoted()?.to_owned();
            ContainerScope::Labelled {
                selector,
                namespace: phrase.namespace()?.unwrap_or("default").to_owned(),
            }
        } else {
            return Err(phrase.unexpected("`of image \"…\"`, `of KIND \"…\"` or `labelled \"…\"`"));
        };
        phrase.end()?;
        Ok(Self { name, scope })
    }
}

impl fmt::Display for Containers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "container \"{name}\"")?,
            None => f.write_str("containers")?,
        }
        match &self.scope {
            ContainerScope::Image(image) => write!(f, " of image \"{image}\""),
            ContainerScope::Object(object) => write!(f, " of {object}"),
            ContainerScope::Labelled { selector, .. } => write!(f, " labelled \"{selector}\""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::check_parameter;

    fn check(text: &str, name: Option<&str>, scope: ContainerScope) {
        check_parameter(
            text,
            Some(Containers {
                name: name.map(str::to_owned),
                scope,
            }),
        );
    }

    #[test]
    fn every_form_of_the_vocabulary() {
        let object = |text: &str| ContainerScope::Object(text.parse().expect("an object"));
        let labelled = |namespace: &str| ContainerScope::Labelled {
            selector: "app=web".to_owned(),
            namespace: namespace.to_owned(),
        };
        check(
            "containers of image \"web:v2\"",
            None,
            ContainerScope::Image(Glob("web:v2".to_owned())),
        );
        check(
            "container \"app\" of image \"web:*\"",
            Some("app"),
            ContainerScope::Image(Glob("web:*".to_owned())),
        );
        check(
            "container \"app\" of pod \"web-0\"",
            Some("app"),
            object("pod \"web-0\""),
        );
        check("containers of deployment \"web\"", None, object("deployment \"web\""));
        check(
            "containers of sts \"db\" in namespace \"shop\"",
            None,
            object("statefulset \"db\" in namespace \"shop\""),
        );
        check("containers labelled \"app=web\"", None, labelled("default"));
        check(
            "containers labelled \"app=web\" in namespace \"shop\"",
            None,
            labelled("shop"),
        );
        check_parameter::<Containers>("containers", None);
        check_parameter::<Containers>("container of \"web\"", None);
    }
}
