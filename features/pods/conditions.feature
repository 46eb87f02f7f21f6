@pods
Feature: Conditions of a pod and readiness gates
  Conditions are the milestones of a pod's life, each with the time at which it was last passed. Ready is ContainersReady and
  whatever gates the pod's spec names, which somebody else has to open.

  Background:
    Given a cluster with 1 node

  Scenario: The milestones of a start
    Given image "nginx" takes 10s to pull
    And a pod "web" of image "nginx"
    When 5 seconds pass
    Then pod "web" has condition "PodScheduled" "True"
    And pod "web" has condition "Initialized" "True"
    And pod "web" has condition "ContainersReady" "False" because "ContainersNotReady" with message "containers with unready status: [web]"
    And pod "web" has condition "Ready" "False" because "ContainersNotReady"
    When the cluster settles
    Then pod "web" has condition "PodReadyToStartContainers" "True"
    And pod "web" has condition "ContainersReady" "True"
    And pod "web" has condition "Ready" "True"

  Scenario: The end: PodCompleted
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: task }
      spec:
        restartPolicy: Never
        containers: [{ name: app, image: busybox, command: ["true"] }]
      """
    When the cluster settles
    Then pod "task" has condition "Ready" "False" because "PodCompleted"
    And pod "task" has condition "ContainersReady" "False" because "PodCompleted"
    And pod "task" has condition "Initialized" "True" because "PodCompleted"
    And pod "task" has condition "PodReadyToStartContainers" "False"

  Scenario: A readiness gate that nobody has opened
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        readinessGates: [{ conditionType: example.com/load-balancer }]
        containers: [{ name: app, image: nginx }]
      """
    When the cluster settles
    Then pod "web" shows READY "1/1"
    And pod "web" has condition "ContainersReady" "True"
    And pod "web" has condition "Ready" "False" because "ReadinessGatesNotReady" with message "corresponding condition of pod readiness gate \"example.com/load-balancer\" does not exist."
    And `kubectl get pod web -o wide` prints:
      | NAME | READINESS GATES |
      | web  | 0/1             |

  Scenario: A readiness gate that a controller opens
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        readinessGates: [{ conditionType: example.com/load-balancer }]
        containers: [{ name: app, image: nginx }]
      """
    When the cluster settles
    And I run `kubectl patch pod web --subresource=status -p '{"status":{"conditions":[{"type":"example.com/load-balancer","status":"True"}]}}'`
    Then within 5s, pod "web" is Ready
