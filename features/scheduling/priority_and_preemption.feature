@scheduling
Feature: Priority and preemption: a pod of higher priority pushes others aside
  Where a pod fits nowhere, the scheduler looks for a node on which evicting less important pods would make room, takes the one where
  least is lost, and nominates the pod for it. The victims end in grace; only then is the pod bound.

  Background:
    Given a cluster with 2 nodes of 4 CPU and 8Gi memory
    And the manifest:
      """
      apiVersion: scheduling.k8s.io/v1
      kind: PriorityClass
      metadata: { name: high }
      value: 1000
      ---
      apiVersion: scheduling.k8s.io/v1
      kind: PriorityClass
      metadata: { name: patient }
      value: 1000
      preemptionPolicy: Never
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: batch }
      spec:
        replicas: 2
        selector: { matchLabels: { app: batch } }
        template:
          metadata: { labels: { app: batch } }
          spec:
            containers: [{ name: app, image: batch:v1, resources: { requests: { cpu: "3" } } }]
      """
    And containers of image "batch:v1" take 5s to stop
    When the cluster settles

  Scenario: The victim ends in grace, then the pod runs in its place
    When I apply the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: urgent }
      spec:
        priorityClassName: high
        containers: [{ name: app, image: urgent:v1, resources: { requests: { cpu: "3" } } }]
      """
    Then within 2s, a pod labelled "app=batch" shows STATUS "Terminating"
    And a pod labelled "app=batch" has condition "DisruptionTarget" "True" because "PreemptionByScheduler" with message "default-scheduler: preempting to accommodate a higher priority pod"
    And a pod labelled "app=batch" has event "Preempted" with message "Preempted by pod"
    And pod "urgent" is not scheduled
    And `kubectl get pod urgent -o wide` prints:
      | NAME   | STATUS  | NOMINATED NODE |
      | urgent | Pending | /node-[12]/    |
    And pod "urgent" has event "FailedScheduling" with message "0/2 nodes are available: 2 Insufficient cpu."
    And within 15s, pod "urgent" shows STATUS "Running"
    And exactly 1 pod labelled "app=batch" shows STATUS "Pending"

  Scenario: A PodDisruptionBudget does not stop a preemption
    The scheduler prefers victims whom no budget protects. Where there are none, it takes the others.
    When I apply the manifest:
      """
      apiVersion: policy/v1
      kind: PodDisruptionBudget
      metadata: { name: batch }
      spec: { minAvailable: 2, selector: { matchLabels: { app: batch } } }
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: urgent }
      spec:
        priorityClassName: high
        containers: [{ name: app, image: urgent:v1, resources: { requests: { cpu: "3" } } }]
      """
    Then within 15s, pod "urgent" shows STATUS "Running"
    And poddisruptionbudget "batch" allows 0 disruptions

  Scenario: preemptionPolicy Never waits in turn instead
    When I apply the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: waiter }
      spec:
        priorityClassName: patient
        containers: [{ name: app, image: urgent:v1, resources: { requests: { cpu: "3" } } }]
      """
    Then for 1m, pod "waiter" is not scheduled
    And pod "waiter" has event "FailedScheduling" with message "preemption: not eligible due to preemptionPolicy=Never."
    And exactly 2 pods labelled "app=batch" show STATUS "Running"

  Scenario: A workload's pods take the priority of their class
    When I apply the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: urgent }
      spec:
        selector: { matchLabels: { app: urgent } }
        template:
          metadata: { labels: { app: urgent } }
          spec:
            priorityClassName: high
            containers: [{ name: app, image: urgent:v1, resources: { requests: { cpu: "3" } } }]
      """
    Then within 30s, every pod of deployment "urgent" shows STATUS "Running"
    And every pod of deployment "urgent" has "{.spec.priority}" equal to "1000"

  Scenario: A class that does not exist is refused
    When I try to apply the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: urgent }
      spec:
        priorityClassName: highest
        containers: [{ name: app, image: urgent:v1 }]
      """
    Then the command fails with "is forbidden: no PriorityClass with name highest was found"

  Scenario: The global default is the priority of pods that name no class
    When I apply the manifest:
      """
      apiVersion: scheduling.k8s.io/v1
      kind: PriorityClass
      metadata: { name: usual }
      value: 5
      globalDefault: true
      """
    And a pod "web" of image "web:v1"
    Then pod "web" has "{.spec.priority}" equal to "5"
