//! How a pod's STATUS looks. Every look differs from the others in more than colour: in hatching, and the text stands in it.

/// A family of STATUS texts that mean the same to someone who scans the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// Runs and is ready.
    Running,
    /// Runs, but not all of its containers are ready.
    NotReady,
    /// Waits for a node.
    Pending,
    /// Has a node and is being set up.
    Creating,
    /// Just failed to get an image.
    ImageError,
    /// Waits to try again to get an image.
    Image,
    /// Waits to be restarted after a crash.
    Crash,
    /// Failed.
    Error,
    /// Is going away.
    Terminating,
    /// Is done.
    Completed,
    /// Nobody knows, or nobody but its author.
    Unknown,
    /// Too many changes to draw one by one.
    Busy,
}

impl Look {
    /// The looks in the order of the legend, with an example of each.
    pub const LEGEND: [(Look, &'static str); 12] = [
        (Look::Running, "Running"),
        (Look::NotReady, "Running, not ready"),
        (Look::Pending, "Pending"),
        (Look::Creating, "ContainerCreating, Init"),
        (Look::ImageError, "ErrImagePull"),
        (Look::Image, "ImagePullBackOff"),
        (Look::Crash, "CrashLoopBackOff"),
        (Look::Error, "Error, OOMKilled, Evicted"),
        (Look::Terminating, "Terminating"),
        (Look::Completed, "Completed"),
        (Look::Unknown, "Unknown, other"),
        (Look::Busy, "many changes"),
    ];

    /// The look of a STATUS text with its READY text (`1/2`).
    pub fn of(status: &str, ready: &str) -> Look {
        let bare = status.strip_prefix("Init:").unwrap_or(status);
        if bare != status && bare.split_once('/').is_some() {
            return Look::Creating;
        }
        match bare {
            "Running" if all_ready(ready) => Look::Running,
            "Running" | "NotReady" => Look::NotReady,
            "Pending" | "SchedulingGated" => Look::Pending,
            "ContainerCreating" | "PodInitializing" => Look::Creating,
            "CrashLoopBackOff" => Look::Crash,
            "Terminating" => Look::Terminating,
            "Completed" | "Succeeded" => Look::Completed,
            "ImagePullBackOff" => Look::Image,
            "RegistryUnavailable" => Look::ImageError,
            "Unknown" | "NodeLost" | "ContainerStatusUnknown" | "" => Look::Unknown,
            image if image.contains("Image") => Look::ImageError,
            "OOMKilled" | "Evicted" | "Failed" | "DeadlineExceeded" | "ContainerCannotRun" | "Preempting" => {
                Look::Error
            }
            "NodeAffinity" | "NodeShutdown" | "UnexpectedAdmissionError" => Look::Error,
            error if error.contains("Error") || error.starts_with("ExitCode:") || error.starts_with("Signal:") => {
                Look::Error
            }
            out if out.starts_with("OutOf") => Look::Error,
            _ => Look::Unknown,
        }
    }

    /// Its class in the page's style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Look::Running => "run",
            Look::NotReady => "unready",
            Look::Pending => "pending",
            Look::Creating => "creating",
            Look::ImageError => "imgerr",
            Look::Image => "image",
            Look::Crash => "crash",
            Look::Error => "error",
            Look::Terminating => "term",
            Look::Completed => "done",
            Look::Unknown => "unknown",
            Look::Busy => "busy",
        }
    }

    /// Whether someone who looks for trouble wants to see it.
    pub fn is_trouble(self) -> bool {
        matches!(
            self,
            Look::NotReady | Look::ImageError | Look::Image | Look::Crash | Look::Error | Look::Unknown
        )
    }
}

/// Whether READY says that all are; an empty text leaves it open and counts as ready.
fn all_ready(ready: &str) -> bool {
    ready.split_once('/').is_none_or(|(ready, total)| ready == total)
}

#[cfg(test)]
mod tests {
    use super::Look;

    #[test]
    fn every_status_has_its_look() {
        let check =
            |status: &str, ready: &str, expect: Look| assert_eq!(Look::of(status, ready), expect, "{status} {ready}");
        check("Running", "1/1", Look::Running);
        check("Running", "1/2", Look::NotReady);
        check("Running", "", Look::Running);
        check("Pending", "0/1", Look::Pending);
        check("ContainerCreating", "0/1", Look::Creating);
        check("Init:0/2", "0/1", Look::Creating);
        check("Init:CrashLoopBackOff", "0/1", Look::Crash);
        check("Init:ErrImagePull", "0/1", Look::ImageError);
        check("Init:Error", "0/1", Look::Error);
        check("ImagePullBackOff", "0/1", Look::Image);
        check("InvalidImageName", "0/1", Look::ImageError);
        check("CrashLoopBackOff", "0/1", Look::Crash);
        check("OOMKilled", "0/1", Look::Error);
        check("CreateContainerConfigError", "0/1", Look::Error);
        check("ExitCode:3", "0/1", Look::Error);
        check("OutOfcpu", "0/1", Look::Error);
        check("Terminating", "1/1", Look::Terminating);
        check("Completed", "0/1", Look::Completed);
        check("MyController", "0/1", Look::Unknown);
    }
}
