Feature: A scenario without steps
  Scenario: It proves nothing
