@tutorial @pods
Feature: The STATUS column of kubectl get pods, row by row
  Chapter "The life cycle of a pod" (making and breaking Kubernetes resources): there are five phases, and the STATUS column sums up
  phase, container states and conditions. Each row of its table, brought about by its cause.

  Background:
    Given a cluster with 1 node of 4 CPU and 8Gi memory

  Scenario: Pending: nothing fits yet
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: big }
      spec:
        containers: [{ name: app, image: nginx, resources: { requests: { memory: 64Gi } } }]
      """
    When 1 minute passes
    Then `kubectl get pod big` prints:
      | NAME | READY | STATUS  | RESTARTS |
      | big  | 0/1   | Pending | 0        |
    And `kubectl get pod big -o jsonpath='{.status.phase}'` prints:
      """
      Pending
      """

  Scenario: ContainerCreating: the image is being pulled
    Given image "nginx" takes 1m to pull
    And a pod "web" of image "nginx"
    When 30 seconds pass
    Then pod "web" shows STATUS "ContainerCreating"
    And pod "web" has phase "Pending"

  Scenario: Init:0/1, then PodInitializing
    Given image "nginx" takes 20s to pull
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        initContainers: [{ name: prepare, image: busybox, command: [sh, -c, sleep 20] }]
        containers: [{ name: app, image: nginx }]
      """
    When 10 seconds pass
    Then pod "web" shows STATUS "Init:0/1"
    And pod "web" has phase "Pending"
    When 20 seconds pass
    Then pod "web" shows STATUS "PodInitializing"
    And pod "web" has phase "Pending"
    And within 20s, pod "web" shows STATUS "Running"

  Scenario: ErrImagePull at the first failure, ImagePullBackOff between the attempts
    Given image "shop/web:v9" exists on no registry
    And a pod "web" of image "shop/web:v9"
    Then within 5s, pod "web" shows STATUS "ErrImagePull"
    And within 30s, pod "web" shows STATUS "ImagePullBackOff"
    And pod "web" has phase "Pending"
    When I run `kubectl describe pod web`
    Then the command prints "Back-off pulling image \"shop/web:v9\""
    When 10 minutes pass
    Then pod "web" went through STATUS "Pending, ContainerCreating, ErrImagePull, ImagePullBackOff, ErrImagePull, ImagePullBackOff, ErrImagePull, ImagePullBackOff, ErrImagePull, ImagePullBackOff, ErrImagePull, ImagePullBackOff, ErrImagePull, ImagePullBackOff"

  Scenario: Running
    Given a pod "web" of image "nginx"
    When the cluster settles
    Then pod "web" shows STATUS "Running"
    And pod "web" has phase "Running"

  Scenario: Error, then CrashLoopBackOff
    Given the manifest "crash-test.yaml"
    When 1s passes
    Then within 10s, pod "crash-test" shows STATUS "Error"
    And within 1m, pod "crash-test" shows STATUS "CrashLoopBackOff"
    And pod "crash-test" has phase "Running"
    And at some time, pod "crash-test" shows STATUS "Error"

  Scenario: OOMKilled
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: cache }
      spec:
        containers: [{ name: app, image: redis, resources: { limits: { memory: 64Mi } } }]
      """
    And container "app" of pod "cache" use 100Mi of memory after 20s
    Then within 1m, pod "cache" shows STATUS "OOMKilled"
    And pod "cache" has phase "Running"
    And container "app" of pod "cache" is terminated because "OOMKilled" with exit code 137

  Scenario: Terminating
    Given containers of image "nginx" take 15s to stop
    And a pod "web" of image "nginx"
    When the cluster settles
    And I run `kubectl delete pod web --wait=false`
    Then pod "web" shows STATUS "Terminating"
    And pod "web" has phase "Running"
    And within 20s, pod "web" does not exist

  Scenario: Completed
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: once }
      spec:
        restartPolicy: Never
        containers: [{ name: app, image: busybox, command: [echo, done] }]
      """
    When the cluster settles
    Then pod "once" shows STATUS "Completed"
    And pod "once" has phase "Succeeded"

  Scenario: Unknown, as releases before taint-based eviction showed a pod of a lost node
    The node lifecycle controller itself marked the pods of a node that stayed silent for five minutes as lost and deleted them;
    nobody at the node could hear of it. The table says that their phase is Unknown, too; it stays what it was.
    Given cluster setting "pod-eviction" is "mark-lost"
    And a pod "web" of image "nginx"
    When the cluster settles
    And a node "node-2" joins
    And node "node-1" is lost
    And 4 minutes pass
    Then pod "web" shows STATUS "Running"
    And within 4m, pod "web" shows STATUS "Unknown"
    And pod "web" has phase "Running"
    And pod "web" has "{.status.reason}" equal to "NodeLost"
    And for 10m, pod "web" shows STATUS "Unknown"
    When node "node-1" recovers
    Then within 1m, pod "web" does not exist

  Scenario: Today a pod of a lost node shows Terminating
    Since taint-based eviction the node is tainted, and the pod, which tolerates that for five minutes, is deleted; as its node
    cannot confirm, the object stays until the node is back. A machine is also lost, not all of them, or nobody is evicted.
    Given a node "node-2" joins
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        nodeSelector: { kubernetes.io/hostname: node-1 }
        containers: [{ name: app, image: nginx }]
      """
    When the cluster settles
    And node "node-1" is lost
    And 5 minutes pass
    Then pod "web" shows STATUS "Running"
    And within 2m, pod "web" shows STATUS "Terminating"
    And pod "web" has phase "Running"
    And for 10m, pod "web" shows STATUS "Terminating"
    When node "node-1" recovers
    Then within 1m, pod "web" does not exist

  Scenario: Unknown, as today's releases still show it for a moment
    A machine that restarts has lost its containers; how they ended nobody knows.
    Given a pod "web" of image "nginx"
    When the cluster settles
    And node "node-1" reboots
    Then within 2m, pod "web" shows STATUS "Unknown"
    And within 10s, pod "web" shows STATUS "Running"
    And pod "web" has restarted 1 time

  Scenario: Waiting, Running, Terminated, and Waiting again before a restart
    Given containers of image "nginx" exit with code 1 after 20s
    And a pod "web" of image "nginx"
    When 10 seconds pass
    Then container "web" of pod "web" is running
    And within 15s, container "web" of pod "web" is terminated because "Error" with exit code 1
    And within 2m, container "web" of pod "web" is waiting because "CrashLoopBackOff"
    And within 1m, container "web" of pod "web" is running

  Scenario: Phase and STATUS are two things: five phases, one of them no longer used
    Given the manifest "crash-test.yaml"
    Then within 1m, pod "crash-test" shows STATUS "CrashLoopBackOff"
    And `kubectl get pod crash-test -o jsonpath='{.status.phase}'` prints:
      """
      Running
      """
    When I run `kubectl describe pod crash-test`
    Then the command prints "CrashLoopBackOff"
