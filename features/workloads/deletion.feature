@workloads
Feature: Garbage collection: what goes when an owner goes
  Objects that were made for another object name it as their owner. The garbage collector deletes them when it is gone; a deletion may
  ask for them to go first, or to stay. A namespace takes everything in it along, and finalizers hold everything up.

  Background:
    Given a cluster with 2 nodes
    And a deployment "web" with 2 replicas of image "nginx:1.25"
    And the cluster settles

  Scenario: In the background: the owner goes at once, what it owned follows
    When I run `kubectl delete deployment web`
    Then deployment "web" does not exist
    And within 1m, no pod labelled "app=web" exists
    And replicaset "web-*" does not exist

  Scenario: In the foreground: the owner stays until what it owns is gone
    When I run `kubectl delete deployment web --cascade=foreground --wait=false`
    Then deployment "web" exists
    And deployment "web" has "{.metadata.finalizers[0]}" equal to "foregroundDeletion"
    And within 1m, deployment "web" does not exist
    And no pod labelled "app=web" exists

  Scenario: Orphans stay, and can be adopted again
    When I run `kubectl delete deployment web --cascade=orphan`
    Then for 10m, exactly 2 pods labelled "app=web" are Ready
    Given a deployment "web" with 2 replicas of image "nginx:1.25"
    And the cluster settles
    Then deployment "web" exists
    And exactly 2 pods labelled "app=web" exist
    And at no time, at least 3 pods labelled "app=web" exist

  Scenario: A namespace goes when everything in it is gone
    Given a namespace "shop"
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: api, namespace: shop}
      spec: {containers: [{name: api, image: "nginx:1.25"}]}
      """
    And the cluster settles
    When I run `kubectl delete namespace shop --wait=false`
    Then namespace "shop" has "{.status.phase}" equal to "Terminating"
    When I try to run `kubectl create configmap late -n shop`
    Then the command fails with "because it is being terminated"
    And within 2m, namespace "shop" does not exist
    And pod "api" in namespace "shop" does not exist

  Scenario: A finalizer that nobody removes keeps an object for ever
    Given the manifest:
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: settings, finalizers: [example.com/backup]}
      """
    When I run `kubectl delete configmap settings --wait=false`
    Then for 1h, configmap "settings" exists
    When I run `kubectl patch configmap settings --type=merge -p '{"metadata":{"finalizers":null}}'`
    Then configmap "settings" does not exist
