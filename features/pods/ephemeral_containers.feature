@pods
Feature: Ephemeral containers: kubectl debug
  A container that is added to a running pod to look into it. It is never restarted, cannot be removed, and does not count for the
  pod's phase or readiness.

  Background:
    Given a cluster with 1 node
    And a pod "web" of image "nginx"
    When the cluster settles

  Scenario: A debugging container runs beside the others
    When I run `kubectl debug web --image=busybox --target=web -c debugger -- sleep infinity`
    And the cluster settles
    Then pod "web" has "{.spec.ephemeralContainers[0].name}" equal to "debugger"
    And pod "web" has "{.status.ephemeralContainerStatuses[0].name}" equal to "debugger"
    And pod "web" shows READY "1/1"
    When I run `kubectl exec web -c debugger -- nc -z localhost 80`
    Then the command succeeds

  Scenario: A shell with a terminal waits for what somebody types
    When I run `kubectl debug -it web --image=busybox --target=web -c shell -- sh`
    And 10 minutes pass
    And I run `kubectl exec web -c shell -- echo still here`
    Then the command prints "still here"
    And pod "web" is Ready

  Scenario: It ends without consequences
    When I run `kubectl debug web --image=busybox -c debugger -- sh -c "echo looked; exit 3"`
    And 2 minutes pass
    Then pod "web" has "{.status.ephemeralContainerStatuses[0].state.terminated.exitCode}" equal to "3"
    And pod "web" has "{.status.ephemeralContainerStatuses[0].restartCount}" equal to "0"
    And pod "web" is Ready
    And pod "web" shows STATUS "Running"
    When I run `kubectl logs web -c debugger`
    Then the command prints "looked"

  Scenario: A name is taken once
    When I run `kubectl debug web --image=busybox -c debugger -- sleep infinity`
    And I try to run `kubectl debug web --image=busybox -c debugger`
    Then the command fails with "already exists"

  Scenario: A copy of a pod with another command
    When I run `kubectl debug web --copy-to=web-copy --container=web --set-image=web=busybox -- sleep infinity`
    Then within 10s, pod "web-copy" is Ready
    And pod "web-copy" has "{.spec.containers[0].image}" equal to "busybox"
    And pod "web" is Ready

  Scenario: A pod on a node
    When I run `kubectl debug node/node-1 --image=busybox -- sleep infinity`
    Then within 10s, pod "node-debugger-node-1-*" is Ready
    And pod "node-debugger-node-1-*" has "{.spec.hostNetwork}" equal to "true"
