@workloads @kubectl
Feature: A workload is made and changed with kubectl alone
  People try things out by hand before they write manifests. The commands that make objects of flags, and those that change what is
  there, do here what they do elsewhere, in the same words.

  Scenario: A Deployment is created, exposed and described
    Given a cluster with 2 nodes
    When I run `kubectl create deployment shop --image=nginx --replicas=2 --port=80`
    Then the command prints "deployment.apps/shop created"
    When I run `kubectl rollout status deployment/shop`
    And I run `kubectl expose deployment shop --port=80`
    Then the command prints "service/shop exposed"
    When I run `kubectl describe deployment shop`
    Then the command prints "2 desired | 2 updated | 2 total | 2 available | 0 unavailable"

  Scenario: Variables and resources of a template are set, and the change is rolled out and undone
    Given a cluster with 2 nodes
    When I run `kubectl create deployment shop --image=nginx`
    And the cluster settles
    And I run `kubectl set env deployment/shop LEVEL=debug`
    Then the command prints "deployment.apps/shop env updated"
    When the cluster settles
    And I run `kubectl set resources deployment shop --limits=memory=64Mi`
    And I run `kubectl rollout status deployment/shop`
    And I run `kubectl rollout history deployment/shop --revision=2`
    Then the command prints "LEVEL:"
    When I run `kubectl rollout undo deployment/shop --to-revision=1`
    And I run `kubectl set env deployment/shop --list`
    Then the command prints "# Deployment shop, container nginx"

  Scenario: A manifest is written without asking the server
    Given a cluster with 1 node
    When I run `kubectl create job once --image=busybox --dry-run=client -o yaml -- date`
    Then the command prints "restartPolicy: Never"
    And job "once" does not exist

  Scenario: A command that makes no sense says so and changes nothing
    Given a cluster with 1 node
    When I try to run `kubectl create deployment shop`
    Then the command fails with "required flag(s) \"image\" not set"
    And deployment "shop" does not exist
