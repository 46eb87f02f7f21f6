@scheduling
Feature: Resource requests: a pod runs only where what it requests is free
  The scheduler counts requests, not use: the sum over the containers, or the greatest init container if that is more. Every resource
  that does not suffice is named. Among nodes with room, the emptier one is better.

  Scenario: Each lacking resource is named and counted
    Given a cluster with nodes:
      | name   | cpu | memory | nvidia.com/gpu |
      | node-1 |   2 | 4Gi    |                |
      | node-2 |   8 | 4Gi    | 1              |
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: trainer }
      spec:
        containers:
        - name: app
          image: trainer:v1
          resources:
            requests: { cpu: "4", memory: 8Gi }
            limits: { nvidia.com/gpu: 1 }
      """
    When 5s pass
    Then pod "trainer" has event "FailedScheduling" with message "0/2 nodes are available: 1 Insufficient cpu, 1 Insufficient nvidia.com/gpu, 2 Insufficient memory."

  Scenario: An init container that needs more than all containers together decides
    Given a cluster with 1 node of 4 CPU and 8Gi memory
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: migrate }
      spec:
        initContainers:
        - { name: prepare, image: prepare:v1, resources: { requests: { cpu: "5" } } }
        containers:
        - { name: app, image: web:v1, resources: { requests: { cpu: 100m } } }
      """
    When 5s pass
    Then pod "migrate" has event "FailedScheduling" with message "1 Insufficient cpu"

  Scenario: A pod that ends gives its room to one that waits
    Given a cluster with 1 node of 4 CPU and 8Gi memory
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: first }
      spec:
        containers: [{ name: app, image: web:v1, resources: { requests: { cpu: "3" } } }]
      """
    When the cluster settles
    And I apply the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: second }
      spec:
        containers: [{ name: app, image: web:v1, resources: { requests: { cpu: "3" } } }]
      """
    Then for 30s, pod "second" is not scheduled
    When I delete pod "first"
    Then within 15s, pod "second" shows STATUS "Running"

  Scenario: The emptier node is chosen
    Given a cluster with nodes:
      | name   | cpu | memory |
      | node-1 |   2 | 2Gi    |
      | node-2 |  16 | 16Gi   |
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        containers: [{ name: app, image: web:v1, resources: { requests: { cpu: "1", memory: 1Gi } } }]
      """
    When the cluster settles
    Then pod "web" runs on node "node-2"

  Scenario: Two pods cannot hold the same host port on one node
    Given a cluster with 2 nodes
    And the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: edge }
      spec:
        replicas: 3
        selector: { matchLabels: { app: edge } }
        template:
          metadata: { labels: { app: edge } }
          spec:
            containers: [{ name: app, image: edge:v1, ports: [{ containerPort: 80, hostPort: 8080 }] }]
      """
    When 30s pass
    Then every pod on node "node-*" is Ready
    And exactly 1 pod labelled "app=edge" has event "FailedScheduling" with message "0/2 nodes are available: 2 node(s) didn't have free ports for the requested pod ports."
