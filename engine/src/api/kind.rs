//! The kinds of the built-in Kubernetes API and their names.
//!
//! [`Kind`] is a small handle (an index into one table), so that stores and indexes can be keyed by it at no cost. Its order is
//! the table's: the API groups as API discovery lists them, core first. Several versions of one kind share a handle, as they
//! share a place in etcd; [`KindInfo::version`] is the one objects are kept in.
//!
//! Source of names, short names, scopes and categories: Kubernetes API reference v1.34 and `kubectl api-resources`.
//! Deliberately not modelled: kinds that custom resource definitions or aggregated API servers would add, and subresources.

use std::fmt;

/// A built-in kind of object. Cheap to copy, ordered as API discovery lists the kinds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(u16);

/// Whether objects of a kind live in a namespace or belong to the whole cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// `metadata.namespace` is part of the object's identity.
    Namespaced,
    /// There is one object of a name in the cluster.
    Cluster,
}

/// What the API server says about a kind in discovery.
#[derive(Debug)]
pub struct KindInfo {
    /// The kind as manifests write it, such as `Deployment`.
    pub kind: &'static str,
    /// The API group, empty for the core group.
    pub group: &'static str,
    /// The version objects are stored and shown in.
    pub version: &'static str,
    /// The other `apiVersion`s (`group/version`) a manifest may give for it.
    pub also: &'static [&'static str],
    /// The resource's name in URLs and in kubectl, such as `deployments`.
    pub plural: &'static str,
    /// The short names kubectl takes, such as `deploy`.
    pub short_names: &'static [&'static str],
    /// Whether objects live in a namespace.
    pub namespaced: bool,
    /// The categories the resource belongs to; `kubectl get all` asks for `all`.
    pub categories: &'static [&'static str],
}

impl KindInfo {
    /// The `apiVersion` objects are shown with: `apps/v1`, or `v1` in the core group.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// The singular resource name, as kubectl prints it (`deployment`): the kind in lower case.
    pub fn singular(&self) -> String {
        self.kind.to_ascii_lowercase()
    }

    /// The kind of a list of such objects: `DeploymentList`.
    pub fn list_kind(&self) -> String {
        format!("{}List", self.kind)
    }

    /// The resource with its group as kubectl writes it in messages: `deployments.apps`, or `pods` in the core group.
    pub fn group_resource(&self) -> String {
        if self.group.is_empty() {
            self.plural.to_owned()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }

    /// The singular resource with its group, which begins kubectl's success messages: `deployment.apps`, or `pod`.
    pub fn group_singular(&self) -> String {
        if self.group.is_empty() {
            self.singular()
        } else {
            format!("{}.{}", self.singular(), self.group)
        }
    }

    /// Whether a manifest may give this `apiVersion` for the kind.
    fn serves(&self, api_version: &str) -> bool {
        let (group, version) = split_api_version(api_version);
        (group == self.group && version == self.version) || self.also.contains(&api_version)
    }
}

/// Splits an `apiVersion` into group (empty for core) and version.
pub fn split_api_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

impl Kind {
    /// The kind's names and scope.
    pub fn info(self) -> &'static KindInfo {
        // The index comes from the table's own enumeration, so it is in bounds; the first row stands in to keep this total.
        KINDS.get(usize::from(self.0)).unwrap_or(&KINDS[0])
    }

    /// All built-in kinds in order.
    pub fn all() -> impl Iterator<Item = Kind> {
        (0..KINDS.len()).filter_map(|i| u16::try_from(i).ok()).map(Kind)
    }

