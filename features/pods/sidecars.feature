@pods
Feature: Sidecars: init containers with restartPolicy Always
  A sidecar starts in its place among the init containers, goes on for the pod's whole life, is restarted whatever the pod's
  policy says, counts for READY, and ends after the containers proper.

  Background:
    Given a cluster with 1 node

  Scenario: What stands behind a sidecar waits until it has started
    Given containers of image "proxy" become ready after 10s
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        initContainers:
        - name: proxy
          image: proxy
          restartPolicy: Always
          startupProbe: { httpGet: { path: /, port: 9000 }, periodSeconds: 1, failureThreshold: 60 }
        containers: [{ name: app, image: nginx }]
      """
    When 8 seconds pass
    Then container "proxy" of pod "web" is running
    And container "app" of pod "web" is waiting because "PodInitializing"
    And within 15s, pod "web" shows READY "2/2"

  Scenario: A sidecar does not keep a pod from completing
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: task }
      spec:
        restartPolicy: Never
        initContainers: [{ name: proxy, image: envoy, restartPolicy: Always }]
        containers: [{ name: work, image: busybox, command: [sh, -c, sleep 20] }]
      """
    Then within 20s, pod "task" shows READY "2/2"
    And within 1m, pod "task" has phase "Succeeded"
    And container "proxy" of pod "task" is terminated because "Completed" with exit code 0

  Scenario: A sidecar restarts even in a pod that never restarts
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: task }
      spec:
        restartPolicy: Never
        initContainers: [{ name: proxy, image: envoy, restartPolicy: Always }]
        containers: [{ name: work, image: nginx }]
      """
    When the cluster settles
    And container "proxy" of pod "task" exits with code 1
    And the cluster settles
    Then container "proxy" of pod "task" is running
    And pod "task" has "{.status.initContainerStatuses[0].restartCount}" equal to "1"
    And pod "task" has phase "Running"

  Scenario: Sidecars end last, in reverse order
    Given containers of image "app" take 5s to stop
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        initContainers:
        - { name: first, image: envoy, restartPolicy: Always }
        - { name: second, image: fluentd, restartPolicy: Always }
        containers: [{ name: app, image: app }]
      """
    When the cluster settles
    And I run `kubectl delete pod web --wait=false`
    And 3 seconds pass
    Then container "first" of pod "web" is running
    And container "second" of pod "web" is running
    And within 10s, pod "web" does not exist
