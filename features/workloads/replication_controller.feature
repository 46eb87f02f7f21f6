@workloads
Feature: A ReplicationController is a ReplicaSet with a plainer selector
  It is what there was before ReplicaSets and still works: it keeps a number of pods, adopts and replaces them in the same way. Only
  its selector is a plain map of labels, and no Deployment uses it.

  Background:
    Given a cluster with 3 nodes
    And the manifest:
      """
      apiVersion: v1
      kind: ReplicationController
      metadata: {name: web}
      spec:
        replicas: 3
        selector: {app: web}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: web, image: "nginx:1.25"}]}
      """
    And the cluster settles

  Scenario: It keeps a number of pods and says so
    Then exactly 3 pods labelled "app=web" are Ready
    And `kubectl get rc web` prints:
      | NAME | DESIRED | CURRENT | READY |
      | web  | 3       | 3       | 3     |
    And the events of replicationcontroller "web" include:
      | type   | reason           | message                 |
      | Normal | SuccessfulCreate | /Created pod: web-.{5}/ |

  Scenario: A pod that is killed is replaced
    When pod "web-*" is killed
    Then within 1m, exactly 3 pods labelled "app=web" are Ready

  Scenario: It is scaled, and its pods go with it
    When I run `kubectl scale rc web --replicas=1`
    And 2 minutes pass
    Then exactly 1 pod labelled "app=web" exists
    When I run `kubectl delete rc web`
    And 2 minutes pass
    Then no pod labelled "app=web" exists

  Scenario: It adopts pods that match and deletes those that are too many
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: stray, labels: {app: web}}
      spec: {containers: [{name: web, image: "nginx:1.25"}]}
      """
    When 2 minutes pass
    Then exactly 3 pods labelled "app=web" exist
