//! Images: what is on the node, pulling one at a time, and the back-off of failed pulls.
//!
//! Source: kubelet `images/image_manager.go`; documentation "Images: image pull policy, ImagePullBackOff".

use std::time::Duration;

use smol_str::SmolStr;

use super::backoff::{Backoff, Limits};
use super::image_reference::invalid_reference;
use super::steps::Step;
use super::work::PodWork;
use crate::api::PullPolicy;
use crate::api::duration::format_ns;
use crate::runtime::PullFailure;
use crate::sim::SimTime;

impl PodWork<'_, '_> {
    /// Sees to it that a container's image is on the node, then creates the container.
    pub fn ensure_image(&mut self, container: usize) -> Option<SimTime> {
        let spec = self.slot.container(container)?;
        let (image, policy) = (spec.image.clone(), spec.pull_policy);
        if let Some(why) = invalid_reference(&image, self.context.settings.since(1, 29)) {
            let message =
                format!("Failed to apply default image tag \"{image}\": couldn't parse image name \"{image}\": {why}");
            self.report_container(true, "InspectFailed", message.clone(), container);
            return self.no_image(container, "InvalidImageName", message);
        }
        let behaviour = self.behaviour(container);
        let present = behaviour.image_present == Some(true) || self.agent.images.contains_key(&image);
        match policy {
            PullPolicy::IfNotPresent | PullPolicy::Never if present => {
                let message = format!("Container image \"{image}\" already present on machine");
                self.report_container(false, "Pulled", message, container);
                self.next_step(Step::Create(container));
                return None;
            }
            PullPolicy::Never => {
                let message = format!("Container image \"{image}\" is not present with pull policy of Never");
                self.report_container(true, "ErrImageNeverPull", message.clone(), container);
                return self.no_image(container, "ErrImageNeverPull", message);
            }
            _ => {}
        }
        let (limits, now) = (self.pull_limits(), self.now());
        if let Some((backoff, error)) = self.slot.pulls.get(&image)
            && backoff.holds(limits, now)
        {
            let message = format!("Back-off pulling image \"{image}\"");
            let shown = match self.context.settings.since(1, 32) {
                true => format!("{message}: ErrImagePull: {error}"),
                false => message.clone(),
            };
            self.report_container(false, "BackOff", message, container);
            return self.no_image(container, "ImagePullBackOff", shown);
        }
        self.report_container(false, "Pulling", format!("Pulling image \"{image}\""), container);
        let duration = self.takes(behaviour.pull.unwrap_or(self.context.settings.image_pull_duration));
        let from = self.agent.pulls_end.max(now);
        self.agent.pulls_end = from + duration;
        self.next_step(Step::Pulled(container, from, now));
        Some(from + duration)
    }

    fn pull_limits(&self) -> Limits {
        Limits {
            initial: self.context.settings.image_backoff_initial,
            max: self.context.settings.image_backoff_max,
        }
    }

    fn no_image(&mut self, container: usize, reason: &'static str, message: String) -> Option<SimTime> {
        self.report_container(true, "Failed", format!("Error: {reason}"), container);
        self.cannot_start(container, reason, message);
        None
    }

    /// A pull that was under way when the pod was to end is given up.
    pub fn pull_cancelled(&mut self, container: usize) {
        if let Some(image) = self.slot.container(container).map(|spec| spec.image.clone()) {
            let message = "rpc error: code = Canceled desc = context canceled".to_owned();
            self.pull_failed(container, image, message);
        }
    }

    fn pull_failed(&mut self, container: usize, image: SmolStr, message: String) {
        let event = format!("Failed to pull image \"{image}\": {message}");
        self.report_container(true, "Failed", event, container);
        let present = self.slot.pulls.get(&image).map(|(backoff, _)| *backoff);
        let next = Backoff::next(present, self.pull_limits(), self.now(), self.now());
        self.slot.pulls.insert(image, (next, message.clone()));
        self.no_image(container, "ErrImagePull", message);
    }

    /// A pull has ended, well or not.
    pub fn pulled(&mut self, container: usize, from: SimTime, waited_from: SimTime) {
        let Some(image) = self.slot.container(container).map(|spec| spec.image.clone()) else {
            return;
        };
        let failure: Option<PullFailure> = match self.agent.machine.connected {
            true => self
                .context
                .environment
                .pull_fails(&image, self.context.now)
                .or(self.behaviour(container).pull_failure.clone()),
            false => Some(PullFailure::Unreachable),
        };
        if let Some(failure) = failure {
            let message = failure.message(&image);
            self.pull_failed(container, image, message);
            return;
        }
        let (took, waited) = (text(self.now().since(from)), text(self.now().since(waited_from)));
        let size = match self.context.settings.since(1, 30) {
            true => format!(". Image size: {} bytes.", size_bytes(&image)),
            false => String::new(),
        };
        let message = format!("Successfully pulled image \"{image}\" in {took} ({waited} including waiting){size}");
        self.report_container(false, "Pulled", message, container);
        self.slot.pulls.remove(&image);
        let now = self.now();
        self.agent.images.insert(image, now);
        self.images_grew();
        self.next_step(Step::Create(container));
    }
}

fn text(duration: Duration) -> String {
    let millis = duration.as_millis() * 1_000_000;
    format_ns(i64::try_from(millis).unwrap_or(i64::MAX))
}

/// A made-up but stable size, in bytes.
pub(super) fn size_bytes(image: &str) -> u64 {
    20_000_000 + crate::sim::StableHasher::of(image) % 100_000_000
}
