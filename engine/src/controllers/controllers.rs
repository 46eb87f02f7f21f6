//! All controllers as one component: every change is shown to each, every wake-up goes to its own.

use super::cron_job::CronJobController;
use super::daemon_set::DaemonSetController;
use super::deployment::DeploymentController;
use super::disruption::DisruptionController;
use super::endpoint_slice::EndpointSliceController;
use super::endpoints::{EndpointSliceMirroring, EndpointsController};
use super::garbage_collector::GarbageCollector;
use super::horizontal_pod_autoscaler::HorizontalPodAutoscalerController;
use super::job::{JobController, TtlAfterFinished};
use super::namespace::NamespaceController;
use super::namespace_defaults::NamespaceDefault;
use super::node_lifecycle::NodeLifecycle;
use super::persistent_volume::{AttachDetach, EphemeralVolume, PersistentVolumeController, Protection, Provisioner};
use super::pod_gc::PodGc;
use super::replica_set::ReplicaSetController;
use super::resource_quota::ResourceQuotaController;
use super::stateful_set::StatefulSetController;
use super::taint_eviction::TaintEviction;
use crate::api::{Kind, ObjectKey, ReplicaSet, ReplicationController};
use crate::component::{Component, Context};
use crate::sim::Seed;
use crate::store::Change;

/// Which controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ControllerId {
    /// Keeps the pods of ReplicaSets.
    ReplicaSet,
    /// Keeps the pods of ReplicationControllers.
    ReplicationController,
    /// Rolls Deployments out.
    Deployment,
    /// Keeps the pods of DaemonSets.
    DaemonSet,
    /// Keeps the pods of StatefulSets.
    StatefulSet,
    /// Runs Jobs to their end.
    Job,
    /// Starts Jobs on a schedule.
    CronJob,
    /// Deletes Jobs that have ended.
    TtlAfterFinished,
    /// Scales workloads with their load.
    HorizontalPodAutoscaler,
    /// Says how many pods may be evicted.
    Disruption,
    /// Writes EndpointSlices.
    EndpointSlice,
    /// Writes Endpoints.
    Endpoints,
    /// Writes EndpointSlices for the Endpoints that people write.
    EndpointSliceMirroring,
    /// Deletes what has lost its owner.
    GarbageCollector,
    /// Watches node heartbeats.
    NodeLifecycle,
    /// Its part that taints nodes by their conditions.
    NodeTaint,
    /// Its part that has the pods of lost nodes evicted.
    NodeEviction,
    /// Evicts pods that do not tolerate a `NoExecute` taint.
    TaintEviction,
    /// Deletes pods whose node is gone.
    PodGc,
    /// Empties namespaces that are being deleted.
    Namespace,
    /// Binds claims to volumes.
    PersistentVolume,
    /// Keeps claims and volumes that are in use from going.
    StorageProtection,
    /// Makes and deletes volumes.
    Provisioner,
    /// Attaches volumes to nodes.
    AttachDetach,
    /// Makes the claims of ephemeral volumes.
    EphemeralVolume,
    /// Counts what quotas limit.
    ResourceQuota,
    /// Keeps the default ServiceAccount of each namespace.
    ServiceAccount,
    /// Keeps the API server's certificate in each namespace.
    RootCertificate,
}

/// A wake-up of a controller: reconcile this object.
#[derive(Debug, Clone)]
pub struct Task {
    /// Which controller.
    pub controller: ControllerId,
    /// Which object.
    pub key: ObjectKey,
}

impl ControllerId {
    /// Every controller, once each: parts of one controller share its name.
    pub const ALL: &[ControllerId] = &[
        ControllerId::ReplicaSet,
        ControllerId::ReplicationController,
        ControllerId::Deployment,
        ControllerId::DaemonSet,
        ControllerId::StatefulSet,
        ControllerId::Job,
        ControllerId::CronJob,
        ControllerId::TtlAfterFinished,
        ControllerId::HorizontalPodAutoscaler,
        ControllerId::Disruption,
        ControllerId::EndpointSlice,
        ControllerId::Endpoints,
        ControllerId::EndpointSliceMirroring,
        ControllerId::GarbageCollector,
        ControllerId::NodeLifecycle,
        ControllerId::TaintEviction,
        ControllerId::PodGc,
        ControllerId::Namespace,
        ControllerId::PersistentVolume,
        ControllerId::StorageProtection,
        ControllerId::Provisioner,
        ControllerId::AttachDetach,
        ControllerId::EphemeralVolume,
        ControllerId::ResourceQuota,
        ControllerId::ServiceAccount,
        ControllerId::RootCertificate,
    ];

