Feature: A step with one wrong word
  Scenario: Neither the cluster nor the assertion is understood
    Given a cluster with 3 noodes
    When 5m pass
    Then deployment "web" has 3 redy replicas
