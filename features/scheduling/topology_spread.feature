@scheduling
Feature: Topology spread constraints even out pods over zones and hosts
  maxSkew says by how much the domains may differ. DoNotSchedule lets a pod wait rather than exceed it, ScheduleAnyway prefers the
  emptier domains. Pods that name no constraints are spread over hosts and zones all the same, if a Service or their workload selects
  them.

  Scenario: DoNotSchedule keeps zones within one pod of each other
    Given a cluster with nodes:
      | name   | zone |
      | node-1 | a    |
      | node-2 | a    |
      | node-3 | a    |
      | node-4 | b    |
    And the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: web }
      spec:
        replicas: 6
        selector: { matchLabels: { app: web } }
        template:
          metadata: { labels: { app: web } }
          spec:
            topologySpreadConstraints:
            - maxSkew: 1
              topologyKey: topology.kubernetes.io/zone
              whenUnsatisfiable: DoNotSchedule
              labelSelector: { matchLabels: { app: web } }
            containers: [{ name: app, image: web:v1 }]
      """
    When the cluster settles
    Then exactly 3 pods on node "node-4" exist

  Scenario: A full zone makes further pods wait
    Given a cluster with nodes:
      | name   | zone | pods |
      | node-1 | a    |   10 |
      | node-2 | b    |    1 |
    And the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: web }
      spec:
        replicas: 4
        selector: { matchLabels: { app: web } }
        template:
          metadata: { labels: { app: web } }
          spec:
            topologySpreadConstraints:
            - maxSkew: 1
              topologyKey: topology.kubernetes.io/zone
              whenUnsatisfiable: DoNotSchedule
              labelSelector: { matchLabels: { app: web } }
            containers: [{ name: app, image: web:v1 }]
      """
    When 30s pass
    Then exactly 3 pods labelled "app=web" show STATUS "Running"
    And exactly 1 pod labelled "app=web" has event "FailedScheduling" with message "0/2 nodes are available: 1 Too many pods, 1 node(s) didn't match pod topology spread constraints."

  Scenario: minDomains counts the zones that are not there yet
    Given a cluster with 2 nodes in zones "a", "b"
    And the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: web }
      spec:
        replicas: 3
        selector: { matchLabels: { app: web } }
        template:
          metadata: { labels: { app: web } }
          spec:
            topologySpreadConstraints:
            - maxSkew: 1
              minDomains: 3
              topologyKey: topology.kubernetes.io/zone
              whenUnsatisfiable: DoNotSchedule
              labelSelector: { matchLabels: { app: web } }
            containers: [{ name: app, image: web:v1 }]
      """
    When 30s pass
    Then exactly 2 pods labelled "app=web" show STATUS "Running"
    When a node "node-3" joins with:
      | zone |
      | c    |
    Then within 1m, every pod labelled "app=web" are spread over 3 zones

  Scenario: A node without the label is no place for such a pod
    Given a cluster with nodes:
      | name   | labels |
      | node-1 |        |
      | node-2 | rack=1 |
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web, labels: { app: web } }
      spec:
        nodeSelector: { kubernetes.io/hostname: node-1 }
        topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: rack
          whenUnsatisfiable: DoNotSchedule
          labelSelector: { matchLabels: { app: web } }
        containers: [{ name: app, image: web:v1 }]
      """
    When 5s pass
    Then pod "web" has event "FailedScheduling" with message "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) didn't match pod topology spread constraints (missing required label)."

  Scenario: The cluster's defaults spread the pods of a workload
    Given a cluster with 6 nodes in zones "a", "b", "c"
    And a deployment "web" with 6 replicas of image "web:v1"
    When the cluster settles
    Then every pod of deployment "web" are spread over 6 nodes
    And every pod of deployment "web" are spread over 3 zones
