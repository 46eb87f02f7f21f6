Feature: Not Gherkin
  Scenario: A table row without its end
    Given a cluster with nodes:
      | name   | cpu |
      | node-1 | 4
