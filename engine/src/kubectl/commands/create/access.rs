//! `kubectl create serviceaccount`, `token`, `role`, `clusterrole`, `rolebinding` and `clusterrolebinding`.
//!
//! Roles are objects like others here: nobody is refused for lack of one. Tokens are not modelled, as nobody has to show one.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::generated::{COMMON, object, only_name, required, store};
use crate::api::{Kind, ObjectKey};
use crate::apiserver::ApiError;
use crate::kubectl::error::{CommandError, Result};
use crate::kubectl::flags::{Arguments, CHANGE, Flag, OUTPUT};
use crate::kubectl::resources::kind_of;
use crate::kubectl::session::{DEFAULT_NAMESPACE, Session};

/// The flags of `serviceaccount`.
pub const ACCOUNT_FLAGS: &[&[Flag]] = &[COMMON, CHANGE, OUTPUT];
/// The flags of `token`.
pub const TOKEN_FLAGS: &[&[Flag]] = &[
    &[
        Flag::texts("audience"),
        Flag::duration("duration"),
        Flag::text("bound-object-kind"),
        Flag::text("bound-object-name"),
        Flag::text("bound-object-uid"),
    ],
    OUTPUT,
];
/// The flags of `role` and `clusterrole`.
pub const ROLE_FLAGS: &[&[Flag]] = &[
    &[
        Flag::texts("verb"),
        Flag::texts("resource"),
        Flag::texts("resource-name"),
        Flag::texts("non-resource-url"),
        Flag::text("aggregation-rule"),
    ],
    COMMON,
    CHANGE,
    OUTPUT,
];
/// The flags of `rolebinding` and `clusterrolebinding`.
pub const BINDING_FLAGS: &[&[Flag]] = &[
    &[
        Flag::text("role"),
        Flag::text("clusterrole"),
        Flag::texts("user"),
        Flag::texts("group"),
        Flag::texts("serviceaccount"),
    ],
    COMMON,
    CHANGE,
    OUTPUT,
];

const GROUP: &str = "rbac.authorization.k8s.io";
/// The verbs that kubectl does not wonder at.
const KNOWN_VERBS: [&str; 14] = [
    "*",
    "get",
    "delete",
    "list",
    "create",
    "update",
    "patch",
    "watch",
    "proxy",
    "deletecollection",
    "use",
    "bind",
    "escalate",
    "impersonate",
];
/// A token lives at least ten minutes.
const SHORTEST_TOKEN_S: i64 = 600;

/// Runs `create serviceaccount`.
pub fn run_account(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let name = only_name(arguments, "create serviceaccount")?;
    let account = object(arguments, Kind::SERVICE_ACCOUNT, name);
    store(
        session,
        arguments,
        Kind::SERVICE_ACCOUNT,
        "failed to create serviceaccount: ",
        account,
    )
}

/// Runs `create token`.
pub fn run_token(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let name = only_name(arguments, "create token")?;
    let seconds = arguments.duration_ns("duration").unwrap_or(0) / 1_000_000_000;
    if seconds < 0 {
        return Err(CommandError::message("--duration must be greater than or equal to 0"));
    }
    let refuse = |why: String| Err(CommandError::message(format!("failed to create token: {why}")));
    let key = ObjectKey::new(arguments.text("namespace").unwrap_or(DEFAULT_NAMESPACE), name);
    if session.object(Kind::SERVICE_ACCOUNT, &key).is_none() {
        return refuse(ApiError::not_found(Kind::SERVICE_ACCOUNT, name).to_string());
    }
    if seconds > 0 && seconds < SHORTEST_TOKEN_S {
        return refuse(format!(
            "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: {seconds}: may not specify \
             a duration less than 10 minutes"
        ));
    }
    refuse("tokens are not modelled: the simulated API server lets everybody in".to_owned())
}

/// Runs `create role`.
pub fn run_role(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let name = only_name(arguments, "create role")?;
    let mut role = object(arguments, Kind::ROLE, name);
    role.insert("rules".to_owned(), rules(session, arguments, false)?.into());
    store(session, arguments, Kind::ROLE, "", role)
}

/// Runs `create clusterrole`.
pub fn run_cluster_role(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let name = only_name(arguments, "create clusterrole")?;
    let mut role = object(arguments, Kind::CLUSTER_ROLE, name);
    if let Some(rule) = arguments.text("aggregation-rule").filter(|rule| !rule.is_empty()) {
        let mut labels = Map::new();
        for pair in rule.split(',') {
            let Some((key, value)) = pair.split_once('=') else {
                return Err(CommandError::message(format!(
                    "aggregation rule must be in the form key=value, got {pair}"
                )));
            };
            labels.insert(key.to_owned(), value.into());
        }
        let selectors = json!({ "clusterRoleSelectors": [{ "matchLabels": labels }] });
        role.insert("aggregationRule".to_owned(), selectors);
        role.insert("rules".to_owned(), json!([]));
    } else {
        role.insert("rules".to_owned(), rules(session, arguments, true)?.into());
    }
    store(session, arguments, Kind::CLUSTER_ROLE, "", role)
}

