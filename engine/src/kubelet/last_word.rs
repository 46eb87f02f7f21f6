//! The last word of a container: what its process wrote into its termination message file, or the end of its log.
//!
//! The runtime keeps a file for it, `terminationMessagePath`, by default `/dev/termination-log`. If that is empty and the container
//! has failed, `FallbackToLogsOnError` takes the last lines of the log. Source: kubelet `kuberuntime_container.go`
//! (`getTerminationMessage`, `readLastStringFromContainerLogs`); documentation "Determine the Reason for Pod Failure".

use smol_str::SmolStr;

use super::instance::LiveInstance;
use super::work::PodWork;
use crate::api::json;
use crate::runtime::Exit;

/// Where the file is, if a container does not say otherwise.
const DEFAULT_PATH: &str = "/dev/termination-log";
/// How much of the file is read, in bytes.
const MESSAGE_MAX: usize = 4_096;
/// How many lines of a log stand in for it, and how many bytes of them.
const LOG_MAX: (usize, usize) = (80, 2_048);

impl PodWork<'_, '_> {
    /// What a life of a container that ends so leaves behind.
    pub fn last_word(&self, live: &LiveInstance, exit: Exit) -> SmolStr {
        let (Some(process), Some(spec)) = (&live.process, self.container_json(live.listed.container)) else {
            return SmolStr::default();
        };
        let path = json::text(spec, "terminationMessagePath");
        let path = if path.is_empty() { DEFAULT_PATH } else { path.as_str() };
        let (file, _) = process.surroundings().key(path);
        let is_written = process.file_changes().iter().any(|change| change.file == file);
        let written = is_written
            .then(|| process.with_own_files().files.lines(&file, exit.at))
            .flatten();
        let mut message: String = written
            .into_iter()
            .flatten()
            .map(|(_, line)| format!("{line}\n"))
            .collect();
        message.truncate(message.floor_char_boundary(MESSAGE_MAX));
        let falls_back = json::text(spec, "terminationMessagePolicy") == "FallbackToLogsOnError";
        if message.is_empty() && falls_back && exit.code != 0 {
            let (lines_max, bytes_max) = LOG_MAX;
            let log = process.log(exit.at, lines_max);
            message = log.into_iter().map(|(_, line)| format!("{line}\n")).collect();
            message.drain(..message.ceil_char_boundary(message.len().saturating_sub(bytes_max)));
        }
        message.into()
    }
}
