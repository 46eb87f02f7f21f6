//! What a container's command does: commands are interpreted, once, when the container starts.
//!
//! The result is a script in time: lines of output, files that come and go, and an end, if there is one. A loop that never
//! ends is kept as one round and its length, so that serving for a year costs as much as serving for a minute.
//!
//! SIGTERM. The first process of a container is process 1 of its namespace: the kernel delivers no signal to it that it has
//! not installed a handler for (pid_namespaces(7)). Servers install one and exit; shells, `sleep`, `tail`, `cat` and their like
//! do not, and so end by SIGKILL with 137 when the grace period is over. A shell with `trap … TERM` exits; `sh -c` with a single
//! simple command becomes that command (dash, bash and BusyBox `exec` it), as does `exec COMMAND`.
//!
//! Not modelled: which programs an image holds, and what they print. A name that can't be one (a shell builtin such as `exit`,
//! or with a blank in it) is not found; the usual small tools (`wget`, `grep`, `cp` …) do their work at once; any other program
//! exists, and serves until told to stop. What a substitution prints is what the script hopes for: a comparison with it holds.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use smol_str::SmolStr;

use super::shell::{self, Command, Join};
use crate::api::Container;

/// How many commands are interpreted before a script counts as serving.
const STEPS_MAX: u32 = 10_000;
/// How deep commands may nest while they run.
const DEPTH_MAX: u32 = 64;
/// How many lines of output are kept of one round.
const LINES_MAX: usize = 1_000;

/// What a command does in time. Durations count from its start.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Program {
    /// Lines of output.
    pub lines: Vec<(Duration, SmolStr)>,
    /// Files that come (true) and go.
    pub files: Vec<(Duration, SmolStr, bool)>,
    /// Where the last round of an endless loop begins, and how long a round takes.
    pub round: Option<(Duration, Duration)>,
    /// When it exits by itself, and with what code.
    pub end: Option<(Duration, i32)>,
    /// The code with which it answers SIGTERM; none: it ignores it.
    pub term_code: Option<i32>,
    /// It runs a program that nobody here knows the end of.
    pub opaque: bool,
}

/// The command is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartFailure {
    /// What was to be executed.
    pub executable: SmolStr,
}

impl StartFailure {
    /// containerd's and runc's words.
    pub fn message(&self) -> String {
        let why = match self.executable.contains('/') {
            true => format!("stat {}: no such file or directory", self.executable),
            false => "executable file not found in $PATH".to_owned(),
        };
        format!(
            "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: \
             unable to start container process: exec: \"{}\": {why}: unknown",
            self.executable
        )
    }
}

/// Words that name no executable: they are builtins of the shell alone.
const BUILTINS: [&str; 14] = [
    "exit", "cd", "export", "set", "unset", "source", ".", ":", "trap", "wait", "ulimit", "alias", "exec", "eval",
];
/// Small tools that do their work at once.
const TOOLS: [&str; 46] = [
    "export", "set", "cd", "mkdir", "chmod", "chown", "ls", "date", "env", "hostname", "printenv", "ps", "whoami",
    "id", "pwd", "sync", "wget", "curl", "nslookup", "dig", "nc", "ping", "grep", "sed", "awk", "cp", "mv", "ln",
    "tar", "apk", "apt-get", "pip", "wc", "head", "cut", "tr", "sort", "openssl", "git", "seq", "expr", "let", "read",
    "tee", "kill", "wait",
];
/// Stands in a word for what a substitution would print.
const UNKNOWN_TEXT: char = '\u{1}';
const SHELLS: [&str; 5] = ["sh", "bash", "ash", "dash", "zsh"];

impl Program {
    /// A server: runs until told to stop, then exits with 0.
    pub fn server() -> Self {
        Program {
            term_code: Some(0),
            opaque: true,
            ..Program::default()
        }
    }

