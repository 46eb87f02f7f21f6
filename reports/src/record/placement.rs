//! Why a pod runs where it runs: what every plugin of the scheduler said about every node.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// One attempt to schedule a pod.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Placement {
    /// The pod, as `namespace/name`.
    pub pod: String,
    /// When.
    pub at_ns: u64,
    /// The node it was bound to; none if it had to wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// How many nodes were equally good.
    #[serde(skip_serializing_if = "is_zero")]
    pub ties: usize,
    /// Why it had to wait, as its event says it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// Every node: the feasible ones first, the best of them on top.
    pub nodes: Vec<NodePlacement>,
    /// What preemption found: node and pods that would have to go.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub preemption: Vec<String>,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// What was said about one node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NodePlacement {
    /// The node.
    pub node: String,
    /// The sum of the scores; none for a node that was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
    /// The score of each plugin that had something to say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scores: Vec<PluginScore>,
    /// The plugin that refused the node; empty if none did.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub refused_by: String,
    /// Why, in the plugin's words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

/// What one plugin gave a node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PluginScore {
    /// The plugin.
    pub plugin: String,
    /// What counts: normalised and weighted.
    pub weighted: i64,
    /// What the plugin said before that, where it is normalised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<i64>,
}

impl Placement {
    /// One line: `pod default/web-0 → node-2`.
    pub fn title(&self) -> String {
        match &self.node {
            Some(node) if self.ties > 1 => {
                format!("pod {} → {node}, one of {} equally good nodes", self.pod, self.ties)
            }
            Some(node) => format!("pod {} → {node}", self.pod),
            None => format!("pod {} has to wait", self.pod),
        }
    }

    /// Two tables, of the nodes that were scored and of those that were refused, and what the event says.
    pub fn table(&self) -> String {
        let (feasible, refused): (Vec<_>, Vec<_>) = self.nodes.iter().partition(|node| node.total.is_some());
        let mut parts = Vec::new();
        if !feasible.is_empty() {
            parts.push(scores(&feasible));
        }
        if !refused.is_empty() {
            let header = ["NODE", "REFUSED BY", "REASON"].map(str::to_owned).to_vec();
            let row = |node: &&NodePlacement| vec![node.node.clone(), node.refused_by.clone(), node.reasons.join(", ")];
            parts.push(aligned(
                std::iter::once(header).chain(refused.iter().map(row)).collect(),
            ));
        }
        if !self.preemption.is_empty() {
            parts.push(format!("preemption would help: {}", self.preemption.join("; ")));
        }
        if !self.message.is_empty() {
            parts.push(self.message.clone());
        }
        parts.join("\n")
    }
}

fn scores(nodes: &[&NodePlacement]) -> String {
    let plugins: BTreeSet<&str> = (nodes.iter().flat_map(|node| &node.scores))
        .map(|score| score.plugin.as_str())
        .collect();
    let mut header = vec!["NODE".to_owned(), "TOTAL".to_owned()];
    header.extend(plugins.iter().map(|plugin| (*plugin).to_owned()));
    let row = |node: &&NodePlacement| {
        let mut cells = vec![node.node.clone(), node.total.unwrap_or_default().to_string()];
        cells.extend(plugins.iter().map(|plugin| {
            let score = node.scores.iter().find(|score| score.plugin == *plugin);
            score.map_or_else(String::new, |score| match score.raw {
                Some(raw) => format!("{} (raw {raw})", score.weighted),
                None => score.weighted.to_string(),
            })
        }));
        cells
    };
    aligned(std::iter::once(header).chain(nodes.iter().map(row)).collect())
}

/// Rows in columns, two spaces apart.
fn aligned(rows: Vec<Vec<String>>) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
    };
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_shown_with_scores_or_refusal() {
        let score = |plugin: &str, weighted, raw| PluginScore {
            plugin: plugin.to_owned(),
            weighted,
            raw,
        };
        let placement = Placement {
            pod: "default/web".to_owned(),
            node: Some("node-1".to_owned()),
            nodes: vec![
                NodePlacement {
                    node: "node-1".to_owned(),
                    total: Some(380),
                    scores: vec![
                        score("TaintToleration", 300, Some(0)),
                        score("NodeResourcesFit", 80, None),
                    ],
                    ..NodePlacement::default()
                },
                NodePlacement {
                    node: "node-2".to_owned(),
                    refused_by: "NodeName".to_owned(),
                    reasons: vec!["another".to_owned()],
                    ..NodePlacement::default()
                },
            ],
            ..Placement::default()
        };
        let expect = "NODE    TOTAL  NodeResourcesFit  TaintToleration\n\
                      node-1  380    80                300 (raw 0)\n\n\
                      NODE    REFUSED BY  REASON\n\
                      node-2  NodeName    another\n";
        assert_eq!(placement.table(), expect);
        assert_eq!(placement.title(), "pod default/web → node-1");
    }
}
