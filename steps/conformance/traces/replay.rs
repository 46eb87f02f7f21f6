//! Replaying a take: the recorder's cluster, its actions at their times, and what came of it.

use std::collections::BTreeMap;
use std::time::Duration;

use shakedown_engine::api::{Kind, Object, ObjectKey, Pod, Timestamp};
use shakedown_engine::faults::Fault;
use shakedown_engine::kubelet::NodeTemplate;
use shakedown_engine::limits::LimitError;
use shakedown_engine::runtime::glob_matches;
use shakedown_engine::sim::SimTime;
use shakedown_engine::{Cluster, ClusterOptions};

use super::alias::{Aliases, is_random};
use super::case::{Action, Case, Entry, PodTrace, Take};
use super::extract::Extract;
use super::{placement, scripts};

/// The recorder's nodes and their zones.
const NODES: [(&str, &str); 4] = [("node-1", "a"), ("node-2", "a"), ("node-3", "b"), ("node-4", "b")];
/// What the recorder's cluster was, and how fast: its components were processes of one machine.
const SETTINGS: [(&str, &str); 3] = [
    ("kubernetes-version", "1.28"),
    ("component-latency-min", "1ms"),
    ("component-latency-max", "5ms"),
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
    let mut player = Player::new(case, take, seed)?;
    for action in &take.actions {
        player.act(action)?;
    }
    player.advance_to(take.duration)?;
    Ok(player.told())
}

struct Player<'a> {
    case: &'a Case,
    take: &'a Take,
    cluster: Cluster,
    files: BTreeMap<String, String>,
    /// When the first action is.
    start: SimTime,
    /// How many changes lie before it.
    from: usize,
    actions: Vec<Action>,
    aliases: Aliases,
    learnt: usize,
}

impl<'a> Player<'a> {
    fn new(case: &'a Case, take: &'a Take, seed: u64) -> Result<Self, String> {
        let start: Timestamp = case.start.parse().map_err(|e| format!("start: {e}"))?;
        let warm_up = i64::try_from(WARM_UP.as_secs()).unwrap_or(0);
        let mut cluster = Cluster::new(ClusterOptions {
            seed,
            epoch: Timestamp(start.0 - warm_up),
            ..ClusterOptions::default()
        });
        for (name, value) in SETTINGS {
            cluster.set_setting(name, value).map_err(|e| e.to_string())?;
        }
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
        let files = case
            .manifests
            .iter()
            .map(|(name, text)| (format!("manifests/{name}"), text.clone()));
        Ok(Player {
            files: files.collect(),
            start: cluster.now(),
            from: cluster.log().len(),
            case,
            take,
            cluster,
            actions: Vec::new(),
            aliases: Aliases::default(),
            learnt: 0,
        })
    }

    /// Lets time pass until so many seconds after the start.
    fn advance_to(&mut self, secs: f64) -> Result<(), String> {
        let at = self.start + Duration::from_secs_f64(secs.max(0.0));
        self.advance_until(at).map_err(|e| e.to_string())
    }

    fn advance_until(&mut self, at: SimTime) -> Result<(), LimitError> {
        if at > self.cluster.now() {
            self.cluster.advance(at.since(self.cluster.now()))?;
        }
        Ok(())
    }

    fn act(&mut self, action: &Action) -> Result<(), String> {
        self.advance_to(action.t)?;
        let mut done = Action {
            stdout: String::new(),
            stderr: String::new(),
            exit: 0,
            ..action.clone()
        };
        if let Some(line) = &action.kubectl {
            let at = self.cluster.now() + KUBECTL_START;
            self.advance_until(at).map_err(|e| e.to_string())?;
            let line = self.resolve(line, action.t);
            let arguments = line.strip_prefix("kubectl ").unwrap_or(&line);
            let line = format!("-n {} {arguments}", self.case.namespace);
            let output = self.cluster.kubectl(&line, &self.files);
            (done.exit, done.stdout, done.stderr) = (output.exit_code, output.stdout, output.stderr);
        } else if let Some(fault) = &action.fault {
            self.strike(fault, action)?;
        } else if action.evict.is_some() {
            return Err("the eviction API is not modelled".to_owned());
        }
        done.end = self.cluster.now().since(self.start).as_secs_f64();
        self.actions.push(done);
        Ok(())
    }

