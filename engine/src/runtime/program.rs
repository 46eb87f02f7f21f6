//! What a container's command does: commands are interpreted, once, when the container starts.
//!
//! The result is a script in time: lines of output, changes of files, and an end, if there is one. A loop that never ends is
//! kept as one round and its length, so that serving for a year costs as much as serving for a minute (one that counts is
//! followed for some thousand rounds, then it falls silent).
//!
//! SIGTERM. The first process of a container is process 1 of its namespace: the kernel delivers no signal to it that it has
//! not installed a handler for (pid_namespaces(7)). Servers install one and exit; shells, `sleep`, `tail`, `cat` and their like
//! do not, and so end by SIGKILL with 137 when the grace period is over. A shell with `trap … TERM` exits; `sh -c` with a single
//! simple command becomes that command (dash, bash and BusyBox `exec` it), as does `exec COMMAND`.
//!
//! Not modelled: which programs an image holds, and what they print. A name that can't be one (a shell builtin such as `exit`,
//! or with a blank in it) is not found; the usual small tools do what they do to files and the network; any other program
//! exists, and serves until told to stop. What nobody here knows (the body of an HTTP answer) is what the script hopes for: a
//! comparison with it holds.

use std::collections::BTreeSet;
use std::time::Duration;

use smol_str::SmolStr;

use super::files::Edit;
use super::interpreter::Run;
use super::references::expand_references;
use super::start_failure::StartFailure;
use super::surroundings::Surroundings;
use crate::api::Container;
use crate::sim::SimTime;

/// What a command does in time. Durations count from its start.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Program {
    /// Lines of output.
    pub lines: Vec<(Duration, SmolStr)>,
    /// What it does to files, by their keys.
    pub edits: Vec<(Duration, SmolStr, Edit)>,
    /// Files whose lines it prints as they come.
    pub follows: Vec<Follow>,
    /// Where the last round of an endless loop begins, and how long a round takes.
    pub round: Option<(Duration, Duration)>,
    /// When it exits by itself, and with what code.
    pub end: Option<(Duration, i32)>,
    /// The code with which it answers SIGTERM; none: it ignores it.
    pub term_code: Option<i32>,
    /// It runs a program that nobody here knows the end of.
    pub opaque: bool,
    /// The files it has asked about: if one of them changes, it may do something else.
    pub reads: BTreeSet<SmolStr>,
    /// When it tells the first process of its container to stop (`kill 1`).
    pub told_to_stop: Option<Duration>,
    /// Whom it has tried to reach, as [`Surroundings::network`] names them.
    pub asks: BTreeSet<SmolStr>,
}

/// A file that is followed: `tail -f`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follow {
    /// Since when.
    pub from: Duration,
    /// The file's key.
    pub file: SmolStr,
    /// How many of the lines that were there before are printed at the start.
    pub lines: usize,
}

/// Words that name no executable: they are builtins of the shell alone.
pub(super) const BUILTINS: [&str; 14] = [
    "exit", "cd", "export", "set", "unset", "source", ".", ":", "trap", "wait", "ulimit", "alias", "exec", "eval",
];
pub(super) const SHELLS: [&str; 5] = ["sh", "bash", "ash", "dash", "zsh"];

impl Program {
    /// A server: runs until told to stop, then exits with 0.
    pub fn server() -> Self {
        Program {
            term_code: Some(0),
            opaque: true,
            ..Program::default()
        }
    }

    /// A server whose port is taken: says so and exits, after a moment of trying.
    pub fn port_taken(port: i32) -> Self {
        let after = Duration::from_millis(500);
        Program {
            lines: vec![(
                after,
                smol_str::format_smolstr!("listen tcp :{port}: bind: address already in use"),
            )],
            end: Some((after, 1)),
            ..Program::default()
        }
    }

    /// What a container's command and arguments do when they are started at `now`.
    ///
    /// # Errors
    /// [`StartFailure`] if there is nothing to execute.
    pub fn of(container: &Container, world: &Surroundings, now: SimTime) -> Result<Program, StartFailure> {
        let words: Vec<String> = container
            .command
            .iter()
            .chain(&container.args)
            .map(|word| expand_references(word, &world.environment))
            .collect();
        match (container.command.is_empty(), words.first()) {
            // Arguments alone go to the image's own entry point, unless they plainly start a shell.
            (true, Some(first)) if !SHELLS.contains(&base_name(first)) => Ok(Program::server()),
            (_, None) => Ok(Program::server()),
            // A shell that somebody could type into waits for that.
            (_, Some(first))
                if container.stdin && SHELLS.contains(&base_name(first)) && script_of(&words).is_none() =>
            {
                Ok(Program::default())
            }
            (_, Some(_)) => Program::of_words(&words, world, now),
        }
    }

    /// What a command does, given as its words.
    ///
    /// # Errors
    /// [`StartFailure`] if there is nothing to execute.
    pub fn of_words(words: &[String], world: &Surroundings, now: SimTime) -> Result<Program, StartFailure> {
        let Some(first) = words.first() else {
            return Ok(Program::server());
        };
        if BUILTINS.contains(&first.as_str()) || first.is_empty() || first.contains(char::is_whitespace) {
            return Err(StartFailure {
                executable: first.as_str().into(),
            });
        }
        let mut run = Run::new(world, now);
        let script = SHELLS.contains(&base_name(first)).then(|| script_of(words)).flatten();
        let flow = match script {
            Some(script) => run.script(&script),
            None => run.exec(words),
        };
        Ok(run.finish(flow))
    }

