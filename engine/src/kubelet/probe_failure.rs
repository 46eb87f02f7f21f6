//! What the events of failing probes say.
//!
//! The words are those of Go's HTTP client and dialer, and of the runtime for commands. Source: kubelet `prober/prober.go`, `pkg/probe`.

use crate::api::{Container, Handler, IntOrString, Probe, go_quote};
use crate::runtime::Answer;
use crate::settings::Settings;

fn port_number(port: &IntOrString, container: &Container) -> String {
    match port {
        IntOrString::Int(number) => number.to_string(),
        IntOrString::String(name) => {
            let named = container.ports.iter().find(|port| port.name == *name);
            named.map_or_else(|| name.to_string(), |port| port.container_port.to_string())
        }
    }
}

/// What the event says after `Readiness probe `; none for success.
pub(super) fn failure_text(
    answer: &Answer,
    probe: &Probe,
    container: &Container,
    ip: &str,
    settings: &Settings,
) -> Option<String> {
    let address = match &probe.handler {
        Handler::HttpGet { port: number, .. } | Handler::TcpSocket { port: number } => {
            format!("{ip}:{}", port_number(number, container))
        }
        Handler::Grpc { port, .. } => format!("{ip}:{port}"),
        Handler::Exec(_) | Handler::Sleep(_) => String::new(),
    };
    let url = match &probe.handler {
        Handler::HttpGet { path, scheme, host, .. } => {
            let slash = if path.starts_with('/') { "" } else { "/" };
            let host = if host.is_empty() { ip } else { host };
            let number = address.rsplit(':').next().unwrap_or_default();
            format!("{}://{host}:{number}{slash}{path}", scheme.to_lowercase())
        }
        _ => String::new(),
    };
    Some(match (answer, &probe.handler) {
        (Answer::Success, _) => return None,
        (Answer::Failure(output), _) => format!("failed: {output}"),
        (Answer::Errored(why), _) => {
            let errored = match settings.since(1, 32) {
                true => "errored and resulted in unknown state",
                false => "errored",
            };
            format!("{errored}: rpc error: code = Unknown desc = failed to exec in container: {why}")
        }
        // The dialer goes on trying until its time is over.
        (Answer::Refused, Handler::Grpc { .. }) => {
            let timeout = probe.timeout_seconds;
            format!(
                "failed: timeout: failed to connect service \"{address}\" within {timeout}s: context deadline exceeded"
            )
        }
        (Answer::Silence, Handler::Grpc { .. }) => {
            format!(
                "failed: timeout: health rpc did not complete within {}s",
                probe.timeout_seconds
            )
        }
        (Answer::Refused, Handler::HttpGet { .. }) => {
            format!("failed: Get \"{url}\": dial tcp {address}: connect: connection refused")
        }
        (Answer::Refused, _) => format!("failed: dial tcp {address}: connect: connection refused"),
        (Answer::Silence, Handler::HttpGet { .. }) => {
            format!("failed: Get \"{url}\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)")
        }
        (Answer::Silence, Handler::Exec(command)) => {
            let command = go_quote(&command.join(" "));
            match settings.since(1, 31) {
                true => format!(
                    "failed: command timed out: {command} timed out after {}s",
                    probe.timeout_seconds
                ),
                false => format!("failed: command {command} timed out"),
            }
        }
        (Answer::Silence, _) => format!("failed: dial tcp {address}: i/o timeout"),
    })
}
