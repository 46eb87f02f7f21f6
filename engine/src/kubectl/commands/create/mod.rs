//! `kubectl create` and its subcommands: objects from manifests, or made of flags.
//!
//! Source: kubectl `pkg/cmd/create`.

mod access;
mod config;
mod generated;
mod hash;
mod ingress;
mod job;
mod manifests;
mod namespace;
mod policy;
mod secret;
mod service;
mod workload;

pub use policy::{label_selector, resource_list};

use super::Command;

macro_rules! commands {
    ($($name:literal $flags:path, $run:path;)*) => {
        /// `create` and its subcommands.
        pub static COMMANDS: &[Command] = &[$(Command { name: $name, flags: $flags, run: $run }),*];
    };
}

commands! {
    "create" manifests::FLAGS, manifests::run;
    "create clusterrole" access::ROLE_FLAGS, access::run_cluster_role;
    "create clusterrolebinding" access::BINDING_FLAGS, access::run_cluster_role_binding;
    "create configmap" config::FLAGS, config::run;
    "create cronjob" job::FLAGS, job::run_cron_job;
    "create deployment" workload::FLAGS, workload::run;
    "create ingress" ingress::FLAGS, ingress::run;
    "create job" job::FLAGS, job::run;
    "create namespace" namespace::FLAGS, namespace::run;
    "create poddisruptionbudget" policy::BUDGET_FLAGS, policy::run_budget;
    "create priorityclass" policy::PRIORITY_FLAGS, policy::run_priority;
    "create quota" policy::QUOTA_FLAGS, policy::run_quota;
    "create role" access::ROLE_FLAGS, access::run_role;
    "create rolebinding" access::BINDING_FLAGS, access::run_role_binding;
    "create secret docker-registry" secret::REGISTRY_FLAGS, secret::run_registry;
    "create secret generic" secret::FLAGS, secret::run;
    "create secret tls" secret::TLS_FLAGS, secret::run_tls;
    "create service clusterip" service::FLAGS, service::run_cluster_ip;
    "create service externalname" service::EXTERNAL_FLAGS, service::run_external_name;
    "create service loadbalancer" service::FLAGS, service::run_load_balancer;
    "create service nodeport" service::NODE_PORT_FLAGS, service::run_node_port;
    "create serviceaccount" access::ACCOUNT_FLAGS, access::run_account;
    "create token" access::TOKEN_FLAGS, access::run_token;
}
