Feature: More virtual time than a scenario may take
  Scenario: The limit and its flag are named
    Given a cluster with 1 node
    When 400d pass
