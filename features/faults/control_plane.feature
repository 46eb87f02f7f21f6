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

  Scenario: Without the controllers, a deleted pod is not replaced
    When the controller manager is down
    And every pod on node "node-2" is killed
    Then for 10m, at most 2 pods labelled "app=web" exist
    When the controller manager recovers
    Then within 1m, deployment "web" has 3 available replicas
