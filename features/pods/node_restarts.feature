@pods @nodes @faults
Feature: What a restarting kubelet or machine does to pods
  Containers go on while their kubelet is away; a machine that restarts has lost them all. The kubelet remembers nothing of its own:
  it takes over what the runtime shows.

  Background:
    Given a cluster with 2 nodes
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        nodeName: node-1
        containers: [{ name: app, image: nginx }]
      """
    When the cluster settles

  Scenario: A kubelet restart is not noticed by its containers
    When the kubelet on node "node-1" stops for 20s
    And 2 minutes pass
    Then pod "web" is Ready
    And pod "web" has restarted 0 times

  Scenario: While the kubelet is away nobody restarts what ends
    When the kubelet on node "node-1" stops for 2m
    And container "app" of pod "web" exits with code 1
    And 1 minute passes
    Then pod "web" has restarted 0 times
    And within 3m, pod "web" has restarted 1 time

  Scenario: After a reboot the container has ended with Unknown, 255, and is started anew
    When node "node-1" reboots
    Then within 2m, container "app" of pod "web" was last terminated because "Unknown" with exit code 255
    And within 10s, pod "web" is Ready
    And pod "web" has restarted 1 time
    And pod "web" has event "SandboxChanged" with message "Pod sandbox changed, it will be killed and re-created."

  Scenario: A pod that was deleted meanwhile ends when its kubelet is back
    When the kubelet on node "node-1" stops for 2m
    And I run `kubectl delete pod web --wait=false`
    And 1 minute passes
    Then pod "web" shows STATUS "Terminating"
    And within 3m, pod "web" does not exist

  Scenario: After a reboot the init containers run again, all of them, before the containers proper
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: prepared }
      spec:
        nodeName: node-1
        initContainers:
        - { name: one, image: busybox, command: [sh, -c, sleep 20] }
        - { name: two, image: busybox, command: [sh, -c, sleep 20] }
        containers: [{ name: app, image: nginx }]
      """
    When the cluster settles
    And node "node-1" reboots
    And 45 seconds pass
    Then container "one" of pod "prepared" is running
    And container "app" of pod "prepared" is terminated because "Unknown" with exit code 255
    When 20 seconds pass
    Then container "two" of pod "prepared" is running
    And within 25s, pod "prepared" is Ready
    And pod "prepared" has "{.status.initContainerStatuses[*].restartCount}" equal to "1 1"
    And pod "prepared" has "{.status.containerStatuses[0].restartCount}" equal to "1"
