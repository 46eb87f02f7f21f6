@tutorial
Feature: A ReplicaSet keeps pods running, a Deployment rolls them out
  The chapter on replication makes three claims: a ReplicaSet replaces a pod that dies, a Deployment does that too through its
  ReplicaSet, and only the Deployment updates, keeps a history and rolls back.

  Background:
    Given a cluster with 3 nodes

  Scenario: A ReplicaSet creates a new pod when one dies
    Given the manifest "httpserver-replicaset.yaml"
    When the cluster settles
    Then replicaset "httpserver" has 3 ready replicas
    When I delete pod "httpserver-*"
    Then within 1m, replicaset "httpserver" has 3 ready replicas
    And exactly 3 pods labelled "app=httpserver" exist

  Scenario: A ReplicaSet does not roll out a new template
    Given the manifest "httpserver-replicaset.yaml"
    When the cluster settles
    And I run `kubectl set image replicaset/httpserver nginx=nginx:1.26`
    Then for 10m, every pod labelled "app=httpserver" has "{.spec.containers[0].image}" equal to "nginx:1.25.3"

  Scenario: A Deployment manages its pods through a ReplicaSet
    Given a deployment "web" with 3 replicas of image "nginx:1.25.3"
    When the cluster settles
    Then `kubectl get replicasets` prints:
      | NAME      | DESIRED | CURRENT | READY |
      | /web-.+/  | 3       | 3       | 3     |
    And every pod labelled "app=web" has "{.metadata.ownerReferences[0].kind}" equal to "ReplicaSet"

  Scenario: A rolling update replaces every pod without downtime
    Given a deployment "web" with 3 replicas of image "nginx:1.25.3"
    When the cluster settles
    And I run `kubectl set image deployment/web web=nginx:1.26`
    Then within 2m, deployment "web" has rolled out
    And within 1m, every pod labelled "app=web" has "{.spec.containers[0].image}" equal to "nginx:1.26"
    And deployment "web" is at revision 2
    And during the rollout, deployment "web" has at least 3 available replicas

  Scenario: A rollback returns to the revision before
    Given a deployment "web" with 3 replicas of image "nginx:1.25.3"
    When the cluster settles
    And I run `kubectl set image deployment/web web=nginx:1.26`
    And the cluster settles
    And I run `kubectl rollout undo deployment/web`
    Then within 2m, deployment "web" has rolled out
    And within 1m, every pod labelled "app=web" has "{.spec.containers[0].image}" equal to "nginx:1.25.3"
    And deployment "web" is at revision 3
