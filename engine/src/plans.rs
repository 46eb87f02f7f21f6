//! What people have planned to do at later instants, such as commands in another terminal while one waits.

use crate::cluster::Cluster;

/// Something to do.
type Action = Box<dyn FnOnce(&mut Cluster) + Send + Sync>;

/// How many planned commands may wait inside each other: each is a level of recursion.
const NESTED_MAX: usize = 16;

/// Everything planned, by number.
#[derive(Default)]
pub(crate) struct Plans {
    actions: Vec<Option<Action>>,
    nested: usize,
}

impl Plans {
    /// Adds a plan and returns its number.
    pub fn add(&mut self, action: Action) -> usize {
        self.actions.push(Some(action));
        self.actions.len() - 1
    }

    /// What is to be done now; none if too much is being done already. [`Plans::end`] must follow.
    pub fn begin(&mut self, number: usize) -> Option<Action> {
        if self.nested >= NESTED_MAX {
            return None;
        }
        let action = self.actions.get_mut(number)?.take()?;
        self.nested += 1;
        Some(action)
    }

    /// It is done.
    pub fn end(&mut self) {
        self.nested -= 1;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::kubectl::NoFiles;
    use crate::sim::SimTime;
    use crate::{Cluster, ClusterOptions};

    #[test]
    fn plans_are_carried_out_while_a_command_waits() {
        let mut cluster = Cluster::new(ClusterOptions::default());
        cluster.plan(SimTime::from_secs(5), |cluster| {
            let created = cluster.kubectl("create configmap late --from-literal=k=v", &NoFiles);
            assert_eq!(created.exit_code, 0, "{}", created.stderr);
        });
        let waits = |cluster: &mut Cluster| cluster.kubectl("wait configmap/late --for=create --timeout=60s", &NoFiles);
        let early = waits(&mut cluster);
        assert_eq!((early.exit_code, cluster.now().as_secs()), (0, 5), "{}", early.stderr);
    }

    #[test]
    fn plans_inside_plans_end() {
        let mut cluster = Cluster::new(ClusterOptions::default());
        for secs in 1..=40 {
            // Each waits longer than it takes until the next begins.
            cluster.plan(SimTime::from_secs(secs), |cluster| {
                let waited = cluster.kubectl("wait configmap/never --for=create --timeout=100s", &NoFiles);
                assert_eq!(waited.exit_code, 1);
            });
        }
        assert!(cluster.advance(Duration::from_secs(3600)).is_ok());
    }
}