    /// What a container's command and arguments do.
    ///
    /// # Errors
    /// [`StartFailure`] if there is nothing to execute.
    pub fn of(container: &Container) -> Result<Program, StartFailure> {
        let words: Vec<String> = container
            .command
            .iter()
            .chain(&container.args)
            .map(|word| expand_references(word, container))
            .collect();
        let variables = container
            .env
            .iter()
            .map(|var| (var.name.to_string(), var.value.to_string()));
        match (container.command.is_empty(), words.first()) {
            // Arguments alone go to the image's own entry point, unless they plainly start a shell.
            (true, Some(first)) if !SHELLS.contains(&base_name(first)) => Ok(Program::server()),
            (_, None) => Ok(Program::server()),
            (_, Some(_)) => Program::of_words(&words, variables.collect()),
        }
    }

    fn of_words(words: &[String], variables: BTreeMap<String, String>) -> Result<Program, StartFailure> {
        let Some(first) = words.first() else {
            return Ok(Program::server());
        };
        if BUILTINS.contains(&first.as_str()) || first.is_empty() || first.contains(char::is_whitespace) {
            return Err(StartFailure {
                executable: first.as_str().into(),
            });
        }
        let mut run = Run::new(variables);
        let script = SHELLS.contains(&base_name(first)).then(|| script_of(words)).flatten();
        let flow = match script {
            Some(script) => run.script(&script),
            None => run.exec(words),
        };
        Ok(run.finish(flow))
    }

    /// Whether a file is there after `elapsed`; none if the program never touches it.
    pub fn file_exists(&self, path: &str, elapsed: Duration) -> Option<bool> {
        let mut touched = self.files.iter().filter(|(_, file, _)| file == path).peekable();
        touched.peek()?;
        Some(
            touched
                .rfind(|(at, ..)| *at <= elapsed)
                .is_some_and(|(.., there)| *there),
        )
    }

    /// When files next come or go after `elapsed`.
    pub fn next_file_change(&self, elapsed: Duration) -> Option<Duration> {
        self.files.iter().map(|(at, ..)| *at).find(|at| *at > elapsed)
    }
}

/// The script of `sh -c SCRIPT`, also with other flags before it.
fn script_of(words: &[String]) -> Option<String> {
    let at = words
        .iter()
        .position(|word| word.starts_with('-') && !word.starts_with("--") && word.ends_with('c'))?;
    words.get(at + 1).cloned()
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// `$(NAME)` in commands and arguments, by the container's environment; `$$` is a dollar, unknown names stay
/// (documentation "Define Dependent Environment Variables").
fn expand_references(word: &str, container: &Container) -> String {
    if !word.contains('$') {
        return word.to_owned();
    }
    let mut result = String::new();
    let mut rest = word;
    while let Some(at) = rest.find('$') {
        result.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            result.push('$');
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
            match container.env.iter().rev().find(|var| var.name == name) {
                Some(var) => result.push_str(&var.value),
                None => result.push_str(&format!("$({name})")),
            }
            rest = after;
        } else {
            result.push('$');
        }
    }
    result + rest
}

/// Where control goes after a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    /// On, with this status.
    Next(i32),
    /// Out of a loop.
    Break,
    /// To a loop's next round.
    Continue,
    /// The process exits with this code.
    Exit(i32),
    /// It runs for ever.
    Forever,
}

struct Run {
    now: Duration,
    steps: u32,
    depth: u32,
    variables: BTreeMap<String, String>,
    present: BTreeSet<String>,
    program: Program,
}

impl Run {
    fn new(variables: BTreeMap<String, String>) -> Self {
        Run {
            now: Duration::ZERO,
            steps: 0,
            depth: 0,
            variables,
            present: BTreeSet::new(),
            program: Program::default(),
        }
    }

    fn finish(mut self, flow: Flow) -> Program {
        self.program.end = match flow {
            Flow::Next(code) | Flow::Exit(code) => Some((self.now, code)),
            Flow::Break | Flow::Continue => Some((self.now, 0)),
            Flow::Forever => None,
        };
        self.program
    }

