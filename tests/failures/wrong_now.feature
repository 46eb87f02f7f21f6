Feature: An assertion that does not hold now
  Scenario: Expected, seen, the table and the events
    Given a cluster with 1 node
    And image "web:v1" exists on no registry
    And a pod "web" of image "web:v1"
    When 1 minute passes
    Then pod "web" shows STATUS "Running"
