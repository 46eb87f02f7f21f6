@tutorial @pods
Feature: The Pod: phases, restarts, probes, graceful shutdown and hooks
  Chapter "Workload: Pod" of an introduction for back-end developers, claim by claim. A Pod is what Kubernetes deploys: one
  container mostly, several that belong together sometimes. Its phase is the broad stroke, its containers' states the detail.

  Background:
    Given a cluster with 2 nodes

  Scenario: The first Pod: apply, get, describe, logs
    When I run `kubectl apply -f my-simple-pod.yaml`
    Then the command prints "pod/my-simple-pod created"
    And within 30s, pod "my-simple-pod" is Ready
    And `kubectl get pod my-simple-pod` prints:
      | NAME          | READY | STATUS  | RESTARTS |
      | my-simple-pod | 1/1   | Running | 0        |
    When I run `kubectl describe pod my-simple-pod`
    Then the command prints "Successfully assigned default/my-simple-pod"
    And the command prints "Pulling image \"nginx:1.24\""
    And the command prints "Started container my-container"
    When I run `kubectl logs my-simple-pod`
    Then the command succeeds

  Scenario: Pending, because no node can take the Pod
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: big }
      spec:
        containers:
        - { name: app, image: "nginx:1.24", resources: { requests: { cpu: "64" } } }
      """
    When 1 minute passes
    Then pod "big" has phase "Pending"
    And pod "big" shows STATUS "Pending"
    And pod "big" is not scheduled
    And pod "big" has condition "PodScheduled" "False" because "Unschedulable" with message "Insufficient cpu"

  Scenario: Pending, because the image is still being pulled
    Given image "nginx:1.24" takes 40s to pull
    And the manifest "my-simple-pod.yaml"
    When 20 seconds pass
    Then pod "my-simple-pod" has phase "Pending"
    And pod "my-simple-pod" shows STATUS "ContainerCreating"
    And within 30s, pod "my-simple-pod" has phase "Running"

  Scenario: Running says nothing of traffic: readiness decides that
    Given containers of image "nginx:1.24" become ready after 30s
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web, labels: { app: web } }
      spec:
        containers:
        - name: app
          image: nginx:1.24
          readinessProbe: { httpGet: { path: /, port: 80 }, periodSeconds: 5 }
      ---
      apiVersion: v1
      kind: Service
      metadata: { name: web }
      spec:
        selector: { app: web }
        ports: [{ port: 80 }]
      """
    When 15 seconds pass
    Then pod "web" has phase "Running"
    And pod "web" shows READY "0/1"
    And service "web" has 0 endpoints
    And within 30s, pod "web" is Ready
    And within 1s, service "web" routes to pod "web"

  Scenario: Succeeded: every container has ended with exit code 0, and none is restarted
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: batch }
      spec:
        restartPolicy: Never
        containers:
        - { name: work, image: busybox, command: [sh, -c, sleep 10] }
      """
    Then within 1m, pod "batch" has phase "Succeeded"
    And pod "batch" shows STATUS "Completed"
    And container "work" of pod "batch" is terminated because "Completed" with exit code 0

  Scenario: Failed: at least one container has ended with another exit code, and none is restarted
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: batch }
      spec:
        restartPolicy: Never
        containers:
        - { name: bad, image: busybox, command: [sh, -c, sleep 10; exit 2] }
        - { name: good, image: busybox, command: [sh, -c, sleep 5] }
      """
    Then within 1m, pod "batch" has phase "Failed"
    And pod "batch" shows STATUS "Error"
    And container "good" of pod "batch" is terminated because "Completed" with exit code 0
    And container "bad" of pod "batch" is terminated because "Error" with exit code 2

  Scenario: The phase Unknown is history: a Pod whose node is lost keeps the phase it had
    The chapter says that a Pod whose state cannot be determined has the phase Unknown. Kubernetes has not set it since 2015:
    today the Pod stays Running, turns not Ready, and is evicted after five minutes.
    Given the manifest "my-simple-pod.yaml"
    When the cluster settles
    And node "node-1" is lost
    And node "node-2" is lost
    And 4 minutes pass
    Then pod "my-simple-pod" has phase "Running"
    And pod "my-simple-pod" is not Ready

  Scenario Outline: restartPolicy <policy> after exit code <code>
    Always restarts whatever ends, OnFailure what failed, Never nothing.
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: task }
      spec:
        restartPolicy: <policy>
        containers:
        - { name: app, image: busybox, command: [sh, -c, sleep 5; exit <code>] }
      """
    When 1 minute passes
    Then pod "task" has phase "<phase>"
    And pod "task" has restarted <restarts>

    Examples:
      | policy    | code | phase     | restarts         |
      | Always    | 0    | Running   | at least 2 times |
      | Always    | 1    | Running   | at least 2 times |
      | OnFailure | 0    | Succeeded | 0 times          |
      | OnFailure | 1    | Running   | at least 2 times |
      | Never     | 0    | Succeeded | 0 times          |
      | Never     | 1    | Failed    | 0 times          |

  Scenario: A Pod looks alive while its container restarts again and again
    Given the manifest "crash-test.yaml"
    Then within 2m, pod "crash-test" shows STATUS "CrashLoopBackOff"
    And pod "crash-test" has phase "Running"

  Scenario: With several containers, one that is being restored keeps the Pod Running
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: two }
      spec:
        containers:
        - { name: good, image: nginx }
        - { name: bad, image: busybox, command: [sh, -c, sleep 5; exit 1] }
      """
    When 5 minutes pass
    Then pod "two" has phase "Running"
    And pod "two" shows READY "1/2"
    And container "good" of pod "two" is running
    And container "bad" of pod "two" was last terminated because "Error" with exit code 1
    And at no time, pod "two" has phase "Failed"

  Scenario: Waiting, Running, Terminated: the three states of a container
    Given image "nginx:1.24" takes 20s to pull
    And containers of image "nginx:1.24" exit with code 3 after 30s
    And the manifest "my-simple-pod.yaml"
    When 10 seconds pass
    Then container "my-container" of pod "my-simple-pod" is waiting because "ContainerCreating"
    And within 20s, container "my-container" of pod "my-simple-pod" is running
    And within 40s, container "my-container" of pod "my-simple-pod" was last terminated because "Error" with exit code 3
    When I run `kubectl describe pod my-simple-pod`
    Then the command prints "Exit Code:    3"

  Scenario: CrashLoopBackOff means trying again, ever more rarely
    Given the manifest "crash-test.yaml"
    When 1 minute passes
    Then pod "crash-test" has restarted at least 2 times
    And within 5m, container "bad-container" of pod "crash-test" is waiting because "CrashLoopBackOff"
    And pod "crash-test" has event "BackOff" with message "Back-off restarting failed container bad-container"
    And within 20m, pod "crash-test" has restarted at least 7 times
    And for 4m, pod "crash-test" has restarted at most 9 times

  Scenario: readinessProbe: a Pod that fails it gets no more requests, and is not restarted
    Given the manifest "probed.yaml"
    When the cluster settles
    Then service "probed" routes to pod "probed"
    When the readiness probe of pod "probed" fails for 1m
    Then within 30s, service "probed" does not route to pod "probed"
    And within 90s, service "probed" routes to pod "probed"
    And pod "probed" has restarted 0 times

  Scenario: livenessProbe: a container that fails it is restarted
    Given the manifest "probed.yaml"
    When the cluster settles
    And the liveness probe of pod "probed" fails for 40s
    Then within 1m, pod "probed" has restarted 1 time
    And pod "probed" has event "Killing" with message "failed liveness probe, will be restarted"

  Scenario: startupProbe: as long as it has not passed, the other probes wait
    Given containers of image "slow" become ready after 60s
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: slow }
      spec:
        containers:
        - name: app
          image: slow
          startupProbe: { httpGet: { path: /, port: 8080 }, periodSeconds: 5, failureThreshold: 30 }
          livenessProbe: { httpGet: { path: /, port: 8080 }, periodSeconds: 5, failureThreshold: 1 }
      """
    Then within 2m, pod "slow" is Ready
    And pod "slow" has restarted 0 times

  Scenario: Graceful shutdown: SIGTERM first, time to finish, then the end
    Given containers of image "nginx:1.24" take 20s to stop
    And the manifest "my-simple-pod.yaml"
    When the cluster settles
    And I run `kubectl delete pod my-simple-pod --wait=false`
    Then within 1s, pod "my-simple-pod" shows STATUS "Terminating"
    And for 18s, pod "my-simple-pod" exists
    And within 5s, pod "my-simple-pod" does not exist

  Scenario: Graceful shutdown: who does not listen is killed when the grace period is over
    Given containers of image "nginx:1.24" ignore SIGTERM
    And the manifest "my-simple-pod.yaml"
    When the cluster settles
    And I run `kubectl delete pod my-simple-pod --wait=false`
    Then for 29s, pod "my-simple-pod" shows STATUS "Terminating"
    And within 5s, pod "my-simple-pod" does not exist

  Scenario: postStart and preStop: hooks at a container's beginning and end
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: hooked }
      spec:
        containers:
        - name: app
          image: nginx:1.24
          lifecycle:
            postStart: { exec: { command: [sh, -c, "sleep 10"] } }
            preStop: { exec: { command: [sh, -c, "sleep 8"] } }
      """
    When 5 seconds pass
    Then pod "hooked" is not Ready
    And within 10s, pod "hooked" is Ready
    When I run `kubectl delete pod hooked --wait=false`
    Then for 7s, pod "hooked" shows STATUS "Terminating"
    And within 5s, pod "hooked" does not exist
