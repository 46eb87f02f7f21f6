@scheduling
Feature: schedulerName and nodeName: pods that the default scheduler leaves alone
  Another scheduler may have its own rules, and who names a node has decided already. Nobody checks then whether the node suits: only
  its kubelet may still refuse the pod.

  Scenario: A pod of another scheduler is left alone
    Given a cluster with 1 node
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        schedulerName: my-scheduler
        containers: [{ name: app, image: web:v1 }]
      """
    Then for 10m, pod "web" shows STATUS "Pending"
    And pod "web" has "{.status.conditions}" equal to ""

  Scenario: A pod that names its node never meets the scheduler
    Given a cluster with 2 nodes
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: static }
      spec:
        nodeName: node-2
        containers: [{ name: app, image: web:v1 }]
      """
    When the cluster settles
    Then pod "static" runs on node "node-2"
