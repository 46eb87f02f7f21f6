@tutorial @pods
Feature: The Pod in depth: phases, conditions, init, sidecar and ephemeral containers, user namespaces, downward API
  Article "Kubernetes - Pod", table by table. Where the article shows what no cluster can show, the scenario shows what a cluster
  does and says so.

  Background:
    Given a cluster with 2 nodes

  Scenario: Mostly a Pod is not created directly but by a workload
    Given a deployment "web" with 2 replicas of image "nginx:1.25"
    When the cluster settles
    Then exactly 2 pods of deployment "web" are Ready
    And every pod of deployment "web" has "{.metadata.ownerReferences[0].kind}" equal to "ReplicaSet"

  Scenario Outline: Phases: <phase>
    Given image "slow" takes 30s to pull
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: task }
      spec:
        restartPolicy: Never
        containers:
        - { name: app, image: <image>, command: [sh, -c, "sleep 20; exit <code>"] }
      """
    When <after> seconds pass
    Then pod "task" has phase "<phase>"

    Examples: pulling, at work, ended well, ended badly
      | phase     | image   | code | after |
      | Pending   | slow    | 0    | 10    |
      | Running   | busybox | 0    | 10    |
      | Succeeded | busybox | 0    | 40    |
      | Failed    | busybox | 1    | 40    |

  Scenario: The phase follows Pending, Running, Succeeded and never goes back
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: task }
      spec:
        restartPolicy: OnFailure
        containers:
        - { name: app, image: busybox, command: [sh, -c, "sleep 20"] }
      """
    When 1 minute passes
    Then pod "task" went through STATUS "Pending, ContainerCreating, Running, Completed"
    And pod "task" has phase "Succeeded"
    And for 1h, pod "task" has phase "Succeeded"

  Scenario: Running is one container started, not all of them
    The article says that all containers run. A Pod is Running as soon as every container has been created and one of them runs
    or is being restarted.
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: two }
      spec:
        containers:
        - { name: good, image: nginx }
        - { name: bad, image: busybox, command: [sh, -c, exit 1] }
      """
    When 2 minutes pass
    Then pod "two" has phase "Running"
    And container "bad" of pod "two" is waiting because "CrashLoopBackOff"

  Scenario: A container that waits for a Secret
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers:
        - name: app
          image: nginx
          env: [{ name: TOKEN, valueFrom: { secretKeyRef: { name: api, key: token } } }]
      """
    When 30 seconds pass
    Then container "app" of pod "web" is waiting because "CreateContainerConfigError"
    When I run `kubectl apply -f api-secret.yaml`
    Then within 30s, container "app" of pod "web" is running
    When I run `kubectl exec web -- printenv TOKEN`
    Then the command prints "s3cr3t"

  Scenario: restartPolicy is Always unless a Pod says otherwise
    Given a pod "web" of image "nginx"
    Then pod "web" has "{.spec.restartPolicy}" equal to "Always"

  Scenario: The back-off doubles from 10 seconds up to 5 minutes
    Each delay counts from the container's end; a kubelet that has found out too early looks again after 10 to 15 seconds, so the
    restarts come somewhat later. The first restart comes at once.
    Given the manifest "crash-test.yaml"
    When 5 seconds pass
    Then pod "crash-test" has restarted 1 time
    And within 20s, pod "crash-test" has restarted 2 times
    And within 40s, pod "crash-test" has restarted 3 times
    And within 1m, pod "crash-test" has restarted 4 times
    And within 2m, pod "crash-test" has restarted 5 times
    And within 3m, pod "crash-test" has restarted 6 times
    And container "bad-container" of pod "crash-test" is terminated because "Error" with exit code 1
    And within 30s, pod "crash-test" shows STATUS "CrashLoopBackOff"
    When I run `kubectl get pod crash-test -o jsonpath='{.status.containerStatuses[0].state.waiting.message}'`
    Then the command prints "back-off 5m0s restarting failed container=bad-container pod=crash-test_default("

  Scenario: After ten minutes of running the back-off begins anew
    Given containers of image "flaky" exit with code 1 after 11m
    And a pod "web" of image "flaky"
    When 30m passes
    Then pod "web" has restarted 2 times
    And at no time, pod "web" shows STATUS "CrashLoopBackOff"

  Scenario: The conditions of a Pod that is ready
    Given a pod "web" of image "nginx"
    When the cluster settles
    Then pod "web" has condition "PodScheduled" "True"
    And pod "web" has condition "PodReadyToStartContainers" "True"
    And pod "web" has condition "Initialized" "True"
    And pod "web" has condition "ContainersReady" "True"
    And pod "web" has condition "Ready" "True"

  Scenario: The conditions of a Pod whose container cannot be configured
    The article's status block shows the phase Running beside a container that waits with CreateContainerConfigError, and
    ContainersReady True beside Ready False. In a cluster the phase is Pending as long as the only container has never run,
    ContainersReady is False, and Ready is False for the same reason.
    Given the manifest "missing-env.yaml"
    When 30 seconds pass
    Then container "app" of pod "missing-env" is waiting because "CreateContainerConfigError"
    And pod "missing-env" has phase "Pending"
    And pod "missing-env" has condition "PodScheduled" "True"
    And pod "missing-env" has condition "Initialized" "True"
    And pod "missing-env" has condition "ContainersReady" "False" because "ContainersNotReady" with message "containers with unready status: [app]"
    And pod "missing-env" has condition "Ready" "False" because "ContainersNotReady" with message "containers with unready status: [app]"
    And pod "missing-env" has "{.status.qosClass}" equal to "BestEffort"
    And pod "missing-env" has "{.status.containerStatuses[0].started}" equal to "false"
    And pod "missing-env" has "{.status.containerStatuses[0].restartCount}" equal to "0"

  Scenario: Initialized turns True when the init containers have succeeded
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        initContainers:
        - { name: prepare, image: busybox, command: [sh, -c, sleep 20] }
        containers:
        - { name: app, image: nginx }
      """
    When 10 seconds pass
    Then pod "web" has condition "Initialized" "False" because "ContainersNotInitialized" with message "containers with incomplete status: [prepare]"
    And within 20s, pod "web" has condition "Initialized" "True"

  Scenario: Ready needs every container, not one
    The article says that one container that passes its readiness probe is enough. All of them must.
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: two }
      spec:
        containers:
        - { name: good, image: nginx }
        - name: bad
          image: my-server
          readinessProbe: { exec: { command: [cat, /tmp/ready] }, periodSeconds: 5 }
      """
    When 1 minute passes
    Then pod "two" shows READY "1/2"
    And pod "two" has condition "Ready" "False" because "ContainersNotReady" with message "containers with unready status: [bad]"
    When I run `kubectl exec two -c bad -- touch /tmp/ready`
    Then within 10s, pod "two" is Ready

  Scenario: Probes are not for init containers, but for sidecars they are
    When I try to apply the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        initContainers:
        - name: prepare
          image: busybox
          command: ["true"]
          readinessProbe: { exec: { command: ["true"] } }
        containers:
        - { name: app, image: nginx }
      """
    Then the command fails with "may not be set for init containers without restartPolicy=Always"

  Scenario: An init container may run again, so its work must bear repetition
    A machine that restarts starts the Pod anew, with its init containers.
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        nodeName: node-1
        initContainers:
        - { name: prepare, image: busybox, command: [sh, -c, sleep 2] }
        containers:
        - { name: app, image: nginx }
      """
    When the cluster settles
    And node "node-1" reboots
    And 2 minutes pass
    Then pod "web" is Ready
    And pod "web" has "{.status.initContainerStatuses[0].restartCount}" equal to "1"

  Scenario: The sidecar ships what the main container logs, and does not keep the Pod from completing
    The pod template of the article's Job, as a Pod of its own.
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: myjob }
      spec:
        containers:
          - name: myjob
            image: alpine:latest
            command: ["sh", "-c", 'echo "logging" > /opt/logs.txt']
            volumeMounts:
              - name: data
                mountPath: /opt
        initContainers:
          - name: logshipper
            image: alpine:latest
            restartPolicy: Always
            command: ["sh", "-c", "tail -F /opt/logs.txt"]
            volumeMounts:
              - name: data
                mountPath: /opt
        restartPolicy: Never
        volumes:
          - name: data
            emptyDir: {}
      """
    When 3 seconds pass
    And I run `kubectl logs myjob -c logshipper`
    Then the command prints "logging"
    And within 1m, pod "myjob" has phase "Succeeded"
    And pod "myjob" shows STATUS "Completed"
    And container "myjob" of pod "myjob" is terminated because "Completed" with exit code 0

  Scenario: A sidecar lives a life of its own: it restarts without the main container
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        initContainers:
        - { name: proxy, image: envoy, restartPolicy: Always }
        containers:
        - { name: app, image: nginx }
      """
    When the cluster settles
    And container "proxy" of pod "web" exits with code 1
    And the cluster settles
    Then pod "web" shows READY "2/2"
    And pod "web" has "{.status.initContainerStatuses[0].restartCount}" equal to "1"
    And pod "web" has "{.status.containerStatuses[0].restartCount}" equal to "0"

  Scenario: kubectl exec does not reach a container that has crashed; an ephemeral container does its Pod
    Given the manifest "crash-test.yaml"
    When 40 seconds pass
    And I try to run `kubectl exec -it crash-test -- sh`
    Then the command fails with "container not found (\"bad-container\")"
    When I run `kubectl debug crash-test --image=busybox -c debugger -- sleep infinity`
    And I run `kubectl wait pod/crash-test --for=jsonpath='{.status.ephemeralContainerStatuses[0].state.running}'`
    And I run `kubectl exec crash-test -c debugger -- sh -c "echo here I am"`
    Then the command prints "here I am"
    When I run `kubectl describe pod crash-test`
    Then the command prints "Ephemeral Containers:"

  Scenario: hostUsers false gives the Pod a user namespace of its own
    Given the manifest "my-pod.yaml"
    Then within 30s, pod "my-pod" is Ready
    And pod "my-pod" has "{.spec.hostUsers}" equal to "false"
    When I run `kubectl get pod my-pod -o yaml`
    Then the command prints "hostUsers: false"

  Scenario: The downward API as environment
    Given the manifest "downward.yaml"
    When the cluster settles
    And I run `kubectl exec downward -- env`
    Then the command prints "POD_NAME=downward"
    And the command prints "POD_NAMESPACE=default"
    And the command prints "NODE_NAME=node-"
    And the command prints "CPU_LIMIT=2"
    And the command prints "MEMORY_REQUEST=67108864"

  Scenario: The downward API as files
    Given the manifest "downward.yaml"
    When the cluster settles
    And I run `kubectl exec downward -- cat /etc/podinfo/labels`
    Then the command prints "app=\"downward\""
    And the command prints "zone=\"us-est-coast\""
    When I run `kubectl exec downward -- cat /etc/podinfo/cpu_limit`
    Then the command prints "2"
