@pods @nodes
Feature: What a kubelet refuses
  A pod that names its node passes the scheduler by. The kubelet looks for itself whether the pod fits and may run there; a pod it
  refuses has failed, and nothing of it ever runs.

  Background:
    Given a cluster with 1 node of 2 CPU and 4Gi memory

  Scenario: OutOfcpu
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: big }
      spec:
        nodeName: node-1
        containers: [{ name: app, image: nginx, resources: { requests: { cpu: "3" } } }]
      """
    Then within 5s, pod "big" shows STATUS "OutOfcpu"
    And pod "big" has phase "Failed"
    And pod "big" has event "OutOfcpu" with message "Node didn't have enough resource: cpu, requested: 3000, used: 0, capacity: 2000"

  Scenario: OutOfmemory
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: big }
      spec:
        nodeName: node-1
        containers: [{ name: app, image: nginx, resources: { requests: { memory: 5Gi } } }]
      """
    Then within 5s, pod "big" shows STATUS "OutOfmemory"

  Scenario: NodeAffinity
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: picky }
      spec:
        nodeName: node-1
        nodeSelector: { disk: ssd }
        containers: [{ name: app, image: nginx }]
      """
    Then within 5s, pod "picky" shows STATUS "NodeAffinity"
    And pod "picky" has "{.status.message}" equal to "Pod was rejected: Predicate NodeAffinity failed"
    And pod "picky" has phase "Failed"

  Scenario: NodeAffinity, by a required term
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: picky }
      spec:
        nodeName: node-1
        affinity:
          nodeAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              nodeSelectorTerms: [{ matchExpressions: [{ key: disk, operator: In, values: [ssd] }] }]
        containers: [{ name: app, image: nginx }]
      """
    Then within 5s, pod "picky" shows STATUS "NodeAffinity"

  Scenario: NodePorts: a host port is taken once
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: one }
      spec:
        nodeName: node-1
        containers: [{ name: app, image: nginx, ports: [{ containerPort: 80, hostPort: 8080 }] }]
      """
    When the cluster settles
    And I apply the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: two }
      spec:
        nodeName: node-1
        containers: [{ name: app, image: nginx, ports: [{ containerPort: 80, hostPort: 8080 }] }]
      """
    Then within 5s, pod "two" shows STATUS "NodePorts"
    And pod "one" is Ready
