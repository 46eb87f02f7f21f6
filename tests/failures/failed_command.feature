Feature: A kubectl command that fails
  Scenario: What kubectl said is told
    Given a cluster with 1 node
    When I run `kubectl scale deployment/web --replicas=3`
