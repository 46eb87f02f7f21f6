@pods
Feature: Why a container ended, in its own words
  What a process writes into its terminationMessagePath (/dev/termination-log, if nothing else is said) becomes the message of the
  container's end. With terminationMessagePolicy FallbackToLogsOnError the end of the log stands in for it.

  Background:
    Given a cluster with 1 node

  Scenario: The termination message
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: termination-demo }
      spec:
        restartPolicy: Never
        containers:
        - { name: app, image: debian, command: [/bin/sh], args: [-c, "sleep 10 && echo Sleep expired > /dev/termination-log"] }
      """
    Then within 20s, pod "termination-demo" has phase "Succeeded"
    When I run `kubectl get pod termination-demo -o jsonpath={.status.containerStatuses[0].state.terminated.message}`
    Then the command prints "Sleep expired"

  Scenario: A path of its own, and the message of the life before
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers:
        - name: app
          image: busybox
          command: [sh, -c, "echo out of beans > /tmp/why; sleep 5; exit 1"]
          terminationMessagePath: /tmp/why
      """
    Then within 20s, pod "web" has restarted 1 time
    When I run `kubectl get pod web -o jsonpath={.status.containerStatuses[0].lastState.terminated.message}`
    Then the command prints "out of beans"

  Scenario Outline: The log stands in when a container fails, exit code <code>
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        restartPolicy: Never
        containers:
        - name: app
          image: busybox
          command: [sh, -c, "echo starting; sleep 5; echo no database; exit <code>"]
          terminationMessagePolicy: FallbackToLogsOnError
      """
    Then within 20s, container "app" of pod "web" is terminated because "<reason>" with exit code <code>
    When I run `kubectl get pod web -o jsonpath=[{.status.containerStatuses[0].state.terminated.message}]`
    Then the command prints "<message>"

    Examples:
      | code | reason    | message     |
      | 1    | Error     | no database |
      | 0    | Completed | []          |
