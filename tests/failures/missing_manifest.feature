Feature: A manifest that is not there
  Scenario: The file is named
    Given a cluster with 1 node
    And the manifest "nowhere.yaml"
