@pods
Feature: Restart policy and restart back-off
  A container that ends is started again as the pod's restartPolicy says: the first time at once, then after 10 s, 20 s, 40 s … up
  to 5 minutes counted from its end. Ten minutes of running make the kubelet forget.

  Background:
    Given a cluster with 1 node

  Scenario Outline: restartPolicy <policy>, exit code <code>: <status>
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: task }
      spec:
        restartPolicy: <policy>
        containers: [{ name: app, image: busybox, command: [sh, -c, "sleep 1; exit <code>"] }]
      """
    When 3 minutes pass
    Then pod "task" has restarted <restarts>
    And at some time, pod "task" shows STATUS "<status>"

    Examples:
      | policy    | code | restarts         | status           |
      | Always    | 0    | at least 3 times | CrashLoopBackOff |
      | Always    | 1    | at least 3 times | CrashLoopBackOff |
      | OnFailure | 0    | 0 times          | Completed        |
      | OnFailure | 1    | at least 3 times | CrashLoopBackOff |
      | Never     | 0    | 0 times          | Completed        |
      | Never     | 1    | 0 times          | Error            |

  Scenario: Between the exit and the back-off the pod shows Error
    The kubelet finds out that it has to wait only when it next looks at the pod, 10 to 15 seconds after the failed attempt.
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: task }
      spec:
        containers: [{ name: app, image: busybox, command: [sh, -c, "sleep 5; exit 1"] }]
      """
    When 15 seconds pass
    Then for 7s, pod "task" shows STATUS "Error"
    And within 10s, pod "task" shows STATUS "CrashLoopBackOff"

  Scenario: The back-off can be shortened for a test
    Given cluster setting "container-backoff-max" is "20s"
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: task }
      spec:
        containers: [{ name: app, image: busybox, command: ["false"] }]
      """
    When 10 minutes pass
    Then pod "task" has restarted at least 12 times

  Scenario: Only the container restarts: the pod keeps its name, address and node
    Given a pod "web" of image "nginx"
    When the cluster settles
    And container "web" of pod "web" exits with code 1
    And the cluster settles
    Then pod "web" has restarted 1 time
    And pod "web" went through STATUS "Pending, ContainerCreating, Running, Error, Running"

  Scenario: activeDeadlineSeconds ends a pod whatever its policy
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: task }
      spec:
        activeDeadlineSeconds: 60
        containers: [{ name: app, image: busybox, command: [sleep, infinity] }]
      """
    When 55 seconds pass
    Then pod "task" has phase "Running"
    And within 1m, pod "task" has phase "Failed"
    And pod "task" has "{.status.reason}" equal to "DeadlineExceeded"
    And pod "task" has event "DeadlineExceeded" with message "Pod was active on the node longer than the specified deadline"

  Scenario: Another image knows no back-off: a crash loop that is mended goes on at once
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers: [{ name: app, image: "broken:v1" }]
      """
    And containers of image "broken:v1" exit with code 1 after 2s
    When 10 minutes pass
    Then within 6m, pod "web" shows STATUS "CrashLoopBackOff"
    When I run `kubectl set image pod/web app=mended:v1`
    Then within 5s, pod "web" is Ready