    fn script(&mut self, script: &str) -> Flow {
        match shell::parse(script) {
            None if script.contains("$(") || script.contains("case ") || script.contains("()") => {
                self.program.opaque = true;
                Flow::Forever
            }
            None => Flow::Exit(2),
            Some(Command::List(commands)) => match commands.as_slice() {
                [
                    (
                        _,
                        Command::Simple {
                            words,
                            output: None,
                            background: false,
                        },
                    ),
                ] => {
                    let words: Vec<String> = words.iter().map(|word| self.expand(word)).collect();
                    self.exec(&words)
                }
                _ => self.list(&commands),
            },
            Some(command) => self.command(&command),
        }
    }

    /// A command that takes the place of the process itself: its own answer to SIGTERM holds.
    fn exec(&mut self, words: &[String]) -> Flow {
        let name = words.first().map(|word| base_name(word)).unwrap_or_default();
        let flow = self.simple(words, None);
        if flow == Flow::Forever && !is_plain_tool(name) {
            self.program.term_code = self.program.term_code.or(Some(0));
        }
        flow
    }

    fn command(&mut self, command: &Command) -> Flow {
        self.steps += 1;
        if self.steps > STEPS_MAX || self.depth > DEPTH_MAX {
            return Flow::Forever;
        }
        self.depth += 1;
        let flow = match command {
            Command::Simple {
                words,
                output,
                background,
            } => {
                let words: Vec<String> = words.iter().map(|word| self.expand(word)).collect();
                let started = self.now;
                let flow = self.simple(&words, output.as_deref());
                if *background {
                    self.now = started;
                    Flow::Next(0)
                } else {
                    flow
                }
            }
            Command::List(commands) => self.list(commands),
            Command::While { until, condition, body } => self.repeat(*until, condition, body),
            Command::For { variable, items, body } => self.for_each(variable, items, body),
            Command::If {
                condition,
                then,
                otherwise,
            } => match self.command(condition) {
                Flow::Next(0) => self.command(then),
                Flow::Next(_) => otherwise
                    .as_ref()
                    .map_or(Flow::Next(0), |otherwise| self.command(otherwise)),
                flow => flow,
            },
        };
        self.depth -= 1;
        flow
    }

    fn list(&mut self, commands: &[(Join, Command)]) -> Flow {
        let mut status = 0;
        for (join, command) in commands {
            if (*join == Join::And && status != 0) || (*join == Join::Or && status == 0) {
                continue;
            }
            match self.command(command) {
                Flow::Next(code) => status = code,
                flow => return flow,
            }
        }
        Flow::Next(status)
    }

    fn repeat(&mut self, until: bool, condition: &Command, body: &Command) -> Flow {
        loop {
            let from = self.now;
            match self.command(condition) {
                Flow::Next(status) if (status == 0) != until => {}
                Flow::Next(_) => return Flow::Next(0),
                flow => return flow,
            }
            match self.command(body) {
                Flow::Break => return Flow::Next(0),
                Flow::Next(_) | Flow::Continue => {}
                flow => return flow,
            }
            if is_constant(condition) && !mentions_exit(body, 0) {
                self.program.round = Some((from, self.now - from));
                return Flow::Forever;
            }
            if self.steps > STEPS_MAX {
                return Flow::Forever;
            }
        }
    }

    fn for_each(&mut self, variable: &str, items: &[String], body: &Command) -> Flow {
        let items: Vec<String> = items
            .iter()
            .flat_map(|item| {
                self.expand(item)
                    .split_whitespace()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            })
            .collect();
        for item in items {
            self.variables.insert(variable.to_owned(), item);
            match self.command(body) {
                Flow::Break => break,
                Flow::Next(_) | Flow::Continue => {}
                flow => return flow,
            }
        }
        Flow::Next(0)
    }

