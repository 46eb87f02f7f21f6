//! A claim: what is said about the cluster at an instant.

use std::rc::Rc;

use shakedown_engine::api::{Object, Pod};
use shakedown_engine::timeline::View;

use super::pod_tally::PodTally;
use crate::parameters::{Count, ObjectRef, ParameterError, Pods, Quantifier};
use crate::subject::{PodQuery, Subject};

/// That it holds, or what is seen instead.
pub type Verdict = Result<(), String>;

type Check<'a> = Box<dyn Fn(&View<'_>) -> Verdict + 'a>;
type Holds<'a> = Box<dyn Fn(&View<'_>) -> bool + 'a>;

/// How many of the pods that decided are named.
const NAMED_MAX: usize = 5;

/// What is said about the cluster at an instant.
pub struct Claim<'a> {
    /// The predicate in words, e.g. `STATUS "Running"`.
    pub expected: String,
    /// What it is about.
    pub subject: Subject,
    /// Whether it can change with an Event; most claims cannot, and Events are half of all writes.
    pub reads_events: bool,
    /// Whether it says whether its subject is there: such a claim may be made of what never was.
    pub of_existence: bool,
    check: Check<'a>,
    /// The same, without words: asked at every instant, where `check` is asked once it has failed. None: `check` is cheap.
    holds: Option<Holds<'a>>,
}

impl<'a> Claim<'a> {
    /// A claim about anything.
    pub fn new(expected: impl Into<String>, subject: Subject, check: impl Fn(&View<'_>) -> Verdict + 'a) -> Self {
        Self {
            expected: expected.into(),
            subject,
            reads_events: false,
            of_existence: false,
            check: Box::new(check),
            holds: None,
        }
    }

    /// A claim about one object; that it exists is part of it.
    pub fn object(
        object: &ObjectRef,
        predicate: impl Into<String>,
        check: impl Fn(&View<'_>, &Object) -> Verdict + 'a,
    ) -> Self {
        let (wanted, name) = (object.clone(), object.to_string());
        let check = move |view: &View<'_>| match view.objects.object(wanted.kind, &wanted.key()) {
            Some(object) => check(view, object),
            None => Err(format!("there is no {name}")),
        };
        Self::new(predicate, Subject::Object(object.clone()), check)
    }

    /// A claim about as many pods as the phrase says; `check` is asked about each.
    ///
    /// # Errors
    /// If the phrase contains a selector that is none.
    pub fn pods(
        pods: &Pods,
        predicate: impl Into<String>,
        check: impl Fn(&View<'_>, &Pod) -> Verdict + 'a,
    ) -> Result<Self, ParameterError> {
        let query = PodQuery::new(pods)?;
        let predicate = predicate.into();
        let expected = match pods.quantifier {
            Quantifier::Every => predicate,
            Quantifier::Some => format!("a pod: {predicate}"),
            Quantifier::Counted(Count::Exactly(0)) => format!("no pod: {predicate}"),
            Quantifier::Counted(count) => format!("{count} pods: {predicate}"),
        };
        let check = Rc::new(check);
        let (told, asked) = (query.clone(), PodTally::new(query.clone()));
        let tell = Rc::clone(&check);
        let mut claim = Self::new(expected, Subject::Pods(query), move |view| {
            quantified(&told, view, &*tell)
        });
        claim.holds = Some(Box::new(move |view| asked.holds(view, &*check)));
        Ok(claim)
    }

    /// A claim that the pods of a phrase exist, or that they do not: the one predicate for which a phrase that no pod
    /// satisfies may be what is wanted.
    ///
    /// # Errors
    /// If the phrase contains a selector that is none.
    pub fn pods_exist(pods: &Pods, wanted: bool) -> Result<Self, ParameterError> {
        if wanted {
            return Ok(Self::pods(pods, "that it exists", |_, _| Ok(()))?.of_existence());
        }
        let none = Pods {
            quantifier: Quantifier::Counted(Count::Exactly(0)),
            ..pods.clone()
        };
        let mut claim = Self::pods(&none, "", |_, _| Ok(()))?;
        claim.expected = "that it does not exist".to_owned();
        Ok(claim.of_existence())
    }

    /// A claim that Events can make true.
    #[must_use]
    pub fn reading_events(mut self) -> Self {
        self.reads_events = true;
        self
    }

    /// A claim that its subject is there, or is not.
    #[must_use]
    pub fn of_existence(mut self) -> Self {
        self.of_existence = true;
        self
    }

    /// Whether it holds at this instant.
    ///
    /// # Errors
    /// What is seen instead.
    pub fn check(&self, view: &View<'_>) -> Verdict {
        (self.check)(view)
    }

    /// Whether it holds at this instant. To be asked at one instant after the other, in the order of time.
    pub fn holds(&self, view: &View<'_>) -> bool {
        let holds = self.holds.as_ref();
        holds.map_or_else(|| self.check(view).is_ok(), |holds| holds(view))
    }
}

/// Asks about each pod and counts.
fn quantified(query: &PodQuery, view: &View<'_>, check: &impl Fn(&View<'_>, &Pod) -> Verdict) -> Verdict {
    let pods = query.select(view);
    if pods.is_empty() && !matches!(query.pods.quantifier, Quantifier::Counted(_)) {
        let owner = query.pods.owner().filter(|_| !query.exists(view));
        return Err(owner.map_or("there is no such pod".to_owned(), |owner| {
            format!("there is no {owner}")
        }));
    }
    let (mut holding, mut refuting) = (Vec::new(), Vec::new());
    for pod in &pods {
        match check(view, pod) {
            Ok(()) => holding.push(pod.meta.name.to_string()),
            Err(seen) => refuting.push(format!("{}: {seen}", pod.meta.name)),
        }
    }
    let enough = match query.pods.quantifier {
        Quantifier::Every => refuting.is_empty(),
        Quantifier::Some => !holding.is_empty(),
        Quantifier::Counted(count) => count.holds(holding.len() as u64),
    };
    if enough {
        return Ok(());
    }
    if query.pods.quantifier == Quantifier::Every {
        let others = if holding.is_empty() {
            String::new()
        } else {
            format!("\n{} of {} pods do", holding.len(), pods.len())
        };
        return Err(format!("{}{others}", some_of(&refuting, "\n")));
    }
    let names = if holding.is_empty() {
        String::new()
    } else {
        format!(" ({})", some_of(&holding, ", "))
    };
    let others = if refuting.is_empty() {
        String::new()
    } else {
        format!("\n{}", some_of(&refuting, "\n"))
    };
    Err(format!("{} of {} pods{names}{others}", holding.len(), pods.len()))
}

fn some_of(all: &[String], separator: &str) -> String {
    let more = all.len().saturating_sub(NAMED_MAX);
    let shown = all.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(separator);
    if more == 0 {
        shown
    } else {
        format!("{shown}{separator}… and {more} more")
    }
}
