Feature: Faults, how long they last and how they end
  Every fault stands in a sentence; behind it ` for 10m` heals it by itself, else a sentence of its own ends it. What each does to
  a cluster is told under faults; here are the sentences that the others leave out.

  Background:
    Given a cluster with 3 nodes in zones "a", "b", "c"
    And a deployment "web" with 3 replicas of image "web:v1"
    And a pod "web-0" of image "nginx:1.25"
    And the cluster settles

  Scenario: A kubelet stops and is started again
    When the kubelet on node "node-2" stops
    And 2m pass
    Then node "node-2" is not Ready
    When the kubelet on node "node-2" recovers
    Then within 30s, node "node-2" is Ready

  Scenario: A reboot takes as long as is said
    When node "node-2" reboots for 3m
    And 2m pass
    Then node "node-2" is not Ready
    And within 90s, node "node-2" is Ready
    And within 1m, a pod on node "node-2" has event "SandboxChanged"

  Scenario: An image and its registry fail, and recover
    When image "web:v2" cannot be pulled
    And registry "quay.io" is unreachable
    And I run `kubectl set image deployment/web web=web:v2`
    And I run `kubectl run quay --image=quay.io/app:v1`
    Then within 2m, pod "quay" shows STATUS "ImagePullBackOff"
    And within 2m, a pod of deployment "web" shows STATUS "ImagePullBackOff"
    When image "web:v2" recovers
    And registry "quay.io" heals
    Then within 6m, deployment "web" has rolled out
    And within 6m, pod "quay" is Ready

  Scenario: A registry lets only so many pulls a minute through
    When registry "docker.io" limits pulls to 1 per minute
    And I run `kubectl create deployment more --image=more:v1 --replicas=3`
    Then within 30s, a pod of deployment "more" has event "Failed" with message "toomanyrequests"
    And within 10m, deployment "more" has 3 ready replicas

  Scenario: A node is slow, a clock is wrong, both recover
    When node "node-1" runs slow by 5x
    And the clock of node "node-2" runs 30s ahead
    And every pod on node "node-1" is killed
    And every pod on node "node-2" is killed
    And 1m passes
    Then node "node-1" is Ready
    When node "node-1" heals
    And the clock of node "node-2" heals

  Scenario: What a controller hears late
    When watch events of the deployment controller arrive 5s late
    And I run `kubectl scale deployment/web --replicas=4`
    Then for 4s, exactly 3 pods of deployment "web" exist
    And within 5s, exactly 4 pods of deployment "web" exist
    When the cluster settles
    And watch events of the deployment controller recover
    And I run `kubectl scale deployment/web --replicas=5`
    Then within 1s, exactly 5 pods of deployment "web" exist

  Scenario: Many at once: crashes, evictions, kills, out of memory
    When pods "web-*" crash with code 2
    Then within 10s, at least 3 pods labelled "app=web" have restarted 1 time
    And the cluster settles
    When pod "web-0" crashes with code 2
    And 30s pass
    Then pod "web-0" has restarted 2 times
    When every pod of deployment "web" are OOM killed
    And pod "web-0" is OOM killed
    And 5s pass
    Then at some time, pod "web-0" shows STATUS "OOMKilled"
    When every pod of deployment "web" are evicted
    And pod "web-0" is evicted
    And 5s pass
    Then pod "web-0" has "{.status.reason}" equal to "Evicted"
    When every pod of deployment "web" is killed
    And pods "web-0" are killed
    Then pod "web-0" does not exist

  Scenario: One container is killed, ends, hangs
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: two}
      spec:
        containers:
        - name: app
          image: app:v1
          livenessProbe: {periodSeconds: 5, tcpSocket: {port: 80}}
        - name: side
          image: side:v1
      """
    And the cluster settles
    When container "app" of pod "two" is OOM killed
    Then within 5s, container "app" of pod "two" was last terminated because "OOMKilled" with exit code 137
    When container "side" of pod "two" exits with code 2
    Then within 5s, container "side" of pod "two" was last terminated because "Error" with exit code 2
    And within 1m, every pod labelled "app in (web, web-0)" is Ready
    When 1m passes
    And container "app" of pod "two" hangs
    Then within 30s, pod "two" has event "Unhealthy" with message "Liveness probe failed"
    And within 1m, pod "two" has event "Killing" with message "failed liveness probe"

  Scenario Outline: The <probe> probe <fault>
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: probed}
      spec:
        containers:
        - name: app
          image: app:v1
          startupProbe: {periodSeconds: 5, failureThreshold: 2, tcpSocket: {port: 80}}
          readinessProbe: {periodSeconds: 5, failureThreshold: 2, tcpSocket: {port: 80}}
          livenessProbe: {periodSeconds: 5, failureThreshold: 2, tcpSocket: {port: 80}}
      """
    And <before> pass
    When the <probe> probe of pod "probed" <fault>
    Then within 1m, pod "probed" has event "Unhealthy" with message "<message>"
    When the <probe> probe of pod "probed" recovers
    Then within 5m, pod "probed" is Ready

    Examples:
      | probe     | fault     | before | message                |
      | liveness  | fails     | 30s    | Liveness probe failed  |
      | liveness  | times out | 30s    | Liveness probe failed  |
      | readiness | fails     | 30s    | Readiness probe failed |
      | readiness | times out | 30s    | Readiness probe failed |
      | startup   | fails     | 1s     | Startup probe failed   |
      | startup   | times out | 1s     | Startup probe failed   |