/// One rule for each API group, in the order of their names, and one for URLs.
fn rules(session: &mut Session<'_>, arguments: &Arguments, for_cluster: bool) -> Result<Vec<Value>> {
    let mut verbs = unique(arguments.texts("verb"));
    if verbs.contains(&"*") {
        verbs = vec!["*"];
    }
    if verbs.is_empty() {
        return Err(CommandError::message("at least one verb must be specified"));
    }
    let (resources, urls) = (arguments.texts("resource"), arguments.texts("non-resource-url"));
    if resources.is_empty() && !for_cluster {
        return Err(CommandError::message("at least one resource must be specified"));
    }
    if resources.is_empty() && urls.is_empty() {
        return Err(CommandError::message(
            "one of resource or nonResourceURL must be specified",
        ));
    }
    for verb in verbs.iter().filter(|verb| !KNOWN_VERBS.contains(verb)) {
        session.warn(format!("Warning: '{verb}' is not a standard resource verb"));
    }
    let names = unique(arguments.all("resource-name"));
    let mut rules = Vec::new();
    for (group, resources) in by_group(&resources)? {
        let mut rule = json!({ "apiGroups": [group], "resources": resources, "verbs": verbs });
        if let Some(map) = rule.as_object_mut().filter(|_| !names.is_empty()) {
            map.insert("resourceNames".to_owned(), names.clone().into());
        }
        rules.push(rule);
    }
    if !urls.is_empty() {
        rules.push(json!({ "nonResourceURLs": urls, "verbs": verbs }));
    }
    Ok(rules)
}

/// `resource.group/subresource`, by API group; resources by their plural names.
fn by_group(resources: &[&str]) -> Result<BTreeMap<String, Vec<String>>> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for given in resources {
        let (whole, sub) = given.split_once('/').unwrap_or((given, ""));
        let (name, group) = whole.split_once('.').unwrap_or((whole, ""));
        if name.is_empty() {
            return Err(CommandError::message(
                "resource must be specified if apiGroup/subresource specified",
            ));
        }
        if *given == "*" {
            return Ok([(String::new(), vec!["*".to_owned()])].into());
        }
        let (mut resource, group) = match name {
            "*" => (name.to_owned(), group.to_owned()),
            _ => {
                let info = kind_of(whole)?.info();
                (info.plural.to_owned(), info.group.to_owned())
            }
        };
        if !sub.is_empty() {
            resource = format!("{resource}/{sub}");
        }
        let of_group = groups.entry(group).or_default();
        if !of_group.contains(&resource) {
            of_group.push(resource);
        }
    }
    Ok(groups)
}

fn unique(texts: Vec<&str>) -> Vec<&str> {
    let mut seen: Vec<&str> = Vec::new();
    for text in texts {
        if !seen.contains(&text) {
            seen.push(text);
        }
    }
    seen
}

/// Runs `create rolebinding`.
pub fn run_role_binding(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    let name = only_name(arguments, "create rolebinding")?;
    let given = |flag| arguments.text(flag).unwrap_or_default();
    let role = match (given("role"), given("clusterrole")) {
        (role, "") if !role.is_empty() => ("Role", role),
        ("", role) if !role.is_empty() => ("ClusterRole", role),
        _ => {
            return Err(CommandError::message(
                "exactly one of clusterrole or role must be specified",
            ));
        }
    };
    bind(session, arguments, Kind::ROLE_BINDING, name, role)
}

/// Runs `create clusterrolebinding`.
pub fn run_cluster_role_binding(session: &mut Session<'_>, arguments: &Arguments) -> Result<()> {
    required(arguments, &["clusterrole"])?;
    let name = only_name(arguments, "create clusterrolebinding")?;
    let role = arguments.text("clusterrole").unwrap_or_default();
    bind(
        session,
        arguments,
        Kind::CLUSTER_ROLE_BINDING,
        name,
        ("ClusterRole", role),
    )
}

fn bind(
    session: &mut Session<'_>,
    arguments: &Arguments,
    kind: Kind,
    name: &str,
    (role_kind, role): (&str, &str),
) -> Result<()> {
    let mut subjects = Vec::new();
    for (flag, kind) in [("user", "User"), ("group", "Group")] {
        for name in arguments.texts(flag) {
            subjects.push(json!({ "apiGroup": GROUP, "kind": kind, "name": name }));
        }
    }
    for account in arguments.texts("serviceaccount") {
        let Some((namespace, name)) = account
            .split_once(':')
            .filter(|(namespace, name)| !namespace.is_empty() && !name.is_empty() && !name.contains(':'))
        else {
            return Err(CommandError::message("serviceaccount must be <namespace>:<name>"));
        };
        subjects.push(json!({ "kind": "ServiceAccount", "name": name, "namespace": namespace }));
    }
    let mut binding = object(arguments, kind, name);
    let role = json!({ "apiGroup": GROUP, "kind": role_kind, "name": role });
    binding.insert("roleRef".to_owned(), role);
    if !subjects.is_empty() {
        binding.insert("subjects".to_owned(), subjects.into());
    }
    let failure = format!("failed to create {}: ", kind.info().singular());
    store(session, arguments, kind, &failure, binding)
}
