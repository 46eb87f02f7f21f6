//! `{pods}`: which pods, and how many of them.

use std::fmt;
use std::str::FromStr;

use super::pattern::{Phrase, in_namespace, kinds, parameter, quoted};
use super::{Count, Glob, ObjectRef, ParameterError};

/// A phrase for pods, such as `at least 2 pods of deployment "web"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pods {
    /// How many of the pods that the filters leave.
    pub quantifier: Quantifier,
    /// What they have in common; all must agree.
    pub filters: Vec<PodFilter>,
    /// Their namespace; none for every namespace (`on node "x"` and owners say it themselves).
    pub namespace: Option<String>,
}

/// How many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// All of them, at least one: `pod "web-*"`, `every pod …`.
    Every,
    /// At least one; for an action the first by name: `a pod …`.
    Some,
    /// So many: `exactly 2 pods …`, `no pod …`.
    Counted(Count),
}

/// What pods have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PodFilter {
    /// Their name.
    Named(Glob),
    /// Their owner, or the owner of their owner.
    Of(ObjectRef),
    /// Their labels.
    Labelled(String),
    /// Their node.
    OnNode(Glob),
}

parameter!(
    Pods,
    "pods",
    "(?:po(?:ds?)? ",
    quoted!(),
    in_namespace!(),
    r"|(?:every pod|(?:exactly|at least|at most) \d+ pods?|no pods?|a pod)",
    "(?: of ",
    kinds!(),
    " ",
    quoted!(),
    "| labelled ",
    quoted!(),
    "| on node ",
    quoted!(),
    "| in namespace ",
    quoted!(),
    ")*)"
);

impl Pods {
    /// The phrase for one pod.
    pub fn named(name: &str) -> Self {
        let filters = vec![PodFilter::Named(Glob(name.to_owned()))];
        Self {
            quantifier: Quantifier::Every,
            filters,
            namespace: Some("default".to_owned()),
        }
    }

    /// Whether it names one pod.
    pub fn is_one(&self) -> bool {
        let named = |filter: &PodFilter| matches!(filter, PodFilter::Named(name) if !name.0.contains('*'));
        self.filters.iter().any(named)
    }

    /// The owner that it names.
    pub fn owner(&self) -> Option<&ObjectRef> {
        self.filters.iter().find_map(|filter| match filter {
            PodFilter::Of(owner) => Some(owner),
            _ => None,
        })
    }
}

impl FromStr for Pods {
    type Err = ParameterError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut phrase = Phrase::new(text);
        let mut pods = Self {
            quantifier: Quantifier::Every,
            filters: Vec::new(),
            namespace: None,
        };
        if phrase.take("pod ") || phrase.take("pods ") || phrase.take("po ") {
            pods.filters.push(PodFilter::Named(Glob(phrase.quoted()?.to_owned())));
        } else {
            pods.quantifier = quantifier(&mut phrase)?;
        }
        loop {
            if phrase.take(" of ") {
                pods.filters.push(PodFilter::Of(phrase.object()?));
            } else if phrase.take(" labelled ") {
                pods.filters.push(PodFilter::Labelled(phrase.quoted()?.to_owned()));
            } else if phrase.take(" on node ") {
                pods.filters.push(PodFilter::OnNode(Glob(phrase.quoted()?.to_owned())));
            } else if let Some(namespace) = phrase.namespace()? {
                pods.namespace = Some(namespace.to_owned());
            } else {
                break;
            }
        }
        phrase.end()?;
        let anywhere = |filter: &PodFilter| matches!(filter, PodFilter::Of(_) | PodFilter::OnNode(_));
        if pods.namespace.is_none() && !pods.filters.iter().any(anywhere) {
            pods.namespace = Some("default".to_owned());
        }
        Ok(pods)
    }
}

fn quantifier(phrase: &mut Phrase<'_>) -> Result<Quantifier, ParameterError> {
    let counted = |count| Ok(Quantifier::Counted(count));
    if phrase.take("every pod") {
        return Ok(Quantifier::Every);
    }
    if phrase.take("no pods") || phrase.take("no pod") {
        return counted(Count::Exactly(0));
    }
    if phrase.take("a pod") {
        return Ok(Quantifier::Some);
    }
    let make = if phrase.take("at least ") {
        Count::AtLeast
    } else if phrase.take("at most ") {
        Count::AtMost
    } else if phrase.take("exactly ") {
        Count::Exactly
    } else {
        return Err(phrase.unexpected("`every pod`, `a pod`, `no pod` or a number of pods"));
    };
    let number = phrase.word();
    let number = number
        .parse()
        .map_err(|_| ParameterError::new(format!("`{number}` is no number of pods")))?;
    if !phrase.take("pods") && !phrase.take("pod") {
        return Err(phrase.unexpected("`pods`"));
    }
    counted(make(number))
}