    /// Whether what happens outside may change what it does.
    pub fn is_curious(&self) -> bool {
        !self.reads.is_empty() || !self.asks.is_empty()
    }
}

/// The script of `sh -c SCRIPT`, also with other flags before it.
pub(super) fn script_of(words: &[String]) -> Option<String> {
    let at = words
        .iter()
        .position(|word| word.starts_with('-') && !word.starts_with("--") && word.ends_with('c'))?;
    words.get(at + 1).cloned()
}

pub(super) fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Programs that install no handler for SIGTERM.
pub(super) fn is_plain_tool(name: &str) -> bool {
    SHELLS.contains(&name) || ["sleep", "tail", "cat", "yes", "watch", "busybox", "while"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(words: &[&str]) -> Result<Program, StartFailure> {
        let container = Container {
            command: words.iter().map(|word| (*word).into()).collect(),
            ..Container::default()
        };
        Program::of(&container, &Surroundings::default(), SimTime::ZERO)
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
            ..Container::default()
        };
        let world = Surroundings {
            environment: vec![("N".into(), "7".into()), ("CODE".into(), "9".into())],
            ..Surroundings::default()
        };
        let program = Program::of(&container, &world, SimTime::ZERO);
        let end = program.ok().and_then(|program| program.end);
        assert_eq!(end, Some((Duration::from_secs(7), 9)));
    }

    fn printed(script: &str, world: &Surroundings) -> Vec<String> {
        let words = ["sh", "-c", script].map(str::to_owned);
        let program = Program::of_words(&words, world, SimTime::ZERO).unwrap_or_default();
        program
            .lines
            .iter()
            .map(|(at, line)| format!("{} {line}", at.as_secs()))
            .collect()
    }

    #[test]
    fn scripts_print_what_a_shell_would_print() {
        let world = Surroundings {
            hostname: "web".into(),
            environment: vec![("NAME".into(), "x".into())],
            ..Surroundings::default()
        };
        let check = |script: &str, expect: &[&str]| assert_eq!(printed(script, &world), expect, "{script}");
        check("echo a; sleep 2; echo \"b $NAME ${NONE:-c}\"", &["0 a", "2 b x c"]);
        check("echo '$NAME' \\$NAME", &["0 $NAME $NAME"]);
        check("echo hi > /tmp/f; echo ho >> /tmp/f; cat /tmp/f", &["0 hi", "0 ho"]);
        check(
            "cat /tmp/none || echo missing",
            &["0 cat: can't open '/tmp/none': No such file or directory", "0 missing"],
        );
        check("echo $(hostname) | tee /tmp/f; cat < /tmp/f", &["0 web", "0 web"]);
        check(
            "i=1; while [ $i -le 3 ]; do echo $((i * 2 + 1)); i=$((i+1)); sleep 1; done",
            &["0 3", "1 5", "2 7"],
        );
        check("printf 'a\\nb\\n' | grep b", &["0 b"]);
        check("sleep 3 & sleep 1; wait; echo done", &["3 done"]);
        check("env | grep NAME", &["0 NAME=x"]);
    }

    #[test]
    fn no_script_is_too_deep_or_too_long() {
        let lines = |script: &str| printed(script, &Surroundings::default()).len();
        assert_eq!(lines(&format!("{}printenv A", "A=1 ".repeat(10_000))), 1);
        assert_eq!(lines(&"exec ".repeat(10_000)), 0);
        assert_eq!(
            lines(&format!("{}echo deep{}", "$(".repeat(5_000), ")".repeat(5_000))),
            0
        );
    }

    #[test]
    fn who_asks_for_what_others_write_or_serve_is_told_as_of_then() {
        use crate::runtime::files::{FileChange, Files};
        let mut files = Files::default();
        files.push(FileChange {
            at: SimTime::from_secs(7),
            every: None,
            until: None,
            file: "work:/ready".into(),
            edit: Edit::Touch,
            writer: Some((0, 0)),
        });
        let world = Surroundings {
            mounts: vec![crate::runtime::Mount {
                path: "/work".into(),
                volume: "work".into(),
                sub_path: SmolStr::default(),
            }],
            files: std::sync::Arc::new(files),
            network: [
                ("dns:db".into(), vec![(SimTime::ZERO, true)]),
                (
                    "tcp:db:80".into(),
                    vec![(SimTime::ZERO, false), (SimTime::from_secs(11), true)],
                ),
            ]
            .into(),
            me: Some((1, 0)),
            ..Surroundings::default()
        };
        let check =
            |script: &str, expect: &str| assert_eq!(printed(script, &world).pop(), Some(expect.to_owned()), "{script}");
        check("until [ -f /work/ready ]; do sleep 2; done; echo ok", "8 ok");
        check("until wget -qO- http://db; do sleep 3; done; echo ok", "12 ok");
        check(
            "while true; do if [ -f /work/ready ]; then echo yes; fi; sleep 5; done",
            "10 yes",
        );
    }

    #[test]
    fn files_come_and_go_as_in_the_liveness_example_of_the_documentation() {
        let script = "touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600";
        let program = program(&["/bin/sh", "-c", script]).unwrap_or_default();
        let edits: Vec<_> = program
            .edits
            .iter()
            .map(|(at, _, edit)| (at.as_secs(), edit.clone()))
            .collect();
        assert_eq!(edits, [(0, Edit::Touch), (30, Edit::Remove)]);
        assert_eq!(program.end, Some((Duration::from_secs(630), 0)));
    }
}
