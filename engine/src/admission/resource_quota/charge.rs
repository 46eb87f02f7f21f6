//! The plugin: holds an object against the quotas of its namespace and charges them.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::{Quota, evaluator};
use crate::admission::Refusal;
use crate::api::{Inert, Kind, Object, ResourceList};
use crate::store::Store;

/// Whether a namespace has any quota: without one there is nothing to charge.
pub fn has_quotas(namespace: &str, store: &Store) -> bool {
    store
        .objects()
        .of_kind_in(Kind::RESOURCE_QUOTA, namespace)
        .next()
        .is_some()
}

/// Charges what an object will use, beyond what `live`, its stored version, uses already. Quotas are asked by name; where one is
/// exceeded, none is charged. Of a `dry_run` none is either.
pub fn charge(object: &Object, live: Option<&Object>, dry_run: bool, store: &mut Store) -> Result<(), Refusal> {
    let namespace = &object.meta().namespace;
    let quotas = store.objects().of_kind_in(Kind::RESOURCE_QUOTA, namespace);
    let quotas = quotas.filter_map(|quota| match quota {
        Object::Inert(quota) => Some((quota.clone(), Quota::read(quota))),
        _ => None,
    });
    let quotas: Vec<_> = quotas.filter(|(_, quota)| is_concerned(quota, object)).collect();
    if quotas.is_empty() || (live.is_some() && !counts_updates(object.kind())) {
        return Ok(());
    }
    for (stored, quota) in &quotas {
        check_constraints(stored, quota, object)?;
    }
    let delta = added(object, live);
    let mut charged: Vec<Inert> = Vec::new();
    for (stored, quota) in &quotas {
        let mut requested = delta.clone();
        requested.retain(|name, _| quota.hard.contains_key(name));
        let used = sum(&quota.used, &requested);
        let exceeds = |name: &&SmolStr| {
            used.get(*name)
                .zip(quota.hard.get(*name))
                .is_some_and(|(used, hard)| used > hard)
        };
        let exceeded: BTreeSet<&SmolStr> = requested.keys().filter(exceeds).collect();
        if !exceeded.is_empty() {
            return Err(Refusal::because(format!(
                "exceeded quota: {}, requested: {}, used: {}, limited: {}",
                stored.meta.name,
                print(&requested, &exceeded),
                print(&quota.used, &exceeded),
                print(&quota.hard, &exceeded)
            )));
        }
        if !requested.is_empty() {
            charged.push(Quota::write(stored, &quota.hard, &used));
        }
    }
    if !dry_run {
        for quota in charged {
            // They were read at this very instant.
            let _ = store.update_object(quota.into());
        }
    }
    Ok(())
}

/// A quota that its controller has not seen yet limits nothing.
fn is_concerned(quota: &Quota, object: &Object) -> bool {
    quota.hard.keys().any(|name| evaluator::handles(object.kind(), name)) && quota.is_about(object)
}

/// Kinds whose changes can use more.
fn counts_updates(kind: Kind) -> bool {
    matches!(kind, Kind::SERVICE | Kind::PERSISTENT_VOLUME_CLAIM)
}

/// Pods must say how much they want of what is limited; a quota must know how much is used.
fn check_constraints(stored: &Inert, quota: &Quota, object: &Object) -> Result<(), Refusal> {
    let limited = quota.hard.keys().filter(|name| evaluator::handles(object.kind(), name));
    let limited: BTreeSet<&SmolStr> = limited.collect();
    let name = &stored.meta.name;
    if let Object::Pod(pod) = object
        && let Some(unsaid) = evaluator::unsaid(pod, &limited)
    {
        return Err(Refusal::because(format!("failed quota: {name}: must specify {unsaid}")));
    }
    let unknown = limited.iter().filter(|limited| !quota.used.contains_key(**limited));
    let unknown: Vec<&str> = unknown.map(|name| name.as_str()).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let resources = unknown.join(",");
    Err(Refusal::because(format!(
        "status unknown for quota: {name}, resources: {resources}"
    )))
}

/// What an object uses more than its stored version does.
fn added(object: &Object, live: Option<&Object>) -> ResourceList {
    let mut usage = evaluator::usage(object);
    for (name, before) in live.map(evaluator::usage).unwrap_or_default() {
        if let Some(amount) = usage.get_mut(&name) {
            *amount = amount.sub(&before);
        }
    }
    usage.retain(|_, amount| !amount.is_zero());
    usage
}

fn sum(used: &ResourceList, more: &ResourceList) -> ResourceList {
    let mut sum = used.clone();
    for (name, amount) in more {
        let entry = sum.entry(name.clone()).or_default();
        *entry = entry.add(amount);
    }
    sum
}

/// `cpu=1,memory=1Gi`.
fn print(list: &ResourceList, names: &BTreeSet<&SmolStr>) -> String {
    let shown = list.iter().filter(|(name, _)| names.contains(name));
    let shown: Vec<String> = shown
        .map(|(name, amount)| format!("{name}={}", amount.canonical()))
        .collect();
    shown.join(",")
}