    fn simple(&mut self, words: &[String], output: Option<&str>) -> Flow {
        if let Some(file) = output {
            self.touch(file, true);
        }
        let Some(first) = words.first() else {
            return Flow::Next(0);
        };
        if let Some((name, value)) = first.split_once('=').filter(|(name, _)| is_name(name)) {
            self.variables.insert(name.to_owned(), value.to_owned());
            return match words.len() {
                1 => Flow::Next(0),
                _ => self.simple(&words[1..], None),
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
            "echo" | "printf" => {
                if output.is_none() {
                    let text: Vec<&str> = arguments
                        .iter()
                        .map(String::as_str)
                        .filter(|word| *word != "-n")
                        .collect();
                    self.print(&text.join(" "));
                }
                Flow::Next(0)
            }
            "sleep" => self.sleep(arguments),
            "touch" | "rm" => {
                for file in arguments.iter().filter(|word| !word.starts_with('-')) {
                    self.touch(file, base_name(first) == "touch");
                }
                Flow::Next(0)
            }
            "cat" => Flow::Next(i32::from(!arguments.iter().all(|file| self.may_exist(file)))),
            "test" | "[" => Flow::Next(i32::from(!self.test(arguments))),
            "trap" => {
                self.trap(arguments);
                Flow::Next(0)
            }
            "tail"
                if arguments
                    .iter()
                    .any(|word| word.starts_with("-f") || word.starts_with("-F")) =>
            {
                Flow::Forever
            }
            "sh" | "bash" | "ash" | "dash" => match script_of(words) {
                Some(script) => match shell::parse(&script).map(|command| self.command(&command)) {
                    Some(Flow::Exit(code)) => Flow::Next(code),
                    Some(flow) => flow,
                    None => Flow::Next(2),
                },
                // A shell without a terminal reads the end of its input and exits.
                None => Flow::Next(0),
            },
            tool if TOOLS.contains(&tool) => Flow::Next(0),
            _ if BUILTINS.contains(&first.as_str()) => Flow::Next(0),
            _ => {
                self.program.opaque = true;
                Flow::Forever
            }
        }
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

    fn test(&self, arguments: &[String]) -> bool {
        let words: Vec<&str> = arguments
            .iter()
            .map(String::as_str)
            .filter(|word| *word != "]")
            .collect();
        match words.as_slice() {
            ["!", rest @ ..] => {
                let rest: Vec<String> = rest.iter().map(|word| (*word).to_owned()).collect();
                rest.first().is_none_or(|word| word == "!") || !self.test(&rest)
            }
            ["-f" | "-e" | "-s" | "-r" | "-d" | "-x", file] => self.may_exist(file),
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

    /// Files that the script itself has removed or not yet made are missing; the image has all others.
    fn may_exist(&self, file: &str) -> bool {
        self.present.contains(file)
            || !(self.program.files.iter().any(|(_, name, _)| name == file) || file.starts_with("/tmp/"))
    }

    fn touch(&mut self, file: &str, there: bool) {
        if file.starts_with("/dev/") || file.starts_with("/proc/") {
            return;
        }
        match there {
            true => self.present.insert(file.to_owned()),
            false => self.present.remove(file),
        };
        self.program.files.push((self.now, file.into(), there));
    }

    fn print(&mut self, text: &str) {
        if self.program.lines.len() < LINES_MAX {
            let text = text.replace(UNKNOWN_TEXT, "");
            self.program.lines.push((self.now, text.into()));
        }
    }

    /// What a substitution prints, as far as it is known.
    fn substitute(&self, inner: &str) -> String {
        let plain = inner.replace("${", "").replace(['$', '}'], "");
        let words: Vec<&str> = plain.split_whitespace().collect();
        let number = |word: &str| {
            let variable = self.variables.get(word).map(String::as_str);
            variable.unwrap_or(word).parse::<i64>().ok()
        };
        let range = match words.as_slice() {
            ["seq", last] => number(last).map(|last| (1, last)),
            ["seq", first, last] => number(first).zip(number(last)),
            _ => None,
        };
        match range {
            Some((first, last)) => {
                let last = last.min(first.saturating_add(i64::from(STEPS_MAX)));
                (first..=last)
                    .map(|number| number.to_string())
                    .collect::<Vec<_>>()
                    .join(" ")
            }
            None => UNKNOWN_TEXT.to_string(),
        }
    }

    /// `$NAME` and `${NAME}`, by the environment; unknown ones are empty.
    fn expand(&self, word: &str) -> String {
        let mut result = String::new();
        let mut rest = word;
        while let Some(at) = rest.find('$') {
            result.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some((inner, after)) = substitution(rest) {
                result.push_str(&self.substitute(inner));
                rest = after;
                continue;
            }
            let (name, after) = match rest.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
                Some((name, after)) => (name.split(':').next().unwrap_or(name), after),
                None => rest.split_at(
                    rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                        .unwrap_or(rest.len()),
                ),
            };
            if is_name(name) {
                result.push_str(self.variables.get(name).map(String::as_str).unwrap_or_default());
                rest = after;
            } else {
                result.push('$');
            }
        }
        result + rest
    }
}

/// The inside of the substitution at the start of `rest`, which stands after its dollar, and what follows it.
fn substitution(rest: &str) -> Option<(&str, &str)> {
    let mut open = 0_usize;
    for (at, c) in rest.char_indices() {
        match c {
            '(' => open += 1,
            ')' => open = open.saturating_sub(1),
            _ => {}
        }
        if open == 0 {
            return (at > 0).then(|| (&rest[1..at], &rest[at + 1..]));
        }
    }
    None
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Programs that install no handler for SIGTERM.
fn is_plain_tool(name: &str) -> bool {
    SHELLS.contains(&name) || ["sleep", "tail", "cat", "yes", "watch", "busybox", "while"].contains(&name)
}

/// Whether a loop's condition never changes: `true`, `:`, `[ 1 ]`.
fn is_constant(condition: &Command) -> bool {
    match condition {
        Command::Simple { words, .. } => {
            matches!(words.first().map(String::as_str), Some("true" | ":" | "sleep"))
                || matches!(
                    words.iter().map(String::as_str).collect::<Vec<_>>().as_slice(),
                    ["[" | "test", "1", ..]
                )
        }
        Command::List(commands) => commands.len() == 1 && commands.iter().all(|(_, command)| is_constant(command)),
        _ => false,
    }
}

/// Whether a loop's body may leave the loop in a later round.
fn mentions_exit(command: &Command, depth: u32) -> bool {
    let inner = |command: &Command| mentions_exit(command, depth + 1);
    if depth > DEPTH_MAX {
        return false;
    }
    match command {
        Command::Simple { words, .. } => matches!(words.first().map(String::as_str), Some("exit" | "break")),
        Command::List(commands) => commands.iter().any(|(_, command)| inner(command)),
        Command::While { body, .. } | Command::For { body, .. } => inner(body),
        Command::If { then, otherwise, .. } => inner(then) || otherwise.as_deref().is_some_and(inner),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(words: &[&str]) -> Result<Program, StartFailure> {
        Program::of(&Container {
            command: words.iter().map(|word| (*word).into()).collect(),
            ..Container::default()
        })
    }

    #[test]
    fn commands_end_when_and_as_they_would() {
        let check = |words: &[&str], end: Option<(u64, i32)>, term: Option<i32>| {
            let program = program(words).unwrap_or_default();
            let seen = program.end.map(|(at, code)| (at.as_secs(), code));
            assert_eq!((seen, program.term_code), (end, term), "{words:?}");
        };
        check(&["sh", "-c", "exit 1"], Some((0, 1)), None);
        check(&["/bin/sh", "-c", "sleep 30; exit 2"], Some((30, 2)), None);
        check(&["sh", "-c", "sleep 5 && false || exit 3"], Some((5, 3)), None);
        check(&["sh", "-c", "echo a; true && sleep 1m"], Some((60, 0)), None);
        check(&["sleep", "infinity"], None, None);
        check(&["sleep", "0.5"], Some((0, 0)), None);
        check(&["true"], Some((0, 0)), None);
        check(&["false"], Some((0, 1)), None);
        check(&["sh", "-c", "while true; do echo hi; sleep 5; done"], None, None);
        check(&["sh", "-c", "for i in 1 2 3; do sleep $i; done"], Some((6, 0)), None);
        check(
            &["sh", "-c", "if [ -f /tmp/x ]; then exit 1; else exit 4; fi"],
            Some((0, 4)),
            None,
        );
        check(
            &["sh", "-c", "touch /tmp/x\nif [ -f /tmp/x ]; then exit 1; fi"],
            Some((0, 1)),
            None,
        );
        check(&["tail", "-f", "/dev/null"], None, None);
        check(&["nginx", "-g", "daemon off;"], None, Some(0));
        check(&["sh", "-c", "nginx -g 'daemon off;'"], None, Some(0));
        check(&["sh", "-c", "echo hi; nginx"], None, None);
        check(&["sh", "-c", "echo hi; exec nginx"], None, Some(0));
        check(
            &["sh", "-c", "trap 'exit 0' TERM; while true; do sleep 1; done"],
            None,
            Some(0),
        );
        check(&["sh", "-c", "while true do"], Some((0, 2)), None);
        check(&["sh", "-c", "until nslookup db; do sleep 2; done"], Some((0, 0)), None);
        let retries = "for i in $(seq 1 $N); do S=$(wget -O- http://web 2>&1 | awk '{print $2}'); \
                       if [ \"$S\" -eq 200 ]; then exit 0; fi; sleep 10; done; exit 1";
        check(&["sh", "-c", retries], Some((0, 0)), None);
        check(
            &["sh", "-c", "i=0; for i in $(seq 1 3); do sleep 1; done; exit 4"],
            Some((3, 4)),
            None,
        );
    }

    #[test]
    fn what_is_no_executable_is_not_found() {
        let check = |words: &[&str], expect: &str| {
            assert_eq!(
                program(words).map_err(|failure| failure.executable.to_string()),
                Err(expect.to_owned())
            );
        };
        check(&["exit", "1"], "exit");
        check(&["sh -c 'exit 1'"], "sh -c 'exit 1'");
        assert!(
            StartFailure {
                executable: "exit".into()
            }
            .message()
            .ends_with("exec: \"exit\": executable file not found in $PATH: unknown")
        );
    }

    #[test]
    fn references_expand_by_the_environment() {
        let container = Container {
            command: vec!["sh".into(), "-c".into(), "sleep $(N); exit $CODE; $$(N)".into()],
            env: vec![("N", "7"), ("CODE", "9")]
                .into_iter()
                .map(|(name, value)| crate::api::EnvVar {
                    name: name.into(),
                    value: value.into(),
                    value_from: serde_json::Value::Null,
                })
                .collect(),
            ..Container::default()
        };
        let end = Program::of(&container).ok().and_then(|program| program.end);
        assert_eq!(end, Some((Duration::from_secs(7), 9)));
    }

    #[test]
    fn files_come_and_go_as_in_the_liveness_example_of_the_documentation() {
        let script = "touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600";
        let program = program(&["/bin/sh", "-c", script]).unwrap_or_default();
        let exists = |secs| program.file_exists("/tmp/healthy", Duration::from_secs(secs));
        assert_eq!(
            (exists(0), exists(29), exists(30)),
            (Some(true), Some(true), Some(false))
        );
        assert_eq!(program.end, Some((Duration::from_secs(630), 0)));
    }
}
