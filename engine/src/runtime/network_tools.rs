//! Tools that ask the network: `nc`, `wget`, `curl`, `nslookup` and the pings of databases.

use super::interpreter::{Flow, Run};
use super::shell::Redirect;
use super::words::UNKNOWN_TEXT;

impl Run<'_> {
    /// Looks a host up, and connects to its port if the tool does.
    pub fn network_tool(&mut self, name: &str, arguments: &[String], output: Option<&Redirect>) -> Flow {
        let plain: Vec<&str> = arguments
            .iter()
            .map(String::as_str)
            .filter(|word| !word.starts_with('-'))
            .collect();
        let option = |flag: &str| {
            let at = arguments.iter().position(|word| word == flag)?;
            arguments.get(at + 1).map(String::as_str)
        };
        let known_port = |port: &'static str| option("-p").map_or(port.to_owned(), str::to_owned);
        let (host, port) = match name {
            "nc" => match plain.as_slice() {
                [.., host, port] => ((*host).to_owned(), Some((*port).to_owned())),
                _ => return Flow::Forever,
            },
            "wget" | "curl" => match plain.iter().find(|word| word.contains("://")).or(plain.last()) {
                Some(url) => host_and_port(url),
                None => return Flow::Next(1),
            },
            "pg_isready" => (option("-h").unwrap_or("localhost").to_owned(), Some(known_port("5432"))),
            "redis-cli" => (option("-h").unwrap_or("localhost").to_owned(), Some(known_port("6379"))),
            "mysqladmin" => (option("-h").unwrap_or("localhost").to_owned(), Some(known_port("3306"))),
            _ => match plain.iter().rfind(|word| **word != "hosts") {
                Some(host) => ((*host).to_owned(), None),
                None => return Flow::Next(1),
            },
        };
        if !self.reaches(format!("dns:{host}")) {
            let message = match name {
                "nslookup" | "dig" => format!("** server can't find {host}: NXDOMAIN"),
                "curl" => format!("curl: (6) Could not resolve host: {host}"),
                _ => format!("{name}: bad address '{host}'"),
            };
            self.print(&message, None);
            return Flow::Next(if name == "curl" { 6 } else { 1 });
        }
        let Some(port) = port else { return Flow::Next(0) };
        if !self.reaches(format!("tcp:{host}:{port}")) {
            let message = match name {
                "curl" => format!("curl: (7) Failed to connect to {host} port {port}: Connection refused"),
                "wget" => format!("wget: can't connect to remote host ({host}): Connection refused"),
                _ => format!("{name}: {host}:{port}: Connection refused"),
            };
            self.print(&message, None);
            return Flow::Next(if name == "curl" { 7 } else { 1 });
        }
        if matches!(name, "wget" | "curl") {
            self.print(&UNKNOWN_TEXT.to_string(), output);
        }
        Flow::Next(0)
    }
}

/// The host and port of a URL, or of what stands for one.
fn host_and_port(url: &str) -> (String, Option<String>) {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let default = if scheme == "https" { "443" } else { "80" };
    let (host, port) = authority.split_once(':').unwrap_or((authority, default));
    (host.to_owned(), Some(port.to_owned()))
}
