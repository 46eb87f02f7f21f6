Feature: An assertion that does not come true in time
  Scenario: The instant at which patience ended is told
    Given a cluster with 2 nodes
    And a deployment "web" with 2 replicas of image "web:v1"
    And image "web:v1" cannot be pulled
    When 1 minute passes
    Then within 5m, deployment "web" has 2 available replicas
    And deployment "web" has 2 desired replicas