    /// The kind as manifests write it.
    pub fn name(self) -> &'static str {
        self.info().kind
    }

    /// Whether objects of the kind live in a namespace.
    pub fn is_namespaced(self) -> bool {
        self.info().namespaced
    }

    /// The kind a manifest means by `apiVersion` and `kind`, if it is built in and served in that version.
    pub fn from_gvk(api_version: &str, kind: &str) -> Option<Kind> {
        Kind::all().find(|k| k.info().kind == kind && k.info().serves(api_version))
    }

    /// The kind of this name in any group; the first in table order where two groups share the name.
    pub fn from_name(kind: &str) -> Option<Kind> {
        Kind::all().find(|k| k.info().kind == kind)
    }

    /// The kind kubectl means by a resource argument: plural, singular or short name in any case, optionally with
    /// `.group` or `.version.group`; a prefix of the group does (as in kubectl's resource mapper).
    pub fn from_resource_name(name: &str) -> Option<Kind> {
        let name = name.to_ascii_lowercase();
        let (resource, qualifier) = match name.split_once('.') {
            Some((resource, qualifier)) => (resource, Some(qualifier)),
            None => (name.as_str(), None),
        };
        let named = |k: &Kind| {
            let info = k.info();
            info.plural == resource || info.kind.eq_ignore_ascii_case(resource) || info.short_names.contains(&resource)
        };
        let Some(qualifier) = qualifier else {
            return Kind::all().find(named);
        };
        let in_group = |k: &Kind, exact: bool| {
            let info = k.info();
            let matches = |group: &str| {
                if exact {
                    info.group == group
                } else {
                    info.group.starts_with(group)
                }
            };
            let versioned = qualifier
                .split_once('.')
                .filter(|(version, _)| *version == info.version);
            matches(qualifier)
                || versioned.is_some_and(|(_, group)| matches(group))
                || (info.group.is_empty() && qualifier == info.version)
        };
        Kind::all()
            .find(|k| named(k) && in_group(k, true))
            .or_else(|| Kind::all().find(|k| named(k) && in_group(k, false)))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One row a kind: constant, `Kind`, `group/version` it is kept in, other versions served, plural, short names, scope, categories.
macro_rules! kinds {
    ($($constant:ident $kind:literal $group:literal / $version:literal $also:expr, $plural:literal $short:expr, $scope:ident $categories:expr;)*) => {
        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "the rows' numbers, named as the constants")]
        #[repr(u16)]
        enum Row { $($constant),* }

        #[expect(missing_docs, reason = "each constant is the kind it is named after")]
        impl Kind {
            $(pub const $constant: Kind = Kind(Row::$constant as u16);)*
        }

        static KINDS: &[KindInfo] = &[$(KindInfo {
            kind: $kind, group: $group, version: $version, also: &$also, plural: $plural, short_names: &$short,
            namespaced: matches!(Scope::$scope, Scope::Namespaced), categories: &$categories,
        }),*];
    };
}