    /// Its name in kube-controller-manager.
    pub fn name(self) -> &'static str {
        match self {
            ControllerId::ReplicaSet => "replicaset-controller",
            ControllerId::ReplicationController => "replicationcontroller-controller",
            ControllerId::Deployment => "deployment-controller",
            ControllerId::DaemonSet => "daemonset-controller",
            ControllerId::StatefulSet => "statefulset-controller",
            ControllerId::Job => "job-controller",
            ControllerId::CronJob => "cronjob-controller",
            ControllerId::TtlAfterFinished => "ttl-after-finished-controller",
            ControllerId::HorizontalPodAutoscaler => "horizontal-pod-autoscaler-controller",
            ControllerId::Disruption => "disruption-controller",
            ControllerId::EndpointSlice => "endpointslice-controller",
            ControllerId::Endpoints => "endpoints-controller",
            ControllerId::EndpointSliceMirroring => "endpointslice-mirroring-controller",
            ControllerId::GarbageCollector => "garbage-collector-controller",
            ControllerId::NodeLifecycle | ControllerId::NodeTaint | ControllerId::NodeEviction => {
                "node-lifecycle-controller"
            }
            ControllerId::TaintEviction => "taint-eviction-controller",
            ControllerId::PodGc => "pod-garbage-collector-controller",
            ControllerId::Namespace => "namespace-controller",
            ControllerId::PersistentVolume => "persistentvolume-controller",
            ControllerId::StorageProtection => "persistentvolumeclaim-protection-controller",
            ControllerId::Provisioner => "external-provisioner",
            ControllerId::AttachDetach => "attachdetach-controller",
            ControllerId::EphemeralVolume => "ephemeral-volume-controller",
            ControllerId::ResourceQuota => "resourcequota-controller",
            ControllerId::ServiceAccount => "serviceaccount-controller",
            ControllerId::RootCertificate => "root-ca-certificate-publisher-controller",
        }
    }
}

/// All controllers.
#[derive(Debug)]
pub struct Controllers {
    seed: Seed,
    replica_set: ReplicaSetController<ReplicaSet>,
    replication_controller: ReplicaSetController<ReplicationController>,
    deployment: DeploymentController,
    daemon_set: DaemonSetController,
    stateful_set: StatefulSetController,
    job: JobController,
    cron_job: CronJobController,
    ttl_after_finished: TtlAfterFinished,
    horizontal_pod_autoscaler: HorizontalPodAutoscalerController,
    disruption: DisruptionController,
    endpoint_slice: EndpointSliceController,
    endpoints: EndpointsController,
    endpoint_slice_mirroring: EndpointSliceMirroring,
    garbage_collector: GarbageCollector,
    node_lifecycle: NodeLifecycle,
    taint_eviction: TaintEviction,
    pod_gc: PodGc,
    namespace: NamespaceController,
    persistent_volume: PersistentVolumeController,
    storage_protection: Protection,
    provisioner: Provisioner,
    attach_detach: AttachDetach,
    ephemeral_volume: EphemeralVolume,
    resource_quota: ResourceQuotaController,
    service_account: NamespaceDefault,
    root_certificate: NamespaceDefault,
}

impl Controllers {
    /// Controllers that have seen nothing yet.
    pub fn new(seed: Seed) -> Self {
        Controllers {
            seed,
            replica_set: ReplicaSetController::new(seed),
            replication_controller: ReplicaSetController::new(seed),
            deployment: DeploymentController::new(seed),
            daemon_set: DaemonSetController::new(seed),
            stateful_set: StatefulSetController::new(seed),
            job: JobController::new(seed),
            cron_job: CronJobController::new(seed),
            ttl_after_finished: TtlAfterFinished::new(seed),
            horizontal_pod_autoscaler: HorizontalPodAutoscalerController::default(),
            disruption: DisruptionController::new(seed),
            endpoint_slice: EndpointSliceController::new(seed),
            endpoints: EndpointsController::new(seed),
            endpoint_slice_mirroring: EndpointSliceMirroring::new(seed),
            garbage_collector: GarbageCollector::new(seed),
            node_lifecycle: NodeLifecycle::new(seed),
            taint_eviction: TaintEviction::new(seed),
            pod_gc: PodGc::new(seed),
            namespace: NamespaceController::new(seed),
            persistent_volume: PersistentVolumeController::new(seed),
            storage_protection: Protection::new(seed),
            provisioner: Provisioner::new(seed),
            attach_detach: AttachDetach::new(seed),
            ephemeral_volume: EphemeralVolume::new(seed),
            resource_quota: ResourceQuotaController::new(seed),
            service_account: NamespaceDefault::service_account(seed),
            root_certificate: NamespaceDefault::root_certificate(seed),
        }
    }
}

