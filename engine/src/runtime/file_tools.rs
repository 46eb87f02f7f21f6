//! Tools that read and write files and lines: `cat`, `head`, `tail`, `tee`, `ls`, and the filters of a pipe.

use super::interpreter::{Flow, Run};
use super::shell::Redirect;
use super::words::UNKNOWN_TEXT;

impl Run<'_> {
    /// Prints files one after the other, or what comes in.
    pub fn cat(&mut self, files: &[String], output: Option<&Redirect>) -> Flow {
        let mut text = match files.is_empty() {
            true => self.input.take().unwrap_or_default(),
            false => String::new(),
        };
        for file in files.iter().filter(|word| !word.starts_with('-')) {
            match self.read(file) {
                Some(more) => text.push_str(&more),
                None => {
                    self.print(&text, output);
                    self.print(&format!("cat: can't open '{file}': No such file or directory"), None);
                    return Flow::Next(1);
                }
            }
        }
        if !text.is_empty() || output.is_some() {
            self.print(&text, output);
        }
        Flow::Next(0)
    }

    /// Prints the first or last lines of a file, or of what comes in; `tail -f` follows it for ever.
    pub fn head_or_tail(&mut self, name: &str, arguments: &[String], output: Option<&Redirect>) -> Flow {
        let flag = |letter: char| {
            arguments
                .iter()
                .any(|word| word.starts_with('-') && word.contains(letter))
        };
        let file = arguments.iter().enumerate().rfind(|(at, word)| {
            let is_number = *at > 0
                && arguments
                    .get(at - 1)
                    .is_some_and(|before| before == "-n" || before == "-c");
            !word.starts_with(['-', '+']) && !is_number
        });
        let file = file.map(|(_, word)| word.clone());
        let mut numbers = arguments.iter().filter_map(|word| {
            let digits: String = word.chars().filter(|c| c.is_ascii_digit()).collect();
            (word.starts_with('-') || arguments.contains(&"-n".to_owned())).then(|| digits.parse::<usize>().ok())?
        });
        let all = arguments.iter().any(|word| word.contains('+'));
        let lines = if all { usize::MAX } else { numbers.next().unwrap_or(10) };
        if name == "tail" && (flag('f') || flag('F')) {
            let Some(file) = file else { return Flow::Forever };
            if !flag('F') && !self.exists(&file) {
                let message = format!("tail: can't open '{file}': No such file or directory\ntail: no files");
                self.print(&message, None);
                return Flow::Next(1);
            }
            if !file.starts_with("/dev/") {
                self.follow(&file, lines);
            }
            return Flow::Forever;
        }
        let text = match file {
            Some(file) => self.read(&file),
            None => self.input.take(),
        };
        let Some(text) = text else {
            self.print(&format!("{name}: can't open file: No such file or directory"), None);
            return Flow::Next(1);
        };
        let all: Vec<&str> = text.lines().collect();
        let kept = match name {
            "head" => all.get(..lines.min(all.len())),
            _ => all.get(all.len().saturating_sub(lines)..),
        };
        self.print(&kept.unwrap_or_default().join("\n"), output);
        Flow::Next(0)
    }

    /// Writes what comes in into files, and prints it.
    pub fn tee(&mut self, arguments: &[String], output: Option<&Redirect>) -> Flow {
        let text = self.input.take().unwrap_or_default();
        let append = arguments.iter().any(|word| word == "-a");
        for file in arguments.iter().filter(|word| !word.starts_with('-')) {
            let redirect = Redirect {
                file: file.clone(),
                append,
            };
            self.print(&text, Some(&redirect));
        }
        self.print(&text, output);
        Flow::Next(0)
    }

    /// Prints the names in folders.
    pub fn ls(&mut self, arguments: &[String], output: Option<&Redirect>) -> Flow {
        let folders: Vec<&String> = arguments.iter().filter(|word| !word.starts_with('-')).collect();
        for folder in folders {
            let (key, in_volume) = self.world.key(folder);
            let now = self.instant();
            let names = self.files.names_in(&key, now);
            if !self.exists(folder) {
                self.print(&format!("ls: {folder}: No such file or directory"), None);
                return Flow::Next(1);
            }
            if !names.is_empty() {
                self.print(&names.join("\n"), output);
            } else if !in_volume || !key.ends_with(":/") {
                self.print(folder, output);
            }
        }
        Flow::Next(0)
    }

    /// Filters of lines: `grep WORD` and `wc -l` are known, the others let text through as if they knew what to do with it.
    pub fn filter(&mut self, name: &str, arguments: &[String], output: Option<&Redirect>) -> Flow {
        let plain: Vec<&String> = arguments.iter().filter(|word| !word.starts_with('-')).collect();
        let flag = |letter: char| {
            arguments
                .iter()
                .any(|word| word.starts_with('-') && word.contains(letter))
        };
        let file = match name {
            "grep" | "egrep" | "sed" | "awk" => plain.get(1),
            "tr" | "cut" => None,
            _ => plain.first(),
        };
        let text = match file {
            Some(file) => self.read(file),
            None => Some(self.input.take().unwrap_or_default()),
        };
        let text = text.unwrap_or_default();
        if text.contains(UNKNOWN_TEXT) {
            self.print(&UNKNOWN_TEXT.to_string(), output);
            return Flow::Next(0);
        }
        match (name, plain.first()) {
            ("grep" | "egrep", Some(pattern)) => {
                let found: Vec<&str> = text
                    .lines()
                    .filter(|line| line.contains(pattern.as_str()) != flag('v'))
                    .collect();
                if !found.is_empty() && !flag('q') {
                    self.print(&found.join("\n"), output);
                }
                Flow::Next(i32::from(found.is_empty()))
            }
            ("wc", _) if flag('l') => {
                self.print(&text.lines().count().to_string(), output);
                Flow::Next(0)
            }
            ("sort", _) => {
                let mut lines: Vec<&str> = text.lines().collect();
                lines.sort_unstable();
                self.print(&lines.join("\n"), output);
                Flow::Next(0)
            }
            _ => {
                self.print(&UNKNOWN_TEXT.to_string(), output);
                Flow::Next(0)
            }
        }
    }
}
