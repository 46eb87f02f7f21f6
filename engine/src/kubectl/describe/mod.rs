//! `kubectl describe`: an object for people to read, with what happened to it. A port of the behaviour of kubectl's
//! describers (kubectl `pkg/describe`).
//!
//! Kinds without a describer of their own are shown field by field, as kubectl shows custom resources.

mod batch;
mod config;
mod container;
mod environment;
mod events;
mod generic;
mod head;
mod limits;
mod network;
mod network_policy;
mod node;
mod page;
mod pod;
mod policy;
mod probe;
mod storage;
mod template;
mod volume;
mod workload;

pub use pod::pod;
pub(super) use template::template_text;

use serde_json::Value;

use self::page::Page;
use super::selection::Info;
use super::session::Session;
use crate::api::Kind;

/// What a describer looks at.
pub(super) struct Subject<'s, 'c> {
    /// Where the objects around it are found.
    session: &'s Session<'c>,
    /// The object.
    info: &'s Info,
    /// The virtual time in nanoseconds since the Unix epoch.
    now_ns: i64,
}

impl Subject<'_, '_> {
    fn object(&self) -> &Value {
        &self.info.value
    }

    /// Objects of a kind in the subject's namespace, as the API shows them.
    fn neighbours(&self, kind: Kind) -> impl Iterator<Item = Value> {
        let objects = self.session.cluster.store().objects();
        objects
            .of_kind_in(kind, &self.info.key.namespace)
            .map(|object| self.session.external(object))
    }
}

/// Describes an object. `about` are the events that name it, `None` for `--show-events=false`.
pub(super) fn describe(session: &Session<'_>, info: &Info, about: Option<&[Value]>) -> String {
    let now_ns = session.now_ns();
    if info.kind == Kind::POD {
        return pod(&info.value, about, now_ns);
    }
    let subject = Subject { session, info, now_ns };
    let mut page = Page::default();
    let describe: fn(&mut Page, &Subject<'_, '_>) = match info.kind {
        Kind::CONFIG_MAP => config::config_map,
        Kind::CRON_JOB => batch::cron_job,
        Kind::DAEMON_SET => workload::daemon_set,
        Kind::DEPLOYMENT => workload::deployment,
        Kind::ENDPOINTS => network::endpoints,
        Kind::ENDPOINT_SLICE => network::endpoint_slice,
        Kind::HORIZONTAL_POD_AUTOSCALER => policy::autoscaler,
        Kind::INGRESS => network::ingress,
        Kind::JOB => batch::job,
        Kind::LIMIT_RANGE => limits::limit_range,
        Kind::NAMESPACE => limits::namespace,
        Kind::NETWORK_POLICY => network_policy::network_policy,
        Kind::NODE => node::node,
        Kind::PERSISTENT_VOLUME => storage::volume,
        Kind::PERSISTENT_VOLUME_CLAIM => storage::claim,
        Kind::POD_DISRUPTION_BUDGET => policy::budget,
        Kind::PRIORITY_CLASS => policy::priority_class,
        Kind::REPLICA_SET | Kind::REPLICATION_CONTROLLER => workload::replica_set,
        Kind::RESOURCE_QUOTA => limits::quota,
        Kind::SECRET => config::secret,
        Kind::SERVICE => network::service,
        Kind::SERVICE_ACCOUNT => config::service_account,
        Kind::STATEFUL_SET => workload::stateful_set,
        Kind::STORAGE_CLASS => storage::class,
        _ => generic::generic,
    };
    describe(&mut page, &subject);
    let has_events = !matches!(
        info.kind,
        Kind::LIMIT_RANGE | Kind::NAMESPACE | Kind::NETWORK_POLICY | Kind::RESOURCE_QUOTA | Kind::SECRET
    );
    if let Some(about) = about.filter(|_| has_events) {
        events::events(&mut page, about, now_ns);
    }
    page.finish()
}
