@pods @probes
Feature: Readiness, liveness and startup probes
  A probe asks a container again and again: by a command, an HTTP request, a TCP connection or gRPC. Readiness decides about
  traffic, liveness about restarts, startup holds the other two back.

  Background:
    Given a cluster with 1 node

  Scenario: A container without probes is ready as soon as it runs
    Given a pod "web" of image "nginx"
    Then within 10s, pod "web" is Ready

  Scenario: initialDelaySeconds and periodSeconds decide when a readiness probe first passes
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers:
        - name: app
          image: nginx
          readinessProbe: { httpGet: { path: /, port: 80 }, initialDelaySeconds: 15, periodSeconds: 5 }
      """
    When 10 seconds pass
    Then pod "web" is not Ready
    And container "app" of pod "web" is running
    And within 15s, pod "web" is Ready

  Scenario: A readiness probe by command follows a file
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers:
        - name: app
          image: my-server
          readinessProbe: { exec: { command: [cat, /tmp/ready] }, periodSeconds: 2 }
      """
    When 30 seconds pass
    Then pod "web" is not Ready
    And pod "web" has event "Unhealthy" with message "Readiness probe failed: cat: can't open '/tmp/ready': No such file or directory"
    When I run `kubectl exec web -- touch /tmp/ready`
    Then within 5s, pod "web" is Ready
    When I run `kubectl exec web -- rm /tmp/ready`
    Then within 10s, pod "web" is not Ready
    And pod "web" has restarted 0 times

  Scenario: The liveness example of the documentation: the file goes, the container is restarted
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: liveness-exec }
      spec:
        containers:
        - name: liveness
          image: busybox
          args: [/bin/sh, -c, "touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600"]
          livenessProbe: { exec: { command: [cat, /tmp/healthy] }, initialDelaySeconds: 5, periodSeconds: 5 }
      """
    When 30 seconds pass
    Then pod "liveness-exec" has restarted 0 times
    And within 30s, pod "liveness-exec" has event "Unhealthy" with message "Liveness probe failed: cat: can't open '/tmp/healthy'"
    And within 30s, pod "liveness-exec" has event "Killing" with message "Container liveness failed liveness probe, will be restarted"
    And within 1m, pod "liveness-exec" has restarted 1 time

  Scenario: failureThreshold failures in a row are needed
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers:
        - name: app
          image: nginx
          livenessProbe: { tcpSocket: { port: 80 }, periodSeconds: 10, failureThreshold: 3 }
      """
    When the cluster settles
    And the liveness probe of pod "web" fails for 15s
    And 5 minutes pass
    Then pod "web" has restarted 0 times

  Scenario: A probe that gets no answer in time fails
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers:
        - name: app
          image: nginx
          readinessProbe: { httpGet: { path: /, port: 80 }, timeoutSeconds: 2, periodSeconds: 5 }
      """
    When the cluster settles
    And the readiness probe of pod "web" times out for 1m
    Then within 20s, pod "web" is not Ready
    And pod "web" has event "Unhealthy" with message "Readiness probe failed"
    And within 90s, pod "web" is Ready

  Scenario: A startup probe that never passes ends in restarts
    Given containers of image "slow" become ready after 10m
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers:
        - name: app
          image: slow
          startupProbe: { grpc: { port: 9000 }, periodSeconds: 5, failureThreshold: 6 }
      """
    Then within 1m, pod "web" has restarted at least 1 time
    And pod "web" has event "Killing" with message "Container app failed startup probe, will be restarted"

  Scenario: A liveness probe may have a grace period of its own
    Given containers of image "my-server" ignore SIGTERM
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        terminationGracePeriodSeconds: 300
        containers:
        - name: app
          image: my-server
          livenessProbe: { httpGet: { path: /, port: 80 }, periodSeconds: 5, failureThreshold: 1, terminationGracePeriodSeconds: 10 }
      """
    When the cluster settles
    And the liveness probe of pod "web" fails for 10s
    Then within 40s, container "app" of pod "web" was last terminated because "Error" with exit code 137

  Scenario Outline: What a failing <what> probe says
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers:
        - { name: app, image: nginx, readinessProbe: { <handler>, periodSeconds: 5 } }
      """
    When the cluster settles
    And the readiness probe of pod "web" fails for 1m
    Then within 20s, pod "web" is not Ready
    And pod "web" has event "Unhealthy" with message "Readiness probe failed: <message>"

    Examples:
      | what      | handler                          | message                                                |
      | httpGet   | httpGet: { path: /, port: 80 }   | HTTP probe failed with statuscode: 500                 |
      | grpc      | grpc: { port: 9000 }             | service unhealthy (responded with \\"NOT_SERVING\\")     |
      | tcpSocket | tcpSocket: { port: 80 }          | dial tcp 10.244.0.2:80: connect: connection refused    |

  Scenario: A probe whose command is not there finds nothing: the pod is never ready, and never restarted
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers:
        - name: app
          image: nginx
          readinessProbe: { exec: { command: [exit, "0"] }, periodSeconds: 5 }
          livenessProbe: { exec: { command: [exit, "0"] }, periodSeconds: 5 }
      """
    When 5 minutes pass
    Then pod "web" is not Ready
    And pod "web" has restarted 0 times
    And pod "web" has event "Unhealthy" with message "Liveness probe errored and resulted in unknown state"
