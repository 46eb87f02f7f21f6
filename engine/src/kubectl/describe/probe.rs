//! A probe on one line, e.g. `http-get http://:8080/healthz delay=0s timeout=1s period=10s #success=1 #failure=3`.

use serde_json::Value;

use crate::kubectl::field;

/// The line of a probe.
pub fn probe(spec: &Value) -> String {
    format!(
        "{} delay={}s timeout={}s period={}s #success={} #failure={}",
        handler(spec),
        field::integer(spec, "initialDelaySeconds"),
        field::integer(spec, "timeoutSeconds"),
        field::integer(spec, "periodSeconds"),
        field::integer(spec, "successThreshold"),
        field::integer(spec, "failureThreshold"),
    )
}

fn handler(spec: &Value) -> String {
    if let Some(exec) = field::at(spec, "exec") {
        let words: Vec<&str> = field::items(exec, "command").iter().filter_map(Value::as_str).collect();
        format!("exec [{}]", words.join(" "))
    } else if let Some(get) = field::at(spec, "httpGet") {
        format!("http-get {}", url(get))
    } else if let Some(socket) = field::at(spec, "tcpSocket") {
        format!("tcp-socket {}:{}", field::text(socket, "host"), port(socket))
    } else if let Some(grpc) = field::at(spec, "grpc") {
        format!(
            "grpc <pod>:{} {}",
            field::integer(grpc, "port"),
            field::text(grpc, "service")
        )
    } else {
        "unknown".to_owned()
    }
}

/// A port number or the name of a container port.
fn port(handler: &Value) -> String {
    match field::at(handler, "port") {
        Some(Value::String(name)) => name.clone(),
        Some(number) => number.to_string(),
        None => "0".to_owned(),
    }
}

/// The URL of an HTTP probe. Without a host it is the pod's own, which is left out; the path is escaped as Go does it.
fn url(get: &Value) -> String {
    let scheme = match field::text(get, "scheme").to_lowercase() {
        scheme if scheme.is_empty() => String::new(),
        scheme => format!("{scheme}:"),
    };
    let host = match field::text(get, "host") {
        host if host.contains([':', '%']) => format!("[{host}]"),
        host => host.to_owned(),
    };
    let path = field::text(get, "path");
    let slash = if path.is_empty() || path.starts_with('/') {
        ""
    } else {
        "/"
    };
    format!("{scheme}//{host}:{}{slash}{}", port(get), escape_path(path))
}

/// Percent-encodes what Go's `net/url` does in a path: everything but letters, digits and `-_.~$&+,/:;=@`.
fn escape_path(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn handlers() {
        let check = |spec: Value, expect: &str| assert_eq!(handler(&spec), expect, "{spec}");
        check(json!({"exec": {"command": ["cat", "/tmp/ok"]}}), "exec [cat /tmp/ok]");
        check(
            json!({"httpGet": {"path": "/healthz", "port": 8080, "scheme": "HTTP"}}),
            "http-get http://:8080/healthz",
        );
        check(
            json!({"httpGet": {"path": "a b", "port": "web", "host": "::1"}}),
            "http-get //[::1]:web/a%20b",
        );
        check(json!({"tcpSocket": {"port": 5432}}), "tcp-socket :5432");
        check(json!({"grpc": {"port": 9000, "service": ""}}), "grpc <pod>:9000 ");
        check(json!({}), "unknown");
    }
}