    fn strike(&mut self, fault: &str, action: &Action) -> Result<(), String> {
        let node = || action.node.clone().unwrap_or_default().into();
        let inject = |cluster: &mut Cluster, fault| cluster.inject(fault, None).map_err(|e| e.to_string());
        match fault {
            "kubelet stops, containers go on" => inject(&mut self.cluster, Fault::KubeletStops(node())).map(|_| ()),
            "kubelet starts" => {
                let stopped = Fault::KubeletStops(node());
                self.cluster.heal_matching(|record| record.fault == stopped);
                Ok(())
            }
            "machine restarts: all containers die, sandboxes gone" => {
                let lost = inject(&mut self.cluster, Fault::NodeLost(node()))?;
                self.cluster.heal(lost).map_err(|e| e.to_string())
            }
            "the image can be pulled from now on" => {
                let pattern = action.image.as_deref().unwrap_or_default();
                let is_meant =
                    |fault: &Fault| matches!(fault, Fault::ImageUnpullable(image) if glob_matches(pattern, image));
                match self.cluster.heal_matching(|record| is_meant(&record.fault)) {
                    0 => Err(format!("image {:?} could be pulled all along", action.image)),
                    _ => Ok(()),
                }
            }
            other => Err(format!("fault `{other}` is not known")),
        }
    }

    /// A command line with `{pod of OWNER}` replaced by the name of a pod: the one of the owner that, by order of creation, the
    /// take ended.
    fn resolve(&mut self, line: &str, at: f64) -> String {
        let Some((before, rest)) = line.split_once("{pod of ") else {
            return line.to_owned();
        };
        let Some((owner, after)) = rest.split_once('}') else {
            return line.to_owned();
        };
        for change in self.cluster.log().get(self.from + self.learnt..).unwrap_or_default() {
            self.aliases.learn(change.object());
        }
        self.learnt = self.cluster.log().len() - self.from;
        let is_theirs = |pod: &&PodTrace| pod.owner.as_deref() == Some(owner);
        let ended = |pod: &PodTrace| {
            pod.rows
                .iter()
                .find(|Entry(_, row)| row.get(1).is_some_and(|status| status == "Terminating"))
                .map(|row| row.0)
        };
        let number = self
            .take
            .pods
            .iter()
            .filter(is_theirs)
            .position(|pod| ended(pod).is_some_and(|t| t >= at));
        let mut names = Vec::new();
        for change in self.cluster.log().get(self.from..).unwrap_or_default() {
            if let (None, Object::Pod(pod)) = (&change.before, change.object())
                && is_random(&pod.meta)
                && self.aliases.owner(pod).as_deref() == Some(owner)
            {
                names.push(pod.meta.name.clone());
            }
        }
        let key = |name: &&smol_str::SmolStr| ObjectKey::new(self.case.namespace.clone(), (*name).clone());
        let lives = |name: &&smol_str::SmolStr| self.cluster.store().get::<Pod>(&key(name)).is_some();
        let chosen = names
            .get(number.unwrap_or_default())
            .filter(lives)
            .or_else(|| names.iter().find(lives));
        let name = chosen.map(ToString::to_string).unwrap_or_default();
        format!("{before}{name}{after}")
    }

    /// What happened, in the recordings' format.
    fn told(self) -> Take {
        let (mut take, aliases) = Extract::new(&self.cluster, self.start).take(self.from, &self.case.namespace);
        take.duration = self.take.duration;
        let alias = |action: Action| Action {
            kubectl: action.kubectl.clone(),
            stdout: aliases.replace(&action.stdout),
            stderr: aliases.replace(&action.stderr),
            ..action
        };
        take.actions = self.actions.into_iter().map(alias).collect();
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
        take
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
