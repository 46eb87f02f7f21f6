@faults @control-plane
Feature: A part of the control plane is down
  Nothing that runs needs the control plane in order to go on running. What is missing while a part of it is down is reaction:
  without the scheduler no new pod finds a node, without the controllers nothing is replaced. Both catch up when they are back.

  Background:
    Given a cluster with 3 nodes
    And a deployment "web" with 3 replicas of image "nginx:1.25"
    When the cluster settles
    Then deployment "web" has 3 available replicas

  Scenario: Without the scheduler, new pods stay Pending and old ones serve
    When the scheduler is down
    And I run `kubectl scale deployment/web --replicas=5`
    Then within 1m, exactly 2 pods labelled "app=web" show STATUS "Pending"
    And for 10m, exactly 2 pods labelled "app=web" are not scheduled
    And at all times, deployment "web" has at least 3 available replicas
    When the scheduler recovers
    Then within 1m, deployment "web" has 5 available replicas

  Scenario: A short outage of the scheduler heals by itself
    When the scheduler is down for 5m
    And a pod "late" of image "nginx:1.25"
    Then for 4m, pod "late" is not scheduled
    And within 2m, pod "late" is Ready

  Scenario: A scheduler that comes back tries every pod that waits, at once
    It is another process and remembers nothing: not that a pod has been refused, and not how long it was to wait.
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: huge}
      spec: {containers: [{name: huge, image: "nginx:1.25", resources: {requests: {cpu: "64"}}}]}
      """
    When 1m passes
    Then the events of pod "huge" include:
      | type    | reason           | message | count |
      | Warning | FailedScheduling | *       | 1     |
    When the scheduler is down for 1m
    And a pod "late" of image "nginx:1.25"
    And 65s passes
    Then the events of pod "huge" include:
      | type    | reason           | message | count |
      | Warning | FailedScheduling | *       | 2     |

  Scenario: Without the controllers, a deleted pod is not replaced
    When the controller manager is down
    And every pod on node "node-2" is killed
    Then for 10m, at most 2 pods labelled "app=web" exist
    When the controller manager recovers
    Then within 1m, deployment "web" has 3 available replicas

  Scenario: The API server is down: what runs goes on, and nobody can change anything
    When the API server is down for 3m
    And I try to run `kubectl get pods`
    Then the command fails with "The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?"
    And for 2m, every pod labelled "app=web" shows STATUS "Running"

  Scenario: A slow API server makes a rollout slow
    When the API server answers 2s late
    And I run `kubectl scale deployment/web --replicas=5`
    Then for 5s, deployment "web" has 3 ready replicas
    And within 2m, deployment "web" has 5 ready replicas
    When the API server recovers
    And I run `kubectl scale deployment/web --replicas=6`
    Then within 5s, deployment "web" has 6 ready replicas

  Scenario: Refused writes are tried again
    When the API server rejects 50% of writes for 5m
    And I run `kubectl scale deployment/web --replicas=10`
    Then within 2m, deployment "web" has 10 ready replicas

  Scenario: A controller that learns late acts late
    When watch events of the replicaset controller arrive 20s late for 5m
    And I run `kubectl delete pod --all`
    Then for 10s, no pod labelled "app=web" exists
    And within 2m, exactly 3 pods labelled "app=web" are Ready

  Scenario: A controller that crashes in the middle of a reconcile does not make too many pods
    What it had written stays, what it meant to write is lost with it. The process that takes its place knows nothing and counts
    what there is.
    When the replicaset controller crashes in the middle of its next reconcile
    And I run `kubectl scale deployment/web --replicas=12`
    Then for 10s, at most 11 pods labelled "app=web" exist
    And within 1m, deployment "web" has 12 available replicas
    And at all times, at most 12 pods labelled "app=web" exist

  Scenario: A StatefulSet whose controller crashes keeps its order and its identities
    Given a statefulset "db" with 3 replicas of image "postgres:17"
    When the statefulset controller crashes in the middle of its next reconcile for 10m
    Then for 5m, at most 2 pods labelled "app=db" exist
    When the statefulset controller recovers
    Then within 1m, statefulset "db" has 3 ready replicas
    And pod "db-1" became Ready before pod "db-2" started
