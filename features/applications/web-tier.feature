@applications
Feature: A web tier with a cache behind it
  Four web servers that need a moment to warm up and a cache of two. The rollout may take a quarter away at a time; minReadySeconds
  makes a pod prove itself for ten seconds before the next one is replaced.

  Background:
    Given a cluster with 4 nodes
    And the manifest "web-tier.yaml"
    And the cluster settles
    Then deployment "web" has 4 available replicas
    And deployment "cache" has 2 available replicas
    And service "web" has 4 endpoints

  Scenario: A rollout never serves with less than three
    When I run `kubectl set image deployment/web nginx=nginx:1.28`
    Then within 5m, deployment "web" has rolled out
    And at all times, deployment "web" has at least 3 available replicas
    And at all times, at most 5 pods labelled "tier=web" are Ready
    And the rollout of deployment "web" respected its strategy

  Scenario: A node is lost in the middle of a rollout
    When I run `kubectl set image deployment/web nginx=nginx:1.28`
    And 5 seconds pass
    And node "node-3" is lost
    And 15 minutes pass
    Then deployment "web" has rolled out
    And deployment "web" has 4 available replicas
    And at all times, service "web" has at least 2 endpoints

  Scenario: A bad rollout is rolled back
    Given image "nginx:1.99" exists on no registry
    When I run `kubectl set image deployment/web nginx=nginx:1.99`
    Then within 3m, a pod labelled "tier=web" shows STATUS "ImagePullBackOff"
    And for 10m, deployment "web" has at least 3 available replicas
    When I run `kubectl rollout undo deployment/web`
    Then within 2m, deployment "web" has rolled out
    And deployment "web" is at revision 3
    And at all times, deployment "web" has at least 3 available replicas

  Scenario: The registry is down during a rollout
    The new pods wait for their image and the old ones serve on; when the registry is back, the rollout finishes by itself.
    When registry "docker.io" is unreachable for 15m
    And I run `kubectl set image deployment/web nginx=nginx:1.28`
    Then within 25m, deployment "web" has rolled out
    And pod "web-*" has phase "Running"
    And at all times, deployment "web" has at least 3 available replicas

  Scenario: A hanging server is restarted by its liveness probe
    When the liveness probe of a pod labelled "tier=web" fails for 35s
    Then within 2m, a pod labelled "tier=web" has restarted 1 time
    And within 2m, deployment "web" has 4 available replicas
    And at all times, deployment "web" has at least 3 available replicas
