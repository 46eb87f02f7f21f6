//! Aligning text in columns by the rules of Go's `text/tabwriter`, which kubectl pipes its tables and descriptions through.
//!
//! A tab ends a cell. Cells below each other form a column, whose width is that of its widest cell plus the padding; a column
//! ends at a line that has no such cell. What follows the last tab of a line belongs to no column and is not padded, so lines
//! have trailing spaces only where their last cells are empty. Widths count characters.
//!
//! Not modelled: tabs as padding, right alignment, HTML and escape modes; kubectl uses none of them.

use std::iter::repeat_n;

/// How columns are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TabWriter {
    /// The least width of a column, padding included, in characters.
    pub min_width: usize,
    /// Spaces after the widest cell of a column.
    pub padding: usize,
    /// Whether a later column at the same position is at least as wide as an earlier one (kubectl's own extension, so that
    /// rows of a watch stay aligned).
    pub remember_widths: bool,
}

impl TabWriter {
    /// What `kubectl get` uses (cli-runtime `printers.GetNewTabWriter`).
    pub const GET: TabWriter = TabWriter {
        min_width: 6,
        padding: 3,
        remember_widths: true,
    };
    /// What `kubectl describe` uses (kubectl `describe.tabbedString`).
    pub const DESCRIBE: TabWriter = TabWriter {
        min_width: 0,
        padding: 2,
        remember_widths: false,
    };

    /// Aligns a text whose cells end in tabs and whose lines end in newlines.
    pub fn align(self, text: &str) -> String {
        let lines: Vec<Vec<&str>> = text
            .split_terminator(['\n', '\u{c}'])
            .map(|line| line.split(['\t', '\u{b}']).collect())
            .collect();
        let widths = self.widths(&lines);
        let mut out = String::with_capacity(text.len() * 2);
        for (line, widths) in lines.iter().zip(&widths) {
            for (index, cell) in line.iter().enumerate() {
                out.push_str(cell);
                let width = widths.get(index).copied().unwrap_or_default();
                out.extend(repeat_n(' ', width.saturating_sub(cell.chars().count())));
            }
            out.push('\n');
        }
        out
    }

    /// The widths of each line's columns: one fewer than it has cells.
    fn widths(self, lines: &[Vec<&str>]) -> Vec<Vec<usize>> {
        let mut widths: Vec<Vec<usize>> = lines.iter().map(|line| vec![0; line.len().saturating_sub(1)]).collect();
        let deepest = widths.iter().map(Vec::len).max().unwrap_or_default();
        for column in 0..deepest {
            let mut remembered = 0;
            let mut start = 0;
            while start < lines.len() {
                let has_column = |line: &&Vec<&str>| line.len() > column + 1;
                let length = lines[start..].iter().take_while(has_column).count();
                let block = start..start + length;
                let cells = lines[block.clone()].iter().filter_map(|line| line.get(column));
                let widest = cells
                    .map(|cell| cell.chars().count() + self.padding)
                    .max()
                    .unwrap_or_default();
                let mut width = widest.max(self.min_width);
                if self.remember_widths && length > 0 {
                    remembered = width.max(remembered);
                    width = remembered;
                }
                for line in &mut widths[block] {
                    line.get_mut(column).into_iter().for_each(|slot| *slot = width);
                }
                start += length + 1;
            }
        }
        widths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aligns() {
        let check = |writer: TabWriter, text, expect: &str| assert_eq!(writer.align(text), expect, "{text:?}");
        check(TabWriter::GET, "", "");
        check(TabWriter::GET, "NAME\tAGE\nnginx\t5s\n", "NAME    AGE\nnginx   5s\n");
        check(TabWriter::GET, "a\tb\t\n", "a     b     \n");
        check(
            TabWriter::GET,
            "a\t\tc\nlonger\t\tc\n",
            "a              c\nlonger         c\n",
        );
        // A line with fewer cells ends the column above it.
        check(
            TabWriter::DESCRIBE,
            "long name:\tx\n\nb:\ty\n",
            "long name:  x\n\nb:  y\n",
        );
        check(TabWriter::DESCRIBE, "é:\tx\nee:\ty\n", "é:   x\nee:  y\n");
        // A column that comes again remembers its width only where asked to.
        let twice = "a\twide cell\tx\na\tb\na\tb\ty\n";
        check(
            TabWriter {
                remember_widths: false,
                ..TabWriter::GET
            },
            twice,
            "a     wide cell   x\na     b\na     b     y\n",
        );
        check(
            TabWriter::GET,
            twice,
            "a     wide cell   x\na     b\na     b           y\n",
        );
    }
}
