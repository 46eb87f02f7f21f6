//! Replaying a take: the recorder's cluster, its actions at their times, and what came of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use shakedown_engine::api::{Kind, Object, ObjectKey, Pod, Timestamp};
use shakedown_engine::faults::Fault;
use shakedown_engine::kubelet::NodeTemplate;
use shakedown_engine::runtime::glob_matches;
use shakedown_engine::sim::SimTime;
use shakedown_engine::store::DeleteOptions;
use shakedown_engine::{Cluster, ClusterOptions};
use smol_str::SmolStr;

use super::alias::{Aliases, is_random};
use super::case::{Action, Case, Entry, PodTrace, Take};
use super::extract::Extract;
use super::{placement, scripts};

/// The recorder's nodes and their zones.
const NODES: [(&str, &str); 4] = [("node-1", "a"), ("node-2", "a"), ("node-3", "b"), ("node-4", "b")];
/// What the recorder's cluster was, and how fast: its components were processes of one machine with two cores, and whether a
/// controller sees two changes together depends on how long its last write took.
const SETTINGS: [(&str, &str); 5] = [
    ("kubernetes-version", "1.28"),
    ("component-latency-min", "1ms"),
    ("component-latency-max", "20ms"),
    ("external-provisioners", "off"),
    ("metrics-server", "off"),
];
/// How long the cluster stands before the first action: longer than a node's status heartbeat.
const WARM_UP: Duration = Duration::from_secs(400);
/// From a command's start to its first request.
const KUBECTL_START: Duration = Duration::from_millis(100);

/// Replays the first take of a case.
///
/// # Errors
/// What keeps the case from being replayed at all, as one line.
pub fn replay(case: &Case, seed: u64) -> Result<Take, String> {
    let take = case.takes.first().ok_or("it has no takes")?;
    let mut cluster = prepare(case, take, seed)?;
    let player = Arc::new(Player {
        files: case
            .manifests
            .iter()
            .map(|(name, text)| (format!("manifests/{name}"), text.clone()))
            .collect(),
        namespace: case.namespace.clone(),
        start: cluster.now(),
        from: cluster.log().len(),
        take: take.clone(),
        done: Mutex::default(),
    });
    for (number, action) in take.actions.iter().enumerate() {
        let started = if action.kubectl.is_some() {
            KUBECTL_START
        } else {
            Duration::ZERO
        };
        let at = player.instant(action.t) + started;
        let player = Arc::clone(&player);
        cluster.plan(at, move |cluster| player.act(number, cluster));
    }
    let end = player.instant(take.duration);
    cluster.advance(end.since(cluster.now())).map_err(|e| e.to_string())?;
    player.told(&cluster)
}

/// The recorder's cluster, just before the first action.
fn prepare(case: &Case, take: &Take, seed: u64) -> Result<Cluster, String> {
    let start: Timestamp = case.start.parse().map_err(|e| format!("start: {e}"))?;
    let warm_up = i64::try_from(WARM_UP.as_secs()).unwrap_or(0);
    let mut cluster = Cluster::new(ClusterOptions {
        seed,
        epoch: Timestamp::from_secs(start.secs() - warm_up),
        ..ClusterOptions::default()
    });
    for (name, value) in SETTINGS {
        cluster.set_setting(name, value).map_err(|e| e.to_string())?;
    }
    cluster
        .set_setting("feature-gates", &case.feature_gates)
        .map_err(|e| e.to_string())?;
    for (name, zone) in NODES {
        let template = NodeTemplate {
            zone: zone.into(),
            ..NodeTemplate::named(name)
        };
        cluster.add_node(&template).map_err(|e| e.to_string())?;
    }
    behave(case, take, &mut cluster)?;
    cluster.place(placement::of(take));
    cluster.advance(WARM_UP).map_err(|e| e.to_string())?;
    let namespace = serde_json::json!({"metadata": {"name": case.namespace}});
    let created = cluster.request(|request| request.create(Kind::NAMESPACE, namespace));
    created.map_err(|e| e.to_string())?;
    cluster.settle().map_err(|e| e.to_string())?;
    Ok(cluster)
}

