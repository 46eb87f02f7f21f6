//! The commands that a script may use: builtins of the shell and the usual small tools.

use std::time::Duration;

use super::files::{DATE, Edit};
use super::interpreter::{Flow, Run, STEPS_MAX};
use super::program::{BUILTINS, SHELLS, base_name};
use super::shell::Redirect;
use super::words::{UNKNOWN_TEXT, is_name};

/// Small tools that do their work at once.
const TOOLS: [&str; 38] = [
    "chmod",
    "chown",
    "ps",
    "id",
    "sync",
    "cp",
    "mv",
    "ln",
    "tar",
    "apk",
    "apk",
    "apt-get",
    "apt",
    "pip",
    "openssl",
    "git",
    "expr",
    "let",
    "read",
    "kill",
    "df",
    "du",
    "uname",
    "mount",
    "jq",
    "xargs",
    "find",
    "dd",
    "stty",
    "clear",
    "sysctl",
    "unzip",
    "gzip",
    "install",
    "npm",
    "stat",
    "md5sum",
    "sha256sum",
];

impl Run<'_> {
    /// Runs one command.
    pub fn simple(&mut self, words: &[String], output: Option<&Redirect>) -> Flow {
        let Some(first) = words.first() else {
            self.print("", output);
            return Flow::Next(0);
        };
        if let Some((name, value)) = first.split_once('=').filter(|(name, _)| is_name(name)) {
            self.variables.insert(name.to_owned(), value.to_owned());
            return match words.len() {
                1 => Flow::Next(0),
                _ => self.simple(&words[1..], output),
            };
        }
        let arguments = &words[1..];
        let number = |at: usize| arguments.get(at).and_then(|word| word.parse::<i32>().ok());
        match base_name(first) {
            "exit" => Flow::Exit(number(0).unwrap_or(0) & 0xff),
            "return" => Flow::Next(number(0).unwrap_or(0)),
            "exec" => match arguments.is_empty() {
                true => Flow::Next(0),
                false => match self.exec(arguments) {
                    Flow::Next(code) => Flow::Exit(code),
                    flow => flow,
                },
            },
            "break" => Flow::Break,
            "continue" => Flow::Continue,
            "true" | ":" => Flow::Next(0),
            "false" => Flow::Next(1),
            "wait" => self.wait(),
            "kill" => {
                if arguments.last().is_some_and(|target| target == "1") {
                    self.program.told_to_stop = self.program.told_to_stop.or(Some(self.now));
                }
                Flow::Next(0)
            }
            "sleep" => self.sleep(arguments),
            "export" | "local" | "readonly" => {
                for (name, value) in arguments.iter().filter_map(|word| word.split_once('=')) {
                    self.variables.insert(name.to_owned(), value.to_owned());
                }
                Flow::Next(0)
            }
            "trap" => {
                self.trap(arguments);
                Flow::Next(0)
            }
            "test" | "[" | "[[" => Flow::Next(i32::from(!self.test(arguments))),
            shell if SHELLS.contains(&shell) => self.inner_script(words),
            name => self.tool(name, words, output),
        }
    }

    /// Tools that print, or that touch files or the network.
    fn tool(&mut self, name: &str, words: &[String], output: Option<&Redirect>) -> Flow {
        let arguments = words.get(1..).unwrap_or_default();
        let text = match name {
            "echo" | "printf" => echo(name, arguments),
            "cat" => return self.cat(arguments, output),
            "tail" | "head" => return self.head_or_tail(name, arguments, output),
            "tee" => return self.tee(arguments, output),
            "ls" => return self.ls(arguments, output),
            "env" | "printenv" | "set" => return self.env(name, arguments, output),
            "touch" | "rm" | "mkdir" => {
                let edit = if name == "rm" { Edit::Remove } else { Edit::Touch };
                for file in arguments.iter().filter(|word| !word.starts_with('-')) {
                    self.edit(file, edit.clone());
                }
                return Flow::Next(0);
            }
            "date" => match arguments.iter().find(|word| word.starts_with('+')) {
                Some(_) => UNKNOWN_TEXT.to_string(),
                None => DATE.to_string(),
            },
            "hostname" => self.world.hostname.to_string(),
            "whoami" => "root".to_owned(),
            "pwd" => "/".to_owned(),
            "seq" => self.seq(arguments),
            "wc" | "sort" | "grep" | "sed" | "awk" | "cut" | "tr" | "uniq" | "egrep" => {
                return self.filter(name, arguments, output);
            }
            "nc" | "wget" | "curl" | "nslookup" | "dig" | "getent" | "ping" | "pg_isready" | "redis-cli"
            | "mysqladmin" => {
                return self.network_tool(name, arguments, output);
            }
            tool if TOOLS.contains(&tool) || BUILTINS.contains(&tool) => {
                if output.is_some() {
                    self.print("", output);
                }
                return Flow::Next(0);
            }
            _ => {
                self.program.opaque = true;
                return Flow::Forever;
            }
        };
        self.print(&text, output);
        Flow::Next(0)
    }

    fn env(&mut self, name: &str, arguments: &[String], output: Option<&Redirect>) -> Flow {
        if name == "printenv" && !arguments.is_empty() {
            let values: Vec<String> = arguments
                .iter()
                .filter_map(|name| self.variables.get(name).cloned())
                .collect();
            let found = values.len() == arguments.len();
            if !values.is_empty() {
                self.print(&values.join("\n"), output);
            }
            return Flow::Next(i32::from(!found));
        }
        let lines: Vec<String> = (self.world.environment.iter())
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        self.print(&lines.join("\n"), output);
        Flow::Next(0)
    }

    fn seq(&mut self, arguments: &[String]) -> String {
        let numbers: Vec<i64> = arguments.iter().filter_map(|word| word.parse().ok()).collect();
        let (first, step, last) = match numbers.as_slice() {
            [last] => (1, 1, *last),
            [first, last] => (*first, 1, *last),
            [first, step, last] => (*first, *step, *last),
            _ => return UNKNOWN_TEXT.to_string(),
        };
        let count = usize::try_from(STEPS_MAX).unwrap_or(usize::MAX);
        let numbers = std::iter::successors(Some(first), |number| number.checked_add(step.max(1)));
        let texts: Vec<String> = numbers
            .take_while(|number| *number <= last)
            .take(count)
            .map(|n| n.to_string())
            .collect();
        texts.join("\n")
    }

    fn sleep(&mut self, arguments: &[String]) -> Flow {
        let mut total = Duration::ZERO;
        for argument in arguments {
            if argument == "infinity" || argument == "inf" {
                return Flow::Forever;
            }
            let (digits, scale) = match argument.chars().last() {
                Some('s') => (&argument[..argument.len() - 1], 1.0),
                Some('m') => (&argument[..argument.len() - 1], 60.0),
                Some('h') => (&argument[..argument.len() - 1], 3_600.0),
                Some('d') => (&argument[..argument.len() - 1], 86_400.0),
                _ => (argument.as_str(), 1.0),
            };
            let seconds = digits.parse::<f64>().ok().map(|number| number * scale);
            match seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
                Some(duration) => total = total.saturating_add(duration),
                None => return Flow::Next(1),
            }
        }
        self.now = self.now.saturating_add(total);
        Flow::Next(i32::from(arguments.is_empty()))
    }

    fn trap(&mut self, arguments: &[String]) {
        let signals = arguments.get(1..).unwrap_or_default();
        if !signals
            .iter()
            .any(|signal| matches!(signal.as_str(), "TERM" | "SIGTERM" | "15"))
        {
            return;
        }
        let action = arguments.first().map(String::as_str).unwrap_or_default();
        let exit = action
            .split([';', '&'])
            .map(str::trim)
            .find_map(|command| command.strip_prefix("exit"));
        self.program.term_code = exit.map(|code| code.trim().parse().unwrap_or(0));
    }

    fn test(&mut self, arguments: &[String]) -> bool {
        let words: Vec<&str> = arguments
            .iter()
            .map(String::as_str)
            .filter(|word| !matches!(*word, "]" | "]]"))
            .collect();
        match words.as_slice() {
            ["!", rest @ ..] => {
                let rest: Vec<String> = rest.iter().map(|word| (*word).to_owned()).collect();
                rest.first().is_none_or(|word| word == "!") || !self.test(&rest)
            }
            ["-s", file] => self.read(file).is_some_and(|text| !text.is_empty()),
            ["-f" | "-e" | "-r" | "-d" | "-x" | "-w", file] => self.exists(file),
            ["-z", text] => text.is_empty(),
            ["-n", text] | [text] => !text.is_empty(),
            [left, operator, right] => {
                let unknown = left.contains(UNKNOWN_TEXT) || right.contains(UNKNOWN_TEXT);
                let numbers = left.parse::<i64>().ok().zip(right.parse::<i64>().ok());
                let compare = |holds: fn(i64, i64) -> bool| numbers.is_some_and(|(left, right)| holds(left, right));
                match *operator {
                    "=" | "==" | "-eq" => unknown || left == right,
                    "!=" | "-ne" => !unknown && left != right,
                    "-lt" => compare(|left, right| left < right),
                    "-le" => compare(|left, right| left <= right),
                    "-gt" => compare(|left, right| left > right),
                    "-ge" => compare(|left, right| left >= right),
                    _ => false,
                }
            }
            _ => false,
        }
    }
}

fn echo(name: &str, arguments: &[String]) -> String {
    let words: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|word| !matches!(*word, "-n" | "-e" | "-en" | "-ne"))
        .collect();
    let text = match (name, words.split_first()) {
        ("printf", Some((format, values))) => {
            let mut values = values.iter();
            let parts = format.split("%s").collect::<Vec<_>>();
            let last = parts.len().saturating_sub(1);
            let mut text = String::new();
            for (at, part) in parts.iter().enumerate() {
                text.push_str(part);
                if at < last {
                    text.push_str(values.next().copied().unwrap_or_default());
                }
            }
            text
        }
        _ => words.join(" "),
    };
    let text = text.replace("\\n", "\n").replace("\\t", "\t");
    if text.is_empty() { "\n".to_owned() } else { text }
}
