@pods
Feature: What the STATUS column of kubectl get pods says
  STATUS is no field of a pod. kubectl sums it up: the reason the pod itself has, else the first container's waiting or ended
  reason, `Init:` before what init containers do, Terminating for what is being deleted, and the phase if nothing else is to say.

  Background:
    Given a cluster with 2 nodes

  Scenario Outline: <status>, because the container waits
    Given image "gone" exists on no registry
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers:
        - name: app
          image: <image>
          imagePullPolicy: <policy>
          env: [{ name: KEY, valueFrom: { secretKeyRef: { name: keys, key: key, optional: <optional> } } }]
      """
    Then within 1m, pod "web" shows STATUS "<status>"
    And pod "web" has phase "Pending"
    And pod "web" shows READY "0/1"
    And pod "web" has restarted 0 times

    Examples:
      | status                     | image | policy       | optional |
      | ErrImagePull               | gone  | Always       | true     |
      | ImagePullBackOff           | gone  | Always       | true     |
      | ErrImageNeverPull          | nginx | Never        | true     |
      | InvalidImageName           | NGINX | IfNotPresent | true     |
      | CreateContainerConfigError | nginx | IfNotPresent | false    |

  Scenario Outline: <status>, because the container has ended
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        restartPolicy: Never
        containers: [{ name: app, image: busybox, command: [sh, -c, "exit <code>"] }]
      """
    Then within 1m, pod "web" shows STATUS "<status>"
    And within 10s, pod "web" has phase "<phase>"

    Examples:
      | status    | code | phase     |
      | Completed | 0    | Succeeded |
      | Error     | 1    | Failed    |
      | Error     | 137  | Failed    |

  Scenario: The first container's word stands for the pod
    With several containers that have ended the one named first in the manifest decides, so a failed pod may show Completed.
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: task }
      spec:
        restartPolicy: Never
        containers:
        - { name: good, image: busybox, command: ["true"] }
        - { name: bad, image: busybox, command: ["false"] }
      """
    Then within 1m, pod "task" has phase "Failed"
    And pod "task" shows STATUS "Completed"

  Scenario: A container that has completed beside one that runs: Running as long as the pod is ready, NotReady else
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: task }
      spec:
        restartPolicy: Never
        containers:
        - { name: server, image: nginx }
        - { name: once, image: busybox, command: ["true"] }
      """
    When the cluster settles
    Then pod "task" shows STATUS "NotReady"
    And pod "task" shows READY "1/2"
    And pod "task" has phase "Running"

  Scenario: The pod's own reason, if no container has one: a pod that its node has refused
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: big }
      spec:
        nodeName: node-1
        containers: [{ name: app, image: nginx, resources: { requests: { cpu: "64" } } }]
      """
    Then within 5s, pod "big" shows STATUS "OutOfcpu"
    And pod "big" has phase "Failed"

  Scenario: A container's end comes before the pod's reason
    The kubelet has failed this pod with the reason Evicted, but its server heard SIGTERM and exited with 0.
    Given a pod "web" of image "nginx"
    When the cluster settles
    And pod "web" is evicted
    Then within 10s, pod "web" has phase "Failed"
    And pod "web" has "{.status.reason}" equal to "Evicted"
    And pod "web" shows STATUS "Completed"

  Scenario: Restarts are shown with the time of the last one
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers: [{ name: app, image: busybox, command: [sh, -c, "sleep 60; exit 1"] }]
      """
    When 90 seconds pass
    Then `kubectl get pods` prints:
      | NAME | READY | STATUS  | RESTARTS      |
      | web  | 1/1   | Running | /1 .[0-9]+s ago./ |
