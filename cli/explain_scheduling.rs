//! `shakedown explain-scheduling`: why pods run where they run, or nowhere.

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use shakedown::explain::{Question, explain};
use shakedown::runner::{DEFAULT_SEED, EXIT_COULD_NOT_RUN, EXIT_PASSED};

/// Examples, below the help.
pub const HELP: &str = "Examples:
  shakedown explain-scheduling features/shop.feature:12 --pod web-0    the pod of a scenario
  shakedown explain-scheduling shop.feature:12 --pod 'web-*' --all     every attempt, not only the last
  shakedown explain-scheduling web.yaml --cluster nodes.yaml           manifests on the nodes of a file
  kubectl get nodes -o yaml > nodes.yaml                               … which may be those of a real cluster";

/// What is explained.
#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// The scenario as FILE.feature:LINE, or manifests
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,

    /// The pod: a name or a glob such as 'web-*', NAMESPACE/ before it if that matters [default: all pods]
    #[arg(short, long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pod: String,

    /// The file with the cluster's nodes, and anything else that is there already (for manifests)
    #[arg(short, long, value_name = "FILE", conflicts_with = "nodes")]
    cluster: Option<String>,

    /// How many nodes of 4 CPU and 8Gi the cluster has (for manifests)
    #[arg(long, value_name = "N", default_value_t = 3)]
    nodes: u64,

    /// The seed of the run
    #[arg(long, value_name = "N", default_value_t = DEFAULT_SEED)]
    seed: u64,

    /// Every attempt, not only each pod's last
    #[arg(short, long)]
    all: bool,

    /// How it is printed
    #[arg(long, value_enum, default_value_t)]
    format: ExplainFormat,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum ExplainFormat {
    #[default]
    Text,
    Json,
}

/// Explains; exit status 0, or 2 if there is nothing to explain.
pub fn run(arguments: &ExplainArguments) -> ExitCode {
    let question = Question {
        paths: arguments.paths.clone(),
        cluster: arguments.cluster.clone(),
        nodes: arguments.nodes,
        pod: arguments.pod.clone(),
        seed: arguments.seed,
        all: arguments.all,
    };
    let answer = match explain(&question) {
        Ok(answer) => answer,
        Err(problems) => {
            for problem in problems {
                eprintln!("error: {problem}");
            }
            return ExitCode::from(EXIT_COULD_NOT_RUN);
        }
    };
    let mut out = std::io::stdout().lock();
    // A reader that has gone away (`| head`) is no reason to fail.
    match arguments.format {
        ExplainFormat::Json => _ = serde_json::to_writer_pretty(&mut out, &answer.placements),
        ExplainFormat::Text => {
            for placement in &answer.placements {
                let seconds = placement.at_ns as f64 / 1e9;
                _ = writeln!(
                    out,
                    "{} at {seconds:.3}s\n\n{}\n",
                    placement.title(),
                    placement.table().trim_end()
                );
            }
        }
    }
    for note in &answer.notes {
        eprintln!("note: {note}");
    }
    ExitCode::from(EXIT_PASSED)
}
