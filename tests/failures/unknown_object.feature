Feature: A fault for a node that does not exist
  Scenario: The names there are are told
    Given a cluster with 2 nodes
    When node "node-7" is lost
