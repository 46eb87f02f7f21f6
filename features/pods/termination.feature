@pods
Feature: How a pod ends: preStop, SIGTERM, grace period, SIGKILL
  Deleting a pod starts its grace period: the preStop hook, then SIGTERM, and SIGKILL when the period is over. The object goes when
  everything has stopped. Process 1 of a container gets no signal that it has not asked for: shells and sleep do not.

  Background:
    Given a cluster with 1 node

  Scenario: A server that handles SIGTERM is gone within a second
    Given a pod "web" of image "nginx"
    When the cluster settles
    And I run `kubectl delete pod web`
    Then the command prints "pod \"web\" deleted"
    And pod "web" does not exist

  Scenario: sleep does not hear SIGTERM and is killed after 30 seconds
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: idle }
      spec:
        containers: [{ name: app, image: busybox, command: [sleep, infinity] }]
      """
    When the cluster settles
    And I run `kubectl delete pod idle --wait=false`
    Then for 29s, pod "idle" shows STATUS "Terminating"
    And within 3s, pod "idle" does not exist

  Scenario: A trap lets a shell exit
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: idle }
      spec:
        containers: [{ name: app, image: busybox, command: [sh, -c, "trap 'exit 0' TERM; while true; do sleep 1; done"] }]
      """
    When the cluster settles
    And I run `kubectl delete pod idle --wait=false`
    Then within 3s, pod "idle" does not exist

  Scenario: terminationGracePeriodSeconds is the pod's own, --grace-period the user's
    Given containers of image "my-server" ignore SIGTERM
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: slow }
      spec:
        terminationGracePeriodSeconds: 60
        containers: [{ name: app, image: my-server }]
      """
    When the cluster settles
    And I run `kubectl delete pod slow --wait=false`
    Then for 40s, pod "slow" exists
    When I run `kubectl delete pod slow --grace-period=5 --wait=false`
    Then within 8s, pod "slow" does not exist

  Scenario: --force removes the object at once
    Given containers of image "my-server" ignore SIGTERM
    And a pod "slow" of image "my-server"
    When the cluster settles
    And I run `kubectl delete pod slow --grace-period=0 --force`
    Then pod "slow" does not exist

  Scenario: The preStop hook runs first and counts against the grace period
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers:
        - name: app
          image: nginx
          lifecycle: { preStop: { sleep: { seconds: 10 } } }
      """
    When the cluster settles
    And I run `kubectl delete pod web --wait=false`
    Then for 9s, container "app" of pod "web" is running
    And within 3s, pod "web" does not exist

  Scenario: A failing postStart hook ends the container
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers:
        - name: app
          image: nginx
          lifecycle: { postStart: { exec: { command: ["false"] } } }
      """
    Then within 30s, pod "web" has event "FailedPostStartHook" with message "PostStartHook failed"
    And within 2m, pod "web" shows STATUS "CrashLoopBackOff"

  Scenario: A pod that is being deleted gets no more traffic
    Given containers of image "nginx" take 20s to stop
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web, labels: { app: web } }
      spec:
        containers: [{ name: app, image: nginx, ports: [{ containerPort: 80 }] }]
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: web }
      spec: { selector: { app: web }, ports: [{ port: 80 }] }
      """
    When the cluster settles
    Then service "web" routes to pod "web"
    When I run `kubectl delete pod web --wait=false`
    Then within 1s, service "web" does not route to pod "web"
    And pod "web" shows STATUS "Terminating"

  Scenario: A pull under way is given up when the pod is deleted
    Given image "slow:v1" takes 5m to pull
    And a pod "web" of image "slow:v1"
    When 10 seconds pass
    And I run `kubectl delete pod web`
    Then pod "web" does not exist
    And pod "web" has event "Failed" with message "Failed to pull image \"slow:v1\": rpc error: code = Canceled desc = context canceled"

  Scenario: A postStart hook ends with its container
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
          command: [sh, -c, "sleep 5; exit 3"]
          lifecycle: { postStart: { exec: { command: [sleep, "60"] } } }
      """
    Then within 10s, pod "web" has event "FailedPostStartHook"
    And within 5s, pod "web" has phase "Failed"
    And container "app" of pod "web" is terminated because "Error" with exit code 3

  Scenario: An init container that is killed with its pod: those behind it were never there
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        activeDeadlineSeconds: 10
        terminationGracePeriodSeconds: 5
        initContainers: [{ name: prepare, image: busybox, command: [sleep, infinity] }]
        containers: [{ name: app, image: nginx }]
      """
    Then within 20s, pod "web" has phase "Failed"
    And pod "web" has "{.status.reason}" equal to "DeadlineExceeded"
    And container "prepare" of pod "web" is terminated because "Error" with exit code 137
    And container "app" of pod "web" is waiting because "PodInitializing"
    And pod "web" shows STATUS "Init:Error"

  Scenario: activeDeadlineSeconds ends a pod whose image never came
    Given image "gone:v1" exists on no registry
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        activeDeadlineSeconds: 30
        containers: [{ name: app, image: "gone:v1" }]
      """
    Then within 35s, pod "web" has phase "Failed"
    And within 2s, pod "web" shows STATUS "ContainerStatusUnknown"
    And pod "web" has event "DeadlineExceeded"

  Scenario: A kubelet that starts anew keeps to the deadline
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        activeDeadlineSeconds: 60
        containers: [{ name: app, image: nginx }]
      """
    When 40 seconds pass
    And the kubelet on node "node-1" stops for 10s
    Then within 22s, pod "web" has phase "Failed"
