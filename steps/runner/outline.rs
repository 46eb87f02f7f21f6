//! Scenario outlines: one scenario for each row of their examples.
//!
//! Ours rather than cucumber's, because a row must know its own line (comments may stand between rows) and a `<word>` that is
//! no column (kubectl prints `<none>`) is text.

use super::feature_file::{ExampleRow, Step};

/// Replaces every `<column>` in `text` by the row's cell.
pub fn fill(text: &str, row: &ExampleRow) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        let (before, from_bracket) = rest.split_at(start);
        filled.push_str(before);
        let cell = row.header.iter().zip(&row.cells).find_map(|(column, cell)| {
            let tail = from_bracket
                .strip_prefix('<')?
                .strip_prefix(column.as_str())?
                .strip_prefix('>')?;
            Some((cell, tail))
        });
        match cell {
            Some((cell, tail)) => {
                filled.push_str(cell);
                rest = tail;
            }
            None => {
                filled.push('<');
                rest = from_bracket.get(1..).unwrap_or_default();
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// The step with the row's cells filled into its text, doc string and table.
pub fn fill_step(step: &Step, row: &ExampleRow) -> Step {
    let mut step = step.clone();
    step.gherkin.value = fill(&step.gherkin.value, row);
    if let Some(block) = &mut step.block {
        block.text = fill(&block.text, row);
        step.gherkin.docstring = Some(block.text.clone());
    }
    for cell in step
        .gherkin
        .table
        .iter_mut()
        .flat_map(|table| table.rows.iter_mut().flatten())
    {
        *cell = fill(cell, row);
    }
    step
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let row = ExampleRow {
            line: 9,
            index: 0,
            header: vec!["n".to_owned(), "node name".to_owned()],
            cells: vec!["3".to_owned(), "<n>".to_owned()],
        };
        assert_eq!(fill(text, &row), expect);
    }

    #[test]
    fn known_columns_are_filled_and_other_brackets_stay() {
        check("<n> pods on <node name>", "3 pods on <n>");
        check("EXTERNAL-IP <none> <n><n>", "EXTERNAL-IP <none> 33");
        check("a < b <n", "a < b <n");
        check("<<n>>", "<3>");
        check("<", "<");
    }
}
