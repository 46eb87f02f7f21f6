//! Nodes as the vocabulary words them: by a table.

use cucumber::gherkin::Step;
use shakedown_engine::api::{Quantity, Taint, TaintEffect};
use shakedown_engine::kubelet::NodeTemplate;
use smol_str::SmolStr;

use crate::hint::hint;
use crate::parameters::ParameterError;
use crate::world::StepError;

/// The nodes of the table below a step: columns `name`, `cpu`, `memory`, `pods`, `zone`, `region`, `labels`, `taints`; any
/// other column is an extended resource. What a table leaves out is as in `usual`.
///
/// # Errors
/// If there is no table, a name is missing or a cell cannot be read.
pub fn nodes_of(step: &Step, usual: &NodeTemplate) -> Result<Vec<NodeTemplate>, StepError> {
    let table = step.table.as_ref().and_then(|table| table.rows.split_first());
    let (header, rows) = table.ok_or_else(|| StepError::new("a table of nodes is missing below this step"))?;
    let mut nodes: Vec<NodeTemplate> = Vec::new();
    for row in rows {
        let mut node = usual.clone();
        for (column, cell) in header.iter().zip(row) {
            set(&mut node, column, cell)?;
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

/// The columns that are no resources.
const COLUMNS: [&str; 8] = ["name", "cpu", "memory", "pods", "zone", "region", "labels", "taints"];

/// Whether a node can have such a resource (API conventions: those without a domain are Kubernetes' own).
fn is_resource(name: &str) -> bool {
    name.contains('/') || name == "ephemeral-storage" || name.starts_with("hugepages-")
}

/// Sets what a cell says; an empty one says nothing.
fn set(node: &mut NodeTemplate, column: &str, cell: &str) -> Result<(), ParameterError> {
    if cell.is_empty() {
        return Ok(());
    }
    let nonsense = |error: &dyn std::fmt::Display| ParameterError::new(format!("column `{column}`: `{cell}`: {error}"));
    let quantity = || Quantity::parse(cell).map_err(|error| nonsense(&error));
    match column {
        "name" => node.name = cell.into(),
        "cpu" => node.cpu = quantity()?,
        "memory" => node.memory = quantity()?,
        "pods" => node.pods = cell.parse().map_err(|error| nonsense(&error))?,
        "zone" => node.zone = cell.into(),
        "region" => node.region = cell.into(),
        "labels" => node.labels.extend(pairs(cell)?),
        "taints" => node.taints.extend(taints(cell)?),
        resource if is_resource(resource) => drop(node.resources.insert(resource.into(), quantity()?)),
        other => {
            let hint = hint(other, &COLUMNS);
            return Err(ParameterError::new(format!(
                "there is no column \"{other}\"{hint}; an extended resource is named with its domain, such as `nvidia.com/gpu`"
            )));
        }
    }
    Ok(())
}

/// `k=v,k=v`
fn pairs(text: &str) -> Result<Vec<(SmolStr, SmolStr)>, ParameterError> {
    let pair = |part: &str| {
        let pair = part.trim().split_once('=');
        let (key, value) = pair.ok_or_else(|| ParameterError::new(format!("labels: `{part}` is not `key=value`")))?;
        Ok((key.into(), value.into()))
    };
    text.split(',').map(pair).collect()
}

/// `k=v:Effect,k:Effect`
fn taints(text: &str) -> Result<Vec<Taint>, ParameterError> {
    let taint = |part: &str| {
        let nonsense = || {
            let effects = "effects are NoSchedule, PreferNoSchedule and NoExecute";
            ParameterError::new(format!("taints: `{part}` is not `key=value:Effect`; {effects}"))
        };
        let (left, effect) = part.trim().rsplit_once(':').ok_or_else(nonsense)?;
        let effect = TaintEffect::parse(effect).ok_or_else(nonsense)?;
        let (key, value) = left.split_once('=').unwrap_or((left, ""));
        Ok(Taint {
            key: key.into(),
            value: value.into(),
            effect,
            time_added: None,
        })
    };
    text.split(',').map(taint).collect()
}

#[cfg(test)]
mod tests {
    use cucumber::gherkin::{LineCol, Span, StepType, Table};

    use super::*;

    fn check(rows: &[&[&str]], expect: Result<&[NodeTemplate], &str>) {
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
        let seen = nodes_of(&step, &NodeTemplate::named("")).map_err(|error| error.to_string());
        assert_eq!(seen, expect.map(<[NodeTemplate]>::to_vec).map_err(str::to_owned));
    }

    #[test]
    fn columns_set_what_they_name() {
        let mut node = NodeTemplate::named("a");
        node.zone = "z1".into();
        node.cpu = Quantity::parse("500m").expect("a quantity");
        node.resources
            .insert("nvidia.com/gpu".into(), Quantity::parse("2").expect("a quantity"));
        node.labels.push(("disk".into(), "ssd".into()));
        let effect = TaintEffect::NoSchedule;
        node.taints.push(Taint {
            key: "dedicated".into(),
            value: "db".into(),
            effect,
            time_added: None,
        });
        check(
            &[
                &["name", "zone", "cpu", "nvidia.com/gpu", "labels", "taints"],
                &["a", "z1", "500m", "2", "disk=ssd", "dedicated=db:NoSchedule"],
                &["b", "", "", "", "", ""],
            ],
            Ok(&[node, NodeTemplate::named("b")]),
        );
    }

    #[test]
    fn nonsense_is_told_with_its_column() {
        check(
            &[&["cpu"], &["4"]],
            Err("each node needs a name: a column `name` without empty cells"),
        );
        check(
            &[&["name", "cpus"], &["a", "4"]],
            Err(
                "there is no column \"cpus\"; did you mean \"cpu\"?; an extended resource is named with its domain, such as `nvidia.com/gpu`",
            ),
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
