@smoke @faults @nodes
Feature: A node is lost and its pods are replaced elsewhere
  A machine without power cannot say so: its kubelet just falls silent. The control plane waits for the grace period before it
  believes that, marks the node NotReady, lets its pods tolerate the silence for five more minutes, and only then evicts and
  replaces them. Whoever needs to be faster lowers tolerationSeconds.

  Background:
    Given a cluster with 3 nodes
    And a deployment "web" with 3 replicas of image "nginx:1.25"
    When the cluster settles
    Then deployment "web" has 3 available replicas
    And every pod labelled "app=web" are spread over 3 nodes

  Scenario: The node shows NotReady once its grace period is over
    When node "node-2" is lost
    And 30 seconds pass
    Then node "node-2" is Ready
    And within 30s, node "node-2" is not Ready
    And node "node-2" shows STATUS "NotReady"
    And node "node-2" has condition "Ready" "Unknown" because "NodeStatusUnknown" with message "Kubelet stopped posting node status."
    And within 1s, node "node-2" has taint "node.kubernetes.io/unreachable:NoSchedule"
    And within 10s, node "node-2" has taint "node.kubernetes.io/unreachable:NoExecute"
    And node "node-2" has event "NodeNotReady"
    And a pod on node "node-2" has condition "Ready" "False"

  Scenario: Its pods are evicted after five minutes and replaced at once
    When node "node-2" is lost
    Then within 2m, node "node-2" is not Ready
    And within 1s, deployment "web" has 2 available replicas
    And for 4m50s, at least 3 pods labelled "app=web" show STATUS "Running"
    And within 1m, every pod on node "node-2" shows STATUS "Terminating"
    And a pod on node "node-2" has event "TaintManagerEviction"
    And within 1m, deployment "web" has 3 available replicas
    And at least 3 pods labelled "app=web" are Ready

  Scenario: A node that comes back is taken into service again
    When node "node-2" is lost for 10m
    Then within 7m, every pod on node "node-2" shows STATUS "Terminating"
    And within 10m, node "node-2" is Ready
    And node "node-2" shows STATUS "Ready"
    And within 1m, exactly 3 pods labelled "app=web" exist
    And every pod labelled "app=web" is Ready

  Scenario: A short outage evicts nobody
    When node "node-2" is lost for 2m
    Then within 90s, node "node-2" is not Ready
    And within 5m, every pod labelled "app=web" is Ready
    And for 10m, exactly 3 pods labelled "app=web" exist
    And at no time, a pod labelled "app=web" shows STATUS "Terminating"
