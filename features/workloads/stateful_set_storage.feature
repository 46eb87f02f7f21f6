@workloads @storage
Feature: A StatefulSet's storage: each pod keeps its own volume
  Each pod of a StatefulSet gets a claim of its own for every volume claim template. The claim outlives the pod: a pod that comes
  back under the same name finds its data again. Whether claims go when pods are scaled away, or the StatefulSet is deleted, is
  what persistentVolumeClaimRetentionPolicy says; by default they stay for ever.

  Background:
    Given a cluster with 3 nodes in zones "a", "b", "c"

  Scenario: Every pod gets a claim, named after the template and the pod
    Given the manifest "db-with-storage.yaml"
    When I run `kubectl rollout status statefulset/db`
    Then `kubectl get pvc` prints:
      | NAME      | STATUS | CAPACITY | ACCESS MODES | STORAGECLASS |
      | data-db-0 | Bound  | 10Gi     | RWO          | standard     |
      | data-db-1 | Bound  | 10Gi     | RWO          | standard     |
      | data-db-2 | Bound  | 10Gi     | RWO          | standard     |
    And statefulset "db" has event "SuccessfulCreate" with message "create Claim data-db-0 Pod db-0 in StatefulSet db success"

  Scenario: A pod that comes back finds its volume again
    Given the manifest "db-with-storage.yaml"
    When I run `kubectl rollout status statefulset/db`
    And I run `kubectl get pvc data-db-1 -o jsonpath={.spec.volumeName}`
    And I delete pod "db-1"
    Then within 1m, pod "db-1" is Ready
    And for 1m, persistentvolumeclaim "data-db-1" is Bound
    And at all times, at most 3 pods labelled "app=db" exist

  Scenario: Claims stay when the StatefulSet shrinks, and when it is deleted
    Given the manifest "db-with-storage.yaml"
    When I run `kubectl rollout status statefulset/db`
    And I run `kubectl scale statefulset/db --replicas=1`
    And the cluster settles
    Then persistentvolumeclaim "data-db-2" is Bound
    When I run `kubectl delete statefulset db`
    And 5 minutes pass
    Then persistentvolumeclaim "data-db-0" is Bound
    And persistentvolumeclaim "data-db-1" is Bound

  Scenario: whenScaled Delete: claims and volumes go with the pods that are scaled away
    Given the manifest "db-with-storage.yaml"
    And I run `kubectl patch statefulset db -p '{"spec":{"persistentVolumeClaimRetentionPolicy":{"whenScaled":"Delete"}}}'`
    When I run `kubectl rollout status statefulset/db`
    And I run `kubectl scale statefulset/db --replicas=1`
    Then within 2m, persistentvolumeclaim "data-db-2" does not exist
    And within 2m, persistentvolumeclaim "data-db-1" does not exist
    And persistentvolumeclaim "data-db-0" is Bound
    When I run `kubectl scale statefulset/db --replicas=3`
    And I run `kubectl rollout status statefulset/db`
    Then persistentvolumeclaim "data-db-2" is Bound
    When I run `kubectl delete statefulset db`
    And 5 minutes pass
    Then persistentvolumeclaim "data-db-0" is Bound

  Scenario: whenDeleted Delete: claims go with the StatefulSet, but not when it shrinks
    Given the manifest "db-with-storage.yaml"
    And I run `kubectl patch statefulset db -p '{"spec":{"persistentVolumeClaimRetentionPolicy":{"whenDeleted":"Delete"}}}'`
    When I run `kubectl rollout status statefulset/db`
    And I run `kubectl scale statefulset/db --replicas=1`
    And 2 minutes pass
    Then persistentvolumeclaim "data-db-2" is Bound
    When I run `kubectl delete statefulset db`
    And the cluster settles
    Then persistentvolumeclaim "data-db-0" does not exist
    And persistentvolumeclaim "data-db-2" does not exist
    When I run `kubectl get pv`
    Then the command prints "No resources found"

  Scenario: A class that cannot make volumes stops the StatefulSet at its first pod
    Given storage class "standard" cannot provision
    And the manifest "db-with-storage.yaml"
    When 5 minutes pass
    Then persistentvolumeclaim "data-db-0" is Pending
    And exactly 1 pod labelled "app=db" exists
    And pod "db-0" shows STATUS "Pending"
    When storage class "standard" recovers
    Then within 10m, statefulset "db" has rolled out
