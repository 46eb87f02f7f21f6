Feature: A fault that changes nothing
  Scenario: No green run without chaos
    Given a cluster with 2 nodes
    When image "nobody-uses-it:v1" cannot be pulled
    And 5 minutes pass
    Then node "node-1" is Ready