/// What is done in a replay. Every action is planned beforehand: some happen while a command waits.
struct Player {
    take: Take,
    namespace: String,
    files: BTreeMap<String, String>,
    /// When the first action is.
    start: SimTime,
    /// How many changes lie before it.
    from: usize,
    /// What became of each action that was carried out.
    done: Mutex<BTreeMap<usize, Result<Action, String>>>,
}

impl Player {
    /// So many seconds after the start.
    fn instant(&self, secs: f64) -> SimTime {
        self.start + Duration::from_secs_f64(secs.max(0.0))
    }

    /// Carries out an action and notes what became of it.
    fn act(&self, number: usize, cluster: &mut Cluster) {
        let Some(action) = self.take.actions.get(number) else {
            return;
        };
        let outcome = self.outcome(action, cluster);
        if let Ok(mut done) = self.done.lock() {
            done.insert(number, outcome);
        }
    }

    fn outcome(&self, action: &Action, cluster: &mut Cluster) -> Result<Action, String> {
        let mut done = Action {
            stdout: String::new(),
            stderr: String::new(),
            exit: 0,
            ..action.clone()
        };
        if let Some(line) = &action.kubectl {
            let line = self.resolve(line, action.t, cluster);
            let arguments = line.strip_prefix("kubectl ").unwrap_or(&line);
            let line = format!("-n {} {arguments}", self.namespace);
            let output = cluster.kubectl(&line, &self.files);
            (done.exit, done.stdout, done.stderr) = (output.exit_code, output.stdout, output.stderr);
        } else if let Some(fault) = &action.fault {
            strike(fault, action, cluster)?;
        } else if let Some(pod) = &action.evict {
            let key = ObjectKey::new(self.namespace.clone(), self.resolve(pod, action.t, cluster));
            // As with a recorder that posts an Eviction, a refusal is an answer.
            if let Err(refused) = cluster.request(|request| request.evict(&key, DeleteOptions::default())) {
                (done.exit, done.stderr) = (1, format!("{refused}\n"));
            }
        }
        done.end = cluster.now().since(self.start).as_secs_f64();
        Ok(done)
    }

    /// A command line with `{pod of OWNER}` replaced by the name of a pod: the one of the owner that, by order of creation, the
    /// take ended.
    fn resolve(&self, line: &str, at: f64, cluster: &Cluster) -> String {
        let placeholder = line.split_once("{pod of ").and_then(|(before, rest)| {
            let (owner, after) = rest.split_once('}')?;
            Some((before, owner, after))
        });
        let Some((before, owner, after)) = placeholder else {
            return line.to_owned();
        };
        let is_theirs = |pod: &&PodTrace| pod.owner.as_deref() == Some(owner);
        let number = self
            .take
            .pods
            .iter()
            .filter(is_theirs)
            .position(|pod| ended(pod).is_some_and(|t| t >= at));
        let names = self.pods_of(owner, cluster);
        let lives = |name: &&SmolStr| {
            let key = ObjectKey::new(self.namespace.clone(), (*name).clone());
            cluster.store().get::<Pod>(&key).is_some()
        };
        let chosen = names.get(number.unwrap_or_default()).filter(lives);
        let chosen = chosen.or_else(|| names.iter().find(lives));
        format!("{before}{}{after}", chosen.map(SmolStr::as_str).unwrap_or_default())
    }

    /// The names of an owner's pods so far, in order of creation.
    fn pods_of(&self, owner: &str, cluster: &Cluster) -> Vec<SmolStr> {
        let mut aliases = Aliases::default();
        let mut names = Vec::new();
        for change in cluster.log().get(self.from..).unwrap_or_default() {
            if change.before.is_some() {
                continue;
            }
            aliases.learn(change.object());
            if let Object::Pod(pod) = change.object()
                && is_random(&pod.meta)
                && aliases.owner(pod).as_deref() == Some(owner)
            {
                names.push(pod.meta.name.clone());
            }
        }
        names
    }

