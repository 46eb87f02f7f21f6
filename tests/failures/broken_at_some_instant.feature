Feature: Something that must always hold breaks for a moment
  Scenario: The change that broke it is told, though all is well at the end
    Given a cluster with 2 nodes
    And a deployment "web" with 2 replicas of image "web:v1"
    And the cluster settles
    When I run `kubectl delete pod --all`
    And 5 minutes pass
    Then deployment "web" has 2 available replicas
    And at all times, deployment "web" has at least 2 available replicas
