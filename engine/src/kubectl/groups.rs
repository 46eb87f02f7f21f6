//! Commands that only hold others, such as `kubectl rollout`: what they print when none of theirs is named.
//!
//! Source: cobra's help template as kubectl's `pkg/util/templates` sets it, `cmdutil.DefaultSubCommandRun`.

use super::error::{CommandError, Result};
use super::session::Session;

/// A command that only holds others.
pub struct Group {
    /// Its words, such as `create secret`.
    pub name: &'static str,
    about: &'static str,
    examples: &'static str,
    members: &'static [(&'static str, &'static str)],
    usage: &'static str,
    /// Whether its help goes to standard output; else to standard error.
    to_stdout: bool,
}

/// All of them.
pub const GROUPS: &[Group] = &[
    Group {
        name: "auth",
        about: "Inspect authorization.",
        examples: "",
        members: &[
            ("can-i", "Check whether an action is allowed"),
            ("whoami", "Experimental: Check self subject attributes"),
        ],
        usage: "SUBCOMMAND",
        to_stdout: false,
    },
    Group {
        name: "config",
        about: "Modify kubeconfig files.",
        examples: "",
        members: &[
            ("current-context", "Display the current-context"),
            ("get-contexts", "Describe one or many contexts"),
            ("use-context", "Set the current-context in a kubeconfig file"),
            (
                "view",
                "Display merged kubeconfig settings or a specified kubeconfig file",
            ),
        ],
        usage: "SUBCOMMAND",
        to_stdout: false,
    },
    Group {
        name: "create secret",
        about: "Create a secret with specified type.\n\n A docker-registry type secret is for accessing a container registry.\n\n \
                A generic type secret indicate an Opaque secret type.\n\n A tls type secret holds TLS certificate and its \
                associated key.",
        examples: "",
        members: &[
            ("docker-registry", "Create a secret for use with a Docker registry"),
            (
                "generic",
                "Create a secret from a local file, directory, or literal value",
            ),
            ("tls", "Create a TLS secret"),
        ],
        usage: "(docker-registry | generic | tls)",
        to_stdout: false,
    },
    Group {
        name: "create service",
        about: "Create a service using a specified subcommand.",
        examples: "",
        members: &[
            ("clusterip", "Create a ClusterIP service"),
            ("externalname", "Create an ExternalName service"),
            ("loadbalancer", "Create a LoadBalancer service"),
            ("nodeport", "Create a NodePort service"),
        ],
        usage: "SUBCOMMAND",
        to_stdout: false,
    },
    Group {
        name: "rollout",
        about: "Manage the rollout of one or many resources.\n        \n Valid resource types include:\n\n  *  deployments\n  *  \
                daemonsets\n  *  statefulsets",
        examples: "  # Rollback to the previous deployment\n  kubectl rollout undo deployment/abc\n  \n  # Check the rollout status \
                   of a daemonset\n  kubectl rollout status daemonset/foo\n  \n  # Restart a deployment\n  kubectl rollout restart \
                   deployment/abc\n  \n  # Restart deployments with the 'app=nginx' label\n  kubectl rollout restart deployment \
                   --selector=app=nginx",
        members: &[
            ("history", "View rollout history"),
            ("pause", "Mark the provided resource as paused"),
            ("restart", "Restart a resource"),
            ("resume", "Resume a paused resource"),
            ("status", "Show the status of the rollout"),
            ("undo", "Undo a previous rollout"),
        ],
        usage: "SUBCOMMAND",
        to_stdout: true,
    },
    Group {
        name: "set",
        about: "Configure application resources.\n\n These commands help you make changes to existing application resources.",
        examples: "",
        members: &[
            ("env", "Update environment variables on a pod template"),
            ("image", "Update the image of a pod template"),
            (
                "resources",
                "Update resource requests/limits on objects with pod templates",
            ),
            ("selector", "Set the selector on a resource"),
            ("serviceaccount", "Update the service account of a resource"),
            (
                "subject",
                "Update the user, group, or service account in a role binding or cluster role binding",
            ),
        ],
        usage: "SUBCOMMAND",
        to_stdout: false,
    },
];

impl Group {
    /// The group was called by itself, or with words that name none of its commands.
    ///
    /// # Errors
    /// Always: there is nothing to do.
    pub fn run(&self, session: &mut Session<'_>, words: &[String]) -> Result<()> {
        if !words.is_empty() {
            let text = format!("unknown command \"{}\"", words.join(" "));
            return Err(CommandError::Usage(text, self.name));
        }
        let help = self.help();
        match self.to_stdout {
            true => session.stdout.push_str(&help),
            false => session.stderr.push_str(&help),
        }
        Err(CommandError::Said)
    }

    fn help(&self) -> String {
        let name = self.name;
        let examples = match self.examples {
            "" => String::new(),
            examples => format!("Examples:\n{examples}\n\n"),
        };
        let widest = self.members.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        // cobra's columns are at least 11 wide, and two more.
        let width = widest.max(11) + 2;
        let members: String = self
            .members
            .iter()
            .map(|(name, about)| format!("  {name:width$} {about}\n"))
            .collect();
        format!(
            "{}\n\n{examples}Available Commands:\n{members}\nUsage:\n  kubectl {name} {} [options]\n\nUse \"kubectl {name} <command> \
             --help\" for more information about a given command.\nUse \"kubectl options\" for a list of global command-line options \
             (applies to all commands).\n",
            self.about, self.usage
        )
    }
}