    /// What happened, in the recordings' format.
    fn told(&self, cluster: &Cluster) -> Result<Take, String> {
        let end = self.instant(self.take.duration);
        let (mut take, aliases) = Extract::new(cluster, self.start, end).take(self.from, &self.namespace);
        take.duration = self.take.duration;
        let mut done = std::mem::take(&mut *self.done.lock().map_err(|e| e.to_string())?);
        for (number, action) in self.take.actions.iter().enumerate() {
            let action = match done.remove(&number) {
                Some(outcome) => outcome?,
                // It still waits.
                None => Action {
                    exit: -1,
                    ..action.clone()
                },
            };
            take.actions.push(Action {
                stdout: aliases.replace(&action.stdout),
                stderr: aliases.replace(&action.stderr),
                ..action
            });
        }
        for (name, object) in &mut take.objects {
            // The phase of a node's heartbeats is chance: the history starts with one where the take's does.
            let recorded = self.take.objects.get(name).filter(|_| name.starts_with("Node/"));
            if let Some(Entry(at, row)) = recorded.and_then(|recorded| recorded.rows.first())
                && object
                    .rows
                    .first()
                    .is_some_and(|first| first.0 > *at && first.1 != *row)
            {
                object.rows.insert(0, Entry(*at, row.clone()));
            }
        }
        take.mask_container_ids();
        Ok(take)
    }
}

/// When a recorded pod began to end.
fn ended(pod: &PodTrace) -> Option<f64> {
    let terminating = |row: &&Entry| row.1.get(1).is_some_and(|status| status == "Terminating");
    pod.rows.iter().find(terminating).map(|row| row.0)
}

/// Lets a fault strike or heal.
fn strike(fault: &str, action: &Action, cluster: &mut Cluster) -> Result<(), String> {
    let node = || action.node.clone().unwrap_or_default().into();
    let inject = |cluster: &mut Cluster, fault| cluster.inject(fault, None).map_err(|e| e.to_string());
    match fault {
        "kubelet stops, containers go on" => inject(cluster, Fault::KubeletStops(node())).map(|_| ()),
        "kubelet starts" => {
            let stopped = Fault::KubeletStops(node());
            cluster.heal_matching(|record| record.fault == stopped);
            Ok(())
        }
        "machine restarts: all containers die, sandboxes gone" => {
            let lost = inject(cluster, Fault::NodeLost(node()))?;
            cluster.heal(lost).map_err(|e| e.to_string())
        }
        "the image can be pulled from now on" => {
            let pattern = action.image.as_deref().unwrap_or_default();
            let is_meant =
                |fault: &Fault| matches!(fault, Fault::ImageUnpullable(image) if glob_matches(pattern, image));
            match cluster.heal_matching(|record| is_meant(&record.fault)) {
                0 => Err(format!("image {pattern} could be pulled all along")),
                _ => Ok(()),
            }
        }
        other => Err(format!("fault `{other}` is not known")),
    }
}

/// Tells the cluster what the containers of a case do.
fn behave(case: &Case, take: &Take, cluster: &mut Cluster) -> Result<(), String> {
    let mut manifest = scripts::Manifest::default();
    for text in case.manifests.values() {
        manifest.read(text, &case.namespace);
    }
    let lines = take.actions.iter().filter_map(|action| action.kubectl.as_deref());
    for image in scripts::images(case.manifests.values().map(String::as_str).chain(lines)) {
        if scripts::script_of(&image).0 == scripts::NOT_PULLABLE {
            cluster
                .inject(Fault::ImageUnpullable(image.clone()), None)
                .map_err(|e| e.to_string())?;
        }
        cluster.behave(scripts::of_image(&image, &manifest.commands));
    }
    manifest.stops.into_iter().for_each(|rule| cluster.behave(rule));
    Ok(())
}
