@scheduling
Feature: nodeSelector restricts a pod to nodes with certain labels
  The simplest way to say where a pod may run. Every label must be there with exactly that value; if no node has them all, the pod
  waits, and its event counts the nodes that were refused.

  Background:
    Given a cluster with nodes:
      | name   | labels                |
      | node-1 |                       |
      | node-2 | hw-type=gpu           |
      | node-3 | hw-type=gpu,cost=high |

  Scenario: All labels of the selector must be on the node
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: trainer }
      spec:
        nodeSelector: { hw-type: gpu, cost: high }
        containers: [{ name: app, image: trainer:v1 }]
      """
    When the cluster settles
    Then pod "trainer" runs on node "node-3"

  Scenario: Without such a node the pod stays Pending and says why
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: trainer }
      spec:
        nodeSelector: { hw-type: gpu, cost: low }
        containers: [{ name: app, image: trainer:v1 }]
      """
    When 5s pass
    Then pod "trainer" shows STATUS "Pending"
    And pod "trainer" has condition "PodScheduled" "False" because "Unschedulable" with message "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector."
    And pod "trainer" has event "FailedScheduling" with message "preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."

  Scenario: Labelling a node lets a waiting pod run
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: trainer }
      spec:
        nodeSelector: { cost: low }
        containers: [{ name: app, image: trainer:v1 }]
      """
    When 30s pass
    And I run `kubectl label node node-1 cost=low`
    Then within 15s, pod "trainer" runs on node "node-1"
