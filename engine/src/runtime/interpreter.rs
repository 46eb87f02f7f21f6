//! Runs a script in no time at all: follows its control flow and notes what happens when.

use std::collections::BTreeMap;
use std::time::Duration;

use super::files::Files;
use super::program::{Program, base_name, is_plain_tool, script_of};
use super::shell::{self, Command, Join, Redirect};
use super::surroundings::Surroundings;
use crate::sim::SimTime;

/// How many commands are interpreted before a script counts as serving.
pub(super) const STEPS_MAX: u32 = 10_000;
/// How deep commands may nest while they run.
const DEPTH_MAX: u32 = 64;

/// Where control goes after a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
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

/// A script that is being followed.
pub(super) struct Run<'w> {
    /// What it finds around it.
    pub world: &'w Surroundings,
    /// The instant at which it started.
    pub base: SimTime,
    /// How long it has run.
    pub now: Duration,
    /// Variables, the environment among them.
    pub variables: BTreeMap<String, String>,
    /// What it has done to files, on top of what others do.
    pub files: Files,
    /// What it is found to do.
    pub program: Program,
    /// What comes in through a pipe or redirection.
    pub input: Option<String>,
    /// Where output goes, if not to the log: the innermost last.
    pub captures: Vec<String>,
    steps: u32,
    depth: u32,
    /// How often a variable has got another value.
    assignments: u64,
    /// When the processes in the background will have ended; for ever if none.
    background_end: Option<Duration>,
}

impl<'w> Run<'w> {
    /// Before the first command.
    pub fn new(world: &'w Surroundings, base: SimTime) -> Self {
        let variables = world.environment.iter();
        Run {
            world,
            base,
            now: Duration::ZERO,
            variables: variables
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
            files: world.files.as_ref().clone(),
            program: Program::default(),
            input: None,
            captures: Vec::new(),
            steps: 0,
            depth: 0,
            assignments: 0,
            background_end: Some(Duration::ZERO),
        }
    }

    /// What all of it amounts to.
    pub fn finish(mut self, flow: Flow) -> Program {
        self.program.end = match flow {
            Flow::Next(code) | Flow::Exit(code) => Some((self.now, code)),
            Flow::Break | Flow::Continue => Some((self.now, 0)),
            Flow::Forever => None,
        };
        self.program
    }

    /// Gives a variable a value.
    pub fn assign(&mut self, name: &str, value: &str) {
        if self.variables.get(name).is_none_or(|present| present != value) {
            self.variables.insert(name.to_owned(), value.to_owned());
            self.assignments += 1;
        }
    }

    /// The present instant.
    pub fn instant(&self) -> SimTime {
        self.base + self.now
    }

    /// A whole script as the process itself.
    pub fn script(&mut self, script: &str) -> Flow {
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
                            input: None,
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
    pub fn exec(&mut self, words: &[String]) -> Flow {
        if self.depth > DEPTH_MAX {
            return Flow::Forever;
        }
        let name = words.first().map(|word| base_name(word)).unwrap_or_default();
        self.depth += 1;
        let flow = self.simple(words, None);
        self.depth -= 1;
        if flow == Flow::Forever && !is_plain_tool(name) {
            self.program.term_code = self.program.term_code.or(Some(0));
        }
        flow
    }

    /// A script within the script, such as that of `sh -c`.
    pub fn inner_script(&mut self, words: &[String]) -> Flow {
        match script_of(words) {
            Some(script) => match shell::parse(&script).map(|command| self.command(&command)) {
                Some(Flow::Exit(code)) => Flow::Next(code),
                Some(flow) => flow,
                None => Flow::Next(2),
            },
            // A shell without a terminal reads the end of its input and exits.
            None => Flow::Next(0),
        }
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
                input,
                background,
            } => self.simple_command(words, output.as_ref(), input.as_deref(), *background),
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

    fn simple_command(
        &mut self,
        words: &[String],
        output: Option<&Redirect>,
        input: Option<&str>,
        background: bool,
    ) -> Flow {
        let words: Vec<String> = words.iter().map(|word| self.expand(word)).collect();
        let output = output.map(|output| Redirect {
            file: self.expand(&output.file),
            append: output.append,
        });
        if let Some(input) = input {
            let file = self.expand(input);
            self.input = self.read(&file);
        }
        let started = self.now;
        let flow = self.simple(&words, output.as_ref());
        if !background {
            return flow;
        }
        self.background_end = match flow {
            Flow::Forever => None,
            _ => self.background_end.map(|end| end.max(self.now)),
        };
        self.now = started;
        Flow::Next(0)
    }

    /// Waits for the processes in the background.
    pub fn wait(&mut self) -> Flow {
        match self.background_end {
            Some(end) => {
                self.now = self.now.max(end);
                Flow::Next(0)
            }
            None => Flow::Forever,
        }
    }

    fn list(&mut self, commands: &[(Join, Command)]) -> Flow {
        let mut status = 0;
        for (at, (join, command)) in commands.iter().enumerate() {
            let skipped = match join {
                Join::And => status != 0,
                Join::Or => status == 0,
                Join::Always | Join::Pipe => false,
            };
            if skipped {
                continue;
            }
            let piped = commands.get(at + 1).is_some_and(|(join, _)| *join == Join::Pipe);
            if piped {
                self.captures.push(String::new());
            }
            let flow = self.command(command);
            if *join == Join::Pipe {
                self.input = None;
            }
            if piped {
                self.input = self.captures.pop();
            }
            match flow {
                Flow::Next(code) => status = code,
                // The parts of a pipe run in shells of their own.
                Flow::Exit(code) if piped => status = code,
                flow => return flow,
            }
        }
        Flow::Next(status)
    }

    fn repeat(&mut self, until: bool, condition: &Command, body: &Command) -> Flow {
        loop {
            let from = self.now;
            let assignments = self.assignments;
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
            let same = self.assignments == assignments;
            if same
                && self.captures.is_empty()
                && !self.changes_after(from)
                && is_constant(condition)
                && !mentions_exit(body, 0)
            {
                self.program.round = Some((from, self.now - from));
                return Flow::Forever;
            }
            if self.steps > STEPS_MAX {
                return Flow::Forever;
            }
        }
    }

    fn for_each(&mut self, variable: &str, items: &[String], body: &Command) -> Flow {
        let mut values: Vec<String> = Vec::new();
        for item in items {
            let text = self.expand(item);
            values.extend(text.split_whitespace().map(str::to_owned));
        }
        for value in values {
            self.assign(variable, &value);
            match self.command(body) {
                Flow::Break => break,
                Flow::Next(_) | Flow::Continue => {}
                flow => return flow,
            }
        }
        Flow::Next(0)
    }

    /// What a script prints, if it ends and nothing in it is unknown.
    pub fn captured(&mut self, script: &str) -> Option<String> {
        let command = shell::parse(script)?;
        let was_opaque = std::mem::take(&mut self.program.opaque);
        let started = self.now;
        self.captures.push(String::new());
        let flow = self.command(&command);
        let text = self.captures.pop();
        let opaque = std::mem::replace(&mut self.program.opaque, was_opaque);
        if flow == Flow::Forever {
            self.now = started;
        }
        text.filter(|text| !opaque && flow != Flow::Forever && !text.contains(super::words::UNKNOWN_TEXT))
    }
}

/// What a file of an image holds.
pub(super) const UNKNOWN_FILE: &str = "\u{1}";

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

/// Whether a loop's body may leave the loop in a later round, or do something else then.
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
