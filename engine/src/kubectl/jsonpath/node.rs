//! What a template is made of.

/// One step of a template. At the top level there are only texts and lists (an action each).
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// Plain text, or a quoted string.
    Text(String),
    /// `{…}`: its steps, each applied to what the one before found.
    List(Vec<Node>),
    /// `.name`
    Field(String),
    /// `[start:end:step]`
    Slice(Slice),
    /// `[?(left operator right)]`
    Filter(Filter),
    /// `[a,b]`
    Union(Vec<Vec<Node>>),
    /// `.*`
    Wildcard,
    /// `..`
    Recursive,
    /// A number.
    Int(i64),
    /// A number with a point.
    Float(f64),
    /// `true`, `false`
    Bool(bool),
    /// `range`, `end`; any other word is an error once it is evaluated.
    Identifier(String),
}

/// `[start:end:step]`; `None` is what was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slice {
    pub(super) start: Option<i64>,
    pub(super) end: Option<i64>,
    /// Whether `end` was not written but follows from a single index.
    pub(super) single: bool,
    pub(super) step: Option<i64>,
}

/// A condition on the elements of a list.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Filter {
    pub(super) left: Vec<Node>,
    /// The comparison; without one, `left` must find something.
    pub(super) comparison: Option<(String, Vec<Node>)>,
}
