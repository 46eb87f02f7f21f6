//! How a difference is laid out: short lists on one line, long ones with an item a line, names and values in columns.

/// The widest a removed or inserted list may be on one line.
const WIDTH: usize = 80;

/// Which side an item stands on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mark {
    None,
    Removed,
    Inserted,
}

/// An item of a list.
pub(super) struct Item {
    mark: Mark,
    key: String,
    value: Report,
    comment: String,
    /// An ellipsis, behind which no comma stands.
    is_ellipsis: bool,
}

impl Item {
    pub fn new(mark: Mark, key: &str, value: Report) -> Item {
        Item {
            mark,
            key: key.to_owned(),
            value,
            comment: String::new(),
            is_ellipsis: false,
        }
    }

    /// Stands for more than is shown.
    pub fn more() -> Item {
        Item {
            is_ellipsis: true,
            ..Item::new(Mark::None, "", Report::line("..."))
        }
    }

    /// Stands for so many equal ones.
    pub fn folded(count: usize, noun: &str) -> Item {
        let noun = match (count, noun) {
            (1, "entries") => "entry",
            (1, noun) => noun.trim_end_matches('s'),
            (_, noun) => noun,
        };
        Item {
            comment: format!("// {count} identical {noun}"),
            ..Item::more()
        }
    }
}

enum Body {
    Line(String),
    List(Vec<Item>),
}

/// A value to be shown.
pub(super) struct Report {
    prefix: String,
    body: Body,
}

impl Report {
    pub fn line(text: &str) -> Report {
        Report {
            prefix: String::new(),
            body: Body::Line(text.to_owned()),
        }
    }

    pub fn list(prefix: &str, items: Vec<Item>) -> Report {
        Report {
            prefix: prefix.to_owned(),
            body: Body::List(items),
        }
    }

    pub fn with_prefix(mut self, prefix: &str) -> Report {
        self.prefix.insert_str(0, prefix);
        self
    }

    /// The whole report.
    pub fn into_text(self) -> String {
        let laid = self.laid(Mark::None).0;
        let mut text = "  ".to_owned();
        laid.write(&mut text, Mark::None, 0);
        text.push('\n');
        text
    }

    /// Puts on one line what fits there. Gives the length of it as one line, too.
    fn laid(self, mark: Mark) -> (Report, usize) {
        let items = match self.body {
            Body::Line(text) => {
                let text = format!("{}{text}", self.prefix);
                let len = text.len();
                return (Report::line(&text), len);
            }
            Body::List(items) => items,
        };
        let mut length = 0;
        let mut is_long = false;
        let count = items.len();
        let mut laid_items = Vec::with_capacity(count);
        for (i, item) in items.into_iter().enumerate() {
            let item_mark = if item.mark == Mark::None { mark } else { item.mark };
            is_long |= item.mark != Mark::None || !item.comment.is_empty();
            let (value, value_length) = item.value.laid(item_mark);
            is_long |= matches!(value.body, Body::List(_));
            let key = if item.key.is_empty() { 0 } else { item.key.len() + 2 };
            length += key + value_length + if i + 1 < count { 2 } else { 0 };
            laid_items.push(Item { value, ..item });
        }
        is_long |= mark != Mark::None && length > WIDTH;
        let whole = self.prefix.len() + 2 + length;
        if is_long {
            return (Report::list(&self.prefix, laid_items), whole);
        }
        let texts: Vec<String> = laid_items
            .iter()
            .map(|item| {
                let Body::Line(value) = &item.value.body else {
                    return String::new();
                };
                match item.key.as_str() {
                    "" => value.clone(),
                    key => format!("{key}: {value}"),
                }
            })
            .collect();
        let text = format!("{}{{{}}}", self.prefix, texts.join(", "));
        (Report::line(&text), whole)
    }

    fn write(&self, text: &mut String, mark: Mark, depth: usize) {
        text.push_str(&self.prefix);
        let items = match &self.body {
            Body::Line(line) => return text.push_str(line),
            Body::List(items) => items,
        };
        text.push('{');
        let widths = widths(items);
        for (item, width) in items.iter().zip(widths) {
            let item_mark = if item.mark == Mark::None { mark } else { item.mark };
            indent(text, item_mark, depth + 1);
            if !item.key.is_empty() {
                text.push_str(&format!("{}: ", item.key));
                let padding = width.saturating_sub(item.key.chars().count());
                text.extend(std::iter::repeat_n(' ', padding));
            }
            item.value.write(text, item_mark, depth + 1);
            if !item.is_ellipsis {
                text.push(',');
            }
            if !item.comment.is_empty() {
                text.push_str(&format!(" {}", item.comment));
            }
        }
        indent(text, mark, depth);
        text.push('}');
    }
}

fn indent(text: &mut String, mark: Mark, depth: usize) {
    text.push('\n');
    text.push_str(match mark {
        Mark::None => "  ",
        Mark::Removed => "- ",
        Mark::Inserted => "+ ",
    });
    text.extend(std::iter::repeat_n('\t', depth));
}

/// How wide each item's name is: as the widest among neighbours that are on one line each.
fn widths(items: &[Item]) -> Vec<usize> {
    let is_aligned = |item: &&Item| !item.key.is_empty() && matches!(item.value.body, Body::Line(_));
    let mut widths = Vec::with_capacity(items.len());
    while widths.len() < items.len() {
        let rest = items.get(widths.len()..).unwrap_or_default();
        let run = rest.iter().take_while(is_aligned).count();
        let widest = rest.iter().take(run).map(|item| item.key.chars().count()).max();
        widths.extend(std::iter::repeat_n(widest.unwrap_or_default(), run));
        if run < rest.len() {
            widths.push(0);
        }
    }
    widths
}
