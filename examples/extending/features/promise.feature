Feature: What we promise our customers
  Our service level says that three quarters of every service stay up through any planned change. The steps of this file that
  Shakedown does not know are in tests/steps/.

  Scenario: A rollout keeps three quarters of the shop up
    Given a cluster with 3 nodes
    And our service "shop" with 4 replicas
    And the cluster settles
    When I run `kubectl set image deployment/shop app=registry.example.com/shop:v2`
    Then within 5m, deployment "shop" has rolled out
    And at all times, deployment "shop" keeps 75 percent of its replicas
