@workloads
Feature: A ReplicaSet keeps a number of pods
  It counts the pods that match its selector and that it owns, creates what is missing and deletes what is too many. Which pods go
  first is no accident: those that help least. Nobody should use a ReplicaSet directly; every Deployment does.

  Background:
    Given a cluster with 3 nodes
    And the manifest:
      """
      apiVersion: apps/v1
      kind: ReplicaSet
      metadata: {name: web}
      spec:
        replicas: 3
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: web, image: "nginx:1.25"}]}
      """
    And the cluster settles

  Scenario: What a ReplicaSet says about itself
    Then `kubectl get replicaset web -o wide` prints:
      | NAME | DESIRED | CURRENT | READY | CONTAINERS | IMAGES     | SELECTOR |
      | web  | 3       | 3       | 3     | web        | nginx:1.25 | app=web  |
    And replicaset "web" has "{.status.observedGeneration}" equal to "1"
    And the events of replicaset "web" include:
      | type   | reason           | message                |
      | Normal | SuccessfulCreate | /Created pod: web-.{5}/ |

  Scenario: A pod that is killed is replaced at once, under another name
    When pod "web-*" is killed
    Then within 10s, replicaset "web" has 3 ready replicas

  Scenario: When there are too many, pods that do not run go first
    Given image "nginx:slow" takes 10m to pull
    When I run `kubectl set image replicaset/web web=nginx:slow`
    And I run `kubectl scale replicaset web --replicas=5`
    And 10 seconds pass
    Then replicaset "web" has 5 current replicas
    And replicaset "web" has 3 ready replicas
    When I run `kubectl scale replicaset web --replicas=3`
    And 1 minute passes
    Then exactly 3 pods labelled "app=web" exist
    And at all times, replicaset "web" has at least 3 ready replicas

  Scenario: The pod whose deletion costs least goes first
    When I run `kubectl run cheap --image=nginx:1.25 --labels=app=web --annotations=controller.kubernetes.io/pod-deletion-cost=-10`
    And the cluster settles
    Then pod "cheap" does not exist
    And exactly 3 pods labelled "app=web" exist

  Scenario: A pod whose label changes is let go and replaced
    When I run `kubectl run extra --image=nginx:1.25 --labels=app=debug`
    And the cluster settles
    And I run `kubectl scale replicaset web --replicas=4`
    And I run `kubectl label pod extra app=web --overwrite`
    And the cluster settles
    Then exactly 4 pods labelled "app=web" are Ready
    When I run `kubectl label pods -l app=web app=quarantined --overwrite`
    And the cluster settles
    Then exactly 4 pods labelled "app=web" are Ready
    And every pod labelled "app=quarantined" has "{.metadata.ownerReferences}" equal to ""

  Scenario: A pod that has finished does not count
    When pod "web-*" is evicted
    And the cluster settles
    Then exactly 3 pods labelled "app=web" are Ready

  Scenario: Without its ReplicaSet a pod is deleted, unless it is to be an orphan
    When I run `kubectl delete replicaset web --cascade=orphan`
    Then for 10m, exactly 3 pods labelled "app=web" are Ready
    And every pod labelled "app=web" has "{.metadata.ownerReferences}" equal to ""
