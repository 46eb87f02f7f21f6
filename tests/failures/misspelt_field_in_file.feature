Feature: A misspelt field in a manifest
  Scenario: The place is in the manifest
    Given a cluster with 1 node
    And the manifest "misspelt.yaml"
