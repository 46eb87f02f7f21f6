@scheduling
Feature: Pod affinity and anti-affinity keep pods near to or away from others
  podAffinity and podAntiAffinity place a pod by what already runs, in the same domain of a topology key: the same host, zone, region.
  Required anti-affinity works both ways: a pod already there keeps away those that its own term means.

  Background:
    Given a cluster with 6 nodes in zones "a", "b", "c"

  Scenario Outline: Required anti-affinity allows one replica per <topology>
    Given the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: db }
      spec:
        replicas: 8
        selector: { matchLabels: { app: db } }
        template:
          metadata: { labels: { app: db } }
          spec:
            affinity:
              podAntiAffinity:
                requiredDuringSchedulingIgnoredDuringExecution:
                - labelSelector: { matchLabels: { app: db } }
                  topologyKey: <key>
            containers: [{ name: app, image: db:v1 }]
      """
    When 1m passes
    Then exactly <running> pods labelled "app=db" show STATUS "Running"
    And exactly <pending> pods labelled "app=db" have event "FailedScheduling" with message "0/6 nodes are available: 6 node(s) didn't match pod anti-affinity rules."

    Examples:
      | topology | key                         | running | pending |
      | host     | kubernetes.io/hostname      |       6 |       2 |
      | zone     | topology.kubernetes.io/zone |       3 |       5 |

  Scenario: Preferred anti-affinity spreads as long as it can
    Given the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: web }
      spec:
        replicas: 8
        selector: { matchLabels: { app: web } }
        template:
          metadata: { labels: { app: web } }
          spec:
            affinity:
              podAntiAffinity:
                preferredDuringSchedulingIgnoredDuringExecution:
                - weight: 100
                  podAffinityTerm:
                    labelSelector: { matchLabels: { app: web } }
                    topologyKey: kubernetes.io/hostname
            containers: [{ name: app, image: web:v1 }]
      """
    When the cluster settles
    Then every pod labelled "app=web" are spread over 6 nodes
    And no node runs more than 2 pods labelled "app=web"

  Scenario: A cache runs in the zone of what it serves
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web, labels: { app: web } }
      spec:
        nodeSelector: { topology.kubernetes.io/zone: b }
        containers: [{ name: app, image: web:v1 }]
      """
    When the cluster settles
    And I apply the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: cache }
      spec:
        affinity:
          podAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
            - labelSelector: { matchLabels: { app: web } }
              topologyKey: topology.kubernetes.io/zone
        containers: [{ name: app, image: cache:v1 }]
      """
    And the cluster settles
    Then pod "cache" runs on a node labelled "topology.kubernetes.io/zone=b"

  Scenario: A pod that wants company waits for it
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: cache }
      spec:
        affinity:
          podAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
            - labelSelector: { matchLabels: { app: web } }
              topologyKey: kubernetes.io/hostname
        containers: [{ name: app, image: cache:v1 }]
      """
    When 30s pass
    Then pod "cache" has event "FailedScheduling" with message "6 node(s) didn't match pod affinity rules"
    When I apply the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web, labels: { app: web } }
      spec:
        nodeSelector: { kubernetes.io/hostname: node-4 }
        containers: [{ name: app, image: web:v1 }]
      """
    Then within 15s, pod "cache" runs on node "node-4"

  Scenario: Anti-affinity of a running pod keeps others away
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: loner }
      spec:
        nodeSelector: { kubernetes.io/hostname: node-1 }
        affinity:
          podAntiAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
            - labelSelector: { matchExpressions: [{ key: app, operator: In, values: [noisy] }] }
              topologyKey: kubernetes.io/hostname
        containers: [{ name: app, image: loner:v1 }]
      """
    When the cluster settles
    And I apply the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: noisy, labels: { app: noisy } }
      spec:
        nodeSelector: { kubernetes.io/hostname: node-1 }
        containers: [{ name: app, image: noisy:v1 }]
      """
    And 5s pass
    Then pod "noisy" has event "FailedScheduling" with message "1 node(s) didn't satisfy existing pods anti-affinity rules, 5 node(s) didn't match Pod's node affinity/selector."
