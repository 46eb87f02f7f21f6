Feature: A setting that does not exist
  Scenario: The one that was meant is named
    Given cluster setting "node-monitor-grace-perod" is "50s"
    And a cluster with 1 node