impl fmt::Display for Pods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = self.filters.iter().any(|filter| matches!(filter, PodFilter::Named(_)));
        match self.quantifier {
            _ if named => f.write_str("pod")?,
            Quantifier::Every => f.write_str("every pod")?,
            Quantifier::Some => f.write_str("a pod")?,
            Quantifier::Counted(Count::Exactly(0)) => f.write_str("no pod")?,
            Quantifier::Counted(Count::Exactly(count)) => write!(f, "exactly {count} pods")?,
            Quantifier::Counted(count) => write!(f, "{count} pods")?,
        }
        for filter in &self.filters {
            match filter {
                PodFilter::Named(name) => write!(f, " \"{name}\"")?,
                PodFilter::Of(owner) => write!(f, " of {owner}")?,
                PodFilter::Labelled(labels) => write!(f, " labelled \"{labels}\"")?,
                PodFilter::OnNode(node) => write!(f, " on node \"{node}\"")?,
            }
        }
        match self.namespace.as_deref() {
            None | Some("default") => Ok(()),
            Some(namespace) => write!(f, " in namespace \"{namespace}\""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::check_parameter;

    fn check(text: &str, quantifier: Quantifier, filters: &[PodFilter], namespace: Option<&str>) {
        let pods = Pods {
            quantifier,
            filters: filters.to_vec(),
            namespace: namespace.map(str::to_owned),
        };
        assert_eq!(
            pods.to_string().parse::<Pods>(),
            Ok(pods.clone()),
            "{text} reads back as {pods}"
        );
        check_parameter(text, Some(pods));
    }

    fn named(name: &str) -> PodFilter {
        PodFilter::Named(Glob(name.to_owned()))
    }

    fn of(text: &str) -> PodFilter {
        PodFilter::Of(text.parse().expect("an object"))
    }

    #[test]
    fn every_form_of_the_vocabulary() {
        use Quantifier::{Counted, Every, Some as Any};
        let labelled = || PodFilter::Labelled("app=web".to_owned());
        let on_node = || PodFilter::OnNode(Glob("node-1".to_owned()));
        let default = Some("default");
        check("pod \"web-0\"", Every, &[named("web-0")], default);
        check("pods \"web-*\"", Every, &[named("web-*")], default);
        check("po \"web-0\"", Every, &[named("web-0")], default);
        check(
            "pod \"web-*\" in namespace \"shop\"",
            Every,
            &[named("web-*")],
            Some("shop"),
        );
        check(
            "every pod of deployment \"web\"",
            Every,
            &[of("deployment \"web\"")],
            None,
        );
        check("every pod labelled \"app=web\"", Every, &[labelled()], default);
        check("every pod on node \"node-1\"", Every, &[on_node()], None);
        check("every pod", Every, &[], default);
        check(
            "exactly 2 pods of statefulset \"db\"",
            Counted(Count::Exactly(2)),
            &[of("statefulset \"db\"")],
            None,
        );
        check(
            "exactly 1 pod labelled \"app=web\"",
            Counted(Count::Exactly(1)),
            &[labelled()],
            default,
        );
        check(
            "at least 2 pods on node \"node-1\"",
            Counted(Count::AtLeast(2)),
            &[on_node()],
            None,
        );
        check(
            "at most 2 pods labelled \"app=web\"",
            Counted(Count::AtMost(2)),
            &[labelled()],
            default,
        );
        check(
            "no pod of deployment \"web\"",
            Counted(Count::Exactly(0)),
            &[of("deployment \"web\"")],
            None,
        );
        check(
            "a pod of deployment \"web\" on node \"node-1\"",
            Any,
            &[of("deployment \"web\""), on_node()],
            None,
        );
        check(
            "every pod of deploy \"web\" in namespace \"shop\"",
            Every,
            &[of("deployment \"web\" in namespace \"shop\"")],
            None,
        );
    }

    #[test]
    fn other_phrases_are_no_pods() {
        for text in [
            "pod web-0",
            "a pod \"web\"",
            "pods",
            "3 pods",
            "every pod of \"web\"",
            "each pod",
        ] {
            check_parameter::<Pods>(text, None);
        }
    }
}
