Feature: How the simulated processes behave
  A simulation has no application in it. What an application does is said in a line: by image, by container, by owner, by label.

  Scenario: Pulling an image takes its time, fails for a while, or never works
    Given a cluster with 1 node
    And image "slow:v1" takes 20s to pull
    And image "shut:v1" cannot be pulled
    And image "typo:*" exists on no registry
    And a pod "slow" of image "slow:v1"
    And a pod "shut" of image "shut:v1"
    And a pod "typo" of image "typo:v7"
    When 15 seconds pass
    Then pod "slow" shows STATUS "ContainerCreating"
    And within 15s, pod "slow" shows STATUS "Running"
    And within 2m, pod "shut" shows STATUS "ErrImagePull"
    And within 2m, pod "shut" shows STATUS "ImagePullBackOff"
    And pod "shut" has event "Failed" with message "Failed to pull image"
    And within 1m, pod "typo" has event "Failed" with message "not found"

  Scenario Outline: Whose processes: <containers>
    Given a cluster with 1 node
    And <containers> exit with code 3 after 5s
    And a deployment "web" with 1 replica of image "shop/web:v2"
    And a pod "other" of image "other:v1"
    When 30s pass
    Then container "web" of every pod of deployment "web" was last terminated because "Error" with exit code 3
    And pod "other" has restarted 0 times

    Examples:
      | containers                             |
      | containers of image "shop/web:v2"      |
      | containers of image "shop/web:*"       |
      | container "web" of pod "web-*"         |
      | containers of pod "web-*"              |
      | containers of deployment "web"         |
      | containers labelled "app=web"          |

  Scenario: Processes end by themselves
    Given a cluster with 1 node
    And containers of image "crash:v1" exit with code 1 after 5s
    And a pod "crash" of image "crash:v1"
    When 20 seconds pass
    Then pod "crash" has restarted at least 1 time
    And container "crash" of pod "crash" was last terminated because "Error" with exit code 1

  Scenario: Starting takes time
    Given a cluster with 1 node
    And containers of image "heavy:v1" take 10s to start
    And a pod "heavy" of image "heavy:v1"
    Then for 9s, pod "heavy" is not Ready
    And within 5s, pod "heavy" is Ready

  Scenario: Getting ready takes time, as far as a probe asks
    Given a cluster with 1 node
    And containers of image "web:v1" become ready after 15s
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: probed}
      spec:
        containers:
        - name: web
          image: web:v1
          readinessProbe: {periodSeconds: 1, tcpSocket: {port: 80}}
      """
    When 14 seconds pass
    Then pod "probed" has phase "Running"
    And pod "probed" is not Ready
    And within 5s, pod "probed" is Ready

  Scenario: Memory: at once, later, and more and more
    Given a cluster with 1 node
    And containers of pod "at-once" use 300Mi of memory
    And containers of pod "later" use 300Mi of memory after 30s
    And container "app" of pod "leaking" leaks 10Mi of memory every minute
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: at-once}
      spec:
        restartPolicy: Never
        containers: [{name: app, image: app, resources: {limits: {memory: 100Mi}}}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: later}
      spec:
        restartPolicy: Never
        containers: [{name: app, image: app, resources: {limits: {memory: 100Mi}}}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: leaking}
      spec:
        restartPolicy: Never
        containers: [{name: app, image: app, resources: {limits: {memory: 100Mi}}}]
      """
    When 20s pass
    Then pod "at-once" shows STATUS "OOMKilled"
    And pod "later" shows STATUS "Running"
    And within 20s, pod "later" shows STATUS "OOMKilled"
    And for 9m, pod "leaking" shows STATUS "Running"
    And within 90s, pod "leaking" shows STATUS "OOMKilled"

  Scenario: CPU: at once, and later
    Given a cluster with 1 node
    And a pod "web" of image "web:v1"
    And containers of image "web:v1" use 500m of CPU
    And containers of image "web:v1" use 1500m of CPU after 10m
    When 5m pass
    Then `kubectl top pod web` prints:
      | NAME | CPU(cores) |
      | web  | 500m       |
    When 10m pass
    Then `kubectl top pod web` prints:
      | NAME | CPU(cores) |
      | web  | 1500m      |

  Scenario: Stopping takes time, or is refused until the grace period ends
    Given a cluster with 1 node
    And a pod "slow" of image "slow:v1"
    And a pod "deaf" of image "deaf:v1"
    And containers of image "slow:v1" take 10s to stop
    And containers of image "deaf:v1" ignore SIGTERM
    And the cluster settles
    When I run `kubectl delete pod slow deaf --wait=false`
    Then for 9s, pods "*" show STATUS "Terminating"
    And within 4s, pod "slow" does not exist
    And for 14s, pod "deaf" shows STATUS "Terminating"
    And within 8s, pod "deaf" does not exist

  Scenario: Processes log
    Given a cluster with 1 node
    And a pod "web" of image "web:v2"
    And containers of image "web:v2" log "listening on :8080"
    And the cluster settles
    When I run `kubectl logs web`
    Then the command prints "listening on :8080"

  Scenario: Everything in a table, a row a life
    Given a cluster with 1 node
    And containers of image "web:v2" behave:
      | pull | start | exit after | exit code | memory | cpu  | stop |
      | 5s   | 2s    | 10s        | 7         | 50Mi   | 250m | 4s   |
      |      |       |            |           |        |      |      |
    And container "a" of pod "ready" behaves:
      | ready after |
      | 20s         |
    And a pod "web" of image "web:v2"
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: ready}
      spec:
        containers:
        - name: a
          image: a
          readinessProbe: {periodSeconds: 1, tcpSocket: {port: 80}}
      """
    When 6 seconds pass
    Then pod "web" shows STATUS "ContainerCreating"
    And pod "ready" is not Ready
    And within 20s, container "web" of pod "web" was last terminated because "Error" with exit code 7
    And within 1m, pod "web" shows STATUS "Running"
    And for 30m, pod "web" has restarted 1 time
    And pod "ready" is Ready
    And `kubectl top pod web` prints:
      | NAME | CPU(cores) | MEMORY(bytes) |
      | web  | 250m       | 50Mi          |
