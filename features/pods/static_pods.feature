@pods @nodes
Feature: Static pods: what a kubelet runs from its own files
  The control plane itself runs so. The API server shows a mirror of each static pod, named after it and its node; nobody schedules
  it, and deleting the mirror ends nothing.

  Background:
    Given a cluster with 2 nodes
    And the static pod on node "node-1":
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: proxy, namespace: kube-system }
      spec:
        containers: [{ name: proxy, image: proxy }]
      """
    When the cluster settles

  Scenario: The mirror pod is named after its node and owned by it
    Then `kubectl get pods -n kube-system` prints:
      | NAME         | READY | STATUS  | RESTARTS |
      | proxy-node-1 | 1/1   | Running | 0        |
    And pod "proxy-node-1" in namespace "kube-system" has "{.metadata.ownerReferences[0].kind}" equal to "Node"
    And pod "proxy-node-1" in namespace "kube-system" has "{.metadata.annotations.kubernetes\.io/config\.source}" equal to "file"

  Scenario: Deleting the mirror ends nothing: it is made anew, the container goes on
    When I run `kubectl delete pod proxy-node-1 -n kube-system --wait=false`
    And 10 seconds pass
    Then pod "proxy-node-1" in namespace "kube-system" is Ready
    And pod "proxy-node-1" in namespace "kube-system" has restarted 0 times

  Scenario: A container of a static pod restarts as any
    When container "proxy" of pod "proxy-node-1" in namespace "kube-system" exits with code 1
    And the cluster settles
    Then pod "proxy-node-1" in namespace "kube-system" has restarted 1 time

  Scenario: A static pod is not evicted
    When node "node-1" runs low on memory for 5m
    And 3 minutes pass
    Then pod "proxy-node-1" in namespace "kube-system" shows STATUS "Running"

  Scenario: When its manifest is taken away, the pod ends
    When the static pod "proxy" on node "node-1" is removed
    Then within 5s, pod "proxy-node-1" in namespace "kube-system" does not exist

  Scenario: The mirror that is made anew is another object: its uid is new, the pod's own is not
    When I run `kubectl delete pod proxy-node-1 -n kube-system --wait=false`
    And 10 seconds pass
    Then pod "proxy-node-1" in namespace "kube-system" shows STATUS "Running"
    When container "proxy" of pod "proxy-node-1" in namespace "kube-system" exits with code 1
    And the cluster settles
    Then pod "proxy-node-1" in namespace "kube-system" has restarted 1 time
    And pod "proxy-node-1" in namespace "kube-system" is Ready
    When I run `kubectl exec proxy-node-1 -n kube-system -- hostname`
    Then the command succeeds
    When I run `kubectl delete pod proxy-node-1 -n kube-system --wait=false`
    And 10 seconds pass
    Then pod "proxy-node-1" in namespace "kube-system" has restarted 1 time
    When the static pod "proxy" on node "node-1" is removed
    Then within 5s, pod "proxy-node-1" in namespace "kube-system" does not exist
