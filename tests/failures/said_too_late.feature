Feature: A behaviour is told of containers that run already
  Scenario: They go on as they are, and the failure says so
    Given a cluster with 1 node
    And a pod "web" of image "web:v1"
    And the cluster settles
    When containers of image "web:v1" leak 50Mi of memory every minute
    And 10m pass
    Then pod "web" has restarted at least 1 time

  Scenario: Where nothing fails, this does
    Given a cluster with 1 node
    And a pod "web" of image "web:v1"
    And the cluster settles
    When containers of pod "web" ignore SIGTERM
    And 10m pass
    Then pod "web" is Ready
