//! Nodes as the vocabulary words them: by number, or by a table.

use cucumber::gherkin::Step;
use shakedown_engine::api::{Quantity, TaintEffect};

use crate::parameters::ParameterError;
use crate::world::StepError;

/// What a node has unless something else is said.
const CPU: &str = "4";
const MEMORY: &str = "8Gi";
const PODS: &str = "110";

const ZONE: &str = "topology.kubernetes.io/zone";
const REGION: &str = "topology.kubernetes.io/region";

/// More nodes than Kubernetes itself supports in a cluster, with room to spare.
pub const NODES_MAX: u64 = 20_000;

/// A node to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeSpec {
    /// Its name.
    pub name: String,
    /// Its resources: `cpu`, `memory`, `pods` and extended ones, each a quantity.
    pub resources: Vec<(String, String)>,
    /// Its labels, zone and region among them.
    pub labels: Vec<(String, String)>,
    /// Its taints: key, value, effect.
    pub taints: Vec<(String, String, String)>,
}

impl NodeSpec {
    /// A node of the usual size.
    pub fn named(name: impl Into<String>) -> Self {
        let resource = |name: &str, quantity: &str| (name.to_owned(), quantity.to_owned());
        Self {
            name: name.into(),
            resources: vec![resource("cpu", CPU), resource("memory", MEMORY), resource("pods", PODS)],
            labels: Vec::new(),
            taints: Vec::new(),
        }
    }

    /// Sets a resource.
    #[must_use]
    pub fn with_resource(mut self, name: &str, quantity: &str) -> Self {
        self.resources.retain(|(known, _)| known != name);
        self.resources.push((name.to_owned(), quantity.to_owned()));
        self
    }

    /// Puts it into a zone.
    #[must_use]
    pub fn in_zone(mut self, zone: &str) -> Self {
        self.labels.push((ZONE.to_owned(), zone.to_owned()));
        self
    }

    /// Sets what a table's cell says; an empty cell says nothing.
    fn with_cell(mut self, column: &str, cell: &str) -> Result<Self, ParameterError> {
        if cell.is_empty() {
            return Ok(self);
        }
        match column {
            "name" => cell.clone_into(&mut self.name),
            "zone" => return Ok(self.in_zone(cell)),
            "region" => self.labels.push((REGION.to_owned(), cell.to_owned())),
            "labels" => self.labels.extend(pairs(cell)?),
            "taints" => self.taints.extend(taints(cell)?),
            resource => {
                Quantity::parse(cell)
                    .map_err(|error| ParameterError::new(format!("column `{resource}`: `{cell}`: {error}")))?;
                return Ok(self.with_resource(resource, cell));
            }
        }
        Ok(self)
    }

    /// The nodes of the table below a step: columns `name`, `cpu`, `memory`, `pods`, `zone`, `region`, `labels`, `taints`;
    /// any other column is an extended resource.
    ///
    /// # Errors
    /// If there is no table, a name is missing or a cell cannot be read.
    pub fn table(step: &Step, usual: &Self) -> Result<Vec<Self>, StepError> {
        let table = step.table.as_ref().and_then(|table| table.rows.split_first());
        let (header, rows) = table.ok_or_else(|| StepError::new("a table of nodes is missing below this step"))?;
        let mut nodes: Vec<Self> = Vec::new();
        for row in rows {
            let mut node = usual.clone();
            for (column, cell) in header.iter().zip(row) {
                node = node.with_cell(column, cell)?;
            }
            if node.name.is_empty() {
                return Err(StepError::new(
                    "each node needs a name: a column `name` without empty cells",
                ));
            }
            nodes.push(node);
        }
        if nodes.is_empty() {
            Err(StepError::new("the table has a header and no nodes"))
        } else {
            Ok(nodes)
        }
    }
}

/// `k=v,k=v`
fn pairs(text: &str) -> Result<Vec<(String, String)>, ParameterError> {
    let pair = |part: &str| {
        let (key, value) = part
            .trim()
            .split_once('=')
            .ok_or_else(|| ParameterError::new(format!("labels: `{part}` is not `key=value`")))?;
        Ok((key.to_owned(), value.to_owned()))
    };
    text.split(',').map(pair).collect()
}

/// `k=v:Effect,k:Effect`
fn taints(text: &str) -> Result<Vec<(String, String, String)>, ParameterError> {
    let taint = |part: &str| {
        let nonsense = || {
            ParameterError::new(format!(
                "taints: `{part}` is not `key=value:Effect`; effects are NoSchedule, PreferNoSchedule and NoExecute"
            ))
        };
        let (left, effect) = part.trim().rsplit_once(':').ok_or_else(nonsense)?;
        let effect = TaintEffect::parse(effect).ok_or_else(nonsense)?;
        let (key, value) = left.split_once('=').unwrap_or((left, ""));
        Ok((key.to_owned(), value.to_owned(), effect.as_str().to_owned()))
    };
    text.split(',').map(taint).collect()
}

#[cfg(test)]
mod tests {
    use cucumber::gherkin::{LineCol, Span, StepType, Table};

    use super::*;

    fn check(rows: &[&[&str]], expect: Result<&[NodeSpec], &str>) {
        let rows = rows
            .iter()
            .map(|row| row.iter().map(|cell| (*cell).to_owned()).collect())
            .collect();
        let table = Some(Table {
            rows,
            span: Span::default(),
            position: LineCol::default(),
        });
        let step = Step {
            keyword: "Given".to_owned(),
            ty: StepType::Given,
            value: String::new(),
            docstring: None,
            table,
            span: Span::default(),
            position: LineCol::default(),
        };
        let seen = NodeSpec::table(&step, &NodeSpec::named("")).map_err(|error| error.to_string());
        assert_eq!(seen, expect.map(<[_]>::to_vec).map_err(str::to_owned));
    }

    #[test]
    fn columns_set_what_they_name() {
        let mut node = NodeSpec::named("a")
            .in_zone("z1")
            .with_resource("cpu", "500m")
            .with_resource("nvidia.com/gpu", "2");
        node.labels.push(("disk".to_owned(), "ssd".to_owned()));
        node.taints
            .push(("dedicated".to_owned(), "db".to_owned(), "NoSchedule".to_owned()));
        check(
            &[
                &["name", "zone", "cpu", "nvidia.com/gpu", "labels", "taints"],
                &["a", "z1", "500m", "2", "disk=ssd", "dedicated=db:NoSchedule"],
                &["b", "", "", "", "", ""],
            ],
            Ok(&[node, NodeSpec::named("b")]),
        );
    }

    #[test]
    fn nonsense_is_told_with_its_column() {
        check(
            &[&["cpu"], &["4"]],
            Err("each node needs a name: a column `name` without empty cells"),
        );
        check(&[&["name"]], Err("the table has a header and no nodes"));
        check(
            &[&["name", "labels"], &["a", "x"]],
            Err("labels: `x` is not `key=value`"),
        );
        check(
            &[&["name", "taints"], &["a", "x:Never"]],
            Err("taints: `x:Never` is not `key=value:Effect`; effects are NoSchedule, PreferNoSchedule and NoExecute"),
        );
    }
}