impl Controllers {
    /// Their process starts anew: what they knew is forgotten (expectations, back-offs, what waits in their queues), and they are
    /// shown everything there is, as a watch begins.
    pub(crate) fn restart(&mut self, context: &mut Context<'_>) {
        let seed = self.seed;
        // Another process draws other numbers.
        *self = Controllers {
            seed,
            ..Controllers::new(Seed(seed.0 ^ context.now.as_nanos()))
        };
        for change in context.list_all(Kind::all()) {
            self.observe(&change, context);
        }
    }
}

impl Controllers {
    /// What processes do was changed: whoever watches their load looks again.
    pub(crate) fn behaviours_changed(&mut self, context: &mut Context<'_>) {
        self.horizontal_pod_autoscaler.behaviours_changed(context);
    }
}

impl Component for Controllers {
    type Task = Task;

    fn observe(&mut self, change: &Change, context: &mut Context<'_>) {
        self.replica_set.observe(change, context);
        self.replication_controller.observe(change, context);
        self.deployment.observe(change, context);
        self.daemon_set.observe(change, context);
        self.stateful_set.observe(change, context);
        self.job.observe(change, context);
        self.cron_job.observe(change, context);
        self.ttl_after_finished.observe(change, context);
        self.horizontal_pod_autoscaler.observe(change, context);
        self.disruption.observe(change, context);
        self.endpoint_slice.observe(change, context);
        self.endpoints.observe(change, context);
        self.endpoint_slice_mirroring.observe(change, context);
        self.garbage_collector.observe(change, context);
        self.node_lifecycle.observe(change, context);
        self.taint_eviction.observe(change, context);
        self.pod_gc.observe(change, context);
        self.namespace.observe(change, context);
        self.persistent_volume.observe(change, context);
        self.storage_protection.observe(change, context);
        self.provisioner.observe(change, context);
        self.attach_detach.observe(change, context);
        self.ephemeral_volume.observe(change, context);
        self.resource_quota.observe(change, context);
        self.service_account.observe(change, context);
        self.root_certificate.observe(change, context);
    }

    fn run(&mut self, task: Task, context: &mut Context<'_>) {
        let key = &task.key;
        match task.controller {
            ControllerId::ReplicaSet => self.replica_set.run(key, context),
            ControllerId::ReplicationController => self.replication_controller.run(key, context),
            ControllerId::Deployment => self.deployment.run(key, context),
            ControllerId::DaemonSet => self.daemon_set.run(key, context),
            ControllerId::StatefulSet => self.stateful_set.run(key, context),
            ControllerId::Job => self.job.run(key, context),
            ControllerId::CronJob => self.cron_job.run(key, context),
            ControllerId::TtlAfterFinished => self.ttl_after_finished.run(key, context),
            ControllerId::HorizontalPodAutoscaler => self.horizontal_pod_autoscaler.run(key, context),
            ControllerId::Disruption => self.disruption.run(key, context),
            ControllerId::EndpointSlice => self.endpoint_slice.run(key, context),
            ControllerId::Endpoints => self.endpoints.run(key, context),
            ControllerId::EndpointSliceMirroring => self.endpoint_slice_mirroring.run(key, context),
            ControllerId::GarbageCollector => self.garbage_collector.run(key, context),
            ControllerId::NodeLifecycle => self.node_lifecycle.run_look(key, context),
            ControllerId::NodeTaint => self.node_lifecycle.run_taint(key, context),
            ControllerId::NodeEviction => self.node_lifecycle.run_eviction(key, context),
            ControllerId::TaintEviction => self.taint_eviction.run(key, context),
            ControllerId::PodGc => self.pod_gc.run(key, context),
            ControllerId::Namespace => self.namespace.run(key, context),
            ControllerId::PersistentVolume => self.persistent_volume.run(key, context),
            ControllerId::StorageProtection => self.storage_protection.run(key, context),
            ControllerId::Provisioner => self.provisioner.run(key, context),
            ControllerId::AttachDetach => self.attach_detach.run(key, context),
            ControllerId::EphemeralVolume => self.ephemeral_volume.run(key, context),
            ControllerId::ResourceQuota => self.resource_quota.run(key, context),
            ControllerId::ServiceAccount => self.service_account.run(key, context),
            ControllerId::RootCertificate => self.root_certificate.run(key, context),
        }
    }
}
