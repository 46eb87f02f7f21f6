Feature: Something becomes ready later, but nothing asks
  Scenario: The failure says that there is no probe
    Given a cluster with 1 node
    And a deployment "web" with 1 replica of image "web:v1"
    And containers of deployment "web" become ready after 1m
    When 10s pass
    Then deployment "web" has 0 ready replicas
