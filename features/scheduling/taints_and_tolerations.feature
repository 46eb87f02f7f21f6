@scheduling
Feature: Taints keep pods away from a node unless they tolerate them
  Labels attract, taints repel. A taint of effect NoSchedule keeps new pods away, PreferNoSchedule only makes the node a last choice,
  NoExecute also evicts what runs there. A toleration admits a pod; it does not draw it there.

  Scenario: NoSchedule keeps pods away and leaves running ones alone
    Given a cluster with 2 nodes
    And a deployment "web" with 4 replicas of image "web:v1"
    When the cluster settles
    And I run `kubectl taint node node-2 dedicated=gpu:NoSchedule`
    And I run `kubectl scale deployment/web --replicas=6`
    And the cluster settles
    Then exactly 2 pods on node "node-2" exist
    And exactly 4 pods on node "node-1" exist

  Scenario: A pod without toleration names the taint it could not bear
    Given a cluster with nodes:
      | name   | taints                   |
      | node-1 | dedicated=gpu:NoSchedule |
      | node-2 | maintenance=:NoExecute   |
    And a pod "web" of image "web:v1"
    When 5s pass
    Then pod "web" is not scheduled
    And pod "web" has event "FailedScheduling" with message "0/2 nodes are available: 1 node(s) had untolerated taint {dedicated: gpu}, 1 node(s) had untolerated taint {maintenance: }."

  Scenario: PreferNoSchedule is avoided while there is another node
    Given a cluster with nodes:
      | name   | pods | taints                   |
      | node-1 |    3 | spot=true:PreferNoSchedule |
      | node-2 |    2 |                          |
    And a deployment "web" with 2 replicas of image "web:v1"
    When the cluster settles
    Then every pod of deployment "web" runs on node "node-2"
    When I run `kubectl scale deployment/web --replicas=3`
    And the cluster settles
    Then exactly 1 pod on node "node-1" exists

  Scenario: NoExecute evicts what does not tolerate it, at once or after tolerationSeconds
    Given a cluster with 1 node
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: patient }
      spec:
        tolerations: [{ key: maintenance, operator: Exists, effect: NoExecute, tolerationSeconds: 60 }]
        containers: [{ name: app, image: web:v1 }]
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: hasty }
      spec:
        containers: [{ name: app, image: web:v1 }]
      """
    When the cluster settles
    And I run `kubectl taint node node-1 maintenance=now:NoExecute`
    Then within 5s, pod "hasty" does not exist
    And for 50s, pod "patient" shows STATUS "Running"
    And within 20s, pod "patient" does not exist

  Scenario: A cordoned node takes no new pods
    Given a cluster with 2 nodes
    When I run `kubectl cordon node-2`
    And a deployment "web" with 3 replicas of image "web:v1"
    And the cluster settles
    Then every pod of deployment "web" runs on node "node-1"