kinds! {
    BINDING "Binding" ""/"v1" [], "bindings" [], Namespaced [];
    COMPONENT_STATUS "ComponentStatus" ""/"v1" [], "componentstatuses" ["cs"], Cluster [];
    CONFIG_MAP "ConfigMap" ""/"v1" [], "configmaps" ["cm"], Namespaced [];
    ENDPOINTS "Endpoints" ""/"v1" [], "endpoints" ["ep"], Namespaced [];
    EVENT "Event" ""/"v1" ["events.k8s.io/v1"], "events" ["ev"], Namespaced [];
    LIMIT_RANGE "LimitRange" ""/"v1" [], "limitranges" ["limits"], Namespaced [];
    NAMESPACE "Namespace" ""/"v1" [], "namespaces" ["ns"], Cluster [];
    NODE "Node" ""/"v1" [], "nodes" ["no"], Cluster [];
    PERSISTENT_VOLUME_CLAIM "PersistentVolumeClaim" ""/"v1" [], "persistentvolumeclaims" ["pvc"], Namespaced [];
    PERSISTENT_VOLUME "PersistentVolume" ""/"v1" [], "persistentvolumes" ["pv"], Cluster [];
    POD "Pod" ""/"v1" [], "pods" ["po"], Namespaced ["all"];
    POD_TEMPLATE "PodTemplate" ""/"v1" [], "podtemplates" [], Namespaced [];
    REPLICATION_CONTROLLER "ReplicationController" ""/"v1" [], "replicationcontrollers" ["rc"], Namespaced ["all"];
    RESOURCE_QUOTA "ResourceQuota" ""/"v1" [], "resourcequotas" ["quota"], Namespaced [];
    SECRET "Secret" ""/"v1" [], "secrets" [], Namespaced [];
    SERVICE_ACCOUNT "ServiceAccount" ""/"v1" [], "serviceaccounts" ["sa"], Namespaced [];
    SERVICE "Service" ""/"v1" [], "services" ["svc"], Namespaced ["all"];
    MUTATING_ADMISSION_POLICY "MutatingAdmissionPolicy" "admissionregistration.k8s.io"/"v1beta1" ["admissionregistration.k8s.io/v1alpha1"], "mutatingadmissionpolicies" [], Cluster ["api-extensions"];
    MUTATING_ADMISSION_POLICY_BINDING "MutatingAdmissionPolicyBinding" "admissionregistration.k8s.io"/"v1beta1" ["admissionregistration.k8s.io/v1alpha1"], "mutatingadmissionpolicybindings" [], Cluster ["api-extensions"];
    MUTATING_WEBHOOK_CONFIGURATION "MutatingWebhookConfiguration" "admissionregistration.k8s.io"/"v1" [], "mutatingwebhookconfigurations" [], Cluster ["api-extensions"];
    VALIDATING_ADMISSION_POLICY "ValidatingAdmissionPolicy" "admissionregistration.k8s.io"/"v1" [], "validatingadmissionpolicies" [], Cluster ["api-extensions"];
    VALIDATING_ADMISSION_POLICY_BINDING "ValidatingAdmissionPolicyBinding" "admissionregistration.k8s.io"/"v1" [], "validatingadmissionpolicybindings" [], Cluster ["api-extensions"];
    VALIDATING_WEBHOOK_CONFIGURATION "ValidatingWebhookConfiguration" "admissionregistration.k8s.io"/"v1" [], "validatingwebhookconfigurations" [], Cluster ["api-extensions"];
    CUSTOM_RESOURCE_DEFINITION "CustomResourceDefinition" "apiextensions.k8s.io"/"v1" [], "customresourcedefinitions" ["crd", "crds"], Cluster ["api-extensions"];
    API_SERVICE "APIService" "apiregistration.k8s.io"/"v1" [], "apiservices" [], Cluster ["api-extensions"];
    CONTROLLER_REVISION "ControllerRevision" "apps"/"v1" [], "controllerrevisions" [], Namespaced [];
    DAEMON_SET "DaemonSet" "apps"/"v1" [], "daemonsets" ["ds"], Namespaced ["all"];
    DEPLOYMENT "Deployment" "apps"/"v1" [], "deployments" ["deploy"], Namespaced ["all"];
    REPLICA_SET "ReplicaSet" "apps"/"v1" [], "replicasets" ["rs"], Namespaced ["all"];
    STATEFUL_SET "StatefulSet" "apps"/"v1" [], "statefulsets" ["sts"], Namespaced ["all"];
    SELF_SUBJECT_REVIEW "SelfSubjectReview" "authentication.k8s.io"/"v1" [], "selfsubjectreviews" [], Cluster [];
    TOKEN_REVIEW "TokenReview" "authentication.k8s.io"/"v1" [], "tokenreviews" [], Cluster [];
    LOCAL_SUBJECT_ACCESS_REVIEW "LocalSubjectAccessReview" "authorization.k8s.io"/"v1" [], "localsubjectaccessreviews" [], Namespaced [];
    SELF_SUBJECT_ACCESS_REVIEW "SelfSubjectAccessReview" "authorization.k8s.io"/"v1" [], "selfsubjectaccessreviews" [], Cluster [];
    SELF_SUBJECT_RULES_REVIEW "SelfSubjectRulesReview" "authorization.k8s.io"/"v1" [], "selfsubjectrulesreviews" [], Cluster [];
    SUBJECT_ACCESS_REVIEW "SubjectAccessReview" "authorization.k8s.io"/"v1" [], "subjectaccessreviews" [], Cluster [];
    HORIZONTAL_POD_AUTOSCALER "HorizontalPodAutoscaler" "autoscaling"/"v2" ["autoscaling/v1"], "horizontalpodautoscalers" ["hpa"], Namespaced ["all"];
    CRON_JOB "CronJob" "batch"/"v1" [], "cronjobs" ["cj"], Namespaced ["all"];
    JOB "Job" "batch"/"v1" [], "jobs" [], Namespaced ["all"];
    CERTIFICATE_SIGNING_REQUEST "CertificateSigningRequest" "certificates.k8s.io"/"v1" [], "certificatesigningrequests" ["csr"], Cluster [];
    CLUSTER_TRUST_BUNDLE "ClusterTrustBundle" "certificates.k8s.io"/"v1beta1" ["certificates.k8s.io/v1alpha1"], "clustertrustbundles" [], Cluster [];
    POD_CERTIFICATE_REQUEST "PodCertificateRequest" "certificates.k8s.io"/"v1alpha1" [], "podcertificaterequests" [], Namespaced [];
    LEASE "Lease" "coordination.k8s.io"/"v1" [], "leases" [], Namespaced [];
    LEASE_CANDIDATE "LeaseCandidate" "coordination.k8s.io"/"v1beta1" ["coordination.k8s.io/v1alpha2"], "leasecandidates" [], Namespaced [];
    ENDPOINT_SLICE "EndpointSlice" "discovery.k8s.io"/"v1" [], "endpointslices" [], Namespaced [];
    FLOW_SCHEMA "FlowSchema" "flowcontrol.apiserver.k8s.io"/"v1" [], "flowschemas" [], Cluster [];
    PRIORITY_LEVEL_CONFIGURATION "PriorityLevelConfiguration" "flowcontrol.apiserver.k8s.io"/"v1" [], "prioritylevelconfigurations" [], Cluster [];
    STORAGE_VERSION "StorageVersion" "internal.apiserver.k8s.io"/"v1alpha1" [], "storageversions" [], Cluster [];
    INGRESS_CLASS "IngressClass" "networking.k8s.io"/"v1" [], "ingressclasses" [], Cluster [];
    INGRESS "Ingress" "networking.k8s.io"/"v1" [], "ingresses" ["ing"], Namespaced [];
    IP_ADDRESS "IPAddress" "networking.k8s.io"/"v1" ["networking.k8s.io/v1beta1"], "ipaddresses" ["ip"], Cluster [];
    NETWORK_POLICY "NetworkPolicy" "networking.k8s.io"/"v1" [], "networkpolicies" ["netpol"], Namespaced [];
    SERVICE_CIDR "ServiceCIDR" "networking.k8s.io"/"v1" ["networking.k8s.io/v1beta1"], "servicecidrs" [], Cluster [];
    RUNTIME_CLASS "RuntimeClass" "node.k8s.io"/"v1" [], "runtimeclasses" [], Cluster [];
    POD_DISRUPTION_BUDGET "PodDisruptionBudget" "policy"/"v1" ["policy/v1beta1"], "poddisruptionbudgets" ["pdb"], Namespaced [];
    CLUSTER_ROLE_BINDING "ClusterRoleBinding" "rbac.authorization.k8s.io"/"v1" [], "clusterrolebindings" [], Cluster [];
    CLUSTER_ROLE "ClusterRole" "rbac.authorization.k8s.io"/"v1" [], "clusterroles" [], Cluster [];
    ROLE_BINDING "RoleBinding" "rbac.authorization.k8s.io"/"v1" [], "rolebindings" [], Namespaced [];
    ROLE "Role" "rbac.authorization.k8s.io"/"v1" [], "roles" [], Namespaced [];
    DEVICE_CLASS "DeviceClass" "resource.k8s.io"/"v1" ["resource.k8s.io/v1beta1", "resource.k8s.io/v1beta2"], "deviceclasses" [], Cluster [];
    DEVICE_TAINT_RULE "DeviceTaintRule" "resource.k8s.io"/"v1alpha3" [], "devicetaintrules" [], Cluster [];
    RESOURCE_CLAIM "ResourceClaim" "resource.k8s.io"/"v1" ["resource.k8s.io/v1beta1", "resource.k8s.io/v1beta2"], "resourceclaims" [], Namespaced [];
    RESOURCE_CLAIM_TEMPLATE "ResourceClaimTemplate" "resource.k8s.io"/"v1" ["resource.k8s.io/v1beta1", "resource.k8s.io/v1beta2"], "resourceclaimtemplates" [], Namespaced [];
    RESOURCE_SLICE "ResourceSlice" "resource.k8s.io"/"v1" ["resource.k8s.io/v1beta1", "resource.k8s.io/v1beta2"], "resourceslices" [], Cluster [];
    PRIORITY_CLASS "PriorityClass" "scheduling.k8s.io"/"v1" [], "priorityclasses" ["pc"], Cluster [];
    CSI_DRIVER "CSIDriver" "storage.k8s.io"/"v1" [], "csidrivers" [], Cluster [];
    CSI_NODE "CSINode" "storage.k8s.io"/"v1" [], "csinodes" [], Cluster [];
    CSI_STORAGE_CAPACITY "CSIStorageCapacity" "storage.k8s.io"/"v1" [], "csistoragecapacities" [], Namespaced [];
    STORAGE_CLASS "StorageClass" "storage.k8s.io"/"v1" [], "storageclasses" ["sc"], Cluster [];
    VOLUME_ATTACHMENT "VolumeAttachment" "storage.k8s.io"/"v1" [], "volumeattachments" [], Cluster [];
    VOLUME_ATTRIBUTES_CLASS "VolumeAttributesClass" "storage.k8s.io"/"v1" ["storage.k8s.io/v1beta1", "storage.k8s.io/v1alpha1"], "volumeattributesclasses" ["vac"], Cluster [];
    STORAGE_VERSION_MIGRATION "StorageVersionMigration" "storagemigration.k8s.io"/"v1alpha1" [], "storageversionmigrations" [], Cluster [];
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_resource(name: &str, expect: Option<Kind>) {
        assert_eq!(Kind::from_resource_name(name), expect, "{name}");
    }

    #[test]
    fn resource_arguments_name_kinds() {
        for name in ["po", "pod", "pods", "Pod", "POD", "pods.v1"] {
            check_resource(name, Some(Kind::POD));
        }
        for name in ["deploy", "deployment.apps", "deployments.v1.apps", "deploy.app"] {
            check_resource(name, Some(Kind::DEPLOYMENT));
        }
        check_resource("all", None);
        check_resource("deployments.batch", None);
        check_resource("", None);
        check_resource("pods.", Some(Kind::POD));
    }

    #[test]
    fn every_kind_is_found_by_each_of_its_names() {
        for kind in Kind::all() {
            let info = kind.info();
            assert_eq!(Kind::from_gvk(&info.api_version(), info.kind), Some(kind));
            for api_version in info.also {
                assert_eq!(Kind::from_gvk(api_version, info.kind), Some(kind), "{api_version}");
            }
            check_resource(info.plural, Some(kind));
            check_resource(&info.group_singular(), Some(kind));
            for short in info.short_names {
                check_resource(short, Some(kind));
            }
        }
    }

    #[test]
    fn versions_no_server_has_are_unknown() {
        assert_eq!(Kind::from_gvk("apps/v1beta1", "Deployment"), None);
        assert_eq!(Kind::from_gvk("v1", "Deployment"), None);
        assert_eq!(Kind::from_gvk("apps/v1", "deployment"), None);
        assert_eq!(Kind::from_gvk("", ""), None);
    }
}
