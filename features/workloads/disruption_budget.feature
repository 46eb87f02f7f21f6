@workloads
Feature: A PodDisruptionBudget holds a drain back
  Whoever drains a node asks for evictions one by one, and the API server refuses those that would leave too few healthy pods.
  kubectl tries again every five seconds. A budget that equals the number of replicas therefore blocks a drain for ever.

  Background:
    Given a cluster with 2 nodes
    And a deployment "web" with 2 replicas of image "nginx:1.25"
    When the cluster settles

  Scenario: A budget says how many pods may go
    When I apply the manifest:
      """
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: {name: web}
      spec: {minAvailable: 50%, selector: {matchLabels: {app: web}}}
      """
    And the cluster settles
    Then `kubectl get pdb web` prints:
      | NAME | MIN AVAILABLE | MAX UNAVAILABLE | ALLOWED DISRUPTIONS |
      | web  | 50%           | N/A             | 1                   |
    And poddisruptionbudget "web" has condition "DisruptionAllowed" "True" because "SufficientPods"

  Scenario: A drain evicts pods one at a time and waits for their replacements
    When I apply the manifest:
      """
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: {name: web}
      spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
      """
    And the cluster settles
    And I run `kubectl drain node-1`
    Then the command prints "node/node-1 drained"
    And no pod labelled "app=web" runs on node "node-1"
    And within 1m, deployment "web" has 2 available replicas

  Scenario: A budget as large as the workload blocks a drain
    When I apply the manifest:
      """
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: {name: web}
      spec: {minAvailable: 2, selector: {matchLabels: {app: web}}}
      """
    And the cluster settles
    And I try to run `kubectl drain node-1 --timeout=30s`
    Then the command fails with "Cannot evict pod as it would violate the pod's disruption budget."
    And deployment "web" has 2 available replicas
    When I run `kubectl patch pdb web -p '{"spec":{"minAvailable":1}}'`
    And I run `kubectl drain node-1`
    Then the command prints "node/node-1 drained"

  Scenario: A drain refuses what it could not bring back
    Given the manifest "agent.yaml"
    And a pod "alone" of image "nginx:1.25"
    When the cluster settles
    And I try to run `kubectl drain node-1`
    Then the command fails with "DaemonSet-managed Pods (use --ignore-daemonsets to ignore)"
    When I run `kubectl drain node-1 node-2 --ignore-daemonsets --force`
    Then pod "alone" does not exist
    And exactly 2 pods labelled "app=agent" are Ready
    And every pod labelled "app=web" is not scheduled

  Scenario: A pod without a workload cannot be evicted where a budget counts in shares
    How many such pods there should be, nobody has said: the budget allows nothing, and an event tells why.
    Given a pod "alone" of image "nginx:1.25"
    When I apply the manifest:
      """
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: {name: alone}
      spec: {maxUnavailable: 1, selector: {matchLabels: {app: alone}}}
      """
    And the cluster settles
    Then poddisruptionbudget "alone" has event "UnmanagedPods" with message "Pods selected by this PodDisruptionBudget (selector: &LabelSelector{MatchLabels:map[string]string{app: alone,},MatchExpressions:[]LabelSelectorRequirement{},}) were found to be unmanaged."
    And poddisruptionbudget "alone" allows 0 disruptions
    When I try to run `kubectl drain node-1 node-2 --force --timeout=20s`
    Then the command fails with "Cannot evict pod as it would violate the pod's disruption budget."
    When I run `kubectl patch pdb alone --type=merge -p '{"spec":{"maxUnavailable":null,"minAvailable":0}}'`
    And the cluster settles
    Then poddisruptionbudget "alone" allows 1 disruption
