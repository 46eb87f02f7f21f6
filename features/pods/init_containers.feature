@pods
Feature: Init containers run one after the other before the containers of a pod
  Each must succeed before the next starts; a failing one is tried again as the restart policy says, with the same back-off as any
  container. READY counts only the containers behind them.

  Background:
    Given a cluster with 1 node

  Scenario: Init:0/2, Init:1/2, PodInitializing, Running
    Given image "app" takes 5s to pull
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        initContainers:
        - { name: one, image: busybox, command: [sh, -c, sleep 5] }
        - { name: two, image: busybox, command: [sh, -c, sleep 5] }
        containers: [{ name: app, image: app }]
      """
    When the cluster settles
    Then pod "web" went through STATUS "Pending, Init:0/2, Init:1/2, PodInitializing, Running"
    And pod "web" has restarted 0 times

  Scenario: A failing init container is tried again, ever more rarely
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        initContainers: [{ name: prepare, image: busybox, command: ["false"] }]
        containers: [{ name: app, image: nginx }]
      """
    Then within 10s, pod "web" shows STATUS "Init:Error"
    And within 1m, pod "web" shows STATUS "Init:CrashLoopBackOff"
    And within 5m, pod "web" has restarted at least 4 times
    And pod "web" has phase "Pending"
    And container "app" of pod "web" is waiting because "PodInitializing"
    And pod "web" has condition "Initialized" "False" because "ContainersNotInitialized" with message "containers with incomplete status: [prepare]"

  Scenario: With restartPolicy Never a failing init container fails the pod
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        restartPolicy: Never
        initContainers: [{ name: prepare, image: busybox, command: [sh, -c, "sleep 2; exit 7"] }]
        containers: [{ name: app, image: nginx }]
      """
    Then within 30s, pod "web" has phase "Failed"
    And pod "web" shows STATUS "Init:Error"
    And container "prepare" of pod "web" is terminated because "Error" with exit code 7
    And at no time, container "app" of pod "web" is running

  Scenario: A restart of a container does not run the init containers again
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        initContainers: [{ name: prepare, image: busybox, command: ["true"] }]
        containers: [{ name: app, image: nginx }]
      """
    When the cluster settles
    And container "app" of pod "web" exits with code 1
    And the cluster settles
    Then pod "web" is Ready
    And pod "web" has "{.status.containerStatuses[0].restartCount}" equal to "1"
    And pod "web" has "{.status.initContainerStatuses[0].restartCount}" equal to "0"
